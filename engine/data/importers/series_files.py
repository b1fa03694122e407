"""A series from a person's table: which columns are forecast of which, how far ahead."""

from __future__ import annotations

import re
from pathlib import Path

from engine.data.dataset import Dataset
from engine.data.importers.importer import Importer, Preview
from engine.data.importers.suffixes import TABLE_SUFFIXES
from engine.spec import DataSpec
from engine.spec.fields import Choice, Field

FIELDS = (
    Field("output", "Forecast", "", "Columns of numbers, with semicolons between; empty takes the "
          "most likely one.", holds="columns"),
    Field("inputs", "From", "", "Columns whose past is looked at, with semicolons between; empty "
          "takes that of what is forecast.", holds="columns"),
    Field("order", "Time", "", "Column that says when; empty finds it, or takes the order of the "
          "rows.", holds="column"),
    Field("group", "Several series by", "", "Column that says which series a row belongs to, where "
          "several stand one below the other; empty finds it if there has to be one.",
          holds="column", is_rare=True),
    Field("window", "Window", 24, "Steps that are looked at.", minimum=1, maximum=2000,
          unit="steps", logarithmic=True),
    Field("horizon", "Steps ahead", 1, "How far ahead the forecast looks.", minimum=1, maximum=500,
          logarithmic=True),
    Field("ahead", "Of the steps ahead", "last", "Which of these steps are forecast.", choices=(
        Choice("last", "The last step", "One value that many steps ahead."),
        Choice("all", "Every step", "A value for each step up to there."))),
    Field("gaps", "Gaps", "interpolate", "What is done where values are missing.", choices=(
        Choice("interpolate", "Interpolate", "On a straight line between the values around; such "
               "values are never a target."),
        Choice("leave", "Leave out", "Windows with a gap are no examples.")), is_rare=True),
)

_DATE = re.compile(rb"(?m)^[^,;\t\r\n]{0,20}\b(?:\d{4}[-/.]\d{1,2}\b|"
                   rb"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})")


def _claims(path: Path) -> float:
    if path.is_dir() or path.suffix.lower() not in TABLE_SUFFIXES:
        return 0.0
    try:
        with path.open("rb") as file:
            head = file.read(2**13)
    except OSError:
        return 0.0
    if not head:
        return 0.0
    rows = max(head.count(b"\n") - 1, 1)
    return 0.55 if len(_DATE.findall(head)) >= 0.7 * rows else 0.08


def _preview(path: Path, spec: DataSpec) -> Preview:
    # What reads tables loads pandas, which is not to be waited for at every start.
    from engine.data.importers.series_load import preview_series

    return preview_series(path, spec, SERIES.options(spec))


def _load(path: Path, spec: DataSpec) -> Dataset:
    from engine.data.importers.series_load import load_series

    return load_series(path, spec, SERIES.options(spec))


SERIES = Importer(
    "series", "Series in time",
    "What comes next: a table with a column of times and columns of numbers, of which some are "
    "forecast.",
    "series", "chart-spline", TABLE_SUFFIXES, False, FIELDS, _claims, _preview, _load)
