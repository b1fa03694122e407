"""Batches, and settings that change while a run goes on."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from engine.errors import SpecError
from engine.kernels.runtime import layout
from engine.layers import LOSSES, OPTIMIZERS, Loss
from engine.spec import OptimizerSpec
from engine.training import trainer as module
from tests.engine.training.runs import (
    LAYERS,
    advance,
    change,
    clouds,
    contents,
    curve,
    dense,
    trainer,
)


@pytest.mark.parametrize(("batch", "sizes"), [
    (5, [5, 5, 5, 5, 3]), (1, [1] * 23), (23, [23]), (0, [23]), (1000, [23]), (22, [22, 1])])
def test_an_epoch_is_cut_into_batches(batch: int, sizes: list[int]) -> None:
    run = trainer(batch_size=batch)
    assert run.steps_per_epoch == run.steps_left_in_epoch == len(sizes)
    found = []
    for epoch in range(3):
        for place in range(len(sizes)):
            assert run.epoch == epoch
            assert run.steps_left_in_epoch == len(sizes) - place
            advance(run, 1)
            found.append(int(run._plan.shared.control[layout.BATCH]))
    assert found == 3 * sizes
    assert (run.step, run.epoch) == (3 * len(sizes), 3)


@pytest.mark.parametrize("shuffle", [True, False])
def test_every_example_is_seen_once_in_an_epoch(shuffle: bool) -> None:
    data = clouds()
    run = trainer(data, batch_size=5, shuffle=shuffle)
    orders = []
    for _ in range(4):
        advance(run, run.steps_per_epoch)
        orders.append(run._order.copy())
        assert sorted(orders[-1]) == sorted(data.training)
    alike = [(orders[0] == order).all() for order in orders[1:]]
    assert not any(alike) if shuffle else all(alike)
    assert shuffle or (orders[0] == data.training).all()


def test_shuffling_can_be_turned_off_and_on() -> None:
    run = trainer(batch_size=5)
    orders = []
    for shuffle in (True, False, False, True):
        change(run, shuffle=shuffle)
        advance(run, run.steps_per_epoch)
        orders.append(run._order.tolist())
    assert orders[0] == orders[1] == orders[2] != orders[3]


def test_weight_decay_leaves_biases() -> None:
    layers = [layer.with_options(initial_bias=0.5) for layer in LAYERS]
    runs = [trainer(None, *layers, optimizer="adamw", batch_size=0) for _ in range(2)]
    change(runs[1], optimizer=OptimizerSpec("adamw", weight_decay=5.0))
    free, held = (advance(run, 1).weights() for run in runs)
    for name in free:
        assert np.array_equal(free[name], held[name]) == name.endswith("/b"), name


def test_the_batch_holds_the_examples_that_the_order_names() -> None:
    # Without validation, whose examples would take the last batch's place.
    data = dataclasses.replace(clouds(), validation=np.zeros(0, np.int64))
    run = trainer(data, batch_size=5, precision="float64")
    for place in (0, 5, 10, 15, 20):
        advance(run, 1)
        batch = min(5, 23 - place)
        values = run._plan.input
        found = run._plan.arena[values.data:values.data + batch * values.size]
        rows = run._order[place:place + batch]
        np.testing.assert_array_equal(found.reshape(batch, -1), data.inputs[rows])


def test_a_batch_size_that_changes_within_an_epoch_takes_the_rest() -> None:
    run = trainer(batch_size=5)
    advance(run, 2)
    change(run, batch_size=9)
    assert run.steps_left_in_epoch == 2
    advance(run, 2)
    assert run.epoch == 1
    assert run._plan.shared.control[layout.BATCH] == 4


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_learning_rate_is_felt_at_the_next_step(optimizer: str) -> None:
    run = advance(trainer(optimizer=optimizer), 3)
    rate = run.project.training.learning_rate
    change(run, learning_rate=0.0)
    frozen = run.weights()
    advance(run, 10)
    for name, array in run.weights().items():
        np.testing.assert_array_equal(array, frozen[name])
    change(run, learning_rate=rate)
    advance(run, 1)
    assert (run.weights()["output/w"] != frozen["output/w"]).any()


@pytest.mark.parametrize(("key", "value"), [("l1", 0.5), ("l2", 0.5)])
def test_penalties_shrink_weights_and_leave_biases(key: str, value: float) -> None:
    layers = [layer.with_options(initial_bias=0.5) for layer in LAYERS]
    runs = [trainer(None, *layers, optimizer="sgd", learning_rate=0.01, batch_size=0)
            for _ in range(2)]
    change(runs[1], **{key: value})
    free, held = (advance(run, 1).weights() for run in runs)
    for name in free:
        same = np.array_equal(free[name], held[name])
        assert same == name.endswith("/b"), name


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_constant_of_an_optimizer_is_felt(optimizer: str) -> None:
    for field in OPTIMIZERS[optimizer].constants:
        runs = [trainer(optimizer=optimizer) for _ in range(2)]
        spec = replace(OptimizerSpec(optimizer), **{field.key: 0.05})
        change(runs[1], optimizer=spec)
        first, second = (advance(run, 3).weights() for run in runs)
        assert any((first[name] != second[name]).any() for name in first), field.key


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_constants_of_other_optimizers_are_not(optimizer: str) -> None:
    rule = OPTIMIZERS[optimizer]
    others = {field.name for field in msgspec.structs.fields(OptimizerSpec)} - {
        "kind", *(field.key for field in rule.constants)}
    runs = [trainer(optimizer=optimizer) for _ in range(2)]
    change(runs[1], optimizer=replace(OptimizerSpec(optimizer), **dict.fromkeys(others, 0.05)))
    first, second = (contents(advance(run, 3)) for run in runs)
    assert first == second


@pytest.mark.parametrize("loss", [loss for loss in LOSSES.values() if loss.constants],
                         ids=lambda loss: loss.key)
def test_every_constant_of_a_loss_is_felt_at_once(loss: Loss) -> None:
    data = curve() if "regression" in loss.tasks else clouds()
    layers = (dense("output", 2, "linear"),) if "regression" in loss.tasks else ()
    for field in loss.constants:
        runs = [advance(trainer(data, *layers, loss=loss.key), 3) for _ in range(2)]
        before = runs[1].evaluate("training").loss
        change(runs[1], **{field.key: 0.05})
        assert runs[1].evaluate("training").loss != before
        first, second = (advance(run, 3).weights() for run in runs)
        assert any((first[name] != second[name]).any() for name in first), field.key
        started = trainer(data, *layers, loss=loss.key, **{field.key: 0.05})
        assert started.evaluate("training").loss != trainer(
            data, *layers, loss=loss.key).evaluate("training").loss


def test_whole_numbers_will_do_as_constants_of_a_loss() -> None:
    layers = (dense("output", 2, "linear"),)
    whole, real = (trainer(curve(), *layers, loss="huber", huber_delta=delta)
                   for delta in (2, 2.0))
    assert contents(advance(whole, 3)) == contents(advance(real, 3))


@pytest.mark.parametrize("changes", [
    {"loss": "mean_squared_error"}, {"loss": "binary_cross_entropy"}, {"loss": "hinge"},
    {"label_smoothing": 0.1}, {"class_weights": "balanced"}, {"optimizer": OptimizerSpec("sgd")},
    {"optimizer": OptimizerSpec("rmsprop")}, {"batch_size": 0}, {"batch_size": 100_000}], ids=str)
def test_applying_keeps_weights_and_counters(changes: dict[str, Any]) -> None:
    run = advance(trainer(), 30)
    before, step, epoch = run.weights(), run.step, run.epoch
    change(run, **changes)
    for name, array in run.weights().items():
        np.testing.assert_array_equal(array, before[name])
    assert (run.step, run.epoch) == (step, epoch)
    advance(run, 20)
    assert run.ring.read(0)[0].tolist() == list(range(1, step + 21))
    assert np.isfinite(run.evaluate("training").loss)


@pytest.mark.parametrize(("old", "new"), [("adam", "rmsprop"), ("momentum", "adam"),
                                          ("nadam", "adadelta"),
                                          ("adam", "adamw")])
def test_a_new_optimizer_starts_with_an_empty_memory(old: str, new: str) -> None:
    run = advance(trainer(optimizer=old, batch_size=0, shuffle=False), 10)
    fresh = trainer(optimizer=new, batch_size=0, shuffle=False, weights=run.weights())
    change(run, optimizer=OptimizerSpec(new))
    for one, other in zip(advance(run, 5).weights().items(), advance(fresh, 5).weights().items(),
                          strict=True):
        np.testing.assert_array_equal(one[1], other[1])


def test_an_optimizers_memory_survives_a_new_loss() -> None:
    """A rebuilt plan takes the memory over: with a rate of 0, momentum alone would not move."""
    runs = [advance(trainer(optimizer="momentum", batch_size=0), 10) for _ in range(2)]
    regions = [run._plan.arena[2 * run._plan.parameters:3 * run._plan.parameters].copy()
               for run in runs]
    change(runs[1], loss="mean_squared_error")
    plan = runs[1]._plan
    np.testing.assert_array_equal(plan.arena[2 * plan.parameters:3 * plan.parameters], regions[0])
    assert regions[0].any()


@pytest.mark.parametrize("changes", [{"seed": 1}, {"precision": "float64"}], ids=str)
def test_what_needs_a_new_run_is_refused(changes: dict[str, Any]) -> None:
    run = trainer()
    with pytest.raises(SpecError, match=r"seed or precision.*Reset the network"):
        change(run, **changes)


def test_what_does_not_fit_is_refused_and_changes_nothing() -> None:
    run, twin = advance(trainer(), 5), advance(trainer(), 5)
    for changes in ({"loss": "likelihood"}, {"optimizer": OptimizerSpec("newton")}):
        with pytest.raises(SpecError):
            change(run, **changes)
    assert run.project == twin.project
    assert contents(advance(run, 30)) == contents(advance(twin, 30))


def test_a_plan_that_cannot_be_built_leaves_the_old_one_with_its_data(
        monkeypatch: pytest.MonkeyPatch) -> None:
    run, twin = advance(trainer(), 5), advance(trainer(), 5)
    examples = run._examples

    def build(*arguments: object) -> None:
        raise SpecError("as-given", place="Network", found="it needs too much memory")
    with monkeypatch.context() as patch:
        patch.setattr(module, "build", build)
        with pytest.raises(SpecError, match="memory"):
            change(run, loss="mean_squared_error")
    # The old plan holds addresses of the old examples.
    assert run._examples is examples
    assert contents(advance(run, 30)) == contents(advance(twin, 30))
