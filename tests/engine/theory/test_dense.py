"""Predicted gradients of chains of dense layers, against networks in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from engine.theory import criticality
from tests.engine.theory.networks import dataset, deep, figures, measured, predicted
from tests.tiers import examples

GAINS = {
    "sigmoid": (1.0, 4.0, 8.0), "relu": (1.0, 1.414, 1.8), "leaky_relu": (1.0, 1.414, 1.8),
    "sine": (0.7, 1.0, 1.6), "softplus": (0.7, 1.0, 1.6), "silu": (1.0, 1.6, 2.2),
    "gelu": (1.0, 1.5, 2.0)}
"""Below, about, and above what keeps gradients; of others 0.7, 1 and 1.4."""

ACTIVATIONS = ("relu", "tanh", "selu", "sigmoid", "linear", "leaky_relu", "elu", "gelu", "silu",
               "softplus", "softsign", "hard_tanh", "sine")
CASES = [("tanh", 0.7), ("selu", 1.0), ("sine", 1.6)]
"""Vanishing, nearly critical and chaotic; the rest follows."""
CASES += [(activation, gain) for activation in ACTIVATIONS
          for gain in GAINS.get(activation, (0.7, 1.0, 1.4)) if (activation, gain) not in CASES]

FACTOR = 1.5
_SLOWLY = ("inputs become alike only slowly, so that small chance products of different examples, "
           "which 5 seeds do not average, decide; how alike does not depend on the gain")
_LARGE = "for large sums it is ReLU"
ROUGH = {
    **{(key, gain): _SLOWLY for key in ("relu", "leaky_relu") for gain in (1.0, 1.414, 1.8)},
    ("gelu", 1.5): "chi grows with the size of sums, which wanders from seed to seed",
    ("silu", 1.6): "as GELU",
    ("softplus", 1.6): "as GELU: for large sums it is ReLU with a gain above the critical one",
    ("gelu", 2.0): _LARGE, ("silu", 2.2): _LARGE, ("elu", 1.4): _LARGE,
    ("linear", 1.4): "outputs are so large that the errors of a few examples decide",
}
"""Cases in which a gradient may be a factor of 2 off, and why."""
WITHIN = 2.0

FAR_FROM_A_FIXED_POINT = {("gelu", 1.5), ("silu", 1.6)}
"""Where sums shrink to a fixed point at 0 if they are small, and grow if they are as large as those
of these data: what the layers do is not what is said of the fixed point."""

WIDTH, SEEDS = examples(128, 512), range(5)
DEPTH = 30


@pytest.mark.sampled
@pytest.mark.parametrize(("activation", "gain"), CASES[:examples(3, len(CASES))])
def test_every_layer_is_as_predicted(activation: str, gain: float) -> None:
    data = dataset()
    given = deep(activation, WIDTH, DEPTH, weights="lecun_normal", gain=gain)
    prediction = predicted(given, data)
    theory = figures(prediction, "gradient_rms")
    found = measured(given, data, SEEDS)
    middle = np.median(found.gradient, axis=0)
    # A quarter of the width, where less than all is run, leaves more to chance.
    factor = WITHIN if (activation, gain) in ROUGH or WIDTH < 512 else FACTOR
    ratio = middle / theory
    assert ratio.max() < factor
    assert ratio.min() > 1 / factor
    chi = criticality(activation, gain**2, 0.0).chi
    growth = np.median(np.log(found.error[:, 0] / found.error[:, DEPTH - 1]))
    if abs(chi - 1) > 0.05 and (activation, gain) not in FAR_FROM_A_FIXED_POINT:
        assert (growth > 0) == (chi > 1)
    of_layers = np.log(figures(prediction, "chi")[1:DEPTH]).sum()
    if abs(of_layers) > 1:
        assert (growth > 0) == (of_layers > 0)


@pytest.mark.parametrize(("activation", "gain"), [
    ("tanh", 1.0), ("relu", 1.414), ("linear", 1.0)])
def test_the_band_holds_nine_of_ten_narrow_networks(activation: str, gain: float) -> None:
    data = dataset(inputs=8)
    given = deep(activation, 16, 10, 64, weights="lecun_normal", gain=gain)
    found = measured(given, data, range(30)).gradient
    theory = predicted(given, data)
    inside = (found >= figures(theory, "low")) & (found <= figures(theory, "high"))
    assert inside.mean() >= 0.9
    # A band as wide as that of all networks would hold them as well.
    assert np.all(figures(theory, "high") < 50 * figures(theory, "low"))


def test_the_band_is_narrower_the_wider_a_network_is() -> None:
    data = dataset()
    ends = [figures(predicted(deep("relu", width, 10, weights="he_normal"), data), name)
            for width in (16, 64, 512) for name in ("low", "high")]
    spans = [high[0] / low[0] for low, high in zip(ends[::2], ends[1::2], strict=True)]
    assert spans[0] > 1.5 * spans[1] > 1.5 * spans[2]


@pytest.mark.parametrize(("weights", "options"), [
    ("normal", {"spread": 0.1}), ("uniform", {"spread": 0.15}), ("orthogonal", {"gain": 1.3}),
    ("he_uniform", {}), ("xavier_normal", {"gain": 1.5}), ("playground", {}), ("pytorch", {}),
    ("keras", {"initial_bias": 0.5})])
def test_every_initialiser_is_followed(weights: str, options: dict[str, float]) -> None:
    data = dataset()
    given = deep("tanh", 128, 4, weights=weights, **options)
    ratio = np.median(measured(given, data, range(5)).gradient, axis=0) / figures(
        predicted(given, data), "gradient_rms")
    assert np.all((ratio > 1 / 1.4) & (ratio < 1.4))


def test_24_points_say_what_200_say() -> None:
    data, given = dataset(), deep("tanh", 256, 8, weights="lecun_normal", gain=1.2)
    few, many = (figures(predicted(given, data, points=points), "gradient_rms")
                 for points in (24, 200))
    np.testing.assert_allclose(few, many, rtol=0.15)


def test_the_batch_counts() -> None:
    data = dataset()
    for batch in (1, 16, 1024):
        given = deep("tanh", 128, 3, batch, weights="lecun_normal")
        ratio = np.median(measured(given, data, range(9)).gradient, axis=0) / figures(
            predicted(given, data), "gradient_rms")
        assert np.all((ratio > 1 / 1.5) & (ratio < 1.5))


@pytest.mark.parametrize("depth", [60, 120, 180, 240])
def test_gradients_of_whatever_size_have_a_band(depth: int) -> None:
    """Squares that can just be told from 0 among them."""
    given = deep("sigmoid", 32, depth, weights="xavier_uniform")
    with np.errstate(under="ignore"):
        found = predicted(given, dataset())
    known = [one for one in found.layers if one.gradient_rms > 0]
    assert len(known) > 40
    assert all(one.low < one.gradient_rms < one.high for one in known)
