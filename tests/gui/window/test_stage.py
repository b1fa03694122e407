"""The stage: every view gets the newest frame, one after the other, and no snapshot is missed."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
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
    # However quick a view is, there is a pause behind it.
    return Stage([View(log, name) for name in "abc"], lambda _seconds: None, quick_s=1e-12)


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
    stage = Stage([View(log, "a"), View(log, "b")], times.append, quick_s=1e-12)
    stage.show_frame(frame(1))
    qtbot.waitUntil(lambda: len(times) == 2)
    assert all(seconds >= 0 for seconds in times)


class Card(QWidget):
    """A view with a picture that takes long to paint."""

    def __init__(self, log: list[tuple[str, int, bool]], name: str) -> None:
        super().__init__()
        self.log, self.name = log, name
        self.picture = QWidget(self)

    def set_run(self, info: RunInfo) -> None:
        """Do nothing."""

    def show_frame(self, frame: Frame) -> None:
        self.log.append((self.name, frame.step, self.picture.updatesEnabled()))


def test_a_picture_that_takes_long_is_painted_when_others_have_been_served(
    qtbot: QtBot, log: list[tuple[str, int, bool]]
) -> None:
    cards = [Card(log, "slow"), Card(log, "plain")]
    for card in cards:
        qtbot.addWidget(card)
        card.show()
        qtbot.waitExposed(card)
    stage = Stage(cards, lambda _seconds: None, apart={cards[0]: cards[0].picture},
                  quick_s=1e-12)
    stage.show_frame(frame(1))
    stage._on_timer_timeout()
    assert log == [("slow", 1, False)]
    assert not cards[0].picture.updatesEnabled()
    assert cards[0].updatesEnabled(), "tabs and titles have not changed"
    stage._on_timer_timeout()
    assert cards[0].picture.updatesEnabled()
    assert log == [("slow", 1, False)]
    stage._on_timer_timeout()
    assert log[1:] == [("plain", 1, True)]


def test_what_has_nothing_to_draw_keeps_nobody_waiting(
    qtbot: QtBot, log: list[tuple[str, int, bool]]
) -> None:
    cards = [Card(log, name) for name in ("hidden", "quick", "quick too")]
    for card in cards:
        qtbot.addWidget(card)
    for card in cards[1:]:
        card.show()
        qtbot.waitExposed(card)
    stage = Stage(cards, lambda _seconds: None, quick_s=10.0,
                  apart={cards[0]: cards[0].picture})
    stage.show_frame(frame(1))
    stage._on_timer_timeout()
    assert [name for name, _, _ in log] == ["hidden", "quick", "quick too"]
    assert cards[0].picture.updatesEnabled(), "nobody would let it paint again"


class Pair:
    """A view that keeps what it is shown of both runs of a pair."""

    def __init__(self) -> None:
        self.infos: list[RunInfo] = []
        self.frames: list[Frame] = []

    def set_run(self, info: RunInfo) -> None:
        self.infos.append(info)

    def show_frame(self, frame: Frame) -> None:
        self.frames.append(frame)


def info(key: str, run_id: int) -> RunInfo:
    project = default_project()
    return RunInfo(key, run_id, project.network, (), two_clouds(project.data), ())


def of(key: str, run_id: int, step: int, *, seen: bool = False) -> Frame:
    snapshot = FakeTrainer(default_project(), run_id).snapshot() if seen else None
    return Frame(key, run_id, step, 0, 0.5, 0.0, True, HISTORY, snapshot, None,
                 Record(HISTORY, HISTORY))


@pytest.fixture
def view() -> Pair:
    return Pair()


@pytest.fixture
def both(qapp: Any, view: Pair) -> Stage:
    stage = Stage([view], lambda _seconds: None)
    stage.set_run(info("A", 1))
    stage.set_run(info("B", 2))
    return stage


def test_the_edited_run_is_shown_with_the_other_beside_it(
    qtbot: QtBot, both: Stage, view: Pair
) -> None:
    assert view.infos[-1].run == "A"
    assert view.infos[-1].beside is not None
    assert view.infos[-1].beside.run == "B"
    both.show_frame(of("B", 2, 7, seen=True))
    both.show_frame(of("A", 1, 9, seen=True))
    qtbot.waitUntil(lambda: bool(view.frames))
    shown = view.frames[-1]
    assert (shown.run, shown.step) == ("A", 9)
    assert shown.beside is not None
    assert (shown.beside.run, shown.beside.step) == ("B", 7)
    assert shown.beside.snapshot is not None
    both.show_frame(of("A", 1, 10))
    qtbot.waitUntil(lambda: view.frames[-1].step == 10)
    assert view.frames[-1].beside is not None
    # Each snapshot is seen once.
    assert view.frames[-1].beside.snapshot is None


def test_a_frame_of_the_other_run_alone_draws_both_anew(
    qtbot: QtBot, both: Stage, view: Pair
) -> None:
    both.show_frame(of("A", 1, 9))
    qtbot.waitUntil(lambda: bool(view.frames))
    both.show_frame(of("B", 2, 9))
    qtbot.waitUntil(lambda: view.frames[-1].beside is not None)
    assert view.frames[-1].run == "A"


def test_another_side_that_is_edited_sees_all_again(
    qtbot: QtBot, both: Stage, view: Pair
) -> None:
    both.show_frame(of("A", 1, 9, seen=True))
    both.show_frame(of("B", 2, 9, seen=True))
    qtbot.waitUntil(lambda: bool(view.frames) and view.frames[-1].beside is not None)
    count = len(view.frames)
    both.set_edited("B")
    assert view.infos[-1].run == "B"
    qtbot.waitUntil(lambda: len(view.frames) > count)
    shown = view.frames[-1]
    assert shown.run == "B"
    assert shown.snapshot is not None
    assert shown.beside is not None
    assert shown.beside.snapshot is not None


def test_a_run_that_goes_is_beside_nobody(qtbot: QtBot, both: Stage, view: Pair) -> None:
    both.show_frame(of("A", 1, 9))
    both.show_frame(of("B", 2, 9))
    both.drop("B")
    assert view.infos[-1].beside is None
    qtbot.waitUntil(lambda: bool(view.frames))
    assert view.frames[-1].beside is None
    both.drop("B")


def test_frames_of_the_run_before_are_not_shown_under_its_key(
    qtbot: QtBot, both: Stage, view: Pair
) -> None:
    both.show_frame(of("A", 1, 9))
    qtbot.waitUntil(lambda: bool(view.frames))
    both.set_run(info("B", 3))
    both.show_frame(of("B", 2, 9, seen=True))
    both.show_frame(of("A", 1, 10))
    qtbot.waitUntil(lambda: view.frames[-1].step == 10)
    assert view.frames[-1].beside is None


def test_exchanged_runs_are_shown_under_each_others_key(
    qtbot: QtBot, both: Stage, view: Pair
) -> None:
    both.show_frame(of("A", 1, 9, seen=True))
    both.show_frame(of("B", 2, 9, seen=True))
    qtbot.waitUntil(lambda: bool(view.frames) and view.frames[-1].beside is not None)
    both.set_run(info("A", 2))
    both.set_run(info("B", 1))
    both.show_frame(of("A", 2, 9))
    both.show_frame(of("B", 1, 9))
    qtbot.waitUntil(lambda: view.frames[-1].run_id == 2 and view.frames[-1].beside is not None)
    assert view.frames[-1].beside is not None
    assert view.frames[-1].beside.run_id == 1
