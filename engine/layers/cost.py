"""What layers cost: arithmetic and memory, found without computing anything."""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.layers.kind import LookedUp, Parameter, Shape, UsedRows, Value
from engine.layers.shapes import DATA, ResolvedLayer, resolve
from engine.layers.weighted import AT_FIRST
from engine.spec import NetworkSpec

_SOMEWHERE = 0
"""Offset of everything: nothing is ever put there."""


@dataclass(frozen=True)
class LayerCost:
    """What one layer costs.

    Attributes
    ----------
    forward, backward : int
        Multiply-adds of either pass for one example, as `engine.layers.Lowering.forward` counts
        them. What needs no gradient is not part of the backward pass: the data, above all.
    parameters : int
        Numbers that it learns.
    kept : int
        Numbers per example that it computes on the way forward and keeps for the way back; 0 where
        it only looks at its input in another way.
    """

    forward: int
    backward: int
    parameters: int
    kept: int


class _Counting:
    """A `engine.layers.Lowering` that counts and keeps nothing else."""

    def __init__(self, inputs: tuple[Value, ...], parameters: tuple[Parameter, ...],
                 frozen: bool) -> None:
        self.inputs = inputs
        self.stream = 0
        self.looked_up: LookedUp | None = None
        self.frozen = frozen
        self.output = Value(_SOMEWHERE, -1, ())
        self.forward_work = self.backward_work = self.kept = 0
        self._parameters = {
            parameter.name: Value(_SOMEWHERE, _SOMEWHERE if parameter.is_learned else -1,
                                  parameter.shape) for parameter in parameters}
        learns = any(value.gradient >= 0 for value in (*self._parameters.values(), *inputs))
        self._gradient = _SOMEWHERE if learns else -1

    def value(self, shape: Shape) -> Value:
        self.kept += math.prod(shape)
        return Value(_SOMEWHERE, self._gradient, shape)

    def array(self, shape: Shape) -> int:
        return self.value(shape).data

    def scratch(self, size: int) -> int:
        return _SOMEWHERE

    def shared_workspace(self, size: int) -> int:
        return _SOMEWHERE

    def parameter(self, name: str) -> Value:
        return self._parameters[name]

    def used_rows(self, table: Value, uses: int, *, others_rest: bool = True) -> UsedRows:
        return UsedRows(_SOMEWHERE, uses, _SOMEWHERE, others_rest)

    def look_up(self, table: Value, tokens: int) -> None:
        """Leave it out: what is counted is the network's arithmetic, not ways around it."""

    def answer(self, **slots: int) -> None:
        """Leave it out as well."""

    def forward(self, op: str, work: int, *, per_step: int = 0, **slots: int | float) -> None:
        self.forward_work += work

    def loss(self, op: str, **slots: int | float) -> None:
        """Leave it out: a term of the loss is the loss's cost, not the layer's."""

    def backward(self, op: str, work: int = 0, /, *, per_step: int = 0,
                 **slots: int | float) -> None:
        self.backward_work += work

    def update(self, op: str, *, per_step: int = 0, **slots: int | float) -> None:
        """Leave it out: what comes after both passes is no part of them."""

    def result(self, value: Value) -> None:
        self.output = value

    def argument(self, value: Value) -> None:
        """Leave it out: looking at a value costs nothing."""

    def states(self, value: Value) -> None:
        """Leave it out: looking at a value costs nothing."""


def costs(network: NetworkSpec, data_shape: Shape) -> tuple[LayerCost, ...]:
    """Return what every layer costs.

    Parameters
    ----------
    network : NetworkSpec
        The layers.
    data_shape : tuple[int, ...]
        Shape of one example.

    Raises
    ------
    ShapeError
        At the first layer that does not fit what feeds it.
    """
    resolved = resolve(network, data_shape)
    form = _form(resolved, data_shape)
    found = _COUNTED.get(form)
    if found is None:
        if len(_COUNTED) >= KEPT:
            _COUNTED.clear()
        found = _COUNTED[form] = _counted(resolved, data_shape)
    return found


KEPT = 64
"""Networks whose costs are kept: those of a sweep that differ in first weights cost the same."""

_COUNTED: dict[object, tuple[LayerCost, ...]] = {}


def _form(resolved: tuple[ResolvedLayer, ...], data_shape: Shape) -> object:
    """Return all that decides what a network costs."""
    return data_shape, tuple(
        (layer.kind.key, layer.spec.frozen, layer.sources,
         tuple(repr(value) for key, value in layer.options.items() if key not in AT_FIRST))
        for layer in resolved)


def _counted(resolved: tuple[ResolvedLayer, ...], data_shape: Shape) -> tuple[LayerCost, ...]:
    outputs: list[Value] = []
    found = []
    for layer in resolved:
        parameters = layer.parameters()
        plan = _Counting(
            tuple(Value(_SOMEWHERE, -1, data_shape) if source == DATA else outputs[source]
                  for source in layer.sources), parameters, layer.spec.frozen)
        layer.kind.lower(layer.options, plan)
        outputs.append(plan.output)
        learned = sum(parameter.size for parameter in parameters if parameter.is_learned)
        found.append(LayerCost(plan.forward_work, plan.backward_work, learned, plan.kept))
    return tuple(found)
