"""Export from the menu: a file is asked for, nothing is replaced unasked, and it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot

from engine.errors import FormatError
from engine.export.target import Target, Written
from engine.export.targets import TARGETS
from gui.window import save_questions
from gui.window.actions import Actions
from gui.window.export_desk import TITLE, ExportDesk
from gui.window.lab_page import LabPage
from gui.window.main_window import MainWindow
from gui.window.save_questions import Answer
from gui.workbench import exporting
from tests.gui.windows import Open, lab_of

FILES = {".py": b"script", ".npz": b"arrays"}


def write(_graph: object, stem: str) -> Written:
    return Written({f"{stem}{ending}": content for ending, content in FILES.items()})


FAKE = Target("fake", "Fake script", "A script.", tuple(FILES), write)


@pytest.fixture
def window(open_window: Open, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """Open a window in which nothing but a small target can be exported to."""
    # The fake engine has no numbers of which a graph could be made.
    monkeypatch.setattr(exporting, "make_graph", lambda _asked: object())
    return open_window()


def menu_of(window: MainWindow) -> QMenu:
    """Return the menu of targets, opened."""
    actions = window.findChild(Actions)
    assert actions is not None
    found = [action.menu() for action in actions.menu.actions() if action.text() == TITLE]
    assert len(found) == 1
    menu = found[0]
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    return menu


def choose_fake(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.export.targets.TARGETS", {"fake": FAKE})
    (action,) = menu_of(window).actions()
    action.trigger()


def answer(monkeypatch: pytest.MonkeyPatch, path: Path) -> list[str]:
    asked: list[str] = []

    def ask(_window: QWidget, title: str, name: str, kinds: str) -> tuple[str, str]:
        asked.append(f"{title} | {Path(name).name} | {kinds}")
        return str(path), kinds

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    return asked


@pytest.fixture
def may(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], list[str]]:
    """Answer whether files may be replaced; return what is asked."""
    said: list[str] = []

    def answering(answered: Answer) -> list[str]:
        def ask(_window: QWidget, _title: str, text: str, *_more: str) -> Answer:
            said.append(text)
            return answered

        monkeypatch.setattr(save_questions, "_asked", ask)
        return said
    return answering


def test_the_menu_has_every_target_with_what_it_is(window: MainWindow) -> None:
    menu = menu_of(window)
    assert [action.text() for action in menu.actions()] == [
        f"{target.title}…" for target in TARGETS.values()]
    assert all(action.toolTip() for action in menu.actions())
    # Opened again, it has none twice.
    menu.aboutToShow.emit()
    assert len(menu.actions()) == len(TARGETS)


def test_the_files_are_written_and_it_is_told(
        window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer(monkeypatch, tmp_path / "net")
    lab = lab_of(window)
    with qtbot.waitSignal(lab.exports.saved) as told:
        choose_fake(window, monkeypatch)
    assert told.args == [tmp_path / "net.py"]
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "net.py": b"script", "net.npz": b"arrays"}
    assert asked == ["Export as Fake script | spiral.py | Fake script (*.py)"]
    assert str(tmp_path / "net.py") in lab.message.text()


def test_a_file_beside_it_is_replaced_where_that_is_wanted(
        window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        may: Callable[[Answer], list[str]]) -> None:
    answer(monkeypatch, tmp_path / "net.py")
    (tmp_path / "net.npz").write_text("mine")
    said = may(Answer.GO_ON)
    with qtbot.waitSignal(lab_of(window).exports.saved):
        choose_fake(window, monkeypatch)
    assert (tmp_path / "net.npz").read_bytes() == b"arrays"
    assert [text for text in said if "net.npz" in text] == said
    assert len(said) == 1


def test_a_file_beside_it_stays_where_that_is_not(
        window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        may: Callable[[Answer], list[str]]) -> None:
    answer(monkeypatch, tmp_path / "net.py")
    (tmp_path / "net.npz").write_text("mine")
    undertaken: list[str] = []
    monkeypatch.setattr(lab_of(window).workbench.runs, "undertake",
                        lambda name, _errand: undertaken.append(name))
    said = may(Answer.CANCEL)
    choose_fake(window, monkeypatch)
    assert (tmp_path / "net.npz").read_text() == "mine"
    assert len(said) == 1
    assert not undertaken


def test_what_cannot_be_written_is_told_in_a_sentence(
        window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, tmp_path / "gone" / "net.py")
    with qtbot.waitSignal(lab_of(window).exports.refused) as told:
        choose_fake(window, monkeypatch)
    assert "net.py" in told.args[0]


def test_what_cannot_be_exported_is_told_in_a_sentence(
        window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_asked: object) -> None:
        raise FormatError("export.overflow")

    monkeypatch.setattr(exporting, "make_graph", refuse)
    answer(monkeypatch, tmp_path / "net.py")
    with qtbot.waitSignal(lab_of(window).exports.refused) as told:
        choose_fake(window, monkeypatch)
    assert told.args == [FormatError("export.overflow").sentence]
    assert not list(tmp_path.iterdir())


def test_without_a_run_there_is_nothing_to_export(
        lab: LabPage, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    def refuse(**_options: bool) -> None:
        raise FormatError("export.overflow")

    monkeypatch.setattr(lab.workbench, "checkpoint", refuse)
    desk = ExportDesk(lab.document, lab.workbench, lab.exports.folder, lab, lab.message)
    with qtbot.waitSignal(desk.refused):
        desk.ask(FAKE)


def held(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let the graph of an export wait until it is released."""
    released = threading.Event()

    def make(_asked: object) -> object:
        assert released.wait(60)
        return object()

    monkeypatch.setattr(exporting, "make_graph", make)
    return released


def test_that_it_is_on_its_way_is_said_and_then_that_it_is_done(
        window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, tmp_path / "net")
    message, released = lab_of(window).message, held(monkeypatch)
    choose_fake(window, monkeypatch)
    qtbot.waitUntil(lambda: "Writing net.py" in message.text() and message.isVisible())
    assert message._action.isVisible()
    with qtbot.waitSignal(lab_of(window).exports.saved):
        released.set()
    assert "Saved" in message.text()
    assert not message._action.isVisible()


def test_it_can_be_cancelled(
        window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, tmp_path / "net")
    message, released = lab_of(window).message, held(monkeypatch)
    choose_fake(window, monkeypatch)
    qtbot.waitUntil(lambda: message._action.isVisible())
    message._action.click()
    released.set()
    qtbot.waitUntil(lambda: "nothing has been written" in message.text())
    assert not list(tmp_path.iterdir())
    # The next one is written as ever.
    with qtbot.waitSignal(lab_of(window).exports.saved):
        choose_fake(window, monkeypatch)
    assert (tmp_path / "net.py").read_bytes() == b"script"


def test_what_is_written_at_once_is_not_said_to_be_on_its_way(
        window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, tmp_path / "net")
    said: list[str] = []
    message = lab_of(window).message
    show = message.show_message
    monkeypatch.setattr(message, "show_message",
                        lambda text, *rest, **more: (said.append(text), show(text, *rest, **more)))
    desk = next(one for one in window.findChildren(ExportDesk))
    desk._slow.setInterval(60_000)
    with qtbot.waitSignal(lab_of(window).exports.saved):
        choose_fake(window, monkeypatch)
    assert [text for text in said if "Writing" in text] == []
    assert not desk._slow.isActive()
