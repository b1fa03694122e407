"""What stands within a line of a page: text, emphasis, formulas, links, places for numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Kind = Literal["text", "bold", "italic", "formula", "link", "number"]


class Span(NamedTuple):
    """A part of a line.

    Attributes
    ----------
    kind : str
        ``text``, ``bold``, ``italic``; ``formula``, in LaTeX; ``link``; ``number``, by its name.
    text : str
        What is written; of a formula its LaTeX, of a number its name.
    target : str
        The page that a link leads to, as ``GROUP/KEY``; else empty.
    """

    kind: Kind
    text: str
    target: str = ""


TARGET = r"[a-z]+/[a-z0-9_-]+"
_SPAN = re.compile(
    r"\$(?P<formula>[^$]+)\$"
    r"|\*\*(?P<bold>[^*]+)\*\*"
    r"|\*(?P<italic>[^*]+)\*"
    rf"|\[(?P<link>[^\]]+)\]\((?P<target>{TARGET})\)"
    r"|\{(?P<number>[a-z_0-9]+)\}")
STRAY = re.compile(r"[$*{}]|\]\(")
"""What is left of markup that does not close."""


def spans_of(line: str) -> Iterator[Span]:
    """Yield the parts of a line in their order; what is no markup is plain text."""
    end = 0
    for found in _SPAN.finditer(line):
        if found.start() > end:
            yield Span("text", line[end:found.start()])
        kind = found.lastgroup
        if kind == "target":
            yield Span("link", found["link"], found["target"])
        elif kind is not None:
            yield Span(_KINDS[kind], found[kind])
        end = found.end()
    if end < len(line):
        yield Span("text", line[end:])


_KINDS: dict[str, Kind] = {"formula": "formula", "bold": "bold", "italic": "italic",
                           "number": "number"}
