"""What threads share at once: ops that need no barrier between them make one job.

Threads meet at the end of every job, which takes them a microsecond or two, and longer where one is
late. Ops of which a shard works on its own examples alone need not meet: each thread takes its
examples through all of them. Ops that sum over the batch read what others have finished and write
what none of these reads; they come last and need not meet either.

To write what others have read costs more than to meet: a line of memory that stands in several
caches has to leave all but one. So weights are claimed while their gradient is computed (see
`engine.kernels.matmul.tile.multiply_from`): by the thread that updates them, in the main, and not
before the last op for which others read them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from engine.arrays import Integers
from engine.kernels.runtime import layout
from engine.kernels.runtime.threads import MOST_SHARDS

WORTH_SHARING = 500_000
"""Multiply-adds of a job from which on two threads are sooner done than one."""

LARGE = 500_000
"""Multiply-adds of a sum over the batch that threads share by itself, before the next such sum: to
put it off until what it reads has left their caches costs more than one barrier less saves."""

STAGES = ((layout.GATHER, layout.FORWARD), *(
    (section, section) for section in range(layout.OUTPUT, layout.SECTIONS)))
"""First and last section of what follows without a break: a job may begin in one and end in the
next."""

ALONE, BY_EXAMPLES, LAST = range(3)


@dataclass(frozen=True)
class Task:
    """A row, as far as it matters who does it.

    Attributes
    ----------
    row : int
        Its place in the table.
    done : int
        Multiply-adds that take as long as it does.
    kind : int
        `BY_EXAMPLES` where a shard works on its own examples alone; `LAST` for what may be done
        behind all others of its section; else `ALONE`.
    is_whole : bool
        Whether it has no shards.
    """

    row: int
    done: int
    kind: int = ALONE
    is_whole: bool = False


def arrange(table: Integers, sections: Integers, tasks: Sequence[Task], threads: int) -> None:
    """Write into every row how many shards it has, and which rows are shared at once.

    Parameters
    ----------
    table, sections : int64[r, ROW_LENGTH], int64[SECTIONS + 1]
        The op table; SHARDS, TURN and TOGETHER are overwritten.
    tasks : sequence of Task
        One for each row, in their order.
    threads : int
        Most threads.
    """
    table[:, layout.SHARDS] = 1
    table[:, [layout.TURN, layout.TOGETHER]] = 0
    if threads == 1:
        return
    for first, last in STAGES:
        begin, end = sections[first], sections[last + 1]
        turn = begin
        for job in _jobs(tasks[begin:end]):
            _write(table, turn, job, threads)
            turn += len(job)


def _jobs(tasks: Sequence[Task]) -> Iterator[list[Task]]:
    """Yield the rows of a stage in their turns, those together that are one job."""
    # From the first layer on, as updates go, so that most weights are claimed by who changes them.
    waiting = [task for task in reversed(tasks) if task.kind == LAST]
    if (sum(task.done for task in waiting) < WORTH_SHARING
            or any(task.done >= LARGE for task in waiting)):
        waiting, tasks = [], list(_put_off(tasks))
    others = [task for task in tasks if not waiting or task.kind != LAST]
    for kind, group in groupby(others, lambda task: task.kind):
        together = list(group)
        if kind == BY_EXAMPLES and sum(task.done for task in together) >= WORTH_SHARING:
            yield together
        else:
            yield from ([task] for task in together)
    for begin in range(0, len(waiting), MOST_SHARDS):
        yield waiting[begin:begin + MOST_SHARDS]


def _put_off(tasks: Sequence[Task]) -> Iterator[Task]:
    """Yield the tasks, each that may be done last before the next one of its kind.

    The gradient of a layer's weights then comes behind that of its inputs, for which every thread
    reads them.
    """
    late: list[Task] = []
    for task in tasks:
        if task.kind == LAST:
            yield from late
            late = [task]
        else:
            yield task
    yield from late


def _write(table: Integers, turn: int, job: Sequence[Task], threads: int) -> None:
    """Write a job into the rows from ``turn`` on."""
    for place, task in enumerate(job, turn):
        table[place, layout.TURN] = task.row - place
    table[turn, layout.TOGETHER] = len(job)
    # Where no op is worth dividing, each is done whole by whoever takes it: layers of one size.
    is_divided = job[0].kind == BY_EXAMPLES or max(task.done for task in job) >= WORTH_SHARING
    if is_divided and sum(task.done for task in job) >= WORTH_SHARING:
        for task in job:
            table[task.row, layout.SHARDS] = 1 if task.is_whole else threads
