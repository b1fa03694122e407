"""Dates and times as people write them, recognised by a whole column."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Reals
from engine.data.numbers import ANY_DIGIT

Order = Literal["", "day-first", "month-first"]

_EPOCH = date(1970, 1, 1).toordinal()
_SHARE = 0.95
_FIRST = 200
"""Different texts of a column that are looked at first."""

_PROMISING = 0.8
"""Share of them that have to look like dates, or the others are not looked at."""

_FIRST_YEAR, _LAST_YEAR = 1000, 2999
_PIVOT = 69
"""Years of two digits from here on are of the last century, as C and Python have it."""

_MONTHS = MappingProxyType({
    name: number
    for number, names in enumerate((
        "january jan januar jänner jän janvier janv gennaio gen enero ene januari januar sty "
        "stycznia styczeń ledna leden янв января январь",
        "february feb februar feber février févr fév fevrier febbraio febrero februari "
        "fevereiro lut lutego luty února únor фев февр февраля февраль",
        "march mar märz mär mrz mars marzo maart mrt março marco marca marzec března březen мар "
        "марта март",
        "april apr avril avr aprile abril abr kwi kwietnia kwiecień dubna duben апр апреля апрель",
        "may mai maggio mag mayo mei maj maio maja května květen мая май",
        "june jun juni juin giugno giu junio junho cze czerwca czerwiec června červen июн июня "
        "июнь",
        "july jul juli juillet juil luglio lug julio julho lip lipca lipiec července červenec "
        "июл июля июль",
        "august aug août aout agosto ago augustus augusti sie sierpnia sierpień srpna srpen авг "
        "августа август",
        "september sep sept septembre settembre set septiembre setembro wrz września wrzesień "
        "září сен сент сентября сентябрь",
        "october oct oktober okt octobre ottobre ott octubre outubro out paź października "
        "październik října říjen окт октября октябрь",
        "november nov novembre noviembre novembro lis listopada listopad listopadu ноя нояб "
        "ноября ноябрь",
        "december dec dezember dez décembre déc decembre dicembre dic diciembre dezembro gru "
        "grudnia grudzień prosince prosinec дек декабря декабрь",
    ), start=1) for name in names.split()})
"""Months by their names, in small letters."""

_CLOCK = (r"(?:[T ,]\s*(?:at )?(?P<hour>\d{1,2})[:h](?P<minute>\d{2})(?::(?P<second>\d{2})"
          r"(?:[.,](?P<part>\d{1,9}))?)?\s*(?P<half>[aApP]\.?[mM]\.?)?(?: Uhr)?"
          r"\s*(?P<zone>Z|UTC|GMT|[-+]\d{2}:?(?:\d{2})?)?)?")
_WEEKDAY = r"(?:[^\W\d_]{2,10}\.?,?\s+)?"
_NAME = r"(?P<name>[^\W\d_]{3,10})\.?"

_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})(?P<sep>[-/.])(?P<month>\d{{1,2}})(?P=sep)(?P<day>\d{{1,2}}){_CLOCK}")
_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?Z?)?")
_NUMBERS = re.compile(
    rf"{_WEEKDAY}(?P<one>\d{{1,2}})(?P<sep>[-/.])\s?(?P<two>\d{{1,2}})(?P=sep)\s?"
    rf"(?P<year>\d{{4}}|\d{{2}}){_CLOCK}")
_DAY_NAME = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th|er|º)?[ -](?:de )?{_NAME},?(?:[ -]|, )(?:de )?"
    rf"(?P<year>\d{{4}}|\d{{2}}){_CLOCK}")
_NAME_DAY = re.compile(
    rf"{_WEEKDAY}{_NAME}[ -](?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:, ?| |-)(?P<year>\d{{4}}){_CLOCK}")
_UNIX = re.compile(
    rf"[^\W\d_]{{2,4}} {_NAME} +(?P<day>\d{{1,2}}) (?P<hour>\d\d):(?P<minute>\d\d):"
    r"(?P<second>\d\d) (?:[A-Z]{3,4} )?(?P<year>\d{4})")
_MONTH_OF = re.compile(rf"{_NAME}[ -/](?:de )?(?P<year>\d{{4}}|'?\d{{2}})")
_YEAR_NAME = re.compile(rf"(?P<year>\d{{4}})[ -/]?{_NAME}(?:[ -](?P<day>\d{{1,2}}))?")
_YEAR_MONTH = re.compile(r"(?P<year>\d{4})(?:[-/]|M|-M)(?P<month>\d{1,2})")
_MONTH_YEAR = re.compile(r"(?P<month>\d{1,2})[-/](?P<year>\d{4})")
_QUARTER = re.compile(r"(?P<year>\d{4})[ -/]?[QT](?P<quarter>[1-4])|"
                      r"[QT](?P<quarter2>[1-4])[ -/](?P<year2>\d{4})")

_WEEK = re.compile(r"(?P<year>\d{4})[ -/]?(?:W|KW|S)[ -]?(?P<week>\d{1,2})|"
                   r"(?:W|KW|S)[ -]?(?P<week2>\d{1,2})[ -/](?P<year2>\d{4})")

_FORMS = (_WEEK, _YEAR_FIRST, _NUMBERS, _DAY_NAME, _NAME_DAY, _UNIX, _YEAR_MONTH, _MONTH_YEAR,
          _QUARTER, _MONTH_OF, _YEAR_NAME, _COMPACT)
"""Ways to write a date, the first that fits a text wins."""


@dataclass(frozen=True, eq=False)
class Dates:
    """The dates of a column.

    Attributes
    ----------
    days : float64[k]
        Days since the first of January 1970, with the time as a fraction, for each text; NaN for
        what is no date.
    wrong : tuple[int, ...]
        Positions of the texts that are no dates.
    order : str
        ``day-first`` or ``month-first`` for dates of numbers; empty for others.
    ambiguous : bool
        Whether nothing tells which of these it is.
    """

    days: Reals
    wrong: tuple[int, ...]
    order: Order = ""
    ambiguous: bool = False


def find_dates(texts: Sequence[str], counts: NDArray[np.int64], gaps: frozenset[str],
               day_first: bool) -> Dates | None:
    """Return the dates of a column, or None if it holds something else.

    Parameters
    ----------
    texts : sequence of str
        Its different texts in the order in which they first occur.
    counts : int64[k]
        How often each occurs.
    gaps : frozenset[str]
        Texts that hold no value.
    day_first : bool
        How to read ``03/04/2020`` if neither a day above 12 nor the order of the rows tells.
    """
    known = [i for i, text in enumerate(texts) if text not in gaps]
    fits = _fits(texts, known[:_FIRST])
    if len(known) < 2 or fits is None:
        return None
    fits.update((i, _fit(texts[i])) for i in known[_FIRST:])
    order, ambiguous = _find_order([fit for fit in fits.values() if fit is not None], day_first)
    days = np.full(len(texts), np.nan)
    wrong = []
    for i, fit in fits.items():
        value = None if fit is None else _days(fit, order)
        if value is None:
            wrong.append(i)
        else:
            days[i] = value
    lost = int(counts[wrong].sum()) if wrong else 0
    total = int(counts[known].sum())
    if lost > max((1 - _SHARE) * total, 1 if total > 8 else 0):
        return None
    numeric = any(fit.re is _NUMBERS for fit in fits.values() if fit is not None)
    return Dates(days, tuple(wrong), order if numeric else "", numeric and ambiguous)


def _fits(texts: Sequence[str], first: Sequence[int]) -> dict[int, re.Match[str] | None] | None:
    """Return how the first texts fit a date; None as soon as too few of them can."""
    fits: dict[int, re.Match[str] | None] = {}
    hopeful = len(first)
    for i in first:
        fits[i] = _fit(texts[i])
        hopeful -= fits[i] is None
        if hopeful < _PROMISING * len(first):
            return None
    return fits


_EARLIEST, _LATEST = 19000101, 21001231


def _may_be_compact(number: float) -> bool:
    return math.isnan(number) or _EARLIEST <= number <= _LATEST


def are_compact(numbers: Reals) -> bool:
    """Return whether whole numbers are dates such as 20200131."""
    if len(numbers) and not _may_be_compact(float(numbers[0])):
        # Most columns of numbers show it in their first.
        return False
    known = numbers[~np.isnan(numbers)]
    if len(known) < 3 or known.min() < _EARLIEST or known.max() > _LATEST or (
            known != np.round(known)).any():
        return False
    known = np.unique(known)
    if len(known) < 3:
        return False
    return all(_calendar(int(value) // 10000, int(value) // 100 % 100, int(value) % 100) is not None
               for value in known)


_CLOCK_NAME = re.compile(
    r"(.*[ _.-])?(time ?stamps?|timestamps?|time|date|datetime|epoch|unix|unixtime|ts|created|"
    r"updated|zeit|zeitstempel|datum|horodatage|fecha|data|date_?time|created_at|updated_at)"
    r"([ _.-](s|ms|utc|unix|epoch))?", re.IGNORECASE)
_DAY = 86400.0


def clock_unit(name: str, numbers: Reals) -> float:
    """Return how many units of a column make a day if it counts seconds since 1970, else 0.

    Parameters
    ----------
    name : str
        The column's name, which has to be one of times.
    numbers : float64[n]
        Its values: seconds or milliseconds of the years from 1985 to 2040.
    """
    if not _CLOCK_NAME.fullmatch(name.strip()):
        return 0.0
    known = numbers[~np.isnan(numbers)]
    if len(known) < 3 or len(np.unique(known)) < 3:
        return 0.0
    for unit in (_DAY, 1000 * _DAY):
        if known.min() >= 5500 * unit and known.max() <= 25600 * unit:
            return unit
    return 0.0


def compact_days(numbers: Reals) -> Reals:
    """Return the days since 1970 of dates such as 20200131; NaN stays."""
    known, places = np.unique(numbers, return_inverse=True)
    days = [np.nan if np.isnan(value) else _calendar(
        int(value) // 10000, int(value) // 100 % 100, int(value) % 100) for value in known]
    return np.array(days, dtype=np.float64)[places]


def _fit(text: str) -> re.Match[str] | None:
    if not 6 <= len(text) <= 40 or not ANY_DIGIT.search(text):
        return None
    for form in _FORMS:
        found = form.fullmatch(text)
        if found is not None:
            return found
    return None


def _find_order(fits: Sequence[re.Match[str]], day_first: bool) -> tuple[Order, bool]:
    """Return which number is the day, and whether that is a guess."""
    pairs = [(int(fit["one"]), int(fit["two"])) for fit in fits if fit.re is _NUMBERS]
    if not pairs:
        return "", False
    first = sum(one > 12 for one, _ in pairs)
    second = sum(two > 12 for _, two in pairs)
    if first != second:
        return ("day-first" if first > second else "month-first"), False
    if any(fit["sep"] == "." for fit in fits if fit.re is _NUMBERS):
        return "day-first", False
    # Rows mostly stand in the order of time; each text is here where it first occurs.
    turns = [_turns(fits, order) for order in ("day-first", "month-first")]
    if len(pairs) > 5 and max(turns) > 0 and min(turns) == 0:
        return ("day-first" if turns[0] == 0 else "month-first"), False
    return ("day-first" if day_first else "month-first"), True


def _turns(fits: Sequence[re.Match[str]], order: Order) -> int:
    """Return how often time runs backward, or forward where that is rarer."""
    days = np.array([day for fit in fits if (day := _days(fit, order)) is not None])
    steps = np.diff(days)
    return int(min((steps < 0).sum(), (steps > 0).sum()))


def _days(fit: re.Match[str], order: Order) -> float | None:
    part = fit.groupdict()
    if fit.re is _QUARTER:
        quarter = part["quarter"] or part["quarter2"]
        return _calendar(int(part["year"] or part["year2"]), 3 * int(quarter) - 2, 1)
    if fit.re is _WEEK:
        return _monday(int(part["year"] or part["year2"]), int(part["week"] or part["week2"]))
    if fit.re is _NUMBERS:
        one, two = int(part["one"]), int(part["two"])
        day, month = (one, two) if order == "day-first" else (two, one)
    else:
        day = int(part.get("day") or 1)
        month = _month(part)
    when = _calendar(_year(part["year"]), month, day)
    clock = _clock(part) if when is not None else None
    return None if when is None or clock is None else when + clock


def _monday(year: int, week: int) -> float | None:
    """Return the first day of a week as ISO 8601 counts it."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return float(date.fromisocalendar(year, week, 1).toordinal() - _EPOCH)
    except ValueError:
        return None


def _month(part: dict[str, str]) -> int:
    name = part.get("name")
    return _MONTHS.get(name.lower(), 0) if name else int(part["month"])


def _year(text: str) -> int:
    digits = text.strip("'")
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (1900 if year >= _PIVOT else 2000)


def _calendar(year: int, month: int, day: int) -> float | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return float(date(year, month, day).toordinal() - _EPOCH)
    except ValueError:
        return None


def _clock(part: dict[str, str]) -> float | None:
    """Return the time of day as a part of it, in universal time if a zone is named."""
    if not part.get("hour"):
        return 0.0
    hour, minute, second = (int(part.get(key) or 0) for key in ("hour", "minute", "second"))
    half = (part.get("half") or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if hour > 24 or minute > 59 or second > 60:
        return None
    seconds = 3600 * hour + 60 * minute + second + float(f"0.{part.get('part') or 0}")
    return (seconds - _offset(part.get("zone") or "")) / 86400


def _offset(zone: str) -> int:
    if zone[:1] not in ("+", "-") or not zone:
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    seconds = 3600 * int(digits[:2]) + 60 * int(digits[2:])
    return -seconds if zone[0] == "-" else seconds


