"""The columns of a network's picture: what stands in each, and which statements write it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from engine.layers import LOSSES, ResolvedLayer, resolve
from engine.microscope.dissection import Dissection
from engine.microscope.program import Program
from engine.microscope.statement import Phase, Statement
from engine.microscope.trace import Trace

VARIABLE = re.compile(r"(d?)([xazhp])(\d*)(?:_\d+)?")
PARAMETER = re.compile(r"([dmv]?)([WU])(\d+)(?:_hat)?")
LOSS_LAYER = "loss"


class Body(Enum):
    """What a column consists of."""

    UNITS = "units"
    GRID = "grid"
    MAPS = "maps"
    LOSS = "loss"


@dataclass(frozen=True)
class Column:
    """A layer of the picture, or the loss.

    Attributes
    ----------
    number : int
        The layer's number, the input layer's being 0; of the loss, one more than the last.
    layer : str
        Its id.
    title : str
        What it is: ``Dense 4 · tanh``.
    shape : tuple[int, ...]
        Shape of its output for one example.
    sources : tuple[int, ...]
        Numbers of the layers that it reads.
    body : Body
        What it is drawn as.
    outputs : tuple[int, ...]
        Statements that write its numbers in the forward pass, in their order, each of the same
        size for every example.
    errors : tuple[int, ...]
        Statements that write the loss's derivatives by them, in their order.
    states, state_errors : tuple[int, ...]
        Of a layer over time: the same for single steps, in the order of time.
    gradients : tuple[int, ...]
        Statements that write the derivatives by its weights and biases.
    grid : tuple[int, int]
        Of a sequence: steps of time, and numbers of each.
    """

    number: int
    layer: str
    title: str
    shape: tuple[int, ...]
    sources: tuple[int, ...]
    body: Body
    outputs: tuple[int, ...] = ()
    errors: tuple[int, ...] = ()
    states: tuple[int, ...] = ()
    state_errors: tuple[int, ...] = ()
    gradients: tuple[int, ...] = ()
    grid: tuple[int, int] = (0, 0)

    @property
    def is_input(self) -> bool:
        """Whether it holds the examples."""
        return self.number == 0

    @property
    def units(self) -> int:
        """How many units stand below one another: neurons, channels, features."""
        if self.body is Body.GRID:
            return self.grid[1]
        return self.shape[-1] if self.shape else 1

    @property
    def size(self) -> int:
        """Numbers of one example."""
        return math.prod(self.shape)


def columns_of(dissection: Dissection, trace: Trace) -> tuple[Column, ...]:
    """Return the columns of a step's network, from the input to the loss."""
    program, project = trace.program, dissection.project
    shape = next(one.shape[1:] for one in program.statements if one.name == "x")
    resolved = resolve(project.network, shape)
    loss = LOSSES.get(project.training.loss)
    found: list[Column] = []
    for number, layer in enumerate(resolved):
        output = loss.output_title if loss is not None and number == len(resolved) - 1 else ""
        column = _column(program, number, layer, len(resolved), output)
        found.append(_as_source(column, found) if column.sources else column)
    losses = tuple(i for i, one in enumerate(program.statements) if one.name == "L")
    found.append(Column(len(resolved), LOSS_LAYER, "Loss", (), (len(resolved) - 1,), Body.LOSS,
                        outputs=losses))
    return tuple(found)


def _as_source(column: Column, before: Sequence[Column]) -> Column:
    """Let a layer that only gives its numbers another shape have those of the layer it reads."""
    source = before[column.sources[0]]
    if column.size != source.size or column.states:
        return column
    if not column.outputs:
        return replace(column, outputs=source.outputs,
                       errors=column.errors or source.errors)
    return column if column.errors else replace(column, errors=source.errors)


def _column(program: Program, number: int, layer: ResolvedLayer, count: int, output: str
            ) -> Column:
    outputs: list[int] = []
    errors: list[int] = []
    states: list[int] = []
    state_errors: list[int] = []
    for i, one in enumerate(program.statements):
        match = VARIABLE.fullmatch(one.name)
        if match is None or not one.per_example or number_of(one, count) != number:
            continue
        is_error = match[1] == "d"
        if one.step >= 0 and match[2] == "h":
            (state_errors if is_error else states).append(i)
        elif one.step < 0 and math.prod(one.shape[1:]) == math.prod(layer.shape):
            (errors if is_error else outputs).append(i)
    gradients = tuple(i for i, one in enumerate(program.statements)
                      if one.phase is Phase.BACKWARD and one.number == number
                      and not one.per_example and one.name.startswith("d"))
    grid = (len(states), program.statements[states[0]].shape[-1]) if states else \
        (layer.shape[0], layer.shape[1]) if len(layer.shape) == 2 else (0, 0)
    title = _title(layer, output) if number else layer.kind.title
    return Column(number, layer.spec.id, title, layer.shape,
                  tuple(source for source in layer.sources if source >= 0),
                  Body.GRID if grid[0] else Body.MAPS if len(layer.shape) == 3 else Body.UNITS,
                  tuple(outputs), tuple(errors), tuple(states), tuple(state_errors), gradients,
                  grid)


def number_of(statement: Statement, count: int) -> int:
    """Return which column a statement's variable stands in, of so many layers; -1 for none."""
    match = VARIABLE.fullmatch(statement.name)
    if match is None:
        return -1
    if match[3]:
        return int(match[3])
    return {"x": 0, "p": count - 1}.get(match[2], -1)


def _title(layer: ResolvedLayer, output: str) -> str:
    unsaid = output and layer.kind.activation(layer.options) == "linear"
    label = layer.kind.short_label(layer.options) if unsaid else layer.kind.label(layer.options)
    return f"{label} · {output.lower()}" if output else label

