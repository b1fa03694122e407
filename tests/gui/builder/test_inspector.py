from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QSpinBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

import engine.layers.registry as registry
from engine.layers import Choice, Field, LayerKind, Options, Shape, kind, kinds
from engine.layers.kind import Lowering
from engine.spec import LayerSpec
from engine.telemetry.snapshot import LayerReading
from gui import theme
from gui.builder.field_editors import ChoiceEditor, NumberEditor, SwitchEditor
from gui.builder.figures import figure_texts
from gui.builder.inspector import Inspector, advised_weights
from gui.builder.palette import LayerPalette
from gui.document.document import Document
from gui.document.slider_stops import slider_stops
from tests.gui.documents import FakeRun


class Echo(LayerKind):
    """A kind that nothing in the window has heard of."""

    key = "echo"
    title = "Echo"
    help = "Repeats."
    icon = "copy"
    fields = (
        Field("times", "Times", 3, "How often.", 1, 1000, logarithmic=True),
        Field("gain", "Gain", 0.5, "How loud.", 0.0, 1.0),
        Field("loud", "Loud", False, "Whether."),
        Field("mode", "Mode", "near", "Which.", choices=(Choice("near", "Near", "n."),
                                                          Choice("far", "Far", "f."))),
        Field("distance", "Distance", 2.0, "How far.", 0.0, 100.0, logarithmic=True,
              shown_when=("mode", ("far",))),
    )

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        return inputs[0]

    def lower(self, options: Options, plan: Lowering) -> None:
        plan.result(plan.inputs[0])


@pytest.fixture
def with_echo(monkeypatch: pytest.MonkeyPatch) -> None:
    echo = Echo()
    monkeypatch.setattr(registry, "_KINDS", (*registry._KINDS, echo))
    monkeypatch.setitem(registry._BY_KEY, "echo", echo)


@pytest.fixture
def inspector(qtbot: QtBot, document: Document) -> Inspector:
    inspector = Inspector(document)
    qtbot.addWidget(inspector)
    inspector.show()
    return inspector


def number(inspector: Inspector, key: str) -> NumberEditor:
    editor = inspector.editors[key]
    assert isinstance(editor, NumberEditor)
    return editor


def options(document: Document, layer_id: str) -> dict[str, Any]:
    layer = document.project.network.layer(layer_id)
    return dict(kind(layer.kind).options(layer))


@pytest.mark.parametrize("key", [k.key for k in kinds() if k.insertable])
def test_every_kind_has_a_form(inspector: Inspector, document: Document, key: str) -> None:
    layer_id = document.add_layer(key)
    shown = options(document, layer_id)
    fields = kind(key).fields
    assert list(inspector.editors) == [field.key for field in fields]
    for field in fields:
        editor = inspector.editors[field.key]
        visible = field.shown_when is None or shown[field.shown_when[0]] in field.shown_when[1]
        assert editor.isVisible() == visible
        assert field.help.split(".")[0] in editor.toolTip()


@pytest.mark.usefixtures("with_echo")
def test_a_new_kind_appears_by_itself(qtbot: QtBot, document: Document) -> None:
    palette = LayerPalette()
    qtbot.addWidget(palette)
    chip = next(chip for chip in palette.chips if chip.text() == "Echo")
    palette.insert_requested.connect(document.add_layer)
    qtbot.keyClick(chip, Qt.Key.Key_Return)
    layer_id = document.selected
    assert document.project.network.layer(layer_id).kind == "echo"
    inspector = Inspector(document)
    qtbot.addWidget(inspector)
    inspector.show()
    assert not inspector.editors["distance"].isVisible()
    mode = inspector.editors["mode"]
    assert isinstance(mode, ChoiceEditor)
    mode.combo.combo.setCurrentIndex(1)
    mode.combo.combo.activated.emit(1)
    assert inspector.editors["distance"].isVisible()
    loud = inspector.editors["loud"]
    assert isinstance(loud, SwitchEditor)
    loud.box.click()
    number(inspector, "gain").spin.setValue(0.25)
    number(inspector, "times").spin.setValue(100)
    assert options(document, layer_id) == {
        "times": 100, "gain": 0.25, "loud": True, "mode": "far", "distance": 2.0}
    assert type(options(document, layer_id)["times"]) is int


