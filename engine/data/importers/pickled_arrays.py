"""Pickles of plain values and arrays of bytes, read without pickle.

A pickle is a program, and whoever runs it does what its maker wants. This reads the few
instructions that lists, dictionaries, texts, whole numbers and arrays of bytes need, calls nothing,
and refuses all others.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

_MOST_VALUES = 5_000_000
"""Instructions of a pickle that are followed."""

_ALLOWED = ("numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct",
            "numpy.ndarray", "numpy.dtype", "_codecs.encode")
"""What an array in a pickle names; it is known by name, and never looked up."""


class PickleError(Exception):
    """A pickle holds more than arrays and plain values, or is damaged.

    Attributes
    ----------
    what : str
        The instruction or name that is refused; empty where it is damaged.
    """

    def __init__(self, what: str = "") -> None:
        super().__init__(what)
        self.what = what


class _Named(NamedTuple):
    """Something that the pickle names."""

    name: str


class _Array:
    """An array whose content is still to come."""

    value: Any = None


class _Kind:
    """The type of an array's numbers."""

    def __init__(self, text: str) -> None:
        self.text = text


_MARK = object()


def read_pickle(content: bytes) -> object:
    """Return what a pickle holds.

    Raises
    ------
    PickleError
        If that is more than lists, tuples, dictionaries, texts, whole numbers and arrays of bytes.
    """
    try:
        return _plain(_Machine(content).run())
    except (IndexError, KeyError, ValueError, TypeError, struct.error, RecursionError,
            AttributeError, OverflowError) as error:
        raise PickleError from error


