"""Numeric checks of gradients: the loss's slope from two runs of the forward pass.

The quotient is the plain central difference (L(v + h) - L(v - h)) / 2h. With h = 1e-5 its two
errors are about equal: that of the formula, h**2 / 6 of the third derivative, and rounding, which
leaves about 1e-16 L / h. Measured over all weights of small networks, both stay below 2e-7 of the
gradient, and at about 2e-10 for most. A tolerance relative to the gradient alone would not do where
it is small: what rounding hides is allowed for beside it.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from engine.messages import Message, say
from engine.microscope.number import Index
from engine.microscope.replay import Replay
from engine.microscope.rules import Rule
from engine.microscope.slices import Sliced, Work, finished
from engine.microscope.trace import Trace

Array = NDArray[np.float64]

STEP = 1e-5
"""How far a variable of about 1 or less is moved; larger ones in proportion."""

OTHER_STEPS = (1.0, 10.0, 100.0, 1000.0, 0.1, 0.01)
"""Of `STEP`: tried where the plain quotient disagrees."""

TOLERANCE = 1e-6
"""Relative to the gradient."""

ROUNDING = 2e-15
"""What rounding makes of a loss, relative to it where it is above 1: probabilities are below."""

SMOOTH = 1e-3
"""Two quotients that differ by more than this share of themselves see no slope."""

BENT = 1e-3
"""Share of an array's change by which a number that bends departs from a straight line."""

NOISE = 1e-13
"""Share of an array's largest number that rounding may make of such a departure."""

HALVED = 0.4
"""Halving the step halves what a kink does to a straight line, and quarters what a curve does."""


SAME = 1e-9
"""Relative distance of two ways to compute an update, whose order of sums may differ."""

SMALLEST = 1e-18
"""What is left where an update cancels."""


FEWEST, MOST = 200, 2000
"""Numbers of all gradients that are checked unless told otherwise."""

COMPUTED = 400_000_000
"""Numbers that these checks may compute, about."""


class Finding(Enum):
    """What a check finds."""

    AGREES = "agrees"
    TINY = "tiny"
    KINK = "kink"
    CUT = "cut"
    WRONG = "wrong"
    NOT_FINITE = "not-finite"


@dataclass(frozen=True)
class Check:
    """One gradient beside its numeric check.

    Attributes
    ----------
    statement : int
        The line that wrote it.
    index : tuple[int, ...]
        Which of its numbers; empty for all of them along one direction.
    analytic, numeric : float
        The step's own number, and the quotient.
    error : float
        Their distance, relative to the larger one.
    finding : Finding
        ``TINY`` where both are too small to be told from 0 by differences of the loss; ``KINK``
        where the loss has no slope; ``CUT`` where backpropagation through time stops on purpose.
    h, high, low : float
        How far the variable was moved, and the loss there, upwards and downwards; 0 of an update,
        which is compared with the rule's definition.
    resolution : float
        What rounding hides from the quotient.
    """

    statement: int
    index: Index
    analytic: float
    numeric: float
    error: float
    finding: Finding
    h: float = 0.0
    high: float = 0.0
    low: float = 0.0
    resolution: float = 0.0

    @property
    def agrees(self) -> bool:
        """Whether both are the same number, as far as a difference can tell."""
        return self.finding in (Finding.AGREES, Finding.TINY)

    @property
    def message(self) -> Message:
        """What is found, in words."""
        if not self.h and self.finding is not Finding.NOT_FINITE:
            return say("check.rule-agrees") if self.agrees else say(
                "check.rule-wrong", analytic=self.analytic, expected=self.numeric)
        return {
            Finding.AGREES: say("check.agrees", error=self.error),
            Finding.TINY: say("check.tiny", resolution=self.resolution),
            Finding.KINK: say("check.kink"),
            Finding.CUT: say("check.cut"),
            Finding.WRONG: say("check.wrong", analytic=self.analytic, numeric=self.numeric),
            Finding.NOT_FINITE: say("check.not-finite"),
        }[self.finding]


@dataclass(frozen=True)
class _Quotient:
    h: float
    high: float
    low: float
    slope: float
    noise: float


