"""Rows in which an instrument gave no reading: one strange number in column after column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.data.columns import Column

_TOGETHER = 0.8
"""Share of the rows with such a number that hold it in two columns or more."""


def without_readings(columns: Sequence[Column], present: Sequence[str]) -> tuple[Column, ...]:
    """Return columns in which numbers such as -200 are gaps where they stand side by side.

    In one column alone such a number may be right, and is only told. In several, in the same rows,
    it is no reading: left among the values it would be nearly all that a network learns.

    Parameters
    ----------
    columns : sequence of Column
        All columns of a file, with all rows.
    present : sequence of str
        What the person says is a value although it looks as if it were none.
    """
    found = list(columns)
    for value in dict.fromkeys(value for column in columns for value, _ in column.sentinels):
        places = [place for place, column in enumerate(columns)
                  if any(other == value for other, _ in column.sentinels)]
        if f"{value:.12g}" in present or len(places) < 2:
            continue
        holds = [_holds(columns[place], value) for place in places]
        together = np.sum(holds, axis=0)
        if (together > 1).sum() >= _TOGETHER * (together > 0).sum():
            for place in places:
                found[place] = _emptied(found[place], value)
    return tuple(found)


def _holds(column: Column, value: float) -> NDArray[np.bool_]:
    assert column.numbers is not None
    return np.equal(column.numbers, value)


def _emptied(column: Column, value: float) -> Column:
    assert column.numbers is not None
    holds = _holds(column, value)
    return replace(
        column, numbers=np.where(holds, np.nan, column.numbers),
        markers=(*column.markers, (f"{value:.12g}", int(holds.sum()))),
        sentinels=tuple(pair for pair in column.sentinels if pair[0] != value))
