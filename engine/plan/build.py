"""Building a plan: shapes, memory and op table of one project."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.arrays import Doubles, Integers, Reals
from engine.data.rows import ByteRows
from engine.kernels.ops import catalogue
from engine.kernels.ops.sequence_loss import terms_of
from engine.kernels.ops.transcription import room_of
from engine.kernels.runtime import layout
from engine.layers import (
    LOSSES,
    LookedUp,
    Parameter,
    ResolvedLayer,
    Shape,
    UsedRows,
    Value,
    resolve,
)
from engine.layers.row_blocks import WORDS_OF_A_DOUBLE
from engine.layers.shapes import DATA
from engine.plan.arena import Layout, aligned_zeros
from engine.plan.augmentation import add_augmentation, is_redrawn
from engine.plan.batches import Store, gathering_op
from engine.plan.plan import Plan, PlannedLayer, Shared
from engine.plan.table import Line, Table
from engine.plan.update import (
    add_averaging,
    add_updates,
    has_own,
    places,
    reserve_average,
    write_own,
)
from engine.spec import LayerSpec, ProjectSpec, TrainingSpec

FEW = 4
"""Examples of a batch beyond which nothing is laid out otherwise."""

REGIONS = 4
"""Parameters, gradients and the optimizer's two memories, all laid out alike."""


class _Lowering:
    """The `engine.layers.Lowering` that a plan offers to one layer."""

    def __init__(self, builder: _Builder, layer: LayerSpec, inputs: tuple[Value, ...],
                 parameters: dict[str, Value], looked_up: LookedUp | None) -> None:
        self.inputs = inputs
        self.looked_up = looked_up
        self.offered: LookedUp | None = None
        self.answered: dict[str, int] = {}
        self.stream = zlib.crc32(layer.id.encode())
        self.frozen = layer.frozen
        self.output: Value | None = None
        self.output_states: Value | None = None
        self.activated: Value | None = None
        self.listed: UsedRows | None = None
        self.backward_lines: list[Line] = []
        self._builder = builder
        self._id = layer.id
        self._parameters = parameters
        self._learns = any(value.gradient >= 0 for value in (*parameters.values(), *inputs))

    def _line(self, op: str, slots: Mapping[str, int | float], work: int = 0, per_step: int = 0
              ) -> Line:
        return Line(op, slots, work, per_step, self._id)

    def value(self, shape: Shape) -> Value:
        return self._builder.value(shape, self._learns)

    def array(self, shape: Shape) -> int:
        return self._builder.value(shape, learns=False).data

    def scratch(self, size: int) -> int:
        return self._builder.layout.reserve(size)

    def shared_workspace(self, size: int) -> int:
        return self._builder.shared_workspace(size)

    def parameter(self, name: str) -> Value:
        return self._parameters[name]

    def used_rows(self, table: Value, uses: int, *, others_rest: bool = True) -> UsedRows:
        rows, reserve = table.shape[0], self._builder.layout.reserve
        most = min(rows, self._builder.capacity * uses)
        self.listed = UsedRows(reserve(1 + most), most, reserve(rows), others_rest)
        return self.listed

    def look_up(self, table: Value, tokens: int) -> None:
        self.offered = LookedUp(table, tokens, few_examples(self._builder.project.training))

    def answer(self, **slots: int) -> None:
        self.answered = slots

    def forward(self, op: str, work: int, *, per_step: int = 0, **slots: int | float) -> None:
        self._builder.work += work
        self._builder.table.add(layout.FORWARD, self._line(op, slots, work, per_step))

    def loss(self, op: str, **slots: int | float) -> None:
        self._builder.loss_terms.append(self._line(op, slots))

    def backward(self, op: str, work: int = 0, /, *, per_step: int = 0,
                 **slots: int | float) -> None:
        self._builder.backward_work += work
        self.backward_lines.append(self._line(op, slots, work, per_step))

    def update(self, op: str, *, per_step: int = 0, **slots: int | float) -> None:
        self._builder.table.add(layout.UPDATE, self._line(op, slots, 0, per_step))

    def result(self, value: Value) -> None:
        if value.mask < 0 and len(value.shape) == 2:
            value = replace(value, mask=self._mask_of_inputs(value.shape[0]))
        self.output = value

    def _mask_of_inputs(self, steps: int) -> int:
        """Return where the mask of so many steps that count in any input is; -1: all count."""
        if any(len(x.shape) != 2 or x.shape[0] != steps for x in self.inputs):
            return -1
        first, *others = dict.fromkeys(x.mask for x in self.inputs)
        if not others or -1 in (first, *others):
            return -1 if others else first
        mask, so_far = self.array((steps,)), first
        for other in others:
            # A step counts unless its number is 0, so that a sum says whether one of them counts.
            self.forward("add", 0, y=mask, a=so_far, b=other, n=steps)
            so_far = mask
        return mask

    def argument(self, value: Value) -> None:
        self.activated = value

    def states(self, value: Value) -> None:
        self.output_states = value


