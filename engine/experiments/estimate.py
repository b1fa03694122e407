"""How long a sweep will take, roughly, before any of it has been computed."""

from __future__ import annotations

import math
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import EngineError
from engine.experiments.cell import operations_of
from engine.experiments.pace import kept_pace, pace_file, reckoned_s
from engine.experiments.sweep import Cell, Sweep
from engine.experiments.yardstick import deciding_step

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.spec import ProjectSpec

LOOKED_AT = 24
"""Cells that stand for all."""


def seconds_of(sweep: Sweep, dataset: Dataset, workers: int, pace: float | None = None) -> float:
    """Return about how many seconds a sweep takes.

    Parameters
    ----------
    sweep : Sweep
        The sweep; cells that are refused count as taking no time.
    dataset : Dataset
        Its data.
    workers : int
        How many compute at a time.
    pace : float | None
        How many times as long as reckoned a cell takes; None is what earlier sweeps have taken on
        this computer.
    """
    pace = kept_pace(pace_file()) if pace is None else pace
    places = math.prod(sweep.shape)
    some = np.unique(np.linspace(0, places - 1, min(places, LOOKED_AT)).astype(np.int64))
    costs = []
    for number in some:
        place = tuple(int(index) for index in np.unravel_index(number, sweep.shape))
        try:
            costs.append(_seconds(sweep.project_at(Cell(place, 0)), dataset))
        except EngineError:
            costs.append(0.0)
    return pace * fmean(costs) * sweep.size / max(workers, 1)


def _seconds(project: ProjectSpec, dataset: Dataset) -> float:
    examples = len(dataset.training)
    batch = min(project.training.batch_size or examples, examples)
    return reckoned_s(operations_of(project, dataset), batch, len(project.network),
                      deciding_step(project, dataset))


def in_words(seconds: float) -> str:
    """Return a time as people say it: ``40 s``, ``4 min``, ``2.5 h``."""
    if seconds < 1:
        return "1 s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
