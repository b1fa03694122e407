"""Messages, the languages that put them into words, and which of these is spoken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from engine.messages.numbers import NUMBERS
from engine.messages.template import Place, parsed
from engine.messages.texts import LONGEST_SENTENCE, elided, legible


class Message:
    """A sentence, or part of one, before it is put into words: a code with its values.

    Parameters
    ----------
    code : str
        What is said, such as ``layer.no-option``; a language's catalogue has the words.
    values : Mapping[str, object]
        What the words name: numbers, names, other messages, or tuples of them.
    """

    __slots__ = ("_code", "_values")

    def __init__(self, code: str, values: Mapping[str, object]) -> None:
        self._code = code
        self._values = dict(values)

    @property
    def code(self) -> str:
        """What is said."""
        return self._code

    @property
    def values(self) -> Mapping[str, object]:
        """What the words name."""
        return MappingProxyType(self._values)

    @property
    def text(self) -> str:
        """The words in the language that is spoken; whatever the values are, this never raises."""
        return speaking().text(self)

    def changed(self, **values: object) -> Message:
        """Return the same message with other values."""
        return Message(self._code, {**self._values, **values})

    def part(self, name: str) -> str:
        """Return the words of one part of a `Fault`; empty if it has none."""
        return speaking().part(self, name)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        values = "".join(f", {name}={value!r}" for name, value in self._values.items())
        return f"say({self._code!r}{values})"

    def __eq__(self, other: object) -> bool:
        return (isinstance(other, Message) and self._code == other._code
                and self._values == other._values)

    def __hash__(self) -> int:
        # By the code alone, since what a person wrote into a project may have no hash.
        return hash(self._code)

    def __reduce__(self) -> tuple[type[Message], tuple[str, dict[str, object]]]:
        return Message, (self._code, self._values)


def say(code: str, /, **values: object) -> Message:
    """Return a message with these values."""
    return Message(code, values)


class Fault(NamedTuple):
    """What is said of something that is wrong, a template each; empty ones are left out.

    Attributes
    ----------
    place : str
        Where: ``Layer 3 (Dense)``, ``iris.csv, line 12``.
    found : str
        What was found there.
    expected : str
        What would have been right.
    remedy : str
        What the person can do about it, without a full stop.
    """

    place: str
    found: str
    expected: str = ""
    remedy: str = ""


Entry = str | Fault
Format = Callable[..., str]


@dataclass(frozen=True)
class Language:
    """Words for every code, and how values are written among them.

    Attributes
    ----------
    catalogue : Mapping[str, str | Fault]
        Templates by code.
    formats : Mapping[str, callable]
        How values other than numbers are written: called with the value, itself already in words,
        and what the template adds.
    plural : callable
        Says which of the forms in ``{count|row|rows}`` belongs to a number: 0 is the first.
    joined : callable
        Makes one text of place, found, expected and remedy.
    decimal, thousands : str
        What stands for the decimal point and between thousands.
    """

    catalogue: Mapping[str, Entry]
    formats: Mapping[str, Format]
    plural: Callable[[float], int]
    joined: Callable[[Fault], str]
    decimal: str = "."
    thousands: str = ","
    _marks: dict[int, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_marks", str.maketrans(
            {".": self.decimal, ",": self.thousands}))

    def text(self, message: Message) -> str:
        """Return a message in words; without words for its code, the code and the values.

        However long the values are, it is not; of what is too long, both ends are told.
        """
        return elided(self._told(message), LONGEST_SENTENCE)

    def _told(self, message: Message) -> str:
        entry = self.catalogue.get(message.code)
        if isinstance(entry, str):
            return self._filled(entry, message.values)
        if entry is not None or "found" in message.values:
            return self.joined(Fault(*(self.part(message, name) for name in Fault._fields)))
        told = ", ".join(f"{name} {legible(_as_it_is(self._plain(value), name))}"
                         for name, value in message.values.items())
        return f"{message.code} ({told})" if told else message.code

    def part(self, message: Message, name: str) -> str:
        """Return the words of one part of a fault; without words for its code, a value."""
        entry = self.catalogue.get(message.code)
        if isinstance(entry, Fault):
            return elided(self._filled(getattr(entry, name), message.values), LONGEST_SENTENCE)
        if name == "found" and name not in message.values:
            return self.text(message)
        return legible(_as_it_is(self._plain(message.values.get(name, "")), name))

    def _filled(self, template: str, values: Mapping[str, object]) -> str:
        return "".join(part if isinstance(part, str) else legible(self._written(part, values))
                       for part in parsed(template))

    def _written(self, place: Place, values: Mapping[str, object]) -> str:
        """Return a value in words; one that is missing or not to be written so stays readable."""
        if place.name not in values:
            return f"({place.name})"
        value = self._plain(values[place.name])
        try:
            if place.forms:
                return place.forms[self.plural(value)]  # type: ignore[arg-type]
            if not place.style:
                return str(value)
            known = [self._known(word, values) for word in place.arguments]
            if place.style in NUMBERS:
                return NUMBERS[place.style](value, *known).translate(self._marks)
            return self.formats[place.style](value, *known)
        except Exception:  # noqa: BLE001 - a sentence with an ugly number is better than none
            return _as_it_is(value, place.name)

    def _known(self, word: str, values: Mapping[str, object]) -> object:
        """Return what a format is to know: another value, a number or a word."""
        if word[:1] == "$":
            return self._plain(values[word[1:]])
        return int(word) if word.isdecimal() else word

    def _plain(self, value: object) -> object:
        """Return a value in which messages have become texts, and texts are not too long."""
        if isinstance(value, tuple):
            return tuple(map(self._plain, value))
        if isinstance(value, str):
            return elided(value)
        return self.text(value) if isinstance(value, Message) else value


def _as_it_is(value: object, name: str) -> str:
    """Return a value that no format is for; its name in brackets where Python cannot write it."""
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - such as a whole number of more than 4,300 digits
        return f"({name})"


_spoken: Language | None = None
_first: Callable[[], Language]


def begin_with(load: Callable[[], Language]) -> None:
    """Say what gives the language that is spoken until there is another."""
    global _first
    _first = load


def speak(language: Language | None) -> None:
    """Speak a language from now on; None is the first one again."""
    global _spoken
    _spoken = language


def speaking() -> Language:
    """Return the language that is spoken."""
    global _spoken
    if _spoken is None:
        _spoken = _first()
    return _spoken
