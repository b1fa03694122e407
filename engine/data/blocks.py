"""Blocks of rows, and the columns that are gathered from them.

A block gives a column as numbers, with the few cells between that are none, where it can be read in
one way only: no zero leads, and no sign in it might group thousands. Else it gives texts. The rows
stay as bytes, so that a column that turns out late to be one of texts can be read as such.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.data.cells import Cells, Texts, cells_of_texts, texts_of
from engine.data.dataset import Reals
from engine.data.numbers import MISSING, can_be_both
from engine.data.records import Dialect

_FEW_ODD = 64
"""Different texts that may stand between the plain numbers of a block."""

_ZERO = np.uint8(ord("0"))

_LEADING_ZERO = re.compile(r"[-+]?0\d+")


@dataclass(frozen=True)
class Block:
    """Some whole rows.

    Attributes
    ----------
    content : bytes
        The rows in UTF-8.
    width : int
        Cells of each.
    dialect : Dialect
        How cells are told apart.
    decimal : str
        As `engine.data.sniff.TextFormat` has it.
    present : frozenset[str]
        Texts that hold a value although they look as if they did not.
    """

    content: bytes
    width: int
    dialect: Dialect
    decimal: str
    present: frozenset[str]

    @property
    def gaps(self) -> frozenset[str]:
        """Texts that hold no value among numbers."""
        return MISSING - self.present

    @cached_property
    def has_marks(self) -> bool:
        """Whether some cell of it is such a text, and not empty."""
        return _has_word(self.content, self.dialect.separator, self.gaps)

    @cached_property
    def has_leading_zeros(self) -> bool:
        """Whether some cell of it begins with a zero and another digit."""
        return _has_leading_zero(self.content, self.dialect.separator)

    def numbers(self, wanted: Sequence[int]) -> pd.DataFrame:
        """Return columns, of numbers where all that is not a gap is one."""
        return self._read(wanted, na_values=sorted(self.gaps), keep_default_na=False)

    def texts(self, wanted: Sequence[int]) -> dict[int, Texts]:
        """Return columns as they are written, spaces at the ends of cells removed."""
        if not wanted:
            return {}
        frame = self._read(wanted, dtype=object, na_filter=False)
        return {position: _texts_of(frame[position]) for position in wanted}

    def _read(self, wanted: Sequence[int], **options: Any) -> pd.DataFrame:
        frame: pd.DataFrame = pd.read_csv(
            BytesIO(self.content), engine="c", sep=self.dialect.separator, decimal=self.decimal,
            quotechar=self.dialect.quote, header=None, names=list(range(self.width)),
            usecols=list(wanted), index_col=False, skipinitialspace=True, skip_blank_lines=False,
            low_memory=False,
            encoding="utf-8", encoding_errors="surrogatepass", **options)
        return frame


def _texts_of(cells: pd.Series) -> Texts:
    """Return texts, each different one looked at once."""
    codes, different = pd.factorize(cells.to_numpy())
    places: dict[str, int] = {}
    found = np.fromiter((places.setdefault(text.strip(), len(places)) for text in different),
                        dtype=np.int32, count=len(different))
    return Texts(found[codes], tuple(places))


def _has_word(content: bytes, separator: str, words: frozenset[str]) -> bool:
    """Return whether some cell is one of these words, quotes and spaces around it removed."""
    ends = separator.encode() + b"\"\r\n"
    cells = content.translate(bytes.maketrans(ends, b"\n" * len(ends))).split(b"\n")
    different = {cell.strip(b" ") for cell in set(cells)}
    return not different.isdisjoint(word.encode() for word in words if word)


def _has_leading_zero(content: bytes, separator: str) -> bool:
    """Return whether some cell begins with a zero and another digit, a sign before them or not."""
    # By arrays: a search through a block would keep the window waiting.
    letters = np.frombuffer(b"\n\n" + content + b"\n", dtype=np.uint8)
    begins = np.zeros(256, dtype=np.bool_)
    begins[list(b" \"\r\n" + separator.encode())] = True
    zeros = np.flatnonzero((letters[:-1] == _ZERO) & (letters[1:] - _ZERO < 10))
    before = letters[zeros - 1]
    signed = (before == ord("-")) | (before == ord("+"))
    return bool((begins[before] | (signed & begins[letters[zeros - 2]])).any())


class _Numbers:
    """Numbers that grow block by block, in as few bytes as they need."""

    def __init__(self) -> None:
        self._buffer: NDArray[Any] = np.empty(0, dtype=np.int16)
        self._size = 0

    def add(self, numbers: Reals) -> None:
        if self._buffer.dtype != np.float64:
            kind = np.promote_types(self._buffer.dtype, _smallest(numbers))
            if kind != self._buffer.dtype:
                self._buffer = self._buffer[:self._size].astype(kind)
        end = self._size + len(numbers)
        if end > len(self._buffer):
            # In place where the memory allows it; a little more, since all of it is written to.
            self._buffer.resize(max(end, len(self._buffer) * 9 // 8), refcheck=False)
        self._buffer[self._size:end] = numbers
        self._size = end

    def __len__(self) -> int:
        return self._size

    def take(self) -> Reals:
        """Return the numbers and forget them."""
        self._buffer.resize(self._size, refcheck=False)
        buffer, self._buffer = self._buffer, np.empty(0, dtype=np.int16)
        return buffer.astype(np.float64, copy=False)


def _smallest(numbers: Reals) -> type[np.number[Any]]:
    if not np.isfinite(numbers).all() or _broken(numbers).any():
        return np.float64
    size = np.abs(numbers).max(initial=0)
    return np.int16 if size < 2**15 else np.int32 if size < 2**31 else np.float64


@dataclass
class _Growing:
    """A column while its blocks are read.

    Attributes
    ----------
    numbers : _Numbers
        Its plain numbers, while it is nothing but such.
    odd : dict[int, str]
        What stands in rows that are neither empty nor hold such a number.
    codes : list of (int32[n] | None)
        For each block, places among the different texts; None where they are not needed yet.
    places : dict[str, int]
        The different texts.
    decimals : bool
        Whether some number has decimals without doubt.
    is_texts : bool
        Whether some block is not one of plain numbers.
    """

    numbers: _Numbers = field(default_factory=_Numbers)
    odd: dict[int, str] = field(default_factory=dict)
    codes: list[NDArray[np.int32] | None] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    decimals: bool = False
    is_texts: bool = False

    def coded(self, texts: Texts) -> NDArray[np.int32]:
        places = self.places
        found = np.fromiter((places.setdefault(text, len(places)) for text in texts.levels),
                            dtype=np.int32, count=len(texts.levels))
        coded: NDArray[np.int32] = found[texts.codes]
        return coded

    def add(self, plain: Reals | None, texts: Texts, block: Block) -> None:
        """Add a block of which the texts are known, and perhaps the numbers."""
        if self.is_texts:
            self.codes.append(self.coded(texts))
            return
        numbers = _plain_numbers(texts, block) if plain is None else plain
        odd = {} if numbers is None else {
            row: text for row in np.flatnonzero(np.isnan(numbers)).tolist()
            if (text := texts.levels[texts.codes[row]])}
        others = set(odd.values())
        if numbers is None or len(others) > _FEW_ODD or any(
                map(_LEADING_ZERO.fullmatch, texts.levels)):
            self.is_texts = True
            self.numbers, self.odd = _Numbers(), {}
            self.codes.append(self.coded(texts))
            return
        written = [text for text in texts.levels if block.decimal in text]
        if not self.decimals and written:
            self.decimals = not all(can_be_both(text.lstrip("-+")) for text in written
                                    if text not in others)
        doubtful = bool(written) and not self.decimals
        self.codes.append(self.coded(texts) if doubtful else None)
        self.odd.update((len(self.numbers) + row, text) for row, text in odd.items())
        self.numbers.add(numbers)

    @property
    def settled(self) -> bool:
        """Whether its numbers can be read in one way only."""
        return not self.is_texts and (
            self.decimals or all(codes is None for codes in self.codes))


def _plain_numbers(texts: Texts, block: Block) -> Reals | None:
    # Only what can be nothing but a number is taken to one here.
    fits = _PLAIN[block.decimal].fullmatch
    values = np.array([float(text.replace(",", ".")) if fits(text) else np.nan
                       for text in texts.levels])
    numbers: Reals = values[texts.codes]
    filled = sum(int(count) for text, count in zip(texts.levels, texts.counts, strict=True) if text)
    if 2 * int((~np.isnan(numbers)).sum()) < filled or not filled:
        return None
    return numbers


_PLAIN = {"." : re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII),
          ",": re.compile(r"[-+]?(?:\d+,?\d*|,\d+)(?:[eE][-+]?\d+)?", re.ASCII)}


def _broken(numbers: Reals) -> NDArray[np.bool_]:
    """Return which numbers have decimals; what is none, or endless, has none."""
    found: NDArray[np.bool_] = np.floor(numbers) < numbers
    return found


def _is_unclear(numbers: Reals, column: _Growing, block: Block) -> bool:
    """Return whether numbers that are not all whole do not tell how they were written."""
    if np.isnan(numbers).any() and block.has_marks:
        return True
    parts = _broken(numbers)
    whole = not parts.any()
    if whole and block.has_leading_zeros:
        return True
    if column.decimals:
        return False
    broken = np.abs(numbers if whole else numbers[parts])
    broken = broken[np.isfinite(broken)]
    # Thousands that are read as decimals are all from 1 to 999.999.
    return bool(((broken >= 1) | (broken == 0)).all() and (broken < 1000).all()
                and (np.abs(broken * 1000 - np.round(broken * 1000)) < 1e-6).all())


class Gathering:
    """Columns that grow block by block.

    Parameters
    ----------
    blocks : list of Block
        All that were read; they are read again for a column that turns out to be one of texts.
    wanted : sequence of int
        Positions of the columns.
    decimal : str
        ``.`` or ``,``.
    """

    def __init__(self, blocks: list[Block], wanted: Sequence[int], decimal: str) -> None:
        self._blocks = blocks
        self._decimal = decimal
        self._columns = {position: _Growing() for position in wanted}

    def add(self, block: Block) -> None:
        """Take a block's cells into the columns."""
        guessed = [position for position, column in self._columns.items() if not column.is_texts]
        frame = block.numbers(guessed) if guessed else pd.DataFrame()
        plain: dict[int, Reals] = {}
        whole: set[int] = set()
        for position, series in zip(guessed, (series for _, series in frame.items()), strict=True):
            kind = series.dtype.kind
            if kind in "iuf":
                plain[position] = series.to_numpy(dtype=np.float64)
            if kind in "iu":
                whole.add(position)
        unclear = [position for position, column in self._columns.items() if position not in plain
                   or (block.has_leading_zeros if position in whole
                       else _is_unclear(plain[position], column, block))]
        texts = block.texts(unclear)
        for position, column in self._columns.items():
            if position in texts:
                column.add(plain.get(position), texts[position], block)
            else:
                numbers = plain[position]
                column.decimals = column.decimals or bool(_broken(numbers).any())
                column.codes.append(None)
                column.numbers.add(numbers)

    def finish(self) -> dict[int, Cells]:
        """Return the columns."""
        late = {position for position, column in self._columns.items() if not column.settled}
        for number, block in enumerate(self._blocks):
            again = [position for position in late
                     if self._columns[position].codes[number] is None]
            for position, texts in block.texts(again).items():
                column = self._columns[position]
                column.codes[number] = column.coded(texts)
        return {position: self._finished(position) for position in list(self._columns)}

    def _finished(self, position: int) -> Cells:
        column = self._columns.pop(position)
        if not column.settled:
            codes = [part for part in column.codes if part is not None]
            return cells_of_texts(Texts(np.concatenate(codes), tuple(column.places)))
        numbers = column.numbers.take()
        rows = np.array(list(column.odd), dtype=np.int64)
        odd = texts_of(list(column.odd.values()))
        if not column.odd and not np.isnan(numbers).all():
            # Nothing but numbers: nobody will ask for its texts, and the blocks may be forgotten.
            return Cells(numbers, rows, odd, column.decimals, lambda: texts_of(()))
        return Cells(numbers, rows, odd, column.decimals, lambda: self._texts(position))

    def _texts(self, position: int) -> Texts:
        column = _Growing()
        codes = [column.coded(block.texts([position])[position]) for block in self._blocks]
        return Texts(np.concatenate(codes), tuple(column.places))
