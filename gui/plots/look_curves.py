"""Curves of what snapshots say of every layer, over the steps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QWidget

from engine.diagnosis.rules import DEFAULTS, Thresholds
from engine.telemetry.looks import Looks
from engine.telemetry.parts import Part
from engine.telemetry.tables import Table
from gui.frames.epochs import EpochScale
from gui.plots.count import Count, places, span
from gui.plots.cursor_mark import CursorMark
from gui.plots.curve import framed
from gui.plots.feed import Reals, Seen
from gui.plots.guide import Caption, LimitLines
from gui.plots.layer_strands import LayerStrands
from gui.plots.layer_view import Told
from gui.plots.marked_curves import EMPTY_ENDS, UNMARKED_OPACITY, MarkedCurves
from gui.plots.ranges import log10
from gui.plots.titles import power_text

NOTHING_SEEN = "Nothing seen yet: curves begin when they are looked at"
CAPTION = 0.1
"""Room for a caption, as a share of what is drawn."""
SQUARES = {
    "gradient_signal": "squared gradient over all examples [(unit of loss per unit of weight)²]",
    "gradient_noise": "variance of a batch's gradient [(unit of loss per unit of weight)²]"}
"""What the table calls what signal and noise are made of: means over the weights."""
WEIGHT = "unit of weight"
WINDOW = 8
"""Looks over which signal and noise are each averaged before they are compared."""


class Figure(NamedTuple):
    """What a curve shows.

    Attributes
    ----------
    title, unit : str
        Its name, and its unit in a table.
    """

    title: str
    unit: str


class LookCurves(MarkedCurves):
    """A curve for every layer, or a solid and a dashed one; a subclass says of what.

    Parameters
    ----------
    figures : Figure
        One, or two of which the second is dashed.
    logarithmic : bool
        Whether the axis is.

    Signals
    -------
    layer_selected(str)
        A person clicked on a curve of this layer.
    """

    needs_steps = False
    empty_ends = EMPTY_ENDS

    def __init__(self, *figures: Figure, logarithmic: bool = True,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, logarithmic=logarithmic)
        self._figures, self._logarithmic = figures, logarithmic
        self._second = LayerStrands(self.canvas)
        self._count, self._epochs = Count.STEPS, EpochScale()
        self._drawn: object = None
        self._values: list[Reals] = []
        self.limits = LimitLines(self.canvas)
        if len(figures) > 1:
            solid, dashed = (one.title for one in figures)
            self.caption = Caption(self.canvas, f"solid: {solid} · dashed: {dashed}")
        self.mark = CursorMark(self.canvas)
        self.show_nothing()

    def set_count(self, count: Count) -> None:
        """Count something else along the axis at the bottom; it shows when it is drawn next."""
        self._count = count
        self.canvas.set_count(count)
        self.canvas.hide_readout()
        self.canvas.show_all()

    def show_nothing(self) -> None:
        """Empty the plot."""
        super().show_nothing()
        self._second.clear()
        self._values, self._drawn = [], None
        self.mark.show(None)
        self._ends = self.empty_ends
        self.canvas.set_ranges((0.0, 100.0), self._ends)

    def draw(self, seen: Seen) -> None:
        """Draw what has been seen of the run."""
        steps, values = self.series(seen.looks, self._layers.ids)
        self.mark.follow(seen, self._count)
        if not any(np.isfinite(one).any() for one in values):
            self.canvas.set_empty_text(NOTHING_SEEN if seen.history.length else self._first_text)
            self.canvas.set_empty(True)
            return
        state = (seen.run_id, len(steps), float(steps[-1]), self.canvas.size(), self._count,
                 self.canvas.pixel())
        if state == self._drawn:
            # Frames are more frequent than looks.
            return
        self._drawn, self._values, self._epochs = state, values, seen.epochs
        x = places(self._count, steps, seen.epochs.at(steps))
        drawn = [log10(one) if self._logarithmic else one for one in values]
        self._take(x, drawn[0])
        self._strands.steps = steps
        if len(drawn) > 1:
            self._second.x, self._second.steps, self._second.y = x, steps, drawn[1]
        self.canvas.set_empty(False)
        self._set_range(np.concatenate([one.ravel() for one in drawn]), float(steps[-1]))
        self._draw_curves()

    def series(self, looks: Looks, layer_ids: tuple[str, ...]) -> tuple[Reals, list[Reals]]:
        """Return the steps, float64[b], and every figure in plain numbers, float64[layers, b]."""
        raise NotImplementedError

    def set_thresholds(self, thresholds: Thresholds) -> None:
        """Show other limits of the doctor's, where he has some for this."""

    def table(self) -> Table:
        """Return step, epoch, and every figure of every layer that has it."""
        steps = self._strands.steps
        names, columns = ["step", "epoch"], [steps, self._epochs.at(steps)]
        for figure, values in zip(self._figures, self._values, strict=False):
            for title, row in zip(self._layers.titles, values, strict=True):
                if np.isfinite(row).any():
                    names.append(f"{title}: {figure.title} [{figure.unit}]")
                    columns.append(row)
        return names, columns

    def _set_range(self, values: Reals, last: float) -> None:
        known = values[np.isfinite(values)]
        if len(known):
            self._ends = self._range_of(float(known.min()), float(known.max()))
        reach = span(self._count, last, self._epochs)
        self.canvas.set_ranges(reach, self._ends)
        bounds = framed(reach, self._ends, self.canvas.pixel())
        for one in self._both():
            one.set_bounds(bounds)

    def _range_of(self, low: float, high: float) -> tuple[float, float]:
        return self._range.towards(low, high)

    def _draw_curves(self) -> None:
        floor, pixel = self._floor(), self.canvas.pixel()[0]
        ends = []
        for one in self._both():
            one.draw(floor, pixel)
            ends.append(one.ends())
        heights = np.concatenate(ends)
        self.labels.set_heights(np.maximum(heights, floor), np.isneginf(heights))

    def _both(self) -> tuple[LayerStrands, ...]:
        return (self._strands, self._second) if len(self._figures) > 1 else (self._strands,)

    def _floor(self) -> float:
        return super()._floor() if self._logarithmic else -np.inf

    def _told(self, point: QPointF) -> Told | None:
        floor = self._floor()
        near = [one.nearest(point.x(), point.y(), floor) for one in self._both()]
        index, at, distance = min(near, key=lambda found: found[2])
        if index < 0 or distance > self._reach():
            return None
        layer_id, x = self._layers.ids[index], float(self._x[at])
        parts = [f"{figure.title} {self._value_text(value)}"
                 for figure, one in zip(self._figures, self._both(), strict=True)
                 if not np.isnan(value := one.at(layer_id, x))]
        return Told(layer_id, f"{self._layers.titles[index]}   {', '.join(parts)} at step "
                    f"{self._strands.steps[at]:,.0f}", x)

    def _value_text(self, value: float) -> str:
        return power_text(value) if self._logarithmic else f"{value:.1%}"

    def _make_curves(self) -> None:
        if len(self._figures) < 2:
            super()._make_curves()
            return
        total = 2 * len(self._layers.ids)
        self._strands.arrange(self._layers, dashed=False, total=total)
        self._second.arrange(self._layers, dashed=True, total=total)
        self.labels.set_texts([str(position) for position in self._layers.positions] * 2)

    def _mark_selected(self) -> None:
        super()._mark_selected()
        if len(self._figures) < 2:
            return
        colours, chosen, count = self._layers.colours(), self._chosen(), len(self._layers.ids)
        self._second.mark(colours, chosen, UNMARKED_OPACITY if chosen >= 0 else 1.0)
        self.labels.set_colours(colours * 2, (chosen, chosen + count) if chosen >= 0 else ())

    _first_text = "Press Run to start"


