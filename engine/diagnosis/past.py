"""What a judge remembers of a run: little, however long it lasts."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.telemetry.snapshot import LayerReading, Snapshot

LARGEST_CURVE = 256
"""Points of the loss curve that are kept; every second one is dropped when there are more."""

Finding = tuple[str, int]
"""Code and severity."""


@dataclass(frozen=True)
class Moment:
    """One snapshot, as far as later ones are compared with it.

    Attributes
    ----------
    step : int
        Completed steps.
    loss : float
        Loss over the training examples.
    gradients : dict[str, float]
        Gradient RMS by layer id.
    """

    step: int
    loss: float
    gradients: dict[str, float]


class Smoothing:
    """Gradient and update of every layer, averaged over the last few snapshots.

    The gradient RMS is that of the batches taken together, so an empty batch does not pull it to 0.

    Parameters
    ----------
    weight : float
        Of the newest snapshot, 0 to 1.
    """

    def __init__(self, weight: float) -> None:
        self._weight = weight
        self._figures: dict[tuple[str, str], float] = {}

    def smoothed(self, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot of a later step with averages in the place of single figures."""
        return replace(snapshot, layers=tuple(map(self._reading, snapshot.layers)))

    def _reading(self, reading: LayerReading) -> LayerReading:
        if not math.isfinite(reading.gradient_rms):
            return reading
        key = reading.layer_id
        squares = self._mean(key, "gradient", min(reading.gradient_rms, 1e150) ** 2)
        update = reading.update_ratio
        if math.isfinite(update):
            update = self._mean(key, "update", update)
        return replace(reading, gradient_rms=math.sqrt(squares), update_ratio=update)

    def _mean(self, layer_id: str, figure: str, value: float) -> float:
        before = self._figures.get((layer_id, figure), value)
        mean = before + self._weight * (value - before)
        self._figures[layer_id, figure] = mean
        return mean


class Past:
    """The loss curve, the last few steps, and since when each finding holds.

    Parameters
    ----------
    window : int
        Steps that `recent` reaches back.
    """

    def __init__(self, window: int) -> None:
        self._window = window
        self._curve: list[tuple[int, float]] = []
        self._since: dict[Finding, int] = {}
        self.recent: deque[Moment] = deque()
        self.lowest_validation = math.inf

    @property
    def step(self) -> int:
        """The last step that was noted; -1 before the first."""
        return self.recent[-1].step if self.recent else -1

    @property
    def first_loss(self) -> float:
        """The loss over the training examples when the run was first seen."""
        return self._curve[0][1] if self._curve else math.nan

    def note(self, snapshot: Snapshot, found: Iterable[Finding]) -> None:
        """Remember a snapshot of a later step and what was found in it."""
        step = snapshot.step
        self.recent.append(Moment(step, snapshot.training.loss, {
            reading.layer_id: reading.gradient_rms for reading in snapshot.layers}))
        # A snapshot from before the window stays until a second one is inside it.
        while len(self.recent) > 1 and self.recent[0].step < step - self._window:
            self.recent.popleft()
        self._curve.append((step, snapshot.training.loss))
        if len(self._curve) > LARGEST_CURVE:
            self._curve = self._curve[::2]
        if snapshot.validation is not None:
            self.lowest_validation = min(self.lowest_validation, snapshot.validation.loss)
        self._since = {finding: self._since.get(finding, step) for finding in found}

    def lasted(self, finding: Finding) -> int:
        """Return for how many steps a finding has held without a break; -1 if it does not hold."""
        return self.step - self._since[finding] if finding in self._since else -1

    def loss_at_half(self) -> float:
        """Return the loss when the run was half as long; NaN before there were two snapshots."""
        if len(self._curve) < 2:
            return math.nan
        return min(self._curve[:-1], key=lambda point: abs(point[0] - self.step / 2))[1]
