"""A data set in words: one sentence for all of it, and what its inputs are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.data import Dataset
from engine.data.series import windows_of
from engine.spec import Task


def data_sentence(dataset: Dataset) -> str:
    """Return a data set in a sentence, such as ``Iris: 150 examples, 4 inputs, 3 classes``."""
    n, target = len(dataset.inputs), TARGETS[dataset.task](dataset)
    if dataset.image_shape is not None:
        height, width, channels = dataset.image_shape
        colours = {1: "", 3: " in colour"}.get(channels, f" of {channels} channels")
        return f"{n:,} images of {height} × {width} pixels{colours}, {target}."
    if dataset.tokens is not None:
        most = "up to " if dataset.padding else ""
        return (f"{dataset.title}: {n:,} texts of {most}{dataset.n_inputs} {tokens(dataset)}, "
                f"{target}.")
    if dataset.is_series:
        windows = windows_of(dataset)
        wide = f" and {windows.features} columns" if windows.features > 1 else ""
        return f"{dataset.title}: {n:,} windows of {windows.steps} steps{wide}, {target}."
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


def inputs_text(dataset: Dataset) -> str:
    """Return ``2 features`` for points in the plane, ``13 inputs`` for other data."""
    noun = "input" if dataset.points is None else "feature"
    return f"{dataset.n_inputs:,} {noun}" + ("" if dataset.n_inputs == 1 else "s")


FEATURE_TITLES = {
    "x1": "x₁", "x2": "x₂", "x1^2": "x₁²", "x2^2": "x₂²", "x1*x2": "x₁x₂",
    "sin(x1)": "sin(x₁)", "sin(x2)": "sin(x₂)",
}
"""How people read the features of points in the plane, in TensorFlow Playground's order."""


def feature_title(name: str) -> str:
    """Return ``x₁²`` for ``x1^2``; a column's name stays as it is."""
    return FEATURE_TITLES.get(name, name)
