"""Every function over the whole range, against C's float64; errors in units in the last place."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from numba import njit
from numpy.typing import NDArray

from engine.kernels.ops import mathematics
from engine.kernels.runtime.rounding import ON_X86

Reals = NDArray[Any]
Function = Callable[[Any], Any]

ERFC = np.vectorize(math.erfc, otypes=[np.float64])


def logistic(x: Reals) -> Reals:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def normal_distribution(x: Reals) -> Reals:
    return 0.5 * np.asarray(ERFC(-x / math.sqrt(2)))


TRUTH: dict[str, Function] = {
    "exponential": np.exp,
    "exponential_less_one": np.expm1,
    "hyperbolic_tangent": np.tanh,
    "logistic": logistic,
    "softplus": lambda x: np.logaddexp(0.0, x),
    "normal_density": lambda x: np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi),
    "normal_distribution": normal_distribution,
}

LARGEST_ERROR = {"exponential": 1.1, "exponential_less_one": 1.7, "hyperbolic_tangent": 1.95,
                 "logistic": 1.75, "softplus": 2, "normal_density": 1.4, "normal_distribution": 3}
"""Units in the last place of float32."""

SPECIAL: dict[str, tuple[float, float, float]] = {
    "exponential": (0.0, 1.0, math.inf), "exponential_less_one": (-1.0, 0.0, math.inf),
    "hyperbolic_tangent": (-1.0, 0.0, 1.0), "logistic": (0.0, 0.5, 1.0),
    "softplus": (0.0, math.log(2), math.inf),
    "normal_density": (0.0, 1 / math.sqrt(2 * math.pi), 0.0),
    "normal_distribution": (0.0, 0.5, 1.0),
}
"""Values at minus infinity, zero and infinity."""


@cache
def loop(name: str) -> Callable[[Reals, Reals], None]:
    """Return a loop that the compiler may spread over a register's lanes."""
    function = getattr(mathematics, name)

    def apply(y: Reals, x: Reals) -> None:
        for j in range(x.size):
            y[j] = function(x[j])
    return njit(apply)  # type: ignore[no-any-return]


def values(name: str, x: Reals) -> Reals:
    y = np.empty_like(x)
    loop(name)(y, x)
    return y


def errors(name: str, x: Reals) -> Reals:
    """Return errors in units in the last place; infinite where only one side is infinite."""
    found = values(name, x).astype(np.float64)
    with np.errstate(all="ignore"):
        truth = np.asarray(TRUTH[name](x.astype(np.float64)), np.float64)
        rounded: Reals = np.asarray(truth, np.float32)
        off: Reals = np.abs(found - truth) / np.spacing(np.abs(rounded)).astype(np.float64)
    off[np.isinf(rounded)] = np.where(found == rounded, 0.0, np.inf)[np.isinf(rounded)]
    return off


@cache
def arguments(density: int = 20_000) -> Reals:
    """Return every kind of float32: all exponents alike, and more where the functions change."""
    rng = np.random.default_rng(0)
    exponents = np.arange(255, dtype=np.uint32)[:, None] << 23
    mantissas = rng.integers(0, 2**23, (255, density // 255), np.uint32)
    sizes = (exponents | mantissas).ravel().view(np.float32)
    parts = [sizes, -sizes, rng.uniform(-110, 110, density), rng.uniform(-20, 20, density),
             rng.uniform(-1, 1, density)]
    every: Reals = np.concatenate([np.asarray(part, np.float32) for part in parts])
    return np.sort(every)


@pytest.mark.parametrize("name", TRUTH)
def test_single_precision_is_right_to_the_last_digit_or_so(name: str) -> None:
    x = arguments(100_000 if name == "normal_distribution" else 1_000_000)
    found = errors(name, x)
    worst = int(np.argmax(found))
    assert found[worst] <= LARGEST_ERROR[name], f"{found[worst]:.2f} at {x[worst]!r}"


@pytest.mark.skipif(not ON_X86, reason="looks for instructions of x86")
@pytest.mark.parametrize("name", TRUTH)
def test_a_loop_applies_a_function_to_whole_registers(name: str) -> None:
    apply = loop(name)
    apply(np.empty(1, np.float32), np.ones(1, np.float32))
    (code,) = apply.inspect_asm().values()  # type: ignore[attr-defined]
    assert "mulps" in code or "fmadd213ps" in code, "it is called number by number"


@pytest.mark.parametrize("name", TRUTH)
def test_double_precision_is_that_of_the_c_library(name: str) -> None:
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.uniform(-700, 700, 20_000), rng.uniform(-3, 3, 20_000)])
    truth = np.asarray(TRUTH[name](x), np.float64)
    # Far out, the rounding of the distribution's argument shows in the result.
    near = 1e-12 if name == "normal_distribution" else 1e-14
    np.testing.assert_allclose(values(name, x), truth, rtol=near, atol=1e-300)


