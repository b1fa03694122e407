"""What one turn of a knob does to a whole network: depth, width, activation, dropout and so on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from msgspec.structs import replace

from engine.errors import SpecError
from engine.layers import LayerKind, kinds, output_layer
from engine.spec import LayerSpec, NetworkSpec, Option, ProjectSpec

DEEPEST = 1000
"""Most hidden layers that a network is given."""

_KINDS = {kind.key: kind for kind in kinds()}

_DENSE = next(kind for kind in kinds() if kind.width_option == "units" and kind.function_option)
"""The kind whose layers are counted and widened: every unit weighs every input."""

_DROPOUT = next(kind for kind in kinds() if kind.breaks_ties and kind.field("rate"))
"""The kind that silences units at random."""


def hidden_blocks(network: NetworkSpec) -> list[range]:
    """Return where the hidden dense layers stand, each with what follows up to the next one.

    What follows may be an activation, a norm or a dropout. The layer that gives the output is none
    of them.
    """
    end = _end(network)
    begins = [place for place, layer in enumerate(network.layers[:end])
              if _is_of(_DENSE, layer)]
    return [range(begin, stop) for begin, stop in pairwise([*begins, end])]


def depth_of(network: NetworkSpec) -> int:
    """Return how many hidden dense layers there are."""
    return len(hidden_blocks(network))


def with_depth(project: ProjectSpec, depth: int) -> ProjectSpec:
    """Return the project with so many hidden dense layers.

    The first ones stay; where more are wanted than there are, the last one is repeated with all
    that follows it. Layers that are joined across others, as in a residual network, are taken or
    left together: what is repeated reads nothing from before it but the layer right before.

    Raises
    ------
    SpecError
        If there is no hidden dense layer to repeat, if joins leave no block that could be, or if
        so many layers would cut one in two.
    """
    network = project.network
    blocks = hidden_blocks(network)
    if not 0 <= depth <= DEEPEST:
        raise SpecError("knob.depth", value=depth, most=DEEPEST)
    if not blocks:
        raise SpecError("knob.no-hidden")
    # Of every place at which the network can be cut, how many hidden layers stand before it.
    cuts = {place: number for number, place in enumerate(
        [*(block.start for block in blocks), blocks[-1].stop]) if _is_clean(network, place)}
    end = blocks[-1].stop
    if end not in cuts or len(cuts) < 2:
        raise SpecError("knob.depth-joins")
    begin = list(cuts)[-2]
    more, rest = divmod(max(depth - cuts[end], 0), cuts[end] - cuts[begin])
    kept = next((place for place, number in cuts.items() if number == min(depth, cuts[end])), None)
    if rest or kept is None:
        raise SpecError("knob.depth-blocks", value=depth, near=_near(depth, cuts, begin))
    changed = _without(network, kept, end)
    for _ in range(more):
        changed = _repeated(changed, network.layers[begin:end], kept)
        kept += end - begin
    return replace(project, network=changed)


def _is_clean(network: NetworkSpec, place: int) -> bool:
    """Say whether all that later layers read of those before a place is the last of them."""
    before = {layer.id for layer in network.layers[:max(place - 1, 0)]}
    return not any(before.intersection(layer.inputs) for layer in network.layers[place:])


def _near(depth: int, cuts: dict[int, int], begin: int) -> tuple[int, ...]:
    """Return the depths nearest to one that cannot be had: one below it, if any, and one above."""
    last = max(cuts.values())
    step = last - cuts[begin]
    if depth > last:
        below = depth - (depth - last) % step
        return below, below + step
    known = sorted(cuts.values())
    return tuple([number for number in known if number < depth][-1:]
                 + [number for number in known if number > depth][:1])


def _without(network: NetworkSpec, begin: int, end: int) -> NetworkSpec:
    """Return the network without a part; what read its last layer reads the one before it."""
    if begin == end:
        return network
    last, before = network.layers[end - 1].id, network.layers[begin - 1].id
    return NetworkSpec((*network.layers[:begin],
                        *(_renamed(layer, {last: before}) for layer in network.layers[end:])))


def _repeated(network: NetworkSpec, block: Sequence[LayerSpec], place: int) -> NetworkSpec:
    """Return the network with a copy of a block at a place, which is read instead of what was.

    Within the copy, its own layers are read, and the one before the place instead of the one that
    stood before the block.
    """
    last = network.layers[place - 1].id
    own = {layer.id for layer in block}
    names = {name: last for layer in block for name in layer.inputs if name not in own}
    changed = network
    for offset, layer in enumerate(block):
        fresh = changed.fresh_id(layer.kind)
        changed = changed.inserted(place + offset, replace(_renamed(layer, names), id=fresh))
        names[layer.id] = fresh
    stop = place + len(block)
    return NetworkSpec((*changed.layers[:stop], *(
        _renamed(layer, {last: names[block[-1].id]}) for layer in changed.layers[stop:])))


def _renamed(layer: LayerSpec, names: Mapping[str, str]) -> LayerSpec:
    """Return a layer that reads others by their new names."""
    if not layer.inputs:
        return layer
    return layer.with_inputs(*(names.get(name, name) for name in layer.inputs))


def width_of(network: NetworkSpec) -> int | None:
    """Return the units of the first hidden dense layer; None if there is none."""
    blocks = hidden_blocks(network)
    if not blocks:
        return None
    layer = network.layers[blocks[0].start]
    return int(_DENSE.options(layer)["units"])


def with_width(project: ProjectSpec, units: int) -> ProjectSpec:
    """Return the project whose hidden dense layers all have so many units."""
    blocks = hidden_blocks(project.network)
    if not blocks:
        raise SpecError("knob.no-hidden")
    begins = {block.start for block in blocks}
    return _with_layers(project, lambda place, layer:
                        {"units": units} if place in begins else {})


def activation_of(network: NetworkSpec) -> str | None:
    """Return the function of the first hidden layer that has one; None if none has."""
    for layer in network.layers[:_end(network)]:
        option = _function_option(layer)
        if option:
            return str(_KINDS[layer.kind].options(layer)[option])
    return None


def with_activation(project: ProjectSpec, function: str) -> ProjectSpec:
    """Return the project whose hidden layers all have an activation function."""
    end = _end(project.network)

    def change(place: int, layer: LayerSpec) -> dict[str, Option]:
        option = _function_option(layer) if place < end else ""
        return {option: function} if option else {}
    return _changed(project, change, "activation")


def option_of(network: NetworkSpec, key: str) -> Option | None:
    """Return an option of the first layer that has it; None if none has."""
    for layer in network:
        kind = _KINDS.get(layer.kind)
        if kind is not None and kind.field(key) is not None:
            return kind.options(layer)[key]
    return None


def with_gain(project: ProjectSpec, gain: float) -> ProjectSpec:
    """Return the project whose first weights are all drawn and then multiplied by a number.

    Raises
    ------
    SpecError
        If no layer's first weights have a scale of their own to be multiplied.
    """
    def change(_place: int, layer: LayerSpec) -> dict[str, Option]:
        field = _KINDS[layer.kind].field("gain") if layer.kind in _KINDS else None
        if field is None or field.shown_when is None:
            return {}
        key, values = field.shown_when
        return {"gain": gain} if _KINDS[layer.kind].options(layer)[key] in values else {}
    return _changed(project, change, "gain")


def with_initialiser(project: ProjectSpec, scheme: str) -> ProjectSpec:
    """Return the project whose layers draw their first weights by a scheme, all that can."""
    def change(_place: int, layer: LayerSpec) -> dict[str, Option]:
        field = _KINDS[layer.kind].field("weights") if layer.kind in _KINDS else None
        fits = field is not None and scheme in {choice.key for choice in field.choices}
        return {"weights": scheme} if fits else {}
    return _changed(project, change, "initialiser")


def dropout_of(network: NetworkSpec) -> float:
    """Return the rate of the first dropout layer; 0 if there is none."""
    return next((float(_DROPOUT.options(layer)["rate"]) for layer in network
                 if _is_of(_DROPOUT, layer)), 0.0)


def with_dropout(project: ProjectSpec, rate: float) -> ProjectSpec:
    """Return the project whose dropout layers all have a rate.

    Where there is none, one is put behind every hidden dense layer and what follows it, unless the
    rate is 0.
    """
    network = project.network
    if any(_is_of(_DROPOUT, layer) for layer in network):
        return _with_layers(project, lambda _, layer:
                            {"rate": rate} if _is_of(_DROPOUT, layer) else {})
    blocks = hidden_blocks(network)
    if not blocks:
        raise SpecError("knob.no-hidden")
    if not rate:
        return project
    for block in reversed(blocks):
        network = _put_behind(network, block.stop, LayerSpec(
            network.fresh_id(_DROPOUT.key), _DROPOUT.key, {"rate": rate}))
    return replace(project, network=network)


def _put_behind(network: NetworkSpec, place: int, layer: LayerSpec) -> NetworkSpec:
    """Return the network with a layer at a place, which is read instead of the one before it."""
    before = network.layers[place - 1].id
    rest = tuple(one.with_inputs(*(layer.id if name == before else name for name in one.inputs))
                 if before in one.inputs else one for one in network.layers[place:])
    return NetworkSpec((*network.layers[:place], layer, *rest))


def _end(network: NetworkSpec) -> int:
    """Return the place of the layer that gives the output; behind the last one if there is none."""
    last = output_layer(network)
    return len(network) if last is None else network.index(last.id)


def _is_of(kind: LayerKind, layer: LayerSpec) -> bool:
    return _KINDS.get(layer.kind) is kind


def _function_option(layer: LayerSpec) -> str:
    return _KINDS[layer.kind].function_option if layer.kind in _KINDS else ""


Change = Callable[[int, LayerSpec], dict[str, Option]]
"""Given place and layer, returns the options that are to change."""


def _changed(project: ProjectSpec, change: Change, knob: str) -> ProjectSpec:
    """Return the project with changed options; raises SpecError where nothing can change."""
    if not any(change(place, layer) for place, layer in enumerate(project.network)):
        raise SpecError("knob.nothing", knob=knob)
    return _with_layers(project, change)


def _with_layers(project: ProjectSpec, change: Change) -> ProjectSpec:
    layers = []
    for place, layer in enumerate(project.network):
        options = change(place, layer)
        layers.append(layer.with_options(**options) if options else layer)
    return replace(project, network=NetworkSpec(tuple(layers)))
