"""Loss over steps."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, Signal, Slot
from PySide6.QtWidgets import QWidget

from engine.telemetry.history import History
from engine.telemetry.parts import NOTHING, Wanted
from gui import theme
from gui.frames.frame import Frame
from gui.frames.ghost import Ghost
from gui.frames.record import Record
from gui.frames.run_info import RunInfo
from gui.plots.axes import ValueAxis
from gui.plots.band import Band
from gui.plots.canvas import Canvas
from gui.plots.count import Count, places, span
from gui.plots.count_button import CountButton
from gui.plots.curve import FramedCurve, framed
from gui.plots.feed import LOSS, VALIDATION_LOSS, Reals
from gui.plots.ghost_curves import TIP, TITLE, GhostCurves
from gui.plots.graph import pg
from gui.plots.legend import Legend, LegendEntry
from gui.plots.ranges import EasedRange, halved, log10, widened
from gui.widgets import Button, ViewCard, plain_number

EMPTY: Reals = np.zeros(0)
EMPTY_LOG_ENDS, EMPTY_ENDS = (-1.15, 0.15), (0.0, 1.0)
BATCH_TIP = ("Loss of the training batches: of one batch, or the mean of those that a point stands "
             "for; the band reaches from the smallest to the largest.")
GHOST_TIP = f"{TIP} The dashed line is its validation loss."
LEAST_REACH = {True: 1.0, False: 0.01}
"""How far the last run may widen the axis at least, in decades where it is logarithmic."""
VALIDATION_TIP = "Loss over the validation examples at the end of every epoch."
# Single batches may come near zero loss; they must not squeeze the rest of the curve. Where it is
# for a tenth of its way is no single batch.
DECADES, RARE = 6.0, 0.1
# Measured: a thick curve of 512 noisy points takes 14 ms to paint, this one 4.
THICK_POINTS = 200


class LossPlot(ViewCard):
    """Mean and spread of the batches' loss, and the validation loss. GUI thread only.

    Signals
    -------
    log_changed(bool)
        A person switched between the logarithmic and the plain axis.
    count_changed(Count)
        A person wants something else to be counted along the axis at the bottom.
    """

    log_changed = Signal(bool)
    count_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Loss", parent)
        self._frame: Frame | None = None
        self._log = True
        self._hovered: float | None = None
        self._x: Reals = EMPTY
        self._steps: Reals = EMPTY
        self._pixel = (0.0, 0.0)
        self._count = Count.STEPS
        self._ghost: tuple[Ghost | None, Count, bool] = (None, self._count, True)
        self._range = EasedRange(0.25)
        self._ends = EMPTY_LOG_ENDS
        self._make_header()
        self._axis = ValueAxis(logarithmic=True)
        self._canvas = Canvas(self._axis, "Press Run to start")
        self._band = Band()
        self._curves = {
            LOSS: FramedCurve(smooth=True),
            VALIDATION_LOSS: FramedCurve(smooth=True),
        }
        for item in (self._band, *self._curves.values()):
            self._canvas.addItem(item)
        self._ghosts = GhostCurves(self._canvas)
        self._count_button = CountButton(self._canvas)
        self._count_button.chosen.connect(self.set_count)
        self._canvas.hovered.connect(self._on_canvas_hovered)
        self._canvas.setAccessibleName("Loss over steps")
        self.body.addWidget(self._canvas, 1)
        theme.notifier().changed.connect(self._on_colours_changed)
        self._on_colours_changed()
        self._show_nothing()

    def _make_header(self) -> None:
        self._entries = {
            LOSS: LegendEntry("train (batch)", "train", short="batch", tooltip=BATCH_TIP),
            VALIDATION_LOSS: LegendEntry("validation", "validation", tooltip=VALIDATION_TIP),
        }
        self._ghost_entry = LegendEntry(TITLE, "ghost", tooltip=GHOST_TIP, has_value=False)
        self._ghost_entry.hide()
        self.add_header_widget(Legend(*self._entries.values(), self._ghost_entry))
        self._toggle = Button("log y")
        self._toggle.setProperty("tone", "quiet")
        self._toggle.setCheckable(True)
        self._toggle.setChecked(True)
        self._toggle.setToolTip("Draw log₁₀ of the loss, so that equal ways are equal factors (L).")
        self._toggle.clicked.connect(self.set_log)
        self.add_header_widget(self._toggle)

    def set_run(self, _run: RunInfo) -> None:
        """Forget the run before; what follows belongs to another one."""
        self._frame = None
        self._range.reset()
        self._show_ghost(None)
        self._show_nothing()

    def show_frame(self, frame: Frame) -> None:
        """Draw the newest history; while hidden, it is only kept."""
        self._frame = frame
        self.draw_when_seen()

    def wanted(self) -> Wanted:
        """Return nothing: all that it draws is history."""
        return NOTHING

    @property
    def points(self) -> int:
        """How many points of the training loss are drawn."""
        return len(self._x)

    def is_log(self) -> bool:
        """Return whether the axis is logarithmic."""
        return self._log

    @Slot(bool)
    def set_log(self, log: bool) -> None:
        """Make the axis logarithmic or plain."""
        self._toggle.setChecked(log)
        if log == self._log:
            return
        self._log = log
        self._range = EasedRange(0.25) if log else EasedRange(0.01)
        self._axis.set_logarithmic(log)
        self.log_changed.emit(log)
        self.draw()

    @Slot()
    def toggle_log(self) -> None:
        """Switch between the logarithmic and the plain axis."""
        self.set_log(not self._log)

    @Slot(object)
    def set_count(self, count: Count) -> None:
        """Count something else along the axis at the bottom."""
        if count is self._count:
            return
        self._count = count
        self._count_button.show_count(count)
        self._canvas.set_count(count)
        self._hovered = None
        self.count_changed.emit(count)
        self.draw()

    def draw(self) -> None:
        """Draw the newest history, before it what stays of the last run."""
        frame = self._frame
        self._show_ghost(None if frame is None else frame.ghost)
        if frame is None or frame.history.length == 0:
            self._show_nothing()
            return
        history = self._series(frame)
        self._steps = history.steps()
        x = self._x = places(self._count, self._steps, frame.epochs.at(self._steps))
        mean, checked = (self._scaled(history.mean(column)) for column in self._curves)
        low, high = self._scaled(history.low(LOSS)), self._scaled(history.high(LOSS))
        self._set_range(frame, np.concatenate((mean, checked)), high)
        self._band.set_data(x, low, high, self._ends)
        measured = np.isfinite(checked) | np.isneginf(checked)
        self._curves[LOSS].set_points(*thinned(x, self._above_floor(mean)))
        self._curves[VALIDATION_LOSS].set_points(
            *thinned(x[measured], self._above_floor(checked[measured])))
        self._canvas.set_empty(False)
        self._refresh_texts()

    def _series(self, frame: Frame) -> History | Record:
        """Return what to draw: where the axis is logarithmic, the first steps one by one."""
        return frame.record if self._count is Count.LOG_STEPS else frame.history

    def _show_ghost(self, ghost: Ghost | None) -> None:
        """Draw what stays of the last run, anew only where it or an axis has changed."""
        shown = (ghost, self._count, self._log)
        if shown == self._ghost:
            return
        self._ghost = shown
        self._ghost_entry.setVisible(ghost is not None)
        if ghost is None:
            self._ghosts.show(EMPTY, ())
            return
        self._ghosts.show(places(self._count, ghost.steps, ghost.epochs),
                          [self._scaled(ghost.losses[column]) for column in self._curves],
                          dashed=(1,))

    def _show_nothing(self) -> None:
        self._x = self._steps = EMPTY
        for curve in self._curves.values():
            curve.set_points(EMPTY, EMPTY)
        self._band.clear()
        for entry in self._entries.values():
            entry.set_value("")
        self._canvas.hide_readout()
        self._ends = EMPTY_LOG_ENDS if self._log else EMPTY_ENDS
        right = 100.0 if self._count is Count.STEPS else 2.0
        known = self._ghosts.values_until(np.inf)
        if len(known):
            # There is nothing else to be seen: the last run has all the room.
            right = self._ghosts.last_place()
            self._ends = EasedRange(LEAST_REACH[self._log]).towards(
                float(known.min()), float(known.max()))
        self._canvas.set_empty(not len(known))
        self._canvas.set_ranges((0.0, right), self._ends)
        self._ghosts.set_bounds(framed((0.0, right), self._ends, self._canvas.pixel()))

    def _scaled(self, values: Reals) -> Reals:
        return log10(values) if self._log else np.where(np.isfinite(values), values, np.nan)

    def _above_floor(self, values: Reals) -> Reals:
        """Return values of which none, be it 0 on a logarithmic axis, is below the plot."""
        return np.maximum(values, self._ends[0] + self._pixel[1])

    def _set_range(self, frame: Frame, values: Reals, highs: Reals) -> None:
        values, highs = values[np.isfinite(values)], highs[np.isfinite(highs)]
        reach = span(self._count, float(self._steps[-1]), frame.epochs)
        if len(values):
            low, high = float(values.min()), float(values.max())
            if self._log:
                low = max(low, min(high - DECADES, float(np.quantile(values, RARE))))
            # The spread is shown in full but for rare peaks far above the mean.
            peak = float(np.quantile(highs, 0.98)) if len(highs) else high
            high = max(high, min(peak, high + 0.5 * (high - low)))
            low, high = widened(low, high, self._ghosts.values_until(reach[1]),
                                LEAST_REACH[self._log])
            self._ends = self._range.towards(low, high)
        self._canvas.set_ranges(reach, self._ends)
        # Asked once: to find it takes as long as to draw a curve.
        self._pixel = self._canvas.pixel()
        bounds = framed(reach, self._ends, self._pixel)
        for curve in self._curves.values():
            curve.set_bounds(bounds)
        self._ghosts.set_bounds(bounds)

    def _refresh_texts(self) -> None:
        frame = self._frame
        if frame is None or not len(self._x):
            return
        history = self._series(frame)
        for column, entry in self._entries.items():
            known = history.mean(column)
            known = known[np.isfinite(known)]
            entry.set_value(loss_text(float(known[-1])) if len(known) else "")
        if self._hovered is None:
            self._canvas.hide_readout()
            return
        at = int(np.argmin(np.abs(self._x - self._hovered)))
        self._canvas.show_readout(self._values_at(history, at), float(self._x[at]))

    def _values_at(self, history: History | Record, at: int) -> str:
        parts = [f"Step {self._steps[at]:,.0f}"]
        if self._count is Count.EPOCHS:
            parts.insert(0, f"Epoch {plain_number(float(self._x[at]))}")
        low, high = float(history.low(LOSS)[at]), float(history.high(LOSS)[at])
        mean = float(history.mean(LOSS)[at])
        if math.isfinite(mean):
            spread = f" ({plain_number(low)} to {plain_number(high)})" if high > low else ""
            parts.append(f"batch {loss_text(mean)}{spread}")
        checked = history.mean(VALIDATION_LOSS)
        measured = np.flatnonzero(np.isfinite(checked[: at + 1]))
        if len(measured):
            parts.append(f"validation {loss_text(float(checked[measured[-1]]))}")
        return "   ".join(parts)

    @Slot(object)
    def _on_canvas_hovered(self, point: QPointF | None) -> None:
        self._hovered = None if point is None else point.x()
        if len(self._x):
            self._refresh_texts()

    @Slot()
    def _on_colours_changed(self) -> None:
        tokens = theme.current()
        self._curves[LOSS].setPen(pg.mkPen(tokens.train, width=2))
        self._curves[VALIDATION_LOSS].setPen(pg.mkPen(tokens.validation, width=2))
        self._band.set_colour(tokens.train, 0.14)


def thinned(x: Reals, y: Reals) -> tuple[Reals, Reals]:
    """Return the means of neighbours until there are few enough points for a thick curve."""
    while len(x) > THICK_POINTS:
        x, y = halved(x), halved(y)
    return x, y


def loss_text(value: float) -> str:
    """Return a loss in four figures."""
    return f"{value:.4f}" if 1e-3 <= abs(value) < 10 else plain_number(value)
