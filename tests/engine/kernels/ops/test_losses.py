from __future__ import annotations

import math

import numpy as np
import pytest

from engine.kernels.ops import losses as kernels
from tests.engine.kernels.agreement import (
    PRECISIONS,
    SHAPES,
    Reals,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import losses as twins

LOSSES: dict[str, tuple[float, ...]] = {
    "softmax_cross_entropy": (0.125,), "binary_cross_entropy": (), "mean_squared_error": (),
    "mean_absolute_error": (), "huber": (0.75,), "hinge": ()}
"""Every loss with its constants, which float32 holds exactly."""


def examples(shape: tuple[int, int], precision: str, spread: float = 3.0) -> tuple[Reals, Reals]:
    """Return outputs and one-hot targets."""
    rng = np.random.default_rng(shape)
    z = (spread * rng.standard_normal(shape)).astype(precision)
    return z, np.eye(shape[1])[rng.integers(0, shape[1], shape[0])].astype(precision)


def compare(loss: str, z: Reals, t: Reals, precision: str, units: float = 4) -> None:
    dz, block = guarded(z.shape, precision)
    kept = z.copy(), t.copy()
    value = getattr(kernels, loss)(dz, z, t, *LOSSES[loss])
    dz_truth = np.empty(z.shape)
    truth = getattr(twins, loss)(dz_truth, double(z), double(t), *LOSSES[loss])
    # p - t cancels where the network is right.
    assert_close(dz, dz_truth, precision, units=units, scale=1 / len(z))
    if math.isfinite(truth):
        assert value == pytest.approx(truth, rel=1e-6 if precision == "float32" else 1e-13,
                                      abs=1e-7 if precision == "float32" else 1e-15)
    else:
        assert not math.isfinite(value)
    assert_guards_untouched(block)
    np.testing.assert_array_equal(z, kept[0])
    np.testing.assert_array_equal(t, kept[1])


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("loss", LOSSES)
def test_losses(loss: str, shape: tuple[int, int], precision: str) -> None:
    compare(loss, *examples(shape, precision), precision)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_soft_targets(loss: str, precision: str) -> None:
    z, _ = examples((7, 5), precision)
    t = np.random.default_rng(1).dirichlet(np.ones(5), 7).astype(precision)
    compare(loss, z, t, precision)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("logit", [0.0, 100.0, -100.0, 1e4, -1e4, 1e15, -1e15, np.nan, np.inf,
                                   -np.inf])
@pytest.mark.parametrize("is_target", [True, False])
def test_special_logits(loss: str, logit: float, is_target: bool, precision: str) -> None:
    z, t = examples((3, 4), precision)
    z[1, 2] = logit
    t[1] = np.eye(4)[2 if is_target else 0]
    compare(loss, z, t, precision)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("logit", [0.0, 1e30, -1e30, 88.0])
def test_equal_logits_share_the_probability(logit: float, precision: str) -> None:
    z = np.full((2, 4), logit, precision)
    p = np.empty((2, 4), precision)
    kernels.softmax_forward(p, z)
    assert (p == 0.25).all()
    assert kernels.softmax_cross_entropy(p, z, np.eye(4)[[0, 1]].astype(precision), 0.0) == (
        pytest.approx(math.log(4), rel=1e-6) if abs(logit) < 1e9 else pytest.approx(0, abs=1e16))


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_softmax(shape: tuple[int, int], precision: str) -> None:
    z, _ = examples(shape, precision, spread=20.0)
    p, block = guarded(shape, precision)
    kernels.softmax_forward(p, z)
    truth = np.empty(shape)
    twins.softmax_forward(truth, double(z))
    assert_close(p, truth, precision, units=8)
    assert_guards_untouched(block)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_margin_shares(shape: tuple[int, int], precision: str) -> None:
    z, _ = examples(shape, precision)
    p, block = guarded(shape, precision)
    kernels.margin_shares(p, z)
    truth = np.empty(shape)
    twins.margin_shares(truth, double(z))
    assert_close(p, truth, precision, units=8)
    assert_guards_untouched(block)
    if shape[1] == 1:
        np.testing.assert_array_equal(p > 0.5, z > 0)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("loss", ["mean_absolute_error", "huber"])
def test_errors_of_any_size_count(loss: str, precision: str) -> None:
    z = np.array([[0.0, -0.75, 0.75], [1e-3, -1e6, 1e15]], precision)
    compare(loss, z, np.zeros_like(z), precision)
    compare(loss, z, z.copy(), precision)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("z", [-3.0, -1.0, 0.0, 1.0, 1.5])
@pytest.mark.parametrize("t", [-1.0, 1.0])
def test_the_hinge_of_one_unit(z: float, t: float, precision: str) -> None:
    dz = np.empty((1, 1), precision)
    loss = kernels.hinge(dz, np.array([[z]], precision), np.array([[t]], precision))
    assert loss == max(0.0, 1 - t * z)
    assert dz[0, 0] == (-t if t * z < 1 else 0.0)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_hinge_at_its_kink_is_content(precision: str) -> None:
    z, t = np.array([[2.0, 1.0, 0.5]], precision), np.eye(3)[[0]].astype(precision)
    dz = np.empty((1, 3), precision)
    assert kernels.hinge(dz, z, t) == 0
    assert not dz.any()
