"""A form made of the fields that describe options: the usual ones in view, the others folded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from engine.spec import Option
from engine.spec.fields import Field
from gui import theme
from gui.data.choices import choice, line_of
from gui.data.column_line import ColumnLine
from gui.widgets import CalmDoubleSpinBox, CalmSpinBox, Fold, LabelledCombo
from gui.widgets.tab_order import tab_through

LARGEST = 10**9
"""Of a number without a bound."""
DECIMALS = 4

Control = LabelledCombo | QCheckBox | CalmSpinBox | CalmDoubleSpinBox | QLineEdit


class _PlainSpinBox(CalmDoubleSpinBox):
    """A box for a number, which is written without needless zeros."""

    def textFromValue(self, value: float) -> str:
        locale = self.locale()
        text = locale.toString(value, "f", DECIMALS).replace(locale.groupSeparator(), "")
        return text.rstrip("0").rstrip(locale.decimalPoint())


class OptionForm(QWidget):
    """One control for each field. GUI thread only.

    Signals
    -------
    chosen(str, object)
        A person wants an option otherwise: its key and value.

    Attributes
    ----------
    controls : dict[str, QWidget]
        The control of every field, by its key.
    fold : Fold
        Opens what few people need.
    """

    chosen = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields: tuple[Field, ...] = ()
        self._rows: dict[str, QWidget] = {}
        self.controls: dict[str, Control] = {}
        self._usual, self._rare = QWidget(), QWidget()
        self.fold = Fold("More", self._rare, "Options that few people need.")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(8))
        for box in (self._usual, self._rare):
            column = QVBoxLayout(box)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(theme.px(8))
        layout.addWidget(self._usual)
        layout.addWidget(self.fold)
        layout.addWidget(self._rare)
        self.fold.hide()

    def set_fields(self, fields: Sequence[Field]) -> None:
        """Offer other options."""
        if tuple(fields) == self._fields:
            return
        for row in self._rows.values():
            row.hide()
            row.deleteLater()
        self._fields, self._rows, self.controls = tuple(fields), {}, {}
        for field in fields:
            control = self._made(field)
            self.controls[field.key] = control
            row = self._rows[field.key] = _row(field, control)
            layout = (self._rare if field.is_rare else self._usual).layout()
            assert layout is not None
            layout.addWidget(row)
        for box, is_rare in ((self._usual, False), (self._rare, True)):
            tab_through(box, [self.controls[field.key] for field in fields
                              if field.is_rare == is_rare])
        self.fold.set_open(False)

    def show_options(self, options: Mapping[str, Option]) -> None:
        """Show the value of every option, and hide what has no meaning beside the others."""
        for field in self._fields:
            control, value = self.controls[field.key], options[field.key]
            with QSignalBlocker(control):
                _show(control, value)
            meant = field.shown_when is None or options[field.shown_when[0]] in field.shown_when[1]
            # A folder has no columns.
            has_columns = not isinstance(control, ColumnLine) or control.has_choice
            self._rows[field.key].setVisible(meant and has_columns)
        self.fold.setVisible(any(field.is_rare for field in self._fields))

    def offer_columns(self, names: Sequence[str]) -> None:
        """Offer the columns of a table to the fields that hold one."""
        for control in self.controls.values():
            if isinstance(control, ColumnLine):
                control.offer(names)

    def _made(self, field: Field) -> Control:
        """Return the control of a field, which tells what is chosen with it."""
        tell = partial(self._tell, field.key)
        if field.choices:
            combo = choice(field.title, field.help)
            combo.set_options([(one.key, one.title) for one in field.choices],
                              [f"<p>{one.help}</p>" if one.help else "" for one in field.choices])
            combo.value_changed.connect(tell)
            return combo
        if isinstance(field.default, bool):
            box = QCheckBox(field.title)
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            box.clicked.connect(partial(self._on_box_clicked, field.key))
            return box
        if isinstance(field.default, str):
            line: QLineEdit
            if field.holds:
                line = ColumnLine(several=field.holds == "columns")
                line.picked.connect(tell)
            else:
                line = line_of(field.title, field.help, "")
            line.editingFinished.connect(partial(self._on_line_finished, field.key))
            return line
        spin = _spin(field)
        spin.valueChanged.connect(tell)
        return spin

    def _tell(self, key: str, value: Option) -> None:
        self.chosen.emit(key, value)

    def _on_box_clicked(self, key: str, checked: bool = False) -> None:
        self.chosen.emit(key, checked)

    def _on_line_finished(self, key: str) -> None:
        line = self.controls[key]
        # A line tells that it is left, too, changed or not.
        if isinstance(line, QLineEdit) and line.isModified():
            line.setModified(False)
            self.chosen.emit(key, line.text())


def _spin(field: Field) -> CalmSpinBox | CalmDoubleSpinBox:
    low = -LARGEST if field.minimum is None else field.minimum
    high = LARGEST if field.maximum is None else field.maximum
    spin: CalmSpinBox | CalmDoubleSpinBox
    if isinstance(field.default, int):
        spin = CalmSpinBox()
        spin.setRange(round(low), round(high))
    else:
        spin = _PlainSpinBox()
        spin.setDecimals(DECIMALS)
        spin.setRange(low, high)
        spin.setStepType(CalmDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    # What is half typed is not looked at.
    spin.setKeyboardTracking(False)
    spin.setSuffix(f" {field.unit}" if field.unit else "")
    # Qt shows it for the least number.
    spin.setSpecialValueText(field.zero if low == 0 else "")
    spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return spin


def _row(field: Field, control: Control) -> QWidget:
    """Return a control with its label and its explanation."""
    control.setToolTip(f"<p><b>{field.title}.</b> {field.help}</p>")
    if isinstance(control, LabelledCombo | QCheckBox):
        return control
    control.setAccessibleName(field.title)
    label = QLabel(field.title)
    label.setProperty("role", "small")
    label.setBuddy(control)
    row = QWidget()
    is_line = isinstance(control, QLineEdit)
    layout = QVBoxLayout(row) if is_line else QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(theme.px(1 if is_line else 8))
    layout.addWidget(label, 0 if is_line else 1)
    layout.addWidget(control)
    if not is_line:
        control.setFixedWidth(theme.px(110))
    return row


def _show(control: Control, value: Option) -> None:
    if isinstance(control, LabelledCombo):
        control.set_value(str(value))
    elif isinstance(control, QCheckBox):
        control.setChecked(bool(value))
    elif isinstance(control, QLineEdit):
        control.setText(str(value))
    elif isinstance(control, CalmSpinBox):
        control.setValue(round(float(value)))
    else:
        control.setValue(float(value))
