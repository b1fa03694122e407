"""What each op of a step takes, and how near that is to what the machine could do at most."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from engine.plan import Plan
from tests.bench.cases import Case, multiply_adds
from tests.bench.contestant import train
from tests.bench.machine import machine, say
from tests.bench.ours import make, trainer
from tests.bench.roofline import Roofline, cached_gigabytes, measure
from tests.bench.steps import Job, noted, work_of
from tests.bench.table import markdown, micro

HEADER = ("section", "op", "rows", "µs", "of all ops", "GFLOP/s", "GB/s", "of its bound")
TRAINED_S = 0.5
"""Seconds in which a whole step is measured."""


@dataclass(frozen=True)
class Spent:
    """What all rows of an op take in a step, on one thread.

    Attributes
    ----------
    section, op : str
        Where they stand, and which op it is.
    rows : int
        How many.
    seconds : float
        Of all together.
    operations, bytes : float
        What `tests.bench.steps.work_of` says.
    """

    section: str
    op: str
    rows: int
    seconds: float
    operations: float
    bytes: float

    def bound(self, gflops: float, gigabytes: float) -> float:
        """Return the seconds that it would take at the machine's limits; 0 where none is known."""
        return 1e-9 * (self.operations / gflops + self.bytes / gigabytes)


def profile(case: Case, threads: int, seconds: float) -> None:
    """Print tables of the ops of a step, those that take longest first, and of its jobs."""
    say(f"{machine()}; {case.title}; at most {threads} threads")
    step_s, processor_s = trained(case, threads)
    limits, cached = measure(1), cached_gigabytes()
    say(table_of(case, limits, cached, seconds))
    if threads > 1:
        say(markdown(("job", "shards' rows", "µs", "on one thread", "ratio"),
                     jobs_on(case, threads, seconds)))
    say(f"A step as it is trained takes {micro(step_s)} µs by the clock, {micro(processor_s)} µs "
        f"on processors: {2e-9 * multiply_adds(case) / step_s:.3g} GFLOP/s.")


def table_of(case: Case, limits: Roofline, cached: float, seconds: float) -> str:
    """Return a table of a case's ops, each beside its own bound, and what the bounds add up to."""
    network = trainer(case, 1)
    found = by_op(network._plan, noted(network, 1, seconds), case.batch)
    total = sum(one.seconds for one in found)
    lines = [[one.section, one.op, str(one.rows), micro(one.seconds), f"{one.seconds / total:.1%}",
              f"{1e-9 * one.operations / one.seconds:.3g}" if one.operations else "",
              f"{1e-9 * one.bytes / one.seconds:.3g}" if one.bytes else "",
              f"{bound / one.seconds:.0%}" if (bound := one.bound(limits.gflops, cached)) else ""]
             for one in found]
    products = sum(one.seconds for one in found if one.operations)
    least = 1e-9 * sum(one.operations for one in found) / limits.gflops
    return "\n".join([
        markdown(HEADER, lines),
        f"{case.title}, one thread, in the middle of training: all ops {micro(total)} µs. "
        f"Bounds: products {limits.gflops:,.0f} GFLOP/s, other ops {cached:,.0f} GB/s, which is a "
        f"triad in the second cache; what does not fit there has less, down to memory's "
        f"{limits.gigabytes:,.0f} GB/s. Products take {products / total:.0%} of the step; at the "
        f"tile's peak they alone would take {least / total:.0%}."])


def by_op(plan: Plan, jobs: Sequence[Job], batch: int) -> list[Spent]:
    """Return what rows of the same op take together; every job is a row."""
    found: dict[tuple[str, str], Spent] = {}
    for job in jobs:
        row, = job.rows
        line = plan.lines[row]
        key = line.section_name, line.op
        operations, through = work_of(plan, row, batch)
        one = found.get(key, Spent(*key, 0, 0.0, 0.0, 0.0))
        found[key] = Spent(*key, one.rows + 1, one.seconds + job.seconds,
                           one.operations + operations, one.bytes + through)
    return sorted(found.values(), key=lambda one: -one.seconds)


def jobs_on(case: Case, threads: int, seconds: float) -> list[list[str]]:
    """Return a line for every job of a step, on so many threads beside one."""
    alone, shared = trainer(case, 1), trainer(case, threads)
    one = {job.rows[0]: job.seconds for job in noted(alone, 1, seconds)}
    lines = []
    for job in noted(shared, threads, seconds):
        first, last = (shared._plan.lines[row].op for row in (job.rows[0], job.rows[-1]))
        before = sum(one[row] for row in job.rows)
        lines.append([first if first == last else f"{first} to {last}", str(len(job.rows)),
                      micro(job.seconds), micro(before), f"{before / job.seconds:.2f}"])
    return lines


def trained(case: Case, threads: int) -> tuple[float, float]:
    """Return the seconds of a step by the clock, and those that processors spend on it."""
    side = make(case, threads, "")
    train(side, TRAINED_S)
    begin = time.process_time()
    rate = train(side, TRAINED_S)
    return 1 / rate, (time.process_time() - begin) / (rate * TRAINED_S)
