"""Fixed points and factors of the error signal."""

from __future__ import annotations

import math

import pytest

from engine.layers import ACTIVATIONS
from engine.theory import LayerPrediction, Prediction, criticality
from engine.theory.criticality import product_in_words


def test_relu_has_no_fixed_point_and_needs_none() -> None:
    shrinking, same, growing = (criticality("relu", variance, 0.0) for variance in (1.0, 2.0, 3.0))
    assert (shrinking.q, shrinking.chi) == (0.0, pytest.approx(0.5))
    assert math.isnan(same.q)
    assert (same.chi, same.xi) == (pytest.approx(1.0), math.inf)
    assert math.isnan(growing.q)
    assert growing.chi == pytest.approx(1.5)
    assert shrinking.xi == pytest.approx(1 / math.log(2))
    codes = [one.note.code for one in (shrinking, same, growing) if one.note]
    assert codes == ["theory.fades", "theory.any-size", "theory.grows"]


def test_relu_with_a_bias_comes_to_rest() -> None:
    found = criticality("relu", 1.0, 0.5)
    assert found.q == pytest.approx(1.0, rel=1e-3)
    assert found.note is None


def test_tanh_is_ordered_below_1_and_chaotic_above() -> None:
    """The phase diagram of Poole et al. (2016): without biases, the border is at 1."""
    assert criticality("tanh", 0.9, 0.0).chi == pytest.approx(0.9, rel=1e-3)
    chaotic = criticality("tanh", 4.0, 0.0)
    assert chaotic.chi > 1.3
    assert chaotic.q > 1
    # Biases bring order: the same weights, another phase.
    assert criticality("tanh", 1.5, 0.0).chi > 1 > criticality("tanh", 1.5, 1.0).chi


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_a_fixed_point_is_one(key: str) -> None:
    found = criticality(key, 1.7, 0.2)
    if not math.isnan(found.q):
        import numpy as np

        z = np.linspace(-8, 8, 4001)
        share = np.exp(-z**2 / 2) / np.exp(-z**2 / 2).sum()
        following = 1.7 * share @ ACTIVATIONS[key].value(math.sqrt(found.q) * z)**2 + 0.2
        assert following == pytest.approx(found.q, rel=0.01)
    assert found.chi > 0


def test_the_product_is_said_in_words() -> None:
    """PyTorch's weights: the gradients of 30 layers of ReLU are √(1/6) each of those behind."""
    layers = tuple(LayerPrediction(f"dense-{n}", chi=1 / 6) for n in range(30))
    told = product_in_words(Prediction(layers, 10, 24))
    assert told is not None
    assert told.text == "30 layers at 0.41 each leave 2.1e-12."
    assert product_in_words(Prediction(layers, 10, 24), ["dense-1"]).text == (
        "1 layer at 0.41 each leaves 0.41.")
    assert product_in_words(Prediction((), 10, 24)) is None
