"""What the layers alone tell: linear networks, equal units, bottlenecks, the size of weights."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from engine.diagnosis.advice_data import are_unscaled
from engine.diagnosis.design import Design, Fix, Note
from engine.diagnosis.edits import (
    MOST_BIAS,
    bent,
    drawn,
    function_of,
    settled,
    starts_off,
    suited,
)
from engine.diagnosis.network import symmetric_layers
from engine.diagnosis.passing import passings
from engine.diagnosis.straight_line import r_squared, share_right
from engine.layers import ACTIVATIONS, INITIALISERS
from engine.messages import Message, say

_STRAIGHT_LINES = 0.965
"""How well a straight line does, above guessing, where there is nothing more to want."""

_HALF = 0.5
"""The same, below which a network that can do no more has no chance."""

_WIDEST_FIT = 128
"""Inputs up to which a straight line is fitted: it takes some milliseconds."""

_GAIN = 30.0
"""How much better the initial weights that theory recommends have to be to be named."""

_WIDEN = 16
"""Units that a bottleneck gets at most."""


def _has_bend(design: Design, last: int) -> bool:
    """Say whether anything before a layer is more than a weighted sum."""
    return any(layer.kind.bends or layer.kind.activation(layer.options) != "linear"
               for layer in design.layers[:last])


def _linear(design: Design) -> Iterator[Note]:
    """Say that hidden layers are linear, so that they do no more than none."""
    if design.dataset.task not in ("classification", "regression") or not design.hidden:
        return
    last = design.weighted[-1]
    if _has_bend(design, last):
        return
    line = _straight_line(design)
    above = (line.right - line.guessed) / (1 - line.guessed) if line else math.nan
    if above >= _STRAIGHT_LINES:
        return
    # Behind weights that are far off, a function alone mends nothing.
    start = Design(settled(design), design.dataset) if starts_off(design) else design
    yield Note("linear", 2 if above < _HALF else 1, design.spec(design.hidden[0]).id,
               say("advice.linear.title"), say("advice.linear.told"), line.told if line else None,
               Fix(say("advice.use", name=ACTIVATIONS["relu"].title), bent(start)))


@dataclass(frozen=True)
class _Line:
    """How well the best straight line does.

    Attributes
    ----------
    right, guessed : float
        Share of examples that it gets right, and the commonest class's; R², and 0.
    told : Message
        Both in words.
    """

    right: float
    guessed: float
    told: Message


def _straight_line(design: Design) -> _Line | None:
    """Return how well straight lines alone do; None with too many inputs to try."""
    dataset, inputs = design.dataset, design.rows
    if inputs.shape[1] > _WIDEST_FIT:
        return None
    rows = dataset.training[:len(inputs)]
    if dataset.task != "classification":
        r2 = r_squared(inputs, dataset.values[rows])
        return _Line(r2, 0.0, say("advice.line-r2", value=r2))
    labels = dataset.labels[rows]
    right = share_right(inputs, labels, dataset.n_outputs)
    guessed = min(float(np.bincount(labels).max()) / len(labels), 0.999)
    return _Line(right, guessed, say("advice.line-right", right=right, guessed=guessed))


def _equal(design: Design) -> Iterator[Note]:
    """Say that units start equal and stay so, or start where ReLU passes nothing on."""
    equal = symmetric_layers(design.project.network)
    stuck = [position for position in design.weighted if _passes_nothing(design, position)]
    first = next((position for position in design.weighted
                  if design.spec(position).id in equal), None)
    if first is not None:
        units = design.layers[first].kind.units(design.layers[first].options)
        yield Note("constant-weights", 2, design.spec(first).id,
                   say("advice.constant-weights.title"),
                   say("advice.constant-weights.told", layer=first),
                   say("advice.equal-units", units=units, layers=len(equal)), _random(design))
    elif stuck:
        yield Note("constant-weights", 2, design.spec(stuck[0]).id,
                   say("advice.zero-weights.title"),
                   say("advice.zero-weights.told", layer=stuck[0]), None, _random(design))


def _passes_nothing(design: Design, position: int) -> bool:
    """Say whether all weighted sums start at 0 or below, where ReLU has no slope."""
    layer = design.layers[position]
    if not layer.kind.function_option or not ACTIVATIONS[function_of(design, position)].can_die:
        return False
    scheme, spread = INITIALISERS[layer.kind.initialiser(layer.options)], layer.options["spread"]
    zero = scheme.key == "zeros" or (scheme.has_spread and spread == 0)
    bias = float(layer.options["initial_bias"]) if scheme.bias is None else scheme.bias
    return zero and (not layer.options["bias"] or bias <= 0)


def _random(design: Design) -> Fix:
    """Return a project in which all weights are drawn at random, by what suits them."""
    project, name = drawn(design)
    return Fix(say("advice.use", name=name), project)


def _bottleneck(design: Design) -> Iterator[Note]:
    """Say that everything has to pass through one unit."""
    if design.dataset.task not in ("classification", "regression"):
        return
    for position, following in pairwise(design.weighted):
        layer = design.layers[position]
        before, after = math.prod(layer.inputs[0]), design.layers[following].shape[-1]
        one = layer.shape == (1,) and layer.kind.width_option
        if not one or min(before, after) == 1 or _goes_round(design, position):
            continue
        units = min(before, _WIDEN)
        # One that is 0 for all examples cuts everything off.
        severity = 2 if ACTIVATIONS[function_of(design, position)].can_die else 1
        yield Note("bottleneck", severity, design.spec(position).id,
                   say("advice.bottleneck.title"), say("advice.bottleneck.told", layer=position),
                   say("advice.widths", before=before, after=after),
                   Fix(say("advice.units", units=units),
                       design.with_options(position, **{layer.kind.width_option: units})))


def _goes_round(design: Design, position: int) -> bool:
    """Say whether something reaches a later layer without passing through one."""
    return any(source < position for layer in design.layers[position + 1:]
               for source in layer.sources)


@dataclass(frozen=True)
class _Sizes:
    """What theory says of a network's initial weights.

    Attributes
    ----------
    gradient, signal : float
        The first layer's share of the last one's gradient, and of the first signal what arrives at
        the last layer.
    flat : float
        The largest weighted sums of a function with two flat ends, in units of tanh's.
    """

    gradient: float
    signal: float
    flat: float

    @property
    def least(self) -> float:
        return min(self.gradient, self.signal)

    @property
    def most(self) -> float:
        return max(self.gradient, self.signal)


def _measured(design: Design, size: float) -> _Sizes:
    found = passings(design.layers, size)
    first, last = found[0], found[-1]
    flat = [passing.argument * _steepness(design, passing.position) for passing in found[:-1]]
    return _Sizes(first.gradient / max(last.gradient, 1e-300),
                  last.argument / max(first.argument, 1e-300), max(flat, default=0.0))


def _steepness(design: Design, position: int) -> float:
    """Return how much sooner than tanh a layer's function is flat; 0 without two flat ends."""
    function = ACTIVATIONS[function_of(design, position)]
    if function.flat_below is None or function.flat_above is None:
        return 0.0
    # A sigmoid is a tanh of half the size.
    return 0.5 if function.key == "sigmoid" else 1.0


