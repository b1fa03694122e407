"""The workbench: what it does when a person presses a button or changes the document."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from engine.errors import DivergedError, EngineError, SpecError
from engine.telemetry.parts import NOTHING, Part
from gui.document.document import Document
from gui.frames.frame import Frame
from gui.frames.run_info import RunInfo
from gui.workbench import worker
from gui.workbench.commands import Advance, Look, newest
from gui.workbench.run import Run
from gui.workbench.run_plan import Reason
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.gui.workbench.fake_trainer import FakeEngine, FakeTrainer

Make = Callable[[FakeEngine], Workbench]


def wait_for(qtbot: QtBot, workbench: Workbench, state: State) -> None:
    qtbot.waitUntil(lambda: workbench.state is state)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def bench(qtbot: QtBot, make_workbench: Make, engine: FakeEngine) -> Workbench:
    workbench = make_workbench(engine)
    wait_for(qtbot, workbench, State.READY)
    return workbench


def test_it_prepares_and_then_shows_step_zero(
    qtbot: QtBot, make_workbench: Make, document: Document
) -> None:
    engine = FakeEngine(compiling=threading.Event())
    workbench = make_workbench(engine)
    told: list[tuple[str, float]] = []
    runs: list[RunInfo] = []
    frames: list[Frame] = []
    workbench.preparing.connect(lambda text, share: told.append((text, share)))
    workbench.run_replaced.connect(runs.append)
    workbench.frame.connect(frames.append)
    qtbot.waitUntil(lambda: bool(told))
    assert told == [("Preparing engine", 0.5)]
    assert workbench.state is State.PREPARING
    assert not runs
    assert engine.compiling is not None
    engine.compiling.set()
    qtbot.waitUntil(lambda: bool(frames))
    assert workbench.state is State.READY
    assert runs[0].network == document.project.network
    assert runs[0].dataset is document.dataset
    assert runs[0].columns[0] == "loss"
    assert runs[0].run_id == frames[0].run_id
    assert frames[0].step == 0
    assert frames[0].snapshot is not None
    assert not frames[0].running


def test_it_runs_in_the_training_thread_and_pauses(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine
) -> None:
    frames: list[Frame] = []
    bench.frame.connect(frames.append)
    bench.run()
    assert bench.state is State.RUNNING
    qtbot.waitUntil(lambda: len(frames) > 20 and frames[-1].steps_per_second > 0)
    bench.pause()
    assert bench.state is State.PAUSED
    with qtbot.waitSignal(bench.frame):
        pass
    trainer = engine.newest
    assert trainer.threads == {"trainer"}
    last = frames[-1]
    assert not last.running
    assert last.snapshot is not None
    assert last.snapshot.step == last.step == trainer.step == last.history.length
    assert last.epoch == trainer.step // 25
    assert last.loss == 1 / trainer.step
    assert last.verdict is not None
    assert last.looks.steps("dead_share")[0] == 0, "the series begin with the first snapshot"
    assert last.looks.count("dead_share") > 2
    assert [frame.step for frame in frames] == sorted(frame.step for frame in frames)
    with qtbot.assertNotEmitted(bench.frame, wait=120):
        pass


def test_snapshots_are_made_only_when_the_window_has_taken_the_last(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine
) -> None:
    bench.run()
    bench.clock.stop()
    qtbot.waitUntil(lambda: engine.newest.step > 3000)
    assert engine.newest.snapshots <= 2


@pytest.mark.alone
def test_pause_is_obeyed_within_the_step_in_hand(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine
) -> None:
    bench.run()
    qtbot.waitUntil(lambda: engine.newest.step > 10)
    bench.pause()
    started = time.perf_counter()
    with qtbot.waitSignal(bench.frame):
        pass
    assert time.perf_counter() - started < 0.1
    step = engine.newest.step
    qtbot.wait(30)
    assert engine.newest.step == step


def test_one_step_and_one_epoch(qtbot: QtBot, bench: Workbench, engine: FakeEngine) -> None:
    bench.step()
    assert bench.state is State.PAUSED
    with qtbot.waitSignal(bench.frame):
        pass
    assert engine.newest.step == 1
    bench.step_epoch()
    wait_for(qtbot, bench, State.PAUSED)
    assert engine.newest.step == 25
    bench.step_epoch()
    wait_for(qtbot, bench, State.PAUSED)
    assert engine.newest.step == 50


def test_many_steps_in_a_hurry_are_all_made(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine
) -> None:
    for _ in range(5):
        bench.step()
        qtbot.wait(5)
    qtbot.waitUntil(lambda: engine.newest.step == 5)


def test_steps_that_wait_together_are_all_made(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, entered, free = FakeTrainer.run, threading.Event(), threading.Event()

    def run_late(self: FakeTrainer, *arguments: Any) -> int:
        entered.set()
        free.wait()
        return run(self, *arguments)

    monkeypatch.setattr(FakeTrainer, "run", run_late)
    bench.step()
    qtbot.waitUntil(entered.is_set)
    for _ in range(3):
        bench.step()
    free.set()
    qtbot.waitUntil(lambda: engine.newest.step == 4)
    qtbot.wait(20)
    assert engine.newest.step == 4


def test_a_first_snapshot_that_is_compiled_does_not_hold_up_the_next(
    qtbot: QtBot, make_workbench: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = FakeTrainer.snapshot

    def compiled_first(self: FakeTrainer, *wanted: Any) -> Any:
        if self.snapshots == 0:
            time.sleep(3.0)
        return snapshot(self, *wanted)

    monkeypatch.setattr(FakeTrainer, "snapshot", compiled_first)
    engine = FakeEngine()
    workbench = make_workbench(engine)
    wait_for(qtbot, workbench, State.READY)
    workbench.run()
    qtbot.waitUntil(lambda: engine.newest.snapshots > 1, timeout=2500)


READINGS = frozenset({Part.READINGS})
BOTH = frozenset({Part.READINGS, Part.CONFUSION})


def test_where_nobody_looks_no_snapshot_is_taken(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine
) -> None:
    trainer = engine.newest
    frames: list[Frame] = []
    bench.frame.connect(frames.append)
    bench.set_wanted(NOTHING)
    count = trainer.snapshots
    bench.run()
    qtbot.waitUntil(lambda: trainer.step > 2000 and len(frames) > 3)
    bench.pause()
    qtbot.waitUntil(lambda: not frames[-1].running)
    assert trainer.snapshots == count
    assert not any(frame.snapshot for frame in frames[1:])
    assert frames[-1].history.length


def test_what_is_newly_wanted_is_shown_at_once_though_nothing_runs(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine
) -> None:
    trainer = engine.newest
    bench.set_wanted(READINGS)
    count = trainer.snapshots
    with qtbot.waitSignal(bench.frame) as shown:
        bench.set_wanted(BOTH)
    assert shown.args is not None
    assert shown.args[0].snapshot.parts == BOTH
    assert shown.args[0].step == 0
    # Less is no reason to look again, nor is the same.
    bench.set_wanted(READINGS)
    bench.set_wanted(READINGS)
    with qtbot.assertNotEmitted(bench.frame, wait=60):
        pass
    assert trainer.asked[count:] == [BOTH]


def test_a_window_that_comes_back_sees_where_its_run_has_come_to(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine
) -> None:
    bench.set_wanted(BOTH)
    bench.set_watched(False)
    count = engine.newest.snapshots
    bench.step()
    qtbot.waitUntil(lambda: engine.newest.step == 1)
    assert engine.newest.snapshots == count
    frames: list[Frame] = []
    bench.frame.connect(frames.append)
    bench.set_watched(True)
    qtbot.waitUntil(lambda: any(frame.snapshot for frame in frames))
    snapshot = next(frame.snapshot for frame in frames if frame.snapshot is not None)
    assert (snapshot.step, snapshot.parts) == (1, BOTH)


def test_a_text_is_written_only_for_those_who_read_it(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine
) -> None:
    trainer = engine.newest
    trainer.writes = True
    bench.set_wanted(READINGS)
    before = trainer.texts
    bench.step()
    qtbot.waitUntil(lambda: trainer.step == 1 and trainer.asked[-1] == READINGS)
    assert trainer.texts == before
    with qtbot.waitSignal(bench.frame) as shown:
        bench.set_wanted(frozenset({Part.TEXT}))
    while not shown.args or not shown.args[0].snapshot or not shown.args[0].snapshot.text:
        with qtbot.waitSignal(bench.frame) as shown:
            pass
    assert shown.args[0].snapshot.text == "Once" + " more" * (before + 1)
    assert shown.args[0].snapshot.parts == {Part.TEXT}


def test_of_looks_that_wait_only_the_last_is_taken() -> None:
    first, last, advance = Look(), Look(), Advance(1, 1)
    assert newest([first, advance, last]) == [advance, last]


def test_a_step_ends_a_run(qtbot: QtBot, bench: Workbench, engine: FakeEngine) -> None:
    bench.run()
    qtbot.waitUntil(lambda: engine.newest.step > 3)
    bench.step()
    wait_for(qtbot, bench, State.PAUSED)
    qtbot.wait(20)
    stood = engine.newest.step
    bench.step()
    qtbot.waitUntil(lambda: engine.newest.step == stood + 1)


def test_run_while_preparing_begins_when_it_is_ready(
    qtbot: QtBot, make_workbench: Make
) -> None:
    engine = FakeEngine(compiling=threading.Event())
    workbench = make_workbench(engine)
    workbench.run()
    assert workbench.state is State.PREPARING
    assert engine.compiling is not None
    engine.compiling.set()
    wait_for(qtbot, workbench, State.RUNNING)
    qtbot.waitUntil(lambda: engine.newest.step > 0)


def test_it_trains_before_anybody_listens(qtbot: QtBot, make_workbench: Make) -> None:
    engine = FakeEngine()
    workbench = make_workbench(engine)
    frames: list[Frame] = []
    workbench.frame.connect(frames.append)
    workbench.hold()
    workbench.run()
    # Not a number until then.
    qtbot.waitUntil(lambda: workbench.stepped_s <= time.perf_counter())
    qtbot.waitUntil(lambda: engine.newest.step > 500)
    assert workbench.state is State.PREPARING
    assert not frames
    workbench.listen()
    assert workbench.state is State.RUNNING
    assert frames[0].snapshot is not None
    assert frames[0].snapshot.step == 0
    qtbot.waitUntil(lambda: len(frames) > 3)


def test_a_run_waits_for_those_who_are_to_draw_its_first_steps(
    qtbot: QtBot, make_workbench: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "UNHEARD_STEPS", 7)
    engine = FakeEngine()
    workbench = make_workbench(engine)
    workbench.hold()
    workbench.run()
    qtbot.waitUntil(lambda: workbench.stepped_s <= time.perf_counter())
    qtbot.wait(100)
    assert engine.newest.step == 7
    workbench.listen()
    qtbot.waitUntil(lambda: engine.newest.step > 7)


def test_a_failure_is_told_to_those_who_come_late(qtbot: QtBot, make_workbench: Make) -> None:
    workbench = make_workbench(FakeEngine(diverge_at=3))
    workbench.hold()
    workbench.run()
    qtbot.wait(50)
    workbench.listen()
    wait_for(qtbot, workbench, State.FAILED)


def test_a_run_that_has_failed_is_not_waited_for(qtbot: QtBot, make_workbench: Make) -> None:
    workbench = make_workbench(FakeEngine(diverge_at=1))
    workbench.hold()
    workbench.run()
    qtbot.waitUntil(lambda: not workbench.is_getting_ready)
    workbench.listen()
    wait_for(qtbot, workbench, State.FAILED)


def test_a_run_goes_on_even_if_what_is_told_of_it_cannot_be_shown(
    qtbot: QtBot, make_workbench: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "UNHEARD_STEPS", 7)
    engine = FakeEngine()
    workbench = make_workbench(engine)
    workbench.hold()
    workbench.run()
    qtbot.waitUntil(lambda: workbench.stepped_s <= time.perf_counter())
    # That it is built has been told before, but may not have been heard yet.
    qtbot.waitUntil(lambda: bool(workbench.runs._held))

    def fail(*_told: object) -> None:
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr(Run, "begin", fail)
    with pytest.raises(ZeroDivisionError):
        workbench.listen()
    qtbot.waitUntil(lambda: engine.newest.step > 7)


def test_a_run_without_a_step_is_no_first_step(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.newest, "run", lambda *_arguments: 0)
    bench.run()
    qtbot.wait(30)
    assert np.isnan(bench.stepped_s)
    monkeypatch.undo()
    qtbot.waitUntil(lambda: bench.stepped_s <= time.perf_counter())


def test_pause_while_preparing_takes_run_back(qtbot: QtBot, make_workbench: Make) -> None:
    engine = FakeEngine(compiling=threading.Event())
    workbench = make_workbench(engine)
    workbench.run()
    workbench.pause()
    assert engine.compiling is not None
    engine.compiling.set()
    wait_for(qtbot, workbench, State.READY)
    qtbot.wait(30)
    assert engine.newest.step == 0
    workbench.run()
    qtbot.waitUntil(lambda: engine.newest.step > 0)


class Gate(threading.Event):
    """Tells when somebody waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.reached.set()
        return super().wait(timeout)


