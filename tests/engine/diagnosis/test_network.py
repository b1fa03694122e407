from __future__ import annotations

import math

import numpy as np
import pytest

from engine.diagnosis.network import (
    chance_loss,
    hidden_activations,
    hidden_initialisers,
    symmetric_layers,
)
from engine.layers import LOSSES
from engine.spec import LayerSpec, NetworkSpec, default_project
from tests.engine.diagnosis.snapshots import network

EQUAL = {"weights": "constant", "spread": 0.1}


def row(*layers: LayerSpec) -> NetworkSpec:
    return NetworkSpec((LayerSpec("input", "input"), *layers))


def test_a_text_is_guessed_at_the_logarithm_of_its_alphabet() -> None:
    assert chance_loss(default_project().network, "sequence", 69, "sequence_cross_entropy") \
        == math.log(69)
    assert math.isnan(chance_loss(default_project().network, "reconstruction", 10,
                                  "binary_cross_entropy"))


def test_a_loss_that_nobody_knows_has_no_chance() -> None:
    assert math.isnan(chance_loss(default_project().network, "classification", 2, "guesswork"))


@pytest.mark.parametrize(("key", "answer", "width"), [
    ("softmax_cross_entropy", np.zeros((4, 4)), 4),
    ("hinge", np.zeros((4, 4)), 4),
    ("mean_squared_error", np.full((4, 4), 0.25), 4),
    ("binary_cross_entropy", np.full((4, 4), 0.25), 4),
    ("mean_squared_error", np.zeros((2, 1)), 1),
    ("binary_cross_entropy", np.full((2, 1), 0.5), 1),
    ("hinge", np.zeros((2, 1)), 1),
])
def test_guessing_costs_what_the_formula_says(key: str, answer: np.ndarray, width: int) -> None:
    loss, n_classes = LOSSES[key], len(answer)
    targets = loss.encode(np.arange(n_classes), n_classes, width)
    t, z = targets, answer
    cost = {
        "softmax_cross_entropy": lambda: -np.mean(
            np.sum(t * (z - np.log(np.exp(z).sum(1, keepdims=True))), 1)),
        "binary_cross_entropy": lambda: -np.mean(t * np.log(z) + (1 - t) * np.log(1 - z)),
        "mean_squared_error": lambda: np.mean((z - t) ** 2),
        "hinge": lambda: np.mean(np.maximum(0, 1 - t * z)) if width == 1 else np.mean(
            [sum(max(0.0, 1 - z[i, i] + z[i, j]) for j in range(4) if j != i) / 4
             for i in range(4)]),
    }[key]()
    assert loss.at_chance("classification", n_classes, width) == pytest.approx(cost)


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
