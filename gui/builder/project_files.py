"""What a project is called, and where its table lies, inside its file and outside."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from engine.data import TABLE
from engine.data.dataset import Dataset
from engine.spec import ProjectSpec


def name_of(dataset: Dataset) -> str:
    """Return what a project is called that nobody has named: ``Digits``, ``people``."""
    return Path(dataset.title).stem if dataset.key == TABLE else dataset.title


def with_absolute_data(project: ProjectSpec, path: Path | None) -> ProjectSpec:
    """Return the project with the path of its table starting at the root.

    Parameters
    ----------
    project : ProjectSpec
        A project as its file has it.
    path : Path | None
        That file; None if there is none.
    """
    data = project.data
    if path is None or not data.path or Path(data.path).is_absolute():
        return project
    absolute = (path.resolve().parent / data.path).resolve()
    return replace(project, data=replace(data, path=str(absolute)))


def with_relative_data(project: ProjectSpec, path: Path) -> ProjectSpec:
    """Return the project as it is written to ``path``: a table beside it named from there."""
    data, folder = project.data, path.resolve().parent
    if not data.path or not Path(data.path).is_relative_to(folder):
        return project
    relative = Path(data.path).relative_to(folder).as_posix()
    return replace(project, data=replace(data, path=relative))
