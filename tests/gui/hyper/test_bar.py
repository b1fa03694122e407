"""The hyper-parameters: what the controls show and what they do to the document."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine.layers import LOSSES, OPTIMIZERS
from engine.spec import ScheduleSpec, StoppingSpec, TrainingSpec, default_project
from gui.document.document import Document
from gui.hyper.bar import HyperBar
from gui.widgets import LabelledCombo
from gui.widgets.number_box import NumberBox, parsed, written
from tests.gui.workbench.conftest import two_clouds


@pytest.fixture
def document(qapp: Any) -> Document:
    """Return a document that leaves all to its default, as TensorFlow Playground has it."""
    project = replace(default_project(), training=TrainingSpec())
    return Document(project, load_data=two_clouds)


@pytest.fixture
def bar(qtbot: QtBot, document: Document) -> HyperBar:
    bar = HyperBar(document)
    qtbot.addWidget(bar)
    bar.show()
    return bar


def choose(combo: LabelledCombo, key: str) -> None:
    """Do what a person's click on an entry of the list does."""
    combo.set_value(key)
    combo.combo.activated.emit(combo.combo.currentIndex())


def type_into(qtbot: QtBot, line: Any, text: str) -> None:
    line.selectAll()
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)


def test_what_nobody_chose_is_as_tensorflow_playground_has_it(bar: HyperBar) -> None:
    assert bar.rate.number() == 0.03
    assert bar.rate.line.text() == "0.03"
    assert bar.batch.combo.currentText() == "10"
    assert bar.penalty.combo.currentText() == "None"
    assert not bar.penalty_rate.isVisible()
    ladder = [bar.rate.combo.itemText(i) for i in range(bar.rate.combo.count())]
    assert [parsed(text) for text in ladder] == [
        1e-5, 1e-4, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]


def test_the_learning_rate_can_be_chosen_or_typed(
    qtbot: QtBot, bar: HyperBar, document: Document
) -> None:
    choose(bar.rate, repr(0.3))
    assert document.project.training.learning_rate == 0.3
    type_into(qtbot, bar.rate.line, "0,025")
    assert document.project.training.learning_rate == 0.025
    assert bar.rate.line.text() == "0.025"
    choose(bar.rate, repr(0.3))
    assert document.project.training.learning_rate == 0.3
    document.undo_stack.undo()
    assert bar.rate.number() == 0.025


@pytest.mark.parametrize("text", ["", "fast", "-1", "nan", "inf"])
def test_a_rate_that_is_no_rate_is_put_back(
    qtbot: QtBot, bar: HyperBar, document: Document, text: str
) -> None:
    with qtbot.waitSignal(bar.refused):
        bar.rate.line.clear()
        type_into(qtbot, bar.rate.line, text)
    assert document.project.training.learning_rate == 0.03
    assert bar.rate.line.text() == "0.03"


def test_another_optimizer_brings_its_usual_rate_if_nobody_chose_one(
    bar: HyperBar, document: Document
) -> None:
    choose(bar.optimizer, "adam")
    training = document.project.training
    assert training.optimizer.kind == "adam"
    assert training.learning_rate == OPTIMIZERS["adam"].learning_rate
    assert document.undo_stack.count() == 1
    document.set_training(learning_rate=0.1)
    choose(bar.optimizer, "rmsprop")
    assert document.project.training.learning_rate == 0.1


def test_batch_size_and_full_batch(bar: HyperBar, document: Document) -> None:
    choose(bar.batch, "64")
    assert document.project.training.batch_size == 64
    choose(bar.batch, "0")
    assert document.project.training.batch_size == 0
    assert bar.batch.combo.currentText() == "Full"
    document.set_training(batch_size=77)
    assert bar.batch.combo.currentText() == "77"


def test_only_losses_that_fit_are_offered(bar: HyperBar, document: Document) -> None:
    fitting = [loss.title for loss in LOSSES.values() if "classification" in loss.tasks]
    assert [bar.loss.combo.itemText(i) for i in range(bar.loss.combo.count())] == fitting
    choose(bar.loss, "mean_squared_error")
    assert document.project.training.loss == "mean_squared_error"


