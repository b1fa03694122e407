"""In random networks, with padding or not, nothing is changed by neighbours or by who looks on."""

from __future__ import annotations

import dataclasses
from collections import Counter

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.errors import DivergedError
from engine.layers import LOSSES
from engine.plan import Plan
from engine.spec import LayerSpec
from engine.training import Trainer
from tests.engine.training.graphs import Graph, graphs
from tests.engine.training.masked import register
from tests.engine.training.networks import dataset
from tests.engine.training.runs import advance, clouds, contents, dense, project
from tests.engine.training.texts import tokens
from tests.tiers import examples

Reals = NDArray[np.float64]

INPUTS = np.random.default_rng(5).standard_normal((2, 8))
SEQUENCES = INPUTS.reshape(2, 4, 2)
MASKS = {"a": np.array([[1, 1, 0, 0], [0, 0, 0, 0.0]]),
         "b": np.array([[1, 0, 1, 0], [0, 1, 0, 0.0]])}
"""Two examples of four steps, and which of these count in two layers."""

N = 12
"""Examples."""

STEPS = 3

SKIPPING = ("rnn", "lstm", "gru", "sequence_mean", "global_average_pooling")

counts: Counter[str] = Counter()


def outputs(monkeypatch: pytest.MonkeyPatch, masked: str, *layers: LayerSpec) -> Reals:
    """Return what the last layer makes of `INPUTS`, behind layers with some of the `MASKS`."""
    register(monkeypatch)
    run = Trainer(project(
        LayerSpec("steps", "reshape", {"form": "sequence", "steps": 4, "features": 2}),
        *(LayerSpec(name, "masked", inputs=("steps",)) for name in masked), *layers,
        dense("out", 3, "linear"), precision="float64"), clouds(width=8), threads=1)
    for layer in run._plan.layers:
        if layer.spec.kind == "masked":
            begin = layer.output.mask
            run._plan.arena[begin:begin + 8] = MASKS[layer.spec.id].ravel()
    run.predict(INPUTS)
    value = run._plan.layers[-2].output
    return run._plan.arena[value.data:value.data + 2 * value.size].reshape(2, -1).copy()


def mean_over(sequences: Reals, mask: Reals) -> Reals:
    """Return the mean of examples over the steps of which the mask is not 0; 0 over none."""
    return np.stack([steps[counts != 0].mean(axis=0) if counts.any() else 0 * steps[0]
                     for steps, counts in zip(sequences, mask, strict=True)])


