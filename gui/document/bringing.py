"""Loading what a person brings, off the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from engine.bundles.archive import Broken
from engine.bundles.enclosed import keep_copy, packed
from engine.data import Dataset, load
from engine.data.copies import in_copy, paths_of
from engine.data.digests import digest_of
from engine.errors import DataError
from engine.spec import DataSpec


@dataclass(frozen=True, eq=False)
class Brought:
    """Data of a person's own, ready to be learned from.

    Attributes
    ----------
    data : DataSpec
        As it was asked for, with what tells whether the files are still the same.
    dataset : Dataset
        Its examples.
    """

    data: DataSpec
    dataset: Dataset


def bring(data: DataSpec, load_data: Callable[[DataSpec], Dataset] = load, *,
          embeds: bool = False) -> Brought:
    """Load what lies at an absolute path, and note what lay there.

    Parameters
    ----------
    data : DataSpec
        What to load.
    load_data : callable
        Loads it.
    embeds : bool
        Whether a copy is to travel in the project; then it is the copy that is loaded.

    Raises
    ------
    EngineError
        If it cannot be learned from, or no copy can be kept.
    """
    data = replace(data, digest=digest_of(Path(data.path)))
    return embedded(data, load_data) if embeds else Brought(data, load_data(data))


def embedded(data: DataSpec, load_data: Callable[[DataSpec], Dataset] = load) -> Brought:
    """Let a copy of data, as they are now, travel in the project; it is the copy that is loaded.

    Raises
    ------
    EngineError
        If they are too large, cannot be read, no copy can be kept, or it is not enough: what lies
        beside a file does not travel with it.
    """
    try:
        key = keep_copy(packed([Path(path) for path in paths_of(data)]))
    except Broken as error:
        # A name that other systems would not take for one.
        raise DataError("enclosed.unfit", place=Path(data.path).name,
                        problem=error.message) from error
    data = replace(data, embedded=key)
    try:
        return Brought(data, load_data(data))
    except DataError as error:
        raise DataError("enclosed.not-enough", place=Path(data.path).name,
                        problem=error.message) from error


@dataclass(frozen=True)
class Moved:
    """Data that are no longer what they were.

    Attributes
    ----------
    data : DataSpec
        As the project has them.
    digest : str
        What lies there now.
    """

    data: DataSpec
    digest: str


def moved(data: DataSpec) -> Moved | None:
    """Say whether what was brought has changed since; None if not, or if nobody can know.

    What is not there at all is told where it is loaded, and what travels in the project is there.
    """
    if not data.digest or in_copy(data) != data:
        return None
    try:
        digest = digest_of(Path(data.path))
    except DataError:
        return None
    return None if digest == data.digest else Moved(data, digest)
