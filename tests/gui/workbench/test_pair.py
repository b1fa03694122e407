"""The runs of a pair on a fake engine: they follow the document's sides, and lose nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from engine.bundles import Beside
from engine.errors import SpecError
from engine.spec import ProjectSpec, default_project
from gui.document.document import Document
from gui.frames.frame import Frame
from gui.frames.run_info import RunInfo
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.gui.workbench.fake_trainer import FakeEngine, FakeTrainer

if TYPE_CHECKING:
    from engine.experiments.outcome import Outcome

Make = Callable[[FakeEngine], Workbench]


def with_rate(project: ProjectSpec, rate: float) -> ProjectSpec:
    return replace(project, training=replace(project.training, learning_rate=rate))


def with_units(project: ProjectSpec, units: int) -> ProjectSpec:
    layer = next(layer for layer in project.network if layer.kind == "dense")
    layers = tuple(replace(other, options={**other.options, "units": units})
                   if other is layer else other for other in project.network)
    return replace(project, network=replace(project.network, layers=layers))


class Lab:
    """A workbench on a fake engine, with what it has told."""

    def __init__(self, qtbot: QtBot, bench: Workbench, engine: FakeEngine,
                 document: Document) -> None:
        self.qtbot, self.bench, self.engine, self.document = qtbot, bench, engine, document
        self.frames: dict[str, Frame] = {}
        self.infos: list[RunInfo] = []
        bench.frame.connect(lambda frame: self.frames.update({frame.run: frame}))
        bench.run_replaced.connect(self.infos.append)
        self.wait(State.READY)

    def wait(self, *states: State) -> None:
        self.qtbot.waitUntil(lambda: self.bench.state in states)

    def trainer(self, key: str) -> FakeTrainer:
        run_id = self.bench.runs[key].run_id
        return next(trainer for trainer in reversed(self.engine.trainers)
                    if trainer.run_id == run_id)

    def steps(self) -> dict[str, int]:
        """Return where the runs stand; -1 for one that is not there yet."""
        steps = {trainer.run_id: trainer.step for trainer in self.engine.trainers}
        return {run.key: steps.get(run.run_id, -1) for run in self.bench.runs}

    def begin(self, rate: float = 0.5, branch_step: int | None = None) -> None:
        project = with_rate(self.document.project, rate)
        self.document.begin_pair(project, "try another rate", branch_step)
        self.settle()

    def settle(self) -> None:
        self.wait(State.READY, State.PAUSED, State.FAILED)

    def advance(self, steps: int) -> None:
        goal = max(self.steps().values()) + steps
        self.bench.runs.advance(steps)
        self.qtbot.waitUntil(lambda: set(self.steps().values()) - {-1} == {goal})
        self.wait(State.PAUSED)

    def shown(self, key: str) -> list[int]:
        """Return the steps of the points of a run's history."""
        self.bench.clock.tick()
        return [int(step) for step in self.frames[key].record.steps()]


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def lab(qtbot: QtBot, make_workbench: Make, document: Document, engine: FakeEngine) -> Lab:
    return Lab(qtbot, make_workbench(engine), engine, document)


def test_b_begins_beside_a_that_rests_and_catches_up(lab: Lab) -> None:
    lab.advance(60)
    first = lab.trainer("A")
    lab.begin()
    lab.qtbot.waitUntil(lambda: lab.steps() == {"A": 60, "B": 60})
    assert lab.trainer("A") is first
    assert lab.bench.state is State.PAUSED
    assert [info.run for info in lab.infos] == ["A", "B"]


def test_b_begins_beside_a_that_runs_and_both_run_on(lab: Lab) -> None:
    lab.bench.run()
    lab.qtbot.waitUntil(lambda: lab.trainer("A").step > 100)
    lab.document.begin_pair(with_rate(lab.document.project, 0.5), "try")
    lab.qtbot.waitUntil(lambda: len(lab.engine.trainers) == 2 and lab.steps()["B"] > 300)
    assert lab.bench.state is State.RUNNING
    lab.bench.pause()
    lab.settle()
    lab.qtbot.waitUntil(lambda: len(set(lab.steps().values())) == 1)


