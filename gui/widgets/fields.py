"""Controls with their label: a choice, and a number on a slider."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from gui import theme

FIGURES = 3
SPARE_PX = 4
"""Between a choice and the arrow beside it."""
WIDEST_LIST_PX = 560
"""Of an open list; a longer line of it is elided."""


class CalmComboBox(QComboBox):
    """A combo box that leaves the wheel to the panel it scrolls with.

    Attributes
    ----------
    elide : Qt.TextElideMode
        Where a line without room loses letters.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.elide = Qt.TextElideMode.ElideRight
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel pass."""
        event.ignore()

    def showPopup(self) -> None:
        """Open a list that is wide enough for every line of it, within reason."""
        view = self.view()
        view.setTextElideMode(self.elide)
        scroll_bar = view.verticalScrollBar().sizeHint().width()
        room = view.sizeHintForColumn(0) + scroll_bar + 2 * view.frameWidth()
        view.setMinimumWidth(max(min(room, theme.px(WIDEST_LIST_PX)), self.width()))
        super().showPopup()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the choice; where it has no room, three dots say so."""
        if self.isEditable():
            super().paintEvent(event)
            return
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option,
                                           QStyle.SubControl.SC_ComboBoxEditField, self).width()
        option.currentText = self.fontMetrics().elidedText(
            self.currentText(), self.elide, room - 2)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


