"""What sentences do to a person's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_QUOTE = 60
"""Characters of a person's text that a sentence or a column's name repeats."""

LONGEST_VALUE = 300
"""Characters of anything else that a sentence names, such as the path of a file."""

LONGEST_SENTENCE = 1500
"""Characters of all that is said of one thing."""

MOST_LISTED = 60
"""Names that a sentence lists."""

LEFT_OUT = "…"
"""Stands in the middle for what is left out there."""

# Control characters, halves of surrogate pairs, ends of lines, and what turns the direction of
# writing: a terminal would obey them, and a sentence would read as another one.
_UNWRITABLE = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
                         "\ud800-\udfff]")


def shorten(text: str) -> str:
    """Return a text, cut where it is too long for a sentence."""
    return text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE - 3] + "..."


def elided(text: str, most: int = LONGEST_VALUE) -> str:
    """Return a text of at most so many characters: of a longer one, both ends."""
    if len(text) <= most:
        return text
    end = (most - len(LEFT_OUT)) // 2
    return text[:most - len(LEFT_OUT) - end] + LEFT_OUT + text[len(text) - end:]


def legible(text: str) -> str:
    r"""Return a text on one line; what no screen can show stands there as ``\x1b``."""
    return text if text.isprintable() else _UNWRITABLE.sub(_told, text)


def some(parts: Sequence[str]) -> list[str]:
    """Return the first and the last of many parts, with a sign for those between."""
    if len(parts) <= MOST_LISTED:
        return list(parts)
    half = MOST_LISTED // 2
    return [*parts[:half], LEFT_OUT, *parts[len(parts) - half:]]


def _told(found: re.Match[str]) -> str:
    return ascii(found[0])[1:-1]
