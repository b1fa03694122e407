from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.data import load
from engine.data.sound_files import read_sound
from engine.spec import DataSpec
from gui.data.record_dialog import RecordDialog
from tests.gui.widgets.sound_library import Library, with_library, without_library

RATE = 16_000


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    return with_library(monkeypatch, Library(known=(RATE,)))


def dialog_of(qtbot: QtBot, folder: Path | None) -> RecordDialog:
    dialog = RecordDialog(folder=folder)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def record(dialog: RecordDialog, library: Library, name: str, samples: np.ndarray) -> None:
    dialog.name.setEditText(name)
    QTest.mousePress(dialog.hold, Qt.MouseButton.LeftButton)
    assert dialog.hold.text() == "Listening…"
    library.streams[-1].hear(samples)
    QTest.mouseRelease(dialog.hold, Qt.MouseButton.LeftButton)


def test_holding_records_into_a_folder_of_the_class(qtbot: QtBot, library: Library,
                                                    tmp_path: Path) -> None:
    dialog = dialog_of(qtbot, tmp_path)
    low, high = (0.5 * np.sin(np.arange(RATE // 4) * step) for step in (0.1, 0.9))
    for number in range(2):
        record(dialog, library, "low", low * (1 + number) / 2)
        record(dialog, library, "high", high)
    assert sorted(str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*.wav")) == [
        "high/high_0001.wav", "high/high_0002.wav", "low/low_0001.wav", "low/low_0002.wav"]
    assert dialog.recordings() == {"high": 2, "low": 2}
    np.testing.assert_allclose(read_sound(tmp_path / "high" / "high_0001.wav", "").samples, high,
                               atol=1e-4)
    dialog.play.click()
    assert len(library.played) == 1
    with qtbot.waitSignal(dialog.recorded) as told:
        dialog.use.click()
    assert told.args == [tmp_path]
    data = load(DataSpec("sounds", path=str(tmp_path)))
    assert data.class_names == ("high", "low")


def test_the_last_recording_can_be_deleted(qtbot: QtBot, library: Library, tmp_path: Path) -> None:
    dialog = dialog_of(qtbot, tmp_path)
    record(dialog, library, "yes", np.full(RATE, 0.1))
    record(dialog, library, "yes", np.full(RATE, 0.2))
    dialog.delete.click()
    assert dialog.recordings() == {"yes": 1}
    assert not dialog.delete.isEnabled()
    record(dialog, library, "yes", np.full(RATE, 0.2))
    assert dialog.recordings() == {"yes": 2}
    assert not dialog.use.isEnabled()


def test_it_says_what_is_missing(qtbot: QtBot, library: Library, tmp_path: Path) -> None:
    dialog = dialog_of(qtbot, None)
    dialog.name.setEditText("yes")
    assert not dialog.hold.isEnabled()
    assert dialog.hold.toolTip() == "Choose a folder first."
    dialog.set_folder(tmp_path)
    assert dialog.hold.isEnabled()
    for name in ("", "a/b", ".a"):
        dialog.name.setEditText(name)
        assert not dialog.hold.isEnabled()
    record(dialog, library, "yes", np.zeros(10))
    assert "too short" in dialog.message.text()
    assert dialog.recordings() == {}
    (tmp_path / "no").write_text("a file where the folder would be")
    record(dialog, library, "no", np.zeros(RATE))
    assert "File exists" in dialog.message.text()


def test_without_a_microphone_it_says_why(qtbot: QtBot, tmp_path: Path,
                                          monkeypatch: pytest.MonkeyPatch) -> None:
    without_library(monkeypatch)
    dialog = dialog_of(qtbot, tmp_path)
    dialog.name.setEditText("yes")
    assert not dialog.hold.isEnabled()
    assert "sounddevice" in dialog.message.text()
