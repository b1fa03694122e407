"""The legend in a card's header: a stroke in the curve's colour, its name and its last value."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import theme


class LegendEntry(QWidget):
    """One curve of a plot.

    Parameters
    ----------
    name : str
        Name of the curve.
    role : str
        Name of the token that gives its colour.
    dashed : bool
        Whether the curve is dashed.
    """

    def __init__(
        self, name: str, role: str, *, dashed: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._role, self._dashed = name, role, dashed
        self._value = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        theme.notifier().changed.connect(self._on_theme_changed)

    def value(self) -> str:
        """Return the value shown."""
        return self._value

    def set_value(self, text: str) -> None:
        """Show a value behind the name; empty for none."""
        if text != self._value:
            self._value = text
            self.setAccessibleName(f"{self._name} {text}".strip())
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Return room for the stroke, the name and a value of six figures."""
        metrics = self.fontMetrics()
        value = metrics.horizontalAdvance("  0.00000") if self._value else 0
        width = theme.px(24) + metrics.horizontalAdvance(self._name) + value
        return QSize(width, metrics.height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw stroke, name and value."""
        tokens = theme.current()
        painter = QPainter(self)
        pen = QPen(QColor(getattr(tokens, self._role)), theme.px(2.5))
        if self._dashed:
            pen.setDashPattern([2.0, 1.2])
        painter.setPen(pen)
        middle = self.height() / 2
        painter.drawLine(QLineF(1, middle, theme.px(16), middle))
        centred = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        area = self.rect().adjusted(theme.px(22), 0, 0, 0)
        painter.setPen(QColor(tokens.text_muted))
        painter.drawText(area, int(centred), self._name)
        painter.setPen(QColor(tokens.text))
        area.adjust(self.fontMetrics().horizontalAdvance(self._name + "  "), 0, 0, 0)
        painter.drawText(area, int(centred), self._value)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()
