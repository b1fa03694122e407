from __future__ import annotations

import numpy as np

from engine.layers import drawing_signals
from engine.layers.drawing_signals import MOST_KEPT, normal_numbers


def test_numbers_are_the_same_whenever_asked_and_only_few_are_kept() -> None:
    rows, count = 4, 2 * MOST_KEPT
    first, again = normal_numbers(rows, count), normal_numbers(rows, count)
    assert first is not again
    np.testing.assert_array_equal(first, again)
    assert normal_numbers(rows, 2048) is normal_numbers(rows, 2048)
    kept = drawing_signals._kept.cache_info()
    assert kept.maxsize is not None
    assert 8 * MOST_KEPT * kept.maxsize <= 8 * 2**20
