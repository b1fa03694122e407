"""A table with a column of texts, a label, and perhaps a column that says train or test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np

from engine.data.columns import Column
from engine.data.dataset import Indices
from engine.data.importers.chosen_columns import chosen_column, chosen_columns
from engine.data.importers.importer import LeftOut
from engine.data.importers.texts_corpus import PARTS, Corpus, Text, parts_of
from engine.data.reading import Reading, read
from engine.data.remark import Remark, remark
from engine.data.target import make_target
from engine.data.target_choice import choose_target, guess_task
from engine.errors import DataError
from engine.messages import say
from engine.spec import DataSpec, Task
from engine.spec.network import Option

_LABEL_NAMES = (
    "sentiment", "polarity", "label", "labels", "target", "class", "category", "categories",
    "topic", "intent", "emotion", "opinion", "spam", "toxic", "language", "lang", "author",
    "genre", "stance", "airline_sentiment", "label_text", "class index", "rating", "stars", "score",
)
"""What a column of labels beside texts is called, the surest first."""

_LOOKED = 400
"""Texts of a column that are looked at."""

_MOST_LABELS = 200


def corpus_of_table(path: Path, spec: DataSpec, options: Mapping[str, Option],
                    sampled: bool = False) -> Corpus:
    """Return the texts of a table.

    Parameters
    ----------
    path : Path
        The file.
    spec : DataSpec
        How the table is read.
    options : Mapping[str, Option]
        Which columns hold what.
    sampled : bool
        Whether a sample of a large file will do.

    Raises
    ------
    DataError
        If it cannot be read, or there is no column of texts or of labels.
    """
    reading = read(path, spec.table, sampled)
    texts = _texts(reading, str(options["text"]))
    part = _part(reading, options, texts)
    label, sure = _label(reading, str(options["label"]), texts, part)
    task: Task = spec.table.task or guess_task(label).task
    made = make_target(label, task, reading.place, 1 if sampled else spec.table.fewest)
    parts, said = _parts(part, made.rows)
    return Corpus(
        path.name, reading.place, made.task, _RowNames(made.rows),
        partial(_open, texts, made.rows), made.labels, made.values, made.class_names, label.name,
        parts, (*reading.remarks, *_chosen(texts, label, sure), *said,
                # How often each class occurs is not known from the beginning of a file.
                *(made.remarks if reading.complete else ())),
        _unlabelled(label), reading.form.names, reading.complete)


class _RowNames(Sequence[str]):
    """Names of the rows of a table, made when they are asked for."""

    def __init__(self, rows: Indices) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: int) -> str:  # type: ignore[override]
        return say("texts.row", row=int(self._rows[place]) + 1).text


@contextmanager
def _open(columns: Sequence[Column], rows: Indices, places: Indices) -> Iterator[Iterator[Text]]:
    yield (" ".join(filter(None, (_cell(column, row) for column in columns)))
           for row in rows[places].tolist())


def _cell(column: Column, row: int) -> str:
    assert column.codes is not None
    code = column.codes[row]
    return column.levels[code] if code >= 0 else ""


def _texts(reading: Reading, chosen: str) -> tuple[Column, ...]:
    """Return the columns of texts: those that were chosen, or the one with the most words."""
    if columns := chosen_columns(reading, chosen):
        for column in columns:
            if column.codes is None:
                raise DataError("texts.column-numbers", place=say(
                    "place.column", file=reading.place, column=column.name))
        return columns
    found = [column for column in reading.columns
             if column.codes is not None and column.days is None and column.levels
             and not parts_of(column.levels)]
    if not found:
        raise DataError("texts.no-texts", place=reading.place,
                        known=tuple(column.name for column in reading.columns))
    return (max(found, key=_length),)


def _length(column: Column) -> tuple[float, int]:
    """Return how many words a column's texts have, and how many different ones there are."""
    step = max(1, len(column.levels) // _LOOKED)
    looked = column.levels[::step]
    words = sum(len(text.split()) for text in looked) / len(looked)
    return round(words, 1), len(column.levels)


def _part(reading: Reading, options: Mapping[str, Option],
          texts: Sequence[Column]) -> Column | None:
    if options["parts"] == "random":
        return None
    if name := str(options["part"]):
        column = chosen_column(reading, name)
        if not parts_of(column.levels):
            raise DataError("texts.no-parts", levels=column.levels[:20], place=say(
                "place.column", file=reading.place, column=name))
        return column
    return next((column for column in reading.columns
                 if column not in texts and parts_of(column.levels)), None)


def _parts(part: Column | None, rows: Indices) -> tuple[np.ndarray, tuple[Remark, ...]]:
    if part is None:
        return np.zeros(len(rows), np.int8), ()
    assert part.codes is not None
    meanings = parts_of(part.levels)
    number = np.array([*(PARTS.index(meanings[level]) for level in part.levels), 0], np.int8)
    return number[part.codes[rows]], (remark("note.texts-part-column", column=part.name,
                                             names=part.levels),)


def _label(reading: Reading, chosen: str, texts: Sequence[Column],
           part: Column | None) -> tuple[Column, bool]:
    """Return the column of labels, and whether it was chosen or its name tells it."""
    if chosen:
        return chosen_column(reading, chosen), True
    others = [column for column in reading.columns
              if column not in texts and column is not part and column.kind != "empty"]
    usable = [column for column in others if column.kind in ("category", "numeric", "constant")
              and not parts_of(column.levels) and len(column.levels) <= _MOST_LABELS]
    declared = reading.source.declared.target
    if not declared:
        by_name = {" ".join(column.name.casefold().split()): column for column in reversed(usable)}
        for name in _LABEL_NAMES:
            if name in by_name:
                return by_name[name], True
    choice = choose_target(usable, declared)
    if choice.column is None:
        raise DataError("texts.no-label", place=reading.place, text=texts[0].name,
                        known=tuple(column.name for column in reading.columns))
    return choice.column, choice.sure


def _chosen(texts: Sequence[Column], label: Column, sure: bool) -> tuple[Remark, ...]:
    code = "note.texts-columns" if sure else "note.texts-columns-guessed"
    return (remark(code, texts=tuple(column.name for column in texts), label=label.name,
                   count=len(texts)),)


def _unlabelled(label: Column) -> tuple[LeftOut, ...]:
    gaps = np.flatnonzero(~label.present)[:200]
    return tuple(LeftOut(say("texts.row", row=int(row) + 1).text, say("texts.no-label-here"))
                 for row in gaps)
