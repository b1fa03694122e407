"""Reading safetensors files: a header that says where every array lies, then the arrays.

The header is believed only as far as the file goes: every array has to lie inside it, one behind
the other, and be as long as its shape and type say. Nothing is made room for before.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.foreign.unreadable import Unreadable
from engine.messages import say

LENGTH = 8
"""Bytes that say how long the header is."""

LONGEST_HEADER = 100_000_000
"""Bytes; what the format allows."""

ABOUT = "__metadata__"

AXES = 8

_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2",
          "I8": "|i1", "U8": "|u1", "BOOL": "|b1"}
"""Types of numbers as NumPy calls them."""

BFLOAT16 = "BF16"
"""The upper half of float32, which NumPy has no name for."""

Count = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


class _Entry(msgspec.Struct, frozen=True):
    dtype: str
    shape: tuple[Count, ...]
    data_offsets: tuple[Count, Count]


def read(content: bytes) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Return the arrays of a file, and what it says of itself.

    Parameters
    ----------
    content : bytes
        The file.

    Raises
    ------
    Unreadable
        If it is damaged or no such file.
    """
    entries, about, begin = _header(content)
    arrays, end = {}, 0
    for name, entry in sorted(entries.items(), key=lambda item: item[1].data_offsets):
        first, last = entry.data_offsets
        if first != end or last < first or last > len(content) - begin:
            raise Unreadable(say("foreign.place", name=name[:200], first=first, last=last,
                                 size=len(content) - begin))
        end = last
        arrays[name] = _array(name, entry, memoryview(content)[begin + first:begin + last])
    if end != len(content) - begin:
        raise Unreadable(say("foreign.left-over", size=len(content) - begin - end))
    return arrays, about


def _header(content: bytes) -> tuple[dict[str, _Entry], dict[str, str], int]:
    size = int.from_bytes(content[:LENGTH], "little")
    if len(content) < LENGTH or size > min(LONGEST_HEADER, len(content) - LENGTH):
        raise Unreadable(say("foreign.header-size", claimed=size, size=len(content)))
    try:
        raw = msgspec.json.decode(content[LENGTH:LENGTH + size], type=dict[str, msgspec.Raw])
        about = msgspec.json.decode(raw.pop(ABOUT), type=dict[str, str]) if ABOUT in raw else {}
        entries = {name: msgspec.json.decode(entry, type=_Entry) for name, entry in raw.items()}
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Unreadable(say("foreign.header", reason=str(error)[:200])) from error
    return entries, about, LENGTH + size


def _array(name: str, entry: _Entry, numbers: memoryview) -> NDArray[Any]:
    dtype = np.dtype("<u2") if entry.dtype == BFLOAT16 else _dtype(name, entry.dtype)
    if len(entry.shape) > AXES or math.prod(entry.shape) * dtype.itemsize != len(numbers):
        raise Unreadable(say("foreign.array-size", name=name[:200], shape=entry.shape,
                             dtype=entry.dtype, size=len(numbers)))
    array = np.frombuffer(numbers, dtype).reshape(entry.shape)
    if entry.dtype == BFLOAT16:
        return (array.astype("<u4") << 16).view("<f4")
    return array


def _dtype(name: str, key: str) -> np.dtype[Any]:
    if key not in _TYPES:
        raise Unreadable(say("foreign.type", name=name[:200], dtype=key[:40]))
    return np.dtype(_TYPES[key])
