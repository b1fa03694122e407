"""The pad in the lab: answers from the run, and drawings that the project keeps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from engine.data.drawing.kept import kept
from engine.data.drawing.strokes import Drawing
from engine.spec import DataSpec, DrawnSpec, ProjectSpec, default_project
from gui import theme
from gui.document.document import Document
from gui.window import pad_desk
from gui.window.lab_page import LabPage
from gui.window.preferences import Settings
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.gui.workbench.fake_trainer import FakeEngine
from tests.handwriting import strokes


def own(word: str, hand: str = "round") -> DrawnSpec:
    return kept(Drawing(strokes(hand, word[-1])), word)


def draw(lab: LabPage, word: str, hand: str = "upright") -> None:
    lab.output.pad.canvas.set_strokes(
        [[(x, y, 0.0) for x, y in stroke.tolist()] for stroke in strokes(hand, word[-1])])


@pytest.fixture
def drawn_lab(qtbot: QtBot, qapp: QApplication) -> Iterator[LabPage]:
    """A lab on drawings of two classes of a person's own."""
    theme.apply(qapp, "light")
    document = Document()
    words = [own(word, hand) for hand in ("round", "slanted") for word in ("1", "2")]
    document.set_data(DataSpec(source="drawings", drawings=tuple(words)))
    lab = LabPage(document, Workbench(document, FakeEngine()), Settings(None))
    for _ in lab.build():
        pass
    qtbot.addWidget(lab)
    lab.resize(1366, 768)
    lab.show()
    qtbot.waitUntil(lambda: lab.workbench.state is State.READY)
    lab.output.show_view("pad")
    yield lab
    lab.shut_down()


def drawings(lab: LabPage) -> tuple[DrawnSpec, ...]:
    return lab.document.project.data.drawings


def test_the_run_answers_what_is_drawn(drawn_lab: LabPage, qtbot: QtBot) -> None:
    draw(drawn_lab, "2")
    bars = drawn_lab.output.pad.bars
    qtbot.waitUntil(lambda: bars.shares() == {"1": 0.25, "2": 0.75})
    drawn_lab.output.pad.canvas.clear()
    assert bars.shares() == {}


def test_what_is_added_is_kept_learned_from_and_can_be_undone(drawn_lab: LabPage) -> None:
    pad = drawn_lab.output.pad
    assert pad.count.text() == "4 of your own"
    draw(drawn_lab, "2")
    pad.classes.setCurrentText("2")
    pad.add.click()
    assert [one.word for one in drawings(drawn_lab)] == ["1", "2", "1", "2", "2"]
    assert len(drawn_lab.document.dataset.inputs) == 5
    # The class stays chosen for the next one.
    assert pad.classes.currentText() == "2"
    drawn_lab.document.undo_stack.undo()
    assert pad.count.text() == "4 of your own"


def test_a_new_word_is_a_new_class(drawn_lab: LabPage) -> None:
    pad = drawn_lab.output.pad
    draw(drawn_lab, "3")
    pad.classes.setCurrentText("bird")
    pad.add.click()
    assert drawn_lab.document.dataset.class_names == ("1", "2", "bird")
    assert drawn_lab.document.issues == ()


def test_what_is_none_of_the_classes_waits(drawn_lab: LabPage) -> None:
    document = drawn_lab.document
    document.set_data(replace(document.project.data, source="digits"))
    assert len(document.dataset.inputs) == 1797 + 4
    draw(drawn_lab, "3")
    drawn_lab.output.pad.classes.setCurrentText("bird")
    drawn_lab.output.pad.add.click()
    assert len(document.dataset.inputs) == 1797 + 4
    assert "“bird” is none of the classes" in drawn_lab.message.text()
    assert drawings(drawn_lab)[-1].word == "bird"


def test_files_of_a_class_are_merged_and_saved(drawn_lab: LabPage, tmp_path: Path) -> None:
    desk = drawn_lab.pad_desk
    desk.write(tmp_path / "mine.ndjson")
    assert "Saved 4 drawings" in drawn_lab.message.text()
    for name in ("anna", "ben"):
        (tmp_path / f"{name}.ndjson").write_text(
            '{"word": "3", "drawing": [[[1, 2, 3], [4, 5, 6]]]}\n')
    desk.merge(sorted(tmp_path.iterdir()))
    assert [one.person for one in drawings(drawn_lab) if one.word == "3"] == ["anna", "ben"]
    assert len(drawings(drawn_lab)) == 6
    (tmp_path / "bad.ndjson").write_text("{}")
    desk.merge([tmp_path / "bad.ndjson"])
    assert "bad.ndjson, line 1" in drawn_lab.message.text()
    assert len(drawings(drawn_lab)) == 6


def test_a_full_project_says_so(drawn_lab: LabPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pad_desk, "MOST_OWN", 4)
    draw(drawn_lab, "2")
    drawn_lab.output.pad.classes.setCurrentText("2")
    drawn_lab.output.pad.add.click()
    assert len(drawings(drawn_lab)) == 4
    assert "at most" in drawn_lab.message.text()
    # What was drawn is not lost with it.
    assert not drawn_lab.output.pad.canvas.is_empty()


def test_the_menu_offers_what_can_be_done(drawn_lab: LabPage, qtbot: QtBot) -> None:
    drawn_lab.output.pad.files.click()
    menu = drawn_lab.output.pad.findChildren(QMenu)[-1]
    assert [action.isEnabled() for action in menu.actions()] == [True, True, True]
    menu.actions()[2].trigger()
    # Without them there is nothing to learn, which is said, and nothing has changed.
    assert len(drawings(drawn_lab)) == 4
    assert "at least two classes" in drawn_lab.message.text()
    menu.close()


def test_a_project_keeps_them(drawn_lab: LabPage, tmp_path: Path) -> None:
    from engine.spec.files import read_project, write_project

    write_project(drawn_lab.document.project, tmp_path / "p.json")
    again = read_project(tmp_path / "p.json")
    assert isinstance(again, ProjectSpec)
    assert again.data.drawings == drawings(drawn_lab)
    assert again.data != default_project().data
