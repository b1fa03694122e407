"""What a page may say numbers of: project, data, the layer that is selected, and the run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from engine.data import Dataset
from engine.errors import EngineError
from engine.layers import ResolvedLayer, resolve
from engine.spec import ProjectSpec
from engine.telemetry.snapshot import LayerReading
from gui.frames.frame import Frame


@dataclass(frozen=True)
class Sight:
    """A moment of a project and its run.

    Attributes
    ----------
    project, dataset : ProjectSpec, Dataset
        What is trained, and on what.
    selected : str
        Id of the layer that is selected; empty for none.
    frame : Frame | None
        The run's newest moment, if it has one.
    """

    project: ProjectSpec
    dataset: Dataset
    selected: str = ""
    frame: Frame | None = None

    @cached_property
    def layers(self) -> tuple[ResolvedLayer, ...]:
        """The layers with their shapes; none where these do not fit."""
        try:
            return resolve(self.project.network, (self.dataset.n_inputs,))
        except EngineError:
            return ()

    @cached_property
    def place(self) -> int:
        """Position of the layer that is meant; -1 for none.

        That is the one that is selected; where it learns nothing, or none is, nothing is said of
        another one in its place.
        """
        return next((place for place, layer in enumerate(self.layers)
                     if layer.spec.id == self.selected), -1)

    @property
    def layer(self) -> ResolvedLayer | None:
        """The layer that is meant."""
        return self.layers[self.place] if self.place >= 0 else None

    @property
    def reading(self) -> LayerReading | None:
        """What is measured of it."""
        return self.reading_of(self.selected)

    def reading_of(self, layer_id: str) -> LayerReading | None:
        """Return what is measured of a layer."""
        readings = () if self.frame is None else self.frame.readings
        return next((one for one in readings if one.layer_id == layer_id), None)

    @cached_property
    def weighted(self) -> tuple[LayerReading, ...]:
        """What is measured of the layers that have a gradient, first to last."""
        readings = () if self.frame is None else self.frame.readings
        return tuple(one for one in readings if not math.isnan(one.gradient_rms))

    @property
    def batch(self) -> int:
        """Examples in a mini-batch."""
        return min(self.project.training.batch_size or self.examples, self.examples)

    @property
    def examples(self) -> int:
        """Examples to learn from."""
        return len(self.dataset.training)

    def last(self, column: str) -> float:
        """Return the newest figure of a series of the run; NaN where there is none."""
        if self.frame is None or column not in self.frame.history.columns:
            return math.nan
        return self.frame.history.last(column)
