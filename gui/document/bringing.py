"""Loading what a person brings, off the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from engine.data import Dataset, load
from engine.data.digests import digest_of
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


def bring(data: DataSpec, load_data: Callable[[DataSpec], Dataset] = load) -> Brought:
    """Load what lies at an absolute path, and note what lay there.

    Raises
    ------
    DataError
        If it cannot be learned from.
    """
    dataset = load_data(data)
    return Brought(replace(data, digest=digest_of(Path(data.path))), dataset)
