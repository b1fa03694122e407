from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from engine.data import Dataset
from engine.spec import DataSpec, TableSpec
from gui.data.table_dialog import TableDialog
from gui.data.table_files import dropped_table

PEOPLE = "Name;Grösse;Land;Klasse\n" + "".join(
    f"P{i};{150 + i},{i % 10};{('DE', 'FR', '')[i % 3]};{'ab'[i % 2]}\n" for i in range(30))


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE, "utf-8")
    return path


@pytest.fixture
def dialog(qtbot: QtBot) -> TableDialog:
    dialog = TableDialog(DataSpec(seed=7, training_share=0.6))
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def ready(dialog: TableDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(dialog.accept_button.isEnabled)


def choose(combo: object, key: str) -> None:
    box = combo.combo  # type: ignore[attr-defined]
    index = combo._keys.index(key)  # type: ignore[attr-defined]
    box.setCurrentIndex(index)
    box.activated.emit(index)


def test_nothing_can_be_imported_without_a_file(dialog: TableDialog) -> None:
    assert not dialog.accept_button.isEnabled()
    assert not dialog.form.isEnabled()


def test_semicolons_and_decimal_commas_are_found(dialog: TableDialog, people: Path,
                                                 qtbot: QtBot) -> None:
    dialog.read(people)
    assert not dialog.accept_button.isEnabled()
    assert people.name in dialog.status.text()
    ready(dialog, qtbot)
    assert dialog.reading.separator.combo.currentText().startswith("Found: Semicolon")
    assert dialog.reading.decimal.combo.currentText().startswith("Found: Comma")
    assert dialog.form.target.value() == "Klasse"
    assert dialog.columns.inputs() == ("Grösse", "Land")
    first = dialog.cells.item(1, 1)
    assert first is not None
    assert first.text() == "151,1"
    assert dialog.status.text().startswith("30 examples, ")
    assert dialog.status.text().endswith(" inputs, 2 classes.")
    assert "Name" in dialog.remarks.text()
    imported: list[tuple[DataSpec, Dataset]] = []
    dialog.imported.connect(lambda spec, dataset: imported.append((spec, dataset)))
    dialog.accept_button.click()
    spec, dataset = imported[0]
    assert (spec.source, spec.path, spec.seed, spec.training_share) == (
        "table", str(people), 7, 0.6)
    assert spec.table == TableSpec(target="Klasse")
    assert dataset.class_names == ("a", "b")
    assert len(dataset.inputs) == 30
    assert not dialog.isVisible()


def test_another_target_is_another_task(dialog: TableDialog, people: Path, qtbot: QtBot) -> None:
    dialog.read(people)
    ready(dialog, qtbot)
    choose(dialog.form.target, "Grösse")
    assert not dialog.accept_button.isEnabled()
    ready(dialog, qtbot)
    assert dialog.columns.inputs() == ("Land", "Klasse")
    assert "number to predict" in dialog.status.text()
    assert dialog._wanted().table.target == "Grösse"
    choose(dialog.form.scaling, "minmax")
    ready(dialog, qtbot)
    assert dialog._wanted().scaling == "minmax"


def test_columns_can_be_left_out(dialog: TableDialog, people: Path, qtbot: QtBot) -> None:
    dialog.read(people)
    ready(dialog, qtbot)
    dialog.columns.item_of("Land").setCheckState(Qt.CheckState.Unchecked)
    ready(dialog, qtbot)
    assert dialog._wanted().table.inputs == ("Grösse",)
    dialog.columns.item_of("Grösse").setCheckState(Qt.CheckState.Unchecked)
    assert not dialog.accept_button.isEnabled()
    assert "at least one column" in dialog.message.text()
    dialog.columns.item_of("Land").setCheckState(Qt.CheckState.Checked)
    ready(dialog, qtbot)
    assert not dialog.message.isVisible()
    assert dialog._wanted().table.inputs == ("Land",)


def test_wrong_separator_is_told_and_can_be_mended(dialog: TableDialog, people: Path,
                                                   qtbot: QtBot) -> None:
    dialog.read(people)
    ready(dialog, qtbot)
    choose(dialog.reading.separator, "|")
    qtbot.waitUntil(dialog.message.isVisible)
    assert not dialog.accept_button.isEnabled()
    choose(dialog.reading.separator, "")
    ready(dialog, qtbot)
    assert not dialog.message.isVisible()


@pytest.mark.parametrize("content", [b"", b"\x7fELF\x00\x01", b"a,b\n", b"x\n1\n2\n"])
def test_unusable_files_are_explained(dialog: TableDialog, tmp_path: Path, qtbot: QtBot,
                                      content: bytes) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    dialog.read(path)
    qtbot.waitUntil(dialog.message.isVisible)
    assert "bad.csv" in dialog.message.text()
    assert not dialog.accept_button.isEnabled()
    assert dialog.reading.separator.combo.count() > 3


def test_a_missing_file_and_a_folder(dialog: TableDialog, tmp_path: Path, qtbot: QtBot) -> None:
    for path in (tmp_path / "gone.csv", tmp_path):
        dialog.message.hide()
        dialog.read(path)
        qtbot.waitUntil(dialog.message.isVisible)
        assert path.name in dialog.message.text()


def test_notes_on_a_file_go_with_it(dialog: TableDialog, people: Path, tmp_path: Path,
                                    qtbot: QtBot) -> None:
    dialog.read(people)
    ready(dialog, qtbot)
    assert dialog.remarks.text()
    dialog.read(tmp_path / "gone.csv")
    qtbot.waitUntil(dialog.message.isVisible)
    assert dialog.remarks.text() == ""


def test_a_file_can_be_dropped(dialog: TableDialog, people: Path, qtbot: QtBot) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(people))])
    assert dropped_table(mime) == people
    dialog.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime,
                                Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier))
    ready(dialog, qtbot)
    other = QMimeData()
    other.setUrls([QUrl.fromLocalFile("/x/picture.png"), QUrl("http://x.y/a.csv")])
    assert dropped_table(other) is None


def test_closing_while_reading_is_safe(qtbot: QtBot, people: Path) -> None:
    dialog = TableDialog(DataSpec())
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.read(people)
    dialog.reject()
    qtbot.waitUntil(lambda: not dialog._looker._waiting)
    assert not dialog.accept_button.isEnabled()
