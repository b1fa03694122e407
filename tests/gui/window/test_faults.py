"""What happens when the program itself has made a mistake."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui import app
from gui.app import folder_of
from gui.document.kept import Kept
from gui.program import WindowOptions
from gui.window import main_window
from gui.window.faults import FAULT_EXIT, Faults, write_log
from gui.window.main_window import MainWindow
from gui.window.preferences import Settings
from gui.window.skeleton import Skeleton
from tests.gui.windows import leave_at_once


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    path = write_log(tmp_path / "log")
    assert path is not None
    yield path
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    qInstallMessageHandler(None)


def happen(faults: Faults) -> None:
    try:
        raise ZeroDivisionError("by nought")
    except ZeroDivisionError as error:
        faults.take(type(error), error, error.__traceback__)


def boxes() -> list[QMessageBox]:
    return [widget for widget in QApplication.topLevelWidgets()
            if isinstance(widget, QMessageBox) and widget.isVisible()]


def guarded(qtbot: QtBot, faults: Faults, keep: Callable[[], Kept]) -> Faults:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    faults.guard(window, keep)
    return faults


def only_box() -> QMessageBox:
    (box,) = boxes()
    return box


def press(text: str) -> None:
    next(b for b in only_box().findChildren(QPushButton) if text in b.text()).click()


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the list of the exit codes with which the program would have ended."""
    found: list[int] = []
    monkeypatch.setattr(QApplication, "exit", found.append)
    return found


def test_a_person_reads_a_sentence_and_can_copy_the_details(
    qtbot: QtBot, log_file: Path, caplog: pytest.LogCaptureFixture, codes: list[int]
) -> None:
    kept: list[int] = []

    def keep() -> Kept:
        kept.append(1)
        return Kept.COPY

    faults = guarded(qtbot, Faults(log_file), keep)
    happen(faults)
    happen(faults)
    assert kept == [1, 1]
    box = only_box()
    shown = box.text() + box.informativeText()
    assert "Traceback" not in shown
    assert "ZeroDivisionError" not in shown
    assert str(log_file) in shown
    press("Copy")
    copied = QApplication.clipboard().text()
    assert "ZeroDivisionError: by nought" in copied
    assert "Python" in copied
    assert log_file.read_text(encoding="utf-8").count("by nought") >= 2
    press("Go on")
    assert boxes() == []
    assert (faults.status, codes) == (0, [])
    caplog.clear()


@pytest.mark.parametrize(("kept", "said"), [
    (Kept.COPY, "A copy of your work has been kept."),
    (Kept.FAILED, "No copy of your unsaved work could be kept: save your project now"),
    (Kept.NOTHING, "No work was lost."),
], ids=lambda value: value.name if isinstance(value, Kept) else "")
def test_it_says_of_the_work_what_is_true(
    qtbot: QtBot, log_file: Path, caplog: pytest.LogCaptureFixture, kept: Kept, said: str
) -> None:
    faults = guarded(qtbot, Faults(log_file), lambda: kept)
    happen(faults)
    text = only_box().informativeText()
    assert text.startswith(said)
    assert ("kept" in text) is (kept is not Kept.NOTHING)
    only_box().close()
    caplog.clear()


