"""Fitting a project to another data set with as few changes as possible."""

from __future__ import annotations

from msgspec.structs import replace

from engine.errors import EngineError
from engine.layers.losses import LOSSES, Loss
from engine.layers.registry import kind, kinds
from engine.layers.shapes import infer_shapes
from engine.spec import LayerSpec, NetworkSpec, ProjectSpec, Task, TrainingSpec

_READERS = {kind.key: kind for kind in kinds() if kind.reads_tokens}
"""The kinds of layers that take the data for tokens."""


def fitted(project: ProjectSpec, task: Task, n_outputs: int, vocabulary: int = 0) -> ProjectSpec:
    """Return the project with loss and output layer made to fit.

    Parameters
    ----------
    project : ProjectSpec
        The project; its hidden layers stay as they are.
    task : str
        The data set's task.
    n_outputs : int
        Classes, or values to predict.
    vocabulary : int
        How many tokens the inputs stand for; 0 when they are just numbers.
    """
    loss = _fitting_loss(project.training, task)
    widths = loss.widths(task, n_outputs)
    # What is to be reconstructed goes in as well: the shape that comes out is known.
    fits = task == "reconstruction" and _gives(project.network, n_outputs)
    network = project.network if fits else _fitting_network(
        _reading(project.network, task, vocabulary), widths)
    training = project.training
    if loss.key != training.loss:
        training = replace(training, loss=loss.key)
    return replace(project, network=network, training=training)


def _reading(network: NetworkSpec, task: Task, vocabulary: int) -> NetworkSpec:
    """Return a network that can read tokens, if there are any."""
    readers = [layer for layer in network if layer.kind in _READERS]
    if not vocabulary or not network.layers:
        return network
    if readers:
        for layer in readers:
            if _READERS[layer.kind].options(layer)["vocabulary"] != vocabulary:
                network = network.replaced(layer.with_options(vocabulary=vocabulary))
        return network
    first = network.layers[0].id
    reader = LayerSpec(network.fresh_id("embedding"), "embedding", {"vocabulary": vocabulary})
    after = NetworkSpec(tuple(
        layer.with_inputs(*(reader.id if name == first else name for name in layer.inputs))
        for layer in network))
    network = after.inserted(1, reader)
    if task == "sequence":
        return network
    # One row of numbers, as what was there before has seen.
    return network.inserted(2, LayerSpec(network.fresh_id("flatten"), "flatten"))


def _gives(network: NetworkSpec, width: int) -> bool:
    """Say whether a network makes as many numbers of ``width`` numbers, in one row."""
    try:
        return infer_shapes(network, (width,))[-1:] == ((width,),)
    except EngineError:
        return False


def _fitting_loss(training: TrainingSpec, task: Task) -> Loss:
    current = LOSSES.get(training.loss)
    if current is not None and task in current.tasks:
        return current
    return next(loss for loss in LOSSES.values() if task in loss.tasks)


def _fitting_network(network: NetworkSpec, widths: tuple[int, ...]) -> NetworkSpec:
    last = output_layer(network)
    if last is None:
        return network.inserted(len(network), LayerSpec(
            network.fresh_id("dense"), "dense", {"units": widths[0], "activation": "linear"}))
    width = kind(last.kind).width_option
    if kind(last.kind).options(last)[width] in widths:
        return network
    return network.replaced(last.with_options(**{width: widths[0]}))


def output_layer(network: NetworkSpec) -> LayerSpec | None:
    """Return the layer that decides how many numbers come out: the last one with a width.

    None if there is no such layer; layers of an unknown kind are passed over.
    """
    with_width = {kind.key for kind in kinds() if kind.width_option}
    return next((layer for layer in reversed(network.layers) if layer.kind in with_width), None)
