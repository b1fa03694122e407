"""What stays of a run: from when it is replaced until the next one is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from engine.spec import default_project
from gui.document.document import Document
from gui.frames.frame import Frame
from gui.frames.ghost import LEAST_STEPS, Ghost
from gui.frames.record import BEGINNING
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.gui.workbench.fake_trainer import FakeEngine

Make = Callable[[FakeEngine], Workbench]


class Lab:
    """A workbench on a fake engine, and the newest frame of its first run."""

    def __init__(self, qtbot: QtBot, bench: Workbench, engine: FakeEngine) -> None:
        self.qtbot, self.bench, self.engine = qtbot, bench, engine
        self.frame: Frame | None = None
        bench.frame.connect(self._see)
        self.wait_until_ready()

    def _see(self, frame: Frame) -> None:
        self.frame = frame

    def wait_until_ready(self) -> None:
        self.qtbot.waitUntil(lambda: self.bench.state is State.READY)

    def train(self, steps: int) -> None:
        goal = self.engine.newest.step + steps
        self.bench.runs.advance(steps)
        self.qtbot.waitUntil(lambda: self.frame is not None and self.frame.step == goal
                             and self.bench.state is State.PAUSED)

    def reset(self) -> None:
        self.bench.reset()
        self.wait_until_ready()

    def ghost(self) -> Ghost | None:
        """Return what the newest frame carries; tests made sure that there is one."""
        self.bench.clock.tick()
        assert self.frame is not None
        return self.frame.ghost


@pytest.fixture
def lab(qtbot: QtBot, make_workbench: Make, document: Document) -> Lab:
    engine = FakeEngine()
    return Lab(qtbot, make_workbench(engine), engine)


def last_step(ghost: Ghost | None) -> float:
    assert ghost is not None
    return float(ghost.steps[-1])


def test_a_reset_leaves_the_run_before_behind(lab: Lab) -> None:
    assert lab.ghost() is None
    lab.train(40)
    assert lab.ghost() is None
    lab.reset()
    ghost = lab.ghost()
    assert ghost is not None
    assert ghost.steps.tolist() == list(range(1, 41))
    assert ghost.epochs == pytest.approx(ghost.steps / 25)
    assert ghost.losses["loss"] == pytest.approx(1 / ghost.steps)
    assert ghost.logarithms["dense-1/gradient_rms"] == pytest.approx(np.full(40, -1.0))
    assert ghost.logarithms["dense-1/update_ratio"] == pytest.approx(np.full(40, -3.0))
    lab.train(30)
    assert lab.ghost() is ghost, "it stays while the new one runs"
    lab.reset()
    assert last_step(lab.ghost()) == 30


def test_a_run_that_has_hardly_begun_takes_nothing_away(lab: Lab) -> None:
    lab.train(40)
    lab.reset()
    ghost = lab.ghost()
    lab.reset()
    assert lab.ghost() is ghost
    lab.train(LEAST_STEPS - 1)
    lab.reset()
    assert lab.ghost() is ghost
    lab.train(LEAST_STEPS)
    lab.reset()
    assert last_step(lab.ghost()) == LEAST_STEPS


def test_every_change_that_begins_anew_leaves_it(lab: Lab, document: Document) -> None:
    lab.train(40)
    document.add_layer("dense", 1)
    lab.wait_until_ready()
    ghost = lab.ghost()
    assert last_step(ghost) == 40
    # A network that cannot be trained is no run.
    document.remove_layer("output")
    assert lab.bench.state is State.INVALID
    document.undo_stack.undo()
    lab.wait_until_ready()
    assert lab.ghost() is ghost


def test_another_project_has_no_last_run(lab: Lab, document: Document) -> None:
    lab.train(40)
    lab.reset()
    assert lab.ghost() is not None
    document.load_project(default_project(), None, document.dataset)
    lab.wait_until_ready()
    assert lab.ghost() is None


def test_numbers_of_another_loss_are_not_compared(lab: Lab, document: Document) -> None:
    lab.train(40)
    lab.reset()
    ghost = lab.ghost()
    document.set_training(loss="mean_squared_error")
    lab.wait_until_ready()
    assert lab.ghost() is None
    # Nothing has been trained with it: what stayed can be compared again.
    document.undo_stack.undo()
    lab.wait_until_ready()
    assert lab.ghost() is ghost


def test_a_long_run_leaves_its_first_steps_and_no_more_than_fits(lab: Lab) -> None:
    lab.train(5000)
    lab.reset()
    ghost = lab.ghost()
    assert ghost is not None
    assert ghost.steps[:BEGINNING].tolist() == list(range(1, BEGINNING + 1))
    assert ghost.steps[-1] > 4900
    assert len(ghost.steps) <= BEGINNING + 512
    assert {len(series) for series in (*ghost.losses.values(), *ghost.logarithms.values())} == {
        len(ghost.steps)}


def test_epochs_follow_the_batch_size(lab: Lab) -> None:
    lab.train(50)
    lab.engine.newest.steps_per_epoch = 10
    lab.bench.clock.tick()
    lab.train(20)
    assert lab.frame is not None
    assert lab.frame.epochs.at(np.array([50.0, 70.0])).tolist() == [2.0, 4.0]


def test_every_run_leaves_its_own(lab: Lab, document: Document) -> None:
    plan = lab.bench.runs["A"].plan
    training = replace(plan.project.training, learning_rate=0.5)
    ghosts: dict[str, Ghost | None] = {}
    lab.bench.frame.connect(lambda frame: ghosts.update({frame.run: frame.ghost}))
    lab.bench.runs.add("B", replace_plan(plan, training))
    lab.wait_until_ready()
    lab.train(25)
    lab.bench.reset()
    lab.wait_until_ready()
    lab.bench.clock.tick()
    assert set(ghosts) == {"A", "B"}
    assert ghosts["A"] is not ghosts["B"]
    assert last_step(ghosts["A"]) == last_step(ghosts["B"]) == 25


def replace_plan(plan: object, training: object) -> object:
    from gui.workbench.run_plan import RunPlan

    return RunPlan(replace(plan.project, training=training), plan.dataset)  # type: ignore[attr-defined]
