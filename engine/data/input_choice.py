"""Which columns of a table are learned from, and why the others are not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from engine.data.columns import Column
from engine.data.dataset import Indices
from engine.data.identifiers import marks_parts, names_persons, names_rows
from engine.data.limits import MOST_CELLS, MOST_CHOSEN_LEVELS, MOST_LEVELS
from engine.data.relations import (
    copies,
    decides,
    like_target,
    numbered_answers,
    one_hot_group,
    says_the_same,
)
from engine.data.remark import Change, Remark, remark
from engine.errors import DataError
from engine.messages import Message, say
from engine.spec import TableSpec

_ROWS_PER_LEVEL = 10
"""Examples of every text that a column of many has to have to be used unasked."""


_OF_NO_USE: Mapping[str, str] = MappingProxyType({
    "empty": "dropped.empty", "constant": "dropped.constant", "text": "dropped.text",
    "identifier": "dropped.identifier", "date": "dropped.date",
})
"""Kinds of column that are not learned from unasked, with the code of why."""


_NOTES: Mapping[str, str] = MappingProxyType({
    "dropped.empty": "note.left-empty", "dropped.constant": "note.left-constant",
    "dropped.text": "note.left-text", "dropped.identifier": "note.left-identifier",
    "dropped.date": "note.left-date", "dropped.ignored": "note.left-ignored",
    "dropped.same": "note.left-same", "dropped.group": "note.left-group",
    "dropped.answer": "note.left-answer", "dropped.parts": "note.left-parts",
    "dropped.copy": "note.left-copy",
})
"""For the code of why one column is left out, that of a line about all of them."""


@dataclass(frozen=True, eq=False)
class InputChoice:
    """Columns to learn from.

    Attributes
    ----------
    columns : tuple[Column, ...]
        Those that are learned from.
    reasons : Mapping[str, Message]
        Why each of the others is not, by its name.
    remarks : tuple[Remark, ...]
        The same in sentences, and what is doubtful of those that are used.
    """

    columns: tuple[Column, ...]
    reasons: Mapping[str, Message]
    remarks: tuple[Remark, ...]


def choose_inputs(columns: Sequence[Column], targets: Sequence[Column], spec: TableSpec,
                  place: str) -> InputChoice:
    """Return the columns to learn from.

    Parameters
    ----------
    columns : sequence of Column
        All columns of the file, in its order, with all rows that it has.
    targets : sequence of Column
        Those that are to be predicted.
    spec : TableSpec
        What the person has chosen. Inputs that are named are used whatever they are, as long as
        they hold a value and not too many texts.
    place : str
        The file's name for error messages.

    Raises
    ------
    DataError
        If nothing is left, or a named column has too many texts.
    """
    predicted = frozenset(column.position for column in targets)
    others = [column for column in columns if column.position not in predicted]
    if spec.inputs:
        chosen = frozenset(spec.inputs)
        return _chosen([column for column in others if column.name in chosen], place)
    reasons: dict[str, Message] = {}
    groups: dict[str, list[Column]] = defaultdict(list)
    answers = frozenset(column.position for column in _answers(targets, columns))
    again = copies([column for column in others if column.role != "ignored"])
    # What is left alone is learned from even where it says the same.
    like = [like_target(others, target) for target in targets] if len(others) > 1 else []
    for column in others:
        code = _reason(column, answers, [
            target for target, alike in zip(targets, like, strict=False)
            if column.position in alike])
        if not code and column.name in again and again[column.name] not in reasons:
            code = "dropped.copy"
        if code:
            groups[code].append(column)
            reasons[column.name] = _why(code, column, targets)
    kept = [column for column in others if column.name not in reasons]
    if not kept:
        kept = _last_resort(others, groups, reasons)
    if not kept:
        raise _none_left(reasons, place)
    used = tuple(column.name for column in kept)
    remarks = [_left_out(code, [column for column in group if column.name in reasons], targets,
                         used)
               for code, group in groups.items()
               if any(column.name in reasons for column in group)]
    return InputChoice(tuple(kept), reasons, (*remarks, *_doubts(kept, targets, used)))


def with_rows(choice: InputChoice, rows: Indices, place: str) -> InputChoice:
    """Return a choice with some rows of its columns, those left out that hold no value there.

    Parameters
    ----------
    choice : InputChoice
        With all rows of the file.
    rows : int64[n]
        Those that are used: they have a value to be predicted, of a class that is not too rare.
    place : str
        The file's name for error messages.

    Raises
    ------
    DataError
        If nothing is left.
    """
    taken = [column.take(rows) for column in choice.columns]
    kept = tuple(column for column in taken if column.missing < column.rows)
    if len(kept) == len(taken):
        return InputChoice(kept, choice.reasons, choice.remarks)
    names = tuple(column.name for column in taken if column.missing == column.rows)
    reasons = {**choice.reasons, **{name: say("dropped.unanswered", column=name)
                                    for name in names}}
    if not kept:
        raise _none_left(reasons, place)
    told = remark("note.left-unanswered", columns=names)
    return InputChoice(kept, reasons, (*choice.remarks, told))


def _chosen(columns: Sequence[Column], place: str) -> InputChoice:
    kept, empty = [], []
    for column in columns:
        if column.kind == "empty":
            empty.append(column)
            continue
        if column.codes is not None and column.kind != "date" \
                and len(column.levels) > MOST_CHOSEN_LEVELS:
            raise DataError("column.texts",
                            place=say("place.column", file=place, column=column.name),
                            count=column.distinct, most=MOST_CHOSEN_LEVELS)
        kept.append(column)
    reasons = {column.name: say("dropped.empty", column=column.name) for column in empty}
    if not kept:
        raise _none_left(reasons, place)
    remarks = (remark("note.left-empty", columns=tuple(reasons)),) if reasons else ()
    return InputChoice(tuple(kept), reasons, remarks)


def _answers(targets: Sequence[Column], columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return the columns that are one answer together with a single target."""
    if len(targets) != 1:
        return ()
    return one_hot_group(targets[0], columns) or numbered_answers(targets[0], columns)