def check_one(trace: Trace, i: int, index: Index) -> Check:
    """Return the numeric check of one number of a gradient.

    Parameters
    ----------
    trace : Trace
        The step.
    i : int
        A statement that writes a whole gradient.
    index : tuple[int, ...]
        Which of its numbers.

    Raises
    ------
    ValueError
        If the statement is no whole gradient.
    """
    return Checker(trace, i).one(index)


class Checker:
    """Checks the numbers of one gradient; what they share is prepared once.

    Parameters
    ----------
    trace : Trace
        The step.
    i : int
        A statement that writes a whole gradient.
    """

    def __init__(self, trace: Trace, i: int) -> None:
        statement = trace.program.statements[i]
        if not statement.of:
            raise ValueError(f"{statement.name} is no whole gradient")
        self._trace, self._i = trace, i
        self._replay = Replay(trace, statement.of, i)
        self._gradient = trace.values[i].reshape(self._replay.start.shape)

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return self._gradient.size

    @property
    def shape(self) -> tuple[int, ...]:
        """Their axes."""
        return self._gradient.shape

    def one(self, index: Index) -> Check:
        """Return the check of one number."""
        return finished(self.checking(index))

    def checking(self, index: Index) -> Work[Check]:
        """Check one number, resting after each line that is executed again."""
        direction = np.zeros(self.shape)
        direction[index] = 1.0
        return self._checking(direction, float(self._gradient[index]), index,
                              max(1.0, abs(float(self._replay.start[index]))))

    def along(self, direction: Array) -> Check:
        """Return the check of all numbers at once, along a direction of length 1."""
        return finished(self.checking_along(direction))

    def checking_along(self, direction: Array) -> Work[Check]:
        """Check all numbers at once along a direction of length 1, resting likewise."""
        return self._checking(direction, float(np.sum(self._gradient * direction)), (), 1.0)

    def _checking(self, direction: Array, analytic: float, index: Index, unit: float
                  ) -> Work[Check]:
        found = yield from self._dividing(direction, STEP * unit)
        finding = _plainly(analytic, found)
        if finding is Finding.WRONG:
            found, finding = yield from self._dividing_carefully(direction, analytic, unit)
        if finding is Finding.WRONG and (
                yield from self._looking_for_kinks(direction, analytic, found)):
            finding = Finding.KINK
        if finding is Finding.WRONG and self._replay.layers & truncated(self._trace):
            finding = Finding.CUT
        largest = max(abs(analytic), abs(found.slope))
        error = abs(analytic - found.slope) / largest if largest else 0.0
        error = error if math.isfinite(error) else math.inf
        return Check(self._i, index, analytic, found.slope, error, finding, found.h, found.high,
                     found.low, found.noise)

    def _dividing(self, direction: Array, h: float) -> Work[_Quotient]:
        start = self._replay.start
        high = yield from self._replay.losing(start + h * direction)
        low = yield from self._replay.losing(start - h * direction)
        return _Quotient(h, high, low, (high - low) / (2 * h),
                         ROUNDING * max(1.0, abs(high), abs(low)) / h)

    def _dividing_carefully(self, direction: Array, analytic: float, unit: float
                            ) -> Work[tuple[_Quotient, Finding]]:
        """Find the quotient that differs least from that of half its step, and what it says."""
        best, doubt = (yield from self._dividing(direction, STEP * unit)), math.inf
        for share in OTHER_STEPS:
            wide = yield from self._dividing(direction, share * STEP * unit)
            half = yield from self._dividing(direction, share * STEP * unit / 2)
            unsure = abs(wide.slope - half.slope) + half.noise
            if unsure < doubt:
                best, doubt = half, unsure
        if not math.isfinite(analytic):
            return best, Finding.WRONG
        largest = max(abs(analytic), abs(best.slope))
        near = abs(analytic - best.slope) <= 4 * doubt + TOLERANCE * largest
        if near and doubt <= SMOOTH * largest:
            return best, Finding.AGREES
        return best, Finding.TINY if near and doubt <= 16 * best.noise else Finding.WRONG

    def _looking_for_kinks(self, direction: Array, analytic: float, found: _Quotient
                           ) -> Work[bool]:
        """Say whether kinks between here and the loss explain what the quotient is off by.

        A number computed on the way has a kink here where halving the step halves, and does not
        quarter, how far it departs from a straight line. The quotient is the mean of the slopes on
        both sides; backpropagation took one of them.
        """
        start, h, there = self._replay.start, STEP, []
        for by in (0.0, h, -h, h / 2, -h / 2):
            there.append((yield from self._replay.computing(start + by * direction)))
        here, high, low, nearer, lower = there
        explained, bent = 0.0, set[str]()
        for i, value in here.items():
            yield
            middle = np.asarray(value, np.float64)
            bend = np.abs(high[i] - 2 * middle + low[i])
            half = np.abs(nearer[i] - 2 * middle + lower[i])
            least = max(BENT * float(np.max(np.abs(high[i] - low[i]), initial=0.0)),
                        NOISE * float(np.max(np.abs(middle), initial=0.0)))
            kinked = (bend > least) & (half > HALVED * bend)
            if not kinked.any():
                continue
            weight = self._reaching(i, middle.shape)
            inherited = bool(self._replay.reads[i] & bent)
            bent.add(self._trace.program.statements[i].name)
            if weight is None and inherited:
                continue
            if weight is None:
                return True
            explained += float(np.sum(np.abs(weight) * bend / h, where=kinked))
        return abs(analytic - found.slope) <= explained

    def _reaching(self, i: int, shape: tuple[int, ...]) -> Array | None:
        """Return the loss's gradient by what a statement wrote; None where the step has none."""
        statements = self._trace.program.statements
        name = statements[i].name
        if name == "L":
            return np.ones(shape)
        writer = next((j for j in reversed(range(len(statements))) if statements[j].of == name),
                      -1)
        if writer < 0 or self._trace.values[writer].size != math.prod(shape):
            return None
        return self._trace.values[writer].reshape(shape)


