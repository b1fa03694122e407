"""The series of a table: rows in the order of time, steps that are missing, values that are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.data.columns import Column
from engine.data.dataset import Indices, Reals
from engine.data.importers.chosen_columns import chosen_column, chosen_columns
from engine.data.reading import Reading, read
from engine.data.remark import Remark, remark
from engine.data.table_split import groups_of, order_of
from engine.data.target_choice import choose_target
from engine.errors import DataError
from engine.messages import say
from engine.spec import DataSpec
from engine.spec.network import Option

_TIME_NAMES = frozenset({
    "time", "date", "t", "step", "year", "month", "day", "hour", "week", "datetime", "timestamp",
    "period", "index", "zeit", "jahr", "monat", "tag", "datum", "année", "temps", "fecha", "año",
})
"""What a column of numbers is called by which rows are sorted."""

_EVEN = 0.9
"""Share of the steps that have to be as long as the usual one, or a few times as long, and share of
all steps that rows have to be left for."""

_MOST_SERIES = 10_000

_FEWEST_STEPS = 4
"""Rows that each of several series has on average at least."""

_LENGTHS = ((1 / 86400, "second"), (1 / 1440, "minute"), (1 / 24, "hour"), (1.0, "day"),
            (7.0, "week"))
_MONTHS = {1: "month", 3: "quarter", 12: "year"}


@dataclass(frozen=True, eq=False)
class OneSeries:
    """One series: a row for every step of time.

    Attributes
    ----------
    name : str
        Value of the column that says which; empty if there is one series only.
    values : float64[steps, columns]
        NaN where there is none.
    observed : bool[steps, columns]
        Where the table has a value.
    moments : float64[steps]
        When each step is, to compare series: of the column of time, or the number of the row.
    """

    name: str
    values: Reals
    observed: np.ndarray
    moments: Reals


@dataclass(frozen=True, eq=False)
class Series:
    """All series of a table.

    Attributes
    ----------
    place : str
        The file, for sentences.
    names : tuple[str, ...]
        Columns that are looked at or forecast.
    units : tuple[str, ...]
        What stood at the numbers of each.
    inputs, outputs : tuple[int, ...]
        Places of those among ``names``.
    each : tuple[OneSeries, ...]
        The series.
    step : str
        What a step is: ``day``; ``step`` where nobody knows.
    is_timed : bool
        Whether a column says when.
    remarks : tuple[Remark, ...]
        What was assumed and filled.
    columns : tuple[str, ...]
        All columns of the table.
    """

    place: str
    names: tuple[str, ...]
    units: tuple[str, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    each: tuple[OneSeries, ...]
    step: str
    is_timed: bool
    remarks: tuple[Remark, ...]
    columns: tuple[str, ...]


def read_series(path: Path, spec: DataSpec, options: Mapping[str, Option]) -> Series:
    """Read the series of a table, and of further ones with the same columns.

    Parameters
    ----------
    path : Path
        The file.
    spec : DataSpec
        How tables are read; its ``more_paths`` are further ones.
    options : Mapping[str, Option]
        Which columns hold what.

    Raises
    ------
    DataError
        If one cannot be read, a column is missing, or one that has to hold numbers does not.
    """
    first = _read(path, spec, options)
    if not spec.more_paths:
        return first
    columns = {"output": "; ".join(first.names[place] for place in first.outputs),
               "inputs": "; ".join(first.names[place] for place in first.inputs)}
    found = [first, *(_read(Path(one), spec, {**options, **columns}) for one in spec.more_paths)]
    if other := next((one for one in found if one.step != first.step), None):
        raise DataError("series.steps", place=other.place, step=other.step, first=first.place,
                        wanted=first.step)
    return replace(
        first, each=tuple(replace(one, name=f"{series.place}: {one.name}" if one.name
                                  else series.place) for series in found for one in series.each),
        remarks=tuple(Remark(say("note.series-of", name=series.place, what=one.message))
                      for series in found for one in series.remarks))


def _read(path: Path, spec: DataSpec, options: Mapping[str, Option]) -> Series:
    reading = read(path, spec.table)
    order = _order(reading, str(options["order"]))
    group = chosen_column(reading, str(options["group"])) if options["group"] else None
    outputs, sure = _outputs(reading, str(options["output"]), order, group)
    inputs = _numbers(reading, str(options["inputs"])) or outputs
    used = tuple(dict.fromkeys((*outputs, *inputs)))
    if group is None and order is not None:
        group = _groups(reading, order, used)
    values = np.column_stack([column.numbers for column in used if column.numbers is not None])
    rows, when, said = _sorted(order, len(values))
    step, length = _step(when, group, rows, order)
    each, filled = _all(values, rows, when if order else None, group, length, reading.place)
    if not each:
        raise DataError("series.no-rows", place=reading.place)
    places = {column.name: place for place, column in enumerate(used)}
    remarks = (*reading.remarks, _chosen(outputs, order, group, len(each), sure), *said, *filled)
    return Series(reading.place, tuple(places), tuple(column.unit for column in used),
                  tuple(places[column.name] for column in inputs),
                  tuple(places[column.name] for column in outputs), each, step,
                  order is not None, remarks, reading.form.names)


def _numbers(reading: Reading, chosen: str) -> tuple[Column, ...]:
    """Return columns by their names, all of numbers."""
    columns = chosen_columns(reading, chosen)
    for column in columns:
        if column.numbers is None or not column.present.any():
            raise DataError("series.no-numbers", example=(column.levels or ("",))[0], place=say(
                "place.column", file=reading.place, column=column.name))
    return columns


def _order(reading: Reading, chosen: str) -> Column | None:
    """Return the column that says when: the chosen one, the first of dates, or one called so."""
    if chosen:
        column = chosen_column(reading, chosen)
        if order_of(column) is None or not column.present.any():
            raise DataError("series.order-texts", example=(column.levels or ("",))[0], place=say(
                "place.column", file=reading.place, column=column.name))
        return column
    for column in reading.columns:
        if column.days is not None and column.present.mean() > 0.5:
            return column
    for column in reading.columns:
        if column.numbers is not None and column.name.strip().casefold() in _TIME_NAMES and (
                column.present.all() and (np.diff(column.numbers) > 0).all()):
            return column
    return None


def _outputs(reading: Reading, chosen: str, order: Column | None,
             group: Column | None) -> tuple[tuple[Column, ...], bool]:
    if columns := _numbers(reading, chosen):
        return columns, True
    usable = [column for column in reading.columns
              if column.kind == "numeric" and column not in (order, group)]
    choice = choose_target(usable, reading.source.declared.target)
    if choice.column is None:
        raise DataError("series.nothing", place=reading.place,
                        known=tuple(column.name for column in reading.columns))
    return (choice.column,), choice.sure or len(usable) == 1


def _groups(reading: Reading, order: Column, outputs: Sequence[Column]) -> Column | None:
    """Return the column that tells series apart, if several rows have the same time."""
    when = order_of(order)
    assert when is not None
    known = ~np.isnan(when)
    if len(np.unique(when[known])) == known.sum():
        return None
    for column in reading.columns:
        if column is order or column in outputs or column.days is not None or (
                column.kind not in ("category", "text", "numeric")):
            continue
        if column.numbers is not None and not _are_numbers_of_things(column):
            continue
        rows = known & column.present
        count = column.distinct
        if 1 < count <= min(_MOST_SERIES, rows.sum() // _FEWEST_STEPS):
            pairs = np.column_stack([when, groups_of(column)])[rows]
            if len(np.unique(pairs, axis=0)) == len(pairs):
                return column
    return None


def _are_numbers_of_things(column: Column) -> bool:
    """Return whether numbers may stand for shops or sensors: whole ones, of which each is often."""
    assert column.numbers is not None
    values = column.numbers[column.present]
    return bool((values == np.round(values)).all())


def _sorted(order: Column | None, count: int) -> tuple[Indices, Reals, tuple[Remark, ...]]:
    """Return the rows in the order of time, when each is, and what is to be said."""
    if order is None:
        return np.arange(count), np.arange(count, dtype=np.float64), ()
    when = order_of(order)
    assert when is not None
    rows = np.argsort(when, kind="stable")
    known = rows[~np.isnan(when[rows])]
    said = []
    if len(known) < len(rows):
        said.append(remark("note.series-no-time", count=len(rows) - len(known),
                           column=order.name))
    if (np.diff(known) < 0).any():
        said.append(remark("note.series-sorted", column=order.name))
    return known, when[known], tuple(said)


def _step(when: Reals, group: Column | None, rows: Indices,
          order: Column | None) -> tuple[str, float]:
    """Return what a step is and how long, of what ``when`` counts; 0 if a row is a step."""
    if order is None or len(when) < 3:
        return "step", 0.0
    if group is None:
        lengths = np.diff(when)
    else:
        which = groups_of(group)[rows]
        sort = np.lexsort((when, which))
        lengths = np.diff(when[sort])[np.diff(which[sort]) == 0]
    lengths = lengths[lengths > 0]
    if not len(lengths):
        return "step", 0.0
    if order.days is not None and (months := _months(when, lengths)):
        return _MONTHS.get(months, "step"), -float(months)
    usual = float(np.median(lengths))
    if not _is_even(lengths, usual):
        return "step", 0.0
    if order.days is None:
        return "step", usual
    name = next((name for length, name in _LENGTHS if abs(usual / length - 1) < 1e-3), "step")
    return name, usual


def _is_even(lengths: Reals, usual: float) -> bool:
    times = lengths / usual
    even = np.abs(times - np.round(times)) < 0.02
    missing = float((np.round(times) - 1).clip(0).sum())
    return bool(even.mean() >= _EVEN and len(lengths) >= _EVEN * (len(lengths) + missing))


def _months(when: Reals, lengths: Reals) -> int:
    """Return how many months a step has if all dates are the same day of a month; else 0."""
    if lengths.min() < 27.5:
        return 0
    stamps = np.floor(when).astype(np.int64).astype("datetime64[D]")
    day = (stamps - stamps.astype("datetime64[M]")).astype(np.int64)
    tomorrow = stamps + 1
    is_last = (tomorrow.astype("datetime64[M]") != stamps.astype("datetime64[M]")).all()
    if day.min() != day.max() and not is_last:
        return 0
    return max(1, round(float(np.median(lengths)) / 30.44))


def _all(values: Reals, rows: Indices, when: Reals | None, group: Column | None, length: float,
         place: str) -> tuple[tuple[OneSeries, ...], tuple[Remark, ...]]:
    which = np.zeros(len(rows), np.int64) if group is None else groups_of(group)[rows]
    if group is not None:
        gaps = ~group.present[rows]
        rows, which = rows[~gaps], which[~gaps]
        when = when if when is None else when[~gaps]
    found, twice, missing = [], 0, 0
    numbers = np.unique(which)
    if len(numbers) > _MOST_SERIES:
        raise DataError("series.many", place=place, count=len(numbers), most=_MOST_SERIES)
    for number in numbers:
        own = np.flatnonzero(which == number)
        # Without a column of times, each series counts its own rows.
        moments = np.arange(len(own), dtype=np.float64) if when is None else when[own]
        one, same, left = _one(values[rows[own]], moments, length)
        twice, missing = twice + same, missing + left
        name = "" if group is None else _name(group, int(rows[own[0]]))
        found.append(OneSeries(name, one[0], ~np.isnan(one[0]), one[1]))
    said = []
    if twice:
        said.append(remark("note.series-twice", count=twice))
    if missing:
        said.append(remark("note.series-missing", count=missing))
    if not length and when is not None:
        said.append(remark("note.series-uneven"))
    return tuple(found), tuple(said)


def _name(group: Column, row: int) -> str:
    if group.codes is not None:
        return str(group.levels[group.codes[row]])
    assert group.numbers is not None
    return f"{group.numbers[row]:.12g}"


def _one(values: Reals, when: Reals, length: float) -> tuple[tuple[Reals, Reals], int, int]:
    """Return values and moments with a row for every step, and how many were merged and missing."""
    moments, places = np.unique(when, return_inverse=True)
    same = len(when) - len(moments)
    if same:
        values = _means(values, places, len(moments))
    if not length:
        return (values, moments), same, 0
    if length < 0:
        stamps = np.floor(moments).astype(np.int64).astype("datetime64[D]")
        numbers = stamps.astype("datetime64[M]").astype(np.int64) / -length
    else:
        numbers = moments / length
    steps = np.round(numbers - numbers[0]).astype(np.int64)
    if len(np.unique(steps)) < len(steps) or steps[-1] >= 3 * len(steps):
        return (values, moments), same, 0
    full = np.full((steps[-1] + 1, values.shape[1]), np.nan)
    full[steps] = values
    at = np.interp(np.arange(len(full)), steps, moments)
    return (full, at), same, len(full) - len(steps)


def _means(values: Reals, places: Indices, count: int) -> Reals:
    """Return the means of the values of the same moment, where there are any."""
    known = ~np.isnan(values)
    sums = np.zeros((count, values.shape[1]))
    counts = np.zeros((count, values.shape[1]))
    np.add.at(sums, places, np.where(known, values, 0.0))
    np.add.at(counts, places, known)
    with np.errstate(invalid="ignore"):
        means: Reals = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return means


def _chosen(outputs: Sequence[Column], order: Column | None, group: Column | None, count: int,
            sure: bool) -> Remark:
    code = "note.series-columns" if sure else "note.series-columns-guessed"
    by = say("series.by-order", column=order.name) if order else say("series.by-rows")
    several = say("series.several", column=group.name, count=count) if group else say("series.one")
    return remark(code, outputs=tuple(column.name for column in outputs), by=by, several=several)
