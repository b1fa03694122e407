"""Steps of training that note the time after every op, where it stands: caches hold what they hold
in a step, and constants and gradients are those of training."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from engine.arrays import Integers
from engine.kernels.ops import blocks, catalogue
from engine.kernels.runtime import driver, layout
from engine.kernels.runtime.policy import OPTIONS
from engine.kernels.runtime.rounding import ON_ARM, flush_denormals, restore_mode
from engine.kernels.runtime.threads import do_shard, helped, share
from engine.plan import Plan
from engine.training import Trainer

WORD = ir.IntType(64)
FEWEST, MOST = 20, 4000
"""Steps that are noted: as many as are done in the time asked for, but never fewer or more."""

UNDISTURBED = 0.1
"""Share of the steps that are taken to be faster than a usual one: where others use the machine,
most may have waited for them.
"""

ARRAYS = ("x", "y", "dx", "dy", "w", "g", "m", "v")
"""Slots whose numbers an op goes through; the others hold sizes, tables or figures."""


@intrinsic
def _ticks(typingctx: Any) -> Any:
    """Return what the processor's clock says, in units of its own."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = ir.FunctionType(WORD, [])
        if ON_ARM:
            # Its counter of cycles is for the system alone.
            return builder.asm(kind, "mrs $0, cntvct_el0", "=r", [], side_effect=True)
        return builder.call(cgutils.get_or_insert_function(
            builder.module, kind, "llvm.readcyclecounter"), [])
    return types.int64(), codegen


# Not cached: the kernels' cache is named by the engine's sources alone.
@njit(**OPTIONS)
def _noted(jobs: Any, table: Any, sections: Any, arena: Any, control: Any, hyper: Any,
           requested: Any, order: Any, results: Any, notes: Any) -> None:
    mode = flush_denormals()
    base, board = table.ctypes.data, control[layout.HELPERS]
    for note in notes:
        driver._begin_step(control, hyper, requested, order, results)
        batch = control[layout.BATCH]
        note[0] = _ticks()
        for j in range(jobs.shape[0]):
            first, count, shards = jobs[j]
            row = base + 8 * layout.ROW_LENGTH * first
            if shards > 1:
                share(board, row, count, arena, batch, shards)
            elif count > 1:
                share(board, row, 0, arena, batch, count)
            else:
                do_shard(row, 1, arena, batch, 0, 1)
            note[j + 1] = _ticks()
        driver._end_step(table, sections, arena, control, hyper, results)
    restore_mode(mode)


@dataclass(frozen=True)
class Job:
    """What threads do of a step without meeting.

    Attributes
    ----------
    rows : tuple[int, ...]
        Its rows of the table; with one thread, every row is a job.
    seconds : float
        In a usual step: see `UNDISTURBED`.
    """

    rows: tuple[int, ...]
    seconds: float


def jobs_of(plan: Plan) -> list[tuple[tuple[int, ...], tuple[int, int, int]]]:
    """Return the jobs of a step: their rows, and first turn, how many rows, and shards."""
    table, found = plan.table, []
    for begin, end in ((layout.GATHER, layout.FORWARD), (layout.LOSS_SECTION, layout.LOSS_SECTION),
                       (layout.BACKWARD, layout.MEASURE), (layout.UPDATE, layout.UPDATE)):
        turn = int(plan.sections[begin])
        while turn < plan.sections[end + 1]:
            count = max(int(table[turn, layout.TOGETHER]), 1)
            rows = [place + int(table[place, layout.TURN]) for place in range(turn, turn + count)]
            found.append((tuple(rows), (turn, count, int(table[rows[0], layout.SHARDS]))))
            turn += count
    return found


def noted(network: Trainer, threads: int, seconds: float) -> list[Job]:
    """Train for about so long; return what each job of a step took.

    Parameters
    ----------
    network : Trainer
        It goes on training, on its own data.
    threads : int
        For which it was made.
    seconds : float
        How long.
    """
    # A step of its own puts the constants of an update in force.
    network.run(FEWEST)
    plan = network._plan
    jobs = jobs_of(plan)
    shared = plan.shared
    told: Integers = np.array([job for _, job in jobs], np.int64)

    def steps(count: int) -> tuple[Integers, float]:
        notes = np.zeros((count, len(jobs) + 1), np.int64)
        begin = time.perf_counter()
        _noted(told, plan.table, plan.sections, plan.arena.ctypes.data, shared.control,
               shared.hyper, shared.requested, network._order, shared.results, notes)
        return notes, time.perf_counter() - begin

    with helped(shared.control, threads):
        steps(1)
        _, spent = steps(FEWEST)
        notes, spent = steps(int(min(MOST, max(FEWEST, FEWEST * seconds / spent))))
    # The clock's unit: from the first note to the last, all steps but the ends of two.
    unit = spent / max(1, int(notes[-1, -1] - notes[0, 0]))
    usual = np.quantile(np.diff(notes, axis=1), UNDISTURBED, axis=0) * unit
    return [Job(rows, float(took)) for (rows, _), took in zip(jobs, usual, strict=True)]


def work_of(plan: Plan, row: int, batch: int) -> tuple[float, float]:
    """Return the operations of a row that is a product, or the bytes that another goes through.

    A recurrent layer whose features are looked up does less than the plan counts for it: its
    products with them are done in other rows, once for each token. The bytes are those that a
    formula reads and writes, wherever they lie; 0 and 0 where neither is known.
    """
    line = plan.lines[row]
    op = catalogue.OPS[line.op]
    if op.weight == 1 and line.work:
        done = 1.0
        if line.slots.get("by_token", -1) >= 0:
            done = line.slots["units"] / (line.slots["units"] + line.slots["features"])
        return 2.0 * line.work * batch * done, 0.0
    numbers = int(line.slots.get("n", 0)) * batch
    if "blocks" in line.slots and line.op.startswith(("measure", "update")):
        numbers = int(plan.blocks[:, blocks.SIZE].sum())
    return 0.0, float(plan.arena.itemsize * numbers * passes(op.formula))


def passes(formula: str) -> int:
    """Return how many arrays a formula reads and writes: one that it changes counts twice."""
    written, read = set(), set()
    for part in formula.split(";"):
        left, _, right = part.partition("=")
        written |= set(re.findall(r"\w+", left)) & set(ARRAYS)
        read |= set(re.findall(r"\w+", right)) & set(ARRAYS)
    return len(written) + len(read)
