"""A small picture of the learning rate over the steps to come."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.layers import SCHEDULES
from engine.spec import TrainingSpec
from gui import theme
from gui.widgets import plain_number
from gui.widgets.number_box import written

HEIGHT = 132
POINTS = 240
LEFT, RIGHT, TOP, BOTTOM = 62, 12, 12, 24
"""Margins around the curve in px at 13 px text."""


class RatePreview(QWidget):
    """Draws the learning rate that a schedule gives, and where the run is. GUI thread only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._training = TrainingSpec()
        self._step = 0
        self.setAccessibleName("Learning rate over the steps")
        self.setToolTip("<p>The learning rate over the steps of a run. The dot is the step that "
                        "the run has come to.</p>")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(320), theme.px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(HEIGHT))

    def set_training(self, training: TrainingSpec) -> None:
        """Draw the schedule of this training."""
        self._training = training
        first, last = (written(float(f"{self.rate_at(t):.3g}")) for t in (0.0, self.span()))
        self.setAccessibleDescription(f"From {first} to {last}")
        self.update()

    def set_step(self, step: int) -> None:
        """Show how far the run has come."""
        if step != self._step:
            self._step = step
            self.update()

    def span(self) -> float:
        """Return how many steps, or plateaus, are drawn."""
        spec = self._training.schedule
        schedule = SCHEDULES.get(spec.kind)
        return schedule.span(spec) if schedule is not None else 1.0

    def rate_at(self, t: float) -> float:
        """Return the learning rate after ``t`` steps, or plateaus."""
        spec = self._training.schedule
        schedule = SCHEDULES.get(spec.kind)
        factor = schedule.factor(spec, t) if schedule is not None else 1.0
        return self._training.learning_rate * factor

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px = theme.current(), theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.border), 1))
        painter.setBrush(QColor(tokens.surface_sunken))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), px(8), px(8))
        box = QRectF(self.rect()).adjusted(px(LEFT), px(TOP), -px(RIGHT), -px(BOTTOM))
        span = self.span()
        rates = [self.rate_at(span * i / POINTS) for i in range(POINTS + 1)]
        top = max(*rates, 1e-30)
        self._paint_scale(painter, box, top, span)
        places = [QPointF(box.left() + box.width() * i / POINTS,
                          box.bottom() - box.height() * rate / top)
                  for i, rate in enumerate(rates)]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.accent), px(2)))
        painter.drawPolyline(QPolygonF(places))
        self._paint_step(painter, box, top, span)

    def _paint_scale(self, painter: QPainter, box: QRectF, top: float, span: float) -> None:
        tokens, px = theme.current(), theme.px
        font = painter.font()
        font.setPixelSize(px(11))
        painter.setFont(font)
        for share in (0.0, 0.5, 1.0):
            y = box.bottom() - share * box.height()
            painter.setPen(QColor(tokens.grid if tokens.is_dark else tokens.border))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            painter.setPen(QColor(tokens.axis))
            painter.drawText(QRectF(0, y - px(8), box.left() - px(6), px(16)),
                             int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
                             plain_number(share * top))
        foot = QRectF(box.left(), box.bottom() + px(4), box.width(), px(16))
        schedule = SCHEDULES.get(self._training.schedule.kind)
        counted = "plateaus" if schedule is not None and schedule.follows_loss else "steps"
        painter.drawText(foot, int(Qt.AlignmentFlag.AlignLeft), "0")
        painter.drawText(foot, int(Qt.AlignmentFlag.AlignRight), f"{round(span):,} {counted}")

    def _paint_step(self, painter: QPainter, box: QRectF, top: float, span: float) -> None:
        schedule = SCHEDULES.get(self._training.schedule.kind)
        if schedule is None or schedule.follows_loss:
            return
        tokens, radius = theme.current(), theme.px(5)
        t = min(float(self._step), span)
        painter.setPen(QPen(QColor(tokens.surface), theme.px(2)))
        painter.setBrush(QColor(tokens.accent))
        painter.drawEllipse(QPointF(box.left() + box.width() * t / span,
                                    box.bottom() - box.height() * self.rate_at(t) / top),
                            radius, radius)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()