def test_edits_in_quick_succession_do_not_stop_a_pair_that_runs(lab: Lab) -> None:
    lab.begin()
    lab.bench.run()
    lab.qtbot.waitUntil(lambda: min(lab.steps().values()) > 50)
    for units in (3, 4, 5):
        lab.document.set_option("dense-1", "units", units)
    lab.qtbot.waitUntil(lambda: lab.bench.state is State.RUNNING)
    step = lab.steps()["A"]
    lab.qtbot.waitUntil(lambda: lab.steps()["A"] > step + 100)


def test_an_edit_while_b_catches_up_does_not_let_the_pair_run_on(lab: Lab) -> None:
    lab.advance(3000)
    lab.document.begin_pair(with_rate(lab.document.project, 0.5), "try")
    lab.wait(State.RUNNING)
    lab.document.set_option("dense-1", "units", 3)
    lab.qtbot.waitUntil(lambda: set(lab.steps().values()) == {3000})
    lab.settle()
    assert lab.bench.state is State.PAUSED


def test_a_pair_asked_to_run_while_b_is_prepared_runs(lab: Lab) -> None:
    lab.begin()
    lab.document.set_option("dense-1", "units", 3)
    lab.bench.run()
    lab.document.set_option("dense-1", "units", 4)
    lab.qtbot.waitUntil(lambda: lab.bench.state is State.RUNNING)
    lab.qtbot.waitUntil(lambda: min(lab.steps().values()) > 100)


def test_hyperparameters_of_a_side_take_effect_on_its_way(lab: Lab) -> None:
    lab.begin()
    lab.advance(40)
    first, second = lab.trainer("A"), lab.trainer("B")
    told: list[int] = []
    lab.bench.runs.retrained.connect(lambda _key: told.append(1))
    lab.document.set_training(learning_rate=0.7)
    lab.qtbot.waitUntil(lambda: bool(told))
    assert [training.learning_rate for training in second.applied] == [0.7]
    assert not first.applied
    assert lab.bench.runs["B"].changed_at == 40
    assert lab.bench.runs["A"].changed_at is None
    lab.advance(10)
    lab.document.set_training(learning_rate=0.8)
    lab.qtbot.waitUntil(lambda: len(second.applied) == 2)
    lab.qtbot.waitUntil(lambda: len(told) == 2)
    assert lab.bench.runs["B"].changed_at == 40
    lab.bench.reset()
    lab.settle()
    assert lab.bench.runs["B"].changed_at is None


def test_what_is_changed_before_the_first_step_is_no_change_on_the_way(lab: Lab) -> None:
    lab.begin()
    lab.document.set_training(learning_rate=0.7)
    lab.qtbot.waitUntil(lambda: bool(lab.trainer("B").applied))
    lab.advance(1)
    assert lab.bench.runs["B"].changed_at is None


def test_the_network_of_a_side_begins_anew_alone_and_catches_up(lab: Lab) -> None:
    lab.begin()
    lab.advance(30)
    first, second = lab.trainer("A"), lab.trainer("B")
    lab.document.set_option("dense-1", "units", 3)
    lab.settle()
    assert lab.trainer("A") is first
    assert lab.trainer("B") is not second
    lab.qtbot.waitUntil(lambda: lab.steps() == {"A": 30, "B": 30})


def test_choosing_the_side_that_is_edited_leaves_both_runs_alone(lab: Lab) -> None:
    lab.begin()
    trainers = [lab.trainer(key) for key in "AB"]
    lab.document.edit_second(False)
    lab.document.edit_second(True)
    lab.advance(5)
    assert [lab.trainer(key) for key in "AB"] == trainers
    assert not any(trainer.applied for trainer in trainers)


