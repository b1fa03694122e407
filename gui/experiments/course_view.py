"""The loss by step of some rows: the median of the seeds, and from the least to the largest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.experiments.results import Result
from gui import theme
from gui.experiments.figure_axis import FigureAxis
from gui.experiments.ink import LEFT, TICK_ROW, paint_below, paint_beside, small_font, spread_out
from gui.experiments.scales import decade_ticks
from gui.widgets import linear_ticks, tick_text

TOP, RIGHT = 8, 12
MOST = 6
"""Curves that are drawn at most: more cannot be told apart."""


@dataclass(frozen=True)
class CourseCurve:
    """The course of a row.

    Attributes
    ----------
    label : str
        What the row is called.
    steps : tuple[int, ...]
        Where it is known.
    low, middle, high : tuple[float, ...]
        Least, median and largest loss of the seeds there.
    """

    label: str
    steps: tuple[int, ...]
    low: tuple[float, ...]
    middle: tuple[float, ...]
    high: tuple[float, ...]


def course_of(label: str, results: Sequence[Result]) -> CourseCurve | None:
    """Return the course of a row's seeds; None where nothing is known.

    Where some seeds have come to their end before others, the rest goes on.
    """
    by_step: dict[int, list[float]] = {}
    for result in results:
        for step, loss in zip(result.steps, result.curve, strict=True):
            if loss is not None and math.isfinite(loss):
                by_step.setdefault(step, []).append(loss)
    steps = sorted(step for step in by_step if step > 0)
    if not steps:
        return None
    return CourseCurve(label, tuple(steps), tuple(min(by_step[step]) for step in steps),
                       tuple(median(by_step[step]) for step in steps),
                       tuple(max(by_step[step]) for step in steps))


class CourseView(QWidget):
    """Draws loss by step, steps on a logarithmic axis. GUI thread only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: tuple[CourseCurve, ...] = ()
        self._goal = 0.0
        self.setAccessibleName("Loss by step")
        self.setToolTip("<p>Loss of training batches by step: the median of the seeds, and from "
                        "the least to the largest.</p>")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.notifier().changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(340), theme.px(170))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(240), theme.px(90))

    def set_curves(self, curves: Sequence[CourseCurve], goal: float = 0.0) -> None:
        """Draw these curves, and the loss that was to be reached; 0 for none."""
        self._curves, self._goal = tuple(curves[:MOST]), goal
        self.setAccessibleDescription(". ".join(
            f"{curve.label}: from {curve.middle[0]:.3g} at step {curve.steps[0]:,} to "
            f"{curve.middle[-1]:.3g} at step {curve.steps[-1]:,}" for curve in self._curves))
        self.update()

    def _axes(self) -> tuple[tuple[float, float], FigureAxis]:
        first = min(curve.steps[0] for curve in self._curves)
        last = max(curve.steps[-1] for curve in self._curves)
        top = max(max(curve.middle) for curve in self._curves)
        # A seed that flies off is cut, so that the others can be seen.
        high = min(max(max(curve.high) for curve in self._curves), 2 * top) or 1.0
        low = math.log10(first)
        return (low, max(math.log10(last), low + 0.1)), FigureAxis(0.0, high * 1.04, False)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._curves:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font())
        px = theme.px
        area = QRectF(self.rect()).adjusted(px(LEFT), px(TOP), -px(RIGHT), -px(2 * TICK_ROW + 4))
        steps, losses = self._axes()
        spacing, values = linear_ticks(losses.low, losses.high,
                                       max(2, int(area.height() / px(36))))
        paint_beside(painter, area, spread_out(
            [(value, tick_text(value, spacing)) for value in values], (losses.low, losses.high),
            (area.bottom(), area.top())), "", grid=True)
        paint_below(painter, area, spread_out(
            decade_ticks(*steps, max(2, int(area.width() / px(70)))), steps,
            (area.left(), area.right())), "step")
        self._paint_goal(painter, area, losses)
        painter.setClipRect(area.adjusted(0, -2, 0, 2))
        labels = [self._paint_curve(painter, area, curve, steps, losses)
                  for curve in self._curves]
        painter.setClipping(False)
        self._paint_labels(painter, area, labels)

    def _paint_goal(self, painter: QPainter, area: QRectF, losses: FigureAxis) -> None:
        if not 0 < self._goal < losses.high:
            return
        tokens = theme.current()
        y = area.bottom() - losses.share(self._goal) * area.height()
        pen = QPen(QColor(tokens.text_muted), 1)
        pen.setDashPattern([4.0, 3.0])
        painter.setPen(pen)
        painter.drawLine(QLineF(area.left(), y, area.right(), y))
        painter.drawText(QPointF(area.left() + 4, y - 4), f"goal {self._goal:g}")

    def _paint_curve(self, painter: QPainter, area: QRectF, curve: CourseCurve,
                     steps: tuple[float, float], losses: FigureAxis) -> tuple[QPointF, str]:
        tokens = theme.current()

        def line(figures: Sequence[float]) -> list[QPointF]:
            return [QPointF(area.left() + (math.log10(step) - steps[0]) / (steps[1] - steps[0])
                            * area.width(),
                            area.bottom() - losses.share(figure) * area.height())
                    for step, figure in zip(curve.steps, figures, strict=True)]
        band = QColor(tokens.train)
        band.setAlphaF(0.16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(band)
        painter.drawPolygon(QPolygonF([*line(curve.high), *line(curve.low)[::-1]]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.train), 2))
        middle = line(curve.middle)
        painter.drawPolyline(QPolygonF(middle))
        half = (curve.middle[0] + curve.middle[-1]) / 2
        at = min(range(len(middle)), key=lambda place: abs(curve.middle[place] - half))
        return middle[at], curve.label

    def _paint_labels(self, painter: QPainter, area: QRectF,
                      labels: Sequence[tuple[QPointF, str]]) -> None:
        tokens = theme.current()
        painter.setFont(small_font(bold=True))
        metrics = QFontMetricsF(painter.font())
        taken: list[QRectF] = []
        for point, text in labels:
            place = QRectF(point.x() + 4, point.y() - metrics.height(),
                           metrics.horizontalAdvance(text) + 6, metrics.height())
            place.moveLeft(min(place.left(), area.right() - place.width()))
            while (any(place.intersects(other) for other in taken)
                   and place.bottom() < area.bottom()):
                place.translate(0, metrics.height())
            taken.append(QRectF(place))
            ground = QColor(tokens.surface)
            ground.setAlphaF(0.8)
            painter.fillRect(place, ground)
            painter.setPen(QColor(tokens.text))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()
