"""Images with their labels before they are brought to a form, wherever they come from."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Indices, Reals
from engine.data.importers.file_trees import FileTree
from engine.data.importers.image_files import (
    LARGEST_IMAGE,
    decode,
    grey_of,
    has_colour,
    refitted,
    size_of,
)
from engine.data.importers.image_options import Form
from engine.data.importers.importer import LeftOut
from engine.data.remark import Remark
from engine.data.unreadable import UnreadableError

Pixels = NDArray[np.uint8]

HEAD = 2**16
"""Bytes of a file that nearly always tell the size of an image."""


class Pictures(Protocol):
    """Images by their numbers; each method raises UnreadableError where one cannot be read."""

    def __len__(self) -> int:
        """Return how many there are."""
        ...

    def size(self, row: int) -> tuple[int, int]:
        """Return height and width."""
        ...

    def has_colour(self, row: int) -> bool:
        """Say whether any pixel is not grey."""
        ...

    def decode(self, row: int, form: Form) -> Pixels:
        """Return the pixels in a form, uint8[height, width, channels]."""
        ...

    def weight(self) -> int:
        """Return the bytes that have to be unpacked for all of them; 0 if they are already."""
        ...

    def take(self, rows: Indices) -> Pictures:
        """Return some of them."""
        ...

    def signature(self) -> int:
        """Return 32 bits that other images have not, without reading them."""
        ...


@dataclass(frozen=True, eq=False)
class FilePictures:
    """Images in files; see `Pictures`."""

    tree: FileTree
    names: Sequence[str]

    def __len__(self) -> int:
        return len(self.names)

    def _content(self, row: int) -> bytes:
        return self.tree.read(self.names[row], LARGEST_IMAGE)

    def size(self, row: int) -> tuple[int, int]:
        """Return height and width."""
        name = self.names[row]
        if self.tree.sizes[name] > HEAD:
            # The head of a photograph tells, unless its notes are long or stand at its end.
            with suppress(UnreadableError):
                return size_of(self.tree.begin(name, HEAD))
        return size_of(self._content(row))

    def has_colour(self, row: int) -> bool:
        """Say whether any pixel is not grey."""
        return has_colour(self._content(row))

    def decode(self, row: int, form: Form) -> Pixels:
        """Return the pixels in a form."""
        return decode(self._content(row), form)

    def weight(self) -> int:
        """Return the bytes of all files."""
        return sum(self.tree.sizes[name] for name in self.names)

    def take(self, rows: Indices) -> FilePictures:
        """Return some of them."""
        return replace(self, names=[self.names[row] for row in rows])

    def signature(self) -> int:
        """Return a checksum of names and sizes."""
        found = 0
        for name in self.names:
            found = zlib.crc32(f"{name}\0{self.tree.sizes[name]}\0".encode(
                "utf-8", "surrogateescape"), found)
        return found


@dataclass(frozen=True, eq=False)
class ArrayPictures:
    """Images in one array, uint8[n, h, w, 1 or 3]; see `Pictures`."""

    pixels: Pixels

    def __len__(self) -> int:
        return len(self.pixels)

    def size(self, row: int) -> tuple[int, int]:
        """Return height and width."""
        return self.pixels.shape[1], self.pixels.shape[2]

    def has_colour(self, row: int) -> bool:
        """Say whether any pixel is not grey."""
        one = self.pixels[row]
        return bool((one != one[..., :1]).any())

    def decode(self, row: int, form: Form) -> Pixels:
        """Return the pixels in a form."""
        return refitted(self.pixels[row], form)

    def weight(self) -> int:
        """Return 0: they are unpacked."""
        return 0

    def take(self, rows: Indices) -> ArrayPictures:
        """Return some of them."""
        return ArrayPictures(self.pixels[rows])

    def signature(self) -> int:
        """Return a checksum of all pixels."""
        return zlib.crc32(np.ascontiguousarray(self.pixels).data)

    def as_they_are(self, form: Form) -> Pixels | None:
        """Return all pixels in a form if no image has to be scaled, uint8[n, d]."""
        if self.pixels.shape[1:3] != (form.height, form.width):
            return None
        channels = self.pixels.shape[-1]
        pixels = self.pixels
        if channels == 3 and form.channels == 1:
            pixels = np.concatenate([grey_of(some) for some in _pieces(pixels)])
        elif channels < form.channels:
            pixels = np.repeat(pixels, form.channels, axis=-1)
        return np.ascontiguousarray(pixels).reshape(len(pixels), form.size)


_PIECE = 4096


def _pieces(pixels: Pixels) -> list[Pixels]:
    return [pixels[begin:begin + _PIECE] for begin in range(0, len(pixels), _PIECE)]


@dataclass(frozen=True, eq=False)
class ManyPictures:
    """Images of several origins, one behind the other; see `Pictures`."""

    parts: Sequence[Pictures]
    begins: Indices = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "begins", np.cumsum([0, *map(len, self.parts)]))

    def __len__(self) -> int:
        return int(self.begins[-1])

    def _find(self, row: int) -> tuple[Pictures, int]:
        part = int(np.searchsorted(self.begins, row, "right")) - 1
        return self.parts[part], int(row - self.begins[part])

    def size(self, row: int) -> tuple[int, int]:
        """Return height and width."""
        part, own = self._find(row)
        return part.size(own)

    def has_colour(self, row: int) -> bool:
        """Say whether any pixel is not grey."""
        part, own = self._find(row)
        return part.has_colour(own)

    def decode(self, row: int, form: Form) -> Pixels:
        """Return the pixels in a form."""
        part, own = self._find(row)
        return part.decode(own, form)

    def weight(self) -> int:
        """Return the bytes that have to be unpacked."""
        return sum(part.weight() for part in self.parts)

    def take(self, rows: Indices) -> ManyPictures:
        """Return some of them, part by part, if the rows are in order."""
        return ManyPictures([
            part.take(rows[(rows >= begin) & (rows < begin + len(part))] - begin)
            for part, begin in zip(self.parts, self.begins, strict=False)])

    def signature(self) -> int:
        """Return a checksum of those of the parts."""
        return zlib.crc32(repr([part.signature() for part in self.parts]).encode())


@dataclass(frozen=True, eq=False)
class Collection:
    """Images with their labels.

    Attributes
    ----------
    title : str
        Name of the file or folder.
    names : sequence of str
        Of every image, for people.
    pictures : Pictures
        The images.
    labels : int64[n]
        Class of each; empty where there are values or nothing to predict.
    class_names : tuple[str, ...]
        Names of the classes.
    sides : int64[n]
        Of the split, as `engine.data.importers.image_classes` numbers them.
    values : float64[n, k]
        Targets; k is 0 where there are none.
    target_names : tuple[str, ...]
        What the values, or the classes, are called.
    left_out : tuple[LeftOut, ...]
        What is not among them.
    remarks : tuple[Remark, ...]
        What was assumed.
    """

    title: str
    names: Sequence[str]
    pictures: Pictures
    labels: Indices
    class_names: tuple[str, ...]
    sides: Indices
    values: Reals
    target_names: tuple[str, ...] = ("class",)
    left_out: tuple[LeftOut, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def __len__(self) -> int:
        return len(self.names)

    def label(self, row: int) -> str:
        """Return what is to be predicted of an image, as a text."""
        if len(self.labels):
            return self.class_names[int(self.labels[row])]
        return ", ".join(f"{value:.6g}" for value in self.values[row])

    def take(self, rows: Indices, left_out: tuple[LeftOut, ...] = ()) -> Collection:
        """Return some of the images, in the order that they have, and say of more why not."""
        return replace(
            self, names=[self.names[row] for row in rows], pictures=self.pictures.take(rows),
            labels=self.labels[rows] if len(self.labels) else self.labels,
            sides=self.sides[rows], values=self.values[rows],
            left_out=(*self.left_out, *left_out))
