"""What each op of a step takes."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.kernels.ops import catalogue
from engine.kernels.runtime import layout
from engine.kernels.runtime.driver import run_section
from engine.kernels.runtime.threads import helped, share
from engine.plan import Plan
from engine.training import Trainer
from tests.bench.cases import Case, multiply_adds
from tests.bench.contestant import train
from tests.bench.machine import machine, say
from tests.bench.ours import make, trainer
from tests.bench.table import markdown, micro

STEP = {layout.GATHER: "gather", layout.FORWARD: "forward", layout.LOSS_SECTION: "loss",
        layout.BACKWARD: "backward", layout.MEASURE: "measure", layout.UPDATE: "update"}
"""Sections of a step, in their order."""

ONE_ROW = np.array([0, 1], np.int64)
NO_ROW = np.array([0, 0], np.int64)
TRAINED_S = 0.5
"""Seconds in which a whole step is measured."""

LONG_S, REPEATS = 5e-4, 50
"""A call that is shorter is repeated, since the clock takes its time, too."""


def profile(case: Case, threads: int, rounds: int) -> None:
    """Print a table of the ops of a step, those that take longest first."""
    say(f"{machine()}; {case.title}; at most {threads} threads")
    step_s, processor_s = trained(case, threads)
    # Its examples and their order live as long as the trainer does.
    network = trainer(case, threads)
    plan = ready(network)
    with helped(plan.shared.control, threads):
        spent = op_seconds(plan, case.batch, rounds)
    total = sum(seconds for _, seconds in spent.values())
    lines = [[section, name, str(count), micro(seconds), f"{seconds / total:.1%}"]
             for (section, name), (count, seconds) in sorted(
                 spent.items(), key=lambda item: -item[1][1])]
    say(markdown(("section", "op", "rows", "µs", "of all ops"), lines))
    say(f"All ops {micro(total)} µs, each alone and called from Python; a step as it is trained "
        f"{micro(step_s)} µs by the clock, {micro(processor_s)} µs on processors, "
        f"{2e-9 * multiply_adds(case) / step_s:.3g} GFLOP/s.")


def ready(network: Trainer) -> Plan:
    """Return a network's plan as it is in a step on the first batch of an epoch.

    It has taken one step: only the loop puts the constants of an update in force.
    """
    network.run(1)
    control = network._plan.shared.control
    control[layout.TRAINING], control[layout.ORDER] = 1, control[layout.TRAINING_ORDER]
    control[layout.POSITION] = 0
    return network._plan


def trained(case: Case, threads: int) -> tuple[float, float]:
    """Return the seconds of a step by the clock, and those that processors spend on it."""
    side = make(case, threads, "")
    train(side, TRAINED_S)
    begin = time.process_time()
    rate = train(side, TRAINED_S)
    return 1 / rate, (time.process_time() - begin) / (rate * TRAINED_S)


def op_seconds(plan: Plan, batch: int, rounds: int
               ) -> dict[tuple[str, str], tuple[int, float]]:
    """Return the rows of every op of a step, and the seconds that they take together.

    Parameters
    ----------
    plan : Plan
        A network that has its weights; its ops run, so they change.
    batch : int
        Examples.
    rounds : int
        How often every row is measured; the median counts.
    """
    names = {op.address("float32"): name for name, op in catalogue.OPS.items()
             if op.is_compiled("float32")}
    places = [(section, place) for section in STEP
              for place in range(plan.sections[section], plan.sections[section + 1])]
    spent: NDArray[np.float64] = np.zeros((rounds, len(places)))
    for found in spent:
        for number, (_, place) in enumerate(places):
            row = plan.table[place:place + 1].copy()
            row[0, layout.TURN] = 0
            found[number] = beyond_a_call(plan, row, batch)
    total: dict[tuple[str, str], tuple[int, float]] = defaultdict(lambda: (0, 0.0))
    for (section, place), seconds in zip(places, np.median(spent, 0), strict=True):
        key = STEP[section], names[int(plan.table[place, layout.ADDRESS])]
        count, before = total[key]
        total[key] = count + 1, before + max(0.0, float(seconds))
    return dict(total)


def beyond_a_call(plan: Plan, table: NDArray[np.int64], batch: int) -> float:
    """Return the seconds of a row beyond those of a call without one, measured around it."""
    once = _seconds(lambda: call(plan, table, ONE_ROW, batch))
    if once > LONG_S:
        return once
    before = _seconds(lambda: call(plan, table, NO_ROW, batch), REPEATS)
    spent = _seconds(lambda: call(plan, table, ONE_ROW, batch), REPEATS)
    after = _seconds(lambda: call(plan, table, NO_ROW, batch), REPEATS)
    return spent - min(before, after)


def call(plan: Plan, table: NDArray[np.int64], sections: NDArray[np.int64], batch: int) -> None:
    """Call a row as the training loop does, or none; helpers share it if they are there."""
    board, arena = int(plan.shared.control[layout.HELPERS]), plan.arena.ctypes.data
    shards = int(table[0, layout.SHARDS])
    if board and shards > 1 and sections[1]:
        share(board, table.ctypes.data, 1, arena, batch, shards)
    else:
        run_section(table, sections, 0, arena, batch)


def _seconds(work: Callable[[], None], times: int = 1) -> float:
    """Return the seconds of one call of several."""
    begin = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - begin) / times
