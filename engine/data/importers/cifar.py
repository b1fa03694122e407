"""CIFAR-10 and CIFAR-100 as they are published: binary records, or pickles read without pickle."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.data.importers.file_trees import FileTree
from engine.data.importers.image_classes import TEST, TRAINING, natural
from engine.data.importers.image_collection import ArrayPictures, Collection
from engine.data.importers.importer import place_of
from engine.data.importers.pickled_arrays import PickleError, read_pickle
from engine.data.unreadable import UnreadableError
from engine.errors import DataError
from engine.messages import Message

LARGEST_BATCH = 512 * 2**20
"""Bytes of a file."""

_SIDE, _CHANNELS = 32, 3
_PIXELS = _SIDE * _SIDE * _CHANNELS

_BINARY = re.compile(r"^(data_batch_\d+|test_batch|train|test)\.bin$")
_PICKLED = re.compile(r"^(data_batch_\d+|test_batch|train|test)$")
_NAMES = ("batches.meta.txt", "fine_label_names.txt", "batches.meta", "meta")


class _Batch(NamedTuple):
    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]


def is_cifar_name(name: str) -> bool:
    """Say whether a file is called like a part of CIFAR."""
    last = _last(name)
    return last in _NAMES or bool(_BINARY.match(last) or _PICKLED.match(last))


def is_cifar(names: Mapping[str, int]) -> bool:
    """Say whether files, by their names and sizes, are such batches."""
    return bool(_batches(names))


def _batches(names: Mapping[str, int]) -> list[str]:
    """Return the batches, training ones first."""
    found = [name for name, size in names.items() if _BINARY.match(_last(name)) and size and (
        size % (_PIXELS + 1) == 0 or size % (_PIXELS + 2) == 0)]
    if not found:
        beside = {name.rsplit("/", 1)[0] if "/" in name else "" for name in names
                  if _last(name) in _NAMES}
        found = [name for name in names if _PICKLED.match(_last(name))
                 and (name.rsplit("/", 1)[0] if "/" in name else "") in beside]
    return sorted(found, key=lambda name: (_last(name).startswith("test"), natural(_last(name)),
                                           name))


def _last(name: str) -> str:
    return name.rsplit("/", 1)[-1]


def read_cifar(tree: FileTree) -> Collection:
    """Return the images of all batches in a folder or archive.

    Raises
    ------
    DataError
        If a file is damaged, or a pickle asks for what no array needs.
    """
    names = _batches(tree.sizes)
    batches = [_read(tree, name) for name in names]
    counts = [len(batch.labels) for batch in batches]
    labels = np.concatenate([batch.labels for batch in batches])
    class_names = _class_names(tree, int(labels.max(initial=-1)) + 1)
    sides = [TEST if _last(name).startswith("test") else TRAINING for name in names]
    return Collection(
        title=tree.title,
        names=[f"{name}, image {number:,}" for name, count in zip(names, counts, strict=True)
               for number in range(1, count + 1)],
        pictures=ArrayPictures(np.concatenate([batch.pixels for batch in batches])),
        labels=labels, class_names=class_names, sides=np.repeat(sides, counts),
        values=np.empty((len(labels), 0)))


def _read(tree: FileTree, name: str) -> _Batch:
    content = _content(tree, name)
    place = place_of(name, tree.title)
    if _BINARY.match(_last(name)):
        # CIFAR-100 has a coarse and a fine label before every image.
        before = 1 if len(content) % (_PIXELS + 1) == 0 else 2
        records = np.frombuffer(content, np.uint8).reshape(-1, before + _PIXELS)
        return _Batch(_interleaved(records[:, before:]), records[:, before - 1].astype(np.int64))
    try:
        found = read_pickle(content)
    except PickleError as error:
        raise DataError("images.pickle", place=place, what=error.what) from error
    return _batch_of(found, place)


def _batch_of(found: object, place: Message) -> _Batch:
    if not isinstance(found, dict):
        raise DataError("images.cifar-parts", place=place)
    pixels = found.get("data")
    labels = found.get("fine_labels", found.get("labels"))
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.ndim != 2 or (
            pixels.shape[1] != _PIXELS or not isinstance(labels, list)
            or len(labels) != len(pixels)
            or not all(isinstance(label, int) and 0 <= label < 256 for label in labels)):
        raise DataError("images.cifar-parts", place=place)
    return _Batch(_interleaved(pixels), np.array(labels, np.int64))


def _interleaved(planes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return uint8[n, 32, 32, 3] of images whose colours stand one behind the other."""
    stacked = planes.reshape(-1, _CHANNELS, _SIDE, _SIDE)
    return np.ascontiguousarray(np.moveaxis(stacked, 1, -1))


def _content(tree: FileTree, name: str) -> bytes:
    try:
        return tree.read(name, LARGEST_BATCH)
    except UnreadableError as error:
        raise DataError("images.array-unreadable", place=place_of(name, tree.title),
                        reason=error.reason) from error


def _class_names(tree: FileTree, count: int) -> tuple[str, ...]:
    """Return the names of the classes as a file says them; their numbers where none does."""
    found: list[str] = []
    for name in tree.sizes:
        if _last(name) not in _NAMES:
            continue
        content = _content(tree, name)
        if name.endswith(".txt"):
            found = content.decode("utf-8", "replace").split()
        else:
            found = _pickled_names(content)
        if len(found) >= count:
            return tuple(found)
    return tuple(map(str, range(max(count, 1))))


def _pickled_names(content: bytes) -> list[str]:
    try:
        meta: Any = read_pickle(content)
    except PickleError:
        return []
    names = meta.get("fine_label_names", meta.get("label_names")) if isinstance(meta, dict) else ()
    return names if isinstance(names, list) and all(isinstance(n, str) for n in names) else []
