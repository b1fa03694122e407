from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.errors import ShapeError
from engine.layers import (
    INITIALISERS,
    LayerKind,
    diagnose,
    infer_shapes,
    kind,
    kinds,
    parameter_counts,
    resolve,
)
from engine.layers.recurrent import LINE, row_length
from engine.spec import LayerSpec, NetworkSpec, ProjectSpec, project_from_json, project_to_json

GATES = {"rnn": 1, "lstm": 4, "gru": 3}
RECURRENT = [kind(key) for key in GATES]


def network(key: str, **options: Any) -> NetworkSpec:
    return NetworkSpec((LayerSpec("input", "input"), LayerSpec("layer", key, options)))


def drawn(key: str, features: int = 5, **options: Any) -> dict[str, np.ndarray]:
    """Return initial parameters for sequences of 7 steps."""
    layer = resolve(network(key, **options), (7, features))[1]
    return {parameter.name: parameter.draw(np.random.default_rng(1))
            for parameter in layer.parameters()}


@pytest.mark.parametrize("key", GATES)
def test_shapes(key: str) -> None:
    assert infer_shapes(network(key, units=6), (7, 5))[-1] == (6,)
    assert infer_shapes(network(key, units=6, output="sequence"), (7, 5))[-1] == (7, 6)
    for shape in ((7,), (4, 4, 3)):
        with pytest.raises(ShapeError, match="a sequence, steps x features"):
            infer_shapes(network(key), shape)
    candidate = 6 if key == "gru" else 0
    wide = 6 * GATES[key]
    assert parameter_counts(network(key, units=6), (7, 5))[1] == 5 * wide + 6 * wide + wide \
        + candidate
    assert parameter_counts(network(key, units=6, bias=False), (7, 5))[1] == 11 * wide


@pytest.mark.parametrize("key", GATES)
def test_every_gate_draws_a_matrix_of_its_own(key: str) -> None:
    found = drawn(key, units=6, weights="xavier_uniform")
    gates = np.split(found["u"], GATES[key], axis=1)
    for gate in gates:
        np.testing.assert_allclose(gate.T @ gate, np.eye(6), atol=1e-12)
    limit = np.sqrt(6 / (5 + 6))
    assert 0.8 * limit < np.abs(found["w"]).max() <= limit
    assert len({gate.tobytes() for gate in gates}) == GATES[key]


@pytest.mark.parametrize("key", GATES)
def test_each_matrix_has_a_spread_of_its_own(key: str) -> None:
    found = drawn(key, features=40, units=40, weights="normal", spread=2.0,
                  recurrent_weights="normal", recurrent_spread=0.1)
    assert found["w"].std() == pytest.approx(2.0, rel=0.1)
    assert found["u"].std() == pytest.approx(0.1, rel=0.1)


def test_biases() -> None:
    assert drawn("lstm", units=2)["b"].tolist() == [0, 0, 1, 1, 0, 0, 0, 0]
    assert drawn("lstm", units=1, forget_bias=3.0, initial_bias=0.5)["b"].tolist() == [
        0.5, 3, 0.5, 0.5]
    assert drawn("rnn", units=2, initial_bias=0.5)["b"].tolist() == [0.5, 0.5]
    assert drawn("rnn", units=2, weights="playground")["b"].tolist() == [0.1, 0.1]
    gru = drawn("gru", units=2, initial_bias=0.5)
    assert gru["b"].tolist() == [0.5] * 6
    assert gru["c"].tolist() == [0, 0]
    for key in GATES:
        assert drawn(key, bias=False).keys() == {"w", "u"}


@pytest.mark.parametrize("owner", RECURRENT, ids=list(GATES))
def test_weights_count_and_biases_do_not(owner: LayerKind) -> None:
    layer = resolve(network(owner.key), (7, 5))[1]
    assert {parameter.name for parameter in layer.parameters() if parameter.is_weight} == {"w", "u"}
    assert owner in kinds()
    assert owner.group == "Sequence"


def test_labels_and_activations() -> None:
    for key, options, label, activation in (
            ("rnn", {}, "Simple RNN 16 · Tanh", "tanh"),
            ("rnn", {"activation": "relu", "units": 3}, "Simple RNN 3 · ReLU", "relu"),
            ("lstm", {}, "LSTM 16", "tanh"), ("gru", {"units": 8}, "GRU 8", "tanh")):
        full = kind(key).options(LayerSpec("x", key, options))
        assert kind(key).label(full) == label
        assert kind(key).activation(full) == activation


def test_only_recurrent_layers_carry_state() -> None:
    for owner in kinds():
        options = owner.options(LayerSpec("x", owner.key))
        assert not owner.carries(options)
        if owner in RECURRENT:
            assert owner.carries({**options, "carried": True})


@pytest.mark.parametrize("key", [*GATES, "embedding"])
def test_no_scheme_is_offered_that_scales_weighted_sums(key: str) -> None:
    """These layers name no argument of a function, by which LSUV would scale their weights."""
    fields = [field for field in kind(key).fields if field.key in ("weights", "recurrent_weights")]
    assert len(fields) == (1 if key == "embedding" else 2)
    for field in fields:
        assert {choice.key for choice in field.choices} == {
            scheme.key for scheme in INITIALISERS.values() if not scheme.needs_data}
        project = ProjectSpec(network=network(key, **{field.key: "lsuv"}))
        found = project_from_json(project_to_json(project))
        [issue] = [issue for issue in diagnose(found, "classification", 7, 2)
                   if issue.layer_id == "layer"]
        assert f"{field.title}: 'lsuv' is none of xavier_uniform, " in issue.text
        assert issue.text.endswith("keras; expected one of these. Change it.")


@pytest.mark.parametrize("key", GATES)
def test_the_gain_is_a_factor_on_what_weighs_the_features(key: str) -> None:
    once, twice = drawn(key, gain=1.0), drawn(key, gain=2.0)
    np.testing.assert_array_equal(twice["w"], 2 * once["w"])
    np.testing.assert_array_equal(twice["u"], once["u"])


@pytest.mark.parametrize("first", GATES)
@pytest.mark.parametrize("reader", [*GATES, "conv1d", "sequence_mean"])
def test_a_layer_that_gives_its_last_state_alone_is_named(first: str, reader: str) -> None:
    layers = [LayerSpec("input", "input"), LayerSpec("words", "embedding", {"vocabulary": 9}),
              LayerSpec("first", first), LayerSpec("dropout", "dropout"),
              LayerSpec("reader", reader), LayerSpec("output", "dense", {"units": 2})]
    if reader == "conv1d":
        layers.insert(-1, LayerSpec("flatten", "flatten"))
    of = ProjectSpec(network=NetworkSpec(tuple(layers)))
    [issue] = diagnose(of, "classification", 7, 2, vocabulary=9)
    assert issue.layer_id == "reader"
    title = kind(first).title
    assert issue.text.endswith(
        f"Let Layer 2 ({title}) give every state by setting its Output to Every state.")
    every = of.network.replaced(of.network.layer("first").with_options(output="sequence"))
    last = [issue.text for issue in diagnose(ProjectSpec(network=every), "classification", 7, 2,
                                             vocabulary=9)]
    assert last == []


def test_rows_never_lie_a_power_of_two_apart() -> None:
    lengths = [row_length(columns) for columns in range(1, 600)]
    for columns, length in enumerate(lengths, 1):
        assert columns <= length < columns + 2 * LINE
        assert length % LINE == 0
        assert length // LINE % 2 == 1
