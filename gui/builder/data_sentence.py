"""A data set in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.data import Dataset
from engine.spec import Task
from gui.builder.rows import inputs_text


def data_sentence(dataset: Dataset) -> str:
    """Return a data set in a sentence, such as ``Iris: 150 examples, 4 inputs, 3 classes``."""
    n, target = len(dataset.inputs), TARGETS[dataset.task](dataset)
    if dataset.image_shape is not None:
        height, width = dataset.image_shape
        return f"{n:,} images of {height} × {width} pixels, {target}."
    if dataset.tokens is not None:
        most = "up to " if dataset.padding else ""
        return (f"{dataset.title}: {n:,} texts of {most}{dataset.n_inputs} {tokens(dataset)}, "
                f"{target}.")
    if dataset.is_series:
        return f"{dataset.title}: {n:,} windows of {dataset.n_inputs} steps, {target}."
    return f"{dataset.title}: {n:,} examples, {inputs_text(dataset)}, {target}."


def tokens(dataset: Dataset) -> str:
    """Return what a text consists of: ``characters`` or ``words``."""
    return "words" if dataset.joint else "characters"


def _classes(dataset: Dataset) -> str:
    return f"{dataset.n_outputs} classes"


def _values(dataset: Dataset) -> str:
    return f"predicts {', '.join(dataset.target_names) or 'a number'}"


def _inputs(_dataset: Dataset) -> str:
    return "to be reconstructed"


def _next(dataset: Dataset) -> str:
    return f"{dataset.n_outputs} different ones; predicts the next at every step"


TARGETS: Mapping[Task, Callable[[Dataset], str]] = MappingProxyType({
    "classification": _classes, "regression": _values, "reconstruction": _inputs,
    "sequence": _next})
"""What is to be learned, by task."""
