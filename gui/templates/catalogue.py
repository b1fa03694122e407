"""The templates, as the index beside their project files lists them."""

from __future__ import annotations

from pathlib import Path

import msgspec

from engine.errors import FormatError
from engine.spec import ProjectSpec, read_project

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "examples"
INDEX = "index.json"


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A project to begin with.

    Attributes
    ----------
    file : str
        Name of its project file.
    summary : str
        One sentence: what it is.
    watch : str
        One sentence: what to see when it runs.
    """

    file: str
    summary: str
    watch: str

    @property
    def path(self) -> Path:
        """Its project file."""
        return FOLDER / self.file

    def project(self) -> ProjectSpec:
        """Return the project; raises FormatError if its file cannot be read."""
        return read_project(self.path)


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Templates that belong together.

    Attributes
    ----------
    title : str
        What people read.
    templates : tuple[Template, ...]
        In the order in which to look at them.
    """

    title: str
    templates: tuple[Template, ...]


def families(folder: Path = FOLDER) -> tuple[Family, ...]:
    """Return the templates of an index, by family.

    Raises
    ------
    FormatError
        If the index is not there or is none.
    """
    try:
        return msgspec.json.decode((folder / INDEX).read_bytes(), type=tuple[Family, ...])
    except (OSError, msgspec.DecodeError) as error:
        raise FormatError("templates.unreadable", place=INDEX, reason=str(error)) from error


def templates(folder: Path = FOLDER) -> tuple[Template, ...]:
    """Return all templates in order; raises as `families` does."""
    return tuple(template for family in families(folder) for template in family.templates)
