"""The step as a walk: micro-steps at a chosen level of detail, grouped by layer and direction."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate

import numpy as np

from engine.microscope.program import Program
from engine.microscope.statement import Phase, Statement

Index = tuple[int, ...]


class Level(Enum):
    """How finely a step is walked through."""

    LAYER = "layer"
    NEURON = "neuron"
    TERM = "term"


@dataclass(frozen=True)
class Group:
    """What one layer does in one direction, or what is done for all together.

    Attributes
    ----------
    phase : Phase
        The part of the step.
    layer, number : str, int
        Id and number of the layer; empty and -1 for all together.
    first, end : int
        Its statements.
    """

    phase: Phase
    layer: str
    number: int
    first: int
    end: int


@dataclass(frozen=True)
class MicroStep:
    """Where a walk stands.

    Attributes
    ----------
    group : int
        Which group.
    statement : int
        Which statement; at the level of layers, the last of its group.
    unit : int
        Which unit of the statement's result, along its last axis; -1 at the level of layers, and
        for results that are one number.
    index : tuple[int, ...] | None
        Which number of the result; None above the level of terms.
    """

    group: int
    statement: int
    unit: int = -1
    index: Index | None = None


class Walk:
    """All micro-steps of a program at one level, without keeping each.

    At the level of neurons, a statement has one micro-step for each unit along the last axis of its
    result; at that of terms, one for each of its numbers, unit by unit.

    Parameters
    ----------
    program : Program
        The step.
    level : Level
        How finely.
    """

    def __init__(self, program: Program, level: Level) -> None:
        self.program, self.level = program, level
        self.groups = groups_of(program.statements)
        self._sizes = [self._size(i) for i in range(self._count())]
        self._begins = [0, *accumulate(self._sizes)]

    def __len__(self) -> int:
        return self._begins[-1]

    def step(self, place: int) -> MicroStep:
        """Return where the walk stands after so many micro-steps before it."""
        if not 0 <= place < len(self):
            raise IndexError(place)
        i = bisect_right(self._begins, place) - 1
        if self.level is Level.LAYER:
            return MicroStep(i, self.groups[i].end - 1)
        inside, shape = place - self._begins[i], self.program.statements[i].shape
        group = self.group_of(i)
        if not shape:
            return MicroStep(group, i, -1, () if self.level is Level.TERM else None)
        if self.level is Level.NEURON:
            return MicroStep(group, i, inside)
        # Unit by unit: all numbers of the first one, then those of the next.
        unit, rest = divmod(inside, math.prod(shape[:-1]))
        index = tuple(int(part) for part in np.unravel_index(rest, shape[:-1])) if shape[:-1] \
            else ()
        return MicroStep(group, i, unit, (*index, unit))

    def place(self, statement: int, unit: int = 0, index: Index | None = None) -> int:
        """Return the micro-step at which a number of a statement is computed."""
        if self.level is Level.LAYER:
            return self.group_of(statement)
        begin, shape = self._begins[statement], self.program.statements[statement].shape
        if not shape:
            return begin
        if index is not None:
            unit = index[-1]
        if self.level is Level.NEURON:
            return begin + max(unit, 0)
        rest = int(np.ravel_multi_index(index[:-1], shape[:-1])) if index and index[:-1] else 0
        return begin + max(unit, 0) * math.prod(shape[:-1]) + rest

    def group_of(self, statement: int) -> int:
        """Return the group of a statement."""
        return bisect_right([group.first for group in self.groups], statement) - 1

    def next_group(self, place: int) -> int:
        """Return the first micro-step of the group that follows; the last one if none does."""
        after = self.step(place).group + 1
        if after >= len(self.groups):
            return len(self) - 1
        return after if self.level is Level.LAYER else self._begins[self.groups[after].first]

    def group_begin(self, group: int) -> int:
        """Return the first micro-step of a group."""
        return group if self.level is Level.LAYER else self._begins[self.groups[group].first]

    def _count(self) -> int:
        return len(self.groups) if self.level is Level.LAYER else len(self.program.statements)

    def _size(self, i: int) -> int:
        if self.level is Level.LAYER:
            return 1
        shape = self.program.statements[i].shape
        if not shape:
            return 1
        return shape[-1] if self.level is Level.NEURON else math.prod(shape)


def groups_of(statements: Sequence[Statement]) -> tuple[Group, ...]:
    """Return runs of statements of one phase and layer; the batch and the loss are one group."""
    found: list[Group] = []
    for i, statement in enumerate(statements):
        together = statement.phase in (Phase.GATHER, Phase.LOSS, Phase.CLIPPING, Phase.UPDATE)
        layer, number = ("", -1) if together else (statement.layer, statement.number)
        last = found[-1] if found else None
        if last is not None and (last.phase, last.layer) == (statement.phase, layer):
            found[-1] = Group(last.phase, last.layer, last.number, last.first, i + 1)
        else:
            found.append(Group(statement.phase, layer, number, i, i + 1))
    return tuple(found)
