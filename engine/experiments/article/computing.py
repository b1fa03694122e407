"""A table's sweeps, one after the other, with one store and as much beside one another as suits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.errors import EngineError
from engine.experiments.article.table import ArticleTable
from engine.experiments.execution import Executor
from engine.experiments.headless import ShouldStop, never
from engine.experiments.local import LocalExecutor
from engine.experiments.results import Result
from engine.experiments.store import SUFFIX, Store
from engine.experiments.sweep import Sweep
from engine.experiments.sweep_run import SweepRun

LOOK_S = 0.1
"""Seconds between two looks at how far a sweep is."""

Told = Callable[[int, int], None]
"""Told how many of all runs are done."""

MakeExecutor = Callable[[int], Executor]
"""Returns what computes with so many workers; 0 for as many as there are processors."""


def store_of(table: ArticleTable, folder: Path) -> Store:
    """Open the file in a folder that holds a table's results; raises FormatError as `Store`."""
    return Store(folder / f"{table.key}{SUFFIX}")


def compute(table: ArticleTable, store: Store, told: Told, *, should_stop: ShouldStop = never,
            make_executor: MakeExecutor = LocalExecutor) -> tuple[Result, ...]:
    """Compute what of a table is not in the store yet, and return all its results.

    Where seconds are measured, one cell after the other is computed: two at once would wait for
    each other's memory.

    Parameters
    ----------
    table : ArticleTable
        The table.
    store : Store
        Where results are, and are kept.
    told : callable
        Told every so often how far it is.
    should_stop : callable
        Asked every so often whether to leave off; then there are fewer results.
    make_executor : callable
        Who computes.

    Raises
    ------
    EngineError
        If the computing ended by itself: results cannot be written, or no process lasts.
    """
    results: dict[str, Result] = {}
    total = sum(sweep.size for sweep in table.sweeps)
    for sweep in table.sweeps:
        if should_stop():
            break
        run = SweepRun(sweep, store, make_executor(1 if table.is_timed else 0))
        before = len(results)
        run.start()
        try:
            while not run.wait(LOOK_S) and not should_stop():
                told(before + run.snapshot().done, total)
        finally:
            run.close()
        results |= _found(sweep, store)
        told(len(results), total)
        fault = run.snapshot().fault
        if fault is not None:
            raise EngineError.of(fault)
    return tuple(results.values())


def _found(sweep: Sweep, store: Store) -> dict[str, Result]:
    """Return what a store has of a sweep, by key."""
    return store.finished(map(sweep.key_at, sweep.cells()))
