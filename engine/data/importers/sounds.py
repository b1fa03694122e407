"""The importer of sounds: which files it is meant for, and its options."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

from engine.data.dataset import Dataset
from engine.data.importers.importer import Importer, Preview
from engine.data.importers.sounds_options import FIELDS, SoundOptions
from engine.data.importers.sounds_store import TABLES
from engine.data.sound_files import SUFFIXES
from engine.data.zip_members import names_in
from engine.spec import DataSpec

_LOOKED_AT = 200
"""Names of a folder or zip that a claim looks at."""


def _claims(path: Path) -> float:
    """Say how likely it is that a folder, zip or table is one of sounds."""
    if path.is_dir():
        names = _some_files(path)
    elif path.suffix.lower() == ".zip":
        found = names_in(path) or ()
        names = list(found[::max(1, len(found) // _LOOKED_AT)])
    elif path.suffix.lower() in TABLES:
        return 0.8 if _names_sounds(path) else 0.0
    else:
        return 0.0
    sounds = sum(name.lower().endswith(SUFFIXES) for name in names)
    return sounds / len(names) if sounds else 0.0


def _some_files(folder: Path) -> list[str]:
    """Return the names of some files of a folder and of those in it."""
    found: list[str] = []
    for _, _, files in islice(os.walk(folder), _LOOKED_AT):
        found += files[:_LOOKED_AT]
        if len(found) > _LOOKED_AT:
            break
    return found


def _names_sounds(table: Path) -> bool:
    """Say whether some line in the beginning of a table names a file of sound."""
    try:
        with table.open("rb") as file:
            start = file.read(4096).decode("latin-1").lower()
    except OSError:
        return False
    cells = (cell.strip(" \"'") for line in start.splitlines()
             for cell in line.replace(";", ",").replace("\t", ",").replace("|", ",").split(","))
    return any(cell.endswith(SUFFIXES) for cell in cells)


def _options(spec: DataSpec) -> SoundOptions:
    return SoundOptions.of(IMPORTER.options(spec))


def _preview(path: Path, spec: DataSpec) -> Preview:
    from engine.data.importers.sounds_preview import preview

    return preview(path, spec, _options(spec))


def _load(path: Path, spec: DataSpec) -> Dataset:
    from engine.data.importers.sounds_loading import load

    return load(path, spec, _options(spec))


IMPORTER = Importer(
    key="sounds", title="Sounds",
    help="Recordings in a folder or zip: a folder for each class, names that say it, or a table "
         "beside them. The network sees how loud which frequencies are in every moment.",
    kind="sounds", icon="waves", opens=(".zip", ".csv", ".tsv"), opens_folders=True, fields=FIELDS,
    claims=_claims, preview=_preview, load=_load)
