"""What a contestant's process does: wait for a round, run it, say how far it came."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tests.bench.cases import EXAMPLES, Case


def data_of(case: Case) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the inputs and labels that both contestants learn."""
    rng = np.random.default_rng(1)
    return (rng.standard_normal((EXAMPLES, case.sizes[0])),
            rng.integers(0, case.sizes[-1], EXAMPLES))


def serve(versions: str, run: Callable[[float], int]) -> None:
    """Answer every line of standard input, a number of seconds, with the steps per second.

    Parameters
    ----------
    versions : str
        Said once, when the process is ready.
    run : callable
        ``run(seconds)`` trains for about so long and returns the steps done.
    """
    run(0.5)
    say(versions)
    for line in sys.stdin:
        begin = time.perf_counter()
        steps = run(float(line))
        say(steps / (time.perf_counter() - begin))


def say(message: str | float) -> None:
    """Write one line of JSON."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
