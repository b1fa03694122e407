from __future__ import annotations

import math

import numpy as np
import pytest

from engine.kernels.ops import sequence_loss as kernels
from tests.engine.kernels.agreement import (
    PRECISIONS,
    Reals,
    assert_close,
    assert_guards_untouched,
    double,
    guarded,
)
from tests.reference import sequence_loss as twins

SIZES = ((1, 1, 2), (3, 4, 5), (2, 7, 31), (5, 1, 3), (9, 8, 4))
"""Examples, steps, classes."""


@pytest.fixture(params=PRECISIONS)
def precision(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def sequences(size: tuple[int, int, int], precision: str, ignored: float = 0.3
              ) -> tuple[Reals, Reals]:
    """Return logits and the class of every step, some of which do not count."""
    examples, steps, classes = size
    rng = np.random.default_rng(size)
    t = rng.integers(0, classes, examples * steps)
    t[rng.random(len(t)) < ignored] = -1
    return (3 * rng.standard_normal((len(t), classes))).astype(precision), t.astype(precision)


def compare(z: Reals, t: Reals, precision: str) -> float:
    dz, block = guarded(z.shape, precision)
    kept = z.copy(), t.copy()
    count, terms = kernels.counted_steps(t), np.full(kernels.terms_of(len(t)), np.nan)
    assert count == twins.counted_steps(t)
    kernels.sequence_cross_entropy(dz, terms, z, t, count)
    loss = kernels.mean_of_terms(terms, count)
    slopes = np.empty(z.shape)
    twins.sequence_cross_entropy(slopes, terms, double(z), double(t), count)
    truth = twins.mean_of_terms(terms, count)
    # p - t cancels where the network is right.
    assert_close(dz, slopes, precision, units=4, scale=1 / max(np.sum(t >= 0), 1))
    assert loss == pytest.approx(truth, rel=1e-6 if precision == "float32" else 1e-13,
                                 abs=1e-7 if precision == "float32" else 1e-15)
    assert not dz[t < 0].any()
    assert_guards_untouched(block)
    np.testing.assert_array_equal(z, kept[0])
    np.testing.assert_array_equal(t, kept[1])
    return float(loss)


@pytest.mark.parametrize("ignored", [0.0, 0.3, 0.8])
@pytest.mark.parametrize("size", SIZES)
def test_cross_entropy_of_the_steps_that_count(size: tuple[int, int, int], ignored: float,
                                               precision: str) -> None:
    compare(*sequences(size, precision, ignored), precision)


def test_no_step_counts(precision: str) -> None:
    z, t = sequences((2, 3, 4), precision)
    assert compare(z, np.full_like(t, -1), precision) == 0


@pytest.mark.parametrize("logit", [0.0, 88.0, -88.0, 1e4, -1e4])
@pytest.mark.parametrize("is_target", [True, False])
def test_large_logits(logit: float, is_target: bool, precision: str) -> None:
    z, t = sequences((2, 3, 4), precision)
    z[1, 2], t[1] = logit, 2 if is_target else 0
    compare(z, t, precision)


@pytest.mark.parametrize("logit", [np.nan, np.inf])
def test_a_logit_that_is_not_finite_is_seen(logit: float, precision: str) -> None:
    z, t = sequences((2, 3, 4), precision, ignored=0.0)
    z[1, 2] = logit
    terms = np.empty(kernels.terms_of(len(t)))
    kernels.sequence_cross_entropy(np.empty_like(z), terms, z, t, len(t))
    assert not math.isfinite(kernels.mean_of_terms(terms, len(t)))


@pytest.mark.parametrize("size", SIZES)
def test_shares_of_right_steps(size: tuple[int, int, int], precision: str) -> None:
    z, t = sequences(size, precision)
    # Half of them right.
    t[::2] = np.where(t[::2] >= 0, np.argmax(z, axis=1)[::2], -1)
    found = kernels.right_steps(z, t, size[1])
    assert found == pytest.approx(twins.right_steps(double(z), double(t), size[1]), rel=1e-12)
    assert 0 < found <= size[0]


def test_the_first_of_equal_logits_is_the_guess() -> None:
    z = np.zeros((4, 3))
    assert kernels.right_steps(z, np.array([0.0, 1.0, 0.0, -1.0]), 2) == 0.5 + 1
    assert kernels.right_steps(z[:2], np.array([-1.0, -1.0]), 2) == 1
