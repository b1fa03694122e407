"""A sweep while it is computed: what is left, what came of it, who does it, and how long yet."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.experiments.cell import Job, job_of
from engine.experiments.execution import Executor, WorkerState
from engine.experiments.paths import Value
from engine.experiments.results import Result
from engine.experiments.store import Store
from engine.experiments.sweep import Cell, Rectangle, Sweep, plain
from engine.messages import Message

MOST_LOSSES = 3
"""Workers that may end at one cell before it is left out."""

FEWEST = 5
"""Cells before it is said how long the rest takes."""

FLAT = 1e-9
"""Relative spread of costs within which they are all the same."""


@dataclass(frozen=True)
class Standing:
    """How a sweep stands.

    Attributes
    ----------
    sweep : Sweep
        As it is now: finer axes make another one.
    done, total : int
        Cells that have a result, and all that are asked for.
    found : int
        Results that were in the store before.
    lost : int
        Cells at which every worker ended; they have no result, and are tried again next time.
    seconds_left : float | None
        How long the rest takes if it goes on so; None where that is not known yet.
    workers : tuple[WorkerState, ...]
        Who computes.
    results : tuple[Result, ...]
        Those since the cursor that was given, in the order in which they came.
    cursor : int
        To be given the next time.
    fault : Message | None
        Why it cannot go on; None if nothing is wrong.
    is_over : bool
        Whether nothing more will come: all is done, it was cancelled, or there is a fault.
    """

    sweep: Sweep
    done: int
    total: int
    found: int
    lost: int
    seconds_left: float | None
    workers: tuple[WorkerState, ...]
    results: tuple[Result, ...]
    cursor: int
    fault: Message | None
    is_over: bool


Coordinates = tuple[tuple[Value, ...], int]
"""Values of the axes, each in one form, and the number of the seed."""


class SweepRun:
    """Gives the cells of a sweep to an executor, and keeps what comes back. Any thread may call.

    Parameters
    ----------
    sweep : Sweep
        What is computed.
    store : Store
        Where results are kept; cells that have one there are not computed again.
    executor : Executor
        Who computes; it is closed with the run.
    """

    def __init__(self, sweep: Sweep, store: Store, executor: Executor) -> None:
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._over = threading.Event()
        self._sweep = sweep
        self._store = store
        self._executor = executor
        self._waiting: deque[tuple[Sweep, Cell]] = deque()
        self._given_back: deque[Job] = deque()
        self._suspects: deque[Job] = deque()
        self._costs: dict[str, float] = {}
        self._asked: set[Coordinates] = set()
        self._results: list[Result] = []
        self._losses: Counter[str] = Counter()
        self._lost = 0
        self._found = 0
        self._fault: Message | None = None
        self._is_cancelled = False
        self._is_started = False
        self._clock = _Clock()
        self._thread: threading.Thread | None = None

    @property
    def sweep(self) -> Sweep:
        """The sweep as it is now."""
        with self._lock:
            return self._sweep

    def start(self) -> None:
        """Begin in a thread: what the store has already is found first."""
        self._thread = threading.Thread(target=self._begin, name="sweep", daemon=True)
        self._thread.start()

    def snapshot(self, since: int = 0) -> Standing:
        """Return how it stands; it never waits for a disk or a worker.

        Parameters
        ----------
        since : int
            The cursor of the last snapshot: only what came after it is among the results.
        """
        workers = self._executor.workers
        with self._lock:
            done = len(self._results)
            return Standing(
                self._sweep, done, len(self._asked) or self._sweep.size, self._found, self._lost,
                self._clock.seconds_left, workers, tuple(self._results[since:]), done, self._fault,
                self._over.is_set())

    def placed(self) -> dict[Cell, Result]:
        """Return all results by their places in the sweep as it is now."""
        with self._lock:
            sweep, results = self._sweep, tuple(self._results)
        return placed(sweep, results)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until nothing more will come; return whether that is so."""
        return self._over.wait(timeout_s)

    def cancel(self) -> None:
        """Leave off; what is done stays done."""
        with self._lock:
            self._is_cancelled = True
        self._executor.cancel()
        self._over.set()

    def close(self) -> None:
        """Do as `cancel`, and return when nothing runs any more; the store stays open."""
        self.cancel()
        if self._thread is not None:
            self._thread.join()
        self._executor.close()

    def refine(self, rectangle: Rectangle) -> Sweep:
        """Compute what lies between the values within a rectangle, and return the finer sweep.

        What is outside stays as coarse as it is. It is computed before what is still waiting.
        """
        with self._lock:
            before = self._sweep
            finer = before.refined(rectangle)
            self._sweep = finer
            new = [cell for cell in finer.within(before.moved(rectangle, finer))
                   if _coordinates(finer, cell) not in self._asked]
            if new and self._fault is None and not self._is_cancelled:
                self._over.clear()
            self._ask(finer, new, first=True)
        if new:
            self._start_executor()
        return finer

    def take(self) -> Job | None:
        """Return the next cell that has no result yet, for the executor."""
        while True:
            with self._lock:
                if self._is_cancelled or self._fault is not None:
                    return None
                if self._given_back:
                    return self._given_back.popleft()
                if not self._waiting:
                    # Last: one that ends its worker costs the time of all that come after it.
                    return self._suspects.popleft() if self._suspects else None
                sweep, cell = self._waiting.popleft()
            job = job_of(sweep, cell)
            known = self._store.finished([job.key]).get(job.key)
            with self._lock:
                self._costs[job.key] = sweep.cost_at(cell)
            if known is not None:
                self._take_in(sweep, cell, known)
            elif isinstance(job, Result):
                self._keep(job)
            else:
                return job

    def done(self, job: Job, result: Result) -> None:
        """Keep what came of a cell."""
        self._keep(result)

    def give_back(self, job: Job, *, is_suspect: bool = False) -> None:
        """Let another worker compute a cell whose worker has gone."""
        with self._lock:
            self._losses[job.key] += is_suspect
            if self._losses[job.key] < MOST_LOSSES:
                (self._suspects if is_suspect else self._given_back).append(job)
            else:
                self._lost += 1
                self._clock.drop(self._costs.get(job.key, 0.0))
                self._end_if_done()
        self._executor.wake()

    def failed(self, message: Message) -> None:
        """End the sweep: it cannot go on."""
        with self._lock:
            self._fault = self._fault or message
        self._executor.cancel()
        self._over.set()

    def _begin(self) -> None:
        """Find what the store has, then let the executor begin."""
        sweep = self._sweep
        cells = sweep.cells()
        with self._lock:
            self._ask(sweep, cells)
        stored = {result.key: result for result in self._store.results()}
        if stored:
            self._find(sweep, cells, stored)
        with self._lock:
            self._end_if_done()
            is_over = self._over.is_set()
        if not is_over:
            self._start_executor()

    def _start_executor(self) -> None:
        """Let the executor begin, or look for work again where it has begun."""
        with self._lock:
            if self._is_cancelled or self._fault is not None:
                return
            is_first, self._is_started = not self._is_started, True
        try:
            if is_first:
                self._executor.start(self)
            else:
                self._executor.wake()
        except EngineError as error:
            self.failed(error.message)

    def _ask(self, sweep: Sweep, cells: list[Cell], *, first: bool = False) -> None:
        """Put cells on the list; the lock is held."""
        asked = [(sweep, cell) for cell in cells]
        if first:
            self._waiting.extendleft(reversed(asked))
        else:
            self._waiting.extend(asked)
        self._asked.update(_coordinates(sweep, cell) for cell in cells)
        self._clock.expect([sweep.cost_at(cell) for cell in cells])

    def _find(self, sweep: Sweep, cells: list[Cell], stored: Mapping[str, Result]) -> None:
        """Take over what the store has, and leave the rest on the list."""
        found = {}
        for cell in cells:
            result = stored.get(sweep.key_at(cell))
            if result is not None:
                found[cell] = result
        with self._lock:
            self._waiting = deque(item for item in self._waiting if item[1] not in found
                                  or item[0] is not sweep)
            self._found += len(found)
        for cell, result in found.items():
            with self._lock:
                self._costs[result.key] = sweep.cost_at(cell)
            self._take_in(sweep, cell, result)

    def _take_in(self, sweep: Sweep, cell: Cell, result: Result) -> None:
        """Take a result over from the store, where another sweep may have left it."""
        self._count(replace(result, values=sweep.values_at(cell), seed=cell.seed), is_new=False)

    def _keep(self, result: Result) -> None:
        """Put a result into the store; where that fails, the sweep ends."""
        with self._writing:
            if self._store.finished([result.key]):
                return
            try:
                self._store.append(result)
            except EngineError as error:
                self.failed(error.message)
                return
        self._count(result, is_new=True)

    def _count(self, result: Result, *, is_new: bool) -> None:
        with self._lock:
            self._results.append(result)
            cost = self._costs.pop(result.key, 0.0)
            if is_new:
                self._clock.record(cost, result.seconds)
            else:
                self._clock.drop(cost)
            self._end_if_done()

    def _end_if_done(self) -> None:
        """Say that all is done, if it is; the lock is held."""
        if len(self._results) + self._lost >= len(self._asked):
            self._over.set()


