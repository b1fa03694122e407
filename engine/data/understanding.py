"""What a table is to teach: its target, its inputs, and why the other columns are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from engine.data.columns import Column
from engine.data.input_choice import choose_inputs, with_rows
from engine.data.joint_target import make_joint_target
from engine.data.reading import Reading
from engine.data.remark import Change, Remark
from engine.data.spellings import merged, variants
from engine.data.target import Target, make_target
from engine.data.target_choice import choose_target, guess_task
from engine.errors import DataError
from engine.messages import Message, say
from engine.spec import TableSpec, Task

_OTHER_TASK: Mapping[Task, tuple[Task, str, str]] = MappingProxyType({
    "classification": ("regression", "note.guessed-classification", "change.regression"),
    "regression": ("classification", "note.guessed-regression", "change.classification")})
"""For a task that was guessed: the other one, and codes of the doubt and of the change."""


@dataclass(frozen=True, eq=False)
class Understanding:
    """What is to be learned from a table.

    Attributes
    ----------
    targets : tuple[Column, ...]
        What is to be predicted; none if no column can be.
    task : str
        The person's task, else the likely one for this target.
    made : Target | None
        The targets' values; None if they cannot be learned.
    inputs : tuple[Column, ...]
        Columns to learn from, with the rows that have a target only.
    reasons : Mapping[str, Message]
        Why a column is no input, by its name.
    remarks : tuple[Remark, ...]
        What was assumed, changed and left out, in the order in which it was done.
    fault : Message | None
        Why nothing can be learned; None if something can.
    """

    targets: tuple[Column, ...]
    task: Task
    made: Target | None
    inputs: tuple[Column, ...]
    reasons: Mapping[str, Message]
    remarks: tuple[Remark, ...]
    fault: Message | None

    @property
    def target(self) -> Column | None:
        """The first of what is to be predicted; None if no column can be."""
        return self.targets[0] if self.targets else None


def understand(reading: Reading, spec: TableSpec) -> Understanding:
    """Return what is to be learned from a table.

    Parameters
    ----------
    reading : Reading
        The table.
    spec : TableSpec
        What the person has chosen.

    Raises
    ------
    DataError
        If a column is chosen that the file does not have, or the target is the only input.
    """
    place = reading.place
    _check_names(reading.form.names, spec, place)
    columns = reading.columns
    spelled = _spelling_remarks(columns, merge=spec.merge_spellings)
    if spec.merge_spellings:
        columns = tuple(map(merged, columns))
    targets, sure = _targets(columns, spec, reading.source.declared.target)
    guessed = guess_task(targets[0]) if targets else None
    task: Task = spec.task or ("regression" if guessed is None else guessed.task)
    if not targets:
        return Understanding((), task, None, (), {}, reading.remarks,
                             say(_nothing(columns), place=place))
    doubts = [] if sure else [Remark(say("note.target-guessed", name=targets[0].name))]
    if not spec.task and guessed is not None and not guessed.sure and len(targets) == 1:
        doubts.append(_task_remark(targets[0], task))
    try:
        chosen = choose_inputs(columns, targets, spec, place)
    except DataError as error:
        return Understanding(targets, task, None, (), _reasons_of(error), reading.remarks,
                             error.message)
    try:
        made = _make(targets, task, spec, place)
    except DataError as error:
        return Understanding(targets, task, None, chosen.columns, chosen.reasons,
                             (*reading.remarks, *doubts), error.message)
    try:
        chosen = with_rows(chosen, made.rows, place)
    except DataError as error:
        return Understanding(targets, task, None, (), _reasons_of(error), reading.remarks,
                             error.message)
    used = _rows_remark(reading, targets[0], made)
    return Understanding(
        targets, made.task, made, chosen.columns, chosen.reasons,
        (*used, *reading.remarks, *doubts, *chosen.remarks, *made.remarks, *spelled), None)


def _check_names(names: Sequence[str], spec: TableSpec, place: str) -> None:
    known = frozenset(names)
    for name in (spec.target, *spec.more_targets):
        if name and name not in known:
            raise DataError("table.no-target-called", place=place, name=name, known=tuple(names))
    for name in (*spec.inputs, spec.split_by):
        if name and name not in known:
            raise DataError("table.no-input-called", place=place, name=name, known=tuple(names))
    if spec.inputs and not {*spec.inputs} - {spec.target, *spec.more_targets}:
        raise DataError("table.only-target", place=place, name=spec.target)


def _targets(columns: Sequence[Column], spec: TableSpec,
             declared: str) -> tuple[tuple[Column, ...], bool]:
    """Return the columns to predict, and whether something tells that it is these."""
    by_name = {column.name: column for column in columns}
    if spec.target:
        # All of them in the order of the file: classes are numbered so.
        names = {spec.target, *spec.more_targets}
        return tuple(column for column in columns if column.name in names), True
    open_to_choice = [column for column in columns if column.name not in spec.inputs]
    choice = choose_target(open_to_choice or list(by_name.values()), declared)
    return (() if choice.column is None else (choice.column,)), choice.sure


def _make(targets: Sequence[Column], task: Task, spec: TableSpec, place: str) -> Target:
    if len(targets) > 1:
        return make_joint_target(targets, spec.task, place)
    return make_target(targets[0], task, place, spec.fewest)


def _task_remark(target: Column, task: Task) -> Remark:
    other, doubt, change = _OTHER_TASK[task]
    return Remark(say(doubt, name=target.name, count=target.distinct),
                  Change(say(change), {"task": other}))


def _reasons_of(error: DataError) -> Mapping[str, Message]:
    dropped = error.message.values.get("dropped", ())
    assert isinstance(dropped, tuple)
    return {str(reason.values["column"]): reason for reason in dropped}


def _rows_remark(reading: Reading, target: Column, made: Target) -> tuple[Remark, ...]:
    """Return how many rows of the file are used and why not all; none if all are."""
    sifting, used = reading.sifting, len(made.rows)
    total = sifting.kept + sifting.left_out
    if used == total:
        return ()
    gaps = int((~target.present).sum())
    rare = target.rows - gaps - used
    reasons = [say(code, count=count, name=target.name) for code, count in (
        ("rows.widths", sifting.left_out), ("rows.no-target", gaps), ("rows.others", rare))
        if count > 0]
    return (Remark(say("note.rows-used", used=used, rows=total, reasons=tuple(reasons))),)


def _spelling_remarks(columns: Sequence[Column], *, merge: bool) -> list[Remark]:
    """Return a line for every column whose classes differ in spelling only."""
    told, label = (("note.spellings-merged", "change.keep-spellings") if merge else
                   ("note.spellings", "change.merge-spellings"))
    remarks = []
    for column in columns:
        if column.kind == "category" and (groups := variants(column)):
            remarks.append(Remark(
                say(told, column=column.name,
                    groups=tuple(_spelled(group) for group in groups)),
                Change(say(label), {"merge_spellings": not merge})))
    return remarks


def _spelled(names: Sequence[str]) -> Message:
    others = tuple(say("column.named", column=name) for name in names[1:])
    return say("counted.spellings", name=names[0], others=others)


def _nothing(columns: Sequence[Column]) -> str:
    """Return the code of why no column of a table can be predicted."""
    if any(column.present.any() for column in columns):
        return "table.nothing-to-predict"
    return "table.no-values"
