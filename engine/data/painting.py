"""What brushes do to painted points: spray, erase, push apart."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Reals
from engine.data.generators import HALF_WIDTH

JITTER = 0.25
"""Standard deviation of a push, as a share of the brush's radius."""


def sprayed(points: Reals, at: tuple[float, float], radius: float, count: int, value: float,
            rng: np.random.Generator) -> Reals:
    """Return points with some more, evenly spread over a disc.

    Parameters
    ----------
    points : float64[n, 3]
        Coordinates, and class or value.
    at : tuple[float, float]
        Middle of the disc.
    radius : float
        Of the disc; 0 puts all points into its middle.
    count : int
        Points to add; those that would lie outside the plane are moved to its edge.
    value : float
        Their class or value.
    """
    angle = rng.uniform(0, 2 * np.pi, count)
    # The root makes it even: rings further out are longer.
    away = radius * np.sqrt(rng.uniform(0, 1, count))
    added = np.column_stack([at[0] + away * np.cos(angle), at[1] + away * np.sin(angle),
                             np.full(count, value)])
    added[:, :2] = np.clip(added[:, :2], -HALF_WIDTH, HALF_WIDTH)
    return np.concatenate([points, np.round(added, 3)])


def erased(points: Reals, at: tuple[float, float], radius: float) -> Reals:
    """Return the points that lie outside a disc."""
    return points[~_inside(points, at, radius)]


def jittered(points: Reals, at: tuple[float, float], radius: float,
             rng: np.random.Generator) -> Reals:
    """Return points of which those inside a disc are pushed a little, each in its own way."""
    moved, chosen = points.copy(), _inside(points, at, radius)
    pushes = JITTER * radius * rng.standard_normal((int(chosen.sum()), 2))
    moved[chosen, :2] = np.round(np.clip(moved[chosen, :2] + pushes, -HALF_WIDTH, HALF_WIDTH), 3)
    return moved


def _inside(points: Reals, at: tuple[float, float], radius: float) -> np.ndarray[
        tuple[int], np.dtype[np.bool_]]:
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.hypot(
        points[:, 0] - at[0], points[:, 1] - at[1]) <= radius
    return found