def test_run_that_came_with_a_network_is_taken_back_while_that_is_built(
    qtbot: QtBot, make_workbench: Make
) -> None:
    first, second = Gate(), Gate()
    engine = FakeEngine(compiling=first)
    workbench = make_workbench(engine)
    qtbot.waitUntil(first.reached.is_set)
    # Both wait together behind the network that is being built.
    workbench.reset()
    workbench.run()
    engine.compiling = second
    first.set()
    qtbot.waitUntil(second.reached.is_set)
    workbench.pause()
    second.set()
    wait_for(qtbot, workbench, State.READY)
    qtbot.wait(30)
    assert engine.newest.step == 0


def test_hyper_parameters_take_effect_without_a_reset(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document
) -> None:
    bench.run()
    qtbot.waitUntil(lambda: engine.newest.step > 10)
    document.set_training(learning_rate=0.3)
    qtbot.waitUntil(lambda: [training.learning_rate for training in engine.newest.applied] == [0.3])
    document.set_part("optimizer", kind="adam")
    document.set_training(batch_size=30)
    qtbot.waitUntil(lambda: bool(engine.newest.applied)
                    and engine.newest.applied[-1] == document.project.training)
    assert bench.state is State.RUNNING
    assert len(engine.trainers) == 1


def test_another_network_begins_a_new_run_and_says_so(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document
) -> None:
    bench.run()
    qtbot.waitUntil(lambda: engine.newest.step > 10)
    frames: list[Frame] = []
    runs: list[RunInfo] = []
    bench.frame.connect(frames.append)
    bench.run_replaced.connect(runs.append)
    document.set_option("dense-1", "units", 8)
    assert bench.state is State.PREPARING
    wait_for(qtbot, bench, State.READY)
    assert bench.reason is Reason.NETWORK
    assert bench.sentence == "Network changed: reset"
    assert engine.newest.project == document.project
    assert [run.run_id for run in runs] == [frames[-1].run_id]
    assert frames[-1].step == 0
    assert frames[-1].history.length == 0


