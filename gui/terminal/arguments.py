"""How the words of a command are read, and what is said of those that make no sense."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import NoReturn

from gui.program import ERROR, complain

MOST = 10**12
"""Of anything that is counted: no one lives to see more steps."""

LONGEST_SAID = 600
"""Characters of what is said of a wrong word: it repeats the word."""

LONGEST_NAME = 100
"""Characters of a file's name that others are made of."""

LONGEST_ADDRESS = 300
LONGEST_WAIT_S = 86_400.0


class Parser(argparse.ArgumentParser):
    """Says what is wrong with a command in one sentence.

    Attributes
    ----------
    attended : bool
        See `gui.program.complain`.
    """

    attended = False

    def error(self, message: str) -> NoReturn:
        """Print the sentence and exit with code 2."""
        # Of the engine nothing but words is imported, and that only here.
        from engine.messages import elided, legible

        told = legible(elided(message, LONGEST_SAID))
        complain(f"{self.prog}: {told}. Try {self.prog} --help.", attended=self.attended)
        raise SystemExit(ERROR)


def positive(text: str) -> int:
    """Return a whole number above 0."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    if value > MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is more than {MOST:,}")
    return value


def file_name(text: str) -> str:
    """Return the name of a file in whatever folder."""
    if not text.isprintable() or any(sign in text for sign in "/\\:") or text in (".", ".."):
        raise argparse.ArgumentTypeError(f"{text!r} is not the name of a file")
    if len(text) > LONGEST_NAME:
        raise argparse.ArgumentTypeError(f"a name of {len(text):,} letters is too long for files")
    return text


def seconds(text: str) -> float:
    """Return a time of at most a day."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    # NaN is neither.
    if not 0 <= value <= LONGEST_WAIT_S:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time of 0 to {LONGEST_WAIT_S:,.0f} "
                                         "seconds")
    return value


def address(text: str) -> str:
    """Return the address of a computer, ``teacher-pc:8786``."""
    try:
        # What stands behind the port is no part of a name; neither is a protocol before it.
        text.rpartition("/")[2].partition(":")[0].encode("idna")
    except UnicodeError:
        text = " "
    if text and (not text.isprintable() or " " in text or len(text) > LONGEST_ADDRESS):
        raise argparse.ArgumentTypeError("no computer has such an address")
    return text


def unusable(words: Sequence[str]) -> str:
    """Return a sentence on a word that nothing can be called; empty where there is none."""
    for word in words:
        try:
            if b"\0" not in os.fsencode(word):
                continue
        except UnicodeEncodeError:
            pass
        from engine.messages import elided, legible

        return (f"{legible(elided(word))}: no file or number is written so; expected text that "
                "the system knows. Write it in other letters.")
    return ""
