"""The neutral graph of a project: what every writer reads, and all that it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from engine.arrays import Doubles, Integers, Reals
from engine.data.rows import ByteRows
from engine.data.scaling import Scaler
from engine.errors import SpecError
from engine.layers import (
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
    Node,
    ResolvedLayer,
    Shape,
    place,
    resolve,
)
from engine.layers.shapes import DATA
from engine.layers.starts import Drawn, Start
from engine.messages import Message, say
from engine.spec import (
    AugmentationSpec,
    AveragingSpec,
    ProjectSpec,
    StoppingSpec,
    Task,
    TrainingSpec,
)


@dataclass(frozen=True)
class GraphParameter:
    """An array of a layer.

    Attributes
    ----------
    name : str
        As files have it: ``layer-id/w``.
    own : str
        What the layer calls it: ``w``.
    role : str
        What it is to the node that reads it: ``weight``.
    shape : tuple[int, ...]
        Its shape.
    is_weight : bool
        Whether penalties and weight decay pull it to 0.
    is_learned : bool
        Whether the optimizer changes it, as long as the layer is not frozen.
    is_by_unit : bool
        Whether max-norm limits its columns, the last axis counting them.
    start : Start
        How it begins where nothing is saved.
    """

    name: str
    own: str
    role: str
    shape: Shape
    is_weight: bool
    is_learned: bool
    is_by_unit: bool
    start: Start


@dataclass(frozen=True)
class GraphLayer:
    """A layer as nodes, each of which reads the one before; the first reads the layer's inputs.

    Attributes
    ----------
    id, title : str
        The layer's id, and its name for people, such as ``Dense 16 · sigmoid``.
    position : int
        Its number; the input layer, which has no nodes, is 0.
    inputs : tuple[str, ...]
        Ids of the layers that feed it; empty for the input layer.
    input_shapes : tuple[tuple[int, ...], ...]
        Shapes of what they give, per example.
    shape : tuple[int, ...]
        Shape of what it gives.
    nodes : tuple[Node, ...]
        What it does, in order; none passes its input on.
    parameters : tuple[GraphParameter, ...]
        Its arrays.
    frozen : bool
        Whether its parameters stay as they are; batch norm then takes its running statistics.
    l1, l2, weight_decay : float
        Penalties and decay of its weights, those of the training where it has none of its own.
    is_masked : bool
        Whether some steps of the sequence that it reads do not count: those whose token is 0.
    gives_mask : bool
        The same of the sequence that it gives.
    """

    id: str
    title: str
    position: int
    inputs: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    shape: Shape
    nodes: tuple[Node, ...]
    parameters: tuple[GraphParameter, ...]
    frozen: bool
    l1: float
    l2: float
    weight_decay: float
    is_masked: bool
    gives_mask: bool

    @property
    def place(self) -> Message:
        """How messages call it."""
        return say("place.layer", position=self.position, title=self.title)

    @property
    def adapts(self) -> bool:
        """Whether its first weights are done only once it has seen examples; never if frozen."""
        return not self.frozen and any(isinstance(one.start, Drawn) and one.start.scheme.needs_data
                                       for one in self.parameters)

    @property
    def is_whitened(self) -> bool:
        """Whether they are calculated from what it sees, rather than scaled by what it gives."""
        return any(isinstance(one.start, Drawn) and one.start.scheme.is_whitening
                   for one in self.parameters)

    def parameter(self, role: str) -> GraphParameter:
        """Return the array of a role, which it must have."""
        return next(found for found in self.parameters if found.role == role)


@dataclass(frozen=True)
class GraphTraining:
    """How the network is trained.

    Attributes
    ----------
    loss : Node
        The key of one of the losses; its constants, such as ``label_smoothing`` or ``huber_delta``.
    optimizer : Node
        The key of one of the optimizers; its constants, with PyTorch's meaning of each.
    schedule : Node
        The key of one of the schedules; its constants.
    learning_rate : float
        What the schedule multiplies.
    clip_value, clip_norm, max_norm : float
        Limits; 0 is none. Gradients are clipped before penalties are added to them.
    batch_size : int
        Examples in a batch, at most as many as there are to learn from.
    shuffle : bool
        Whether every epoch has an order of its own; False where state is carried over.
    carries : bool
        Whether example n of a batch goes on from example n of the batch before: the examples are
        then cut into as many runs of equal length as a batch has examples.
    steps : int
        How many to take.
    class_weights : float64[k] | None
        What an example of each class counts in the loss, the weighted mean; None: all alike.
    averaging, stopping, augmentation : AveragingSpec, StoppingSpec, AugmentationSpec
        As asked for.
    """

    loss: Node
    optimizer: Node
    schedule: Node
    learning_rate: float
    clip_value: float
    clip_norm: float
    max_norm: float
    batch_size: int
    shuffle: bool
    carries: bool
    steps: int
    class_weights: Doubles | None
    averaging: AveragingSpec
    stopping: StoppingSpec
    augmentation: AugmentationSpec


@dataclass(frozen=True)
class GraphData:
    """The examples that come along, prepared: scaled, encoded, in the order of training.

    Attributes
    ----------
    title : str
        Name for people.
    task : str
        As `engine.data.dataset.Dataset.task`.
    inputs : real[m, i] | ByteRows
        Rows of numbers in the graph's precision; tokens are whole numbers in it. Bytes come with
        the scale and shift that make numbers of them.
    targets : real[m, o]
        Encoded as the loss reads them: a one in the column of the class, or -1 and 1 or 0 and 1 in
        one column; values; of a sequence the class of every step, -1 for one that does not count;
        of texts the characters, -1 behind their end.
    training, validation : int64[...]
        Rows of them, in the order in which they are first taken.
    shape : tuple[int, ...]
        Axes of an example, where it has several: rows, columns, channels.
    scaling : str
        How inputs were scaled, as `engine.spec.DataSpec.scaling`.
    scaler : Scaler | None
        What made them of the file's numbers, as `engine.data.dataset.Dataset.scaler`.
    feature_names, class_names, target_names : tuple[str, ...]
        What the columns are.
    total : int
        Examples that the data set has; more than m where only some come along.
    """

    title: str
    task: Task
    inputs: Reals | ByteRows
    targets: Reals
    training: Integers
    validation: Integers
    shape: Shape
    scaling: str
    scaler: Scaler | None
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    target_names: tuple[str, ...]
    total: int

    def numbers(self, rows: Integers) -> Reals:
        """Return inputs as numbers, real[n, i], in the precision of the targets."""
        found = np.asarray(self.inputs[rows])
        return np.ascontiguousarray(found, self.targets.dtype)


@dataclass(frozen=True)
class Proof:
    """What our engine computes, for a script to compare itself with.

    Chance is off: dropout passes everything on, noise is 0, images are not augmented.

    Attributes
    ----------
    batch : int64[b]
        Rows of `GraphData` in one batch.
    loss : float
        Of that batch before the first step, terms of layers included, penalties left out.
    gradients : Mapping[str, float]
        Norm of dL/d(all that a layer learns) on that batch, by layer id; neither clipped nor
        penalised. Frozen layers are left out.
    asked : int64[5]
        Rows whose outputs are compared.
    outputs : float64[5, ...]
        What the last layer gives for them outside training, before softmax or sigmoid.
    draws : Mapping[str, real[steps, b, k]]
        By layer id, the normal numbers that a sampling layer draws in each of these steps, the
        first being that of the batch; a smaller batch takes the first rows.
    after : float64[5, ...]
        The same outputs after `steps` steps of training, whose batches follow one another in the
        order of `GraphData.training`, from its first row on.
    steps : int
        How many: fewer than usual where numbers overflow soon.
    tolerance : float
        Largest difference that rounding explains, relative to numbers larger than 1.
    """

    batch: Integers
    loss: float
    gradients: Mapping[str, float]
    asked: Integers
    outputs: Doubles
    draws: Mapping[str, Reals]
    after: Doubles
    steps: int
    tolerance: float


@dataclass(frozen=True)
class Graph:
    """A project in words that no library owns.

    Attributes
    ----------
    name : str
        The project's.
    precision : str
        ``float32`` or ``float64``.
    seed : int
        The project's.
    layers : tuple[GraphLayer, ...]
        In the order of computation; the first is the input layer.
    training : GraphTraining
        How it learns.
    data : GraphData
        The examples that come along.
    weights : Mapping[str, Reals]
        Every parameter by name, in our layout; `GraphParameter.shape` is its shape.
    is_trained : bool
        Whether these are weights of a run, rather than first ones.
    proof : Proof
        What our engine makes of it.
    """

    name: str
    precision: str
    seed: int
    layers: tuple[GraphLayer, ...]
    training: GraphTraining
    data: GraphData
    weights: Mapping[str, Reals] = field(repr=False)
    is_trained: bool
    proof: Proof

    @property
    def branches(self) -> bool:
        """Whether any layer reads another one than that just before it, or several."""
        return any(layer.inputs != (before.id,)
                   for before, layer in zip(self.layers, self.layers[1:], strict=False))

    def layer(self, layer_id: str) -> GraphLayer:
        """Return the layer of this id."""
        return next(layer for layer in self.layers if layer.id == layer_id)

    @property
    def adapting(self) -> tuple[GraphLayer, ...]:
        """The layers whose first weights are done only once they have seen examples."""
        return tuple(layer for layer in self.layers if layer.adapts)

    def readers(self, layer_id: str) -> tuple[GraphLayer, ...]:
        """Return the layers that read one."""
        return tuple(layer for layer in self.layers if layer_id in layer.inputs)


def graph_layers(project: ProjectSpec, n_inputs: int) -> tuple[GraphLayer, ...]:
    """Return every layer of a project as nodes.

    Parameters
    ----------
    project : ProjectSpec
        A project in which `engine.layers.diagnose` finds nothing wrong.
    n_inputs : int
        Numbers of an example.

    Raises
    ------
    SpecError
        If a layer is of a kind that does not say what it computes.
    """
    found: list[GraphLayer] = []
    for position, layer in enumerate(resolve(project.network, (n_inputs,))):
        feeding = tuple(found[source] for source in layer.sources if source != DATA)
        found.append(_layer(position, layer, feeding, project.training))
    return tuple(found)


def _layer(position: int, layer: ResolvedLayer, feeding: tuple[GraphLayer, ...],
           training: TrainingSpec) -> GraphLayer:
    nodes = layer.kind.export(layer.options, layer.inputs)
    spec = layer.spec
    if nodes is None:
        raise SpecError("export.no-rule", place=place(position, spec), title=layer.kind.title)
    return GraphLayer(
        spec.id, layer.kind.label(layer.options), position, tuple(one.id for one in feeding),
        layer.inputs, layer.shape, nodes, _parameters(layer, nodes),
        spec.frozen,
        training.l1 if spec.l1 is None else spec.l1,
        training.l2 if spec.l2 is None else spec.l2,
        _decay(training) if spec.weight_decay is None else spec.weight_decay,
        any(one.gives_mask for one in feeding),
        any(node.marks_padding for node in nodes) or _passes_mask(layer.shape, feeding))


def _decay(training: TrainingSpec) -> float:
    rule = OPTIMIZERS[training.optimizer.kind]
    has_decay = any(constant.key == "weight_decay" for constant in rule.constants)
    return training.optimizer.weight_decay if has_decay else 0.0


def _passes_mask(shape: Shape, feeding: tuple[GraphLayer, ...]) -> bool:
    """Say whether padding stays padding, as `engine.layers.kind.Lowering.result` has it."""
    return len(shape) == 2 and bool(feeding) and all(
        one.gives_mask and len(one.shape) == 2 and one.shape[0] == shape[0] for one in feeding)


def _parameters(layer: ResolvedLayer, nodes: tuple[Node, ...]) -> tuple[GraphParameter, ...]:
    roles = {own: role for node in nodes for role, own in node.parameters.items()}
    return tuple(GraphParameter(
        f"{layer.spec.id}/{one.name}", one.name, roles[one.name], one.shape,
        one.is_weight, one.is_learned, one.is_by_unit, one.draw) for one in layer.parameters())


def graph_training(training: TrainingSpec, *, examples: int, carries: bool,
                   class_weights: Doubles | None) -> GraphTraining:
    """Return how a network is trained.

    Parameters
    ----------
    training : TrainingSpec
        What is asked for.
    examples : int
        How many there are to learn from.
    carries : bool
        Whether a layer goes on from where the batch before ended.
    class_weights : float64[k] | None
        As `engine.training.examples.class_weights` returns them.
    """
    return GraphTraining(
        LOSSES[training.loss].export(training),
        OPTIMIZERS[training.optimizer.kind].export(training.optimizer),
        SCHEDULES[training.schedule.kind].export(training.schedule),
        training.learning_rate, training.clip_value, training.clip_norm, training.max_norm,
        min(training.batch_size or examples, examples), training.shuffle and not carries, carries,
        training.steps, class_weights, training.averaging, training.stopping,
        training.augmentation)
