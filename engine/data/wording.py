"""Parts of sentences about a person's table."""

from __future__ import annotations

LONGEST_QUOTE = 60
"""Characters of a person's text that a sentence or a column's name repeats."""


def shorten(text: str) -> str:
    """Return a text, cut where it is too long for a sentence."""
    return text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE - 3] + "..."


def quote(text: str) -> str:
    """Return a person's text in quotes, shortened, without line breaks or control characters."""
    return repr(shorten(text))


def count(number: int, noun: str) -> str:
    """Return a number with its noun, such as ``1 row`` or ``1,200 rows``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listing(parts: list[str], noun: str, most: int = 5) -> str:
    """Return the first parts, and how many more there are of this noun."""
    more = len(parts) - most
    return ", ".join(parts[:most]) + (f" and {count(more, f'more {noun}')}" if more > 0 else "")
