"""Files that the desktop hands over while the program runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QUrl
from PySide6.QtGui import QFileOpenEvent
from pytestqt.qtbot import QtBot

from engine.spec import default_project, write_project
from gui.data.table_dialog import TableDialog
from gui.window.file_open import FileOpener, program
from gui.window.main_window import MainWindow
from gui.window.preferences import Settings
from tests.gui.windows import Open, leave_at_once


class Desk:
    """A receiver of events, what has been opened in its window, and what has been started."""

    def __init__(self, is_free: bool) -> None:
        self.receiver = QObject()
        self.opened: list[Path] = []
        self.started: list[list[str]] = []
        self._is_free = is_free
        self.opener = FileOpener(self.receiver, self._open, self.started.append)

    def _open(self, path: Path) -> bool:
        if self._is_free:
            self.opened.append(path)
        return self._is_free

    def send(self, event: QEvent) -> None:
        QCoreApplication.sendEvent(self.receiver, event)


def test_a_file_is_opened_in_a_window_that_is_free(qtbot: QtBot, tmp_path: Path) -> None:
    desk = Desk(is_free=True)
    desk.send(QFileOpenEvent(QUrl.fromLocalFile(str(tmp_path / "a.bplab"))))
    assert desk.opened == [tmp_path / "a.bplab"]
    assert not desk.started


def test_a_file_has_a_window_of_its_own_where_work_is_shown(qtbot: QtBot, tmp_path: Path) -> None:
    desk = Desk(is_free=False)
    desk.send(QFileOpenEvent(QUrl.fromLocalFile(str(tmp_path / "b c.bplab"))))
    assert desk.started == [[*program(), str(tmp_path / "b c.bplab")]]


def test_other_events_and_places_are_left_alone(qtbot: QtBot) -> None:
    desk = Desk(is_free=True)
    desk.send(QEvent(QEvent.Type.User))
    desk.send(QFileOpenEvent(QUrl("https://example.org/a.bplab")))
    assert not desk.opened
    assert not desk.started


def test_the_program_is_named_as_it_was_started(monkeypatch: pytest.MonkeyPatch) -> None:
    assert program() == [sys.executable, "-m", "gui"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert program() == [sys.executable]


def test_a_window_takes_one_file_and_no_second(qtbot: QtBot, open_window: Open,
                                               tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("one.json", "two.json", "three.json")]
    for path in paths:
        write_project(default_project(), path)
    window = MainWindow(Settings(None))
    qtbot.addWidget(window, before_close_func=leave_at_once)
    assert window.open_if_untouched(paths[0])
    assert not window.open_if_untouched(paths[1])
    with qtbot.waitSignal(window.furnished):
        window.show()
    assert window.lab is not None
    assert window.lab.document.path == paths[0]
    assert not window.open_if_untouched(paths[2])


def test_no_file_comes_under_a_dialog_that_is_open(open_window: Open, tmp_path: Path) -> None:
    window = open_window()
    table = tmp_path / "mine.csv"
    table.write_text("a,b\n1,2\n2,3\n3,4\n", encoding="utf-8")
    write_project(default_project(), tmp_path / "lesson.json")
    assert window.open_if_untouched(table)
    assert not window.open_if_untouched(table)
    assert not window.open_if_untouched(tmp_path / "lesson.json")
    (dialog,) = window.findChildren(TableDialog)
    dialog.reject()
    assert window.open_if_untouched(tmp_path / "lesson.json")


def test_a_file_that_cannot_be_opened_is_told_about_here(open_window: Open,
                                                        tmp_path: Path) -> None:
    window = open_window()
    assert window.lab is not None
    refused: list[str] = []
    window.lab.files.refused.connect(refused.append)
    assert window.open_if_untouched(tmp_path / "missing.json")
    assert len(refused) == 1
    assert "missing.json" in refused[0]
