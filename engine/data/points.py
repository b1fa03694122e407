"""Points in the plane as a data set."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset, Reals
from engine.data.features import check_features, compute_features
from engine.data.generators import POINT_SETS
from engine.data.scaling import measure
from engine.data.split import split_rows
from engine.spec import DataSpec, Scaling

CLASS_NAMES = ("-1", "+1")
"""Names of class 0, drawn in orange, and class 1, drawn in blue."""


def load_points(spec: DataSpec) -> Dataset:
    """Draw the points that a specification asks for.

    Parameters
    ----------
    spec : DataSpec
        Its source is a key of `engine.data.generators.POINT_SETS`; its noise is in percent.

    Raises
    ------
    DataError
        If its features are none, unknown or doubled.
    """
    names = check_features(spec.features)
    points_set = POINT_SETS[spec.source]
    points, targets = points_set.draw(np.random.default_rng(spec.seed), points_set.size,
                                      spec.noise / 100)
    classes = points_set.task == "classification"
    labels = (targets > 0).astype(np.int64) if classes else np.empty(0, dtype=np.int64)
    training, validation = split_rows(len(points), labels if classes else None,
                                      spec.training_share, spec.seed)
    scaling: Scaling = "none" if spec.scaling == "auto" else spec.scaling
    scaler = measure(scaling, compute_features(points[training], names))

    def features_of(plane: Reals) -> Reals:
        return scaler(compute_features(plane, names))

    return Dataset(
        key=spec.source, title=points_set.title, task=points_set.task,
        inputs=features_of(points), labels=labels,
        values=np.empty((len(points), 0)) if classes else targets[:, None],
        class_names=CLASS_NAMES if classes else (), feature_names=names,
        target_names=("label",) if classes else ("value",), training=training,
        validation=validation, points=points, features_of=features_of)
