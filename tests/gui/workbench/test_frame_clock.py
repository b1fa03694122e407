"""The frame clock: its speed figure, and what it does when frames are slow."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from engine.diagnosis.verdicts import RunJudge
from engine.spec import default_project
from engine.telemetry.mailbox import Mailbox
from engine.telemetry.parts import Part
from engine.telemetry.snapshot import Snapshot
from gui.workbench.frame_clock import PERIOD_MS, SLOW_PERIOD_MS, FrameClock, Speedometer
from gui.workbench.state import Frame, RunInfo
from tests.gui.workbench.conftest import two_clouds
from tests.gui.workbench.fake_trainer import FakeTrainer


@pytest.fixture
def trainer() -> FakeTrainer:
    return FakeTrainer(default_project(), run_id=3)


@pytest.fixture
def clock(qapp: Any, trainer: FakeTrainer) -> FrameClock:
    clock = FrameClock(Mailbox[Snapshot]())
    project = default_project()
    info = RunInfo(3, project.network, ("dense-1",), two_clouds(project.data),
                   trainer.ring.columns)
    clock.set_run(info, trainer, RunJudge(project.network))
    return clock


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


def test_a_snapshot_of_another_run_is_dropped(clock: FrameClock, trainer: FakeTrainer) -> None:
    frames: list[Frame] = []
    clock.frame.connect(frames.append)
    stale = FakeTrainer(default_project(), run_id=2).snapshot()
    clock._mailbox.put(stale)
    clock.tick()
    assert frames[-1].snapshot is None
    assert frames[-1].verdict is None
    clock._mailbox.put(trainer.snapshot())
    clock.tick()
    assert frames[-1].snapshot is not None
    assert frames[-1].verdict is not None
    assert frames[-1].verdict.code == "waiting"


def test_what_cannot_be_judged_leaves_the_verdict(
    clock: FrameClock, trainer: FakeTrainer
) -> None:
    frames: list[Frame] = []
    clock.frame.connect(frames.append)
    clock._mailbox.put(trainer.snapshot())
    clock.tick()
    trainer.step = 7
    clock._mailbox.put(trainer.snapshot(frozenset({Part.READINGS})))
    clock.tick()
    assert frames[-1].step == 7
    assert frames[-1].snapshot is not None
    assert frames[-1].verdict is frames[0].verdict


def test_without_a_run_there_is_no_frame(clock: FrameClock, qtbot: QtBot) -> None:
    clock.forget_run()
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
