"""Which of the first rows of a table name its columns, and which are titles, units or notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.data.numbers import is_missing, is_number, parse_number

Rows = Sequence[Sequence[str]]

_MOSTLY = 0.9
_MOST_ROWS = 30
"""Rows above the values that may be no values."""

_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?.*)?"
                   r"|\d{1,2}:\d{2}(:\d{2})?")
_UNIT = re.compile(
    r"\[.*\]|\(.*\)|[-–—]|1|"
    r"(?:[fpnuµμmcdkhMGT]?(?:g|m|s|l|L|A|V|W|J|N|K|C|F|H|T|B|Pa|Hz|Ω|ohm|Ohm|mol|cd|lx|lm|eV|cal|"
    r"bar|rad|sr|Bq|Gy|Sv|M|Wh|bit|b|t|ha|px)|°|°C|°F|°K|deg\.?|degC|degF|grad|%|‰|ppm|ppb|pH|"
    r"sec|secs|seconds?|min|mins|minutes?|h|hr|hrs|hours?|d|days?|weeks?|months?|yr|yrs|years?|"
    r"Jahre?|Tage?|Stunden?|Minuten?|Sekunden?|ans?|jours?|heures?|a\.?u\.?|in|inch|inches|ft|feet|"
    r"yd|yards?|mi|miles?|mph|lbs?|oz|psi|gal|kn|kt|knots?|atm|mmHg|Torr|dB|dBA|rpm|1/min|€|\$|£|¥|"
    r"EUR|USD|GBP|CHF|JPY|Euro?|Dollar|Stk\.?|pcs\.?|count|counts|n|units?|points?|Punkte|score|"
    r"cm|mm|km|kg|mg|ml|cl|hl|kPa|hPa|MPa|kW|kWh|MW|GHz|kHz|MHz|kB|MB|GB)"
    r"(?:\s?\^?-?[23²³]|\^-?\d|⁻[¹²³])?"
    r"(?:(?:\s?[/·*.]\s?|\s)(?:[mckµ]?(?:g|m|s|l|L|A|V|W|mol|kg|K|Pa)|h|min|day|d|s|a|yr|100|cm|mm|km|"
    r"ha|capita|person)(?:\^?-?[23²³]|⁻[¹²³]|-1)?)*", re.IGNORECASE)
_TYPE = re.compile(
    r"(u?int(eger)?\d*|u?bigint|smallint|float\d*|double|real|number|numeric|numerical|decimal|"
    r"str|string|text|char|varchar(\(\d+\))?|factor|bool|boolean|logical|date|datetime|timestamp|"
    r"category|categorical|continuous|discrete|nominal|ordinal|object|<?(chr|dbl|int|fct|lgl)>?|"
    r"c|d|s|zahl|ganzzahl|datum|i\d{1,2}|f\d{2})", re.IGNORECASE)

_NO_NUMBER = re.compile(
    r"n\.\s?[ad]\.?|n\.?d\.?|k\.?\s?A\.?|missing|unknown|none|\.+|:|#[\w/!?]+|[<>≤≥].*|\*+|\\N",
    re.IGNORECASE)


@dataclass(frozen=True)
class Top:
    """What stands above the values of a table.

    Attributes
    ----------
    names : tuple[int, ...]
        Positions of the rows that name the columns; none if nothing does.
    end : int
        Position of the first row of values.
    units, below, above : tuple[int, ...]
        Rows of units or types below the names, others below them, and rows above them.
    numbers : bool
        Whether names are numbers, as years are, so that they could be values.
    """

    names: tuple[int, ...] = ()
    end: int = 0
    units: tuple[int, ...] = ()
    below: tuple[int, ...] = ()
    above: tuple[int, ...] = ()
    numbers: bool = False


def find_top(rows: Rows, decimal: str, header: bool | None) -> Top:
    """Return which of the first rows are no values.

    Parameters
    ----------
    rows : sequence of rows
        The first rows of a table, all as wide as it is but for the first.
    decimal : str
        ``.`` or ``,``.
    header : bool | None
        Whether a row names the columns; None finds out.
    """
    if header is False:
        return Top()
    titles = _titles(rows)
    found = _below_titles(rows[titles:], decimal, header)
    if not titles:
        return found
    names, units, below, above = (tuple(place + titles for place in part) for part in (
        found.names, found.units, found.below, found.above))
    return Top(names, found.end + titles, units, below, (*range(titles), *above), found.numbers)


def _titles(rows: Rows) -> int:
    """Return the number of rows at the top in which one cell of several is filled."""
    count = 0
    while count < min(len(rows) - 1, _MOST_ROWS) and len(rows[count]) > 2 and sum(
            map(bool, rows[count])) < 2:
        count += 1
    if count and sum(map(bool, rows[count])) < max(2, len(rows[count]) / 3):
        return 0
    return count


def _below_titles(rows: Rows, decimal: str, header: bool | None) -> Top:
    numeric = _numeric_columns(rows, decimal)
    block = 0
    while numeric and block < min(len(rows), _MOST_ROWS) and any(
            _is_text(rows[block], place, decimal) for place in numeric):
        block += 1
    while block > 1 and _is_value_row(rows, block - 1):
        block -= 1
    named = [place for place in range(block) if _names_numbers(rows[place], numeric, decimal)]
    if block == 1 and named:
        return Top((0,), 1)
    if block > 1 and named:
        return _several(rows, block, named, numeric, decimal)
    if header is None and has_number_names(rows, decimal):
        return Top((0,), 1, numbers=True)
    if header or (header is None and not block and _differs(rows, decimal)):
        return Top((0,), 1)
    return Top()


def _several(rows: Rows, block: int, named: list[int], numeric: list[int], decimal: str) -> Top:
    """Return what is said by several rows above the values."""
    first, last = named[0], named[-1]
    units = []
    while len(named) > 1 and last == block - 1 and _are_units(rows[last], rows, last, numeric):
        units.append(last)
        named.pop()
        block, last = block - 1, named[-1]
    end = block + len(units)
    upper = rows[last - 1] if last else ()
    if last and len(upper) == len(rows[last]) and _has_gaps(upper, rows[last], decimal):
        names: tuple[int, ...] = (last - 1, last)
    elif first == 0 and last and (len(rows[0]) > 2 and _all_names(rows[0], decimal)):
        # Names, and below them what they mean, as forms on the web have it.
        names = (0,)
    else:
        names = (last,)
    return Top(names, end, tuple(sorted(units)), tuple(range(names[-1] + 1, block)),
               tuple(range(names[0])))


def _is_value_row(rows: Rows, place: int) -> bool:
    """Return whether a row has texts that come again below it, or that stand for no number."""
    for column, cell in enumerate(rows[place]):
        if is_missing(cell):
            continue
        if _NO_NUMBER.fullmatch(cell) or any(
                column < len(row) and row[column] == cell for row in rows[place + 1:]):
            return True
    return False


def _numeric_columns(rows: Rows, decimal: str) -> list[int]:
    """Return the columns that hold numbers below, judged by the second half of the rows."""
    body = rows[max(1, len(rows) // 2):]
    width = max((len(row) for row in body), default=0)
    found = []
    for place in range(width):
        cells = [row[place] for row in body if place < len(row) and not is_missing(row[place])]
        if cells and sum(is_number(cell, decimal) for cell in cells) >= _MOSTLY * len(cells):
            found.append(place)
    return found


def _is_text(row: Sequence[str], place: int, decimal: str) -> bool:
    return place < len(row) and not is_missing(row[place]) and not is_number(row[place], decimal)


def _names_numbers(row: Sequence[str], numeric: list[int], decimal: str) -> bool:
    """Return whether a row has a number in no column of numbers, but texts in some."""
    return not any(place < len(row) and is_number(row[place], decimal) for place in numeric)


def _are_units(row: Sequence[str], rows: Rows, place: int, numeric: list[int]) -> bool:
    """Return whether a row holds the units or types of the columns of numbers."""
    told = [row[column] for column in numeric if column < len(row) and row[column]]
    if not told or all(map(is_missing, told)):
        return False
    below = {cell for other in rows[place + 1:] for cell in other}
    return all(_UNIT.fullmatch(cell) or _TYPE.fullmatch(cell) or is_missing(cell)
               for cell in told) and not any(
                   cell in below for cell in told if not is_missing(cell))


def _has_gaps(upper: Sequence[str], lower: Sequence[str], decimal: str) -> bool:
    """Return whether an upper row of names stands for groups of those below it."""
    filled = [cell for cell in upper if cell]
    if len(filled) < 1 or any(is_number(cell, decimal) for cell in filled) or not any(lower):
        return False
    gaps = sum(not cell and bool(other) for cell, other in zip(upper, lower, strict=True))
    again = len(filled) - len(set(filled))
    # A single text beside gaps is a title, which names no group.
    return (gaps > 0 and len(filled) > 1) or again > 0


def _all_names(row: Sequence[str], decimal: str) -> bool:
    row = list(row)
    while row and not row[-1]:
        # Lines of an instrument may end in a separator.
        row.pop()
    return bool(row) and (all(row) and len(set(row)) == len(row)
            and not any(_DATE.fullmatch(cell) or is_number(cell, decimal) for cell in row))


def _differs(rows: Rows, decimal: str) -> bool:
    """Return whether a first row of texts is unlike the texts below it."""
    first, rest = rows[0], rows[1:]
    if any(is_number(cell, decimal) for cell in first) or all(map(is_missing, first)):
        return False
    if not rest:
        return True
    for place, cell in enumerate(first):
        below = [row[place] for row in rest if place < len(row) and not is_missing(row[place])]
        if cell in below:
            return False
        if _DATE.fullmatch(cell) and below and sum(
                _DATE.fullmatch(other) is not None for other in below) > len(below) / 2:
            return False
    return True


def has_number_names(rows: Rows, decimal: str) -> bool:
    """Return whether the numbers of the first row are names: years, wavelengths, places in a list.

    They are if they go up or down without a break and differ in kind from what stands below them.
    """
    first, rest = rows[0], rows[1:]
    places = [place for place, cell in enumerate(first) if is_number(cell, decimal)]
    numbers = frozenset(places)
    texts = [place for place in range(len(first)) if place not in numbers]
    if len(rest) < 2 or not places or not _are_names(first, texts, rest):
        return False
    values = [parse_number(first[place], decimal) or 0.0 for place in places]
    columns = [[parse_number(row[place], decimal) for row in rest
                if place < len(row) and is_number(row[place], decimal)] for place in places]
    whole = all(value == int(value) for value in values if abs(value) < 1e15)
    outside = sum(bool(column) and not min(column) <= value <= max(column)  # type: ignore[type-var,operator]
                  for value, column in zip(values, columns, strict=True)) / len(values)
    decimals = sum(any(number is not None and abs(number) < 1e15 and number != int(number)
                       for number in column) for column in columns) / len(values)
    if len(values) < 3:
        years = whole and all(1500 <= value <= 2200 for value in values)
        return bool(texts) and years and outside == 1 and len(set(values)) == len(values)
    steps = [after - before for before, after in pairwise(values)]
    if not (all(step > 0 for step in steps) or all(step < 0 for step in steps)):
        return False
    even = max(steps) - min(steps) <= 1e-6 * max(abs(value) for value in values)
    in_kind = outside >= 0.8 or (whole and decimals >= 0.6)
    if even and in_kind and (texts or len(values) > 3):
        return True
    # Numbered columns, as tasks of a test: 1, 2, 3 ... beside a name or a gap.
    numbered = whole and even and values[0] in (0, 1) and steps[0] == 1
    if numbered and texts and (len(values) > 3 or not any(first[place] for place in texts)):
        return True
    return bool(texts) and outside >= 0.8 and len(values) > 3


def _are_names(first: Sequence[str], texts: list[int], rest: Rows) -> bool:
    """Return whether the texts of a first row do not come again below."""
    for place in texts:
        cell = first[place]
        if cell and (_DATE.fullmatch(cell) or any(
                place < len(row) and row[place] == cell for row in rest)):
            return False
    return True
