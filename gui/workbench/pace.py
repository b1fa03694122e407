"""How fast a run may go: the law of every speed, without a clock of its own.

A step is due at a time that follows from its number, not from when the run began: who pauses goes
on at the speed at which the run stands.
"""

from __future__ import annotations

import math
from enum import Enum

UNLIMITED = 2**62
"""More steps than any run takes."""

SEEN_STEPS, SEEN_S = 300, 3.0
"""At the visible speed, so many steps from the first one on take so long."""

GROWTH = 1.25
"""At the visible speed, the rate grows by so much of itself in a second: 3.5 times as fast."""

SCALE = SEEN_STEPS / math.expm1(GROWTH * SEEN_S)
"""Steps by which the law begins late; the first second of a run has nine steps a second and more.

With rate(step) = GROWTH (step + SCALE), step(t) = SCALE (exp(GROWTH t) - 1).
"""

FREE_STEP = 100_000
"""From here on the visible speed is the full one; its rate is more than the eye or most computers
can follow."""

BACKLOG_S = 0.05
"""What is late by more than this is not made up for: steps do not come in a burst after a rest."""

BREATH_S = 0.004
"""Shortest rest, so that quick steps are done some at a time."""


class Speed(Enum):
    """What a person asks for; the value is what is kept of it."""

    ONE = "1"
    TEN = "10"
    HUNDRED = "100"
    EPOCH = "epoch"
    """An epoch a second."""
    VISIBLE = "visible"
    """Slow at the beginning of a run, then faster and faster."""
    FULL = "full"


def rate(speed: Speed, step: int, epoch_steps: int = 1) -> float:
    """Return the steps a second that a speed allows after so many steps; inf for no limit.

    Parameters
    ----------
    speed : Speed
        What is asked for.
    step : int
        Completed steps.
    epoch_steps : int
        Steps of an epoch.
    """
    match speed:
        case Speed.FULL:
            return math.inf
        case Speed.VISIBLE:
            return GROWTH * (step + SCALE) if step < FREE_STEP else math.inf
        case Speed.EPOCH:
            return float(epoch_steps)
        case _:
            return float(speed.value)


def steps_allowed(speed: Speed, step: int, elapsed: float, epoch_steps: int = 1) -> int:
    """Return how many steps may be taken now.

    Parameters
    ----------
    speed, step, epoch_steps : Speed, int, int
        As for `rate`.
    elapsed : float
        Seconds since the next step has been due; it may be taken at 0, and not below.
    """
    per_second = rate(speed, step, epoch_steps)
    if math.isinf(per_second):
        return UNLIMITED
    if elapsed < 0:
        return 0
    if speed is Speed.VISIBLE:
        # The law's limit is reached long before the exponential overflows.
        growth = math.expm1(min(GROWTH * elapsed, 100.0))
        return 1 + min(int((step + SCALE) * growth), FREE_STEP)
    return 1 + int(elapsed * per_second)


def seconds_for(speed: Speed, step: int, steps: int, epoch_steps: int = 1) -> float:
    """Return the time that so many steps after a step take at a speed; 0 for no limit."""
    per_second = rate(speed, step, epoch_steps)
    if math.isinf(per_second):
        return 0.0
    if speed is Speed.VISIBLE:
        return math.log1p(steps / (step + SCALE)) / GROWTH
    return steps / per_second


class Pacer:
    """Holds runs to a speed; whoever asks tells it the time.

    Attributes
    ----------
    speed : Speed
        The one in force.
    """

    def __init__(self) -> None:
        self.speed = Speed.FULL
        self._due_s = 0.0

    def begin(self, now_s: float) -> None:
        """Let the next step be due at once."""
        self._due_s = now_s

    def allowed(self, step: int, epoch_steps: int, now_s: float) -> int:
        """Return how many steps may be taken now after so many completed ones."""
        return steps_allowed(self.speed, step, now_s - self._due_s, epoch_steps)

    def note(self, step: int, done: int, epoch_steps: int, now_s: float) -> None:
        """Take note of steps that have been taken after ``step``."""
        due_s = self._due_s + seconds_for(self.speed, step, done, epoch_steps)
        self._due_s = max(due_s, now_s - BACKLOG_S)

    def rest_s(self, now_s: float) -> float:
        """Return how long to rest when no step is allowed."""
        return max(self._due_s - now_s, BREATH_S)
