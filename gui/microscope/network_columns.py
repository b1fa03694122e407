"""The columns of a network's picture: what stands in each, and which statements write it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import Enum

from engine.layers import LOSSES, ResolvedLayer, resolve
from engine.microscope.dissection import Dissection
from engine.microscope.program import Program
from engine.microscope.statement import Phase, Statement
from engine.microscope.trace import Trace

VARIABLE = re.compile(r"(d?)([xazhp])(\d*)(?:_\d+)?")
PARAMETER = re.compile(r"(d?)([WU])(\d+)(?:_\d+)?")
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

    @property
    def is_input(self) -> bool:
        """Whether it holds the examples."""
        return self.number == 0

    @property
    def units(self) -> int:
        """How many units stand below one another: neurons, channels, features."""
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
    found = [_column(program, number, layer, len(resolved),
                     loss.output_title if loss is not None else "")
             for number, layer in enumerate(resolved)]
    position = next(i for i, one in enumerate(program.statements) if one.name == "L")
    found.append(Column(len(resolved), LOSS_LAYER, "Loss", (), (len(resolved) - 1,), Body.LOSS,
                        outputs=(position,)))
    return tuple(found)


def _column(program: Program, number: int, layer: ResolvedLayer, count: int, output: str
            ) -> Column:
    statements = program.statements
    outputs: list[int] = []
    errors: list[int] = []
    states: list[int] = []
    state_errors: list[int] = []
    for i, one in enumerate(statements):
        match = VARIABLE.fullmatch(one.name)
        if match is None or not one.per_example or number_of(one, count) != number:
            continue
        is_error = match[1] == "d"
        if math.prod(one.shape[1:]) == math.prod(layer.shape) and getattr(one, "step", -1) < 0:
            (errors if is_error else outputs).append(i)
        elif match[2] == "h":
            (state_errors if is_error else states).append(i)
    gradients = tuple(i for i, one in enumerate(statements)
                      if one.phase is Phase.BACKWARD and one.number == number
                      and not one.per_example and one.name.startswith("d"))
    title = _title(layer, output if number == count - 1 else "") if number else layer.kind.title
    return Column(number, layer.spec.id, title,
                  layer.shape, tuple(source for source in layer.sources if source >= 0),
                  _body(layer), tuple(outputs), tuple(errors), tuple(states),
                  tuple(state_errors), gradients)


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


def _body(layer: ResolvedLayer) -> Body:
    return Body.MAPS if len(layer.shape) == 3 else \
        Body.GRID if len(layer.shape) == 2 else Body.UNITS
