from __future__ import annotations

import numpy as np
import pytest

from engine.kernels.ops import row_blocks as kernels
from engine.layers.row_blocks import strip_width
from tests.reference import row_blocks as twins


def test_blocks_are_added() -> None:
    parts = np.random.default_rng(1).standard_normal((9, 2, 40))[:, 1, :13]
    found, truth = np.empty(13), np.empty(13)
    kernels.add_blocks(found, parts)
    twins.add_blocks(truth, parts)
    np.testing.assert_allclose(found, truth, 1e-13, 1e-14)
    kernels.add_blocks(parts[0], parts)
    np.testing.assert_array_equal(parts[0], found)


@pytest.mark.parametrize(("k", "width"), [(1, 256), (3, 258), (64, 256), (256, 256), (300, 300)])
def test_a_strip_is_whole_rows(k: int, width: int) -> None:
    assert strip_width(k) == width
