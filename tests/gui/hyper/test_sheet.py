"""The sheet of further settings: everything a training has is there, and every edit counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from engine.data.dataset import Dataset
from engine.data.modality import image
from engine.layers import LOSSES, OPTIMIZERS, SCHEDULES
from engine.spec import (
    AugmentationSpec,
    AveragingSpec,
    DataSpec,
    OptimizerSpec,
    ScheduleSpec,
    StoppingSpec,
    TrainingSpec,
)
from gui.document.document import Document
from gui.hyper import TrainingSheet, marks
from gui.hyper.catalogue import PAGES
from gui.hyper.rows import ChoiceRow, NumberRow, SwitchRow
from tests.gui.workbench.conftest import two_clouds

SPARE = 36
"""What a list of choices needs beside its choice: padding, arrow and frame."""

IN_THE_BAR = {("", name) for name in ("loss", "learning_rate", "batch_size", "l1", "l2")} | {
    ("optimizer", "kind")}
DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
PARTS = {"": TrainingSpec, "optimizer": OptimizerSpec, "schedule": ScheduleSpec,
         "stopping": StoppingSpec, "augmentation": AugmentationSpec, "averaging": AveragingSpec}


@pytest.fixture
def document(qapp: Any) -> Document:
    return Document(load_data=two_clouds)


@pytest.fixture
def sheet(qtbot: QtBot, document: Document) -> Iterator[TrainingSheet]:
    window = QWidget()
    window.resize(1000, 700)
    sheet = TrainingSheet(document, window)
    qtbot.addWidget(window)
    window.show()
    sheet.show_over(window)
    yield sheet
    window.close()


def number_row(sheet: TrainingSheet, key: str) -> NumberRow:
    row = sheet.rows[key]
    assert isinstance(row, NumberRow)
    return row


def type_into(qtbot: QtBot, row: NumberRow, text: str) -> None:
    row.number.selectAll()
    qtbot.keyClicks(row.number, text)
    qtbot.keyClick(row.number, Qt.Key.Key_Return)


def switch(row: NumberRow) -> None:
    assert row.switch is not None
    row.switch.click()


def test_everything_that_a_training_has_can_be_set_in_the_window() -> None:
    trainings = [TrainingSpec(loss=key) for key in LOSSES] + [
        TrainingSpec(optimizer=OptimizerSpec(key)) for key in OPTIMIZERS] + [
        TrainingSpec(schedule=ScheduleSpec(key)) for key in SCHEDULES] + [
        TrainingSpec(averaging=AveragingSpec("exponential"))]
    shown = {(setting.part, setting.field.key) for training in trainings
             for page in PAGES for setting in page.settings(training)}
    wanted = {(part, name) for part, spec in PARTS.items() for name in spec.__struct_fields__
              if name not in PARTS}
    assert shown | IN_THE_BAR == wanted


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.key)
def test_a_page_explains_itself(page: Any) -> None:
    assert page.help.endswith(".")
    assert page.note(TrainingSpec())
    for setting in page.settings(TrainingSpec()):
        assert setting.field.help.endswith(".")
        at_first = setting.value(TrainingSpec())
        assert at_first == setting.field.default
        if setting.usual is not None:
            assert at_first == 0
            assert setting.field.problem(setting.usual) == ""
            assert setting.mark


def test_a_schedule_brings_its_constants_and_its_curve(
    qtbot: QtBot, sheet: TrainingSheet, document: Document
) -> None:
    assert list(sheet.rows) == ["kind"]
    combo = sheet.rows["kind"]
    assert isinstance(combo, ChoiceRow)
    combo.combo.setCurrentIndex(combo.combo.findData("cosine"))
    combo.combo.activated.emit(combo.combo.currentIndex())
    assert document.project.training.schedule.kind == "cosine"
    assert list(sheet.rows) == ["kind", "length", "final"]
    assert sheet.rows["kind"] is combo
    type_into(qtbot, number_row(sheet, "length"), "1000")
    type_into(qtbot, number_row(sheet, "final"), "0,1")
    assert document.project.training.schedule == ScheduleSpec("cosine", length=1000, final=0.1)
    rate = document.project.training.learning_rate
    preview = sheet.preview
    assert preview.rate_at(0) == pytest.approx(rate)
    assert preview.rate_at(500) == pytest.approx(0.55 * rate)
    assert preview.rate_at(preview.span()) == pytest.approx(0.1 * rate)
    assert document.undo_stack.undoText() == "change final"
    document.undo_stack.undo()
    assert document.project.training.schedule == ScheduleSpec("cosine", length=1000)
    assert number_row(sheet, "final").number.value() == 0.0


def test_a_rule_is_switched_on_with_a_usual_number_and_off_again(
    qtbot: QtBot, sheet: TrainingSheet, document: Document
) -> None:
    sheet.show_page("stopping")
    row = number_row(sheet, "patience")
    assert not row.number.isVisibleTo(sheet)
    switch(row)
    assert document.project.training.stopping.patience == 10
    qtbot.waitUntil(row.number.isVisible)
    type_into(qtbot, row, "25")
    assert document.project.training.stopping.patience == 25
    assert isinstance(document.project.training.stopping.patience, int)
    with qtbot.waitSignal(sheet.refused) as refused:
        type_into(qtbot, row, "2.5")
    assert refused.args == ["Patience: '2.5' is not a whole number."]
    switch(row)
    assert document.project.training.stopping == StoppingSpec()
    switch(row)
    assert document.project.training.stopping.patience == 25


def test_a_drag_of_a_slider_is_one_step_to_undo(sheet: TrainingSheet, document: Document) -> None:
    sheet.show_page("update")
    row = number_row(sheet, "clip_norm")
    switch(row)
    before = document.undo_stack.count()
    slider = row.slider()
    assert slider is not None
    slider.sliderPressed.emit()
    for position in (10, 20, 30):
        slider.setValue(position)
    slider.sliderReleased.emit()
    assert document.undo_stack.count() == before + 1
    assert 1e-6 < document.project.training.clip_norm < 1e-5
    assert row.number.value() == document.project.training.clip_norm


def test_constants_of_optimizer_and_loss_come_from_the_registry(
    qtbot: QtBot, sheet: TrainingSheet, document: Document
) -> None:
    sheet.show_page("update")
    limits = ["clip_value", "clip_norm", "max_norm", "kind"]
    for key, rule in OPTIMIZERS.items():
        document.set_part("optimizer", kind=key)
        assert list(sheet.rows) == [field.key for field in rule.constants] + limits
    document.set_part("optimizer", kind="adam")
    type_into(qtbot, number_row(sheet, "epsilon"), "1e-10")
    assert document.project.training.optimizer.epsilon == 1e-10
    assert number_row(sheet, "epsilon").number.text() == "1e-10"
    with qtbot.waitSignal(sheet.refused) as refused:
        type_into(qtbot, number_row(sheet, "beta1"), "1.5")
    assert refused.args == ["Beta 1: '1.5' is above 0.999."]
    sheet.show_page("run")
    type_into(qtbot, number_row(sheet, "label_smoothing"), "0.1")
    assert document.project.training.label_smoothing == 0.1


def test_precision_seed_and_shuffling(
    qtbot: QtBot, sheet: TrainingSheet, document: Document
) -> None:
    sheet.show_page("run")
    precision, shuffle = sheet.rows["precision"], sheet.rows["shuffle"]
    assert isinstance(precision, ChoiceRow)
    assert isinstance(shuffle, SwitchRow)
    precision.combo.setCurrentIndex(1)
    precision.combo.activated.emit(1)
    assert document.project.training.precision == "float64"
    type_into(qtbot, number_row(sheet, "seed"), "7")
    assert document.project.training.seed == 7
    for wrong in ("7.5", "-1", "99999999999"):
        type_into(qtbot, number_row(sheet, "seed"), wrong)
        assert document.project.training.seed == 7
    shuffle.box.click()
    assert document.project.training.shuffle is False
    assert marks(document.project.training) == ("64 bits", "not shuffled")


def images(spec: DataSpec, base: object = None) -> Dataset:
    dataset = two_clouds(spec)
    return Dataset(
        "digits", "Digits", "classification", np.zeros((20, 4)), dataset.labels[:20],
        np.zeros((20, 0)), dataset.class_names, (), (), np.arange(10), np.arange(10, 20),
        modality=image(2, 2))


def values(spec: DataSpec) -> Dataset:
    dataset = two_clouds(spec)
    return Dataset(
        "plane", "Plane", "regression", dataset.inputs, np.zeros(0, np.int64),
        np.zeros((len(dataset.inputs), 1)), (), dataset.feature_names, ("y",), dataset.training,
        dataset.validation)


def test_images_alone_can_be_shifted(sheet: TrainingSheet, document: Document) -> None:
    sheet.show_page("augmentation")
    assert not sheet.rows["shift"].isEnabled()
    assert "not images" in sheet.rows["shift"].toolTip()
    assert sheet.rows["noise"].isEnabled()
    # What a file has switched on can be switched off.
    document.set_training(augmentation=AugmentationSpec(shift=0.2))
    assert sheet.rows["shift"].isEnabled()
    document.set_training(augmentation=AugmentationSpec())
    document.set_data(DataSpec(source="digits"), images(DataSpec()))
    assert sheet.rows["shift"].isEnabled()
    assert sheet.rows["flip"].isEnabled()


def test_classes_alone_can_be_weighed(sheet: TrainingSheet, document: Document) -> None:
    sheet.show_page("run")
    row = sheet.rows["class_weights"]
    assert isinstance(row, ChoiceRow)
    assert row.isEnabled()
    row.combo.setCurrentIndex(row.combo.findText("Balanced"))
    row.combo.activated.emit(row.combo.currentIndex())
    assert document.project.training.class_weights == "balanced"
    assert marks(document.project.training) == ("balanced classes",)
    assert "Σ w l / Σ w" in sheet._note.text()
    room = row.combo.width() - row.combo.fontMetrics().horizontalAdvance("Balanced")
    assert room >= SPARE, "the choice is not elided"
    document.undo_stack.undo()
    assert document.project.training.class_weights == "none"
    assert "Σ" not in sheet._note.text()
    document.set_training(loss="mean_squared_error")
    assert "class_weights" in sheet.rows
    document.set_data(DataSpec(source="plane"), values(DataSpec()))
    assert not sheet.rows["class_weights"].isEnabled()
    assert "no classes" in sheet.rows["class_weights"].toolTip()
    document.set_training(loss="huber")
    assert "class_weights" not in sheet.rows


def test_tabs_tell_where_something_is_on(sheet: TrainingSheet, document: Document) -> None:
    document.set_training(clip_value=2.0)
    assert sheet.tabs.button("update").text() == "Update •"
    assert sheet.tabs.button("stopping").text() == "Stopping"
    assert sheet.tabs.button("update").accessibleDescription() == "1 on"


def test_it_lies_inside_the_window_and_closes_on_escape(
    qtbot: QtBot, sheet: TrainingSheet
) -> None:
    window = sheet.parentWidget()
    assert window is not None
    for size in ((1000, 700), (500, 300)):
        window.resize(*size)
        qtbot.waitUntil(lambda: window.rect().contains(sheet.geometry()))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    sheet.take_focus()
    with qtbot.waitSignal(sheet.closed):
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_escape_closes_it_from_anywhere_but_first_takes_back_what_is_being_typed(
    qtbot: QtBot, sheet: TrainingSheet, document: Document
) -> None:
    window = sheet.parentWidget()
    assert window is not None
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    sheet.show_page("run")
    row = number_row(sheet, "seed")
    seed = document.project.training.seed
    qtbot.mouseClick(row.number, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(row.number, "77")
    qtbot.keyClick(row.number, Qt.Key.Key_Escape)
    assert sheet.isVisible()
    assert row.number.text() == str(seed)
    qtbot.keyClick(row.number, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert document.project.training.seed == seed
    sheet.show()
    window.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not sheet.isVisible(), "the keyboard need not be inside"


def test_every_control_has_a_name_and_an_explanation(
    sheet: TrainingSheet, document: Document
) -> None:
    document.set_training(schedule=ScheduleSpec("one_cycle"), clip_norm=1.0)
    for page in PAGES:
        sheet.show_page(page.key)
        for row in sheet.rows.values():
            assert row.setting.field.help in row.toolTip()
            for control in row.findChildren(QWidget, options=DIRECT):
                if control.focusPolicy() & Qt.FocusPolicy.TabFocus:
                    text = getattr(control, "text", str)
                    assert control.accessibleName() or text()
            assert not [label for label in row.findChildren(QLabel) if label.buddy() is None
                        and label.text() and label.text() != row.setting.field.unit]


def test_marks_are_in_the_order_of_the_pages() -> None:
    training = TrainingSpec(
        schedule=ScheduleSpec("step"), clip_norm=0.5, steps=20000, label_smoothing=0.1,
        stopping=StoppingSpec(patience=5, accuracy=0.9),
        augmentation=AugmentationSpec(flip=True, rotation=15.0))
    assert marks(training) == ("Step decay", "clip norm 0.5", "to accuracy 0.9", "patience 5",
                               "20,000 steps", "rotation 15", "flip", "label smoothing 0.1")
    assert marks(replace(training, schedule=ScheduleSpec()))[0] == "clip norm 0.5"
