"""Finding out how the cells of a text are told apart: separator, quotes, comments, drawn tables."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from engine.data.limits import MOST_COLUMNS
from engine.data.lines import LineSource
from engine.data.numbers import GROUPS, fits, take_apart
from engine.data.records import QUOTE, Dialect, Record, iterate_records, split_cells
from engine.data.remark import Remark, remark
from engine.data.rewriting import (
    UNIT,
    Rewrite,
    begins_cell,
    between_bars,
    chain,
    cutter,
    drawn,
    is_ruler,
    is_wrapped,
    plain_quotes,
    splitter,
    typographic,
    unescaper,
    unwrap,
)
from engine.errors import DataError
from engine.messages import say
from engine.spec import TableSpec

SEPARATORS = ("\t", ";", "||", "|", ", ", ",", "  ", " ", "\t\t", "::", "^", "~", UNIT, "¦", "§")
"""Tried in this order; the first of the best wins. Two spaces are two or more of them, or a tab."""

FIXED = "fixed"
"""Stands for columns that are told apart by their place in the line."""

_SEPARATOR_NAMES = {
    "\t": say("separator.tab"), ";": say("separator.semicolon"), "|": say("separator.bar"),
    ",": say("separator.comma"), " ": say("separator.space"), "  ": say("separator.spaces"),
    FIXED: say("separator.fixed")}
_TIES = {", ": (",", ","), "  ": (" ", " ")}
"""What a longer separator is called when no cell holds what would tell it from the shorter one."""

_SAMPLE_ROWS = 200
_SAMPLE_CHARACTERS = 2**18
_SAMPLE_LINES = 1000
_TWO_NUMBERS = re.compile(r"\d\s+[-+]?\d")
_DECLARED_SEPARATOR = re.compile(r'"?sep=(.|\\t)"?\s*', re.IGNORECASE)
_COMMENTS = ("#", "//", "%", "!", "--", ";", "REM ", "rem ")
_SINGLE = re.compile(r"'[^']*(?:''[^']*)*'\s*(?=[,;\t| ]|$)")
_LOOKED_AT = 1000
"""Letters of a line that tell which quotes it has."""
_MOST_CELLS = 5000
"""Cells that tell how well a separator divides; of more, some are taken by chance."""


@dataclass(frozen=True)
class Layout:
    """How the lines of a text become rows.

    Attributes
    ----------
    dialect : Dialect
        How cells are told apart.
    separator : str
        What stands between them in the file, as `engine.spec.TableSpec` has it.
    skip : int
        Lines at the beginning that only say how the rest is to be read.
    records : tuple[Record, ...]
        The first rows.
    remarks : tuple[Remark, ...]
        What is unusual about the lines.
    """

    dialect: Dialect
    separator: str
    skip: int
    records: tuple[Record, ...]
    remarks: tuple[Remark, ...] = ()


def find_layout(source: LineSource, spec: TableSpec) -> Layout:
    """Return how the first lines of a file are laid out.

    Raises
    ------
    DataError
        If they hold no rows, or a choice makes no sense.
    """
    if spec.quote not in ("", '"', "'"):
        raise DataError("table.quote", place=source.place, quote=spec.quote)
    chosen = _DECLARED_SEPARATOR.fullmatch(source.head[0].rstrip("\r\n"))
    skip = 1 if chosen else 0
    if not any(line.strip() for line in source.head[skip:]):
        raise DataError("table.no-row", place=source.place)
    separator = spec.separator or source.declared.separator or (
        chosen[1].replace("\\t", "\t") if chosen else "")
    _check_choice(separator, source.place)
    made = bool(source.declared.separator)
    rewrites, remarks = ([], ()) if made else _unusual(source.head[skip:])
    sampler = _Sampler(source, skip, rewrites, _leading_comment(source.head[skip:], separator))
    quotes = (spec.quote or source.declared.quote,) if spec.quote or source.declared.quote else (
        _quotes(source.head) if not made else (QUOTE,))
    candidates = _candidates(source.head) if separator in ("", FIXED) else (separator,)
    best = _find(sampler, candidates, quotes)
    if best is None:
        raise sampler.failure or one_column(source.place, separator)
    score, shown, dialect, records = best
    if separator == FIXED or (not separator and shown in (" ", "  ")):
        width = usual_width(records) if shown == "  " else MOST_COLUMNS
        found = sampler.fixed(dialect, 1 if separator or score < 1 else width)
        if found is None and separator:
            raise one_column(source.place, FIXED)
        shown, dialect, records = found or (shown, dialect, records)
    if not separator and shown in _TIES:
        shown, dialect, records = sampler.shorter(shown, dialect, records)
    if not made:
        dialect, records = sampler.unescaped(dialect, records)
        dialect, records = sampler.without_comments(dialect, records)
    if dialect.quote == "'":
        remarks = (*remarks, remark("note.single-quotes"))
    if shown == FIXED:
        remarks = (*remarks, remark("note.fixed-width"))
    return Layout(dialect, shown, skip, records, remarks)


def one_column(place: str, separator: str = "") -> DataError:
    """Return the error for a table of one column."""
    if separator:
        name = _SEPARATOR_NAMES.get(separator) or say("separator.other", character=separator)
        return DataError("table.one-column-by-separator", place=place, separator=name)
    return DataError("table.one-column", place=place)


def check_columns(records: Sequence[Record], place: str) -> None:
    """Refuse a table of too many columns."""
    widest = max(record.width for record in records)
    if widest > MOST_COLUMNS:
        raise DataError("table.too-many-columns", place=place, count=widest, most=MOST_COLUMNS)


def _check_choice(separator: str, place: str) -> None:
    if len(separator) > 8 or any(mark in separator for mark in '"\r\n\0'):
        raise DataError("table.separator", place=place, separator=separator)


def _unusual(lines: Sequence[str]) -> tuple[list[Rewrite], tuple[Remark, ...]]:
    """Return how lines that are written in an unusual way are made plain."""
    sample = _filled(lines)
    rewrites: list[Rewrite] = []
    remarks: list[Remark] = []
    wrapped = [line for line in sample if is_wrapped(line)]
    held = [line for line in map(unwrap, wrapped) if any(mark in line for mark in ",;\t|")]
    if len(sample) > 1 and len(held) >= 0.8 * len(sample):
        rewrites.append(unwrap)
        remarks.append(remark("note.lines-in-quotes"))
        sample = list(map(unwrap, sample))
    bars = sum("|" in line or "│" in line or "┃" in line for line in sample)
    if any(map(is_ruler, sample)) or bars == len(sample):
        around = [line for line in sample if line.strip()[0] in "|│┃║" and not is_ruler(line)]
        outer = bool(around) and len(around) >= 0.8 * sum(not is_ruler(line) for line in sample)
        if outer or any(map(is_ruler, sample)):
            rewrites.append(drawn if outer else between_bars)
    texts = [text for line in sample for text in typographic(line)]
    if len(texts) >= len(sample) / 2 or any(mark in text for text in texts for mark in ",;\t"):
        rewrites.append(plain_quotes)
    return rewrites, tuple(remarks)


def _filled(lines: Sequence[str]) -> list[str]:
    """Return the first lines that are not blank."""
    return list(islice((line for line in lines if line.strip()), _SAMPLE_LINES))


def _leading_comment(lines: Sequence[str], separator: str) -> tuple[str, ...]:
    """Return what the first line begins with if it marks comments."""
    sample = _filled(lines)
    for mark in _COMMENTS:
        if not sample[0].lstrip().startswith(mark):
            continue
        behind = sample[0].lstrip()[len(mark):]
        marked = sum(line.lstrip().startswith(mark) for line in sample)
        if marked > len(sample) / 2 or behind[:1] in (",", ";", "\t", "|", ""):
            return ()
        if mark == ";" and (separator == ";" or any(
                ";" in line for line in sample if not line.startswith(";"))):
            return ()
        return (mark,)
    return ()


def _quotes(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the quotes that may stand around texts, the likelier one last."""
    sample = lines[:_SAMPLE_LINES]
    single = sum(_has_single(line[:_LOOKED_AT]) for line in sample if "'" in line)
    double = sum(QUOTE in line for line in sample)
    return (QUOTE, "'") if single >= 2 and single > double else (QUOTE,)


