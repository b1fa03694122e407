"""Blocks of rows, and the columns that are gathered from them.

A block gives a column as numbers, with the few cells between that are none, where it can be read in
one way only: no zero leads, and no sign in it might group thousands. Else it gives texts. The rows
stay as bytes, so that a column that turns out late to be one of texts can be read as such.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO, StringIO
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.data.cells import Cells, Texts, cells_of_numbers, cells_of_texts, texts_of
from engine.data.dataset import Indices, Reals
from engine.data.limits import MOST_TEXT_COLUMNS
from engine.data.numbers import MISSING, can_be_both
from engine.data.records import Dialect
from engine.errors import DataError

_FEW_ODD = 64
"""Different texts that may stand between the plain numbers of a block."""

_TEXTS_TOGETHER = 2**18
"""Cells of columns that are read together once more, as texts: 35 MB where all are different."""

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
    def has_decimal_signs(self) -> bool:
        """Whether a decimal sign stands anywhere in it."""
        return self.decimal.encode() in self.content

    @cached_property
    def has_leading_zeros(self) -> bool:
        """Whether some cell of it begins with a zero and another digit."""
        return _has_leading_zero(self.content, self.dialect.separator)

    def numbers(self, wanted: Sequence[int]) -> pd.DataFrame:
        """Return columns, of numbers where all that is not a gap is one."""
        return self._read(wanted, na_values=sorted(self.gaps), keep_default_na=False)

    def texts(self, wanted: Sequence[int]) -> dict[int, Texts]:
        """Return columns as they are written, spaces at the ends of cells removed."""
        cells = self.written(wanted)
        return {position: _texts_of(cells[:, place]) for place, position in enumerate(wanted)}

    def written(self, wanted: Sequence[int]) -> NDArray[np.object_]:
        """Return the cells of columns as they are written, object[n, columns]."""
        if not wanted:
            return np.empty((0, 0), dtype=object)
        frame = self._read(wanted, dtype=object, na_filter=False)
        # pandas reads them in the order in which they stand. All are taken as one array, since it
        # has a price for each that it is asked for.
        cells: NDArray[np.object_] = frame[list(wanted)].to_numpy()
        return cells

    def some(self, rows: Sequence[int], positions: Sequence[int]) -> list[str]:
        """Return cells by row and column, spaces at their ends removed; the rows ascend."""
        if self.dialect.quote.encode() in self.content:
            wanted = sorted(set(positions))
            place_of = {position: place for place, position in enumerate(wanted)}
            written = self.written(wanted)
            at = [place_of[position] for position in positions]
            return [cell.strip() for cell in written[rows, at]]
        # Without quotes, rows are lines and cells stand between separators. pandas would make an
        # array of each of thousands of columns, for the sake of a word here and there.
        lines = enumerate(StringIO(self.content.decode("utf-8", "surrogatepass"), newline=None))
        found: list[str] = []
        last = -1
        for row, position in zip(rows, positions, strict=True):
            if row != last:
                line = next(line for last, line in lines if last == row)
                cells = line.split(self.dialect.separator)
                last = row
            found.append(cells[position].strip())
        return found

    def _read(self, wanted: Sequence[int], **options: Any) -> pd.DataFrame:
        frame: pd.DataFrame = pd.read_csv(
            BytesIO(self.content), engine="c", sep=self.dialect.separator, decimal=self.decimal,
            quotechar=self.dialect.quote, header=None, names=list(range(self.width)),
            usecols=list(wanted), index_col=False, skipinitialspace=True, skip_blank_lines=False,
            low_memory=False,
            encoding="utf-8", encoding_errors="surrogatepass", **options)
        return frame


_FEW_ROWS = 1000
"""Cells that are looked at one by one sooner than pandas has sorted them."""


def _texts_of(cells: NDArray[np.object_]) -> Texts:
    """Return texts, each different one looked at once."""
    if len(cells) <= _FEW_ROWS:
        return texts_of(cells.tolist())
    codes, different = pd.factorize(cells)
    places: dict[str, int] = {}
    found = np.fromiter((places.setdefault(text.strip(), len(places)) for text in different),
                        dtype=np.int32, count=len(different))
    return Texts(found[codes], tuple(places))


_FEW_PLACES = 64
"""Places where a word may stand that are looked at one by one."""


def _has_word(content: bytes, separator: str, words: frozenset[str]) -> bool:
    """Return whether some cell is one of these words, quotes and spaces around it removed."""
    ends = separator.encode() + b"\"\r\n"
    letters = {letter for word in words for letter in word.encode()}
    there = {letter for letter in letters.difference(ends) if letter in content}
    asked = [word.encode() for word in words if word and there.issuperset(word.encode())]
    places = _beginnings(content, ends + b" ", asked)
    if not len(places):
        return False
    cell = re.compile(b"(?:%s) *[%s]" % (b"|".join(map(re.escape, asked)), re.escape(ends)))
    for place in places[:_FEW_PLACES].tolist():
        if cell.match(content, place) and place and content[place - 1] in ends:
            return True
    # What begins like one and is none is rare, unless somebody makes it often.
    cells = content.translate(bytes.maketrans(ends, b"\n" * len(ends))).split(b"\n")
    different = {cell.strip(b" ") for cell in set(cells)}
    return not different.isdisjoint(asked)


def _beginnings(content: bytes, ends: bytes, words: Sequence[bytes]) -> Indices:
    """Return where something begins, behind one of these ends, as one of these words does."""
    # By arrays and by two letters: most numbers begin with a sign that may stand alone, too.
    begins = np.zeros((256, 256), dtype=np.bool_)
    for word in words:
        begins[word[0], list(word[1:2] or ends)] = True
    behind = np.zeros(256, dtype=np.bool_)
    behind[list(ends)] = True
    letters = np.frombuffer(b"\n" + content + b"\n", dtype=np.uint8)
    places = np.flatnonzero(behind[letters[:-2]])
    found: Indices = places[begins[letters[places + 1], letters[places + 2]]]
    return found


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

    def add(self, numbers: Reals, broken: bool = False) -> None:
        """Add numbers; where some are known to be ``broken``, nobody need look what they take."""
        if self._buffer.dtype != np.float64:
            kind = np.promote_types(self._buffer.dtype,
                                    np.float64 if broken else _smallest(numbers))
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

    def coded_texts(self) -> Texts:
        """Return the texts of a column of which all blocks are known as such."""
        codes = [part for part in self.codes if part is not None]
        return Texts(np.concatenate(codes), tuple(self.places))

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

    def add_plain(self, numbers: Reals, broken: bool, odd: Mapping[int, str] | None) -> None:
        """Add a block of numbers that can be read in one way only, and words between them."""
        if odd:
            self.odd.update((len(self.numbers) + row, text) for row, text in odd.items())
        self.decimals = self.decimals or broken
        self.codes.append(None)
        self.numbers.add(numbers, broken)

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


@dataclass(frozen=True, eq=False)
class _Plain:
    """Columns of a block that are numbers wherever they are not gaps.

    Attributes
    ----------
    positions : list of int
        The columns.
    numbers : float64[n, columns]
        Their values.
    broken : bool[columns]
        Whether some number has decimals.
    gaps : bool[columns]
        Whether some cell is one.
    unclear : bool[columns]
        Whether the numbers do not tell how they were written.
    """

    positions: list[int]
    numbers: Reals
    broken: NDArray[np.bool_]
    gaps: NDArray[np.bool_]
    unclear: NDArray[np.bool_]


def _plain(block: Block, positions: Sequence[int], decided: Sequence[bool]) -> _Plain:
    """Return those of some columns that hold plain numbers, all looked at together.

    Parameters
    ----------
    block : Block
        The block.
    positions : sequence of int
        The columns.
    decided : sequence of bool
        Whether each is known to have decimals.
    """
    frame = block.numbers(positions) if positions else pd.DataFrame()
    kinds = [dtype.kind for dtype in frame.dtypes]
    places = [place for place, kind in enumerate(kinds) if kind in "iuf"]
    if not places:
        none = np.empty(0, dtype=np.bool_)
        return _Plain([], np.empty((len(frame), 0)), none, none, none)
    if len(places) < len(kinds):
        # Others are taken away: to ask pandas for those that stay has a price for each.
        frame = frame.drop(columns=frame.columns[sorted(set(range(len(kinds))).difference(places))])
    numbers: Reals = frame.to_numpy(dtype=np.float64)
    del frame
    parts = _broken(numbers)
    broken: NDArray[np.bool_] = np.logical_or.reduce(parts, axis=0)
    gaps: NDArray[np.bool_] = np.logical_or.reduce(np.isnan(numbers), axis=0)
    unclear = ~broken
    unclear &= bool(unclear.any()) and block.has_leading_zeros
    open_ = np.array([kinds[place] == "f" and not decided[place] for place in places])
    # Without a decimal sign, none can be meant for one that groups thousands.
    open_ &= ~unclear & (broken | block.has_decimal_signs)
    if open_.any():
        some = numbers[:, open_]
        unclear[open_] = _may_be_thousands(some, parts[:, open_] | ~broken[open_])
    return _Plain([positions[place] for place in places], numbers, broken, gaps, unclear)


def _may_be_thousands(numbers: Reals, asked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return of which columns all numbers that are asked for may be thousands: bool[columns].

    Not of those that hold none.
    """
    size = np.abs(numbers)
    asked = asked & np.isfinite(size)
    # Thousands that are read as decimals are all from 1 to 999.999.
    with np.errstate(invalid="ignore", over="ignore"):
        fits = ((size >= 1) | (size == 0)) & (size < 1000) & (
            np.abs(size * 1000 - np.round(size * 1000)) < 1e-6)
    found: NDArray[np.bool_] = (fits | ~asked).all(axis=0) & asked.any(axis=0)
    return found


