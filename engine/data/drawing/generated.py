"""Drawn examples: digits and shapes, each written a little differently, from a seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.data.dataset import Indices, Reals
from engine.data.drawing.models import DIGITS, SHAPES, Form, Line
from engine.data.drawing.stages import Recipe, pictures
from engine.data.drawing.strokes import Drawing
from engine.data.rows import Bytes

PER_PIECE = 4
"""Straight lines that a piece between two points is drawn with."""


@dataclass(frozen=True)
class Hand:
    """How differently one thing is written; every number is the largest or usual deviation.

    Attributes
    ----------
    rotation, slant : float
        Standard deviations: degrees, and shift of the top to the right per height.
    lean : float
        Mean slant.
    narrow, wide : float
        Width over height, beside the form's own.
    wobble : float
        Standard deviation of every point of a form, in heights, for the shakiest hand.
    thin, thick : float
        Width of the lines, as a share of the picture's shorter side.
    """

    rotation: float
    slant: float
    lean: float
    narrow: float
    wide: float
    wobble: float
    thin: float = 1.7 / 28
    thick: float = 4.2 / 28


HANDS: Mapping[str, Hand] = {
    "drawn_digits": Hand(10.0, 0.22, 0.12, 0.6, 1.4, 0.065, 1.5 / 28, 4.0 / 28),
    "drawn_shapes": Hand(15.0, 0.08, 0.0, 0.7, 1.4, 0.045),
}
FORMS: Mapping[str, Mapping[str, tuple[Form, ...]]] = {
    "drawn_digits": DIGITS, "drawn_shapes": SHAPES}
COUNTS: Mapping[str, int] = {"drawn_digits": 5000, "drawn_shapes": 3200}
"""Examples of each source, the same number of every class."""


@lru_cache(maxsize=2)
def draw_examples(source: str, seed: int) -> tuple[Bytes, Indices]:
    """Return pictures uint8[n, 784], the ink 255, and classes int64[n] of a drawn source.

    Parameters
    ----------
    source : str
        ``drawn_digits`` or ``drawn_shapes``.
    seed : int
        The same seed draws the same.
    """
    forms, hand = FORMS[source], HANDS[source]
    rng = np.random.default_rng([seed, len(source)])
    each = COUNTS[source] // len(forms)
    drawings: list[Drawing] = []
    for ways in forms.values():
        drawings += _written(ways, each, hand, rng)
    lines = np.exp(rng.uniform(np.log(hand.thin), np.log(hand.thick), len(drawings)))
    found = np.rint(pictures(drawings, Recipe(), lines) * 255).astype(np.uint8)
    found = found.reshape(len(drawings), -1)
    # What is handed out from the cache belongs to nobody.
    found.flags.writeable = False
    return found, np.repeat(np.arange(len(forms)), each)


def outline(form: Form) -> Drawing:
    """Return a form as it stands in the model, not moved at all."""
    return Drawing(tuple(smoothing @ points for points, smoothing in map(
        _smoothing, form.strokes)))


def _written(forms: Sequence[Form], count: int, hand: Hand,
             rng: np.random.Generator) -> list[Drawing]:
    """Return drawings of one thing in all its forms."""
    shares = np.array([form.share for form in forms])
    chosen = rng.choice(len(forms), count, p=shares / shares.sum())
    drawings: list[Drawing] = []
    for index, form in enumerate(forms):
        drawings += _drawn(form, int(np.count_nonzero(chosen == index)), hand, rng)
    return drawings


def _drawn(form: Form, count: int, hand: Hand, rng: np.random.Generator) -> list[Drawing]:
    """Return drawings of one form: its points moved, smoothed and then bent as a whole."""
    shakes = hand.wobble * rng.uniform(0.25, 1.0, (count, 1, 1))
    move = _bending(count, hand, rng)
    strokes = []
    for line in form.strokes:
        points, smoothing = _smoothing(line)
        moved = points + shakes * rng.standard_normal((count, len(points), 2))
        # Strokes do not meet where they ought to.
        moved += 0.5 * shakes * rng.standard_normal((count, 1, 2))
        smooth = np.einsum("sk,nkx->nsx", smoothing, moved)
        strokes.append(np.einsum("nxy,nsy->nsx", move, smooth - 0.5) + 0.5)
    return [Drawing(tuple(stroke[i] for stroke in strokes)) for i in range(count)]


def _bending(count: int, hand: Hand, rng: np.random.Generator) -> Reals:
    """Return matrices of proportions, slant and rotation, float64[count, 2, 2]."""
    aspect = np.exp(rng.uniform(np.log(hand.narrow), np.log(hand.wide), count))
    slant = hand.lean + hand.slant * rng.standard_normal(count)
    angle = np.radians(hand.rotation) * rng.standard_normal(count)
    zero, one = np.zeros(count), np.ones(count)
    # Axes of the points come last: [[x of x, x of y], [y of x, y of y]].
    sheared = np.stack([np.stack([aspect, -slant], -1), np.stack([zero, one], -1)], 1)
    turned = np.stack([np.stack([np.cos(angle), -np.sin(angle)], -1),
                       np.stack([np.sin(angle), np.cos(angle)], -1)], 1)
    return np.asarray(turned @ sheared)


def _smoothing(line: Line) -> tuple[Reals, Reals]:
    """Return a stroke's points float64[k, 2], and what makes a smooth line of them, float64[s, k].

    A piece is a Catmull-Rom spline through its points. The end of one piece and the beginning of
    the next are one point, so that moving it tears nothing apart.
    """
    points: list[tuple[float, float]] = [line[0][0]]
    rows: list[Reals] = []
    total = 1 + sum(len(piece) - 1 for piece in line)
    for piece in line:
        first = len(points) - 1
        points += piece[1:]
        last = len(points) - 1
        for k in range(first, last):
            for t in np.arange(PER_PIECE) / PER_PIECE:
                row = np.zeros(total)
                weights = (t * ((2 - t) * t - 1) / 2, (t * t * (3 * t - 5) + 2) / 2,
                           t * ((4 - 3 * t) * t + 1) / 2, t * t * (t - 1) / 2)
                for place, weight in zip(range(k - 1, k + 3), weights, strict=True):
                    row[min(max(place, first), last)] += weight
                rows.append(row)
    end = np.zeros(total)
    end[-1] = 1.0
    return np.array(points), np.array([*rows, end])
