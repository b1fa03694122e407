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
    role = declared.roles.get(column.name)
    if role == "classes" and not levels and column.numbers is not None:
        present = np.unique(column.numbers[column.present])
        levels = tuple(f"{value:.15g}" for value in present)
    if not levels:
        return column
    return _with_levels(column, cells, levels)


def _with_levels(column: Column, cells: pd.Series, levels: Sequence[str]) -> Column:
    if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
        # The classes of such a column look like numbers, and were read as such.
        places = {_number(level): place for place, level in enumerate(levels)}
        values, texts = pd.factorize(cells.to_numpy(dtype=np.float64))
        found = [places.get(float(text), -1) for text in texts]
    else:
        places_of = {level.lower(): place for place, level in enumerate(levels)}
        places_of.update({level: place for place, level in enumerate(levels)})
        values, texts = pd.factorize(cells.astype(object))
        found = [places_of.get(str(text).strip(), places_of.get(str(text).strip().lower(), -1))
                 for text in texts]
    codes = np.array([*found, -1], dtype=np.int64)[values]
    return Column(column.name, column.position, codes=codes, levels=tuple(levels))


def _number(level: str) -> float:
    try:
        return float(level)
    except ValueError:
        return float("nan")
