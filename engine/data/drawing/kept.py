"""Drawings as a project keeps them: points on a grid, as text."""

from __future__ import annotations

import numpy as np

from engine.data.drawing.strokes import Drawing
from engine.spec import SHEET, DrawnSpec

PEN = 12.0
"""Width of the lines of a kept drawing, in lines of its grid."""


def kept(drawing: Drawing, word: str, person: str = "") -> DrawnSpec:
    """Return a drawing as a project keeps it; where and how large it was drawn stays known.

    Parameters
    ----------
    drawing : Drawing
        At least one point. Points that fall onto the same place as the one before are left out.
    """
    factor = SHEET / drawing.side
    strokes = []
    for stroke in drawing.strokes:
        if len(stroke):
            places = np.clip(np.floor(stroke[:, :2] * factor), 0, SHEET - 1).astype(np.int64)
            moved = np.concatenate(([True], (np.diff(places, axis=0) != 0).any(axis=1)))
            strokes.append(" ".join(f"{x},{y}" for x, y in places[moved].tolist()))
    return DrawnSpec(word, tuple(strokes), person)


def drawing_of(spec: DrawnSpec) -> Drawing:
    """Return what a project keeps as a drawing."""
    return Drawing(tuple(
        np.array([float(number) + 0.5 for number in stroke.replace(",", " ").split()]).reshape(
            -1, 2) for stroke in spec.strokes), float(SHEET), PEN)
