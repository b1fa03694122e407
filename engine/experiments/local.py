"""Cells computed on this computer, by processes of this very program with one thread each.

A process is sent jobs and sends back what came of them, as lines of JSON over its pipes. It is the
program itself, started with the command `COMMAND`, so that it is the same whether the program is
frozen or not, and holds nothing of the process that started it.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

import msgspec

from engine.experiments.cell import Job
from engine.experiments.execution import Feed, State, WorkerState, answering
from engine.experiments.pace import Pace, pace_file
from engine.experiments.results import Result, Told
from engine.messages import say

COMMAND = "run-cells"
"""What makes a program one that computes cells."""

SHORT_S = 0.2
"""Cells that take less are sent before the one in hand is done, so that nobody waits for them."""

AHEAD = 3
"""How many such cells a process has at least, so long as there are any."""

AHEAD_S, MOST_AHEAD = 0.15, 16
"""Of still shorter ones it has what takes so many seconds, so that it can compute some together."""

MOST_DEATHS = 3
"""How often in a row a process may end without having computed anything."""

FEWER_THREADS = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")
"""Keeps libraries from starting threads of their own in every process."""


class Begun(msgspec.Struct, frozen=True, tag=True):
    """A process has all that it needs for a cell, and trains it.

    Not told of a cell that was there when the one before was done, and needed nothing: it is clear.

    Attributes
    ----------
    key : str
        The cell's.
    """

    key: str


class Preparing(msgspec.Struct, frozen=True, tag=True):
    """A process compiles what a cell needs.

    Attributes
    ----------
    text : str
        What is being compiled.
    share : float
        How much is done, 0 to 1.
    """

    text: str
    share: float


class Computed(msgspec.Struct, frozen=True, tag=True):
    """A cell is done.

    Attributes
    ----------
    result : Result
        What came of it.
    """

    result: Result


class Failed(msgspec.Struct, frozen=True, tag=True):
    """No cell can be computed: data cannot be read, say.

    Attributes
    ----------
    told : Told
        Why.
    """

    told: Told


Answer = Begun | Preparing | Computed | Failed
_ANSWERS = msgspec.json.Decoder(Answer)


def program() -> list[str]:
    """Return the command that starts this program in a new process."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "gui"]


def environment(changes: Mapping[str, str] = FEWER_THREADS) -> dict[str, str]:
    """Return the environment in which a new process finds this program."""
    root = str(Path(__file__).parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **changes}


def usual_workers() -> int:
    """Return how many processes this computer can let compute at once."""
    if sys.platform == "linux":
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


class LocalExecutor:
    """Computes cells in processes on this computer.

    Parameters
    ----------
    workers : int
        How many processes; 0 for as many as there are processors.
    command : Sequence[str] | None
        What starts one; None starts this program.
    pace : Pace | None
        Hears how long cells take, and keeps it in the end; None is that of this computer.
    """

    def __init__(self, workers: int = 0, command: Sequence[str] | None = None,
                 pace: Pace | None = None) -> None:
        count = workers or usual_workers()
        self._command = [*program(), COMMAND] if command is None else list(command)
        self.pace = pace or Pace(pace_file())
        self._changed = threading.Condition()
        self._is_warm = threading.Event()
        self._is_cancelled = False
        self._is_wary = False
        self._given_up: set[_Worker] = set()
        self._workers = [_Worker(self, str(number + 1)) for number in range(count)]

    @property
    def workers(self) -> tuple[WorkerState, ...]:
        """All processes, as they are now."""
        return tuple(worker.state for worker in self._workers)

    def start(self, feed: Feed) -> None:
        """Begin to take cells and to compute them."""
        for worker in self._workers:
            worker.start(feed, self._command)

    def wake(self) -> None:
        """Look again whether there is work."""
        with self._changed:
            self._changed.notify_all()

    def cancel(self) -> None:
        """Take no more cells, and leave off those in hand."""
        with self._changed:
            self._is_cancelled = True
            self._changed.notify_all()
        self._is_warm.set()
        for worker in self._workers:
            worker.kill()

    def close(self) -> None:
        """Do as `cancel`, and return when no process runs any more."""
        self.cancel()
        for worker in self._workers:
            worker.join()
        self.pace.keep()

    @property
    def is_cancelled(self) -> bool:
        """Whether nothing more is to be done."""
        return self._is_cancelled

    def ahead_of(self, seconds: float) -> int:
        """Return how many cells a process is to have whose last one was trained for so long."""
        if self._is_wary or seconds >= SHORT_S:
            return 1
        return max(AHEAD, min(MOST_AHEAD, int(AHEAD_S / max(seconds, AHEAD_S / MOST_AHEAD))))

    def grow_wary(self) -> None:
        """Hear that a process has ended at a cell: from now on each has but one.

        Of those that it has computed together, nobody knows which one it was.
        """
        self._is_wary = True

    def rest(self) -> None:
        """Wait until there may be work again."""
        with self._changed:
            if not self._is_cancelled:
                self._changed.wait(timeout=0.5)

    def await_warm(self, name: str) -> None:
        """Let the first process compile what all need; the others would compile the same."""
        if name != self._workers[0].state.name:
            self._is_warm.wait()

    def warmed(self) -> None:
        """Hear that a process has all that it needs, or will not have it."""
        self._is_warm.set()

    def is_last(self, worker: _Worker) -> bool:
        """Hear that a worker gives up; return whether no other one is left."""
        self.warmed()
        with self._changed:
            self._given_up.add(worker)
            return len(self._given_up) == len(self._workers)


