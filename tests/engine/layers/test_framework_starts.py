"""Presets named after frameworks, held against what these drew: `tests.golden.starts.json`."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.layers import Parameter, kind
from engine.layers.weighted import initial_size
from engine.spec import LayerSpec, Option

Reals = NDArray[np.float64]
Figures = dict[str, float]

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "starts.json").read_text("utf-8"))

GRU, LSTM = 3, 4

SHAPES: dict[str, tuple[tuple[int, ...], dict[str, Option]]] = {
    "dense": ((300,), {"units": 200}),
    "conv2d": ((9, 9, 40), {"filters": 60}),
    "conv1d": ((9, 40), {"filters": 60}),
    "conv2d_transpose": ((9, 9, 40), {"filters": 60, "kernel": 3}),
    "embedding": ((4,), {"vocabulary": 500, "units": 200}),
    "ngram_bag": ((4,), {"vocabulary": 500, "longest": 1, "units": 200}),
    "rnn": ((4, 300), {"units": 200}),
    "lstm": ((4, 300), {"units": 200}),
    "gru": ((4, 300), {"units": 200}),
}
"""What `tests.golden.make_starts_golden` asked the frameworks for."""

WEIGHTS = [(key, scheme) for scheme in ("pytorch", "keras") for key in GOLDEN[scheme]]


def parameters(key: str, scheme: str, **options: Option) -> dict[str, Parameter]:
    shape, sizes = SHAPES[key]
    owner = kind(key)
    layer = LayerSpec("a", key, {**sizes, "weights": scheme, **options})
    if owner.field("recurrent_weights"):
        layer = layer.with_options(recurrent_weights=scheme)
    return {one.name: one for one in owner.parameters(owner.options(layer), (shape,))}


def drawn(key: str, scheme: str, **options: Option) -> dict[str, Reals]:
    rng = np.random.default_rng(1)
    return {name: one.draw(rng) for name, one in parameters(key, scheme, **options).items()}


def is_like(ours: Reals, theirs: Figures) -> None:
    """Hold one array to the figures of another from the same distribution."""
    # Three deviations of a deviation, of uniform or normal numbers, in both.
    slack = 3 * math.sqrt(2) / math.sqrt(2 * ours.size)
    assert ours.std() == pytest.approx(theirs["deviation"], rel=max(slack, 1e-6))
    assert ours.mean() == pytest.approx(
        theirs["mean"], abs=1e-12 + 5 * theirs["deviation"] / math.sqrt(ours.size))
    is_uniform = theirs["largest"] < 3 * theirs["deviation"]
    if is_uniform:
        assert np.abs(ours).max() == pytest.approx(theirs["largest"], rel=max(0.005, slack / 2))


@pytest.mark.parametrize(("key", "scheme"), WEIGHTS)
def test_weights_are_the_frameworks(key: str, scheme: str) -> None:
    theirs, ours = GOLDEN[scheme][key], drawn(key, scheme)
    names = {"w": next(iter(theirs))}
    if "u" in ours:
        names["u"] = next(name for name in theirs if "hh" in name or "recurrent" in name)
    for own, other in names.items():
        # A padded token stays 0.
        is_like(ours[own][1:] if key == "ngram_bag" else ours[own], theirs[other])


@pytest.mark.parametrize("key", ["dense", "conv2d", "conv1d", "conv2d_transpose"])
def test_pytorchs_biases(key: str) -> None:
    is_like(drawn(key, "pytorch")["b"], GOLDEN["pytorch"][key]["bias"])


@pytest.mark.parametrize(("key", "gates", "together"), [("rnn", 1, 1), ("lstm", LSTM, LSTM),
                                                        ("gru", GRU, 2)])
def test_pytorchs_two_biases_are_one_here_where_they_are_added(key: str, gates: int, together: int
                                                               ) -> None:
    theirs, ours = GOLDEN["pytorch"][key], drawn(key, "pytorch", forget_bias=1.0) \
        if key == "lstm" else drawn(key, "pytorch")
    limit = 1 / math.sqrt(200)
    for name in ("bias_ih_l0", "bias_hh_l0"):
        assert theirs[name]["largest"] == pytest.approx(limit, rel=0.01)
    b = ours["b"].reshape(gates, 200)
    for gate in range(gates):
        largest, square = np.abs(b[gate]).max(), float(np.mean(b[gate]**2))
        is_sum = gate < together
        # Sums of two reach twice as far, and their mean squares add up.
        assert (largest > 1.3 * limit) == is_sum
        assert largest <= (2 if is_sum else 1) * limit
        assert square == pytest.approx((2 if is_sum else 1) * limit**2 / 3, rel=0.3)
        assert abs(float(b[gate].mean())) < 0.3 * limit
    if key == "gru":
        is_like(ours["c"], theirs["bias_hh_l0"] | {"deviation": limit / math.sqrt(3)})


@pytest.mark.parametrize("key", ["dense", "conv2d", "rnn", "lstm", "gru"])
def test_keras_starts_biases_at_0_but_the_forget_gates(key: str) -> None:
    b = drawn(key, "keras")["b"]
    assert b.mean() == pytest.approx(GOLDEN["keras"][key]["bias"]["mean"], abs=1e-15)
    np.testing.assert_array_equal(b, drawn(key, "xavier_uniform")["b"])


@pytest.mark.parametrize("key", ["rnn", "lstm", "gru"])
def test_keras_draws_all_gates_as_one_orthogonal_matrix(key: str) -> None:
    assert GOLDEN["keras"][key]["recurrent_kernel"]["beside_orthogonal"] < 1e-6
    u = drawn(key, "keras")["u"]
    np.testing.assert_allclose(u @ u.T, np.eye(200), atol=1e-12)


def test_biases_lie_around_the_initial_one() -> None:
    b = drawn("dense", "pytorch", initial_bias=2.0)["b"]
    np.testing.assert_allclose(b - 2, drawn("dense", "pytorch")["b"], atol=1e-15)
    assert np.unique(b).size == 200
    assert (drawn("dense", "keras", initial_bias=2.0)["b"] == 2).all()


@pytest.mark.parametrize("scheme", ["pytorch", "keras"])
@pytest.mark.parametrize("key", SHAPES)
def test_their_size_is_known_without_drawing(key: str, scheme: str) -> None:
    shape, sizes = SHAPES[key]
    owner = kind(key)
    options = owner.options(LayerSpec("a", key, {**sizes, "weights": scheme, "gain": 2.0}))
    fans = owner.fans(options, (shape,))
    assert fans is not None
    weights = parameters(key, scheme, gain=2.0)["w"]
    expected = float(np.sqrt(np.mean(weights.draw(np.random.default_rng(1))**2)))
    assert initial_size(options, weights.shape, *fans, owner.role) == pytest.approx(expected,
                                                                                    rel=0.06)


def test_the_mean_field_rule_knows_them() -> None:
    """PyTorch's variance of 1/(3 fan in) shrinks ReLU's gradients to √(1/6) = 0.41 a layer."""
    owner = kind("dense")
    options = owner.options(LayerSpec("a", "dense", {
        "units": 500, "activation": "relu", "weights": "pytorch"}))
    rule = owner.mean_field(options, ((500,),))
    assert rule is not None
    [factor] = rule((1.0,)).gradient
    assert math.sqrt(factor) == pytest.approx(math.sqrt(1 / 6), rel=0.05)