def test_form_follows_document_and_selection(inspector: Inspector, document: Document) -> None:
    spin = number(inspector, "units").spin
    assert isinstance(spin, QSpinBox)
    assert spin.value() == 4
    document.set_option("dense-1", "units", 33)
    assert spin.value() == 33
    document.undo_stack.undo()
    assert spin.value() == 4
    document.select("dense-2")
    assert number(inspector, "units").spin.value() == 2
    assert inspector.title.text() == "Dense 2 · Tanh"
    assert inspector.place.text() == "layer 2"
    assert document.undo_stack.index() == 0


def begin_typing(qtbot: QtBot, inspector: Inspector, typed: str) -> None:
    inspector.activateWindow()
    line = number(inspector, "units").spin.lineEdit()
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    line.selectAll()
    qtbot.keyClicks(line, typed)


@pytest.mark.parametrize("another", ["prelu", "dense"])
def test_what_is_typed_goes_to_its_layer_when_another_is_selected(
    qtbot: QtBot, inspector: Inspector, document: Document, another: str
) -> None:
    layer_id = document.add_layer(another)
    before = options(document, layer_id)
    document.select("dense-1")
    begin_typing(qtbot, inspector, "7")
    document.select(layer_id)
    assert options(document, "dense-1")["units"] == 7
    assert options(document, layer_id) == before
    assert document.undo_stack.undoText()
    assert inspector._layer_id == document.selected == layer_id


def test_what_is_typed_goes_nowhere_when_its_layer_is_gone(
    qtbot: QtBot, inspector: Inspector, document: Document
) -> None:
    refused: list[str] = []
    inspector.refused.connect(refused.append)
    layer_id = document.add_layer("prelu")
    document.select("dense-1")
    begin_typing(qtbot, inspector, "7")
    document.remove_layer("dense-1")
    document.select(layer_id)
    assert all(layer.options.get("units") != 7 for layer in document.project.network)
    assert not refused


def test_a_press_that_comes_too_late_changes_no_other_layer(
    inspector: Inspector, document: Document
) -> None:
    # As when what was typed is taken over by the press, and the form becomes another one meanwhile.
    document.select("dense-1")
    bias = inspector.editors["bias"]
    assert isinstance(bias, SwitchEditor)
    document.select(document.add_layer("prelu"))
    before = document.project
    bias.box.click()
    assert document.project == before


def test_slider_drag_is_one_undo_step(inspector: Inspector, document: Document) -> None:
    track = number(inspector, "units").track
    track.setSliderDown(True)
    for position in (8, 9, 12, 20):
        track.setSliderPosition(position)
    track.setSliderDown(False)
    assert options(document, "dense-1")["units"] == slider_stops(kind("dense").fields[0])[20]
    assert document.undo_stack.count() == 1
    track.setSliderDown(True)
    track.setSliderPosition(3)
    track.setSliderDown(False)
    assert document.undo_stack.count() == 2


def test_key_presses_in_a_row_are_one_step(inspector: Inspector, document: Document,
                                           qtbot: QtBot) -> None:
    track = number(inspector, "units").track
    for _ in range(3):
        qtbot.keyClick(track, Qt.Key.Key_Right)
    assert options(document, "dense-1")["units"] == 7
    assert document.undo_stack.count() == 1
    inspector._gesture.finish()
    qtbot.keyClick(track, Qt.Key.Key_Right)
    assert document.undo_stack.count() == 2


def test_apply_to_all_hidden_layers(inspector: Inspector, document: Document) -> None:
    document.set_option("dense-1", "activation", "relu")
    assert inspector.apply.isVisible()
    inspector.apply.click()
    assert options(document, "dense-2")["activation"] == "relu"
    document.select("output")
    assert not inspector.apply.isVisible()


def test_weights_are_advised_never_changed_silently(inspector: Inspector,
                                                    document: Document) -> None:
    assert not inspector.advice.isVisible()
    document.set_option("dense-1", "activation", "relu")
    assert options(document, "dense-1")["weights"] == "xavier_uniform"
    assert inspector.advice.text() == "Use He normal"
    inspector.advice.click()
    assert options(document, "dense-1")["weights"] == "he_normal"
    assert not inspector.advice.isVisible()
    document.set_option("dense-1", "activation", "sigmoid")
    assert inspector.advice.text() == "Use Xavier uniform"


