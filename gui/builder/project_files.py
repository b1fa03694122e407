"""What a project is called, and where the files that it names lie, inside its file and outside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from engine.data import TABLE
from engine.data.dataset import Dataset
from engine.spec import ProjectSpec


def name_of(dataset: Dataset) -> str:
    """Return what a project is called that nobody has named: ``Digits``, ``people``."""
    return Path(dataset.title).stem if dataset.key == TABLE else dataset.title


def with_absolute_paths(project: ProjectSpec, path: Path | None) -> ProjectSpec:
    """Return the project with the paths of other files that it names starting at the root.

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

    def absolute(name: str) -> str:
        if not name or Path(name).is_absolute():
            return name
        return str((folder / name).resolve())
    return _with_paths(project, absolute)


def with_relative_paths(project: ProjectSpec, path: Path) -> ProjectSpec:
    """Return the project as it is written to ``path``: files beside it named from there."""
    folder = path.resolve().parent

    def relative(name: str) -> str:
        if not name or not Path(name).is_relative_to(folder):
            return name
        return Path(name).relative_to(folder).as_posix()
    return _with_paths(project, relative)


def _with_paths(project: ProjectSpec, change: Callable[[str], str]) -> ProjectSpec:
    """Return the project with its table's path and that of the weights it starts from changed."""
    return replace(project, data=replace(project.data, path=change(project.data.path)),
                   start_from=change(project.start_from))
