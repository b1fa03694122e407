"""The list of earlier runs: what it shows, and what can be done with each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from msgspec.structs import replace as with_fields
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from engine.experiments.differences import table
from engine.spec import ProjectSpec, default_project
from gui import theme
from gui.runs.earlier_runs import EarlierRun, EarlierRuns

RUNS = (EarlierRun(7, "He instead of Xavier", "4,500 steps, loss 0.042", shown=True),
        EarlierRun(3, "Rate 0.1", "800 steps, loss 0.31"),
        EarlierRun(2, "First try", "20 steps, loss 0.69"))


def at_rate(rate: float) -> ProjectSpec:
    project = default_project()
    return with_fields(project, training=with_fields(project.training, learning_rate=rate))


PRESENT = at_rate(0.03)
ROWS = table(PRESENT, (at_rate(0.03), at_rate(0.1), at_rate(0.5)))


@pytest.fixture
def dialog(qtbot: QtBot, app: QApplication) -> Iterator[EarlierRuns]:
    dialog = EarlierRuns()
    qtbot.addWidget(dialog)
    dialog.show_runs(RUNS, ROWS)
    dialog.show()
    qtbot.waitExposed(dialog)
    dialog.list.setFocus()
    yield dialog
    dialog.close()


def column(dialog: EarlierRuns, place: int) -> list[str]:
    found = []
    for row in range(dialog.table.rowCount()):
        item = dialog.table.item(row, place)
        assert item is not None
        found.append(item.text())
    return found


def write_name(dialog: EarlierRuns, text: str) -> None:
    editor = dialog.list.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)


def test_each_run_has_its_name_and_how_far_it_came(dialog: EarlierRuns) -> None:
    items = [dialog.list.topLevelItem(place) for place in range(3)]
    assert [(item.text(0), item.text(1)) for item in items if item is not None] == [
        (run.name, run.told) for run in RUNS]
    assert [item.checkState(0) is Qt.CheckState.Checked for item in items if item is not None] == [
        True, False, False]


def test_the_table_has_only_what_differs(dialog: EarlierRuns) -> None:
    assert column(dialog, 0) == ["Learning rate · Training"]
    assert [column(dialog, place) for place in range(1, 5)] == [["0.03"], ["0.03"], ["0.1"],
                                                                ["0.5"]]
    muted = [dialog.table.item(0, place).foreground().color().name() for place in range(1, 5)]
    tokens = theme.current()
    assert muted == [tokens.text, tokens.text_muted, tokens.text, tokens.text]


def test_the_run_that_is_chosen_has_its_column_marked(dialog: EarlierRuns) -> None:
    def marked() -> list[int]:
        soft = theme.current().accent_soft
        return [place for place in range(dialog.table.columnCount())
                if dialog.table.item(0, place).background().color().name() == soft]
    assert dialog.chosen() == 7
    assert marked() == [2]
    QTest.keyClick(dialog.list, Qt.Key.Key_Down)
    assert dialog.chosen() == 3
    assert marked() == [3]
    dialog.show_runs(RUNS[1:], table(PRESENT, (at_rate(0.1), at_rate(0.5))))
    assert dialog.chosen() == 3
    assert marked() == [2]


def test_a_name_is_changed_in_place(qtbot: QtBot, dialog: EarlierRuns) -> None:
    QTest.keyClick(dialog.list, Qt.Key.Key_F2)
    with qtbot.waitSignal(dialog.rename_requested) as wish:
        write_name(dialog, "The good one")
    assert wish.args == [7, "The good one"]
    qtbot.waitUntil(lambda: dialog.list.findChild(QLineEdit) is None)
    qtbot.mouseClick(dialog.rename, Qt.MouseButton.LeftButton)
    asked: list[str] = []
    dialog.rename_requested.connect(lambda _number, name: asked.append(name))
    write_name(dialog, "")
    qtbot.waitUntil(lambda: dialog.list.findChild(QLineEdit) is None)
    assert dialog.list.topLevelItem(0).text(0) == "The good one"
    assert asked == []


def test_the_list_may_be_made_anew_while_a_name_is_written(qtbot: QtBot, dialog: EarlierRuns
                                                           ) -> None:
    def renamed(number: int, name: str) -> None:
        dialog.show_runs([replace(run, name=name) if run.number == number else run
                          for run in RUNS], ROWS)
    dialog.rename_requested.connect(renamed)
    QTest.keyClick(dialog.list, Qt.Key.Key_F2)
    write_name(dialog, "Other")
    qtbot.waitUntil(lambda: dialog.list.findChild(QLineEdit) is None)
    assert dialog.list.topLevelItem(0).text(0) == "Other"
    assert dialog.table.horizontalHeaderItem(2).text() == "Other"


def test_return_while_a_name_is_written_restores_nothing(dialog: EarlierRuns) -> None:
    asked: list[int] = []
    dialog.restore_requested.connect(asked.append)
    QTest.keyClick(dialog.list, Qt.Key.Key_F2)
    write_name(dialog, "Other")
    assert asked == []


def test_a_tick_shows_it_in_the_plots(qtbot: QtBot, dialog: EarlierRuns) -> None:
    with qtbot.waitSignal(dialog.shown_changed) as wish:
        QTest.keyClick(dialog.list, Qt.Key.Key_Space)
    assert wish.args == [7, False]
    with qtbot.waitSignal(dialog.shown_changed) as wish:
        QTest.keyClick(dialog.list, Qt.Key.Key_Space)
    assert wish.args == [7, True]
    spot = dialog.list.visualItemRect(dialog.list.topLevelItem(1))
    with qtbot.waitSignal(dialog.shown_changed) as wish:
        qtbot.mouseClick(dialog.list.viewport(), Qt.MouseButton.LeftButton,
                         pos=spot.topLeft() + (spot.bottomLeft() - spot.topLeft()) / 2
                         + (spot.topRight() - spot.topLeft()) * 0.035)
    assert wish.args == [3, True]


@pytest.mark.parametrize(("name", "key"), [
    ("restore", Qt.Key.Key_Return), ("forget", Qt.Key.Key_Delete), ("export", None)])
def test_what_can_be_done_is_asked_for(qtbot: QtBot, dialog: EarlierRuns, name: str,
                                       key: Qt.Key | None) -> None:
    signal = getattr(dialog, f"{name}_requested")
    QTest.keyClick(dialog.list, Qt.Key.Key_Down)
    with qtbot.waitSignal(signal) as wish:
        qtbot.mouseClick(getattr(dialog, name), Qt.MouseButton.LeftButton)
    assert wish.args == [3]
    if key is not None:
        with qtbot.waitSignal(signal) as wish:
            QTest.keyClick(dialog.list, key)
        assert wish.args == [3]


def test_without_runs_it_says_where_they_come_from(qtbot: QtBot, dialog: EarlierRuns) -> None:
    dialog.show_runs((), ())
    assert dialog.chosen() is None
    said = [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]
    assert any(text.startswith("No earlier runs yet.") for text in said)
    assert not dialog.list.isVisible()
    for button in (dialog.restore, dialog.rename, dialog.export, dialog.forget):
        assert not button.isVisible()
        assert not button.isEnabled()
    asked: list[int] = []
    dialog.forget_requested.connect(asked.append)
    QTest.keyClick(dialog.list, Qt.Key.Key_Delete)
    assert asked == []


def test_runs_that_differ_in_nothing_say_so(dialog: EarlierRuns) -> None:
    dialog.show_runs(RUNS[:1], ())
    said = [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]
    assert "None of them differs from the present project." in said
    assert not dialog.table.isVisible()


def test_it_can_be_used_without_a_mouse(dialog: EarlierRuns) -> None:
    for control in (dialog.restore, dialog.rename, dialog.export, dialog.forget,
                    dialog.close_button):
        assert control.toolTip()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert dialog.list.accessibleName()
    assert dialog.table.accessibleName()


def test_a_line_outlives_the_list_being_shown_anew_because_of_it(
    dialog: EarlierRuns, qtbot: QtBot
) -> None:
    # As the window does: whatever is told of a run is shown at once.
    shown = {run.number: run for run in RUNS}

    def tick(number: int, ticked: bool) -> None:
        shown[number] = replace(shown[number], shown=ticked)
        dialog.show_runs(tuple(shown.values()), ROWS)

    def rename(number: int, name: str) -> None:
        shown[number] = replace(shown[number], name=name)
        dialog.show_runs(tuple(shown.values()), ROWS)

    dialog.shown_changed.connect(tick)
    dialog.rename_requested.connect(rename)
    item = dialog.list.topLevelItem(1)
    assert item is not None
    with qtbot.captureExceptions() as raised:
        item.setCheckState(0, Qt.CheckState.Checked)
        dialog.list.setCurrentItem(item)
        dialog.rename.click()
        write_name(dialog, "Mine")
        qtbot.waitUntil(lambda: dialog.list.findChild(QLineEdit) is None)
    assert not raised
    assert dialog.list.topLevelItem(1) is item
    assert (item.text(0), item.checkState(0)) == ("Mine", Qt.CheckState.Checked)
    assert shown[3].name == "Mine"
