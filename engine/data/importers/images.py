"""Images: folders, archives and the formats of known collections."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import numpy as np

from engine.data.dataset import Dataset, Indices
from engine.data.importers.cifar import is_cifar_name
from engine.data.importers.file_trees import is_ignored
from engine.data.importers.idx import is_idx_name
from engine.data.importers.image_collection import Collection
from engine.data.importers.image_dataset import check, divide, make_dataset
from engine.data.importers.image_files import quiet_pillow
from engine.data.importers.image_forms import settle, spread
from engine.data.importers.image_options import FIELDS, Choices, Form
from engine.data.importers.image_origins import collect, head, is_image
from engine.data.importers.image_rows import without_gaps
from engine.data.importers.image_table import is_table
from engine.data.importers.importer import Importer, LeftOut, Preview, Sample
from engine.data.importers.joined_images import joined
from engine.data.modality import image
from engine.data.unreadable import UnreadableError
from engine.data.zip_members import names_in
from engine.spec import DataSpec, Task

KEY = "images"

SAMPLES = 24
"""Images that a preview shows."""

LOOK_S = 1.0
"""Seconds for which a preview goes on looking for files that cannot be read."""

_HEAD, _TRIED = 4096, 8
"""Bytes of a table that are looked at, and images that are looked for."""

_LISTED = 400
"""Entries of a folder, and members of an archive, that are looked at to tell whether it is one of
images."""

_KNOWN = (is_image, is_idx_name, is_cifar_name)


def claims(path: Path) -> float:
    """Say how likely a file or folder is meant for images."""
    if path.is_dir():
        return _folder_claim(path)
    name = path.name.lower()
    if is_idx_name(name):
        return 1.0
    if is_cifar_name(path.name):
        return 0.9
    if is_table(name):
        return _table_claim(path)
    if name.endswith((".zip", ".npz")) and head(path, 4) == b"PK\x03\x04":
        return 0.9 if name.endswith(".npz") else _zip_claim(path)
    return 0.0


def _zip_claim(path: Path) -> float:
    names = names_in(path)
    if names is None:
        # The preview says what is wrong with it.
        return 0.6
    looked = names[::max(1, len(names) // _LISTED)]
    return 0.6 if any(known(name) for name in looked for known in _KNOWN) else 0.05


def _table_claim(path: Path) -> float:
    """Say whether the beginning of a table names images that lie beside it."""
    words = re.split(r"[,;\t\r\n\"]+", head(path, _HEAD).decode("utf-8", "replace"))
    named = [word.strip() for word in words if is_image(word.strip())][:_TRIED]
    return 0.8 if any(_is_there(path.parent / word) for word in named) or (
        named and any(one.is_dir() for one in path.parent.iterdir())) else 0.0


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        # No file can have such a name.
        return False


def _folder_claim(path: Path) -> float:
    """Return the share of images among the first files of a folder and the folders in it."""
    images = others = seen = 0
    waiting = [path]
    while waiting and seen < _LISTED:
        try:
            for entry in islice(waiting.pop(0).iterdir(), _LISTED // 2):
                seen += 1
                if is_ignored(entry.name):
                    continue
                if any(known(entry.name) for known in _KNOWN):
                    images += 1
                elif entry.is_dir() and not entry.is_symlink():
                    waiting.append(entry)
                else:
                    others += 1
                if seen >= _LISTED or images >= SAMPLES:
                    break
        except OSError:
            continue
    return 0.9 * images / (images + others) if images else 0.0


def load(path: Path, spec: DataSpec) -> Dataset:
    """Return the images of a file or folder as a data set.

    Raises
    ------
    DataError
        If they cannot be read or learned from.
    """
    choices = Choices.of(IMAGES.options(spec))
    return make_dataset(_collected(path, spec, choices), choices, spec)


def preview(path: Path, spec: DataSpec) -> Preview:
    """Look at images before they are loaded.

    Raises
    ------
    DataError
        If there are none, or none can be read.
    """
    quiet_pillow()
    begin = time.monotonic()
    choices = Choices.of(IMAGES.options(spec))
    collection, remarks = divide(_collected(path, spec, choices), choices.split)
    if collection.class_names or collection.values.shape[1]:
        check(collection, spec)
    settled = settle(collection, choices)
    unreadable = dict(settled.unreadable)
    samples = tuple(sample for row in _shown(collection) for sample in _sample(
        collection, row, settled.form, unreadable))
    looked_at = 0
    for row in range(len(collection)):
        if time.monotonic() - begin > LOOK_S:
            break
        _sample(collection, row, settled.form, unreadable)
        looked_at += 1
    # What will not be among the examples is not counted among them either.
    readable = collection if not unreadable else without_gaps(collection.take(
        np.array([row for row in range(len(collection)) if row not in unreadable],
                 dtype=np.int64)))
    return Preview(
        title=collection.title, count=len(readable), example=image(*settled.form.shape),
        task=_task(collection), classes=_counts(readable), samples=samples,
        left_out=(*collection.left_out, *(unreadable[row] for row in sorted(unreadable))),
        remarks=(*collection.remarks, *remarks, *settled.remarks),
        is_whole=looked_at == len(collection))


def _collected(path: Path, spec: DataSpec, choices: Choices) -> Collection:
    return joined([collect(one, choices) for one in (path, *map(Path, spec.more_paths))])


def _task(collection: Collection) -> Task:
    if collection.values.shape[1]:
        return "regression"
    return "classification" if collection.class_names else "reconstruction"


def _counts(collection: Collection) -> Mapping[str, int]:
    if not len(collection.labels):
        return MappingProxyType({})
    counts = np.bincount(collection.labels, minlength=len(collection.class_names))
    return MappingProxyType(dict(zip(collection.class_names, counts.tolist(), strict=True)))


def _shown(collection: Collection) -> list[int]:
    """Return which images a preview shows: of every class, as far as there is room."""
    labels = collection.labels
    if not len(labels):
        return [*map(int, spread(len(collection), SAMPLES))]
    chosen = spread(len(collection.class_names), SAMPLES)
    each = max(1, SAMPLES // len(chosen))
    rows: list[int] = []
    for label in chosen:
        own: Indices = np.flatnonzero(labels == label)
        rows += map(int, own[spread(len(own), each)])
    return rows


def _sample(collection: Collection, row: int, form: Form, unreadable: dict[int, LeftOut]
            ) -> tuple[Sample, ...]:
    """Return an image as it is shown; nothing, and why among the unreadable, if it cannot be."""
    if row in unreadable:
        return ()
    try:
        pixels = collection.pictures.decode(row, form)
    except UnreadableError as error:
        unreadable[row] = LeftOut(collection.names[row], error.reason)
        return ()
    return (Sample(collection.names[row], collection.label(row),
                   np.broadcast_to(pixels, (form.height, form.width, 3))),)


IMAGES = Importer(
    key=KEY, title="Images", kind="images", icon="image",
    help="A folder with a folder for each class, or with a table; a zip archive of either; NumPy's "
         "NPZ; the files of MNIST and CIFAR.",
    opens=(".zip", ".npz", ".gz", ".idx", ".bin", ".csv", ".tsv"), opens_folders=True,
    fields=FIELDS, claims=claims, preview=preview, load=load)
"""The importer of images."""
