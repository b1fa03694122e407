"""What the layers alone tell: linear networks, equal units, bottlenecks, the size of weights."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.data.dataset import Reals
from engine.diagnosis.advice_data import are_unscaled, sizes
from engine.diagnosis.design import Design, Fix, Note
from engine.diagnosis.network import symmetric_layers
from engine.diagnosis.passing import SUMMING, Passing, passings
from engine.layers import ACTIVATIONS, INITIALISERS
from engine.messages import Message, say
from engine.spec import ProjectSpec

_BENDING = frozenset({"rnn", "lstm", "gru", "embedding", "prelu", "softmax", "max_pooling",
                      "layer_norm", "sampling"})
"""Kinds that are more than a weighted sum, whatever their function."""

_STRAIGHT_LINES = 0.95
"""How well a straight line does, above guessing, where there is nothing more to want."""

_HALF = 0.5
"""The same, below which a network that can do no more has no chance."""

_WIDEST_FIT = 128
"""Inputs up to which a straight line is fitted: it takes some milliseconds."""

_FADED, _GROWN = 1e-3, 1e3
"""What is left of a signal or its gradient, behind all layers, that deserves attention."""

_FLAT, _FLATTER = 8.0, 20.0
"""Size of weighted sums from which functions with two flat ends are in them for most examples."""

_GAIN = 30.0
"""How much better the initial weights that theory recommends have to be to be named."""

_WIDEN = 16
"""Units that a bottleneck gets at most."""


def _has_bend(design: Design, last: int) -> bool:
    """Say whether anything before a layer is more than a weighted sum."""
    return any(layer.kind.key in _BENDING or layer.kind.activation(layer.options) != "linear"
               for layer in design.layers[:last])


def _linear(design: Design) -> Iterator[Note]:
    """Say that hidden layers are linear, so that they do no more than none."""
    if design.dataset.task not in ("classification", "regression") or not design.hidden:
        return
    last = design.weighted[-1]
    if _has_bend(design, last):
        return
    fit = straight_line(design.rows, _indicators(design))
    if fit >= _STRAIGHT_LINES:
        return
    evidence = None
    if not math.isnan(fit):
        evidence = (say("advice.line-above-chance", share=fit)
                    if design.dataset.task == "classification" else
                    say("advice.line-r2", value=fit))
    yield Note("linear", 2 if fit < _HALF else 1, design.spec(design.hidden[0]).id,
               say("advice.linear.title"), say("advice.linear.told"), evidence,
               Fix(say("advice.use", name=ACTIVATIONS["relu"].title), _bent(design)))


def _indicators(design: Design) -> Reals:
    """Return what a straight line would have to hit: values, or 1 for the right class."""
    dataset, rows = design.dataset, design.dataset.training[:len(design.rows)]
    if dataset.task == "classification":
        return np.eye(dataset.n_outputs)[dataset.labels[rows]]
    return dataset.values[rows]


def straight_line(inputs: Reals, targets: Reals) -> float:
    """Return how well the best straight line does, above guessing: 0 is guessing, 1 all there is.

    NaN where it was not tried because there are too many inputs.

    Parameters
    ----------
    inputs : float64[n, d]
        Examples.
    targets : float64[n, k]
        Values, or a 1 for the class of each among zeros.
    """
    if inputs.shape[1] > _WIDEST_FIT or not np.isfinite(inputs).all():
        return math.nan
    size = np.maximum(sizes(inputs), 1e-300)
    design = np.column_stack([inputs / size, np.ones(len(inputs))])
    fitted = design @ np.linalg.lstsq(design, targets, rcond=None)[0]
    if targets.shape[1] > 1 and set(np.unique(targets)) <= {0.0, 1.0}:
        right = float(np.mean(fitted.argmax(axis=1) == targets.argmax(axis=1)))
        guessed = float(targets.mean(axis=0).max())
        return (right - guessed) / (1 - guessed) if guessed < 1 else 1.0
    spread = float(np.sum((targets - targets.mean(axis=0))**2))
    return 1 - float(np.sum((fitted - targets)**2)) / spread if spread > 0 else 1.0


def _bent(design: Design) -> ProjectSpec:
    """Return the project with ReLU behind every hidden weighted sum."""
    network = design.project.network
    for position in design.hidden:
        layer = design.layers[position]
        if layer.kind.field("activation"):
            changes = {"activation": "relu"}
            if layer.kind.initialiser(layer.options).startswith(("xavier", "lecun")):
                changes["weights"] = ACTIVATIONS["relu"].initialiser
            network = network.replaced(design.spec(position).with_options(**changes))
    return design.with_network(network)


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
                   say("advice.constant-weights.told", layer=design.title(first)),
                   say("advice.equal-units", units=units, layers=len(equal)), _drawn(design))
    elif stuck:
        yield Note("constant-weights", 2, design.spec(stuck[0]).id, say("advice.zero-weights.title"),
                   say("advice.zero-weights.told", layer=design.title(stuck[0])), None,
                   _drawn(design))


def _passes_nothing(design: Design, position: int) -> bool:
    """Say whether all weighted sums start at 0 or below, where ReLU has no slope."""
    layer = design.layers[position]
    if layer.kind.key not in SUMMING or not ACTIVATIONS[_function(design, position)].can_die:
        return False
    scheme, spread = INITIALISERS[layer.kind.initialiser(layer.options)], layer.options["spread"]
    zero = scheme.key == "zeros" or (scheme.has_spread and spread == 0)
    bias = float(layer.options["initial_bias"]) if scheme.bias is None else scheme.bias
    return zero and (not layer.options["bias"] or bias <= 0)


def _function(design: Design, position: int) -> str:
    """Return the key of the function behind a weighted sum, its own or a layer's of its own."""
    for layer in design.between(position):
        key = layer.kind.activation(layer.options)
        if key != "linear":
            return key
        if layer is not design.layers[position] and layer.kind.key != "activation":
            if layer.kind.key in {"batch_norm", "layer_norm", "dropout"}:
                continue
            break
    return "linear"


