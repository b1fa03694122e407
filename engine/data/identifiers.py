"""Columns that name or count the rows, or say to whom they belong, and teach nothing else."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from engine.data.dataset import Reals

_FEW_ROWS = 8
"""In a table this small, values that all differ say nothing about what a column is."""

_FIRST = 1000
"""Rows that mostly tell already that a column is not of whole numbers."""

_NAMELESS = re.compile(r"column 1|unnamed.*|row ?names?|", re.IGNORECASE)
_COUNTING = re.compile(
    r"(.*[ _.-])?(index|idx|indeks|row|nr|no|num|number|nummer|lfd|lp|numéro|número|#|№)\.?",
    re.IGNORECASE)
_NAMING = re.compile(
    r"(.*[ _.-])?(id|ids|uuid|guid|nbr|kennung|identifiant|identificador|matrikel(nummer)?)|"
    r".*[a-z](Id|ID)|id[ _.-].*")
_NUMBERING = re.compile(
    r"(?i:.+(number|nummer|numero|número|nr\.?|code|código))|.*[a-z](No|Num|Key|Code)")
_MEASURED_NUMBERS = re.compile(
    r".*(wave|atomic|mass|octane|cetane|reynolds|mach|quantum|proton|neutron)[ _.-]?number",
    re.IGNORECASE)
"""Names of what is measured although it is called a number."""
_PERSONS = frozenset({
    "patient", "patients", "patientin", "subject", "person", "participant", "proband", "student",
    "pupil", "schüler", "schülerin", "vpn", "vp", "kunde", "kundin", "customer", "client", "user",
    "respondent", "sujet", "élève", "paciente", "sujeto", "alumno", "cliente", "pacjent", "klient",
    "uczeń", "пациент", "клиент", "ученик",
})
"""Names of columns that say to whom a row belongs, if they hold many values."""

_FEWEST_PERSONS, _MOST_ROWS_EACH = 8, 100

_PART_NAMES = frozenset({"train", "training", "test", "testing", "val", "valid", "validation",
                         "dev", "holdout", "eval", "evaluation"})
_PART_FLAGS = frozenset({"is_train", "istrain", "is_test", "istest", "is_training", "is_valid",
                         "is_validation", "fold", "cv_fold", "kfold"})

_MEASURED = frozenset({
    "x", "t", "time", "day", "days", "week", "month", "year", "age", "step", "hour", "minute",
    "second", "zeit", "tag", "woche", "monat", "jahr", "alter", "temps", "jour", "année", "mois",
    "dose", "distance", "length", "size", "level",
})
"""Names of what may well be counted through and still be measured."""


def counts_rows(name: str, position: int, numbers: Reals) -> bool:
    """Return whether a column of numbers only counts or names the rows of its file.

    Parameters
    ----------
    name, position : str, int
        Its name and its place in the file, from 0.
    numbers : float64[n]
        Its values, NaN where there is none.

    Notes
    -----
    All differ and all are whole. Then a name such as ``CustomerId`` tells; or a name such as
    ``no``, none at all, or the first place in the file, if they run from 0 or 1 to the number of
    rows, in any order. Only where a name such as ``sample number`` tells, rows may be numbered
    anew in every part of the file.
    """
    if len(numbers) and not (math.isnan(numbers[0]) or float(numbers[0]).is_integer()):
        # Most columns of measured values show it in their first.
        return False
    values = numbers[~np.isnan(numbers)]
    if len(values) <= _FEW_ROWS or len(values) < 0.9 * len(numbers):
        return False
    if (values[:_FIRST] != np.round(values[:_FIRST])).any() or (values != np.round(values)).any():
        return False
    if len(np.unique(values)) < len(values):
        return _starts_again(values) and (
            _tells(_COUNTING, name) or _tells(_NUMBERING, name))
    if names_rows(name) or _tells(_NUMBERING, name):
        return True
    if len(values) < len(numbers):
        return False
    span = values.max() - values.min() + 1
    if _NAMELESS.fullmatch(name.strip()) and (
            not position or name.strip().casefold().startswith("unnamed")):
        # Rows may have been dropped before the file was written.
        return bool(span <= 3 * len(values) and values.min() >= 0)
    told = _tells(_COUNTING, name)
    if not told and (position or name.strip().casefold() in _MEASURED):
        return False
    return bool(values.min() in (0, 1) and span == len(values))


def _tells(pattern: re.Pattern[str], name: str) -> bool:
    return pattern.fullmatch(name.strip()) is not None \
        and _MEASURED_NUMBERS.fullmatch(name.strip()) is None


def _starts_again(values: Reals) -> bool:
    """Return whether values count up by one in long runs, each from the same 0 or 1."""
    with np.errstate(over="ignore"):
        steps = np.diff(values)
    starts = values[1:][steps != 1]
    return bool(values[0] in (0, 1) and (starts == values[0]).all()
                and len(values) >= _FEW_ROWS * (len(starts) + 1))


def names_rows(name: str) -> bool:
    """Return whether a column's name says that its values name things: ``id``, ``CustomerId``."""
    plain = name.strip()
    return _NAMING.fullmatch(plain) is not None or _NAMING.fullmatch(plain.lower()) is not None


def names_persons(name: str, distinct: int, rows: int) -> bool:
    """Return whether a column says whose row it is: ``patient`` with dozens of values."""
    return name.strip().casefold() in _PERSONS and distinct >= _FEWEST_PERSONS and (
        rows <= _MOST_ROWS_EACH * distinct)


def marks_parts(name: str, levels: Sequence[str], distinct: int) -> bool:
    """Return whether a column tells which rows are for training and which for testing.

    Parameters
    ----------
    name : str
        Its name.
    levels : sequence of str
        Its different texts; none if it holds numbers.
    distinct : int
        Number of its different values.
    """
    if levels:
        return len(levels) > 1 and {level.casefold() for level in levels} <= _PART_NAMES
    return name.strip().casefold() in _PART_FLAGS and distinct <= 20
