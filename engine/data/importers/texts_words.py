"""Texts as tokens: what a token is, which of them have a number, and examples of one length."""

from __future__ import annotations

import html
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Indices, Reals
from engine.data.limits import MOST_CELLS
from engine.errors import DataError
from engine.messages import Message
from engine.spec.network import Option

PADDING = "·"
"""Name of token 0, which fills texts up to the same length."""

UNKNOWN = "[unknown]"
"""Name of token 1, which stands for every token that has no number."""

FIRST = 2
"""Number of the most frequent token."""

MOST_DIFFERENT = 3_000_000
"""Different tokens that are counted."""

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_BEGIN, _END, _LONGEST = "<!--", "-->", 300
_FAR = re.compile(r"&#[0-9]{1000,};?")
"""The number of no letter, of more digits than Python makes a number of."""

_SPACES = re.compile(r"\s+")
_ALONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f"
"""Letters of scripts that put no space between words: each is a token."""


@dataclass(frozen=True)
class Cutter:
    """Cuts a text into tokens.

    Attributes
    ----------
    characters : bool
        Whether a token is a character, not a word.
    lower, clean, signs : bool
        Whether letters are made small, HTML is removed, and punctuation kept among words.
    """

    characters: bool = False
    lower: bool = True
    clean: bool = True
    signs: bool = False

    @classmethod
    def of(cls, options: Mapping[str, Option]) -> Cutter:
        """Return what an importer's options ask for."""
        return cls(options["unit"] == "characters", bool(options["lower"]),
                   bool(options["clean"]), bool(options["signs"]))

    def __call__(self, text: str) -> list[str]:
        """Return the tokens of a text."""
        if self.clean and ("<" in text or "&" in text):
            text = _TAG.sub(" ", _without_comments(text))
            text = html.unescape(_FAR.sub("\ufffd", text))
        if self.lower:
            text = text.lower()
        if self.characters:
            return list(_SPACES.sub(" ", text).strip())
        return _pattern(self.signs, text.isascii()).findall(text)


def _without_comments(text: str) -> str:
    """Return a text with spaces for comments of HTML."""
    # Every piece is looked at once, however many comments begin in it that never end.
    *pieces, last = text.split(_END)
    for place, piece in enumerate(pieces):
        begin = piece.find(_BEGIN, max(0, len(piece) - _LONGEST - len(_BEGIN)))
        pieces[place] = piece + _END if begin < 0 else f"{piece[:begin]} "
    return "".join((*pieces, last))