def _weights(design: Design) -> Iterator[Note]:
    """Say that the signal or its gradient dies or grows on its way through the layers."""
    if not design.hidden or not set(design.hidden) & _summing(design):
        return
    if any(abs(float(design.layers[position].options.get("initial_bias") or 0.0)) > MOST_BIAS
           for position in design.hidden):
        # Theory is that of sums around 0.
        return
    # Layers whose weights are all equal are another rule's, and their sums no random ones.
    design = Design(suited(design, equal=True)[0], design.dataset)
    project, name = suited(design, equal=False)
    if not name:
        return
    size = _input_size(design)
    now, then = _measured(design, size), _measured(Design(project, design.dataset), size)
    layer_id = design.spec(next(p for p in design.weighted if project.network.layers[p]
                                != design.spec(p))).id
    fix, limits = Fix(say("advice.use", name=name), project), design.limits
    if (severity := limits.grown.above(now.most)) and now.most > _GAIN * then.most:
        yield Note("weights-too-large", severity, layer_id, say("advice.weights-too-large.title"),
                   say("advice.weights-too-large.told", name=name), _large(now), fix)
    elif (severity := limits.flat.above(now.flat)) and now.flat > 2 * then.flat:
        yield Note("weights-too-large", severity, layer_id, say("advice.weights-too-large.title"),
                   say("advice.weights-flat.told", name=name),
                   say("advice.flat-evidence", size=now.flat), fix)
    elif (severity := limits.faded.below(now.least)) and now.least * _GAIN < then.least:
        if limits.faded.below(then.least):
            # However they are drawn, weights cannot make up for what flat functions take.
            fix = Fix(say("advice.use-relu"), bent(Design(project, design.dataset)))
            told = say("advice.weights-too-small.relu")
        else:
            told = say("advice.weights-too-small.told", name=name)
        yield Note("weights-too-small", severity, layer_id, say("advice.weights-too-small.title"),
                   told, _small(now), fix)


def _input_size(design: Design) -> float:
    """Return the root mean square of the inputs, of tokens and unscaled numbers 1."""
    if design.dataset.tokens is not None or are_unscaled(design):
        return 1.0
    return min(max(float(np.sqrt(np.mean(design.input_sizes**2))), 1e-3), 10.0)


def _summing(design: Design) -> set[int]:
    return {position for position in design.weighted
            if design.layers[position].kind.function_option}


def _large(found: _Sizes) -> Message:
    if found.gradient >= found.signal:
        return say("advice.gradient-grows", factor=found.gradient)
    return say("advice.signal-grows", factor=found.signal)


def _small(found: _Sizes) -> Message:
    if found.gradient <= found.signal:
        return say("advice.gradient-fades", share=found.gradient)
    return say("advice.signal-fades", share=found.signal)


NETWORK_RULES = (_equal, _linear, _weights, _bottleneck)
"""Rules about layers, each with the notes that it has."""
