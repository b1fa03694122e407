"""What the size of inputs and targets means for a network."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec.structs import replace

from engine.data.class_counts import are_unequal, class_counts
from engine.diagnosis.design import MOST_ROWS, Design, Fix, Note, sizes
from engine.messages import say
from engine.spec import ProjectSpec


def are_unscaled(design: Design) -> bool:
    """Say whether inputs come in large numbers though nothing brings them to a common size."""
    return is_off(design) and not _normed(design) and bool(
        (design.input_sizes > design.limits.unscaled.warning).any())


def is_off(design: Design) -> bool:
    """Say whether inputs are left as they are."""
    dataset, scaling = design.dataset, design.project.data.scaling
    if dataset.tokens is not None:
        return False
    return scaling == "none" or (scaling == "auto" and dataset.image_shape is not None)


def _normed(design: Design) -> bool:
    """Say whether the first thing that happens to the data is a normalisation."""
    first = next((layer.kind for layer in design.between(0)
                  if layer.kind.limits(layer.options) is not None), None)
    return first is not None and first.normalises


def _scaled(design: Design) -> ProjectSpec:
    # What is to be reconstructed by shares of a pixel has to lie between 0 and 1.
    bounded = design.loss.target_range is not None and design.dataset.task == "reconstruction"
    scaling = "minmax" if bounded else "standard"
    return replace(design.project, data=replace(design.project.data, scaling=scaling))


def _inputs(design: Design) -> Iterator[Note]:
    """Say that inputs are large and nothing scales them."""
    if not are_unscaled(design):
        return
    found = design.input_sizes
    column = int(found.argmax())
    values = design.rows[:, column]
    names = design.dataset.feature_names
    severity = 2 if float(np.hypot.reduce(found)) > design.limits.unscaled.severe else 1
    yield Note("unscaled-inputs", severity, design.spec(0).id,
               say("advice.unscaled-inputs.title"), say("advice.unscaled-inputs.told"),
               say("advice.column-runs", name=names[column], low=float(values.min()),
                   high=float(values.max())),
               Fix(say("advice.scale-inputs"), _scaled(design)))


def _target(design: Design) -> Iterator[Note]:
    """Say that what is to be predicted is large and nothing scales it."""
    dataset = design.dataset
    if dataset.task != "regression" or design.project.data.scaling != "none":
        return
    values = dataset.values[dataset.training[:MOST_ROWS]]
    size = float(sizes(values).max())
    if severity := design.limits.unscaled.above(size):
        yield Note("unscaled-target", severity, "",
                   say("advice.unscaled-target.title"), say("advice.unscaled-target.told"),
                   say("advice.target-runs", low=float(values.min()), high=float(values.max())),
                   Fix(say("advice.scale-target"), _scaled(design)))


def _imbalance(design: Design) -> Iterator[Note]:
    """Say that a class is so rare that neither loss nor accuracy tells of it."""
    dataset, training = design.dataset, design.project.training
    if dataset.task != "classification" or training.class_weights != "none":
        return
    counts = class_counts(dataset)
    there = np.flatnonzero(counts)
    most, least = int(counts.argmax()), int(there[counts[there].argmin()])
    share = float(counts[most] / counts.sum())
    if not are_unequal(counts):
        return
    yield Note("imbalance", 1, "", say("advice.imbalance.title"),
               say("advice.imbalance.told", count=int(counts[least]), examples=int(counts.sum()),
                   rare=dataset.class_names[least]),
               say("advice.imbalance.evidence", name=dataset.class_names[most], share=share),
               Fix(say("advice.weigh-classes"),
                   design.with_training(class_weights="balanced")))


DATA_RULES = (_inputs, _target, _imbalance)
"""Rules about the data, each with the notes that it has."""
