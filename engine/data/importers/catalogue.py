"""Every importer, and which of them a file or folder is meant for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from engine.data.files import check_access
from engine.data.importers import drawings, sounds
from engine.data.importers.images import IMAGES
from engine.data.importers.importer import Importer, Preview
from engine.data.importers.series_files import SERIES
from engine.data.importers.texts import TEXTS
from engine.errors import DataError
from engine.spec import DataSpec

_IMPORTERS: tuple[Importer, ...] = (
    IMAGES,
    sounds.IMPORTER,
    drawings.IMPORTER,
    TEXTS,
    SERIES,
)

IMPORTERS: Mapping[str, Importer] = MappingProxyType({one.key: one for one in _IMPORTERS})
"""By key, in the order in which they are offered."""


def recognised(path: Path, importers: Mapping[str, Importer] = IMPORTERS
               ) -> tuple[Importer, ...]:
    """Return the importers that a file or folder may be meant for, the most likely first."""
    claims = [(_claim(one, path), one) for one in importers.values()]
    return tuple(one for claim, one in sorted(claims, key=lambda pair: -pair[0]) if claim > 0)


def _claim(one: Importer, path: Path) -> float:
    try:
        return one.claims(path)
    except OSError:
        # A folder without rights, or one that is gone meanwhile.
        return 0.0


def preview(path: Path, spec: DataSpec) -> Preview:
    """Look at what a person brings before it is loaded.

    Parameters
    ----------
    path : Path
        File or folder.
    spec : DataSpec
        Its ``source`` is the importer's key, its ``options`` say how.

    Raises
    ------
    DataError
        If there is no such importer, file or folder, or nothing can be made of it.
    """
    found = importer(spec.source)
    check_access(path)
    return found.preview(path, spec)


def importer(key: str) -> Importer:
    """Return an importer; raises DataError for a key that has none."""
    if key not in IMPORTERS:
        raise DataError("data.unknown", key=key, known=tuple(IMPORTERS))
    return IMPORTERS[key]
