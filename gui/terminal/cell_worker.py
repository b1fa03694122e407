"""A process that computes cells of a sweep for the program that started it.

Jobs come as lines of JSON on its standard input, what came of them goes to its standard output; see
`engine.experiments.local`. When nobody holds the other end any more, it ends, whatever it is at.
"""

from __future__ import annotations

import math
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Sequence
from typing import BinaryIO

import msgspec

from engine.data.dataset import Dataset
from engine.errors import EngineError
from engine.experiments.cell import Job, run_jobs
from engine.experiments.headless import Datasets
from engine.experiments.local import Answer, Begun, Computed, Failed, Preparing
from engine.experiments.results import Told
from engine.spec import ProjectSpec
from gui.workbench.engine_port import TrainerLike, TrainersInTurn, load_engine

POLITENESS = 5
"""How far it lets everything else on the computer go first, as `os.nice` counts."""

TOGETHER = 8
"""Most cells that are computed together."""

TOGETHER_S = 0.1
"""Seconds that those may take, since nobody sees one before all are done."""


def serve() -> int:
    """Compute the jobs that come, one after the other, until there is nobody to compute for."""
    answers = sys.stdout.buffer
    # What a library might print is no answer.
    sys.stdout = sys.stderr
    step_back()
    jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, jobs), name="jobs", daemon=True).start()
    # Before there is a job: only one process compiles what all need, but each has to load this.
    load_engine()
    computing = _Computing(answers, jobs)
    while True:
        computing.compute(computing.take())


def step_back() -> None:
    """Let everything else on the computer go first, and Ctrl+C be the business of the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        os.nice(POLITENESS)


def _read(pipe: BinaryIO, jobs: queue.SimpleQueue[Job]) -> None:
    """Take in jobs; end the process when there will be no more."""
    decoder = msgspec.json.Decoder(Job)
    for line in pipe:
        if not line.endswith(b"\n"):
            break
        jobs.put(decoder.decode(line))
    os._exit(0)


class _Computing:
    """Computes jobs, and tells of it."""

    def __init__(self, answers: BinaryIO, jobs: queue.SimpleQueue[Job]) -> None:
        self._answers = answers
        self._jobs = jobs
        self._next: Job | None = None
        self._datasets = Datasets()
        self._trainers = TrainersInTurn()
        self._measured: ProjectSpec | None = None
        self._cell_s = math.inf
        self._key = ""
        self._is_known = False

    def take(self) -> list[Job]:
        """Wait for a job; return it with those like it that are here, if they take no time."""
        first = self._next or self._jobs.get()
        self._next = None
        found, most = [first], 1
        if self._measured is not None and self._take_alike(self._measured, first.project):
            most = int(min(TOGETHER, self._trainers.room_for(first.project),
                           TOGETHER_S / self._cell_s))
        while len(found) < most and not self._jobs.empty():
            job = self._jobs.get()
            if not self._take_alike(first.project, job.project):
                self._next = job
                break
            found.append(job)
        return found

    def _take_alike(self, one: ProjectSpec, other: ProjectSpec) -> bool:
        """Say whether two cells take as long as one another, and trainers that are alike."""
        return (one.training.steps == other.training.steps
                and one.training.stopping == other.training.stopping
                and self._trainers.are_alike(one, other))

    def compute(self, jobs: Sequence[Job]) -> None:
        """Compute jobs that were taken together."""
        self._key = jobs[0].key
        self._trainers.begin(len(jobs))
        begin = time.perf_counter()
        try:
            results = run_jobs(jobs, make=self._make, datasets=self._datasets)
        except EngineError as error:
            self._tell(Failed(Told.of(error.message)))
            return
        if all(result.end == "done" for result in results):
            # What has ended early says nothing of the next one.
            self._measured = jobs[-1].project
            self._cell_s = (time.perf_counter() - begin) / len(jobs)
        # A job that is here before these are told was sent before they are heard.
        self._is_known = self._next is not None or not self._jobs.empty()
        self._tell(*map(Computed, results))

    def _make(self, project: ProjectSpec, dataset: Dataset) -> TrainerLike:
        trainer = self._trainers.make(project, dataset, self._prepare)
        if not self._is_known:
            self._tell(Begun(self._key))
            self._is_known = True
        return trainer

    def _prepare(self, text: str, share: float) -> None:
        if 0 < share < 1:
            self._is_known = False
            self._tell(Preparing(text, share))

    def _tell(self, *answers: Answer) -> None:
        self._answers.write(b"".join(msgspec.json.encode(answer) + b"\n" for answer in answers))
        self._answers.flush()
