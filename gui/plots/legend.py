"""The legend in a card's header: a stroke in the curve's colour, its name and its last value."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QEvent, QLineF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from gui import theme

WIDEST_VALUES = ("0.000000", "0.00e-00", "000,000")
USUAL_VALUE = "0.0000"
STROKE_PX, GAP_PX = 15, 6
LONG_STROKE_PX = 24
DASHES_PX = (10.0, 4.0)
AREA_PX, AREA_OPACITY = 10, 0.25


class Detail(IntEnum):
    """How much a legend says; it says less where room is short."""

    NOTHING = -1
    SHORT = 0
    NAMES = 1
    VALUES = 2


class LegendEntry(QWidget):
    """One curve of a plot.

    Parameters
    ----------
    name : str
        Name of the curve.
    role : str
        Name of the token that gives its colour.
    short : str
        What stands for the name where room is short; by default the name.
    tooltip : str
        One sentence about the curve.
    has_value : bool
        Whether there is a value to tell. Where there is none, its short name gives room to the
        values of others.
    area : bool
        Whether it is an area and no curve.
    """

    def __init__(
        self, name: str, role: str, *, short: str = "", tooltip: str = "",
        has_value: bool = True, area: bool = False, parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._has_value, self._is_area = has_value, area
        self._name, self._role, self._short = name, role, short or name
        self._value = ""
        self._detail = Detail.VALUES
        self.setToolTip(tooltip)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def value(self) -> str:
        """Return the value behind the name."""
        return self._value

    def set_value(self, text: str) -> None:
        """Show another value behind the name; empty for none."""
        if text != self._value:
            before = self.width_for(Detail.VALUES)
            self._value = text
            self.setAccessibleName(f"{self._name} {text}".strip())
            if self.width_for(Detail.VALUES) != before:
                self.updateGeometry()
            self.update()

    def set_name(self, name: str, short: str = "") -> None:
        """Show another name."""
        if name != self._name:
            self._name, self._short = name, short or name
            self.setAccessibleName(f"{name} {self._value}".strip())
            self.updateGeometry()
            self.update()

    def set_detail(self, detail: Detail) -> None:
        """Say more or less."""
        if detail != self._detail:
            self._detail = detail
            self.updateGeometry()
            self.update()

    def shown(self) -> str:
        """Return the words that are drawn."""
        return "  ".join(self._parts())

    def _parts(self) -> tuple[str, ...]:
        """Return the name, and the value if there is room for it."""
        name = self._name_for(self._detail)
        return (name, self._value) if self._detail == Detail.VALUES else (name,)

    def _name_for(self, detail: Detail) -> str:
        whole = Detail.NAMES if self._has_value else Detail.VALUES
        return self._name if detail >= whole else self._short

    def width_for(self, detail: Detail) -> int:
        """Return the width that it needs to say this much, whatever the value."""
        if detail == Detail.NOTHING:
            return 0
        metrics = self.fontMetrics()
        name = self._name_for(detail)
        width = theme.px(STROKE_PX + GAP_PX) + metrics.horizontalAdvance(name) + 2
        if detail == Detail.VALUES and self._has_value:
            width += max(map(metrics.horizontalAdvance,
                             (f"  {text}" for text in (*WIDEST_VALUES, self._value))))
        return width

    def sizeHint(self) -> QSize:
        """Return room for what it says."""
        return QSize(self.width_for(self._detail), self.fontMetrics().height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw stroke, name and value."""
        if self._detail == Detail.NOTHING:
            return
        tokens = theme.current()
        painter = QPainter(self)
        colour, middle = QColor(getattr(tokens, self._role)), self.height() / 2
        if self._is_area:
            colour.setAlphaF(AREA_OPACITY)
            half = theme.px(AREA_PX) / 2
            painter.fillRect(QRectF(1, middle - half, theme.px(STROKE_PX), 2 * half), colour)
        else:
            painter.setPen(QPen(colour, theme.px(2.5)))
            painter.drawLine(QLineF(1, middle, theme.px(STROKE_PX), middle))
        centred = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        area = self.rect().adjusted(theme.px(STROKE_PX + GAP_PX), 0, 0, 0)
        name, *value = self._parts()
        painter.setPen(QColor(tokens.text_muted))
        painter.drawText(area, int(centred), name)
        painter.setPen(QColor(tokens.text))
        area.adjust(self.fontMetrics().horizontalAdvance(name + "  "), 0, 0, 0)
        painter.drawText(area, int(centred), "".join(value))


