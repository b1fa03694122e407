"""Predicted values against true ones."""

from __future__ import annotations

from math import atan2, degrees, hypot

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.data.dataset import Dataset
from engine.telemetry.snapshot import Snapshot
from engine.telemetry.tables import Table
from gui import theme
from gui.output.tables import values_table
from gui.output.view import OutputView
from gui.widgets import linear_ticks, tick_text

RIGHT = "predicted = true"
MOST_NAMES = 14
"""More targets than these have no legend: their colours could not be told apart."""


class PredictionScatter(QWidget, OutputView):
    """One point per sample and target: true value across, predicted value up.

    On the diagonal the network is right.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._snapshot: Snapshot | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Predicted against true values")
        theme.notifier().changed.connect(self._on_theme_changed)

    def set_dataset(self, dataset: Dataset) -> None:
        """Show empty axes for the targets of a data set."""
        self._dataset, self._snapshot = dataset, None
        self.update()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the sample of a snapshot."""
        self._snapshot = snapshot
        self.update()

    def table(self) -> Table:
        """Return the true and the predicted values of the sample."""
        return values_table(self._dataset, self._snapshot)

    def minimumSizeHint(self) -> QSize:
        """Return room for a small picture."""
        return QSize(theme.px(180), theme.px(140))

    def span(self) -> tuple[float, float]:
        """Return the common range of both axes: all true values and a margin."""
        values = np.zeros((0, 0))
        if self._dataset is not None:
            values = self._dataset.in_units(self._dataset.values)
        values = values[np.isfinite(values)]
        if not len(values):
            return -1.0, 1.0
        low, high = float(values.min()), float(values.max())
        margin = 0.08 * (high - low) or 1.0
        return low - margin, high + margin

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw axes, diagonal and points."""
        painter = QPainter(self)
        tokens = theme.current()
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)
        low, high = self.span()
        spacing, ticks = linear_ticks(low, high, 5)
        line = painter.fontMetrics().height()
        widest = max((painter.fontMetrics().horizontalAdvance(tick_text(t, spacing))
                      for t in ticks), default=0)
        left = widest + line + theme.px(8)
        area = QRectF(left, line * 0.5, self.width() - left - line,
                      self.height() - 2.5 * line - theme.px(6))
        self._draw_grid(painter, area, ticks, spacing)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.good), theme.px(1), Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(area.bottomLeft(), area.topRight()))
        self._draw_meaning(painter, area)
        painter.setClipRect(area.adjusted(-4, -4, 4, 4))
        self._draw_points(painter, area)
        self._draw_names(painter, area)

    def _draw_grid(
        self, painter: QPainter, area: QRectF, ticks: list[float], spacing: float
    ) -> None:
        tokens, (low, high) = theme.current(), self.span()
        line, gap = painter.fontMetrics().height(), theme.px(5)
        for tick in ticks:
            share = (tick - low) / (high - low)
            x, y = area.left() + share * area.width(), area.bottom() - share * area.height()
            painter.setPen(QColor(tokens.grid))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
            painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
            painter.setPen(QColor(tokens.axis))
            text = tick_text(tick, spacing)
            painter.drawText(QRectF(x - 60, area.bottom() + gap / 2, 120, line),
                             Qt.AlignmentFlag.AlignHCenter, text)
            painter.drawText(QRectF(0, y - line / 2, area.left() - gap, line),
                             Qt.AlignmentFlag.AlignRight, text)
        painter.setPen(QColor(tokens.text_muted))
        painter.drawText(QRectF(area.left(), self.height() - line, area.width(), line),
                         Qt.AlignmentFlag.AlignCenter, "true")
        painter.save()
        painter.translate(0, area.bottom())
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, area.height(), line), Qt.AlignmentFlag.AlignCenter,
                         "predicted")
        painter.restore()

    def _draw_meaning(self, painter: QPainter, area: QRectF) -> None:
        """Write along the upper end of the dashed line what it stands for."""
        length, line = hypot(area.width(), area.height()), painter.fontMetrics().height()
        painter.save()
        painter.translate(area.bottomLeft())
        painter.rotate(-degrees(atan2(area.height(), area.width())))
        painter.drawText(QRectF(0, -line - 2, length - 3 * line, line),
                         Qt.AlignmentFlag.AlignRight, RIGHT)
        painter.restore()

    def _draw_points(self, painter: QPainter, area: QRectF) -> None:
        if self._dataset is None or self._snapshot is None or not len(self._snapshot.samples):
            return
        truth = self._dataset.in_units(self._dataset.values[self._snapshot.samples])
        low, high = self.span()
        xs = area.left() + (truth - low) / (high - low) * area.width()
        guessed = self._dataset.in_units(self._snapshot.sample_outputs.reshape(truth.shape))
        guessed = np.nan_to_num(guessed, nan=low, posinf=high, neginf=low)
        ys = area.bottom() - (np.clip(guessed, low, high) - low) / (high - low) * area.height()
        radius, colours = theme.px(5) / 2, self._colours(truth.shape[1])
        painter.setPen(QPen(QColor(theme.current().point_outline), theme.scale()))
        for column, colour in enumerate(colours):
            painter.setBrush(colour)
            for x, y in zip(xs[:, column].tolist(), ys[:, column].tolist(), strict=True):
                painter.drawEllipse(QPointF(x, y), radius, radius)

    def _draw_names(self, painter: QPainter, area: QRectF) -> None:
        """Name the colours of several targets in the corner where there are fewest points."""
        names = self._dataset.target_names if self._dataset is not None else ()
        if not 1 < len(names) <= MOST_NAMES:
            return
        metrics, gap = painter.fontMetrics(), theme.px(6)
        line = metrics.height()
        kept = [metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(area.width() / 3))
                for name in names[:int((area.height() - gap) / line)]]
        wide = max(map(metrics.horizontalAdvance, kept), default=0) + 3 * gap
        ground = QColor(theme.current().surface)
        ground.setAlphaF(0.8)
        painter.fillRect(
            QRectF(area.left() + 1, area.top() + 1, wide, line * len(kept) + gap / 2), ground)
        for index, (name, colour) in enumerate(zip(kept, self._colours(len(names)), strict=False)):
            middle = area.top() + (index + 0.5) * line + gap / 3
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(area.left() + gap, middle), gap / 2, gap / 2)
            painter.setPen(QColor(theme.current().text_muted))
            painter.drawText(QRectF(area.left() + 2 * gap, middle - line / 2, wide, line),
                             Qt.AlignmentFlag.AlignVCenter, name)

    def _colours(self, targets: int) -> list[QColor]:
        one = [QColor(theme.current().positive)]
        return theme.class_colours(targets) if targets > 1 else one

    @Slot()
    def _on_theme_changed(self) -> None:
        self.update()
