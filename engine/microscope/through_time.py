"""The gradient of a recurrent layer's state at every step of time, and what it passes between them.

Between two steps, an error goes through the slopes of the functions of the later one and through
the recurrent weights; of an LSTM, it also goes along the cell, where the forget gate alone weighs
it; of a GRU, past everything with the share that the update gate leaves of the state before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.microscope.number import evaluate
from engine.microscope.trace import Trace

Array = NDArray[np.float64]

BESIDE = {"rnn_backward": "", "lstm_backward": "f", "gru_backward": "z"}
"""By the op that goes back through time: the gate that weighs the way beside, empty for none."""


@dataclass(frozen=True)
class Moment:
    """The gradient at one step of time; every number is a root of a mean square over all units.

    Attributes
    ----------
    step : int
        The step, counted from 0.
    state : float
        Of dL/dh: all that arrives.
    above, later : float
        Of its parts: what the layers above ask of this state, and what the step after sends back.
    cell : float
        Of dL/dc; NaN where there is no cell.
    sums : float
        Of the gradient of the weighted sums under all functions, as if it were one number for each
        unit: what the weights learn from.
    statement : int
        Which statement has written dL/dh.
    """

    step: int
    state: float
    above: float
    later: float
    cell: float
    sums: float
    statement: int


@dataclass(frozen=True)
class Passage:
    """What the gradient passes on its way from the step after to a step.

    Factors are ratios of roots of mean squares, over the examples whose later step counts; NaN
    where nothing arrives there.

    Attributes
    ----------
    step : int
        Where it comes to; it comes from ``step + 1``.
    slopes : float
        From state, and cell, to the weighted sums: the derivatives of all functions.
    weights : float
        From the weighted sums to the state before: the recurrent weights.
    gate : float
        The way beside: an LSTM's forget gate along the cell, a GRU's update gate from state to
        state. NaN for a simple recurrent layer.
    whole : float
        What comes to state and cell over all ways, as a share of what was there: 0 where truncation
        stops it, and 1 where the later step does not count.
    """

    step: int
    slopes: float
    weights: float
    gate: float
    whole: float


@dataclass(frozen=True)
class ThroughTime:
    """A recurrent layer's gradient through time.

    Attributes
    ----------
    number, layer : int, str
        The layer's number and id.
    gate : str
        The gate that weighs the way beside: ``f`` of an LSTM, ``z`` of a GRU; empty for none.
    moments : tuple[Moment, ...]
        One for each step, the first one first.
    passages : tuple[Passage, ...]
        One for each step but the last.
    """

    number: int
    layer: str
    gate: str
    moments: tuple[Moment, ...]
    passages: tuple[Passage, ...]

    @property
    def total(self) -> float:
        """Share of the last step's gradient that is left at the first: the product of all."""
        return math.prod(passage.whole for passage in self.passages)

    @property
    def reached(self) -> tuple[float, ...]:
        """Share of the last step's gradient that is left at every step, the last's being 1."""
        found = [1.0]
        for passage in reversed(self.passages):
            found.append(found[-1] * passage.whole)
        return tuple(reversed(found))

    @property
    def weakest(self) -> int:
        """Step whose passage has the smallest whole factor; -1 where there is none."""
        known = [(one.whole, one.step) for one in self.passages if not math.isnan(one.whole)]
        return min(known)[1] if known else -1


def recurrent_layers(trace: Trace) -> tuple[int, ...]:
    """Return the numbers of the layers through which a gradient goes back in time."""
    return tuple(sorted({one.number for one in trace.program.statements if one.op in BESIDE}))


def through_time(trace: Trace, number: int, example: int | None = None) -> ThroughTime:
    """Return a recurrent layer's gradient at every step of time.

    Parameters
    ----------
    trace : Trace
        The step of training.
    number : int
        The layer's number, one of `recurrent_layers`.
    example : int | None
        Look at this example of the batch alone; None: at all.

    Raises
    ------
    ValueError
        If no gradient goes back in time through the layer.
    """
    lines = {one.name: i for i, one in enumerate(trace.program.statements)
             if one.number == number and one.op in BESIDE}
    if not lines:
        raise ValueError(f"layer {number} is not recurrent, or has no gradient")
    first = trace.program.statements[next(iter(lines.values()))]
    look = _Look(trace, number, BESIDE[first.op], lines, example)
    steps = sum(name.startswith(f"dh{number}_") for name in lines)
    return ThroughTime(number, first.layer, look.gate,
                       tuple(look.moment(t) for t in range(steps)),
                       tuple(look.passage(t) for t in range(steps - 1)))


