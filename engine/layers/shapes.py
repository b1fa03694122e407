"""Shapes: what flows from layer to layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine.errors import ShapeError
from engine.layers.kind import LayerKind, Options, Parameter, Shape
from engine.layers.registry import kind
from engine.messages import Message, say
from engine.spec import LayerSpec, NetworkSpec
from engine.spec.values import are_same

DATA = -1
"""Stands for the data where a layer's source is asked for."""


@dataclass(frozen=True)
class ResolvedLayer:
    """A layer with all that follows from its place in the network.

    Attributes
    ----------
    spec : LayerSpec
        The layer.
    kind : LayerKind
        Its kind.
    options : Mapping[str, Option]
        Its options, defaults filled in.
    sources : tuple[int, ...]
        Positions of the layers that feed it; `DATA` for the data.
    inputs : tuple[tuple[int, ...], ...]
        Shapes of what they feed.
    shape : tuple[int, ...]
        Shape of its output.
    like : ResolvedLayer | None
        One before it with the same kind, options and inputs, and so the same arrays.
    """

    spec: LayerSpec
    kind: LayerKind
    options: Options
    sources: tuple[int, ...]
    inputs: tuple[Shape, ...]
    shape: Shape
    like: ResolvedLayer | None = field(default=None, repr=False, compare=False)

    def parameters(self) -> tuple[Parameter, ...]:
        """Return its arrays: weights before biases before what is not learned."""
        return (self.like or self)._parameters

    @cached_property
    def _parameters(self) -> tuple[Parameter, ...]:
        found = self.kind.parameters(self.options, self.inputs)
        return tuple(sorted(found, key=lambda parameter: (not parameter.is_learned,
                                                          not parameter.is_weight)))


def place(position: int, layer: LayerSpec) -> Message:
    """Return how messages call a layer: ``Layer 3 (Dense)``; the input layer is number 0."""
    return say("place.layer", position=position, title=kind(layer.kind).title)


def sources(network: NetworkSpec, position: int) -> tuple[int, ...]:
    """Return the positions of the layers that feed one; `DATA` for the first.

    Raises
    ------
    ShapeError
        If it names a layer that does not stand before it, or names one twice.
    """
    return _sources(network, position, {
        other.id: place for place, other in enumerate(network.layers[:position])})


def all_sources(network: NetworkSpec) -> tuple[tuple[int, ...], ...]:
    """Return what `sources` does for every layer, in time that grows with their number."""
    before: dict[str, int] = {}
    found = []
    for position, layer in enumerate(network):
        found.append(_sources(network, position, before))
        before[layer.id] = position
    return tuple(found)


def _sources(network: NetworkSpec, position: int, before: Mapping[str, int]) -> tuple[int, ...]:
    """Return the positions of the layers that feed one, of those before it by their ids."""
    layer = network.layers[position]
    if not layer.inputs:
        return (position - 1,)
    unknown = [name for name in layer.inputs if name not in before]
    if unknown or len(set(layer.inputs)) < len(layer.inputs):
        found = _misplaced(network, unknown[0]) if unknown else say("layer.input-twice")
        raise ShapeError("layer.sources", place=place(position, layer), found=found)
    return tuple(before[name] for name in layer.inputs)


def _check_number(layer_kind: LayerKind, position: int, layer: LayerSpec) -> None:
    """Raise ShapeError for more inputs than there can be, before they are looked at."""
    if len(layer.inputs) > layer_kind.most_inputs:
        try:
            layer_kind.check_inputs(len(layer.inputs))
        except ShapeError as error:
            raise error.at(place(position, layer)) from error


def _misplaced(network: NetworkSpec, name: str) -> Message:
    """Return what is wrong with an input that is not among the layers before its reader."""
    for position, layer in enumerate(network):
        if layer.id == name:
            return say("layer.input-behind", layer=place(position, layer))
    return say("layer.input-unknown", name=name)


def resolve(network: NetworkSpec, data_shape: Shape) -> tuple[ResolvedLayer, ...]:
    """Return every layer with its sources and shapes.

    Parameters
    ----------
    network : NetworkSpec
        The layers.
    data_shape : tuple[int, ...]
        Shape of one example.

    Raises
    ------
    ShapeError
        At the first layer that does not fit what feeds it.
    """
    global _last
    last = _last
    if last is not None and last[0] is network and last[1] == data_shape:
        return last[2]
    resolved = _resolved(network, data_shape)
    _last = network, data_shape, resolved
    return resolved


_last: tuple[NetworkSpec, Shape, tuple[ResolvedLayer, ...]] | None = None
"""What was asked last: whoever makes a run asks eight times over for the same network."""


def _resolved(network: NetworkSpec, data_shape: Shape) -> tuple[ResolvedLayer, ...]:
    resolved: list[ResolvedLayer] = []
    before: dict[str, int] = {}
    # Deep networks have many layers that are alike: of every kind and input, the last new one.
    last: dict[object, ResolvedLayer] = {}
    for position, layer in enumerate(network):
        layer_kind = kind(layer.kind)
        _check_number(layer_kind, position, layer)
        feeding = _sources(network, position, before)
        before[layer.id] = position
        shapes = tuple(data_shape if source == DATA else resolved[source].shape
                       for source in feeding)
        form = layer.kind, shapes
        like = last.get(form)
        if like is not None and are_same(layer.options, like.spec.options):
            resolved.append(ResolvedLayer(layer, layer_kind, like.options, feeding, shapes,
                                          like.shape, like))
            continue
        options = layer_kind.options(layer)
        try:
            layer_kind.check_inputs(len(shapes))
            shape = layer_kind.infer_shape(options, shapes)
        except ShapeError as error:
            fault = _naming_last_state(error, resolved, feeding[0])
            raise fault.at(place(position, layer)) from error
        last[form] = ResolvedLayer(layer, layer_kind, options, feeding, shapes, shape)
        resolved.append(last[form])
    return tuple(resolved)


def _naming_last_state(error: ShapeError, before: list[ResolvedLayer], source: int) -> ShapeError:
    """Return an error whose remedy names the layer that gives its last state alone, if one does."""
    if error.message.code != "layer.rank":
        return error
    while source > 0 and len(before[source].shape) == 1:
        layer = before[source]
        if layer.options.get("output") == "last":
            remedy = say("layer.give-every-state", layer=place(source, layer.spec))
            return ShapeError.of(error.message.changed(remedy=remedy))
        source = layer.sources[0]
    return error


def infer_shapes(network: NetworkSpec, data_shape: Shape) -> tuple[Shape, ...]:
    """Return the output shape of every layer; raises as `resolve` does."""
    return tuple(layer.shape for layer in resolve(network, data_shape))


def parameter_counts(network: NetworkSpec, data_shape: Shape) -> tuple[int, ...]:
    """Return how many numbers every layer learns; raises as `resolve` does."""
    return tuple(sum(parameter.size for parameter in layer.parameters() if parameter.is_learned)
                 for layer in resolve(network, data_shape))
