"""Cells of a sweep, each with a trainer of its own beside some together in the memory of others.

Both do all that a process does for a cell, from the job to its result, in one thread and in turns
of a few cells: what else the computer does meanwhile is the same for both. Whole sweeps with their
processes are in `tests.bench.sweep`.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.data.dataset import Dataset
from engine.experiments.cell import Job, job_of, run_job, run_jobs
from engine.experiments.headless import Datasets
from engine.experiments.results import Result
from engine.experiments.sweep import Axis, Sweep
from engine.layers import resolve
from engine.spec import DataSpec, LayerSpec, NetworkSpec, ProjectSpec, TrainingSpec
from engine.training import Trainer
from engine.training.succession import Succession
from tests.bench import roofline

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


def products_s(shape: str) -> float:
    """Return how long a cell takes at least: its products, each as fast as the tile can be."""
    sweep = sweep_of(shape)
    project = sweep.project_at(sweep.cells()[0])
    dataset = Datasets().of(project.data)
    training, validation = len(dataset.training), len(dataset.validation)
    weights = [parameter.size for layer in resolve(project.network, (dataset.n_inputs,))
               for parameter in layer.parameters() if parameter.is_weight]
    # Every weight once forward, and twice back but for those that the examples go into.
    forward, backward = sum(weights), 2 * sum(weights) - weights[0]
    epochs, rest = divmod(STEPS, -(-training // BATCH))
    learned = epochs * training + rest * BATCH
    # Validation after every epoch, and both in the end.
    looked_at = epochs * validation + training + validation
    operations = 2 * (learned * (forward + backward) + looked_at * forward)
    return 1e-9 * operations / roofline.tile_gigaflops(threads=1)


def in_turns(shape: str, rounds: int) -> Iterator[tuple[Turn, Turn]]:
    """Yield what cells take one by one, and together, turn about."""
    sweep, datasets = sweep_of(shape), Datasets()
    found = [job_of(sweep, cell) for cell in sweep.cells()]
    jobs = [job for job in found if isinstance(job, Job)]
    succession = Succession()

    def one_by_one(some: list[Job]) -> list[Result]:
        results = [run_job(job, make=_alone, datasets=datasets) for job in some]
        return [result for result in results if result is not None]

    def together(some: list[Job]) -> list[Result]:
        succession.begin(len(some))
        return run_jobs(some, make=succession.trainer, datasets=datasets)

    one_by_one(jobs[:1])
    together(jobs[:1])
    for _ in range(rounds):
        for begin in range(0, len(jobs), TURN):
            some = jobs[begin:begin + TURN]
            (one, alone), (two, beside) = (_timed(way, some) for way in (one_by_one, together))
            if [result.content for result in alone] != [result.content for result in beside]:
                raise RuntimeError(f"{shape}: other bytes together than one by one")
            yield one, two


def _alone(project: ProjectSpec, dataset: Dataset) -> Trainer:
    return Trainer(project, dataset, threads=1)


def _timed(way: Callable[[list[Job]], list[Result]], jobs: list[Job]
           ) -> tuple[Turn, list[Result]]:
    clock, processor = time.perf_counter(), time.thread_time()
    results = way(jobs)
    processor, clock = time.thread_time() - processor, time.perf_counter() - clock
    return Turn(processor / len(jobs), statistics.fmean(result.seconds for result in results),
                clock / len(jobs)), results
