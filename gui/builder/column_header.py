"""The headings above the network's rows, with the decades of the gradient axis."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui import theme
from gui.builder.axis import TICK_SPACING, GradientAxis, decade_text
from gui.builder.columns import Columns
from gui.builder.quantity_switch import QuantitySwitch
from gui.builder.rows_tips import COLUMN_TIPS, unbroken

TITLES: Mapping[str, tuple[str, ...]] = {
    "card": ("Layer",),
    "histogram": ("Activations", "Outputs"),
    "gradient": ("RMS of", "RMS"),
    "status": ("Value",),
    "update": ("log₁₀ Δw/w", "log Δw/w"),
}
"""Words for every column, of which the first that fit are shown, whole."""

RATIO = {**TITLES, "update": ("B / A",)}
"""The same for a pair."""
NAMES = ("Columns: layer, activations, gradient RMS, its value, log₁₀ of update to weight",
         "Columns: layer, activations, gradient RMS, its value, B over A")
RATIO_TIP = "Gradient of B over that of A, of what the bars show; bold from a factor of 10."

SWITCH = 70
"""Px, at 13 px text, that the switch of the gradient takes."""


class ColumnHeader(QWidget):
    """Headings that keep to the columns of the rows below. GUI thread only.

    Parameters
    ----------
    columns : callable
        Returns where the columns are now.
    axis : GradientAxis
        The axis whose decades are shown.

    Attributes
    ----------
    switch : QuantitySwitch
        Which gradient is shown.
    """

    def __init__(self, columns: Callable[[], Columns], axis: GradientAxis,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns, self._axis = columns, axis
        self._titles: dict[str, tuple[QRect, str]] = {}
        self.switch = QuantitySwitch(self)
        self._is_pair, self._theory = False, ""
        self.setAccessibleName(NAMES[0])
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(300), theme.px(36))

    def set_pair(self, is_pair: bool) -> None:
        """Head the last column by B/A, or by what it holds of a single run."""
        self._is_pair = is_pair
        self.setAccessibleName(NAMES[is_pair])
        self.update()

    def set_theory(self, whose: str) -> None:
        """Say what the ticks across the bars are, ``at the start``; empty if there are none."""
        self._theory = whose
        self.update()

    def place_switch(self) -> None:
        """Put the switch where the gradient's heading ends."""
        font = QFont(self.font())
        font.setPixelSize(theme.px(12))
        left, width = self._columns().gradient
        size, gap = self.switch.sizeHint(), theme.px(6)
        title = QFontMetrics(font).horizontalAdvance(TITLES["gradient"][0]) + gap
        self.switch.setVisible(width >= size.width())
        self.switch.setGeometry(left + (title if width >= title + size.width() else 0), 0,
                                size.width(), size.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place_switch()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        columns, tokens, px = self._columns(), theme.current(), theme.px
        font = QFont(self.font())
        font.setPixelSize(px(12))
        painter.setFont(font)
        painter.setPen(QColor(tokens.text_muted))
        line = QRect(0, 0, self.width(), px(17))
        self.place_switch()
        self._titles = fitting_titles(columns, line, painter.fontMetrics(),
                                      RATIO if self._is_pair else TITLES)
        for name, (spot, title) in self._titles.items():
            side = Qt.AlignmentFlag.AlignRight if name == "update" else Qt.AlignmentFlag.AlignLeft
            painter.drawText(spot, side | Qt.AlignmentFlag.AlignVCenter, title)
        font.setPixelSize(px(10))
        painter.setFont(font)
        self._paint_decades(painter, columns.rect("gradient", line).translated(0, px(16)))

    def _paint_decades(self, painter: QPainter, box: QRect) -> None:
        half = theme.px(TICK_SPACING) // 2
        for decade, share in self._axis.ticks(box.width(), theme.px(TICK_SPACING)):
            x = box.left() + round(share * (box.width() - 1))
            # Beside this line of the header there is room for half a label.
            spot = QRect(x - half, box.top(), 2 * half, box.height())
            painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, decade_text(decade))

    def heading_width(self, name: str) -> int:
        """Return the px of the words above a column."""
        font = QFont(self.font())
        font.setPixelSize(theme.px(12))
        return QFontMetrics(font).horizontalAdvance(TITLES[name][0])

    def titles(self) -> dict[str, str]:
        """Return the words that stand above every column."""
        return {name: title for name, (_, title) in self._titles.items()}

    def name_at(self, x: int) -> str:
        """Return the column whose heading, or else whose room, is at ``x``."""
        over = (name for name, (spot, _) in self._titles.items()
                if spot.left() <= x <= spot.right())
        return next(over, self._columns().name_at(x))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            name = self.name_at(event.pos().x())
            text = RATIO_TIP if self._is_pair and name == "update" else COLUMN_TIPS[name]
            if self._theory and name == "gradient":
                text += f" The tick across a bar is what theory expects {self._theory}."
            QToolTip.showText(event.globalPos(), f"<p>{unbroken(text)}</p>", self)
            return True
        return super().event(event)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


def fitting_titles(columns: Columns, line: QRect, metrics: QFontMetrics,
                   words: Mapping[str, tuple[str, ...]] = TITLES
                   ) -> dict[str, tuple[QRect, str]]:
    """Return for every column where its heading stands, and the longest one that fits.

    A heading may reach to the next one; that of the last column reaches over the one before it,
    as far as that leaves it room.
    """
    gap, value = theme.px(4), metrics.horizontalAdvance(TITLES["status"][0])
    end, status = columns.update[0] + columns.update[1], columns.status[0]
    update = _fitting(words["update"], end - status - value - gap, metrics)
    rooms = {"card": (columns.card[0], columns.histogram[0] - gap),
             "histogram": (columns.histogram[0], columns.gradient[0] - gap),
             "gradient": (columns.gradient[0], status - gap),
             "status": (status, end - update[1] - gap),
             "update": (end - update[1], end)}
    found = {}
    for name, (left, right) in rooms.items():
        title, width = update if name == "update" else _fitting(words[name], right - left, metrics)
        found[name] = QRect(line.left() + left, line.top(), width + 1, line.height()), title
    return found


def _fitting(words: tuple[str, ...], room: int, metrics: QFontMetrics) -> tuple[str, int]:
    """Return the longest of headings that fits, and its width in px; empty if none does."""
    widths = {title: metrics.horizontalAdvance(title) for title in words}
    title = next((t for t in words if widths[t] <= room), "")
    return title, widths.get(title, 0)
