"""What is known of a network where one stands in a step: numbers, what is done, what is in hand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.microscope.number import Factor, Number
from engine.microscope.statement import Phase
from gui.microscope.lens import Lens
from gui.microscope.network_columns import PARAMETER, VARIABLE, Body, Column, number_of

Array = NDArray[np.float64]


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
    """

    statement: int
    letter: str
    values: Array
    known: int


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
        if self.phase is Phase.LOSS:
            return self.columns[-1].number
        if self.phase is Phase.UPDATE or number < 0:
            match = PARAMETER.fullmatch(self.lens.statement.name)
            return int(match[3]) if match is not None else -1
        return number

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
        done = [i for i in among if self.known(i, column.units)]
        if not done:
            return None
        # A line that is half done shows through what stood there before it.
        name = self.program.statements[done[-1]].name
        letter = {"x": "x", "z": "z", "p": "p", "dz": "δ"}.get(
            name.rstrip("0123456789_"), letter if not name.startswith("d") else "∂a")
        if name.startswith("dh"):
            letter = "∂h"
        values = self.trace.values[done[-1]].reshape(-1, *column.shape)
        return Shown(done[-1], letter, values, self.known(done[-1], column.units))

    def losses(self) -> Array | None:
        """Return the loss of every example; None where it is not made of such."""
        position = self.columns[-1].outputs[0]
        number = self.trace.number(position, ())
        if not number.over or number.over[0] != ("example", self.n) or number.added:
            return None
        shape = [length for _, length in number.over]
        found: Array = (number.products.reshape(shape).reshape(self.n, -1).sum(axis=1)
                        * number.scale * self.n)
        return found

    @cached_property
    def loss_known(self) -> bool:
        """Whether the loss is known."""
        return self.columns[-1].outputs[0] <= self.step.statement

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
    def value(self) -> float:
        """The number that is open."""
        return float(self.trace.values[self.lens.opened_statement][self.lens.opened_index])

    @cached_property
    def spots(self) -> tuple[Spot, ...]:
        """What the number that is open is made of, and itself."""
        found = [spot for factor in self._factors(self.number)
                 if (spot := self._spot(factor.variable, factor.indices)) is not None]
        one = self.program.statements[self.lens.opened_statement]
        own = self._spot(one.name, np.array([self.lens.opened_index], np.int64))
        return (*found, *((own,) if own is not None else ()))

    def _factors(self, number: Number) -> tuple[Factor, ...]:
        return (*number.factors, *number.added)

    def _spot(self, variable: str, indices: NDArray[np.int64]) -> Spot | None:
        match = VARIABLE.fullmatch(variable)
        if match is None or indices.ndim != 2 or indices.shape[1] < 2:
            return None
        number = int(match[3]) if match[3] else \
            {"x": 0, "p": self.columns[-1].number - 1}.get(match[2], -1)
        return Spot(number, match[1] == "d", indices) if 0 <= number < len(self.columns) else None

    @cached_property
    def weight_in_hand(self) -> tuple[int, int, int] | None:
        """The weight that is open, or whose gradient is: column, from, to; None for others."""
        one = self.program.statements[self.lens.opened_statement]
        match = PARAMETER.fullmatch(one.name)
        if match is None or match[2] != "W" or len(self.lens.opened_index) != 2:
            return None
        begin, end = self.lens.opened_index
        return int(match[3]), begin, end

    @cached_property
    def unit_in_hand(self) -> tuple[int, int]:
        """Column and unit of the number that is open; -1, -1 if it is none of a column's."""
        one = self.program.statements[self.lens.opened_statement]
        index = self.lens.opened_index
        match = PARAMETER.fullmatch(one.name)
        if match is not None:
            return int(match[3]), index[-1]
        number = number_of(one, self.columns[-1].number)
        if number < 0:
            number = one.number if one.number >= 0 else -1
        return (number, index[-1]) if index and number >= 0 else (-1, -1)

    def wanted_units(self, column: Column) -> tuple[int, ...]:
        """Return which units of a column have to be seen: that in hand, and its operands."""
        found: list[int] = []
        if self.unit_in_hand[0] == column.number:
            found.append(self.unit_in_hand[1])
        if self.weight_in_hand is not None:
            to, begin, _ = self.weight_in_hand
            if column.number == self.columns[to].sources[0]:
                found.append(begin)
        return tuple(unit for unit in found if 0 <= unit < column.units)
