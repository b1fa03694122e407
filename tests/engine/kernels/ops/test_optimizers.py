from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.kernels.ops import descent, optimizers
from engine.kernels.ops.blocks import BLOCK
from engine.kernels.runtime import layout
from tests.engine.kernels.agreement import (
    PRECISIONS,
    Reals,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import optimizers as twins

MEMORIES = {"update_sgd": 0, "update_momentum": 1, "update_nesterov": 1, "update_rmsprop": 1,
            "update_adam": 2, "update_adagrad": 1, "update_adadelta": 2, "update_nadam": 2}
CORRECTIONS = {"update_adam": optimizers.adam_correction,
               "update_nadam": optimizers.nadam_correction}
PLACES = {"learning_rate": layout.LEARNING_RATE, "l1": layout.L1, "l2": layout.L2,
          "momentum": layout.MOMENTUM, "rho": layout.RHO, "beta1": layout.BETA1,
          "beta2": layout.BETA2, "epsilon": layout.EPSILON, "weight_decay": layout.WEIGHT_DECAY}
# Powers of two, which float32 holds exactly: the twin then computes with the same constants.
RULE = {"learning_rate": 2**-5, "l1": 0.0, "l2": 0.0, "momentum": 0.875, "rho": 0.984375,
        "beta1": 0.875, "beta2": 0.998046875, "epsilon": 2**-26, "weight_decay": 0.0}
PENALTIES = {"none": {}, "l1": {"l1": 0.125}, "l2": {"l2": 0.0625},
             "both": {"l1": 0.125, "l2": 0.0625}, "decay": {"weight_decay": 0.25}}


def compiled(kernel: str) -> Callable[..., Any]:
    """Return a kernel by name."""
    function: Callable[..., Any] = getattr(optimizers, kernel)
    return function


def correction(kernel: str, rule: dict[str, float], step: int) -> tuple[Any, ...]:
    """Return what a kernel that counts steps is given for one."""
    return (CORRECTIONS[kernel](in_row(rule), step),) if kernel in CORRECTIONS else ()


def in_row(rule: dict[str, float]) -> Reals:
    constants = np.full(layout.HYPER_LENGTH, np.nan)
    for key, value in rule.items():
        constants[PLACES[key]] = value
    return constants


def moments(sums: tuple[float, float, float], size: int) -> tuple[float, float]:
    """Return mean and standard deviation of the numbers of which the sums speak."""
    shift, total, squares = sums
    mean = total / size
    return shift + mean, np.sqrt(max(squares / size - mean**2, 0.0) if squares >= 0 else np.nan)


def compare(kernel: str, w: Reals, g: Reals, rule: dict[str, float], precision: str,
            steps: int = 3) -> None:
    """Step kernel and twin several times from zero memory and compare all they hold.

    The last quarter of the parameters is neither penalised nor measured.
    """
    measured = w.size - w.size // 4
    arrays, blocks = zip(*(guarded(w.shape, precision) for _ in range(1 + MEMORIES[kernel])),
                         strict=True)
    arrays[0][:] = w
    for memory in arrays[1:]:
        memory[:] = 0
    truths = [double(array) for array in arrays]
    kept = g.copy()
    for step in range(1, steps + 1):
        count = (step,) if kernel in CORRECTIONS else ()
        slope = np.empty_like(g)
        descent.penalise(slope, g, arrays[0], in_row(rule), measured)
        sums = compiled(kernel)(arrays[0], slope, *arrays[1:], in_row(rule), measured,
                                *correction(kernel, rule, step))
        rest = [truth[measured:] for truth in (truths[0], double(g), *truths[1:])]
        twin = getattr(twins, kernel)
        expected = twin(*(truth[:measured] for truth in (truths[0], double(g), *truths[1:])),
                        rule, *count)
        twin(*rest, {**rule, "l1": 0.0, "l2": 0.0, "weight_decay": 0.0}, *count)
        scale = np.abs(truths[0]).max(initial=1.0, where=np.isfinite(truths[0]))
        for array, truth in zip(arrays, truths, strict=True):
            assert_close(array, truth, precision, units=4 * step, scale=scale)
        rounding = 1e-5 if precision == "float32" else 1e-12
        found = (*moments(sums[:3], measured), *moments(sums[3:], measured))
        np.testing.assert_allclose(found, expected, rounding, rounding * scale)
    for block in blocks:
        assert_guards_untouched(block)
    np.testing.assert_array_equal(g, kept)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("size", [1, 7, 16, 131, BLOCK])
@pytest.mark.parametrize("kernel", MEMORIES)
def test_three_steps(kernel: str, size: int, penalty: str, precision: str) -> None:
    if penalty == "decay" and kernel != "update_adam":
        penalty = "both"
    rng = np.random.default_rng(size)
    w, g = rng.standard_normal(size).astype(precision), rng.standard_normal(size).astype(precision)
    w[0] = 0.0
    compare(kernel, w, g, {**RULE, **PENALTIES[penalty]}, precision)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("value", [0.0, 1e-20, 1e15, -1e15, np.nan])
@pytest.mark.parametrize("kernel", MEMORIES)
def test_special_gradients_stay_in_their_place(kernel: str, value: float, precision: str) -> None:
    w, g = np.linspace(-1, 1, 5).astype(precision), np.full(5, 0.5, precision)
    g[3] = value
    compare(kernel, w, g, RULE, precision, steps=1)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("value", [np.inf, -np.inf])
@pytest.mark.parametrize("kernel", MEMORIES)
def test_an_infinite_gradient_spoils_only_its_own_weight(kernel: str, value: float,
                                                        precision: str) -> None:
    w, g = np.linspace(-1, 1, 5).astype(precision), np.full(5, 0.5, precision)
    g[3] = value
    memories = [np.zeros(5, precision) for _ in range(MEMORIES[kernel])]
    compiled(kernel)(w, g, *memories, in_row(RULE), w.size, *correction(kernel, RULE, 1))
    assert np.isfinite(w).tolist() == [True, True, True, False, True]


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("kernel", MEMORIES)
def test_nothing_moves_without_a_learning_rate(kernel: str, precision: str) -> None:
    w, g = np.linspace(-1, 1, 5).astype(precision), np.full(5, 0.5, precision)
    memories = [np.zeros(5, precision) for _ in range(MEMORIES[kernel])]
    before = w.copy()
    still = {**RULE, "learning_rate": 0.0}
    compiled(kernel)(w, g, *memories, in_row(still), w.size, *correction(kernel, still, 1))
    np.testing.assert_array_equal(w, before)


@pytest.mark.parametrize("beta1", [0.0, 0.875, 0.999])
@pytest.mark.parametrize("count", [1, 2, 300, 5000])
def test_nadams_product_of_momenta_is_that_of_all_steps(count: int, beta1: float) -> None:
    w, g = np.linspace(-1, 1, 5), np.linspace(0.5, 0.1, 5)
    truth, rule = w.copy(), {**RULE, "beta1": beta1}
    optimizers.update_nadam(w, g, np.zeros(5), np.zeros(5), in_row(rule), 5,
                                     *correction("update_nadam", rule, count))
    twins.update_nadam(truth, g, np.zeros(5), np.zeros(5), rule, count)
    np.testing.assert_allclose(w, truth, 1e-12)


def test_nadam_does_not_slow_down_in_a_long_run() -> None:
    w, g = np.linspace(-1, 1, 5), np.linspace(0.5, 0.1, 5)
    optimizers.update_nadam(w, g, np.zeros(5), np.zeros(5), in_row(RULE), 5,
                                     *correction("update_nadam", RULE, 10**15))
    assert np.isfinite(w).all()


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("penalty", PENALTIES)
def test_penalise(penalty: str, precision: str) -> None:
    w, g = np.linspace(-1, 1, 21).astype(precision), np.linspace(2, -3, 21).astype(precision)
    slope, block = guarded(w.shape, precision)
    truth, rule = np.zeros(21), {**RULE, **PENALTIES[penalty]}
    descent.penalise(slope, g, w, in_row(rule), 15)
    twins.penalise(truth, double(g), double(w), rule, 15)
    assert_close(slope, truth, precision, scale=1.0)
    assert_guards_untouched(block)


def spread(kind: str, size: int) -> Reals:
    """Return numbers whose standard deviation is easily lost."""
    x = np.random.default_rng(size).standard_normal(size)
    x[:16] += {"outlier": 1e4, "step": 3.0}.get(kind, 0.0)
    if kind == "alternating":
        x = np.where(np.arange(size) % 2, 0.1, -0.3)
    if kind == "waking":
        x[:16] *= 1e-18
        x *= 1e-13
    return {"far": x + 3000, "vanished": 1e-21 * x, "fading": 1e-36 * x, "gone": 0 * x,
            "exploded": 1e18 * x}.get(kind, x)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("kind", ["plain", "outlier", "step", "alternating", "far", "vanished",
                                  "fading", "waking", "gone", "exploded"])
@pytest.mark.parametrize("size", [16, 17, 131, 1000, BLOCK - 1])
def test_sums_are_relied_on_only_where_they_can_be(size: int, kind: str, precision: str) -> None:
    x = np.append(spread(kind, size), 1e5).astype(precision)
    u = np.append(spread(kind, size)[::-1], 1e5).astype(precision)
    found = descent.descend(x.copy(), u, x.dtype.type(1.0), size)
    for sums, numbers in ((found[:3], x), (found[3:], u)):
        mean, deviation = moments(sums, size)
        expected = twins.sums(double(numbers), size)
        assert mean == pytest.approx(expected[0], rel=1e-6, abs=1e-6 * expected[1])
        assert deviation == pytest.approx(expected[1], rel=1e-6)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("size", [1, 20, 131, 1000, BLOCK])
@pytest.mark.parametrize("value", [0.0, 0.1, -1e-30, 1e30])
def test_equal_numbers_do_not_deviate(value: float, size: int, precision: str) -> None:
    x = np.full(size, value, precision)
    found = descent.descend(x.copy(), x, x.dtype.type(0.25), size)
    assert [found[place] for place in (1, 2, 4, 5)] == [0.0] * 4


def test_numbers_that_are_none_have_no_deviation() -> None:
    none = np.full(BLOCK, np.nan, np.float32)
    assert not np.isfinite(descent.descend(none.copy(), none, np.float32(1.0), BLOCK)).any()


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("mean", [0.0, 1.0, 1000.0])
@pytest.mark.parametrize("size", [1, 7, 131, BLOCK])
def test_descend(size: int, mean: float, precision: str) -> None:
    rng = np.random.default_rng(size)
    w, block = guarded((size,), precision)
    w[:] = mean + rng.standard_normal(size)
    u = (1e-6 * (mean + rng.standard_normal(size))).astype(precision)
    rate = u.dtype.type(0.25)
    truth = double(w)
    measured = size - size // 4
    found = descent.descend(w, u, rate, measured)
    expected = twins.descend(truth, double(u), 0.25, measured)
    assert moments(found[:3], measured)[1] == pytest.approx(expected[1], rel=1e-6, abs=1e-300)
    assert moments(found[3:], measured)[1] == pytest.approx(expected[3], rel=1e-6, abs=1e-300)
    assert_close(w, truth, precision)
    assert_guards_untouched(block)
