"""Drawn examples as data sets: generated ones, a person's own, and files of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.data.dataset import Dataset, Indices, Reals
from engine.data.drawing.files import SUFFIX, Labelled, read_drawings
from engine.data.drawing.generated import FORMS, draw_examples
from engine.data.drawing.kept import drawing_of
from engine.data.drawing.stages import Recipe, pictures
from engine.data.limits import MOST_CLASSES
from engine.data.remark import remark
from engine.data.scaling import measure
from engine.data.split import split_groups, split_rows
from engine.errors import DataError
from engine.spec import DataSpec, Scaling

DRAWINGS = "drawings"
"""Key of a person's own drawings."""

TITLE = "My drawings"
MOST_FILES = 1000
MOST_DRAWINGS = 20_000
"""Of all files together: 125 MB of pixels."""

EACH = 2000
"""Most drawings that are taken of one word of a file."""

SMALL = Recipe((8, 8), 1.0, 1.3 / 8, frozenset(("crop", "scale", "pen")))
"""How the shipped digits of 8 by 8 pixels were made: they fill their square, and were not moved to
their centre of mass."""


def recipe_of(shape: tuple[int, int]) -> Recipe:
    """Return how drawings become pictures of a size: MNIST's recipe but for the smallest ones."""
    return SMALL if shape == SMALL.shape else Recipe(shape)


def load_drawn(spec: DataSpec, title: str) -> Dataset:
    """Return generated drawings: ``drawn_digits`` or ``drawn_shapes``."""
    inputs, labels = draw_examples(spec.source, spec.seed)
    training, validation = split_rows(len(labels), labels, spec.training_share, spec.seed)
    return _dataset(spec, title, inputs, labels, tuple(FORMS[spec.source]),
                    (training, validation))


def load_drawings(spec: DataSpec, path: Path | None) -> Dataset:
    """Return a person's own drawings: those of a file or of all files of a folder, and the kept.

    With ``table.split`` ``groups``, those of a person are all on one side.

    Raises
    ------
    DataError
        If there are too few, of fewer than two classes, or a file cannot be read.
    """
    found = [] if path is None else _of_files(path)
    found += [Labelled(one.word, one.person, drawing_of(one)) for one in spec.drawings]
    words = tuple(sorted({one.word for one in found}))
    if len(words) < 2:
        raise DataError("drawings.classes", count=len(words), drawings=len(found))
    if len(words) > MOST_CLASSES:
        raise DataError("drawings.many-classes", count=len(words), most=MOST_CLASSES)
    labels = np.array([words.index(one.word) for one in found], np.int64)
    inputs = pictures([one.drawing for one in found], Recipe()).reshape(len(found), -1)
    sides = _split(spec, [one.person for one in found], labels)
    title = TITLE if path is None else path.name
    made = _dataset(spec, title, inputs, labels, words, sides)
    people = len({one.person for one in found})
    return replace(made, remarks=(*made.remarks, remark(
        "drawings.counted", count=len(found), people=people)))


def with_own(dataset: Dataset, spec: DataSpec) -> Dataset:
    """Return a data set of images with the drawings of a person to learn from, too.

    Those whose word is none of its classes wait for a data set that has it.
    """
    shape = dataset.image_shape
    if shape is None or dataset.task != "classification" or not spec.drawings:
        return dataset
    names = {name: number for number, name in enumerate(dataset.class_names)}
    used = [one for one in spec.drawings if one.word in names]
    told = remark("drawings.added", count=len(used), others=len(spec.drawings) - len(used))
    if not used:
        return replace(dataset, remarks=(*dataset.remarks, told))
    seen = pictures([drawing_of(one) for one in used], recipe_of(shape)).reshape(len(used), -1)
    first = len(dataset.inputs)
    training = np.concatenate((dataset.training, np.arange(first, first + len(used))))
    return replace(
        dataset, inputs=np.concatenate((dataset.inputs, dataset.as_inputs(seen))),
        labels=np.concatenate((dataset.labels, [names[one.word] for one in used])),
        values=np.empty((first + len(used), dataset.values.shape[1])),
        training=np.random.default_rng(spec.seed).permutation(training),
        remarks=(*dataset.remarks, told))


def _of_files(path: Path) -> list[Labelled]:
    """Return the drawings of a file, or of all in a folder, by their names."""
    files = sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]
    if not files:
        raise DataError("drawings.no-files", place=path.name, suffix=SUFFIX)
    if len(files) > MOST_FILES:
        raise DataError("drawings.many-files", place=path.name, count=len(files), most=MOST_FILES)
    found: list[Labelled] = []
    for file in files:
        found += read_drawings(file, EACH)
        if len(found) > MOST_DRAWINGS:
            raise DataError("drawings.too-many", place=path.name, most=MOST_DRAWINGS)
    return found


def _split(spec: DataSpec, people: Sequence[str], labels: Indices) -> tuple[Indices, Indices]:
    if spec.table.split == "groups":
        groups = np.unique(people, return_inverse=True)[1]
        if groups.max(initial=0) < 1:
            raise DataError("drawings.one-person", person=people[0] if people else "")
        return split_groups(groups, spec.training_share, spec.seed)
    return split_rows(len(labels), labels, spec.training_share, spec.seed)


def _dataset(spec: DataSpec, title: str, inputs: Reals, labels: Indices, names: tuple[str, ...],
             sides: tuple[Indices, Indices]) -> Dataset:
    shape = Recipe().shape
    scaling: Scaling = "none" if spec.scaling == "auto" else spec.scaling
    scaler = measure(scaling, inputs[sides[0]])
    return Dataset(
        key=spec.source, title=title, task="classification", inputs=scaler(inputs),
        labels=labels.copy(), inputs_of=None if scaling == "none" else scaler,
        values=np.empty((len(inputs), 0)), class_names=names,
        feature_names=tuple(f"pixel {row},{column}" for row in range(1, shape[0] + 1)
                            for column in range(1, shape[1] + 1)),
        target_names=("class",), training=sides[0], validation=sides[1], image_shape=shape)
