"""A network in memory: what building a plan comes to."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.arrays import Doubles, Integers, Reals
from engine.kernels.runtime import layout
from engine.layers import UsedRows, Value
from engine.plan.batches import Store
from engine.plan.table import Line
from engine.spec import LayerSpec, NetworkSpec


@dataclass(frozen=True)
class Shared:
    """Small arrays by which ops, driver and other threads talk; they outlive a rebuilt plan.

    Attributes
    ----------
    control : int64[CONTROL_LENGTH]
        Counters and switches.
    hyper : float64[2 * (1 + m), HYPER_LENGTH]
        Constants in force: a pair of rows for most layers, and one for each of m layers with
        penalties of its own.
    requested : float64[REQUESTED_LENGTH]
        Constants that the next step takes over.
    results : float64[FIRST_STATISTIC + STATISTICS * layers that learn]
        Figures of the last step.
    """

    control: Integers
    hyper: Doubles
    requested: Doubles
    results: Doubles

    @classmethod
    def for_layers(cls, layers: int, own: int = 0) -> Shared:
        """Return arrays for so many layers that learn, ``own`` of them with own penalties."""
        return cls(np.zeros(layout.CONTROL_LENGTH, np.int64),
                   np.full((2 * (1 + own), layout.HYPER_LENGTH), np.nan),
                   np.zeros(layout.REQUESTED_LENGTH),
                   np.zeros(layout.FIRST_STATISTIC + layout.STATISTICS * layers))

    def blank(self) -> Shared:
        """Return arrays of the same shapes."""
        return Shared(np.zeros_like(self.control), np.zeros_like(self.hyper),
                      np.zeros_like(self.requested), np.zeros_like(self.results))


@dataclass(frozen=True, kw_only=True)
class PlannedLayer:
    """Where a layer lives.

    Attributes
    ----------
    spec : LayerSpec
        The layer.
    output : Value
        Its output.
    parameters : dict[str, Value]
        Its parameters by name; what is not learned has no gradient.
    first, weights, size : int
        Offset of its parameters in the arena, number of weights, number of all learned ones.
    statistic : int
        Place among the layers that learn; -1 for one that does not.
    forward, backward : tuple[int, int]
        Its rows of the table: begin and end in the forward pass, and in the backward pass, where
        the last layer's come first.
    states : Value | None
        Of a recurrent layer: its states, of shape (steps, units).
    argument : Value | None
        What its activation function is applied to.
    limited : tuple[Value, ...]
        Weights of which a column holds what goes into one unit: max-norm limits them.
    used : UsedRows | None
        Where a step lists the rows of its table that it uses; None where it does not.
    """

    spec: LayerSpec
    output: Value
    parameters: dict[str, Value]
    first: int
    weights: int
    size: int
    statistic: int
    forward: tuple[int, int]
    backward: tuple[int, int] = (0, 0)
    states: Value | None = None
    argument: Value | None = None
    limited: tuple[Value, ...] = ()
    used: UsedRows | None = None

    @property
    def measured(self) -> int:
        """How many numbers the gradient instrument sees: weights, or all learned without any."""
        return self.weights or self.size


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A network in memory, ready to run.

    Attributes
    ----------
    arena : real[...]
        Parameters, gradients, the optimizer's memory, activations.
    table, sections : int64[r, ROW_LENGTH], int64[SECTIONS + 1]
        The op table.
    lines : tuple[Line, ...]
        What its rows are, one for each, in their order.
    blocks : int64[blocks, BLOCK_LENGTH]
        The learned parameters, divided for measuring and updating; the table points to it.
    shared : Shared
        The arrays by which the world talks to it.
    layers : tuple[PlannedLayer, ...]
        Every layer.
    input, target, prediction : Value
        Places of the batch, of its targets and of what the network predicts.
    stores : tuple[Store, Store]
        All inputs and targets, which the table points to.
    capacity : int
        Examples for which there is room.
    parameters : int
        Numbers from one region of the arena (parameters, gradients, two memories) to the next.
    average : int
        Where the average of the parameters begins, a region behind the others; -1: none is kept.
    work, backward_work : int
        Multiply-adds of the forward and of the backward pass for one example.
    """

    arena: Reals
    table: Integers
    sections: Integers
    lines: tuple[Line, ...]
    blocks: Integers
    shared: Shared
    layers: tuple[PlannedLayer, ...]
    input: Value
    target: Value
    prediction: Value
    stores: tuple[Store, Store]
    capacity: int
    parameters: int
    average: int
    work: int
    backward_work: int

    def of(self, network: NetworkSpec) -> Plan:
        """Return the plan in the same memory for a network that differs in first weights alone."""
        specs = {layer.id: layer for layer in network}
        return replace(self, layers=tuple(
            layer if layer.spec is specs[layer.spec.id] else
            replace(layer, spec=specs[layer.spec.id]) for layer in self.layers))

    def forget_rows(self) -> None:
        """Let the next step put every gradient of a table to 0 that it does not compute.

        For those who have written gradients, or let others be computed, than those of the last
        step: which rows these are of, no list says.
        """
        for layer in self.layers:
            if layer.used is not None:
                self.arena[layer.used.used] = -1