class FittingComboBox(CalmComboBox):
    """A combo box that asks for room for its choice, and can do with less.

    Parameters
    ----------
    least : int
        Letters that it always has room for.
    """

    def __init__(self, least: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._least = least
        # The list is as wide as its widest line all the same.
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(least)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.currentTextChanged.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """Return room for the whole choice."""
        hint, metrics = super().sizeHint(), self.fontMetrics()
        missing = metrics.horizontalAdvance(self.currentText()) + SPARE_PX \
            - self._least * metrics.horizontalAdvance("X")
        return QSize(hint.width() + max(missing, 0), hint.height())


class CalmSlider(QSlider):
    """A horizontal slider that leaves the wheel to the panel it scrolls with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel pass."""
        event.ignore()


class StopSlider(CalmSlider):
    """A slider over given numbers.

    Parameters
    ----------
    stops : sequence of float
        The numbers at which it stops, first to last.

    Signals
    -------
    number_chosen(float)
        A person moved it to this number.
    """

    number_chosen = Signal(float)

    def __init__(self, stops: Sequence[float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stops = tuple(stops)
        self.setRange(0, len(self._stops) - 1)
        self.setPageStep(max(1, len(self._stops) // 10))
        self.valueChanged.connect(self._on_value_changed)

    def set_number(self, number: float) -> None:
        """Go to the stop that is nearest to a number, without emitting."""
        with QSignalBlocker(self):
            self.setValue(min(range(len(self._stops)),
                              key=lambda stop: abs(self._stops[stop] - number)))

    @Slot(int)
    def _on_value_changed(self, position: int) -> None:
        self.number_chosen.emit(self._stops[position])


def even_stops(first: float, last: float, step: float) -> tuple[float, ...]:
    """Return numbers at equal distances, both ends included."""
    return tuple(first + step * i for i in range(round((last - first) / step) + 1))


class LabelledCombo(QWidget):
    """A choice under (or beside) its label.

    Parameters
    ----------
    label : str
        Name of the setting; also the accessible name.
    options : sequence of (key, title)
        In order. A plain text is key and title at once.
    beside : bool
        Whether the label stands left of the box instead of above it.
    tooltip : str
        One sentence, with the formula.
    combo : CalmComboBox | None
        The box; by default one that is as wide as its widest option.

    Signals
    -------
    value_changed(str)
        A person chose the option with this key.
    """

    value_changed = Signal(str)

    def __init__(
        self,
        label: str,
        options: Sequence[str | tuple[str, str]] = (),
        *,
        beside: bool = False,
        tooltip: str = "",
        combo: CalmComboBox | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.label = QLabel(label)
        self.label.setProperty("role", "muted" if beside else "small")
        self.combo = combo or CalmComboBox()
        self.combo.setAccessibleName(label)
        self.label.setBuddy(self.combo)
        self._keys: list[str] = []
        layout: QBoxLayout = QHBoxLayout(self) if beside else QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8 if beside else 2)
        layout.addWidget(self.label, 1 if beside else 0)
        layout.addWidget(self.combo)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if tooltip:
            self.setToolTip(tooltip)
        self.combo.activated.connect(self._on_combo_activated)
        self.set_options(options)

    def set_options(
        self, options: Sequence[str | tuple[str, str]], tooltips: Sequence[str] = ()
    ) -> None:
        """Offer other options; the value stays if it is still there."""
        before = self.value()
        self.combo.clear()
        pairs = [(o, o) if isinstance(o, str) else o for o in options]
        self._keys = [key for key, _ in pairs]
        self.combo.addItems([title for _, title in pairs])
        for row, text in enumerate(tooltips):
            self.combo.setItemData(row, text, Qt.ItemDataRole.ToolTipRole)
        self.set_value(before)

    def value(self) -> str:
        """Return the key of the chosen option; empty if there are none."""
        index = self.combo.currentIndex()
        return self._keys[index] if 0 <= index < len(self._keys) else ""

    def set_value(self, key: str) -> None:
        """Choose an option without emitting; an unknown key changes nothing."""
        if key in self._keys and self._keys.index(key) != self.combo.currentIndex():
            self.combo.setCurrentIndex(self._keys.index(key))

    @Slot(int)
    def _on_combo_activated(self, _index: int) -> None:
        self.value_changed.emit(self.value())


def plain_number(value: float) -> str:
    """Return a number as a person writes it: three figures, no needless zeros."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    if abs(value) < 1e-4 or abs(value) >= 1e6:
        mantissa, exponent = f"{value:.{FIGURES - 1}e}".split("e")
        return f"{mantissa}e{int(exponent)}"
    return f"{float(f'{value:.{FIGURES}g}'):,.10f}".rstrip("0").rstrip(".")


class LabelledSlider(QWidget):
    """A number on a slider under ``Label: value``.

    Parameters
    ----------
    label : str
        Name of the setting; also the accessible name.
    stops : sequence of float
        The values that a person can choose, first to last.
    value : float | None
        First value; by default the first stop.
    unit : str
        Shown behind the value.
    tooltip : str
        One sentence, with the formula.

    Signals
    -------
    value_changed(float)
        A person moved the slider.
    edit_finished()
        A person let the slider go.
    """

    value_changed = Signal(float)
    edit_finished = Signal()

    def __init__(self, label: str, stops: Sequence[float], value: float | None = None, *,
                 unit: str = "", tooltip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._unit = unit
        self._text = label
        self.slider = StopSlider(stops)
        self.slider.setAccessibleName(label)
        self._build()
        if tooltip:
            self.setToolTip(tooltip)
        self.set_value(stops[0] if value is None else value)
        self.slider.number_chosen.connect(self._on_slider_number_chosen)
        self.slider.sliderReleased.connect(self.edit_finished)

    def value(self) -> float:
        """Return the number as it was set or chosen."""
        return self._value

    def set_value(self, value: float) -> None:
        """Show a number without emitting; one between two stops is shown as it is."""
        self._value = value
        self.slider.set_number(value)
        self._refresh()

    def value_text(self) -> str:
        """Return the number as it is shown."""
        return plain_number(self._value) + (f" {self._unit}" if self._unit else "")

    def _build(self) -> None:
        self._label = QLabel()
        self._label.setProperty("role", "muted")
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._number = QLabel()
        self._number.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self._label)
        row.addWidget(self._number)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self.slider)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @Slot(float)
    def _on_slider_number_chosen(self, number: float) -> None:
        self._value = number
        self._refresh()
        self.value_changed.emit(number)

    def _refresh(self) -> None:
        self._label.setText(f"{self._text}:")
        self._number.setText(self.value_text())
        self.slider.setAccessibleDescription(self.value_text())


class Separator(QWidget):
    """A hairline across."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)
        self.setAutoFillBackground(True)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @Slot()
    def _on_theme_changed(self) -> None:
        palette = self.palette()
        palette.setColor(self.backgroundRole(), theme.current().border)
        self.setPalette(palette)
