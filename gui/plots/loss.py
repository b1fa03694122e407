"""Loss over steps, of one run or of a pair."""

from __future__ import annotations

import math
from itertools import zip_longest

import numpy as np
from PySide6.QtCore import QPointF, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from engine.telemetry.history import History
from engine.telemetry.parts import NOTHING, Wanted
from engine.telemetry.tables import Table
from gui import theme
from gui.frames.frame import Frame, sides
from gui.frames.ghost import Ghost
from gui.frames.record import Record
from gui.frames.run_info import FIRST, SECOND, RunInfo
from gui.plots.axes import ValueAxis
from gui.plots.band import Band
from gui.plots.canvas import Canvas
from gui.plots.count import Count, places, span
from gui.plots.count_button import CountButton
from gui.plots.cursor_mark import CursorMark
from gui.plots.curve import framed
from gui.plots.drawn import Drawn, end_of
from gui.plots.end_labels import EndLabels
from gui.plots.feed import LOSS, VALIDATION_LOSS, Reals
from gui.plots.ghost_curves import GhostCurves
from gui.plots.loss_legend import LossLegend
from gui.plots.loss_side import COLUMNS, EMPTY, LossSide, loss_text
from gui.plots.ranges import EasedRange, log10, widened
from gui.plots.seed_bands import SeedBands, SpreadLike
from gui.plots.stillness import FrozenMark, Stillness
from gui.plots.tables import loss_table
from gui.widgets import Button, ViewCard, plain_number

EMPTY_LOG_ENDS, EMPTY_ENDS = (-1.15, 0.15), (0.0, 1.0)
LEAST_REACH = {True: 1.0, False: 0.01}
"""How far other runs may widen the axis at least, in decades where it is logarithmic."""
# Single batches may come near zero loss; they must not squeeze the rest of the curve. Where it is
# for a tenth of its way is no single batch.
DECADES, RARE = 6.0, 0.1
APART_PX = 14
"""Between the ends of a run's two curves before each has a label."""
PAIR_LABELS = (FIRST, SECOND) * len(COLUMNS)


