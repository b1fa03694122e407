"""How much of a sweep is run: a part each time, all of it with --whole.

A test that asks here is marked ``sampled``, so that it runs with --whole too; what of a sweep is a
test of its own is marked ``whole`` where it is left out otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import pytest

VARIABLE = "BACKPROP_LAB_WHOLE"
"""Set by `conftest.py` where all is wanted, before tests are imported."""


def examples(few: int, whole: int) -> int:
    """Return how many examples a sweep takes here."""
    return whole if os.environ.get(VARIABLE) else few


def every(stride: int, parameters: Iterable[Any]) -> list[Any]:
    """Return parameters of which one in ``stride`` runs each time, from the first on."""
    return [value if place % stride == 0 else pytest.param(
                *(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.whole)
            for place, value in enumerate(parameters)]
