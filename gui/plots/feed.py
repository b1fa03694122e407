"""What the plots need of a run and of a frame, whoever makes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.spec import NetworkSpec
from engine.telemetry.snapshot import Snapshot

Reals = NDArray[np.float64]
LOSS = "loss"
VALIDATION_LOSS = "validation_loss"


class Series(Protocol):
    """Bounded history of a run: `engine.telemetry.history.History`."""

    @property
    def length(self) -> int:
        """Number of buckets in use."""

    def steps(self) -> Reals:
        """Return the centre of every bucket, float64[b]."""

    def low(self, column: str) -> Reals:
        """Return the least value in every bucket, float64[b]; NaN where none was measured."""

    def high(self, column: str) -> Reals:
        """Return the greatest value in every bucket."""

    def mean(self, column: str) -> Reals:
        """Return the mean value in every bucket."""

    def log_mean(self, column: str) -> Reals:
        """Return the mean of log10 in every bucket; -inf for zeros alone, NaN for no value."""


class RunLike(Protocol):
    """A run as the plots see it."""

    @property
    def network(self) -> NetworkSpec:
        """The network that runs."""

    @property
    def weight_layers(self) -> Sequence[str]:
        """Ids of the layers with weights, in the order of the network."""


class FrameLike(Protocol):
    """One tick of the frame clock as the plots see it."""

    @property
    def step(self) -> int:
        """Completed steps."""

    @property
    def history(self) -> Any:
        """A `Series`."""

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest snapshot, if there is one that was not shown yet."""


@dataclass(frozen=True)
class Seen:
    """What a view of layers may draw from.

    Attributes
    ----------
    history : Series
        The run so far.
    snapshot : Snapshot | None
        The newest one that there was, whenever it came.
    """

    history: Series
    snapshot: Snapshot | None
