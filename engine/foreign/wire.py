"""Protocol buffers' wire format, of which ONNX files are made: fields in and out, nothing else.

Source: the encoding that the format's documentation describes. Every field is a number and a type
of wire; a reader that knows neither passes over it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""Types of wire."""

LONGEST_VARINT = 10
"""Bytes of 64 bits, seven in each."""

Field = tuple[int, int, int | memoryview]
"""Number, type of wire, and value: a whole number, or the bytes that stand there."""


class NotWire(ValueError):
    """Bytes are no fields: one of them is cut off, or of a type that there is not."""


def varint(value: int) -> bytes:
    """Return a whole number as bytes of seven bits each, negative ones in 64 bits."""
    value &= 2**64 - 1
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def number(field: int, value: int) -> bytes:
    """Return a field that holds a whole number."""
    return varint(field << 3 | VARINT) + varint(value)


def real(field: int, value: float) -> bytes:
    """Return a field that holds a number of 32 bits."""
    return varint(field << 3 | FIXED32) + struct.pack("<f", value)


def block(field: int, content: bytes | str) -> bytes:
    """Return a field that holds bytes, a text or a message."""
    content = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | BYTES) + varint(len(content)) + content


def message(*fields: bytes) -> bytes:
    """Return a message of fields."""
    return b"".join(fields)


def packed(field: int, values: Iterable[int]) -> bytes:
    """Return a field that holds several whole numbers."""
    return block(field, b"".join(map(varint, values)))


def fields(content: memoryview) -> Iterator[Field]:
    """Yield the fields of a message.

    Raises
    ------
    NotWire
        Where a field ends behind the message, or is of a type that is not in use.
    """
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        wire = key & 7
        if wire == VARINT:
            value, at = _varint(content, at)
            yield key >> 3, wire, value
            continue
        if wire == BYTES:
            size, at = _varint(content, at)
        elif wire in (FIXED64, FIXED32):
            size = 8 if wire == FIXED64 else 4
        else:
            raise NotWire
        if size > len(content) - at:
            raise NotWire
        yield key >> 3, wire, content[at:at + size]
        at += size


def whole_numbers(value: int | memoryview) -> Iterator[int]:
    """Yield the whole numbers of a repeated field, which may stand together or one by one."""
    if isinstance(value, int):
        yield _signed(value)
        return
    at = 0
    while at < len(value):
        found, at = _varint(value, at)
        yield _signed(found)


def _varint(content: memoryview, at: int) -> tuple[int, int]:
    """Return a whole number of 64 bits, and where what follows begins."""
    value = 0
    for place in range(LONGEST_VARINT):
        if at + place >= len(content):
            break
        byte = content[at + place]
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value & (2**64 - 1), at + place + 1
    raise NotWire


def _signed(value: int) -> int:
    return value - 2**64 if value >= 2**63 else value
