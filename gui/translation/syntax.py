"""What stands where in a Python program: words of the language, names, texts, numbers, remarks."""

from __future__ import annotations

import io
import keyword
import tokenize
from collections.abc import Iterator
from typing import NamedTuple

KEYWORD, TEXT, NUMBER, REMARK, NAME = "keyword", "text", "number", "remark", "name"
"""Kinds of what has a colour of its own; those of the theme are called ``code_keyword`` and so on.
"""

KINDS = {tokenize.STRING: TEXT, tokenize.NUMBER: NUMBER, tokenize.COMMENT: REMARK}
# An f-string is three kinds of tokens from Python 3.12 on, one before.
KINDS |= {getattr(tokenize, name): TEXT
          for name in ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END")
          if hasattr(tokenize, name)}


class Stretch(NamedTuple):
    """A part of a line.

    Attributes
    ----------
    begin, length : int
        Where it begins, counted from 0, and how many characters it has.
    kind : str
        What it is.
    """

    begin: int
    length: int
    kind: str


def stretches(program: str) -> tuple[tuple[Stretch, ...], ...]:
    """Return by line what has a colour of its own.

    Parameters
    ----------
    program : str
        Python; from where it is none any more, nothing has.
    """
    lines = program.split("\n")
    found: list[list[Stretch]] = [[] for _ in lines]
    try:
        for kind, (first, begin), (last, end) in _tokens(program):
            for row in range(first, last + 1):
                left = begin if row == first else 0
                right = end if row == last else len(lines[row])
                if right > left:
                    found[row].append(Stretch(left, right - left, kind))
    except (tokenize.TokenError, SyntaxError):
        # What comes before it is as it is.
        pass
    return tuple(map(tuple, found))


def _tokens(program: str) -> Iterator[tuple[str, tuple[int, int], tuple[int, int]]]:
    """Yield kinds with where they begin and end: line and character, both counted from 0."""
    before = ""
    for token in tokenize.generate_tokens(io.StringIO(program).readline):
        kind = KINDS.get(token.type, "")
        if token.type == tokenize.NAME:
            if keyword.iskeyword(token.string):
                kind = KEYWORD
            elif before in ("def", "class"):
                kind = NAME
        before = token.string
        if kind:
            yield kind, (token.start[0] - 1, token.start[1]), (token.end[0] - 1, token.end[1])