class SizeCurves(LookCurves):
    """Root mean square of the weights, and standard deviation of their last update."""

    wanted = frozenset({Part.READINGS})

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Figure("RMS of w", WEIGHT), Figure("std of Δw", WEIGHT), parent=parent)

    def series(self, looks: Looks, layer_ids: tuple[str, ...]) -> tuple[Reals, list[Reals]]:
        """Return both sizes."""
        return looks.steps("weight_rms"), [
            looks.means(figure, layer_ids) for figure in ("weight_rms", "update_std")]

    def _range_of(self, low: float, high: float) -> tuple[float, float]:
        # The caption is above the weights, not over them.
        return super()._range_of(low, high + CAPTION * (high - low))


class ShareCurves(LookCurves):
    """Shares of dead units and of saturated activations, with the doctor's limits."""

    shows_every_layer = True
    wanted = frozenset({Part.READINGS})
    empty_ends = (0.0, 1.0)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Figure("dead", "share of units"),
                         Figure("saturated", "share of activations"),
                         logarithmic=False, parent=parent)
        self.set_thresholds(DEFAULTS)

    def series(self, looks: Looks, layer_ids: tuple[str, ...]) -> tuple[Reals, list[Reals]]:
        """Return both shares."""
        return looks.steps("dead_share"), [
            looks.means(figure, layer_ids) for figure in ("dead_share", "saturated_share")]

    def set_thresholds(self, thresholds: Thresholds) -> None:
        """Show other limits of the doctor's."""
        found: dict[float, str] = {}
        for limit in (thresholds.dead, thresholds.saturated):
            found |= {limit.warning: "warning", limit.severe: "bad"}
        self.limits.show([(value, role, "") for value, role in found.items()])

    def _range_of(self, low: float, high: float) -> tuple[float, float]:
        # Shares are seen as such: none is at the bottom, and a few of them look few.
        return -0.03, max(0.25, min(high * 1.1, 1.03))


