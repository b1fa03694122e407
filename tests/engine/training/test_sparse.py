"""A step that touches the rows of a table that its batch uses, beside one that touches all."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from engine.errors import SpecError
from engine.layers.sequence import LARGEST_VOCABULARY
from engine.plan import jobs
from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, ProjectSpec, TrainingSpec
from engine.statistics import LAYER_COLUMNS
from engine.telemetry.ring import Ring
from engine.training import Trainer
from tests.engine.training.texts import tokens

VOCABULARY, TOKENS, EXAMPLES, BATCH = 400, 5, 24, 4
RESTING = ("momentum", "nesterov", "rmsprop", "adam", "adamw", "adadelta", "nadam")
RNG = np.random.default_rng(5)
DATA = tokens(RNG.integers(0, VOCABULARY, (EXAMPLES, TOKENS)), RNG.integers(0, 3, EXAMPLES), 3,
              VOCABULARY)
STEPS = 9
UNTIMED = 1e9


def project(rule: str = "adam", kind: str = "embedding", sparse: bool = True, **training: Any
            ) -> ProjectSpec:
    options = {"vocabulary": VOCABULARY, "units": 6, "sparse": sparse}
    layers = (LayerSpec("table", "embedding", {**options, "padding": True}),
              LayerSpec("mean", "sequence_mean")) if kind == "embedding" else (
        LayerSpec("table", "ngram_bag", {**options, "buckets": 300}),)
    return ProjectSpec(
        network=NetworkSpec((
            LayerSpec("input", "input"), *layers,
            LayerSpec("output", "dense", {"units": 3, "activation": "linear"}))),
        training=TrainingSpec(loss="softmax_cross_entropy", **{
            "optimizer": OptimizerSpec(rule), "learning_rate": 0.1, "batch_size": BATCH,
            "precision": "float64", **training}))


def trained(spec: ProjectSpec, steps: int = STEPS, threads: int = 1) -> Trainer:
    run = Trainer(spec, DATA, threads=threads)
    assert run.run(steps, UNTIMED) == steps
    return run


def figures(ring: Ring, layer: str) -> dict[str, list[float]]:
    """Return every figure of a layer, step by step."""
    rows = ring.read(0)[1]
    begin = rows.shape[1] - len(LAYER_COLUMNS) * (2 - ["table", "output"].index(layer))
    return {name: rows[:, begin + place].tolist() for place, name in enumerate(LAYER_COLUMNS)}


@pytest.mark.parametrize("limits", [{}, {"clip_norm": 0.2}, {"clip_value": 0.01}])
@pytest.mark.parametrize("rule", ["sgd", "adagrad"])
@pytest.mark.parametrize("kind", ["embedding", "ngram_bag"])
def test_where_a_row_without_gradient_stays_nothing_changes(
        kind: str, rule: str, limits: dict[str, float]) -> None:
    alone, everything = (trained(project(rule, kind, sparse, **limits)) for sparse in (True, False))
    for name, array in everything.weights().items():
        np.testing.assert_allclose(alone.weights()[name], array, 1e-13, 1e-15)
        assert np.array_equal(alone.gradients()[name] == 0, everything.gradients()[name] == 0)


@pytest.mark.parametrize("kind", ["embedding", "ngram_bag"])
def test_figures_are_those_of_the_whole_table(kind: str) -> None:
    alone, everything = (figures(trained(project("sgd", kind, sparse)).ring, "table")
                         for sparse in (True, False))
    for name in set(LAYER_COLUMNS) - {"update_ratio"}:
        np.testing.assert_allclose(alone[name], everything[name], 1e-12, err_msg=name)
    assert min(alone["gradient_zero_share"]) > 0.5
    # Told of the rows that were used: without the many that stand still, it is larger.
    assert np.all(np.array(alone["update_ratio"]) > np.array(everything["update_ratio"]))


@pytest.mark.parametrize("decay", [{}, {"l2": 0.1}, {"l1": 0.1}])
@pytest.mark.parametrize("rule", RESTING)
def test_rows_that_are_not_used_rest(rule: str, decay: dict[str, float]) -> None:
    run = Trainer(project(rule, **decay), DATA, threads=1)
    run.run(STEPS, UNTIMED)
    before, kept = run.weights()["table/w"].copy(), run.checkpoint()
    run.run(1, UNTIMED)
    after, now = run.weights()["table/w"], run.checkpoint()
    used = run.gradients()["table/w"].any(axis=1)
    assert 3 < used.sum() < 25
    assert (after != before).any(axis=1)[used].all()
    np.testing.assert_array_equal(after[~used], before[~used])
    place = now.places["table/w"]
    for old, new in zip(kept.regions[2:], now.regions[2:], strict=True):
        tables = [one[place.begin:place.begin + before.size].reshape(before.shape)
                  for one in (old, new)]
        np.testing.assert_array_equal(*(one[~used] for one in tables))
        assert (tables[0] != tables[1]).any(axis=1)[used].all()


def test_otherwise_they_move() -> None:
    run = trained(project("adam", sparse=False))
    before = run.weights()["table/w"].copy()
    run.run(1, UNTIMED)
    used = run.gradients()["table/w"].any(axis=1)
    moved = (run.weights()["table/w"] != before).any(axis=1)
    assert moved[~used].sum() > 10


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["embedding", "ngram_bag"])
def test_threads_change_no_byte(monkeypatch: pytest.MonkeyPatch, kind: str, precision: str
                                ) -> None:
    monkeypatch.setattr(jobs, "WORTH_SHARING", 0)
    runs = [trained(project("adam", kind, clip_norm=0.1, precision=precision), 30, threads)
            for threads in (1, 2, 3)]
    for run in runs[1:]:
        assert run.weights()["table/w"].tobytes() == runs[0].weights()["table/w"].tobytes()
        assert run.ring.read(0)[1].tobytes() == runs[0].ring.read(0)[1].tobytes()


@pytest.mark.parametrize("kind", ["embedding", "ngram_bag"])
def test_looking_and_dissecting_leave_no_trace(kind: str) -> None:
    run, other = (Trainer(project(kind=kind), DATA, threads=1) for _ in range(2))
    for _ in range(STEPS):
        run.run(1, UNTIMED)
        other.run(1, UNTIMED)
        other.snapshot()
        assert other.dissect().disagreement() < 1e-12
    for name, array in run.weights().items():
        assert array.tobytes() == other.weights()[name].tobytes()
        assert run.gradients()[name].tobytes() == other.gradients()[name].tobytes()


@pytest.mark.parametrize("kind", ["embedding", "ngram_bag"])
def test_a_run_goes_on_from_a_checkpoint_with_the_same_bytes(kind: str) -> None:
    run = trained(project(kind=kind))
    kept = run.checkpoint()
    run.run(3, UNTIMED)
    other = trained(project(kind=kind), 2)
    other.restore(kept)
    other.run(3, UNTIMED)
    for name, array in run.weights().items():
        assert array.tobytes() == other.weights()[name].tobytes()
        assert run.gradients()[name].tobytes() == other.gradients()[name].tobytes()


def test_a_larger_batch_in_between_leaves_no_old_gradient() -> None:
    run = trained(project("sgd"))
    run.apply(replace(run.project.training, batch_size=0, learning_rate=0.0))
    run.run(1, UNTIMED)
    run.apply(replace(run.project.training, batch_size=BATCH))
    run.run(1, UNTIMED)
    used = run.gradients()["table/w"].any(axis=1)
    assert used.sum() <= BATCH * TOKENS


def test_a_frozen_table_is_measured_and_stays() -> None:
    spec = project()
    layers = tuple(replace(layer, frozen=layer.id == "table") for layer in spec.network)
    run = Trainer(replace(spec, network=NetworkSpec(layers)), DATA, threads=1)
    before = run.weights()["table/w"].copy()
    run.run(STEPS, UNTIMED)
    np.testing.assert_array_equal(run.weights()["table/w"], before)
    assert min(figures(run.ring, "table")["gradient_rms"]) > 0


def test_a_table_too_large_is_refused_before_memory_is_asked_for() -> None:
    spec = project()
    table = spec.network.layers[1].with_options(vocabulary=LARGEST_VOCABULARY, units=1024)
    data = dataclasses.replace(DATA, tokens=tuple(map(str, range(LARGEST_VOCABULARY))))
    with pytest.raises(SpecError, match=r"8,589,9.* parameters; expected at most 64,000,000"):
        Trainer(replace(spec, network=spec.network.replaced(table)), data)
