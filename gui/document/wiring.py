"""Which layers feed which: what flows between them, what may be chosen and what is usual."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import EngineError
from engine.layers import LayerKind, Parameter, Shape, kind
from engine.messages import say
from engine.spec import LayerSpec, NetworkSpec

FAILURES = (EngineError, ArithmeticError, LookupError, TypeError, ValueError)
"""What a kind may raise when options are of any type and inputs of any shape."""


@dataclass(frozen=True)
class Wired:
    """What is known of a layer, however broken the network around it is.

    Attributes
    ----------
    sources : tuple[int, ...]
        Positions of the layers before it that feed it; empty for the first.
    inputs : tuple[tuple[int, ...], ...] | None
        Shapes that come in; None where one of them is not known.
    shape : tuple[int, ...] | None
        Shape that goes out; None where what comes in does not fit.
    parameters : tuple[Parameter, ...] | None
        Its arrays; None where the shape is.
    """

    sources: tuple[int, ...]
    inputs: tuple[Shape, ...] | None
    shape: Shape | None
    parameters: tuple[Parameter, ...] | None


@dataclass(frozen=True)
class Source:
    """A layer that feeds another one, or could.

    Attributes
    ----------
    layer_id : str
        The layer.
    position : int
        Its number; -1 if there is no such layer.
    chosen : bool
        Whether it feeds the other one now.
    problem : str
        Why it cannot; empty if it can.
    """

    layer_id: str
    position: int
    chosen: bool
    problem: str


def known_kind(layer: LayerSpec) -> LayerKind | None:
    """Return a layer's kind, or None if this program does not have it."""
    try:
        return kind(layer.kind)
    except EngineError:
        return None


def feeding(network: NetworkSpec, position: int) -> tuple[int, ...]:
    """Return the positions of the layers before a layer that feed it, in the order it has them."""
    layer = network.layers[position]
    if not layer.inputs:
        return (position - 1,) if position else ()
    before = {other.id: place for place, other in enumerate(network.layers[:position])}
    return tuple(before[name] for name in layer.inputs if name in before)


def wired(network: NetworkSpec, n_inputs: int) -> tuple[Wired, ...]:
    """Return what is known of every layer; never raises.

    Parameters
    ----------
    network : NetworkSpec
        The layers.
    n_inputs : int
        Numbers per example that the data have; 0 where there are none, and nothing is known.
    """
    found: list[Wired] = []
    for position, layer in enumerate(network):
        sources = feeding(network, position)
        shapes = [found[source].shape for source in sources] if position else \
            [(n_inputs,) if n_inputs else None]
        known = tuple(shape for shape in shapes if shape is not None)
        complete = len(known) == len(shapes) == max(len(layer.inputs), 1)
        found.append(_wired(layer, sources, known if complete else None))
    return tuple(found)


def _wired(layer: LayerSpec, sources: tuple[int, ...], inputs: tuple[Shape, ...] | None) -> Wired:
    layer_kind = known_kind(layer)
    if layer_kind is None or inputs is None or problem(layer_kind, layer, inputs):
        return Wired(sources, inputs, None, None)
    options = layer_kind.options(layer)
    try:
        parameters = layer_kind.parameters(options, inputs)
    except FAILURES:
        parameters = None
    return Wired(sources, inputs, layer_kind.infer_shape(options, inputs), parameters)


def problem(layer_kind: LayerKind, layer: LayerSpec, inputs: tuple[Shape, ...],
            *, whole: bool = True) -> str:
    """Return why shapes cannot feed a layer; empty if they can.

    Parameters
    ----------
    layer_kind : LayerKind
        The layer's kind.
    layer : LayerSpec
        The layer.
    inputs : tuple[tuple[int, ...], ...]
        The shapes.
    whole : bool
        Whether these are all of them, so that their number counts, too.
    """
    try:
        if whole:
            layer_kind.check_inputs(len(inputs))
        layer_kind.infer_shape(layer_kind.options(layer), inputs)
    except EngineError as error:
        if not error.expected:
            return error.found
        return say("edit.shape", found=error.found, expected=error.expected).text
    except FAILURES:
        return "its options do not fit"
    return ""


