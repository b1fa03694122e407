"""How much of a sweep is run: a part each time, all of it with --whole.

A test that asks here is marked ``sampled``, so that it runs with --whole too; what of a sweep is a
test of its own is marked ``whole`` where it is left out otherwise.
"""

from __future__ import annotations

import os

VARIABLE = "BACKPROP_LAB_WHOLE"
"""Set by `conftest.py` where all is wanted, before tests are imported."""


def examples(few: int, whole: int) -> int:
    """Return how many examples a sweep takes here."""
    return whole if os.environ.get(VARIABLE) else few
