"""What the output views need of a run and of a frame, whoever makes them."""

from __future__ import annotations

from typing import Protocol

from engine.data.dataset import Dataset
from engine.telemetry.snapshot import Snapshot


class RunLike(Protocol):
    """A run as the output views see it."""

    @property
    def dataset(self) -> Dataset:
        """The examples."""


class FrameLike(Protocol):
    """One tick of the frame clock as the output views see it."""

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest snapshot, if there is one that was not shown yet."""


class View(Protocol):
    """One way to look at the output."""

    def set_dataset(self, dataset: Dataset) -> None:
        """Show these examples; there is no prediction for them yet."""

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show these predictions."""
