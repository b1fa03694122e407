"""Numbers as people write them in tables, and the words that stand for no value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

MISSING = frozenset({
    "", "-", "--", "–", ".", "?", "NA", "N/A", "n/a", "na", "#N/A", "#NA", "<NA>", "NaN", "nan",
    "NAN", "-NaN", "-nan", "NULL", "Null", "null", "None", "none", "#NUM!", "#DIV/0!", "#VALUE!",
    "#REF!",
})
"""Cells that hold no value."""

_EXPONENT = r"(?:[eE][-+]?\d+)?"
_SPACES = " \u00a0\u202f\u2009'’"


def _pattern(decimal: str, group: str) -> re.Pattern[str]:
    point = re.escape(decimal)
    grouped = rf"\d{{1,3}}(?:([{group}])\d{{3}}(?:\1\d{{3}})*)?"
    return re.compile(rf"[-+−]?(?:(?:\d+|{grouped})(?:{point}\d*)?|{point}\d+){_EXPONENT}\s?%?")


_NUMBER: Mapping[str, re.Pattern[str]] = MappingProxyType({
    ".": _pattern(".", "," + _SPACES),
    ",": _pattern(",", r"\." + _SPACES),
})
_GROUPING: Mapping[str, re.Pattern[str]] = MappingProxyType({
    ".": re.compile(f"[,{_SPACES}%]"),
    ",": re.compile(rf"[\.{_SPACES}%]"),
})
_INFINITE = frozenset({"inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "∞", "-∞"})


def is_missing(cell: str) -> bool:
    """Return whether a cell, spaces at its ends removed, holds no value."""
    return cell in MISSING


def is_number(cell: str, decimal: str) -> bool:
    """Return whether a cell holds a number, with or without thousands grouped."""
    return _NUMBER[decimal].fullmatch(cell) is not None or cell.lower() in _INFINITE


def parse_number(cell: str, decimal: str) -> float | None:
    """Return the number in a cell, infinite if it is too large, or None if there is none.

    Parameters
    ----------
    cell : str
        Text such as ``1234.5``, ``1,234.5``, ``1 234,5`` or ``12 %`` (which gives 12).
    decimal : str
        ``.`` or ``,``.
    """
    if cell.lower() in _INFINITE:
        return float("-inf") if cell.startswith("-") else float("inf")
    if _NUMBER[decimal].fullmatch(cell) is None:
        return None
    plain = _GROUPING[decimal].sub("", cell).replace(",", ".").replace("−", "-")
    return float(plain)


_COMMA_DECIMAL = re.compile(r"[-+−]?(?:\d{1,3}(?:[\.' ]\d{3})+|\d*),\d+(?:[eE][-+]?\d+)?%?"
                            r"|[-+−]?\d{1,3}(?:\.\d{3}){2,}")
_POINT_DECIMAL = re.compile(r"[-+−]?(?:\d{1,3}(?:[,' ]\d{3})+|\d*)\.\d+(?:[eE][-+]?\d+)?%?"
                            r"|[-+−]?\d{1,3}(?:,\d{3}){2,}")
_EITHER = re.compile(r"[-+−]?[1-9]\d{0,2}[.,]\d{3}")


def vote_decimal(cells: list[str], separator: str) -> str:
    """Return the decimal sign that most cells agree with.

    A cell such as ``1,234`` may be read both ways and counts only when no other does: it is then a
    decimal comma unless the comma also divides columns.
    """
    comma = point = either_comma = 0
    for cell in cells:
        if _EITHER.fullmatch(cell):
            either_comma += "," in cell
        elif _COMMA_DECIMAL.fullmatch(cell):
            comma += 1
        elif _POINT_DECIMAL.fullmatch(cell):
            point += 1
    if comma == point == 0:
        return "," if either_comma and separator != "," else "."
    return "," if comma > point else "."