def test_first_weights_are_tried_out_of_layers_that_draw_some(
    inspector: Inspector, document: Document, qtbot: QtBot
) -> None:
    drawing = next(layer.id for layer in document.project.network if layer.kind == "dense")
    document.select(drawing)
    assert inspector.first_weights.isVisible()
    with qtbot.waitSignal(inspector.first_weights_requested) as caught:
        inspector.first_weights.click()
    assert caught.args == [drawing]
    document.select(document.project.network.layers[0].id)
    assert not inspector.first_weights.isVisible()


@pytest.mark.parametrize(("activation", "weights", "advice"), [
    ("tanh", "lecun_normal", ""), ("relu", "he_uniform", ""), ("linear", "zeros", ""),
    ("relu", "orthogonal", ""), ("tanh", "zeros", "xavier_uniform"),
    ("gelu", "lecun_normal", "he_normal")])
def test_advice(activation: str, weights: str, advice: str) -> None:
    layer = LayerSpec("x", "dense", {"activation": activation, "weights": weights})
    assert advised_weights(kind("dense"), layer)[1] == advice


def test_live_numbers(inspector: Inspector, document: Document,
                      frame_of: Callable[..., Any]) -> None:
    inspector.show_frame(frame_of(document))
    texts = {key: label.text() for key, label in inspector.figures.items()}
    assert texts["fan"] == "2 → 4"
    assert texts["parameters"] == "12"
    # 2 x 4 products and 4 times tanh; back, the data need no gradient.
    assert texts["work"] == "12 · 12"
    assert texts["memory"] == "32 B"
    assert texts["activation"] == "0.5 ± 0.25"
    assert texts["saturated"] == "2 %"
    assert texts["gradient"] == "2.5e-04"
    assert texts["update"] == "−3"
    document.select("input")
    assert inspector.figures["gradient"].text() == "–"
    assert not inspector.remove.isVisible()
    inspector.set_run(FakeRun(2, document.project.network))
    document.select("dense-1")
    assert inspector.figures["gradient"].text() == "–"


def test_costs_follow_the_project(inspector: Inspector, document: Document) -> None:
    document.set_option("dense-1", "units", 8)
    assert inspector.figures["work"].text() == "24 · 24"
    document.set_training(precision="float64")
    assert inspector.figures["memory"].text() == "128 B"
    document.set_option("output", "units", 5)
    assert inspector.figures["work"].text() == inspector.figures["memory"].text() == "–"


def test_remove_button(inspector: Inspector, document: Document) -> None:
    inspector.remove.click()
    assert [layer.id for layer in document.project.network] == ["input", "dense-2", "output"]


def test_slider_stops() -> None:
    units = slider_stops(kind("dense").fields[0])
    assert units[:16] == tuple(map(float, range(1, 17)))
    assert {32.0, 64.0, 128.0, 512.0, 4096.0} <= set(units)
    assert units[-1] == 4096
    rate = slider_stops(Field("rate", "Rate", 0.2, minimum=0.0, maximum=0.95))
    assert rate[:3] == (0.0, 0.01, 0.02)
    assert rate[-1] == 0.95
    spread = slider_stops(Field("s", "S", 0.5, minimum=0.0, maximum=100.0, logarithmic=True))
    assert spread[0] == 0
    assert spread[-1] == 100
    assert list(spread) == sorted(set(spread))
    free = slider_stops(Field("n", "N", 5))
    assert free[0] < 0 < free[-1]