def check_update(trace: Trace, i: int, index: Index, rule: Rule | None = None) -> Check | None:
    """Return one number of an update beside what the rule's definition says of it.

    Parameters
    ----------
    trace : Trace
        The step; the gradients in it are taken as they are.
    i : int
        A statement of the update.
    index : tuple[int, ...]
        Which of its numbers.
    rule : Rule, optional
        That of the step, where it is at hand.

    Returns
    -------
    Check | None
        Without ``h``, ``high`` and ``low``; None where the definition has no such number.
    """
    rule = rule or Rule(trace)
    if not rule.is_known(i):
        return None
    analytic, expected = float(trace.values[i][index]), rule.expected(i, index)
    largest = max(abs(analytic), abs(expected))
    error = abs(analytic - expected) / largest if largest else 0.0
    agrees = error <= SAME or abs(analytic - expected) <= SMALLEST
    if not math.isfinite(expected):
        return Check(i, index, analytic, expected, math.inf, Finding.NOT_FINITE)
    return Check(i, index, analytic, expected, error if math.isfinite(error) else math.inf,
                 Finding.AGREES if agrees else Finding.WRONG)


class CheckAll:
    """Checks the gradients of all parameters, a little at a time.

    Parameters
    ----------
    trace : Trace
        The step.
    most : int, optional
        Of more numbers than these, an evenly spread sample of as many is checked. Unless told, as
        many as take a minute or two, at most 2000.

    Attributes
    ----------
    numbers : int
        How many numbers the gradients have.
    total : int
        How many are checked.
    done : int
        How many have been.
    worst : Check | None
        The one with the largest error among those that a difference can judge.
    failures : list[Check]
        Those that are wrong.
    kinks, cuts, overflows : int
        How many lie where the loss has no slope, where the backward pass stops on purpose, and
        where numbers are too large.
    """

    def __init__(self, trace: Trace, most: int = 0) -> None:
        self._trace = trace
        most = most or affordable(trace)
        statements = trace.program.statements
        gradients = [(i, trace.values[i].size) for i, statement in enumerate(statements)
                     if statement.of in trace.program.given and statement.of not in ("x", "t")]
        self.numbers = sum(size for _, size in gradients)
        self._waiting = [(i, int(place)) for i, size in gradients
                         for place in spread(size, _share(size, self.numbers, most))]
        self._checker: Checker | None = None
        self._of = -1
        self._running: Sliced[Check] | None = None
        self.total, self.done = len(self._waiting), 0
        self.kinks = self.cuts = self.overflows = 0
        self.worst: Check | None = None
        self.failures: list[Check] = []

    @property
    def is_sample(self) -> bool:
        """Whether some numbers are left out."""
        return self.total < self.numbers

    @property
    def is_done(self) -> bool:
        """Whether all are checked."""
        return self.done == self.total

    @property
    def message(self) -> Message:
        """How far it is and what has been found, in words."""
        if self.failures:
            return say("check.some-wrong", count=len(self.failures), done=self.done)
        if self.overflows:
            return say("check.some-overflow", count=self.overflows, done=self.done)
        if not self.is_done:
            return say("check.running", done=self.done, total=self.total)
        error = self.worst.error if self.worst else 0.0
        if self.is_sample:
            return say("check.sample-agrees", count=self.done, numbers=self.numbers, error=error)
        return say("check.all-agree", count=self.done, error=error)

    def advance(self, budget_s: float) -> bool:
        """Check for about so many seconds, one line at least; return whether more are waiting.

        A number of a large network takes several slices.
        """
        end = time.perf_counter() + budget_s
        while not self.is_done:
            if self._running is None:
                self._running = self._begun(*self._waiting[self.done])
            if self._running.advance(end - time.perf_counter()):
                self._take(self._running.found)
                self._running = None
                self.done += 1
            if time.perf_counter() >= end:
                break
        return not self.is_done

    def _begun(self, i: int, place: int) -> Sliced[Check]:
        if self._checker is None or self._of != i:
            self._checker, self._of = Checker(self._trace, i), i
        return Sliced(self._checker.checking(index_of(place, self._checker.shape)))

    def _take(self, found: Check) -> None:
        self.kinks += found.finding is Finding.KINK
        self.cuts += found.finding is Finding.CUT
        self.overflows += found.finding is Finding.NOT_FINITE
        if found.finding is Finding.WRONG:
            self.failures.append(found)
        if found.finding in (Finding.AGREES, Finding.WRONG) and (
                self.worst is None or found.error > self.worst.error):
            self.worst = found