@pytest.mark.parametrize(("change", "reason"), [
    (lambda d: d.set_data(replace(d.project.data, noise=10.0)), Reason.DATA),
    (lambda d: d.set_training(precision="float64"), Reason.PRECISION),
    (lambda d: d.set_training(seed=7), Reason.SEED),
    (lambda d: d.set_start(Path("other.bplab")), Reason.START),
    (lambda d: d.load_project(d.project), Reason.OPENED),
    (lambda d: d.load_project(d.project, weights={"dense-1/w": np.zeros((2, 4))}),
     Reason.LEARNED),
], ids=["data", "precision", "seed", "start", "project", "weights"])
def test_what_else_begins_a_new_run(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document,
    change: Callable[[Document], None], reason: Reason,
) -> None:
    change(document)
    wait_for(qtbot, bench, State.READY)
    assert bench.reason is reason
    assert len(engine.trainers) == 2
    assert engine.newest.project == document.project


def test_a_flood_of_changes_builds_only_what_is_wanted_in_the_end(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document
) -> None:
    engine.compiling = threading.Event()
    for units in range(5, 40):
        document.set_option("dense-1", "units", units)
    engine.compiling.set()
    wait_for(qtbot, bench, State.READY)
    assert len(engine.trainers) <= 3
    assert engine.newest.project == document.project