class _Worker:
    """A process with the thread that talks to it; one that ends is started anew."""

    def __init__(self, executor: LocalExecutor, name: str) -> None:
        self._executor = executor
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._in_hand: deque[Job] = deque()
        self._ahead = 1
        self._deaths = 0
        self._since: float | None = None
        self.state = WorkerState(name, "starting")

    def start(self, feed: Feed, command: Sequence[str]) -> None:
        """Begin to take cells."""
        self._thread = threading.Thread(target=self._work, args=(feed, command),
                                        name=f"cells {self.state.name}", daemon=True)
        self._thread.start()

    def kill(self) -> None:
        """End the process."""
        with self._lock:
            if self._process is not None:
                self._process.kill()

    def join(self) -> None:
        """Return when the thread has ended, and the process with it."""
        if self._thread is not None:
            self._thread.join()

    def _work(self, feed: Feed, command: Sequence[str]) -> None:
        with answering(feed):
            self._serve(feed, command)

    def _serve(self, feed: Feed, command: Sequence[str]) -> None:
        """Have processes compute, one after the other as they end, until there is nothing to do."""
        while not self._executor.is_cancelled and self._deaths < MOST_DEATHS:
            # A broken pipe, or a line that was torn: the process has gone.
            with suppress(OSError, msgspec.MsgspecError):
                self._live(feed, command)
            self._end(feed)
        if not self._executor.is_cancelled and self._executor.is_last(self):
            feed.failed(say("sweep.no-worker", count=MOST_DEATHS))

    def _live(self, feed: Feed, command: Sequence[str]) -> None:
        """Let a process compute cells until it ends."""
        self._tell("starting")
        process = self._open(command)
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        while True:
            self._send(feed, process.stdin)
            if self._executor.is_cancelled:
                return
            if not self._in_hand:
                self._since = None
                self._tell("idle")
                self._executor.rest()
                continue
            line = process.stdout.readline()
            if not line.endswith(b"\n"):
                return
            self._hear(_ANSWERS.decode(line), feed)

    def _open(self, command: Sequence[str]) -> subprocess.Popen[bytes] | None:
        """Start a process; None where the sweep was cancelled meanwhile."""
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
        with self._lock:
            if self._executor.is_cancelled:
                return None
            self._process = subprocess.Popen(
                command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, creationflags=flags)
            atexit.register(self._process.kill)
            return self._process

    def _send(self, feed: Feed, pipe: IO[bytes]) -> None:
        """Send as many jobs as the process is to have, once it has no more than half of them."""
        if 2 * len(self._in_hand) > self._ahead:
            return
        if not self._in_hand:
            self._executor.await_warm(self.state.name)
        while len(self._in_hand) < self._ahead and (job := feed.take()) is not None:
            self._in_hand.append(job)
            pipe.write(msgspec.json.encode(job) + b"\n")
        # Together, since each time the process is woken from what it is at.
        pipe.flush()

    def _hear(self, answer: Answer, feed: Feed) -> None:
        if isinstance(answer, Preparing):
            self._tell("preparing", message=say("sweep.preparing", name=answer.text,
                                                share=answer.share))
        elif isinstance(answer, Begun):
            self._executor.warmed()
            self._tell("working", values=self._in_hand[0].values)
        elif isinstance(answer, Computed):
            self._deaths = 0
            self._ahead = self._executor.ahead_of(answer.result.seconds)
            self.state = replace(self.state, done=self.state.done + 1)
            job = self._in_hand.popleft()
            self._time(job, answer.result)
            if self._in_hand:
                self._tell("working", values=self._in_hand[0].values)
            feed.done(job, answer.result)
        else:
            feed.failed(answer.told.message)

    def _time(self, job: Job, result: Result) -> None:
        """Tell how long a cell took, from the end of the one before; the first has none."""
        now = time.perf_counter()
        if self._since is not None:
            self._executor.pace.record(job.project, result, now - self._since)
        self._since = now

    def _end(self, feed: Feed) -> None:
        """Put the process away, and give back what it had in hand."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            atexit.unregister(process.kill)
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    if pipe is not None:
                        pipe.close()
        self._ahead, self._since = 1, None
        was_at_work = self.state.state == "working"
        if was_at_work:
            self._executor.grow_wary()
        # One that ends at a cell says something of the cell, and nothing of the computer.
        self._deaths += not was_at_work
        if not self._executor.is_cancelled:
            self._tell("lost", message=say("sweep.lost"))
        for place, job in enumerate(self._in_hand):
            feed.give_back(job, is_suspect=was_at_work and place == 0)
        self._in_hand.clear()

    def _tell(self, state: State, **more: object) -> None:
        found = {"values": (), "message": None, **more}
        self.state = replace(self.state, state=state, **found)  # type: ignore[arg-type]