def _drawn(design: Design) -> Fix:
    """Return a project in which all weights are drawn at random, by what suits them."""
    network = design.project.network
    names = Counter[str]()
    for position in design.weighted:
        layer = design.layers[position]
        changes = {}
        if layer.kind.starts_equal(layer.options):
            scheme = ACTIVATIONS[_function(design, position)].initialiser
            names[_family(scheme)] += 1
            changes["weights"] = scheme
        if layer.kind.equal_units(layer.options) > 1 and layer.kind.field("recurrent_weights"):
            changes["recurrent_weights"] = "orthogonal"
        network = network.replaced(design.spec(position).with_options(**changes))
    return Fix(say("advice.use", name=names.most_common(1)[0][0]), design.with_network(network))


def _family(scheme: str) -> str:
    """Return the first word of a scheme's name: ``Xavier``."""
    return INITIALISERS[scheme].title.split()[0]


def _bottleneck(design: Design) -> Iterator[Note]:
    """Say that everything has to pass through one unit, or too few for the classes."""
    if design.dataset.task not in ("classification", "regression"):
        return
    for position in design.hidden:
        layer = design.layers[position]
        if len(layer.shape) != 1 or _goes_round(design, position):
            continue
        following = next(p for p in design.weighted if p > position)
        width = layer.kind.units(layer.options)
        before, after = math.prod(layer.inputs[0]), design.layers[following].shape[-1]
        classes = design.dataset.n_outputs if design.dataset.task == "classification" else 0
        narrow = width == 1 or (classes > 2**width and min(before, after) >= 4 * width)
        if narrow and min(before, after) > width:
            enough = max(min(before, after, _WIDEN), math.ceil(math.log2(max(classes, 2))))
            option = {layer.kind.width_option: enough}
            yield Note("bottleneck", 2 if width == 1 else 1, design.spec(position).id,
                       say("advice.bottleneck.title"),
                       say("advice.bottleneck.told", units=width),
                       say("advice.widths", before=before, units=width, after=after),
                       Fix(say("advice.units", units=enough),
                           design.with_options(position, **option)))


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
        The largest weighted sums of a function with two flat ends.
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
    found: tuple[Passing, ...] = passings(design.layers, design.weighted, size)
    first, last = found[0], found[-1]
    flat = [passing.argument for passing in found[:-1] if _has_flat_ends(design, passing.position)]
    return _Sizes(first.gradient / max(last.gradient, 1e-300),
                  last.argument / max(first.argument, 1e-300), max(flat, default=0.0))


def _has_flat_ends(design: Design, position: int) -> bool:
    function = ACTIVATIONS[_function(design, position)]
    return function.flat_below is not None and function.flat_above is not None


def _suited(design: Design, *, equal: bool) -> tuple[ProjectSpec, str]:
    """Return the project with the initial weights that theory recommends, and their name.

    Parameters
    ----------
    design : Design
        The project.
    equal : bool
        Whether to change only layers whose weights all start equal, or all others that are not as
        recommended.
    """
    network, names = design.project.network, Counter[str]()
    for position in design.weighted:
        layer = design.layers[position]
        if layer.kind.key not in SUMMING or layer.kind.starts_equal(layer.options) != equal:
            continue
        wanted = ACTIVATIONS[_function(design, position)].initialiser
        scheme = layer.kind.initialiser(layer.options)
        if INITIALISERS[scheme].is_scaled_by_data or _family(scheme) == "Orthogonal":
            continue
        if _family(scheme) != _family(wanted) or layer.options["gain"] != 1:
            network = network.replaced(
                design.spec(position).with_options(weights=wanted, gain=1.0))
            names[_family(wanted)] += 1
    return design.with_network(network), names.most_common(1)[0][0] if names else ""


def _weights(design: Design) -> Iterator[Note]:
    """Say that the signal or its gradient dies or grows on its way through the layers."""
    if not design.hidden or not set(design.hidden) & _summing(design):
        return
    # Layers whose weights are all equal are another rule's, and their sums no random ones.
    design = Design(_suited(design, equal=True)[0], design.dataset)
    project, name = _suited(design, equal=False)
    if not name:
        return
    size = 1.0
    if not are_unscaled(design) and design.dataset.tokens is None:
        size = min(max(float(np.sqrt(np.mean(sizes(design.rows)**2))), 1e-3), 10.0)
    now, then = _measured(design, size), _measured(Design(project, design.dataset), size)
    layer_id = design.spec(next(p for p in design.weighted if project.network.layers[p]
                                != design.spec(p))).id
    fix = Fix(say("advice.use", name=name), project)
    if now.most > _GROWN and now.most > _GAIN * then.most:
        yield Note("weights-too-large", 2, layer_id, say("advice.weights-too-large.title"),
                   say("advice.weights-too-large.told", name=name), _large(now), fix)
    elif now.flat > _FLAT and now.flat > 2 * then.flat:
        yield Note("weights-too-large", 2 if now.flat > _FLATTER else 1, layer_id,
                   say("advice.weights-too-large.title"),
                   say("advice.weights-flat.told", name=name),
                   say("advice.flat-evidence", size=now.flat), fix)
    elif now.least < _FADED and now.least * _GAIN < then.least:
        yield Note("weights-too-small", 2, layer_id, say("advice.weights-too-small.title"),
                   say("advice.weights-too-small.told", name=name), _small(now), fix)


def _summing(design: Design) -> set[int]:
    return {position for position in design.weighted
            if design.layers[position].kind.key in SUMMING}


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
