"""Texts and numbers that stand for no value, found by how they stand among the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Reals
from engine.data.numbers import ERRORS, MISSING, NOT_AVAILABLE, SIGNS

MOST_MARKERS = 3
"""Different texts that mark what is missing in one column of numbers."""

_LONGEST_MARKER = 24

_SOME = 20
"""Numbers that a column has to hold at least, before a text unknown to us counts as a marker."""

_FEWEST_VALUES = 10
"""Different numbers among which a text unknown to us is no class of its own."""

_WORDS = frozenset({
    "nd", "n.d.", "n.d", "n/d", "not detected", "not determined", "no data", "nodata", "n.b.",
    "n.v.", "k.a.", "k. a.", "ka", "k.a", "k.w.", "keine angabe", "keine angaben", "keine daten",
    "ohne angabe", "o.a.", "o. a.", "fehlt", "fehlend", "fehlender wert", "unbekannt", "missing",
    "unknown", "unk", "unkn", "not available", "not applicable", "not known", "not recorded",
    "not measured", "not reported", "not stated", "no response", "no answer", "no reading",
    "refused", "don't know", "dont know", "dk", "dk/na", "n.r.", "n/r", "nr", "void", "empty",
    "blank", "nil", "invalid", "error", "err", "fail", "failed", "overflow", "out of range",
    "bad", "bad data", "no value", "null value", "undef", "undefined", "undetermined", "trace",
    "tr", "tbd", "tba", "t.b.d.", "lod", "<lod", "bdl", "<bdl", "<loq", "loq", "below detection",
    "nc", "n.c.", "s.o.", "nsp", "ne sait pas", "non disponible", "non renseigné", "inconnu",
    "indisponible", "manquant", "donnée manquante", "s/d", "s.d.", "sin datos", "sin dato",
    "desconocido", "no disponible", "nd.", "non disponibile", "sconosciuto", "mancante",
    "brak", "brak danych", "b.d.", "onbekend", "geen", "geen gegevens", "ontbreekt", "okänd",
    "saknas", "ukjent", "mangler", "ukendt", "puuttuu", "neznámé", "bilinmiyor", "não disponível",
    "desconhecido", "sem dados", "nan", "na", "n/a", "none", "null", "(null)", "[null]", "(blank)",
    "(empty)", "(missing)", "[missing]", "<missing>", "<null>", "nichts", "i/o timeout", "no good",
    "comm fail", "offline", "calibration", "maintenance", "无", "缺失", "不明", "нет данных", "н/д",
    "suppressed", "redacted", "confidential", "withheld", "masked",
})
"""Words, in small letters, that people put where there is no value."""


def looks_missing(text: str) -> bool:
    """Return whether a text is a word or a sign that people put where there is no value."""
    return text in SIGNS or text in MISSING or text.strip(" ()[]<>").lower() in _WORDS or (
        text.lower() in _WORDS)


def find_markers(others: Sequence[tuple[str, int]], numbers: int,
                 different: int) -> frozenset[str]:
    """Return the texts among the numbers of a column that mark what is missing.

    Parameters
    ----------
    others : sequence of (str, int)
        The texts that are no numbers, with how often each occurs.
    numbers, different : int
        Cells that hold a number, and how many different ones.

    Notes
    -----
    A marker comes again, and there are three at most. One that is known needs as many numbers
    beside it; another has to be short, and to stand among many different numbers that are most of
    the column: ``studio`` among 1, 2 and 3 is a class of its own.
    """
    if different < 2:
        return frozenset()
    again = [(text, count) for text, count in others if count > 1]
    again.sort(key=lambda pair: -pair[1])
    known = [(text, count) for text, count in again if looks_missing(text)][:MOST_MARKERS]
    found = {text for text, _ in known} if sum(count for _, count in known) <= numbers else set()
    strange = [(text, count) for text, count in again if text not in found]
    room = MOST_MARKERS - len(found)
    enough = numbers >= _SOME and different >= _FEWEST_VALUES
    few = sum(count for _, count in strange) <= numbers
    if strange and enough and few and len(strange) <= room and all(
            _may_mark(text) for text, _ in strange):
        found.update(text for text, _ in strange)
    return frozenset(found)


def _may_mark(text: str) -> bool:
    # ``10+`` is a value, if not a number; ``<0.5`` says that nothing could be measured.
    return len(text) <= _LONGEST_MARKER and (
        text.startswith(("<", ">")) or not any(letter.isdigit() for letter in text))


def gaps_among_texts(different: Collection[str], markers: Collection[str],
                     present: Collection[str]) -> frozenset[str]:
    """Return the texts that hold no value in a column of texts.

    Parameters
    ----------
    different : collection of str
        The different texts, such that it is quick to ask for one.
    markers : collection of str
        What marks gaps in columns of numbers of the same file.
    present : collection of str
        What the person calls a value.

    Notes
    -----
    Empty cells and what programs write for errors are gaps. ``NA`` and its like are one if they
    mark gaps among numbers of the file, or if cells are empty besides, unless all texts are codes
    of that form (``NA`` beside ``EU`` and ``AS``); else they are a value, and ``none`` always is,
    since a class may be called so. A sign such as ``-`` or ``?`` is a gap unless ``+`` stands
    beside it or fewer than two classes would be left.
    """
    empty = "" in different
    gaps = {text for text in ERRORS if text in different}
    available = {text for text in NOT_AVAILABLE if text in different}
    words = {text for text in available if text.lower() != "none"}
    named = {text for text in available if text in markers and text != "none"}
    if empty and words and not _are_short_codes(
            text for text in different if text and text not in words and text not in gaps):
        named |= words
    gaps |= named
    signs = {text for text in _TEXT_SIGNS if text in different}
    if "+" not in different and len(different) - empty - len(gaps | signs) >= 2:
        gaps |= signs
    return frozenset(gaps - set(present)) | {""}


def _are_short_codes(texts: Iterable[str]) -> bool:
    """Return whether there are texts, all of two capitals."""
    some = False
    for text in texts:
        if len(text) != 2 or not text.isupper():
            return False
        some = True
    return some


_TEXT_SIGNS = frozenset({"-", "--", "---", "–", "—", ".", "..", "...", "?", "??", "???", ":"})


def may_be_gaps(texts: Collection[str]) -> tuple[str, ...]:
    """Return the texts of a column that were taken for values and yet may stand for none."""
    return tuple(sorted(text for text in texts if text in NOT_AVAILABLE or text in _TEXT_SIGNS))


_FAR = 5.0
"""Times the spread of the others by which a number stands off that is none of them."""

_FEWEST_REPEATS = 3
_MOST_SENTINELS = 3
_FILLS = frozenset({-32768.0, 32767.0, 65535.0, 2147483647.0, -2147483648.0, 1e20, -1e20, 1e30,
                    -1e30, 1e10, -1e10, 1e36, -1e36, 9.96921e36, -1e31, 1e35})


def find_sentinels(numbers: Reals) -> tuple[tuple[float, int], ...]:
    """Return numbers that seem to stand for no reading, with how often each occurs.

    Such a number is the least or the greatest, comes again, stands beyond the quartiles of the
    others by many times their spread, and is one that people choose: -1 where nothing else is
    negative, digits all alike, or round and negative.
    """
    known = numbers[~np.isnan(numbers)]
    found: list[tuple[float, int]] = []
    if len(known) < _FEWEST_REPEATS + 5:
        return ()
    if not any(_is_chosen(end, ()) and (known == end).sum() >= _FEWEST_REPEATS
               for end in (float(known.min()), float(known.max()))):
        return ()
    values, counts = np.unique(known, return_counts=True)
    while len(found) < _MOST_SENTINELS and len(values) > 4:
        for at in (0, -1):
            if counts[at] >= _FEWEST_REPEATS and _is_chosen(values[at], found) and _stands_off(
                    values, counts, at):
                found.append((float(values[at]), int(counts[at])))
                values, counts = np.delete(values, at), np.delete(counts, at)
                break
        else:
            break
    return tuple(found)


def _stands_off(values: Reals, counts: NDArray[np.int64], at: int) -> bool:
    value = float(values[at])
    rest = values[1:] if at == 0 else values[:-1]
    shares = counts[1:] if at == 0 else counts[:-1]
    if at == -1 and set(f"{value:.12g}") == {"9"}:
        # 97 and 98 may stand beside 99, for other reasons why there is no value.
        others = rest < value - 3
        rest, shares = rest[others], shares[others]
    if len(rest) < 3:
        return False
    if value == -1:
        # It is near to most numbers that are never negative, and tells itself by coming so often.
        return bool(rest[0] >= 0 and len(rest) >= _FEWEST_VALUES
                    and (rest[0] >= 2 or counts[at] > 2 * shares[:3].max()))
    # The quartiles of the other numbers, from how often each occurs.
    position = np.cumsum(shares) / shares.sum()
    low, high = (float(rest[min(int(np.searchsorted(position, share)), len(rest) - 1)])
                 for share in (0.25, 0.75))
    spread = max(high - low, 0.05 * float(rest[-1] - rest[0]), 1e-9 * max(abs(low), abs(high)))
    if at == 0:
        return value < low - _FAR * spread and float(rest[0]) - value > spread
    return value > high + _FAR * spread and value - float(rest[-1]) > spread


def _is_chosen(value: float, found: Sequence[tuple[float, int]]) -> bool:
    """Return whether people choose such a number for no reading, beside those that were found."""
    if value == -1 or value in _FILLS:
        return True
    if value > 0 and any(value + 1 == other for other, _ in found):
        return True
    digits = f"{abs(value):.12g}".replace(".", "")
    if len(digits) > 1 and len(set(digits)) == 1:
        return True
    return value == -9 or (value <= -10 and set(digits[1:]) == {"0"})
