"""Arrays of plain numbers in an archive; nothing is pickled, and headers are measured first."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.bundles.archive import Broken, members, reason, zipped
from engine.messages import Message, say

Arrays = dict[str, NDArray[Any]]

REALS = ("<f4", "<f8")
"""What weights are."""

NUMBERS = (*REALS, "<i4", "<i8", "|u1")
"""What all other arrays are."""

AXES = 8
"""No parameter has more."""

MAGIC = b"\x93NUMPY\x01\x00"
HEADER = re.compile(rb"\{'descr': '(<[fi][48]|\|u1)', 'fortran_order': False, 'shape': "
                    rb"\(((?:\d{1,9}(?:,|, |(?=\))))*)\), \} *\n")
"""What NumPy writes before the numbers of an array of such a type."""

ENDING = ".npy"
LONGEST_NAME = 1000


def npz(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return arrays of `NUMBERS` in an archive, in the form that NumPy reads."""
    packed = {}
    for name, array in arrays.items():
        buffer = io.BytesIO()
        little = array.dtype.newbyteorder("<")
        np.lib.format.write_array_header_1_0(buffer, {
            "descr": little.str, "fortran_order": False, "shape": array.shape})
        buffer.write(array.astype(little).tobytes())
        packed[name + ENDING] = buffer.getvalue()
    return zipped(packed)


def arrays_in(content: bytes, problem_of: Callable[[str, NDArray[Any]], Message | None]) -> Arrays:
    """Return the arrays in an archive; raises one of `engine.bundles.archive.BROKEN`.

    Parameters
    ----------
    content : bytes
        The archive.
    problem_of : callable
        Says what keeps an array of this name from being there; None: nothing.
    """
    found = {}
    for member, packed in members(content).items():
        name = member.removesuffix(ENDING)
        try:
            array = _array(packed)
        except ValueError as error:
            raise Broken(say("bundle.member-holds", member=member[:200],
                             problem=reason(error))) from error
        if problem := say("bundle.no-array") if name == member else problem_of(name, array):
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


def unfit_name(name: str) -> Message | None:
    """Say that a name cannot stand in a zip file, or return None."""
    # Zip files know neither: a reader may end the name there, or make a slash of it.
    if "\0" in name or "\\" in name or len(name) > LONGEST_NAME:
        return say("bundle.name", name=name[:200])
    return None


def unfit_array(name: str, array: NDArray[Any], kinds: Collection[str] = NUMBERS
                ) -> Message | None:
    """Say what keeps an array out of an archive, or return None."""
    if array.dtype.newbyteorder("<").str not in kinds or array.ndim > AXES:
        return say("bundle.array", name=name, dtype=str(array.dtype), axes=array.ndim)
    return None
