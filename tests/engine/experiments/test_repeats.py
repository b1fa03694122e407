"""Pairs with other seeds: the bytes of runs alone, in small pieces, one network at a time."""

from __future__ import annotations

import gc
import math
import weakref
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data.dataset import Dataset
from engine.errors import SpecError
from engine.experiments.repeats import SEEDS, SEEN, Repeats, repeated
from engine.experiments.spread import Curves, Spread, grid
from engine.spec import ProjectSpec, StoppingSpec
from engine.telemetry.snapshot import Snapshot
from engine.training import Trainer
from tests.engine.training.runs import advance, clouds, dense, project

LAYERS = (dense("dense-1", 6), dense("output", 3, "linear"))
DATA = clouds()
STEPS = 60


@dataclass(frozen=True)
class Loss:
    """The validation loss decides."""

    step: int = STEPS
    falls: bool = True

    def of(self, snapshot: Snapshot) -> float:
        assert snapshot.validation is not None
        return snapshot.validation.loss


def make(spec: ProjectSpec, data: Dataset) -> Trainer:
    return Trainer(spec, data, threads=1)


def repeats(b: ProjectSpec, a: ProjectSpec | None = None, n_seeds: int = 2, **options: Any
            ) -> Repeats:
    given = {"yardstick": Loss(), "make": make, **options}
    return Repeats((project(*LAYERS) if a is None else a, DATA), (b, DATA), n_seeds, **given)


def finished(run: Repeats, budget_s: float = 10.0) -> Spread:
    while not run.advance(budget_s):
        pass
    return run.spread


def alone(spec: ProjectSpec) -> tuple[float, np.ndarray]:
    """Return figure and losses of a run by itself."""
    run = advance(make(spec, DATA), STEPS)
    _, rows, _ = run.ring.read(0)
    return Loss().of(run.snapshot(SEEN)), rows[:, run.ring.columns.index("loss")]


def test_figures_and_curves_are_those_of_the_runs_alone() -> None:
    b = project(*LAYERS, learning_rate=0.3)
    found = finished(repeats(b), budget_s=0.0)
    assert found.seeds == (42, 43)
    for pair, seed in enumerate(found.seeds):
        for side, spec in enumerate((project(*LAYERS, seed=seed), replace(
                b, training=replace(b.training, seed=seed)))):
            figure, losses = alone(spec)
            assert found.figures[side, pair] == figure
            curve = found.curves["loss"][side, pair]
            np.testing.assert_allclose(curve[:5], losses[:5], rtol=1e-12)
            begin = found.steps[-2]
            np.testing.assert_allclose(curve[-1], losses[begin:].mean(), rtol=1e-12)
    assert found.figures[0, 0] != found.figures[0, 1]


def test_equal_projects_are_the_same_in_all() -> None:
    found = finished(repeats(project(*LAYERS)))
    assert found.judgement.message.text == "the same in all 2"
    np.testing.assert_array_equal(found.curves["loss"][0], found.curves["loss"][1])


def test_a_seed_that_is_the_knob_goes_up_on_both_sides() -> None:
    seeds: list[int] = []

    def noted(spec: ProjectSpec, data: Dataset) -> Trainer:
        seeds.append(spec.training.seed)
        return make(spec, data)

    finished(repeats(project(*LAYERS, seed=SEEDS - 1), make=noted))
    assert seeds == [42, SEEDS - 1, 43, 0]


def test_a_seed_that_diverges_ends_nothing() -> None:
    b = project(*LAYERS, optimizer="sgd", learning_rate=1e38)
    found = finished(repeats(b))
    assert np.isnan(found.figures[1]).all()
    assert (found.reached[1] < STEPS).all()
    assert np.isfinite(found.figures[0]).all()
    assert found.judgement.message.text.endswith("B diverged in 2 of 2")
    assert np.isnan(found.curves["loss"][1, :, -1]).all()


