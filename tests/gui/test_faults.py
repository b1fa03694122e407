"""What happens when the program itself has made a mistake."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from gui.faults import Faults, write_log


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


def test_a_person_reads_a_sentence_and_can_copy_the_details(
    qtbot: QtBot, log_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept: list[int] = []
    faults = Faults(log_file, lambda: kept.append(1))
    happen(faults)
    happen(faults)
    assert kept == [1, 1]
    (box,) = boxes()
    shown = box.text() + box.informativeText()
    assert "Traceback" not in shown
    assert "ZeroDivisionError" not in shown
    assert str(log_file) in shown
    copy = next(b for b in box.findChildren(QPushButton) if "Copy" in b.text())
    copy.click()
    copied = QApplication.clipboard().text()
    assert "ZeroDivisionError: by nought" in copied
    assert "Python" in copied
    assert log_file.read_text(encoding="utf-8").count("by nought") >= 2
    box.close()
    assert boxes() == []
    caplog.clear()


def test_work_that_cannot_be_kept_does_not_hide_the_fault(
    qtbot: QtBot, log_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise OSError("disk full")

    happen(Faults(log_file, fail))
    (box,) = boxes()
    box.close()
    assert "disk full" in log_file.read_text(encoding="utf-8")
    caplog.clear()


def test_unattended_it_writes_a_sentence(
    qtbot: QtBot, log_file: Path, capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch,
) -> None:
    codes: list[int] = []
    monkeypatch.setattr(QApplication, "exit", codes.append)
    happen(Faults(log_file, lambda: None, unattended=True))
    assert codes == [3]
    assert boxes() == []
    assert "met an error of its own" in capsys.readouterr().err
    caplog.clear()


def test_a_folder_that_cannot_be_written_means_no_log(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert write_log(tmp_path / "file") is None