def usual_inputs(network: NetworkSpec, layer: LayerSpec, position: int,
                 n_inputs: int) -> tuple[str, ...]:
    """Return what feeds a new layer before ``position`` until a person chooses.

    A layer that joins takes the layer above, and the nearest ones before that which fit; no ids
    stand for the layer above alone.
    """
    layer_kind = kind(layer.kind)
    if layer_kind.fewest_inputs < 2:
        return ()
    shapes = [found.shape for found in wired(network, n_inputs)[:position]]
    chosen: list[int] = []
    for candidate in reversed(range(position)):
        tried = [shape for place in (*chosen, candidate) if (shape := shapes[place]) is not None]
        if len(tried) == len(chosen) + 1 and not problem(layer_kind, layer, tuple(tried),
                                                         whole=False):
            chosen.append(candidate)
        if not chosen:
            # What is right above has no shape to go by.
            return ()
        if len(chosen) == layer_kind.fewest_inputs:
            return tuple(network.layers[place].id for place in chosen)
    return ()


def possible_sources(network: NetworkSpec, layer_id: str, n_inputs: int) -> tuple[Source, ...]:
    """Return every layer that could feed one, the nearest first; then what cannot, but is named."""
    position = network.index(layer_id)
    layer, layer_kind = network.layers[position], known_kind(network.layers[position])
    if layer_kind is None or not position:
        return ()
    found = wired(network, n_inputs)
    chosen = feeding(network, position)
    sources = []
    for place in reversed(range(position)):
        # Beside others it has to fit only one of them: those may not fit one another.
        others = [found[other].shape for other in chosen if other != place][:1]
        beside = () if layer_kind.most_inputs == 1 else tuple(s for s in others if s is not None)
        shape = found[place].shape
        trouble = "what feeds it does not fit" if shape is None else \
            problem(layer_kind, layer, (shape, *beside), whole=False)
        sources.append(Source(network.layers[place].id, place, place in chosen, trouble))
    named = {source.layer_id for source in sources}
    places = {other.id: place for place, other in enumerate(network)}
    for name in dict.fromkeys(layer.inputs):
        if name not in named:
            trouble = "it does not stand before this layer" if name in places else \
                "there is no such layer"
            sources.append(Source(name, places.get(name, -1), True, trouble))
    return tuple(sources)


def followed(before: NetworkSpec, after: NetworkSpec) -> NetworkSpec:
    """Return ``after`` in which what was fed by the layer right above it still is.

    Wires from further above stay with the layers that they come from.
    """
    above = {layer.id: before.layers[place - 1].id for place, layer in enumerate(before) if place}
    layers = []
    for place, layer in enumerate(after):
        old = above.get(layer.id)
        new = after.layers[place - 1].id if place else None
        if old in layer.inputs and new is not None and new not in layer.inputs:
            layer = layer.with_inputs(*(new if name == old else name for name in layer.inputs))
        layers.append(layer)
    return NetworkSpec(tuple(layers))


def extended(network: NetworkSpec, position: int, layer: LayerSpec) -> NetworkSpec:
    """Return the network with a layer inserted into the path that leads on from the one above.

    That is the wire to the layer below; where there is none, the end of a branch, it is all wires
    of the layer above.
    """
    after = network.inserted(position, layer)
    above = network.layers[position - 1].id
    if position < len(network) and above not in _named(network, position):
        after = NetworkSpec(tuple(
            other if other is layer else other.with_inputs(
                *(layer.id if name == above else name for name in other.inputs))
            for other in after))
    return followed(network, after)


def _named(network: NetworkSpec, position: int) -> tuple[str, ...]:
    """Return the ids of what feeds a layer."""
    return network.layers[position].inputs or (network.layers[position - 1].id,)


def block(network: NetworkSpec, layer_id: str) -> tuple[LayerSpec, ...]:
    """Return the layers that are repeated with a layer: for one that joins, the path that it ends.

    That path begins below the first of the layers that feed it.
    """
    position = network.index(layer_id)
    layer = network.layers[position]
    layer_kind, sources = known_kind(layer), feeding(network, position)
    if layer_kind is None or layer_kind.fewest_inputs < 2 or len(sources) < 2:
        return (layer,)
    return network.layers[min(sources) + 1:position + 1]
