"""Dates as numbers that a network can learn from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.data.columns import Column
from engine.data.dataset import Reals

_THURSDAY = 4
"""The weekday of 1 January 1970, Sunday being 0."""


def calendar_columns(column: Column) -> tuple[Column, ...]:
    """Return columns of numbers made of one of dates.

    Days since the first date, the year, and the month, the weekday and the time of day as points on
    a circle (sine and cosine), so that December is as near to January as to November. What never
    changes within the column is not made, and neither are weekdays of dates that stand for months:
    those of the first days of all months, or of the last.

    Parameters
    ----------
    column : Column
        One whose kind is ``date``.
    """
    assert column.days is not None
    known = column.days[column.present]
    first = float(known.min())
    made = [("days", column.days - first)]
    made.extend(_parts(column.days))
    return tuple(
        Column(f"{column.name}: {part}", column.position, numbers=values)
        for number, (part, values) in enumerate(made)
        if not number or len(np.unique(values[column.present])) > 1)


def _parts(days: Reals) -> Iterator[tuple[str, Reals]]:
    whole = np.floor(days)
    months = _months(whole)
    yield "year", np.floor(months / 12) + 1970
    yield from _circle("month", np.mod(months, 12.0) / 12)
    if not _are_months(whole):
        yield from _circle("weekday", np.mod(whole + _THURSDAY, 7.0) / 7)
    yield from _circle("time of day", days - whole)


def _are_months(days: Reals) -> bool:
    """Return whether all days are the first of a month, or all the last."""
    months, tomorrow = _months(days), _months(days + 1)
    present = ~np.isnan(days)
    return bool((_months(days - 1) != months)[present].all()
                or (tomorrow != months)[present].all())


def _months(days: Reals) -> Reals:
    """Return the months since January 1970, float64[n], NaN where there is no day."""
    present = ~np.isnan(days)
    months = np.full(len(days), np.nan)
    stamps = days[present].astype(np.int64).astype("datetime64[D]")
    months[present] = stamps.astype("datetime64[M]").astype(np.int64)
    return months


def _circle(name: str, turns: Reals) -> Iterator[tuple[str, Reals]]:
    """Return sine and cosine of a part of a full turn; rounded, so that equal ones stay equal."""
    angles: Reals = 2 * np.pi * turns
    sines: Reals = np.sin(angles)
    cosines: Reals = np.cos(angles)
    yield f"{name} (sin)", sines.round(12)
    yield f"{name} (cos)", cosines.round(12)
