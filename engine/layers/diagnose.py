"""Everything that is wrong with a project, found without computing anything."""

from __future__ import annotations

import math
from collections.abc import Iterator

from msgspec.structs import asdict

from engine.errors import EngineError
from engine.layers.augmentation import augmentation_issues
from engine.layers.form import network_form, training_form
from engine.layers.images import text
from engine.layers.issue import Issue, is_finite, shown
from engine.layers.kind import Shape
from engine.layers.losses import LOSSES
from engine.layers.optimizers import OPTIMIZERS
from engine.layers.registry import kind, kinds
from engine.layers.schedules import SCHEDULES
from engine.layers.shapes import infer_shapes, parameter_counts, place, sources
from engine.spec import LayerSpec, NetworkSpec, ProjectSpec, Task, TrainingSpec

_VERBS = {"reconstruction": "reconstruct"}
"""What is done with values, where that is not to predict them."""

LARGEST_NETWORK = 64_000_000
"""Parameters beyond which a network would not fit the machines that this is made for."""

LARGEST_OUTPUT = 2**23
"""Numbers of one layer and example beyond which 64 of them, with gradients, fill the arena."""

PENALTIES = {"l1": "L1", "l2": "L2", "weight_decay": "Weight decay"}
"""What a layer may have of its own, by its name for people."""


def diagnose(project: ProjectSpec, task: Task, n_inputs: int, n_outputs: int, *,
             is_image: bool = False, vocabulary: int = 0) -> tuple[Issue, ...]:
    """Return what is wrong with a project, most basic first; an empty tuple if it can be trained.

    Parameters
    ----------
    project : ProjectSpec
        Anything, however broken; this never raises.
    task : str
        The data set's task.
    n_inputs, n_outputs : int
        Numbers per example that go in; classes or values that should come out.
    is_image : bool
        Whether every example is an image.
    vocabulary : int
        How many tokens the numbers that go in stand for; 0 when they are just numbers.
    """
    issues = [*_training_issues(project.training, task), *_layer_issues(project.network)]
    if not issues:
        issues.extend(augmentation_issues(project.training.augmentation, task, is_image,
                                          vocabulary > 0))
        issues.extend(_token_issues(project.network, vocabulary))
        issues.extend(_fit_issues(project, task, n_inputs, n_outputs))
    return tuple(issues)


def _training_issues(training: TrainingSpec, task: Task) -> Iterator[Issue]:
    if form := tuple(training_form(training)):
        yield from form
        return
    for key, value in (*asdict(training).items(), *asdict(training.optimizer).items(),
                       *asdict(training.stopping).items(),
                       *asdict(training.augmentation).items()):
        if value == math.inf:
            yield Issue("", f"Training: {key} is infinite; expected a finite number. "
                            "Change it.")
    loss = LOSSES.get(training.loss)
    if loss is None:
        yield Issue("", f"Training: no loss is called {training.loss!r}; expected one of "
                        + ", ".join(LOSSES) + ". Choose one of them.")
    elif task not in loss.tasks:
        fitting = ", ".join(other.title for other in LOSSES.values() if task in other.tasks)
        yield Issue("", f"Training: {loss.title} cannot serve {task}; expected a loss for "
                        f"it. Choose {fitting}.")
    if training.optimizer.kind not in OPTIMIZERS:
        yield Issue("", f"Training: no optimizer is called {training.optimizer.kind!r}; expected "
                        "one of " + ", ".join(OPTIMIZERS) + ". Choose one of them.")
    if training.schedule.kind not in SCHEDULES:
        yield Issue("", f"Training: no schedule is called {training.schedule.kind!r}; expected "
                        "one of " + ", ".join(SCHEDULES) + ". Choose one of them.")


def _layer_issues(network: NetworkSpec) -> Iterator[Issue]:
    if form := tuple(network_form(network)):
        yield from form
        return
    if not network.layers:
        yield Issue("", "Network: it has no layers; expected two at least. Add an input layer and "
                        "a dense layer.")
        return
    if not _starts_network(network.layers[0]):
        yield Issue(network.layers[0].id, f"Layer 0: it is of kind {network.layers[0].kind!r}, but "
                    "the first layer must be of kind input; expected 'input'. Put an input layer "
                    "before it.")
    seen: set[str] = set()
    for position, layer in enumerate(network):
        if layer.id in seen or not layer.id or "/" in layer.id:
            yield Issue(layer.id, f"Layer {position}: the id {layer.id!r} is empty, holds a slash "
                                  "or is used twice; expected a name that no other layer has. "
                                  "Give every layer an id of its own.")
        seen.add(layer.id)
        if position and _starts_network(layer):
            yield Issue(layer.id, f"Layer {position}: it is another input layer; expected one, at "
                                  "the start. Remove it.")
        yield from _option_issues(position, layer)
        yield from _penalty_issues(position, layer)


def _starts_network(layer: LayerSpec) -> bool:
    return any(kind.key == layer.kind and not kind.insertable for kind in kinds())


def _option_issues(position: int, layer: LayerSpec) -> Iterator[Issue]:
    try:
        layer_kind = kind(layer.kind)
    except EngineError as error:
        yield Issue(layer.id, f"Layer {position}: {error.found}; expected {error.expected}. "
                              f"{error.remedy}.")
        return
    known = ", ".join(field.key for field in layer_kind.fields)
    for key, value in layer.options.items():
        field = layer_kind.field(key)
        if field is None:
            yield Issue(layer.id, f"{place(position, layer)}: it has no option {key!r}; "
                                  f"expected {known or 'none'}. Remove it.")
        elif problem := field.problem(value):
            yield Issue(layer.id, f"{place(position, layer)}: {field.title}: {problem}; "
                                  f"expected {field.expected}. Change it.")


