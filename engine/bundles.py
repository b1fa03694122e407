"""Project and weights in one file, ``*.bplab``: a zip of ``project.json`` and ``weights.npz``.

There may be no weights in the latter, where only the project was saved.

Nothing in it is compressed and nothing is pickled: what a file says it holds cannot exceed the file
itself, so that reading allocates no more than that.
"""

from __future__ import annotations

import io
import math
import re
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.files import at_home
from engine.errors import FormatError
from engine.layers.diagnose import LARGEST_NETWORK
from engine.messages import Message, say
from engine.spec import ProjectSpec, project_from_json, project_to_json, read_project
from engine.spec.files import LARGEST_FILE, replace_file

SUFFIX = ".bplab"
PROJECT, WEIGHTS = "project.json", "weights.npz"
LARGEST_BUNDLE = LARGEST_FILE + 8 * LARGEST_NETWORK + 16 * 2**20
"""Bytes: a project, the parameters of the largest network in float64, and what lies around them."""

DTYPES = ("<f4", "<f8")
AXES = 8
"""No parameter has more."""

MAGIC = b"\x93NUMPY\x01\x00"
HEADER = re.compile(rb"\{'descr': '(<f[48])', 'fortran_order': False, 'shape': "
                    rb"\(((?:\d{1,9}(?:,|, |(?=\))))*)\), \} *\n")
"""What NumPy writes before the numbers of an array of such a type."""

BROKEN = (zipfile.BadZipFile, ValueError, KeyError, EOFError, OverflowError, OSError, RuntimeError,
          struct.error)
"""What the reader of zip files raises at those that are none."""

Arrays = dict[str, NDArray[Any]]



class Broken(ValueError):
    """A file is no bundle; the message says what is wrong, as the end of a sentence."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.code)
        self.message = message


def is_bundle(path: Path) -> bool:
    """Say whether a file of this name is a bundle; a project is a text file otherwise."""
    return path.suffix.lower() == SUFFIX


def read_either(path: Path) -> tuple[ProjectSpec, Arrays | None]:
    """Read a project of either kind.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    ProjectSpec
        The project.
    dict[str, real array] or None
        What it has learned, if the file holds that.

    Raises
    ------
    FormatError
        If the file cannot be read or is no project.
    """
    if not is_bundle(path):
        return read_project(path), None
    project, weights = read_bundle(path)
    return project, weights or None


def read_bundle(path: str | Path) -> tuple[ProjectSpec, Arrays]:
    """Read a project with its weights.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    ProjectSpec
        The project.
    dict[str, real array]
        Its parameters by name, ``layer-id/w``; float32 or float64, every number finite.

    Raises
    ------
    FormatError
        If the file cannot be read, is too large, damaged, or no bundle.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BUNDLE + 1)
    except (OSError, ValueError) as error:
        # A path with a null character is a wrong value.
        reason = error.strerror if isinstance(error, OSError) else ""
        raise FormatError("file.unreadable", path=str(path),
                          reason=reason or str(error)) from error
    if len(content) > LARGEST_BUNDLE:
        raise FormatError("bundle.too-large", place=path.name, most=LARGEST_BUNDLE)
    try:
        members = _members(content)
        if members.keys() != {PROJECT, WEIGHTS}:
            raise Broken(say("bundle.members", names=", ".join(sorted(members))[:200]) if members
                         else say("bundle.no-members"))
        text = members[PROJECT]
        if len(text) > LARGEST_FILE:
            raise Broken(say("bundle.project-too-large", most=LARGEST_FILE))
        project = project_from_json(text, path.name)
        return project, _arrays(members[WEIGHTS], project)
    except BROKEN as error:
        raise FormatError("bundle.broken", place=path.name, suffix=SUFFIX,
                          reason=_reason(error)) from error


def write_bundle(project: ProjectSpec, weights: Mapping[str, NDArray[Any]], path: str | Path
                 ) -> None:
    """Write a project with its weights so that a crash leaves either the old file or the new one.

    Parameters
    ----------
    project : ProjectSpec
        The project.
    weights : Mapping[str, real array]
        Parameters by name, as `engine.training.Trainer.weights` returns them.
    path : str or Path
        The file.

    Raises
    ------
    FormatError
        If the file cannot be written, or could not be read again.
    """
    place = Path(path).name
    packed = {}
    for name, array in weights.items():
        if problem := _problem(name, array, project):
            raise FormatError("bundle.unfit", place=place, problem=problem)
        buffer = io.BytesIO()
        np.lib.format.write_array_header_1_0(buffer, {
            "descr": array.dtype.newbyteorder("<").str, "fortran_order": False,
            "shape": array.shape})
        buffer.write(array.astype(array.dtype.newbyteorder("<")).tobytes())
        packed[f"{name}.npy"] = buffer.getvalue()
    text = project_to_json(project).encode()
    # JSON has no word for infinity and NaN, for example.
    project_from_json(text, place)
    content = _zip({PROJECT: text, WEIGHTS: _zip(packed)})
    if len(content) > LARGEST_BUNDLE:
        raise FormatError("bundle.would-be-too-large", place=place, size=len(content),
                          most=LARGEST_BUNDLE)
    replace_file(path, content)


