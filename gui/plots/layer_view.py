"""What the views of all layers have in common: a canvas on which a layer is pointed at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.telemetry.parts import NOTHING, Wanted
from engine.telemetry.tables import Table
from gui import theme
from gui.plots.axes import Axis, CountAxis
from gui.plots.canvas import Canvas
from gui.plots.count import Count
from gui.plots.feed import Reals, Seen
from gui.plots.titles import power_text
from gui.plots.weight_layers import WeightLayers

NOWHERE = (-1, -1)


class Told(NamedTuple):
    """What is told of what is drawn at a point.

    Attributes
    ----------
    layer_id, text : str
        The layer, and what to say of it.
    x : float
        Where along the axis that is.
    """

    layer_id: str
    text: str
    x: float


class LayerView(QWidget):
    """One figure of every layer over the steps, or over time; a subclass draws it.

    Parameters
    ----------
    axis : Axis
        The axis at the left.
    word : str
        What is counted along the axis at the bottom.
    bottom : CountAxis | None
        That axis, where it is to be another one than for steps.

    Signals
    -------
    layer_selected(str)
        A person clicked on what is drawn for this layer.
    """

    layer_selected = Signal(str)
    needs_steps = True
    """Whether there is nothing to draw before the first step."""
    shows_every_layer = False
    """Whether layers without weights have something to show, too."""
    shows_last_run = False
    """Whether what stays of the run before is drawn."""
    wanted: Wanted = NOTHING
    """Parts of a snapshot that it draws."""

    def __init__(self, axis: Axis, word: str = "step", parent: QWidget | None = None, *,
                 bottom: CountAxis | None = None) -> None:
        super().__init__(parent)
        self._word = word
        self._layers = WeightLayers()
        self._selected = ""
        self._x: Reals = np.zeros(0)
        self._y: Reals = np.zeros((0, 0))
        self.canvas = Canvas(axis, "Press Run to start", word=word, bottom=bottom)
        self.canvas.hovered.connect(self._on_canvas_hovered)
        self.canvas.pressed.connect(self._on_canvas_pressed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self.canvas, 1)
        theme.notifier().changed.connect(self._on_theme_changed)

    def set_layers(self, layers: WeightLayers, _beside: WeightLayers | None = None) -> None:
        """Show these layers; nothing is known of them yet.

        Parameters
        ----------
        layers : WeightLayers
            Of the run that is edited.
        _beside : WeightLayers | None
            Of the other run of a pair, for a view that shows both.
        """
        self._layers = layers
        self.canvas.show_all()
        self._arrange()
        self.show_nothing()

    def set_selected(self, layer_id: str) -> None:
        """Make one layer stand out; an unknown one lets none."""
        if layer_id != self._selected:
            self._selected = layer_id
            self._mark_selected()

    def show_nothing(self) -> None:
        """Empty the picture."""
        self._x, self._y = np.zeros(0), np.zeros((len(self._layers.ids), 0))
        self.canvas.hide_readout()
        self.canvas.set_empty(True)

    def draw(self, seen: Seen) -> None:
        """Draw the newest figures."""
        raise NotImplementedError

    def set_count(self, count: Count) -> None:
        """Count something else along the axis at the bottom, if that is an axis of steps."""

    def table(self) -> Table:
        """Return the numbers behind what is drawn, all that are known, on linear scales."""
        raise NotImplementedError

    def layer_at(self, point: QPointF) -> str:
        """Return the layer that is drawn at a point; empty if there is none."""
        told = self._told(point)
        return "" if told is None else told.layer_id

    def _told(self, point: QPointF) -> Told | None:
        """Return what is to be told of what is drawn at a point."""
        index, at = self._nearest(point)
        if at < 0:
            return None
        value = self._value_text(float(self._y[index, at]))
        return Told(self._layers.ids[index], f"{self._layers.titles[index]}   {value} at "
                    f"{self._place(at)}", float(self._x[at]))

    def _value_text(self, value: float) -> str:
        """Return a value, as it is drawn, for people."""
        return power_text(value)

    def _nearest(self, point: QPointF) -> tuple[int, int]:
        """Return (layer, bucket) of what is drawn at a point, else `NOWHERE`."""
        return NOWHERE

    def _arrange(self) -> None:
        """Make what the layers are drawn with."""

    def _mark_selected(self) -> None:
        """Make the selected layer stand out."""

    def _dress(self) -> None:
        """Take colours from the theme."""

    @Slot(object)
    def _on_canvas_hovered(self, point: QPointF | None) -> None:
        told = None if point is None else self._told(point)
        if told is None:
            self.canvas.hide_readout()
            return
        self.canvas.show_readout(told.text, told.x)

    def _place(self, at: int) -> str:
        """Return where a point stands, in words."""
        return f"{self._word} {self._x[at]:,.0f}"

    @Slot(QPointF)
    def _on_canvas_pressed(self, point: QPointF) -> None:
        layer_id = self.layer_at(point)
        if layer_id:
            self.layer_selected.emit(layer_id)

    @Slot()
    def _on_theme_changed(self) -> None:
        self._dress()