class _Machine:
    """Follows the instructions of a pickle."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._place = 0
        self._stack: list[Any] = []
        self._memory: dict[int, Any] = {}

    def run(self) -> Any:
        for _ in range(_MOST_VALUES):
            code = self._take(1)
            if code == b".":
                return self._stack.pop()
            if code not in _STEPS:
                raise PickleError(f"instruction {code!r}")
            _STEPS[code](self)
        raise PickleError("too many values")

    def _take(self, count: int) -> bytes:
        begin, self._place = self._place, self._place + count
        if count < 0 or self._place > len(self._content):
            raise PickleError
        return self._content[begin:self._place]

    def _number(self, form: str) -> Any:
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def _line(self) -> str:
        end = self._content.index(b"\n", self._place)
        line = self._content[self._place:end]
        self._place = end + 1
        return line.decode("ascii")

    def _push(self, value: Any) -> None:
        self._stack.append(value)

    def _above_mark(self) -> list[Any]:
        place = len(self._stack) - 1
        while self._stack[place] is not _MARK:
            place -= 1
        above = self._stack[place + 1:]
        del self._stack[place:]
        return above

    def _text(self, form: str) -> None:
        self._push(self._take(self._number(form)))

    def _unicode(self, form: str) -> None:
        self._push(self._take(self._number(form)).decode("utf-8", "surrogatepass"))

    def _name(self, first: str, second: str) -> None:
        name = f"{first}.{second}"
        if name not in _ALLOWED:
            raise PickleError(name)
        self._push(_Named(name))

    def _stack_name(self) -> None:
        second, first = self._stack.pop(), self._stack.pop()
        self._name(str(first), str(second))

    def _tuple(self, count: int) -> None:
        taken = tuple(self._stack[len(self._stack) - count:])
        del self._stack[len(self._stack) - count:]
        self._push(taken)

    def _reduce(self) -> None:
        given, named = self._stack.pop(), self._stack.pop()
        if not isinstance(named, _Named) or not isinstance(given, tuple):
            raise PickleError("a call")
        if named.name.endswith("_reconstruct"):
            self._push(_Array())
        elif named.name == "numpy.dtype":
            self._push(_Kind(_plain(given[0])))
        elif named.name == "_codecs.encode" and given[1] == "latin1":
            self._push(given[0].encode("latin1"))
        else:
            raise PickleError(named.name)

    def _build(self) -> None:
        state, thing = self._stack.pop(), self._stack[-1]
        if isinstance(thing, _Kind):
            return
        if not isinstance(thing, _Array):
            raise PickleError("a call")
        _, shape, kind, is_fortran, raw = state
        if not isinstance(kind, _Kind) or kind.text != "u1" or not isinstance(raw, bytes):
            raise PickleError("an array of other numbers than bytes")
        thing.value = np.frombuffer(raw, np.uint8).reshape(shape, order="F" if is_fortran else "C")

    def _append(self) -> None:
        value = self._stack.pop()
        self._stack[-1].append(value)

    def _appends(self) -> None:
        above = self._above_mark()
        self._stack[-1].extend(above)

    def _set_items(self) -> None:
        above = self._above_mark()
        self._stack[-1].update(zip(map(_plain, above[::2]), above[1::2], strict=True))

    def _set_item(self) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._stack[-1][_plain(key)] = value

    def _keep(self, place: int) -> None:
        self._memory[place] = self._stack[-1]


def _long(machine: _Machine) -> None:
    machine._push(int.from_bytes(machine._take(machine._number("B")), "little", signed=True))


_STEPS: Mapping[bytes, Callable[[_Machine], Any]] = MappingProxyType({
    b"\x80": lambda m: m._take(1),
    b"\x95": lambda m: m._take(8),
    b"(": lambda m: m._push(_MARK),
    b"}": lambda m: m._push({}),
    b"]": lambda m: m._push([]),
    b")": lambda m: m._push(()),
    b"N": lambda m: m._push(None),
    b"\x88": lambda m: m._push(True),
    b"\x89": lambda m: m._push(False),
    b"J": lambda m: m._push(m._number("<i")),
    b"K": lambda m: m._push(m._number("B")),
    b"M": lambda m: m._push(m._number("<H")),
    b"\x8a": _long,
    b"U": lambda m: m._text("B"),
    b"T": lambda m: m._text("<i"),
    b"C": lambda m: m._text("B"),
    b"B": lambda m: m._text("<I"),
    b"\x8e": lambda m: m._text("<Q"),
    b"X": lambda m: m._unicode("<I"),
    b"\x8c": lambda m: m._unicode("B"),
    b"c": lambda m: m._name(m._line(), m._line()),
    b"\x93": lambda m: m._stack_name(),
    b"t": lambda m: m._push(tuple(m._above_mark())),
    b"\x85": lambda m: m._tuple(1),
    b"\x86": lambda m: m._tuple(2),
    b"\x87": lambda m: m._tuple(3),
    b"l": lambda m: m._push(m._above_mark()),
    b"d": lambda m: m._push(dict(zip(*[iter(m._above_mark())] * 2, strict=True))),
    b"a": lambda m: m._append(),
    b"e": lambda m: m._appends(),
    b"s": lambda m: m._set_item(),
    b"u": lambda m: m._set_items(),
    b"q": lambda m: m._keep(m._number("B")),
    b"r": lambda m: m._keep(m._number("<I")),
    b"\x94": lambda m: m._keep(len(m._memory)),
    b"h": lambda m: m._push(m._memory[m._number("B")]),
    b"j": lambda m: m._push(m._memory[m._number("<I")]),
    b"R": lambda m: m._reduce(),
    b"b": lambda m: m._build(),
    b"0": lambda m: m._stack.pop(),
})
"""The instructions that are followed."""


def _plain(value: Any, known: dict[int, Any] | None = None) -> Any:
    """Return a value with arrays in their places and the texts of Python 2 as texts."""
    known = {} if known is None else known
    if isinstance(value, bytes):
        return value.decode("latin1")
    if isinstance(value, _Array):
        return value.value
    if id(value) in known:
        # Lists may hold one another many times over, or themselves.
        return known[id(value)]
    if isinstance(value, dict):
        made: dict[Any, Any] = {}
        known[id(value)] = made
        made.update((_plain(key), _plain(item, known)) for key, item in value.items())
        return made
    if isinstance(value, list):
        items: list[Any] = []
        known[id(value)] = items
        items.extend(_plain(item, known) for item in value)
        return items
    return value
