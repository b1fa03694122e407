"""Batches, settings that change while a run goes on, stopping, and what a run measures."""

from __future__ import annotations

import dataclasses
import threading
import time
import tracemalloc
from typing import Any

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from engine.errors import DataError, FormatError, ShapeError, SpecError
from engine.kernels import row
from engine.layers import OPTIMIZERS
from engine.spec import LayerSpec, OptimizerSpec, TrainingSpec
from engine.training import Trainer, observe
from engine.training import trainer as module
from tests.engine.training.runs import (
    LAYERS,
    advance,
    clouds,
    contents,
    curve,
    dense,
    project,
    split,
    trainer,
)

VALIDATION_LOSS, VALIDATION_SCORE = 1, 2


def change(run: Trainer, **changes: Any) -> TrainingSpec:
    training = replace(run.project.training, **changes)
    run.apply(training)
    return training


# Batches


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
            found.append(int(run._plan.shared.control[row.BATCH]))
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
    assert run._plan.shared.control[row.BATCH] == 4


# Settings


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_learning_rate_is_felt_at_the_next_step(optimizer: str) -> None:
    run = advance(trainer(optimizer=optimizer), 3)
    run.request_rates(replace(run.project.training, learning_rate=0.0))
    frozen = run.weights()
    advance(run, 10)
    for name, array in run.weights().items():
        np.testing.assert_array_equal(array, frozen[name])
    run.request_rates(run.project.training)
    advance(run, 1)
    assert (run.weights()["output/w"] != frozen["output/w"]).any()


@pytest.mark.parametrize(("key", "value"), [("l1", 0.5), ("l2", 0.5)])
def test_penalties_shrink_weights_and_leave_biases(key: str, value: float) -> None:
    runs = [trainer(optimizer="sgd", learning_rate=0.01, batch_size=0) for _ in range(2)]
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


@pytest.mark.parametrize("changes", [
    {"loss": "mean_squared_error"}, {"loss": "binary_cross_entropy"},
    {"optimizer": OptimizerSpec("sgd")}, {"optimizer": OptimizerSpec("rmsprop")},
    {"batch_size": 0}, {"batch_size": 100_000}], ids=str)
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


def test_a_new_optimizer_starts_with_an_empty_memory() -> None:
    run = advance(trainer(optimizer="adam", batch_size=0, shuffle=False), 10)
    fresh = trainer(optimizer="rmsprop", batch_size=0, shuffle=False, weights=run.weights())
    change(run, optimizer=OptimizerSpec("rmsprop"))
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
    for changes in ({"loss": "hinge"}, {"optimizer": OptimizerSpec("newton")}):
        with pytest.raises(SpecError):
            change(run, **changes)
    assert run.project == twin.project
    assert contents(advance(run, 30)) == contents(advance(twin, 30))


def test_a_plan_that_cannot_be_built_leaves_the_old_one_with_its_data(
        monkeypatch: pytest.MonkeyPatch) -> None:
    run, twin = advance(trainer(), 5), advance(trainer(), 5)
    examples = run._examples

    def build_plan(*arguments: object) -> None:
        raise SpecError("Network", "it needs too much memory")
    with monkeypatch.context() as patch:
        patch.setattr(module, "build_plan", build_plan)
        with pytest.raises(SpecError, match="memory"):
            change(run, loss="mean_squared_error")
    # The old plan holds addresses of the old examples.
    assert run._examples is examples
    assert contents(advance(run, 30)) == contents(advance(twin, 30))


def test_rates_asked_for_by_another_thread_do_not_grow_the_batch_beyond_its_room() -> None:
    data = clouds(700)
    run = trainer(data, batch_size=10)
    run.request_rates(replace(run.project.training, batch_size=0))
    advance(run, 1)
    assert run._plan.shared.control[row.BATCH] == run._plan.capacity < 700


# Stopping


def endless() -> Trainer:
    """Return a run that a chunk keeps busy for long."""
    return trainer(clouds(2000), dense("dense-1", 64), dense("output", 3, "linear"), batch_size=0)


def test_a_stop_asked_for_by_another_thread_is_felt_within_a_step() -> None:
    run = endless()
    advance(run, 3)
    timer = threading.Timer(0.05, run.request_stop)
    timer.start()
    begin = time.perf_counter()
    done = run.run(10**9, budget_s=60.0)
    took = time.perf_counter() - begin
    timer.join()
    assert 0 < done < 10**9
    assert took < 1.0


def test_a_stop_between_two_calls_holds_for_one() -> None:
    run = trainer()
    run.request_stop()
    assert run.run(5, budget_s=10.0) == 0
    advance(run, 5)


def test_a_stop_while_somebody_looks_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    run = trainer()
    original = observe.predict

    def predict(*arguments: Any) -> Any:
        run.request_stop()
        return original(*arguments)
    monkeypatch.setattr(observe, "predict", predict)
    run.predict(np.zeros((3, 4)))
    assert run._plan.shared.control[row.STOP] == 1


