"""Project files: JSON in, JSON out."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import FormatError
from engine.spec.project import FORMAT_VERSION, ProjectSpec

LARGEST_FILE = 16 * 2**20
"""A project is text of a few kilobytes; more than this many bytes is not one."""


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
        If the text is not JSON, of a newer version, or does not describe a project. The message
        names the field.
    """
    try:
        raw = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise FormatError("project.not-json", place=place, reason=str(error)) from error
    _check_version(raw, place)
    try:
        return msgspec.convert(raw, ProjectSpec)
    except msgspec.ValidationError as error:
        raise FormatError("project.field", place=place, reason=str(error)) from error


def _check_version(raw: Any, place: str) -> None:
    if not isinstance(raw, dict):
        raise FormatError("project.no-object", place=place, type=type(raw).__name__)
    version = raw.get("version", FORMAT_VERSION)
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise FormatError("project.version", place=place, version=version,
                          newest=FORMAT_VERSION)


def read_project(path: str | Path) -> ProjectSpec:
    """Read a project file.

    Raises
    ------
    FormatError
        If the file cannot be read or is not a project.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise FormatError("file.unreadable", path=str(path), reason=str(error.strerror)) from error
    if len(content) > LARGEST_FILE:
        raise FormatError("project.too-large", place=path.name, most=LARGEST_FILE)
    return project_from_json(content, path.name)


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


def replace_file(path: str | Path, content: bytes) -> None:
    """Write a file so that a crash leaves either the old one or the new one.

    Raises
    ------
    FormatError
        If it cannot be written.
    """
    # A link stays a link: what it points to is written.
    path = Path(os.path.realpath(path))
    try:
        _replace(path, content)
    except OSError as error:
        raise FormatError("file.unwritable", path=str(path), reason=str(error.strerror)) from error


def _replace(path: Path, content: bytes) -> None:
    """Write a file beside ``path``, with its permissions, and put it in its place."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, beside)
        os.replace(beside, path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