def _has_single(line: str) -> bool:
    """Return whether a cell of a line stands in single quotes."""
    return any(begins_cell(line, match.start(), ",;\t| ") for match in _SINGLE.finditer(line))


def _candidates(lines: Sequence[str]) -> tuple[str, ...]:
    sample = lines[:_SAMPLE_LINES]
    least = 0.3 * len(sample)
    return tuple(separator for separator in SEPARATORS
                 if separator in ("\t", ";", "|", ",", " ") or sum(
                     separator in line for line in sample) > least)


@dataclass
class _Sampler:
    """Reads the first rows of a file in one dialect after the other."""

    source: LineSource
    skip: int
    rewrites: Sequence[Rewrite]
    comment: tuple[str, ...]
    failure: DataError | None = None

    def dialect(self, separator: str, quote: str) -> Dialect:
        if len(separator) == 1:
            return Dialect(separator, quote, self.comment, chain(self.rewrites))
        return Dialect(UNIT, quote, self.comment,
                       chain([*self.rewrites, splitter(separator, quote)]))

    def rows(self, dialect: Dialect) -> tuple[Record, ...]:
        """Return the first rows; raises DataError if there are none or they cannot be read."""
        records: list[Record] = []
        room = _SAMPLE_CHARACTERS
        source = self.source
        for record in islice(iterate_records(source.head, dialect, source.place, self.skip,
                                             cut=not source.complete), _SAMPLE_ROWS):
            records.append(record)
            room -= len(record.text)
            if room < 0:
                break
        if not any(record.width for record in records):
            raise DataError("table.no-row", place=source.place)
        return tuple(records)

    def fixed(self, dialect: Dialect,
              most: int) -> tuple[str, Dialect, tuple[Record, ...]] | None:
        """Return columns that stand one below the other, if all lines have more than some."""
        plain = chain(self.rewrites) or str
        lines = [plain(line).rstrip() for line in self.source.head[self.skip:_SAMPLE_LINES]
                 if line.strip() and not line.lstrip().startswith(self.comment or "\0")]
        cuts = _blank_columns(lines)
        if not most <= len(cuts) < MOST_COLUMNS:
            return None
        cuts = _between_names(cuts, lines[0])
        if len(cuts) < most:
            return None
        found = replace(dialect, separator=UNIT, rewrite=chain([*self.rewrites, cutter(cuts)]))
        records = self.rows(found)
        rows = [split_cells(record.text, found) for record in records if record.width]
        filled = [sum(bool(cell) for cell in column) for column in zip(*rows, strict=False)]
        if not all(rows[0]) or min(filled) < len(rows) / 2:
            return None
        return FIXED, found, records

    def shorter(self, shown: str, dialect: Dialect, records: tuple[Record, ...],
                ) -> tuple[str, Dialect, tuple[Record, ...]]:
        """Return the shorter separator where the longer one tells nothing more."""
        name, mark = _TIES[shown]
        cells = [cell for record in records if record.width
                 for cell in split_cells(record.text, dialect)]
        if any(mark in cell for cell in cells):
            return shown, dialect, records
        found = self.dialect(name, dialect.quote)
        return name, found, self.rows(found)

    def unescaped(self, dialect: Dialect,
                  records: tuple[Record, ...]) -> tuple[Dialect, tuple[Record, ...]]:
        """Return the dialect with backslashes taken away, if that makes more rows alike."""
        if not any("\\" in record.text for record in records):
            return dialect, records
        before = [dialect.rewrite] if dialect.rewrite else []
        found = replace(dialect, rewrite=chain(
            [*before, unescaper(dialect.separator, dialect.quote)]))
        try:
            others = self.rows(found)
        except DataError:
            return dialect, records
        escaped_quote = any("\\" + dialect.quote in record.text for record in records)
        gain = _alike(others) - _alike(records)
        if gain > 0 or (escaped_quote and gain == 0):
            return found, others
        return dialect, records

    def without_comments(self, dialect: Dialect,
                         records: tuple[Record, ...]) -> tuple[Dialect, tuple[Record, ...]]:
        """Return the dialect with what marks comments inside and below the table."""
        width = usual_width(records)
        found = list(dialect.comment)
        marked = [line for line in self.source.head if line.startswith(_COMMENTS)]
        for mark in _COMMENTS:
            lines = [line for line in marked if line.startswith(mark)]
            rows = [record.text for record in records if record.width]
            if mark in found or not lines or len(lines) > 0.2 * len(rows) or (
                    mark == dialect.separator):
                continue
            try:
                cells = [split_cells(line.rstrip("\r\n"), dialect) for line in lines]
            except (StopIteration, ValueError):
                continue
            if all(len(row) != width and row[0] != mark for row in cells):
                found.append(mark)
        if len(found) == len(dialect.comment):
            return dialect, records
        dialect = replace(dialect, comment=tuple(found))
        return dialect, self.rows(dialect)


