"""Building a plan: shapes, memory and op table of one project."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from engine.kernels.runtime import layout
from engine.layers import LOSSES, Parameter, ResolvedLayer, Shape, Value, resolve
from engine.layers.shapes import DATA
from engine.plan.arena import Layout
from engine.plan.augmentation import add_augmentation
from engine.plan.table import Line, Table
from engine.plan.update import add_updates, has_own, places, write_own
from engine.spec import LayerSpec, ProjectSpec

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

REGIONS = 4
"""Parameters, gradients and the optimizer's two memories, all laid out alike."""


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
    wishes : float64[WISHES_LENGTH]
        Constants that the next step takes over.
    results : float64[FIRST_STATISTIC + STATISTICS * layers that learn]
        Figures of the last step.
    """

    control: Integers
    hyper: Array
    wishes: Array
    results: Array

    @classmethod
    def for_layers(cls, layers: int, own: int = 0) -> Shared:
        """Return arrays for so many layers that learn, ``own`` of them with own penalties."""
        return cls(np.zeros(layout.CONTROL_LENGTH, np.int64),
                   np.full((2 * (1 + own), layout.HYPER_LENGTH), np.nan),
                   np.zeros(layout.WISHES_LENGTH),
                   np.zeros(layout.FIRST_STATISTIC + layout.STATISTICS * layers))


@dataclass(frozen=True)
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
    forward : tuple[int, int]
        Its rows of the table: begin and end in the forward pass.
    states : Value | None
        Of a recurrent layer: its states, of shape (steps, units).
    argument : Value | None
        What its activation function is applied to.
    limited : tuple[Value, ...]
        Weights of which a column holds what goes into one unit: max-norm limits them.
    """

    spec: LayerSpec
    output: Value
    parameters: dict[str, Value]
    first: int
    weights: int
    size: int
    statistic: int
    forward: tuple[int, int]
    states: Value | None
    argument: Value | None = None
    limited: tuple[Value, ...] = ()

    @property
    def measured(self) -> int:
        """How many numbers the gradient instrument sees: weights, or all learned without any."""
        return self.weights or self.size


@dataclass(frozen=True)
class Plan:
    """A network in memory, ready to run.

    Attributes
    ----------
    arena : real[...]
        Parameters, gradients, the optimizer's memory, activations.
    table, sections : int64[r, ROW_LENGTH], int64[SECTIONS + 1]
        The op table.
    blocks : int64[blocks, BLOCK_LENGTH]
        The learned parameters, divided for measuring and updating; the table points to it.
    shared : Shared
        The arrays by which the world talks to it.
    layers : tuple[PlannedLayer, ...]
        Every layer.
    input, target, prediction : Value
        Places of the batch, of its targets and of what the network predicts.
    capacity : int
        Examples for which there is room.
    parameters : int
        Numbers from one region of the arena (parameters, gradients, two memories) to the next.
    work, backward_work : int
        Multiply-adds of the forward and of the backward pass for one example.
    """

    arena: Array
    table: Integers
    sections: Integers
    blocks: Integers
    shared: Shared
    layers: tuple[PlannedLayer, ...]
    input: Value
    target: Value
    prediction: Value
    capacity: int
    parameters: int
    work: int
    backward_work: int


class _Lowering:
    """The `engine.layers.Lowering` that a plan offers to one layer."""

    def __init__(self, builder: _Builder, layer: LayerSpec, inputs: tuple[Value, ...],
                 parameters: dict[str, Value]) -> None:
        self.inputs = inputs
        self.stream = zlib.crc32(layer.id.encode())
        self.frozen = layer.frozen
        self.output: Value | None = None
        self.output_states: Value | None = None
        self.activated: Value | None = None
        self.backward_lines: list[Line] = []
        self._builder = builder
        self._parameters = parameters
        self._learns = any(value.gradient >= 0 for value in (*parameters.values(), *inputs))

    def value(self, shape: Shape) -> Value:
        return self._builder.value(shape, self._learns)

    def array(self, shape: Shape) -> int:
        return self._builder.value(shape, learns=False).data

    def scratch(self, size: int) -> int:
        return self._builder.layout.reserve(size)

    def shared_room(self, size: int) -> int:
        return self._builder.shared_room(size)

    def parameter(self, name: str) -> Value:
        return self._parameters[name]

    def forward(self, op: str, work: int, *, per_step: int = 0, **slots: int | float) -> None:
        self._builder.work += work
        self._builder.table.add(layout.FORWARD, Line(op, slots, work, per_step))

    def loss(self, op: str, **slots: int | float) -> None:
        self._builder.loss_terms.append(Line(op, slots))

    def backward(self, op: str, work: int = 0, /, *, per_step: int = 0,
                 **slots: int | float) -> None:
        self._builder.backward_work += work
        self.backward_lines.append(Line(op, slots, work, per_step))

    def update(self, op: str, *, per_step: int = 0, **slots: int | float) -> None:
        self._builder.table.add(layout.UPDATE, Line(op, slots, per_step=per_step))

    def result(self, value: Value) -> None:
        source = self.inputs[0]
        if value.mask < 0 and len(value.shape) == 2 and value.shape[0] == source.shape[0]:
            value = replace(value, mask=source.mask)
        self.output = value

    def argument(self, value: Value) -> None:
        self.activated = value

    def states(self, value: Value) -> None:
        self.output_states = value


