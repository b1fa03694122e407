"""What is said of how columns were taken: markers, units, doubts; each with how to change it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from engine.data.columns import Column
from engine.data.numbers import ERRORS, NOT_AVAILABLE, parse_number
from engine.data.remark import Change, Remark, remark
from engine.messages import Message, say
from engine.spec import TableSpec

_UNDERSTOOD = NOT_AVAILABLE | {
    text for text in ERRORS if text.strip("-<>").lower() in ("nan", "na")}
"""Words that can be nothing but a gap among numbers, so that it need not be said."""


def column_remarks(columns: Sequence[Column], spec: TableSpec) -> tuple[Remark, ...]:
    """Return what is to be said of how columns were taken, one line for each thing.

    Parameters
    ----------
    columns : sequence of Column
        The columns as they were read, all rows of them.
    spec : TableSpec
        What the person has chosen; the changes that are offered add to it.
    """
    return (*_ambiguous(columns), *_sentinels(columns, spec), *_markers(columns, spec),
            *_words(columns, spec), *_dates(columns), *_units(columns),
            *_composed(columns), *_kept(columns))


def _ambiguous(columns: Sequence[Column]) -> Iterator[Remark]:
    for sign, code in ((",", "change.decimal-comma"), (".", "change.decimal-point")):
        doubtful = [(column, column.ambiguous) for column in columns
                    if column.ambiguous is not None and column.ambiguous.decimal == sign]
        if doubtful:
            first = doubtful[0][1]
            yield Remark(
                say("note.ambiguous", example=first.example, read=first.read, other=first.other,
                    columns=_named(column for column, _ in doubtful)),
                Change(say(code), MappingProxyType({"decimal": sign})))


def _sentinels(columns: Sequence[Column], spec: TableSpec) -> Iterator[Remark]:
    present = {*spec.present}
    values = dict.fromkeys(value for column in columns for value, _ in column.sentinels)
    for value in values:
        text = f"{value:.12g}"
        if text in present:
            continue
        counted = [(column, count) for column in columns
                   for found, count in column.sentinels if found == value]
        yield Remark(say("note.sentinel", value=value, columns=_counted(counted)),
                     _missing(text, spec))


def _markers(columns: Sequence[Column], spec: TableSpec) -> Iterator[Remark]:
    named = [(column, text, count) for column in columns for text, count in column.markers
             if column.numbers is None or text not in _UNDERSTOOD or text in spec.missing]
    for marker in dict.fromkeys(text for _, text, _ in named):
        counted = [(column, count) for column, text, count in named if text == marker]
        if marker in spec.missing:
            left = tuple(text for text in spec.missing if text != marker)
            fields = {"missing": left}
        else:
            fields = {"present": (*spec.present, marker)}
        number = marker not in spec.missing and parse_number(marker, ".")
        code = say("note.no-readings", value=number, columns=_counted(counted)) if number else say(
            "note.markers", marker=marker, columns=_counted(counted))
        yield Remark(code,
                     Change(say("change.present", text=marker), MappingProxyType(fields)))


def _words(columns: Sequence[Column], spec: TableSpec) -> Iterator[Remark]:
    for word in dict.fromkeys(text for column in columns for text, _ in column.doubtful):
        counted = [(column, count) for column in columns
                   for found, count in column.doubtful if found == word]
        yield Remark(say("note.kept-word", word=word, columns=_counted(counted)),
                     _missing(word, spec))


def _missing(text: str, spec: TableSpec) -> Change:
    return Change(say("change.missing", text=text), MappingProxyType({
        "missing": (*spec.missing, text),
        "present": tuple(other for other in spec.present if other != text)}))


def _dates(columns: Sequence[Column]) -> Iterator[Remark]:
    for order, first in (("day-first", say("date.day")), ("month-first", say("date.month"))):
        guessed = [column for column in columns if column.order_guessed and column.order == order]
        if guessed:
            yield remark("note.date-order", first=first, columns=_named(guessed))


def _units(columns: Sequence[Column]) -> Iterator[Remark]:
    borne = tuple(say("column.of-unit", column=column.name, unit=column.unit)
                  for column in columns if column.unit)
    if borne:
        yield remark("note.units", columns=borne)


def _composed(columns: Sequence[Column]) -> Iterator[Remark]:
    for parts, code in _COMPOSED.items():
        found = tuple(say("column.became", column=column.name, example=column.composite.example,
                          number=column.composite.shown)
                      for column in columns if column.composite.parts == parts)
        if found:
            yield remark(code, columns=found)


_COMPOSED: Mapping[str, str] = MappingProxyType({
    "feet": "note.feet", "times": "note.times", "angles": "note.angles",
    "tolerances": "note.tolerances",
    "flags": "note.flags", "shares": "note.shares", "fractions": "note.fractions",
    "sizes": "note.sizes", "eras": "note.eras"})


def _kept(columns: Sequence[Column]) -> Iterator[Remark]:
    for kept, code in (("codes", "note.codes"), ("units", "note.units-differ")):
        found = [column for column in columns
                 if column.kept == kept and not all(map(_CLASS.fullmatch, column.levels))]
        if found:
            yield remark(code, columns=_named(found))
    mixed = tuple(say("column.of-numbers", column=column.name, share=column.number_share)
                  for column in columns if column.kept == "mixed")
    if mixed:
        yield remark("note.mixed", columns=mixed)


_CLASS = re.compile(r"\d{1,2}[A-Za-z]")
"""A class of a school, a seat or a house: nothing that anybody takes for a number."""


def _named(columns: Sequence[Column] | Iterator[Column]) -> tuple[Message, ...]:
    return tuple(say("column.named", column=column.name) for column in columns)


def _counted(counted: Sequence[tuple[Column, int]]) -> tuple[Message, ...]:
    return tuple(say("counted.column", column=column.name, count=number)
                 for column, number in counted)
