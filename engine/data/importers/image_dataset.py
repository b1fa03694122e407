"""From images in any form to a data set: pixels, classes, split and scaling."""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset, Indices
from engine.data.importers.image_classes import TEST, TRAINING, UNKNOWN, VALIDATION
from engine.data.importers.image_collection import ArrayPictures, Collection
from engine.data.importers.image_files import quiet_pillow
from engine.data.importers.image_forms import none_readable, settle, spread
from engine.data.importers.image_options import Choices, Form
from engine.data.importers.importer import LeftOut
from engine.data.late_rows import LateRows
from engine.data.limits import FEWEST_ROWS, MOST_CELLS
from engine.data.modality import image
from engine.data.remark import Remark, remark
from engine.data.rows import ByteRows
from engine.data.split import split_apart_by, split_rows
from engine.data.unreadable import UnreadableError
from engine.errors import DataError
from engine.messages import say
from engine.spec import DataSpec

_THREADS = 4
_MEASURED = 2048
"""Images on which means and deviations are measured at most."""

EAGER, EAGER_BYTES = 4096, 16 * 2**20
"""Files, and bytes of all of them, up to which images are read at once, and each looked at."""

_MEASURED_LATE = 256
"""Images on which that is measured where each has to be read for it."""

_MEASURED_BYTES = 16 * 2**20
"""Bytes of the files that a look at how well a network does may read."""

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
    late = is_late(collection)
    if late:
        kept = np.array([row for row in range(len(collection)) if row not in settled.unreadable])
        if len(kept) < len(collection):
            collection = without_gaps(collection.take(kept, tuple(settled.unreadable.values())))
    else:
        collection, content = _unpacked(collection, form)
    check(collection, spec)
    training, validation = _sides(collection, choices, spec)
    if late:
        inputs: ByteRows = _late_rows(collection, form, training, spec)
    else:
        inputs = ByteRows(content, *_scaling(spec, content[np.sort(
            training[spread(len(training), _MEASURED)])], form))
    return Dataset(
        key=spec.source, title=collection.title,
        task="regression" if collection.values.shape[1] else "classification",
        inputs=inputs, labels=collection.labels,
        values=collection.values, class_names=collection.class_names,
        feature_names=pixel_names(form), target_names=collection.target_names,
        training=training, validation=validation, modality=image(*form.shape),
        remarks=(*collection.remarks, *remarks, *settled.remarks,
                 *left_out_remarks(collection.left_out)))


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
                      spec.training_share, spec.seed)


def _unpacked(collection: Collection, form: Form) -> tuple[Collection, NDArray[np.uint8]]:
    """Return the images that can be read, and their pixels, uint8[n, d]."""
    pictures = collection.pictures
    if isinstance(pictures, ArrayPictures) and (whole := pictures.as_they_are(form)) is not None:
        return collection, whole
    content = np.empty((len(collection), form.size), np.uint8)
    faults: dict[int, LeftOut] = {}

    def unpack(row: int) -> None:
        try:
            content[row] = pictures.decode(row, form).ravel()
        except UnreadableError as error:
            faults[row] = LeftOut(collection.names[row], error.reason)

    _for_each(range(len(collection)), unpack)
    if not faults:
        return collection, content
    left_out = tuple(faults[row] for row in sorted(faults))
    if len(faults) == len(collection):
        raise none_readable(collection, left_out)
    kept = np.array([row for row in range(len(collection)) if row not in faults])
    return without_gaps(collection.take(kept, left_out)), content[kept]


def _for_each(rows: Iterable[int], work: Callable[[int], None]) -> None:
    """Do some work for every row, in several threads."""
    waiting = iter(rows)

    def run() -> None:
        for row in waiting:
            work(row)

    # Unpacking lets go of the interpreter's lock.
    helpers = [threading.Thread(target=run, name=f"images-{number}")
               for number in range(1, min(_THREADS, os.cpu_count() or 1))]
    for helper in helpers:
        helper.start()
    run()
    for helper in helpers:
        helper.join()


def without_gaps(collection: Collection) -> Collection:
    """Return the same images without classes that have none."""
    if not len(collection.labels):
        return collection
    used, labels = np.unique(collection.labels, return_inverse=True)
    return replace(collection, labels=labels.astype(np.int64),
                   class_names=tuple(collection.class_names[label] for label in used))


def is_late(collection: Collection) -> bool:
    """Say whether images are so many, or so large, that each is read when it is needed."""
    pictures = collection.pictures
    return pictures.weight() > EAGER_BYTES or (
        len(pictures) > EAGER and not isinstance(pictures, ArrayPictures))


def _late_rows(collection: Collection, form: Form, training: Indices, spec: DataSpec) -> LateRows:
    """Return images that are read on demand; another of its class and side stands for each."""
    pictures, count = collection.pictures, len(collection)
    scale: _Numbers = 1 / 255
    shift: _Numbers = 0.0
    if spec.scaling not in ("auto", "none"):
        rows = np.sort(training[spread(len(training), _MEASURED_LATE)])
        scale, shift = _scaling(spec, _readable(collection, rows, form), form)
    is_learned = np.zeros(count, np.int64)
    is_learned[training] = 1
    following = None
    if len(collection.labels):
        following = _in_circles(2 * collection.labels + is_learned)
    mean = pictures.weight() / count
    return LateRows(
        (count, form.size), lambda row: pictures.decode(row, form).ravel(), scale, shift,
        names=collection.names, following=following, blank=form.background,
        measured=int(np.clip(_MEASURED_BYTES / max(mean, 1), 256, 1024)),
        signature=zlib.crc32(repr((pictures.signature(), form)).encode()))


def _readable(collection: Collection, rows: Indices, form: Form) -> NDArray[np.uint8]:
    """Return the pixels of those images that can be read."""
    found: dict[int, NDArray[np.uint8]] = {}

    def unpack(row: int) -> None:
        with suppress(UnreadableError):
            found[row] = collection.pictures.decode(row, form).ravel()

    _for_each(map(int, rows), unpack)
    if not found:
        raise DataError("images.none-readable", place=collection.title, count=len(rows),
                        name=collection.names[int(rows[0])], reason=say("images.no-image"))
    return np.stack([found[row] for row in sorted(found)])


def _in_circles(groups: Indices) -> Indices:
    """Return a row of the same group after each, int64[n], the first of it after the last."""
    order = np.argsort(groups, kind="stable")
    begins = np.flatnonzero(np.diff(groups[order], prepend=groups[order[0]] - 1))
    after = np.roll(order, -1)
    after[np.append(begins[1:], len(order)) - 1] = order[begins]
    following = np.empty_like(order)
    following[order] = after
    return following


_Numbers = NDArray[np.float64] | float


def _scaling(spec: DataSpec, content: NDArray[np.uint8], form: Form) -> tuple[_Numbers, _Numbers]:
    """Return how a byte becomes a number, the same for all pixels of a colour."""
    if spec.scaling in ("auto", "none"):
        return 1 / 255, 0.0
    levels = content.reshape(-1, form.channels).astype(np.float64)
    if spec.scaling == "standard":
        low, extent = levels.mean(axis=0), levels.std(axis=0)
    else:
        low, extent = levels.min(axis=0), np.ptp(levels, axis=0)
    extent = np.where(extent > 0, extent, 1.0)
    pixels = form.height * form.width
    return np.tile(1 / extent, pixels), np.tile(-low / extent, pixels)


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
