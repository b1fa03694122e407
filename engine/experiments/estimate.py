"""How long a sweep will take, roughly, before any of it has been computed."""

from __future__ import annotations

import math
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import EngineError
from engine.experiments.cell import operations_of
from engine.experiments.sweep import Cell, Sweep
from engine.experiments.yardstick import deciding_step

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.spec import ProjectSpec

RATE = 4e9
"""Multiply-adds of a second on one processor, of networks as people build them here."""
STEP_S, LAYER_S = 3e-6, 2e-6
"""What a step takes beside them, and every layer of it."""
CELL_S = 0.02
"""What a cell takes beside its steps: its network is made, and looked at in the end."""
LOOKED_AT = 24
"""Cells that stand for all."""


def seconds_of(sweep: Sweep, dataset: Dataset, workers: int) -> float:
    """Return about how many seconds a sweep takes.

    Parameters
    ----------
    sweep : Sweep
        The sweep; cells that are refused count as taking no time.
    dataset : Dataset
        Its data.
    workers : int
        How many compute at a time.
    """
    places = math.prod(sweep.shape)
    some = np.unique(np.linspace(0, places - 1, min(places, LOOKED_AT)).astype(np.int64))
    costs = []
    for number in some:
        place = tuple(int(index) for index in np.unravel_index(number, sweep.shape))
        try:
            costs.append(_seconds(sweep.project_at(Cell(place, 0)), dataset))
        except EngineError:
            costs.append(0.0)
    return fmean(costs) * sweep.size / max(workers, 1)


def _seconds(project: ProjectSpec, dataset: Dataset) -> float:
    examples = len(dataset.training)
    batch = min(project.training.batch_size or examples, examples)
    steps = deciding_step(project, dataset)
    of_step = (batch * operations_of(project, dataset) / RATE + STEP_S
               + LAYER_S * len(project.network))
    return CELL_S + steps * of_step


def in_words(seconds: float) -> str:
    """Return a time as people say it: ``40 s``, ``4 min``, ``2.5 h``."""
    if seconds < 1:
        return "1 s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
