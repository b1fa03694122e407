"""A person's series as windows: gaps filled, divided by time, scaled by what is learned from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from engine.data.dataset import Dataset, Indices, Reals
from engine.data.importers.importer import Preview, Sample
from engine.data.importers.series_table import OneSeries, Series, read_series
from engine.data.limits import FEWEST_ROWS, MOST_CELLS
from engine.data.modality import Modality
from engine.data.periods import find_period
from engine.data.remark import Remark, remark
from engine.data.scaling import Scaler, check_range, measure
from engine.data.windows import Windows
from engine.errors import DataError
from engine.messages import say
from engine.spec import DataSpec
from engine.spec.network import Option

_SHOWN_STEPS = 400
_MOST_SHOWN = 12

_UNIT = re.compile(r"[\[(]\s*([^\])]{1,12}?)\s*[\])]\s*$")

Options = Mapping[str, Option]


@dataclass(frozen=True, eq=False)
class _Ends:
    """Where windows end.

    Attributes
    ----------
    series, steps : int64[n]
        Number of the series, and the newest step of the window.
    first, last : float64[n]
        When the first and the last of its targets are.
    """

    series: Indices
    steps: Indices
    first: Reals
    last: Reals


def load_series(path: Path, spec: DataSpec, options: Options) -> Dataset:
    """Return windows of a person's series, each with what follows.

    Parameters
    ----------
    path : Path
        A table.
    spec : DataSpec
        Its ``table`` says how it is read. The windows of the earliest times, ``training_share`` of
        them, are to learn from, the rest for validation.
    options : Mapping[str, Option]
        All options of the importer.

    Raises
    ------
    DataError
        If it cannot be read, or there are too few steps for a window and what follows.
    """
    series = read_series(path, spec, options)
    window, ahead = cast(int, options["window"]), _ahead(options)
    filled, said = _filled(series, interpolate=options["gaps"] == "interpolate")
    ends = _ends(series, filled, window, ahead)
    training, validation, cut = _divided(ends, spec.training_share, series.place)
    scaler = _scaler(series, filled, cut, spec)
    scaled = [scaler(values) for values in filled]
    known = [scaler(_carried(one)) for one in series.each]
    period = _period(series, cut)
    windows = Windows(
        window, len(series.inputs), ahead, tuple(
            series.outputs.index(place) if place in series.outputs else -1
            for place in series.inputs),
        ends.series, ends.steps, _at(known, ends, series.outputs, 0),
        _before(known, ends, series.outputs, ahead, period) if period else None, period,
        series.step, _unit(series))
    inputs = _inputs(scaled, ends, series.inputs, window)
    values = np.hstack([_at(scaled, ends, series.outputs, step) for step in ahead])
    check_range(inputs, _feature_names(series, window), series.place)
    check_range(values, _target_names(series, ahead), series.place)
    back = _repeated(scaler, series.outputs, len(ahead))
    return Dataset(
        key=spec.source, title=path.name, task="regression", inputs=inputs,
        labels=np.empty(0, np.int64), values=values, class_names=(),
        feature_names=_feature_names(series, window), target_names=_target_names(series, ahead),
        training=training, validation=validation,
        modality=Modality("steps", (window, len(series.inputs))), units_of=back.inverse,
        is_series=True, windows=windows,
        remarks=(*series.remarks, *said, *_said(series, training, validation, windows)))


def preview_series(path: Path, spec: DataSpec, options: Options) -> Preview:
    """Look at series before they are loaded; parameters and errors as of `load_series`."""
    series = read_series(path, spec, options)
    window = cast(int, options["window"])
    filled, said = _filled(series, interpolate=options["gaps"] == "interpolate")
    ends = _ends(series, filled, window, _ahead(options))
    shown = np.unique(np.linspace(0, len(series.each) - 1, _MOST_SHOWN).astype(np.int64))
    samples = tuple(
        Sample(series.each[place].name or series.names[output], series.names[output],
               curve=series.each[place].values[-_SHOWN_STEPS:, output])
        for place in shown.tolist() for output in series.outputs)[:_MOST_SHOWN]
    return Preview(path.name, len(ends.steps), Modality("steps", (window, len(series.inputs))),
                   "regression", {}, samples, (), (*series.remarks, *said), True, series.columns)


def _ahead(options: Options) -> tuple[int, ...]:
    horizon = cast(int, options["horizon"])
    return tuple(range(1, horizon + 1)) if options["ahead"] == "all" else (horizon,)


def _filled(series: Series, *, interpolate: bool) -> tuple[list[Reals], tuple[Remark, ...]]:
    """Return the values of every series, gaps between two values filled if that is wanted."""
    gaps, longest = 0, 0
    found = []
    for one in series.each:
        values = one.values.copy()
        for column, known in zip(values.T, one.observed.T, strict=True):
            places = np.flatnonzero(known)
            if len(places) < 2:
                continue
            between = ~known
            between[:places[0]] = between[places[-1]:] = False
            gaps += int(between.sum())
            longest = max(longest, int(np.diff(places).max()) - 1)
            if interpolate:
                column[between] = np.interp(np.flatnonzero(between), places, column[places])
        found.append(values)
    code = "note.series-interpolated" if interpolate else "note.series-gaps"
    return found, (remark(code, count=gaps, longest=longest),) if gaps else ()


def _carried(one: OneSeries) -> Reals:
    """Return the newest value that there is at every step, NaN before the first."""
    places = np.where(one.observed, np.arange(len(one.values))[:, None], -1)
    newest = np.maximum.accumulate(places, axis=0)
    carried: Reals = np.where(newest >= 0, np.take_along_axis(
        one.values, np.maximum(newest, 0), axis=0), np.nan)
    return carried


def _ends(series: Series, filled: Sequence[Reals], window: int, ahead: tuple[int, ...]) -> _Ends:
    """Return where a window may end: all of it is there, and so is what it is to forecast.

    The newest step has to be one that the table has: it would else be interpolated by what comes
    later, which is what is to be forecast.
    """
    which, steps, first, last, longest = [], [], [], [], 0
    for number, (one, values) in enumerate(zip(series.each, filled, strict=True)):
        longest = max(longest, len(values))
        count = len(values) - window - ahead[-1] + 1
        if count < 1:
            continue
        at = np.arange(window - 1, window - 1 + count)
        holes = np.isnan(values[:, series.inputs]).any(axis=1)
        before = np.concatenate([[0], np.cumsum(holes)])
        good = before[at + 1] == before[at + 1 - window]
        good &= one.observed[at][:, series.inputs].all(axis=1)
        good &= np.logical_or.accumulate(one.observed, axis=0)[at][:, series.outputs].all(axis=1)
        for step in ahead:
            good &= one.observed[at + step][:, series.outputs].all(axis=1)
        at = at[good]
        steps.append(at)
        which.append(np.full(len(at), number))
        first.append(one.moments[at + ahead[0]])
        last.append(one.moments[at + ahead[-1]])
    total = sum(map(len, steps))
    if total < FEWEST_ROWS:
        raise DataError("series.too-short", place=series.place, window=window, ahead=ahead[-1],
                        longest=longest, count=total)
    if total * window * len(series.inputs) > MOST_CELLS:
        raise DataError("series.too-large", place=series.place, count=total, window=window,
                        columns=len(series.inputs), most=MOST_CELLS)
    return _Ends(np.concatenate(which), np.concatenate(steps), np.concatenate(first),
                 np.concatenate(last))


def _divided(ends: _Ends, share: float, place: str) -> tuple[Indices, Indices, float]:
    """Return the rows of both sides, and when the first value is that is not learned from."""
    order = np.sort(ends.first)
    cuts = np.flatnonzero(np.diff(order) > 0) + 1
    if len(cuts):
        cut = float(order[cuts[np.argmin(np.abs(cuts - share * len(order)))]])
        training, validation = np.flatnonzero(ends.last < cut), np.flatnonzero(ends.first >= cut)
        if len(training) and len(validation):
            return training, validation, cut
    raise DataError("series.no-division", place=place, count=len(order))


def _scaler(series: Series, filled: Sequence[Reals], cut: float, spec: DataSpec) -> Scaler:
    """Measure how to scale every column, on what is earlier than the values for validation."""
    learned = np.concatenate([values[one.moments < cut]
                              for one, values in zip(series.each, filled, strict=True)])
    scaling = "standard" if spec.scaling == "auto" else spec.scaling
    each = [measure(scaling, column[~np.isnan(column)][:, None]) if (~np.isnan(column)).any()
            else measure("none", np.zeros((1, 1))) for column in learned.T]
    return Scaler(*(np.concatenate([getattr(one, name) for one in each])
                    for name in ("unit", "shift", "spread")))


def _repeated(scaler: Scaler, places: Sequence[int], times: int) -> Scaler:
    return Scaler(*(np.tile(getattr(scaler, name)[list(places)], times)
                    for name in ("unit", "shift", "spread")))


def _at(values: Sequence[Reals], ends: _Ends, columns: Sequence[int], step: int) -> Reals:
    """Return what some columns are a number of steps after the end of every window."""
    found = np.full((len(ends.steps), len(columns)), np.nan)
    for number, one in enumerate(values):
        rows = np.flatnonzero(ends.series == number)
        at = ends.steps[rows] + step
        rows, at = rows[at >= 0], at[at >= 0]
        found[rows] = one[at][:, columns]
    return found


def _before(known: Sequence[Reals], ends: _Ends, columns: Sequence[int], ahead: tuple[int, ...],
            period: int) -> Reals:
    """Return the value of each target's season before, as it is known at the end of the window."""
    return np.hstack([_at(known, ends, columns, step - period * -(-step // period))
                      for step in ahead])


def _inputs(scaled: Sequence[Reals], ends: _Ends, columns: Sequence[int], window: int) -> Reals:
    inputs = np.empty((len(ends.steps), window * len(columns)))
    for number, values in enumerate(scaled):
        rows = np.flatnonzero(ends.series == number)
        if len(rows):
            views = np.lib.stride_tricks.sliding_window_view(values[:, columns], window, axis=0)
            inputs[rows] = views[ends.steps[rows] - window + 1].transpose(0, 2, 1).reshape(
                len(rows), -1)
    return inputs


def _period(series: Series, cut: float) -> int:
    """Return the period of what is forecast, in the longest of the series, before validation."""
    longest = max(series.each, key=lambda one: len(one.values))
    return find_period(longest.values[longest.moments < cut, series.outputs[0]], series.step)


def _unit(series: Series) -> str:
    """Return what the first column to forecast is measured in, by its numbers or its name."""
    place = series.outputs[0]
    named = _UNIT.search(series.names[place])
    return series.units[place] or (named[1] if named else "")


def _feature_names(series: Series, window: int) -> tuple[str, ...]:
    return tuple(say("series.ago", column=series.names[place], ago=ago, step=series.step).text
                 for ago in range(window, 0, -1) for place in series.inputs)


def _target_names(series: Series, ahead: tuple[int, ...]) -> tuple[str, ...]:
    if ahead == (1,):
        return tuple(series.names[place] for place in series.outputs)
    return tuple(say("series.ahead", column=series.names[place], ahead=step,
                     step=series.step).text for step in ahead for place in series.outputs)


def _said(series: Series, training: Indices, validation: Indices,
          windows: Windows) -> tuple[Remark, ...]:
    said = [remark("note.series-split", learned=len(training), held=len(validation))]
    if windows.period:
        said.append(remark("note.series-period", period=windows.period, step=series.step))
    return tuple(said)
