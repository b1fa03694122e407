"""What a student does, from the first click to a network that has learned."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QPushButton

from engine.data import load
from engine.spec import DataSpec
from gui.data.table_dialog import TableDialog
from gui.workbench.state import State
from tests.e2e.conftest import Person, validation_accuracy

pytestmark = pytest.mark.e2e

FILES = Path(__file__).parents[1] / "engine" / "data" / "files"


def test_the_first_screen_is_learned(person: Person) -> None:
    person.wait_until_ready()
    # The verdict needs several snapshots more than the accuracy does.
    person.run_until(lambda s: validation_accuracy(s) >= 0.95
                     and person.lab.strip.accessibleName().startswith("Learned."), seconds=60)


def test_the_spiral_is_learned(person: Person) -> None:
    for position in (1, 2):
        person.click_layer(position)
        person.type_units(16)
    person.choose(person.lab.hyper.optimizer, "AdamW")
    person.wait_until_ready()
    assert person.lab.document.project.training.optimizer.kind == "adamw"
    last = person.run_until(lambda s: validation_accuracy(s) >= 0.95, seconds=60)
    assert person.lab.workbench.state is State.PAUSED
    assert last.surface is not None
    assert "step" not in person.lab.message.text()
    assert person.lab.transport.step_readout.value() != "0"


def test_digits_are_learned(person: Person) -> None:
    lab = person.lab
    person.click(lab.data_panel.tiles["digits"])
    person.qtbot.waitUntil(lambda: lab.document.dataset.key == "digits")
    person.wait_until_ready()
    lab.left.show_panel("data")
    for _ in range(6):
        person.qtbot.keyClick(lab.data_panel.share.slider, Qt.Key.Key_Right)
    person.qtbot.waitUntil(lambda: lab.document.project.data.training_share == 0.8)
    for position in (1, 2):
        person.click_layer(position)
        person.type_units(64)
    person.choose(lab.hyper.batch, "64")
    person.wait_until_ready()
    person.run_until(lambda s: validation_accuracy(s) >= 0.96, seconds=60)
    assert lab.output.view() == "images"
    assert lab.strip.accessibleName()


def test_irises_are_learned_from_a_table_with_semicolons_and_commas(
    person: Person, tmp_path: Path
) -> None:
    path = tmp_path / "Meine Blüten.csv"
    write_german_irises(path)
    found = import_table(person, path)
    assert found.startswith("semicolon, decimal comma, first row names, ")
    learn_irises(person)


def test_irises_are_learned_from_a_german_workbook_of_excel(person: Person) -> None:
    found = import_table(person, FILES / "iris-deutsch.xlsx")
    assert found == "sheet iris-deutsch, decimal point, first row names"
    assert person.lab.document.dataset.feature_names[0] == "Kelchlänge (cm)"
    learn_irises(person)


def import_table(person: Person, path: Path) -> str:
    """Import a file with clicks as soon as that is possible; return how it was read."""
    lab = person.lab
    QTimer.singleShot(500, lambda: choose_in_file_dialog(path))
    person.click(lab.data_panel.tiles["table"])
    dialog = lab.window().findChild(TableDialog)
    assert dialog is not None
    person.qtbot.waitUntil(dialog.choose.isVisible)
    person.click(dialog.choose)
    person.qtbot.waitUntil(dialog.accept_button.isEnabled)
    assert dialog.status.text() == "150 examples, 4 inputs, 3 classes."
    found = dialog.reading_fold.summary.text()
    person.click(dialog.accept_button)
    person.qtbot.waitUntil(lambda: lab.document.dataset.key == "table")
    return found


def learn_irises(person: Person) -> None:
    lab = person.lab
    assert lab.document.dataset.n_inputs == 4
    assert len(lab.document.dataset.class_names) == 3
    person.wait_until_ready()
    person.click_layer(1)
    person.type_units(8)
    person.wait_until_ready()
    person.run_until(lambda s: s.step > 500 and validation_accuracy(s) >= 0.9, seconds=60)


def write_german_irises(path: Path) -> None:
    """Write the shipped irises as a German spreadsheet program would."""
    data = load(DataSpec(source="iris", scaling="none"))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([*data.feature_names, "Art"])
        for row, label in zip(data.inputs, data.labels, strict=True):
            writer.writerow([*(f"{x:.1f}".replace(".", ",") for x in row),
                             data.class_names[label]])


def choose_in_file_dialog(path: Path) -> None:
    """Type a name into the file dialog that is open, and press Open."""
    dialog = QApplication.activeModalWidget()
    if not isinstance(dialog, QFileDialog):
        QTimer.singleShot(100, lambda: choose_in_file_dialog(path))
        return
    line = dialog.findChild(QLineEdit, "fileNameEdit")
    assert line is not None
    line.setText(str(path))
    dialog.accept() if not dialog.findChildren(QPushButton) else \
        next(b for b in dialog.findChildren(QPushButton) if b.isDefault()).click()
