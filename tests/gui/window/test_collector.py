"""What the start has made is not searched for garbage again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import cast

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from gui.app import open_window
from gui.program import WindowOptions
from gui.window.collector import Collector
from gui.window.faults import Faults
from gui.window.main_window import MainWindow
from gui.workbench.state import State


class Window(QObject):
    workbench_made = Signal(object)


class Bench(QObject):
    state_changed = Signal(object)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_there_is_once_the_engine_is_prepared_is_spared_once(qapp: QApplication) -> None:
    window, bench = Window(), Bench()
    Collector(cast(MainWindow, window))
    window.workbench_made.emit(bench)
    bench.state_changed.emit(State.PREPARING)
    assert gc.get_freeze_count() == 0
    bench.state_changed.emit(State.READY)
    spared = gc.get_freeze_count()
    assert spared > 10_000
    later: list[list[int]] = [[] for _ in range(5_000)]
    bench.state_changed.emit(State.RUNNING)
    bench.state_changed.emit(State.READY)
    assert gc.get_freeze_count() <= spared, later


def test_the_program_spares_what_its_start_makes(qapp: QApplication) -> None:
    window = open_window(qapp, WindowOptions(screenshot=None, profile_start=True),
                         Faults(None, unattended=True))
    assert window.findChild(Collector) is not None
    window.shut_down()
    window.deleteLater()
