"""What is known of a network where one stands in a step: numbers, what is done, what is in hand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.microscope.number import Factor, Number
from engine.microscope.statement import Phase
from engine.microscope.uses import KernelUses, kernel_uses
from gui.microscope.lens import Lens
from gui.microscope.network_columns import PARAMETER, VARIABLE, Body, Column, number_of

Array = NDArray[np.float64]


LETTERS = {"x": "x", "z": "z", "p": "p", "dz": "δ"}
"""What numbers are called by their variable's name without its number."""


@dataclass(frozen=True)
class Shown:
    """The numbers of a column that are shown.

    Attributes
    ----------
    statement : int
        Which statement wrote them.
    letter : str
        What they are called, as rich text.
    values : float64[n, *shape]
        The numbers.
    known : int
        How many units are known where one stands.
    earlier : Shown | None
        What is shown of the other units: the numbers before these.
    """

    statement: int
    letter: str
    values: Array
    known: int
    earlier: Shown | None = None

    def of(self, unit: int) -> Shown | None:
        """Return what is shown of a unit; None if nothing of it is known."""
        if unit < self.known:
            return self
        return None if self.earlier is None else self.earlier.of(unit)

    @cached_property
    def means(self) -> Array:
        """The mean of the batch, by unit along the last axis."""
        found: Array = self.values.mean(axis=0)
        return found

    @cached_property
    def most(self) -> float:
        """The largest size of the finite numbers."""
        return largest(self.values)


@dataclass(frozen=True)
class Wires:
    """The weights between two columns.

    Attributes
    ----------
    column, source : int
        To which column, from which.
    variable : str
        Their name.
    weights : float64[i, o]
        The weights in force.
    forward, gradient : int
        Statements that weigh with them, and that write their gradient; -1 for none.
    slopes : float64[i, o] | None
        Their gradient.
    """

    column: int
    source: int
    variable: str
    weights: Array
    forward: int
    gradient: int
    slopes: Array | None


@dataclass(frozen=True)
class Grid:
    """A sequence's numbers of one example.

    Attributes
    ----------
    letter : str
        What they are called, as rich text.
    values : float64[units, steps]
        The numbers; 0 where they are still to come.
    known : bool[units, steps]
        Which of them are known.
    whole : int
        Statement that has written them all; -1 where each step has its own.
    lines : tuple[int, ...]
        Statement of every step, where each has its own.
    """

    letter: str
    values: Array
    known: NDArray[np.bool_]
    whole: int
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Spot:
    """Numbers of one column, or weights into it, that a number is made of.

    Attributes
    ----------
    column : int
        Which column.
    is_error : bool
        Whether derivatives are meant.
    indices : int64[terms, axes]
        Which numbers, the example first.
    """

    column: int
    is_error: bool
    indices: NDArray[np.int64]


