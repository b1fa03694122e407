"""From images in any form to a data set: pixels, classes, split and scaling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from engine.data.dataset import Dataset, Indices
from engine.data.importers.image_classes import TEST, TRAINING, UNKNOWN, VALIDATION
from engine.data.importers.image_collection import Collection
from engine.data.importers.image_files import quiet_pillow
from engine.data.importers.image_forms import settle
from engine.data.importers.image_options import Choices, Form
from engine.data.importers.image_rows import read_images, rows_of
from engine.data.importers.importer import LeftOut
from engine.data.limits import FEWEST_ROWS, MOST_CELLS
from engine.data.modality import image
from engine.data.remark import Remark, remark
from engine.data.split import split_apart_by, split_rows
from engine.data.target_scale import scale_target
from engine.errors import DataError
from engine.spec import DataSpec

_NAMED = 3
"""Files that a remark on what is left out names."""


def make_dataset(collection: Collection, choices: Choices, spec: DataSpec) -> Dataset:
    """Return images as a data set.

    Parameters
    ----------
    collection : Collection
        The images.
    choices : Choices
        How they are brought to a common form.
    spec : DataSpec
        Seed, share, scaling and goal.

    Raises
    ------
    DataError
        If they cannot be read or learned from.
    """
    quiet_pillow()
    collection, remarks = divide(collection, choices.split)
    check(collection, spec)
    settled = settle(collection, choices)
    form = settled.form
    collection, content = read_images(collection, settled)
    check(collection, spec)
    training, validation = _sides(collection, choices, spec)
    data = Dataset(
        key=spec.source, title=collection.title, task="classification",
        inputs=rows_of(collection, content, form, training, spec), labels=collection.labels,
        values=collection.values, class_names=collection.class_names,
        feature_names=pixel_names(form), target_names=collection.target_names,
        training=training, validation=validation, modality=image(*form.shape),
        remarks=(*collection.remarks, *remarks, *settled.remarks,
                 *left_out_remarks(collection.left_out)))
    return _with_values(data, spec) if collection.values.shape[1] else data


def _with_values(data: Dataset, spec: DataSpec) -> Dataset:
    """Return images whose targets are numbers, these in a common size."""
    how = spec.table.target_scaling
    target = scale_target(data.values, data.target_names, data.training,
                          "standard" if how == "auto" else how, "none", data.title)
    return replace(data, task="regression", values=target.values, units_of=target.units_of,
                   remarks=(*data.remarks, *target.remarks))


def check(collection: Collection, spec: DataSpec) -> None:
    """Raise DataError if there is nothing to be learned from images."""
    n, k = len(collection), len(collection.class_names)
    if n < FEWEST_ROWS:
        raise DataError("images.too-few", place=collection.title, count=n, fewest=FEWEST_ROWS)
    if spec.goal == "reconstruct" or collection.values.shape[1]:
        return
    if not k:
        raise DataError("images.no-classes", place=collection.title, count=n)
    if k == 1:
        raise DataError("images.one-class", place=collection.title, count=n,
                        name=collection.class_names[0])
    if n * k > MOST_CELLS:
        raise DataError("images.many-classes", place=collection.title, count=n, classes=k,
                        most=MOST_CELLS // n)


def divide(collection: Collection, split: str) -> tuple[Collection, tuple[Remark, ...]]:
    """Leave out what comes for a last test where there is something for validation besides.

    Raises
    ------
    DataError
        If the images are to be divided as they come, and come undivided.
    """
    sides = collection.sides
    if not _is_divided(sides):
        if split == "given":
            raise DataError("images.undivided", place=collection.title)
        return collection, ()
    if split == "random" or not (sides == VALIDATION).any():
        return collection, ()
    tested = int((sides == TEST).sum())
    if not tested:
        return collection, ()
    return (collection.take(np.flatnonzero(sides != TEST)),
            (remark("note.images-test", count=tested),))


def _is_divided(sides: Indices) -> bool:
    learned = (sides == TRAINING) | (sides == UNKNOWN)
    return bool(learned.any() and not learned.all())


def _sides(collection: Collection, choices: Choices, spec: DataSpec) -> tuple[Indices, Indices]:
    if choices.split != "random" and _is_divided(collection.sides):
        return split_apart_by((collection.sides == TRAINING) | (collection.sides == UNKNOWN),
                              spec.seed)
    return split_rows(len(collection), collection.labels if len(collection.labels) else None,
                      spec.training_share, spec.seed, collection.title)


def pixel_names(form: Form) -> tuple[str, ...]:
    """Return what the numbers of an image are called."""
    colours = ("",) if form.channels == 1 else (" red", " green", " blue")
    return tuple(f"pixel {row},{column}{colour}" for row in range(1, form.height + 1)
                 for column in range(1, form.width + 1) for colour in colours)


def left_out_remarks(left_out: Iterable[LeftOut]) -> tuple[Remark, ...]:
    """Return a remark on images that are not among the examples, if there are any."""
    listed = tuple(left_out)
    if not listed:
        return ()
    return (remark("note.images-left-out", count=len(listed), named=tuple(
        f"{one.name} ({one.reason})" for one in listed[:_NAMED])),)
