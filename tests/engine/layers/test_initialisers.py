from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.layers import INITIALISERS, kind
from engine.spec import LayerSpec

Reals = NDArray[np.float64]
SIZES = ((200, 300), (300, 200), (400, 50))

LIMITS = {
    "xavier_uniform": lambda i, o: math.sqrt(6 / (i + o)),
    "he_uniform": lambda i, o: math.sqrt(6 / i),
    "lecun_uniform": lambda i, o: math.sqrt(3 / i),
    "uniform": lambda i, o: 0.7,
    "playground": lambda i, o: 0.5,
}
DEVIATIONS = {
    "xavier_normal": lambda i, o: math.sqrt(2 / (i + o)),
    "he_normal": lambda i, o: math.sqrt(2 / i),
    "lecun_normal": lambda i, o: math.sqrt(1 / i),
    "normal": lambda i, o: 0.7,
}


def draw(key: str, fan_in: int, fan_out: int, seed: int = 1) -> Reals:
    return INITIALISERS[key].draw(np.random.default_rng(seed), fan_in, fan_out, 0.7)


def test_every_initialiser_is_measured_here() -> None:
    assert INITIALISERS.keys() == LIMITS.keys() | DEVIATIONS.keys() | {"orthogonal", "zeros"}


@pytest.mark.parametrize(("fan_in", "fan_out"), SIZES)
@pytest.mark.parametrize("key", LIMITS)
def test_uniform_weights_fill_their_interval(key: str, fan_in: int, fan_out: int) -> None:
    w = draw(key, fan_in, fan_out)
    limit = LIMITS[key](fan_in, fan_out)
    assert w.shape == (fan_in, fan_out)
    assert np.abs(w).max() <= limit
    assert np.abs(w).max() > 0.999 * limit
    assert w.var() == pytest.approx(limit**2 / 3, rel=0.02)
    assert w.mean() == pytest.approx(0, abs=4 * limit / math.sqrt(3 * w.size))


@pytest.mark.parametrize(("fan_in", "fan_out"), SIZES)
@pytest.mark.parametrize("key", DEVIATIONS)
def test_normal_weights_have_their_deviation(key: str, fan_in: int, fan_out: int) -> None:
    w = draw(key, fan_in, fan_out)
    deviation = DEVIATIONS[key](fan_in, fan_out)
    assert w.shape == (fan_in, fan_out)
    assert w.std() == pytest.approx(deviation, rel=0.02)
    assert w.mean() == pytest.approx(0, abs=4 * deviation / math.sqrt(w.size))
    # A normal distribution, not a truncated or uniform one.
    assert np.mean(w**4) / deviation**4 == pytest.approx(3, rel=0.1)


@pytest.mark.parametrize(("fan_in", "fan_out"), [(5, 5), (9, 4), (4, 9), (1, 3), (3, 1), (1, 1)])
def test_orthogonal_rows_or_columns(fan_in: int, fan_out: int) -> None:
    w = draw("orthogonal", fan_in, fan_out)
    assert w.shape == (fan_in, fan_out)
    gram = w.T @ w if fan_in >= fan_out else w @ w.T
    np.testing.assert_allclose(gram, np.eye(min(fan_in, fan_out)), atol=1e-14)


def test_orthogonal_matrices_prefer_no_direction() -> None:
    """Without the correction of signs, the diagonal of Q would be of one sign."""
    corners = [draw("orthogonal", 3, 3, seed)[0, 0] for seed in range(2000)]
    # A coordinate of a random direction of space is uniform: mean 0, variance 1/3.
    assert np.mean(corners) == pytest.approx(0, abs=0.05)
    assert np.var(corners) == pytest.approx(1 / 3, abs=0.03)


def test_zeros() -> None:
    assert not draw("zeros", 4, 3).any()


@pytest.mark.parametrize("key", INITIALISERS)
def test_one_unit_and_one_input(key: str) -> None:
    assert np.isfinite(draw(key, 1, 1)).all()


@pytest.mark.parametrize("key", INITIALISERS)
def test_the_generator_decides(key: str) -> None:
    np.testing.assert_array_equal(draw(key, 5, 4), draw(key, 5, 4))
    assert key == "zeros" or (draw(key, 5, 4) != draw(key, 5, 4, seed=2)).any()


def biases(**options: bool | float | str) -> Reals:
    owner = kind("dense")
    layer = LayerSpec("a", "dense", {"units": 3, **options})
    _, b = owner.parameters(owner.options(layer), ((2,),))
    assert not b.is_weight
    return b.draw(np.random.default_rng(0))


def test_biases_start_where_they_are_told_to() -> None:
    np.testing.assert_array_equal(biases(), np.zeros(3))
    np.testing.assert_array_equal(biases(initial_bias=-2.5), np.full(3, -2.5))


def test_playgrounds_biases_start_at_a_tenth() -> None:
    np.testing.assert_array_equal(biases(weights="playground", initial_bias=7.0), np.full(3, 0.1))
