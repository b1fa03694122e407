from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from engine.data import preview
from engine.data.remark import Change, Remark
from engine.messages import say
from engine.spec import DataSpec, TableSpec
from gui.data import table_dialog
from gui.data.reading_options import ReadingOptions
from gui.data.split_form import SplitForm
from gui.data.table_columns import ColumnList
from gui.data.table_dialog import TableDialog
from gui.data.table_files import with_its_test
from gui.widgets import LabelledCombo

PLAIN = "person,when,x,y\n" + "".join(
    f"P{i % 6},{2000 + i},{i * i % 13},{i * 7 % 11}.5\n" for i in range(60))


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "plain.csv"
    path.write_text(PLAIN, "utf-8")
    return path


@pytest.fixture
def dialog(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TableDialog:
    monkeypatch.setattr(table_dialog, "pasted_folder", lambda: tmp_path / "pasted")
    dialog = TableDialog(DataSpec(seed=7, training_share=0.6))
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def ready(dialog: TableDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(dialog.accept_button.isEnabled)


def waits(dialog: TableDialog, qtbot: QtBot) -> str:
    qtbot.waitUntil(lambda: dialog.message.isVisible() and not dialog.progress.isVisible())
    assert not dialog.accept_button.isEnabled()
    return dialog.message.text()


def choose(combo: LabelledCombo, key: str) -> None:
    index = combo._keys.index(key)
    combo.combo.setCurrentIndex(index)
    combo.combo.activated.emit(index)


def copy(text: str) -> None:
    mime = QMimeData()
    mime.setText(text)
    QGuiApplication.clipboard().setMimeData(mime)


# What a plain file needs

def test_how_a_file_is_read_is_told_in_a_line_and_opens_on_request(
    dialog: TableDialog, plain: Path, qtbot: QtBot
) -> None:
    dialog.read(plain)
    ready(dialog, qtbot)
    assert dialog.reading_fold.summary.text() == "comma, decimal point, first row names, " + \
        dialog.reading_fold.summary.text().split(", ")[-1]
    assert dialog.split_fold.summary.text() == "60% to learn from, drawn at random"
    assert not dialog.reading.isVisible()
    assert not dialog.split.isVisible()
    dialog.reading_fold.header.click()
    assert dialog.reading.isVisible()
    assert not dialog.reading.sheet.isVisible()
    dialog.split_fold.header.click()
    assert dialog.split.isVisible()
    assert not dialog.reading.isVisible()


def test_a_file_that_cannot_be_read_shows_how_to_read_it_otherwise(
    dialog: TableDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("a\nb\nc\n")
    dialog.read(path)
    waits(dialog, qtbot)
    assert dialog.reading.isVisible()


def test_return_imports_and_escape_leaves(dialog: TableDialog, plain: Path, qtbot: QtBot) -> None:
    dialog.read(plain)
    ready(dialog, qtbot)
    dialog.remarks.more.setFocus()
    with qtbot.waitSignal(dialog.imported):
        qtbot.keyClick(dialog.form.target.combo, Qt.Key.Key_Return)
    dialog.show()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


# Notes with a change

def test_a_change_is_made_and_taken_back(dialog: TableDialog, plain: Path, qtbot: QtBot) -> None:
    dialog.read(plain)
    ready(dialog, qtbot)
    change = Change(say("change.regression"), {"decimal": ",", "missing": ("-200",)})
    dialog._show_remarks([Remark(say("note.titles", lines=3), change)])
    dialog.remarks.links[0].click()
    qtbot.waitUntil(lambda: dialog.remarks.text().startswith("You chose: "))
    assert dialog.spec() == TableSpec(decimal=",", missing=("-200",))
    assert dialog.reading.missing.text() == "-200"
    choose(dialog.form.target, "y")
    ready(dialog, qtbot)
    dialog.remarks.links[0].click()
    # What was chosen since stays.
    assert dialog.spec() == TableSpec(target="y")
    ready(dialog, qtbot)
    assert "You chose" not in dialog.remarks.text()


def test_changes_are_forgotten_with_their_file(
    dialog: TableDialog, plain: Path, qtbot: QtBot
) -> None:
    dialog.read(plain)
    ready(dialog, qtbot)
    dialog._make(Change(say("change.regression"), {"decimal": "."}))
    ready(dialog, qtbot)
    dialog.read(plain)
    ready(dialog, qtbot)
    assert "You chose" not in dialog.remarks.text()


def test_lines_are_chosen_as_they_are_seen_while_the_file_is_read_again(
    dialog: TableDialog, plain: Path, qtbot: QtBot
) -> None:
    dialog.read(plain)
    ready(dialog, qtbot)
    dialog._show_remarks([
        Remark(say("note.titles", lines=3), Change(say("change.regression"), {"decimal": ","})),
        Remark(say("note.titles", lines=4),
               Change(say("change.regression"), {"missing": ("-1",)}))])
    first, second = dialog.remarks.links[0], dialog.remarks.links[1]
    first.click()
    # Above them a line is to come that takes this back.
    second.click()
    assert dialog.spec() == TableSpec(decimal=",", missing=("-1",))
    dialog.read(plain)
    assert dialog.remarks.links == {}
    ready(dialog, qtbot)


# A target that cannot be used

def test_a_target_that_cannot_be_used_waits_and_another_is_offered(
    dialog: TableDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "people.csv"
    path.write_text("target,x,y\n" + "".join(
        f"somebody {i},{i * i % 13},{i * 7 % 11}\n" for i in range(60)))
    dialog.read(path)
    assert "target" in waits(dialog, qtbot)
    assert dialog.form.target.value() == "target"
    assert dialog.spec().target == ""
    assert dialog.message._action.text() == "Predict y"
    dialog.message._action.click()
    ready(dialog, qtbot)
    assert dialog.spec().target == dialog.form.target.value() == "y"
    assert not dialog.message.isVisible()


def test_a_target_that_the_file_does_not_have_is_not_replaced_unasked(
    dialog: TableDialog, plain: Path, qtbot: QtBot
) -> None:
    dialog.read(plain, TableSpec(target="price", inputs=("x", "size")))
    assert "no column “price”" in waits(dialog, qtbot)
    assert dialog.form.target.value() == ""
    assert "“size”" in dialog.remarks.text()
    choose(dialog.form.target, "x")
    ready(dialog, qtbot)
    assert dialog._wanted().table.target == "x"


# What is learned

def test_why_a_column_is_not_ticked_is_told_where_it_stands(
    dialog: TableDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "numbered.csv"
    path.write_text("id,same,x,kind\n" + "".join(
        f"{i},7,{i * i % 13},{'ab'[i % 2]}\n" for i in range(1, 60)))
    dialog.read(path)
    ready(dialog, qtbot)
    assert dialog.columns.inputs() == ("x",)
    item = dialog.columns.item_of("same")
    assert "Not ticked" in item.toolTip()
    dialog.columns.setCurrentItem(item)
    assert "Not ticked" in dialog.column_help.text()
    dialog.columns.setCurrentItem(dialog.columns.item_of("x"))
    assert dialog.column_help.text().startswith("x: ")


def test_the_scale_of_the_target_is_for_numbers_only(
    dialog: TableDialog, plain: Path, qtbot: QtBot
) -> None:
    dialog.read(plain, TableSpec(target="person"))
    ready(dialog, qtbot)
    assert not dialog.form.target_scaling.isVisible()
    choose(dialog.form.target, "y")
    ready(dialog, qtbot)
    assert dialog.form.target_scaling.isVisible()
    choose(dialog.form.target_scaling, "log")
    qtbot.waitUntil(lambda: not dialog.progress.isVisible())
    assert dialog._wanted().table.target_scaling == "log"
    choose(dialog.form.target, "x")
    assert dialog.spec().target_scaling == "auto"


def test_several_columns_that_are_one_answer_are_shown_as_one(
    dialog: TableDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "flags.csv"
    path.write_text("x,is_a,is_b\n" + "".join(
        f"{i * i % 13},{i % 2},{1 - i % 2}\n" for i in range(60)))
    dialog.read(path, TableSpec(target="is_a", more_targets=("is_b",)))
    ready(dialog, qtbot)
    assert dialog.form.target.combo.currentText() == "is_a + is_b"
    assert dialog.columns.inputs() == ("x",)
    assert not dialog.columns.item_of("is_b").flags() & Qt.ItemFlag.ItemIsUserCheckable
    choose(dialog.form.target, "x")
    assert dialog.spec().more_targets == ()


def test_long_names_differ_at_their_ends_and_stand_whole_in_the_tooltip(
    dialog: TableDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    long = "How much do you agree with what was said in the meeting of all about "
    names = [f"{long}{word}" for word in ("pay", "rooms", "food")]
    path = tmp_path / "survey.csv"
    path.write_text(",".join(names) + "\n" + "".join(
        f"{i * i % 13},{i * 7 % 11},{i % 5}\n" for i in range(60)))
    dialog.read(path)
    ready(dialog, qtbot)
    assert dialog.columns.textElideMode() == Qt.TextElideMode.ElideMiddle
    assert dialog.form.target.combo.elide == Qt.TextElideMode.ElideMiddle
    assert dialog.columns.horizontalHeader().sectionSize(0) < 260
    for column in (preview(path).columns):
        assert column.name in dialog.columns.item_of(column.name).toolTip()


# How it is read

def test_words_for_missing_and_for_values_are_typed(
    dialog: TableDialog, plain: Path, qtbot: QtBot
) -> None:
    dialog.read(plain)
    ready(dialog, qtbot)
    dialog.reading_fold.header.click()
    qtbot.keyClicks(dialog.reading.missing, " -200; k. A.;;")
    qtbot.keyClick(dialog.reading.missing, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert dialog.spec().missing == ("-200", "k. A.")
    dialog.reading.present.setFocus()
    qtbot.keyClicks(dialog.reading.present, "none")
    qtbot.keyClick(dialog.reading.present, Qt.Key.Key_Tab)
    assert dialog.spec().present == ("none",)
    ready(dialog, qtbot)
    assert dialog.reading.missing.text() == "-200; k. A."


def test_a_workbook_has_sheets_and_a_range_but_no_separator(qtbot: QtBot, plain: Path) -> None:
    options = ReadingOptions()
    qtbot.addWidget(options)
    options.show()
    found = replace(preview(plain), encoding="", sheets=("Notes", "Data"), sheet="Data")
    options.show_spec(plain, TableSpec(cells="B2:E9"), found)
    assert options.sheet.isVisible()
    assert options.cells.isVisible()
    assert not options.separator.isVisible()
    assert not options.encoding.isVisible()
    assert options.summary(found).startswith("sheet Data of 2, B2:E9, ")
    with qtbot.waitSignal(options.chosen) as told:
        choose(options.sheet, "Notes")
    assert told.args is not None
    assert told.args[0]["sheet"] == "Notes"
    assert told.args[0]["cells"] == told.args[0]["target"] == ""
    options.cells.setText("A1:C7")
    with qtbot.waitSignal(options.chosen) as told:
        qtbot.keyClick(options.cells, Qt.Key.Key_Return)
    assert told.args == [{"cells": "A1:C7"}]
    options.forget()
    options.show_spec(plain, TableSpec(), preview(plain))
    assert options.separator.isVisible()
    assert not options.sheet.isVisible()


def test_letters_are_shown_in_the_encoding_that_is_pointed_at(
    dialog: TableDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "dos.csv"
    path.write_bytes("x,Größe,Färbung\n".encode("cp850") + b"".join(
        f"{i},{i * 7 % 11},{'grün' if i % 2 else 'weiß'}\n".encode("cp850") for i in range(40)))
    dialog.read(path, TableSpec(encoding="cp1251"))
    ready(dialog, qtbot)
    dialog.reading_fold.header.click()
    box = dialog.reading.encoding
    assert box.value() == "cp1251"
    box.combo.highlighted.emit(box._keys.index("cp850"))
    assert "Größe" in box.sample.text()
    assert box.value() == "cp1251"
    box.combo.hidePopup()
    assert "Größe" not in box.sample.text()
    choose(box, "cp850")
    ready(dialog, qtbot)
    assert "Größe" in dialog.columns.inputs() or dialog.form.target.value() == "Größe"
    assert {"koi8-r", "cp037", "big5"} <= set(box._keys)


# How it is divided

def test_groups_wait_for_their_column(dialog: TableDialog, plain: Path, qtbot: QtBot) -> None:
    dialog.read(plain, TableSpec(target="y"))
    ready(dialog, qtbot)
    dialog.split_fold.header.click()
    dialog.split.way.button("groups").click()
    assert dialog.spec().split == "random"
    choose(dialog.split.column, "person")
    ready(dialog, qtbot)
    table = dialog._wanted().table
    assert (table.split, table.split_by) == ("groups", "person")
    assert dialog.split_fold.summary.text() == "60% to learn from, whole groups by person"
    dialog.split.way.button("latest").click()
    assert (dialog.spec().split, dialog.spec().split_by) == ("latest", "")
    choose(dialog.split.column, "when")
    ready(dialog, qtbot)
    assert "the latest by when" in dialog.split_fold.summary.text()
    dialog.split.way.button("random").click()
    assert (dialog.spec().split, dialog.spec().split_by) == ("random", "")


def test_a_second_file_is_for_the_test(dialog: TableDialog, plain: Path, tmp_path: Path,
                                       qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.csv"
    other.write_text("\n".join(PLAIN.splitlines()[:21]) + "\n")
    dialog.read(plain, TableSpec(target="y"))
    ready(dialog, qtbot)
    dialog.split_fold.header.click()
    dialog.split.way.button("file").click()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(other), ""))
    dialog.split.test_file.click()
    ready(dialog, qtbot)
    assert dialog._wanted().table.test_path == str(other)
    assert dialog.split_fold.summary.text() == "validation on other.csv"
    assert dialog._dataset is not None
    assert len(dialog._dataset.validation) == 20
    assert len(dialog._dataset.training) == 60


def test_a_split_that_waits_is_not_forgotten_by_a_look(qtbot: QtBot, plain: Path) -> None:
    form = SplitForm()
    qtbot.addWidget(form)
    found = preview(plain)
    form.show_spec(TableSpec(), found)
    form.way.button("groups").click()
    form.show_spec(TableSpec(), found)
    assert form.way.current() == "groups"
    form.forget()
    form.show_spec(TableSpec(), found)
    assert form.way.current() == "random"


def test_of_two_files_the_one_called_test_is_for_the_test() -> None:
    one, two = Path("/x/wine_train.csv"), Path("/x/wine_Test.csv")
    assert with_its_test((two, one)) == with_its_test((one, two)) == (one, two)
    assert with_its_test((one, Path("b.csv"))) == (one, None)
    assert with_its_test((two,)) == (two, None)


# What was copied

def test_copied_cells_are_read_like_a_file_and_kept(
    dialog: TableDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    copy(PLAIN.replace(",", "\t"))
    qtbot.keyClick(dialog, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    ready(dialog, qtbot)
    kept, = (tmp_path / "pasted").iterdir()
    assert dialog.reading.summary(dialog._preview).startswith("tab, ")
    dialog.paste_button.click()
    ready(dialog, qtbot)
    assert len(list((tmp_path / "pasted").iterdir())) == 2
    with qtbot.waitSignal(dialog.imported) as told:
        dialog.accept_button.click()
    assert told.args is not None
    used = Path(told.args[0].path)
    # Only what is learned from is kept.
    assert list((tmp_path / "pasted").iterdir()) == [used]
    assert used != kept


def test_an_empty_clipboard_says_so(dialog: TableDialog, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().clear()
    dialog.paste_button.click()
    assert "Copy the cells" in dialog.message.text()


def test_what_cannot_be_kept_for_good_says_where_it_is(
    dialog: TableDialog, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pasted").write_text("not a folder")
    monkeypatch.setattr(table_dialog, "passing_folder", lambda: tmp_path / "passing")
    copy(PLAIN)
    dialog.paste()
    ready(dialog, qtbot)
    assert f"lies in {tmp_path / 'passing'}" in dialog.remarks.text()


def test_a_thousand_columns_are_listed_bit_by_bit_and_none_is_lost(
    qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "spectra.csv"
    names = [f"wave{i}" for i in range(1000)]
    rows = [[*(str((31 * i * i + k * (i + 1)) % 1009) for k in range(1000)), "ab"[i % 2]]
            for i in range(20)]
    path.write_text("".join(",".join(row) + "\n" for row in ([*names, "kind"], *rows)))
    columns, found = ColumnList(), preview(path)
    qtbot.addWidget(columns)
    columns.show_preview(found)
    assert columns.item(1000, 0) is None
    # Whoever unticks one before all are listed keeps all others.
    first = columns.item(0, 0)
    assert first is not None
    with qtbot.waitSignal(columns.inputs_changed) as told:
        first.setCheckState(Qt.CheckState.Unchecked)
    assert told.args == [tuple(names[1:])]
    columns.show_preview(found)
    qtbot.waitUntil(lambda: columns.item(1000, 0) is not None)
    columns.forget()
    assert not columns.rowCount()


def test_names_and_cells_with_tags_are_shown_as_they_are(
    dialog: TableDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "tags.csv"
    path.write_text("<b>x</b>,<i>kind</i>\n" + "".join(
        f"{i}.5,<i>one of a long {'ab'[i % 2]}</i>\n" for i in range(20)))
    dialog.read(path)
    ready(dialog, qtbot)
    header, cell = dialog.cells.horizontalHeaderItem(0), dialog.cells.item(0, 1)
    assert header is not None
    assert cell is not None
    for tip in (header.toolTip(), cell.toolTip(), dialog.form.target.combo.toolTip()):
        assert "&lt;" in tip
