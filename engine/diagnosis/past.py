"""What a judge remembers of a run: little, however long it lasts."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median, quantiles

import numpy as np
from numpy.typing import NDArray

from engine.telemetry.snapshot import LayerReading, Snapshot

Reals = NDArray[np.float64]
LARGEST_CURVE = 256
"""Points of the loss curve that are kept; every second one is dropped when there are more."""

TENTH = 0.1
"""Share of the run over which a level of the loss is taken."""

FARTHEST = 0.25
"""Share of the run by which a point may lie beside the place that it stands for."""

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


@dataclass(frozen=True)
class Course:
    """How the loss over the training examples went; levels are medians over a tenth of the run.

    Attributes
    ----------
    first : float
        When the run was first seen.
    half, before, now : float
        Level when the run was half and four fifths as long, and level of the last tenth; ``half``
        and ``before`` are NaN where no snapshot was near.
    low, high : float
        Between these the loss has mostly been in the later half of the run.
    best : float
        The lowest so far.
    best_step : int
        When that was.
    """

    first: float
    half: float
    before: float
    now: float
    low: float
    high: float
    best: float
    best_step: int


_MAGNITUDES = ("gradient_rms", "gradient_max", "gradient_low", "gradient_high",
               "activation_gradient_rms")
SMOOTHED = (*_MAGNITUDES, "update_ratio", "activation_mean", "activation_std", "saturated_share",
            "dead_share")
"""Figures of a layer that are medians; of magnitudes, of their logarithms."""


class Smoothing:
    """Gradients, update and activations of every layer as medians of the last few snapshots.

    A median follows a gradient that falls by powers of ten within the same few snapshots, and is
    deaf to one odd batch. A gradient that is exactly 0 or not finite is taken as it is.

    Parameters
    ----------
    snapshots : int
        How many.
    """

    def __init__(self, snapshots: int) -> None:
        self._snapshots = snapshots
        self._rows: dict[str, int] = {}
        # By layer and figure, the newest last; NaN where there are fewer.
        self._kept: Reals = np.full((0, len(SMOOTHED), snapshots), np.nan)

    def set_snapshots(self, snapshots: int) -> None:
        """Take medians of so many snapshots from now on."""
        before, most = self._kept, min(snapshots, self._snapshots)
        self._kept = np.full((*before.shape[:2], snapshots), np.nan)
        self._kept[..., snapshots - most:] = before[..., self._snapshots - most:]
        self._snapshots = snapshots

    def smoothed(self, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot of a later step with medians in the place of single figures."""
        if not snapshot.layers:
            return snapshot
        figures = [vars(reading) for reading in snapshot.layers]
        # All at once: a hundred layers have a thousand figures, at every frame.
        usual = self._usual([reading.layer_id for reading in snapshot.layers], np.array(
            [[one[name] for name in SMOOTHED] for one in figures], np.float64))
        # What is no number stays the very object that it was, so that equal readings are equal.
        return replace(snapshot, layers=tuple(LayerReading(**{**one, **{
            name: value for name, value in zip(SMOOTHED, row, strict=True)
            if not math.isnan(value)}}) for one, row in zip(figures, usual, strict=True)))

    def _usual(self, layer_ids: Sequence[str], values: Reals) -> list[list[float]]:
        """Return medians in the place of figures, float64[layers, figures]."""
        rows, is_kept = self._rows_of(layer_ids), np.isfinite(values)
        is_magnitude = np.arange(len(SMOOTHED)) < len(_MAGNITUDES)
        kept = self._kept[rows]
        newest = np.where(is_magnitude, _decades(values), values)[..., None]
        kept = np.where(is_kept[..., None], np.concatenate((kept[..., 1:], newest), axis=-1), kept)
        self._kept[rows] = kept
        usual = _medians(kept)
        usual[:, is_magnitude] = [[10.0**one for one in row]
                                  for row in usual[:, is_magnitude].tolist()]
        as_it_is = ~is_kept | (is_magnitude & (values == 0))
        found: list[list[float]] = np.where(as_it_is, values, usual).tolist()
        return found

    def _rows_of(self, layer_ids: Sequence[str]) -> list[int]:
        """Return where the figures of layers are kept; make room for those that are new."""
        for layer_id in layer_ids:
            self._rows.setdefault(layer_id, len(self._rows))
        more = len(self._rows) - len(self._kept)
        if more:
            room = np.full((more, *self._kept.shape[1:]), np.nan)
            self._kept = np.concatenate((self._kept, room))
        return [self._rows[layer_id] for layer_id in layer_ids]


