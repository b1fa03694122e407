from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.kernels.matmul import tile
from engine.kernels.ops import convolution as kernels
from engine.kernels.ops.neighbours import windows_together
from engine.layers.convolution import room_for_adjoint, room_for_windows
from tests.engine.kernels.agreement import (
    PRECISIONS,
    Reals,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import convolution as twins

GEOMETRIES = (
    # examples, image, kernel, stride, padding, channels, filters
    (1, (1, 1), (1, 1), 1, "valid", 1, 1),
    (2, (5, 7), (3, 3), 1, "valid", 3, 4),
    (3, (8, 8), (3, 3), 1, "same", 1, 8),
    (2, (8, 8), (3, 3), 1, "same", 5, 17),
    (2, (7, 6), (2, 2), 1, "same", 2, 3),
    (2, (9, 7), (3, 3), 2, "valid", 3, 5),
    (2, (8, 7), (3, 3), 2, "same", 3, 5),
    (1, (10, 9), (5, 5), 3, "same", 2, 33),
    (2, (10, 11), (2, 2), 3, "valid", 2, 3),
    (2, (6, 6), (1, 1), 2, "same", 4, 2),
    (2, (2, 3), (5, 5), 1, "same", 2, 3),
    (1, (3, 3), (7, 7), 2, "same", 2, 2),
    (1, (2, 2), (9, 9), 1, "same", 1, 1),
    (2, (1, 12), (1, 4), 1, "same", 3, 6),
    (2, (1, 13), (1, 5), 2, "valid", 4, 3),
    (1, (16, 4), (4, 2), 4, "valid", 1, 2),
    (3, (6, 16), (3, 3), 1, "same", 1, 1),
    (2, (4, 8), (2, 3), 1, "same", 2, 2),
    (2, (5, 10), (3, 3), 1, "valid", 3, 4),
    (9, (1, 12), (1, 3), 1, "same", 2, 3),
)


@pytest.fixture(params=PRECISIONS)
def precision(request: pytest.FixtureRequest) -> str:
    tile.install(request.param)
    return str(request.param)


def windows(image: tuple[int, int], kernel: tuple[int, int], stride: int, padding: str
            ) -> tuple[int, int]:
    rows, columns = (-(-axis // stride) if padding == "same" else (axis - size) // stride + 1
                     for axis, size in zip(image, kernel, strict=True))
    return rows, columns


def random(precision: str, *shape: int, seed: int = 0) -> Reals:
    return np.random.default_rng([seed, *shape]).standard_normal(shape).astype(precision)


def room(precision: str, n: int, c: int, o: int, places: tuple[int, int], kernel: tuple[int, int],
         stride: int) -> Reals:
    """Return room for the convolution of n images, full of what must not be seen."""
    return np.full(n * room_for_windows(c, o, *places, *kernel, stride), np.nan, precision)


def adjoint_room(precision: str, n: int, o: int, c: int, image: tuple[int, int],
                 kernel: tuple[int, int], stride: int) -> Reals:
    return np.full(n * room_for_adjoint(o, c, *image, *kernel, stride), np.nan, precision)


def agree(kernel: Callable[..., None], twin: Callable[..., None], shape: tuple[int, ...],
          precision: str, *inputs: Any, terms: int) -> Reals:
    """Compare a kernel that fills one array with its twin; the error may grow with its sums."""
    found, block = guarded(shape, precision)
    kernel(found, *inputs)
    truth, scale = np.full(shape, np.nan), np.full(shape, np.nan)
    exact = [double(given) if isinstance(given, np.ndarray) else given for given in inputs]
    twin(truth, *exact)
    twin(scale, *(np.abs(given) if isinstance(given, np.ndarray) else given for given in exact))
    assert_close(found, truth, precision, units=1 + terms / 16, scale=scale)
    assert_guards_untouched(block)
    return found


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("n", "image", "kernel", "stride", "padding", "c", "o"), GEOMETRIES)
def test_convolution(n: int, image: tuple[int, int], kernel: tuple[int, int], stride: int,
                     padding: str, c: int, o: int, bias: bool, precision: str) -> None:
    places = windows(image, kernel, stride, padding)
    x, w = random(precision, n, *image, c), random(precision, *kernel, c, o, seed=1)
    b = random(precision, o if bias else 0, seed=2)
    agree(kernels.convolution, twins.convolution, (n, *places, o), precision, x, w, b, stride,
          room(precision, n, c, o, places, kernel, stride), terms=kernel[0] * kernel[1] * c)


@pytest.mark.parametrize(("n", "image", "kernel", "stride", "padding", "c", "o"), GEOMETRIES)
def test_gradient_of_the_weights(n: int, image: tuple[int, int], kernel: tuple[int, int],
                                 stride: int, padding: str, c: int, o: int, precision: str) -> None:
    places = windows(image, kernel, stride, padding)
    x, dy = random(precision, n, *image, c), random(precision, n, *places, o, seed=1)
    agree(kernels.convolution_weights, twins.convolution_weights, (*kernel, c, o), precision,
          dy, x, stride, 0, 1, n,
          room(precision, n, c, o, places, kernel, stride), terms=n * places[0] * places[1])


@pytest.mark.parametrize(("columns", "filters"), [(5, 4), (8, 1), (8, 17)])
def test_the_gradient_can_be_shared_out(columns: int, filters: int, precision: str) -> None:
    x = random(precision, 2, 6, columns, 3)
    dy = random(precision, 2, 6, columns, filters, seed=1)
    whole, parts = np.empty((2, 3, 3, 3, filters), precision)
    free = room(precision, 2, 3, filters, (6, columns), (3, 3), 1)
    kernels.convolution_weights(whole, dy, x, 1, 0, 1, 2, free)
    free[:] = np.nan
    kernels.convolution_weights(parts, dy, x, 1, 0, 2, 1, free[:free.size // 2])
    assert np.isnan(free[free.size // 2:]).all(), "that is another shard's room"
    kernels.convolution_weights(parts, dy, x, 1, 1, 2, 1, free[free.size // 2:])
    assert whole.tobytes() == parts.tobytes()


@pytest.mark.parametrize("filters", [1, 4, 17])
def test_results_do_not_depend_on_the_batch(filters: int, precision: str) -> None:
    x, w = random(precision, 9, 6, 8, 3), random(precision, 3, 3, 3, filters, seed=1)
    y, alone = np.empty((2, 9, 6, 8, filters), precision)
    b = random(precision, filters, seed=2)
    kernels.convolution(y, x, w, b, 1, room(precision, 9, 3, filters, (6, 8), (3, 3), 1))
    free = room(precision, 1, 3, filters, (6, 8), (3, 3), 1)
    for n in range(9):
        kernels.convolution(alone[n:n + 1], x[n:n + 1], w, b, 1, free)
    assert alone.tobytes() == y.tobytes()


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("n", "image", "kernel", "stride", "padding", "c", "o"), GEOMETRIES)
def test_adjoint(n: int, image: tuple[int, int], kernel: tuple[int, int], stride: int,
                 padding: str, c: int, o: int, bias: bool, precision: str) -> None:
    places = windows(image, kernel, stride, padding)
    y, w = random(precision, n, *places, o), random(precision, *kernel, c, o, seed=1)
    b = random(precision, c if bias else 0, seed=2)
    flipped = agree(kernels.flip_weights, twins.flip_weights, (w.size,), precision, w, stride,
                    terms=0)
    agree(kernels.convolution_adjoint, twins.convolution_adjoint, (n, *image, c), precision,
          y, flipped, b, *kernel, stride, adjoint_room(precision, n, o, c, image, kernel, stride),
          terms=kernel[0] * kernel[1] * o)


@pytest.mark.parametrize(("n", "image", "kernel", "stride", "padding", "c", "o"), GEOMETRIES)
def test_the_adjoint_is_the_adjoint(n: int, image: tuple[int, int], kernel: tuple[int, int],
                                    stride: int, padding: str, c: int, o: int) -> None:
    """<A x, y> = <x, A' y>, which needs no twin."""
    tile.install("float64")
    places = windows(image, kernel, stride, padding)
    x, y = random("float64", n, *image, c), random("float64", n, *places, o, seed=1)
    w, none = random("float64", *kernel, c, o, seed=2), np.empty(0)
    forward, back, flipped = np.empty_like(y), np.empty_like(x), np.empty(w.size)
    kernels.convolution(forward, x, w, none, stride,
                        room("float64", n, c, o, places, kernel, stride))
    kernels.flip_weights(flipped, w, stride)
    kernels.convolution_adjoint(back, y, flipped, none, *kernel, stride,
                                adjoint_room("float64", n, o, c, image, kernel, stride))
    assert np.sum(forward * y) == pytest.approx(np.sum(x * back), rel=1e-11, abs=1e-11)


@pytest.mark.parametrize("filters", [4, 17])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_special_values_reach_the_windows_that_see_them(value: float, filters: int, precision: str
                                                        ) -> None:
    x, w = random(precision, 1, 6, 6, 2), random(precision, 3, 3, 2, filters, seed=1)
    x[0, 0, 4, 1] = value
    y = np.empty((1, 6, 6, filters), precision)
    kernels.convolution(y, x, w, np.empty(0, precision), 1,
                        room(precision, 1, 2, filters, (6, 6), (3, 3), 1))
    seen = np.zeros((6, 6), bool)
    seen[:2, 3:] = True
    together = windows_together(filters, 6, 3, 1, y.itemsize)
    # Windows that go together share what is not finite.
    spoilt = seen.reshape(6, -1, together).any(-1).repeat(together, -1)
    finite = np.isfinite(y[0]).all(axis=-1)
    assert not finite[seen].any()
    assert finite[~spoilt].all()
