"""What the inspector offers beside a layer's options: inputs, freezing, penalties."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QListWidgetItem
from pytestqt.qtbot import QtBot

from engine.spec import LayerSpec, NetworkSpec
from gui.builder.inspector import Inspector
from gui.document.document import Document
from gui.window.keys import keys_of

NETWORK = NetworkSpec((
    LayerSpec("in", "input"), LayerSpec("a", "dense", {"units": 8}),
    LayerSpec("wide", "dense", {"units": 9}), LayerSpec("b", "dense", {"units": 8}),
    LayerSpec("c", "dense", {"units": 8}), LayerSpec("sum", "add", {}, ("c", "a")),
    LayerSpec("out", "dense", {"units": 2})))


@pytest.fixture
def inspector(qtbot: QtBot, document: Document) -> Inspector:
    inspector = Inspector(document)
    qtbot.addWidget(inspector)
    document.load_project(replace(document.project, network=NETWORK))
    document.select("sum")
    inspector.resize(222, 600)
    inspector.show()
    return inspector


def lines(inspector: Inspector) -> list[QListWidgetItem]:
    return [inspector.inputs.list.item(n) for n in range(inspector.inputs.list.count())]


def checked(inspector: Inspector) -> list[bool]:
    return [item.checkState() is Qt.CheckState.Checked for item in lines(inspector)]


def click(qtbot: QtBot, inspector: Inspector, line: int) -> None:
    view = inspector.inputs.list
    spot = view.visualItemRect(view.item(line)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def inputs(document: Document, layer_id: str = "sum") -> tuple[str, ...]:
    return document.project.network.layer(layer_id).inputs


def test_a_join_lists_the_layers_before_it(inspector: Inspector, document: Document) -> None:
    assert inspector.inputs.isVisible()
    assert [item.text() for item in lines(inspector)] == [
        "4 · Dense 8 · Tanh → 8", "3 · Dense 8 · Tanh → 8", "2 · Dense 9 · Tanh → 9",
        "1 · Dense 8 · Tanh → 8", "Input · 2 features → 2"]
    assert checked(inspector) == [True, False, False, True, False]
    enabled = [bool(item.flags() & Qt.ItemFlag.ItemIsEnabled) for item in lines(inspector)]
    assert enabled == [True, True, False, True, False]
    tip = lines(inspector)[2].toolTip()
    assert "Does not fit: inputs of shapes 9, 8; expected one shape" in tip
    document.select("a")
    assert not inspector.inputs.isVisible()


def test_a_click_chooses_and_undo_takes_it_back(qtbot: QtBot, inspector: Inspector,
                                                document: Document) -> None:
    click(qtbot, inspector, 1)
    qtbot.waitUntil(lambda: inputs(document) == ("c", "a", "b"))
    assert checked(inspector) == [True, True, False, True, False]
    click(qtbot, inspector, 3)
    qtbot.waitUntil(lambda: inputs(document) == ("c", "b"))
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert checked(inspector) == [True, False, False, True, False]
    assert inputs(document) == ("c", "a")


def test_what_does_not_fit_cannot_be_chosen(qtbot: QtBot, inspector: Inspector,
                                            document: Document) -> None:
    click(qtbot, inspector, 2)
    inspector.inputs.list.setCurrentRow(2)
    qtbot.keyClick(inspector.inputs.list, Qt.Key.Key_Return)
    qtbot.wait(1)
    assert document.undo_stack.count() == 0
    assert checked(inspector) == [True, False, False, True, False]


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_keys_choose(qtbot: QtBot, inspector: Inspector, document: Document,
                     key: Qt.Key) -> None:
    view = inspector.inputs.list
    assert "Space" in keys_of(view)
    view.setFocus()
    view.setCurrentRow(0)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, key)
    qtbot.waitUntil(lambda: inputs(document) == ("c", "a", "b"))


def test_an_input_that_stands_below_can_be_let_go(qtbot: QtBot, inspector: Inspector,
                                                  document: Document) -> None:
    document.move_layer("a", 5)
    document.select("sum")
    item = lines(inspector)[-1]
    assert "does not stand before" in item.toolTip()
    click(qtbot, inspector, len(lines(inspector)) - 1)
    qtbot.waitUntil(lambda: inputs(document) == ("c",))
    assert len(lines(inspector)) == 4


def test_a_layer_of_one_input_offers_those_before_it(inspector: Inspector,
                                                     document: Document) -> None:
    document.select("b")
    source = inspector.extras.source
    combo = source.combo
    assert [combo.itemText(n) for n in range(combo.count())] == [
        "Layer above", "1 · Dense 8 · Tanh → 8", "Input · 2 features → 2"]
    assert source.value() == ""
    assert not inspector.extras.is_open()
    combo.setCurrentIndex(1)
    combo.activated.emit(1)
    assert inputs(document, "b") == ("a",)
    assert inspector.extras.is_open()
    assert "no layer reads its output" in document.issues[0].text
    document.undo_stack.undo()
    assert source.value() == ""
    document.select("a")
    assert [combo.itemText(n) for n in range(combo.count())] == ["Layer above"]


def test_a_source_of_another_form_is_disabled(inspector: Inspector, document: Document) -> None:
    project = replace(document.project, network=NetworkSpec((
        LayerSpec("in", "input"), LayerSpec("fold", "reshape", {
            "height": 1, "width": 2, "channels": 1}),
        LayerSpec("flat", "flatten"), LayerSpec("out", "dense", {"units": 2}))))
    document.load_project(project)
    document.select("out")
    model = inspector.extras.source.combo.model()
    assert isinstance(model, QStandardItemModel)
    assert [model.item(n).isEnabled() for n in range(3)] == [True, False, True]
    assert "Does not fit" in model.item(1).toolTip()


def test_freezing_and_letting_learn(inspector: Inspector, document: Document) -> None:
    document.select("a")
    extras = inspector.extras
    assert not extras.freeze.isVisible()
    extras.header.click()
    assert extras.freeze.isVisible()
    extras.freeze.click()
    assert document.project.network.layer("a").frozen
    extras.freeze.click()
    assert not document.project.network.layer("a").frozen
    assert document.undo_stack.count() == 2
    document.undo_stack.undo()
    assert extras.freeze.isChecked()
    document.select("b")
    assert extras.is_open()
    assert not extras.freeze.isChecked()


def test_penalties_are_those_of_the_training_until_a_layer_has_its_own(
    inspector: Inspector, document: Document,
) -> None:
    document.select("a")
    inspector.extras.header.click()
    penalty = inspector.extras.penalties["l2"]
    assert penalty.isVisible()
    document.set_training(l2=0.003)
    assert penalty.value() == ""
    assert "As training: λ = 0.003" in penalty.toolTip()
    line = penalty.combo.findText("0.01")
    penalty.combo.setCurrentIndex(line)
    penalty.combo.activated.emit(line)
    assert document.project.network.layer("a").l2 == 0.01
    document.set_layer("a", l2=0.02)
    assert penalty.combo.currentText() == "0.02"
    penalty.combo.setCurrentIndex(0)
    penalty.combo.activated.emit(0)
    assert document.project.network.layer("a").l2 is None
    for _ in range(3):
        document.undo_stack.undo()
    assert document.project.network.layer("a").l2 is None


def test_weight_decay_is_offered_where_the_optimizer_has_it(inspector: Inspector,
                                                            document: Document) -> None:
    document.select("a")
    inspector.extras.header.click()
    decay = inspector.extras.penalties["weight_decay"]
    assert not decay.isVisible()
    document.set_part("optimizer", kind="adamw")
    assert decay.isVisible()


def test_what_learns_nothing_has_nothing_to_freeze(inspector: Inspector,
                                                   document: Document) -> None:
    layer_id = document.add_layer("dropout", 2)
    document.select(layer_id)
    inspector.extras.header.click()
    assert inspector.extras.source.isVisible()
    assert not inspector.extras.freeze.isVisible()
    assert not any(combo.isVisible() for combo in inspector.extras.penalties.values())
    document.select("in")
    assert not inspector.extras.isVisible()
    document.select("sum")
    assert not inspector.extras.isVisible()
    document.set_inputs("sum", ())
    assert document.issues != ()
    assert not inspector.extras.isVisible()
    document.select("out")
    assert inspector.extras.freeze.isVisible()


def test_special_layers_show_why_at_once(inspector: Inspector, document: Document) -> None:
    document.set_layer("b", l1=0.1)
    document.select("a")
    assert not inspector.extras.is_open()
    document.select("b")
    assert inspector.extras.is_open()
    assert inspector.extras.penalties["l1"].isVisible()
    document.select("a")
    assert not inspector.extras.is_open()


def test_a_long_list_is_as_high_as_a_few_lines(inspector: Inspector, document: Document) -> None:
    short = inspector.inputs.list.height()
    document.repeat_layer("a", 30)
    document.select("sum")
    assert len(lines(inspector)) == 35
    assert inspector.inputs.list.height() < 2 * short
    assert inspector.inputs.list.itemAt(QPoint(30, 5)) is lines(inspector)[0]


def test_the_keyboard_stays_where_it_is_after_an_edit(qtbot: QtBot, inspector: Inspector,
                                                      document: Document) -> None:
    inspector.activateWindow()
    view, extras = inspector.inputs.list, inspector.extras
    view.setFocus()
    assert lines(inspector)[0].isSelected()
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: inputs(document) == ("c", "a", "b"))
    assert view.hasFocus()
    assert view.currentRow() == 1
    inspector.remove.setFocus()
    assert view.selectedItems() == []
    document.select("a")
    extras.header.click()
    extras.freeze.setFocus()
    qtbot.keyClick(extras.freeze, Qt.Key.Key_Space)
    assert document.project.network.layer("a").frozen
    assert extras.freeze.hasFocus()
