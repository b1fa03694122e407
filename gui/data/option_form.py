"""A form made of the fields that describe options: the usual ones in view, the others folded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from engine.spec import Option
from engine.spec.fields import Field
from gui import theme
from gui.data.choices import choice, line_of, offer_names, one_line
from gui.widgets import Button, CalmDoubleSpinBox, CalmSpinBox, Fold, LabelledCombo

LARGEST = 10**9
"""Of a number without a bound."""
DECIMALS = 4

BETWEEN = "; "
"""Stands between the names of several columns."""
FOUND = "Found by itself"



class _PlainSpinBox(CalmDoubleSpinBox):
    """A box for a number, which is written without needless zeros."""

    def textFromValue(self, value: float) -> str:
        locale = self.locale()
        text = locale.toString(value, "f", DECIMALS).replace(locale.groupSeparator(), "")
        return text.rstrip("0").rstrip(locale.decimalPoint())


class ColumnsButton(Button):
    """Opens a menu in which columns are ticked; none stands for those that are found.

    Signals
    -------
    columns_chosen(str)
        The names of all that are ticked.
    """

    columns_chosen = Signal(str)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(FOUND, parent=parent)
        self._title = title
        # Like the boxes above and below it.
        self.setStyleSheet("text-align: left")
        self.list = QMenu(self)
        self.setMenu(self.list)

    def set_columns(self, columns: Sequence[str]) -> None:
        """Offer other columns."""
        self.list.clear()
        for name in columns:
            action = self.list.addAction(one_line(name).replace("&", "&&"))
            action.setCheckable(True)
            action.setData(name)
            action.triggered.connect(self._on_action_triggered)

    def show_names(self, names: str) -> None:
        """Show which are chosen."""
        chosen = [name.strip() for name in names.split(BETWEEN.strip()) if name.strip()]
        for action in self.list.actions():
            action.setChecked(action.data() in chosen)
        text = BETWEEN.join(map(one_line, chosen)) or FOUND
        self.setText(self.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideMiddle, theme.px(180)).replace("&", "&&"))
        self.setAccessibleName(f"{self._title}: {text}")

    @Slot()
    def _on_action_triggered(self) -> None:
        self.columns_chosen.emit(BETWEEN.join(
            action.data() for action in self.list.actions() if action.isChecked()))


Control = (LabelledCombo | QCheckBox | CalmSpinBox | CalmDoubleSpinBox | QLineEdit | ColumnsButton)


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
        self._columns: tuple[str, ...] = ()
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
        self.fold.set_open(False)

    def set_columns(self, columns: Sequence[str]) -> None:
        """Offer these columns of a table; without any, what asks for one is not shown."""
        self._columns = tuple(columns)
        for field in self._fields:
            control = self.controls[field.key]
            if isinstance(control, ColumnsButton):
                control.set_columns(columns)
            elif isinstance(control, LabelledCombo) and field.holds:
                offer_names(control, columns, FOUND)

    def show_options(self, options: Mapping[str, Option]) -> None:
        """Show the value of every option, and hide what has no meaning beside the others."""
        for field in self._fields:
            control, value = self.controls[field.key], options[field.key]
            with QSignalBlocker(control):
                _show(control, value)
            meant = field.shown_when is None or options[field.shown_when[0]] in field.shown_when[1]
            self._rows[field.key].setVisible(meant and bool(self._columns or not field.holds))
        self.fold.setVisible(any(field.is_rare for field in self._fields))

    def _made(self, field: Field) -> Control:
        """Return the control of a field, which tells what is chosen with it."""
        tell = partial(self._tell, field.key)
        if field.choices:
            combo = choice(field.title, field.help)
            combo.set_options([(one.key, one.title) for one in field.choices],
                              [f"<p>{one.help}</p>" if one.help else "" for one in field.choices])
            combo.value_changed.connect(tell)
            return combo
        if field.holds == "column":
            combo = choice(field.title, field.help)
            combo.value_changed.connect(tell)
            return combo
        if field.holds:
            button = ColumnsButton(field.title)
            button.columns_chosen.connect(tell)
            return button
        if isinstance(field.default, bool):
            box = QCheckBox(field.title)
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            box.clicked.connect(partial(self._on_box_clicked, field.key))
            return box
        if isinstance(field.default, str):
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
    is_line = isinstance(control, QLineEdit | ColumnsButton)
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
    elif isinstance(control, ColumnsButton):
        control.show_names(str(value))
    elif isinstance(control, QLineEdit):
        control.setText(str(value))
    elif isinstance(control, CalmSpinBox):
        control.setValue(round(float(value)))
    else:
        control.setValue(float(value))
