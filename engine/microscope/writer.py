"""How an op is explained: statements written from one line of the engine's plan."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.messages import Message
from engine.microscope.names import Names, Placed, Variable
from engine.microscope.number import Opening, Reshaped
from engine.microscope.statement import Phase, Shape, Statement
from engine.spec import TrainingSpec

Array = NDArray[np.float64]


class PlanLine(Protocol):
    """One op of the plan with what its row holds: what `engine.plan.table.Line` is."""

    @property
    def op(self) -> str:
        """Name of the op."""

    @property
    def slots(self) -> Mapping[str, int | float]:
        """Contents by name; places are offsets in the arena, -1 for nothing."""

    @property
    def layer(self) -> str:
        """Id of the layer; empty for all together."""

    @property
    def section_name(self) -> str:
        """The part of the step."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The step that is explained.

    Attributes
    ----------
    lines : tuple[PlanLine, ...]
        The plan's lines, in the order in which they run.
    layers : tuple[Placed, ...]
        The plan's layers, the input layer first.
    training : TrainingSpec
        How the network is trained.
    batch : int
        Examples.
    step, epoch, optimizer_step : int
        Completed steps and epochs, and steps since the optimizer's memory was empty.
    rate : float
        Learning rate in force, the schedule's factor included.
    penalties : Mapping[str, Mapping[str, float]]
        By layer id: ``l1``, ``l2`` and ``weight_decay`` of its weights in force.
    given : Mapping[str, array]
        By name: ``x`` and ``t``, every parameter as `engine.microscope.names.parameter_name` calls
        it, and what the optimizer remembers of it: ``m`` and ``v`` before that name.
    class_weights : float64[k] | None
        What an example of each class counts; None: all alike.
    carried : Mapping[str, array]
        What recurrent layers carry over, by ``layer-id/state`` and ``layer-id/cells``.
    """

    lines: tuple[PlanLine, ...]
    layers: tuple[Placed, ...]
    training: TrainingSpec
    batch: int
    step: int
    epoch: int
    optimizer_step: int
    rate: float
    penalties: Mapping[str, Mapping[str, float]]
    given: Mapping[str, Array]
    class_weights: Array | None = None
    carried: Mapping[str, Array] = field(default_factory=dict)


@dataclass
class Draft:
    """A program while it is written."""

    subject: Subject
    names: Names
    statements: list[Statement] = field(default_factory=list)
    given: dict[str, Array] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)


class Writer:
    """What an explanation reads of its line, and writes to the program.

    Attributes
    ----------
    line : PlanLine
        The line.
    subject : Subject
        The step.
    number : int
        Number of the line's layer; -1 for all together.
    layer : Placed | None
        The layer.
    """

    def __init__(self, draft: Draft, line: PlanLine) -> None:
        self._draft = draft
        self.line, self.subject = line, draft.subject
        ids = [layer.spec.id for layer in draft.subject.layers]
        self.number = ids.index(line.layer) if line.layer else -1
        self.layer = draft.subject.layers[self.number] if line.layer else None

    def within(self, number: int) -> Writer:
        """Return a writer whose statements belong to a layer, though its line is of them all."""
        found = Writer(self._draft, self.line)
        found.number, found.layer = number, self.subject.layers[number]
        return found

    def of_layer(self, *ops: str) -> Writer:
        """Return what reads another line of the same layer: the first that is of these ops."""
        return Writer(self._draft, next(
            line for line in self.subject.lines
            if line.layer == self.line.layer and line.op in ops))

    @property
    def n(self) -> int:
        """Examples of the batch; the program calls it ``n``."""
        return self.subject.batch

    def beside(self, op: str) -> Writer:
        """Return what reads the first line of another op of the same layer."""
        return self.on(next(line for line in self.subject.lines
                            if line.layer == self.line.layer and line.op == op))

    def on(self, line: PlanLine) -> Writer:
        """Return what reads another line."""
        return Writer(self._draft, line)

    def size(self, slot: str) -> int:
        """Return a slot that is a whole number."""
        return int(self.line.slots[slot])

    def constant(self, slot: str) -> float:
        """Return a slot that is a number."""
        return float(self.line.slots[slot])

    def has(self, slot: str) -> bool:
        """Say whether a slot is a place where something is."""
        return int(self.line.slots.get(slot, -1)) >= 0

    def is_known(self, slot: str) -> bool:
        """Say whether a variable stands at the place of a slot."""
        return self.size(slot) in self._draft.names

    def variable(self, slot: str) -> Variable:
        """Return what stands at the place of a slot."""
        return self._draft.names[self.size(slot)]

    def value(self, slot: str, *shape: int) -> str:
        """Return NumPy for what stands at a place, one array of this shape for each example."""
        variable = self.variable(slot)
        if variable.per_example and variable.shape == shape:
            return variable.name
        return f"{variable.name}.reshape({', '.join(map(str, ('n', *shape)))})"

    def array(self, slot: str, *shape: int) -> str:
        """Return NumPy for what stands at a place, one array of this shape for the batch."""
        variable = self.variable(slot)
        if not variable.per_example and variable.shape == shape:
            return variable.name
        return f"{variable.name}.reshape({', '.join(map(str, shape))})"

    def symbol(self, slot: str) -> str:
        """Return what stands at a place in mathematics, as rich text."""
        return self.variable(slot).symbol

    def fresh(self, name: str) -> str:
        """Return a name that no variable has yet: this one, or with something added to it."""
        taken = self._draft.taken | {one.name for one in self._draft.statements} \
            | set(self._draft.given)
        found, count = name, 1
        while found in taken:
            count += 1
            found = f"{name}_{count}"
        self._draft.taken.add(found)
        return found

    def target(self, slot: str, name: str, symbol: str, *shape: int, per_example: bool = True
               ) -> Variable:
        """Return the variable of a place that is about to be written.

        It has a name where it is a layer's output, argument, state, parameter or the gradient of
        one; else it is given this one.
        """
        place = self.size(slot)
        if place not in self._draft.names:
            self._draft.names.set(place, Variable(self.fresh(name), symbol, shape, per_example))
        return self._draft.names[place]

    def call(self, slot: str, variable: Variable) -> None:
        """Let a place stand for this variable from now on."""
        self._draft.names.set(self.size(slot), variable)

    def alias(self, slot: str, name: str) -> None:
        """Let a place stand for a variable that has another place: a copy, a flipped array."""
        self._draft.names.set(self.size(slot), self._draft.names.named(name))

    def give(self, name: str, array: Array) -> str:
        """Let the program begin with an array: random numbers, what was carried over."""
        self._draft.given[name] = np.asarray(array, np.float64)
        return name

    def emit(self, name: str, code: str, *, words: Message, formula: str, symbol: str,
             shape: Shape, per_example: bool = True, slot: str = "", place: int = -1, of: str = "",
             step: int = -1, opening: Opening | None = None,
             mistakes: Mapping[str, str] | None = None) -> None:
        """Add a statement.

        Parameters
        ----------
        name, code, words, formula, symbol, of, step, opening, mistakes
            As `engine.microscope.statement.Statement` has them.
        shape : tuple[int, ...]
            Shape of the result for one example, or of all of it.
        per_example : bool
            Whether there is one for each example.
        slot : str
            Slot of the place in the arena at which the engine has the same numbers.
        place : int
            That place itself, for those that no slot names.
        """
        self._draft.statements.append(Statement(
            name=name, code=code, words=words, formula=formula, symbol=symbol,
            phase=Phase(self.line.section_name), number=self.number,
            layer=self.line.layer if self.layer is None else self.layer.spec.id,
            op=self.line.op, shape=(self.n, *shape) if per_example else shape,
            per_example=per_example, of=of, place=self.size(slot) if slot else place,
            step=step, opening=opening, mistakes=dict(mistakes or {})))

    def write(self, slot: str, code: str, *, words: Message, formula: str, shape: Shape,
              opening: Opening | None = None, mistakes: Mapping[str, str] | None = None,
              is_whole: bool = True, step: int = -1) -> None:
        """Add a statement that writes the variable at the place of a slot.

        ``code`` and ``formula`` are what stands right of the equals sign. A gradient is known by
        its name, ``d`` and its variable's, and is checked as such where ``is_whole`` and the
        program has that variable.
        """
        variable = self.variable(slot)
        texts = {"": code, **(mistakes or {})}
        if variable.shape != shape and math.prod(variable.shape) == math.prod(shape):
            axes = ("n", *variable.shape) if variable.per_example else variable.shape
            texts = {key: f"({text}).reshape({', '.join(map(str, axes))})"
                     for key, text in texts.items()}
            more = (self.n,) if variable.per_example else ()
            opening = opening and Reshaped(opening, (*more, *shape), (*more, *variable.shape))
        stem = variable.name[1:]
        is_gradient = variable.name.startswith("d") and self._draft.names.has(stem)
        texts = {key: f"{variable.name} = {text}" for key, text in texts.items()}
        self.emit(variable.name, texts.pop(""), words=words,
                  formula=f"{variable.symbol} = {formula}", symbol=variable.symbol,
                  shape=variable.shape, per_example=variable.per_example, slot=slot,
                  of=stem if is_whole and is_gradient else "", step=step, opening=opening,
                  mistakes=texts)


Explanation = Callable[[Writer], None]
EXPLANATIONS: dict[str, Explanation] = {}
"""By op; `engine.microscope.explanations` fills it."""


def explains(*ops: str) -> Callable[[Explanation], Explanation]:
    """Register what explains some ops."""
    def register(explanation: Explanation) -> Explanation:
        for op in ops:
            EXPLANATIONS[op] = explanation
        return explanation
    return register


def says_nothing(*ops: str) -> None:
    """Register ops of which a step's program has no line of its own."""
    for op in ops:
        EXPLANATIONS[op] = _silently


def _silently(writer: Writer) -> None:
    """Write nothing: what the op does is a detail of the engine, or is told with another line."""
