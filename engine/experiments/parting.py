"""Where two runs part: how far apart they are, layer by layer and step by step.

The distance is relative, ``||b - a|| / ||a||`` over all numbers of a layer: 0 where they are
equal, 1 where they differ by as much as A is large. Against a layer of zeros it is infinite, unless
B has zeros too. Layers of other shapes, or which only one run has, cannot be compared: their place
is NaN.

What is more than rounding? The engine does the same sums in the same order whatever the number of
threads, so that equal runs are equal to the byte, and any difference at all has a cause in what the
projects ask for; `PartingMap.touched` is its place. But not every such difference is worth a mark:
another way to write the same mathematics, such as a sum in another order, would change the last
digits too. A sum of k numbers of one precision is off by about ``sqrt(k)`` roundings of
``eps / 2`` when they fall as chance has it; the widest layer has k = 4096 inputs, so that two
orders of its sums lie within ``64 * eps`` of one another: 7.6e-06 with 32 bits, 1.4e-14 with 64.
`PartingMap.first` is the first place that lies beyond. Training makes small differences larger,
step by step: a reordered sum will pass the limit some day, too, but steps of small numbers before
it tell that it was one. Where runs have other precisions, the coarser one counts.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.messages import Message, say
from engine.spec import NetworkSpec

Reals = NDArray[np.float64]
Array = NDArray[Any]
Which = Literal["weights", "gradients"]

ROUNDINGS = 64
"""As many times eps are taken for rounding."""

SAFE = 1e-140
"""Norms between this and 1 over this are of squares that are numbers of float64."""

BLOCK = 16_384
"""Numbers that are looked at together."""


class CheckpointLike(Protocol):
    """A run at one step; see `engine.telemetry.checkpoint.Checkpoint`."""

    @property
    def step(self) -> int:
        """Completed steps."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all parameters, ``layer-id/w``, layer by layer."""

    def array(self, name: str) -> Array:
        """Return a parameter."""

    def gradient(self, name: str) -> Array:
        """Return its gradient at the last step; raises KeyError where it is not learned."""


class Place(NamedTuple):
    """A field of the map.

    Attributes
    ----------
    step : int
        The step.
    layer : str
        Id of the layer.
    which : str
        ``weights`` or ``gradients``.
    """

    step: int
    layer: str
    which: Which


@dataclass(frozen=True, eq=False)
class PartingMap:
    """Relative differences of run B to run A.

    Attributes
    ----------
    steps : int64[steps]
        Steps at which both runs are kept, ascending.
    layers : tuple[str, ...]
        Ids of the layers with parameters: A's, then those that B alone has.
    weights, gradients : float64[layers, steps]
        The differences; NaN where there is nothing to compare.
    limit : float
        What is taken for rounding.
    """

    steps: NDArray[np.int64]
    layers: tuple[str, ...]
    weights: Reals
    gradients: Reals
    limit: float

    @property
    def first(self) -> Place | None:
        """The first place that is more than rounding; None if there is none."""
        return self._beyond(self.limit)

    @property
    def touched(self) -> Place | None:
        """The first place that differs at all; None where the runs are equal to the byte."""
        return self._beyond(0.0)

    @property
    def incomparable(self) -> tuple[str, ...]:
        """Ids of the layers that cannot be compared."""
        nothing = np.isnan(self.weights).all(axis=1)
        return tuple(self.layers[place] for place in np.flatnonzero(nothing))

    def message(self, network: NetworkSpec) -> Message:
        """Return where the runs part, in a sentence.

        Parameters
        ----------
        network : NetworkSpec
            That of run A; layers are called by their place in it.
        """
        count = len(self.steps)
        if not count or len(self.incomparable) == len(self.layers):
            return say("parting.nothing")
        if self.touched is None:
            return say("parting.equal", count=count)
        if self.first is None:
            return say("parting.rounding", count=count, limit=self.limit)
        step, layer_id, which = self.first
        places = {layer.id: place for place, layer in enumerate(network)}
        layer: object = places.get(layer_id, layer_id)
        if which == "weights":
            return say("parting.weights", step=step, layer=layer)
        return say("parting.gradients", step=step, layer=layer)

    def _beyond(self, limit: float) -> Place | None:
        """Return the first step's first layer beyond a limit: its gradients come before weights."""
        # NaN compares false.
        beyond = {"gradients": self.gradients > limit, "weights": self.weights > limit}
        for column in np.flatnonzero((beyond["gradients"] | beyond["weights"]).any(axis=0))[:1]:
            which: Which = "gradients" if beyond["gradients"][:, column].any() else "weights"
            layer = int(np.flatnonzero(beyond[which][:, column])[0])
            return Place(int(self.steps[column]), self.layers[layer], which)
        return None


