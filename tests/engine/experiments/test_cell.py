"""A cell: its result says what the run has come to, in the same bytes whoever computes it."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data import load
from engine.data.dataset import Dataset
from engine.errors import DataError
from engine.experiments import cell as cell_module
from engine.experiments.cell import (
    Job,
    job_of,
    operations_of,
    run_cell,
    run_job,
    run_jobs,
)
from engine.experiments.headless import Datasets, carry, course_of
from engine.experiments.results import Result
from engine.experiments.sweep import Axis, Cell, Sweep
from engine.experiments.yardstick import deciding_step
from engine.kernels.runtime import layout
from engine.spec import DataSpec, ProjectSpec, StoppingSpec
from engine.training import Trainer
from engine.training.succession import Succession
from tests.engine.experiments.sweeps import make, small_project, small_sweep
from tests.engine.training.runs import advance

FIRST = Cell((0,), 0)


def computed(sweep: Sweep, cell: Cell = FIRST, **options: object) -> Result:
    result = run_cell(sweep, cell, make=make, **options)  # type: ignore[arg-type]
    assert result is not None
    return result


def one(project: ProjectSpec, **options: object) -> Sweep:
    return Sweep("one", project, (Axis("learning_rate", (0.1,)),), **options)  # type: ignore[arg-type]


def test_a_result_says_what_a_run_has_come_to() -> None:
    sweep = one(small_project())
    result = computed(sweep)
    project = sweep.project_at(FIRST)
    data = load(project.data)
    run = advance(Trainer(project, data, threads=1), 40)
    seen = run.snapshot()
    _, rows, _ = run.ring.read(0)
    columns = run.ring.columns
    assert (result.end, result.step, result.epoch) == ("done", 40, run.epoch)
    assert result.key == sweep.key_at(FIRST)
    assert (result.values, result.seed) == ((0.1,), 0)
    assert result.loss == seen.training.loss
    assert result.accuracy == seen.training.accuracy
    assert seen.validation is not None
    assert result.validation_loss == seen.validation.loss
    assert result.validation_accuracy == seen.validation.accuracy
    assert result.first_gradients == pytest.approx(
        [rows[0, columns.index(f"{layer}/gradient_rms")] for layer in run.weight_layers], rel=1e-6)
    assert len(result.first_gradients) == 3
    assert result.largest_gradient == pytest.approx(
        rows[:, columns.index("gradient_norm")].max(), rel=1e-6)
    assert result.operations == operations_of(project, data) > 3 * (2 * 4 + 4 * 4 + 4 * 2) - 2 * 4
    assert result.message is None
    assert result.seconds > 0


def test_curves_are_means_between_their_points() -> None:
    result = computed(one(small_project(steps=300)))
    sweep = one(small_project(steps=300))
    project = sweep.project_at(FIRST)
    run = advance(Trainer(project, load(project.data), threads=1), 300)
    _, rows, _ = run.ring.read(0)
    loss = rows[:, run.ring.columns.index("loss")]
    validation = rows[:, run.ring.columns.index("validation_loss")]
    assert len(result.steps) == len(result.curve) == len(result.validation_curve) <= 64
    assert result.steps[0] == 1
    assert result.steps[-1] == 300
    before = 0
    for step, value, other in zip(result.steps, result.curve, result.validation_curve, strict=True):
        assert value == pytest.approx(loss[before:step].mean(), rel=1e-6)
        measured = validation[before:step][~np.isnan(validation[before:step])]
        assert other == (pytest.approx(measured.mean(), rel=1e-6) if len(measured) else None)
        before = step


def test_losses_of_epochs_are_those_that_stopping_rules_see() -> None:
    project = small_project(steps=0, batch_size=30, stopping=StoppingSpec(epochs=4))
    result = computed(one(project))
    assert (result.end, result.epoch) == ("done", 4)
    assert len(result.epoch_losses) == 4
    goal = max(value for value in result.epoch_losses[2:] if value is not None)
    assert all(value is not None and value > goal for value in result.epoch_losses[:2])
    reached = computed(one(replace(project, training=replace(
        project.training, stopping=StoppingSpec(epochs=9))), goal_loss=goal * (1 + 1e-6)))
    assert reached.end == "reached"
    assert reached.message is not None
    assert reached.message.code == "stopped.loss"
    assert reached.epoch_losses[-1] == pytest.approx(goal) or reached.epoch < 4


def test_a_short_last_batch_counts_by_its_examples() -> None:
    project = small_project(steps=0, batch_size=30, stopping=StoppingSpec(epochs=1))
    result = computed(one(project))
    data = load(project.data)
    assert len(data.training) % 30
    run = advance(Trainer(one(project).project_at(FIRST), data, threads=1), result.step)
    assert result.epoch_losses == pytest.approx(
        [run._plan.shared.results[layout.EPOCH_LOSS]], rel=1e-6)


def test_a_run_that_ends_early_has_curves_to_its_end() -> None:
    project = small_project(steps=5000, stopping=StoppingSpec(convergence=0.9))
    result = computed(one(project))
    assert result.end == "stopped"
    assert result.step < 5000
    assert result.steps[-1] == result.step
    assert len(result.curve) == len(result.steps)


def test_a_run_that_diverges_says_when() -> None:
    project = small_project(loss="mean_squared_error", learning_rate=1.0)
    hidden = tuple(layer.with_options(activation="relu", gain=50.0) if layer.kind == "dense"
                   else layer for layer in project.network)
    wild = replace(project, network=replace(project.network, layers=hidden))
    result = run_cell(Sweep("wild", wild, (Axis("learning_rate", (1e20,)),)), FIRST, make=make)
    assert result is not None
    assert result.end == "diverged"
    assert 1 <= result.step <= 40
    assert result.loss is result.accuracy is None
    assert result.figure("step") is None
    assert result.message is not None
    assert "finite" in result.message.message.text
    assert all(value is None or math.isfinite(value) for value in result.curve)


def test_what_cannot_be_trained_is_refused_with_a_sentence() -> None:
    sweep = small_sweep(Axis("layers.dense-1.units", (4, 0)), Axis("depth", (-1, 2)))
    ends = {}
    for cell in sweep.cells():
        result = computed(sweep, cell)
        ends[sweep.values_at(cell)] = result.end
        if result.end == "refused":
            assert result.message is not None
            assert result.message.message.text.endswith(".")
    assert ends == {(4, 2): "done", (4, -1): "refused", (0, 2): "refused", (0, -1): "refused"}


def test_data_that_cannot_be_read_are_no_fault_of_a_cell() -> None:
    project = replace(small_project(), data=DataSpec("table", path="/nowhere/points.csv"))
    with pytest.raises(DataError):
        computed(one(project))


def test_a_run_can_be_left_in_the_middle() -> None:
    asked = iter([False, False, True])
    assert run_cell(one(small_project(steps=10**7)), FIRST, make=make,
                    should_stop=lambda: next(asked)) is None


def slowed(seconds: float) -> Callable[[ProjectSpec, Dataset], Trainer]:
    """Return what makes trainers that look up after every step or so."""
    def made(project: ProjectSpec, dataset: Dataset) -> Trainer:
        trainer = make(project, dataset)
        run = trainer.run

        def few(max_steps: int, budget_s: float = 0.0) -> int:
            time.sleep(seconds)
            return run(min(max_steps, 3), 0.0)

        trainer.run = few  # type: ignore[method-assign]
        return trainer
    return made


def test_bytes_do_not_hang_on_how_often_a_run_looks_up() -> None:
    sweep = one(small_project(steps=200, batch_size=7))
    quick = computed(sweep)
    slow = run_cell(sweep, FIRST, make=slowed(0.0001))
    assert slow is not None
    assert slow.content == quick.content
    assert slow.seconds != quick.seconds


@pytest.mark.skipif(sys.platform == "win32", reason="its ticks are too coarse to count by")
def test_seconds_are_those_of_the_run_and_not_of_what_else_there_is() -> None:
    result = run_cell(one(small_project(steps=60)), FIRST, make=slowed(0.02))
    assert result is not None
    # It slept for at least 20 times so long.
    assert 0 < result.seconds < 0.2


def test_bytes_do_not_hang_on_what_was_computed_before() -> None:
    sweep = small_sweep()
    datasets = Datasets()
    there = [computed(sweep, cell, datasets=datasets) for cell in sweep.cells()]
    back = [computed(sweep, cell, datasets=datasets) for cell in sweep.cells()[::-1]]
    assert [result.content for result in there] == [result.content for result in back[::-1]]
    assert len({result.content for result in there}) == 6


def test_data_sets_are_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = []

    def counted(data: DataSpec, folder: object) -> Dataset:
        loaded.append(data.source)
        return load(data)

    monkeypatch.setattr("engine.experiments.headless.load", counted)
    datasets = Datasets(kept=2)
    circle, spiral, xor = DataSpec("circle"), DataSpec("spiral"), DataSpec("xor")
    for data in (circle, spiral, circle, circle, xor, circle, spiral):
        assert datasets.of(data).key == data.source
    assert loaded == ["circle", "spiral", "xor", "spiral"]


def test_a_course_of_a_project_ends_where_the_project_does() -> None:
    project = small_project(steps=25)
    data = load(project.data)
    seen: list[int] = []
    course = course_of(project, data, make(project, data),
                       lambda steps, rows: seen.extend(steps.tolist()))
    assert carry(course)
    assert seen == list(range(1, 26))
    assert deciding_step(project, data) == 25


def test_a_job_holds_all_that_is_needed() -> None:
    sweep = small_sweep()
    job = job_of(sweep, sweep.cells()[0])
    assert isinstance(job, cell_module.Job)
    assert job.project == sweep.project_at(sweep.cells()[0])


@pytest.mark.parametrize("axes", [
    (Axis("depth", (1, 2, 3)), Axis("gain", (0.5, 2.0))),
    (Axis("optimizer", ("sgd", "momentum", "adam", "adamw")), Axis("batch_size", (1, 16, 50))),
    (Axis("learning_rate", (0.01, 1e20, 1.0)), Axis("width", (3, 8))),
    (Axis("activation", ("tanh", "relu")), Axis("initialiser", ("zeros", "he_normal", "lsuv"))),
    (Axis("dropout", (0.0, 0.5)), Axis("noise", (0.0, 30.0)), Axis("l2", (0.001, 1e300))),
], ids=lambda axes: " ".join(axis.knob for axis in axes))
def test_cells_one_after_another_come_to_the_bytes_of_each_by_itself(axes: tuple[Axis, ...]
                                                                     ) -> None:
    sweep = small_sweep(*axes, seeds=2)
    datasets, succession = Datasets(), Succession()
    for cell in sweep.cells():
        alone = run_cell(sweep, cell, make=make, datasets=datasets)
        in_turn = run_cell(sweep, cell, make=succession.trainer, datasets=datasets)
        assert alone is not None
        assert in_turn is not None
        assert in_turn.same_as(alone)


@pytest.mark.parametrize("together", [1, 2, 5])
def test_cells_that_are_computed_together_come_to_the_bytes_of_each_by_itself(together: int
                                                                              ) -> None:
    sweep = small_sweep(Axis("learning_rate", (0.01, 1e20, 1.0, 0.1, 0.2)),
                        Axis("l2", (0.001, 1e300)), seeds=2)
    datasets, succession = Datasets(), Succession()
    succession.begin(together)
    jobs = [job for cell in sweep.cells() if isinstance(job := job_of(sweep, cell), Job)]
    alone = [run_job(job, make=make, datasets=datasets) for job in jobs]
    found = [result for begin in range(0, len(jobs), together) for result in run_jobs(
        jobs[begin:begin + together], make=succession.trainer, datasets=datasets)]
    assert {result.end for result in found} == {"done", "diverged", "refused"}
    assert [result.content for result in found] == [one.content for one in alone if one]
