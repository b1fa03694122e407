"""What theory says of a sweep's settings: lines over a map, and which networks should learn.

Three lines. Where chi is 1, the error signal keeps its size. A network is trainable to a depth of
about 6 xi (Schoenholz et al. 2017): over xi layers, the mean squared error signal changes by a
factor of e. And gradient descent is stable up to a rate (`engine.theory.stable_rate`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.experiments.knobs import knob
from engine.experiments.paths import Value
from engine.layers import ResolvedLayer, resolve
from engine.layers.dense import Dense
from engine.layers.initialisers import INITIALISERS
from engine.layers.weighted import first_bias, initial_size
from engine.messages import Message, say
from engine.theory.criticality import Criticality, criticality
from engine.theory.stable_rate import stable_rate

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.experiments.board import Values
    from engine.experiments.sweep import Sweep
    from engine.spec import ProjectSpec

REACH = 6.0
"""Depth scales to which a network can be trained (Schoenholz et al. 2017, figure 5)."""
POINTS = 96
"""Places at which a line is found."""
Points = tuple[tuple[float, float], ...]
Reals = NDArray[np.float64]

RATES = 9
"""Places at which a stable rate is found, which takes a walk through the network each."""


@dataclass(frozen=True)
class Reading:
    """What theory says of one network.

    Attributes
    ----------
    chi : float
        Factor of the mean squared error signal through a layer.
    xi : float
        Layers over which it changes by a factor of e.
    depth : int
        Hidden layers.
    """

    chi: float
    xi: float
    depth: int

    @property
    def reach(self) -> float:
        """Hidden layers to which such a network can be trained."""
        return REACH * self.xi

    @property
    def is_trainable(self) -> bool:
        """Whether it is no deeper than that."""
        return self.depth <= self.reach


@dataclass(frozen=True)
class Line:
    """A line over a map.

    Attributes
    ----------
    key : str
        ``critical``, ``reach`` or ``rate``.
    title, short : Message
        What it is; how it is called where it stands.
    points : tuple[tuple[float, float], ...]
        Values on the first and on the second axis; NaN where it is interrupted.
    """

    key: str
    title: Message
    short: Message
    points: Points


@dataclass(frozen=True)
class TheoryLines:
    """What theory says of a sweep.

    Attributes
    ----------
    lines : tuple[Line, ...]
        What is drawn over its map.
    places : Mapping[str, int]
        Which axis turns which knob.
    reaches : tuple[tuple[float, float], ...]
        How deep a network may be, by the scale of its first weights, ascending.
    rates : tuple[tuple[float, float], ...]
        The largest stable learning rate by the value on the other axis, ascending.
    """

    lines: tuple[Line, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)
    reaches: Points = ()
    rates: Points = ()

    @property
    def bound(self) -> str:
        """Key of the line within which networks should learn; empty where there is none."""
        if self.reaches:
            return "reach" if "depth" in self.places else ""
        return "rate" if self.rates else ""

    @cached_property
    def _logarithms(self) -> tuple[Reals, Reals]:
        """Places on an axis, and logarithms of what theory says there: endless is very large."""
        places, found = zip(*(self.reaches or self.rates), strict=True)
        return np.array(places), np.log(np.clip(found, 1e-30, 1e30))

    def rate(self, values: Values) -> float | None:
        """Return the largest stable learning rate of a setting; None where none is known."""
        if not self.rates:
            return None
        at = float(values[1 - self.places["learning_rate"]])
        return math.exp(float(np.interp(at, *self._logarithms)))

    def is_inside(self, values: Values) -> bool | None:
        """Say whether theory expects a setting to learn; None where it does not say.

        Of depth and scale: no deeper than the reach. Of learning rates: no larger than the stable
        one.
        """
        if self.bound == "reach":
            reach = np.interp(float(values[self.places["gain"]]), *self._logarithms)
            return float(values[self.places["depth"]]) <= math.exp(float(reach))
        rate = self.rate(values)
        return None if rate is None else float(values[self.places["learning_rate"]]) <= rate


def reading(project: ProjectSpec, inputs: int = 1) -> Reading | None:
    """Return what theory says of a network; None unless it is a stack of equal dense layers.

    Parameters
    ----------
    project : ProjectSpec
        Its network.
    inputs : int
        Numbers that an example has; what is said does not depend on it.
    """
    try:
        layers = resolve(project.network, (inputs,))
    except EngineError:
        return None
    hidden = _hidden(layers)
    if hidden is None:
        return None
    found = _criticality(hidden[-1])
    return None if found is None else Reading(found.chi, found.xi, len(hidden))


def _hidden(layers: Sequence[ResolvedLayer]) -> list[ResolvedLayer] | None:
    """Return the hidden layers where all are dense and alike; else None."""
    between = layers[1:-1]
    if not between or not all(isinstance(layer.kind, Dense) for layer in between):
        return None
    looks = {(layer.options["activation"], layer.options["weights"], layer.options["gain"],
              layer.options["units"]) for layer in between}
    return list(between) if len(looks) == 1 else None


def _criticality(layer: ResolvedLayer) -> Criticality | None:
    scheme = INITIALISERS[str(layer.options["weights"])]
    if not scheme.is_random or scheme.needs_data:
        return None
    units = int(layer.options["units"])
    size = initial_size(layer.options, (units, units), units, units)
    if not size > 0:
        return None
    bias = first_bias(scheme, layer.options) if layer.options["bias"] else 0.0
    return criticality(str(layer.options["activation"]), units * size**2, bias**2)


def theory_lines(sweep: Sweep, dataset: Dataset | None = None) -> TheoryLines:
    """Return what theory says of a sweep of two axes; nothing where it has no rule.

    Parameters
    ----------
    sweep : Sweep
        What is computed.
    dataset : Dataset | None
        Its data, for the largest stable rate; None leaves that out.
    """
    if len(sweep.axes) != 2 or any(not _numeric(axis.values) for axis in sweep.axes):
        return TheoryLines()
    lines: list[Line] = []
    reaches: Points = ()
    rates: Points = ()
    places = {axis.knob: place for place, axis in enumerate(sweep.axes)}
    if "gain" in places:
        lines, reaches = _of_scale(sweep, places)
    elif "learning_rate" in places and dataset is not None:
        rates = _rates(sweep, places["learning_rate"], dataset)
        if rates:
            lines.append(Line("rate", say("line.rate"), say("line.rate-short"),
                              _turned(rates, first=places["learning_rate"] == 1)))
    return TheoryLines(tuple(lines), places, reaches, rates)


def _numeric(values: Sequence[Value]) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _of_scale(sweep: Sweep, places: Mapping[str, int]) -> tuple[list[Line], Points]:
    """Return where chi is 1 and how deep a network may be, over the scale of first weights."""
    own = places["gain"]
    values = [float(value) for value in sweep.axes[own].values]
    scales = np.linspace(min(values), max(values), POINTS)
    found = [(float(scale), _at(sweep.project, float(scale))) for scale in scales]
    known = [(scale, one) for scale, one in found if one is not None]
    if len(known) < 2:
        return [], ()
    lines: list[Line] = []
    reaches = tuple((scale, one.reach) for scale, one in known)
    other = [float(value) for value in sweep.axes[1 - own].values]
    for scale in _crossings(sweep.project, known):
        lines.append(Line("critical", say("line.critical"), say("line.critical-short"),
                          _turned(((scale, min(other)), (scale, max(other))), first=own == 0)))
    if "depth" in places:
        lines.append(Line("reach", say("line.reach", times=REACH), say("line.reach-short",
                                                                       times=REACH),
                          _turned(reaches, first=own == 0)))
    return lines, reaches


def _at(project: ProjectSpec, scale: float) -> Reading | None:
    """Return what theory says of a project whose first weights are so large."""
    try:
        return reading(knob("gain").apply(project, scale))
    except EngineError:
        return None


def _crossings(project: ProjectSpec, known: Sequence[tuple[float, Reading]]) -> list[float]:
    """Return the scales at which chi is 1."""
    found = []
    for (low, before), (high, after) in itertools.pairwise(known):
        if (before.chi - 1) * (after.chi - 1) < 0:
            found.append(_between(lambda scale: _chi(project, scale), low, high, before.chi))
    return found


def _chi(project: ProjectSpec, scale: float) -> float:
    one = _at(project, scale)
    return math.nan if one is None else one.chi


def _between(chi: Callable[[float], float], low: float, high: float, at_low: float) -> float:
    for _ in range(20):
        middle = (low + high) / 2
        if (chi(middle) - 1) * (at_low - 1) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _rates(sweep: Sweep, own: int, dataset: Dataset) -> Points:
    """Return the largest stable rate at some values of the other axis."""
    axis = sweep.axes[1 - own]
    values = sorted(float(value) for value in axis.values)
    places = np.unique(np.linspace(0, len(values) - 1, RATES).astype(int))
    whole = all(isinstance(value, int) for value in axis.values)
    found = []
    for place in places:
        value = values[place]
        try:
            project = knob(axis.knob).apply(sweep.project, int(value) if whole else value)
        except EngineError:
            continue
        rate = stable_rate(project, dataset)
        if rate is not None:
            found.append((value, rate))
    return tuple(found)


def _turned(points: Points, *, first: bool) -> Points:
    """Return points whose first number belongs to the first axis, or else to the second."""
    return tuple(points) if first else tuple((b, a) for a, b in points)
