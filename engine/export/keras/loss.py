"""Losses in Keras, as functions of targets and outputs that return the mean over a batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.arrays import Reals
from engine.data.transcription import steps_needed
from engine.errors import EngineError
from engine.export.graph import Graph
from engine.export.keras.made import number
from engine.layers import LOSSES

TITLE = "Keras"


@dataclass(frozen=True)
class LossText:
    """A loss.

    Attributes
    ----------
    own : str
        Keras' own loss, made; empty where it has none that does the same.
    lines : tuple[str, ...]
        The body of a function of ``targets`` and ``outputs``: the loss of every example, or where
        ``is_mean`` is set, the mean.
    is_mean : bool
        Whether the lines make the mean themselves.
    answer : str
        What makes an answer for people of ``outputs``.
    is_whole : bool
        Whether targets are whole numbers.
    """

    own: str = ""
    lines: tuple[str, ...] = ()
    is_mean: bool = False
    answer: str = "outputs"
    is_whole: bool = False


def _cross_entropy(graph: Graph) -> LossText:
    smoothing = graph.training.loss.number("label_smoothing")
    more = f", label_smoothing={number(smoothing)}" if smoothing else ""
    # From outputs, not from probabilities: of those, some backends cut off the small ones.
    return LossText(
        f"keras.losses.CategoricalCrossentropy(from_logits=True{more})",
        (f"return keras.losses.categorical_crossentropy(targets, outputs, from_logits=True{more})",
         ), answer="ops.softmax(outputs)")


def _binary(_graph: Graph) -> LossText:
    return LossText(
        "keras.losses.BinaryCrossentropy(from_logits=True)",
        ("return keras.losses.binary_crossentropy(targets, outputs, from_logits=True)",),
        answer="ops.sigmoid(outputs)")


def _squared(graph: Graph) -> LossText:
    answer = "outputs"
    if graph.data.task == "classification":
        # Targets are -1 and 1 in one column, or 0 and 1.
        is_single = graph.layers[-1].shape[-1] == 1
        answer = "ops.clip((outputs + 1) / 2, 0, 1)" if is_single else "ops.clip(outputs, 0, 1)"
    return LossText("keras.losses.MeanSquaredError()",
                    ("return ops.mean(ops.square(outputs - targets), axis=-1)",), answer=answer)


def _absolute(_graph: Graph) -> LossText:
    return LossText("keras.losses.MeanAbsoluteError()")


def _huber(graph: Graph) -> LossText:
    return LossText(
        f"keras.losses.Huber(delta={number(graph.training.loss.number('huber_delta'))})")


def _hinge(graph: Graph) -> LossText:
    if graph.layers[-1].shape[-1] == 1:
        return LossText("", ("return ops.relu(1 - targets * outputs)[:, 0]",),
                        answer="ops.sigmoid(2 * outputs)")
    return LossText("", (
        "own = ops.sum(targets * outputs, axis=-1, keepdims=True)",
        "missing = ops.relu(1 - own + outputs) * (1 - targets)",
        "return ops.mean(missing, axis=-1)"), answer="ops.softmax(outputs)")


def _steps(graph: Graph) -> LossText:
    weights = graph.training.class_weights is not None
    counted = "ops.take(ops.cast(CLASS_WEIGHTS, outputs.dtype), targets, axis=0) * counts" \
        if weights else "counts"
    least = ("least = 1e-30", ) if weights else ()
    below = "ops.maximum(ops.sum(share), least)" if weights else "ops.maximum(ops.sum(share), 1)"
    return LossText("", (
        "# Steps with target -1 do not count.",
        "counts = ops.cast(targets >= 0, outputs.dtype)",
        "targets = ops.maximum(ops.cast(targets, \"int32\"), 0)",
        "entropy = keras.losses.sparse_categorical_crossentropy(",
        "    targets, outputs, from_logits=True)",
        f"share = {counted}", *least,
        f"return ops.sum(share * entropy) / {below}"),
        is_mean=True, answer="ops.softmax(outputs)", is_whole=True)


def _ctc(graph: Graph) -> LossText:
    steps, targets = graph.layers[-1].shape[0], graph.data.targets.astype(np.int64)
    if (steps_needed(targets) > steps).any():
        raise EngineError("export.long-texts", target=TITLE, steps=steps)
    return LossText("", (
        "# The blank is output 0, before the characters; -1 stands behind a text's end.",
        'lengths = ops.sum(ops.cast(targets >= 0, "int32"), axis=1)',
        "steps = ops.full_like(lengths, outputs.shape[1])",
        'found = ops.ctc_loss(ops.cast(targets, "int32") + 1, outputs, lengths, steps)',
        "return found / ops.cast(ops.maximum(lengths, 1), outputs.dtype)"),
        answer="ops.softmax(outputs)", is_whole=True)


TEXTS: dict[str, Callable[[Graph], LossText]] = {
    "softmax_cross_entropy": _cross_entropy, "binary_cross_entropy": _binary,
    "mean_squared_error": _squared, "mean_absolute_error": _absolute, "huber": _huber,
    "hinge": _hinge, "sequence_cross_entropy": _steps, "ctc": _ctc}
"""By key, what a loss is in Keras."""


def loss_text(graph: Graph) -> LossText:
    """Return the loss of a graph.

    Raises
    ------
    EngineError
        If Keras has no word for it.
    """
    key = graph.training.loss.op
    if key not in TEXTS:
        raise EngineError("export.no-loss", loss=LOSSES[key].title, target=TITLE)
    return TEXTS[key](graph)


def targets_of(graph: Graph, loss: LossText) -> Reals | np.ndarray:
    """Return the targets as a script reads them."""
    return graph.data.targets.astype(np.int32) if loss.is_whole else graph.data.targets


def classes_of(graph: Graph) -> str:
    """Return what makes the class of every example of its targets."""
    if graph.layers[-1].shape[-1] == 1:
        return 'ops.cast(targets[:, 0] > 0, "int32")'
    return "ops.argmax(targets, axis=-1)"
