"""Files of weights by what they are called; of any other kind, a sentence says what to do."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from engine.errors import FormatError
from engine.foreign import npz, onnx, safetensors
from engine.foreign.group import CHANNELS_LAST, FLATTENING, FORMAT, WeightsFile, grouped
from engine.foreign.unreadable import Unreadable
from engine.layers.diagnose import LARGEST_NETWORK
from engine.messages import Message, say
from engine.spec.opening import opened

LARGEST_FILE = 2 * 8 * LARGEST_NETWORK
"""Bytes: the largest network in float64, and as much again around it."""

MOST_ARRAYS, LONGEST_NAME = 10_000, 500
"""What is searched for each layer of a network, and written into a sentence."""

KNOWN_FORMATS = frozenset({"", "pt", "np", "tf", "flax", "keras"})
"""What safetensors files say of the framework that wrote them, where names tell the layout."""

INITIAL = "initial/"
"""What stands before ``layer-id/w`` where these are weights before step 1."""

_PICKLE, _HDF = say("foreign.pickle", place=""), say("foreign.hdf", place="")

REFUSED: Mapping[str, Message] = {
    **dict.fromkeys((".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle"), _PICKLE),
    **dict.fromkeys((".h5", ".hdf5", ".keras"), _HDF)}
"""Files that hold weights, and what is to be done instead."""


def _safetensors(content: bytes, name: str) -> WeightsFile:
    arrays, about = safetensors.read(content)
    groups = grouped(arrays, is_foreign=about.get(FORMAT, "") not in KNOWN_FORMATS)
    # Its arrays are sorted by type and name.
    return WeightsFile(name, groups, False, about.get(FLATTENING) == CHANNELS_LAST)


def _npz(content: bytes, name: str) -> WeightsFile:
    arrays = {key: array for key, array in npz.read(content, LARGEST_FILE).items()
              if not is_first(key)}
    return WeightsFile(name, grouped(arrays), True)


_READERS: Mapping[str, tuple[Callable[[bytes, str], WeightsFile], Message]] = {
    ".safetensors": (_safetensors, say("foreign.is-safetensors")),
    ".npz": (_npz, say("foreign.is-npz")), ".onnx": (onnx.read, say("foreign.is-onnx"))}

SUFFIXES = tuple(_READERS)
"""Endings of the files that are read."""


def is_first(key: str) -> bool:
    """Say whether an array is one before step 1; a layer may be called ``initial`` as well."""
    return key.startswith(INITIAL) and "/" in key.removeprefix(INITIAL)


def is_foreign(path: Path) -> bool:
    """Say whether a file of this name holds weights of another program."""
    return path.suffix.lower() in _READERS.keys() | REFUSED.keys()


def read_weights_file(path: Path) -> WeightsFile:
    """Read the arrays of a file.

    Parameters
    ----------
    path : Path
        A safetensors file, an archive of NumPy arrays, or an ONNX model.

    Raises
    ------
    FormatError
        If it cannot be read, is too large, damaged, or of another kind.
    """
    suffix = path.suffix.lower()
    if suffix not in _READERS:
        fault = REFUSED.get(suffix, say("foreign.kind", place=""))
        raise FormatError.of(fault.changed(place=path.name))
    reader, kind = _READERS[suffix]
    content = _content(path)
    try:
        return _checked(reader(content, path.name))
    except Unreadable as error:
        raise FormatError("foreign.broken", place=path.name, kind=kind,
                          reason=error.message) from error


def _checked(file: WeightsFile) -> WeightsFile:
    """Return a file whose arrays can be searched and named; raises Unreadable."""
    names = [part.name for group in file.groups for part in group.parts.values()]
    names += file.loose
    if len(names) > MOST_ARRAYS:
        raise Unreadable(say("foreign.many", count=len(names), most=MOST_ARRAYS))
    if longest := next((name for name in names if len(name) > LONGEST_NAME), ""):
        raise Unreadable(say("foreign.long-name", name=longest[:80], most=LONGEST_NAME))
    return file


def _content(path: Path) -> bytes:
    """Return the bytes of a file that is not too large; raises FormatError."""
    try:
        # Refuses what is no file, such as a pipe: nobody may ever write to it.
        with opened(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > LARGEST_FILE:
                raise FormatError("foreign.too-large", place=path.name, size=size,
                                  most=LARGEST_FILE)
            return file.read(size)
    except (OSError, ValueError) as error:
        # A path with a null character is a wrong value.
        why = error.strerror if isinstance(error, OSError) else ""
        raise FormatError("file.unreadable", path=str(path), reason=why or str(error)) from error
