"""Plots on their way out of the program: from a menu on each, and from the main menu."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot

from engine.errors import FormatError
from gui import theme
from gui.widgets import PictureCard
from gui.window import plot_exports, save_questions
from gui.window.lab_page import LabPage
from gui.window.main_window import MainWindow
from gui.window.plot_exports import CSV, PNG, SVG
from gui.workbench.state import State
from tests.gui.windows import Open, lab_of

Asked = list[tuple[str, str]]


def answer(monkeypatch: pytest.MonkeyPatch, path: Path | str, chosen: str = "") -> Asked:
    """Answer the next dialogs with a file; return the names and kinds that they offer."""
    asked: Asked = []

    def ask(_window: QWidget, _title: str, name: str, kinds: str) -> tuple[str, str]:
        asked.append((Path(name).name, kinds))
        return str(path), chosen

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    return asked


@pytest.fixture
def trained(lab: LabPage, qtbot: QtBot) -> LabPage:
    lab.workbench.run()
    qtbot.waitUntil(lambda: lab.workbench.runs["A"].step > 20)
    lab.workbench.pause()
    qtbot.waitUntil(lambda: lab.workbench.state is State.PAUSED)
    # A table has its columns before there is a step in it.
    qtbot.waitUntil(lambda: lab.loss.points > 20 and not lab._stage._waiting)
    return lab


def open_menu(qtbot: QtBot, plot: QWidget, reason: QContextMenuEvent.Reason) -> QMenu:
    middle = plot.rect().center()
    QApplication.sendEvent(plot, QContextMenuEvent(reason, middle, plot.mapToGlobal(middle)))
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


@pytest.mark.parametrize("reason", list(QContextMenuEvent.Reason)[:2])
def test_every_plot_has_the_menu(trained: LabPage, qtbot: QtBot,
                                 reason: QContextMenuEvent.Reason) -> None:
    lab = trained
    for plot in (lab.loss, lab.gradients, lab.output):
        if not plot.isVisible():
            lab.right.show_view(next(key for key in ("loss", "gradients", "output")
                                     if getattr(lab, key) is plot))
        menu = open_menu(qtbot, plot, reason)
        assert [action.text() for action in menu.actions()] == [
            "Save as PNG…", "Save as SVG…", "Save figures as CSV…"]
        menu.close()
        assert lab.exports.current() is plot
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)


def test_a_right_click_on_the_curves_reaches_it(trained: LabPage, qtbot: QtBot) -> None:
    trained.right.show_view("loss")
    menu = open_menu(qtbot, trained.loss._canvas.viewport(), QContextMenuEvent.Reason.Mouse)
    assert menu.actions()[0].text() == "Save as PNG…"
    menu.close()


def test_rows_offer_it_below_the_last_one(lab: LabPage) -> None:
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(5, 100_000), QPoint())
    lab.network.rows.contextMenuEvent(event)
    assert not event.isAccepted(), "the card is asked next"


def ink(image: QImage) -> int:
    """Return how many of every eighth pixel below the title are not white."""
    return sum(image.pixelColor(x, y).name() != "#ffffff"
               for x in range(0, image.width(), 2) for y in range(100, image.height(), 4))


def test_a_plot_that_waits_to_be_painted_is_drawn_all_the_same(
    trained: LabPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plot = trained.loss
    # So the stage leaves it between new figures and their frame.
    plot.picture.setUpdatesEnabled(False)
    answer(monkeypatch, tmp_path / "loss.png")
    trained.exports.ask_picture(plot)
    assert ink(QImage(str(tmp_path / "loss.png"))) > 500


def test_files_are_what_their_names_say(trained: LabPage, tmp_path: Path,
                                        monkeypatch: pytest.MonkeyPatch) -> None:
    saved: list[Path] = []
    trained.exports.saved.connect(saved.append)
    asked = answer(monkeypatch, tmp_path / "loss")
    trained.exports.ask_picture(trained.loss)
    trained.exports.ask_figures(trained.loss)
    answer(monkeypatch, tmp_path / "loss", SVG)
    trained.exports.ask_picture(trained.loss)
    assert [path.name for path in saved] == ["loss.png", "loss.csv", "loss.svg"]
    title = trained.document.title
    assert asked == [(f"{title} Loss.png", f"{PNG};;{SVG}"), (f"{title} Loss.csv", CSV)]
    picture = QImage(str(saved[0]))
    assert picture.width() == 2 * trained.loss.width()
    assert ink(picture) > 500
    text = saved[1].read_bytes().decode()
    assert not text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}")
    rows = list(csv.reader(text.splitlines()))
    history = trained.workbench.runs["A"]._history
    assert [float(row[0]) for row in rows[1:]] == history.steps().tolist()
    assert [float(row[2]) for row in rows[1:]] == history.mean("loss").tolist()
    assert ET.parse(saved[2]).getroot().tag.endswith("svg")


@pytest.mark.parametrize(("name", "chosen", "written"), [
    ("run 1.5 Loss.png", SVG, "run 1.5 Loss.svg"), ("loss.svg", PNG, "loss.svg"),
    ("run 1.5", SVG, "run 1.5.svg"), ("LOSS.PNG", "", "LOSS.PNG")])
def test_a_name_that_was_typed_counts_more_than_the_kind_and_that_more_than_a_suggestion(
        trained: LabPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, chosen: str,
        written: str) -> None:
    answer(monkeypatch, tmp_path / name, chosen)
    trained.exports.ask_picture(trained.loss)
    assert [path.name for path in tmp_path.iterdir()] == [written]
    is_svg = (tmp_path / written).read_bytes().startswith(b"<?xml")
    assert is_svg == written.endswith("svg")


def test_a_file_with_the_added_ending_is_asked_about(
        trained: LabPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loss.csv").write_text("what there was")
    answer(monkeypatch, tmp_path / "loss")
    monkeypatch.setattr(save_questions, "may_replace", lambda _window, _path: False)
    trained.exports.ask_figures(trained.loss)
    assert (tmp_path / "loss.csv").read_text() == "what there was"
    monkeypatch.setattr(save_questions, "may_replace", lambda _window, _path: True)
    trained.exports.ask_figures(trained.loss)
    assert (tmp_path / "loss.csv").read_text().startswith("step,epoch")


def test_what_cannot_be_written_is_said(trained: LabPage, tmp_path: Path,
                                        monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    trained.exports.refused.connect(said.append)
    old = tmp_path / "loss.csv"
    old.write_text("what there was")
    answer(monkeypatch, old)

    def full(path: Path, _content: bytes) -> None:
        raise FormatError("file.unwritable", path=str(path), reason="No space left on device")

    monkeypatch.setattr(plot_exports, "replace_file", full)
    trained.exports.ask_figures(trained.loss)
    assert "No space left on device" in said[0]
    monkeypatch.undo()
    answer(monkeypatch, tmp_path / "missing" / "loss.png")
    trained.exports.ask_picture(trained.loss)
    assert "missing" in said[1]
    assert said[1] == trained.message.text()
    assert old.read_text() == "what there was"


def test_without_figures_there_is_nothing_to_save(lab: LabPage,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer(monkeypatch, "never")
    said: list[str] = []
    lab.exports.refused.connect(said.append)
    lab.exports.ask_figures(lab.gradients)
    assert said == [lab.gradients.nothing]
    assert asked == []


def test_in_a_dark_window_pictures_are_white_unless_somebody_wants_the_ground(
        trained: LabPage, qtbot: QtBot, qapp: QApplication, tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch) -> None:
    theme.apply(qapp, "dark")
    try:
        target = tmp_path / "loss.png"
        answer(monkeypatch, target)
        menu = trained.exports.menu(trained.loss)
        white = menu.actions()[-1]
        assert (white.text(), white.isChecked()) == ("White ground", True)
        menu.actions()[0].trigger()
        assert QImage(str(target)).pixelColor(2, 2).name() == "#ffffff"
        assert theme.current() is theme.DARK
        white.trigger()
        menu.actions()[0].trigger()
        assert QImage(str(target)).pixelColor(2, 2).name() == theme.DARK.surface
        menu.deleteLater()
    finally:
        theme.apply(qapp, "light")


def test_the_main_menu_saves_the_plot_that_was_used_last(
        open_window: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    window: MainWindow = open_window()
    lab, actions = lab_of(window), window.actions_of_lab
    assert actions is not None
    used = next(plot for plot in (lab.gradients, lab.output) if plot.isVisible())
    assert isinstance(used, PictureCard)
    qtbot.mouseClick(used, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    actions._on_menu_about_to_show()
    texts = [action.text() for action in actions.menu.actions()]
    assert f"Save picture of plot “{used.title()}”…" in texts
    assert f"Save figures of plot “{used.title()}”…" in texts
    answer(monkeypatch, tmp_path / "picture")
    next(action for action in actions.menu.actions()
         if action.text().startswith("Save picture")).trigger()
    assert QImage(str(tmp_path / "picture.png")).width() == 2 * used.width()
    lab.pages.show("microscope")
    actions._on_menu_about_to_show()
    assert not any(action.isEnabled() for action in actions.menu.actions()
                   if "of plot" in action.text())
