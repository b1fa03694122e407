"""Weighted losses against their twins, against difference quotients, and against plain ones."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.kernels.ops import losses as plain
from engine.kernels.ops import sequence_loss as plain_steps
from engine.kernels.ops import weighted_losses as kernels
from tests.engine.kernels.agreement import (
    PRECISIONS,
    SHAPES,
    Reals,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import weighted_losses as twins

LOSSES: dict[str, tuple[float, ...]] = {
    "softmax_cross_entropy": (0.125,), "binary_cross_entropy": (), "mean_squared_error": (),
    "hinge": ()}
"""Every loss of classes with its constants, which float32 holds exactly."""

RARE = 50.0
"""How many times a class may weigh another one."""


@pytest.fixture(params=PRECISIONS)
def precision(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def examples(loss: str, shape: tuple[int, int], precision: str) -> tuple[Reals, Reals, Reals]:
    """Return outputs, targets and the weights of the classes."""
    rng = np.random.default_rng(shape)
    n, k = shape
    classes = max(2, k)
    labels = rng.integers(0, classes, n)
    if k == 1:
        t = (2.0 * labels - 1 if loss in ("hinge", "mean_squared_error") else labels)[:, None]
    else:
        t = np.eye(k)[labels]
    weights = RARE ** rng.uniform(-1, 1, classes)
    return (3 * rng.standard_normal(shape)).astype(precision), t.astype(precision), weights


def compare(loss: str, z: Reals, t: Reals, weights: Reals, precision: str) -> float:
    dz, block = guarded(z.shape, precision)
    kept = z.copy(), t.copy(), weights.copy()
    value = getattr(kernels, f"weighted_{loss}")(dz, z, t, weights, *LOSSES[loss])
    slopes = np.empty(z.shape)
    truth = getattr(twins, f"weighted_{loss}")(slopes, double(z), double(t), weights,
                                               *LOSSES[loss])
    largest = max(weights[twins.class_of(row)] for row in t)
    assert_close(dz, slopes, precision, units=8, scale=largest / twins.total_weight(t, weights))
    if math.isfinite(truth):
        assert value == pytest.approx(truth, rel=1e-6 if precision == "float32" else 1e-13,
                                      abs=1e-7 if precision == "float32" else 1e-15)
    else:
        assert not math.isfinite(value)
    assert kernels.total_weight(t, weights) == pytest.approx(twins.total_weight(t, weights))
    assert_guards_untouched(block)
    for now, before in zip((z, t, weights), kept, strict=True):
        np.testing.assert_array_equal(now, before)
    return float(value)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("loss", LOSSES)
def test_losses(loss: str, shape: tuple[int, int], precision: str) -> None:
    if loss != "softmax_cross_entropy" or shape[1] > 1:
        compare(loss, *examples(loss, shape, precision), precision)


@pytest.mark.parametrize("shape", [(9, 1), (7, 4)])
@pytest.mark.parametrize("loss", LOSSES)
def test_gradients_are_the_slopes_of_the_loss(loss: str, shape: tuple[int, int]) -> None:
    if loss == "softmax_cross_entropy" and shape[1] == 1:
        return
    z, t, weights = examples(loss, shape, "float64")
    lost = getattr(kernels, f"weighted_{loss}")
    dz, unused, step = np.empty(shape), np.empty(shape), 1e-4
    lost(dz, z, t, weights, *LOSSES[loss])
    for place in np.ndindex(shape):
        around = []
        for by in (-2, -1, 1, 2):
            moved = z.copy()
            moved[place] += by * step
            around.append(lost(unused, moved, t, weights, *LOSSES[loss]))
        slope = (around[0] - 8 * around[1] + 8 * around[2] - around[3]) / (12 * step)
        assert dz[place] == pytest.approx(slope, rel=1e-7, abs=1e-10)


@pytest.mark.parametrize("loss", LOSSES)
def test_equal_weights_are_none(loss: str, precision: str) -> None:
    z, t, _ = examples(loss, (17, 5), precision)
    weighted, usual = np.empty_like(z), np.empty_like(z)
    found = getattr(kernels, f"weighted_{loss}")(weighted, z, t, np.full(5, 3.5), *LOSSES[loss])
    value = getattr(plain, loss)(usual, z, t, *LOSSES[loss])
    assert found == pytest.approx(value, rel=1e-6 if precision == "float32" else 1e-13)
    assert_close(weighted, double(usual), precision, units=8, scale=1 / 17)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_weight_is_as_many_copies_of_an_example(loss: str) -> None:
    z, t, _ = examples(loss, (8, 3), "float64")
    weights = np.array([1.0, 2.0, 5.0])
    copies = [int(weights[twins.class_of(row)]) for row in t]
    many, targets = np.repeat(z, copies, axis=0), np.repeat(t, copies, axis=0)
    dz, slopes = np.empty_like(z), np.empty_like(many)
    found = getattr(kernels, f"weighted_{loss}")(dz, z, t, weights, *LOSSES[loss])
    assert found == pytest.approx(getattr(plain, loss)(slopes, many, targets, *LOSSES[loss]))
    ends = np.cumsum(copies)
    np.testing.assert_allclose(dz, np.add.reduceat(slopes, ends - copies), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_batch_that_a_class_is_missing_from_has_the_mean_of_the_others(
        loss: str, precision: str) -> None:
    z, t, weights = examples(loss, (6, 3), precision)
    t[:] = np.eye(3)[[0, 0, 0, 0, 1, 0]]
    value = compare(loss, z, t, weights, precision)
    t[:] = np.eye(3)[0]
    # Of one class alone, whatever its weight, the mean is the usual one.
    usual = getattr(plain, loss)(np.empty_like(z), z, t, *LOSSES[loss])
    assert compare(loss, z, t, weights, precision) == pytest.approx(usual, rel=1e-6)
    assert compare(loss, z, t, weights, precision) != pytest.approx(value)


@pytest.mark.parametrize("logit", [100.0, -1e4, 1e15, np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("loss", LOSSES)
def test_special_logits(loss: str, logit: float, precision: str) -> None:
    z, t, weights = examples(loss, (3, 4), precision)
    z[1, 2] = logit
    for own in (0, 2):
        t[1] = np.eye(4)[own]
        compare(loss, z, t, weights, precision)


SIZES = ((1, 1, 2), (3, 4, 5), (2, 7, 31), (5, 1, 3))
"""Examples, steps, classes."""


@pytest.mark.parametrize("ignored", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("size", SIZES)
def test_cross_entropy_of_the_steps_that_count(size: tuple[int, int, int], ignored: float,
                                               precision: str) -> None:
    rng = np.random.default_rng(size)
    rows, classes = size[0] * size[1], size[2]
    labels = rng.integers(0, classes, rows)
    labels[rng.random(rows) < ignored] = -1
    t = labels.astype(precision)
    z = (3 * rng.standard_normal((rows, classes))).astype(precision)
    weights = RARE ** rng.uniform(-1, 1, classes)
    dz, block = guarded(z.shape, precision)
    value = kernels.weighted_sequence_cross_entropy(dz, z, t, weights)
    slopes = np.empty(z.shape)
    truth = twins.weighted_sequence_cross_entropy(slopes, double(z), double(t), weights)
    total = twins.total_step_weight(t, weights)
    assert kernels.total_step_weight(t, weights) == pytest.approx(total)
    assert_close(dz, slopes, precision, units=8, scale=weights.max() / max(total, 1e-9))
    assert value == pytest.approx(truth, rel=1e-6 if precision == "float32" else 1e-13,
                                  abs=1e-7 if precision == "float32" else 1e-15)
    assert not dz[t < 0].any()
    assert_guards_untouched(block)
    if ignored == 1.0:
        assert value == 0
    count, terms = plain_steps.counted_steps(t), np.empty(plain_steps.terms_of(rows))
    plain_steps.sequence_cross_entropy(slopes, terms, double(z), double(t), count)
    usual = plain_steps.mean_of_terms(terms, count)
    assert kernels.weighted_sequence_cross_entropy(
        np.empty(z.shape), double(z), double(t), np.full(classes, 7.0)) == pytest.approx(usual)
