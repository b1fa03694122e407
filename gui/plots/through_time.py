"""The gradient of recurrent layers at every step of time."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.telemetry.parts import Part
from engine.telemetry.snapshot import Snapshot
from engine.telemetry.tables import Table
from gui.plots.curve import framed
from gui.plots.feed import Reals, Seen
from gui.plots.marked_curves import EMPTY_ENDS, MarkedCurves
from gui.plots.ranges import log10
from gui.plots.titles import power_text
from gui.plots.weight_layers import WeightLayers
from gui.widgets import ElidedLabel

NOTABLE = 2.0
"""Decades between the first and the last step from which a gradient vanishes or explodes."""


def explanation(position: int, gradients: Reals) -> str:
    """Return what the gradients of a layer through time, log10 float64[steps], mean."""
    known = np.flatnonzero(~np.isnan(gradients))
    if len(known) < 2:
        return ""
    first, last = known[0], known[-1]
    if not np.isfinite(gradients[last]):
        return f"No gradient reaches the last step of layer {position}."
    fall = float(gradients[first] - gradients[last])
    name = "Vanishing through time" if fall <= -NOTABLE else "Exploding through time"
    if abs(fall) < NOTABLE:
        name = "Steady through time"
    share = "none of" if fall == -math.inf else f"{power_text(fall)} times"
    return (f"{name}: in layer {position}, step {first + 1} receives {share} the gradient of "
            f"step {last + 1}.")


def recurrent_layers(snapshot: Snapshot | None) -> tuple[str, ...]:
    """Return the ids of the layers that report a gradient at every step of time."""
    readings = snapshot.layers if snapshot is not None else ()
    return tuple(one.layer_id for one in readings if one.step_gradients is not None)


class ThroughTime(MarkedCurves):
    """RMS of dL/dh at every step of time, a curve per recurrent layer, below it a sentence.

    The gradient comes from the last steps and goes back to the first: where it falls towards the
    left it vanishes, as it does through the depth of a network.

    Signals
    -------
    layer_selected(str)
        A person clicked on the curve of this layer.
    """

    needs_steps = False
    wanted = frozenset({Part.STEP_GRADIENTS})

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("time step", parent)
        self._all = WeightLayers()
        self._snapshot: Snapshot | None = None
        self.sentence = ElidedLabel(role="small")
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        self._row.removeWidget(self.canvas)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.sentence)
        self._row.addLayout(column, 1)
        self.show_nothing()

    def set_layers(self, layers: WeightLayers, _beside: WeightLayers | None = None) -> None:
        """Wait for readings of these layers; which are recurrent is known with the first."""
        self._all = layers
        super().set_layers(layers.only(()))

    def show_nothing(self) -> None:
        """Empty the plot."""
        super().show_nothing()
        self._snapshot = None
        self.sentence.setText("")
        self.canvas.set_ranges((1.0, 10.0), EMPTY_ENDS)

    def draw(self, seen: Seen) -> None:
        """Draw the newest snapshot."""
        ids = recurrent_layers(seen.snapshot)
        if seen.snapshot is None or not ids:
            return
        if ids != self._layers.ids:
            super().set_layers(self._all.only(ids))
        self._snapshot = seen.snapshot
        y = _log_gradients(seen.snapshot, self._layers.ids)
        self._take(np.arange(1.0, y.shape[1] + 1.0), y)
        known = self._y[np.isfinite(self._y)]
        self.canvas.set_empty(not len(known))
        self._ends = self._range.towards(float(known.min()), float(known.max())) \
            if len(known) else EMPTY_ENDS
        span = (1.0, max(float(len(self._x)), 2.0))
        self.canvas.set_ranges(span, self._ends)
        bounds = framed(span, self._ends, self.canvas.pixel())
        self._strands.set_bounds(bounds)
        self._strands.draw(self._floor(), self.canvas.pixel()[0])
        last = self._y[:, -1] if len(self._x) else np.zeros(0)
        self.labels.set_heights(np.maximum(last, self._floor()), np.isneginf(last))
        self._explain()

    def _place(self, at: int) -> str:
        step = 0 if self._snapshot is None else self._snapshot.step
        return f"{super()._place(at)}, step {step:,}"

    def table(self) -> Table:
        """Return the step of time, and the gradient of every recurrent layer at it."""
        if self._snapshot is None:
            return [], []
        gradients = _gradients(self._snapshot, self._layers.ids)
        names = [f"{title}: RMS of dL/dh [unit of the loss per unit of the state]"
                 for title in self._layers.titles]
        return ["time step", *names], [np.arange(1, gradients.shape[1] + 1), *gradients]

    def _explain(self) -> None:
        ids = self._layers.ids
        if not self._y.size:
            return
        index = ids.index(self._selected) if self._selected in ids else 0
        text = explanation(self._layers.positions[index], self._y[index])
        self.sentence.setText(text)
        self.canvas.setAccessibleDescription(text)

    def _arrange(self) -> None:
        self._y = np.zeros((len(self._layers.ids), 0))
        super()._arrange()

    def _mark_selected(self) -> None:
        super()._mark_selected()
        self._explain()


def _gradients(snapshot: Snapshot, ids: tuple[str, ...]) -> Reals:
    """Return the gradients, float64[layers, steps]; short ones end at the last step."""
    found = {one.layer_id: one.step_gradients for one in snapshot.layers}
    rows = [np.zeros(0) if (row := found[i]) is None else np.asarray(row) for i in ids]
    result = np.full((len(rows), max(map(len, rows), default=0)), np.nan)
    for target, row in zip(result, rows, strict=True):
        if len(row):
            target[-len(row):] = row
    return result


def _log_gradients(snapshot: Snapshot, ids: tuple[str, ...]) -> Reals:
    """Return log10 of the gradients, float64[layers, steps]."""
    return log10(_gradients(snapshot, ids))
