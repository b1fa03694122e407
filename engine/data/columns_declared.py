"""Columns as their file declares them, where its format does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace as replace_column

import numpy as np
from msgspec.structs import replace

from engine.data.columns import Column
from engine.data.lines import Declared, LineSource
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


def declare(column: Column, declared: Declared) -> Column:
    """Return a column with what its file says of it.

    Parameters
    ----------
    column : Column
        What was found out from its cells.
    declared : Declared
        What the file says of its table.
    """
    role = declared.roles.get(column.name, "")
    if role:
        column = replace_column(column, role=role)
    levels = declared.levels.get(column.name, ())
    if column.days is not None and role in ("classes", "text"):
        column = replace_column(column, days=None)
    if role in ("classes", "text") and not levels and column.numbers is not None:
        present = np.unique(column.numbers[column.present])
        levels = tuple(f"{value:.15g}" for value in present)
    return _with_levels(column, levels) if levels else column


def _with_levels(column: Column, levels: Sequence[str]) -> Column:
    """Return a column as one of these classes, in their order."""
    if column.numbers is not None:
        # The classes of such a column look like numbers, and were read as such.
        places = {_number(level): place for place, level in enumerate(levels)}
        found, values = np.unique(column.numbers, return_inverse=True)
        known = [places.get(float(number), -1) for number in found]
        codes = np.array(known, dtype=np.int64)[values]
    else:
        assert column.codes is not None
        by_text = {level.lower(): place for place, level in enumerate(levels)}
        by_text.update({level: place for place, level in enumerate(levels)})
        known = [by_text.get(text, by_text.get(text.lower(), -1)) for text in column.levels]
        codes = np.array([*known, -1], dtype=np.int64)[column.codes]
    return replace_column(column, numbers=None, codes=codes, levels=tuple(levels))


def _number(level: str) -> float:
    try:
        return float(level)
    except ValueError:
        return float("nan")
