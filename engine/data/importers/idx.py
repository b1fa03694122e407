"""IDX: the format of MNIST and its kin, an array behind a header of big-endian numbers."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.data.importers.file_trees import FileTree
from engine.data.importers.image_classes import TEST, TRAINING, UNKNOWN
from engine.data.importers.image_collection import ArrayPictures, Collection
from engine.data.importers.importer import place_of
from engine.data.unreadable import UnreadableError
from engine.data.zip_members import is_bomb
from engine.errors import DataError

LARGEST_ARRAY = 2**30
"""Bytes of an array, unpacked."""

_TYPES: Mapping[int, str] = MappingProxyType({
    0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"})
_MOST_AXES = 4
_IMAGES = re.compile(r"images|idx[34]")
_LABELS = re.compile(r"labels|idx1")
_NAME = re.compile(r"(images|labels)?[-._]?idx\d|(images|labels).*ubyte", re.IGNORECASE)


def is_idx_name(name: str) -> bool:
    """Say whether a file is called like one of this format."""
    return _NAME.search(name.rsplit("/", 1)[-1]) is not None or name.lower().endswith(
        (".idx", ".idx.gz"))


class _Pair(NamedTuple):
    images: str
    labels: str
    side: int
    group: str


def read_idx_collection(tree: FileTree, chosen: str = "") -> Collection:
    """Return the images of IDX files that lie beside one another, with their labels.

    Parameters
    ----------
    tree : FileTree
        Where they lie.
    chosen : str
        The file that a person has chosen; what lies beside it as training and test belongs to it.
        Empty takes all.

    Raises
    ------
    DataError
        If a file is damaged, images and labels do not fit, or several data sets lie there.
    """
    pairs = _pairs(tree, chosen)
    pixels, labels = [], []
    for pair in pairs:
        images = _pixels(tree, pair.images)
        own = _read(tree, pair.labels).astype(np.int64)
        if own.ndim != 1 or len(own) != len(images):
            raise DataError("images.idx-labels", place=tree.title, images=pair.images,
                            count=len(images), labels=pair.labels, found=own.size)
        pixels.append(images)
        labels.append(own)
    if len({one.shape[1:] for one in pixels}) > 1:
        raise DataError("images.idx-sizes", place=tree.title, names=tuple(
            pair.images for pair in pairs))
    counts = [len(one) for one in pixels]
    found, numbers = np.unique(np.concatenate(labels), return_inverse=True)
    return Collection(
        title=tree.title,
        names=[f"{pair.images}, image {number:,}" for pair, count in zip(pairs, counts,
               strict=True) for number in range(1, count + 1)],
        pictures=ArrayPictures(pixels[0] if len(pixels) == 1 else np.concatenate(pixels)),
        labels=numbers.astype(np.int64), class_names=tuple(map(str, found)),
        sides=np.repeat([pair.side for pair in pairs], counts),
        values=np.empty((sum(counts), 0)))


def _pairs(tree: FileTree, chosen: str) -> list[_Pair]:
    names = [name for name in tree.sizes if is_idx_name(name)]
    labels = {_key(name, _LABELS): name for name in names if _is_labels(name)}
    pairs = []
    for name in names:
        if _is_labels(name):
            continue
        key = _key(name, _IMAGES)
        if key not in labels:
            if not chosen or _group(key) == _group(_key(chosen, _IMAGES)):
                raise DataError("images.idx-no-labels", place=place_of(name, tree.title))
            continue
        side = (TEST if "t10k" in key or "test" in key else
                TRAINING if "train" in key else UNKNOWN)
        pairs.append(_Pair(name, labels[key], side, _group(key)))
    if chosen:
        pattern = _LABELS if _is_labels(chosen) else _IMAGES
        pairs = [pair for pair in pairs if pair.group == _group(_key(chosen, pattern))]
    if not pairs:
        raise DataError("images.idx-none", place=tree.title)
    groups = {pair.group for pair in pairs}
    if len(groups) > 1:
        raise DataError("images.idx-several", place=tree.title,
                        names=tuple(pair.images for pair in pairs))
    return sorted(pairs, key=lambda pair: (pair.side, pair.images))


def _is_labels(name: str) -> bool:
    return _LABELS.search(name.lower()) is not None


def _key(name: str, kind: re.Pattern[str]) -> str:
    """Return what images and their labels have in common in their names."""
    return re.sub(r"[-_.]|ubyte|gz$", "", kind.sub("", name.lower().removesuffix(".gz")))


def _group(key: str) -> str:
    return re.sub(r"train(ing)?|t10k|test(ing)?", "", key)


def _pixels(tree: FileTree, name: str) -> NDArray[np.uint8]:
    array = _read(tree, name)
    if array.dtype != np.uint8 or array.ndim not in (3, 4) or not array.size or (
            array.ndim == 4 and array.shape[-1] not in (1, 3)):
        raise DataError("images.idx-shape", place=place_of(name, tree.title), shape=array.shape)
    return array if array.ndim == 4 else array[..., None]


def _read(tree: FileTree, name: str) -> NDArray[Any]:
    place = place_of(name, tree.title)
    try:
        content = tree.read(name, LARGEST_ARRAY)
    except UnreadableError as error:
        raise DataError("images.array-unreadable", place=place, reason=error.reason) from error
    unpacking = _Unpacking(content)
    head = unpacking.take(4)
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in _TYPES or not (
            1 <= head[3] <= _MOST_AXES):
        raise DataError("images.idx-head", place=place)
    shape = tuple(int.from_bytes(unpacking.take(4), "big") for _ in range(head[3]))
    kind = np.dtype(_TYPES[head[2]])
    size = math.prod(shape) * kind.itemsize
    if size > LARGEST_ARRAY:
        raise DataError("images.idx-too-large", place=place, size=size, most=LARGEST_ARRAY)
    if is_bomb(size, len(content)):
        raise DataError("images.idx-bomb", place=place, size=size, packed=len(content))
    numbers = unpacking.take(size)
    if len(numbers) != size:
        raise DataError("images.idx-truncated", place=place, shape=shape, size=size,
                        found=len(numbers))
    return np.frombuffer(numbers, kind).reshape(shape)


class _Unpacking:
    """Gives the next bytes of a file, unpacked if it is packed, and never more than asked for."""

    def __init__(self, content: bytes) -> None:
        self._packed = content[:2] == b"\x1f\x8b"
        self._inflater = zlib.decompressobj(31)
        self._left: bytes | memoryview = memoryview(content)

    def take(self, count: int) -> bytes:
        """Return the next bytes; fewer where the file ends or is damaged."""
        if not self._packed:
            taken, self._left = self._left[:count], self._left[count:]
            return bytes(taken)
        if not count:
            return b""
        pieces = []
        try:
            while count and not self._inflater.eof and len(self._left):
                piece = self._inflater.decompress(self._left, count)
                self._left = self._inflater.unconsumed_tail
                count -= len(piece)
                pieces.append(piece)
        except zlib.error:
            pass
        return b"".join(pieces)
