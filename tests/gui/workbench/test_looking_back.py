"""Looking back on a fake engine: what is shown of an earlier step, and that the run goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from engine.telemetry.black_box import BlackBox
from engine.telemetry.parts import NOTHING, Part
from engine.telemetry.recorder import (
    LEFT_BYTES,
    LIVE_BYTES,
    RECENT,
    Recorder,
    is_grid_step,
    room_for,
)
from gui.document.document import Document
from gui.frames.frame import Frame
from gui.frames.run_info import FIRST, SECOND
from gui.workbench import look_back
from gui.workbench.recording import Tape
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.gui.workbench.fake_trainer import FakeEngine, FakeTrainer

Make = Callable[[FakeEngine], Workbench]
READINGS = frozenset({Part.READINGS, Part.EVALUATION})


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def bench(qtbot: QtBot, make_workbench: Make, engine: FakeEngine) -> Workbench:
    made = make_workbench(engine)
    made.set_wanted(READINGS)
    qtbot.waitUntil(lambda: made.state is State.READY)
    return made


@pytest.fixture
def frames(bench: Workbench) -> list[Frame]:
    seen: list[Frame] = []
    bench.frame.connect(seen.append)
    return seen


def advance(qtbot: QtBot, bench: Workbench, steps: int) -> None:
    target = bench.recording(FIRST).last + steps
    bench.runs.advance(steps)
    qtbot.waitUntil(lambda: bench.recording(FIRST).last == target
                    and bench.state is State.PAUSED)


def recorder(bench: Workbench, key: str = FIRST) -> Recorder:
    return bench.runs[key].past.recorder


def shown(frames: list[Frame], key: str = FIRST) -> int | None:
    """Return the step of the last snapshot that a run has shown."""
    return next((frame.snapshot.step for frame in reversed(frames)
                 if frame.run == key and frame.snapshot), None)


def test_every_step_of_the_grid_is_recorded_exactly(qtbot: QtBot, bench: Workbench) -> None:
    advance(qtbot, bench, 200)
    grid = {step for step in range(201) if is_grid_step(step)}
    assert grid <= set(recorder(bench).steps)
    assert bench.recording(FIRST).last == 200
    assert bench.recording(SECOND).steps == ()


def test_an_earlier_step_is_shown_and_then_the_newest_again(
    qtbot: QtBot, bench: Workbench, frames: list[Frame]
) -> None:
    cursors: list[int | None] = []
    bench.cursor_changed.connect(cursors.append)
    advance(qtbot, bench, 100)
    bench.look_back(41)
    # The grid has no 41.
    assert bench.cursor == cursors[-1] == 40
    qtbot.waitUntil(lambda: shown(frames) == 40)
    assert frames[-1].cursor == 40
    assert (frames[-1].step, frames[-1].history.length) == (100, 100)
    bench.look_back(None)
    assert (bench.cursor, cursors[-1], frames[-1].cursor) == (None, None, None)
    assert shown(frames) == 100


def test_the_live_run_goes_on_meanwhile_and_is_not_touched(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, frames: list[Frame]
) -> None:
    advance(qtbot, bench, 64)
    bench.run()
    bench.look_back(32)
    qtbot.waitUntil(lambda: shown(frames) == 32)
    stood = frames[-1].history.length
    qtbot.waitUntil(lambda: frames[-1].history.length > stood + 200)
    assert bench.state is State.RUNNING
    assert frames[-1].cursor == bench.cursor == 32
    assert {frame.snapshot.step for frame in frames if frame.cursor is not None
            and frame.snapshot} == {32}
    assert engine.newest.restored == []
    assert [twin.restored for twin in engine.newest.twins] == [[32]]
    assert {trainer.threads == {"trainer"} for trainer in engine.newest.twins} == {True}


def test_what_was_seen_then_is_shown_at_once(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, frames: list[Frame]
) -> None:
    advance(qtbot, bench, 50)
    advance(qtbot, bench, 50)
    bench.look_back(50)
    assert shown(frames) == 50
    assert frames[-1].snapshot is not None
    assert engine.newest.twins == []


def test_a_view_that_comes_later_is_shown_what_was_not_seen_then(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, frames: list[Frame]
) -> None:
    advance(qtbot, bench, 50)
    advance(qtbot, bench, 50)
    bench.look_back(50)
    bench.set_wanted(READINGS | {Part.CONFUSION, Part.SURFACE})
    qtbot.waitUntil(lambda: any(frame.snapshot and Part.CONFUSION in frame.snapshot.parts
                                for frame in frames if frame.cursor == 50))
    assert shown(frames) == 50
    # What this run cannot have is not asked for again and again.
    assert [twin.restored for twin in engine.newest.twins] == [[50]]


def test_the_last_steps_can_be_looked_at_one_by_one(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, frames: list[Frame]
) -> None:
    advance(qtbot, bench, 1003)
    assert set(range(983, 1004)) <= set(bench.recording(FIRST).steps)
    assert 999 not in recorder(bench).steps
    bench.look_back(999)
    qtbot.waitUntil(lambda: shown(frames) == 999)
    assert bench.cursor == frames[-1].cursor == 999
    assert set(range(1003 - RECENT, 1004)) <= set(recorder(bench).steps)
    assert engine.newest.step == 1003


def test_changed_hyper_parameters_are_changed_again_where_they_were(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document, frames: list[Frame]
) -> None:
    advance(qtbot, bench, 1003)
    document.set_training(learning_rate=0.25)
    qtbot.waitUntil(lambda: bool(engine.newest.applied))
    advance(qtbot, bench, 10)
    bench.look_back(1006)
    qtbot.waitUntil(lambda: shown(frames) == 1006)
    (twin,) = engine.newest.twins
    assert [training.learning_rate for training in twin.applied] == [0.25]


def test_the_verdict_is_the_one_of_that_step(
    qtbot: QtBot, bench: Workbench, frames: list[Frame]
) -> None:
    advance(qtbot, bench, 30)
    advance(qtbot, bench, 1000)
    live = frames[-1].verdict
    bench.look_back(0)
    assert frames[-1].verdict is not None
    assert live is not None
    assert frames[-1].verdict.code == "waiting"
    assert live.code != "waiting"
    stretches = bench.recording(FIRST).stretches
    assert (stretches[0].code, stretches[-1].code) == ("waiting", live.code)


def test_twins_are_let_go_of(qtbot: QtBot, bench: Workbench, engine: FakeEngine,
                             frames: list[Frame]) -> None:
    advance(qtbot, bench, 100)
    for step in (40, 36):
        bench.look_back(step)
        qtbot.waitUntil(lambda step=step: shown(frames) == step)
        bench.look_back(None)
    assert len(engine.newest.twins) == 2


def test_without_memory_for_a_twin_it_says_so(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine
) -> None:
    engine.newest.no_room = True
    advance(qtbot, bench, 100)
    bench.look_back(40)
    qtbot.waitUntil(lambda: "not enough memory" in bench.recording(FIRST).problem)
    advance(qtbot, bench, 10)
    assert engine.newest.step == 110


def test_a_network_that_is_too_large_is_not_recorded_and_says_so(
    qtbot: QtBot, make_workbench: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gui.workbench.recording.LIVE_BYTES", 300)
    engine = FakeEngine()
    bench = make_workbench(engine)
    qtbot.waitUntil(lambda: bench.state is State.READY)
    advance(qtbot, bench, 100)
    assert engine.newest.checkpoints == [0]
    assert "its steps are not recorded" in bench.recording(FIRST).problem


def test_nobody_looks_and_the_memory_stays_in_its_bound(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine
) -> None:
    recorder(bench).set_limit(2**18)
    engine.newest.size = 512
    engine.newest.step_s = 0.0
    bench.set_watched(False)
    bench.run()
    qtbot.waitUntil(lambda: engine.newest.step > 3000)
    with qtbot.waitSignal(bench.runs.rested):
        bench.pause()
    assert engine.newest.asked[-1] != NOTHING
    assert recorder(bench).nbytes <= 2**18
    assert len(engine.newest.checkpoints) > len(recorder(bench)) > 10


def test_checkpoints_that_take_long_are_rare() -> None:
    trainer = FakeTrainer.__new__(FakeTrainer)
    FakeTrainer.__init__(trainer, None, 1)  # type: ignore[arg-type]
    now = [0.0]

    def checkpoint() -> object:
        now[0] += 0.01
        trainer.checkpoints.append(trainer.step)
        return FakeTrainer.checkpoint(trainer)

    trainer.project = Document().project
    tape = Tape(trainer, Recorder(), lambda: now[0])  # type: ignore[arg-type]
    trainer.checkpoint = checkpoint  # type: ignore[method-assign,assignment]
    trainer.step = 10_001
    tape.note(trainer.snapshot())
    for _ in range(300):
        trainer.step += 2
        now[0] += 0.02
        if not is_grid_step(trainer.step):
            tape.note(trainer.snapshot())
    # 6 s: 1 % of them are 0.06 s, beside the first one.
    assert len(set(trainer.checkpoints)) <= 7


def test_a_pair_looks_back_to_the_same_step(
    qtbot: QtBot, bench: Workbench, document: Document, frames: list[Frame]
) -> None:
    advance(qtbot, bench, 100)
    document.begin_pair(document.project, "duplicate as B")
    qtbot.waitUntil(lambda: bench.runs[SECOND].state is State.PAUSED)
    half = room_for(0, LIVE_BYTES // 2)
    assert recorder(bench).limit_bytes == recorder(bench, SECOND).limit_bytes == half
    bench.look_back(45)
    qtbot.waitUntil(lambda: shown(frames) == 44 == shown(frames, SECOND))
    bench.look_back(97)
    qtbot.waitUntil(lambda: shown(frames) == 97 == shown(frames, SECOND))
    document.drop_second()
    assert recorder(bench).limit_bytes == room_for(0, LIVE_BYTES)


def test_b_branches_off_where_one_looks(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document, frames: list[Frame]
) -> None:
    advance(qtbot, bench, 300)
    bench.look_back(64)
    assert bench.branch_step == 64
    document.begin_pair(document.project, "continue from step 64 as B", branch_step=64)
    assert bench.cursor is None or bench.runs[SECOND].state is State.PREPARING
    qtbot.waitUntil(lambda: bench.runs[SECOND].state is State.PAUSED)
    second = engine.newest
    assert second.restored == [64]
    assert second.step == 300
    last = next(frame for frame in reversed(frames) if frame.run == SECOND)
    assert (last.history.length, float(last.history.steps()[0])) == (236, 65.0)
    assert bench.recording(SECOND).first == 64
    # Another network begins at the same step again.
    document.set_training(seed=5)
    qtbot.waitUntil(lambda: engine.newest is not second)
    qtbot.waitUntil(lambda: bench.runs[SECOND].state is State.PAUSED)
    assert engine.newest.restored == [64]


def test_a_branch_whose_step_is_gone_begins_at_0_and_says_so(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document
) -> None:
    advance(qtbot, bench, 100)
    document.begin_pair(document.project, "continue as B", branch_step=77)
    qtbot.waitUntil(lambda: bench.runs[SECOND].state is State.PAUSED)
    assert engine.newest.restored == []
    assert engine.newest.step == 100
    assert bench.recording(SECOND).problem == (
        "Step 77 is no longer kept, so that this run has begun at step 0.")


def test_a_failed_run_stands_before_it_and_its_end_is_replayed(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, frames: list[Frame],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(look_back, "REPLAY_MS", 1)
    boxes: list[BlackBox] = []
    bench.black_box.connect(lambda _key, box: boxes.append(box))
    engine.newest.diverge_at = 500
    bench.run()
    qtbot.waitUntil(lambda: bool(boxes))
    (box,) = boxes
    assert [step.step for step in box.steps] == list(range(480, 500))
    assert box.last_finite == bench.cursor == 499
    qtbot.waitUntil(lambda: shown(frames) == 499)
    assert engine.newest.restored == [499]
    played: list[int | None] = []
    bench.cursor_changed.connect(played.append)
    with qtbot.waitSignals([bench.playing_changed] * 2):
        bench.replay()
    assert played == list(range(480, 500))
    bench.replay()
    bench.play(False)
    assert bench.cursor == 480


def test_playing_goes_through_all_that_is_recorded(
    qtbot: QtBot, bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_back, "PLAY_MS", 1)
    advance(qtbot, bench, 20)
    played: list[int | None] = []
    bench.cursor_changed.connect(played.append)
    with qtbot.waitSignals([bench.playing_changed] * 2):
        bench.play(True)
    assert played == list(range(21))


def test_a_fault_while_looking_back_ends_no_run(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine.newest, "twin", lambda: 1 / 0)
    advance(qtbot, bench, 100)
    bench.look_back(40)
    qtbot.waitUntil(lambda: "ZeroDivisionError" in bench.recording(FIRST).problem)
    advance(qtbot, bench, 5)
    assert not any(thread.name == "x" for thread in threading.enumerate())
    caplog.clear()


def test_a_run_that_is_left_makes_room_and_still_knows_how_it_was_trained(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document
) -> None:
    advance(qtbot, bench, 100)
    document.begin_pair(document.project, "duplicate as B")
    qtbot.waitUntil(lambda: bench.runs[SECOND].state is State.PAUSED)
    document.set_training(learning_rate=0.25)
    qtbot.waitUntil(lambda: bool(engine.newest.applied))
    left = recorder(bench, SECOND)
    document.drop_second()
    assert left.limit_bytes == room_for(0, LEFT_BYTES)
    document.undo_stack.undo()
    qtbot.waitUntil(lambda: bench.runs[SECOND].state in (State.PAUSED, State.READY))
    assert recorder(bench, SECOND) is left
    assert left.limit_bytes == room_for(0, LIVE_BYTES // 2)
    assert [training.learning_rate for _, training in left.changes] == [0.25]


def test_where_a_run_rests_what_is_seen_is_kept_with_its_checkpoint(
    qtbot: QtBot, bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where another checkpoint would not be due."""
    monkeypatch.setattr("gui.workbench.recording.SHARE", 0.0)
    for _ in range(4):
        advance(qtbot, bench, 41)
    for step in (41, 82, 123, 164):
        moment = recorder(bench).exactly_at(step)
        assert moment is not None
        assert moment.checkpoint is not None
        assert moment.snapshot is not None


