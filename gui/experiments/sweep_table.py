"""A sweep as columns: a row for every network that has been computed, on linear scales."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from engine.experiments.knobs import knob
from engine.experiments.paths import Value
from engine.experiments.results import Result
from engine.telemetry.snapshot import Array
from engine.telemetry.tables import Table
from gui.experiments.sweep_picture import SweepPicture

LOSS = "[unit of the loss]"
GRADIENT = "[unit of the loss per unit of weight]"
SHARE = "[share that is right; R² for values]"
FIGURES: tuple[tuple[str, Callable[[Result], Value | None]], ...] = (
    ("seed [from 0]", lambda one: one.seed),
    ("end", lambda one: one.end),
    ("step", lambda one: one.step),
    ("epoch", lambda one: one.epoch),
    ("time at work [s]", lambda one: one.seconds),
    (f"training loss {LOSS}", lambda one: one.loss),
    (f"validation loss {LOSS}", lambda one: one.validation_loss),
    (f"training accuracy {SHARE}", lambda one: one.accuracy),
    (f"validation accuracy {SHARE}", lambda one: one.validation_accuracy),
    (f"largest norm of all gradients {GRADIENT}", lambda one: one.largest_gradient),
    ("multiply-adds of one example, both passes", lambda one: one.operations),
)
"""Columns of every sweep, behind those of its axes."""


def sweep_table(picture: SweepPicture) -> Table:
    """Return what has become of every network of a sweep, those computed finer among them.

    Rows are in the order of the axes, then of the seeds. What was not measured is NaN; first
    gradients have a column for each layer that learns, first to last.
    """
    axes = picture.board.sweep.axes
    spots = sorted(picture.ranking.spots.values(), key=lambda spot: [*map(_place, spot.values)])
    results = [result for spot in spots for result in spot.results]
    names, columns = [], []
    for number, axis in enumerate(axes):
        turned = knob(axis.knob)
        names.append(f"{turned.title} [{turned.unit}]" if turned.unit else turned.title)
        columns.append(_column(result.values[number] for result in results))
    for name, read in FIGURES:
        names.append(name)
        columns.append(_column(map(read, results)))
    for layer in range(max((len(one.first_gradients) for one in results), default=0)):
        names.append(f"RMS of dL/dW at step 1, layer {layer + 1} {GRADIENT}")
        columns.append(_column(_at(one.first_gradients, layer) for one in results))
    return names, columns


def _at(numbers: Sequence[float | None], place: int) -> float | None:
    return numbers[place] if place < len(numbers) else None


def _place(value: Value) -> tuple[bool, float, str]:
    """Return what sorts values: numbers by size, names by their letters."""
    return (True, 0.0, value) if isinstance(value, str) else (False, float(value), "")


def _column(values: Iterable[Value | None]) -> Array:
    found = list(values)
    if any(isinstance(value, str | bool) for value in found):
        return np.array([str(value) for value in found], object)
    if found and all(isinstance(value, int) for value in found):
        return np.array(found, np.int64)
    return np.array([np.nan if value is None else value for value in found], np.float64)
