"""The layers that the plots show, mostly those with weights, coloured as the network's rows are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor

from engine.layers import kind
from engine.telemetry.history import History
from gui import theme
from gui.frames.record import Record
from gui.frames.run_info import FIRST, RunInfo
from gui.plots.feed import Reals
from gui.plots.titles import layer_title


@dataclass(frozen=True)
class WeightLayers:
    """Layers with weights, first to last.

    Attributes
    ----------
    ids : tuple[str, ...]
        Their ids.
    positions : tuple[int, ...]
        Their positions in the network, the input being 0.
    titles : tuple[str, ...]
        Their names for people.
    depth : int
        Number of all layers of the network, those without weights included.
    run : str
        Key of the run.
    """

    ids: tuple[str, ...] = ()
    positions: tuple[int, ...] = ()
    titles: tuple[str, ...] = ()
    depth: int = 0
    run: str = FIRST

    @classmethod
    def of(cls, run: RunInfo) -> WeightLayers:
        """Return those of a run."""
        ids, network = tuple(run.weight_layers), run.network
        return cls(ids, tuple(network.index(i) for i in ids),
                   tuple(layer_title(network, i) for i in ids), len(network.layers), run.run)

    @classmethod
    def every(cls, run: RunInfo) -> WeightLayers:
        """Return all layers of a run but its inputs, for what layers without weights have, too."""
        network = run.network
        ids = tuple(layer.id for layer in network.layers if kind(layer.kind).insertable)
        return cls(ids, tuple(network.index(i) for i in ids),
                   tuple(layer_title(network, i) for i in ids), len(network.layers), run.run)

    def only(self, ids: Collection[str]) -> WeightLayers:
        """Return those that are among ``ids``; their colours stay."""
        kept = [i for i, layer_id in enumerate(self.ids) if layer_id in ids]
        return WeightLayers(tuple(self.ids[i] for i in kept),
                            tuple(self.positions[i] for i in kept),
                            tuple(self.titles[i] for i in kept), self.depth, self.run)

    def place_of(self, layer_id: str) -> int:
        """Return the place of a layer among these, -1 if it is not one of them."""
        return self.ids.index(layer_id) if layer_id in self.ids else -1

    def log_means(self, history: History | Record, figure: str) -> Reals:
        """Return log10 of a figure of theirs, float64[layers, buckets].

        It is -inf where the figure is 0, and NaN where there is none.
        """
        values = history.log_means([f"{layer_id}/{figure}" for layer_id in self.ids])
        return np.where(values < np.inf, values, np.nan)

    def colours(self) -> list[QColor]:
        """Return their colours: a layer has the one of its position in the whole network."""
        scale = theme.depth_colours(self.depth)
        return [scale[position] for position in self.positions]