def test_reset_begins_anew_with_the_same_seed_or_another(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document
) -> None:
    seed = document.project.training.seed
    bench.step()
    bench.reset()
    wait_for(qtbot, bench, State.READY)
    assert engine.newest.step == 0
    assert engine.newest.project.training.seed == seed
    bench.reset(new_seed=True)
    wait_for(qtbot, bench, State.READY)
    assert engine.newest.project.training.seed != seed
    document.undo_stack.undo()
    wait_for(qtbot, bench, State.READY)
    assert engine.newest.project.training.seed == seed


def test_a_broken_document_says_what_is_wrong_and_recovers(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document
) -> None:
    bench.run()
    document.set_option("output", "units", 5)
    assert bench.state is State.INVALID
    assert "5 numbers for 2 classes" in bench.sentence
    bench.run()
    assert bench.state is State.INVALID
    step = engine.newest.step
    qtbot.wait(50)
    assert engine.newest.step <= step + 2000
    document.undo_stack.undo()
    wait_for(qtbot, bench, State.READY)
    assert len(engine.trainers) == 2


def test_numbers_that_are_not_finite_end_the_run_with_a_sentence(
    qtbot: QtBot, make_workbench: Make
) -> None:
    engine = FakeEngine(diverge_at=40)
    workbench = make_workbench(engine)
    wait_for(qtbot, workbench, State.READY)
    errors: list[EngineError] = []
    frames: list[Frame] = []
    workbench.failed.connect(lambda _run, error: errors.append(error))
    workbench.frame.connect(frames.append)
    workbench.run()
    wait_for(qtbot, workbench, State.FAILED)
    assert len(errors) == 1
    assert isinstance(errors[0], DivergedError)
    assert "Layer 1 (Dense)" in workbench.sentence
    assert "step 40" in workbench.sentence
    # Before anybody looks back.
    failed = next(frame for frame in reversed(frames) if frame.cursor is None)
    assert failed.history.length == 39
    assert failed.snapshot is not None
    workbench.run()
    assert workbench.state is State.FAILED
    engine.diverge_at = 0
    workbench.reset()
    wait_for(qtbot, workbench, State.READY)
    workbench.run()
    qtbot.waitUntil(lambda: engine.newest.step > 40)
    assert len(errors) == 1


