"""The stage: every view gets the newest frame, one after the other, and no snapshot is missed."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from engine.spec import default_project
from engine.telemetry.history import History
from engine.telemetry.snapshot import Snapshot
from gui.frames.frame import Frame
from gui.frames.record import Record
from gui.frames.run_info import RunInfo
from gui.window.stage import Stage
from tests.gui.workbench.conftest import two_clouds
from tests.gui.workbench.fake_trainer import FakeTrainer

HISTORY = History(())


class View:
    """Notes what it is given."""

    def __init__(self, log: list[tuple[str, int, bool]], name: str) -> None:
        self.log, self.name = log, name
        self.runs: list[RunInfo] = []

    def set_run(self, info: RunInfo) -> None:
        self.runs.append(info)

    def show_frame(self, frame: Frame) -> None:
        self.log.append((self.name, frame.step, frame.snapshot is not None))


def frame(step: int, snapshot: Snapshot | None = None) -> Frame:
    return Frame("A", 1, step, 0, 0.5, 0.0, True, HISTORY, snapshot, None,
                 Record(HISTORY, HISTORY))


@pytest.fixture
def log() -> list[tuple[str, int, bool]]:
    return []


@pytest.fixture
def stage(qapp: Any, log: list[tuple[str, int, bool]]) -> Stage:
    return Stage([View(log, name) for name in "abc"], lambda _seconds: None)


SNAPSHOT = FakeTrainer(default_project(), 1).snapshot()


def test_views_are_drawn_one_at_a_time(
    qtbot: QtBot, stage: Stage, log: list[tuple[str, int, bool]]
) -> None:
    stage.show_frame(frame(1, SNAPSHOT))
    # Whoever has made the frame has taken its time already.
    assert log == []
    qtbot.waitUntil(lambda: len(log) == 3)
    assert log == [("a", 1, True), ("b", 1, True), ("c", 1, True)]
    qtbot.wait(20)
    assert len(log) == 3


def test_those_who_wait_get_the_newest_frame_and_the_newest_snapshot(
    qtbot: QtBot, stage: Stage, log: list[tuple[str, int, bool]]
) -> None:
    stage.show_frame(frame(1, SNAPSHOT))
    stage._on_timer_timeout()
    stage.show_frame(frame(2))
    qtbot.waitUntil(lambda: len(log) == 4)
    assert log == [("a", 1, True), ("b", 2, True), ("c", 2, True), ("a", 2, False)]


def test_another_run_forgets_the_frames_of_the_one_before(
    qtbot: QtBot, stage: Stage, log: list[tuple[str, int, bool]]
) -> None:
    project = default_project()
    info = RunInfo("A", 2, project.network, (), two_clouds(project.data), ())
    stage.show_frame(frame(1, SNAPSHOT))
    stage._on_timer_timeout()
    stage.set_run(info)
    qtbot.wait(20)
    assert log == [("a", 1, True)]
    assert [view.runs for view in stage._views] == [[info]] * 3  # type: ignore[attr-defined]


def test_the_time_that_views_take_is_told(qtbot: QtBot, log: list[tuple[str, int, bool]]) -> None:
    times: list[float] = []
    stage = Stage([View(log, "a"), View(log, "b")], times.append)
    stage.show_frame(frame(1))
    qtbot.waitUntil(lambda: len(times) == 2)
    assert all(seconds >= 0 for seconds in times)