class SideEntry(LegendEntry):
    """A run of a pair: its letter, the stroke that its curves have, and a value.

    Parameters
    ----------
    letter : str
        ``A`` or ``B``.
    role : str
        Name of the token that gives the stroke's colour.
    dashed : bool
        Whether the stroke is in long dashes.
    has_value : bool
        Whether there is a value to tell; it gives way last.
    """

    def __init__(self, letter: str, role: str, *, dashed: bool, has_value: bool = True,
                 parent: QWidget | None = None) -> None:
        super().__init__(letter, role, has_value=has_value, parent=parent)
        self._dashed = dashed

    def _parts(self) -> tuple[str, ...]:
        told = self._has_value and self._detail >= Detail.NAMES
        return (self._name, self._value) if told else (self._name,)

    def width_for(self, detail: Detail) -> int:
        """Return the width that it needs to say this much, with a value as it usually is."""
        if detail == Detail.NOTHING:
            return 0
        width = self._letter_px() + theme.px(LONG_STROKE_PX) + 2
        if detail >= Detail.NAMES and self._has_value:
            texts = (USUAL_VALUE, self._value)
            width += theme.px(GAP_PX) + max(map(self.fontMetrics().horizontalAdvance, texts))
        return width

    def _letter_px(self) -> int:
        bold = QFont(self.font())
        bold.setBold(True)
        return QFontMetrics(bold).horizontalAdvance(self._name) + theme.px(GAP_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw letter, stroke and value."""
        if self._detail == Detail.NOTHING:
            return
        tokens, font = theme.current(), QFont(self.font())
        painter = QPainter(self)
        painter.setPen(QColor(tokens.text))
        font.setBold(True)
        painter.setFont(font)
        centred = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(self.rect(), int(centred), self._name)
        thick, left, middle = theme.px(2.5), self._letter_px(), self.height() / 2
        pen = QPen(QColor(getattr(tokens, self._role)), thick)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if self._dashed:
            # Qt counts dashes in widths of the pen.
            pen.setDashPattern([theme.px(part) / thick for part in DASHES_PX])
        painter.setPen(pen)
        right = left + theme.px(LONG_STROKE_PX)
        painter.drawLine(QLineF(left, middle, right, middle))
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(QColor(tokens.text))
        area = self.rect().adjusted(right + theme.px(GAP_PX), 0, 0, 0)
        painter.drawText(area, int(centred), "".join(self._parts()[1:]))


class Legend(QWidget):
    """Entries in a row, all with values, or all without where room is short.

    Parameters
    ----------
    entries : LegendEntry
        From left to right.
    """

    def __init__(self, *entries: LegendEntry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries = entries
        self._least = Detail.SHORT
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setAlignment(Qt.AlignmentFlag.AlignRight)
        for entry in entries:
            self._row.addWidget(entry)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_may_vanish(self, may_vanish: bool) -> None:
        """Let it say nothing where there is no room for the short names, or not."""
        self._least = Detail.NOTHING if may_vanish else Detail.SHORT
        self.updateGeometry()
        self._fit()

    def sizeHint(self) -> QSize:
        """Return room for names and values."""
        return QSize(self._width_for(Detail.VALUES), self._row.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return room for the short names, if they have to be there."""
        return QSize(self._width_for(self._least), self._row.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say as much as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Say as much as there is room for when a value needs more of it."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def _width_for(self, detail: Detail) -> int:
        if detail == Detail.NOTHING:
            return 0
        shown = [entry for entry in self._entries if not entry.isHidden()]
        gaps = self._row.spacing() * max(len(shown) - 1, 0)
        return sum(entry.width_for(detail) for entry in shown) + gaps

    def _fit(self) -> None:
        fitting = [detail for detail in Detail
                   if detail > self._least and self._width_for(detail) <= self.width()]
        for entry in self._entries:
            entry.set_detail(max(fitting, default=self._least))
        self._row.activate()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._row.setSpacing(theme.px(12))
        self.updateGeometry()
        self._fit()
