"""Sweeps that tests compute, and who computes them without a process."""

from __future__ import annotations

from collections.abc import Sequence

from engine.data.dataset import Dataset
from engine.experiments.cell import Job, run_job
from engine.experiments.execution import Feed, WorkerState
from engine.experiments.headless import Datasets
from engine.experiments.sweep import Axis, Sweep
from engine.spec import DataSpec, LayerSpec, NetworkSpec, ProjectSpec, TrainingSpec
from engine.training import Trainer


def small_project(**training: object) -> ProjectSpec:
    """Return a network of two hidden layers for some points in the plane."""
    hidden = tuple(LayerSpec(f"dense-{number}", "dense", {"units": 4, "activation": "tanh"})
                   for number in (1, 2))
    options = {"batch_size": 16, "learning_rate": 0.1, "steps": 40, **training}
    return ProjectSpec(name="Small", data=DataSpec("circle", noise=10.0), network=NetworkSpec((
        LayerSpec("input", "input"), *hidden,
        LayerSpec("output", "dense", {"units": 2, "activation": "linear"}))),
        training=TrainingSpec(**options))  # type: ignore[arg-type]


def small_sweep(*axes: Axis, **options: object) -> Sweep:
    """Return a sweep of six cells, or of the axes that are given."""
    usual = (Axis("learning_rate", (0.01, 0.1, 1.0)), Axis("depth", (1, 2)))
    return Sweep("small", small_project(), axes or usual, **options)  # type: ignore[arg-type]


def make(project: ProjectSpec, dataset: Dataset) -> Trainer:
    """Make a trainer that has this thread alone."""
    return Trainer(project, dataset, threads=1)


class Here:
    """Computes cells in the thread that starts it, or keeps them for a test to compute."""

    def __init__(self, *, computes: bool = True) -> None:
        self.feed: Feed | None = None
        self.jobs: list[Job] = []
        self.is_cancelled = False
        self._computes = computes
        self._datasets = Datasets()

    @property
    def workers(self) -> tuple[WorkerState, ...]:
        return (WorkerState("here", "idle", len(self.jobs)),)

    def start(self, feed: Feed) -> None:
        self.feed = feed
        self.wake()

    def wake(self) -> None:
        while self._computes and self.feed is not None and (job := self.feed.take()) is not None:
            self.compute(job)

    def compute(self, job: Job) -> None:
        """Compute a cell and hand it in."""
        assert self.feed is not None
        self.jobs.append(job)
        result = run_job(job, make=make, datasets=self._datasets)
        assert result is not None
        self.feed.done(job, result)

    def cancel(self) -> None:
        self.is_cancelled = True

    def close(self) -> None:
        self.cancel()


def keys_of(jobs: Sequence[Job]) -> list[str]:
    """Return what cells were computed."""
    return [job.key for job in jobs]
