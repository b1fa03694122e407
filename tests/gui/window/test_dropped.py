"""Whatever is dropped onto the window is opened, or told of in a sentence; the window stays."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from engine.messages.texts import LONGEST_SENTENCE
from engine.spec import default_project, project_to_json
from gui.data.bring_dialog import BringDialog
from gui.data.table_dialog import TableDialog
from gui.window.main_window import MainWindow
from tests.gui.windows import Open, lab_of

Made = Callable[[Path], list[Path]]

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")


def named(name: str, content: bytes = b"") -> Made:
    def make(folder: Path) -> list[Path]:
        (folder / name).write_bytes(content)
        return [folder / name]
    return make


def missing(name: str) -> Made:
    return lambda folder: [folder / name]


def linked(name: str, target: str) -> Made:
    def make(folder: Path) -> list[Path]:
        (folder / name).symlink_to(target)
        return [folder / name]
    return make


def piped(name: str) -> Made:
    def make(folder: Path) -> list[Path]:
        os.mkfifo(folder / name)
        return [folder / name]
    return make


def answering(name: str) -> Made:
    def make(folder: Path) -> list[Path]:
        # The name of a socket is short; that it has ended does not take it away.
        here = Path.cwd()
        os.chdir(folder)
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(name)
        os.chdir(here)
        return [folder / name]
    return make


def folders(name: str) -> Made:
    def make(folder: Path) -> list[Path]:
        (folder / name / "inner").mkdir(parents=True)
        return [folder / name]
    return make


def many(suffix: str, count: int, content: bytes = b"x") -> Made:
    def make(folder: Path) -> list[Path]:
        paths = [folder / f"file {number}{suffix}" for number in range(count)]
        for path in paths:
            path.write_bytes(content)
        return paths
    return make


def mixed(folder: Path) -> list[Path]:
    """Return one of each kind."""
    return [path for make in (folders("folder"), named("image.png", b"no image"), piped("pipe.wav"),
                              linked("link.txt", "nowhere"), answering("socket.mp3"),
                              named("table.csv", b"a,b\n1,2\n"), missing("gone.zip"))
            for path in make(folder)]


SUFFIXES = (".json", ".bplab", ".csv", ".xlsx", ".png", ".wav", ".zip", "")
DROPPED: dict[str, Sequence[Made]] = {
    **{what: [make(f"{what}{suffix}") for suffix in SUFFIXES]
       for what, make in (("missing", missing), ("pipe", piped), ("socket", answering),
                          ("folder", folders), ("empty", named))},
    "link": [linked(f"{place}{suffix}", target.format(f"{place}{suffix}"))
             for suffix in (".json", ".csv", ".png", "")
             for place, target in enumerate(("nowhere", "{}", "/dev/zero"))],
    "many": [many(".txt", 1000, b"A text.\n"), many(".png", 1000), many(".xyz", 1000)],
    "mixture": [mixed, lambda folder: [folder / "folder", folder / "table.csv"],
                lambda folder: [folder / "image.png", folder / "pipe.wav", folder / "gone.zip"]],
    "odd": [missing("n" * 5000 + ".csv"), missing("n" * 5000 + ".png"),
            missing("n" * 5000 + ".json"), named("<b>bold<img src=x>.csv", b"\xff\xfe\0"),
            lambda _folder: [Path("/dev/null")], lambda _folder: [Path("/")]],
}


def drop(window: MainWindow, urls: list[QUrl]) -> bool:
    """Drop something; return whether the window lets it."""
    data = QMimeData()
    data.setUrls(urls)
    button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(400, 300), Qt.DropAction.CopyAction, data, button, none)
    enter.ignore()
    window.dragEnterEvent(enter)
    if enter.isAccepted():
        window.dropEvent(QDropEvent(QPointF(400, 300), Qt.DropAction.CopyAction, data, button,
                                    none))
    return enter.isAccepted()


def told(dialog: QDialog | None, window: MainWindow) -> str:
    """Return what was said of what was dropped; empty while it is being looked at."""
    if dialog is None:
        return lab_of(window).message.text()
    assert isinstance(dialog, BringDialog | TableDialog)
    if dialog.progress.isVisible():
        return ""
    return dialog.message.text() or "seen"


@pytest.fixture
def window(open_window: Open, tmp_path: Path) -> MainWindow:
    path = tmp_path / "project.json"
    path.write_text(project_to_json(default_project()))
    return open_window(path)


def looked_at(window: MainWindow, qtbot: QtBot) -> str:
    """Wait until what was dropped has been looked at, close its dialog, and return what was said.
    """
    dialog = next((found for found in window.findChildren(QDialog) if found.isVisible()), None)
    qtbot.waitUntil(lambda: bool(told(dialog, window)), timeout=30_000)
    said = told(dialog, window)
    if dialog is not None:
        dialog.reject()
    lab_of(window).message.hide()
    return said


@pytest.mark.parametrize("kind", DROPPED)
def test_whatever_is_dropped_is_opened_or_told_of(
    kind: str, window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "dropped"
    folder.mkdir()
    for make in DROPPED[kind]:
        paths = make(folder)
        assert drop(window, [QUrl.fromLocalFile(str(path)) for path in paths])
        assert len(looked_at(window, qtbot)) < LONGEST_SENTENCE
        assert window.windowTitle().startswith("project")


def test_odd_addresses_do_no_harm(window: MainWindow, qtbot: QtBot) -> None:
    for url in ("file://", "file:///a%00b.csv", "file:///%ff%fe.csv", "file:thing.csv",
                "http://x.y/a.csv", ""):
        if drop(window, [QUrl(url)]):
            looked_at(window, qtbot)
