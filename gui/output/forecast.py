"""A series over time, and what the network says about it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from engine.data.dataset import Dataset, Reals
from engine.data.series import windows_of
from engine.data.windows import Windows
from engine.telemetry.snapshot import Forecast, Snapshot
from engine.telemetry.tables import Table
from gui import theme
from gui.output.drawing import (
    Readout,
    Scale,
    draw_readout,
    draw_scales,
    draw_sentence,
    small_font,
)
from gui.output.forecast_errors import error_lines, steps_ahead
from gui.output.probe import ProbeView
from gui.output.tables import forecast_table
from gui.output.view import OutputView

EMPTY = "The forecast is shown as soon as the network is ready."
OWN = "from its own forecasts alone"
START = "Only its own from here on", "Own only"
"""What the dashed line means, and in short."""
HEADROOM = 0.35
"""A forecast may leave the range of the series by this share of it; beyond, it is cut off."""


@dataclass(frozen=True)
class Line:
    """One curve: its name, a short one where room is short, and the token of its colour."""

    field: str
    name: str
    short: str
    role: str


LINES = (
    Line("actual", "Actual", "True", "text_muted"),
    Line("one_step", "One step ahead", "One", "train"),
    Line("rollout", "Free-running", "Free", "validation"),
)


def value_range(forecast: Forecast) -> tuple[float, float]:
    """Return the range of the value axis: all curves, as far as they stay near the series."""
    actual = forecast.actual[np.isfinite(forecast.actual)]
    if not len(actual):
        return -1.0, 1.0
    low, high = float(actual.min()), float(actual.max())
    span = (high - low) or 1.0
    told = np.concatenate((actual, forecast.one_step, forecast.rollout))
    told = np.clip(told[np.isfinite(told)], low - HEADROOM * span, high + HEADROOM * span)
    return float(told.min()) - 0.05 * span, float(told.max()) + 0.05 * span


class ForecastView(ProbeView, OutputView):
    """The series, the forecast of every value from the true ones before it, and from its own.

    Free-running, the network is given its own forecasts, so that its errors add up. From the
    dashed line on there is no true value left in its window. Where it looks at more than it
    forecasts, it cannot run freely. Below the legend stands how far off it is, beside what can be
    said without a network.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Forecast of the series", parent)
        self._forecast: Forecast | None = None
        self._windows: Windows | None = None
        self._window = 0
        self._told: tuple[str, ...] = ()

    def set_dataset(self, dataset: Dataset) -> None:
        """Forget the forecast before."""
        self._forecast, self._windows = None, windows_of(dataset)
        self._window, self._told = self._windows.steps, ()
        self.setAccessibleDescription("")
        self.point_at(None)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the forecast of a snapshot."""
        if snapshot.forecast is not None:
            self._forecast = snapshot.forecast
            if self._windows is not None:
                self._told = error_lines(snapshot.forecast, self._windows)
            drawn = "; ".join(f"{line.name}: mean absolute error {self.error(line.field):.3g}"
                              for line in self._lines()[1:])
            self.setAccessibleDescription(". ".join((*self._told, drawn)))
            self.update()

    def table(self) -> Table:
        """Return the series and both forecasts."""
        return forecast_table(self._forecast)

    def _lines(self) -> tuple[Line, ...]:
        """Return the curves that there are, the second called by how far ahead it looks."""
        ahead = LINES[1]
        if self._windows is not None and self._windows.ahead[0] > 1:
            told = steps_ahead(self._windows, 0)
            ahead = replace(ahead, name=told, short=told.split()[0])
        if self._forecast is not None and np.isnan(self._forecast.rollout).all():
            return LINES[0], ahead
        return LINES[0], ahead, LINES[2]

    def error(self, field: str) -> float:
        """Return the mean absolute error of a curve where it is finite; NaN for none."""
        if self._forecast is None:
            return float("nan")
        difference = np.abs(getattr(self._forecast, field) - self._forecast.actual)
        known = difference[np.isfinite(difference)]
        return float(known.mean()) if len(known) else float("nan")

    def minimumSizeHint(self) -> QSize:
        """Return room for a small plot."""
        return QSize(theme.px(200), theme.px(130))

    def area(self) -> QRectF:
        """Return where the curves are, in px."""
        line = self.fontMetrics().height()
        left = self.fontMetrics().horizontalAdvance("\N{MINUS SIGN}0.00") + theme.px(6)
        top = (1.4 + 1.2 * len(self._told)) * line
        return QRectF(left, top, max(self.width() - left - theme.px(4), 1.0),
                      max(self.height() - top - 1.2 * line, 1.0))

    def time_at(self, x: float) -> int:
        """Return the step of time that is nearest to a place, in px."""
        area, last = self.area(), self._last()
        return round(min(max((x - area.left()) / area.width(), 0.0), 1.0) * last)

    def lines_at(self, time: int) -> tuple[str, ...]:
        """Return what is said about one step of time."""
        if self._forecast is None:
            return ()
        values = [(line.name, float(getattr(self._forecast, line.field)[time]))
                  for line in self._lines()]
        told = [f"{name}: " + f"{value:.3g}".replace("-", "\N{MINUS SIGN}")
                for name, value in values if np.isfinite(value)]
        if 0 < self._window <= time and np.isfinite(self._forecast.rollout[time]):
            told.append(OWN)
        return f"Time step {time}", *told

    def moved(self, spot: QPointF | None, across: int, up: int) -> QPointF | None:
        """Return the place of the step of time before or after."""
        area, last = self.area(), self._last()
        time = -1 if spot is None else self.time_at(spot.x())
        x = area.left() + min(max(time + across, 0), last) / max(last, 1) * area.width()
        return QPointF(x, area.center().y())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw legend, axes, curves and the values that are pointed at."""
        painter = QPainter(self)
        if self._forecast is None or len(self._forecast.actual) < 2:
            draw_sentence(painter, QRectF(self.rect()), EMPTY)
            return
        painter.setFont(small_font(self))
        area, y = self.area(), value_range(self._forecast)
        self._draw_start(painter, area)
        draw_scales(painter, area, Scale(0.0, float(self._last()), "time step"), Scale(*y),
                    grid=True)
        self._draw_legend(painter)
        self._draw_told(painter, area)
        painter.save()
        painter.setClipRect(area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line in self._lines():
            values = getattr(self._forecast, line.field)
            painter.setPen(self._pen(line))
            for piece in _pieces(values, area, y):
                painter.drawPolyline(piece)
        painter.restore()
        self._draw_pointed(painter, area)
        self.draw_focus(painter)

    def _has_start(self) -> bool:
        """Say whether there is a step of time from which on all true values have left."""
        return len(self._lines()) == len(LINES) and 0 < self._window < self._last()

    def _draw_start(self, painter: QPainter, area: QRectF) -> None:
        """Draw where the last true value has left the network's window."""
        if not self._has_start():
            return
        x = area.left() + self._window / self._last() * area.width()
        painter.setPen(start_pen())
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()))

    def _pen(self, line: Line) -> QPen:
        """Return a broad pale pen for the series, so that a forecast on it can be seen."""
        colour = QColor(getattr(theme.current(), line.role))
        if line.field == "actual":
            colour.setAlphaF(0.4)
            return QPen(colour, theme.px(4))
        # Measured: 500 points of width 1 cost a quarter of what wider ones do.
        return QPen(colour, 1)

    def _draw_legend(self, painter: QPainter) -> None:
        tokens, metrics = theme.current(), painter.fontMetrics()
        stroke, gap = theme.px(15), theme.px(6)
        x, middle = self.area().left(), metrics.height() / 2
        names = self.legend(metrics, round(self.width() - x + 2 * gap), stroke + 3 * gap)
        for name, pen in zip(names, self._legend_pens(), strict=True):
            painter.setPen(pen)
            painter.drawLine(QLineF(x, middle, x + stroke, middle))
            painter.setPen(QColor(tokens.text_muted))
            wide = metrics.horizontalAdvance(name)
            painter.drawText(QPointF(x + stroke + gap, metrics.ascent()), name)
            x += stroke + wide + 3 * gap

    def _draw_told(self, painter: QPainter, area: QRectF) -> None:
        """Write the errors below the legend, cut where there is no room."""
        metrics = painter.fontMetrics()
        painter.setPen(QColor(theme.current().text))
        for number, line in enumerate(self._told, start=1):
            # A long line begins at the edge instead of being cut.
            spare = self.width() - metrics.horizontalAdvance(line) - theme.px(8)
            left = max(0.0, min(area.left(), spare))
            told = metrics.elidedText(line, Qt.TextElideMode.ElideRight,
                                      round(self.width() - left))
            painter.drawText(QPointF(left, 1.2 * number * metrics.height()
                                     + metrics.ascent()), told)

    def legend(self, metrics: QFontMetrics, room: int, beside: int) -> list[str]:
        """Return what stands in the legend: the longest words that fit a number of px.

        Parameters
        ----------
        metrics : QFontMetrics
            Of the legend's font.
        room : int
            Px that there are.
        beside : int
            Px that every entry takes beside its words.
        """
        start = (START,) if self._has_start() else ()
        entries = [(line.name, line.short) for line in self._lines()] + list(start)
        wide = sum(metrics.horizontalAdvance(name) + beside for name, _ in entries)
        return [name if wide <= room else short for name, short in entries]

    def _legend_pens(self) -> list[QPen]:
        """Return how every entry of the legend is drawn."""
        pens = [self._pen(line) for line in self._lines()]
        for pen in pens:
            pen.setWidthF(max(pen.widthF(), theme.px(2.5)))
        return [*pens, start_pen()] if self._has_start() else pens

    def _draw_pointed(self, painter: QPainter, area: QRectF) -> None:
        if self.pointed is None:
            return
        time = self.time_at(self.pointed.x())
        x = area.left() + time / self._last() * area.width()
        painter.setPen(QColor(theme.current().border_strong))
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        readout = Readout(QPointF(x, self.pointed.y()), self.lines_at(time), QImage())
        draw_readout(painter, area, readout)

    def _last(self) -> int:
        return len(self._forecast.actual) - 1 if self._forecast is not None else 0


def start_pen() -> QPen:
    """Return how it is drawn that there are no true values left."""
    return QPen(QColor(theme.current().text_muted), 1, Qt.PenStyle.DashLine)


def _pieces(values: Reals, area: QRectF, y: tuple[float, float]) -> list[QPolygonF]:
    """Return the curve in px, a polyline for every stretch of finite values."""
    known = np.isfinite(values)
    xs = area.left() + np.arange(len(values)) / (len(values) - 1) * area.width()
    far = 4 * (y[1] - y[0])
    held = np.clip(np.where(known, values, y[0]), y[0] - far, y[1] + far)
    ys = area.bottom() - (held - y[0]) / (y[1] - y[0]) * area.height()
    ends = np.flatnonzero(np.diff(known.astype(np.int8))) + 1
    stretches = np.split(np.arange(len(values)), ends)
    return [QPolygonF([QPointF(a, b) for a, b in zip(xs[part].tolist(), ys[part].tolist(),
                                                      strict=True)])
            for part in stretches if len(part) and known[part[0]]]