@pytest.mark.skipif(np.finfo(np.longdouble).nmant <= 52, reason="no longer numbers to compare with")
@pytest.mark.parametrize(("name", "largest"), [
    ("exponential", 1.1), ("exponential_less_one", 2.2), ("hyperbolic_tangent", 2.2),
    ("logistic", 1.8)])
def test_double_precision_is_right_to_the_last_digit_or_so(name: str, largest: float) -> None:
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.uniform(-size, size, 100_000) for size in (1e-9, 0.3, 2, 40, 760)])
    found = values(name, x)
    with np.errstate(all="ignore"):
        truth = TRUTH[name](x.astype(np.longdouble))
        rounded = truth.astype(np.float64)
        off = np.abs(found - truth) / np.spacing(np.abs(rounded))
    np.testing.assert_array_equal(np.isinf(found), np.isinf(rounded))
    assert np.max(off[np.isfinite(rounded)]) <= largest


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", TRUTH)
def test_ends_and_zeros(name: str, precision: str) -> None:
    below, zero, above = SPECIAL[name]
    largest = float(np.finfo(precision).max)
    x = np.array([-math.inf, -largest, -0.0, 0.0, largest, math.inf], precision)
    near_end = largest if name == "softplus" else above
    expected = np.array([below, below, zero, zero, near_end, above], precision)
    np.testing.assert_allclose(values(name, x), expected, rtol=2e-7)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", TRUTH)
def test_nan_stays_nan_wherever_it_stands(name: str, precision: str) -> None:
    for size in (1, 7, 64):
        for place in range(size):
            x = np.ones(size, precision)
            x[place] = np.nan
            np.testing.assert_array_equal(np.isnan(values(name, x)), np.isnan(x))


@pytest.mark.parametrize("name", ["exponential_less_one", "hyperbolic_tangent"])
def test_tiny_arguments_come_back_as_they_are(name: str) -> None:
    x = np.array([1e-45, -1e-45, 1e-40, 1e-38, -1e-38, 1e-20, 1e-8], np.float32)
    np.testing.assert_allclose(values(name, x), x, rtol=1e-7, atol=2e-45)


def test_small_results_keep_their_digits_down_to_the_last_denormal() -> None:
    x = np.linspace(-103.9, -87, 2000).astype(np.float32)
    truth = np.exp(x.astype(np.float64))
    for name in ("exponential", "logistic"):
        found = values(name, x).astype(np.float64)
        assert (np.abs(found - truth) <= 1.5e-45 + 2.4e-7 * truth).all()
        assert (found[truth > 1.4e-45] > 0).all()


@pytest.mark.parametrize("name", ["hyperbolic_tangent", "logistic", "normal_distribution"])
def test_bounds_are_kept(name: str) -> None:
    found = values(name, arguments())
    low = -1.0 if name == "hyperbolic_tangent" else 0.0
    assert found.min() >= low
    assert found.max() <= 1.0


def test_tanh_is_odd_and_the_density_is_even() -> None:
    x = arguments()
    mirrored = -values("hyperbolic_tangent", -x)
    np.testing.assert_array_equal(values("hyperbolic_tangent", x), mirrored)
    np.testing.assert_array_equal(values("normal_density", -x), values("normal_density", x))


@pytest.mark.parametrize("name", TRUTH)
def test_python_without_numba_computes_the_same(name: str) -> None:
    for x in (-3.0, -0.1, 0.0, 0.5, 2.0):
        truth = np.asarray(TRUTH[name](np.array([x])), np.float64)[0]
        assert getattr(mathematics, name)(x) == pytest.approx(truth, rel=1e-14)
