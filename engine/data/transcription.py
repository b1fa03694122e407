"""Texts that are read out of sequences: how long they are, how they are read, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]

BLANK = 0
"""The output that stands for no character; those behind it stand for the characters in order."""


def text_lengths(labels: Indices) -> Indices:
    """Return how many characters every text has before its padding, int64[n].

    Parameters
    ----------
    labels : int64[n, m]
        Characters as classes, -1 behind the end of a text.
    """
    return np.asarray(np.cumprod(labels >= 0, axis=1).sum(axis=1), np.int64)


def steps_needed(labels: Indices) -> Indices:
    """Return in how many steps every text can be written at least, int64[n].

    A character takes a step, and two equal ones have a blank between them.

    Parameters
    ----------
    labels : int64[n, m]
        Characters as classes, -1 behind the end of a text.
    """
    inside = np.arange(labels.shape[1]) < text_lengths(labels)[:, None]
    repeats = (labels[:, 1:] == labels[:, :-1]) & inside[:, 1:]
    return np.asarray(inside.sum(axis=1) + repeats.sum(axis=1), np.int64)


def read_greedily(outputs: Indices) -> Indices:
    """Return the characters that a path of outputs says: repeats collapse, blanks vanish.

    Parameters
    ----------
    outputs : int64[steps]
        The likeliest output of every step, 0 being the blank.

    Returns
    -------
    int64[characters]
        As classes, one less than the outputs.

    Notes
    -----
    Source: Graves et al. (2006), sec. 3.2, best path decoding.
    """
    begins = np.ones(len(outputs), bool)
    begins[1:] = outputs[1:] != outputs[:-1]
    return np.asarray(outputs[begins & (outputs != BLANK)] - 1, np.int64)


@dataclass(frozen=True)
class Change:
    """One column of two texts that are laid below one another.

    Attributes
    ----------
    kind : str
        ``right``: both have the character; ``changed``: another one is read; ``missing``: it is
        not read; ``added``: something is read that is not there.
    wanted, read : int
        The character of each text as a class; -1 where it has none.
    """

    kind: Literal["right", "changed", "missing", "added"]
    wanted: int
    read: int


def laid_together(wanted: Indices, read: Indices) -> tuple[Change, ...]:
    """Return two texts side by side with as few errors as can be.

    Parameters
    ----------
    wanted, read : int64[...]
        Characters as classes.

    Notes
    -----
    Source: Levenshtein (1966).
    """
    n, m = len(wanted), len(read)
    fewest = np.zeros((n + 1, m + 1), np.int64)
    fewest[:, 0], fewest[0] = np.arange(n + 1), np.arange(m + 1)
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            differs = int(wanted[i - 1] != read[j - 1])
            fewest[i, j] = min(fewest[i - 1, j - 1] + differs, fewest[i - 1, j] + 1,
                               fewest[i, j - 1] + 1)
    found: list[Change] = []
    i, j = n, m
    while i or j:
        differs = int(i == 0 or j == 0 or wanted[i - 1] != read[j - 1])
        if i and j and fewest[i, j] == fewest[i - 1, j - 1] + differs:
            i, j = i - 1, j - 1
            found.append(Change("changed" if differs else "right", int(wanted[i]), int(read[j])))
        elif i and fewest[i, j] == fewest[i - 1, j] + 1:
            i -= 1
            found.append(Change("missing", int(wanted[i]), -1))
        else:
            j -= 1
            found.append(Change("added", -1, int(read[j])))
    return tuple(reversed(found))


def errors_in(changes: tuple[Change, ...]) -> int:
    """Return how many characters are changed, missing or added."""
    return sum(change.kind != "right" for change in changes)
