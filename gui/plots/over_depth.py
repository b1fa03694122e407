"""Every layer's gradient now, from the first layer to the last."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsRectItem, QWidget

from engine.telemetry.tables import Table
from gui import theme
from gui.frames.run_info import FIRST, SECOND
from gui.frames.theory import NO_THEORY, Theory, factor
from gui.plots.axes import CountAxis, ValueAxis
from gui.plots.curve import FramedCurve, framed
from gui.plots.end_labels import EndLabels
from gui.plots.feed import Reals, Seen
from gui.plots.graph import pg
from gui.plots.layer_view import LayerView, Told
from gui.plots.marked_curves import EMPTY_ENDS
from gui.plots.pair_layers import merged, pair_text
from gui.plots.ranges import EasedRange, log10, widened
from gui.plots.status_shapes import LARGEST_PX, StatusShapes
from gui.plots.tables import depth_table
from gui.plots.theory_line import TheoryLine
from gui.plots.titles import power_text
from gui.plots.weight_layers import WeightLayers

SMALLEST_PX = 5
LINE_PX, DASHES = 1.5, (6, 3)
MARGIN = 0.6
"""Between the outermost layers and the edges, in layers."""
LEAST_REACH = 1.0
"""Decades by which the last run may widen the axis at least."""

WORDS = {"nonfinite": "not finite"}
"""What verdicts are called whose codes are no words."""


class LayerNumbers(CountAxis):
    """An axis at the bottom with a layer at every whole number from 1 on."""

    def __init__(self) -> None:
        self.texts: Sequence[str] = ()
        super().__init__("bottom", word="")

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[Any]:
        """Return the places of as many layers as have room for a number."""
        if not self.texts:
            return []
        room = max(1, int(size / theme.px(26)))
        every = -(-len(self.texts) // room)
        return [(1.0, [float(place) for place in range(1, len(self.texts) + 1, every)])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return the numbers of these layers; the first says what is counted."""
        texts = [self.texts[round(value) - 1] for value in values]
        return [f"layer {texts[0]}", *texts[1:]] if texts else []


