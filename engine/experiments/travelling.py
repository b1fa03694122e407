"""The files that a project names, on their way to another computer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from msgspec.structs import replace

from engine.data.copies import in_copy, paths_of
from engine.data.digests import files_in
from engine.errors import DataError, SpecError
from engine.spec import DataSpec, ProjectSpec

MOST = 2**30
"""Bytes of files that are sent along; more belongs on a folder that all computers see."""

Files = Mapping[str, bytes]
"""Contents by name: ``0/iris.csv``, of folders every file below, ``0/faces/anna/1.png``."""


def named_by(project: ProjectSpec) -> tuple[str, ...]:
    """Return the files and folders that a project reads, weights to start with last."""
    start = (project.start_from,) if project.start_from else ()
    return (*paths_of(project.data), *start)


def pack(project: ProjectSpec) -> dict[str, bytes]:
    """Return the files that a project names.

    Raises
    ------
    DataError
        If one cannot be read.
    SpecError
        If they are too large to be sent to every computer.
    """
    found: dict[str, bytes] = {}
    size = 0
    data = in_copy(project.data)
    lying = [Path(path) for path in named_by(replace(project, data=data))]
    for number, (called, path) in enumerate(zip(_names(project), lying, strict=True)):
        try:
            names = [name for name, _ in files_in(path)] if path.is_dir() else [""]
            for name in names:
                content = (path / name).read_bytes() if name else path.read_bytes()
                size += len(content)
                if size > MOST:
                    raise SpecError("cluster.too-large", place=called, most=MOST)
                found[str(PurePosixPath(str(number), called, name))] = content
        except OSError as error:
            raise DataError("file.failed", path=str(path),
                            reason=error.strerror or str(error)) from error
    return found


def digest_of(files: Files) -> str:
    """Return what tells these files from others."""
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{len(content)}\n".encode("utf-8", "surrogateescape") + content)
    return digest.hexdigest()[:32]


def unpack(files: Files, home: Path) -> None:
    """Write files into a folder; nothing where that is there already."""
    if home.is_dir():
        return
    for name, content in files.items():
        place = home / PurePosixPath(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def at_home(project: ProjectSpec, home: Path) -> ProjectSpec:
    """Return a project that reads its files from where `unpack` has put them."""
    found = [str(home / str(number) / name) for number, name in enumerate(_names(project))]
    start_from = project.start_from
    if start_from:
        start_from = found.pop()
    return replace(project, start_from=start_from, data=_moved(project.data, found))


def _moved(data: DataSpec, found: list[str]) -> DataSpec:
    if not found:
        return data
    path, *rest = found
    table = replace(data.table, test_path=rest[-1]) if data.table.test_path else data.table
    # What has been unpacked is the copy itself.
    return replace(data, path=path, more_paths=tuple(rest[:len(data.more_paths)]), table=table,
                   embedded="")


def _names(project: ProjectSpec) -> list[str]:
    """Return what they are called, on whichever system."""
    return [re.split(r"[\\/]", path)[-1] for path in named_by(project)]
