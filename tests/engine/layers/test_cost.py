"""Costs against closed forms, a calculation by hand, and the plan's own account."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from engine.layers import (
    LayerCost,
    Lowering,
    Shape,
    Value,
    costs,
    infer_shapes,
    kind,
    parameter_counts,
)
from engine.plan import build_plan
from engine.spec import LayerSpec, NetworkSpec
from tests.engine.training.graphs import Graph, graphs
from tests.tiers import examples


def network(*layers: tuple[str, dict[str, Any]]) -> NetworkSpec:
    return NetworkSpec((LayerSpec("input", "input"), *(
        LayerSpec(f"{kind}-{n}", kind, options) for n, (kind, options) in enumerate(layers))))


def image(height: int, width: int, channels: int) -> tuple[str, dict[str, Any]]:
    return "reshape", {"height": height, "width": width, "channels": channels}


def test_dense() -> None:
    first, second = costs(network(("dense", {"units": 5, "activation": "linear"}),
                                  ("dense", {"units": 3, "activation": "tanh"})), (7,))[1:]
    # The data need no gradient: only that of the weights is a product.
    assert first == LayerCost(7 * 5, 7 * 5, 7 * 5 + 5, 5)
    # Two products back; weighted sums and activations are both kept.
    assert second == LayerCost(5 * 3 + 3, 2 * 5 * 3 + 3, 5 * 3 + 3, 2 * 3)


@pytest.mark.parametrize(("kernel", "stride", "padding", "places"), [
    (3, 1, "same", 8 * 6), (3, 1, "valid", 6 * 4), (5, 2, "same", 4 * 3), (2, 3, "valid", 3 * 2)])
def test_convolution(kernel: int, stride: int, padding: str, places: int) -> None:
    options = {"filters": 4, "kernel": kernel, "stride": stride, "padding": padding,
               "activation": "linear"}
    cost = costs(network(("dense", {"units": 96}), image(8, 6, 2), ("conv2d", options)), (3,))[-1]
    product = places * kernel**2 * 2 * 4
    assert cost == LayerCost(product, 2 * product, kernel**2 * 2 * 4 + 4, places * 4)


def test_a_transposed_convolution_costs_what_its_mirror_image_does() -> None:
    options = {"kernel": 3, "stride": 2, "padding": "same", "activation": "linear"}
    up = costs(network(("dense", {"units": 24}), image(4, 3, 2),
                       ("conv2d_transpose", {**options, "filters": 5})), (3,))[-1]
    down = costs(network(("dense", {"units": 240}), image(8, 6, 5),
                         ("conv2d", {**options, "filters": 2})), (3,))[-1]
    assert (up.forward, up.backward) == (down.forward, down.backward)
    assert up.forward == 4 * 3 * 2 * 3**2 * 5


@pytest.mark.parametrize(("kind", "gates"), [("rnn", 1), ("lstm", 4), ("gru", 3)])
def test_recurrent(kind: str, gates: int) -> None:
    steps, features, units = 6, 3, 5
    fold = {"form": "sequence", "steps": steps, "features": features}
    cost = costs(network(("dense", {"units": steps * features}), ("reshape", fold),
                         (kind, {"units": units, "output": "sequence"})), (2,))[-1]
    product = steps * gates * units * (features + units)
    biases = gates * units + (units if kind == "gru" else 0)
    # What goes into every step: state, features and 1. Gates, and a GRU's candidate's product.
    # Both in rows of 1 or 3 cache lines. States and their start; an LSTM has cells with a start,
    # and a place for one step's gradient of them.
    row, gates_row = 16, {"rnn": 16, "lstm": 48, "gru": 48}[kind]
    cells = (steps + 3) * units if kind == "lstm" else 0
    kept = (steps + 1) * row + steps * gates_row + (steps + 1) * units + cells
    assert cost == LayerCost(product, 2 * product, gates * units * (features + units) + biases,
                             kept)


def test_lenet() -> None:
    """LeNet-5 (LeCun et al. 1998) with full connections, tanh and means, added up by hand."""
    lenet = network(
        image(28, 28, 1),
        ("conv2d", {"filters": 6, "kernel": 5, "activation": "tanh"}),
        ("average_pooling", {"size": 2, "stride": 2}),
        ("conv2d", {"filters": 16, "kernel": 5, "padding": "valid", "activation": "tanh"}),
        ("average_pooling", {"size": 2, "stride": 2}),
        ("flatten", {}),
        ("dense", {"units": 120, "activation": "tanh"}),
        ("dense", {"units": 84, "activation": "tanh"}),
        ("dense", {"units": 10, "activation": "linear"}))
    found = costs(lenet, (784,))
    products = 117_600 + 240_000 + 48_000 + 10_080 + 840
    functions = 4_704 + 1_600 + 120 + 84
    means = 4_704 + 1_600
    assert sum(cost.forward for cost in found) == products + functions + means
    # Every product comes twice, but for the first layer's: the image needs no gradient.
    assert sum(cost.backward for cost in found) == 2 * products - 117_600 + functions + means
    assert sum(cost.parameters for cost in found) == 61_706
    assert sum(cost.kept for cost in found) == 2 * functions + 1_176 + 400 + 10


@pytest.mark.sampled
@settings(max_examples=examples(40, 100), suppress_health_check=[HealthCheck.too_slow])
@given(graphs())
def test_a_plan_agrees(graph: Graph) -> None:
    inputs = np.zeros((1, graph.n_inputs))
    shapes = infer_shapes(graph.project.network, (graph.n_inputs,))
    targets = np.zeros((1, graph.n_inputs if graph.task == "sequence" else shapes[-1][-1]))
    plan = build_plan(graph.project, inputs, targets, 1)
    found = costs(graph.project.network, (graph.n_inputs,))
    assert sum(cost.forward for cost in found) == plan.work
    assert sum(cost.backward for cost in found) == plan.backward_work
    assert tuple(cost.parameters for cost in found) == parameter_counts(
        graph.project.network, (graph.n_inputs,))


def test_joining_images_is_one_copy_for_each() -> None:
    """However many places there are: a line of the table for each would fill the memory."""
    lines = []

    class Listening:
        inputs = (Value(0, 0, (512, 512, 3)), Value(0, 0, (512, 512, 4)))

        def value(self, shape: Shape) -> Value:
            return Value(0, 0, shape)

        def forward(self, op: str, work: int, **slots: int | float) -> None:
            lines.append((op, work))

        backward = forward

        def result(self, value: Value) -> None:
            assert value.shape == (512, 512, 7)

    kind("concatenate").lower({}, cast(Lowering, Listening()))
    places = 512 * 512
    assert lines == [("copy_columns", places * k) for k in (3, 3, 4, 4)]