def affordable(trace: Trace) -> int:
    """Return how many numbers can be checked in a minute or two: each runs the step's lines twice.

    Measured on LeNet with a batch of 32: 0.1 s a number.
    """
    kept = sum(value.size for value in trace.values)
    return max(FEWEST, min(MOST, COMPUTED // max(kept, 1)))


def spread(size: int, count: int) -> NDArray[np.int64]:
    """Return so many places of an array, evenly spread, the first and the last among them."""
    return np.unique(np.linspace(0, size - 1, min(size, count)).round().astype(np.int64))


def index_of(place: int, shape: tuple[int, ...]) -> Index:
    """Return the index of a place in an array that is counted through."""
    return tuple(int(axis) for axis in np.unravel_index(place, shape))


def _share(size: int, numbers: int, most: int) -> int:
    """Return how many numbers of a gradient are checked."""
    return size if numbers <= most else min(size, max(8, round(size * most / numbers)))


def _plainly(analytic: float, found: _Quotient) -> Finding:
    """Return what one quotient says by itself."""
    if not math.isfinite(found.slope):
        return Finding.NOT_FINITE
    if not math.isfinite(analytic):
        return Finding.WRONG
    largest = max(abs(analytic), abs(found.slope))
    if abs(analytic - found.slope) > TOLERANCE * largest + found.noise:
        return Finding.WRONG
    # A gradient that rounding hides is looked at with larger steps first, unless it is 0.
    hidden = SMOOTH * largest < found.noise
    return Finding.AGREES if not hidden or largest == 0.0 else Finding.WRONG


def truncated(trace: Trace) -> frozenset[str]:
    """Return the recurrent layers in which the backward pass stops before the first step."""
    found = set()
    for layer in trace.program.subject.layers:
        steps = int(layer.spec.options.get("truncation", 0) or 0)
        if layer.states is not None and 0 < steps < layer.states.shape[0]:
            found.add(layer.spec.id)
    return frozenset(found)
