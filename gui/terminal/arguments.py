"""How the words of a command are read, and what is said of those that make no sense."""

from __future__ import annotations

import argparse
from typing import NoReturn

from gui.program import ERROR, complain

MOST = 10**12
"""Of anything that is counted: no one lives to see more steps."""


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
        complain(f"{self.prog}: {message}. Try {self.prog} --help.", attended=self.attended)
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
