"""One curve per layer over steps, of which one may be selected."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QWidget

from engine.telemetry.history import History
from engine.telemetry.tables import Table
from gui.frames.epochs import EpochScale
from gui.frames.ghost import Ghost
from gui.frames.record import Record
from gui.frames.run_info import SECOND
from gui.plots.band import Band
from gui.plots.count import Count, places, span
from gui.plots.cursor_mark import CursorMark
from gui.plots.curve import framed
from gui.plots.drawn import Drawn, end_of
from gui.plots.feed import Reals, Seen
from gui.plots.ghost_curves import GhostCurves
from gui.plots.layer_strands import LayerStrands
from gui.plots.layer_view import Told
from gui.plots.marked_curves import EMPTY_ENDS, UNMARKED_OPACITY, MarkedCurves
from gui.plots.pair_layers import colours_beside, end_texts, pair_text
from gui.plots.ranges import EasedRange, halved, log10, widened
from gui.plots.tables import layers_table
from gui.plots.weight_layers import WeightLayers

# More curves than these are drawn with half the points, two to a pixel at most.
MANY_CURVES = 32
FEW_POINTS = 256
BAND_OPACITY = 0.13
LEAST_REACH = 1.0
"""Decades by which the last run may widen the axis at least."""
PALE, PALE_BESIDE = 0.45, 0.3
"""Opacity of what is not selected in a pair, of its solid and its dashed curves."""


class LayerCurves(MarkedCurves):
    """Curves of one figure of every layer, on a logarithmic axis.

    A point is the mean of the logarithms of its steps; the selected layer has a band from the
    smallest to the largest of them. Where the figure is 0 the curve runs along the floor. Of a
    pair, run A is solid and run B dashed, in the colours of the layers.

    Parameters
    ----------
    figure : str
        Column of the history behind ``LAYER/``.
    is_log10 : bool
        Whether the history holds log10 of the figure already.
    shows_pair : bool
        Whether both runs of a pair are shown, else the one that is edited.

    Signals
    -------
    layer_selected(str)
        A person clicked on the curve of this layer.
    """

    # Before the first step, the last run has all the room.
    needs_steps = False
    shows_last_run = True

    def __init__(
        self, figure: str, *, is_log10: bool = False, shows_pair: bool = False,
        parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent)
        self._figure = figure
        self._is_log10 = is_log10
        self._shows_pair = shows_pair
        self._beside: WeightLayers | None = None
        self._other = LayerStrands(self.canvas)
        self._history: History | Record | None = None
        self._seen: Seen | None = None
        self._epochs = EpochScale()
        self._count = Count.STEPS
        self._band = Band()
        self._band.setZValue(-5)
        self.canvas.addItem(self._band)
        self._ghost: tuple[Ghost | None, Count] = (None, self._count)
        self._ghosts = GhostCurves(self.canvas)
        self.mark = CursorMark(self.canvas)
        self._drawn = Drawn(self.canvas)
        self.show_nothing()

    def set_layers(self, layers: WeightLayers, beside: WeightLayers | None = None) -> None:
        """Show these layers, and those of the other run of a pair; nothing is known of them yet."""
        self._beside = beside if self._shows_pair else None
        super().set_layers(layers)

    def set_count(self, count: Count) -> None:
        """Count something else along the axis at the bottom; it shows when it is drawn next."""
        self._count = count
        self.canvas.set_count(count)
        self.canvas.hide_readout()
        self.canvas.show_all()

    def show_nothing(self) -> None:
        """Empty the plot."""
        super().show_nothing()
        self._other.clear()
        self._history = self._seen = None
        self._drawn.forget()
        self._band.clear()
        self.mark.show(None)
        self.canvas.set_ranges((0.0, 100.0), EMPTY_ENDS)

    def draw(self, seen: Seen) -> None:
        """Draw the newest history, before it what stays of the last run."""
        self._seen = seen
        beside = None if self._beside is None else seen.beside
        self._show_ghost(seen.ghost)
        if not seen.history.length and (beside is None or not beside.history.length):
            self._show_ghost_alone()
            return
        runs = [seen] if beside is None else [seen, beside]
        self.mark.follow(seen, self._count)
        state = [run.run_id for run in runs], self._ghost
        reached = [end_of(run.history, self._count, run.epochs) for run in runs]
        if self._drawn.shows(state, reached):
            return
        self._history = self._read(seen, self._strands)
        self._take(self._strands.x, self._strands.y)
        self._epochs = seen.epochs
        if beside is not None:
            self._read(beside, self._other)
        known = np.concatenate([one.y[np.isfinite(one.y)] for one in self._all()])
        self.canvas.set_empty(all(np.isnan(one.y).all() for one in self._all()))
        self._set_range(seen, known)
        floor, pixel = self._floor(), self.canvas.pixel()[0]
        for one in self._all():
            one.draw(floor, pixel)
        self._draw_band()
        ends = np.concatenate([one.ends() for one in self._all()])
        self.labels.set_heights(np.maximum(ends, floor), np.isneginf(ends))
        self._drawn.note(state, reached)

    def table(self) -> Table:
        """Return step, epoch, and of every layer the geometric mean and the extremes."""
        if self._seen is None:
            return [], []
        return layers_table(self._seen, [one.layers for one in self._all()], self._figure,
                            self._count, is_log10=self._is_log10)

    def _all(self) -> tuple[LayerStrands, ...]:
        """Return the curves of all runs that are shown, the edited one first."""
        return (self._strands,) if self._beside is None else (self._strands, self._other)

    def _read(self, seen: Seen, strands: LayerStrands) -> History | Record:
        """Take the newest figures of a run."""
        history = seen.record if self._count is Count.LOG_STEPS else seen.history
        steps, y = history.steps(), strands.layers.log_means(history, self._figure)
        if len(y) > MANY_CURVES and len(steps) > FEW_POINTS:
            steps, y = halved(steps), halved(y)
        strands.x = places(self._count, steps, seen.epochs.at(steps))
        strands.steps, strands.y = steps, y
        return history

    def _show_ghost(self, ghost: Ghost | None) -> None:
        """Draw what stays of the last run, of layers that there are still."""
        if (ghost, self._count) == self._ghost:
            return
        self._ghost = (ghost, self._count)
        columns = [f"{layer_id}/{self._figure}" for layer_id in self._layers.ids]
        if ghost is None:
            self._ghosts.show(())
        else:
            x = places(self._count, ghost.steps, ghost.epochs)
            self._ghosts.show([(x, ghost.logarithms[name]) for name in columns
                               if name in ghost.logarithms])

    def _show_ghost_alone(self) -> None:
        """Give all the room to the last run, if one has stayed."""
        known = self._ghosts.values_until(np.inf)
        self.canvas.set_empty(not len(known))
        if len(known):
            reach = (0.0, self._ghosts.last_place())
            ends = EasedRange(1.0).towards(float(known.min()), float(known.max()))
            self.canvas.set_ranges(reach, ends)
            self._ghosts.set_bounds(framed(reach, ends, self.canvas.pixel()))

    def _set_range(self, seen: Seen, known: Reals) -> None:
        last = [(one.steps[-1], run.epochs) for one, run in
                zip(self._all(), (seen, seen.beside), strict=False)
                if run is not None and len(one.steps)]
        reach = (0.0, max(span(self._count, float(step), epochs)[1] for step, epochs in last))
        if len(known):
            self._ends = self._range.towards(*widened(
                float(known.min()), float(known.max()), self._ghosts.values_until(reach[1]),
                LEAST_REACH))
        self.canvas.set_ranges(reach, self._ends)
        bounds = framed(reach, self._ends, self.canvas.pixel())
        self._ghosts.set_bounds(bounds)
        for one in self._all():
            one.set_bounds(bounds)

    def _told(self, point: QPointF) -> Told | None:
        if self._beside is None:
            return super()._told(point)
        floor, reach = self._floor(), self._reach()
        near = [(*one.nearest(point.x(), point.y(), floor), one) for one in self._all()]
        index, at, distance, strands = min(near, key=lambda found: found[2])
        if distance > reach:
            return None
        x = float(strands.x[at])
        layer_id, title = strands.layers.ids[index], strands.layers.titles[index]
        if layer_id in self._layers.ids:
            title = self._layers.titles[self._layers.place_of(layer_id)]
        values = {one.layers.run: one.at(layer_id, x) for one in self._all()}
        return Told(layer_id, f"{title}   {pair_text(values)} at step {strands.steps[at]:,.0f}", x)

    def _place(self, at: int) -> str:
        return f"step {self._strands.steps[at]:,.0f}"

    def _draw_band(self) -> None:
        history, ids = self._history, self._layers.ids
        if history is None or self._selected not in ids or self._beside is not None:
            self._band.clear()
            return
        column = f"{self._selected}/{self._figure}"
        low, high = history.low(column), history.high(column)
        if not self._is_log10:
            low, high = log10(low), log10(high)
        steps = history.steps()
        self._band.set_data(places(self._count, steps, self._epochs.at(steps)), low, high,
                            self._ends)

    def _arrange(self) -> None:
        # The run before has nothing to say about these layers.
        self._history = None
        self._show_ghost(None)
        super()._arrange()

    def _make_curves(self) -> None:
        beside = self._beside
        if beside is None:
            super()._make_curves()
            self._other.arrange(WeightLayers(), dashed=False, total=0)
            return
        total = len(self._layers.ids) + len(beside.ids)
        for one, layers in ((self._strands, self._layers), (self._other, beside)):
            one.arrange(layers, dashed=layers.run == SECOND, total=total)
        self.labels.set_texts(*end_texts(self._layers, beside))

    def _mark_selected(self) -> None:
        if self._beside is None:
            super()._mark_selected()
        else:
            self._mark_pair(self._beside)
        chosen = self._chosen()
        if chosen >= 0:
            self._band.set_colour(self._layers.colours()[chosen].name(), BAND_OPACITY)
        self._draw_band()

    def _mark_pair(self, beside: WeightLayers) -> None:
        """Let the selected layer's curves of both runs stand out."""
        colours = (self._layers.colours(), colours_beside(self._layers, beside))
        chosen = tuple(one.layers.place_of(self._selected) for one in self._all())
        for one, shades, place in zip(self._all(), colours, chosen, strict=True):
            pale = PALE_BESIDE if one.layers.run == SECOND else PALE
            whole = UNMARKED_OPACITY if one.layers.run == SECOND else 1.0
            one.mark(shades, place, pale if max(chosen) >= 0 else whole)
        first = len(self._layers.ids)
        marked = [place + offset for place, offset in zip(chosen, (0, first), strict=True)
                  if place >= 0]
        self.labels.set_colours([*colours[0], *colours[1]], marked)
