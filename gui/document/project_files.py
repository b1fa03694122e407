"""What a project is called, and where the files lie that it names."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace as replace_run
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from numpy.typing import NDArray

from engine.bundles import Beside, Saved, is_bundle, read_saved, write_bundle
from engine.data import TABLE, TEXT
from engine.data.copies import paths_of
from engine.data.dataset import Dataset
from engine.data.files import at_home, is_there
from engine.data.importers.catalogue import IMPORTERS
from engine.errors import FormatError
from engine.messages import elided, legible
from engine.spec import DataSpec, ProjectSpec, write_project
from engine.spec.replacing import remove_unfinished

if TYPE_CHECKING:
    from engine.telemetry.checkpoint import Checkpoint
    from engine.telemetry.earlier_run import EarlierRun

Weights = Mapping[str, NDArray[Any]]
"""Parameters by name, ``layer-id/w``."""


LONGEST_TITLE = 100
"""Letters of a title; of more, both ends are shown."""

Stamp = tuple[int, int]
"""When a file was last written, in ns, and its size."""


def stamp_of(path: Path) -> Stamp | None:
    """Return what tells that a file has been written again; None where it cannot be looked at."""
    try:
        about = path.stat()
    except (OSError, ValueError):
        return None
    return about.st_mtime_ns, about.st_size


def write_file(project: ProjectSpec, path: Path, *, checkpoint: Checkpoint | None = None,
               beside: Beside | None = None, earlier: Sequence[EarlierRun] = (),
               opened: Path | None = None) -> None:
    """Write a project, with what runs have left if the file can hold that; raises FormatError.

    Parameters
    ----------
    project : ProjectSpec
        The project; paths in it are absolute.
    path : Path
        The file.
    checkpoint : Checkpoint | None
        Where its run is.
    beside : Beside | None
        What stands beside it.
    earlier : sequence of EarlierRun
        Runs from before.
    opened : Path | None
        The file that the project comes from, if there is one.
    """
    if project.data.embedded and not is_bundle(path):
        project = _without_copy(project, path)
    project = with_relative_paths(project, path)
    if is_bundle(path):
        if beside is not None:
            beside = Beside(with_relative_paths(beside.project, path), beside.checkpoint)
        write_bundle(project, {}, path, checkpoint=checkpoint, beside=beside, opened=opened,
                     earlier=[replace_run(run, project=with_relative_paths(run.project, path))
                              for run in earlier])
    else:
        write_project(project, path)


def _without_copy(project: ProjectSpec, path: Path) -> ProjectSpec:
    """Return a project whose data lie where they were brought from; raises FormatError."""
    if not all(is_there(Path(one)) for one in paths_of(project.data)):
        raise FormatError("enclosed.text", place=path.name, name=Path(project.data.path).name)
    return replace(project, data=replace(project.data, embedded=""))


def read_file(path: Path) -> Saved:
    """Read all that a project file holds, paths in it made absolute; raises FormatError.

    What killed programs have left of it, unfinished, is removed.
    """
    saved = read_saved(path)
    place = Path(os.path.realpath(path))
    remove_unfinished(place.parent, place.name)
    # The paths of B are made absolute where it is shown.
    return replace_run(saved, project=with_absolute_paths(saved.project, path), earlier=tuple(
        replace_run(run, project=with_absolute_paths(run.project, path))
        for run in saved.earlier))


def name_of(dataset: Dataset) -> str:
    """Return what a project is called that nobody has named: ``Digits``, ``people``."""
    own = dataset.key in (TABLE, TEXT, *IMPORTERS)
    return Path(dataset.title).stem if own else dataset.title


def title_of(project: ProjectSpec, path: Path | None) -> str:
    """Return what a project is called: by its file, or else by its own name."""
    return legible(elided(path.stem if path else project.name, LONGEST_TITLE))


def home_folder() -> str:
    """Return the folder in which a person looks for files first."""
    try:
        return str(Path.home())
    except RuntimeError:
        # A user without an entry in the system's list and without HOME.
        return str(Path.cwd())


def with_absolute_paths(project: ProjectSpec, path: Path | None) -> ProjectSpec:
    """Return the project with the paths of its data and of its first weights made absolute.

    Parameters
    ----------
    project : ProjectSpec
        A project as its file has it.
    path : Path | None
        That file; None if there is none.
    """
    if path is None:
        return project
    folder = path.resolve().parent
    return replace(project, start_from=_absolute(project.start_from, folder),
                   data=_with_paths(project.data, _absolute, folder))


def with_relative_paths(project: ProjectSpec, path: Path) -> ProjectSpec:
    """Return the project as it is written to ``path``: files beside it named from there."""
    folder = path.resolve().parent
    return replace(project, start_from=_relative(project.start_from, folder),
                   data=_with_paths(project.data, _relative, folder))


def _with_paths(data: DataSpec, written: Callable[[str, Path], str], folder: Path) -> DataSpec:
    table = replace(data.table, test_path=written(data.table.test_path, folder))
    more = tuple(written(path, folder) for path in data.more_paths)
    return replace(data, path=written(data.path, folder), more_paths=more, table=table)


def _absolute(path: str, folder: Path) -> str:
    if not path or Path(path).is_absolute():
        return path
    try:
        return str((folder / at_home(path)).resolve())
    except (OSError, ValueError):
        # Such as one with a null character: whoever is to open it says what is wrong.
        return path


def _relative(path: str, folder: Path) -> str:
    inside = path and Path(path).is_relative_to(folder)
    return Path(path).relative_to(folder).as_posix() if inside else path
