"""Which class and which side of the split an image belongs to, as its folders say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

UNKNOWN, TRAINING, VALIDATION, TEST = 0, 1, 2, 3
"""Sides of a split."""

_SIDES: Mapping[str, int] = MappingProxyType({
    **dict.fromkeys(("train", "training", "trn", "learn", "train_set", "training_set"), TRAINING),
    **dict.fromkeys(("val", "valid", "validation", "dev", "eval", "val_set"), VALIDATION),
    **dict.fromkeys(("test", "testing", "tst", "t10k", "holdout", "test_set"), TEST),
})

_DIGITS = re.compile(r"(\d+)")


class Placed(NamedTuple):
    """Where an image belongs.

    Attributes
    ----------
    name : str
        Its file.
    label : str
        Its class; empty where no folder names one.
    side : int
        `UNKNOWN`, `TRAINING`, `VALIDATION` or `TEST`.
    """

    name: str
    label: str
    side: int


def side_of(word: str) -> int:
    """Return the side of a split that a word names; `UNKNOWN` for any other word."""
    return _SIDES.get(word.strip().lower().replace("-", "_").replace(" ", "_"), UNKNOWN)


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return what sorts texts as people do: 2 before 10."""
    # Not as numbers: of thousands of digits, Python makes none.
    parts = [(part, part.lstrip("0")) for part in _DIGITS.split(text) if part]
    return tuple((0, len(short), short + part) if part.isdecimal() else (1, 0, part)
                 for part, short in parts)


def place_images(names: Sequence[str], innermost: bool = False) -> list[Placed]:
    """Say of every image of a tree to which class and side it belongs.

    A folder that holds all others is passed over; folders that are called train, val and test
    divide, before or behind those of the classes.

    Parameters
    ----------
    names : sequence of str
        Files with their folders, ``/`` between them.
    innermost : bool
        Whether the innermost folder names the class, where there are several.
    """
    folders = [tuple(name.split("/")[:-1]) for name in names]
    folders = _without_common(folders)
    sides = [UNKNOWN] * len(names)
    for place in range(2):
        folders, sides = _take_sides(folders, sides, place)
    if any(sides):
        # train/images/cats: what all of a side share names no class either.
        for side in set(sides):
            rows = [row for row, one in enumerate(sides) if one == side]
            for row, folder in zip(rows, _without_common([folders[row] for row in rows],
                                                         keep_last=True), strict=True):
                folders[row] = folder
    end = -1 if innermost else 0
    return [Placed(name, folder[end] if folder else "", side)
            for name, folder, side in zip(names, folders, sides, strict=True)]


_Folders = list[tuple[str, ...]]


def _without_common(folders: _Folders, keep_last: bool = False) -> _Folders:
    """Take away the folders that all share, from the outside."""
    while folders and folders[0] and all(
            folder[:1] == folders[0][:1] for folder in folders):
        if keep_last and any(len(folder) == 1 for folder in folders):
            break
        if side_of(folders[0][0]):
            break
        folders = [folder[1:] for folder in folders]
    return folders


def _take_sides(folders: _Folders, sides: list[int], place: int) -> tuple[_Folders, list[int]]:
    """Take folders that are called train, val or test away at one place, if all are there."""
    found = [side_of(folder[place]) if len(folder) > place else UNKNOWN for folder in folders]
    if any(sides) or not all(found) or len(set(found)) < 2:
        return folders, sides
    return [folder[:place] + folder[place + 1:] for folder in folders], found
