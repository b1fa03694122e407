"""Losses in PyTorch, and how targets and answers look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.export.graph import Graph
from engine.export.pytorch.module import number
from engine.layers import LOSSES

CLASSES, STEPS, TEXTS, NUMBERS = "classes", "steps", "texts", "numbers"


@dataclass(frozen=True)
class LossText:
    """A loss.

    Attributes
    ----------
    mean : tuple[str, ...]
        Lines whose last one is an expression: the mean over a batch of ``outputs`` and
        ``targets``.
    single : str
        The loss of every example, for classes that have weights; empty where there are none.
    targets : str
        What targets are: a whole number for each example, or for each step, texts, or numbers.
    answer : str
        What makes an answer for people of ``outputs``: probabilities.
    """

    mean: tuple[str, ...]
    single: str = ""
    targets: str = NUMBERS
    answer: str = "outputs"


def _cross_entropy(graph: Graph) -> LossText:
    smoothing = graph.training.loss.number("label_smoothing")
    more = f", label_smoothing={number(smoothing)}" if smoothing else ""
    return LossText(
        (f"F.cross_entropy(outputs, targets{more})",),
        f"F.cross_entropy(outputs, targets{more}, reduction=\"none\")", CLASSES,
        "outputs.softmax(dim=-1)")


def _binary(_graph: Graph) -> LossText:
    name = "F.binary_cross_entropy_with_logits"
    return LossText(
        (f"{name}(outputs, targets)",),
        f"{name}(outputs, targets, reduction=\"none\").mean(dim=1)",
        answer="outputs.sigmoid()")


def _squared(graph: Graph) -> LossText:
    answer = "outputs"
    if graph.data.task == "classification":
        # Targets are -1 and 1 in one column, or 0 and 1.
        answer = "((outputs + 1) / 2).clamp(0, 1)" if _width(graph) == 1 else "outputs.clamp(0, 1)"
    return LossText(("F.mse_loss(outputs, targets)",),
                    "F.mse_loss(outputs, targets, reduction=\"none\").mean(dim=1)", answer=answer)


def _absolute(_graph: Graph) -> LossText:
    return LossText(("F.l1_loss(outputs, targets)",))


def _huber(graph: Graph) -> LossText:
    delta = number(graph.training.loss.number("huber_delta"))
    return LossText((f"F.huber_loss(outputs, targets, delta={delta})",))


def _hinge(graph: Graph) -> LossText:
    if _width(graph) == 1:
        each = "(1 - targets * outputs).clamp(min=0)"
        return LossText((f"{each}.mean()",), f"{each}[:, 0]", answer="(2 * outputs).sigmoid()")
    return LossText(("F.multi_margin_loss(outputs, targets)",),
                    "F.multi_margin_loss(outputs, targets, reduction=\"none\")", CLASSES,
                    "outputs.softmax(dim=-1)")


def _steps(graph: Graph) -> LossText:
    weights = "" if graph.training.class_weights is None else \
        ", weight=CLASS_WEIGHTS.to(outputs)"
    rows = "# Every step that counts is an example; the others have the target -1."
    together = "outputs, targets = outputs.flatten(0, 1), targets.flatten()"
    entropy = f"F.cross_entropy(outputs, targets{weights}, ignore_index=-1"
    answer = "outputs.softmax(dim=-1)"
    if bool((graph.data.targets >= 0).any(axis=1).all()):
        return LossText((rows, together, f"{entropy})"), targets=STEPS, answer=answer)
    if weights:
        raise EngineError("export.nothing-counts", target="PyTorch")
    return LossText((
        rows, together, "# A batch may hold none at all: its loss is 0.",
        f"total = {entropy}, reduction=\"sum\")",
        "total / (targets >= 0).sum().clamp(min=1)"), targets=STEPS, answer=answer)


def _ctc(_graph: Graph) -> LossText:
    return LossText((
        "# The blank is output 0, before the characters; -1 stands behind a text's end.",
        "log_probabilities = outputs.log_softmax(dim=-1).transpose(0, 1)",
        "lengths = (targets >= 0).sum(dim=1)",
        "steps = torch.full_like(lengths, outputs.shape[1])",
        "F.ctc_loss(log_probabilities, targets + 1, steps, lengths)"),
        targets=TEXTS, answer="outputs.softmax(dim=-1)")


TEXTS_OF: dict[str, Callable[[Graph], LossText]] = {
    "softmax_cross_entropy": _cross_entropy, "binary_cross_entropy": _binary,
    "mean_squared_error": _squared, "mean_absolute_error": _absolute, "huber": _huber,
    "hinge": _hinge, "sequence_cross_entropy": _steps, "ctc": _ctc}
"""By key, what a loss is in PyTorch."""


def loss_text(graph: Graph) -> LossText:
    """Return the loss of a graph.

    Raises
    ------
    EngineError
        If PyTorch has no word for it.
    """
    key = graph.training.loss.op
    if key not in TEXTS_OF:
        raise EngineError("export.no-loss", loss=LOSSES[key].title, target="PyTorch")
    return TEXTS_OF[key](graph)


def targets_of(graph: Graph, kind: str) -> NDArray[Any]:
    """Return the targets as a script reads them.

    Parameters
    ----------
    graph : Graph
        The project.
    kind : str
        `LossText.targets`.
    """
    targets = graph.data.targets
    if kind == NUMBERS:
        return targets
    numbers = targets.argmax(axis=1) if kind == CLASSES else targets
    return np.asarray(numbers, np.int64)


def _width(graph: Graph) -> int:
    return graph.layers[-1].shape[-1]
