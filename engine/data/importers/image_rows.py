"""The bytes of images: unpacked at once, or each when it is needed."""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Indices
from engine.data.importers.image_collection import ArrayPictures, Collection
from engine.data.importers.image_forms import Settled, none_readable, spread
from engine.data.importers.image_options import Form
from engine.data.importers.importer import LeftOut
from engine.data.late_rows import LateRows
from engine.data.progress import telling
from engine.data.rows import ByteRows
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


Pixels = NDArray[np.uint8]


def read_images(collection: Collection, settled: Settled) -> tuple[Collection, Pixels | None]:
    """Return the images that can be read, as far as was looked, and their pixels.

    Returns
    -------
    Collection
        The images; those that were found to be broken are left out.
    uint8[n, d] | None
        Their pixels; None where each is read when it is needed.

    Raises
    ------
    DataError
        If none can be read.
    """
    if not is_late(collection):
        return _unpacked(collection, settled.form)
    unreadable = settled.unreadable
    if not unreadable:
        return collection, None
    kept = np.array([row for row in range(len(collection)) if row not in unreadable])
    left_out = tuple(unreadable[row] for row in sorted(unreadable))
    return without_gaps(collection.take(kept, left_out)), None


def rows_of(collection: Collection, content: Pixels | None, form: Form, training: Indices,
            spec: DataSpec) -> ByteRows:
    """Return images as a network reads them.

    Parameters
    ----------
    collection, content
        What `read_images` returns.
    form : Form
        What every image is brought to.
    training : int64[...]
        Images to learn from, on which means and deviations are measured.
    spec : DataSpec
        Its scaling.
    """
    if content is None:
        return _late_rows(collection, form, training, spec)
    some = np.sort(training[spread(len(training), _MEASURED)])
    return ByteRows(content, *_scaling(spec, content[some], form))


def is_late(collection: Collection) -> bool:
    """Say whether images are so many, or so large, that each is read when it is needed."""
    pictures = collection.pictures
    return pictures.weight() > EAGER_BYTES or (
        len(pictures) > EAGER and not isinstance(pictures, ArrayPictures))


def _unpacked(collection: Collection, form: Form) -> tuple[Collection, NDArray[np.uint8]]:
    """Return the images that can be read, and their pixels, uint8[n, d]."""
    pictures = collection.pictures
    if isinstance(pictures, ArrayPictures) and (whole := pictures.as_they_are(form)) is not None:
        return collection, whole
    content = np.empty((len(collection), form.size), np.uint8)
    faults: dict[int, LeftOut] = {}

    tell = telling(len(collection))

    def unpack(row: int) -> None:
        try:
            content[row] = pictures.decode(row, form).ravel()
        except UnreadableError as error:
            faults[row] = LeftOut(collection.names[row], error.reason)
        # Rows are taken in turn, a few at a time.
        tell(row)

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