def test_penalties(qtbot: QtBot, bar: HyperBar, document: Document) -> None:
    choose(bar.penalty, "l2")
    assert document.project.training.l2 == 0.001
    assert bar.penalty_rate.isVisible()
    choose(bar.penalty_rate, repr(0.03))
    assert document.project.training.l2 == 0.03
    choose(bar.penalty, "l1")
    assert (document.project.training.l1, document.project.training.l2) == (0.03, 0.0)
    choose(bar.penalty, "none")
    assert (document.project.training.l1, document.project.training.l2) == (0.0, 0.0)
    document.set_training(l1=0.1, l2=0.2)
    assert bar.penalty.combo.currentText() == "L1 + L2"


def test_what_else_is_on_is_told_as_far_as_there_is_room(
    qtbot: QtBot, bar: HyperBar, document: Document
) -> None:
    button = bar.more.button
    assert button.text() == ""
    document.set_training(clip_norm=1.0, schedule=ScheduleSpec("cosine"),
                          stopping=StoppingSpec(patience=10))
    assert button.accessibleDescription() == "Cosine, clip norm 1, patience 10"
    assert "Cosine · clip norm 1 · patience 10" in button.toolTip()
    button.resize(button.sizeHint())
    assert button.text() == "3"
    qtbot.waitUntil(lambda: bar.maximumWidth() > bar.sizeHint().width() + 100)
    button.resize(120, button.height())
    assert button.text() == "Cosine +2"
    button.resize(button.maximumSize())
    assert button.text() == "Cosine · clip norm 1 · patience 10"
    document.undo_stack.undo()
    assert button.text() == ""


def test_the_button_asks_for_the_further_settings(qtbot: QtBot, bar: HyperBar) -> None:
    with qtbot.waitSignal(bar.more.requested) as asked:
        qtbot.mouseClick(bar.more.button, Qt.MouseButton.LeftButton)
    assert asked.args == [True]
    bar.more.show_closed()
    assert not bar.more.button.isChecked()


def test_numbers_are_written_as_they_are_read() -> None:
    for number in (0.0, 0.03, 1e-5, 1 / 3, 12345.678, 1e-8, 4294967295.0):
        assert parsed(written(number)) == number


def test_a_number_box_is_silent_when_nothing_changed(qtbot: QtBot) -> None:
    box = NumberBox("N", lambda _value: None)
    qtbot.addWidget(box)
    box.set_value(0.5)
    with qtbot.assertNotEmitted(box.edited):
        type_into(qtbot, box, "0.50")


def test_the_default_project_is_the_one_shown(qtbot: QtBot) -> None:
    document = Document(load_data=two_clouds)
    bar = HyperBar(document)
    qtbot.addWidget(bar)
    assert document.project == default_project()
    assert bar.rate.number() == default_project().training.learning_rate
    assert bar.optimizer.combo.currentText() == "Adam"


def test_what_the_other_run_has_otherwise_is_marked(bar: HyperBar, document: Document) -> None:
    tip = bar.rate.toolTip()
    project = document.project
    training = replace(project.training, learning_rate=0.3, l2=0.01)
    document.begin_pair(replace(project, training=training), "try")
    assert bar.rate.label.text() == "Learning rate •"
    assert bar.rate.toolTip() == f"{tip}<!-- of the other run --><p><b>A: 0.03</b></p>"
    assert bar.rate.combo.accessibleDescription() == "A: 0.03"
    assert bar.penalty.toolTip().endswith("<b>A: None</b></p>")
    assert bar.optimizer.label.text() == "Optimizer"
    document.edit_second(False)
    assert "<b>B: 0.3</b>" in bar.rate.toolTip()
    assert "<b>B: L2 0.01</b>" in bar.penalty.toolTip()
    document.set_training(learning_rate=0.3)
    assert bar.rate.label.text() == "Learning rate"
    assert bar.rate.toolTip() == tip
    document.drop_second()
    assert bar.penalty.label.text() == "Regularization"
    document.undo_stack.clear()
