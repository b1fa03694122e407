"""What a network sees of a drawing: the same stages for what it learns from and for a pad.

The recipe is that of MNIST (LeCun, Bottou, Bengio, Haffner 1998: "Gradient-based learning applied
to document recognition", section III.A): a digit is scaled, at its own proportions, into a box of
20 by 20 pixels, and its centre of mass is put into the middle of 28 by 28.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from engine.data.dataset import Reals
from engine.data.drawing.ink import covered, lines_of
from engine.data.drawing.strokes import Drawing

Step = Literal["crop", "scale", "pen", "centre"]
STEPS: tuple[Step, ...] = ("crop", "scale", "pen", "centre")
"""What is done to a drawing, in this order."""

FAINT = 0.1
"""Of a grey image, what is darker than this share of its darkest pixel is ink."""


@dataclass(frozen=True)
class Recipe:
    """How a drawing becomes a picture.

    Attributes
    ----------
    shape : tuple[int, int]
        Height and width of the picture, in pixels.
    fill : float
        Length that the ink's longer side is scaled to, as a share of the picture's shorter side.
    line : float
        Width that lines are drawn with, as a share of that side.
    steps : frozenset[str]
        What is done: ``crop`` takes the strokes and not the whole sheet, ``scale`` leaves a border
        around them, ``pen`` draws lines of one width, ``centre`` puts the centre of mass into the
        middle, to the nearest pixel.
    """

    shape: tuple[int, int] = (28, 28)
    fill: float = 20 / 28
    line: float = 2.6 / 28
    steps: frozenset[Step] = frozenset(STEPS)

    @property
    def short(self) -> int:
        """The picture's shorter side, in pixels."""
        return min(self.shape)

    def switched(self, step: Step, *, on: bool) -> Recipe:
        """Return the recipe with one step done or left out."""
        return replace(self, steps=self.steps | {step} if on else self.steps - {step})

    def up_to(self, count: int) -> Recipe:
        """Return the recipe of the first so many of `STEPS` alone."""
        return replace(self, steps=self.steps & frozenset(STEPS[:count]))


@dataclass(frozen=True, eq=False)
class Stage:
    """A picture on the way.

    Attributes
    ----------
    key : str
        ``sheet``, or which of `STEPS` was the last.
    picture : float64[h, w]
        From 0 to 1, the ink.
    """

    key: str
    picture: Reals


def stages(drawn: Drawing | Reals, recipe: Recipe) -> tuple[Stage, ...]:
    """Return the sheet and the picture after every step; the last one is what the network sees.

    A step that the recipe leaves out changes nothing.

    Parameters
    ----------
    drawn : Drawing or float64[h, w]
        Strokes, or a grey image whose ink is bright; lines of an image keep their width.
    """
    return tuple(Stage(key, picture(drawn, recipe.up_to(count)))
                 for count, key in enumerate(("sheet", *STEPS)))


def picture(drawn: Drawing | Reals, recipe: Recipe) -> Reals:
    """Return what the network sees of one drawing or grey image, float64[h, w]."""
    if isinstance(drawn, Drawing):
        found: Reals = pictures((drawn,), recipe)[0]
        return found
    grey = _fitted(drawn, recipe)
    return _centred(grey[None])[0] if "centre" in recipe.steps else grey


def pictures(drawings: Sequence[Drawing], recipe: Recipe, lines: Reals | None = None) -> Reals:
    """Return what the network sees of drawings, float64[n, h, w].

    Parameters
    ----------
    drawings : Sequence[Drawing]
        The drawings; one of nothing is black.
    recipe : Recipe
        What is done to each.
    lines : float64[n] or None
        Width of each one's lines, in place of the recipe's.
    """
    widths = np.full(len(drawings), recipe.line) if lines is None else lines
    placed = [_placed(drawing, recipe, float(width))
              for drawing, width in zip(drawings, widths, strict=True)]
    if not placed:
        return np.empty((0, *recipe.shape))
    counts = [len(found) for found, _ in placed]
    found = covered(np.concatenate([found for found, _ in placed]),
                    np.repeat([pen for _, pen in placed], counts),
                    np.repeat(np.arange(len(placed)), counts), len(placed), recipe.shape)
    return _centred(found) if "centre" in recipe.steps else found


