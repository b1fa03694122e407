"""The layers that the plots show: those with weights, coloured as the network's rows are."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor

from gui import theme
from gui.plots.feed import RunLike
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
    """

    ids: tuple[str, ...] = ()
    positions: tuple[int, ...] = ()
    titles: tuple[str, ...] = ()
    depth: int = 0

    @classmethod
    def of(cls, run: RunLike) -> WeightLayers:
        """Return those of a run."""
        ids, network = tuple(run.weight_layers), run.network
        return cls(ids, tuple(network.index(i) for i in ids),
                   tuple(layer_title(network, i) for i in ids), len(network.layers))

    def colours(self) -> list[QColor]:
        """Return their colours: a layer has the one of its position in the whole network."""
        scale = theme.depth_colours(self.depth)
        return [scale[position] for position in self.positions]
