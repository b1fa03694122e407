"""Types of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.floating[Any]]
"""Numbers of a network, in the precision of its project: float32 or float64."""

Doubles = NDArray[np.float64]
"""Numbers that are float64 whatever the precision, such as what is measured."""

Integers = NDArray[np.int64]
"""Counts, places and numbers of classes."""
