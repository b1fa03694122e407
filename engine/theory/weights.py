"""What a prediction has to know of weights that a run has: how large they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def mean_squares(weights: Mapping[str, NDArray[Any]]) -> dict[str, float]:
    """Return the mean square of every parameter by its name, ``layer-id/w``."""
    return {name: float(np.mean(np.square(array, dtype=np.float64)))
            for name, array in weights.items() if array.size}


def of_layer(squares: Mapping[str, float], layer_id: str) -> dict[str, float]:
    """Return those of one layer by the names of its parameters alone."""
    before = f"{layer_id}/"
    return {name.removeprefix(before): square for name, square in squares.items()
            if name.startswith(before)}
