from __future__ import annotations

import numpy as np
import pytest

from engine.kernels.matmul import tile
from engine.kernels.ops import looked_up as kernels
from tests.engine.kernels.agreement import (
    PRECISIONS,
    Reals,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import looked_up as twins

SIZES = ((1, 1, 1, 1, 1), (2, 3, 5, 4, 17), (3, 4, 7, 2, 9), (5, 2, 3, 6, 33))
"""Examples, steps, tokens, features and columns."""

SPARE = 2
"""Columns of a row that mean nothing."""

STRANGE = (-1.0, 0.5, np.nan, np.inf, -np.inf, 1e30)
"""What is no token."""

sizes = pytest.mark.parametrize("sizes", SIZES)
precisions = pytest.mark.parametrize("precision", PRECISIONS)


class Case:
    """Random arguments for a size."""

    def __init__(self, sizes: tuple[int, int, int, int, int], precision: str) -> None:
        n, s, v, f, k = sizes
        tile.install(precision)
        self.precision, self.rng = precision, np.random.default_rng(sizes)
        self.tokens = self.rng.integers(0, v, (n, s)).astype(precision)
        self.table, self.w = self.normal(v, f), self.normal(f, k)
        self.by_token, self.dz = self.normal(v, k + SPARE), self.normal(n * s, k + SPARE)
        self.parts = (0, k), (0, k // 3), (k // 3, k)

    def normal(self, *shape: int) -> Reals:
        return self.rng.standard_normal(shape).astype(self.precision)

    def compare(self, name: str, written: Reals, *given: Reals | int) -> Reals:
        """Run a kernel and its twin, compare what they wrote, return the kernel's."""
        (found, block), truth = guarded(written.shape, self.precision), double(written)
        found[...] = written
        getattr(kernels, name)(found, *given)
        getattr(twins, name)(truth, *(
            double(one) if isinstance(one, np.ndarray) else one for one in given))
        scale = np.nanmax(np.abs(truth), initial=1.0)
        assert_close(found, truth, self.precision, units=8, scale=scale)
        assert_guards_untouched(block)
        return found


@sizes
@precisions
def test_what_tokens_bring(sizes: tuple[int, int, int, int, int], precision: str) -> None:
    case = Case(sizes, precision)
    for first, last in case.parts:
        case.compare("project_table", case.by_token, case.table, case.w, first, last)
    for t in range(sizes[1]):
        case.compare("begin_from_rows", case.dz[:sizes[0]], case.by_token, case.tokens, t,
                     sizes[4])


@sizes
@precisions
def test_what_comes_back(sizes: tuple[int, int, int, int, int], precision: str) -> None:
    case = Case(sizes, precision)
    cut = len(case.dz) // 2
    for first, last in case.parts:
        begun = case.compare("sum_by_token", case.by_token, case.dz[:cut + 1], case.tokens, 0,
                             first, last)
        case.compare("sum_by_token", begun, case.dz[cut + 1:], case.tokens, cut + 1, first, last)
        case.compare("project_table_backward", case.w, case.table, case.by_token, first, last)
    columns = case.by_token[:, :sizes[4]]
    v = sizes[2]
    for padding in (0, 1):
        for first, last in ((0, v), (0, v // 2), (v // 2, v)):
            case.compare("table_backward", case.table, columns, case.w.T.copy(), padding, first,
                         last)


@precisions
def test_what_is_no_token_shows_in_the_sums_and_learns_nothing(precision: str) -> None:
    case = Case((len(STRANGE), 1, 3, 2, 5), precision)
    case.tokens[:, 0] = STRANGE
    case.compare("begin_from_rows", case.dz, case.by_token, case.tokens, 0, 5)
    found = case.compare("sum_by_token", case.by_token, case.dz, case.tokens, 0, 0, 5)
    assert not found[:, :5].any()