def test_swapped_runs_go_on_under_each_others_name(lab: Lab) -> None:
    lab.begin()
    lab.bench.run()
    lab.qtbot.waitUntil(lambda: min(lab.steps().values()) > 50)
    first, second = lab.trainer("A"), lab.trainer("B")
    lab.document.swap_sides()
    assert (lab.trainer("A"), lab.trainer("B")) == (second, first)
    step = first.step
    lab.qtbot.waitUntil(lambda: min(first.step, second.step) > step + 50)
    assert lab.bench.state is State.RUNNING
    lab.document.undo_stack.undo()
    assert (lab.trainer("A"), lab.trainer("B")) == (first, second)


def test_kept_b_goes_on_as_a_and_undoing_brings_a_back_with_its_curves(lab: Lab) -> None:
    lab.begin()
    lab.advance(60)
    second = lab.trainer("B")
    curve = lab.shown("A")
    lab.document.keep_second()
    assert [run.key for run in lab.bench.runs] == ["A"]
    assert lab.trainer("A") is second
    lab.advance(40)
    lab.document.undo_stack.undo()
    lab.settle()
    assert lab.trainer("B") is second
    brought_back = lab.trainer("A")
    assert brought_back.restored == [60]
    lab.qtbot.waitUntil(lambda: lab.steps() == {"A": 100, "B": 100})
    lab.wait(State.PAUSED)
    assert lab.shown("A")[:len(curve)] == curve
    assert lab.shown("A")[-1] == 100
    assert lab.shown("A") == sorted(set(lab.shown("A")))


def test_undoing_at_once_loses_no_step_of_a_pair_that_runs(lab: Lab) -> None:
    lab.begin()
    lab.bench.run()
    lab.qtbot.waitUntil(lambda: min(lab.steps().values()) > 200)
    lab.document.keep_second()
    lab.document.undo_stack.undo()
    lab.qtbot.waitUntil(lambda: lab.bench.state is State.RUNNING)
    step = max(lab.steps().values())
    lab.qtbot.waitUntil(lambda: min(lab.steps().values()) > step + 50)
    lab.bench.pause()
    lab.settle()
    lab.qtbot.waitUntil(lambda: len(set(lab.steps().values())) == 1)
    # The first 256 steps are kept one by one.
    assert lab.shown("A")[:256] == list(range(1, 257))


def test_dropped_and_undone_b_goes_on_where_it_was(lab: Lab) -> None:
    lab.begin()
    lab.advance(60)
    lab.document.drop_second()
    assert [run.key for run in lab.bench.runs] == ["A"]
    for _ in range(3):
        lab.document.undo_stack.undo()
        lab.document.undo_stack.redo()
    lab.document.undo_stack.undo()
    lab.settle()
    lab.qtbot.waitUntil(lambda: lab.steps() == {"A": 60, "B": 60})
    assert lab.trainer("B").restored == [60]
    assert len(lab.bench.sides.earlier) == 0


def test_a_short_run_is_begun_anew(lab: Lab) -> None:
    lab.begin()
    lab.advance(5)
    lab.document.drop_second()
    assert len(lab.bench.sides.earlier) == 0
    lab.document.undo_stack.undo()
    lab.settle()
    assert lab.trainer("B").restored == []


def test_a_pair_that_cannot_be_trained_and_one_that_can(lab: Lab) -> None:
    lab.begin()
    lab.advance(30)
    lab.document.set_option("output", "units", 7)
    assert lab.bench.runs["B"].state is State.INVALID
    assert lab.bench.state is State.PAUSED
    lab.advance(10)
    lab.document.swap_sides()
    assert lab.bench.runs["A"].state is State.INVALID
    lab.document.undo_stack.undo()
    lab.document.undo_stack.undo()
    lab.settle()
    lab.qtbot.waitUntil(lambda: lab.steps() == {"A": 40, "B": 40})


def test_a_failed_run_stays_beside_b_which_runs(lab: Lab) -> None:
    lab.trainer("A").diverge_at = 40
    lab.bench.run()
    lab.wait(State.FAILED)
    lab.document.begin_pair(with_rate(lab.document.project, 0.01), "lower the rate")
    lab.qtbot.waitUntil(lambda: lab.bench.state is State.RUNNING)
    lab.qtbot.waitUntil(lambda: lab.steps()["B"] > 100)
    assert lab.bench.runs["A"].state is State.FAILED
    lab.document.keep_second()
    assert lab.bench.state is State.RUNNING
    lab.document.undo_stack.undo()
    lab.qtbot.waitUntil(lambda: "A" in lab.bench.runs
                        and lab.bench.runs["A"].state is not State.PREPARING)