@dataclass
class _Builder:
    """Collects memory and op lines of one project."""

    project: ProjectSpec
    capacity: int
    layout: Layout
    shared: Shared
    table: Table = field(default_factory=Table)
    work: int = 0
    backward_work: int = 0
    loss_terms: list[Line] = field(default_factory=list)
    summed: dict[int, int] = field(default_factory=dict)
    rooms: dict[int, int] = field(default_factory=dict)
    blocks: Integers = field(init=False)

    def shared_room(self, size: int) -> int:
        """Return a place that ops use in turns: the smallest that is large enough, or a new one."""
        fitting = [have for have in self.rooms if have >= size]
        if not fitting:
            self.rooms[size] = self.layout.reserve(size * self.capacity)
        return self.rooms[min(fitting, default=size)]

    def value(self, shape: Shape, learns: bool) -> Value:
        """Reserve an array per example, with its gradient if ``learns``."""
        size = math.prod(shape) * self.capacity
        data = self.layout.reserve(size)
        return Value(data, self.layout.reserve(size) if learns else -1, shape)

    def lower(self, inputs: Value, layers: Sequence[ResolvedLayer], regions: list[int]
              ) -> tuple[PlannedLayer, ...]:
        """Place and lower every layer; the backward pass is theirs in reverse."""
        readers = Counter(source for layer in layers for source in layer.sources)
        planned: list[PlannedLayer] = []
        backward: list[list[Line]] = []
        statistic = 0
        for layer, begin_of in zip(layers, places(layers), strict=True):
            place = regions[0] + begin_of
            group = layer.parameters()
            placed = self._place(group, place, regions[1] - regions[0])
            feeding = tuple(
                inputs if source == DATA else
                self._branch(planned[source].output, backward[source], readers[source])
                for source in layer.sources)
            lowering = _Lowering(self, layer.spec, feeding, placed)
            begin = self.table.length(layout.FORWARD)
            layer.kind.lower(layer.options, lowering)
            learned = [parameter for parameter in group if parameter.is_learned]
            weights = sum(parameter.size for parameter in learned if parameter.is_weight)
            size = sum(parameter.size for parameter in learned)
            assert lowering.output is not None, layer.spec.kind
            planned.append(PlannedLayer(
                layer.spec, lowering.output, placed, place, weights, size,
                statistic if size else -1, (begin, self.table.length(layout.FORWARD)),
                lowering.output_states, lowering.activated,
                tuple(placed[parameter.name] for parameter in learned
                      if parameter.is_weight and parameter.is_by_unit)))
            backward.append(lowering.backward_lines)
            statistic += bool(size)
        for lines in reversed(backward):
            self.table.extend(layout.BACKWARD, lines)
        self.blocks = add_updates(self.table, self.layout, self.project.training, planned, regions)
        return tuple(planned)

    def _branch(self, output: Value, backward: list[Line], readers: int) -> Value:
        """Return an output as one of its readers sees it.

        Where several layers read it, each has a gradient of its own to overwrite, and the backward
        pass of the layer that made it begins with their sum.
        """
        if readers == 1 or output.gradient < 0:
            return output
        size = output.size * self.capacity
        branch = replace(output, gradient=self.layout.reserve(size))
        places = {"y": output.gradient, "n": output.size}
        begun = self.summed.get(output.gradient, 0)
        line = Line("add", {**places, "a": output.gradient, "b": branch.gradient}) if begun else \
            Line("copy", {**places, "x": branch.gradient})
        backward.insert(begun, line)
        self.summed[output.gradient] = begun + 1
        return branch

    def _place(self, group: tuple[Parameter, ...], place: int, to_gradient: int
               ) -> dict[str, Value]:
        placed = {}
        for parameter in group:
            placed[parameter.name] = Value(
                place, place + to_gradient if parameter.is_learned else -1, parameter.shape)
            place += parameter.size
        return placed

    def add_loss(self, output: Value, target: Value) -> Value:
        """Append loss, score and prediction; return the place of the prediction."""
        loss = LOSSES[self.project.training.loss]
        # A sequence says how many steps it has; everything else is one row of numbers.
        form = {"k": output.shape[-1], "steps": output.shape[0]} if len(output.shape) == 2 else \
            {"k": output.size}
        constants = {field.key: float(getattr(self.project.training, field.key))
                     for field in loss.constants}
        self.table.add(layout.LOSS_SECTION, Line(loss.op, {
            "dz": output.gradient, "z": output.data, "t": target.data, **form, **constants}))
        self.table.extend(layout.LOSS_SECTION, self.loss_terms)
        self.table.add(layout.SCORE, Line(loss.score_op, {
            "z": output.data, "t": target.data, **form}))
        if not loss.output_op:
            return output
        prediction = self.value(output.shape, learns=False)
        self.table.add(layout.OUTPUT, Line(loss.output_op, {
            "y": prediction.data, "x": output.data,
            **{"n" if name == "k" else name: number for name, number in form.items()}}))
        return prediction


