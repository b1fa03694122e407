"""Small controls: what they show, what they emit, and that the keyboard reaches them."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QCursor, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QPushButton,
    QStyle,
    QStyleOptionComboBox,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

import gui.widgets
from gui import theme
from gui.widgets import (
    Badge,
    Button,
    CalmDoubleSpinBox,
    CalmSpinBox,
    Card,
    ElidedLabel,
    FlowLayout,
    IconButton,
    LabelledCombo,
    LabelledSlider,
    MessageBar,
    PrimaryButton,
    Segmented,
    StatReadout,
    StatusGlyph,
    Toast,
    ViewCard,
    even_stops,
    plain_number,
)


def wheel(widget: QWidget) -> None:
    nowhere = QPoint(0, 0)
    event = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), nowhere, QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(widget, event)


def test_segmented_emits_once_for_a_new_choice(app: QApplication, qtbot: QtBot) -> None:
    row = Segmented([("a", "First"), ("b", "Second"), "c"])
    qtbot.addWidget(row)
    chosen: list[str] = []
    row.selected.connect(chosen.append)
    assert row.current() == "a"
    row.button("b").click()
    row.button("b").click()
    assert chosen == ["b"]
    assert row.button("b").isChecked()
    assert not row.button("a").isChecked()


def test_segmented_by_keyboard_has_one_tab_stop(app: QApplication, qtbot: QtBot) -> None:
    row = Segmented(["a", "b", "c"])
    qtbot.addWidget(row)
    row.show()
    row.button("a").setFocus()
    qtbot.keyClick(row.button("a"), Qt.Key.Key_Right)
    assert row.current() == "b"
    qtbot.keyClick(row.button("b"), Qt.Key.Key_Left)
    qtbot.keyClick(row.button("a"), Qt.Key.Key_Left)
    assert row.current() == "c"
    stops = [k for k in row.options() if row.button(k).focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert stops == ["c"]


def test_segmented_keeps_its_choice_when_options_change(app: QApplication, qtbot: QtBot) -> None:
    row = Segmented(["a", "b"])
    qtbot.addWidget(row)
    row.set_current("b")
    row.set_options(["b", "c"])
    assert row.current() == "b"
    row.set_options(["x"])
    assert row.current() == "x"
    row.set_options([])
    assert row.current() == ""


def test_slider_emits_for_people_and_not_for_code(app: QApplication, qtbot: QtBot) -> None:
    slider = LabelledSlider("Noise", even_stops(0, 50, 5), 10)
    qtbot.addWidget(slider)
    seen: list[float] = []
    slider.value_changed.connect(seen.append)
    slider.set_value(20)
    assert seen == []
    qtbot.keyClick(slider.slider, Qt.Key.Key_Right)
    assert seen == [25.0]
    assert slider.value_text() == "25"


def test_slider_keeps_a_value_between_its_steps(app: QApplication, qtbot: QtBot) -> None:
    slider = LabelledSlider("Rate", (0.01, 0.03, 0.1), 0.02, unit="s")
    qtbot.addWidget(slider)
    assert slider.value() == 0.02
    assert slider.value_text() == "0.02 s"
    slider.slider.setValue(2)
    assert slider.value() == 0.1


def test_wheel_over_a_control_changes_nothing(app: QApplication) -> None:
    owner = LabelledSlider("Noise", even_stops(0, 50, 5), 10)
    combo = LabelledCombo("Loss", ["a", "b"])
    wheel(owner.slider)
    wheel(combo.combo)
    whole, real = CalmSpinBox(), CalmDoubleSpinBox()
    wheel(whole)
    wheel(real)
    assert whole.value() == real.value() == 0
    assert owner.value() == 10
    assert combo.value() == "a"


def test_a_choice_without_room_ends_in_dots(app: QApplication, qtbot: QtBot) -> None:
    owner = LabelledCombo("Loss", ["Mean squared error"])
    qtbot.addWidget(owner)
    combo, option = owner.combo, QStyleOptionComboBox()
    combo.setFixedWidth(100)
    owner.grab()
    combo.initStyleOption(option)
    room = combo.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option,
                                        QStyle.SubControl.SC_ComboBoxEditField, combo).width()
    dotted = combo.fontMetrics().elidedText(combo.currentText(), Qt.TextElideMode.ElideRight,
                                            room - 2)
    assert dotted.endswith("…")
    pictures = [combo.grab().toImage()]
    combo.setItemText(0, dotted)
    pictures.append(combo.grab().toImage())
    assert pictures[0] == pictures[1]


def test_combo_speaks_in_keys(app: QApplication, qtbot: QtBot) -> None:
    combo = LabelledCombo("Activation", [("tanh", "Tanh"), ("relu", "ReLU")])
    qtbot.addWidget(combo)
    seen: list[str] = []
    combo.value_changed.connect(seen.append)
    combo.set_value("relu")
    assert (combo.value(), combo.combo.currentText(), seen) == ("relu", "ReLU", [])
    qtbot.keyClick(combo.combo, Qt.Key.Key_Up)
    assert seen == ["tanh"]
    combo.set_value("unknown")
    assert combo.value() == "tanh"
    assert combo.combo.accessibleName() == "Activation"


@pytest.mark.parametrize(("value", "text"), [
    (0.0, "0"), (0.03, "0.03"), (10.0, "10"), (1234.0, "1,230"), (1e-5, "1.00e-5"),
    (2.5e7, "2.50e7"), (-0.5, "-0.5"), (100.0, "100"),
])
def test_plain_numbers(value: float, text: str) -> None:
    assert plain_number(value) == text


def test_elided_label_offers_the_whole_as_tooltip(app: QApplication, qtbot: QtBot) -> None:
    label = ElidedLabel("A rather long sentence about a layer")
    qtbot.addWidget(label)
    label.resize(60, 20)
    label.show()
    assert label.toolTip() == label.text()
    label.resize(600, 20)
    assert label.toolTip() == ""
    assert label.minimumSizeHint().width() < label.sizeHint().width()


def test_short_text_stands_where_the_whole_has_no_room(app: QApplication, qtbot: QtBot) -> None:
    label = ElidedLabel("Gradient RMS by layer")
    qtbot.addWidget(label)
    label.set_short("Gradients")
    label.resize(label.sizeHint())
    label.show()
    assert label.shown() == "Gradient RMS by layer"
    label.resize(label.minimumSizeHint())
    assert label.shown() == "Gradients"
    assert label.toolTip() == "Gradient RMS by layer"
    assert label.fontMetrics().horizontalAdvance("Gradients") <= label.width()


@pytest.mark.parametrize("make", [CalmSpinBox, CalmDoubleSpinBox])
def test_text_of_a_spin_box_keeps_off_its_border(
    app: QApplication, qtbot: QtBot, make: type[CalmSpinBox | CalmDoubleSpinBox]
) -> None:
    box = make()
    qtbot.addWidget(box)
    box.show()
    assert box.lineEdit().textMargins().left() == 8
    theme.set_scale(app, 1.5)
    assert box.lineEdit().textMargins().left() == 12


def test_every_spin_box_of_the_window_is_a_calm_one() -> None:
    """A plain one would write its text onto its own border."""
    root = Path(gui.widgets.__file__).parents[1]
    made = re.compile(r"\bQ(Double)?SpinBox\(|\((QWidget, )?Q(Double)?SpinBox\):")
    found = [path.name for path in root.rglob("*.py")
             if path.name != "spin_boxes.py" and made.search(path.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_title_of_one_word_is_never_shortened(
    app: QApplication, qtbot: QtBot, scale: float
) -> None:
    theme.set_scale(app, scale)
    card = Card("Loss")
    qtbot.addWidget(card)
    for text in ("a rather long hint", "and another one"):
        card.add_header_widget(ElidedLabel(text))
    card.resize(theme.px(180), theme.px(60))
    card.show()
    card.grab()
    assert card._title.shown() == "Loss"


class Picture(ViewCard):
    def __init__(self) -> None:
        super().__init__("Picture")
        self.drawn = 0

    def draw(self) -> None:
        self.drawn += 1


def test_view_is_drawn_only_while_it_is_seen(app: QApplication, qtbot: QtBot) -> None:
    card = Picture()
    qtbot.addWidget(card)
    card.draw_when_seen()
    card.draw_when_seen()
    assert card.drawn == 0
    card.show()
    assert card.drawn == 1
    card.draw_when_seen()
    assert card.drawn == 2
    card.hide()
    card.show()
    assert card.drawn == 2, "nothing new came"


def test_icon_of_a_button_can_change(app: QApplication, qtbot: QtBot) -> None:
    for button in (Button("Run", "play"), IconButton("play", "Run.")):
        qtbot.addWidget(button)
        before = button.icon().pixmap(16, 16).toImage()
        button.set_icon("pause")
        assert button.icon().pixmap(16, 16).toImage() != before
        button.set_icon("")
        assert button.icon().isNull()


def test_readout_does_not_dance(app: QApplication, qtbot: QtBot) -> None:
    readout = StatReadout("Step", "0", template="1,000,000", remark="000,000/s")
    qtbot.addWidget(readout)
    before = readout.sizeHint().width()
    readout.set_value("111,111")
    assert readout.accessibleName() == "Step: 111,111"
    readout.set_remark("888,888/s")
    assert readout.sizeHint().width() == before
    assert readout.accessibleName() == "Step: 111,111 888,888/s"
    readout.set_remark("")
    assert readout.accessibleName() == "Step: 111,111"


def test_flow_breaks_lines_and_keeps_order(app: QApplication, qtbot: QtBot) -> None:
    panel = QWidget()
    qtbot.addWidget(panel)
    flow = FlowLayout(panel)
    buttons = [QPushButton(f"Button {i}") for i in range(6)]
    for button in buttons:
        flow.addWidget(button)
    wide, narrow = flow.heightForWidth(2000), flow.heightForWidth(150)
    assert narrow > 2 * wide
    panel.resize(150, narrow)
    panel.show()
    tops = [button.y() for button in buttons]
    assert tops == sorted(tops)
    assert all(button.geometry().right() < 150 for button in buttons)


def test_card_header_and_hint(app: QApplication, qtbot: QtBot) -> None:
    card = Card("Network")
    qtbot.addWidget(card)
    card.add_header_widget(Segmented(["a", "b"]))
    card.set_hint("10 layers")
    card.resize(400, 200)
    card.show()
    assert card.accessibleName() == card.title() == "Network"
    plain = Card()
    qtbot.addWidget(plain)
    assert not plain.header.parentWidget().isVisibleTo(plain)


def test_buttons_leave_space_to_the_window(app: QApplication, qtbot: QtBot) -> None:
    for button in (Button("Reset", "rotate-ccw"), PrimaryButton("Run", "play"),
                   IconButton("menu", "Open the menu.", name="Menu")):
        qtbot.addWidget(button)
        assert button.focusPolicy() == Qt.FocusPolicy.TabFocus
        assert not button.icon().isNull()
    assert button.accessibleName() == "Menu"


def test_message_bar(app: QApplication, qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    assert bar.isHidden()
    bar.show_message("It went wrong.", "bad", action="Mend")
    assert not bar.isHidden()
    assert bar.text() == "It went wrong."
    with qtbot.waitSignal(bar.action_requested):
        bar._action.click()
    assert bar._second.isHidden()
    bar.show_message("It went wrong.", "bad", action="Mend", second="Leave")
    with qtbot.waitSignal(bar.second_requested):
        bar._second.click()
    with qtbot.waitSignal(bar.closed):
        bar._close.click()
    assert bar.isHidden()


def test_toast_floats_inside_its_parent_and_goes(app: QApplication, qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.setGeometry(100, 100, 500, 300)
    with qtbot.waitExposed(parent):
        parent.show()
    toast = Toast(parent, seconds=0.02)
    # Wherever tests before have left the pointer: under it, a toast stays.
    QCursor.setPos(parent.mapToGlobal(QPoint(-20, -20)))
    toast.show_message("Saved.", "good")
    assert parent.rect().contains(toast.geometry())
    qtbot.waitUntil(toast.isHidden)


def test_a_toast_stays_under_the_pointer(app: QApplication, qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.setGeometry(100, 100, 500, 300)
    with qtbot.waitExposed(parent):
        parent.show()
    toast = Toast(parent, seconds=1.0)
    toast.show_message("Saved.", "good")
    QCursor.setPos(toast.mapToGlobal(toast.rect().center()))
    qtbot.waitUntil(toast.underMouse)
    qtbot.wait(1200)
    assert toast.isVisible()
    QCursor.setPos(parent.mapToGlobal(QPoint(-20, -20)))
    qtbot.waitUntil(toast.isHidden)


def test_nothing_overlaps_at_one_and_a_half_times_the_size(
    app: QApplication, qtbot: QtBot
) -> None:
    theme.set_scale(app, 1.5)
    panel = QWidget()
    qtbot.addWidget(panel)
    column = QVBoxLayout(panel)
    controls: list[QWidget] = [
        Segmented(["Data", "Layers"]), LabelledSlider("Noise", even_stops(0, 50, 5), 10, unit="%"),
        LabelledCombo("Loss", ["Cross-entropy"], beside=True), Button("Reset", "rotate-ccw"),
        PrimaryButton("Run", "play"), StatReadout("Epoch", "000,412"), Badge("new", "accent"),
        StatusGlyph("vanishing", 2),
    ]
    for control in controls:
        column.addWidget(control)
    panel.resize(QSize(320, panel.sizeHint().height()))
    panel.show()
    for above, below in pairwise(controls):
        assert above.geometry().bottom() < below.geometry().top()
        assert above.height() >= above.minimumSizeHint().height()
