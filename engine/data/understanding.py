"""What a table is to teach: its target, its inputs, and why the other columns are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.data.columns import Column
from engine.data.encoding import choose_inputs
from engine.data.joint_target import make_joint_target
from engine.data.reading import Reading
from engine.data.remark import Remark
from engine.data.target import Target, make_target, suggest_target, suggest_task
from engine.errors import DataError
from engine.messages import Message, say
from engine.spec import TableSpec, Task


@dataclass(frozen=True, eq=False)
class Understanding:
    """What is to be learned from a table.

    Attributes
    ----------
    target : Column | None
        What is to be predicted; None if no column can be.
    task : str
        The person's task, else the likely one for this target.
    made : Target | None
        The target's values; None if they cannot be learned.
    inputs : tuple[Column, ...]
        Columns to learn from, with the rows that have a target only.
    reasons : Mapping[str, Message]
        Why a column is no input, by its name.
    remarks : tuple[Remark, ...]
        What was assumed, changed and left out.
    fault : Message | None
        Why nothing can be learned; None if something can.
    """

    target: Column | None
    task: Task
    made: Target | None
    inputs: tuple[Column, ...]
    reasons: Mapping[str, Message]
    remarks: tuple[Remark, ...]
    fault: Message | None


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
    columns, place = reading.columns, reading.place
    _check_names(reading.form.names, spec, place)
    by_name = {column.name: column for column in columns}
    target = by_name.get(spec.target) if spec.target else suggest_target(columns)
    joint = _joint(target, by_name, spec)
    others = [column for column in columns if column not in joint]
    named = [column for column in others if column.name in spec.inputs]
    task: Task = spec.task or ("regression" if target is None else suggest_task(target))
    candidates = named if spec.inputs else others
    if target is None:
        return Understanding(None, task, None, tuple(candidates), {}, reading.remarks,
                             say(_nothing(columns), place=place))
    try:
        made = (make_target(target, task, place) if len(joint) == 1 else
                make_joint_target(joint, spec.task, place))
        inputs, remarks, reasons = choose_inputs(
            [column.take(made.rows) for column in candidates], bool(spec.inputs), place)
    except DataError as error:
        return Understanding(target, task, None, tuple(candidates), {}, reading.remarks,
                             error.message)
    return Understanding(target, made.task, made, inputs, reasons,
                         (*reading.remarks, *made.remarks, *remarks), None)


def _joint(target: Column | None, by_name: Mapping[str, Column],
           spec: TableSpec) -> list[Column]:
    """Return the columns that are one answer: the target, and those named with it."""
    names = [] if target is None else [target.name]
    return [by_name[name] for name in dict.fromkeys((*names, *spec.more_targets))]


def _check_names(names: Sequence[str], spec: TableSpec, place: str) -> None:
    for name in (spec.target, *spec.more_targets):
        if name and name not in names:
            raise DataError("table.no-target-called", place=place, name=name, known=tuple(names))
    for name in (*spec.inputs, spec.split_by):
        if name and name not in names:
            raise DataError("table.no-input-called", place=place, name=name, known=tuple(names))
    if spec.inputs and not {*spec.inputs} - {spec.target, *spec.more_targets}:
        raise DataError("table.only-target", place=place, name=spec.target)


def _nothing(columns: Sequence[Column]) -> str:
    """Return the code of why no column of a table can be predicted."""
    if any(column.present.any() for column in columns):
        return "table.nothing-to-predict"
    return "table.no-values"
