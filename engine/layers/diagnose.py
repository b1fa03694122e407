"""Everything that is wrong with a project, found without computing anything."""

from __future__ import annotations

import math
from collections.abc import Iterator

from msgspec.structs import asdict

from engine.errors import EngineError
from engine.layers.augmentation import augmentation_issues
from engine.layers.form import network_form, training_form
from engine.layers.issue import Issue
from engine.layers.kind import Shape
from engine.layers.losses import LOSSES, Loss
from engine.layers.optimizers import OPTIMIZERS
from engine.layers.precision import precision_issues
from engine.layers.registry import kind, kinds
from engine.layers.schedules import SCHEDULES
from engine.layers.shapes import all_sources, infer_shapes, parameter_counts, place
from engine.messages import Message, say
from engine.spec import LayerSpec, NetworkSpec, ProjectSpec, Task, TrainingSpec
from engine.spec.network import MOST_LAYERS
from engine.spec.values import are_same, is_finite, shown

_TASKS = {"classification": say("task.classification"), "regression": say("task.regression"),
          "reconstruction": say("task.reconstruction"), "sequence": say("task.sequence"),
          "transcription": say("task.transcription")}

LARGEST_NETWORK = 64_000_000
"""Parameters beyond which a network would not fit the machines that this is made for."""

LARGEST_OUTPUT = 2**23
"""Numbers of one layer and example beyond which 64 of them, with gradients, fill the arena."""

LONGEST_ID = 200
"""Letters of a layer's id."""

PENALTIES = {"l1": "L1", "l2": "L2", "weight_decay": "Weight decay"}
"""What a layer may have of its own, by its name for people."""


