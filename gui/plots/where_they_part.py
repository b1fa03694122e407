"""How far the two runs of a pair lie apart, layer by layer and step by step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.messages import Message
from engine.spec import NetworkSpec
from engine.telemetry.tables import Table
from gui import theme
from gui.plots.axes import CountAxis
from gui.plots.cursor_mark import CursorMark
from gui.plots.feed import Reals, Seen
from gui.plots.graph import pg
from gui.plots.layer_view import NOWHERE, LayerView, Told
from gui.plots.picture_sides import ColourBar, LayerAxis
from gui.plots.picture_signs import Signs
from gui.plots.ranges import log10
from gui.plots.tables import called
from gui.plots.titles import power_text
from gui.plots.weight_layers import WeightLayers
from gui.widgets import ElidedLabel, Segmented

DECADES = 12
NOTHING_YET, COMPARING = "Nothing has been compared yet", "Comparing A and B…"
WHICH = {"gradients": "Gradients", "weights": "Weights"}
TIPS = {
    "gradients": "How far B's gradients lie from A's, as a share of A's: ‖B − A‖ / ‖A‖.",
    "weights": "How far B's weights lie from A's, as a share of A's: ‖B − A‖ / ‖A‖.",
}


class PartingLike(Protocol):
    """Relative differences of B to A; see `engine.experiments.parting.PartingMap`."""

    @property
    def steps(self) -> NDArray[np.int64]:
        """Steps that both runs have kept, ascending, int64[steps]."""

    @property
    def layers(self) -> tuple[str, ...]:
        """Ids of the layers."""

    @property
    def weights(self) -> Reals:
        """Differences of the weights, float64[layers, steps]; NaN where there is none."""

    @property
    def gradients(self) -> Reals:
        """Differences of the gradients, float64[layers, steps]; NaN where there is none."""

    @property
    def limit(self) -> float:
        """What is taken for rounding."""

    @property
    def incomparable(self) -> tuple[str, ...]:
        """Ids of the layers that cannot be compared."""

    def message(self, network: NetworkSpec, /) -> Message:
        """Return where the runs part, in a sentence, for A's network."""