def test_an_engine_that_refuses_a_project_is_heard(
    qtbot: QtBot, make_workbench: Make, document: Document
) -> None:
    engine = FakeEngine(refuse=SpecError("as-given", place="Training",
                                         found="too much of everything"))
    workbench = make_workbench(engine)
    wait_for(qtbot, workbench, State.FAILED)
    assert workbench.sentence == "Training: too much of everything."
    engine.refuse = None
    document.set_option("dense-1", "units", 3)
    wait_for(qtbot, workbench, State.READY)


def test_a_fault_of_the_program_is_told_and_logged_and_the_lab_goes_on(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    engine.newest.crash = True
    bench.run()
    wait_for(qtbot, bench, State.FAILED)
    assert "internal error" in bench.sentence
    assert any(record.levelno == logging.ERROR for record in caplog.records)
    caplog.clear()
    bench.reset()
    wait_for(qtbot, bench, State.READY)


def test_a_run_pauses_after_the_steps_that_the_project_asks_for(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document
) -> None:
    document.set_training(steps=100)
    bench.run()
    wait_for(qtbot, bench, State.PAUSED)
    assert engine.newest.step == 100
    bench.run()
    wait_for(qtbot, bench, State.PAUSED)
    assert engine.newest.step == 200


def test_a_stopping_rule_pauses_a_run_and_says_why(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine
) -> None:
    frames: list[Frame] = []
    bench.frame.connect(frames.append)
    engine.newest.finish_at = 50
    bench.run()
    wait_for(qtbot, bench, State.PAUSED)
    assert (engine.newest.step, bench.sentence) == (50, "Stopped: enough.")
    assert frames[-1].step == 50
    assert not frames[-1].running
    bench.run()
    assert bench.sentence == ""
    qtbot.waitUntil(lambda: engine.newest.step > 60)
    bench.pause()
    assert (bench.state, bench.sentence) == (State.PAUSED, "")


@pytest.mark.alone
def test_shut_down_ends_the_thread_in_the_middle_of_a_run_and_can_be_repeated(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine
) -> None:
    bench.run()
    qtbot.waitUntil(lambda: engine.newest.step > 10)
    started = time.perf_counter()
    assert bench.shut_down()
    assert time.perf_counter() - started < 0.5
    assert bench.shut_down()
    assert not any(thread.name == "trainer" for thread in threading.enumerate())