class Parting:
    """Makes the map of a pair, step by step; what was computed once is kept.

    It holds no checkpoint. Another pair, or a run that began anew, takes another one.
    """

    def __init__(self) -> None:
        self._columns: dict[int, tuple[Reals, Reals]] = {}
        self._layers: tuple[str, ...] = ()
        self._limit = 0.0

    def advance(self, a: Iterable[CheckpointLike], b: Iterable[CheckpointLike],
                budget_s: float = math.inf) -> bool:
        """Compute what is missing for about so many seconds, one step at least.

        Parameters
        ----------
        a, b : Iterable[CheckpointLike]
            What is kept of runs A and B; steps that both have are compared.
        budget_s : float
            Seconds after which no other step is begun.

        Returns
        -------
        bool
            Whether every such step is in the map.
        """
        end = time.perf_counter() + budget_s
        of_b = {checkpoint.step: checkpoint for checkpoint in b}
        both = [(one, of_b[one.step]) for one in a if one.step in of_b]
        # Steps that are no longer kept leave the map as well.
        self._columns = {one.step: self._columns[one.step] for one, _ in both
                         if one.step in self._columns}
        missing = [pair for pair in both if pair[0].step not in self._columns]
        for count, (one, other) in enumerate(missing):
            if count and time.perf_counter() >= end:
                return False
            self._add(one, other)
        return True

    @property
    def map(self) -> PartingMap:
        """What is known so far."""
        steps = sorted(self._columns)
        shape = (len(steps), len(self._layers))
        weights, gradients = (np.array([self._columns[step][side] for step in steps]
                                       ).reshape(shape).T for side in (0, 1))
        return PartingMap(np.array(steps, np.int64), self._layers, weights, gradients, self._limit)

    def _add(self, a: CheckpointLike, b: CheckpointLike) -> None:
        of_a, of_b = _by_layer(a.names), _by_layer(b.names)
        if not self._layers:
            self._layers = tuple(dict.fromkeys((*of_a, *of_b)))
            self._limit = ROUNDINGS * max(_eps(a), _eps(b))
        column = np.full((2, len(self._layers)), np.nan)
        for place, layer in enumerate(self._layers):
            names = of_a.get(layer)
            if names is not None and _alike(a, b, names, of_b.get(layer)):
                column[0, place] = relative([(a.array(name), b.array(name)) for name in names])
                column[1, place] = relative(_gradients(a, b, names))
        self._columns[a.step] = column[0], column[1]


def parting(a: Sequence[CheckpointLike], b: Sequence[CheckpointLike]) -> PartingMap:
    """Return the map of what is kept of two runs."""
    made = Parting()
    made.advance(a, b)
    return made.map


def relative(pairs: Sequence[tuple[Array, Array]]) -> float:
    """Return ``||b - a|| / ||a||`` over all of some arrays; NaN of none.

    Infinite where a is 0 and b is not, and where b alone is not finite; NaN where neither is.

    Parameters
    ----------
    pairs : Sequence[tuple[real array, real array]]
        An array of A and one of B of its shape each.
    """
    if not pairs:
        return math.nan
    room = np.empty(BLOCK)
    flat = [(a.ravel(), b.ravel()) for a, b in pairs]
    with np.errstate(over="ignore", invalid="ignore"):
        difference, size = _norms(flat, 1.0, room)
        if difference == 0 and all(np.array_equal(a, b) for a, b in flat):
            return 0.0
        if not SAFE < min(difference, size) <= max(difference, size) < 1 / SAFE:
            # Squares of such numbers are none of float64: as parts of the largest one they are.
            difference, size = _norms(flat, _largest(flat), room)
    if math.isnan(difference) and math.isfinite(size):
        return math.inf
    return difference / size if size else math.inf


def _norms(pairs: Sequence[tuple[Array, Array]], unit: float, room: Reals) -> tuple[float, float]:
    """Return ``||b - a||`` and ``||a||`` in units; summed in float64, so that small ones count."""
    difference = size = 0.0
    for a, b in pairs:
        # Piece by piece, so that what is computed stays near the processor.
        for begin in range(0, len(a), len(room)):
            mine, its = a[begin:begin + len(room)], b[begin:begin + len(room)]
            part = room[:len(mine)]
            np.subtract(its, mine, out=part, dtype=np.float64)
            if unit != 1.0:
                part /= unit
            difference += float(np.dot(part, part))
            np.copyto(part, mine)
            if unit != 1.0:
                part /= unit
            size += float(np.dot(part, part))
    return math.sqrt(difference), math.sqrt(size)


def _largest(pairs: Sequence[tuple[Array, Array]]) -> float:
    """Return the largest magnitude; 1 where all is 0 or not finite."""
    found = max((float(np.abs(array).max()) for pair in pairs for array in pair if len(array)),
                default=0.0)
    return found if 0 < found < math.inf else 1.0


def _by_layer(names: Iterable[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(name.rpartition("/")[0], []).append(name)
    return found


def _alike(a: CheckpointLike, b: CheckpointLike, names: list[str], others: list[str] | None
           ) -> bool:
    """Say whether a layer has the same arrays, of the same shapes, in both runs."""
    return names == others and all(a.array(name).shape == b.array(name).shape for name in names)


def _gradients(a: CheckpointLike, b: CheckpointLike, names: Iterable[str]
               ) -> list[tuple[Array, Array]]:
    """Return the gradients of what is learned."""
    found = []
    for name in names:
        try:
            found.append((a.gradient(name), b.gradient(name)))
        except KeyError:
            continue
    return found


def _eps(checkpoint: CheckpointLike) -> float:
    return max((float(np.finfo(checkpoint.array(name).dtype).eps) for name in checkpoint.names),
               default=0.0)