@pytest.mark.parametrize(("typed", "units", "told"), [
    ("99999", 16, "Units: '99999' is above 4096."),
    ("0", 16, "Units: '0' is below 1."),
    ("2.5", 16, "Units: '2.5' is not a whole number."),
    ("4096", 4096, ""), ("1e3", 1000, ""), ("1234567890123", 16, "above 4096"),
])
def test_a_number_beyond_its_limit_is_told_and_never_cut(
    qtbot: QtBot, inspector: Inspector, document: Document, typed: str, units: int, told: str
) -> None:
    document.select("dense-1")
    document.set_option("dense-1", "units", 16)
    refused: list[str] = []
    inspector.refused.connect(refused.append)
    line = number(inspector, "units").spin.lineEdit()
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    line.selectAll()
    qtbot.keyClicks(line, typed)
    assert line.text() == typed
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert options(document, "dense-1")["units"] == units
    assert line.text() == str(units)
    assert len(refused) == bool(told)
    assert told in "".join(refused)


@pytest.mark.usefixtures("with_echo")
def test_a_real_number_is_typed_as_people_write_it(
    qtbot: QtBot, inspector: Inspector, document: Document
) -> None:
    layer_id = document.add_layer("echo")
    refused: list[str] = []
    inspector.refused.connect(refused.append)
    line = number(inspector, "gain").spin.lineEdit()
    for typed, gain in (("0,25", 0.25), ("1e-3", 0.001), ("7", 0.001)):
        line.selectAll()
        qtbot.keyClicks(line, typed)
        qtbot.keyClick(line, Qt.Key.Key_Return)
        assert options(document, layer_id)["gain"] == gain
    assert refused == ["Gain: '7' is above 1."]


def test_what_is_wrong_with_a_layer_is_told_in_full(
    inspector: Inspector, document: Document
) -> None:
    document.select("output")
    assert not inspector.issue.isVisible()
    document.set_option("output", "units", 5)
    assert inspector.issue.isVisible()
    assert inspector.issue.text() == document.issues[0].text
    document.set_option("output", "units", 2)
    assert not inspector.issue.isVisible()


def test_tab_goes_down_the_form_then_to_the_buttons(qtbot: QtBot, document: Document) -> None:
    window, before, after = QWidget(), QPushButton("before"), QPushButton("after")
    inspector = Inspector(document)
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    for part in (before, inspector, after):
        column.addWidget(part)
    window.show()
    for layer_id in ("dense-1", document.add_layer("dropout"), "dense-2"):
        document.select(layer_id)
        form = [stop for editor in inspector.editors.values() for stop in editor.controls()]
        wanted = [before, *form, inspector.advice, inspector.first_weights, inspector.apply,
                  *inspector.extras.controls(),
                  inspector.remove, after]
        assert tab_stops(window) == [stop for stop in wanted if stop.isVisible()]


def tab_stops(window: QWidget) -> list[QWidget]:
    """Return what Tab comes to, first to last."""
    found: list[QWidget] = []
    widget = window.nextInFocusChain()
    while widget is not None and widget is not window:
        stops_here = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not widget.focusProxy()
        if stops_here and widget.isVisible():
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found


def test_live_numbers_never_ask_for_room(inspector: Inspector, document: Document) -> None:
    narrowest = inspector.minimumSizeHint().width()
    assert narrowest <= theme.px(200)
    inspector.figures["activation"].setText("−2.0e+08 ± 3.4e+37 and much more than that")
    assert inspector.minimumSizeHint().width() == narrowest
    reading = LayerReading("x", activation_mean=-2.01e8, activation_std=3.37e37,
                           update_ratio=-9.5)
    texts = figure_texts(None, reading)
    assert texts["activation"] == "−2.0e+08 ± 3.4e+37"
    assert texts["update"] == "−9.5"


def test_a_negative_number_is_written_with_a_minus_and_read_again(
        inspector: Inspector, document: Document) -> None:
    spin = number(inspector, "initial_bias").spin
    spin.setValue(-9.5)
    assert spin.text() == "−9.5"
    spin.lineEdit().setText("−2.25")
    spin.interpretText()
    assert options(document, "dense-1")["initial_bias"] == -2.25


def test_a_refused_edit_is_told_and_the_form_shows_what_is(
        inspector: Inspector, document: Document, qtbot: QtBot) -> None:
    with qtbot.waitSignal(inspector.refused) as refused:
        assert not inspector.attempt(lambda: document.set_option("dense-1", "units", 0))
    assert "Units" in refused.args[0]
    assert inspector.attempt(lambda: document.set_option("dense-1", "units", 5))
