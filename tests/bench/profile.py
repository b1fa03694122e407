"""Where the time of a step goes: ``python -m tests.bench profile CASE``."""

from __future__ import annotations

import time
from collections import defaultdict

import numpy as np

from engine.kernels import catalogue, row
from engine.kernels.driver import run_section
from engine.training import Trainer
from tests.bench import ours
from tests.bench.cases import CASES
from tests.bench.machine import say

ROUNDS = 15
TRAINED = (row.GATHER, row.FORWARD, row.LOSS_SECTION, row.BACKWARD, row.MEASURE, row.UPDATE)
CALL_S = 1e-6
"""About what calling a section from Python costs."""


def profile(name: str) -> None:
    """Print the seconds of every op of a step, called by itself on one thread."""
    case = CASES[name]
    run = ours.trainer(case, 1)
    run.run(2)
    times = op_times(run, case.batch)
    total = sum(times.values())
    say(f"{case.title}: {1e6 * total:,.1f} µs, each op called by itself, one thread, medians of "
        f"{ROUNDS}. Short ops look longer than they are in the loop.")
    for op, seconds in sorted(times.items(), key=lambda item: -item[1]):
        say(f"{op:32}{1e6 * seconds:12,.1f}{seconds / total:7.1%}")


def op_times(run: Trainer, batch: int) -> dict[str, float]:
    """Return the seconds of a step by op."""
    plan = run._plan
    names = {op.address(run.project.training.precision): name
             for name, op in catalogue.OPS.items()
             if op.is_compiled(run.project.training.precision)}
    control = plan.shared.control
    control[row.TRAINING], control[row.POSITION] = 1, 0
    control[row.ORDER] = control[row.TRAINING_ORDER]
    rows = [r for section in TRAINED
            for r in range(plan.sections[section], plan.sections[section + 1])]
    one = np.array([0, 1], np.int64)
    times = np.zeros((ROUNDS, len(rows)))
    for repeat in range(ROUNDS):
        for place, r in enumerate(rows):
            begin = time.perf_counter()
            run_section(plan.table[r:r + 1], one, 0, plan.arena.ctypes.data, batch)
            times[repeat, place] = time.perf_counter() - begin
    found: dict[str, float] = defaultdict(float)
    for r, seconds in zip(rows, np.median(times, axis=0), strict=True):
        found[names[plan.table[r, row.ADDRESS]]] += max(0.0, float(seconds) - CALL_S)
    return found
