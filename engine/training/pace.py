"""How many threads share the work, chosen by what each number of them was measured to do."""

from __future__ import annotations

import os
from dataclasses import dataclass

LONGEST_CHUNK = 1 << 20
"""Steps of one call of the loop, so that a run without a limit stays a finite loop."""

TRIAL_S = 0.008
"""Seconds for which another number of threads is tried, or one step if that takes longer."""

INTERVAL_S = 0.25
"""Fewest seconds from one trial to the next."""

COST = 0.015
"""Most of the time that trials may lose."""

MEMORY_S = 0.05
"""Seconds of training that the speed in force is a mean of."""

WORTH = 1.07
"""More threads are taken when they are so many times as fast."""

NOT_WORTH = 1.02
"""Fewer threads are taken when more are not even so many times as fast."""


def spare_processors() -> int:
    """Return how many threads a run can have: one processor is the window's where there are many.

    With two, the window does with what training leaves: it is idle most of the time.
    """
    has_affinity = hasattr(os, "sched_getaffinity")
    usable = len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1
    return usable if usable <= 2 else usable - 1


def rungs(most: int) -> tuple[int, ...]:
    """Return the numbers of threads that come into question: doubled from 1 to ``most``."""
    return (*(1 << power for power in range((most - 1).bit_length())), most)


@dataclass
class Speed:
    """What a number of threads was measured to do.

    Attributes
    ----------
    threads : int
        The number.
    per_step : float
        Seconds, 0 as long as nobody knows; validations left out.
    latest : float
        Seconds per step of the last chunk, all included; 0 before there was one.
    """

    threads: int
    per_step: float = 0.0
    latest: float = 0.0


class Pace:
    """Chooses how many threads share the work of the next steps, and how many steps those are.

    A trial of a neighbouring number now and then finds out which one is the fastest. What trials
    lose is bounded: after each, so much time goes by without another that `COST` is kept.

    Parameters
    ----------
    most : int
        Most threads.
    """

    def __init__(self, most: int) -> None:
        self._speeds = [Speed(count) for count in rungs(most)]
        self._at = self._tried = 0
        self._trial_steps = self._trial_s = self._quiet_s = 0.0
        self._upwards = True
        self._is_warm = False
        self._narrower: dict[int, Pace] = {}

    def within(self, most: int | None) -> Pace:
        """Return the pace of no more threads than these; None for as many as there may be.

        It finds out for itself what they do, since others are at work beside them.
        """
        if most is None or most >= self._speeds[-1].threads:
            return self
        return self._narrower.setdefault(most, Pace(most))

    @property
    def threads(self) -> int:
        """How many share the next steps."""
        return self._speeds[self._tried].threads

    def steps(self, seconds: float, most: int) -> int:
        """Return how many steps to do next: at least 1, and what fits into the time that is left.

        Parameters
        ----------
        seconds : float
            The time that is left.
        most : int
            No more steps than these.
        """
        per_step = self._speeds[self._tried].latest or self._speeds[self._at].latest
        if self._tried != self._at:
            seconds = min(seconds, TRIAL_S - self._trial_s)
        if per_step == 0.0:
            return 1
        return max(1, min(LONGEST_CHUNK, most, int(seconds / per_step)))

    def record(self, steps: int, seconds: float, validations: float = 0.0) -> None:
        """Take note of how long steps took; decide about the threads of the following ones.

        Parameters
        ----------
        steps : int
            How many steps were done with `threads` threads; above 0.
        seconds : float
            How long they took together.
        validations : float
            As many steps as the validations among them are worth.
        """
        self._speeds[self._tried].latest = seconds / steps
        worth = steps + validations
        if self._tried != self._at:
            self._trial_steps += worth
            self._trial_s += seconds
            if self._trial_s >= 0.9 * TRIAL_S:
                self._end_trial()
            return
        speed = self._speeds[self._at]
        if speed.per_step == 0.0 or not self._is_warm:
            # The first step of all touches its memory for the first time: it is no measure.
            self._is_warm = speed.per_step != 0.0
            speed.per_step = seconds / worth
        else:
            part = min(1.0, seconds / MEMORY_S)
            speed.per_step += part * (seconds / worth - speed.per_step)
        self._quiet_s -= seconds
        if self._is_warm:
            self._go_down_if_slow()
            self._begin_trial()

    def _go_down_if_slow(self) -> None:
        """Take fewer threads at once when more are slower than fewer were: a core is busy."""
        if self._at and self._speeds[self._at].per_step > (
                WORTH * self._speeds[self._at - 1].per_step):
            self._at = self._tried = self._at - 1
            self._quiet_s = INTERVAL_S

    def _begin_trial(self) -> None:
        """Try a neighbouring number of threads if its turn has come."""
        unknown_above = self._at + 1 < len(self._speeds) and (
            self._speeds[self._at + 1].per_step == 0.0)
        if len(self._speeds) == 1 or (self._quiet_s > 0 and not unknown_above):
            return
        self._upwards = unknown_above or not self._upwards
        up = self._at + 1 < len(self._speeds) and (self._upwards or self._at == 0)
        self._tried = self._at + 1 if up else self._at - 1
        self._trial_steps = self._trial_s = 0.0

    def _end_trial(self) -> None:
        """Adopt what was tried if it pays; let time go by according to what it has cost."""
        now, tried = self._speeds[self._at].per_step, self._speeds[self._tried]
        tried.per_step = self._trial_s / self._trial_steps
        lost_s = self._trial_s - self._trial_steps * now
        self._quiet_s = max(INTERVAL_S, lost_s / COST)
        needed = WORTH if self._tried > self._at else 1 / NOT_WORTH
        if now >= needed * tried.per_step:
            self._at = self._tried
        self._tried = self._at