def few_examples(training: TrainingSpec) -> int:
    """Return how many examples a batch has, or `FEW`: a plan that is made for few may be another.

    Rounding depends on it, and a run that goes on has to have the bytes of one that never stopped:
    so it is what is asked for, whatever there is.
    """
    return min(training.batch_size or FEW, FEW)


def _found(layer: ResolvedLayer, offered: Sequence[LookedUp | None], readers: Mapping[int, int]
           ) -> LookedUp | None:
    """Return what a layer's only input is looked up in, if no other layer reads that."""
    source, *others = layer.sources
    return None if others or source == DATA or readers[source] > 1 else offered[source]


def _answer(backward: Sequence[list[Line]], layer: ResolvedLayer, slots: Mapping[str, int]
            ) -> None:
    """Let the backward pass of what feeds a layer go on from what the layer's own has found."""
    if slots:
        feeding = backward[layer.sources[0]]
        feeding[:] = [replace(line, slots={**line.slots, **slots}) for line in feeding]


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
    workspaces: dict[int, int] = field(default_factory=dict)
    blocks: Integers = field(init=False)

    def shared_workspace(self, size: int) -> int:
        """Return a place that ops use in turns: the smallest that is large enough, or a new one."""
        fitting = [have for have in self.workspaces if have >= size]
        if not fitting:
            self.workspaces[size] = self.layout.reserve(size * self.capacity)
        return self.workspaces[min(fitting, default=size)]

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
        offered: list[LookedUp | None] = []
        statistic = 0
        for layer, begin_of in zip(layers, places(layers), strict=True):
            place = regions[0] + begin_of
            group = layer.parameters()
            placed = self._place(group, place, regions[1] - regions[0])
            feeding = tuple(
                inputs if source == DATA else
                self._branch(planned[source], backward[source], readers[source])
                for source in layer.sources)
            lowering = _Lowering(self, layer.spec, feeding, placed,
                                 _found(layer, offered, readers))
            begin = self.table.length(layout.FORWARD)
            layer.kind.lower(layer.options, lowering)
            learned = [parameter for parameter in group if parameter.is_learned]
            weights = sum(parameter.size for parameter in learned if parameter.is_weight)
            size = sum(parameter.size for parameter in learned)
            assert lowering.output is not None, layer.spec.kind
            planned.append(PlannedLayer(
                spec=layer.spec, output=lowering.output, parameters=placed, first=place,
                weights=weights, size=size, statistic=statistic if size else -1,
                forward=(begin, self.table.length(layout.FORWARD)),
                states=lowering.output_states, argument=lowering.activated,
                used=lowering.listed,
                limited=tuple(placed[parameter.name] for parameter in learned
                              if parameter.is_weight and parameter.is_by_unit)))
            backward.append(lowering.backward_lines)
            offered.append(lowering.offered)
            _answer(backward, layer, lowering.answered)
            statistic += bool(size)
        for position, lines in reversed(tuple(enumerate(backward))):
            begin = self.table.length(layout.BACKWARD)
            self.table.extend(layout.BACKWARD, lines)
            planned[position] = replace(planned[position], backward=(begin, begin + len(lines)))
        self.blocks = add_updates(self.table, self.layout, self.project.training, planned, regions)
        return tuple(planned)

    def _branch(self, layer: PlannedLayer, backward: list[Line], readers: int) -> Value:
        """Return a layer's output as one of its readers sees it.

        Where several layers read it, each has a gradient of its own to overwrite, and the backward
        pass of the layer that made it begins with their sum.
        """
        output = layer.output
        if readers == 1 or output.gradient < 0:
            return output
        size = output.size * self.capacity
        branch = replace(output, gradient=self.layout.reserve(size))
        places = {"y": output.gradient, "n": output.size}
        begun = self.summed.get(output.gradient, 0)
        op, terms = ("add", {"a": output.gradient, "b": branch.gradient}) if begun else \
            ("copy", {"x": branch.gradient})
        backward.insert(begun, Line(op, {**places, **terms}, layer=layer.spec.id))
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

    def _text_slots(self, output: Value, target: Value) -> dict[str, int]:
        """Return the slots of a loss that reads a text."""
        size = WORDS_OF_A_DOUBLE * room_of(output.shape[0], target.size, output.shape[1])
        return {"length": target.size, "mask": output.mask, "size": size,
                "workspace": self.shared_workspace(size)}

    def add_loss(self, layer: PlannedLayer, target: Value,
                 weights: Mapping[str, int] | None = None) -> Value:
        """Append loss, score and prediction of the last layer; return the prediction's place.

        ``weights`` are the slots that say where those of the classes are; None: there are none.
        """
        output, name = layer.output, layer.spec.id
        loss = LOSSES[self.project.training.loss]
        # A sequence says how many steps it has; everything else is one row of numbers.
        form = {"k": output.shape[-1], "steps": output.shape[0]} if len(output.shape) == 2 else \
            {"k": output.size}
        constants = {field.key: float(getattr(self.project.training, field.key))
                     for field in loss.constants}
        op = loss.op if weights is None else loss.weighted_op
        text = self._text_slots(output, target) if loss.reads_text else {}
        losses, work = {}, 0
        if loss.sum_op and op == loss.op:
            terms = self.capacity if text else terms_of(self.capacity * output.shape[0])
            losses = {"losses": self.layout.reserve(WORDS_OF_A_DOUBLE * terms)}
            work = output.shape[0] * (2 * target.size + 1) if text else output.size
        self.table.add(layout.LOSS_SECTION, Line(op, {
            "dz": output.gradient, "z": output.data, "t": target.data, **form, **constants,
            **(weights or {}), **text, **losses},
            work, layer=name))
        if losses:
            self.table.add(layout.LOSS_SECTION, Line(loss.sum_op, {
                "t": target.data, "steps": output.shape[0], **losses,
                **{slot: text[slot] for slot in ("mask", "length") if text}}, layer=name))
        self.table.extend(layout.LOSS_SECTION, self.loss_terms)
        self.table.add(layout.SCORE, Line(loss.score_op, {
            "z": output.data, "t": target.data, **form, **text}, layer=name))
        if not loss.output_op:
            return output
        prediction = self.value(output.shape, learns=False)
        self.table.add(layout.OUTPUT, Line(loss.output_op, {
            "y": prediction.data, "x": output.data,
            **{"n" if name == "k" else name: number for name, number in form.items()}},
            layer=layer.spec.id))
        return prediction


