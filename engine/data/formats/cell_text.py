"""The value of a spreadsheet's cell as text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from engine.data.formats.delimited import plain

Value = int | float | str | bool | date | datetime | time | timedelta
"""What python-calamine gives for a cell; an empty text for an empty cell and for an error."""

_ISO_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+(?:\.\d+)?)S")
"""How LibreOffice's own format writes times beyond a day."""

_LARGEST_WHOLE = 1e15
"""Below it every whole number of a spreadsheet is exact, and is written without an exponent."""

_COMMA = re.compile(r"[-+−]?\d[\d.'’ \u00a0\u202f]*,\d+\s?[%€]?")
_POINT = re.compile(r"[-+−]?\d[\d,'’ \u00a0\u202f]*\.\d+\s?[%€]?")
_EITHER = re.compile(r"[-+−]?\d{1,3}(?:[.,]\d{3})+")


def cell_text(value: Value, decimal: str = ".", with_time: bool = False) -> str:
    """Return a value as it would stand in a text file.

    Parameters
    ----------
    value : Value
        What the cell holds.
    decimal : str
        Decimal sign of its numbers, ``.`` or ``,``.
    with_time : bool
        Whether a date is written with its time, because others of its column have one.
    """
    # Most cells are decimals: they are asked for first.
    if isinstance(value, float):
        if value.is_integer() and abs(value) < _LARGEST_WHOLE:
            return str(int(value))
        return repr(value) if decimal == "." else repr(value).replace(".", decimal)
    if isinstance(value, str):
        return plain(_duration_text(value) if value.startswith("PT") else value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return f"{value.isoformat()} 00:00:00" if with_time else value.isoformat()
    if isinstance(value, time):
        return value.isoformat()
    return _clock(value.total_seconds()) if isinstance(value, timedelta) else str(value)


def _duration_text(text: str) -> str:
    match = _ISO_DURATION.fullmatch(text)
    if match is None:
        return text
    return _clock(int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3]))


def _clock(seconds: float) -> str:
    """Return a time that may be longer than a day: ``30:05:00``."""
    minutes, rest = divmod(abs(seconds), 60)
    hours, minutes = divmod(int(minutes), 60)
    shown = f"{rest:02.0f}" if rest == int(rest) else f"{rest:09.6f}"
    return f"{'-' if seconds < 0 else ''}{hours}:{minutes:02d}:{shown}"


def find_decimal(texts: Iterable[str]) -> str:
    """Return the decimal sign of numbers that were typed as text; empty where it is not plain.

    Without such numbers it is a point, because all others are written with one.
    """
    comma = point = either = 0
    for text in texts:
        if not text[:1].isdigit() and text[:1] not in "+-−":
            continue
        if _EITHER.fullmatch(text):
            either += 1
        elif _COMMA.fullmatch(text):
            comma += 1
        elif _POINT.fullmatch(text):
            point += 1
    if comma == point:
        return "" if comma or either else "."
    return "," if comma > point else "."
