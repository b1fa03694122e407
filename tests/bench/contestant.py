"""What a contestant's process does: wait for a round, train, say how far it came."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tests.bench.cases import CASES, Array, Case

CHUNK_S = 0.012
"""Seconds between two looks at the clock: a frame's length, as the window runs the engine."""

WARM_S = 0.5


@dataclass
class Side:
    """One contestant, ready to train.

    Attributes
    ----------
    versions : str
        What it is made of.
    loss : float
        Of the first step, on the first examples from the first weights.
    norms : dict[str, float] | None
        Norm of every layer's gradient in that step; None for one that computes none.
    advance : callable
        ``advance(seconds)`` trains for about so long and returns the steps done.
    """

    versions: str
    loss: float
    norms: dict[str, float] | None
    advance: Callable[[float], int]


def in_chunks(steps: Callable[[int], None]) -> Callable[[float], int]:
    """Return ``advance`` of a contestant that does so many steps when told to."""
    count = 1

    def advance(seconds: float) -> int:
        nonlocal count
        begin = time.perf_counter()
        steps(count)
        done, spent = count, time.perf_counter() - begin
        count = max(1, int(done * seconds / max(spent, 1e-9)))
        return done
    return advance


def orders(case: Case) -> Callable[[], Array]:
    """Return what gives the examples' order in the next epoch: the first is as they stand."""
    rng, is_first = np.random.default_rng(3), True

    def order() -> Array:
        nonlocal is_first
        given = np.arange(case.examples) if is_first else rng.permutation(case.examples)
        is_first = False
        return given
    return order


def main(make: Callable[[Case, int, str], Side]) -> None:
    """Serve rounds of a case, or say the first step of some: what the command line asks for.

    ``CASE THREADS [VARIANT]`` answers every line of standard input, a number of seconds, with the
    steps per second; ``first CASE...`` says loss and norms of each.
    """
    name, *more = sys.argv[1:]
    if name == "first":
        for case in more:
            side = make(CASES[case], 1, "")
            say({"case": case, "loss": side.loss, "norms": side.norms})
        return
    side = make(CASES[name], int(more[0]), more[1] if len(more) > 1 else "")
    train(side, WARM_S)
    say({"versions": side.versions, "loss": side.loss})
    for line in sys.stdin:
        say(train(side, float(line)))


def train(side: Side, seconds: float) -> float:
    """Train for about so long; return the steps per second."""
    begin, steps = time.perf_counter(), 0
    while (spent := time.perf_counter() - begin) < seconds:
        steps += side.advance(min(CHUNK_S, seconds - spent))
    return steps / spent


def say(message: object) -> None:
    """Write one line of JSON."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
