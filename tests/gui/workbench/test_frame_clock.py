"""The frame clock: its speed figure, and what it does when frames are slow."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from engine.spec import default_project
from engine.telemetry.parts import Part
from gui.frames.frame import Frame
from gui.workbench.frame_clock import PERIOD_MS, SLOW_PERIOD_MS, FrameClock
from gui.workbench.run import Run, Speedometer
from gui.workbench.run_plan import RunPlan
from tests.gui.workbench.conftest import two_clouds
from tests.gui.workbench.fake_trainer import FakeTrainer


@pytest.fixture
def trainer() -> FakeTrainer:
    return FakeTrainer(default_project(), run_id=3)


def run_of(trainer: FakeTrainer, key: str = "A") -> Run:
    project = default_project()
    run = Run(key, trainer.run_id, RunPlan(project, two_clouds(project.data)))
    run.begin(trainer)
    return run


@pytest.fixture
def runs(trainer: FakeTrainer) -> list[Run]:
    return [run_of(trainer)]


@pytest.fixture
def clock(qapp: Any, runs: list[Run]) -> FrameClock:
    return FrameClock(runs)


def test_slow_painting_makes_frames_rarer_until_it_is_quick_again(
    qtbot: QtBot, clock: FrameClock
) -> None:
    seconds = 0.05

    def paint(_frame: Frame) -> None:
        clock.note_painted(seconds)

    clock.frame.connect(paint)
    clock.start()
    qtbot.waitUntil(lambda: clock.period_ms > 0.85 * SLOW_PERIOD_MS)
    seconds = 0.001
    qtbot.waitUntil(lambda: clock.period_ms < 1.15 * PERIOD_MS)
    clock.stop()


def test_every_run_has_a_frame_of_its_own(
    clock: FrameClock, runs: list[Run], trainer: FakeTrainer
) -> None:
    frames: list[Frame] = []
    clock.frame.connect(frames.append)
    other = FakeTrainer(default_project(), run_id=8)
    runs.append(run_of(other, "B"))
    other.run(5, 60.0)
    runs[1].mailbox.put(other.snapshot())
    clock.tick()
    assert [(frame.run, frame.run_id, frame.step) for frame in frames] == [("A", 3, 0), ("B", 8, 5)]
    assert [frame.history.length for frame in frames] == [0, 5]
    assert frames[0].snapshot is None
    assert frames[0].verdict is None
    assert frames[1].snapshot is not None
    assert frames[1].verdict is not None
    runs[0].mailbox.put(trainer.snapshot())
    clock.tick()
    assert frames[2].snapshot is not None
    assert frames[2].snapshot.run_id == 3
    assert frames[2].verdict is not None
    assert frames[2].verdict.code == "waiting"
    assert frames[3].snapshot is None


def test_what_cannot_be_judged_leaves_the_verdict(
    clock: FrameClock, runs: list[Run], trainer: FakeTrainer
) -> None:
    frames: list[Frame] = []
    clock.frame.connect(frames.append)
    runs[0].mailbox.put(trainer.snapshot())
    clock.tick()
    trainer.step = 7
    runs[0].mailbox.put(trainer.snapshot(frozenset({Part.READINGS})))
    clock.tick()
    assert frames[-1].step == 7
    assert frames[-1].snapshot is not None
    assert frames[-1].verdict is frames[0].verdict


def test_a_run_that_is_not_prepared_has_no_frame(
    clock: FrameClock, runs: list[Run], qtbot: QtBot
) -> None:
    runs[0] = Run("A", 4, runs[0].plan)
    with qtbot.assertNotEmitted(clock.frame, wait=1):
        clock.tick()


def test_speed_is_that_of_the_last_half_second() -> None:
    speed = Speedometer()
    speed.restart(0, 0.0)
    for frame in range(1, 31):
        speed.note(100 * frame, frame / 10)
    assert speed.value == pytest.approx(1000)
    for frame in range(1, 11):
        speed.note(3000 + 10 * frame, 3 + frame / 10)
    assert speed.value == pytest.approx(100)


def test_speed_is_kept_over_a_pause_and_the_pause_does_not_count() -> None:
    speed = Speedometer()
    speed.restart(0, 0.0)
    speed.note(500, 0.5)
    speed.restart(500, 60.0)
    assert speed.value == pytest.approx(1000)
    speed.note(550, 60.1)
    assert speed.value == pytest.approx(500)


@pytest.mark.parametrize("per_second", [1, 10])
def test_a_slow_speed_is_told_as_it_is(per_second: int) -> None:
    speed = Speedometer()
    speed.restart(0, 0.0)
    told = []
    for frame in range(1, 30 * 30):
        now_s = frame / 30
        # The first step comes at once.
        speed.note(1 + int(now_s * per_second), now_s)
        told.append(speed.value)
    # A step that comes at once is no measure; later, 33 ms more or less are.
    assert max(told) < 1.6 * per_second
    assert told[-1] == pytest.approx(per_second, rel=0.05)


def test_only_the_time_of_running_counts() -> None:
    speed = Speedometer()
    speed.note(1, 1000.0)
    speed.restart(1, 2000.0)
    # Where steps are slow, frames tell the same one again.
    for now_s in (2001.0, 2002.0, 2003.0):
        speed.note(2, now_s)
    speed.restart(2, 9000.0)
    speed.note(3, 9000.5)
    assert speed.running_s == pytest.approx(3.5)
