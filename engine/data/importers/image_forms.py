"""What form images are brought to, where a person leaves that open: from a look at some."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.data.dataset import Indices
from engine.data.importers.image_collection import Collection
from engine.data.importers.image_options import Choices, Form
from engine.data.importers.importer import LeftOut
from engine.data.remark import Remark, remark
from engine.data.unreadable import UnreadableError
from engine.errors import DataError

SIZED, COLOURED = 256, 48
"""Images whose sizes and whose colours are looked at."""

AS_IT_IS, AUTOMATIC = 128, 64
"""Longest side, in pixels, of images that keep their size, and of others."""

MOST_NUMBERS = 786_432
"""Numbers of an image: 512 by 512 pixels in colour."""


@dataclass(frozen=True)
class Settled:
    """A form, and what was found on the way to it.

    Attributes
    ----------
    form : Form
        What every image is brought to.
    unreadable : Mapping[int, LeftOut]
        Images that were looked at and cannot be read, by their numbers.
    remarks : tuple[Remark, ...]
        What was assumed.
    """

    form: Form
    unreadable: Mapping[int, LeftOut]
    remarks: tuple[Remark, ...]


def spread(count: int, most: int) -> Indices:
    """Return at most so many numbers below a count, evenly spread."""
    return np.unique(np.linspace(0, max(count - 1, 0), min(count, most)).astype(np.int64))


def settle(collection: Collection, choices: Choices) -> Settled:
    """Look at some images, and decide what is left open.

    Raises
    ------
    DataError
        If none of them can be read, or the form would have too many numbers.
    """
    unreadable: dict[int, LeftOut] = {}
    sizes: Counter[tuple[int, int]] = Counter()
    for row in map(int, spread(len(collection), SIZED)):
        try:
            sizes[collection.pictures.size(row)] += 1
        except UnreadableError as error:
            unreadable[row] = LeftOut(collection.names[row], error.reason)
    if not sizes:
        raise none_readable(collection, tuple(unreadable.values()))
    height, width, remarks = _size(sizes, choices, len(collection))
    channels = 3 if choices.colour == "colour" or (
        choices.colour == "auto" and _any_colour(collection, unreadable)) else 1
    form = Form(height, width, channels, choices.fit, 255 if choices.background == "white" else 0)
    if form.size > MOST_NUMBERS:
        raise DataError("images.numbers-each", place=collection.title, height=height, width=width,
                        numbers=form.size, most=MOST_NUMBERS)
    return Settled(form, unreadable, remarks)


def none_readable(collection: Collection, left_out: tuple[LeftOut, ...]) -> DataError:
    """Return the error for images of which none can be read."""
    first = left_out[0]
    return DataError("images.none-readable", place=collection.title, count=len(collection),
                     name=first.name, reason=first.reason)


def _size(sizes: Counter[tuple[int, int]], choices: Choices, count: int
          ) -> tuple[int, int, tuple[Remark, ...]]:
    """Return height, width and what was assumed."""
    if choices.size == "chosen":
        return choices.height, choices.width, ()
    (height, width), _ = max(sizes.items(), key=lambda item: (item[1], item[0]))
    if choices.size == "auto":
        if len(sizes) > 1:
            # Not the largest: to make an image larger adds nothing but work.
            middle = int(np.median([min(size) for size in sizes.elements()]))
            height = width = max(1, min(AUTOMATIC, middle))
        elif max(height, width) > AS_IT_IS:
            scale = AUTOMATIC / max(height, width)
            height, width = max(1, round(height * scale)), max(1, round(width * scale))
    if len(sizes) == 1 and (height, width) in sizes:
        return height, width, ()
    lowest, highest = min(sizes), max(sizes)
    looked_at = sum(sizes.values())
    if len(sizes) == 1:
        return height, width, (remark("note.images-smaller", height=height, width=width,
                                      found=lowest[::-1]),)
    return height, width, (remark(
        "note.images-sizes", height=height, width=width, count=looked_at, all=count,
        sizes=len(sizes), smallest=lowest[::-1], largest=highest[::-1]),)


def _any_colour(collection: Collection, unreadable: dict[int, LeftOut]) -> bool:
    for row in map(int, spread(len(collection), COLOURED)):
        if row in unreadable:
            continue
        try:
            if collection.pictures.has_colour(row):
                return True
        except UnreadableError as error:
            unreadable[row] = LeftOut(collection.names[row], error.reason)
    return False
