"""Letters for the axes of values, and what they count."""

from __future__ import annotations

_BY_RANK = ("", "c", "tc", "hwc")

COUNTED = {"n": "example", "t": "step", "h": "row", "w": "column", "c": "feature"}
"""What every letter counts."""


def letters(shape: tuple[int, ...]) -> str:
    """Return a letter for each axis of one value per example: ``nhwc`` for images."""
    return "n" + (_BY_RANK[len(shape)] if len(shape) < len(_BY_RANK) else "abdefgijk"[:len(shape)])


def all_but_last(shape: tuple[int, ...]) -> str:
    """Return NumPy for the axes of a batch of values but the last: ``0`` or ``(0, 1)``."""
    return "0" if len(shape) == 1 else str(tuple(range(len(shape))))