def start_path(project: ProjectSpec, base: Path | None = None) -> Path | None:
    """Return the file whose weights a project starts from; None where it names none.

    Parameters
    ----------
    project : ProjectSpec
        Its ``start_from`` names a bundle.
    base : Path or None
        The project file or its folder, where a relative path starts; None takes the current folder.
    """
    if not project.start_from:
        return None
    folder = Path() if base is None else base.parent if base.is_file() else base
    return folder / at_home(project.start_from)


def start_weights(project: ProjectSpec, base: Path | None = None) -> Arrays | None:
    """Return the weights that a project starts from; None where it names no other project.

    Parameters
    ----------
    project, base : ProjectSpec, Path or None
        As `start_path` has them.

    Raises
    ------
    FormatError
        If that file cannot be read or is no bundle.
    """
    path = start_path(project, base)
    return None if path is None else read_bundle(path)[1]


def _members(content: bytes) -> dict[str, bytes]:
    """Return the files in a zip of which nothing is compressed; raises one of `BROKEN`."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if any(entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size
               for entry in entries):
            raise Broken(say("bundle.compressed"))
        # Several names for the same bytes would unpack to more than there is.
        if sum(entry.file_size for entry in entries) > len(content):
            raise Broken(say("bundle.claims-more"))
        if len({entry.filename for entry in entries}) < len(entries):
            raise Broken(say("bundle.name-twice"))
        return {entry.filename: archive.read(entry) for entry in entries}


def _arrays(content: bytes, project: ProjectSpec) -> Arrays:
    found = {}
    for member, packed in _members(content).items():
        name = member.removesuffix(".npy")
        try:
            array = _array(packed)
        except ValueError as error:
            raise Broken(say("bundle.member-holds", member=member[:200],
                             problem=_reason(error))) from error
        if problem := (say("bundle.no-array") if name == member else
                       _problem(name, array, project)):
            raise Broken(say("bundle.member", member=member[:200], problem=problem))
        found[name] = array
    return found


def _array(packed: bytes) -> NDArray[Any]:
    """Return the array of an npy file, whose header is measured before it is believed."""
    begin = len(MAGIC) + 2
    end = begin + int.from_bytes(packed[len(MAGIC):begin], "little")
    header = HEADER.fullmatch(packed[begin:end])
    if not packed.startswith(MAGIC) or header is None:
        raise Broken(say("bundle.no-numbers"))
    dtype = np.dtype(header[1].decode())
    shape = tuple(int(axis) for axis in header[2].split(b",") if axis.strip())
    if len(shape) > AXES or math.prod(shape) * dtype.itemsize != len(packed) - end:
        raise Broken(say("bundle.array-size", shape=shape, size=len(packed)))
    return np.frombuffer(packed, dtype, offset=end).reshape(shape).astype(dtype.newbyteorder("="))


def _reason(error: Exception) -> str | Message:
    """Return what an error says."""
    return error.message if isinstance(error, Broken) else str(error)


def _problem(name: str, array: NDArray[Any], project: ProjectSpec) -> Message | None:
    """Say what keeps a parameter from being in a bundle, or return None."""
    layer, _, parameter = name.partition("/")
    if layer not in {other.id for other in project.network} or not parameter.isidentifier():
        return say("bundle.no-parameter", name=name[:200])
    # Zip files know neither: a reader may end the name there, or make a slash of it.
    if "\0" in name or "\\" in name or len(name) > 1000:
        return say("bundle.name", name=name[:200])
    if array.dtype.newbyteorder("<").str not in DTYPES or array.ndim > AXES:
        return say("bundle.array", name=name, dtype=str(array.dtype), axes=array.ndim)
    return None if np.isfinite(array).all() else say("bundle.not-finite", name=name)


def _zip(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            # Without a date of its own the same project is the same file.
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()
