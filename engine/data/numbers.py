"""Numbers as people write them in tables, and the words that stand for no value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

ERRORS = frozenset({
    "#N/A", "#NA", "#NV", "#NUM!", "#ZAHL!", "#NOMBRE!", "#DIV/0!", "#¡DIV/0!", "#VALUE!",
    "#WERT!", "#VALEUR!", "#¡VALOR!", "#REF!", "#BEZUG!", "#NAME?", "#NOM?", "#NULL!", "<NA>",
    "NaN", "nan", "NAN", "-NaN", "-nan", "NaT", "\\N", "1.#QNAN", "1.#IND", "-1.#IND",
})
"""What programs write for a value that is none; never the name of something."""

SIGNS = frozenset({"-", "--", "---", "–", "—", ".", "..", "...", "…", "?", "??", "???", ":", "*",
                   "**", "/", "#", "~", "_", "\u2212"})
"""Signs that people put where there is no value."""

NOT_AVAILABLE = frozenset({"NA", "N/A", "n/a", "na", "N.A.", "n.a.", "NULL", "Null", "null",
                           "None", "none", "NONE"})
"""Words for no value that may as well be the name of something."""

MISSING = ERRORS | NOT_AVAILABLE | {"", "-", "--", "–", ".", "..", "?", ":"}
"""Cells that hold no value, in a column of numbers."""

_INFINITE = frozenset({"inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "∞", "-∞"})

_HIDDEN = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_LOOKS = {
    **dict.fromkeys("\u2212\u2012\u2013\ufe63\uff0d", "-"), "\uff0b": "+",
    **dict.fromkeys("\u00a0\u202f\u2009\u2007\u2008\u2002\u2005\u3000\t", " "),
    **dict.fromkeys("\u2019\u2018\u02bc\u00b4`\u2032", "'"),
    "\u066b": ".", "\u066c": ",", "\uff0e": ".", "\uff0c": ",", "\u066a": "%", "\uff05": "%",
    "\uff04": "$", "\u00b7": ".", **dict.fromkeys(_HIDDEN, ""),
}

_CODES = ("EUR|USD|GBP|CHF|JPY|CNY|INR|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|RUB|UAH|TRY|BRL|ARS|MXN|"
          "CLP|COP|AUD|CAD|NZD|ZAR|KRW|TWD|HKD|SGD|THB|IDR|MYR|PHP|VND|ILS|AED|SAR|EGP|NGN|KES")
# ruff: noqa: RUF001
_MONEY = (rf"[A-Z]{{0,3}}[$€£¥₹₽₩₺₴₪₫฿₦₱¢]|(?i:{_CODES})|[Kk][Rr]\.?|[Rr]s\.?|S?Fr\.?|zł|Kč|Ft|"
          r"lei|руб\.?|р\.|лв\.?|R")
"""Signs and codes of currencies, before or after a number."""

_UNIT = r"[^\W\d_]|[%‰°µμ²³$€£¥₹₽₩₺₴₪₫฿₦₱¢]"
_WRITTEN = re.compile(rf"""
    (?P<open>\()? \ ? (?P<sign>[-+])? \ ?
    (?:(?P<front>{_MONEY}) \ ? )? (?P<inner>\()? \ ? (?P<late>[-+])? \ ?
    (?P<body>\d (?:[\d.,' ]*\d)? (?:[.,](?!-))? | [.,]\d+)
    (?:\ ?(?P<exponent>[eE][-+]?\d+))?
    (?:[.,]-{{1,2}})? (?P<trail>-)? \ ? (?P<shut>\))?
    \ ? (?P<back>(?:{_UNIT}) (?:[^\s,;:()'"=<>?*!\#&]|\ (?={_UNIT})){{0,15}}|")?
    \ ? (?P<close>\))?""", re.VERBOSE)
_PLAIN = re.compile(r"([-+]?)(\d+(?:[.,]\d+)?)", re.ASCII)
"""What most numbers look like: they need not be taken apart with all that may stand at others."""

_PLAIN_WITH: Mapping[str, re.Pattern[str]] = MappingProxyType({
    ".": re.compile(r"[-+]?\d+(?:\.\d+)?", re.ASCII),
    ",": re.compile(r"[-+]?\d+(?:,\d+)?", re.ASCII)})

_LONGEST = 400
"""Characters beyond which a cell that is not plain digits is a text: a float64 has 309 of them."""

_FORMULA = re.compile(r'="?([^"]*)"?')
_MONEY_ALONE = re.compile(_MONEY)
_NOTHING_OWED = re.compile(rf"(?P<unit>{_MONEY}) *-{{1,2}}(?:\?\?)?")
ANY_DIGIT = re.compile(r"\d")


class Written(NamedTuple):
    """A number taken apart, before it is known which signs in it group its digits.

    Attributes
    ----------
    negative : bool
        Whether it has a minus sign, before or after, or stands in brackets.
    body : str
        Digits with ``.``, ``,``, ``'`` and spaces between them.
    exponent : str
        Such as ``e-3``; empty without one.
    unit : str
        Such as ``%``, ``$`` or ``kg``; empty without one.
    """

    negative: bool
    body: str
    exponent: str
    unit: str


def is_missing(cell: str) -> bool:
    """Return whether a cell, spaces at its ends removed, holds no value among numbers."""
    return cell in MISSING


def is_money(unit: str) -> bool:
    """Return whether a unit is a currency."""
    return _MONEY_ALONE.fullmatch(unit) is not None


def take_apart(cell: str) -> Written | None:
    """Return what a number is written of, or None if the cell holds something else."""
    plain = _PLAIN.fullmatch(cell)
    if plain is not None:
        return Written(plain[1] == "-", plain[2], "", "")
    if len(cell) > _LONGEST:
        return None
    if not ANY_DIGIT.search(cell):
        return _nothing_owed(cell)
    text = _plain(cell)
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    part = found.groupdict("")
    brackets = bool(part["open"] or part["inner"])
    if brackets != bool(part["shut"] or part["close"]) or (part["open"] and part["inner"]) or (
            part["shut"] and part["close"]):
        return None
    signs = part["sign"] + part["late"] + part["trail"]
    if len(signs) + brackets > 1 or (part["front"] and part["back"] and part["back"] != "%"):
        return None
    negative = brackets or signs == "-"
    return Written(negative, part["body"], part["exponent"], part["front"] or part["back"])


def _nothing_owed(cell: str) -> Written | None:
    """Return the 0 that spreadsheets write as ``$ -``, or None."""
    if "-" not in cell:
        return None
    found = _NOTHING_OWED.fullmatch(cell.replace("\u00a0", " "))
    return None if found is None else Written(False, "0", "", found["unit"])


def _plain(cell: str) -> str:
    """Return a cell with digits, spaces, dashes and apostrophes of every kind as ASCII has them."""
    text = cell
    if not text.isascii():
        text = text.translate(_SAME)
        text = "".join(_digit(letter) for letter in text)
    text = text.strip()
    if text.startswith("="):
        formula = _FORMULA.fullmatch(text)
        text = formula[1].strip() if formula else text
    if text.startswith("'"):
        # A spreadsheet shows so that a number is to stay a text.
        text = text[1:]
    return text


_SAME = str.maketrans(_LOOKS)


def _digit(letter: str) -> str:
    if letter.isascii() or not letter.isdecimal():
        return letter
    return str(unicodedata.decimal(letter))


@cache
def _body(decimal: str, groups: str) -> re.Pattern[str]:
    """Return what digits look like that these signs group: by three, or as in India."""
    point, group = re.escape(decimal), f"[{re.escape(groups)}]"
    threes = rf"[1-9]\d{{0,2}}({group})\d{{3}}(?:\1\d{{3}})*"
    indian = rf"[1-9]\d?({group})\d\d(?:\2\d\d)*\2\d{{3}}"
    whole = rf"(?:\d+|{threes}|{indian})"
    return re.compile(rf"{whole}(?:{point}\d*)?|{point}\d+")


GROUPS: Mapping[str, str] = MappingProxyType({".": ",' ", ",": ".' "})
"""Signs that may group digits, by the decimal sign."""


def fits(body: str, decimal: str, groups: str) -> bool:
    """Return whether digits can be read with a decimal sign, and signs that group them."""
    return _body(decimal, groups).fullmatch(body) is not None


def value_of(written: Written, decimal: str) -> float:
    """Return the value of a number whose body fits the decimal sign."""
    body = written.body
    if not body.isdigit():
        for group in GROUPS[decimal]:
            body = body.replace(group, "")
        body = body.replace(",", ".")
    value = float(body + written.exponent)
    return -value if written.negative else value


def infinite(cell: str) -> float | None:
    """Return the infinity that a cell spells, or None."""
    if cell.lower() not in _INFINITE:
        return None
    return float("-inf") if cell.startswith("-") else float("inf")


def is_number(cell: str, decimal: str) -> bool:
    """Return whether a cell holds a number: plain, grouped, of money or in percent."""
    return _PLAIN_WITH[decimal].fullmatch(cell) is not None or (
        parse_number(cell, decimal) is not None)


def parse_number(cell: str, decimal: str) -> float | None:
    """Return the number in a cell, infinite if it is too large, or None if there is none.

    Parameters
    ----------
    cell : str
        Text such as ``1234.5``, ``1,234.5``, ``(1 234,5)``, ``$12`` or ``12 %`` (which gives 12).
    decimal : str
        ``.`` or ``,``.
    """
    if _PLAIN_WITH[decimal].fullmatch(cell) is not None:
        return float(cell.replace(",", "."))
    endless = infinite(cell)
    if endless is not None:
        return endless
    written = take_apart(cell)
    if written is None or not fits(written.body, decimal, GROUPS[decimal]):
        return None
    if written.unit not in ("", "%") and not is_money(written.unit):
        return None
    return value_of(written, decimal)


def vote_decimal(cells: Iterable[str], separator: str) -> str:
    """Return the decimal sign that most cells agree with.

    A cell such as ``1,234`` may be read both ways and counts only when no other does: it is then a
    decimal comma unless the comma also divides columns.
    """
    votes = {",": 0, ".": 0}
    either = 0
    for cell in cells:
        if cell.isascii() and cell.isdigit():
            # Most cells of many tables: it has no sign.
            continue
        plain = _PLAIN.fullmatch(cell)
        if plain is not None:
            # Most cells of others: the one sign that may stand there divides no groups of digits,
            # unless it can.
            body = plain[2]
            sign = "" if can_be_both(body) else "," if "," in body else "." if "." in body else ""
        else:
            written = take_apart(cell)
            if written is None or (written.unit not in ("", "%") and not is_money(written.unit)):
                continue
            body, sign = written.body, decimal_of(written.body, written.exponent)
        if sign:
            votes[sign] += 1
        elif "," in body and can_be_both(body):
            either += 1
    if votes[","] == votes["."] == 0:
        return "," if either and separator != "," else "."
    return "," if votes[","] > votes["."] else "."


def can_be_both(body: str) -> bool:
    """Return whether digits are thousands or three decimals, as in ``1,234``."""
    return _EITHER.fullmatch(body) is not None


_EITHER = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


def decimal_of(body: str, exponent: str = "") -> str:
    """Return the decimal sign that digits have without doubt, by one or by what groups them.

    Empty for whole numbers, for such as may be read both ways, and for what is no number.
    """
    has_comma, has_point = "," in body, "." in body
    if not (has_comma or has_point) or (not exponent and can_be_both(body)):
        return ""
    comma, point = fits(body, ",", GROUPS[","]), fits(body, ".", GROUPS["."])
    if comma == point:
        return ""
    return "," if comma else "."