def test_b_that_cannot_be_built_leaves_a_alone(lab: Lab, engine: FakeEngine) -> None:
    lab.advance(30)
    engine.refuse = SpecError("run.none-yet")
    failed: list[str] = []
    lab.bench.failed.connect(lambda key, _error: failed.append(key))
    lab.document.begin_pair(with_rate(lab.document.project, 0.5), "try")
    lab.qtbot.waitUntil(lambda: failed == ["B"])
    lab.bench.runs.advance(10)
    lab.qtbot.waitUntil(lambda: lab.trainer("A").step == 40)
    lab.wait(State.PAUSED)
    lab.document.undo_stack.undo()
    assert [run.key for run in lab.bench.runs] == ["A"]


def test_a_seed_for_both_begins_both_anew(lab: Lab) -> None:
    lab.begin()
    lab.advance(30)
    before = [lab.trainer(key) for key in "AB"]
    lab.bench.reset(new_seed=True)
    lab.settle()
    assert not {lab.trainer(key) for key in "AB"} & set(before)
    assert lab.steps() == {"A": 0, "B": 0}


@pytest.mark.parametrize("state", ["paused", "running", "preparing", "invalid"])
def test_another_project_ends_the_pair(lab: Lab, state: str) -> None:
    lab.begin()
    if state == "running":
        lab.bench.run()
    elif state == "preparing":
        lab.document.set_option("dense-1", "units", 3)
    elif state == "invalid":
        lab.document.set_option("output", "units", 7)
    else:
        lab.advance(30)
    lab.document.load_project(default_project())
    assert [run.key for run in lab.bench.runs] == ["A"]
    assert len(lab.bench.sides.earlier) == 0
    lab.wait(State.READY)
    assert lab.steps() == {"A": 0}


def test_an_opened_pair_is_begun_as_one(lab: Lab) -> None:
    lab.advance(30)
    project = default_project()
    weights = {"dense-1/w": np.zeros((2, 4))}
    lab.document.load_project(project, weights=weights, second=Beside(with_units(project, 3)))
    lab.wait(State.READY)
    assert lab.steps() == {"A": 0, "B": 0}
    assert lab.trainer("A").given_weights == weights
    # Another network starts with what fits of them.
    assert (lab.trainer("B").given_weights, lab.trainer("B").given_start) == (None, weights)


def test_b_starts_from_the_weights_that_a_was_opened_with(lab: Lab) -> None:
    weights = {"dense-1/w": np.zeros((2, 4))}
    lab.document.load_project(default_project(), weights=weights)
    lab.wait(State.READY)
    lab.begin()
    assert lab.bench.state is State.READY
    assert lab.trainer("B").given_weights == weights
    lab.document.set_option("dense-1", "units", 3)
    lab.settle()
    assert (lab.trainer("B").given_weights, lab.trainer("B").given_start) == (None, weights)
    # From now on both draw theirs.
    lab.bench.reset()
    lab.settle()
    for key in "AB":
        assert (lab.trainer(key).given_weights, lab.trainer(key).given_start) == (None, None)


def test_a_branch_leaves_a_where_it_stands(lab: Lab) -> None:
    lab.advance(50)
    lab.begin(branch_step=50)
    assert lab.trainer("B").restored == [50]
    assert lab.bench.runs["B"].branched_at == 50
    lab.advance(10)
    assert lab.steps() == {"A": 60, "B": 60}
    assert lab.shown("B") == list(range(51, 61))
    lab.document.set_option("dense-1", "units", 3)
    lab.settle()
    assert lab.trainer("B").restored == [50]


