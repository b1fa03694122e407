"""What a person brings, looked at off the window's thread: what it may be, and a preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from engine.data.digests import size_of
from engine.data.files import check_access
from engine.data.importers.catalogue import recognised
from engine.data.importers.importer import Importer, Preview
from engine.errors import DataError, EngineError
from engine.spec import DataSpec, TableSpec


@dataclass(frozen=True, eq=False)
class Found:
    """What was found at some paths.

    Attributes
    ----------
    data : DataSpec
        As it was looked at.
    candidates : tuple[Importer, ...]
        What it may be, the most likely first.
    importer : Importer | None
        As what it was looked at; None if it is nothing that is known.
    preview : Preview | None
        What was seen; None if nothing can be made of it.
    fault : EngineError | None
        Why not.
    size : int
        Bytes of all that lies there.
    """

    data: DataSpec
    candidates: tuple[Importer, ...]
    importer: Importer | None
    preview: Preview | None = None
    fault: EngineError | None = None
    size: int = 0


def look(paths: Sequence[Path], data: DataSpec, importers: Mapping[str, Importer]) -> Found:
    """Look at files or folders.

    Parameters
    ----------
    paths : sequence of Path
        At least one, all absolute; what the first is, the others are.
    data : DataSpec
        Its ``source`` is an importer's key, or another one to find out; its options say how, where
        it is an importer's.
    importers : Mapping[str, Importer]
        All that there are.
    """
    first, *more = paths
    data = replace(data, path=str(first), more_paths=tuple(map(str, more)), table=TableSpec(),
                   digest="", embedded="")
    try:
        check_access(first)
    except DataError as error:
        return Found(data, (), None, fault=error)
    candidates = recognised(first, importers)
    chosen = importers.get(data.source)
    if chosen is None:
        if not candidates:
            fault = (DataError("importing.unknown", place=first.name) if size_of(first)
                     else DataError("importing.nothing", place=first.name))
            return Found(data, (), None, fault=fault)
        chosen = candidates[0]
        data = replace(data, source=chosen.key, options={})
    if chosen not in candidates:
        candidates = (*candidates, chosen)
    size = sum(map(size_of, paths))
    try:
        return Found(data, candidates, chosen, chosen.preview(first, data), size=size)
    except EngineError as error:
        return Found(data, candidates, chosen, fault=error, size=size)