class LossPlot(ViewCard):
    """Mean and spread of the batches' loss, and the validation loss. GUI thread only.

    Of a pair, run A is solid and run B in long dashes, in the same colours.

    Signals
    -------
    log_changed(bool)
        A person switched between the logarithmic and the plain axis.
    count_changed(Count)
        A person wants something else to be counted along the axis at the bottom.
    frozen(bool)
        A person wants plots that stand still to follow the run again.
    """

    log_changed = Signal(bool)
    count_changed = Signal(object)
    frozen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Loss", parent)
        self._still = Stillness()
        self._log = True
        self._hovered: float | None = None
        self._pixel = (0.0, 0.0)
        self._count = Count.STEPS
        self._ghost: tuple[object, ...] = (None, (), self._count, True)
        self._earlier_runs: tuple[Ghost, ...] = ()
        self._range = EasedRange(0.25)
        self._ends = EMPTY_LOG_ENDS
        self._make_header()
        self._axis = ValueAxis(logarithmic=True)
        self._canvas = Canvas(self._axis, "Press Run to start")
        self._drawn = Drawn(self._canvas)
        self._seeds = SeedBands(self._canvas)
        self._band = Band()
        self._canvas.addItem(self._band)
        self._first = LossSide(self._canvas, dashed=False)
        self._sides = (self._first, LossSide(self._canvas, dashed=True))
        self._ghosts, self._earlier = GhostCurves(self._canvas), GhostCurves(self._canvas)
        self._labels = EndLabels(self._canvas)
        self._cursor = CursorMark(self._canvas)
        self._count_button = CountButton(self._canvas)
        self._count_button.chosen.connect(self.set_count)
        self._canvas.hovered.connect(self._on_canvas_hovered)
        self._canvas.zoomed.connect(self.draw)
        self._canvas.setAccessibleName("Loss over steps")
        self.body.addWidget(self._canvas, 1)
        self._mark = FrozenMark(self._canvas)
        self._mark.clicked.connect(self._on_mark_clicked)
        theme.notifier().changed.connect(self._on_colours_changed)
        self._on_colours_changed()
        self._show_nothing()

    def _make_header(self) -> None:
        self._legend = LossLegend()
        self.add_header_widget(self._legend)
        self._toggle = Button("log y")
        self._toggle.setProperty("tone", "quiet")
        self._toggle.setCheckable(True)
        self._toggle.setChecked(True)
        self._toggle.setToolTip("Draw log₁₀ of the loss, so that equal ways are equal factors (L).")
        self._toggle.clicked.connect(self.set_log)
        self.add_header_widget(self._toggle)

    def set_run(self, run: RunInfo) -> None:
        """Forget the runs before; what follows belongs to other ones."""
        self._still.take(None)
        self._mark.show_step(None)
        self._canvas.show_all()
        self._range.reset()
        is_pair = run.beside is not None
        self._legend.set_pair(is_pair)
        self._labels.set_texts(PAIR_LABELS if is_pair else ())
        self._show_ghosts(None)
        self._show_nothing()

    def show_frame(self, frame: Frame) -> None:
        """Draw the newest history; while hidden, it is only kept."""
        self._still.take(frame)
        if not self._still.is_frozen:
            self.draw_when_seen()

    @Slot(bool)
    def set_frozen(self, frozen: bool) -> None:
        """Let the plot stand still while the run goes on, or follow it again."""
        self._still.set_frozen(frozen)
        frame = self._still.frame if self._still.is_frozen else None
        self._mark.show_step(None if frame is None else frame.step)
        self.draw_when_seen()

    def set_bands(self, spread: SpreadLike | None) -> None:
        """Show between which curves those of a pair with other seeds lie; None shows none."""
        self._seeds.set_spread(spread)
        self.draw_when_seen()

    def set_earlier(self, ghosts: tuple[Ghost, ...]) -> None:
        """Show these earlier runs as thin grey lines."""
        self._earlier_runs = ghosts
        self.draw_when_seen()

    def wanted(self) -> Wanted:
        """Return nothing: all that it draws is history."""
        return NOTHING

    def table(self) -> Table:
        """Return step, epoch, and mean and extremes of both losses, of all runs that it shows."""
        frame = self._still.frame
        if frame is None:
            return [], []
        earlier = tuple(one for one in self._earlier_runs if one is not frame.ghost)
        return loss_table(frame, self._count, earlier, self._seeds.spread())

    def pictured(self) -> tuple[QWidget, ...]:
        """Return the legend and the curves."""
        return self._legend, self._canvas

    @property
    def picture(self) -> QWidget:
        """What of it takes long to be painted."""
        return self._canvas

    @property
    def points(self) -> int:
        """How many points of the training loss are drawn."""
        return len(self._first.x)

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
        self._canvas.show_all()
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
        self._canvas.show_all()
        self._hovered = None
        self.count_changed.emit(count)
        self.draw()

    def draw(self) -> None:
        """Draw the newest history, behind it what stays of other runs."""
        frame = self._still.frame
        self._show_ghosts(None if frame is None else frame.ghost)
        if frame is None or not any(one.history.length for one in _shown(frame)):
            self._show_nothing()
            return
        state = [one.run_id for one in _shown(frame)], self._ghost, self._seeds.spread()
        reached = [end_of(one.history, self._count, one.epochs) for one in _shown(frame)]
        values, low, high = self._read(frame)
        self._cursor.follow(frame, self._count)
        if self._drawn.shows(state, reached):
            self._refresh_texts()
            return
        self._set_range(frame, values, high)
        self._band.set_data(self._first.x[:len(low)], low, high, self._ends)
        self._seeds.draw(self._ends)
        floor = self._ends[0] + self._pixel[1]
        for side in self._sides:
            side.draw(floor, self._pixel[0])
        if frame.beside is not None:
            self._label_ends(floor)
        self._canvas.set_empty(False)
        self._refresh_texts()
        self._drawn.note(state, reached)

    def _read(self, frame: Frame) -> tuple[Reals, Reals, Reals]:
        """Take what there is to draw; return all means, and the extremes of the batches."""
        shown = _shown(frame)
        for side, one in zip_longest(self._sides, shown):
            if one is None:
                side.clear()
            else:
                side.read(_series(one, self._count), self._count, one.epochs)
        self._seeds.read(self._count, (shown[0].epochs, shown[-1].epochs), self._scaled)
        values = np.concatenate([side.values(self._scaled) for side in self._sides])
        if len(shown) > 1:
            # Two more areas would hide what a pair is about: where its curves part.
            return values, EMPTY, EMPTY
        history = _series(frame, self._count)
        return values, self._scaled(history.low(LOSS)), self._scaled(history.high(LOSS))

    def _show_ghosts(self, ghost: Ghost | None) -> None:
        """Draw what stays of other runs, anew only where that or an axis has changed."""
        earlier = tuple(one for one in self._earlier_runs if one is not ghost)
        shown = (ghost, earlier, self._count, self._log)
        self._legend.set_others(last_run=ghost is not None, earlier=len(earlier),
                                seeds=self._seeds.seeds())
        if shown == self._ghost:
            return
        self._ghost = shown
        self._ghosts.show([] if ghost is None else self._lines_of(ghost, *COLUMNS), dashed=(1,))
        self._earlier.show([line for one in earlier for line in self._lines_of(one, LOSS)])

    def _lines_of(self, ghost: Ghost, *columns: str) -> list[tuple[Reals, Reals]]:
        x = places(self._count, ghost.steps, ghost.epochs)
        return [(x, self._scaled(ghost.losses[column])) for column in columns]

    def _show_nothing(self) -> None:
        for side in self._sides:
            side.clear()
        self._drawn.forget()
        self._band.clear()
        self._seeds.clear()
        self._legend.show_values(*self._sides)
        self._labels.set_heights(np.full(len(self._labels.texts()), np.nan))
        self._canvas.hide_readout()
        self._cursor.show(None)
        self._ends = EMPTY_LOG_ENDS if self._log else EMPTY_ENDS
        right = 100.0 if self._count is Count.STEPS else 2.0
        known = self._others_until(np.inf)
        if len(known):
            # There is nothing else to be seen: the other runs have all the room.
            right = max(one.last_place() for one in (self._ghosts, self._earlier))
            self._ends = EasedRange(LEAST_REACH[self._log]).towards(
                float(known.min()), float(known.max()))
        self._canvas.set_empty(not len(known))
        self._canvas.set_ranges((0.0, right), self._ends)
        bounds = framed((0.0, right), self._ends, self._canvas.pixel())
        for one in (self._ghosts, self._earlier):
            one.set_bounds(bounds)

    def _others_until(self, end: float) -> Reals:
        """Return all values of other runs that stand left of an end, float64[n]."""
        return np.concatenate([one.values_until(end)
                               for one in (self._ghosts, self._earlier, self._seeds)])

    def _scaled(self, values: Reals) -> Reals:
        return log10(values) if self._log else np.where(np.isfinite(values), values, np.nan)

    def _set_range(self, frame: Frame, values: Reals, highs: Reals) -> None:
        values, highs = values[np.isfinite(values)], highs[np.isfinite(highs)]
        reach = (0.0, max(span(self._count, float(side.steps[-1]), one.epochs)[1]
                          for side, one in zip(self._sides, _shown(frame), strict=False)
                          if len(side.steps)))
        if len(values):
            low, high = float(values.min()), float(values.max())
            if self._log:
                low = max(low, min(high - DECADES, float(np.quantile(values, RARE))))
            # The spread is shown in full but for rare peaks far above the mean.
            peak = float(np.quantile(highs, 0.98)) if len(highs) else high
            high = max(high, min(peak, high + 0.5 * (high - low)))
            low, high = widened(low, high, self._others_until(reach[1]), LEAST_REACH[self._log])
            self._ends = self._range.towards(low, high)
        self._canvas.set_ranges(reach, self._ends)
        # Asked once: to find it takes as long as to draw a curve.
        self._pixel = self._canvas.pixel()
        bounds = framed(reach, self._ends, self._pixel)
        for one in (*self._sides, self._ghosts, self._earlier):
            one.set_bounds(bounds)

    def _label_ends(self, floor: float) -> None:
        """Name the ends of a pair's curves; a validation loss only where it ends apart."""
        heights = np.array([[side.end(column) for side in self._sides] for column in COLUMNS])
        # Losses of exactly 0 have no logarithm, and no distance.
        with np.errstate(invalid="ignore"):
            close = np.abs(heights[1] - heights[0]) < theme.px(APART_PX) * self._pixel[1]
        heights[1, close] = np.nan
        self._labels.set_heights(np.maximum(heights, floor).ravel(), np.isneginf(heights).ravel())

    def _refresh_texts(self) -> None:
        frame = self._still.frame
        if frame is None or not any(len(side.x) for side in self._sides):
            return
        self._legend.show_values(*self._sides, self._cursor.place())
        if self._hovered is None:
            self._canvas.hide_readout()
            return
        x = self._hovered
        near = [side.x[side.nearest(x)] for side in self._sides if len(side.x)]
        at = float(min(near, key=lambda place: abs(place - x)))
        text = self._values_at(frame) if frame.beside is None else self._pair_at(x, at)
        self._canvas.show_readout(text, at)

    def _values_at(self, frame: Frame) -> str:
        """Return what is known of the only run under the pointer."""
        side, history = self._first, _series(frame, self._count)
        at = side.nearest(self._hovered or 0.0)
        parts = [f"Step {side.steps[at]:,.0f}"]
        if self._count is Count.EPOCHS:
            parts.insert(0, f"Epoch {plain_number(float(side.x[at]))}")
        low, high = float(history.low(LOSS)[at]), float(history.high(LOSS)[at])
        mean = side.at(LOSS, at)
        if math.isfinite(mean):
            spread = f" ({plain_number(low)} to {plain_number(high)})" if high > low else ""
            parts.append(f"batch {loss_text(mean)}{spread}")
        parts += side.told(VALIDATION_LOSS, at, "validation ")
        return "   ".join(parts)

    def _pair_at(self, x: float, at: float) -> str:
        """Return what is known of both runs there, and their step, or steps where they differ."""
        told: dict[str, tuple[str, str]] = {}
        for key, side in zip((FIRST, SECOND), self._sides, strict=True):
            if len(side.x):
                point = side.nearest(x)
                losses = side.told(LOSS, point, "") + side.told(VALIDATION_LOSS, point, "val ")
                told[key] = (f"{side.steps[point]:,.0f}", ", ".join(losses))
        parts = [f"Epoch {plain_number(at)}"] if self._count is Count.EPOCHS else []
        common = {step for step, _ in told.values()}
        if len(common) == 1:
            parts += [f"Step {step}" for step in common]
            return "   ".join([*parts, *(f"{key} {losses}" for key, (_, losses) in told.items())])
        return "   ".join([*parts, *(f"{key} step {step}: {losses}"
                                     for key, (step, losses) in told.items())])

    @Slot(object)
    def _on_canvas_hovered(self, point: QPointF | None) -> None:
        self._hovered = None if point is None else point.x()
        self._refresh_texts()

    @Slot()
    def _on_mark_clicked(self) -> None:
        self.set_frozen(False)
        self.frozen.emit(False)

    @Slot()
    def _on_colours_changed(self) -> None:
        tokens = theme.current()
        for side in self._sides:
            side.dress()
        self._band.set_colour(tokens.train, 0.14)
        self._labels.set_colours([QColor(tokens.train)] * 2 + [QColor(tokens.validation)] * 2)


def _shown(frame: Frame) -> tuple[Frame, ...]:
    """Return the frames of A, and of B if there is one."""
    return tuple(one for one in sides(frame) if one is not None)


def _series(frame: Frame, count: Count) -> History | Record:
    """Return what to draw: where steps are logarithmic, the first ones one by one."""
    return frame.record if count is Count.LOG_STEPS else frame.history