def build_plan(project: ProjectSpec, inputs: Reals | ByteRows, targets: Reals, capacity: int,
               shared: Shared | None = None, image_shape: tuple[int, int, int] | None = None,
               threads: int = 1, class_weights: Doubles | None = None) -> Plan:
    """Return a network in memory, its parameters still zero.

    Parameters
    ----------
    project : ProjectSpec
        A project in which `engine.layers.diagnose` finds nothing wrong.
    inputs, targets : real[m, i] | ByteRows, real[m, o]
        All examples, row by row, in the project's precision or as bytes; the caller keeps them
        alive.
    capacity : int
        Largest batch.
    shared : Shared, optional
        Arrays of the plan that this one replaces; None makes new ones.
    image_shape : tuple[int, int, int], optional
        Height, width and channels when every example is an image.
    threads : int
        Threads that share large ops; their number changes no byte of any result.
    class_weights : float64[k], optional
        What an example of each class counts in the loss; the caller keeps them alive. None: all
        count alike.

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
    average = reserve_average(builder.layout, project.training, total)
    batch = builder.value((inputs.shape[1],), learns=False)
    target = builder.value((targets.shape[1],), learns=False)
    first, last = (project.network.layers[place].id for place in (0, -1))
    augmentation = project.training.augmentation
    copied = batch
    if is_redrawn(augmentation, image_shape):
        copied = builder.value((inputs.shape[1],), learns=False)
    stores = Store(inputs, precision), Store(targets, precision)
    for store, value, name in zip(stores, (copied, target), (first, last), strict=True):
        store.add_gather(builder.table, name, value)
    add_augmentation(builder.table, first, batch, copied, augmentation, image_shape)
    layers = builder.lower(batch, resolved, regions)
    add_averaging(builder.table, average, regions[0], total)
    prediction = builder.add_loss(layers[-1], target, None if class_weights is None else {
        "weights": class_weights.ctypes.data, "classes": len(class_weights)})
    arena = builder.layout.allocate()
    table, sections = builder.table.pack(precision, _common(shared), threads,
                                         min(project.training.batch_size or capacity, capacity))
    _prepare_shared(shared, project, layers, capacity)
    return Plan(
        arena=arena, table=table, sections=sections, lines=builder.table.lines(),
        blocks=builder.blocks, shared=shared, layers=layers, input=batch, target=target,
        prediction=prediction, stores=stores, capacity=capacity, parameters=regions[1] - regions[0],
        average=average, work=builder.work, backward_work=builder.backward_work)


def renewed(plan: Plan, project: ProjectSpec) -> Plan:
    """Return the plan that `build_plan` would make, in the memory of one that is done with.

    Parameters
    ----------
    plan : Plan
        What `build_plan` made for a project of the same form, examples and capacity; nobody uses it
        any more.
    project : ProjectSpec
        A project of the same form: see `engine.layers.form_of`.
    """
    shared = plan.shared
    # All of it: ops rely on zeros where nobody has written yet.
    for array, value in ((plan.arena, 0), (shared.control, 0), (shared.hyper, math.nan),
                         (shared.requested, 0), (shared.results, 0)):
        array.fill(value)
    _prepare_shared(shared, project, plan.layers, plan.capacity)
    return plan.of(project.network)


def beside(plan: Plan, project: ProjectSpec) -> Plan:
    """Return the plan that `build_plan` would make, in a memory of its own.

    Parameters
    ----------
    plan, project : Plan, ProjectSpec
        As `renewed` takes them, but that the plan stays in use.
    """
    shared = plan.shared.blank()
    common, table = _common(shared), plan.table.copy()
    for row, line in zip(table, plan.lines, strict=True):
        slots = catalogue.OPS[line.op].slots
        for name, address in common.items():
            if name in slots.places and name not in line.slots:
                row[slots.places[name]] = slots.encode(name, address)
    return renewed(replace(plan, arena=aligned_zeros(len(plan.arena), plan.arena.dtype),
                           table=table, shared=shared), project)


def _common(shared: Shared) -> dict[str, int]:
    """Return the slots that mean the same for every op."""
    return {"control": shared.control.ctypes.data, "hyper": shared.hyper.ctypes.data,
            "results": shared.results.ctypes.data}


def _prepare_shared(shared: Shared, project: ProjectSpec, layers: Sequence[PlannedLayer],
                    capacity: int) -> None:
    """Write what a plan has to say to its ops and to the loop."""
    shared.control[layout.CAPACITY] = capacity
    write_own(shared.hyper, project.network.layers, project.training)
    # What a frozen layer's update would be, nobody ever writes.
    for layer in layers:
        if layer.spec.frozen and layer.statistic >= 0:
            place = layout.FIRST_STATISTIC + layer.statistic * layout.STATISTICS
            shared.results[place + layout.UPDATE_RATIO] = math.nan


def _shared_for(layers: Sequence[ResolvedLayer]) -> Shared:
    return Shared.for_layers(
        sum(any(parameter.is_learned for parameter in layer.parameters()) for layer in layers),
        sum(has_own(layer.spec) for layer in layers))


def ops_of(project: ProjectSpec, n_inputs: int, n_outputs: int,
           image_shape: tuple[int, int, int] | None = None, *, is_weighted: bool = False,
           is_bytes: bool = False) -> tuple[str, ...]:
    """Return the names of the ops that a project needs, without compiling or allocating.

    Whether its classes have weights depends on the data, too, and whether its inputs are bytes:
    ``is_weighted`` and ``is_bytes`` say so.
    """
    builder = _drafted(project, n_inputs, n_outputs, image_shape, is_weighted=is_weighted)
    gathered = (gathering_op(is_bytes=True), gathering_op()) if is_bytes else (gathering_op(),)
    return (*gathered, *builder.table.ops())


def check_memory(project: ProjectSpec, n_inputs: int, n_outputs: int, capacity: int,
                 image_shape: tuple[int, int, int] | None = None) -> None:
    """Raise SpecError where `build_plan` would for want of memory, without asking for any.

    Parameters
    ----------
    project : ProjectSpec
        A project in which `engine.layers.diagnose` finds nothing wrong.
    n_inputs, n_outputs : int
        Numbers of an example, and of its target.
    capacity : int
        Largest batch.
    image_shape : tuple[int, int, int], optional
        Height, width and channels when every example is an image.
    """
    _drafted(project, n_inputs, n_outputs, image_shape, capacity).layout.check()


def _drafted(project: ProjectSpec, n_inputs: int, n_outputs: int,
             image_shape: tuple[int, int, int] | None = None, capacity: int = 0, *,
             is_weighted: bool = False) -> _Builder:
    """Return what `build_plan` makes of a project before it asks for memory.

    Without a capacity, it is for the names of ops alone, and nothing has a size.
    """
    resolved = resolve(project.network, (n_inputs,))
    builder = _Builder(project, capacity or 1, Layout(project.training.precision),
                       _shared_for(resolved))
    total = sum(parameter.size for layer in resolved
                for parameter in layer.parameters()) if capacity else 0
    regions = [builder.layout.reserve(total) for _ in range(REGIONS)]
    average = reserve_average(builder.layout, project.training, total)
    batch, target = (builder.value((size,), learns=False) for size in (n_inputs, n_outputs))
    augmentation = project.training.augmentation
    if is_redrawn(augmentation, image_shape):
        builder.value((n_inputs,), learns=False)
    add_augmentation(builder.table, project.network.layers[0].id, batch, batch, augmentation,
                     image_shape)
    layers = builder.lower(batch, resolved, regions)
    add_averaging(builder.table, average, regions[0], total)
    builder.add_loss(layers[-1], target, {"weights": 0, "classes": 0} if is_weighted else None)
    return builder
