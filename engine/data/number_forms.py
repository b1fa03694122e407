"""Texts of a column sorted by how they are written, so that each form is taken apart once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Indices, Reals
from engine.data.number_style import Style
from engine.data.numbers import GROUPS, Written, take_apart, value_of

_NINES = str.maketrans("012345678", "999999999")


class _Place(NamedTuple):
    """Where the digits of a form stand in its texts; None where each text is looked at alone."""

    start: int
    end: int
    exponent: int


class Forms:
    """The numbers among different texts.

    Parameters
    ----------
    texts : sequence of str
        The texts.

    Attributes
    ----------
    of_text : int32[k]
        The form of each text; -1 for what is no number.
    written : list of Written
        A number of each form. Numbers of one form differ in their digits alone, and are alike in
        whether the first and the last is a zero.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.written: list[Written] = []
        self._places: list[_Place | None] = []
        self._found: dict[str, tuple[Written, _Place | None] | None] = {}
        self._numbers: dict[tuple[str, bool, bool], int] = {}
        self.of_text: NDArray[np.int32] = np.fromiter(
            (self._form(text) for text in texts), dtype=np.int32, count=len(texts))
        self._texts = texts

    def _form(self, text: str) -> int:
        shape = text.translate(_NINES)
        if shape not in self._found:
            self._found[shape] = _locate(text)
        found = self._found[shape]
        if found is None:
            return -1
        written, place = found
        if place is None:
            # Digits of another script, or some in the unit: this text alone is of its form.
            alone = take_apart(text)
            if alone is None:
                return -1
            return self._number((text, False, False), alone, None)
        body = text[place.start:place.end]
        key = shape, body[0] == "0", body[-1] == "0"
        if key in self._numbers:
            return self._numbers[key]
        return self._number(key, written._replace(body=body), place)

    def _number(self, key: tuple[str, bool, bool], written: Written, place: _Place | None) -> int:
        if key not in self._numbers:
            self._numbers[key] = len(self.written)
            self.written.append(written)
            self._places.append(place)
        return self._numbers[key]

    def counts(self, counts: Indices) -> list[int]:
        """Return how often each form occurs, from how often each text does."""
        known = self.of_text >= 0
        found = np.bincount(self.of_text[known], counts[known], minlength=len(self.written))
        return [int(count) for count in found]

    def fill(self, values: Reals, style: Style, wanted: Sequence[int]) -> None:
        """Write the values of texts of the wanted forms that are written in a style."""
        fitting = {form for form in wanted if style.value(self.written[form]) is not None}
        for place in np.flatnonzero(np.isin(self.of_text, list(fitting))).tolist():
            values[place] = self._value(self._texts[place], int(self.of_text[place]), style.decimal)

    def _value(self, text: str, form: int, decimal: str) -> float:
        written, place = self.written[form], self._places[form]
        if place is None:
            return value_of(written, decimal)
        body = text[place.start:place.end]
        if not body.isdigit():
            for group in GROUPS[decimal]:
                body = body.replace(group, "")
            body = body.replace(",", ".")
        value = float(body + text[place.end:place.exponent])
        return -value if written.negative else value


def _locate(text: str) -> tuple[Written, _Place | None] | None:
    """Return what a text is written of, and where its digits stand in all texts like it."""
    written = take_apart(text)
    if written is None:
        return None
    start = text.find(written.body)
    end = start + len(written.body)
    exponent = end + len(written.exponent)
    plain = text.isascii() and start >= 0 and text[end:exponent] == written.exponent and not any(
        letter.isdigit() for letter in text[:start] + text[exponent:])
    return written, _Place(start, end, exponent) if plain else None