def test_work_that_cannot_be_kept_does_not_hide_the_fault(
    qtbot: QtBot, log_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> Kept:
        raise OSError("disk full")

    faults = guarded(qtbot, Faults(log_file), fail)
    happen(faults)
    assert "could be kept" in only_box().informativeText()
    only_box().close()
    assert "disk full" in log_file.read_text(encoding="utf-8")
    caplog.clear()


def test_unattended_it_writes_a_sentence(
    qtbot: QtBot, log_file: Path, capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture, codes: list[int],
) -> None:
    faults = Faults(log_file, unattended=True)
    happen(faults)
    qtbot.waitUntil(lambda: codes == [3])
    assert faults.status == 3
    assert boxes() == []
    assert "met an error of its own" in capsys.readouterr().err
    caplog.clear()


def test_without_a_log_it_says_so(
    qtbot: QtBot, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture,
    codes: list[int],
) -> None:
    unattended = Faults(None, unattended=True)
    happen(unattended)
    qtbot.waitUntil(lambda: codes == [3])
    assert capsys.readouterr().err.endswith("No log could be written.\n")
    faults = guarded(qtbot, Faults(None), lambda: Kept.NOTHING)
    happen(faults)
    assert only_box().informativeText().endswith("No log could be written.")
    only_box().close()
    caplog.clear()


def test_a_thread_that_ends_with_an_error_is_logged_and_nothing_else(
    qtbot: QtBot, log_file: Path, capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    Faults(log_file).install()

    def work() -> None:
        raise ZeroDivisionError("by nought")

    thread = threading.Thread(target=work, name="a helper")
    thread.start()
    thread.join()
    logged = log_file.read_text(encoding="utf-8")
    assert "the thread 'a helper' has ended" in logged
    assert "ZeroDivisionError: by nought" in logged
    assert capsys.readouterr().err == ""
    assert boxes() == []
    caplog.clear()


@pytest.fixture
def half_a_window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """Return a window that cannot be furnished, not shown yet."""
    def import_nothing(name: str) -> None:
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(main_window, "import_module", import_nothing)
    window = MainWindow(Settings(None))
    qtbot.addWidget(window, before_close_func=leave_at_once)
    return window


def test_a_window_that_cannot_be_furnished_ends_the_program(
    qtbot: QtBot, half_a_window: MainWindow, log_file: Path, codes: list[int],
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults = Faults(log_file)
    faults.guard(half_a_window, half_a_window.keep_work)
    half_a_window.start_failed.connect(faults.end)
    with qtbot.waitSignal(half_a_window.start_failed):
        half_a_window.show()
    assert not any(thread.name == "trainer" for thread in threading.enumerate())
    box = only_box()
    assert "could not start" in box.text()
    assert str(log_file) in box.informativeText()
    assert "go on" not in box.informativeText().lower()
    press("Copy")
    assert "No module named 'gui.plots" in QApplication.clipboard().text()
    assert only_box() is box
    assert codes == []
    press("Quit")
    assert (codes, faults.status) == ([FAULT_EXIT], FAULT_EXIT)
    caplog.clear()


def test_unattended_a_window_that_cannot_be_furnished_is_a_sentence(
    qtbot: QtBot, half_a_window: MainWindow, log_file: Path, codes: list[int],
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str],
) -> None:
    faults = Faults(log_file, unattended=True)
    half_a_window.start_failed.connect(faults.end)
    half_a_window.show()
    qtbot.waitUntil(lambda: codes == [FAULT_EXIT])
    assert capsys.readouterr().err.startswith("Backprop Lab could not start: ImportError")
    assert boxes() == []
    caplog.clear()


def test_a_window_that_cannot_even_be_made_ends_the_program(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str], tmp_path: Path,
) -> None:
    def fail(_self: Skeleton) -> None:
        raise ZeroDivisionError("by nought")

    for module in (sys, threading):
        monkeypatch.setattr(module, "excepthook", module.excepthook)
    monkeypatch.setattr(app, "folder_of", lambda _kind: None)
    monkeypatch.setattr(sys, "setswitchinterval", lambda _seconds: None)
    monkeypatch.setattr(Skeleton, "__init__", fail)
    options = WindowOptions(screenshot=tmp_path / "window.png")
    assert app.run(options, 0.0) == FAULT_EXIT
    assert "could not start" in capsys.readouterr().err
    caplog.clear()


def test_a_folder_that_cannot_be_written_means_no_log(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert write_log(tmp_path / "file") is None
    assert write_log(None) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_in_the_place_of_the_log_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "backprop-lab.log")
    assert write_log(tmp_path) is None


def test_without_a_log_no_traceback_is_written_to_the_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import logging; from gui.window.faults import write_log;"
         "write_log(None);"
         "logging.getLogger('x').critical('Traceback')"],
        capture_output=True, text=True, check=True)
    assert done.stderr == ""


@pytest.mark.parametrize("found", [RuntimeError("no home"), Path("~/.config/backprop-lab")],
                         ids=["new", "old"])
def test_a_user_without_a_home_has_no_folders(
    monkeypatch: pytest.MonkeyPatch, found: RuntimeError | Path
) -> None:
    class Homeless:
        @property
        def user_config_path(self) -> Path:
            if isinstance(found, RuntimeError):
                raise found
            return found

    assert folder_of("config") is not None
    monkeypatch.setattr(app, "DIRECTORIES", Homeless())
    assert folder_of("config") is None