def _reason(column: Column, answers: Container[int], like: Sequence[Column]) -> str:
    """Return the code of why a column is not learned from; empty if it is.

    ``answers`` are the positions of those that are one answer together with the target, ``like``
    are the targets that it may say in other words.
    """
    if column.role == "ignored":
        return "dropped.ignored"
    if column.position in answers:
        return "dropped.answer"
    kind = column.kind
    if kind == "text" and _is_usable_text(column):
        kind = "category"
    if kind in _OF_NO_USE:
        return _OF_NO_USE[kind]
    if _names_somebody(column):
        return "dropped.group"
    if marks_parts(column.name, column.levels, column.distinct):
        return "dropped.parts"
    if any(says_the_same(column, target) for target in like):
        return "dropped.same"
    return ""


def _is_usable_text(column: Column) -> bool:
    rows = column.rows
    return column.distinct <= min(MOST_CHOSEN_LEVELS, rows // _ROWS_PER_LEVEL) \
        and rows * column.distinct <= MOST_CELLS // 4


def _names_somebody(column: Column) -> bool:
    """Return whether a column says to whom a row belongs: an ``id`` whose values come again."""
    if column.distinct <= 2 or not (names_rows(column.name) or names_persons(
            column.name, column.distinct, column.rows - column.missing)):
        return False
    return column.numbers is None or not (column.numbers[column.present] % 1).any()


def _why(code: str, column: Column, targets: Sequence[Column]) -> Message:
    return say(code, column=column.name, most=MOST_LEVELS, target=targets[0].name,
               columns=(column.name,))


def _last_resort(others: Sequence[Column], groups: Mapping[str, list[Column]],
                 reasons: dict[str, Message]) -> list[Column]:
    """Return what can be learned from if there is nothing else, and take its reasons away.

    A table of one row number or date and a target is a curve over time.
    """
    for code in ("dropped.date", "dropped.identifier", "dropped.same", "dropped.group"):
        kept = [column for column in groups.get(code, ())
                if column.numbers is not None or column.kind != "identifier"]
        if kept:
            for column in kept:
                del reasons[column.name]
            again = frozenset(column.position for column in kept)
            return [column for column in others if column.position in again]
    return []


def _none_left(reasons: Mapping[str, Message], place: str) -> DataError:
    if reasons:
        return DataError("columns.none-of-use", place=place, dropped=tuple(reasons.values()),
                         most=MOST_LEVELS)
    return DataError("columns.none", place=place, most=MOST_LEVELS)


def _left_out(code: str, group: Sequence[Column], targets: Sequence[Column],
              used: tuple[str, ...]) -> Remark:
    """Return one line for the columns that one reason leaves out, and how to use them."""
    names = tuple(column.name for column in group)
    message = say(_NOTES[code], columns=names, most=MOST_LEVELS, target=targets[0].name)
    if code == "dropped.answer":
        return Remark(message, Change(say("change.predict-together"), {
            "target": targets[0].name, "more_targets": names}))
    if code == "dropped.group":
        return Remark(message, Change(say("change.split-groups", column=names[0]), {
            "split": "groups", "split_by": names[0]}))
    usable = code not in ("dropped.empty", "dropped.ignored") and all(
        column.numbers is not None or column.kind == "date"
        or column.distinct <= MOST_CHOSEN_LEVELS for column in group)
    label = say("change.use", count=len(names))
    return Remark(message, Change(label, {
        "target": targets[0].name, "inputs": (*used, *names)}) if usable else None)


def _doubts(kept: Sequence[Column], targets: Sequence[Column],
            used: tuple[str, ...]) -> list[Remark]:
    """Return what is to be said of columns that are used and give the answer away."""
    found = []
    for column in kept:
        if len(kept) < 2 or not any(
                target.numbers is None or target.distinct <= MOST_LEVELS for target in targets):
            break
        if column.codes is not None and all(decides(column, target) for target in targets):
            rest = tuple(name for name in used if name != column.name)
            found.append(Remark(
                say("note.decides", column=column.name, target=targets[0].name),
                Change(say("change.leave-out"), {
                    "target": targets[0].name, "inputs": rest})))
    return found
