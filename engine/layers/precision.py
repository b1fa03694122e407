"""Numbers of a training that its precision cannot hold, so that no step could be taken."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from types import MappingProxyType
from typing import NamedTuple

from engine.layers.issue import Issue
from engine.layers.losses import LOSSES
from engine.layers.optimizers import OPTIMIZERS
from engine.layers.shapes import place
from engine.messages import say
from engine.spec import LayerSpec, ProjectSpec, TrainingSpec
from engine.spec.values import shown


class _Range(NamedTuple):
    """The largest number of a precision, and the smallest that steps do not take for 0."""

    largest: float
    smallest: float


RANGES = MappingProxyType({
    "float32": _Range((2 - 2.0**-23) * 2.0**127, 2.0**-126),
    "float64": _Range(sys.float_info.max, sys.float_info.min)})
"""By precision."""

DIVISORS = ("epsilon", "huber_delta")
"""What keeps a denominator away from 0, or a loss from having no slope at all."""

PENALTIES = ("l1", "l2", "weight_decay")
"""What a layer may have in the place of the training's."""


def precision_issues(project: ProjectSpec) -> Iterator[Issue]:
    """Yield the numbers that the project's precision takes for infinite, or for 0.

    Parameters
    ----------
    project : ProjectSpec
        One whose training and layers make sense otherwise.
    """
    training = project.training
    held = RANGES[training.precision]
    read = dict(_numbers(training))
    for key, value in read.items():
        if value > held.largest:
            yield Issue("", say("training.beyond", key=key, value=shown(value),
                                precision=training.precision, most=held.largest))
        elif key in DIVISORS and value < held.smallest:
            yield Issue("", say("training.no-more-than-0", key=key, value=shown(value),
                                precision=training.precision, least=held.smallest))
    for position, layer in enumerate(project.network):
        for key, value in _penalties(layer, read):
            if value > held.largest:
                yield Issue(layer.id, say("layer.beyond", place=place(position, layer), key=key,
                                          value=shown(value), precision=training.precision,
                                          most=held.largest))


def is_rash(training: TrainingSpec) -> bool:
    """Say whether the square of the learning rate is more than the precision holds.

    After one step of it, hardly any network has a finite loss. Where it diverges is worth seeing:
    that is no reason not to train it.
    """
    return training.learning_rate > math.sqrt(RANGES[training.precision].largest)


def _numbers(training: TrainingSpec) -> Iterator[tuple[str, float]]:
    """Yield what every step reads of a training but its rate, by its name in the file."""
    yield "l1", training.l1
    yield "l2", training.l2
    for field in LOSSES[training.loss].constants:
        yield field.key, float(getattr(training, field.key))
    for field in OPTIMIZERS[training.optimizer.kind].constants:
        yield field.key, float(getattr(training.optimizer, field.key))


def _penalties(layer: LayerSpec, read: dict[str, float]) -> Iterator[tuple[str, float]]:
    """Yield a layer's own penalties, as far as its training has such."""
    for key in PENALTIES:
        value = getattr(layer, key)
        if value is not None and key in read and not layer.frozen:
            yield key, float(value)