def diagnose(project: ProjectSpec, task: Task, n_inputs: int, n_outputs: int, *,
             is_image: bool = False, vocabulary: int = 0,
             target_range: tuple[float, float] | None = None,
             longest_text: int = 0) -> tuple[Issue, ...]:
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
    target_range : tuple[float, float] | None
        Smallest and largest value to predict or reconstruct; None leaves unsaid whether the loss
        takes them.
    longest_text : int
        Steps that the longest text to be read needs; 0 leaves unsaid whether there are as many.
    """
    issues = [*_training_issues(project.training, task), *_layer_issues(project.network)]
    if not issues:
        issues.extend(precision_issues(project))
    if not issues:
        issues.extend(augmentation_issues(project.training.augmentation, task, is_image,
                                          vocabulary > 0))
        issues.extend(_token_issues(project.network, vocabulary))
        issues.extend(_fit_issues(project, task, n_inputs, n_outputs, longest_text))
        issues.extend(_range_issues(LOSSES[project.training.loss], target_range))
    return tuple(issues)


def diagnose_alike(project: ProjectSpec, task: Task) -> tuple[Issue, ...]:
    """Return what is wrong with a project that is like one in which `diagnose` has found nothing.

    Parameters
    ----------
    project : ProjectSpec
        It differs from the other one in how parameters begin, and in numbers of its training.
    task : str
        The data set's task.
    """
    issues = [*_training_issues(project.training, task)]
    fine: dict[str, LayerSpec] = {}
    for position, layer in enumerate(project.network):
        issues.extend(_new_issues(position, layer, fine))
    return tuple(issues or precision_issues(project))


def diagnose_layers(network: NetworkSpec) -> tuple[Issue, ...]:
    """Return what keeps a network from being trained on whatever data; never raises."""
    return tuple(_layer_issues(network))


def _training_issues(training: TrainingSpec, task: Task) -> Iterator[Issue]:
    if form := tuple(training_form(training)):
        yield from form
        return
    for key, value in (*asdict(training).items(), *asdict(training.optimizer).items(),
                       *asdict(training.stopping).items(),
                       *asdict(training.augmentation).items()):
        if value == math.inf:
            yield Issue("", say("training.infinite", key=key))
    loss = LOSSES.get(training.loss)
    if loss is None:
        yield Issue("", say("training.no-loss", name=training.loss, known=tuple(LOSSES)))
    elif task not in loss.tasks:
        fitting = tuple(other.title for other in LOSSES.values() if task in other.tasks)
        yield Issue("", say("training.loss-for-task", loss=loss.title, fitting=fitting,
                            task=_TASKS.get(task, task)))
    if training.optimizer.kind not in OPTIMIZERS:
        yield Issue("", say("training.no-optimizer", name=training.optimizer.kind,
                            known=tuple(OPTIMIZERS)))
    if training.schedule.kind not in SCHEDULES:
        yield Issue("", say("training.no-schedule", name=training.schedule.kind,
                            known=tuple(SCHEDULES)))


def _layer_issues(network: NetworkSpec) -> Iterator[Issue]:
    if form := tuple(network_form(network)):
        yield from form
        return
    if not network.layers:
        yield Issue("", say("network.no-layers"))
        return
    if len(network) > MOST_LAYERS:
        yield Issue("", say("network.too-many-layers", count=len(network), most=MOST_LAYERS))
        return
    if not _starts_network(network.layers[0]):
        yield Issue(network.layers[0].id, say("layer.not-input-first", kind=network.layers[0].kind))
    seen: set[str] = set()
    fine: dict[str, LayerSpec] = {}
    for position, layer in enumerate(network):
        if layer.id in seen or not _is_name(layer.id):
            yield Issue(layer.id, say("layer.id", position=position, name=layer.id))
        seen.add(layer.id)
        if position and _starts_network(layer):
            yield Issue(layer.id, say("layer.second-input", position=position))
        yield from _new_issues(position, layer, fine)


def _new_issues(position: int, layer: LayerSpec, fine: dict[str, LayerSpec]) -> list[Issue]:
    """Return what is wrong with a layer's options and penalties, unless it is like a ``fine`` one.

    Deep networks have many layers with equal options: of every kind, the last one is kept.
    """
    last = fine.get(layer.kind)
    if last is not None and are_same(layer.options, last.options) and all(
            getattr(layer, key) is getattr(last, key) for key in _BESIDE_OPTIONS):
        return []
    issues = [*_option_issues(position, layer), *_penalty_issues(position, layer)]
    if not issues:
        fine[layer.kind] = layer
    return issues


_BESIDE_OPTIONS = ("frozen", *PENALTIES)


def _is_name(layer_id: str) -> bool:
    """Say whether weights can be filed under an id, whatever the system."""
    # A zip file, which is what weights are kept in, ends a name at a zero and may split it at
    # either slash; half of a surrogate pair has no bytes.
    return 0 < len(layer_id) <= LONGEST_ID and not any(
        letter in "/\\\0" or "\ud800" <= letter <= "\udfff" for letter in layer_id)


_FIRST = frozenset(kind.key for kind in kinds() if not kind.insertable)


def _starts_network(layer: LayerSpec) -> bool:
    return layer.kind in _FIRST


def _option_issues(position: int, layer: LayerSpec) -> Iterator[Issue]:
    try:
        layer_kind = kind(layer.kind)
    except EngineError as error:
        yield Issue(layer.id, error.at(say("place.position", position=position)).message)
        return
    known = tuple(field.key for field in layer_kind.fields) or (say("value.none"),)
    for key, value in layer.options.items():
        field = layer_kind.field(key)
        if field is None:
            yield Issue(layer.id, say("layer.no-option", place=place(position, layer), option=key,
                                      known=known))
        elif (fault := field.fault(value)) is not None:
            yield Issue(layer.id, say("layer.option", place=place(position, layer),
                                      title=field.title, problem=fault, expected=field.expected))


def _penalty_issues(position: int, layer: LayerSpec) -> Iterator[Issue]:
    if not isinstance(layer.frozen, bool):
        yield Issue(layer.id, say("layer.frozen", position=position, value=shown(layer.frozen)))
    for key, title in PENALTIES.items():
        value = getattr(layer, key)
        if value is not None and not (is_finite(value) and value >= 0):
            yield Issue(layer.id, say("layer.penalty", position=position, title=title,
                                      value=shown(value)))


def _token_issues(network: NetworkSpec, vocabulary: int) -> Iterator[Issue]:
    """Say what is wrong with layers that take their input for tokens."""
    for position, layer in enumerate(network):
        layer_kind = kind(layer.kind)
        if not layer_kind.reads_tokens:
            continue
        room = int(layer_kind.options(layer)["vocabulary"])
        if not vocabulary:
            yield Issue(layer.id, say("layer.no-tokens", place=place(position, layer)))
        elif set(layer.inputs or (network.layers[position - 1].id,)) != {network.layers[0].id}:
            yield Issue(layer.id, say("layer.fed-by-numbers", place=place(position, layer)))
        elif room < vocabulary:
            yield Issue(layer.id, say("layer.vocabulary", place=place(position, layer), room=room,
                                      tokens=vocabulary))


def _fit_issues(project: ProjectSpec, task: Task, n_inputs: int, n_outputs: int,
                longest_text: int) -> Iterator[Issue]:
    network, loss = project.network, LOSSES[project.training.loss]
    last = network.layers[-1]
    try:
        shapes = infer_shapes(network, (n_inputs,))
    except EngineError as error:
        yield Issue(_culprit(network, error), error.message)
        return
    yield from _size_issues(network, shapes)
    yield from _learning_issues(network, parameter_counts(network, (n_inputs,)))
    widths = loss.widths(task, n_outputs)
    if task == "transcription":
        yield from _text_issues(network, shapes[-1], widths[0], longest_text)
        return
    steps = (n_inputs,) if task == "sequence" else ()
    if shapes[-1] not in {(*steps, width) for width in widths}:
        yield Issue(last.id, say(
            "output.shape", place=place(len(network) - 1, last), given=_given(shapes[-1]),
            asked=_asked(task, n_inputs, n_outputs),
            wanted=tuple((*steps, width) for width in widths),
            remedy=_remedy(shapes[-1], (*steps, widths[0]))))


def _text_issues(network: NetworkSpec, given: Shape, width: int, longest_text: int
                 ) -> Iterator[Issue]:
    """Say that what comes out cannot be read as a text, or is too short for the longest."""
    last = network.layers[-1]
    where = place(len(network) - 1, last)
    if len(given) != 2 or given[1] != width:
        yield Issue(last.id, say(
            "output.text-shape", place=where, given=_given(given), characters=width - 1,
            width=width, remedy=say("output.set-units", units=width) if len(given) == 2 else
            say("output.text-sequence", units=width)))
    elif given[0] < longest_text:
        yield Issue(last.id, say("output.text-steps", place=where, steps=given[0],
                                 needed=longest_text))


def _range_issues(loss: Loss, found: tuple[float, float] | None) -> Iterator[Issue]:
    """Say that a loss does not take the targets that it is given."""
    if loss.target_range is None or found is None:
        return
    low, high = loss.target_range
    smallest, largest = found
    if not (low <= smallest and largest <= high):
        yield Issue("", say("training.target-range", loss=loss.title, smallest=smallest,
                            largest=largest, low=low, high=high))


def _size_issues(network: NetworkSpec, shapes: tuple[Shape, ...]) -> Iterator[Issue]:
    """Say which outputs are too large, and which are for nothing."""
    read = {source for feeding in all_sources(network) for source in feeding}
    for position, (layer, shape) in enumerate(zip(network, shapes, strict=True)):
        if math.prod(shape) > LARGEST_OUTPUT:
            yield Issue(layer.id, say("layer.too-large", place=place(position, layer),
                                      size=math.prod(shape), most=LARGEST_OUTPUT))
        if position not in read and position < len(network) - 1:
            yield Issue(layer.id, say("layer.unread", place=place(position, layer)))


def _learning_issues(network: NetworkSpec, counts: tuple[int, ...]) -> Iterator[Issue]:
    """Say whether there is nothing to learn, or too much."""
    if not any(counts):
        yield Issue("", say("network.nothing-to-learn"))
    elif not any(count and not layer.frozen for count, layer in zip(counts, network, strict=True)):
        yield Issue("", say("network.all-frozen"))
    if sum(counts) > LARGEST_NETWORK:
        yield Issue("", say("network.too-large", count=sum(counts), most=LARGEST_NETWORK))


def _culprit(network: NetworkSpec, error: EngineError) -> str:
    """Return the id of the layer that an error names; empty if it names none."""
    return next((layer.id for position, layer in enumerate(network)
                 if place(position, layer) == error.message.values.get("place")), "")


def _asked(task: Task, n_inputs: int, n_outputs: int) -> Message:
    """Return what the data ask for."""
    if task == "classification":
        return say("output.classes", classes=n_outputs)
    if task == "sequence":
        return say("output.classes-at-steps", classes=n_outputs, steps=n_inputs)
    if task == "reconstruction":
        return say("output.reconstructed", count=n_outputs)
    return say("output.predicted", count=n_outputs)


def _given(shape: Shape) -> Message:
    """Return what comes out."""
    return say("output.row", size=shape[0]) if len(shape) == 1 else say("output.array", shape=shape)


def _remedy(shape: Shape, wanted: Shape) -> Message:
    """Return what to do so that the wanted shape comes out."""
    units = wanted[-1]
    if shape[:-1] == wanted[:-1]:
        return say("output.set-units", units=units)
    if len(wanted) > 1:
        return say("output.give-sequence", units=units)
    if math.prod(shape) == units:
        return say("output.flatten")
    return say("output.flatten-and-dense", units=units)