@pytest.mark.parametrize("kind", ["sequence_mean", "global_average_pooling"])
def test_a_mean_leaves_padding_out(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = outputs(monkeypatch, "a", LayerSpec("mean", kind))
    np.testing.assert_allclose(found, mean_over(SEQUENCES, MASKS["a"]), 1e-12)


@pytest.mark.parametrize("join", ["add", "concatenate"])
@pytest.mark.parametrize("order", ["a b", "b a", "a steps", "steps a", "steps b a"])
def test_a_step_counts_that_counts_in_any_input(
    join: str, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = tuple(order.split())
    found = outputs(monkeypatch, "".join(sorted({"a", "b"} & set(names))),
                    LayerSpec("join", join, {}, names), LayerSpec("mean", "sequence_mean"))
    joined = len(names) * SEQUENCES if join == "add" else \
        np.concatenate([SEQUENCES] * len(names), axis=2)
    counted = np.ones((2, 4)) if "steps" in names else MASKS["a"] + MASKS["b"]
    np.testing.assert_allclose(found, mean_over(joined, counted), 1e-12)


@pytest.mark.parametrize(("steps", "keeps"), [(4, True), (2, False), (8, False), (1, False)])
def test_only_a_sequence_of_as_many_steps_keeps_its_padding(
    steps: int, keeps: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = LayerSpec("again", "reshape", {"form": "sequence", "steps": steps,
                                           "features": 8 // steps})
    found = outputs(monkeypatch, "a", again, LayerSpec("mean", "sequence_mean"))
    counted = MASKS["a"] if keeps else np.ones((2, steps))
    np.testing.assert_allclose(found, mean_over(INPUTS.reshape(2, steps, -1), counted), 1e-12)


def test_numbers_in_one_row_have_no_padding(monkeypatch: pytest.MonkeyPatch) -> None:
    again = LayerSpec("again", "reshape", {"form": "sequence", "steps": 4, "features": 2})
    found = outputs(monkeypatch, "a", LayerSpec("row", "flatten"), again,
                    LayerSpec("mean", "sequence_mean"))
    np.testing.assert_allclose(found, SEQUENCES.mean(axis=1), 1e-12)


def made(graph: Graph) -> Dataset:
    """Return examples for a network."""
    if graph.vocabulary:
        return padded(graph)
    rng = np.random.default_rng(graph.n_inputs)
    inputs = rng.standard_normal((N, graph.n_inputs))
    if graph.task == "classification":
        return dataset(inputs, rng.integers(0, graph.n_outputs, N), classes=graph.n_outputs)
    low, high = LOSSES[graph.project.training.loss].target_range or (-1.0, 1.0)
    return dataclasses.replace(dataset(inputs, values=rng.uniform(low, high, (N, graph.n_outputs))),
                               task=graph.task)


def padded(graph: Graph) -> Dataset:
    """Return examples of any length, filled up with token 0; one has nothing else."""
    rng = np.random.default_rng(graph.n_inputs)
    inputs = rng.integers(0, graph.vocabulary, (N, graph.n_inputs))
    lengths = rng.permutation(np.arange(N) % (graph.n_inputs + 1))
    inputs[np.arange(graph.n_inputs) >= lengths[:, None]] = 0
    if graph.task == "sequence":
        labels = rng.integers(0, graph.n_outputs, inputs.shape)
        labels[inputs == 0] = -1
        labels[:, 0] = 0
    elif graph.task == "transcription":
        labels = rng.integers(0, graph.n_outputs, (N, 1))
    else:
        labels = rng.integers(0, graph.n_outputs, N)
    return tokens(inputs, labels, graph.n_outputs, graph.vocabulary, graph.task)


def trainer(graph: Graph, data: Dataset) -> Trainer:
    training = msgspec.structs.replace(graph.project.training, batch_size=5, learning_rate=1e-3)
    return Trainer(msgspec.structs.replace(graph.project, training=training), data, threads=1)


def count(plan: Plan) -> None:
    """Count what becomes of masks."""
    counts["graphs"] += 1
    outputs = {layer.spec.id: layer.output for layer in plan.layers}
    before = plan.layers[0].spec.id
    for layer in plan.layers:
        sources = layer.spec.inputs or (before,)
        masks = {outputs[source].mask for source in sources}
        before = layer.spec.id
        if masks == {-1}:
            continue
        counts["skipped"] += layer.spec.kind in SKIPPING
        counts["dropped"] += layer.spec.kind in ("flatten", "reshape") and layer.output.mask < 0
        counts["joined"] += len(masks) > 1


def check_neighbours(run: Trainer, data: Dataset, rng: np.random.Generator) -> None:
    """Compare predictions of examples alone with those in batches of any others."""
    alone = np.concatenate([run.predict(data.inputs[[row]]) for row in range(N)])
    for _ in range(3):
        rows = rng.permutation(N)[:rng.integers(2, N + 1)]
        np.testing.assert_allclose(run.predict(data.inputs[rows]), alone[rows], 1e-9, 1e-12)


def goes_on(run: Trainer) -> bool:
    """Take a step; say whether all numbers are finite, which exponentials need not be."""
    try:
        advance(run, 1)
    except DivergedError:
        return False
    return True


@settings(max_examples=examples(40, 400), suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([True, True, False]).flatmap(graphs))
def _random_graph(graph: Graph) -> None:
    data = made(graph)
    seen, unseen = trainer(graph, data), trainer(graph, data)
    count(seen._plan)
    rng = np.random.default_rng(len(graph.project.network))
    check_neighbours(seen, data, rng)
    for _ in range(STEPS):
        went_on = goes_on(seen)
        assert goes_on(unseen) == went_on
        assert contents(seen) == contents(unseen)
        if not went_on:
            return
        seen.snapshot()
    check_neighbours(seen, data, rng)


@pytest.mark.slow
@pytest.mark.sampled
def test_examples_are_alone_in_random_networks() -> None:
    counts.clear()
    _random_graph()
    assert min(counts["skipped"], counts["dropped"], counts["joined"]) > 0, counts
