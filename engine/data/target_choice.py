"""Which column of a table is likely to be predicted, and whether as classes or as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from engine.data.columns import Column
from engine.data.identifiers import marks_parts, names_rows
from engine.spec import Task

_TARGET_NAMES = (
    "target", "label", "labels", "y", "output", "outcome", "response", "result", "survived",
    "diagnosis", "species", "variety", "quality", "mpg",
    "art", "sorte", "ziel", "zielgröße", "zielwert", "ergebnis",
    "cible", "espèce", "étiquette", "résultat",
    "objetivo", "especie", "etiqueta", "resultado",
    "espécie", "rótulo", "obiettivo", "etichetta", "gatunek", "cel",
)
"""Names that tell a target wherever they stand, the surest first."""

_TARGET_NAMES_AT_THE_END = (
    "category", "type", "kind", "price", "preis", "prix", "precio", "preço", "prezzo", "cena",
    "score", "grade", "value", "wert", "valeur", "valor",
    "mark", "note", "endnote", "zeugnisnote", "nota", "ocena", "voto", "оценка",
)
"""Names that tell a target only of the last column."""

_WEAKER_TARGET_NAMES = ("class", "classes", "klasse", "classe", "clase", "klasa")
"""Names that tell a target wherever they stand, unless the last column is called like one: they may
be classes of a school or a train."""

_CLASS_NAMES = frozenset({
    "class", "classes", "label", "labels", "type", "species", "category", "kind", "group",
    "cluster", "diagnosis", "outcome", "variety", "cultivar", "digit", "survived", "klasse", "art",
    "sorte", "classe", "clase", "espèce", "especie", "espécie", "klasa", "gatunek",
})
"""Names of columns whose whole numbers stand for classes."""

_NUMBER_NAMES = frozenset({
    "grade", "grades", "mark", "marks", "score", "points", "count", "number", "rings", "age",
    "year", "price", "rank", "sales", "amount", "cost", "note", "noten", "punkte", "anzahl",
    "alter", "preis", "jahr", "nota", "notas", "puntos", "edad", "prix", "âge", "année", "precio",
    "total", "hours", "days", "visits", "goals", "children", "kinder", "rooms", "mpg",
})
"""Names of columns whose whole numbers are counts, marks or amounts."""

_FEW_CLASSES, _MOST_CLASSES = 10, 20
"""Whole numbers of more different values than the second are never taken for classes unless their
name says so, of more than the first only if they count from 0 or 1."""

_FEWEST_EACH = 5
"""Examples that each class has at least, else whole numbers are no classes; of few classes in a
small table, half of what each would have if they were equal."""


class Guess(NamedTuple):
    """The likely task, and whether there is a doubt about it."""

    task: Task
    sure: bool


class TargetChoice(NamedTuple):
    """The likely target, None if no column can be one, and whether something tells it."""

    column: Column | None
    sure: bool


def choose_target(columns: Sequence[Column], declared: str = "") -> TargetChoice:
    """Return the column that is most likely to be predicted.

    Parameters
    ----------
    columns : sequence of Column
        All columns of the file, in its order.
    declared : str
        The one that the file itself calls its answer; empty for none.

    Notes
    -----
    That is the one that the file declares, else one with a telling name such as ``species``,
    whether or not it can be learned, else the last that holds numbers or a few different texts and
    neither says to whom a row belongs nor is empty in most rows, if there is one.
    """
    columns = [column for column in columns if column.role != "ignored"]
    by_name = {_key(column.name): column for column in reversed(columns) if column.present.any()}
    if declared and (column := by_name.get(_key(declared))) is not None:
        return TargetChoice(column, True)
    for name in _TARGET_NAMES:
        if name in by_name and not (name == "y" and _is_coordinate(by_name[name], columns)):
            return TargetChoice(by_name[name], True)
    filled = [column for column in columns if column.present.any()]
    if filled and _key(filled[-1].name) in _TARGET_NAMES_AT_THE_END:
        return TargetChoice(filled[-1], True)
    for name in _WEAKER_TARGET_NAMES:
        if name in by_name:
            return TargetChoice(by_name[name], True)
    usable = [column for column in columns if column.kind in ("numeric", "category")
              and not marks_parts(column.name, column.levels, column.distinct)]
    likely = [column for column in usable
              if not names_rows(column.name) and 2 * column.missing < column.rows]
    last = (likely or usable)[-1:]
    return TargetChoice(last[0] if last else None, False)


def _is_coordinate(y: Column, columns: Sequence[Column]) -> bool:
    """Return whether a column ``y`` stands between ``x`` and others, as a place in space does."""
    at = next(i for i, column in enumerate(columns) if column is y)
    return 0 < at < len(columns) - 1 and _key(columns[at - 1].name) == "x"


def guess_task(column: Column) -> Guess:
    """Return the likely task for a target.

    Notes
    -----
    Texts are classes, and so are two different values. Numbers with decimals, and whole numbers of
    many different values, are predicted as numbers. Between them nobody can know: whole numbers are
    then taken for classes if there are few, each with several examples.
    """
    if column.numbers is None:
        return Guess("classification", True)
    values = column.numbers[column.present]
    if not len(values):
        return Guess("regression", False)
    if (values != np.round(values)).any():
        return Guess("regression", True)
    found, counts = np.unique(values, return_counts=True)
    if len(found) == 2:
        return Guess("classification", True)
    name = _key(column.name)
    if len(found) > max(_MOST_CLASSES, 30 if name in _CLASS_NAMES else 0) \
            or len(found) > len(values) // 2:
        return Guess("regression", True)
    if name in _CLASS_NAMES:
        return Guess("classification", True)
    if _words(column.name) & _NUMBER_NAMES:
        return Guess("regression", False)
    counted = found[0] in (0, 1) and (np.diff(found) == 1).all()
    few = len(found) <= _FEW_CLASSES or counted
    share = len(values) // (2 * len(found)) if len(found) <= _FEW_CLASSES else _FEWEST_EACH
    many_each = counts.min() >= min(_FEWEST_EACH, share)
    return Guess("classification" if few and many_each else "regression", False)


def _key(name: str) -> str:
    return " ".join(name.casefold().split())


def _words(name: str) -> set[str]:
    plain = "".join(letter if letter.isalpha() else " " for letter in name.casefold())
    return set(plain.split())