class _Clock:
    """Says how long the rest takes, from what the cells before have taken.

    Cells count by what they cost, for the cheap ones come first; what each takes whatever it costs,
    and what it takes for its cost, is fitted to those that are done.
    """

    def __init__(self) -> None:
        self._left = np.zeros(2)
        self._done = np.zeros(2)
        self._count = 0
        self._begin = 0.0
        # Of cells that are done: sums of (1, cost)^T (1, cost), and of (1, cost) seconds.
        self._squares = np.zeros((2, 2))
        self._products = np.zeros(2)

    def expect(self, costs: Sequence[float]) -> None:
        """Hear of more cells."""
        self._left += len(costs), sum(costs)

    def drop(self, cost: float) -> None:
        """Hear of a cell that need not be computed."""
        self._left -= 1.0, cost

    def record(self, cost: float, seconds: float) -> None:
        """Hear of a cell that was computed, and how long its training took."""
        self._left -= 1.0, cost
        self._count += 1
        cell = np.array([1.0, cost])
        self._squares += np.outer(cell, cell)
        self._products += cell * seconds
        if self._count == 1:
            # Before it, programs were started and kernels compiled.
            self._begin = time.perf_counter()
        else:
            self._done += cell

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes; None where too little is known."""
        if self._count < FEWEST:
            return None
        weights = self._weights()
        done, left = weights @ self._done, weights @ np.maximum(self._left, 0.0)
        return float(left * (time.perf_counter() - self._begin) / done) if done > 0 else None

    def _weights(self) -> NDArray[np.float64]:
        """Return what a cell takes, and what a unit of its cost takes; neither is negative."""
        (count, total), (_, squared) = self._squares
        spread = count * squared - total * total
        if spread > FLAT * count * squared:
            found = np.linalg.solve(self._squares, self._products)
            if (found >= 0).all():
                return np.asarray(found)
            if found[1] < 0:
                return np.array([1.0, 0.0])
        return np.array([0.0, 1.0])


def placed(sweep: Sweep, results: Iterable[Result]) -> dict[Cell, Result]:
    """Return results by their places in a sweep; those that have none there are left out."""
    places = [{plain((value,))[0]: index for index, value in enumerate(axis.values)}
              for axis in sweep.axes]
    found = {}
    for result in results:
        values = plain(result.values)
        if len(values) == len(places) and all(
                value in place for value, place in zip(values, places, strict=True)):
            cell = Cell(tuple(place[value] for value, place in zip(values, places, strict=True)),
                        result.seed)
            found[cell] = result
    return found


def _coordinates(sweep: Sweep, cell: Cell) -> Coordinates:
    return tuple(plain(sweep.values_at(cell))), cell.seed
