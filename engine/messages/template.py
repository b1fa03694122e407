"""Templates: the words of a message, with places for its values.

``{name}`` is a value as it is, ``{name:format}`` one that the language writes, ``{name:format,2}``
one with something for the format to know: a number, a word, or with ``$`` the name of another
value. ``{count|row|rows}`` chooses a word by a number, without writing the number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

_FIELD = re.compile(r"\{([a-z_0-9]+)(?:\|([^{}]*)|:([^{}]*))?\}")


@dataclass(frozen=True)
class Place:
    """Where a value stands in a template.

    Attributes
    ----------
    name : str
        The value.
    style : str
        The format that writes it; empty for none.
    arguments : tuple[str, ...]
        What the format has to know besides.
    forms : tuple[str, ...]
        The words to choose from by number; empty where the value itself is written.
    """

    name: str
    style: str = ""
    arguments: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()

    def names(self) -> Iterator[str]:
        """Yield the names of all values that are needed here."""
        yield self.name
        yield from (word[1:] for word in self.arguments if word[:1] == "$")


@cache
def parsed(template: str) -> tuple[str | Place, ...]:
    """Return a template's words and places in their order."""
    parts: list[str | Place] = []
    end = 0
    for field in _FIELD.finditer(template):
        parts.append(template[end:field.start()])
        end = field.end()
        name, forms, style = field.groups()
        style, *arguments = (style or "").split(",")
        parts.append(Place(name, style, tuple(arguments), tuple(forms.split("|")) if forms else ()))
    parts.append(template[end:])
    return tuple(part for part in parts if part != "")


def names(template: str) -> frozenset[str]:
    """Return the names of the values that a template has places for."""
    return frozenset(name for part in parsed(template) if isinstance(part, Place)
                     for name in part.names())