class Past:
    """The loss curve, the last few steps, and since when each finding holds.

    Parameters
    ----------
    window : int
        Steps that `recent` reaches back.

    Attributes
    ----------
    recent : deque[Moment]
        Moments within the window, oldest first.
    first : tuple[LayerReading, ...]
        The layers when the run was first seen.
    lowest_validation : float
        The lowest loss over the validation examples so far.
    lowest_step : int
        When that was.
    silent : int
        For how many snapshots up to the last one all gradients have been exactly 0.
    """

    def __init__(self, window: int) -> None:
        self._window = window
        self._curve: list[tuple[int, float]] = []
        self._stride = 1
        self._best = (0, math.inf)
        self._since: dict[Finding, int] = {}
        self._unseen: dict[Finding, int] = {}
        self._largest: dict[str, float] = {}
        self.recent: deque[Moment] = deque()
        self.first: tuple[LayerReading, ...] = ()
        self.lowest_validation, self.lowest_step = math.inf, 0
        self.silent = 0

    def set_window(self, window: int) -> None:
        """Reach so many steps back from now on."""
        self._window = window

    def take(self, found: Iterable[Finding], steps: int) -> None:
        """Take it that the last snapshot shows something else, and has for so many steps."""
        found = tuple(found)
        self._since = {finding: min(self._since.get(finding, self.step), self.step - steps)
                       for finding in found}
        self._unseen = {finding: self._unseen.get(finding, -1) for finding in found}

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
        step, loss = snapshot.step, snapshot.training.loss
        before, found = self.step, tuple(found)
        gradients = {reading.layer_id: reading.gradient_rms for reading in snapshot.layers}
        self.first = self.first or snapshot.layers
        for layer_id, gradient in gradients.items():
            if gradient > self._largest.get(layer_id, 0.0):
                self._largest[layer_id] = gradient
        measured = [gradient for gradient in gradients.values() if not math.isnan(gradient)]
        self.silent = self.silent + 1 if measured and not any(measured) else 0
        self.recent.append(Moment(step, loss, gradients))
        # A snapshot from before the window stays until a second one is inside it.
        while len(self.recent) > 1 and self.recent[0].step < step - self._window:
            self.recent.popleft()
        self._note_loss(step, loss)
        held_out = snapshot.validation
        if held_out is not None and held_out.loss < self.lowest_validation:
            self.lowest_validation, self.lowest_step = held_out.loss, step
        self._since = {finding: self._since.get(finding, step) for finding in found}
        self._unseen = {finding: self._unseen.get(finding, before) for finding in found}

    def _note_loss(self, step: int, loss: float) -> None:
        if loss < self._best[1]:
            self._best = step, loss
        # Points lie at least a stride apart, so that a long run's early part stays as dense as its
        # late part, however many snapshots there are of it.
        if not self._curve or step - self._curve[-1][0] >= self._stride:
            self._curve.append((step, loss))
        while len(self._curve) > LARGEST_CURVE:
            self._curve = self._curve[::2]
            self._stride *= 2

    def bear_out(self) -> None:
        """Take what the last snapshot shows as having held since the last one that did not show it.

        Where that lies within the window, it would be too little to change anything.
        """
        for finding, before in self._unseen.items():
            if 0 <= before <= self.step - self._window:
                self._since[finding] = before

    def lasted(self, finding: Finding) -> int:
        """Return for how many steps a finding has held without a break; -1 if it does not hold."""
        return self.step - self._since[finding] if finding in self._since else -1

    def died_down(self, layer_id: str, gradient: float, factor: float) -> bool:
        """Say whether a gradient has fallen below a share of the layer's largest so far."""
        return gradient < factor * self._largest.get(layer_id, 0.0)

    def course(self) -> Course:
        """Return how the loss went until the last step that was noted."""
        newest = (self.step, self.recent[-1].loss)
        points = self._curve if self._curve[-1] == newest else [*self._curve, newest]
        later = [loss for step, loss in points if 2 * step >= self.step]
        low, *_, high = quantiles(later, n=10) if len(later) > 9 else (min(later), max(later))
        return Course(self.first_loss, self._level(points[:-1], 0.5), self._level(points[:-1], 0.8),
                      self._level(points, 1 - TENTH / 2), low, high, self._best[1], self._best[0])

    def _level(self, points: list[tuple[int, float]], share: float) -> float:
        """Return the median loss around a share of the run, or the loss of the nearest point.

        NaN where there is none near enough to be called so.
        """
        low, high = (share - TENTH / 2) * self.step, (share + TENTH / 2) * self.step
        inside = [loss for step, loss in points if low <= step <= high]
        if inside or not points:
            return median(inside) if inside else math.nan
        middle = share * self.step
        step, loss = min(points, key=lambda point: abs(point[0] - middle))
        return loss if abs(step - middle) <= FARTHEST * self.step else math.nan


def _decades(values: Reals) -> Reals:
    """Return log10 of sizes; -inf for 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values > 0, np.log10(values), -np.inf)


def _medians(kept: Reals) -> Reals:
    """Return medians along the last axis, NaN being left out; of nothing, NaN."""
    ordered = np.sort(kept, axis=-1)
    count = np.count_nonzero(~np.isnan(kept), axis=-1)[..., None]
    low, high = (np.take_along_axis(ordered, np.clip(place, 0, kept.shape[-1] - 1), axis=-1)
                 for place in ((count - 1) // 2, count // 2))
    with np.errstate(invalid="ignore"):
        return np.asarray(((low + high) / 2)[..., 0])