def build_plan(project: ProjectSpec, inputs: Array, targets: Array, capacity: int,
               shared: Shared | None = None, image_shape: tuple[int, int] | None = None,
               threads: int = 1) -> Plan:
    """Return a network in memory, its parameters still zero.

    Parameters
    ----------
    project : ProjectSpec
        A project in which `engine.layers.diagnose` finds nothing wrong.
    inputs, targets : real[m, i], real[m, o]
        All examples, row by row, in the project's precision; the caller keeps them alive.
    capacity : int
        Largest batch.
    shared : Shared, optional
        Arrays of the plan that this one replaces; None makes new ones.
    image_shape : tuple[int, int], optional
        Height and width when every example is an image.
    threads : int
        Threads that share large ops; their number changes no byte of any result.

    Raises
    ------
    SpecError
        If the network would take too much memory.
    """
    precision = project.training.precision
    resolved = resolve(project.network, (inputs.shape[1],))
    shared = shared or _shared_for(resolved)
    builder = _Builder(project, capacity, Layout(precision), shared)
    total = sum(parameter.size for layer in resolved for parameter in layer.parameters())
    # The parameters' regions come first: they keep their places when the batch grows.
    regions = [builder.layout.reserve(total) for _ in range(REGIONS)]
    batch = builder.value((inputs.shape[1],), learns=False)
    target = builder.value((targets.shape[1],), learns=False)
    for value, examples in ((batch, inputs), (target, targets)):
        builder.table.add(layout.GATHER, Line("gather", {
            "y": value.data, "x": examples.ctypes.data, "n": value.size, "rows": len(examples)},
            value.size))
    add_augmentation(builder.table, batch, inputs.ctypes.data, project.training.augmentation,
                     image_shape)
    layers = builder.lower(batch, resolved, regions)
    prediction = builder.add_loss(layers[-1].output, target)
    arena = builder.layout.allocate()
    table, sections = builder.table.pack(precision, {
        "control": shared.control.ctypes.data, "hyper": shared.hyper.ctypes.data,
        "results": shared.results.ctypes.data}, threads,
        min(project.training.batch_size or capacity, capacity))
    shared.control[layout.CAPACITY] = capacity
    write_own(shared.hyper, project.network.layers, project.training)
    # What a frozen layer's update would be, nobody ever writes.
    for layer in layers:
        if layer.spec.frozen and layer.statistic >= 0:
            place = layout.FIRST_STATISTIC + layer.statistic * layout.STATISTICS
            shared.results[place + layout.UPDATE_RATIO] = math.nan
    return Plan(arena, table, sections, builder.blocks, shared, layers, batch, target, prediction,
                capacity, regions[1] - regions[0], builder.work, builder.backward_work)


def _shared_for(layers: Sequence[ResolvedLayer]) -> Shared:
    return Shared.for_layers(
        sum(any(parameter.is_learned for parameter in layer.parameters()) for layer in layers),
        sum(has_own(layer.spec) for layer in layers))


def ops_of(project: ProjectSpec, n_inputs: int, n_outputs: int,
           image_shape: tuple[int, int] | None = None) -> tuple[str, ...]:
    """Return the names of the ops that a project needs, without compiling or allocating."""
    resolved = resolve(project.network, (n_inputs,))
    builder = _Builder(project, 1, Layout(project.training.precision), _shared_for(resolved))
    regions = [builder.layout.reserve(0) for _ in range(REGIONS)]
    batch, target = (builder.value((size,), learns=False) for size in (n_inputs, n_outputs))
    add_augmentation(builder.table, batch, 0, project.training.augmentation, image_shape)
    layers = builder.lower(batch, resolved, regions)
    builder.add_loss(layers[-1].output, target)
    return ("gather", *builder.table.ops())