class KeptSteps(CountAxis):
    """An axis at the bottom on which every step that was kept is as wide as any other."""

    def __init__(self) -> None:
        self.steps: Sequence[int] = ()
        super().__init__("bottom")

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[Any]:
        """Return the middles of columns, some 84 px apart."""
        if not len(self.steps):
            return []
        every = -(-len(self.steps) // max(1, int(size / theme.px(84))))
        return [(1.0, [at + 0.5 for at in range(0, len(self.steps), every)])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return the steps of these columns."""
        return [f"{self.steps[int(value)]:,}" for value in values]


class WhereTheyPart(LayerView):
    """A picture with a row per layer and a column per step that both runs have kept.

    Colour is log10 of the relative difference; where nothing differs there is none. Layers that
    cannot be compared are hatched, and the first field that is more than rounding has a ring.

    Signals
    -------
    layer_selected(str)
        A person clicked on the row of this layer.
    """

    needs_steps = False

    def __init__(self, parent: QWidget | None = None) -> None:
        self._rows, self._kept = LayerAxis(), KeptSteps()
        super().__init__(self._rows, parent=parent, bottom=self._kept)
        self._beside: WeightLayers | None = None
        self._network: NetworkSpec | None = None
        self._map: PartingLike | None = None
        self._seen: Seen | None = None
        self.canvas.box.invertY(True)
        self.image = pg.ImageItem(axisOrder="row-major")
        self.signs = Signs()
        for item in (self.image, self.signs):
            self.canvas.addItem(item)
        self.mark = CursorMark(self.canvas)
        self.bar = ColourBar()
        self.sentence = ElidedLabel(role="small")
        self.switch = Segmented([*WHICH.items()], "What is compared")
        self.switch.set_tooltips(TIPS)
        self.switch.selected.connect(self._on_switch_selected)
        self._arrange_parts()
        self._dress()
        self.show_nothing()

    def _arrange_parts(self) -> None:
        """Put the sentence and the switch below the picture."""
        for part in (self.canvas, self.bar):
            self._row.removeWidget(part)
        above, below, column = QHBoxLayout(), QHBoxLayout(), QVBoxLayout()
        for row in (above, below, column):
            row.setContentsMargins(0, 0, 0, 0)
        above.addWidget(self.canvas, 1)
        above.addWidget(self.bar)
        below.addWidget(self.sentence, 1)
        below.addWidget(self.switch)
        column.addLayout(above, 1)
        column.addLayout(below)
        self._row.addLayout(column, 1)

    def set_network(self, network: NetworkSpec) -> None:
        """Call layers by their place in this network, that of run A."""
        self._network = network

    def set_layers(self, layers: WeightLayers, beside: WeightLayers | None = None) -> None:
        """Forget what was compared; what follows are other runs."""
        self._beside = beside
        self._map = self._seen = None
        super().set_layers(layers)

    def show_map(self, parting: PartingLike | None, progress: float) -> None:
        """Show how far the runs lie apart, as far as that is known.

        Parameters
        ----------
        parting : PartingLike | None
            The differences so far.
        progress : float
            How much of the steps that were kept has been compared, 0 to 1.
        """
        self._map = parting
        if parting is None or not len(parting.steps):
            self.show_nothing()
        else:
            self._draw_map(parting)
        self._say(progress)
        self._mark_cursor()

    def await_map(self) -> None:
        """Say that the first comparison is on its way."""
        if self._map is None:
            self.canvas.set_empty_text(COMPARING)

    def show_nothing(self) -> None:
        """Empty the picture."""
        super().show_nothing()
        self.image.hide()
        self.bar.hide()
        self.signs.set_signs([], None, QRectF())
        self.mark.show(None)
        self.canvas.set_empty_text(NOTHING_YET)
        self.sentence.setText("")

    def draw(self, seen: Seen) -> None:
        """Stand where somebody looks back to; the picture itself comes with `show_map`."""
        self._seen = seen
        if self._map is None and self.canvas.empty_text() != COMPARING:
            # What other plots say before the first step has no place here.
            self.canvas.set_empty_text(NOTHING_YET)
        self._mark_cursor()

    def table(self) -> Table:
        """Return the steps that both have kept, and of every layer both differences at them."""
        parting = self._map
        if parting is None:
            return [], []
        runs = [one for one in (self._layers, self._beside) if one is not None]
        names, columns = ["step"], [parting.steps]
        for what, values in (("gradients", parting.gradients), ("weights", parting.weights)):
            names += [f"{called(runs, layer_id)}: {what}, |B - A| / |A| [ratio]"
                      for layer_id in parting.layers]
            columns += [*values]
        return names, columns

    def which(self) -> str:
        """Return what is compared, ``weights`` or ``gradients``."""
        return self.switch.current()

    def _values(self, parting: PartingLike) -> Reals:
        return parting.weights if self.which() == "weights" else parting.gradients

    def _draw_map(self, parting: PartingLike) -> None:
        values = self._values(parting)
        # Of what is infinite `log10` knows nothing: A's numbers are all 0, B's are not.
        y = self._y = log10(values)
        y[values == np.inf] = np.inf
        self._x = np.arange(1.0, len(parting.steps) + 1.0) - 0.5
        known = y[np.isfinite(y)]
        high = math.ceil(float(known.max())) if len(known) else 0
        low = max(math.floor(float(known.min())), high - DECADES) if len(known) else -1
        low = min(low, high - 1)
        there = ~(np.isnan(y) | np.isneginf(y))
        shade = 1 + np.clip((np.where(there, y, low) - low) / (high - low), 0, 1) * 254
        self.image.setImage(np.where(there, shade, 0).astype(np.uint8), autoLevels=False,
                            levels=(0, 255))
        frame = QRectF(0.0, 0.0, float(len(parting.steps)), float(max(len(parting.layers), 1)))
        self.image.setRect(frame)
        self.image.show()
        self.bar.set_ends(low, high)
        self.bar.setVisible(bool(len(known)))
        self._kept.steps, self._rows.numbers = parting.steps.tolist(), self._numbers(parting)
        for axis in (self._kept, self._rows):
            axis.picture = None
            axis.update()
        hatched = [row for row, layer_id in enumerate(parting.layers)
                   if layer_id in parting.incomparable]
        self.signs.set_signs(hatched, first_beyond(values, parting.limit), frame)
        self._mark_selected()
        self.canvas.set_empty_text("No difference to show")
        self.canvas.set_empty(not there.any())
        self.canvas.set_ranges((0.0, frame.width()), (0.0, frame.height()))

    def _numbers(self, parting: PartingLike) -> list[str]:
        """Return the layers' numbers in A, and in B those of its own, ``B4``."""
        return [self._called(layer_id)[0] for layer_id in parting.layers]

    def _called(self, layer_id: str) -> tuple[str, str]:
        """Return the number and the title of a layer, in A's network if that has it."""
        runs = sorted((one for one in (self._layers, self._beside) if one is not None),
                      key=lambda one: one.run)
        for index, one in enumerate(runs):
            place = one.place_of(layer_id)
            if place >= 0:
                number = str(one.positions[place])
                return (number if index == 0 else f"{one.run}{number}"), one.titles[place]
        return "", layer_id

    def _say(self, progress: float) -> None:
        text = ""
        if self._map is not None and self._network is not None:
            text = self._map.message(self._network).text
        if progress < 1.0:
            text = f"{text} Comparing: {progress:.0%}.".strip()
        self.sentence.setText(text)
        self.canvas.setAccessibleDescription(text)

    def _mark_cursor(self) -> None:
        step = None if self._seen is None else self._seen.cursor
        if step is None or self._map is None or not len(self._map.steps):
            self.mark.show(None)
            return
        self.mark.show(step, float(np.interp(step, self._map.steps, self._x)))

    def _nearest(self, point: QPointF) -> tuple[int, int]:
        row, column = math.floor(point.y()), math.floor(point.x())
        inside = 0 <= row < len(self._y) and 0 <= column < len(self._x)
        return (row, column) if inside else NOWHERE

    def _told(self, point: QPointF) -> Told | None:
        row, column = self._nearest(point)
        if self._map is None or column < 0:
            return None
        layer_id = self._map.layers[row]
        value = float(self._values(self._map)[row, column])
        what = "weights" if self.which() == "weights" else "gradient"
        if math.isnan(value):
            text = f"no {what} to compare"
        elif value == 0:
            text = f"the same {what}"
        elif value == math.inf:
            text = f"{what}: A has only zeros, B has not"
        else:
            differs = "differs" if what == "gradient" else "differ"
            text = f"{what} {differs} by {power_text(math.log10(value))} of A's"
        return Told(layer_id, f"{self._called(layer_id)[1]}   {text} at step "
                    f"{self._map.steps[column]:,}", float(self._x[column]))

    @Slot(str)
    def _on_switch_selected(self, _key: str) -> None:
        if self._map is not None and len(self._map.steps):
            self._draw_map(self._map)

    def _mark_selected(self) -> None:
        layers = () if self._map is None else self._map.layers
        self.signs.set_selected(layers.index(self._selected) if self._selected in layers else -1)

    def _dress(self) -> None:
        table = np.zeros((256, 4), np.uint8)
        table[1:, :3] = theme.sequential_map()[1:]
        table[1:, 3] = 255
        self.image.setLookupTable(table)
        self.signs.update()


def first_beyond(values: Reals, limit: float) -> tuple[int, int] | None:
    """Return the first step's first layer that lies beyond a limit, as (row, column)."""
    # NaN compares false.
    beyond = values > limit
    columns = np.flatnonzero(beyond.any(axis=0))
    if not len(columns):
        return None
    return int(np.flatnonzero(beyond[:, columns[0]])[0]), int(columns[0])
