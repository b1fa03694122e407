"""What the views of all layers have in common: a canvas on which a layer is pointed at."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui import theme
from gui.plots.axes import Axis
from gui.plots.canvas import Canvas
from gui.plots.feed import Reals, Seen
from gui.plots.titles import power_text
from gui.plots.weight_layers import WeightLayers

NOWHERE = (-1, -1)


class LayerView(QWidget):
    """One figure of every layer over the steps, or over time; a subclass draws it.

    Parameters
    ----------
    axis : Axis
        The axis at the left.
    word : str
        What is counted along the axis at the bottom.

    Signals
    -------
    layer_selected(str)
        A person clicked on what is drawn for this layer.
    """

    layer_selected = Signal(str)
    needs_steps = True
    """Whether there is nothing to draw before the first step."""

    def __init__(self, axis: Axis, word: str = "step", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._word = word
        self._layers = WeightLayers()
        self._selected = ""
        self._x: Reals = np.zeros(0)
        self._y: Reals = np.zeros((0, 0))
        self.canvas = Canvas(axis, "Press Run to start", word=word)
        self.canvas.hovered.connect(self._on_canvas_hovered)
        self.canvas.pressed.connect(self._on_canvas_pressed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self.canvas, 1)
        theme.notifier().changed.connect(self._on_theme_changed)

    def set_layers(self, layers: WeightLayers) -> None:
        """Show these layers; nothing is known of them yet."""
        self._layers = layers
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

    def layer_at(self, point: QPointF) -> str:
        """Return the layer that is drawn at a point; empty if there is none."""
        index, at = self._nearest(point)
        return self._layers.ids[index] if at >= 0 else ""

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
        index, at = NOWHERE if point is None else self._nearest(point)
        if at < 0:
            self.canvas.hide_readout()
            return
        value = power_text(float(self._y[index, at]))
        self.canvas.show_readout(f"{self._layers.titles[index]}   {value} at {self._place(at)}",
                                 float(self._x[at]))

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
