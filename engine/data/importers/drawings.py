"""Drawings that people bring: files as Quick, Draw! has them, one for each person of a class."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from engine.data.dataset import Dataset
from engine.data.drawing.files import SUFFIX, Labelled, read_drawings
from engine.data.drawing.load import DRAWINGS, of_drawings, words_of
from engine.data.drawing.stages import Recipe, picture
from engine.data.importers.importer import Importer, Preview, Sample
from engine.data.modality import image
from engine.errors import DataError
from engine.spec import DataSpec
from engine.spec.fields import Choice, Field

MOST_FILES = 1000
MOST_DRAWINGS = 100_000
"""Of all files together: 80 MB of pixels."""

SHOWN = 24
"""Drawings of a preview."""

HEAD_BYTES = 256
FIELDS = (
    Field("each", "Most of a class", 2000, "How many drawings of one class are taken of each file, "
          "the first ones.", 1, 100_000),
    Field("division", "Validation", "random", "Which drawings are for validation.", choices=(
        Choice("random", "any", "Drawings of all people, at random."),
        Choice("person", "whole people", "All drawings of a person are on one side: whether the "
               "network reads the hand of somebody it has never seen."))),
)


def claims(path: Path) -> float:
    """Say how likely a file or folder holds drawings."""
    if path.is_dir():
        return 0.95 if any(map(_is_one, path.iterdir())) else 0.0
    if path.suffix.lower() == SUFFIX:
        return 1.0
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError:
        return 0.0
    return 0.8 if head.lstrip().startswith(b"{") and b'"word"' in head else 0.0


def _is_one(path: Path) -> bool:
    return path.suffix.lower() == SUFFIX


def _inside(folder: Path) -> list[Path]:
    """Return the files of drawings in a folder; none if it may not be looked into."""
    try:
        return sorted(filter(_is_one, folder.iterdir()))
    except OSError:
        return []


def preview(path: Path, spec: DataSpec) -> Preview:
    """Look at drawings: all are read, some are shown."""
    found = _read(path, spec)
    counts = Counter(one.word for one in found)
    names = sorted(counts)
    words_of([*counts, *(one.word for one in spec.drawings)], path.name)
    # One of each class after the other.
    turns = [[one for one in found if one.word == name] for name in names]
    order = [turn[index] for index in range(SHOWN) for turn in turns if index < len(turn)]
    return Preview(path.name, len(found), image(*Recipe().shape), "classification",
                   {name: counts[name] for name in names},
                   tuple(_sample(one) for one in order[:SHOWN]))


def load(path: Path, spec: DataSpec) -> Dataset:
    """Return the drawings of files, and those that the project holds."""
    by_person = IMPORTER.options(spec)["division"] == "person"
    return of_drawings(spec, _read(path, spec), path.name, by_person=by_person)


def _sample(one: Labelled) -> Sample:
    shades = np.rint(picture(one.drawing, Recipe()) * 255).astype(np.uint8)
    return Sample(one.person, one.word, shades[:, :, None].repeat(3, axis=2))


def _read(path: Path, spec: DataSpec) -> list[Labelled]:
    """Return the drawings of all files, by the files' names in a folder."""
    files: list[Path] = []
    for one in (path, *map(Path, spec.more_paths)):
        inside = _inside(one) if one.is_dir() else [one]
        if not inside:
            raise DataError("drawings.no-files", place=one.name, suffix=SUFFIX)
        files += inside
    if len(files) > MOST_FILES:
        raise DataError("drawings.many-files", place=path.name, count=len(files), most=MOST_FILES)
    each = IMPORTER.options(spec)["each"]
    found: list[Labelled] = []
    for file in files:
        found += read_drawings(file, int(each))
        if len(found) > MOST_DRAWINGS:
            raise DataError("drawings.too-many", place=path.name, most=MOST_DRAWINGS)
    return found


IMPORTER = Importer(
    DRAWINGS, "My drawings", "Learn to tell what is drawn: drawings of your own, or files of "
    "them, a line of JSON for each, as Quick, Draw! has them.", "images", "pencil",
    (SUFFIX,), True, FIELDS, claims, preview, load)
