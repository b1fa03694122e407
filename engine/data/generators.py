"""Points in the plane, drawn from a seed.

Definitions follow TensorFlow Playground (``src/dataset.ts``): the plane is [-6, 6] x [-6, 6], noise
is a share between 0 and 0.5, and every formula is given where it is used. Moons are not part of
Playground; they are the two half circles that scikit-learn made popular.

Every generator draws the same random numbers whatever the noise, so that points move smoothly when
a person turns the noise up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from engine.data.dataset import Reals
from engine.spec import Task

HALF_WIDTH = 6.0
"""The plane reaches from minus this to plus this on both axes."""

N_CLASSIFICATION = 500
N_REGRESSION = 1200

Draw = Callable[[np.random.Generator, int, float], tuple[Reals, Reals]]
"""``draw(rng, n, noise)`` returns points float64[n, 2] and targets float64[n]: -1 or +1 for
classification, the value for regression."""


def draw_circle(rng: np.random.Generator, n: int, noise: float) -> tuple[Reals, Reals]:
    """Draw a disc of radius 2.5 (+1) inside a ring from 3.5 to 5 (-1).

    The label is that of the point after a shift of up to ``5 * noise`` on each axis; the point
    itself stays where it is.
    """
    inner = n // 2
    low = np.where(np.arange(n) < inner, 0.0, 3.5)
    high = np.where(np.arange(n) < inner, 2.5, 5.0)
    radius = rng.uniform(low, high)
    angle = rng.uniform(0, 2 * np.pi, n)
    points = radius[:, None] * np.column_stack([np.sin(angle), np.cos(angle)])
    shifted = points + rng.uniform(-5, 5, (n, 2)) * noise
    return points, np.where(np.hypot(shifted[:, 0], shifted[:, 1]) < 2.5, 1.0, -1.0)


def draw_xor(rng: np.random.Generator, n: int, noise: float) -> tuple[Reals, Reals]:
    """Draw points of a square, +1 where both coordinates have the same sign.

    A strip of 0.3 on either side of the axes stays empty. The label is that of the point after a
    shift of up to ``5 * noise`` on each axis.
    """
    points = rng.uniform(-5, 5, (n, 2))
    points += np.where(points > 0, 0.3, -0.3)
    shifted = points + rng.uniform(-5, 5, (n, 2)) * noise
    return points, np.where(shifted[:, 0] * shifted[:, 1] >= 0, 1.0, -1.0)


def draw_gaussian(rng: np.random.Generator, n: int, noise: float) -> tuple[Reals, Reals]:
    """Draw two normal clouds around (2, 2), +1, and (-2, -2), -1, of variance 0.5 + 7 noise."""
    targets = np.where(np.arange(n) < n // 2, 1.0, -1.0)
    spread = np.sqrt(0.5 + 7 * noise)
    return 2 * targets[:, None] + spread * rng.standard_normal((n, 2)), targets


def draw_spiral(rng: np.random.Generator, n: int, noise: float) -> tuple[Reals, Reals]:
    """Draw two spiral arms of radius 0 to 5 and 1.75 turns, half a turn apart.

    Points are shifted by up to ``noise`` on each axis.
    """
    arm = n // 2
    sizes = (arm, n - arm)
    along = np.concatenate([np.arange(size) / size for size in sizes])
    targets = np.repeat([1.0, -1.0], sizes)
    angle = 1.75 * along * 2 * np.pi + np.where(targets > 0, 0.0, np.pi)
    points = 5 * along[:, None] * np.column_stack([np.sin(angle), np.cos(angle)])
    return points + rng.uniform(-1, 1, (n, 2)) * noise, targets


def draw_moons(rng: np.random.Generator, n: int, noise: float) -> tuple[Reals, Reals]:
    """Draw two interleaving half circles, the upper one +1, between -5 and 5.

    Points are shifted by normal noise of deviation ``noise`` times the radius of a half circle.
    """
    radius = 10 / 3
    upper = n // 2
    sizes = (upper, n - upper)
    angle = np.concatenate([np.linspace(0, np.pi, size) for size in sizes])
    targets = np.repeat([1.0, -1.0], sizes)
    x = np.where(targets > 0, np.cos(angle), 1 - np.cos(angle)) - 0.5
    y = np.where(targets > 0, np.sin(angle), 0.5 - np.sin(angle)) - 0.25
    shift = noise * rng.standard_normal((n, 2))
    return radius * (np.column_stack([x, y]) + shift), targets


def draw_plane(rng: np.random.Generator, n: int, noise: float) -> tuple[Reals, Reals]:
    """Draw uniform points with the value (x1 + x2) / 10.

    The value is that of the point after a shift of up to ``6 * noise`` on each axis.
    """
    points = rng.uniform(-HALF_WIDTH, HALF_WIDTH, (n, 2))
    shifted = points + rng.uniform(-HALF_WIDTH, HALF_WIDTH, (n, 2)) * noise
    return points, shifted.sum(axis=1) / 10


_CENTRES = np.array([[-4, 2.5], [0, 2.5], [4, 2.5], [-4, -2.5], [0, -2.5], [4, -2.5]])
_SIGNS = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])


def draw_multi_gaussian(rng: np.random.Generator, n: int, noise: float) -> tuple[Reals, Reals]:
    """Draw uniform points over six cones of height +1 or -1 and radius 2.

    The value is that of the strongest cone, ``sign * max(0, 1 - distance / 2)``, at the point after
    a shift of up to ``6 * noise`` on each axis.
    """
    points = rng.uniform(-HALF_WIDTH, HALF_WIDTH, (n, 2))
    shifted = points + rng.uniform(-HALF_WIDTH, HALF_WIDTH, (n, 2)) * noise
    distance = np.linalg.norm(shifted[:, None, :] - _CENTRES, axis=2)
    heights = _SIGNS * np.clip(1 - distance / 2, 0, 1)
    strongest = np.abs(heights).argmax(axis=1)
    return points, heights[np.arange(n), strongest]


@dataclass(frozen=True)
class PointSet:
    """A kind of points in the plane.

    Attributes
    ----------
    title : str
        Name for people, as TensorFlow Playground has it.
    task : str
        ``classification`` or ``regression``.
    draw : callable
        The generator.
    help : str
        One sentence on what is to be learned.
    """

    title: str
    task: Task
    draw: Draw
    help: str

    @property
    def size(self) -> int:
        """Number of points in a data set: 500 to classify, 1200 for regression."""
        return N_CLASSIFICATION if self.task == "classification" else N_REGRESSION


POINT_SETS: Mapping[str, PointSet] = MappingProxyType({
    "circle": PointSet("Circle", "classification", draw_circle,
                       "A disc inside a ring: one closed boundary."),
    "xor": PointSet("Exclusive or", "classification", draw_xor,
                    "Opposite quarters of a square belong together: no single line divides them."),
    "gaussian": PointSet("Gaussian", "classification", draw_gaussian,
                         "Two clouds that one line can divide."),
    "spiral": PointSet("Spiral", "classification", draw_spiral,
                       "Two arms wound round each other: the hardest of these boundaries."),
    "moons": PointSet("Moons", "classification", draw_moons,
                      "Two interleaving half circles: one bent boundary."),
    "plane": PointSet("Plane", "regression", draw_plane,
                      "A value that rises evenly in one direction."),
    "multi_gaussian": PointSet("Multi-Gaussian", "regression", draw_multi_gaussian,
                               "Three hills and three hollows."),
})