def _penalty_issues(position: int, layer: LayerSpec) -> Iterator[Issue]:
    if not isinstance(layer.frozen, bool):
        yield Issue(layer.id, f"Layer {position}: frozen: {layer.frozen!r} is not true or "
                              "false; expected one of them. Change it.")
    for key, title in PENALTIES.items():
        value = getattr(layer, key)
        if value is not None and not (is_finite(value) and value >= 0):
            yield Issue(layer.id, f"Layer {position}: {title}: {shown(value)}; expected a finite "
                                  "number from 0 on, or nothing for the training's own. Change it.")


def _token_issues(network: NetworkSpec, vocabulary: int) -> Iterator[Issue]:
    """Say what is wrong with layers that take their input for tokens."""
    for position, layer in enumerate(network):
        layer_kind = kind(layer.kind)
        if not layer_kind.reads_tokens:
            continue
        room = int(layer_kind.options(layer)["vocabulary"])
        if not vocabulary:
            yield Issue(layer.id, f"{place(position, layer)}: the data are no tokens; expected a "
                                  "text. Remove this layer or choose a text.")
        elif set(layer.inputs or (network.layers[position - 1].id,)) != {network.layers[0].id}:
            yield Issue(layer.id, f"{place(position, layer)}: it is fed by numbers that a layer "
                                  "computes; expected the data’s tokens. Let the input layer feed "
                                  "it.")
        elif room < vocabulary:
            yield Issue(layer.id, f"{place(position, layer)}: Vocabulary: {room:,}, but the text "
                                  f"has {vocabulary:,} different tokens; expected {vocabulary:,} "
                                  f"at least. Set it to {vocabulary}.")


def _fit_issues(project: ProjectSpec, task: Task, n_inputs: int, n_outputs: int) -> Iterator[Issue]:
    network, loss = project.network, LOSSES[project.training.loss]
    last = network.layers[-1]
    try:
        shapes = infer_shapes(network, (n_inputs,))
    except EngineError as error:
        yield Issue(_culprit(network, error), error.sentence)
        return
    yield from _size_issues(network, shapes)
    yield from _learning_issues(network, parameter_counts(network, (n_inputs,)))
    widths = loss.widths(task, n_outputs)
    steps = (n_inputs,) if task == "sequence" else ()
    if shapes[-1] not in {(*steps, width) for width in widths}:
        given, remedy = _output_texts(shapes[-1], (*steps, widths[0]))
        wanted = " or ".join(text((*steps, width)) for width in widths)
        yield Issue(last.id, f"{place(len(network) - 1, last)}: the network gives {given} for "
                             f"{_asked(task, n_inputs, n_outputs)}; expected {wanted}. {remedy}.")


def _size_issues(network: NetworkSpec, shapes: tuple[Shape, ...]) -> Iterator[Issue]:
    """Say which outputs are too large, and which are for nothing."""
    read = {source for position in range(len(network)) for source in sources(network, position)}
    for position, (layer, shape) in enumerate(zip(network, shapes, strict=True)):
        if math.prod(shape) > LARGEST_OUTPUT:
            yield Issue(layer.id, f"{place(position, layer)}: it gives {math.prod(shape):,} "
                                  f"numbers for an example; expected at most {LARGEST_OUTPUT:,}. "
                                  "Let it, or a layer before it, give fewer.")
        if position not in read and position < len(network) - 1:
            yield Issue(layer.id, f"{place(position, layer)}: no layer reads its output; expected "
                                  "one at least. Remove it, or make it an input of a later layer.")


def _learning_issues(network: NetworkSpec, counts: tuple[int, ...]) -> Iterator[Issue]:
    """Say whether there is nothing to learn, or too much."""
    if not any(counts):
        yield Issue("", "Network: no layer has anything to learn; expected one at least. Add a "
                        "dense layer.")
    elif not any(count and not layer.frozen for count, layer in zip(counts, network, strict=True)):
        yield Issue("", "Network: every layer that could learn is frozen; expected one at least "
                        "that is not. Let one of them learn.")
    if sum(counts) > LARGEST_NETWORK:
        yield Issue("", f"Network: {sum(counts):,} parameters; expected at most "
                        f"{LARGEST_NETWORK:,}. Use fewer units.")


def _culprit(network: NetworkSpec, error: EngineError) -> str:
    """Return the id of the layer that an error names; empty if it names none."""
    return next((layer.id for position, layer in enumerate(network)
                 if place(position, layer) == error.place), "")


def _asked(task: Task, n_inputs: int, n_outputs: int) -> str:
    """Return what the data ask for."""
    classes = _count(n_outputs, "class", "classes")
    if task == "classification":
        return classes
    if task == "sequence":
        return f"{classes} at each of {_count(n_inputs, 'step', 'steps')}"
    return _count(n_outputs, "value", "values") + f" to {_VERBS.get(task, 'predict')}"


def _output_texts(shape: Shape, wanted: Shape) -> tuple[str, str]:
    """Return what comes out, and what to do so that the wanted shape does."""
    width = wanted[-1]
    given = _count(shape[0], "number", "numbers") if len(shape) == 1 else \
        f"an array of shape {text(shape)}"
    if shape[:-1] == wanted[:-1]:
        return given, f"Set the units of the last dense layer to {width}"
    if len(wanted) > 1:
        return given, ("Let every layer give a sequence of as many steps as go in, the last one a "
                       f"dense layer of {_count(width, 'unit', 'units')}")
    if math.prod(shape) == width:
        return given, "Add a Flatten layer"
    return (given,
            f"Add a Flatten layer and a dense layer of {_count(width, 'unit', 'units')}")


def _count(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
