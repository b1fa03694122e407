"""The neutral graph says all that there is of a project, and leaves nothing to a default."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data import load
from engine.data.late_rows import LateRows
from engine.data.rows import ByteRows
from engine.errors import EngineError, SpecError
from engine.export.build import build_graph
from engine.export.examples import taken_along
from engine.export.graph import graph_layers
from engine.layers import ACTIVATIONS, LOSSES, OPTIMIZERS, SCHEDULES, kinds
from engine.layers.dense import Dense
from engine.spec import (
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    ProjectSpec,
    ScheduleSpec,
    TrainingSpec,
)
from tests.engine.export import exports
from tests.engine.export.exports import graph_of, made


def layers_of(*specs: LayerSpec, n_inputs: int = 12):  # type: ignore[no-untyped-def]
    network = NetworkSpec((LayerSpec("input", "input"), *specs))
    return graph_layers(ProjectSpec(network=network), n_inputs)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.key)
def test_every_kind_says_what_it_computes_with_all_its_arrays(kind) -> None:  # type: ignore[no-untyped-def]
    inputs = {"conv2d": ((8, 8, 2),), "conv2d_transpose": ((8, 8, 2),), "flatten": ((8, 8, 2),),
              "conv1d": ((9, 2),), "rnn": ((9, 2),), "lstm": ((9, 2),), "gru": ((9, 2),),
              "sequence_mean": ((9, 2),), "max_pooling": ((8, 8, 2),), "reshape": ((64,),),
              "average_pooling": ((8, 8, 2),), "global_average_pooling": ((8, 8, 2),),
              "upsampling": ((8, 8, 2),)}.get(kind.key, ((8,),) * kind.fewest_inputs)
    options = kind.options(LayerSpec("a", kind.key))
    nodes = kind.export(options, inputs)
    assert nodes is not None
    named = {own for node in nodes for own in node.parameters.values()}
    assert named == {one.name for one in kind.parameters(options, inputs)}


def test_a_kind_without_a_rule_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Dense, "export", lambda *_: None)
    with pytest.raises(SpecError) as refused:
        layers_of(LayerSpec("a", "dense"))
    assert refused.value.message.code == "export.no-rule"
    assert "Layer 1 (Dense)" in refused.value.sentence


def test_an_activation_stands_behind_its_sums_and_the_identity_nowhere() -> None:
    _, first, second = layers_of(LayerSpec("a", "dense", {"activation": "gelu"}),
                                 LayerSpec("b", "dense", {"activation": "linear"}))
    assert [node.op for node in first.nodes] == ["linear", "gelu"]
    assert [node.op for node in second.nodes] == ["linear"]
    assert first.nodes[0].parameters == {"weight": "w", "bias": "b"}


def test_every_function_but_the_identity_is_a_node_of_its_key() -> None:
    assert {key: [node.op for node in function.nodes()] for key, function in ACTIVATIONS.items()
            } == {key: [] if key == "linear" else [key] for key in ACTIVATIONS}


@pytest.mark.parametrize(("size", "kernel", "stride", "before", "after"), [
    (28, 3, 2, 0, 1), (28, 3, 1, 1, 1), (7, 2, 1, 0, 1), (9, 1, 3, 0, 0), (5, 4, 2, 1, 2)])
def test_zeros_around_a_convolution_are_those_of_the_engine(
        size: int, kernel: int, stride: int, before: int, after: int) -> None:
    image = LayerSpec("i", "reshape", {"height": size, "width": size, "channels": 1})
    conv = LayerSpec("c", "conv2d", {"filters": 2, "kernel": kernel, "stride": stride})
    node = layers_of(image, conv, n_inputs=size * size)[2].nodes[0]
    assert (node.axes("before"), node.axes("after")) == ((before,) * 2, (after,) * 2)


@pytest.mark.parametrize(("kernel", "stride", "before", "after"), [
    (3, 2, 0, 1), (4, 2, 1, 1), (2, 2, 0, 0), (1, 3, 0, -2)])
def test_what_is_cut_off_a_transposed_convolution(
        kernel: int, stride: int, before: int, after: int) -> None:
    image = LayerSpec("i", "reshape", {"height": 4, "width": 3, "channels": 1})
    conv = LayerSpec("c", "conv2d_transpose", {"filters": 2, "kernel": kernel, "stride": stride})
    layer = layers_of(image, conv)[2]
    assert (layer.nodes[0].axes("before"), layer.nodes[0].axes("after")) == (
        (before,) * 2, (after,) * 2)
    for axis, places in zip(layer.shape, (4, 3), strict=False):
        assert axis == (places - 1) * stride + kernel - before - after


def test_a_mask_goes_as_far_as_the_engine_takes_it() -> None:
    text = LayerSpec("t", "embedding", {"vocabulary": 9, "units": 4, "padding": True})
    rest = (LayerSpec("r", "gru", {"units": 4, "output": "sequence"}),
            LayerSpec("d", "dense", {"units": 4}),
            LayerSpec("sum", "add", {}, ("r", "d")),
            LayerSpec("short", "conv1d", {"padding": "valid"}),
            LayerSpec("m", "sequence_mean"))
    found = {layer.id: (layer.is_masked, layer.gives_mask) for layer in layers_of(text, *rest)}
    assert found == {"input": (False, False), "t": (False, True), "r": (True, True),
                     "d": (True, True), "sum": (True, True), "short": (True, False),
                     "m": (False, False)}


def test_a_path_without_a_mask_lets_all_steps_count() -> None:
    masked = LayerSpec("t", "embedding", {"vocabulary": 9, "units": 4, "padding": True}, ("input",))
    plain = LayerSpec("p", "embedding", {"vocabulary": 9, "units": 4}, ("input",))
    layers = layers_of(masked, plain, LayerSpec("s", "add", {}, ("t", "p")))
    assert not layers[-1].gives_mask


@pytest.mark.parametrize("key", LOSSES)
def test_losses_come_with_their_constants(key: str) -> None:
    node = LOSSES[key].export(TrainingSpec(huber_delta=0.3, label_smoothing=0.2))
    wanted = {"huber": {"huber_delta": 0.3}, "softmax_cross_entropy": {"label_smoothing": 0.2}}
    assert (node.op, dict(node.attributes)) == (key, wanted.get(key, {}))


def test_rules_and_schedules_come_with_the_constants_that_they_read() -> None:
    adamw = OPTIMIZERS["adamw"].export(OptimizerSpec("adamw", beta1=0.8))
    assert dict(adamw.attributes) == {"beta1": 0.8, "beta2": 0.999, "epsilon": 1e-8,
                                      "weight_decay": 0.01}
    step = SCHEDULES["step"].export(ScheduleSpec("step", every=7))
    assert dict(step.attributes) == {"every": 7, "decay": 0.5}


def test_penalties_are_the_layers_own_where_it_has_any() -> None:
    graph = graph_of(made()["own penalties"])
    own, still, output = graph.layers[1:]
    assert (own.l1, own.l2, own.weight_decay) == (0.0, 0.02, 0.1)
    assert still.frozen
    assert (output.l1, output.weight_decay) == (1e-3, 0.01)
    assert "still" not in graph.proof.gradients


def test_weights_are_those_that_are_given_and_else_the_first_ones() -> None:
    project = made()["clipped"]
    first = graph_of(project)
    assert not first.is_trained
    given = {name: array + 1 for name, array in first.weights.items()}
    dataset = load(project.data)
    second = build_graph(project, dataset, given)
    assert second.is_trained
    assert second.proof.loss != first.proof.loss
    for name, array in given.items():
        np.testing.assert_array_equal(second.weights[name], array)


def test_numbers_that_overflow_are_refused() -> None:
    project = made()["loss mean_squared_error"]
    graph = graph_of(project)
    huge = {name: array * 1e37 for name, array in graph.weights.items()}
    with pytest.raises(EngineError) as refused:
        build_graph(project, load(project.data), huge)
    assert refused.value.message.code in ("export.overflow", "diverged.loss", "diverged.gradient")


def test_a_network_that_is_about_to_explode_can_be_exported() -> None:
    project = made()["schedule constant"]
    training = replace(project.training, loss="mean_squared_error", learning_rate=1e9)
    graph = graph_of(replace(project, training=training))
    assert 0 < graph.proof.steps < exports.STEPS
    assert np.isfinite(graph.proof.after).all()


def test_a_large_data_set_comes_along_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    project = exports.TEMPLATES["07-digits"]
    whole = load(project.data)
    monkeypatch.setattr("engine.export.examples.MOST_NUMBERS", 64 * 100)
    some = taken_along(whole)
    assert (len(some.training), len(some.validation), len(some.inputs)) == (80, 20, 100)
    for side in ("training", "validation"):
        rows, had = getattr(some, side), getattr(whole, side)[:len(getattr(some, side))]
        np.testing.assert_array_equal(np.asarray(some.inputs)[rows], np.asarray(whole.inputs)[had])
        np.testing.assert_array_equal(some.labels[rows], whole.labels[had])


def test_the_proof_is_of_the_network_without_chance() -> None:
    graph = graph_of(exports.TEMPLATES["12-overfitting-cured"])
    again = graph_of(exports.TEMPLATES["12-overfitting-cured"])
    assert graph.proof.loss == again.proof.loss
    assert math.isfinite(sum(graph.proof.gradients.values()))
    assert graph.proof.outputs.shape == (5, 2)
    assert not np.array_equal(graph.proof.outputs, graph.proof.after)


def test_of_examples_that_are_read_on_demand_the_first_come_along() -> None:
    project = exports.TEMPLATES["07-digits"]
    whole = load(project.data)
    rows = np.arange(len(whole.inputs), dtype=np.uint8)

    def read(row: int) -> np.ndarray:
        return np.full(64, rows[row], np.uint8)
    late = LateRows((len(rows), 64), read, 1 / 255, 0.0, names=[str(row) for row in rows])
    some = taken_along(dataclasses.replace(whole, inputs=late))
    assert type(some.inputs) is ByteRows
    wanted = np.concatenate([whole.training, whole.validation[:len(some.validation)]])
    np.testing.assert_array_equal(some.inputs.content[:, 0], rows[wanted[:len(some.inputs)]])