def _words(block: Block, plain: _Plain, places: Indices) -> dict[int, dict[int, str]]:
    """Return what stands in the gaps of some columns, by their places and by row; no empty ones."""
    found: dict[int, dict[int, str]] = {place: {} for place in places.tolist()}
    if not found:
        return found
    rows, columns = np.nonzero(np.isnan(plain.numbers[:, places]))
    at = [plain.positions[place] for place in found]
    for place, row, cell in zip(places[columns].tolist(), rows.tolist(),
                                block.some(rows.tolist(), [at[column] for column in columns]),
                                strict=True):
        if cell:
            found[place][row] = cell
    return found


class Gathering:
    """Columns that grow block by block.

    Parameters
    ----------
    blocks : list of Block
        All that were read; they are read again for a column that turns out to be one of texts.
    wanted : sequence of int
        Positions of the columns.
    place : str
        The file's name for error messages.
    """

    def __init__(self, blocks: list[Block], wanted: Sequence[int], place: str) -> None:
        self._blocks = blocks
        self._place = place
        self._columns = {position: _Growing() for position in wanted}
        self._mixed: list[int] = []
        self._again: dict[int, Texts] = {}

    def add(self, block: Block) -> None:
        """Take a block's cells into the columns.

        Raises
        ------
        DataError
            If more columns than `MOST_TEXT_COLUMNS` hold something else than numbers.
        """
        guessed = [position for position, column in self._columns.items() if not column.is_texts]
        plain = _plain(block, guessed, [self._columns[position].decimals for position in guessed])
        # Words that stand for no value are told of. They alone are asked for among numbers that
        # show how they are written: where some text may lead with a zero, all of them are.
        marked = plain.gaps & (bool(plain.gaps.any()) and block.has_marks)
        alone = marked & ~plain.unclear & (plain.broken | (not block.has_decimal_signs))
        alone &= bool(alone.any()) and not block.has_leading_zeros
        place_of = {position: place for place, position in enumerate(plain.positions)}
        unclear = [position for position in self._columns
                   if (place := place_of.get(position)) is None
                   or plain.unclear[place] or (marked[place] and not alone[place])]
        texts = block.texts(unclear)
        words = _words(block, plain, np.flatnonzero(alone))
        of_texts = 0
        for position, column in self._columns.items():
            at = place_of.get(position)
            if position in texts:
                column.add(None if at is None else plain.numbers[:, at], texts[position], block)
            elif at is not None:
                column.add_plain(plain.numbers[:, at], bool(plain.broken[at]), words.get(at))
            of_texts += column.is_texts
            if of_texts > MOST_TEXT_COLUMNS:
                raise DataError("table.too-many-texts", place=self._place, most=MOST_TEXT_COLUMNS)

    def finish(self) -> dict[int, Cells]:
        """Return the columns."""
        late = [position for position, column in self._columns.items() if not column.settled]
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
            return cells_of_texts(column.coded_texts())
        numbers = column.numbers.take()
        if not column.odd:
            # Nothing but numbers, of which nobody will ask for texts, or nothing at all: the blocks
            # may be forgotten.
            return cells_of_numbers(numbers, decimals=column.decimals)
        self._mixed.append(position)
        rows = np.array(list(column.odd), dtype=np.int64)
        odd = texts_of(list(column.odd.values()))
        return Cells(numbers, rows, odd, column.decimals,
                     lambda: self._texts(position, len(numbers)))

    def _texts(self, position: int, rows: int) -> Texts:
        """Return a column as texts; the next that may be asked for are read along with it.

        Whoever asks for one asks for the others in turn, and each reading takes all rows apart.
        """
        if position not in self._again:
            at = self._mixed.index(position)
            wanted = self._mixed[at:at + max(1, _TEXTS_TOGETHER // rows)]
            columns = {each: _Growing() for each in wanted}
            for block in self._blocks:
                for each, texts in block.texts(wanted).items():
                    columns[each].codes.append(columns[each].coded(texts))
            self._again = {each: column.coded_texts() for each, column in columns.items()}
        return self._again[position]