Found = tuple[float, str, Dialect, tuple[Record, ...]]


def _find(sampler: _Sampler, separators: Sequence[str], quotes: Sequence[str]) -> Found | None:
    """Return the separator and quote that divide best, and how well they do."""
    best: Found | None = None
    for separator in separators:
        for quote in quotes:
            dialect = sampler.dialect(separator, quote)
            try:
                records = sampler.rows(dialect)
            except DataError as error:
                sampler.failure = sampler.failure or error
                continue
            check_columns(records, sampler.source.place)
            if len(separators) == 1 and max(record.width for record in records) < 2:
                continue
            score = _score([split_cells(record.text, dialect) for record in records
                            if record.width], separator)
            # Of two quotes, the second is the likelier one.
            if best is None or score > best[0] or (
                    score == best[0] and separator == best[1] and quote != QUOTE):
                best = score, separator, dialect, records
    if best is None or (best[0] == 0 and len(separators) > 1):
        return None
    return best


def _score(rows: list[list[str]], separator: str) -> float:
    """Return how well a separator divides: share of rows alike times share of clean cells."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0.0
    width, alike = widths.most_common(1)[0]
    others = [other for other in ("\t", ";", "|", ",") if other != separator]
    cells = [cell for row in rows if len(row) == width for cell in row]
    if len(cells) > _MOST_CELLS:
        # The same ones each time; every so many of them might be one column.
        cells = random.Random(0).sample(cells, _MOST_CELLS)
    clean = sum(_is_clean(cell, others) for cell in cells)
    return alike / len(rows) * clean / len(cells)


def _is_clean(cell: str, others: list[str]) -> bool:
    written = take_apart(cell)
    if written is not None and any(fits(written.body, mark, GROUPS[mark]) for mark in ".,"):
        return True
    return not any(other in cell for other in others) and not _TWO_NUMBERS.search(cell)


def _alike(records: Sequence[Record]) -> float:
    widths = Counter(record.width for record in records if record.width)
    return widths.most_common(1)[0][1] / widths.total()


def usual_width(records: Sequence[Record]) -> int:
    """Return the number of cells that most rows have."""
    return Counter(record.width for record in records if record.width).most_common(1)[0][0]


def _blank_columns(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places at which all lines are blank, between two that are not."""
    if len(lines) < 3 or any("\t" in line for line in lines):
        return []
    longest = max(map(len, lines))
    used = [False] * longest
    for line in lines:
        for place, letter in enumerate(line):
            if letter != " ":
                used[place] = True
    cuts = []
    begin = used.index(True)
    for place in range(begin, longest):
        if used[place]:
            if place > begin:
                cuts.append((begin, place))
            begin = place + 1
    return cuts


def _between_names(cuts: list[tuple[int, int]], first: str) -> list[tuple[int, int]]:
    """Return the cuts between columns that have a name in the first line.

    What has none is a part of the column that is nearer: words that happen to be as long.
    """
    cuts = list(cuts)
    column = 0
    while cuts and column <= len(cuts):
        begin = cuts[column - 1][1] if column else 0
        end = cuts[column][0] if column < len(cuts) else None
        if first[begin:end].strip():
            column += 1
            continue
        beside = [place for place in (column - 1, column) if 0 <= place < len(cuts)]
        cuts.pop(min(beside, key=lambda place: cuts[place][1] - cuts[place][0]))
        # Those further left have a name already.
        column = max(column - 1, 0)
    return cuts
