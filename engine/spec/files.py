"""Project files: JSON in, JSON out."""

from __future__ import annotations

from pathlib import Path

import msgspec

from engine.errors import FormatError
from engine.spec.network import MOST_LAYERS
from engine.spec.opening import opened, unreadable
from engine.spec.project import FORMAT_VERSION, ProjectSpec
from engine.spec.replacing import replace_file

LARGEST_FILE = 16 * 2**20
"""A project is text of a few kilobytes; more than this many bytes is not one."""

_FIRST = {"[": "list", '"': "text", "t": "yes or no", "f": "yes or no", "n": "null"}
"""What JSON that is no object is, by its first letter."""

LONGEST_VERSION = 9
"""Digits; what has more is no version that there will ever be."""


def project_to_json(project: ProjectSpec) -> str:
    """Return a project as indented JSON that leaves nothing to defaults.

    Raises
    ------
    FormatError
        If a text cannot be written, such as a file name with bytes that mean nothing.
    """
    try:
        return msgspec.json.format(msgspec.json.encode(project), indent=2).decode() + "\n"
    except UnicodeError as error:
        raise FormatError("project.text", reason=str(error)) from error


def project_from_json(text: str | bytes, place: str = "Project") -> ProjectSpec:
    """Read a project from JSON.

    Parameters
    ----------
    text : str or bytes
        The JSON.
    place : str
        Name for error messages, such as the file's.

    Raises
    ------
    FormatError
        If the text is not JSON, of a newer version, has too many layers, or does not describe a
        project. The message names the field.
    """
    try:
        check_version(text, place)
        project = msgspec.json.decode(text, type=ProjectSpec)
    except msgspec.ValidationError as error:
        raise FormatError("project.field", place=place, reason=str(error)) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise FormatError("project.not-json", place=place, reason=str(error)) from error
    check_layers(project, place)
    return project


def check_layers(project: ProjectSpec, place: str) -> None:
    """Raise FormatError for a network of more layers than can be looked at."""
    if len(project.network) > MOST_LAYERS:
        # Whatever comes next walks through them, some of it layer by layer for every layer.
        raise FormatError("project.too-many-layers", place=place, count=len(project.network),
                          most=MOST_LAYERS)


class _Outline(msgspec.Struct):
    """What is read of a file before its fields are believed: nothing else of it is kept."""

    version: msgspec.Raw = msgspec.Raw()


def check_version(text: str | bytes, place: str, newest: int = FORMAT_VERSION) -> None:
    """Raise FormatError for what is no object or of a newer version; msgspec's for no JSON."""
    try:
        version = bytes(msgspec.json.decode(text, type=_Outline).version).strip()
    except msgspec.ValidationError as error:
        first = text.lstrip()[:1]
        raise FormatError("project.no-object", place=place, type=_FIRST.get(
            first if isinstance(first, str) else first.decode("ascii", "replace"), "number"
        )) from error
    if version.isdigit() and (len(version) > LONGEST_VERSION or int(version) > newest):
        raise FormatError("project.version", place=place,
                          version=version[:LONGEST_VERSION].decode(), newest=newest)


def read_project(path: str | Path) -> ProjectSpec:
    """Read a project file.

    Raises
    ------
    FormatError
        If the file cannot be read or is not a project.
    """
    path = Path(path)
    return project_from_json(text_of(path), path.name)


def text_of(path: Path) -> bytes:
    """Return what a file of JSON holds.

    Raises
    ------
    FormatError
        If it cannot be read, is no file, or is larger than any project.
    """
    try:
        with opened(path) as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    if len(content) > LARGEST_FILE:
        raise FormatError("project.too-large", place=path.name, most=LARGEST_FILE)
    return content


def write_project(project: ProjectSpec, path: str | Path) -> None:
    """Write a project file so that a crash leaves either the old one or the new one.

    Raises
    ------
    FormatError
        If the file cannot be written, or could not be read again.
    """
    text = project_to_json(project)
    # JSON has no word for infinity and NaN, for example.
    project_from_json(text, Path(path).name)
    replace_file(path, text.encode())
