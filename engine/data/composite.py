"""Numbers that a cell writes in several parts: times, angles, tolerances, footnotes, ``78/100``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np

from engine.data.dataset import Indices, Reals
from engine.data.numbers import ANY_DIGIT, MISSING, is_number, take_apart

Parts = Literal["", "feet", "times", "angles", "tolerances", "flags", "shares", "fractions",
                "sizes", "eras", "tendencies"]

_MOSTLY = 0.8
"""Share of the filled cells that have to be written so; the others may stand for no value."""

_FEWEST = 3
"""In fewer cells nothing is seen."""

_LONGEST = 120
"""Letters of a text that may be composed: a range of dates has not half as many."""

_SAMPLE = 300
"""So many different texts are looked at before all are."""


_APOSTROPHES = str.maketrans({"’": "'", "′": "'", "”": '"', "″": '"'})


class Composite(NamedTuple):
    """Texts of a column, written as plain numbers where they were composed of parts.

    Attributes
    ----------
    levels : tuple[str, ...]
        The texts in their order.
    parts : str
        What they were composed of; empty if they are as the file has them.
    example, became : str
        One of them, and what it became.
    """

    levels: tuple[str, ...]
    parts: Parts = ""
    example: str = ""
    became: str = ""

    @property
    def shown(self) -> str:
        """What the example became, as a person reads it."""
        try:
            return f"{float(self.became):.10g}"
        except ValueError:
            return self.became.removesuffix("e0")


def unfold(levels: tuple[str, ...], counts: Indices, plain: Reals) -> Composite:
    """Return texts as plain numbers where they are composed of parts.

    Parameters
    ----------
    levels : tuple[str, ...]
        The different texts of a column.
    counts : int64[k]
        How often each occurs.
    plain : float64[m]
        Plain numbers that stand beside them.
    """
    if not any(map(ANY_DIGIT.search, levels)):
        # Without one, nothing is a number, whatever its parts.
        return Composite(levels)
    short = [text for text in levels if text and len(text) <= _LONGEST]
    some = short[::max(len(short) // _SAMPLE, 1)]
    letters = frozenset(chain.from_iterable(short if len(plain) else some))
    for parts, read in _READERS:
        if letters.isdisjoint(_LETTERS.get(parts, letters)):
            continue
        if not any(map(read, some)) and not (len(plain) and any(map(read, short))):
            continue
        told = {place: found for place, text in enumerate(levels)
                if text and len(text) <= _LONGEST and (found := read(text)) is not None}
        if not told or not _JUDGES[parts](levels, counts, plain, told):
            continue
        made = list(levels)
        if parts == "sizes":
            told = _rescaled(levels, told, bool(len(plain)))
        for place, found in told.items():
            made[place] = found
        example = max(told, key=lambda place: len(levels[place]))
        return Composite(tuple(made), parts, levels[example], made[example])
    return Composite(levels)


Told = Mapping[int, str]


def _filled(levels: Sequence[str], counts: Indices) -> int:
    return sum(int(count) for text, count in zip(levels, counts, strict=True)
               if text not in MISSING)


def _are_most(levels: Sequence[str], counts: Indices, plain: Reals, told: Told) -> bool:
    """Return whether nearly all cells are written so."""
    number = int(counts[list(told)].sum())
    return len(told) >= 2 and number >= _FEWEST and (
        number >= _MOSTLY * (len(plain) + _filled(levels, counts)))


def _written(value: float) -> str:
    """Return a number without a sign that depends on who writes it."""
    if value == round(value):
        return f"{value:.0f}"
    return f"{round(value * 1e9)}e-9"


# ---- feet: 5'11", 5 ft 11 in
_FEET = re.compile(r"(?P<feet>\d{1,2}) ?(?:'|ft\.?|feet) ?"
                   r"(?:(?P<inches>\d{1,2}(?:\.\d+)?) ?(?:\"|''|in\.?|inch(?:es)?)?)?")


def _feet(text: str) -> str | None:
    found = _FEET.fullmatch(text.translate(_APOSTROPHES))
    return None if found is None else _written(
        12 * int(found["feet"]) + float(found["inches"] or 0))


def _are_feet(levels: Sequence[str], counts: Indices, plain: Reals, told: Told) -> bool:
    """Return whether no inches are above 11, as seconds behind minutes soon are."""
    fits = [_FEET.fullmatch(levels[place].translate(_APOSTROPHES)) for place in told]
    inches = [float(fit["inches"]) for fit in fits if fit is not None and fit["inches"]]
    return bool(inches) and max(inches) < 12 and _are_most(levels, counts, plain, told)


# ---- times: 3:45:12, 14:30, 2:30 PM, 12h30, 1 h 20 min, 0 days 00:12:30
_CLOCK = re.compile(
    r"(?P<minus>-)?(?:(?P<days>\d+) days?,? )?(?P<first>\d{1,4}):(?P<second>[0-5]\d)"
    r"(?::(?P<third>[0-5]\d(?:[.,]\d+)?))?(?P<part>[.,]\d+)?(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)?")
_SPOKEN = re.compile(
    r"(?:(?P<hours>\d{1,4}) ?(?:h|hrs?|hours?|Std\.?)\.?)? ?"
    r"(?:(?P<minutes>\d{1,3}) ?(?:m|min|mins|minutes?|Min\.?|')?)? ?"
    r"(?:(?P<seconds>\d{1,2}(?:[.,]\d+)?) ?(?:s|sec|secs|seconds?|sek|Sek\.?|''|\"))?")


def _time(text: str) -> str | None:
    if (clock := _CLOCK.fullmatch(text)) is not None:
        return _by_clock(clock)
    spoken = _SPOKEN.fullmatch(text)
    if spoken is None or not (spoken["hours"] or _is_minutes(text)):
        return None
    return _written(3600 * int(spoken["hours"] or 0) + 60 * int(spoken["minutes"] or 0)
                    + float((spoken["seconds"] or "0").replace(",", ".")))


def _is_minutes(text: str) -> bool:
    """Return whether a text of no hours is of minutes, and says so."""
    return re.match(r"\d+ ?(?:m|'|Min)", text) is not None and "''" not in text[:4]


def _by_clock(clock: re.Match[str]) -> str | None:
    part = float((clock["part"] or "0").replace(",", "."))
    if clock["third"] and clock["part"]:
        return None
    first, second = int(clock["first"]), int(clock["second"])
    if clock["half"]:
        if not 1 <= first <= 12:
            return None
        first = first % 12 + (12 if clock["half"] in "pP" else 0)
    value = 60.0 * first + second + part
    if clock["third"]:
        value = 60 * value + float(clock["third"].replace(",", "."))
    if clock["days"]:
        value += int(clock["days"]) * (86400 if clock["third"] else 1440)
    return _written(-value if clock["minus"] else value)


def _are_times(levels: Sequence[str], counts: Indices, plain: Reals, told: Told) -> bool:
    if len(plain) or not _are_most(levels, counts, plain, told):
        return False
    texts = [levels[place] for place in told]
    if not any(len(_DIGITS.findall(text)) > 1 for text in texts):
        # 40 h, or 12 min: one number with a unit.
        return False
    if any(text.count(":") != 1 for text in texts):
        return True
    # Results of a match, such as 28:25, look like times; times have a minute such as 05.
    return any(text.split(":")[1].startswith("0") for text in texts)


# ruff: noqa: RUF001
# ---- angles: 48°12'N, 48° 12' 30.5" N, 48.2°N, 57.05N, N 48 12.5
_ANGLE = re.compile(
    r"(?P<front>[NSEWO])?\ ?(?P<minus>-)?(?P<degrees>\d{1,3}(?:[.,]\d+)?)\ ?(?P<sign>[°ºd])?\ ?"
    r"(?:(?P<minutes>\d{1,2}(?:[.,]\d+)?)\ ?['′’]?\ ?)?"
    r"(?:(?P<seconds>\d{1,2}(?:[.,]\d+)?)\ ?(?:[\"″”]|''|′′)?)?\ ?(?P<back>[NSEWO])?")


def _angle(text: str) -> str | None:
    found = _ANGLE.fullmatch(text)
    if found is None or (found["front"] and found["back"]):
        return None
    side = found["front"] or found["back"] or ""
    decimals = any(mark in found["degrees"] for mark in ".,")
    if not (found["sign"] and (side or found["minutes"])) and not (side and decimals):
        return None
    degrees, minutes, seconds = (float((found[part] or "0").replace(",", "."))
                                 for part in ("degrees", "minutes", "seconds"))
    if degrees > 360 or minutes >= 60 or seconds >= 60:
        return None
    value = degrees + minutes / 60 + seconds / 3600
    return _written(-value if (side in ("S", "W")) != bool(found["minus"]) else value)


def _are_angles(levels: Sequence[str], counts: Indices, plain: Reals, told: Told) -> bool:
    # O is east in German and west in French.
    sides = {side for place in told for side in "NSEWO" if side in levels[place]}
    one_kind = sides <= {"N", "S"} or sides <= {"E", "W"} or sides == {"O", "W"}
    signs = any("°" in levels[place] or "º" in levels[place] for place in told)
    return one_kind and (signs or len(sides) == 2) and _are_most(levels, counts, plain, told)


# ---- tolerances: 12.3 ± 0.4
_TOLERANCE = re.compile(r"(?P<number>.*\d[^±]*?)\ ?(?:±|\+/-|\+-|\+/−)\ ?\d[^±]*")


def _tolerance(text: str) -> str | None:
    found = _TOLERANCE.fullmatch(text)
    return found["number"].strip() if found and take_apart(found["number"]) else None


# ---- flags: 12.3*, 5 [a], 12.3 b (Eurostat), 12,5 1)
_MARK = r"\*+|[†‡§¹]+|\[[^\[\]]{1,3}\]|\(?\d\)|\([A-Za-z]\)"
_FLAG = re.compile(rf"(?P<number>[^*†‡§¹\[\]()]*\d[.,]?)"
                   rf"(?:\ *(?:{_MARK})|\ [bcdefinprstuz]{{1,3}})+")
_LETTERS_ALONE = re.compile(r"(?P<mark>:) ?[bcdefinprstuz]{1,3}")


def _flag(text: str) -> str | None:
    if (alone := _LETTERS_ALONE.fullmatch(text)) is not None:
        return alone["mark"]
    found = _FLAG.fullmatch(text)
    if found is None or not (is_number(found["number"], ".") or is_number(found["number"], ",")):
        return None
    return found["number"].strip()


def _are_flags(levels: Sequence[str], counts: Indices, plain: Reals, told: Told) -> bool:
    """Return whether marks stand behind some numbers of a column, and are no unit or class."""
    places = [place for place in told if told[place] != ":"]
    marks = {levels[place][len(told[place]):].strip() for place in places}
    bare = len(plain) + sum(int(count) for text, count in zip(levels, counts, strict=True)
                       if is_number(text, ".") or is_number(text, ","))
    if not marks or (len(marks) == 1 and any(map(str.isalpha, marks))
                     and not marks <= {"b", "p", "e", "r", "f"}):
        # A single letter may be a unit: s, t, d.
        return False
    flagged = int(counts[places].sum())
    return bare + flagged >= _FEWEST and len(marks) <= 30 and bare >= flagged / 4 and (
        bare + flagged >= _MOSTLY * (len(plain) + _filled(levels, counts)))


# ---- shares: 45% beside 0.45
_PERCENT = re.compile(r"(?P<number>[-+]?\d*[.,]?\d+) ?%")


def _share(text: str) -> str | None:
    found = _PERCENT.fullmatch(text)
    return f"{found['number']}e-2" if found else None


def _are_shares(levels: Sequence[str], counts: Indices, plain: Reals, told: Told) -> bool:
    """Return whether bare numbers beside percentages are all parts of one, with decimals."""
    bare = [text.replace(",", ".") for place, text in enumerate(levels)
            if place not in told and re.fullmatch(r"[-+]?\d*[.,]?\d+", text)]
    values = np.append(plain, [float(text) for text in bare])
    among = len(told) + len(bare) >= _MOSTLY * sum(text not in MISSING for text in levels)
    return bool(len(values)) and among and bool((np.abs(values) <= 1).all()) and bool(
        (values % 1 != 0).mean() > 0.5)


# ---- fractions: 78/100
_OUT_OF = re.compile(
    r"(?P<number>\d{1,4}(?:[.,]\d+)?) ?(?:/|out of|von|sur|de) ?(?P<whole>\d{1,4})")


def _out_of(text: str) -> str | None:
    found = _OUT_OF.fullmatch(text)
    return found["number"] if found else None


def _are_fractions(levels: Sequence[str], counts: Indices, plain: Reals, told: Told) -> bool:
    """Return whether all are parts of the same whole, and no months of a year."""
    wholes = {found["whole"] for place in told
              if (found := _OUT_OF.fullmatch(levels[place])) is not None}
    if len(wholes) != 1 or not _are_most(levels, counts, plain, told):
        return False
    whole = int(wholes.pop())
    parts = [float(told[place].replace(",", ".")) for place in told]
    dates = max(parts) <= 12 and (12 < whole < 100 or whole > 1500) and all(
        part == int(part) and part for part in parts)
    return whole > 1 and max(parts) <= 1.2 * whole and not dates


# ---- sizes: 500 g beside 1.2 kg, 42 Lac beside 1.40 Cr, 201k beside 19M
_SIZES: tuple[Mapping[str, int], ...] = tuple(map(MappingProxyType, (
    {"lac": 5, "lacs": 5, "lakh": 5, "lakhs": 5, "cr": 7, "crore": 7, "crores": 7},
    {"k": 3, "K": 3, "M": 6, "B": 9, "bn": 9, "mn": 6, "Mio": 6, "Mio.": 6, "Mrd": 9, "Mrd.": 9,
     "Tsd": 3, "Tsd.": 3, "million": 6, "billion": 9, "thousand": 3},
    {"µg": -6, "mg": -3, "g": 0, "gr": 0, "kg": 3, "t": 6},
    {"µm": -6, "nm": -9, "mm": -3, "cm": -2, "dm": -1, "m": 0, "km": 3},
    {"µl": -6, "ml": -3, "mL": -3, "cl": -2, "dl": -1, "l": 0, "L": 0, "hl": 2},
    {"B": 0, "kB": 3, "KB": 3, "MB": 6, "GB": 9, "TB": 12},
    {"µV": -6, "mV": -3, "V": 0, "kV": 3}, {"nA": -9, "µA": -6, "mA": -3, "A": 0},
    {"mW": -3, "W": 0, "kW": 3, "MW": 6}, {"Wh": 0, "kWh": 3, "MWh": 6},
    {"Hz": 0, "kHz": 3, "MHz": 6, "GHz": 9}, {"Pa": 0, "hPa": 2, "kPa": 3, "MPa": 6},
    {"ns": -9, "µs": -6, "us": -6, "ms": -3, "s": 0})))
_SIZED = re.compile(r"(?P<number>[^\d]{0,4}\d[\d.,' ]*?) ?(?P<unit>[^\W\d]+\.?)")


def _sized(text: str) -> str | None:
    found = _SIZED.fullmatch(text)
    if found is None:
        return None
    power = next((_power(found["unit"], family) for family in _SIZES
                  if _power(found["unit"], family) is not None), None)
    return None if power is None else found["number"]


def _power(unit: str, family: Mapping[str, int]) -> int | None:
    return family.get(unit.lower() if unit.lower() in _SIZES[0] else unit.replace("μ", "µ"))


def _rescaled(levels: Sequence[str], told: Told, beside: bool) -> dict[int, str]:
    """Return the numbers in one unit; empty if units are alike, or not of one family."""
    units = {place: found["unit"] for place in told
             if (found := _SIZED.fullmatch(levels[place])) is not None}
    for family in _SIZES:
        powers = {place: power for place, unit in units.items()
                  if (power := _power(unit, family)) is not None}
        if len(powers) == len(units):
            break
    else:
        return {}
    bare = beside or any(take_apart(text) is not None and text.strip("0") and place not in told
               for place, text in enumerate(levels))
    words = family in _SIZES[:2]
    if len({*powers.values()}) < 2 and not (bare and words):
        return {}
    if bare and not words:
        return {}
    return {place: f"{told[place].strip()}e{powers[place]}" for place in told}


def _are_sizes(levels: Sequence[str], counts: Indices, plain: Reals, told: Told) -> bool:
    number = int(counts[list(told)].sum())
    # 12B among plain numbers may be the number of a house, 3.0M is none.
    many = number >= 0.2 * (len(plain) + _filled(levels, counts))
    decimals = any(mark in told[place] for place in told for mark in ".,")
    return (many or decimals) and bool(_rescaled(levels, told, bool(len(plain))))


# ---- eras: 300 BC
_ERA = re.compile(
    r"(?P<year>\d{1,6}) ?(?:(?P<before>BCE?|B\.C\.(?:E\.)?|v\. ?Chr\.|av\. ?J\.-?C\.|a\. ?C\."
    r"|p\.n\.e\.)"
    r"|AD|CE|A\.D\.|C\.E\.|n\. ?Chr\.|ap\. ?J\.-?C\.|d\. ?C\.|n\.e\.)")


def _era(text: str) -> str | None:
    found = _ERA.fullmatch(text)
    return None if found is None else ("-" if found["before"] else "") + found["year"]


# ---- tendencies: marks such as 2+ and 3-
_TENDENCY = re.compile(r"[1-6] ?[-+−–]{1,2}")


def _tendency(text: str) -> str | None:
    return text if _TENDENCY.fullmatch(text) else None


def _are_tendencies(levels: Sequence[str], counts: Indices, plain: Reals, told: Told) -> bool:
    return len(told) >= 1 and all(
        place in told or text in MISSING or re.fullmatch(r"[0-9]", text)
        for place, text in enumerate(levels)) and bool(
            (np.isin(plain, np.arange(10))).all()) and not any(
                levels[place][0] == "0" for place in told)


_READERS: tuple[tuple[Parts, Callable[[str], str | None]], ...] = (
    ("feet", _feet), ("times", _time), ("angles", _angle), ("tolerances", _tolerance),
    ("flags", _flag),
    ("shares", _share), ("fractions", _out_of), ("sizes", _sized), ("eras", _era),
    ("tendencies", _tendency))
_LETTERS: Mapping[Parts, frozenset[str]] = MappingProxyType({
    "feet": frozenset("'’′f"), "times": frozenset(":hSmM'"), "angles": frozenset("°ºdNSEWO"),
    "tolerances": frozenset("±+"), "flags": frozenset(":*†‡§¹]) "), "shares": frozenset("%"),
    "fractions": frozenset("/fvsd"), "eras": frozenset("BvapACnd"),
    "tendencies": frozenset("+-−–")})
"""Without one of these, no text is composed so; tables of a thousand columns of names have few."""
_JUDGES: Mapping[Parts, Callable[[Sequence[str], Indices, Reals, Told], bool]] = MappingProxyType({
    "feet": _are_feet, "times": _are_times, "angles": _are_angles, "tolerances": _are_most,
    "flags": _are_flags,
    "shares": _are_shares, "fractions": _are_fractions, "sizes": _are_sizes, "eras": _are_most,
    "tendencies": _are_tendencies})
