"""Columns as their file declares them, where its format does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from msgspec.structs import replace

from engine.data.columns import Column
from engine.data.lines import LineSource
from engine.data.numbers import is_missing
from engine.spec import TableSpec


def settled(source: LineSource, spec: TableSpec) -> TableSpec:
    """Return how the lines of a file are to be read, where its format leaves nothing to choose.

    Lines that were made of another format have one separator and quote, whatever a person chose
    for text files, and its declared classes are values even where they are called ``none``.
    """
    declared = source.declared
    if not declared.separator:
        return spec
    words = {level for levels in declared.levels.values() for level in levels
             if is_missing(level) and level not in ("", "?")}
    header = spec.header if declared.header is None else declared.header
    return replace(spec, separator="", quote="", encoding="", header=header,
                   decimal="" if declared.decimal else spec.decimal,
                   present=tuple(sorted({*spec.present, *words})))


def declare(column: Column, cells: pd.Series, source: LineSource) -> Column:
    """Return a column with what its file says of it.

    Parameters
    ----------
    column : Column
        What was found out from its cells.
    cells : Series
        Those cells.
    source : LineSource
        The file.
    """
    declared = source.declared
    levels = declared.levels.get(column.name, ())
    if levels or (declared.roles.get(column.name) in ("classes", "text")
                  and column.numbers is not None):
        return _with_levels(column, cells, levels)
    return column


def _with_levels(column: Column, cells: pd.Series, levels: Sequence[str]) -> Column:
    """Return a column of these classes, and of those that its cells hold besides."""
    numeric = pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells)
    codes, found = pd.factorize(cells if numeric else cells.astype(str).where(cells.notna()))
    places: dict[object, int] = {}
    for place, level in enumerate(levels):
        # A column of 1 and 2 was read as numbers, one of TRUE and FALSE as truth.
        places.setdefault(_number(level) if numeric else level, place)
        if not numeric and level.lower() in ("true", "false"):
            places.setdefault(level.title(), place)
    names = list(levels)
    values = sorted(map(float, found)) if numeric else sorted(map(str.strip, found))
    for value in values:
        name = f"{value:.15g}" if isinstance(value, float) else value
        if value not in places and not is_missing(name):
            places[value] = len(names)
            names.append(name)
    place_of = [places.get(float(value) if numeric else value.strip(), -1) for value in found]
    return Column(column.name, column.position, levels=tuple(names),
                  codes=np.array([*place_of, -1], dtype=np.int64)[codes])


def _number(level: str) -> float:
    try:
        return float(level)
    except ValueError:
        return float("nan")