class OverDepth(LayerView):
    """RMS of dL/dW over the layers: how a gradient fares on its way back, in one line.

    Its markers are the shapes of the layers' verdicts. Of a pair, run A is solid and run B dashed;
    what only one of the networks has, only its line has. Fine dots are theory.

    Signals
    -------
    layer_selected(str)
        A person clicked beside a layer.
    """

    needs_steps = False
    shows_last_run = True

    def __init__(self, parent: QWidget | None = None) -> None:
        self._numbers = LayerNumbers()
        super().__init__(ValueAxis(logarithmic=True), "layer", parent, bottom=self._numbers)
        self._beside: WeightLayers | None = None
        self._order: list[str] = []
        self._range = EasedRange(1.0)
        self._ends = EMPTY_ENDS
        self._column = QGraphicsRectItem()
        self._column.setZValue(-20)
        self.canvas.addItem(self._column, ignoreBounds=True)
        self._lines = {key: FramedCurve(smooth=True) for key in (FIRST, SECOND)}
        self._theories: Mapping[str, Theory] = {}
        self._expected = {key: TheoryLine(self.canvas) for key in (FIRST, SECOND)}
        self._last_run = FramedCurve(smooth=True)
        self._shapes = StatusShapes()
        for item in (self._last_run, *self._lines.values(), self._shapes):
            self.canvas.addItem(item)
        self._seen: Seen | None = None
        self._values: dict[str, Reals] = {}
        self._words: dict[str, dict[str, str]] = {}
        self.labels = EndLabels(self.canvas)
        self._dress()
        self.show_nothing()

    def set_layers(self, layers: WeightLayers, beside: WeightLayers | None = None) -> None:
        """Show these layers, and those of the other run of a pair; nothing is known of them yet."""
        self._beside = beside
        super().set_layers(layers)

    def set_theory(self, theories: Mapping[str, Theory]) -> None:
        """Show what theory expects, by the keys of the runs; it shows when the plot is drawn."""
        self._theories = theories

    def show_nothing(self) -> None:
        """Empty the plot."""
        super().show_nothing()
        for expected in self._expected.values():
            expected.clear()
        self._values, self._words, self._seen = {}, {}, None
        for line in (*self._lines.values(), self._last_run):
            line.set_points(self._x, self._x)
        self._shapes.set_shapes([], LARGEST_PX, QRectF())
        self.labels.set_heights(np.full(len(self.labels.texts()), np.nan))
        self._ends = EMPTY_ENDS
        self.canvas.set_ranges(self._reach(), EMPTY_ENDS)
        self._mark_selected()

    def draw(self, seen: Seen) -> None:
        """Draw the newest figures."""
        runs = [seen] if self._beside is None or seen.beside is None else [seen, seen.beside]
        known = {run.run: _figures(run, self._order) for run in runs if run.readings}
        if not known:
            return
        self._values, self._seen = known, seen
        self._words = {run.run: {i: word_of(verdict.code) for i, verdict in run.verdicts.items()}
                       for run in runs}
        last = {} if seen.ghost is None else seen.ghost.gradients
        behind = log10(np.array([last.get(i, np.nan) for i in self._order]))
        for key, expected in self._expected.items():
            expected.read(self._theories.get(key, NO_THEORY) if key in known else NO_THEORY,
                          self._order)
        finite = np.concatenate([*(row[np.isfinite(row)] for row in known.values()),
                                 *(expected.finite() for expected in self._expected.values())])
        self.canvas.set_empty(not len(finite))
        if len(finite):
            self._ends = self._range.towards(*widened(
                float(finite.min()), float(finite.max()), behind[np.isfinite(behind)],
                LEAST_REACH))
        self.canvas.set_ranges(self._reach(), self._ends)
        self._draw_lines(behind)
        self._draw_shapes(runs)
        self._mark_selected()

    def table(self) -> Table:
        """Return a row for every layer: its number and title, gradient and verdict."""
        if self._seen is None:
            return [], []
        beside = () if self._beside is None else (self._beside,)
        return depth_table(self._seen, (self._layers, *beside), self._theories)

    def _draw_lines(self, behind: Reals) -> None:
        pixel = self.canvas.pixel()
        floor, bounds = self._ends[0] + 1.5 * pixel[1], framed(self._reach(), self._ends, pixel)
        x = np.arange(1.0, len(self._order) + 1.0)
        ends = np.full(2, np.nan)
        for index, (key, line) in enumerate(self._lines.items()):
            row = self._values.get(key, np.zeros(0))
            there = ~np.isnan(row)
            line.set_bounds(bounds)
            line.set_points(x[:len(row)][there], np.maximum(row[there], floor))
            if there.any():
                ends[index] = max(float(row[there][-1]), floor)
        for expected in self._expected.values():
            expected.draw(bounds, self._ends)
        there = np.isfinite(behind)
        self._last_run.set_bounds(bounds)
        self._last_run.set_points(x[there], behind[there])
        self._bounds = bounds
        if self.labels.texts():
            self.labels.set_heights(ends)

    def _draw_shapes(self, runs: Sequence[Seen]) -> None:
        pixel = self.canvas.pixel()
        floor = self._ends[0] + 1.5 * pixel[1]
        shapes = []
        for run in runs:
            for place, (layer_id, value) in enumerate(
                    zip(self._order, self._values.get(run.run, ()), strict=False), 1):
                verdict = run.verdicts.get(layer_id)
                if not math.isnan(value) and verdict is not None:
                    shapes.append((float(place), max(float(value), floor), verdict.code,
                                   verdict.severity))
        side = min(theme.px(LARGEST_PX), max(1.0 / pixel[0], theme.px(SMALLEST_PX)))
        margin = QPointF(side * pixel[0], side * pixel[1])
        self._shapes.set_shapes(shapes, side, self._bounds.adjusted(
            -margin.x(), -margin.y(), margin.x(), margin.y()))

    def _reach(self) -> tuple[float, float]:
        return 1.0 - MARGIN, max(len(self._order), 2) + MARGIN

    def _told(self, point: QPointF) -> Told | None:
        place = round(point.x())
        if not self._values or not 1 <= place <= len(self._order):
            return None
        layer_id = self._order[place - 1]
        values = {key: float(row[place - 1]) for key, row in self._values.items()}
        known = [key for key, value in values.items() if not math.isnan(value)]
        if self._beside is None or not known:
            shown = power_text(next(iter(values.values()))) if known else "no gradient"
        else:
            shown = pair_text(values)
        words = [f"{key} {word}" if self._beside is not None else word for key in sorted(known)
                 for word in (self._words[key].get(layer_id, ""),) if word]
        return Told(layer_id, "   ".join((self._title(layer_id), shown, *words,
                                          *self._expected_words(layer_id, values))), float(place))

    def _expected_words(self, layer_id: str, values: Mapping[str, float]) -> list[str]:
        """Return what theory expects of a layer, and how many times that is measured."""
        found = []
        for key, measured in sorted(values.items()):
            theory = self._theories.get(key, NO_THEORY)
            gradient, one = theory.gradient(layer_id), theory.of(layer_id)
            whose = f"theory {key}" if self._beside is not None else "theory"
            if gradient > 0:
                ratio = 10.0**measured / gradient
                times = f", measured {factor(ratio)} that" if ratio > 0 else ""
                found.append(f"{whose} {power_text(math.log10(gradient))}{times}")
            elif one is not None and one.reason is not None:
                found.append(f"{whose}: {one.reason.text}")
        return found

    def _title(self, layer_id: str) -> str:
        layers = self._layers if layer_id in self._layers.ids else self._beside
        return "" if layers is None else layers.titles[layers.place_of(layer_id)]

    def _arrange(self) -> None:
        beside = self._beside
        self._order = merged(self._layers, beside or WeightLayers())
        self._range.reset()
        positions: Mapping[str, int] = dict(zip(self._layers.ids, self._layers.positions,
                                                strict=True))
        others = {} if beside is None else {
            i: f"{beside.run}{position}"
            for i, position in zip(beside.ids, beside.positions, strict=True)}
        self._numbers.texts = [str(positions[i]) if i in positions else others[i]
                               for i in self._order]
        self._numbers.picture = None
        self.labels.set_texts(() if beside is None else (FIRST, SECOND))
        self._dress()

    def _mark_selected(self) -> None:
        shown = self._selected in self._order and bool(self._values)
        self._column.setVisible(shown)
        if shown:
            low, high = self._ends
            self._column.setRect(QRectF(self._order.index(self._selected) + 0.5, low, 1.0,
                                        high - low))

    def _dress(self) -> None:
        tokens = theme.current()
        # So few points that a thick pen, and one that makes dashes, cost nothing.
        self._lines[FIRST].setPen(pg.mkPen(tokens.text, width=LINE_PX))
        self._lines[SECOND].setPen(pg.mkPen(tokens.text, width=LINE_PX, dash=DASHES))
        self._last_run.setPen(pg.mkPen(tokens.ghost, width=1))
        for expected in self._expected.values():
            expected.dress()
        self._column.setPen(pg.mkPen(None))
        self._column.setBrush(QColor(tokens.accent_soft))
        self.labels.set_colours([QColor(tokens.text)] * len(self.labels.texts()))
        self._shapes.dress()


def word_of(code: str) -> str:
    """Return a verdict in words; empty while there is none."""
    return "" if code == "waiting" else WORDS.get(code, code.replace("_", " "))


def _figures(seen: Seen, order: Sequence[str]) -> Reals:
    """Return log10 of every layer's gradient, float64[layers]; NaN where there is none."""
    found = {one.layer_id: one.gradient_rms for one in seen.readings}
    return log10(np.array([found.get(layer_id, np.nan) for layer_id in order]))
