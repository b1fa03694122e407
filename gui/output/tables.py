"""The figures behind the views of the output as columns: all that a snapshot holds of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.data.dataset import Dataset
from engine.telemetry.snapshot import Array, Forecast, Latent, Snapshot
from engine.telemetry.tables import Table
from gui.output.diary import Entry
from gui.output.outcomes import class_probabilities, outcomes

EXAMPLE, PART = "example", "part"
"""Examples are counted from 1, as tooltips do."""
PROBABILITY = "[0 to 1]"
OWN_UNIT = "[unit of the data]"


def texts(values: Sequence[str]) -> Array:
    """Return texts as a column."""
    return np.array(list(values), object)


def _examples(dataset: Dataset, rows: Array) -> Table:
    held = np.isin(rows, dataset.validation)
    return [EXAMPLE, PART], [rows + 1, texts(["validation" if one else "training" for one in held])]


def surface_table(dataset: Dataset, snapshot: Snapshot | None) -> Table:
    """Return what the network gives for every point of the plane's grid."""
    if snapshot is None or snapshot.surface is None:
        return [], []
    surface, (low, high) = snapshot.surface, snapshot.surface_range
    across = np.linspace(low, high, len(surface))
    x2, x1 = (axis.ravel() for axis in np.meshgrid(across, across, indexing="ij"))
    values = surface.reshape(len(surface)**2, -1)
    if dataset.task == "classification":
        # A row is an example to it, whatever it is a point of.
        values = class_probabilities(values)
        names = [f"probability of {name} {PROBABILITY}" for name in dataset.class_names]
    else:
        names = [f"{name} [as the network gives it]" for name in dataset.target_names]
    return ["x1", "x2", *names], [x1, x2, *values.T]


def confusion_table(names: Sequence[str], counts: Array) -> Table:
    """Return how many examples of each class are taken for each, int64[k, k]."""
    truth, taken = (axis.ravel() for axis in np.indices(counts.shape))
    return (["true class", "predicted class", "examples"],
            [texts([names[int(i)] for i in truth]), texts([names[int(i)] for i in taken]),
             counts.ravel()])


def classes_table(dataset: Dataset | None, snapshot: Snapshot | None) -> Table:
    """Return the examples of the sample with their classes and all probabilities."""
    if dataset is None or snapshot is None or not len(snapshot.samples):
        return [], []
    found, of = outcomes(dataset, snapshot), dataset.class_names
    names, columns = _examples(dataset, snapshot.samples)
    return ([*names, "true class", "predicted class",
             *(f"probability of {name} {PROBABILITY}" for name in of)],
            [*columns, texts([of[one.truth] for one in found]),
             texts([of[one.predicted] for one in found]),
             *class_probabilities(snapshot.sample_outputs).T])


def values_table(dataset: Dataset | None, snapshot: Snapshot | None) -> Table:
    """Return true and predicted values of the sample, for every target."""
    if dataset is None or snapshot is None or not len(snapshot.samples):
        return [], []
    names, columns = _examples(dataset, snapshot.samples)
    truth = dataset.in_units(dataset.values[snapshot.samples])
    guessed = dataset.in_units(snapshot.sample_outputs.reshape(truth.shape))
    for index, name in enumerate(dataset.target_names):
        names += [f"{name}, true {OWN_UNIT}", f"{name}, predicted {OWN_UNIT}"]
        columns += [truth[:, index], guessed[:, index]]
    return names, columns


def drawn_table(dataset: Dataset | None, snapshot: Snapshot | None) -> Table:
    """Return input, output and target of the sample, a row for each number of each example."""
    if dataset is None or snapshot is None or not len(snapshot.samples):
        return [], []
    rows = snapshot.samples
    targets = dataset.values[rows]
    width = targets.shape[1]
    names, columns = _examples(dataset, np.repeat(rows, width))
    return ([*names, "number", "input", "output", "target"],
            [*columns, np.tile(np.arange(1, width + 1), len(rows)), dataset.inputs[rows].ravel(),
             snapshot.sample_outputs.ravel(), targets.ravel()])


def forecast_table(forecast: Forecast | None) -> Table:
    """Return the series and both forecasts, a row for each step of time."""
    if forecast is None:
        return [], []
    return (["time step", *(f"{name} {OWN_UNIT}" for name in (
                "actual", "forecast from true values", "forecast from its own forecasts"))],
            [np.arange(len(forecast.actual)), forecast.actual, forecast.one_step,
             forecast.rollout])


def latent_table(dataset: Dataset | None, latent: Latent | None) -> Table:
    """Return where examples lie on the plane, with their classes where they have some."""
    if dataset is None or latent is None:
        return [], []
    names, columns = _examples(dataset, latent.rows)
    if dataset.class_names and len(dataset.labels):
        names.append("class")
        columns.append(texts([dataset.class_names[i] for i in dataset.labels[latent.rows]]))
    return [*names, "latent 1", "latent 2"], [*columns, *latent.codes.T]


def written_table(entries: Sequence[Entry]) -> Table:
    """Return what was written in the course of a run, the newest text last."""
    return (["first step", "last step", "prompt", "text"],
            [np.array([one.begun for one in entries], np.int64),
             np.array([one.step for one in entries], np.int64),
             texts([one.prompt for one in entries]), texts([one.text for one in entries])])
