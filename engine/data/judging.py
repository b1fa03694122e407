"""Whether a column is one of numbers, and what the other texts in it are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np

from engine.data.cells import Cells, Texts
from engine.data.composite import Composite, unfold
from engine.data.dataset import Indices, Reals
from engine.data.missing import MOST_MARKERS, find_markers, looks_missing
from engine.data.number_forms import Forms
from engine.data.number_style import (
    Hints,
    Style,
    are_codes,
    bears,
    find_style,
    find_unit,
    own_decimal,
)
from engine.data.numbers import MISSING, SIGNS, Written, infinite, parse_number

Kept = Literal["", "codes", "units", "mixed"]

FEW_ROWS = 8
"""In a table this small, values that all differ say nothing about what a column is."""

_FIRST = 1000

_NUMBERS_SHARE = 0.95
"""A column is one of numbers when at least this share of its values, or all but one, are."""

_TOLD_SHARE = 0.5
"""Share of numbers from which on it is told why a column is none of numbers."""


@dataclass(frozen=True, eq=False)
class Look:
    """A column with its texts taken apart.

    Attributes
    ----------
    cells : Cells
        Its cells.
    texts : Texts
        Those that are not plain numbers: all, if it has none.
    counts : int64[k]
        How often each text occurs.
    forms : Forms
        How those that are numbers are written.
    composite : Composite
        What texts were before they were written as plain numbers.
    """

    cells: Cells
    texts: Texts
    counts: Indices
    forms: Forms
    composite: Composite

    @property
    def counted(self) -> list[tuple[Written, int]]:
        """Numbers of each form, with how often it occurs."""
        return list(zip(self.forms.written, self.forms.counts(self.counts), strict=True))

    def own_decimal(self, decimal: str) -> str:
        """Return the decimal sign that the column has without doubt; empty if it has none."""
        if self.cells.numbers is None:
            # A text here and there that looks like a number tells nothing of how they are written.
            return own_decimal(self.counted) if _share(self, 0) >= _TOLD_SHARE else ""
        return decimal if self.cells.decimals else ""


class Judged(NamedTuple):
    """What was found; `Column` tells what each is.

    Attributes
    ----------
    numbers : float64[n] | None
        The numbers; None if it is a column of texts.
    not_numbers, example, example_row, markers, unit, kept
        As `engine.data.columns.Column` has them.
    style : Style | None
        How they are written; None if all are plain.
    share : float
        Share of its filled cells that look like numbers.
    """

    numbers: Reals | None
    not_numbers: int = 0
    example: str = ""
    example_row: int = 0
    markers: tuple[tuple[str, int], ...] = ()
    style: Style | None = None
    unit: str = ""
    kept: Kept = ""
    share: float = 0.0


_NO_COUNTS = np.empty(0, dtype=np.int64)
_NO_FORMS = Forms(())
_PLAIN = Composite(())
"""Of columns of nothing but plain numbers, as wide tables have them by the thousand."""


def look_at(cells: Cells) -> Look:
    """Take the texts of a column apart."""
    texts = cells.texts() if cells.numbers is None else cells.odd
    if cells.numbers is not None and not texts.levels:
        return Look(cells, texts, _NO_COUNTS, _NO_FORMS, _PLAIN)
    counts = texts.counts
    numbers = np.empty(0) if cells.numbers is None else cells.numbers
    composite = unfold(texts.levels, counts, numbers[~np.isnan(numbers)])
    if composite.parts:
        texts = Texts(texts.codes, composite.levels)
    forms = _forms_of(texts.levels) if len(texts.levels) <= _FEW_LEVELS else Forms(texts.levels)
    return Look(cells, texts, counts, forms, composite)


_FEW_LEVELS = 4
"""Texts between numbers that are likely to be the same ones in many columns, such as ``n/a``."""

_forms_of = lru_cache(maxsize=64)(Forms)


def judge(look: Look, hints: Hints, missing: frozenset[str], present: frozenset[str]) -> Judged:
    """Return the numbers of a column, or why it has none.

    Parameters
    ----------
    look : Look
        The column.
    hints : Hints
        What else tells how its numbers are written.
    missing, present : frozenset[str]
        Texts that the person calls gaps, and values.
    """
    cells, texts = look.cells, look.texts
    plain = 0 if cells.numbers is None else int(np.count_nonzero(~np.isnan(cells.numbers)))
    if cells.numbers is not None and not texts.levels:
        # Nothing but plain numbers and empty cells, as nearly all large and all wide tables have.
        return Judged(cells.numbers, markers=tuple(_take_out(
            cells.numbers, missing, present, hints).items())) if plain else Judged(None)
    if look.composite.parts == "tendencies":
        # Whether 2+ is more than 2 or less depends on the school.
        return Judged(None, kept="mixed", share=_share(look, plain))
    if cells.numbers is not None and plain and not look.forms.written and all(
            text in MISSING and text not in SIGNS and text not in present for text in texts.levels):
        # Numbers and words for no value, about which there is no doubt.
        named = Counter({text: int(count) for text, count in zip(
            texts.levels, look.counts, strict=True) if text})
        named.update(_take_out(cells.numbers, missing, present, hints))
        return Judged(cells.numbers, markers=tuple(named.items()))
    return _judge_texts(look, hints, missing, present, plain)


def _judge_texts(look: Look, hints: Hints, missing: frozenset[str], present: frozenset[str],
                 plain: int) -> Judged:
    """Return the numbers of a column some of whose cells are no plain numbers."""
    texts, counts = look.texts, look.counts
    values = np.full(len(texts.levels), np.nan)
    unit, style, kept = _fill(values, look, hints, plain)
    if kept:
        return Judged(None, kept=kept, share=_share(look, plain))
    gaps = {place for place, text in enumerate(texts.levels)
            if text not in present and (text in MISSING or text in missing)}
    found = ~np.isnan(values)
    found[list(gaps)] = False
    numbers = plain + int(counts[found].sum())
    if not numbers:
        return Judged(None)
    if _one_of_two(look, gaps, values[found]):
        return Judged(None)
    others = [int(place) for place in np.flatnonzero(~found) if place not in gaps]
    different = _different(look, values[found])
    wrong = _wrong(look, others, numbers, different, present)
    if not _are_few(int(counts[wrong].sum()), numbers + int(counts[wrong].sum()),
                    _rows_of(look, wrong)):
        wrong = _unknown(look, wrong, numbers, present) if different > 1 else wrong
    gaps |= set(others) - set(wrong)
    filled = numbers + int(counts[wrong].sum())
    if not _are_few(int(counts[wrong].sum()), filled, _rows_of(look, wrong)):
        share = _share(look, plain)
        return Judged(None, kept="mixed" if share >= _TOLD_SHARE else "", share=share)
    values[list(gaps)] = np.nan
    full = _whole(look, values)
    named = Counter({texts.levels[place]: int(counts[place]) for place in sorted(gaps)
                     if texts.levels[place]})
    named.update(_take_out(full, missing, present, hints))
    example = min(wrong, default=-1, key=lambda place: int(_rows_of(look, [place])[0]))
    return Judged(
        full, int(counts[wrong].sum()), texts.levels[example] if wrong else "",
        int(_rows_of(look, [example])[0]) + 1 if wrong else 0,
        tuple(named.items()), style, unit)


def _fill(values: Reals, look: Look, hints: Hints,
          plain: int) -> tuple[str, Style | None, Kept]:
    """Write the values of texts that are numbers; return unit, doubts, or why they are none."""
    counted = look.counted
    for place, text in enumerate(look.texts.levels):
        endless = infinite(text)
        if endless is not None:
            values[place] = endless
    if not counted:
        return "", None, ""
    if not plain and any(_begins_with_zero(written) for written, _ in counted) and are_codes(
            [look.texts.levels[place] for place in np.flatnonzero(look.forms.of_text >= 0)]):
        return "", None, "codes"
    bare = [(Written(False, "1", "", ""), plain)] if plain else []
    unit = find_unit([*counted, *bare])
    if unit is None:
        if not plain and not any(not written.unit for written, _ in counted):
            return "", None, "units"
        unit = ""
    fitting = [form for form, (written, _) in enumerate(counted)
               if (bears(written, unit) if unit else not written.unit)]
    known = hints if not plain or not look.cells.decimals else Hints(
        hints.decimal, hints.chosen, hints.decimal)
    style = find_style([counted[form] for form in fitting], known)
    look.forms.fill(values, style, fitting)
    return unit, style, ""


def _begins_with_zero(written: Written) -> bool:
    return len(written.body) > 1 and written.body.startswith("0") and written.body.isdigit()


def _one_of_two(look: Look, gaps: set[int], numbers: Reals) -> bool:
    """Return whether signs are a class beside one number, as ``-`` is beside 1."""
    signs = any(look.texts.levels[place] in SIGNS for place in gaps)
    return signs and _different(look, numbers) < 2


def _different(look: Look, numbers: Reals) -> int:
    plain = look.cells.numbers
    if plain is not None:
        if len(known := np.unique(plain[:_FIRST])) > _FIRST // 10:
            # More than anybody asks for, and the rest of a large column need not be sorted.
            return len(known)
        numbers = np.append(plain[~np.isnan(plain)], numbers)
    return len(np.unique(numbers))


def _wrong(look: Look, others: Sequence[int], numbers: int, different: int,
           present: frozenset[str]) -> list[int]:
    """Return which texts are neither numbers nor mark what is missing."""
    counts, levels = look.counts, look.texts.levels
    markers = find_markers([(levels[place], int(counts[place])) for place in others
                            if levels[place] not in present], numbers, different)
    return [place for place in others if levels[place] not in markers]


def _unknown(look: Look, wrong: list[int], numbers: int, present: frozenset[str]) -> list[int]:
    """Return the wrong texts without words for no value, which in a small table come but once."""
    levels = look.texts.levels
    known = {place for place in wrong
             if looks_missing(levels[place]) and levels[place] not in present}
    if len(known) > MOST_MARKERS or int(look.counts[list(known)].sum()) > numbers:
        return wrong
    return [place for place in wrong if place not in known]


def _are_few(wrong: int, filled: int, rows: Indices) -> bool:
    if filled <= FEW_ROWS:
        # Units may stand below the names.
        return not wrong or (wrong == 1 and rows[0] == 0 and filled > 3)
    return wrong <= max((1 - _NUMBERS_SHARE) * filled, 1)


def _rows_of(look: Look, places: Sequence[int]) -> Indices:
    """Return the rows in which texts stand."""
    rows = np.flatnonzero(np.isin(look.texts.codes, list(places)))
    return rows if look.cells.numbers is None else look.cells.odd_rows[rows]


def _whole(look: Look, values: Reals) -> Reals:
    if look.cells.numbers is None:
        full: Reals = values[look.texts.codes]
        return full
    full = look.cells.numbers
    full[look.cells.odd_rows] = values[look.texts.codes]
    return full


def _take_out(numbers: Reals, missing: frozenset[str], present: frozenset[str],
              hints: Hints) -> dict[str, int]:
    """Remove the numbers that the person calls gaps; return them with how often each occurred."""
    taken = {}
    for text in sorted(missing - present):
        value = parse_number(text, hints.known or hints.decimal)
        if value is not None:
            rows = numbers == value
            if rows.any():
                taken[text] = int(rows.sum())
                numbers[rows] = np.nan
    return taken


def _share(look: Look, plain: int) -> float:
    """Return the share of filled cells that look like numbers."""
    counts = look.counts
    filled = plain + sum(int(count) for text, count in zip(look.texts.levels, counts, strict=True)
                         if text and text not in MISSING)
    numbers = plain + sum(look.forms.counts(counts))
    return numbers / filled if filled else 0.0
