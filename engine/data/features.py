"""What a network may see of a point in the plane."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from engine.data.dataset import Reals
from engine.errors import DataError

FEATURES: Mapping[str, Callable[[Reals, Reals], Reals]] = MappingProxyType({
    "x1": lambda x1, x2: x1,
    "x2": lambda x1, x2: x2,
    "x1^2": lambda x1, x2: x1 * x1,
    "x2^2": lambda x1, x2: x2 * x2,
    "x1*x2": lambda x1, x2: x1 * x2,
    "sin(x1)": lambda x1, x2: np.sin(x1),
    "sin(x2)": lambda x1, x2: np.sin(x2),
})
"""The seven input features of TensorFlow Playground, by the name that projects use."""


def check_features(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names if a network can be fed with them.

    Raises
    ------
    DataError
        If there is none, one is unknown, or one comes twice.
    """
    known = tuple(FEATURES)
    if not names:
        raise DataError("features.none", known=known)
    for position, name in enumerate(names):
        if name not in FEATURES:
            raise DataError("features.unknown", name=name, known=known)
        if name in names[:position]:
            raise DataError("features.twice", name=name)
    return tuple(names)


def compute_features(points: Reals, names: Sequence[str]) -> Reals:
    """Return the named features of points.

    Parameters
    ----------
    points : float64[m, 2]
        Coordinates x1 and x2.
    names : sequence of str
        Keys of `FEATURES`, checked before by `check_features`.

    Returns
    -------
    float64[m, d]
        One column for every name.
    """
    points = np.asarray(points, dtype=np.float64)
    x1, x2 = points[:, 0], points[:, 1]
    return np.column_stack([FEATURES[name](x1, x2) for name in names])
