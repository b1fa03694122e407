"""What a contestant's process does: wait for a wish, carry it out, answer with a line of JSON."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.bench.cases import CASES, VOCABULARY, Case

Array = NDArray[Any]
WARM_UP_S = 0.5


def data_of(case: Case) -> tuple[Array, Array]:
    """Return the inputs, an example in each row, and the labels that all contestants learn."""
    rng = np.random.default_rng(1)
    if case.is_text:
        shape = case.examples, *case.shape
        return rng.integers(0, VOCABULARY, shape), rng.integers(0, case.classes, shape)
    return (rng.standard_normal((case.examples, math.prod(case.shape))),
            rng.integers(0, case.classes, case.examples))


def begin() -> tuple[Case, int]:
    """Return the case and the threads of the command line, and keep to so many processors."""
    case, threads = CASES[sys.argv[1]], int(sys.argv[2])
    if hasattr(os, "sched_setaffinity"):
        usable = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, set(usable[:threads]))
    return case, threads


def serve(facts: str, run: Callable[[float], int],
          first: Callable[[dict[str, Array]], dict[str, Any]] | None = None) -> None:
    """Answer every line of standard input.

    Parameters
    ----------
    facts : str
        Versions and what else there is to know; said once, when the process is ready.
    run : callable
        ``run(seconds)`` trains for about so long and returns the steps done; asked for by a number
        of seconds, and answered with the steps per second.
    first : callable, optional
        Returns loss and gradient norms of the first batch, in the order of the data, for weights by
        our names; asked for by the path of an npz file.
    """
    is_warm = False
    say(facts)
    for line in sys.stdin:
        wish = json.loads(line)
        if isinstance(wish, str):
            assert first is not None
            with np.load(Path(wish)) as file:
                say(first(dict(file)))
            continue
        if not is_warm:
            run(WARM_UP_S)
            is_warm = True
        started = time.perf_counter()
        steps = run(wish)
        say(steps / (time.perf_counter() - started))


def say(message: object) -> None:
    """Write one line of JSON."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Order:
    """Rows of the data set, batch after batch, in a new order in every epoch."""

    def __init__(self, examples: int, batch: int) -> None:
        self._rng = np.random.default_rng(2)
        self._examples, self._batch = examples, batch
        self._order = np.arange(examples)
        self._position = examples

    def next(self) -> Array:
        """Return the rows of the next batch."""
        if self._position + self._batch > self._examples:
            self._order = self._rng.permutation(self._examples)
            self._position = 0
        rows = self._order[self._position:self._position + self._batch]
        self._position += self._batch
        return rows
