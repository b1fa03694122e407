"""Archives as bytes, in one piece: to be looked into, and to be spoilt."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from engine.bundles import archive, pieces
from engine.bundles.archive import Section
from engine.bundles.npz import Arrays
from engine.bundles.npz import arrays_in as _arrays_in
from engine.bundles.npz import npz as _npz


def members(content: bytes) -> dict[str, bytes]:
    """Return the files in an archive."""
    return {name: member.content()
            for name, member in archive.members(io.BytesIO(content), len(content)).items()}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of files."""
    return pieces.zip_of({name: pieces.of_bytes(held) for name, held in files.items()}).content()


def npz(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return an archive of arrays."""
    return _npz(arrays).content()


def arrays_in(content: bytes) -> Arrays:
    """Return the arrays in an archive."""
    return _arrays_in(Section(io.BytesIO(content), 0, len(content), 0))