@cache
def _pattern(signs: bool, plain: bool) -> re.Pattern[str]:
    letters = r"\w"
    alone = ""
    if not plain:
        # Vowel signs and accents that stand by themselves belong to the word that they stand in.
        marks = "".join(chr(code) for code in range(0x300, sys.maxunicode // 16)
                        if unicodedata.category(chr(code)) in ("Mn", "Mc"))
        letters = rf"(?:(?![{_ALONE}])[\w{marks}])"
        alone = f"[{_ALONE}]|"
    word = rf"{letters}+(?:['’]{letters}+)*"
    return re.compile(rf"{alone}{word}|[^\w\s]" if signs else f"{alone}{word}",
                      re.ASCII if plain else 0)


@dataclass(frozen=True, eq=False)
class Counted:
    """Texts whose tokens have provisional numbers, in the order in which they first occur.

    Attributes
    ----------
    found : int32[n, length]
        What is kept of each text; -1 behind its end.
    lengths : int64[n]
        Tokens of each text, before it was cut.
    names : tuple[str, ...]
        Every different token.
    """

    found: NDArray[np.int32]
    lengths: Indices
    names: tuple[str, ...]

    @property
    def kept(self) -> Indices:
        """Tokens that are kept of each text: int64[n]."""
        return np.minimum(self.lengths, self.found.shape[1])


class _Places(dict[str, int]):
    """Numbers of tokens; one that is new gets the next number."""

    def __missing__(self, token: str) -> int:
        place = self[token] = len(self)
        return place


def count(texts: Iterable[str], cutter: Cutter, length: int, *, end: bool,
          place: Message | str) -> Counted:
    """Cut texts and number their tokens.

    Parameters
    ----------
    texts : iterable of str
        One after the other; none is kept.
    cutter : Cutter
        Cuts them.
    length : int
        Most tokens that are kept of a text.
    end : bool
        Whether its end is kept, not its beginning.
    place : str
        What they come from, for sentences.

    Raises
    ------
    DataError
        If there are too many different tokens, or texts times their length is too much.
    """
    places = _Places()
    rows, lengths, total = [], [], 0
    for text in texts:
        tokens = cutter(text)
        lengths.append(len(tokens))
        tokens = tokens[-length:] if end else tokens[:length]
        rows.append(np.fromiter(map(places.__getitem__, tokens), np.int32, len(tokens)))
        total += len(tokens)
        if len(places) > MOST_DIFFERENT:
            raise DataError("texts.many-different", place=place, most=MOST_DIFFERENT)
        if total > MOST_CELLS:
            raise _too_large(place, len(rows), length)
    width = max(map(len, rows), default=0)
    if width * len(rows) > MOST_CELLS:
        raise _too_large(place, len(rows), width)
    found = np.full((len(rows), width), -1, np.int32)
    for row, numbers in zip(found, rows, strict=True):
        row[:len(numbers)] = numbers
    return Counted(found, np.array(lengths, np.int64), tuple(places))


def _too_large(place: Message | str, texts: int, length: int) -> DataError:
    return DataError("texts.too-large", place=place, texts=texts, length=length, most=MOST_CELLS)


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The tokens that have a number of their own.

    Attributes
    ----------
    names : tuple[str, ...]
        By number: padding, the unknown token, then the others by falling frequency.
    number_of : int64[m]
        For every provisional number the final one.
    different : int
        Different tokens of the texts to learn from.
    """

    names: tuple[str, ...]
    number_of: Indices
    different: int


def vocabulary(counted: Counted, training: Indices, fewest: int, most: int) -> Vocabulary:
    """Choose the tokens that have a number, by the texts to learn from alone.

    Parameters
    ----------
    counted : Counted
        All texts.
    training : int64[...]
        Those to learn from.
    fewest, most : int
        How often a token occurs among them at least, and how many tokens there are at most.
    """
    counts = np.zeros(len(counted.names) + 1, np.int64)
    for rows in _blocks(training):
        counts += np.bincount(counted.found[rows].ravel() + 1, minlength=len(counts))
    counts = counts[1:]
    often = np.flatnonzero(counts >= fewest)
    # Tokens that are as frequent stand in the order in which they first occur.
    chosen = often[np.argsort(-counts[often], kind="stable")][:most]
    number_of = np.ones(len(counts), np.int64)
    number_of[chosen] = np.arange(FIRST, FIRST + len(chosen))
    names = (PADDING, UNKNOWN, *(counted.names[place] for place in chosen))
    return Vocabulary(names, number_of, int((counts > 0).sum()))


def encoded(counted: Counted, chosen: Vocabulary, *, front: bool) -> Reals:
    """Return the texts as numbers of a vocabulary, float64[n, length].

    Parameters
    ----------
    counted : Counted
        The texts.
    chosen : Vocabulary
        The numbers.
    front : bool
        Whether the padding stands in front of a shorter text.
    """
    width = counted.found.shape[1]
    # Provisional number -1 is the last of these: nothing stands there.
    final = np.append(chosen.number_of, 0).astype(np.float64)
    inputs = np.empty(counted.found.shape)
    for rows in _blocks(np.arange(len(inputs))):
        inputs[rows] = final[counted.found[rows]]
    if front:
        for row, length in zip(inputs, counted.kept.tolist(), strict=True):
            if length < width:
                row[:] = np.roll(row, width - length)
    return inputs


def unknown_share(inputs: Reals, rows: Indices) -> float:
    """Return which share of the tokens of some texts is unknown; 0 if they have none."""
    unknown = known = 0
    for block in _blocks(rows):
        known += int(np.count_nonzero(inputs[block]))
        unknown += int((inputs[block] == 1).sum())
    return unknown / known if known else 0.0


def _blocks(rows: Indices, size: int = 4096) -> Sequence[Indices]:
    return [rows[start:start + size] for start in range(0, len(rows), size)]
