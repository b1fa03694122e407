"""A process that computes cells of a sweep for the program that started it.

Jobs come as lines of JSON on its standard input, what came of them goes to its standard output; see
`engine.experiments.local`. When nobody holds the other end any more, it ends, whatever it is at.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from typing import BinaryIO

import msgspec

from engine.data.dataset import Dataset
from engine.errors import EngineError
from engine.experiments.cell import Job, run_job
from engine.experiments.headless import Datasets
from engine.experiments.local import Answer, Begun, Computed, Failed, Preparing
from engine.experiments.results import Told
from engine.spec import ProjectSpec
from gui.workbench.engine_port import TrainerLike, load_engine, trainers_in_turn

POLITENESS = 5
"""How far it lets everything else on the computer go first, as `os.nice` counts."""


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
        computing.compute(jobs.get())


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
        self._datasets = Datasets()
        self._trainer = trainers_in_turn()
        self._key = ""
        self._is_known = False

    def compute(self, job: Job) -> None:
        self._key = job.key
        try:
            result = run_job(job, make=self._make, datasets=self._datasets)
        except EngineError as error:
            self._tell(Failed(Told.of(error.message)))
            return
        # Nothing asks it to stop but the end of the process.
        assert result is not None
        # A job that is here before this is told was sent before it is heard.
        self._is_known = not self._jobs.empty()
        self._tell(Computed(result))

    def _make(self, project: ProjectSpec, dataset: Dataset) -> TrainerLike:
        trainer = self._trainer(project, dataset, self._prepare)
        if not self._is_known:
            self._tell(Begun(self._key))
        return trainer

    def _prepare(self, text: str, share: float) -> None:
        if 0 < share < 1:
            self._is_known = False
            self._tell(Preparing(text, share))

    def _tell(self, answer: Answer) -> None:
        self._answers.write(msgspec.json.encode(answer) + b"\n")
        self._answers.flush()
