"""Garbage is destroyed in the window's thread alone; what the start has made is not searched."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from typing import cast

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.app import open_window
from gui.program import WindowOptions
from gui.window.collector import MANY, Collector
from gui.window.faults import Faults
from gui.window.main_window import MainWindow
from gui.workbench.state import State

ENOUGH = 5_000
"""Objects for which each of Python's own searches would have begun."""


class Window(QObject):
    workbench_made = Signal(object)


class Bench(QObject):
    state_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.state = State.PREPARING

    def become(self, state: State) -> None:
        self.state = state
        self.state_changed.emit(state)


class Loop:
    """What only a search destroys; notes in which thread that happens."""

    def __init__(self, told: Callable[[int], None]) -> None:
        self.itself, self._told = self, told

    def __del__(self) -> None:
        self._told(threading.get_ident())


@pytest.fixture
def window(qapp: QApplication) -> Iterator[Window]:
    window = Window()
    yield window
    window.deleteLater()
    QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
    gc.unfreeze()
    assert gc.isenabled()


@pytest.fixture
def bench(window: Window) -> Bench:
    bench = Bench()
    Collector(cast(MainWindow, window))
    window.workbench_made.emit(bench)
    return bench


def loops(told: Callable[[int], None], number: int = ENOUGH) -> None:
    for _ in range(number):
        Loop(told)


def test_what_a_thread_leaves_is_destroyed_in_that_of_the_window(
        bench: Bench, qtbot: QtBot) -> None:
    bench.become(State.READY)
    destroyed: list[int] = []
    thread = threading.Thread(target=loops, args=(destroyed.append,))
    thread.start()
    thread.join()
    assert not destroyed
    qtbot.waitUntil(lambda: len(destroyed) == ENOUGH)
    assert set(destroyed) == {threading.main_thread().ident}


def test_a_hidden_window_wakes_while_a_run_is_on_and_sleeps_otherwise(
        window: Window, bench: Bench) -> None:
    waking = window.findChildren(Collector)[0]._waking
    for state, wakes in ((State.READY, False), (State.RUNNING, True), (State.PAUSED, False)):
        bench.become(state)
        assert waking.isActive() == wakes


def test_while_kernels_are_compiled_a_search_waits_for_many_objects(
        window: Window, bench: Bench) -> None:
    collector, destroyed = window.findChildren(Collector)[0], cast(list[int], [])
    gc.collect()
    loops(destroyed.append)
    collector.search()
    assert not destroyed
    loops(destroyed.append, MANY)
    collector.search()
    assert len(destroyed) == ENOUGH + MANY


def test_all_objects_are_searched_for_a_small_share_of_the_time(
        window: Window, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.become(State.PAUSED)
    collector, clock, searched = window.findChildren(Collector)[0], [100.0], cast(list[int], [])

    def collect(generation: int = 2) -> None:
        clock[0] += 0.05 if generation == 2 else 0.001
        searched.append(generation)

    monkeypatch.setattr("gui.window.collector.time.perf_counter", lambda: clock[0])
    monkeypatch.setattr("gui.window.collector.gc.collect", collect)
    monkeypatch.setattr("gui.window.collector.gc.get_count", lambda: (701, 11, 11))
    collector._searched_s = clock[0] - 1
    for _ in range(4):
        collector.search()
        clock[0] += 2.4
    assert searched == [2, 1, 1, 2]


def test_a_search_among_all_objects_gives_memory_back(
        window: Window, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.become(State.PAUSED)
    collector, done = window.findChildren(Collector)[0], cast(list[str], [])
    monkeypatch.setattr("gui.window.collector.gc.collect",
                        lambda generation=2: done.append(f"searched {generation}"))
    monkeypatch.setattr("gui.window.collector.theme.forget_styles",
                        lambda app: done.append("forgot styles"))
    monkeypatch.setattr("gui.window.collector.give_back", lambda: done.append("gave back"))
    collector._forgot_s = -1000.0
    for old in (11, 11, 10):
        monkeypatch.setattr("gui.window.collector.gc.get_count",
                            lambda old=old: (701, 11, old))
        collector._searched_s = -1000.0
        collector.search()
    # Styles once a minute.
    assert done == ["searched 2", "forgot styles", "gave back", "searched 2", "gave back",
                    "searched 1"]


def test_what_there_is_once_the_engine_is_prepared_is_spared_once(bench: Bench) -> None:
    assert gc.get_freeze_count() == 0
    bench.become(State.READY)
    spared = gc.get_freeze_count()
    assert spared > 10_000
    later: list[list[int]] = [[] for _ in range(ENOUGH)]
    bench.become(State.RUNNING)
    bench.become(State.READY)
    assert gc.get_freeze_count() <= spared, later


def test_the_program_searches_in_the_window_s_thread(qapp: QApplication) -> None:
    window = open_window(qapp, WindowOptions(screenshot=None, profile_start=True),
                         Faults(None, unattended=True))
    assert window.findChild(Collector) is not None
    assert not gc.isenabled()
    window.shut_down()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
    assert gc.isenabled()