def _placed(drawing: Drawing, recipe: Recipe, line: float) -> tuple[Reals, float]:
    """Return a drawing's lines in pixels, float64[n, 4], and their width."""
    lines = lines_of(drawing.strokes)
    if not len(lines):
        return lines, 1.0
    low, high = np.zeros(2), np.full(2, drawing.side)
    is_cropped, has_pen = "crop" in recipe.steps, "pen" in recipe.steps
    if is_cropped:
        points = lines.reshape(-1, 2)
        low, high = points.min(axis=0), points.max(axis=0)
    length = float((high - low).max())
    room = recipe.short * (recipe.fill if "scale" in recipe.steps else 1.0)
    pen = line * recipe.short
    # The ink is as long as its points and a pen; a sheet has its lines inside.
    if has_pen and is_cropped:
        factor = max(room - pen, 1.0) / length if length else 1.0
    else:
        factor = room / max(length + (drawing.pen if is_cropped else 0.0), 1e-12)
    middle = np.array(recipe.shape[::-1]) / 2
    moved = ((lines.reshape(-1, 2) - (low + high) / 2) * factor + middle).reshape(-1, 4)
    return moved, pen if has_pen else drawing.pen * factor


def _centred(found: Reals) -> Reals:
    """Return pictures, float64[n, h, w], moved by whole pixels: centre of mass in the middle.

    Ink at an edge is not moved out of the picture.
    """
    n, height, width = found.shape
    mass = np.maximum(found.sum(axis=(1, 2)), 1e-12)
    moved = np.zeros_like(found)
    shifts = []
    for axis, size in ((1, height), (2, width)):
        along = found.sum(axis=3 - axis)
        centre = along @ (np.arange(size) + 0.5) / mass
        used = along > 0
        before = np.where(used.any(axis=1), used.argmax(axis=1), 0)
        behind = np.where(used.any(axis=1), used[:, ::-1].argmax(axis=1), 0)
        wanted = np.floor(size / 2 - centre + 0.5).astype(np.int64)
        shifts.append(np.clip(wanted, -before, behind))
    rows = np.arange(height)[None, :] - shifts[0][:, None]
    columns = np.arange(width)[None, :] - shifts[1][:, None]
    inside = ((rows >= 0) & (rows < height))[:, :, None] & (
        (columns >= 0) & (columns < width))[:, None, :]
    taken = found[np.arange(n)[:, None, None], np.clip(rows, 0, height - 1)[:, :, None],
                  np.clip(columns, 0, width - 1)[:, None, :]]
    moved[inside] = taken[inside]
    return moved


def _fitted(grey: Reals, recipe: Recipe) -> Reals:
    """Return a grey image cut to its ink and scaled, float64[h, w]."""
    top, left, (rows, columns) = 0, 0, grey.shape
    ink = grey > FAINT * max(float(grey.max(initial=0.0)), 1e-12)
    if "crop" in recipe.steps and ink.any():
        lines, places = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        top, left = int(lines[0]), int(places[0])
        rows, columns = int(lines[-1]) + 1 - top, int(places[-1]) + 1 - left
    room = recipe.short * (recipe.fill if "scale" in recipe.steps else 1.0)
    factor = room / max(rows, columns)
    down, across = (_resampled(size, factor, (start, length), out) for size, start, length, out in (
        (grey.shape[0], top, rows, recipe.shape[0]), (grey.shape[1], left, columns,
                                                      recipe.shape[1])))
    fitted: Reals = np.clip(down @ grey @ across.T, 0.0, 1.0)
    return fitted


def _resampled(size: int, factor: float, part: tuple[int, int], out: int) -> Reals:
    """Return weights float64[out, size] that scale a part of a line into the middle of another.

    Each number is the mean around its place, weighed by a triangle as wide as a pixel of the
    coarser of the two.
    """
    start, length = part
    places = (np.arange(out) + 0.5 - out / 2) / factor + start + length / 2
    reach = max(1.0, 1.0 / factor)
    weights = np.maximum(0.0, 1.0 - np.abs(places[:, None] - np.arange(size) - 0.5) / reach)
    # Outside there is no ink: the part alone is seen.
    total = np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    inside = (places > start - 0.5) & (places < start + length + 0.5)
    weights[:, :start] = 0.0
    weights[:, start + length:] = 0.0
    return np.where(inside[:, None], weights / total, 0.0)
