"""A language of one letter, to see whether anything is said outside a catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.messages import Fault, Language, Message
from engine.messages.english import ENGLISH
from engine.messages.language import Entry
from engine.messages.template import Place, parsed

LETTER = "ж"
LATIN = re.compile(r"[A-Za-z]{2,}")


def toyed(template: str) -> str:
    """Return a template in which every word is made of the one letter; places stay."""
    return "".join(re.sub("[A-Za-z’']", LETTER, part) if isinstance(part, str) else written(part)
                   for part in parsed(template))


def written(place: Place) -> str:
    """Return a place as a template has it, its words of the one letter."""
    if place.forms:
        return f"{{{place.name}|{'|'.join([LETTER * 2, LETTER * 3, LETTER * 4])}}}"
    words = (word if word[0] == "$" else re.sub("[A-Za-z]", LETTER, word)
             for word in place.arguments)
    style = ",".join((place.style, *words))
    return f"{{{place.name}:{style}}}" if style else f"{{{place.name}}}"


def entry(of: Entry) -> Entry:
    return Fault(*map(toyed, of)) if isinstance(of, Fault) else toyed(of)


def joined(fault: Fault) -> str:
    return " ¦ ".join(part for part in fault if part)


TOY = Language(
    {code: entry(of) for code, of in ENGLISH.catalogue.items()},
    {**ENGLISH.formats, "any": lambda parts: " / ".join(map(str, parts)),
     "any_shape": lambda shapes: " / ".join("×".join(map(str, shape)) for shape in shapes),
     "word": str, "listing": lambda parts, *nouns: ", ".join(parts),
     "quotes": lambda parts, *nouns: ", ".join(parts)},
    lambda number: 2 if number > 2 else int(number != 1), joined, ",", "\N{NO-BREAK SPACE}")


def english_in(message: Message) -> list[str]:
    """Return the English words of a message that do not come from its values."""
    text = TOY.text(message)
    for value in sorted(_values(message), key=len, reverse=True):
        text = text.replace(value, "")
    return LATIN.findall(text)


def _values(value: object) -> Iterator[str]:
    if isinstance(value, Message):
        for part in value.values.values():
            yield from _values(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from _values(part)
    else:
        yield str(value)
