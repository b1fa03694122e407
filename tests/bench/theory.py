"""Theory beside measurement: gradients at the start, and how long their prediction takes.

    python -m tests.bench theory

Thirty layers of 512, batch 256, five seeds: every activation function with three gains. The ratio
is that of the measured median to what is predicted, its smallest and largest over the layers.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import numpy as np

from engine.layers import ACTIVATIONS
from engine.theory import criticality
from tests.bench.machine import machine, say
from tests.bench.table import markdown
from tests.engine.theory.networks import dataset, deep, figures, measured, predicted
from tests.engine.theory.test_dense import CASES, DEPTH, ROUGH

WIDTH, SEEDS, ROUNDS = 512, range(5), 15
QUICK_WIDTH, MOST_MS = 64, 100.0


def milliseconds(activation: str) -> tuple[float, float]:
    """Return the median of processor time, and of the clock, of 30 layers of 64."""
    data, given = dataset(), deep(activation, QUICK_WIDTH, DEPTH, 32, weights="xavier_uniform")
    spent, passed = [], []
    predicted(given, data)
    for _ in range(ROUNDS):
        busy, clock = time.process_time(), time.perf_counter()
        predicted(given, data)
        spent.append(1000 * (time.process_time() - busy))
        passed.append(1000 * (time.perf_counter() - clock))
    return statistics.median(spent), statistics.median(passed)


def cases(width: int) -> Iterator[list[str]]:
    """Yield a line for each case."""
    data = dataset()
    for activation, gain in CASES:
        given = deep(activation, width, DEPTH, weights="lecun_normal", gain=gain)
        theory = predicted(given, data)
        found = measured(given, data, SEEDS).gradient
        ratio = np.median(found, axis=0) / figures(theory, "gradient_rms")
        inside = (found >= figures(theory, "low")) & (found <= figures(theory, "high"))
        yield [ACTIVATIONS[activation].title, f"{gain:g}",
               f"{criticality(activation, gain**2, 0.0).chi:.3f}",
               f"{np.median(found[:, 0]):.1e}", f"{np.median(found[:, -1]):.1e}",
               f"{ratio.min():.2f}", f"{ratio.max():.2f}", f"{inside.mean():.0%}",
               "within 2" if (activation, gain) in ROUGH else ""]


def run(quick: bool) -> None:
    """Print both tables; ``quick`` takes layers of 128."""
    say(machine())
    lines = []
    for activation in ACTIVATIONS:
        busy, clock = milliseconds(activation)
        lines.append([ACTIVATIONS[activation].title, f"{busy:.0f}", f"{clock:.0f}",
                      "" if busy <= MOST_MS else f"NOT within {MOST_MS:.0f} ms"])
    say(markdown(("30 layers of 64", "processor, ms", "clock, ms", ""), lines))
    lines = []
    for line in cases(128 if quick else WIDTH):
        lines.append(line)
        say(" ".join(line))
    say(markdown(("function", "gain", "chi", "first layer", "last layer", "least ratio",
                  "largest ratio", "inside the band", ""), lines))
