"""What the doctor's line says of a pair: what came of it, or what is true of the edited run."""

from __future__ import annotations

import dataclasses

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from engine.diagnosis.cures import Cure
from engine.diagnosis.verdicts import Verdict
from engine.errors import SpecError
from engine.messages import say
from engine.spec import ProjectSpec
from gui.window.lab_page import LabPage
from gui.window.pair_desk import PairDesk
from gui.workbench.state import State
from tests.gui.workbench.fake_trainer import FakeEngine


def with_rate(project: ProjectSpec, rate: float) -> ProjectSpec:
    return replace(project, training=replace(project.training, learning_rate=rate))


def said(lab: LabPage) -> str:
    return lab.strip.accessibleName()


def rest(qtbot: QtBot, lab: LabPage) -> None:
    qtbot.waitUntil(lambda: lab.workbench.state in (State.READY, State.PAUSED))
    qtbot.wait(1)


def advance(qtbot: QtBot, lab: LabPage, engine: FakeEngine, steps: int) -> None:
    runs = lab.workbench.runs
    goal = max(run.step for run in runs) + steps
    runs.advance(steps)
    qtbot.waitUntil(lambda: {trainer.step for trainer in engine.trainers if trainer.run_id in
                             {run.run_id for run in runs}} == {goal})
    rest(qtbot, lab)
    lab.workbench.clock.tick()


@pytest.fixture
def decided(qtbot: QtBot, lab: LabPage, engine: FakeEngine) -> LabPage:
    """A lab with a pair that rests at step 2,000, and what has come of it."""
    advance(qtbot, lab, engine, 2000)
    lab.document.begin_pair(with_rate(lab.document.project, 0.5), "try")
    qtbot.waitUntil(lambda: lab.workbench.trial.outcome is not None)
    rest(qtbot, lab)
    return lab


def test_what_came_of_a_pair_is_said_and_stays(decided: LabPage) -> None:
    assert said(decided).startswith("No difference. At step 2,000")
    decided.workbench.clock.tick()
    assert said(decided).startswith("No difference. At step 2,000")
    decided.document.edit_second(False)
    assert said(decided).startswith("No difference. At step 2,000"), "it is of both"


def test_dropping_b_brings_back_what_is_said_of_a_with_its_cures(
    decided: LabPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    cure = Cure("rate", say("difference.name", name="Lower it"), decided.document.project)
    monkeypatch.setattr(PairDesk, "offers", lambda *_arguments: ((cure,), "Decides."))
    decided.document.drop_second()
    frame = decided._stage.frame_of("A")
    assert frame is not None
    assert frame.verdict is not None
    assert said(decided) == f"{frame.verdict.title} {frame.verdict.sentence}"
    assert decided.strip.cures.cures() == (cure,)


def test_a_change_takes_back_what_was_said_of_the_pair_before(decided: LabPage) -> None:
    decided.document.set_training(learning_rate=0.7)
    assert decided.workbench.trial.outcome is None
    assert not said(decided).startswith("No difference.")


def test_reset_takes_it_back_and_swapping_does_not(qtbot: QtBot, decided: LabPage) -> None:
    decided.document.swap_sides()
    qtbot.waitUntil(lambda: said(decided).startswith("No difference. At step 2,000"))
    decided.workbench.reset()
    rest(qtbot, decided)
    assert not said(decided).startswith("No difference.")


def test_who_looks_back_reads_what_was_said_then(decided: LabPage) -> None:
    decided.workbench.look_back(16)
    assert not said(decided).startswith("No difference.")
    decided.workbench.look_back(None)
    assert said(decided).startswith("No difference. At step 2,000")


def test_cures_are_those_of_the_edited_run(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offers(desk: PairDesk, _verdict: Verdict) -> tuple[tuple[Cure, ...], str]:
        label = say("difference.name", name="Cure")
        return (Cure("rate", label, desk._document.project),), ""

    monkeypatch.setattr(PairDesk, "offers", offers)
    lab.document.begin_pair(with_rate(lab.document.project, 0.5), "try")
    rest(qtbot, lab)
    advance(qtbot, lab, engine, 50)
    assert [cure.project for cure in lab.strip.cures.cures()] == [lab.document.project]
    # At rest no frame is on its way that would say it.
    lab.document.edit_second(False)
    assert [cure.project for cure in lab.strip.cures.cures()] == [lab.document.project]


def test_b_that_cannot_be_trained_says_so_while_a_can(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    advance(qtbot, lab, engine, 50)
    lab.document.begin_pair(with_rate(lab.document.project, 0.5), "try")
    rest(qtbot, lab)
    lab.document.set_option("output", "units", 7)
    assert said(lab).startswith("This cannot be trained yet.")
    assert "7 numbers for 2 classes" in said(lab)
    lab.document.edit_second(False)
    assert not said(lab).startswith("This cannot be trained yet.")
    lab.document.edit_second(True)
    assert said(lab).startswith("This cannot be trained yet.")


def test_b_that_cannot_be_built_says_so_while_a_goes_on(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    lab.workbench.run()
    qtbot.waitUntil(lambda: lab.workbench.runs["A"].step > 50)
    engine.refuse = SpecError("as-given", place="Training", found="too large")
    lab.document.begin_pair(with_rate(lab.document.project, 0.5), "try")
    qtbot.waitUntil(lambda: "Training: too large." in said(lab))
    qtbot.waitUntil(lambda: lab.workbench.state is State.RUNNING)
    step = lab.workbench.runs["A"].step
    qtbot.waitUntil(lambda: lab.workbench.runs["A"].step > step + 100)
    assert "Training: too large." in said(lab)


def test_b_that_breaks_shows_its_black_box_while_a_goes_on(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    lab.document.begin_pair(with_rate(lab.document.project, 0.5), "try")
    rest(qtbot, lab)
    second = lab.workbench.runs["B"].run_id
    next(one for one in engine.trainers if one.run_id == second).diverge_at = 30
    # Slow enough to be seen before the step that decides.
    for trainer in engine.trainers:
        trainer.step_s = 0.005
    lab.workbench.run()
    qtbot.waitUntil(lambda: lab.strip.replay.isVisible())
    step = lab.workbench.runs["A"].step
    qtbot.waitUntil(lambda: lab.workbench.runs["A"].step > step + 20)
    assert lab.workbench.trial.outcome is None
    assert said(lab).startswith("Overflow: ")
    assert lab.strip.replay.isVisible()
    for trainer in engine.trainers:
        trainer.step_s = 1e-5
    qtbot.waitUntil(lambda: said(lab).startswith("B broke."))


def test_runs_that_end_by_themselves_do_not_hide_what_came_of_them(
    qtbot: QtBot, decided: LabPage, engine: FakeEngine
) -> None:
    ids = {run.run_id for run in decided.workbench.runs}
    for trainer in engine.trainers:
        if trainer.run_id in ids:
            trainer.finish_at = 2100
    decided.workbench.run()
    qtbot.waitUntil(lambda: decided.workbench.state is State.PAUSED)
    assert decided.workbench.sentence == "Stopped: enough."
    qtbot.waitUntil(lambda: said(decided).startswith("No difference. At step 2,000"))


def test_a_verdict_before_the_first_is_said_to_be_none(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    advance(qtbot, lab, engine, 40)
    frame = lab._stage.frame_of("A")
    assert frame is not None
    waiting = dataclasses.replace(frame.verdict, code="waiting") if frame.verdict else None
    lab._on_workbench_frame(dataclasses.replace(frame, cursor=3, verdict=waiting))
    assert said(lab) == "Step 3. Nothing had been said of the run yet."
