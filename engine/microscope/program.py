"""The program of one step: what it begins with, and its lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.microscope import explanations  # noqa: F401 - registers what explains the ops
from engine.microscope.names import Names
from engine.microscope.statement import Statement
from engine.microscope.writer import EXPLANATIONS, Draft, Subject, Writer

UNSEEN = frozenset({"output", "score"})
"""Parts of the plan that a training step leaves out."""


@dataclass(frozen=True)
class Program:
    """One step of backpropagation.

    Attributes
    ----------
    given : Mapping[str, float64 array]
        What it begins with, by name: examples ``x`` and targets ``t``, parameters, what the
        optimizer remembers, random numbers. Read-only.
    n : int
        Examples of the batch.
    statements : tuple[Statement, ...]
        Its lines in their order; the first two gather ``x`` and ``t``, which are given.
    subject : Subject
        The step that it was written from.
    """

    given: Mapping[str, NDArray[np.float64]]
    n: int
    statements: tuple[Statement, ...]
    subject: Subject

    def writers(self, name: str) -> tuple[int, ...]:
        """Return which statements write a variable."""
        return tuple(i for i, statement in enumerate(self.statements) if statement.name == name)


def write_program(subject: Subject) -> Program:
    """Return the program of a step, written from the lines of its plan."""
    return written(subject)[0]


def written(subject: Subject) -> tuple[Program, tuple[int, ...]]:
    """Return the program, and for each of its statements which of the plan's lines it is from."""
    draft = Draft(subject, Names(subject.layers), given=dict(subject.given))
    origins: list[int] = []
    for position, line in enumerate(subject.lines):
        if line.section_name in UNSEEN:
            continue
        EXPLANATIONS[line.op](Writer(draft, line))
        origins += [position] * (len(draft.statements) - len(origins))
    for array in draft.given.values():
        array.flags.writeable = False
    program = Program(draft.given, subject.batch, tuple(draft.statements), subject)
    return program, tuple(origins)