@dataclass(frozen=True)
class _Look:
    """One layer's lines of the way back."""

    trace: Trace
    number: int
    gate: str
    lines: dict[str, int]
    example: int | None

    @property
    def has_cell(self) -> bool:
        """Whether a cell is handed on beside the state."""
        return f"dc{self.number}_0" in self.lines

    def moment(self, t: int) -> Moment:
        """Return the gradient at a step."""
        state, units = self._gradient("h", t), self._gradient("h", t).shape[1]
        later = self._handed("h", t, "state-path-forgotten")
        place = self.lines[f"dh{self.number}_{t}"]
        return Moment(t, _size(state, units), _size(self._above(t), units), _size(later, units),
                      _size(self._gradient("c", t), units) if self.has_cell else math.nan,
                      _size(self._sums(t), units), place)

    def passage(self, t: int) -> Passage:
        """Return what lies between a step and the one after it."""
        state, sums = self._gradient("h", t + 1), self._sums(t + 1)
        recurrent = self.trace.at(f"U{self.number}", self.lines[f"dh{self.number}_{t}"])
        counts = np.any(sums != 0, axis=1)
        there, back = [state], [self._handed("h", t, "state-path-forgotten")]
        if self.has_cell:
            there.append(self._gradient("c", t + 1))
            back.append(self._handed("c", t, "cell-path-forgotten"))
        # The way beside goes from cell to cell, or from state to state.
        beside = there[-1]
        past = beside * self._value(self.gate, t + 1) if self.gate else beside
        both = np.hstack(there)
        return Passage(
            t, _ratio(sums[counts], both[counts]), _ratio(sums[counts] @ recurrent.T, sums[counts]),
            _ratio(past[counts], beside[counts]) if self.gate else math.nan,
            _ratio(np.hstack(back), both))

    def _value(self, letter: str, t: int) -> Array:
        return self._seen(self.trace.last(f"{letter}{self.number}_{t}"))

    def _gradient(self, letter: str, t: int) -> Array:
        return self._seen(self.trace.values[self.lines[f"d{letter}{self.number}_{t}"]])

    def _sums(self, t: int) -> Array:
        is_split = f"duh{self.number}_{t}" in self.lines
        return self._gradient("uh" if is_split else "z", t)

    def _above(self, t: int) -> Array:
        """Return what the layers above ask of a state: the line without the path through time."""
        place = self.lines[f"dh{self.number}_{t}"]
        statement = self.trace.program.statements[place]
        own = statement.mistakes.get("state-path-forgotten", statement.code)
        found = evaluate(own.partition(" = ")[2], self.trace.before(place))
        return self._seen(np.asarray(found, np.float64))

    def _handed(self, letter: str, t: int, without: str) -> Array:
        """Return what the step after hands back: the line without what it begins with.

        The difference of both numbers would be lost in rounding where a gradient has vanished.
        """
        place = self.lines[f"d{letter}{self.number}_{t}"]
        statement = self.trace.program.statements[place]
        if without not in statement.mistakes:
            return np.zeros_like(self._gradient(letter, t))
        own = f"{statement.mistakes[without]} + "
        handed = statement.code[len(own):] if statement.code.startswith(own) else \
            statement.code.partition(" = ")[2]
        return self._seen(np.asarray(evaluate(handed, self.trace.before(place)), np.float64))

    def _seen(self, array: Array) -> Array:
        return array if self.example is None else array[self.example:self.example + 1]


def _size(values: Array, units: int) -> float:
    """Return the root of the mean square, the mean taken over so many units."""
    return _length(values) / math.sqrt(max(len(values), 1) * units)


def _length(values: Array) -> float:
    # By its largest number, so that squares of a vanished gradient do not become 0.
    largest = float(np.max(np.abs(values), initial=0.0))
    if not 0 < largest < math.inf:
        return largest
    return largest * math.sqrt(float(np.sum((values / largest) ** 2)))


def _ratio(part: Array, whole: Array) -> float:
    length = _length(whole)
    return _length(part) / length if length else math.nan
