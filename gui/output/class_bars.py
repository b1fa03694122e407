"""Probabilities of the classes of one example, as bars."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import theme
from gui.output.drawing import small_font

ALL = 10
"""Up to so many classes stand in their order; of more, the most probable ones are shown."""

MOST = 5
ROW_PX = 15
NAME = "Class probabilities"


class ClassBars(QWidget):
    """A bar for every class, the most probable one in the accent colour. GUI thread only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._shares: NDArray[np.float64] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(NAME)
        theme.notifier().changed.connect(self._on_theme_changed)

    def set_names(self, names: tuple[str, ...]) -> None:
        """Show other classes, with nothing known of them."""
        self._names = names
        self.set_shares(None)

    def set_shares(self, shares: NDArray[Any] | None) -> None:
        """Show the probability of every class; None where none is known."""
        known = shares is not None and len(shares) == len(self._names) and np.isfinite(shares).all()
        self._shares = np.asarray(shares, np.float64) if known else None
        self.setAccessibleDescription(self.sentence())
        self.updateGeometry()
        self.update()

    def shares(self) -> dict[str, float]:
        """Return the probability of every class by its name; empty where none is known."""
        if self._shares is None:
            return {}
        return dict(zip(self._names, self._shares.tolist(), strict=True))

    def best(self) -> str:
        """Return the most probable class; empty where none is known."""
        return "" if self._shares is None else self._names[int(self._shares.argmax())]

    def sentence(self) -> str:
        """Return what is shown in words."""
        if self._shares is None:
            return ""
        return f"{self.best()} with {100 * float(self._shares.max()):.0f} %."

    def sizeHint(self) -> QSize:
        """Return room for all rows."""
        rows = len(self._order()) if len(self._names) <= MOST else MOST
        return QSize(theme.px(150), theme.px(ROW_PX) * max(rows, 1))

    def minimumSizeHint(self) -> QSize:
        """Return room for all rows, narrow."""
        return QSize(theme.px(96), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw name, bar and share of each class in one or two columns."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font(self))
        order = self._order()
        columns = 2 if len(order) > MOST else 1
        rows = -(-len(order) // columns)
        gap = theme.px(10) if columns > 1 else 0
        width = (self.width() - gap) / columns
        height = min(self.height() / max(rows, 1), theme.px(ROW_PX) * 1.4)
        names = max((painter.fontMetrics().horizontalAdvance(self._names[k]) for k in order),
                    default=0)
        for place, label in enumerate(order):
            column, row = divmod(place, rows)
            self._draw_row(painter, QRectF(column * (width + gap), row * height, width, height),
                           label, min(names, width * 0.5))

    def _draw_row(self, painter: QPainter, place: QRectF, label: int, name: float) -> None:
        tokens, gap = theme.current(), theme.px(4)
        share = None if self._shares is None else float(self._shares[label])
        is_best = self._shares is not None and label == int(self._shares.argmax())
        figure = painter.fontMetrics().horizontalAdvance("100 %")
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.setPen(QColor(tokens.text if is_best else tokens.text_muted))
        text = painter.fontMetrics().elidedText(self._names[label], Qt.TextElideMode.ElideRight,
                                                int(name) + 1)
        painter.drawText(QRectF(place.x(), place.y(), name + 1, place.height()),
                         middle | int(Qt.AlignmentFlag.AlignRight), text)
        bar = QRectF(place.x() + name + gap, place.y() + place.height() * 0.24,
                     place.width() - name - figure - 2 * gap, place.height() * 0.52)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.surface_sunken))
        painter.drawRoundedRect(bar, bar.height() / 3, bar.height() / 3)
        if share is None:
            return
        painter.setBrush(QColor(tokens.accent if is_best else tokens.border_strong))
        filled = QRectF(bar.x(), bar.y(), max(bar.width() * min(share, 1.0), 1.0), bar.height())
        painter.drawRoundedRect(filled, bar.height() / 3, bar.height() / 3)
        painter.setPen(QColor(tokens.text if is_best else tokens.text_muted))
        painter.drawText(QRectF(place.right() - figure, place.y(), figure, place.height()),
                         middle | int(Qt.AlignmentFlag.AlignRight), f"{100 * share:.0f} %")

    def _order(self) -> list[int]:
        """Return the classes that are shown, first to last."""
        if len(self._names) <= ALL:
            return list(range(len(self._names)))
        if self._shares is None:
            return list(range(MOST))
        return [int(label) for label in np.argsort(-self._shares, kind="stable")[:MOST]]

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()
