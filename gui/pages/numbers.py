"""The numbers that a page can name, each with how it is written; empty where it is unknown.

A paragraph that begins with ``> `` names them as ``{learning_rate}``. What begins such a paragraph
is written with a capital letter, so that ``{layer}`` can stand at its beginning, too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from engine.diagnosis.baseline import baseline_of
from engine.layers import ACTIVATIONS, LOSSES, OPTIMIZERS, SCHEDULES
from engine.layers.initialisers import INITIALISERS
from engine.layers.losses import OF_CLASSES
from engine.messages.numbers import general, logarithm, magnitude, percent
from engine.messages.numbers import number as written
from gui.pages.sight import Sight

Write = Callable[[Sight], str]


class Number(NamedTuple):
    """A number that a page can name.

    Attributes
    ----------
    meaning : str
        What it is.
    write : callable
        ``write(sight)`` returns it as text; empty where it is unknown.
    """

    meaning: str
    write: Write


def _known(write: Callable[[float], str], value: float) -> str:
    return write(value) if math.isfinite(value) else ""


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _of_layer(name: str, write: Callable[[float], str]) -> Write:
    """Return what writes a figure of the layer that is meant."""
    def found(sight: Sight) -> str:
        return "" if sight.reading is None else _known(write, getattr(sight.reading, name))
    return found


def _of_run(column: str, write: Callable[[float], str]) -> Write:
    return lambda sight: _known(write, sight.last(column))


def _of_snapshot(part: str, field: str, write: Callable[[float], str]) -> Write:
    """Return what writes how well the training or validation examples are known."""
    def found(sight: Sight) -> str:
        snapshot = sight.frame.snapshot if sight.frame is not None else None
        seen = getattr(snapshot, part, None)
        return "" if seen is None else _known(write, getattr(seen, field))
    return found


def _of_optimizer(name: str) -> Write:
    """Return what writes a constant of the optimizer, where its rule has it."""
    def found(sight: Sight) -> str:
        spec = sight.project.training.optimizer
        rule = OPTIMIZERS.get(spec.kind)
        keys = {field.key for field in rule.constants} if rule is not None else set()
        return general(getattr(spec, name)) if name in keys else ""
    return found


def _of_training(name: str) -> Write:
    """Return what writes a setting of training, where it is on."""
    def found(sight: Sight) -> str:
        value = getattr(sight.project.training, name)
        return general(value) if value else ""
    return found


def _option(name: str) -> Write:
    """Return what writes an option of the layer that is meant."""
    def found(sight: Sight) -> str:
        value = sight.layer.options.get(name) if sight.layer is not None else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            return ""
        return _whole(value) if isinstance(value, int) else general(value)
    return found


def _title(table: Mapping[str, object], key: str) -> str:
    return str(getattr(table.get(key), "title", ""))


def _layer(sight: Sight) -> str:
    return f"layer {sight.place} ({sight.layer.kind.title})" if sight.layer is not None else ""


def _shape(sight: Sight) -> str:
    return "×".join(map(str, sight.layer.shape)) if sight.layer is not None else ""


def _inputs(sight: Sight) -> str:
    if sight.layer is None:
        return ""
    return _whole(sum(math.prod(shape) for shape in sight.layer.inputs))


def _fans(sight: Sight) -> tuple[int, int] | None:
    layer = sight.layer
    return None if layer is None else layer.kind.fans(layer.options, layer.inputs)


def _parameters(sight: Sight) -> str:
    if sight.layer is None:
        return ""
    return _whole(sum(one.size for one in sight.layer.parameters()))


def _units(sight: Sight) -> str:
    units = 0 if sight.layer is None else sight.layer.kind.units(sight.layer.options)
    return _whole(units) if units else ""


def _gradient(place: int) -> Write:
    return lambda sight: magnitude(sight.weighted[place].gradient_rms) if sight.weighted else ""


def _named(place: int) -> Write:
    """Return what writes which layer with a gradient is the first, or the last."""
    def found(sight: Sight) -> str:
        ids = [layer.spec.id for layer in sight.layers]
        layer_id = sight.weighted[place].layer_id if sight.weighted else ""
        return f"layer {ids.index(layer_id)}" if layer_id in ids else ""
    return found


def _first_over_last(sight: Sight) -> float:
    if len(sight.weighted) < 2 or not sight.weighted[-1].gradient_rms:
        return math.nan
    return sight.weighted[0].gradient_rms / sight.weighted[-1].gradient_rms


def _per_layer(sight: Sight) -> str:
    ratio = _first_over_last(sight)
    if not ratio > 0:
        return ""
    return _known(written, ratio ** (1 / (len(sight.weighted) - 1)))


def _validation_gap(sight: Sight) -> str:
    snapshot = sight.frame.snapshot if sight.frame is not None else None
    if snapshot is None or snapshot.validation is None or sight.dataset.task not in OF_CLASSES:
        return ""
    return _known(percent, snapshot.training.accuracy - snapshot.validation.accuracy)


def _of_classes(write: Write) -> Write:
    return lambda sight: write(sight) if sight.dataset.task in OF_CLASSES else ""


def _activation(sight: Sight) -> str:
    key = "" if sight.layer is None else sight.layer.kind.activation(sight.layer.options)
    return _title(ACTIVATIONS, key)


def _initialiser(sight: Sight) -> str:
    key = "" if sight.layer is None else sight.layer.kind.initialiser(sight.layer.options)
    return _title(INITIALISERS, key)


def _steps_per_epoch(sight: Sight) -> str:
    return _whole(math.ceil(sight.examples / sight.batch)) if sight.batch else ""


def _guess_loss(sight: Sight) -> str:
    if not sight.examples:
        return ""
    return _known(lambda value: written(value, 3),
                  baseline_of(sight.project, sight.dataset).loss)


_LAYER = {
    "layer": Number("the selected layer: “layer 3 (Dense)”", _layer),
    "units": Number("its units, channels or features", _units),
    "inputs": Number("numbers that come into it from one example", _inputs),
    "shape": Number("the shape of what it gives for one example: “24×24×8”", _shape),
    "parameters": Number("numbers that it learns", _parameters),
    "fan_in": Number("numbers that one of its units weighs",
                     lambda sight: _whole(fans[0]) if (fans := _fans(sight)) else ""),
    "fan_out": Number("units that one of its inputs reaches",
                      lambda sight: _whole(fans[1]) if (fans := _fans(sight)) else ""),
    "activation": Number("title of its activation function", _activation),
    "initialiser": Number("title of its initial weights", _initialiser),
    "rate": Number("its share of units that are dropped", _option("rate")),
    "kernel": Number("the side of its kernel", _option("kernel")),
    "window": Number("the side of its window", _option("size")),
    "gradient_rms": Number("RMS of its ∂L/∂W", _of_layer("gradient_rms", magnitude)),
    "gradient_max": Number("its largest ∂L/∂W", _of_layer("gradient_max", magnitude)),
    "zero_share": Number("share of its weights whose gradient is exactly 0",
                         _of_layer("gradient_zero_share", percent)),
    "error_rms": Number("RMS of ∂L/∂a at its output",
                        _of_layer("activation_gradient_rms", magnitude)),
    "update_ratio": Number("std(update) / std(weight) of its last step",
                           _of_layer("update_ratio", lambda value: written(10.0 ** value))),
    "update_log": Number("log₁₀ of the same", _of_layer("update_ratio", logarithm)),
    "activation_rms": Number("RMS of its output", _of_layer("activation_rms", written)),
    "activation_mean": Number("mean of its output", _of_layer("activation_mean", written)),
    "activation_std": Number("standard deviation of its output",
                             _of_layer("activation_std", written)),
    "dead_share": Number("share of its units that are dead", _of_layer("dead_share", percent)),
    "saturated_share": Number("share of its activations in a flat end",
                              _of_layer("saturated_share", percent)),
}
_NETWORK = {
    "weight_layers": Number("how many layers have a gradient",
                            lambda sight: str(len(sight.weighted)) if sight.weighted else ""),
    "first_layer": Number("the first of them: “layer 1”", _named(0)),
    "last_layer": Number("the last of them", _named(-1)),
    "first_gradient": Number("RMS of ∂L/∂W of the first", _gradient(0)),
    "last_gradient": Number("RMS of ∂L/∂W of the last", _gradient(-1)),
    "ratio": Number("the first over the last",
                    lambda sight: _known(written, _first_over_last(sight))),
    "per_layer": Number("by what each layer multiplies, as a geometric mean", _per_layer),
    "network_parameters": Number(
        "numbers that all layers learn",
        lambda sight: _whole(sum(one.size for layer in sight.layers
                                 for one in layer.parameters())) if sight.layers else ""),
}
_TRAINING = {
    "learning_rate": Number("learning rate that is set",
                            lambda sight: general(sight.project.training.learning_rate)),
    "rate_now": Number("learning rate of the last step, schedule included",
                       _of_run("learning_rate", written)),
    "batch_size": Number("examples in a mini-batch",
                         lambda sight: _whole(sight.batch) if sight.batch else ""),
    "examples": Number("examples to learn from",
                       lambda sight: _whole(sight.examples) if sight.examples else ""),
    "validation_examples": Number(
        "examples to validate on", lambda sight: _whole(len(sight.dataset.validation))
        if len(sight.dataset.validation) else ""),
    "classes": Number("classes", lambda sight: _whole(len(sight.dataset.class_names))
                      if sight.dataset.class_names else ""),
    "steps_per_epoch": Number("steps in an epoch", _steps_per_epoch),
    "optimizer": Number("title of the optimizer", lambda sight: _title(
        OPTIMIZERS, sight.project.training.optimizer.kind)),
    "loss_name": Number("title of the loss",
                        lambda sight: _title(LOSSES, sight.project.training.loss)),
    "schedule": Number("title of the schedule", lambda sight: _title(
        SCHEDULES, sight.project.training.schedule.kind)),
    "momentum": Number("its momentum, where it has one", _of_optimizer("momentum")),
    "beta1": Number("its β₁", _of_optimizer("beta1")),
    "beta2": Number("its β₂", _of_optimizer("beta2")),
    "rho": Number("its ρ", _of_optimizer("rho")),
    "epsilon": Number("its ε", _of_optimizer("epsilon")),
    "weight_decay": Number("its weight decay", _of_optimizer("weight_decay")),
    "penalty_one": Number("the penalty L1, where it is on", _of_training("l1")),
    "penalty_two": Number("the penalty L2, where it is on", _of_training("l2")),
    "clip_norm": Number("norm at which gradients are clipped", _of_training("clip_norm")),
    "max_norm": Number("largest norm of a unit’s weights", _of_training("max_norm")),
    "huber_delta": Number("δ of the Huber loss", _of_training("huber_delta")),
    "label_smoothing": Number("share of label smoothing", _of_training("label_smoothing")),
    "seed": Number("the seed", lambda sight: _whole(sight.project.training.seed)),
}
_RUN = {
    "step": Number("completed steps", lambda sight: _whole(sight.frame.step)
                   if sight.frame is not None and sight.frame.step else ""),
    "epoch": Number("completed epochs", lambda sight: _whole(sight.frame.epoch)
                    if sight.frame is not None and sight.frame.step else ""),
    "loss": Number("loss of the last batch", lambda sight: _known(
        lambda value: written(value, 3), sight.frame.loss) if sight.frame is not None else ""),
    "training_loss": Number("loss of the training examples", _of_snapshot(
        "training", "loss", lambda value: written(value, 3))),
    "validation_loss": Number("loss of the validation examples", _of_snapshot(
        "validation", "loss", lambda value: written(value, 3))),
    "training_accuracy": Number("share of training examples that are right", _of_classes(
        _of_snapshot("training", "accuracy", percent))),
    "validation_accuracy": Number("share of validation examples that are right", _of_classes(
        _of_snapshot("validation", "accuracy", percent))),
    "gap": Number("the one less the other", _validation_gap),
    "guess_loss": Number("loss of an answer that is always the same", _guess_loss),
    "gradient_norm": Number("norm of all gradients together",
                            _of_run("gradient_norm", magnitude)),
    "clipped_norm": Number("the same after clipping", _of_run("clipped_norm", magnitude)),
}
NUMBERS: Mapping[str, Number] = {**_LAYER, **_NETWORK, **_TRAINING, **_RUN}
"""Every number by its name."""


def numbers_of(sight: Sight, names: Iterable[str]) -> dict[str, str]:
    """Return the numbers of these names that are known."""
    found = {name: NUMBERS[name].write(sight) for name in names if name in NUMBERS}
    return {name: text for name, text in found.items() if text}
