"""Arrays of plain numbers in an archive; nothing is pickled, and headers are measured first."""

from __future__ import annotations

import io
import math
import re
import sys
import zlib
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import largest
from engine.bundles.archive import Broken, Section, members_of, reason
from engine.bundles.pieces import PIECE, Part, of_memory, zip_of
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


def npz(arrays: Mapping[str, NDArray[Any]]) -> Part:
    """Return arrays of `NUMBERS` in an archive, in the form that NumPy reads."""
    return zip_of({name + ENDING: _npy(array) for name, array in arrays.items()})


def _npy(array: NDArray[Any]) -> Part:
    begin = io.BytesIO()
    # Those that lie in memory as they are written are not copied.
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    np.lib.format.write_array_header_1_0(begin, {
        "descr": little.dtype.str, "fortran_order": False, "shape": array.shape})
    return of_memory(begin.getvalue(), little.reshape(-1).view(np.uint8).data)


class StoredArray:
    """An array of an archive, whose header is measured; its numbers are read when asked for.

    Parameters
    ----------
    member : Section
        An npy file.

    Attributes
    ----------
    dtype, shape
        Its type, in this machine's order of bytes, and its shape.

    Raises
    ------
    ValueError
        If that is none, or of another size than it says.
    """

    def __init__(self, member: Section) -> None:
        member.seek(0)
        begin = member.read(len(MAGIC) + 2) or b""
        rest = member.read(int.from_bytes(begin[len(MAGIC):], "little")) or b""
        header = HEADER.fullmatch(rest)
        if not begin.startswith(MAGIC) or header is None:
            raise Broken(say("bundle.no-numbers"))
        stored = np.dtype(header[1].decode())
        self.shape = tuple(int(axis) for axis in header[2].split(b",") if axis.strip())
        self.dtype = stored.newbyteorder("=")
        self._member, self._before = member, begin + rest
        # NumPy refuses axes that are too long together, even where there are no numbers.
        room = math.prod(max(1, axis) for axis in self.shape) * self.dtype.itemsize
        numbers = member.size - len(self._before)
        if len(self.shape) > AXES or room > sys.maxsize or self.nbytes != numbers:
            raise Broken(say("bundle.array-size", shape=self.shape, size=member.size))

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return len(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes of its numbers."""
        return self.size * self.dtype.itemsize

    def read_into(self, out: NDArray[Any]) -> None:
        """Read its numbers into a contiguous array of as many; raises one of `BROKEN`."""
        view = out.reshape(-1).view(np.uint8).data
        crc, place = zlib.crc32(self._before), 0
        self._member.seek(len(self._before))
        while place < len(view):
            count = self._member.readinto(view[place:place + PIECE])
            if not count:
                raise EOFError
            crc = zlib.crc32(view[place:place + count], crc)
            place += count
        self._member.check(crc)
        if sys.byteorder == "big":
            out.byteswap(inplace=True)

    def read(self) -> NDArray[Any]:
        """Return its numbers; raises one of `engine.bundles.archive.BROKEN`."""
        found = np.empty(self.shape, self.dtype)
        self.read_into(found)
        return found

    @cached_property
    def largest(self) -> float:
        """The largest of its numbers, as `engine.arrays.largest` has it; none of them is kept.

        Raises one of `engine.bundles.archive.BROKEN`.
        """
        found = 0.0
        # As many bytes as whole numbers have; a piece ends between two of them.
        buffer = memoryview(bytearray(min(PIECE, self.nbytes)))
        kind = self.dtype.newbyteorder("<")
        for piece in self._member.rest(buffer, self._before):
            found = float(np.max((found, largest(np.frombuffer(piece, kind)))))
        return found


def stored_in(archive: Section, problem_of: Callable[[str, StoredArray], Message | None]
              ) -> dict[str, StoredArray]:
    """Return the arrays in an archive, none of them read; raises one of the archive's `BROKEN`.

    Parameters
    ----------
    archive : Section
        The archive.
    problem_of : callable
        Says what keeps an array of this name from being there; None: nothing.
    """
    found = {}
    for member, packed in members_of(archive).items():
        name = member.removesuffix(ENDING)
        try:
            array = StoredArray(packed)
        except ValueError as error:
            raise Broken(say("bundle.member-holds", member=member[:200],
                             problem=reason(error))) from error
        if problem := say("bundle.no-array") if name == member else problem_of(name, array):
            raise Broken(say("bundle.member", member=member[:200], problem=problem))
        found[name] = array
    return found


def arrays_in(archive: Section) -> Arrays:
    """Return the arrays in an archive; raises one of `engine.bundles.archive.BROKEN`."""
    return {name: array.read() for name, array in stored_in(
        archive, lambda name, array: None).items()}


def unfit_name(name: str) -> Message | None:
    """Say that a name cannot stand in a zip file, or return None."""
    # Zip files know neither: a reader may end the name there, or make a slash of it.
    if "\0" in name or "\\" in name or len(name) > LONGEST_NAME:
        return say("bundle.name", name=name[:200])
    return None


def unfit_array(name: str, array: NDArray[Any] | StoredArray, kinds: Collection[str] = NUMBERS
                ) -> Message | None:
    """Say what keeps an array out of an archive, or return None."""
    if array.dtype.newbyteorder("<").str not in kinds or array.ndim > AXES:
        return say("bundle.array", name=name, dtype=str(array.dtype), axes=array.ndim)
    return None
