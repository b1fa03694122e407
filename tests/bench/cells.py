"""Cells of a sweep, each with a trainer of its own beside each in the memory of the one before.

Both do all that a process does for a cell, from the job to its result, in one thread and in turns
of a few cells: what else the computer does meanwhile is the same for both. Whole sweeps with their
processes are in `tests.bench.sweep`.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

from engine.experiments.cell import Job, job_of, run_job
from engine.experiments.headless import Datasets, Make
from engine.experiments.results import Result
from engine.experiments.sweep import Axis, Sweep
from engine.spec import DataSpec, LayerSpec, NetworkSpec, ProjectSpec, TrainingSpec
from engine.training import Trainer
from engine.training.succession import Succession

STEPS, BATCH, TURN = 200, 32, 8
GAINS = tuple(0.5 + 0.01 * number for number in range(64))
SHAPES = {"2-8x6-2": ("circle", 6, 8, 2), "64-32x10-10": ("digits", 10, 32, 10)}
"""Data, hidden layers, their units, and outputs."""


@dataclass(frozen=True)
class Turn:
    """What a cell takes, in the mean of some.

    Attributes
    ----------
    processor_s, training_s : float
        Seconds of the processor, and those of them that training took.
    clock_s : float
        Seconds by the clock.
    """

    processor_s: float
    training_s: float
    clock_s: float


def sweep_of(shape: str) -> Sweep:
    """Return networks of a shape that differ in the scale of their first weights."""
    source, depth, units, outputs = SHAPES[shape]
    hidden = LayerSpec("dense-1", "dense", {"units": units, "activation": "tanh",
                                            "weights": "lecun_normal"})
    project = ProjectSpec(name=shape, data=DataSpec(source), network=NetworkSpec((
        LayerSpec("input", "input"), hidden,
        LayerSpec("output", "dense", {"units": outputs, "activation": "linear"}))),
        training=TrainingSpec(batch_size=BATCH, learning_rate=0.1))
    return Sweep(shape, project, (Axis("depth", (depth,)), Axis("gain", GAINS)), steps=STEPS)


def in_turns(shape: str, rounds: int) -> Iterator[tuple[Turn, Turn]]:
    """Yield what cells take one by one, and in the memory of the one before, turn about."""
    sweep, datasets = sweep_of(shape), Datasets()
    found = [job_of(sweep, cell) for cell in sweep.cells()]
    jobs = [job for job in found if isinstance(job, Job)]
    ways: tuple[Make, Make] = (lambda project, data: Trainer(project, data, threads=1),
                               Succession().trainer)
    for make in ways:
        _computed(jobs[:1], make, datasets)
    for _ in range(rounds):
        for begin in range(0, len(jobs), TURN):
            (one, alone), (two, after) = (_computed(jobs[begin:begin + TURN], make, datasets)
                                          for make in ways)
            if [result.content for result in alone] != [result.content for result in after]:
                raise RuntimeError(f"{shape}: other bytes in turn than one by one")
            yield one, two


def _computed(jobs: list[Job], make: Make, datasets: Datasets) -> tuple[Turn, list[Result]]:
    clock, processor = time.perf_counter(), time.thread_time()
    results = [result for job in jobs
               if (result := run_job(job, make=make, datasets=datasets)) is not None]
    processor, clock = time.thread_time() - processor, time.perf_counter() - clock
    return Turn(processor / len(jobs), statistics.fmean(result.seconds for result in results),
                clock / len(jobs)), results