def test_there_is_one_network_at_a_time() -> None:
    living: list[weakref.ref[Trainer]] = []

    def counted(spec: ProjectSpec, data: Dataset) -> Trainer:
        gc.collect()
        assert not any(ref() for ref in living)
        trainer = make(spec, data)
        living.append(weakref.ref(trainer))
        return trainer

    run = repeats(project(*LAYERS), make=counted)
    finished(run)
    gc.collect()
    assert len(living) == 4
    assert not any(ref() for ref in living)


def test_progress_rises_to_1_and_what_is_whole_can_be_read_before() -> None:
    run = repeats(project(*LAYERS))
    seen = [run.progress]
    assert run.spread.judgement.message.text == "no pair has come to its end"
    assert math.isnan(run.spread.band("loss", 0).low[0])
    while not run.advance(0.0):
        seen.append(run.progress)
        assert len(run.spread.seeds) == run.pairs
    seen.append(run.progress)
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)
    assert len(set(seen)) > 20
    assert run.advance(0.0)


def test_cancelled_it_keeps_the_pairs_that_are_whole() -> None:
    run = repeats(project(*LAYERS), n_seeds=5)
    while run.pairs < 1 or run.progress == 0.2:
        run.advance(0.0)
    run.cancel()
    assert run.is_over
    assert run.advance(1.0)
    assert run.spread.seeds == (42,)


def test_a_project_that_cannot_be_trained_is_told_once() -> None:
    broken = project(dense("dense-1", 6), dense("output", 7, "linear"))
    run = repeats(broken)
    with pytest.raises(SpecError):
        finished(run)
    assert run.is_over


def test_early_stopping_ends_a_run_and_epochs_do_not() -> None:
    stopping = StoppingSpec(epochs=1, seconds=1e-9, loss=1e6)
    spec = replace(project(*LAYERS), training=replace(project(*LAYERS).training,
                                                      stopping=stopping))
    found = finished(repeats(spec))
    assert (found.reached[0] == STEPS).all()
    # 23 examples in batches of 10: the first epoch's loss is small enough.
    assert (found.reached[1] == 3).all()
    assert repeated(spec, 7).training.stopping == StoppingSpec(loss=1e6)


def test_accuracy_is_better_when_it_is_larger() -> None:
    @dataclass(frozen=True)
    class Accuracy(Loss):
        falls: bool = False

        def of(self, snapshot: Snapshot) -> float:
            assert snapshot.validation is not None
            return snapshot.validation.accuracy

    still = project(*LAYERS, optimizer="sgd", learning_rate=0.0)
    found = finished(repeats(project(*LAYERS, learning_rate=0.05), still, n_seeds=5,
                             yardstick=Accuracy()))
    assert found.judgement.outcome == "better"


def test_the_grid_begins_with_every_step_and_ends_with_the_last() -> None:
    steps = grid(2000)
    assert steps[:4].tolist() == [1, 2, 3, 4]
    assert steps[-1] == 2000
    assert len(steps) <= 96
    assert grid(1).tolist() == [1]


def test_bands_leave_out_what_was_not_measured() -> None:
    curves = Curves(("loss", "validation_loss"), np.array([1, 2, 4]))
    curves.listen(np.array([1, 2, 3, 4]), np.array([[4, np.nan], [3, 1], [2, np.nan], [0, 3.0]]))
    np.testing.assert_array_equal(curves.means, [[4, 3, 1], [np.nan, 1, 3]])
    both = np.array([[[curves.means[0], [2.0, np.nan, 3.0]]] * 2])[0]
    found = Spread((1, 2), np.zeros((2, 2)), np.zeros((2, 2), np.int64), np.array([1, 2, 4]),
                   {"loss": both, "validation_loss": np.full_like(both, np.nan)})
    band = found.band("loss", 0)
    assert (band.low.tolist(), band.high.tolist()) == ([2, 3, 1], [4, 3, 3])
    assert band.median.tolist() == [3, 3, 2]
    assert np.isnan(found.band("validation_loss", 1).median).all()


def test_no_seeds_are_refused() -> None:
    with pytest.raises(ValueError, match="0 seeds"):
        repeats(project(*LAYERS), n_seeds=0)