@pytest.mark.parametrize("budget", [0.005, 0.02])
def test_a_chunk_keeps_to_its_budget(budget: float) -> None:
    run = trainer(clouds(2000), batch_size=10)
    advance(run, 2000)
    took = []
    for _ in range(20):
        begin = time.perf_counter()
        assert run.run(10**9, budget) > 0
        took.append(time.perf_counter() - begin)
    # Half of the chunks, since other programs may take the processor at any moment.
    assert np.median(took) < 2 * budget
    assert np.median(took) > budget / 2


def test_a_budget_of_nothing_does_one_step_and_no_steps_do_nothing() -> None:
    run = trainer()
    assert run.run(10, budget_s=0.0) == 1
    assert run.run(0) == 0
    assert run.step == 1


# Data and weights


def test_nothing_to_learn_from() -> None:
    data = clouds()
    with pytest.raises(DataError, match="no examples to learn from"):
        trainer(dataclasses.replace(data, training=data.training[:0]))


def test_without_validation_there_is_none() -> None:
    data = dataclasses.replace(clouds(), validation=np.zeros(0, np.int64))
    run = advance(trainer(data, batch_size=5), 10)
    assert np.isnan(run.ring.read(0)[1][:, [VALIDATION_LOSS, VALIDATION_SCORE]]).all()
    assert run.snapshot().validation is None
    assert run.evaluate("validation").examples == 0


def test_a_project_with_issues_is_refused_with_the_first() -> None:
    with pytest.raises(SpecError, match="gives 4 numbers for 3 classes"):
        trainer(None, dense("output", 4, "linear"))


WRONG_WEIGHTS = {
    "missing": (lambda w: w.pop("dense-2/b"), "dense-2/b is missing"),
    "unknown": (lambda w: w.update({"dense-9/w": w["dense-2/w"]}), "no parameter dense-9/w"),
    "shape": (lambda w: w.update({"dense-2/w": w["dense-2/w"].T}), r"shape \(5, 8\)"),
    "nan": (lambda w: w["dense-2/w"].__setitem__((0, 0), np.nan), "not a finite number"),
    "infinite": (lambda w: w["dense-2/w"].__setitem__((0, 0), np.inf), "not a finite number"),
    "text": (lambda w: w.update({"dense-2/b": np.array(list("abcde"))}), "not a finite number"),
    "objects": (lambda w: w.update({"dense-2/b": np.array([None] * 5)}), "not a finite number"),
    "complex": (lambda w: w.update({"dense-2/b": np.ones(5) * 1j}), "not a finite number"),
    "too large": (lambda w: w.update({"dense-2/b": np.full(5, 1e300)}), "numbers of float32"),
}


@pytest.mark.parametrize("fault", WRONG_WEIGHTS)
def test_weights_that_do_not_fit_are_named(fault: str) -> None:
    spoil, message = WRONG_WEIGHTS[fault]
    weights = trainer().weights()
    spoil(weights)  # type: ignore[no-untyped-call]
    with pytest.raises(FormatError, match=message):
        trainer(weights=weights)


def test_whole_numbers_and_another_precision_are_weights_too() -> None:
    weights = {name: np.round(array).astype(np.int64)
               for name, array in trainer().weights().items()}
    run = trainer(weights=weights, precision="float64")
    np.testing.assert_array_equal(run.weights()["dense-1/w"], weights["dense-1/w"])


def test_predicting_needs_the_width_of_the_inputs() -> None:
    run = trainer()
    for inputs in (np.zeros((5, 3)), np.zeros((5, 400)), np.zeros(4)):
        with pytest.raises(ShapeError, match="4 numbers for every example"):
            run.predict(inputs)
    assert run.predict(np.zeros((0, 4))).shape == (0, 3)


# Compiling and memory


def test_compiling_reports_its_progress() -> None:
    reports: list[tuple[str, float]] = []
    Trainer(project(*LAYERS), clouds(), progress=lambda text, share: reports.append((text, share)))
    shares = [share for _, share in reports]
    assert shares == sorted(shares)
    assert (shares[0], reports[-1]) == (0.0, ("ready", 1.0))
    assert all(text for text, _ in reports)


def test_steps_allocate_nothing() -> None:
    run = trainer(None, LAYERS[0], LayerSpec("dropout-1", "dropout"), *LAYERS[1:], batch_size=5)
    advance(run, 1000)
    tracemalloc.start()
    try:
        before = tracemalloc.take_snapshot()
        advance(run, 50_000)
        after = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
    grown = sum(entry.size_diff for entry in after.compare_to(before, "filename"))
    assert grown < 50_000


