from __future__ import annotations

from engine.diagnosis.network import (
    hidden_activations,
    hidden_initialisers,
    output_width,
    symmetric_layers,
)
from engine.spec import LayerSpec, NetworkSpec
from tests.engine.diagnosis.snapshots import network

EQUAL = {"weights": "constant", "spread": 0.1}


def row(*layers: LayerSpec) -> NetworkSpec:
    return NetworkSpec((LayerSpec("input", "input"), *layers))


def test_the_output_is_as_wide_as_the_last_layer_that_has_a_width() -> None:
    net = network()
    assert output_width(net) == 2
    softmax = net.inserted(len(net.layers), LayerSpec("act", "activation"))
    assert output_width(softmax) == 2
    assert output_width(row()) == 0


def test_equal_filters_and_equal_constants_are_symmetric_too() -> None:
    images = row(LayerSpec("reshape-1", "reshape", {"height": 8, "width": 8, "channels": 1}),
                 LayerSpec("conv-1", "conv2d", {"filters": 4, **EQUAL}),
                 LayerSpec("conv-2", "conv2d", {"filters": 4, **EQUAL}),
                 LayerSpec("flatten-1", "flatten"),
                 LayerSpec("output", "dense", {"units": 10}))
    assert symmetric_layers(images) == {"conv-1"}
    numbers = row(LayerSpec("dense-1", "dense", EQUAL), LayerSpec("dense-2", "dense", EQUAL),
                  LayerSpec("output", "dense", {**EQUAL, "units": 2}))
    assert symmetric_layers(numbers) == {"dense-1", "dense-2"}


def test_weights_from_state_to_state_break_a_tie() -> None:
    end = LayerSpec("output", "dense", {**EQUAL, "units": 2})
    words = LayerSpec("embedding-1", "embedding")
    assert symmetric_layers(row(words, LayerSpec("lstm-1", "lstm", EQUAL), end)) == frozenset()
    alike = {**EQUAL, "recurrent_weights": "zeros"}
    assert symmetric_layers(row(words, LayerSpec("lstm-1", "lstm", alike), end)) == {"lstm-1"}


def test_what_lies_between_the_first_weights_and_the_last() -> None:
    net = network(3, "tanh", "xavier_uniform")
    net = net.inserted(2, LayerSpec("activation-1", "activation", {"function": "relu"}))
    assert hidden_activations(net) == {"tanh", "relu"}
    assert hidden_initialisers(net.replaced(net.layer("output").with_options(weights="zeros"))) \
        == {"xavier_uniform"}
    assert hidden_activations(row()) == hidden_initialisers(row()) == frozenset()
