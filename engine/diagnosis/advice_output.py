"""What the output layer can give, against what the loss asks of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from engine.diagnosis.design import Design, Fix, Note
from engine.layers import ACTIVATIONS, LOSSES, ActivationFunction, LayerKind
from engine.messages import Message, say
from engine.spec import LayerSpec, ProjectSpec

_SLACK = 0.05
"""Standard deviations by which a target may leave the range of the output."""

_MANY = 0.05
"""Share of targets out of reach from which learning is at stake."""

_FEW_PERCENT = 0.3
"""The most that the right class can be given, below which learning is at stake."""


@dataclass(frozen=True)
class Squash:
    """The layer that bounds what comes out.

    Attributes
    ----------
    position : int
        Where it stands.
    title : str
        Name of its function, or of itself.
    lowest, highest : float
        Between which its numbers lie.
    """

    position: int
    title: str
    lowest: float
    highest: float


def squash(design: Design) -> Squash | None:
    """Return what bounds the output; None where it can be any number."""
    position = len(design.layers) - 1
    while position > 0:
        layer = design.layers[position]
        limits = layer.kind.limits(layer.options)
        if limits is not None:
            key = layer.kind.activation(layer.options)
            title = layer.kind.title if key == "linear" else ACTIVATIONS[key].title
            return Squash(position, title, *limits) if math.isfinite(limits[0]) else None
        position = layer.sources[0]
    return None


def made_linear(design: Design) -> ProjectSpec:
    """Return the project with an output that can be any number."""
    while (found := squash(design)) is not None:
        layer, network = design.spec(found.position), design.project.network
        layer_kind = design.layers[found.position].kind
        if _is_function_alone(layer_kind):
            network = network.removed(layer.id)
        elif layer_kind.function_option:
            network = network.replaced(
                layer.with_options(**{layer_kind.function_option: "linear"}))
        else:
            # What a recurrent layer gives is bounded by what it is.
            network = network.inserted(len(network), LayerSpec(
                network.fresh_id("dense"), "dense",
                {"units": design.width, "activation": "linear"}))
        design = Design(design.with_network(network), design.dataset)
    return design.project


def _is_function_alone(layer_kind: LayerKind) -> bool:
    """Say whether there is nothing to a kind but its function."""
    return not layer_kind.width_option


def _note(design: Design, found: Squash, code: str, severity: int, title: Message,
          sentence: Message, evidence: Message) -> Note:
    layer_kind = design.layers[found.position].kind
    if _is_function_alone(layer_kind):
        label = say("advice.remove-layer")
    elif layer_kind.function_option:
        label = say("advice.make-linear")
    else:
        label = say("advice.add-dense")
    return Note(code, severity, design.spec(found.position).id, title, sentence, evidence,
                Fix(label, made_linear(design)))


def _function(design: Design, found: Squash) -> ActivationFunction:
    """Return the activation function of the layer that bounds the output."""
    layer = design.layers[found.position]
    return ACTIVATIONS[layer.kind.activation(layer.options)]


def _bounded(found: Squash) -> Message:
    """Return what comes out of a function: ``Sigmoid gives 0 to 1``."""
    if math.isfinite(found.highest):
        return say("advice.gives-between", function=found.title, low=found.lowest,
                   high=found.highest)
    return say("advice.gives-from", function=found.title, low=found.lowest)


def _target_outside(design: Design) -> Iterator[Note]:
    """Say that a loss is given targets that it does not take."""
    limits = design.loss.target_range
    found = None if limits is None else design.dataset.target_range
    if limits is None or found is None:
        return
    low, high = found
    if limits[0] <= low and high <= limits[1]:
        return
    other = LOSSES["mean_squared_error"]
    yield Note("target-outside-loss", 2, "", say("advice.target-outside.title"),
               say("advice.target-outside.told", loss=design.loss.title, low=limits[0],
                   high=limits[1], other=other.title),
               say("advice.target-runs", low=low, high=high),
               Fix(say("advice.use", name=other.title), design.with_training(loss=other.key)))


def _output(design: Design) -> Iterator[Note]:
    """Say that the function of the output does not fit the loss."""
    found = squash(design)
    if found is None:
        return
    key = design.loss.key
    if key in ("softmax_cross_entropy", "sequence_cross_entropy", "ctc"):
        yield from _before_softmax(design, found)
    elif key == "binary_cross_entropy":
        yield from _before_sigmoid(design, found)
    elif key != "hinge" or design.width == 1:
        yield from _before_values(design, found)


def _before_softmax(design: Design, found: Squash) -> Iterator[Note]:
    classes = design.width
    if math.isinf(found.highest):
        if _function(design, found).can_die:
            yield _note(design, found, "output-range", 1, say("advice.output-range.title"),
                        say("advice.output-cut.told", function=found.title),
                        say("advice.output-cut.evidence", function=found.title))
        return
    reach = math.exp(found.highest - found.lowest)
    most = reach / (reach + classes - 1)
    evidence = say("advice.most-share", share=most, classes=classes)
    if design.layers[found.position].kind.gives_shares:
        yield _note(design, found, "softmax-twice", 2, say("advice.softmax-twice.title"),
                    say("advice.softmax-twice.told"), evidence)
    else:
        severity = 2 if most < _FEW_PERCENT else 1
        yield _note(design, found, "output-range", severity, say("advice.output-range.title"),
                    say("advice.output-shares.told", bounded=_bounded(found)), evidence)


def _before_sigmoid(design: Design, found: Squash) -> Iterator[Note]:
    low, high = (1 / (1 + math.exp(-limit)) for limit in (found.lowest, found.highest))
    evidence = say("advice.shares-between", low=low, high=high)
    if _function(design, found).forward == design.loss.output_op:
        yield _note(design, found, "sigmoid-twice", 2, say("advice.sigmoid-twice.title"),
                    say("advice.sigmoid-twice.told"), evidence)
    else:
        severity = 2 if low > 0.4 else 1
        yield _note(design, found, "output-range", severity, say("advice.output-range.title"),
                    say("advice.output-shares.told", bounded=_bounded(found)), evidence)


def _before_values(design: Design, found: Squash) -> Iterator[Note]:
    targets = design.targets
    slack = _SLACK * float(targets.std())
    outside = (targets < found.lowest - slack) | (targets > found.highest + slack)
    if not outside.any():
        return
    severity = 2 if outside.mean() > _MANY else 1
    yield _note(design, found, "output-range", severity, say("advice.output-range.title"),
                say("advice.output-range.told", bounded=_bounded(found)),
                say("advice.target-leaves", low=float(targets.min()), high=float(targets.max()),
                    share=float(outside.mean())))


OUTPUT_RULES = (_target_outside, _output)
"""Rules about the output, each with the notes that it has."""
