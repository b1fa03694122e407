"""NPZ: arrays of NumPy in one file, of which some are images, labels and names of classes."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Indices
from engine.data.importers.file_trees import FileTree
from engine.data.importers.image_classes import UNKNOWN, natural, side_of
from engine.data.importers.image_collection import ArrayPictures, Collection, Pixels
from engine.data.importers.image_files import of_words
from engine.data.importers.importer import place_of
from engine.data.unreadable import UnreadableError
from engine.errors import DataError

LARGEST_ARRAY = 2**30
"""Bytes of an array, unpacked."""

_SUFFIX = ".npy"
_WORDS = re.compile(r"[^a-zA-Z0-9]+")
_CHANNELS = (1, 3)


class _Part(NamedTuple):
    """Images with their labels, as numbers or texts."""

    name: str
    images: NDArray[Any]
    labels: NDArray[Any]
    side: int


def is_npz(names: Mapping[str, int]) -> bool:
    """Say whether an archive, by the names in it, is one of arrays."""
    return bool(names) and all(name.endswith(_SUFFIX) for name in names)


def read_npz(tree: FileTree) -> Collection:
    """Return the images of an archive of arrays.

    Raises
    ------
    DataError
        If an array is damaged or holds objects, or nothing tells images and labels.
    """
    arrays = {name.removesuffix(_SUFFIX): _array(tree, name) for name in tree.sizes}
    parts = _parts(arrays)
    shapes = {part.images.shape[1:] for part in parts}
    if not parts or len(shapes) > 1:
        raise DataError("images.npz-parts", place=tree.title, arrays=tuple(
            f"{name} ({'x'.join(map(str, array.shape))})" for name, array in arrays.items()))
    labels, class_names = _classes(parts, arrays)
    counts = [len(part.images) for part in parts]
    return Collection(
        title=tree.title,
        names=[f"{part.name}, image {number:,}" for part, count in zip(parts, counts, strict=True)
               for number in range(1, count + 1)],
        pictures=ArrayPictures(np.concatenate([_pixels(part, tree) for part in parts])),
        labels=labels, class_names=class_names,
        sides=np.repeat([part.side for part in parts], counts).astype(np.int64),
        values=np.empty((sum(counts), 0)))


def _array(tree: FileTree, name: str) -> NDArray[Any]:
    place = place_of(name, tree.title)
    try:
        content = tree.read(name, LARGEST_ARRAY)
    except UnreadableError as error:
        raise DataError("images.array-unreadable", place=place, reason=error.reason) from error
    try:
        array: NDArray[Any] = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    except Exception as error:
        # NumPy lets Python read the head, which raises whatever it stumbles upon.
        raise DataError("images.npz-array", place=place) from error
    if array.dtype.kind == "U" and not _are_letters(array):
        raise DataError("images.npz-array", place=place)
    return array


def _are_letters(texts: NDArray[Any]) -> bool:
    """Say whether numbers are such as letters have, without which Python can make no text."""
    kind = np.dtype(np.uint32).newbyteorder(texts.dtype.byteorder)
    numbers = np.frombuffer(texts.tobytes(), kind)
    halves = (numbers >= 0xD800) & (numbers <= 0xDFFF)
    return bool(numbers.max(initial=0) <= sys.maxunicode and not halves.any())


def _side(name: str) -> int:
    return next((side for word in _WORDS.split(name) if (side := side_of(word))), UNKNOWN)


def _parts(arrays: Mapping[str, NDArray[Any]]) -> list[_Part]:
    found = []
    for name, array in arrays.items():
        if not _holds_images(array):
            continue
        side = _side(name)
        labels = [other for key, other in arrays.items() if other is not array and (
            _side(key) == side and _holds_labels(other) and len(other) == len(array))]
        if len(labels) == 1:
            found.append(_Part(name, array, labels[0].reshape(-1), side))
    return sorted(found, key=lambda part: part.side)


def _holds_images(array: NDArray[Any]) -> bool:
    return array.dtype.kind in "buif" and bool(array.size) and (array.ndim == 3 or (
        array.ndim == 4 and (array.shape[3] in _CHANNELS or array.shape[1] in _CHANNELS)))


def _holds_labels(array: NDArray[Any]) -> bool:
    return array.dtype.kind in "buiUS" and (
        array.ndim == 1 or (array.ndim == 2 and array.shape[1] == 1))


def _classes(parts: list[_Part], arrays: Mapping[str, NDArray[Any]]
             ) -> tuple[Indices, tuple[str, ...]]:
    """Return the label of every image, and the names of the classes."""
    together = np.concatenate([part.labels for part in parts])
    if together.dtype.kind == "S":
        together = np.char.decode(together, "utf-8", "replace")
    found, numbers = np.unique(together, return_inverse=True)
    if together.dtype.kind == "U":
        texts = [str(text) for text in found]
        order = sorted(range(len(texts)), key=lambda place: natural(texts[place]))
        rank = np.argsort(order)
        return rank[numbers].astype(np.int64), tuple(texts[place] for place in order)
    lengths = {len(part.labels) for part in parts}
    for array in arrays.values():
        names = array.ndim == 1 and array.dtype.kind in "US" and len(array) not in lengths
        if names and found[0] >= 0 and found[-1] < len(array):
            return together.astype(np.int64), tuple(
                text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
                for text in array.tolist())
    return numbers.astype(np.int64), tuple(str(int(value)) for value in found)


def _pixels(part: _Part, tree: FileTree) -> Pixels:
    images = part.images
    if images.ndim == 3:
        images = images[..., None]
    elif images.shape[-1] not in _CHANNELS:
        images = np.moveaxis(images, 1, -1)
    if images.dtype == np.uint8:
        return np.ascontiguousarray(images)
    low, high = float(images.min()), float(images.max())
    if images.dtype == np.bool_ or (images.dtype.kind == "f" and low >= 0 and high <= 1):
        return _bytes(images * 255.0)
    if low >= 0 and high <= 255:
        return _bytes(images)
    if low >= 0 and high <= 0xFFFF and images.dtype.kind != "f":
        return of_words(images)
    raise DataError("images.npz-range", place=place_of(part.name, tree.title), low=low, high=high)


def _bytes(values: NDArray[Any]) -> Pixels:
    rounded: Pixels = np.rint(values).astype(np.uint8)
    return rounded
