"""Chi over the gain: as single points say, and as a deep network has it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.layers import ACTIVATIONS
from engine.spec import LayerSpec, NetworkSpec
from engine.theory import GainCurve, criticality, gain_curves
from engine.theory.gain_curve import chi_over_gain

GAINS = np.geomspace(0.1, 10.0, 121)


def network(*kinds: tuple[str, dict[str, object]]) -> NetworkSpec:
    layers = [LayerSpec("input", "input")]
    layers += [LayerSpec(f"l{n}", key).with_options(**options)
               for n, (key, options) in enumerate(kinds, 1)]
    return NetworkSpec(tuple(layers))


def curves(spec: NetworkSpec, *layer_ids: str) -> tuple[GainCurve, ...]:
    return gain_curves(spec, 50, layer_ids or {layer.id for layer in spec}, GAINS)


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_every_point_is_the_chi_of_its_fixed_point(key: str) -> None:
    gains = np.array([0.3, 0.7, 1.3, 2.5])
    chi = chi_over_gain(key, gains, 1.2, bias_variance=0.1)
    for gain, found in zip(gains, chi, strict=True):
        assert found == pytest.approx(criticality(key, 1.2 * gain**2, 0.1).chi, rel=0.02)


@pytest.mark.parametrize("key", ["tanh", "sigmoid", "softplus", "elu"])
def test_biases_that_are_all_alike_shift_where_a_function_works(key: str) -> None:
    """Against the recursion itself, layer by layer, with the means over a fine grid."""
    z = np.linspace(-9, 9, 6001)
    share = np.exp(-z**2 / 2) / np.exp(-z**2 / 2).sum()
    function = ACTIVATIONS[key].value
    for gain in (0.5, 1.0):
        variance, bias, q = 1.0, 0.8, 1.0
        for _ in range(4000):
            q = gain**2 * variance * share @ function(bias + math.sqrt(q) * z)**2
        u = bias + math.sqrt(q) * z
        slope = (function(u + 1e-5) - function(u - 1e-5)) / 2e-5
        wanted = gain**2 * variance * share @ slope**2
        found = chi_over_gain(key, np.array([gain]), variance, bias)[0]
        assert found == pytest.approx(wanted, rel=0.02), gain


def test_gains_that_are_known_are_found() -> None:
    """tanh asks for LeCun's weights, ReLU for He's: √2 as much, and √(2/(1+0.01²)) where leaky."""
    spec = network(*[("dense", {"units": 50, "activation": "tanh", "weights": "lecun_normal"})] * 3)
    (tanh,) = curves(spec)
    assert tanh.critical == (pytest.approx(1.0, rel=0.01),)
    assert tanh.layers == ("l1", "l2", "l3")
    assert tanh.gain == 1.0
    assert tanh.at(0.5) == pytest.approx(0.25, rel=0.01)
    relu, leaky = (curves(network(("dense", {
        "units": 50, "activation": key, "weights": "lecun_normal"})))[0] for key in (
            "relu", "leaky_relu"))
    assert relu.critical == (pytest.approx(math.sqrt(2), rel=1e-3),)
    assert leaky.critical == (pytest.approx(math.sqrt(2 / 1.0001), rel=1e-3),)
    he = curves(network(("dense", {"units": 50, "activation": "relu", "weights": "he_normal"})))[0]
    assert he.critical == (pytest.approx(1.0, rel=1e-3),)


def test_a_function_in_a_layer_of_its_own_counts_for_the_sums_before_it() -> None:
    spec = network(("dense", {"units": 50, "activation": "linear"}),
                   ("activation", {"function": "sigmoid"}),
                   ("dense", {"units": 50, "activation": "linear"}))
    assert [one.activation for one in curves(spec)] == ["sigmoid", "linear"]


def test_functions_have_a_curve_each_and_gains_that_differ_no_point() -> None:
    spec = network(("dense", {"units": 50, "activation": "tanh", "gain": 2.0}),
                   ("dense", {"units": 50, "activation": "relu"}),
                   ("dense", {"units": 50, "activation": "tanh"}))
    tanh, relu = curves(spec)
    assert (tanh.activation, relu.activation) == ("tanh", "relu")
    assert math.isnan(tanh.gain)
    assert math.isnan(tanh.at(tanh.gain))
    assert relu.gain == 1.0
    (only,) = curves(spec, "l1")
    assert (only.layers, only.gain) == (("l1",), 2.0)


@pytest.mark.parametrize("weights", ["zeros", "constant", "lsuv", "identity"])
def test_weights_without_a_gain_or_chance_have_none(weights: str) -> None:
    assert curves(network(("dense", {"units": 50, "weights": weights}))) == ()


def test_layers_without_weighted_sums_have_none() -> None:
    assert curves(network(("dropout", {}), ("layer_norm", {}))) == ()


def test_frameworks_biases_count() -> None:
    """PyTorch's weights have variance 1/3 over the fan in, and so have its biases."""
    (curve,) = curves(network(("dense", {"units": 50, "activation": "relu",
                                         "weights": "pytorch"})))
    assert curve.at(1.0) == pytest.approx(1 / 6, rel=0.01)
    assert curve.critical == (pytest.approx(math.sqrt(6), rel=0.01),)


def test_chi_of_0_lies_on_the_curve_too() -> None:
    curve = GainCurve("sigmoid", (), np.array([0.1, 1.0, 10.0]), np.array([0.0, 0.5, 1.0]), (), 1.0)
    assert curve.at(1.0) == pytest.approx(0.5)
    assert curve.at(0.1) == pytest.approx(0.0)
    assert 0 < curve.at(0.3) < 0.5
