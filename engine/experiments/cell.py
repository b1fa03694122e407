"""One cell of a sweep, from its project to its result."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.data.dataset import Dataset
from engine.errors import DivergedError, EngineError, SpecError
from engine.experiments.course import Course, Rows, Steps
from engine.experiments.headless import (
    Datasets,
    Make,
    ShouldStop,
    TrainerLike,
    carry,
    course_of,
    never,
)
from engine.experiments.paths import Value
from engine.experiments.repeats import SEEN
from engine.experiments.results import End, Numbers, Result, Told
from engine.experiments.spread import FIGURES, grid
from engine.experiments.sweep import Cell, Sweep
from engine.experiments.yardstick import deciding_step
from engine.layers import costs
from engine.messages import Message
from engine.spec import ProjectSpec

POINTS = 64
"""Most points of a curve."""

MOST_EPOCHS = 1000
"""Epochs whose losses are kept."""

DIGITS = 7
"""Of numbers in curves: as many as 32 bits have."""

WRITTEN = f"%.{DIGITS}g"

CLOCK = time.perf_counter if sys.platform == "win32" else time.thread_time
"""Tells how long a run takes its thread, which is the same whatever else the computer does.

Windows counts that in ticks of a 64th of a second, too coarse for small networks: there it is the
time that passes.
"""

ENDS: dict[str, End] = {"stopped.loss": "reached", "stopped.epochs": "done"}
"""What it is called that a rule has ended a run; by any other one it is ``stopped``."""


class Job(msgspec.Struct, frozen=True):
    """All that is needed to compute a cell, whoever does it.

    Attributes
    ----------
    key : str
        The cell's.
    values : tuple[Value, ...]
        Its coordinates.
    seed : int
        Which of the seeds.
    project : ProjectSpec
        What is trained, to where it ends.
    """

    key: str
    values: tuple[Value, ...]
    seed: int
    project: ProjectSpec


def job_of(sweep: Sweep, cell: Cell) -> Job | Result:
    """Return what is to be computed of a cell, or that it is refused: a knob cannot be so."""
    values = sweep.values_at(cell)
    try:
        project = sweep.project_at(cell)
    except SpecError as error:
        return Result(sweep.key_at(cell), values, cell.seed, "refused",
                      message=Told.of(error.message))
    return Job(sweep.key_at(cell, project), values, cell.seed, project)


def run_cell(sweep: Sweep, cell: Cell, *, make: Make, should_stop: ShouldStop = never,
             datasets: Datasets | None = None) -> Result | None:
    """Compute a cell; None if it was to stop before its end.

    Parameters
    ----------
    sweep, cell : Sweep, Cell
        Which one.
    make : callable
        Makes a trainer at step 0.
    should_stop : callable
        Asked every so often whether to leave off.
    datasets : Datasets | None
        Where data sets are kept from one cell to the next; None loads them.

    Raises
    ------
    DataError, FormatError
        If the data, or weights to start with, cannot be read: that is no fault of the cell.
    """
    job = job_of(sweep, cell)
    if isinstance(job, Result):
        return job
    return run_job(job, make=make, should_stop=should_stop, datasets=datasets or Datasets())


def run_job(job: Job, *, make: Make, datasets: Datasets, should_stop: ShouldStop = never
            ) -> Result | None:
    """Compute a cell of which the job was made; see `run_cell`."""
    run = _Run(job, make, datasets.of(job.project.data))
    return run.result() if run.carry(should_stop) else None


def run_jobs(jobs: Sequence[Job], *, make: Make, datasets: Datasets) -> list[Result]:
    """Compute some cells, whose trainers are all in use at once, stage by stage.

    Small networks take less time so: a processor that has made one network has at hand what the
    next one is made with, and no longer when it has trained the first meanwhile.
    """
    runs = [_Run(job, make, datasets.of(job.project.data)) for job in jobs]
    for run in runs:
        run.carry(never)
    return [run.result() for run in runs]


class _Run:
    """A cell while it is computed; one that is refused is done at once."""

    def __init__(self, job: Job, make: Make, dataset: Dataset) -> None:
        self._job = job
        self._refused: Result | None = None
        try:
            self._trainer = make(job.project, dataset)
        except SpecError as error:
            self._refused = Result(job.key, job.values, job.seed, "refused",
                                   message=Told.of(error.message))
            return
        self._record = Record(self._trainer, deciding_step(job.project, dataset),
                              len(dataset.training), job.project.training.batch_size)
        self._course = course_of(job.project, dataset, self._trainer, self._record.listen)
        self._operations = operations_of(job.project, dataset)
        self._seconds = 0.0

    def carry(self, should_stop: ShouldStop) -> bool:
        """Take it to its end; return whether it came there."""
        if self._refused is not None:
            return True
        begin = CLOCK()
        is_over = carry(self._course, should_stop)
        self._seconds = CLOCK() - begin
        return is_over

    def result(self) -> Result:
        """Return what it has come to."""
        if self._refused is not None:
            return self._refused
        return _result(self._job, self._course, self._trainer, self._record, self._seconds,
                       self._operations)


def operations_of(project: ProjectSpec, dataset: Dataset) -> int:
    """Return the multiply-adds of both passes for one example; 0 where they cannot be counted."""
    try:
        return sum(cost.forward + cost.backward
                   for cost in costs(project.network, (dataset.n_inputs,)))
    except EngineError:
        return 0


class Record:
    """Keeps of a run's steps what a result has of them, in whatever pieces they come.

    Parameters
    ----------
    trainer : TrainerLike
        The run, at step 0.
    step : int
        Where it ends at the latest.
    examples, batch_size : int
        Training examples, and how many a step takes of them; 0 takes all.
    """

    def __init__(self, trainer: TrainerLike, step: int, examples: int, batch_size: int) -> None:
        columns = trainer.ring.columns
        self.first_gradients: Numbers = ()
        self._largest = -math.inf
        self._points = grid(step, POINTS)
        self._figures = [columns.index(name) for name in FIGURES]
        self._norm = columns.index("gradient_norm")
        self._gradients = [columns.index(f"{layer}/gradient_rms")
                           for layer in trainer.weight_layers]
        self._sums = np.zeros((len(FIGURES), len(self._points)))
        self._counts = np.zeros((len(FIGURES), len(self._points)))
        self._epochs = _Epochs(trainer.steps_per_epoch, examples, batch_size)

    def listen(self, steps: Steps, rows: Rows) -> None:
        """Take in the figures of some steps."""
        places = np.searchsorted(self._points, steps)
        for figure, column in enumerate(self._figures):
            values = rows[:, column]
            measured = np.isfinite(values)
            # One by one: where a run looks up depends on the clock, and no sum may.
            np.add.at(self._sums[figure], places[measured], values[measured])
            np.add.at(self._counts[figure], places[measured], 1.0)
        self._epochs.listen(steps, rows[:, self._figures[0]])
        if steps[0] == 1:
            self.first_gradients = numbers(rows[0, self._gradients])
        norms = rows[:, self._norm]
        self._largest = float(norms[np.isfinite(norms)].max(initial=self._largest))

    @property
    def largest_gradient(self) -> float | None:
        """The largest norm of all gradients together; None where there was none."""
        return numbers([self._largest])[0]

    def curves(self, end: int) -> tuple[tuple[int, ...], Numbers, Numbers]:
        """Return points up to the last step, and both curves there."""
        count = min(int(np.searchsorted(self._points, end)) + 1, len(self._points)) if end else 0
        with np.errstate(invalid="ignore"):
            loss, validation = self._sums[:, :count] / self._counts[:, :count]
        points = tuple(min(point, end) for point in self._points[:count].tolist())
        return points, numbers(loss), numbers(validation)

    @property
    def epoch_losses(self) -> Numbers:
        """Mean training loss of every epoch that came to its end."""
        return numbers(self._epochs.means)


class _Epochs:
    """Means of the training loss over epochs, every example counting alike."""

    def __init__(self, steps_per_epoch: int, examples: int, batch_size: int) -> None:
        batch = min(batch_size or examples, examples)
        last = examples - (steps_per_epoch - 1) * batch
        self._shares = np.full(steps_per_epoch, float(batch))
        self._shares[-1] = last if 0 < last < batch else batch
        self._shares /= self._shares.sum()
        self._sums = np.zeros(MOST_EPOCHS)
        self._steps = 0

    def listen(self, steps: Steps, losses: NDArray[np.float64]) -> None:
        epochs, places = np.divmod(steps - 1, len(self._shares))
        known = epochs < MOST_EPOCHS
        np.add.at(self._sums, epochs[known], losses[known] * self._shares[places[known]])
        self._steps = int(steps[-1])

    @property
    def means(self) -> NDArray[np.float64]:
        """The means of all whole epochs, float64[epochs]."""
        return self._sums[:min(self._steps // len(self._shares), MOST_EPOCHS)]


def numbers(values: ArrayLike) -> Numbers:
    """Return numbers as a result keeps them: finite ones with `DIGITS` digits, None else."""
    # A list of Python's own numbers: one of NumPy's takes longer to write than to be made one.
    return tuple([float(WRITTEN % value) if math.isfinite(value) else None
                  for value in np.asarray(values, np.float64).tolist()])


def _result(job: Job, course: Course, trainer: TrainerLike, record: Record, seconds: float,
            operations: int) -> Result:
    step = trainer.step
    steps, curve, validation_curve = record.curves(step)
    shared: dict[str, Any] = {
        "seconds": seconds, "epoch": trainer.epoch, "first_gradients": record.first_gradients,
        "largest_gradient": record.largest_gradient, "steps": steps, "curve": curve,
        "validation_curve": validation_curve, "epoch_losses": record.epoch_losses,
        "operations": operations}
    if course.error is not None:
        return Result(job.key, job.values, job.seed, "diverged", _broke_at(course.error, step),
                      message=Told.of(course.error.message), **shared)
    seen = trainer.snapshot(SEEN)
    for name, evaluation in (("", seen.training), ("validation_", seen.validation)):
        if evaluation is not None:
            shared[f"{name}loss"] = finite(evaluation.loss)
            shared[f"{name}accuracy"] = finite(evaluation.accuracy)
    ended: Message | None = trainer.ended
    end: End = "done" if ended is None else ENDS.get(ended.code, "stopped")
    return Result(job.key, job.values, job.seed, end, step,
                  message=None if end == "done" or ended is None else Told.of(ended), **shared)


def _broke_at(error: DivergedError, step: int) -> int:
    return error.step or step


def finite(value: float) -> float | None:
    """Return a number that is finite; None instead of any other."""
    return value if math.isfinite(value) else None
