from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from engine.kernels.matmul import panels as kernels
from engine.kernels.matmul import registers, tile
from tests.engine.kernels.agreement import PRECISIONS, Reals, assert_close, double
from tests.engine.kernels.matmul.test_tile import EACH, GUARD, block
from tests.reference import panels as twins

SIDES = (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 50)


@pytest.fixture(scope="module", params=EACH)
def copies(request: pytest.FixtureRequest) -> tuple[Any, str]:
    """Return what turns and copies by the code for one vector unit."""
    unit, precision = request.param

    @njit
    def copy(transposed_x: Any, copied: Any, x: Any) -> None:
        kernels.copy_transposed(transposed_x, x)
        kernels.copy_rows(copied, x)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registers, "UNIT", unit)
        small = block(precision, 2, 2, 0)
        copy(small.copy(), small.copy(), small)
    return copy, precision


def test_every_number_arrives_and_nothing_beside_is_touched(copies: tuple[Any, str]) -> None:
    copy, precision = copies
    for rows in SIDES:
        for columns in SIDES:
            x = block(precision, rows, columns, 1)
            transposed_x = block(precision, columns, rows, 2)
            copied = block(precision, rows, columns, 3)
            copy(transposed_x, copied, x)
            np.testing.assert_array_equal(transposed_x, x.T)
            np.testing.assert_array_equal(copied, x)
            for array, width in ((transposed_x, rows), (copied, columns)):
                whole = array.base
                assert isinstance(whole, np.ndarray)
                assert (whole[[0, -1]] == GUARD).all()
                assert (whole[:, width:] == GUARD).all()


@pytest.fixture(params=PRECISIONS)
def precision(request: pytest.FixtureRequest) -> str:
    kernels.install(request.param)
    return str(request.param)


def check(precision: str, m: int, k: int, n: int, begun: bool, transposed: bool) -> None:
    a, c = block(precision, m, k, 1), block(precision, m, n, 3)
    b = block(precision, n, k, 2) if transposed else block(precision, k, n, 2)
    start = np.random.default_rng(n).standard_normal(n * begun).astype(precision)
    truth, scale = np.empty((m, n)), np.empty((m, n))
    twins.multiply_packed(truth, double(a), double(b), double(start), transposed)
    twins.multiply_packed(scale, *(np.abs(double(array)) for array in (a, b, start)), transposed)
    c[...] = np.nan
    kernels.multiply_packed(c, a, b, start, transposed, 0)
    if transposed:
        transposed_x = np.full((m, n), np.nan, precision)
        kernels.multiply_transposed(transposed_x, a, b, start)
        assert transposed_x.tobytes() == c.tobytes()
    assert_close(c, truth, precision, units=1 + k / 16, scale=scale)
    whole = c.base
    assert isinstance(whole, np.ndarray)
    assert (whole[[0, -1]] == GUARD).all()
    assert (whole[:, n:] == GUARD).all()


@given(m=st.integers(0, 20), k=st.integers(1, 30), n=st.integers(0, 30), begun=st.booleans(),
       transposed=st.booleans(), precision=st.sampled_from(PRECISIONS))
def test_a_product_in_one_panel(m: int, k: int, n: int, begun: bool, transposed: bool,
                                precision: str) -> None:
    kernels.install(precision)
    check(precision, m, k, n, begun, transposed)


@pytest.mark.parametrize("size", [(3, 800, 60), (2, 70, 300), (1, 6200, 2), (9, 127, 145),
                                  (1, 128, 49)])
@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("transposed", [False, True])
def test_a_product_in_many_panels(size: tuple[int, int, int], begun: bool, transposed: bool,
                                  precision: str) -> None:
    check(precision, *size, begun, transposed)


@njit  # type: ignore[untyped-decorator]
def unpacked(c: Any, a: Any, b: Any, start: Any) -> None:
    """Multiply without panels."""
    tile.multiply_from(c, a, b, start, 0)


def test_panels_and_parts_change_no_byte(precision: str) -> None:
    """Whether B is copied, and which columns are computed together, is a matter of speed alone."""
    a, b = block(precision, 17, 700, 1), block(precision, 700, 200, 2)
    bt = np.ascontiguousarray(b.T)
    start = np.random.default_rng(0).standard_normal(200).astype(precision)
    whole, other = np.empty((17, 200), precision), np.empty((17, 200), precision)
    unpacked(whole, a, b, start)
    for cuts in ((0, 200), (0, 64, 200), (0, 7, 55, 103, 200)):
        for transposed in (False, True):
            other[...] = np.nan
            for begin, end in pairwise(cuts):
                part = bt[begin:end] if transposed else b[:, begin:end]
                kernels.multiply_packed(other[:, begin:end], a, part, start[begin:end], transposed,
                                        0)
            assert other.tobytes() == whole.tobytes()


@given(rows=st.integers(1, 70), columns=st.integers(1, 200),
       depth=st.sampled_from([1, kernels.MUCH]), shards=st.integers(1, 7))
def test_shards_share_every_number_once(rows: int, columns: int, depth: int, shards: int) -> None:
    cover = np.zeros((rows, columns), np.int64)
    for shard in range(shards):
        first, last, left, right = kernels.block(rows, columns, depth, shard, shards)
        assert 0 <= first <= last <= rows
        assert 0 <= left <= right <= columns
        cover[first:last, left:right] += 1
    assert (cover == 1).all()


@pytest.mark.parametrize("rows", [1, 2, 9, 256, 257, 600])
@pytest.mark.parametrize("columns", [1, 7, 49, 130])
def test_sums_over_rows(rows: int, columns: int, precision: str) -> None:
    x: Reals = block(precision, rows, columns, 1, gap=0)
    total = np.full(columns, np.nan, precision)
    kernels.sum_rows(total, x)
    truth, scale = np.empty(columns), np.empty(columns)
    twins.sum_rows(truth, double(x))
    twins.sum_rows(scale, np.abs(double(x)))
    assert_close(total, truth, precision, units=1 + rows / 16, scale=scale)


@pytest.mark.parametrize(("depth", "rows", "columns"), [(128, 512, 256), (300, 640, 131)])
def test_rows_that_collide_in_a_cache_give_the_bytes_of_others(depth: int, rows: int, columns: int
                                                               ) -> None:
    kernels.install("float32")
    rng = np.random.default_rng(depth)
    x = rng.standard_normal((depth, rows)).astype(np.float32)
    b = rng.standard_normal((depth, columns)).astype(np.float32)
    apart = np.zeros((depth, rows + 1), np.float32)
    apart[:, :rows] = x
    assert x.strides[0] % kernels.COLLIDING == 0
    assert apart.strides[0] % kernels.COLLIDING != 0
    c, other = (np.full((rows, columns), np.nan, np.float32) for _ in range(2))
    kernels.multiply_packed(c, x.T, b, b[0, :0], False, 0)
    kernels.multiply_packed(other, apart[:, :rows].T, b, b[0, :0], False, 0)
    assert c.tobytes() == other.tobytes()
    np.testing.assert_allclose(c, double(x).T @ double(b), atol=1e-6 * depth)