def test_another_pair_that_is_opened_has_nothing_of_the_branch_before(lab: Lab) -> None:
    lab.advance(50)
    lab.begin(branch_step=50)
    project = default_project()
    lab.document.load_project(project, second=Beside(with_rate(project, 0.5)))
    lab.wait(State.READY)
    assert lab.steps() == {"A": 0, "B": 0}
    assert lab.trainer("B").restored == []
    assert lab.bench.runs["B"].branched_at is None


def test_a_pair_that_has_failed_does_not_run_by_itself_with_another_seed(lab: Lab) -> None:
    lab.begin()
    for key in "AB":
        lab.trainer(key).diverge_at = 30
    lab.bench.run()
    lab.wait(State.FAILED)
    lab.bench.reset(new_seed=True)
    lab.settle()
    assert lab.bench.state is State.READY
    assert lab.steps() == {"A": 0, "B": 0}


def test_of_a_run_that_is_let_go_of_fewer_steps_are_kept(lab: Lab) -> None:
    lab.begin()
    lab.advance(60)
    recorder = lab.bench.runs["B"].past.recorder
    limit = recorder.limit_bytes
    lab.document.drop_second()
    assert recorder.limit_bytes < limit
    lab.document.undo_stack.undo()
    lab.settle()
    assert recorder.limit_bytes == limit
    assert recorder is lab.bench.runs["B"].past.recorder


def test_a_branch_from_a_run_that_goes_on_tells_where_it_has_left_it(lab: Lab) -> None:
    lab.bench.run()
    lab.qtbot.waitUntil(lambda: lab.bench.runs["A"].step > 100)
    step = lab.bench.runs["A"].step
    lab.document.begin_pair(with_rate(lab.document.project, 0.5), "branch", step)
    lab.qtbot.waitUntil(lambda: len(lab.engine.trainers) == 2
                        and lab.bench.runs["B"].state is State.RUNNING)
    branched_at = lab.bench.runs["B"].branched_at
    assert branched_at is not None
    assert lab.trainer("B").restored == [branched_at]
    assert branched_at >= step


def test_a_cure_of_b_stands_beside_it(lab: Lab) -> None:
    lab.begin()
    lab.advance(30)
    first, second = lab.trainer("A"), lab.trainer("B")
    lab.begin(0.9)
    assert lab.trainer("A") is second
    assert lab.trainer("B") not in (first, second)
    assert [run.step for run in lab.bench.sides.earlier] == [30]
    lab.document.undo_stack.undo()
    lab.settle()
    assert lab.trainer("B") is second
    assert lab.trainer("A").restored == [30]



@pytest.mark.parametrize("learned", [False, True])
def test_a_comes_back_although_it_had_no_steps(
    qtbot: QtBot, document: Document, make_workbench: Make, learned: bool
) -> None:
    weights = {"dense-1/w": np.zeros((2, 4))} if learned else None
    document.load_project(document.project, weights=weights)
    engine = FakeEngine()
    lab = Lab(qtbot, make_workbench(engine), engine, document)
    lab.begin()
    document.keep_second()
    document.undo_stack.undo()
    lab.settle()
    assert document.sides.second is not None
    assert [(run.key, run.side) for run in lab.bench.runs] == [
        ("A", document.sides.first.number), ("B", document.sides.second.number)]
    assert lab.trainer("A").given_weights is weights


def test_a_run_that_is_brought_back_can_be_looked_at_from_its_beginning(lab: Lab) -> None:
    lab.begin()
    lab.advance(300)
    begun = lab.bench.recording("B").first
    lab.document.drop_second()
    lab.document.undo_stack.undo()
    lab.settle()
    recording = lab.bench.recording("B")
    assert (begun, recording.first, recording.last) == (0, 0, 300)
    assert recording.steps[0] == 0


def test_what_came_of_a_pair_is_not_said_of_the_one_that_is_begun_anew(lab: Lab) -> None:
    lab.begin()
    lab.advance(30)
    trial = lab.bench.trial
    trial.look()
    before = trial.yardstick
    trial.outcome = cast("Outcome", object())
    trial.look()
    assert trial.outcome is not None
    lab.bench.reset()
    lab.settle()
    trial.look()
    assert before is not None
    assert trial.outcome is None