def test_the_first_steps_of_a_branch_can_be_looked_at(
    qtbot: QtBot, bench: Workbench, document: Document, frames: list[Frame]
) -> None:
    advance(qtbot, bench, 64)
    document.begin_pair(document.project, "continue as B", branch_step=64)
    qtbot.waitUntil(lambda: bench.runs[SECOND].state is not State.PREPARING)
    advance(qtbot, bench, 5)
    bench.look_back(67)
    qtbot.waitUntil(lambda: shown(frames) == 67 == shown(frames, SECOND))


def test_where_a_cure_can_begin_is_kept_whatever_the_memory(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes: list[BlackBox] = []
    bench.black_box.connect(lambda _key, box: boxes.append(box))
    # From step 496 on, the fake's updates are larger than its weights.
    monkeypatch.setattr(FakeTrainer, "update_at", lambda _self, step: 0.1 if step < 496 else 9.0)
    recorder(bench).set_limit(60_000)
    engine.newest.size = 128
    engine.newest.diverge_at = 500
    bench.run()
    qtbot.waitUntil(lambda: bool(boxes))
    assert (boxes[0].sound_step, boxes[0].last_finite) == (495, 499)
    kept = [step for step in range(480, 500) if bench.runs[FIRST].kept_at(step) is not None]
    assert {495, 499} <= set(kept)
    # Of the others there are as many as have room, whichever the window was told of.
    assert len(kept) < 10
