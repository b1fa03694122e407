"""Points that a person paints into the plane, as a data set."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset, Reals
from engine.data.features import check_features, compute_features
from engine.data.scaling import measure
from engine.data.split import split_rows
from engine.errors import DataError
from engine.spec import DataSpec, PaintedSpec, Scaling

PAINTED = "painted"
"""Key of the source."""

TITLE = "Painted points"
FEWEST = 4
"""Fewer points cannot be divided into some to learn from and some to validate on."""


def load_painted(spec: DataSpec) -> Dataset:
    """Return the points that a project holds, with the features that are switched on.

    Classes are called 1, 2, ... after the keys that choose them; one without points is none of
    them unless a later one has some.

    Raises
    ------
    DataError
        If there are too few points or only one class, or its features are none or unknown.
    """
    names = check_features(spec.features)
    table = np.array(spec.painted.points, dtype=np.float64).reshape(-1, 3)
    points, values = table[:, :2], table[:, 2]
    if len(points) < FEWEST:
        raise DataError("painted.few", count=len(points), fewest=FEWEST)
    is_sorted = spec.painted.task == "classification"
    labels = values.astype(np.int64) if is_sorted else np.empty(0, np.int64)
    if is_sorted and len(np.unique(labels)) < 2:
        raise DataError("painted.one-class", count=len(points))
    training, validation = split_rows(len(points), labels if is_sorted else None,
                                      spec.training_share, spec.seed)
    scaling: Scaling = "none" if spec.scaling == "auto" else spec.scaling
    scaler = measure(scaling, compute_features(points[training], names))

    def features_of(plane: Reals) -> Reals:
        return scaler(compute_features(plane, names))

    return Dataset(
        key=PAINTED, title=TITLE, task=spec.painted.task, inputs=features_of(points),
        labels=labels, values=np.empty((len(points), 0)) if is_sorted else values[:, None],
        class_names=tuple(str(key + 1) for key in range(int(labels.max()) + 1)) if is_sorted
        else (), feature_names=names, target_names=("label",) if is_sorted else ("value",),
        training=training, validation=validation, points=points, features_of=features_of)


def paint_over(dataset: Dataset) -> PaintedSpec:
    """Return the points of a data set of the plane, to be painted on; none of another one."""
    if dataset.points is None or not len(dataset.points):
        return PaintedSpec()
    targets = dataset.labels if dataset.task == "classification" else dataset.values[:, 0]
    low = 0 if dataset.task == "classification" else -1
    table = np.column_stack([np.clip(dataset.points, -6, 6), np.clip(targets, low, 8)])
    if dataset.task == "regression":
        table[:, 2] = np.minimum(table[:, 2], 1.0)
    rows = [(float(x), float(y), float(value)) for x, y, value in np.round(table, 3).tolist()]
    return PaintedSpec("classification" if dataset.task == "classification" else "regression",
                       tuple(rows))
