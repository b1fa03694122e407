"""Classes whose names differ in spelling only."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from engine.data.columns import Column
from engine.data.dataset import Indices

_LONG = 6
"""Letters of a name in which one wrong letter is a slip; ``male`` and ``mile`` are two."""

_RARE = 0.1
"""How often, beside the other spelling, one with a wrong letter may come to be taken for a slip."""

_MOST_COMPARED = 200
"""Names that are compared letter by letter; of more, only capitals and spaces are looked at."""


def variants(column: Column) -> tuple[tuple[str, ...], ...]:
    """Return groups of a column's texts that differ in spelling only, the commonest of each first.

    Capitals, spaces, hyphens, points and accents do not count, and neither does one wrong letter in
    a long name that is rare beside the other.
    """
    if column.codes is None:
        return ()
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.levels))
    alike: dict[str, list[int]] = defaultdict(list)
    for place, level in enumerate(column.levels):
        alike[folded(level)].append(place)
    _join_slips(alike, counts)
    groups = [sorted(places, key=lambda place: -counts[place])
              for places in alike.values() if len(places) > 1]
    return tuple(tuple(column.levels[place] for place in places) for places in groups)


def merged(column: Column) -> Column:
    """Return the column with the spellings of each class made one, the commonest."""
    groups = variants(column)
    if not groups or column.codes is None:
        return column
    common = {level: group[0] for group in groups for level in group}
    wanted = [common.get(level, level) for level in column.levels]
    levels = tuple(sorted(set(wanted)))
    place_of = {level: place for place, level in enumerate(levels)}
    recode = np.array([*(place_of[level] for level in wanted), -1], dtype=np.int64)
    return replace(column, codes=recode[column.codes], levels=levels)


def respelled(column: Column, first: Column) -> Column:
    """Return a column of texts, each spelled as another has it if that differs in spelling only."""
    if column.codes is None or first.codes is None:
        return column
    known = {folded(level): level for level in first.levels}
    wanted = [level if level in first.levels else known.get(folded(level), level)
              for level in column.levels]
    levels = tuple(sorted(set(wanted)))
    place_of = {level: place for place, level in enumerate(levels)}
    recode = np.array([*(place_of[level] for level in wanted), -1], dtype=np.int64)
    return replace(column, codes=recode[column.codes], levels=levels)


def folded(text: str) -> str:
    """Return a text without what does not count in it: capitals, spaces, hyphens and accents.

    What stands between two digits does count: 1.5, 1-5 and 15 are three.
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    around = zip(" " + plain, plain, plain[1:] + " ", strict=False)
    kept = "".join(letter for before, letter, after in around
                   if letter.isalnum() or letter in "+<>=/%&#*'"
                   or (before.isdigit() and after.isdigit()))
    # Signs alone, such as + and -, are names of their own.
    return kept if any(letter.isalnum() for letter in kept) and not _ends_in_sign(text) else text


def _ends_in_sign(text: str) -> bool:
    return text.strip()[-1:] in ("+", "-", "*") or text.strip()[:1] in ("+", "-", "−")


def _join_slips(alike: dict[str, list[int]], counts: Indices) -> None:
    """Join the names that differ in one letter from a much commoner one."""
    if len(alike) > _MOST_COMPARED:
        return
    total = {name: int(counts[places].sum()) for name, places in alike.items()}
    for first, second in combinations(sorted(alike, key=lambda name: total[name]), 2):
        # The first is the rarer one; it may have been joined to another already.
        if first in alike and second in alike and total[first] <= _RARE * total[second] \
                and _is_slip(first, second):
            alike[second].extend(alike.pop(first))


def _is_slip(first: str, second: str) -> bool:
    """Return whether one letter of two names differs, is left out or has changed places."""
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) < _LONG or len(longer) - len(shorter) > 1 \
            or any(letter.isdigit() for letter in shorter + longer):
        return False
    start = _common(shorter, longer)
    a, b = shorter[start:], longer[start:]
    if len(a) < len(b):
        return a == b[1:]
    return a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """Return how many letters two names have in common at the beginning."""
    return next((i for i, pair in enumerate(zip(first, second, strict=False))
                 if pair[0] != pair[1]), min(len(first), len(second)))
