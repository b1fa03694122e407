"""One control per kind of field, made from the field alone."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.layers import ACTIVATIONS, Field
from engine.layers.initialisers import INITIALISERS
from engine.spec import Option
from engine.spec.values import is_finite
from gui import theme
from gui.builder.field_spins import PlainSpinBox, WholeSpinBox
from gui.builder.pair_chip import OtherValue
from gui.document.slider_stops import slider_stops
from gui.widgets import (
    CalmSlider,
    LabelledCombo,
    StopSlider,
    set_page,
)

CHOICE_LENGTH = 10
"""Letters of a choice that must be seen."""
LARGEST_INT = 2**31 - 1
"""That Qt's boxes for whole numbers take; what a file holds may be larger."""
EXPLAINED = {"activations": ACTIVATIONS.keys(), "initialisers": INITIALISERS.keys()}
"""Groups of pages of which each explains a choice, and the choices that have one."""


class FieldEditor(QWidget):
    """A control for one option. GUI thread only.

    Parameters
    ----------
    field : Field
        The option.

    Signals
    -------
    edited(object)
        A person has chosen this value.
    refused(str)
        What a person has typed is wrong; why.
    other_taken()
        A person wants the value that the other run of a pair has.
    """

    edited = Signal(object)
    refused = Signal(str)
    other_taken = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.other: OtherValue | None = None
        self.setToolTip(f"<p><b>{field.title}.</b> {field.help}</p>")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_value(self, value: Option) -> None:
        """Show a value without emitting."""
        raise NotImplementedError

    def show_other(self, key: str, value: str) -> None:
        """Show, beside the title, what the other run of a pair has; empty hides it."""
        if self.other is None:
            if not value:
                return
            self.other = OtherValue(self)
            self.other.clicked.connect(self.other_taken)
        if value:
            self.other.show_value(key, value)
        self.other.setVisible(bool(value))
        self._place_other()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_other()

    def _place_other(self) -> None:
        """Put what the other run has at the end of the title's line."""
        if self.other is not None:
            size = self.other.sizeHint()
            title = QFontMetrics(self.font()).horizontalAdvance(self.field.title) + theme.px(8)
            width = max(min(size.width(), self.width() - title), 0)
            self.other.setGeometry(self.width() - width, 0, width, size.height())

    def slider(self) -> CalmSlider | None:
        """Return the control whose drag is one gesture, if there is one."""
        return None

    def controls(self) -> tuple[QWidget, ...]:
        """Return what the Tab key stops at, in its order."""
        raise NotImplementedError

    def finish_typing(self) -> None:
        """Take what is being typed, as when the keyboard goes elsewhere."""


class ChoiceEditor(FieldEditor):
    """A combo box with a tooltip for every choice."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.combo = LabelledCombo(field.title)
        self.combo.set_options([(choice.key, choice.title) for choice in field.choices],
                               [f"<p>{choice.help}</p>" for choice in field.choices])
        box = self.combo.combo
        box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # The list is as wide as its widest line all the same.
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(CHOICE_LENGTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.combo)
        self.combo.value_changed.connect(self._on_combo_value_changed)
        keys = {choice.key for choice in field.choices}
        self._group = next((group for group, known in EXPLAINED.items() if keys <= known), "")

    def set_value(self, value: Option) -> None:
        self.combo.set_value(str(value))
        if self._group:
            set_page(self.combo, f"{self._group}/{value}")
        choice = next((c for c in self.field.choices if c.key == value), None)
        extra = f"<p>{choice.title}: {choice.help}</p>" if choice is not None else ""
        self.setToolTip(f"<p><b>{self.field.title}.</b> {self.field.help}</p>{extra}")

    def controls(self) -> tuple[QWidget, ...]:
        return (self.combo.combo,)

    @Slot(str)
    def _on_combo_value_changed(self, key: str) -> None:
        self.edited.emit(key)


class SwitchEditor(FieldEditor):
    """A check box."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.box = QCheckBox(field.title)
        self.box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)
        self.box.clicked.connect(self._on_box_clicked)

    def set_value(self, value: Option) -> None:
        self.box.setChecked(bool(value))

    def controls(self) -> tuple[QWidget, ...]:
        return (self.box,)

    @Slot(bool)
    def _on_box_clicked(self, checked: bool) -> None:
        self.edited.emit(checked)


class NumberEditor(FieldEditor):
    """A slider, and a spin box for the exact number."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._whole = isinstance(field.default, int)
        self._stops = slider_stops(field)
        self.spin = self._make_spin()
        self.track = StopSlider(self._stops)
        self.track.setAccessibleName(field.title)
        label = QLabel(field.title)
        label.setProperty("role", "small")
        label.setBuddy(self.spin)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(1)
        layout.addWidget(label, 0, 0, 1, 2)
        layout.addWidget(self.track, 1, 0)
        layout.addWidget(self.spin, 1, 1)
        layout.setColumnStretch(0, 1)
        self.track.number_chosen.connect(self._on_track_number_chosen)
        self.spin.valueChanged.connect(self._on_spin_value_changed)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def slider(self) -> CalmSlider | None:
        return self.track

    def controls(self) -> tuple[QWidget, ...]:
        return self.track, self.spin

    def finish_typing(self) -> None:
        self.spin.interpretText()

    def set_value(self, value: Option) -> None:
        number = float(value) if isinstance(value, int | float) and is_finite(value) else 0.0
        self._show(number, self.spin, self.track)

    def _make_spin(self) -> WholeSpinBox | PlainSpinBox:
        spin = WholeSpinBox(self.field) if self._whole else PlainSpinBox(self.field)
        spin.refused.connect(self.refused)
        spin.setKeyboardTracking(False)
        spin.setAccessibleName(self.field.title)
        spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if self.field.unit:
            spin.setSuffix(f" {self.field.unit}")
        return spin

    def _show(self, number: float, *controls: QWidget) -> None:
        for control in controls:
            control.blockSignals(True)
            if control is self.track:
                self.track.set_number(number)
            elif isinstance(self.spin, QSpinBox):
                self.spin.setValue(round(min(max(number, -LARGEST_INT), LARGEST_INT)))
            else:
                self.spin.setValue(number)
            control.blockSignals(False)

    def _send(self, number: float) -> None:
        self.edited.emit(round(number) if self._whole else number)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.spin.setFixedWidth(theme.px(90))

    @Slot(float)
    def _on_track_number_chosen(self, number: float) -> None:
        self._show(number, self.spin)
        self._send(number)

    @Slot()
    def _on_spin_value_changed(self) -> None:
        number = float(self.spin.value())
        self._show(number, self.track)
        self._send(number)


def editor_for(field: Field) -> FieldEditor:
    """Return the control that fits a field's type."""
    if field.choices:
        return ChoiceEditor(field)
    return SwitchEditor(field) if isinstance(field.default, bool) else NumberEditor(field)
