"""Experiments that are computed one after the other, while the window goes on."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from engine.errors import EngineError
from engine.experiments.execution import Executor, WorkerState
from engine.experiments.store import Store
from engine.experiments.sweep import Sweep
from engine.experiments.sweep_run import Standing, SweepRun
from engine.messages import Message

LOOK_MS = 100
"""Time between two looks at how far what runs is."""
JOIN_S = 2.0
"""As long as the end of the program waits for processes that are being ended."""

MakeExecutor = Callable[[int], Executor]
"""Returns who computes, with so many workers; 0 for as many as there are."""


@dataclass
class Task:
    """An experiment to be computed.

    Attributes
    ----------
    key, title : str
        The experiment.
    sweeps : tuple[Sweep, ...]
        What of it, one after the other.
    path : Path
        The file with its results.
    workers : int
        How many compute at a time; 0 for as many as there are.
    number : int
        Which of the sweeps is computed.
    done_before : int
        Cells of those before it.
    """

    key: str
    title: str
    sweeps: tuple[Sweep, ...]
    path: Path
    workers: int = 0
    number: int = field(default=0)
    done_before: int = field(default=0)

    @property
    def total(self) -> int:
        """Cells of all its sweeps."""
        return sum(sweep.size for sweep in self.sweeps)


@dataclass(frozen=True)
class Course:
    """How what runs stands.

    Attributes
    ----------
    key, title : str
        The experiment.
    done, total : int
        Its cells.
    seconds_left : float | None
        How long the rest takes; None while that is not known.
    workers : tuple[WorkerState, ...]
        Who computes.
    is_paused : bool
        Whether it rests.
    """

    key: str
    title: str
    done: int
    total: int
    seconds_left: float | None
    workers: tuple[WorkerState, ...]
    is_paused: bool


class SweepQueue(QObject):
    """Computes experiments in the order in which they were asked for. GUI thread only.

    Executors, stores and the runs themselves live in threads and processes of their own, which are
    never waited for but at the end of the program.

    Parameters
    ----------
    make_executor : callable
        Who computes.

    Signals
    -------
    found(str, list[Result])
        Results of an experiment have come.
    changed()
        Another experiment runs, rests, waits or has ended.
    ended(str)
        An experiment has come to its end.
    failed(str, Message)
        One has ended by itself, and why.
    advanced(Course)
        What runs has come further.
    """

    found = Signal(str, object)
    changed = Signal()
    ended = Signal(str)
    failed = Signal(str, object)
    advanced = Signal(object)
    _opened = Signal(object, object)

    def __init__(self, make_executor: MakeExecutor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.make_executor = make_executor
        self._tasks: deque[Task] = deque()
        self._run: SweepRun | None = None
        self._store: Store | None = None
        self._cursor = 0
        self._opening: Task | None = None
        self._threads: list[threading.Thread] = []
        self._course: Course | None = None
        self.is_paused = False
        self._opened.connect(self._on_opened)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    @property
    def current(self) -> str:
        """Key of the experiment that runs or rests; empty if there is none."""
        return self._tasks[0].key if self._tasks else ""

    @property
    def waiting(self) -> tuple[str, ...]:
        """Keys of those that wait."""
        return tuple(task.key for task in list(self._tasks)[1:])

    def has(self, key: str) -> bool:
        """Say whether an experiment runs, rests or waits."""
        return any(task.key == key for task in self._tasks)

    # What is wanted

    def add(self, task: Task) -> None:
        """Compute an experiment, once those that were asked for before are done."""
        self._tasks.append(task)
        self._begin()
        self.changed.emit()

    def extend(self, key: str, sweep: Sweep) -> bool:
        """Compute another sweep of an experiment next; return False if it is not among these.

        What of it was being computed rests meanwhile.
        """
        task = next((task for task in self._tasks if task.key == key), None)
        if task is None:
            return False
        is_current = task is self._tasks[0]
        if is_current:
            self.look()
            if not self.has(key):
                return False
            self._leave_off()
            self._opening = None
        task.sweeps = (*task.sweeps[:task.number], sweep, *task.sweeps[task.number:])
        self._begin()
        return True

    def toggle(self) -> None:
        """Let what runs rest, or let it go on."""
        if not self._tasks:
            return
        if self.is_paused:
            self.is_paused = False
            self._begin()
        else:
            self.look()
            # It may just have come to its end.
            self.is_paused = bool(self._tasks)
            if self.is_paused:
                self._leave_off()
        self.changed.emit()
        self._tell()

    def cancel(self, key: str = "") -> None:
        """End an experiment, by default the one that runs; what is done is kept."""
        key = key or self.current
        if key == self.current:
            self.look()
        if not self.has(key):
            return
        if key == self.current:
            self._leave_off()
            self.is_paused, self._opening, self._course = False, None, None
        self._tasks = deque(task for task in self._tasks if task.key != key)
        self._begin()
        self.changed.emit()

    def restart(self) -> None:
        """Go on somewhere else with what runs."""
        if self._run is not None:
            self.look()
            self._leave_off()
            self._begin()

    def shut_down(self) -> None:
        """End everything, and wait for it a moment; again does no harm.

        Processes of this computer are killed at once, those of others end with their connection:
        what is waited for beyond that are files that are being read or closed.
        """
        self._timer.stop()
        self._tasks.clear()
        self._leave_off()
        until_s = time.monotonic() + JOIN_S
        for thread in self._threads:
            thread.join(max(0.0, until_s - time.monotonic()))
        self._threads = []

    # What runs

    def _begin(self) -> None:
        """Begin with the first that waits, unless something runs or is still being ended."""
        if not self._tasks or self._run is not None or self.is_paused:
            return
        self._timer.start()
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        if self._threads:
            # Its file is taken until the last process has ended; `look` comes back here.
            return
        task = self._opening = self._tasks[0]
        # A file of many results takes a moment to be read.
        self._work(lambda: self._open(task), "sweep opening")

    def _work(self, act: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=act, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _open(self, task: Task) -> None:
        try:
            self._opened.emit(task, Store(task.path))
        except EngineError as error:
            self._opened.emit(task, error)

    @Slot(object, object)
    def _on_opened(self, task: Task, found: Store | EngineError) -> None:
        is_wanted = self._opening is task and bool(self._tasks) and self._tasks[0] is task
        self._opening = None if self._opening is task else self._opening
        if not is_wanted or self.is_paused:
            if isinstance(found, Store):
                found.close()
        elif isinstance(found, EngineError):
            self._fail(task, found.message)
        else:
            self._compute(task, found)

    def _compute(self, task: Task, store: Store) -> None:
        try:
            executor = self.make_executor(task.workers)
        except EngineError as error:
            store.close()
            self._fail(task, error.message)
            return
        self._cursor = 0
        self._store = store
        self._run = SweepRun(task.sweeps[task.number], store, executor)
        self._run.start()

    def _leave_off(self) -> None:
        """End the run in a thread: processes may take a moment to go."""
        run, store = self._run, self._store
        self._run = self._store = None
        if run is None or store is None:
            return
        run.cancel()

        def close() -> None:
            run.close()
            store.close()
        self._work(close, "sweep closing")

    @Slot()
    def look(self) -> None:
        """See how far what runs is."""
        if self._run is None:
            if self._opening is None:
                self._begin()
            if not self._tasks:
                self._timer.stop()
            return
        task, standing = self._tasks[0], self._run.snapshot(self._cursor)
        self._cursor = standing.cursor
        if standing.results:
            self.found.emit(task.key, list(standing.results))
        self._note(task, standing)
        self._tell()
        if standing.fault is not None:
            self._fail(task, standing.fault)
        elif standing.is_over:
            self._go_on(task, standing)

    def _go_on(self, task: Task, standing: Standing) -> None:
        self._leave_off()
        task.done_before += standing.done
        task.number += 1
        if task.number >= len(task.sweeps):
            self._drop(task)
            self.ended.emit(task.key)
            self.changed.emit()
        self._begin()

    def _fail(self, task: Task, message: Message) -> None:
        self._leave_off()
        self._drop(task)
        self.failed.emit(task.key, message)
        self.changed.emit()
        self._begin()

    def _drop(self, task: Task) -> None:
        if self._tasks and self._tasks[0] is task:
            self._tasks.popleft()
        self._course = None

    def _note(self, task: Task, standing: Standing) -> None:
        rest = sum(sweep.size for sweep in task.sweeps[task.number + 1:])
        self._course = Course(
            task.key, task.title, task.done_before + standing.done,
            task.done_before + standing.total + rest,
            standing.seconds_left if not rest else None, standing.workers, self.is_paused)

    def _tell(self) -> None:
        """Say how what runs stands; what has not been looked at yet stands at its beginning."""
        if not self._tasks:
            return
        task, known = self._tasks[0], self._course
        if known is None or known.key != task.key:
            known = Course(task.key, task.title, task.done_before, task.total, None, (), False)
        self.advanced.emit(replace(known, is_paused=self.is_paused, workers=(
            () if self.is_paused else known.workers)))