def resident() -> int:
    """Return the bytes of memory that the process occupies."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


@pytest.mark.skipif(not hasattr(__import__("os"), "sched_getaffinity"), reason="Linux's /proc")
def test_memory_stays_flat_over_many_steps_and_looks() -> None:
    run = trainer(clouds(100), batch_size=10)
    for _ in range(50):
        run.run(10**9)
        run.snapshot()
    before = resident()
    for _ in range(200):
        run.run(10**9, 0.002)
        run.snapshot()
    assert resident() - before < 10 * 2**20


# Rows of the ring


def test_validation_is_measured_at_the_ends_of_epochs_alone() -> None:
    run = trainer(batch_size=5)
    for _ in range(23):
        advance(run, 1)
        measured = run.ring.read(run.step - 1)[1][-1]
        at_end = run.step % run.steps_per_epoch == 0
        assert np.isnan(measured[VALIDATION_LOSS]) == (not at_end)
        assert np.isnan(measured[VALIDATION_SCORE]) == (not at_end)
        if at_end:
            now = run.evaluate("validation")
            assert measured[VALIDATION_LOSS] == pytest.approx(now.loss, rel=1e-12)
            assert measured[VALIDATION_SCORE] == now.accuracy


@pytest.mark.parametrize("outputs", [1, 2])
def test_regressions_score_is_the_coefficient_of_determination(outputs: int) -> None:
    data = curve(60, 20, outputs)
    run = trainer(data, dense("dense-1", 8), dense("output", outputs, "linear"), batch_size=0,
                  loss="mean_squared_error", precision="float64")
    advance(run, 200)
    predicted = run.predict(data.inputs[data.validation])
    truth = data.values[data.validation]
    expected = 1 - np.sum((predicted - truth) ** 2) / np.sum((truth - truth.mean(axis=0)) ** 2)
    assert run.evaluate("validation").accuracy == pytest.approx(expected, rel=1e-12)
    assert run.ring.read(0)[1][-1, VALIDATION_SCORE] == pytest.approx(expected, rel=1e-12)
    assert expected > 0.5


def test_targets_that_are_all_the_same_have_no_such_score() -> None:
    data = curve(20, 1, 1)
    run = advance(trainer(data, dense("output", 1, "linear"), loss="mean_squared_error",
                          batch_size=0), 1)
    assert np.isnan(run.evaluate("validation").accuracy)
    measured = run.ring.read(0)[1][-1]
    assert np.isnan(measured[VALIDATION_SCORE])
    assert np.isfinite(measured[VALIDATION_LOSS])


@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "binary_cross_entropy",
                                  "mean_squared_error"])
def test_loop_and_snapshot_count_the_same_right_answers(loss: str) -> None:
    """Also where outputs lie beyond the targets, so that probabilities would all be 1 or 0."""
    data = clouds(60, 40)
    weights = {"output/w": 40 * np.random.default_rng(3).standard_normal((4, 3)),
               "output/b": np.full(3, 90.0)}
    run = trainer(data, dense("output", 3, "linear"), weights=weights, loss=loss, batch_size=0,
                  learning_rate=0.0)
    advance(run, 1)
    counted = run.ring.read(0)[1][-1, VALIDATION_SCORE]
    scores = data.inputs[data.validation] @ weights["output/w"]
    truth = float(np.mean(np.argmax(scores, axis=1) == data.labels[data.validation]))
    look = run.snapshot()
    assert look.validation is not None
    assert look.confusion is not None
    assert counted == look.validation.accuracy == run.evaluate("validation").accuracy == truth
    assert np.trace(look.confusion) == pytest.approx(truth * 40)


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "mean_squared_error"])
def test_one_unit_for_two_classes(loss: str) -> None:
    data = clouds(80, 40, classes=2)
    run = trainer(data, dense("dense-1", 6), dense("output", 1, "linear"), loss=loss, batch_size=0)
    advance(run, 300)
    outputs = run.predict(data.inputs[data.validation])
    assert outputs.shape == (40, 1)
    assert ((outputs >= 0) & (outputs <= 1)).all()
    accuracy = np.mean((outputs[:, 0] > 0.5) == data.labels[data.validation])
    assert run.evaluate("validation").accuracy == accuracy > 0.6
    confusion = run.snapshot().confusion
    assert confusion is not None
    assert confusion.sum() == 40
    assert confusion.trace() == round(accuracy * 40)


def test_probabilities_of_classes_sum_to_one() -> None:
    outputs = advance(trainer(), 50).predict(clouds().inputs)
    np.testing.assert_allclose(outputs.sum(axis=1), 1, rtol=1e-6)


def test_an_evaluation_of_many_blocks_is_one_mean() -> None:
    data = clouds(1500, 700)
    run = advance(trainer(data, batch_size=10, precision="float64"), 20)
    assert run._plan.capacity < 700
    for which, rows in (("training", data.training), ("validation", data.validation)):
        found = run.evaluate(which)
        probabilities = run.predict(data.inputs[rows])[np.arange(len(rows)), data.labels[rows]]
        assert found.examples == len(rows)
        assert found.loss == pytest.approx(-np.mean(np.log(probabilities)), rel=1e-12)


def test_at_most_so_many_examples_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MEASURED", 10)
    run = trainer(clouds(50, 30))
    assert run.evaluate("training").examples == run.evaluate("validation").examples == 10
    assert split(clouds(50, 30), 30).validation[:10].tolist() == run._validation.tolist()
