"""A data set in words: one sentence for all of it, and what its inputs are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.data import Dataset
from engine.data.importers.importer import Preview
from engine.data.modality import Modality
from engine.spec import Task


def data_sentence(dataset: Dataset) -> str:
    """Return a data set in a sentence, such as ``Iris: 150 examples, 4 inputs, 3 classes``."""
    n, target = len(dataset.inputs), TARGETS[dataset.task](dataset)
    if dataset.example.kind in ("image", "sound"):
        return f"{counted(dataset.example, n)}, {target}."
    if dataset.tokens is not None:
        most = "up to " if dataset.padding else ""
        return (f"{dataset.title}: {n:,} texts of {most}{dataset.n_inputs} {tokens(dataset)}, "
                f"{target}.")
    if dataset.is_series or dataset.example.kind == "steps":
        steps = (dataset.n_inputs, 1) if dataset.modality is None else dataset.example.shape
        return f"{dataset.title}: {counted(Modality('steps', steps), n)}, {target}."
    return f"{dataset.title}: {n:,} examples, {inputs_text(dataset)}, {target}."


def counted(example: Modality, n: int) -> str:
    """Return how many examples of what form, such as ``1,797 images of 8 × 8 pixels``."""
    plural = "" if n == 1 else "s"
    if example.kind == "image":
        height, width, channels = example.shape
        colours = {1: "", 3: " in colour"}.get(channels, f" of {channels} channels")
        return f"{n:,} image{plural} of {height} × {width} pixels{colours}"
    if example.kind == "sound":
        frames, bands = example.shape
        return f"{n:,} sound{plural} of {frames} frames × {bands} bands"
    if example.kind == "tokens":
        return f"{n:,} text{plural} of up to {example.size:,} tokens"
    if example.kind == "steps":
        steps, features = example.shape
        each = f" × {features} numbers" if features > 1 else ""
        return f"{n:,} window{plural} of {steps:,} steps{each}"
    return f"{n:,} example{plural}, {example.size:,} input{'' if example.size == 1 else 's'}"


def preview_sentence(seen: Preview) -> str:
    """Return what a preview has found, such as ``70 images of 8 × 8 pixels, 10 classes``."""
    classes = f", {len(seen.classes)} classes" if seen.classes else ""
    rest = "" if seen.is_whole else " Some of them have been opened so far."
    return f"{counted(seen.example, seen.count)}{classes}.{rest}"


def example_text(example: Modality) -> str:
    """Return what an example is, where its numbers are in some order; else an empty text."""
    if example.kind == "image":
        height, width, channels = example.shape
        return f"image of {height} × {width}" + (f" × {channels}" if channels > 1 else "")
    if example.kind == "sound":
        frames, bands = example.shape
        return f"{frames} frames × {bands} bands"
    if example.kind == "steps":
        steps, features = example.shape
        return f"{steps} steps" + (f" of {features} numbers" if features > 1 else "")
    return ""


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


def _texts(dataset: Dataset) -> str:
    return f"reads texts of {dataset.n_outputs} different characters"


TARGETS: Mapping[Task, Callable[[Dataset], str]] = MappingProxyType({
    "classification": _classes, "regression": _values, "reconstruction": _inputs,
    "sequence": _next, "transcription": _texts})
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
