"""Fitting a project to another data set with as few changes as possible."""

from __future__ import annotations

from msgspec.structs import replace

from engine.errors import EngineError
from engine.layers.intake import giving, reading
from engine.layers.kind import Shape
from engine.layers.losses import LOSSES, Loss
from engine.layers.registry import kind, kinds
from engine.layers.shapes import infer_shapes
from engine.spec import LayerSpec, NetworkSpec, ProjectSpec, Task


def fitted(project: ProjectSpec, task: Task, n_outputs: int, vocabulary: int = 0,
           n_inputs: int = 0, shape: Shape = (), before: Task | None = None) -> ProjectSpec:
    """Return the project with loss, output layer and what reads the data made to fit.

    Parameters
    ----------
    project : ProjectSpec
        The project; its other layers stay as they are.
    task : str
        The data set's task.
    n_outputs : int
        Classes, or values to predict.
    vocabulary : int
        How many tokens the inputs stand for; 0 when they are just numbers.
    n_inputs : int
        Numbers per example that go in; 0 keeps what is made for another number of them.
    shape : tuple[int, ...]
        Axes of an example that has several, such as those of an image; empty for one row.
    before : str | None
        The task until now. A loss that suited numbers was not chosen for classes, even where it
        could serve them.
    """
    keeps = before != "regression" or task != "classification"
    loss = _fitting_loss(project.training.loss if keeps else "", task)
    widths = loss.widths(task, n_outputs)
    # What is to be reconstructed goes in as well: the shape that comes out is known.
    network = reading(project.network, task, vocabulary, n_inputs, shape)
    if task != "reconstruction" or not _gives(network, n_outputs):
        network = _fitting_network(giving(network, task, n_inputs), widths)
    training = project.training
    if loss.key != training.loss:
        training = replace(training, loss=loss.key)
    return replace(project, network=network, training=training)


def _gives(network: NetworkSpec, width: int) -> bool:
    """Say whether a network makes as many numbers of ``width`` numbers, in one row."""
    try:
        return infer_shapes(network, (width,))[-1:] == ((width,),)
    except EngineError:
        return False


def _fitting_loss(key: str, task: Task) -> Loss:
    current = LOSSES.get(key)
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
