"""The dialog of the doctor's limits: it shows, checks, changes and takes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QScrollArea
from pytestqt.qtbot import QtBot

from engine.spec import LIMITS, project_from_json
from gui import theme
from gui.doctor.limits_dialog import LimitsDialog, value_text
from gui.document.document import Document
from gui.widgets.number_box import NumberBox
from tests.gui.documents import load_fake, small_project
from tests.gui.themed import app

__all__ = ["app"]


@pytest.fixture
def document(qtbot: QtBot) -> Iterator[Document]:
    document = Document(small_project(), load_data=load_fake)
    yield document
    # Edits hold the document that holds them: collected as garbage, Qt may find them gone already.
    document.undo_stack.clear()


@pytest.fixture
def dialog(app: object, qtbot: QtBot, document: Document) -> LimitsDialog:
    dialog = LimitsDialog(document)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def enter(box: NumberBox, text: str) -> None:
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)


def test_every_limit_has_a_row_with_meaning_and_default(dialog: LimitsDialog) -> None:
    texts = {label.text() for label in dialog.findChildren(QLabel)}
    for field in LIMITS:
        row = dialog.rows[field.key]
        assert {field.title, field.help, value_text(field.default)} <= texts
        assert [box.value() for box in row.boxes] == [
            float(number) for number in (
                field.default if isinstance(field.default, tuple) else (field.default,))]
        assert all(box.accessibleName() and box.toolTip() for box in row.boxes)
    assert not dialog.defaults.isEnabled()
    assert value_text((1e-4, 1e-5)) == "0.0001 / 1e-5"


def test_a_number_is_an_edit_that_can_be_undone(dialog: LimitsDialog, document: Document) -> None:
    row = dialog.rows["dead"]
    enter(row.boxes[0], "0,1")
    assert document.project.limits == {"dead": (0.1, 0.5)}
    assert document.undo_stack.undoText() == "change the doctor's limits"
    assert row.title.text() == "Dead units \N{BULLET}"
    assert dialog.defaults.isEnabled()
    enter(dialog.rows["patience"].boxes[0], "40")
    assert document.project.limits == {"dead": (0.1, 0.5), "patience": 40}
    assert isinstance(document.project.limits["patience"], int)
    document.undo_stack.undo()
    assert dialog.rows["patience"].boxes[0].value() == 20
    # What comes back to its default is not kept.
    enter(row.boxes[0], "0.2")
    assert document.project.limits == {}
    assert row.title.text() == "Dead units"


@pytest.mark.parametrize(("key", "place", "typed", "told"), [
    ("dead", 0, "0.6", "amber (0.6) must not be above red (0.5)"),
    ("vanishing", 1, "0.5", "amber (0.01) must not be below red (0.5)"),
    ("dead", 1, "1.5", "above 1"), ("vanishing", 0, "0", "below"),
    ("patience", 0, "2.5", "not a whole number"), ("gap", 0, "much", "not a number"),
    ("gap", 0, "nan", "not finite"), ("exploding", 1, "inf", "not finite")])
def test_a_wrong_number_is_put_back_with_a_reason(
        dialog: LimitsDialog, document: Document, key: str, place: int, typed: str, told: str
) -> None:
    box = dialog.rows[key].boxes[place]
    before = box.value()
    enter(box, typed)
    assert box.value() == before
    assert told in dialog.problem.text()
    assert dialog.problem.isVisible()
    assert document.project.limits == {}
    assert not document.undo_stack.canUndo()
    enter(dialog.rows["gap"].boxes[0], "0.2")
    assert not dialog.problem.isVisible()


def test_defaults_are_one_step(dialog: LimitsDialog, document: Document, qtbot: QtBot) -> None:
    limits = {"dead": (0.1, 0.3), "gap": 0.2}
    document.set_limits(limits)
    qtbot.mouseClick(dialog.defaults, Qt.MouseButton.LeftButton)
    assert document.project.limits == {}
    document.undo_stack.undo()
    assert document.project.limits == limits
    assert dialog.rows["gap"].boxes[0].value() == 0.2


def test_keys_take_back_within_the_dialog(dialog: LimitsDialog, document: Document) -> None:
    dialog.activateWindow()
    enter(dialog.rows["gap"].boxes[0], "0.2")
    dialog.defaults.setFocus()
    QTest.keySequence(dialog, QKeySequence("Ctrl+Z"))
    assert document.project.limits == {}


def test_a_pair_is_judged_alike(dialog: LimitsDialog, document: Document) -> None:
    document.begin_pair(replace(document.project, name="B"), "try B")
    enter(dialog.rows["gap"].boxes[0], "0.2")
    assert document.sides.second is not None
    assert document.sides.first.project.limits == document.sides.second.project.limits \
        == {"gap": 0.2}


def test_a_file_shows_its_own(dialog: LimitsDialog, document: Document) -> None:
    opened = project_from_json('{"limits": {"vanishing": [0.1, 1e-3]}}')
    document.load_project(opened)
    assert [box.value() for box in dialog.rows["vanishing"].boxes] == [0.1, 1e-3]


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_nothing_is_cut_off_sideways(dialog: LimitsDialog, qapp: object, scale: float) -> None:
    theme.set_scale(qapp, scale)  # type: ignore[arg-type]
    made = LimitsDialog(dialog._document)
    try:
        made.show()
        scroll = made.findChild(QScrollArea)
        assert scroll is not None
        inner = scroll.widget()
        assert inner.width() <= scroll.viewport().width()
        for row in made.rows.values():
            for box in row.boxes:
                right = box.mapTo(inner, QPoint(box.width(), 0)).x()
                assert right <= inner.width()
    finally:
        made.close()
