"""One line of the sheet: a setting with its switch, slider and box, made from its description."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSizePolicy, QWidget

from engine.messages import Message
from engine.spec import Option
from engine.spec.values import is_finite
from gui import theme
from gui.document.slider_stops import slider_stops
from gui.hyper.catalogue import Setting
from gui.widgets import CalmSlider, FittingComboBox, StopSlider
from gui.widgets.number_box import NumberBox

TITLE_WIDTH, UNIT_WIDTH = 168, 48
LETTERS = 8
"""Room that a list of choices has at least."""


class SettingRow(QWidget):
    """A line for one setting. GUI thread only.

    Parameters
    ----------
    setting : Setting
        What it shows.

    Signals
    -------
    edited(object)
        A person wants this value.
    refused(str)
        What a person has typed is wrong; why.
    """

    edited = Signal(object)
    refused = Signal(str)

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setting = setting
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)

    def set_value(self, value: Option) -> None:
        """Show a value without emitting."""
        raise NotImplementedError

    def slider(self) -> CalmSlider | None:
        """Return the control whose drag is one gesture, if there is one."""
        return None

    def set_obstacle(self, why: str) -> None:
        """Say why the setting has no meaning; an empty text if it has one."""
        field = self.setting.field
        self.setEnabled(not why)
        self.setToolTip(f"<p><b>{field.title}.</b> {field.help}</p>"
                        + (f"<p>{why}</p>" if why else ""))

    def _add_title(self, control: QWidget) -> None:
        """Put the setting's name before its control."""
        label = QLabel(self.setting.field.title)
        label.setBuddy(control)
        label.setFixedWidth(theme.px(TITLE_WIDTH))
        self._row.addWidget(label)


class ChoiceRow(SettingRow):
    """A list of choices."""

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(setting, parent)
        self.combo = FittingComboBox(LETTERS)
        self.combo.setAccessibleName(setting.field.title)
        for choice in setting.field.choices:
            self.combo.addItem(choice.title, choice.key)
        self._add_title(self.combo)
        self._row.addWidget(self.combo)
        self._row.addStretch(1)
        self.combo.activated.connect(self._on_combo_activated)

    def set_value(self, value: Option) -> None:
        self.combo.setCurrentIndex(self.combo.findData(value))

    @Slot()
    def _on_combo_activated(self) -> None:
        self.edited.emit(self.combo.currentData())


class SwitchRow(SettingRow):
    """A check box."""

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(setting, parent)
        self.box = QCheckBox(setting.field.title)
        self._row.addWidget(self.box)
        self._row.addStretch(1)
        self.box.clicked.connect(self._on_box_clicked)

    def set_value(self, value: Option) -> None:
        self.box.setChecked(bool(value))

    @Slot(bool)
    def _on_box_clicked(self, checked: bool) -> None:
        self.edited.emit(checked)


class NumberRow(SettingRow):
    """A number: a box to type into, a slider if it slides, a check box if it can be off."""

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(setting, parent)
        field = setting.field
        self._whole = isinstance(field.default, int)
        self._last = setting.usual
        self.number = NumberBox(field.title, self._fault)
        self.switch: QCheckBox | None = None
        self.track = StopSlider(slider_stops(field) if setting.slides else (0.0,))
        self._unit = QLabel(field.unit)
        self._build()
        self.number.edited.connect(self._on_number_edited)
        self.number.refused.connect(self.refused)
        self.track.number_chosen.connect(self._on_track_number_chosen)

    def slider(self) -> CalmSlider | None:
        return self.track if self.setting.slides else None

    def set_value(self, value: Option) -> None:
        number = float(value) if isinstance(value, int | float) and is_finite(value) else 0.0
        is_on = self.switch is None or bool(number)
        if self.switch is not None:
            self.switch.setChecked(is_on)
            self._last = number or self._last
        for part in (self.number, self._unit):
            part.setVisible(is_on)
        self.track.setVisible(is_on and self.setting.slides)
        self._show(number if is_on else float(self._last or 0))

    def _build(self) -> None:
        field = self.setting.field
        if self.setting.usual is None:
            self._add_title(self.number)
        else:
            self.switch = QCheckBox(field.title)
            self.switch.setFixedWidth(theme.px(TITLE_WIDTH))
            self.switch.clicked.connect(self._on_switch_clicked)
            self._row.addWidget(self.switch)
        self.track.setAccessibleName(f"{field.title}, slider")
        self._unit.setProperty("role", "muted")
        self._unit.setFixedWidth(theme.px(UNIT_WIDTH))
        for part in (self.track, self.number, self._unit):
            policy = part.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            part.setSizePolicy(policy)
        self._row.addWidget(self.track, 1)
        self._row.addWidget(self.number)
        self._row.addWidget(self._unit)

    def _fault(self, number: float) -> Message | None:
        whole = self._whole and number.is_integer()
        return self.setting.field.fault(int(number) if whole else number)

    def _show(self, number: float) -> None:
        self.number.set_value(number)
        self.track.set_number(number)

    def _send(self, number: float) -> None:
        self.edited.emit(round(number) if self._whole else number)

    @Slot(float)
    def _on_number_edited(self, number: float) -> None:
        self._send(number)

    @Slot(float)
    def _on_track_number_chosen(self, number: float) -> None:
        self.number.set_value(number)
        self._send(number)

    @Slot(bool)
    def _on_switch_clicked(self, checked: bool) -> None:
        self._send(float(self._last or 0) if checked else 0.0)


def row_for(setting: Setting) -> SettingRow:
    """Return the line that fits a setting's type."""
    if setting.field.choices:
        return ChoiceRow(setting)
    return SwitchRow(setting) if isinstance(setting.field.default, bool) else NumberRow(setting)
