"""Drawn examples as data sets: generated ones, and a person's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.data.dataset import Dataset, Indices, Reals
from engine.data.drawing.files import Labelled
from engine.data.drawing.generated import FORMS, draw_examples
from engine.data.drawing.kept import drawing_of
from engine.data.drawing.stages import Recipe, pictures
from engine.data.limits import MOST_CLASSES
from engine.data.modality import image
from engine.data.remark import remark
from engine.data.rows import ByteRows, Bytes
from engine.data.scaling import Scaler, measure
from engine.data.split import split_groups, split_rows
from engine.errors import DataError
from engine.spec import DataSpec

DRAWINGS = "drawings"
"""Key of a person's own drawings."""

TITLE = "My drawings"
SEEN = 100
"""Images that are looked at to find out which is ink and which is ground."""

SMALL = Recipe((8, 8), 1.0, 1.3 / 8, frozenset(("crop", "scale", "pen")))
"""How the shipped digits of 8 by 8 pixels were made: they fill their square, and were not moved to
their centre of mass."""


def recipe_of(shape: tuple[int, ...]) -> Recipe:
    """Return how drawings become pictures of a size: MNIST's recipe but for the smallest ones.

    Parameters
    ----------
    shape : tuple[int, ...]
        Height and width; what follows does not count.
    """
    return SMALL if shape[:2] == SMALL.shape else Recipe((shape[0], shape[1]))


def is_dark_on_light(dataset: Dataset) -> bool:
    """Say whether images show dark ink on a light ground, by the pixels at their edges."""
    shape, inputs = dataset.image_shape, dataset.inputs
    if shape is None or shape[2] != 1 or not len(inputs):
        return False
    rows = np.linspace(0, len(inputs) - 1, min(len(inputs), SEEN)).astype(np.int64)
    if isinstance(inputs, ByteRows):
        grey = inputs.content[rows] / 255
    elif dataset.inputs_of is None:
        grey = inputs[rows]
    else:
        # What is scaled column by column was made here, of bright ink.
        return False
    images = grey.reshape(-1, *shape[:2])
    edges = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1)
    return bool(np.median(edges) > 0.5)


def load_drawn(spec: DataSpec, title: str) -> Dataset:
    """Return generated drawings: ``drawn_digits`` or ``drawn_shapes``."""
    pixels, labels = draw_examples(spec.source, spec.seed)
    sides = split_rows(len(labels), labels, spec.training_share, spec.seed)
    return _dataset(spec, title, pixels, labels, tuple(FORMS[spec.source]), sides)


def load_kept(spec: DataSpec) -> Dataset:
    """Return the drawings that a project holds itself; raises as `of_drawings` does."""
    return of_drawings(spec, (), TITLE)


def words_of(found: Sequence[str], title: str) -> tuple[str, ...]:
    """Return the classes of drawings; raises DataError if they are fewer than two or too many."""
    words = tuple(sorted(set(found)))
    if len(words) < 2:
        raise DataError("drawings.classes", place=title, count=len(words), drawings=len(found))
    if len(words) > MOST_CLASSES:
        raise DataError("drawings.many-classes", place=title, count=len(words), most=MOST_CLASSES)
    return words


def of_drawings(spec: DataSpec, brought: Sequence[Labelled], title: str, *,
                by_person: bool = False) -> Dataset:
    """Return drawings from files and those that the project holds itself.

    Parameters
    ----------
    spec : DataSpec
        What to make of them.
    brought : Sequence[Labelled]
        Those from files.
    title : str
        Name for people.
    by_person : bool
        Whether those of a person are all learned from, or all validated on.

    Raises
    ------
    DataError
        If they are of fewer than two classes or of too many, or cannot be divided by person.
    """
    found = [*brought, *(Labelled(one.word, one.person, drawing_of(one))
                         for one in spec.drawings)]
    words = words_of([one.word for one in found], title)
    labels = np.array([words.index(one.word) for one in found], np.int64)
    people = np.unique([one.person for one in found], return_inverse=True)[1]
    if not by_person:
        sides = split_rows(len(labels), labels, spec.training_share, spec.seed, title)
    elif people.max() > 0:
        sides = split_groups(people, spec.training_share, spec.seed)
    else:
        raise DataError("drawings.one-person", place=title)
    made = _dataset(spec, title, _bytes(pictures([one.drawing for one in found], Recipe())),
                    labels, words, sides)
    return replace(made, remarks=(remark(
        "drawings.counted", count=len(found), people=int(people.max()) + 1),))


def with_own(dataset: Dataset, spec: DataSpec) -> Dataset:
    """Return a data set of grey images with the drawings of a person to learn from, too.

    Those whose word is none of its classes wait for a data set that has it.
    """
    shape = dataset.image_shape
    if shape is None or shape[2] != 1 or dataset.task != "classification" or not spec.drawings:
        return dataset
    names = {name: number for number, name in enumerate(dataset.class_names)}
    used = [one for one in spec.drawings if one.word in names]
    told = remark("drawings.added", count=len(used), others=len(spec.drawings) - len(used))
    if not used:
        return replace(dataset, remarks=(*dataset.remarks, told))
    seen = _bytes(pictures([drawing_of(one) for one in used], recipe_of(shape)))
    if is_dark_on_light(dataset):
        seen = 255 - seen
    first, inputs = len(dataset.inputs), dataset.inputs
    training = np.concatenate((dataset.training, np.arange(first, first + len(used))))
    return replace(
        dataset, inputs=ByteRows(np.concatenate((inputs.content, seen)), inputs.scale, inputs.shift)
        if isinstance(inputs, ByteRows)
        else np.concatenate((inputs, dataset.as_inputs(seen / 255))),
        labels=np.concatenate((dataset.labels, [names[one.word] for one in used])),
        values=np.empty((first + len(used), dataset.values.shape[1])),
        training=np.random.default_rng(spec.seed).permutation(training),
        remarks=(*dataset.remarks, told))


def _bytes(found: Reals) -> Bytes:
    return np.rint(found.reshape(len(found), -1) * 255).astype(np.uint8)


def _dataset(spec: DataSpec, title: str, pixels: Bytes, labels: Indices,
             names: tuple[str, ...], sides: tuple[Indices, Indices]) -> Dataset:
    height, width = Recipe().shape
    example = image(height, width)
    scaling = example.usual_scaling if spec.scaling == "auto" else spec.scaling
    scaler: Scaler = measure(scaling, ByteRows(pixels)[sides[0]])
    return Dataset(
        key=spec.source, title=title, task="classification",
        inputs=ByteRows(pixels, 1 / 255 / scaler.spread, -scaler.shift / scaler.spread),
        labels=labels.copy(), values=np.empty((len(pixels), 0)), class_names=names,
        feature_names=tuple(f"pixel {row},{column}" for row in range(1, height + 1)
                            for column in range(1, width + 1)),
        target_names=("class",), training=sides[0], validation=sides[1], modality=example)