class NoiseCurves(LookCurves):
    """Signal over noise of the gradient of a batch; at 1 they are equal."""

    wanted = frozenset({Part.GRADIENT_NOISE})
    empty_ends = (-2.0, 1.0)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Figure("signal ÷ noise", "ratio"), parent=parent)
        self._looks: Looks | None = None
        self.limits.show([(0.0, "text_muted", "signal = noise")])

    def series(self, looks: Looks, layer_ids: tuple[str, ...]) -> tuple[Reals, list[Reals]]:
        """Return the ratio, from means over the last looks; 0 where noise hides the signal."""
        signal, noise = (_smoothed(looks.means(figure, layer_ids))
                         for figure in ("gradient_signal", "gradient_noise"))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.sqrt(np.maximum(signal, 0.0) / noise)
        return looks.steps("gradient_noise"), [ratio]

    def draw(self, seen: Seen) -> None:
        """Draw what has been seen of the run."""
        super().draw(seen)
        self._looks = seen.looks

    def table(self) -> Table:
        """Return the ratio as it is drawn, and behind it both squares of every look."""
        names, columns = super().table()
        if self._looks is None or not self._values:
            return names, columns
        for figure, title in SQUARES.items():
            rows = self._looks.means(figure, self._layers.ids)
            names += [f"{layer}: {title}" for layer in self._layers.titles]
            columns += list(rows)
        return names, columns

    def _value_text(self, value: float) -> str:
        return "too small to tell" if value == -np.inf else super()._value_text(value)


def _smoothed(values: Reals) -> Reals:
    """Return the mean of every value and those before it, `WINDOW` at most, float64[layers, b]."""
    if not values.shape[1]:
        return values
    before = np.full((len(values), WINDOW - 1), np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(np.hstack((before, values)), WINDOW, axis=1)
    known = np.isfinite(windows)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known, windows, 0.0).sum(axis=-1) / known.sum(axis=-1))
