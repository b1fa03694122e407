from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numba import cfunc, njit

from engine.kernels.matmul import by_address, panels, tile
from engine.kernels.ops import dense as kernels
from engine.kernels.runtime import layout
from engine.kernels.runtime.driver import run_section
from tests.engine.kernels.agreement import (
    PRECISIONS,
    RELATIVE,
    Reals,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import dense as twins

SHAPES = ((1, 1, 1), (1, 7, 3), (5, 1, 1), (3, 5, 2), (7, 13, 11), (8, 16, 48), (17, 31, 49),
          (2, 300, 5), (9, 17, 53), (33, 3, 97), (13, 2, 16), (6, 257, 33))
"""Examples, inputs, outputs: one, odd, prime, exact registers, and more than a block of depth."""


@pytest.fixture(params=PRECISIONS)
def precision(request: pytest.FixtureRequest) -> str:
    panels.install(request.param)
    return str(request.param)


@njit
def product(c, a, b, add):  # type: ignore[no-untyped-def]
    """Call the product as kernels do."""
    tile.multiply(c, a, b, add)


def random(precision: str, *shape: int, seed: int = 0) -> Reals:
    return np.random.default_rng([seed, *shape]).standard_normal(shape).astype(precision)


def depth_units(depth: int) -> float:
    """Return how far the error bound of a sum of products grows with its length."""
    return 1 + depth / 16


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_forward(shape: tuple[int, int, int], bias: bool, precision: str) -> None:
    n, i, o = shape
    x, w = random(precision, n, i), random(precision, i, o, seed=1)
    b = random(precision, o if bias else 0, seed=2)
    y, block = guarded((n, o), precision)
    kernels.dense_forward(y, x, w, b)
    truth, scale = np.empty((n, o)), np.empty((n, o))
    twins.dense_forward(truth, double(x), double(w), double(b))
    twins.dense_forward(scale, np.abs(double(x)), np.abs(double(w)), np.abs(double(b)))
    assert_close(y, truth, precision, units=depth_units(i), scale=scale)
    assert_guards_untouched(block)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_backward_weights(shape: tuple[int, int, int], bias: bool, precision: str) -> None:
    n, i, o = shape
    dy, x = random(precision, n, o), random(precision, n, i, seed=1)
    dw, block = guarded((i, o), precision)
    db, bias_block = guarded((o if bias else 0,), precision)
    kernels.dense_backward_weights(dw, db, dy, x, 0)
    truth, scale = np.empty((i, o)), np.empty((i, o))
    bias_truth, bias_scale = np.empty(db.size), np.empty(db.size)
    twins.dense_backward_weights(truth, bias_truth, double(dy), double(x))
    twins.dense_backward_weights(scale, bias_scale, np.abs(double(dy)), np.abs(double(x)))
    assert_close(dw, truth, precision, units=depth_units(n), scale=scale)
    assert_close(db, bias_truth, precision, units=depth_units(n), scale=bias_scale)
    assert_guards_untouched(block)
    assert_guards_untouched(bias_block)


@cfunc(by_address.signature("float32"))  # type: ignore[untyped-decorator]
def noting(c, a, b, call):  # type: ignore[no-untyped-def]
    """Stand in for the product: write how far from C what is claimed stands."""
    c[0] = call[13]


@pytest.fixture
def product_notes_claims() -> Iterator[None]:
    panels.install("float32")
    cell = tile.PRODUCT.cells["float32"]
    before, cell.value = cell.value, noting.address
    yield
    cell.value = before


@pytest.mark.usefixtures("product_notes_claims")
@pytest.mark.parametrize(("examples", "i", "o"), [(3, 5, 4), (128, panels.PACKED_ROWS, 128)])
def test_weights_are_claimed_with_their_gradient_if_others_have_read_them(
        examples: int, i: int, o: int) -> None:
    size = max(examples, i) * max(i, o)
    arena = np.zeros(4 * size, np.float32)
    place = {name: number * size for number, name in enumerate(("dw", "w", "dy", "x"))}
    control = np.zeros(layout.CONTROL_LENGTH, np.int64)
    table = np.zeros((1, layout.ROW_LENGTH), np.int64)
    op = kernels.dense_backward_weights_op
    table[0, layout.ADDRESS], table[0, layout.SHARDS] = op.address("float32"), 1
    for name, value in {**place, "db": -1, "i": i, "o": o, "rows": 1,
                        "control": control.ctypes.data}.items():
        table[0, op.slots.places[name]] = value
    for helpers, claimed in ((0, 0), (1, place["w"] - place["dw"])):
        control[layout.HELPERS] = helpers
        run_section(table, np.array([0, 1]), 0, arena.ctypes.data, examples)
        assert arena[place["dw"]] == claimed


@pytest.mark.parametrize("shape", SHAPES)
def test_backward_input(shape: tuple[int, int, int], precision: str) -> None:
    n, i, o = shape
    dy, w = random(precision, n, o), random(precision, i, o, seed=1)
    dx, block = guarded((n, i), precision)
    kernels.dense_backward_input(dx, dy, w)
    truth, scale = np.empty((n, i)), np.empty((n, i))
    twins.dense_backward_input(truth, double(dy), double(w))
    twins.dense_backward_input(scale, np.abs(double(dy)), np.abs(double(w)))
    assert_close(dx, truth, precision, units=depth_units(o), scale=scale)
    assert_guards_untouched(block)


@pytest.mark.parametrize("shape", SHAPES)
def test_transpose(shape: tuple[int, int, int], precision: str) -> None:
    _, i, o = shape
    w = random(precision, i, o)
    wt, block = guarded((o, i), precision)
    kernels.transpose(wt, w)
    truth = np.empty((o, i))
    twins.transpose(truth, double(w))
    np.testing.assert_array_equal(double(wt), truth)
    assert_guards_untouched(block)


@pytest.mark.parametrize("value", [0.0, 1e30, np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [(0, 0), (6, 12), (3, 5)])
def test_special_values_stay_in_their_row(value: float, place: tuple[int, int],
                                          precision: str) -> None:
    x, w = random(precision, 7, 13), random(precision, 13, 11, seed=1)
    b = random(precision, 11, seed=2)
    x[place] = value
    y = np.empty((7, 11), precision)
    kernels.dense_forward(y, x, w, b)
    truth, scale = np.empty((7, 11)), np.empty((7, 11))
    twins.dense_forward(truth, double(x), double(w), double(b))
    finite = np.where(np.isfinite(x), np.abs(x), 0)
    twins.dense_forward(scale, double(finite), np.abs(double(w)), np.abs(double(b)))
    assert_close(y, truth, precision, units=2, scale=scale)
    assert np.isfinite(np.delete(y, place[0], axis=0)).all()


def test_the_product_of_the_largest_numbers_is_infinite(precision: str) -> None:
    largest = np.finfo(precision).max
    x, w = np.full((1, 1), largest, precision), np.full((1, 1), largest, precision)
    y = np.empty((1, 1), precision)
    kernels.dense_forward(y, x, w, np.empty(0, precision))
    assert np.isposinf(y[0, 0])


@pytest.mark.parametrize(("m", "k", "n"), [(1, 1, 1), (7, 259, 50), (16, 8, 32), (3, 600, 17)])
@pytest.mark.parametrize("add", [0, 1])
@pytest.mark.parametrize("transposed", [False, True])
def test_the_product_with_any_strides(m: int, k: int, n: int, add: int, transposed: bool,
                                      precision: str) -> None:
    a = random(precision, k, m).T if transposed else random(precision, m, k)
    b, before = random(precision, k, n, seed=1), random(precision, m, n, seed=2)
    y = before.copy() if add else np.full((m, n), np.nan, precision)
    product(y, a, b, add)
    truth = double(a) @ double(b) + add * double(before)
    scale = np.abs(double(a)) @ np.abs(double(b)) + np.abs(before)
    assert (np.abs(y - truth) <= depth_units(k) * RELATIVE[precision] * scale).all()
