"""Reading archives of NumPy arrays that anybody may have written: nothing in them is run.

Compressed ones are read too, unlike those in project files, so that what a member unpacks to is
asked for first; a header's shape is believed only where as many bytes follow.
"""

from __future__ import annotations

import io
import math
import struct
import zipfile
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.foreign.unreadable import Unreadable
from engine.messages import say

ENDING = ".npy"
AXES = 8
LONGEST_HEADER = 10_000
"""Bytes of a member that come before its numbers."""

_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, ValueError, KeyError, EOFError, OSError,
           OverflowError, RuntimeError, NotImplementedError, SyntaxError, MemoryError,
           RecursionError)
"""What readers of zip files and of NumPy's headers raise at those that are none."""

_READERS = {(1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0}


def read(content: bytes, most: int) -> dict[str, NDArray[Any]]:
    """Return the arrays of an archive, in its order.

    Parameters
    ----------
    content : bytes
        The file.
    most : int
        Bytes that all of them may unpack to.

    Raises
    ------
    Unreadable
        If it is damaged, no such file, too large, or holds objects of Python.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if (size := sum(entry.file_size for entry in entries)) > most:
                raise Unreadable(say("foreign.unpacks", size=size, most=most))
            if len({entry.filename for entry in entries}) < len(entries):
                raise Unreadable(say("bundle.name-twice"))
            return {entry.filename.removesuffix(ENDING): _array(entry, archive)
                    for entry in entries}
    except Unreadable:
        raise
    except _BROKEN as error:
        raise Unreadable(say("foreign.not-npz", reason=str(error)[:200])) from error


def _array(entry: zipfile.ZipInfo, archive: zipfile.ZipFile) -> NDArray[Any]:
    name = entry.filename[:200]
    with archive.open(entry) as member:
        # One byte more than it says: zip readers end where the sizes of the entry end.
        packed = member.read(entry.file_size + 1)
    file = io.BytesIO(packed)
    reader = _READERS.get(np.lib.format.read_magic(file))
    if reader is None:
        raise Unreadable(say("foreign.member", name=name))
    shape, is_fortran, dtype = reader(file, max_header_size=LONGEST_HEADER)
    if dtype.hasobject:
        # Objects of Python are pickled, and to read a pickle is to run a program.
        raise Unreadable(say("foreign.objects", name=name))
    numbers = memoryview(packed)[file.tell():]
    if dtype.kind not in "fiub":
        raise Unreadable(say("foreign.type", name=name, dtype=str(dtype)))
    if len(shape) > AXES or math.prod(shape) * dtype.itemsize != len(numbers):
        raise Unreadable(say("foreign.array-size", name=name, shape=shape, dtype=str(dtype),
                             size=len(numbers)))
    return np.frombuffer(numbers, dtype).reshape(shape, order="F" if is_fortran else "C")