class Reading:
    """What a picture of the network says where a lens stands.

    Parameters
    ----------
    lens : Lens
        Where one stands; not an empty one.
    columns : tuple[Column, ...]
        The picture's columns.
    """

    def __init__(self, lens: Lens, columns: tuple[Column, ...]) -> None:
        self.lens, self.columns, self.trace = lens, columns, lens.trace
        self.program = lens.trace.program
        self.step = lens.micro_step
        self.n = self.program.n
        self.example = min(lens.example, self.n - 1)

    @cached_property
    def phase(self) -> Phase:
        """The part of the step."""
        return self.lens.statement.phase

    @property
    def is_backward(self) -> bool:
        """Whether the derivatives are on their way, or known."""
        return self.phase in (Phase.BACKWARD, Phase.CLIPPING, Phase.UPDATE) \
            or self.lens.statement.name.startswith("d")

    @cached_property
    def in_hand(self) -> int:
        """The column of the layer in hand; -1 for all together."""
        number = self.lens.statement.number
        return self.columns[-1].number if self.phase is Phase.LOSS else number

    @cached_property
    def time(self) -> int:
        """The step of time in hand; -1 for none."""
        return self.lens.statement.step

    def known(self, statement: int, units: int) -> int:
        """Return how many units of a statement's result are known."""
        now = self.step.statement
        if statement < 0 or statement > now:
            return 0
        if statement < now or self.step.unit < 0:
            return units
        return min(self.step.unit + 1, units)

    def output(self, column: Column) -> Shown | None:
        """Return the newest numbers of a column in the forward pass; None if there are none."""
        return self._shown(column, column.outputs, "a")

    def error(self, column: Column) -> Shown | None:
        """Return the newest derivatives by them; None if there are none."""
        return self._shown(column, column.errors, "δ")

    def _shown(self, column: Column, among: tuple[int, ...], letter: str) -> Shown | None:
        shown = None
        for i in among:
            known = self.known(i, column.units)
            if known:
                name = self.program.statements[i].name
                stem = name.rstrip("0123456789_")
                other = "∂" + stem[1:] if name.startswith("d") else letter
                shown = Shown(i, LETTERS.get(stem, other),
                              self.trace.values[i].reshape(-1, *column.shape), known, shown)
        return shown

    def grid(self, column: Column, *, is_error: bool) -> Grid | None:
        """Return a sequence's numbers of the marked example; None if there are none yet."""
        lines = column.state_errors if is_error else column.states
        if not lines:
            shown = self.error(column) if is_error else self.output(column)
            if shown is None:
                return None
            values = shown.values[self.example].T
            known = np.arange(len(values)) < shown.known
            return Grid(shown.letter, np.where(known[:, None], values, 0.0),
                        np.repeat(known[:, None], values.shape[1], axis=1), shown.statement)
        steps, units = column.grid
        values, known, places = np.zeros((units, steps)), np.zeros((units, steps), bool), {}
        for i in lines:
            step = self.program.statements[i].step
            places[step] = i
            done = self.known(i, units)
            known[:done, step] = True
            values[:done, step] = self.trace.values[i][self.example, :done]
        if not known.any():
            return None
        return Grid("∂h" if is_error else "h", values, known, -1,
                    tuple(places.get(step, -1) for step in range(steps)))

    def losses(self) -> Array | None:
        """Return the loss of every example; None where it is not the mean of such."""
        places = self.columns[-1].outputs
        number = self.trace.number(places[0], ())
        if len(places) > 1 or not number.over or number.over[0] != ("example", self.n) \
                or number.added or number.function:
            return None
        found: Array = (number.products.reshape(self.n, -1).sum(axis=1)
                        * number.scale * self.n)
        return found

    @cached_property
    def loss_statement(self) -> int:
        """The last of the lines so far that have written the loss; -1 while there is none."""
        return max((i for i in self.columns[-1].outputs if i <= self.step.statement), default=-1)

    @property
    def loss_known(self) -> bool:
        """Whether the loss is known, or a part of it."""
        return self.loss_statement >= 0

    # Weights

    def wires(self, column: Column) -> Wires | None:
        """Return the weights between a column and the one that it weighs; None for others."""
        if column.is_input or column.body is not Body.UNITS or not column.sources:
            return None
        name, source = f"W{column.number}", self.columns[column.sources[0]]
        given = self.program.given.get(name)
        if given is None or given.shape != (source.size, column.units) or \
                len(source.shape) != 1 or column.states:
            return None
        slope = next((i for i in column.gradients
                      if self.program.statements[i].name == f"d{name}"), -1)
        slopes = self.trace.values[slope] if slope >= 0 else None
        weights = self.trace.at(name, self.step.statement + 1)
        return Wires(column.number, source.number, name, weights,
                     column.outputs[0] if column.outputs else -1, slope, slopes)

    # The number that is open

    @cached_property
    def number(self) -> Number:
        """The number that is open, taken apart."""
        return self.lens.number()

    @cached_property
    def uses(self) -> KernelUses | None:
        """Where the kernel's weight that is open was used on the marked example."""
        one = self.program.statements[self.lens.opened_statement]
        if one.phase is not Phase.BACKWARD or one.per_example:
            return None
        return kernel_uses(self.trace, self.lens.opened_statement, self.lens.opened_index,
                           self.example)

    @cached_property
    def value(self) -> float:
        """The number that is open."""
        return float(self.trace.values[self.lens.opened_statement][self.lens.opened_index])

    @cached_property
    def spots(self) -> tuple[Spot, ...]:
        """What the number that is open is made of, and itself."""
        found = [spot for factor in _factors(self.number)
                 for spot in self._spots(factor.variable, factor.indices)]
        one = self.program.statements[self.lens.opened_statement]
        own = np.array([self.lens.opened_index], np.int64)
        return (*found, *self._spots(one.name, own))

    def _spots(self, variable: str, indices: NDArray[np.int64]) -> list[Spot]:
        """Return where numbers of a variable stand: in every column that shows them."""
        match = VARIABLE.fullmatch(variable)
        if match is None or indices.ndim != 2 or indices.shape[1] < 2:
            return []
        is_error, found = match[1] == "d", []
        for column in self.columns[:-1]:
            among = (*column.errors, *column.state_errors) if is_error else \
                (*column.outputs, *column.states)
            line = next((i for i in among if self.program.statements[i].name == variable), -1)
            if line < 0:
                continue
            one = self.program.statements[line]
            at = indices
            if one.step >= 0:
                at = np.column_stack([indices[:, 0], np.full(len(indices), one.step),
                                      indices[:, -1]])
            elif one.shape[1:] != column.shape:
                places = np.ravel_multi_index(tuple(indices[:, 1:].T), one.shape[1:])
                at = np.column_stack([indices[:, 0], *np.unravel_index(places, column.shape)])
            found.append(Spot(column.number, is_error, at))
        return found

    @cached_property
    def weight_in_hand(self) -> tuple[int, int, int] | None:
        """The weight that is open, or whose gradient is: column, from, to; None for others."""
        one = self.program.statements[self.lens.opened_statement]
        match = PARAMETER.fullmatch(one.name)
        if match is None or match[2] != "W" or len(one.shape) != 2:
            return None
        column = self.columns[int(match[3])]
        if self.wires(column) is None:
            return None
        begin, end = self.lens.opened_index
        return column.number, begin, end

    @cached_property
    def unit_in_hand(self) -> tuple[int, int]:
        """Column and unit of the number that is open; -1, -1 if it is none of a column's."""
        one = self.program.statements[self.lens.opened_statement]
        index = self.lens.opened_index
        number = number_of(one, self.columns[-1].number)
        if number < 0:
            number = one.number
        return (number, index[-1]) if index and number >= 0 else (-1, -1)

    def wanted_units(self) -> dict[int, tuple[int, ...]]:
        """Return which units of each column have to be seen: that in hand, and its operands.

        Where every unit reads the one of its own number, both are wanted.
        """
        found: dict[int, list[int]] = {column.number: [] for column in self.columns}
        number, unit = self.unit_in_hand
        found.setdefault(number, []).append(unit)
        if self.weight_in_hand is not None:
            to, begin, _ = self.weight_in_hand
            found[self.columns[to].sources[0]].append(begin)
        one, index = self.program.statements[self.lens.opened_statement], self.lens.opened_index
        if self.uses is not None:
            for source in self.columns[one.number].sources:
                found[source].append(index[-2])
        self._align(found)
        return {column.number: tuple(unit for unit in found[column.number]
                                     if 0 <= unit < column.units) for column in self.columns}

    def _align(self, found: dict[int, list[int]]) -> None:
        for column in (*self.columns[:-1], *reversed(self.columns[:-1])):
            for source in map(self.columns.__getitem__, column.sources):
                if source.shape == column.shape and self.wires(column) is None:
                    both = list(dict.fromkeys((*found[column.number], *found[source.number])))
                    found[column.number], found[source.number] = both[:], both[:]


def _factors(number: Number) -> tuple[Factor, ...]:
    """Return all factors of a number, those of further sums too."""
    return (*number.factors, *number.added,
            *(factor for one in number.also for factor in _factors(one)))


def largest(values: Array) -> float:
    """Return the largest size of the finite numbers among these."""
    sizes = np.abs(values[np.isfinite(values)])
    return float(sizes.max(initial=0.0))
