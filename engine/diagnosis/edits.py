"""Edits of layers that mend something: activation, initial weights, and layers that are put in."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from msgspec.structs import replace

from engine.diagnosis.design import Design
from engine.layers import ACTIVATIONS, INITIALISERS, LayerKind, ResolvedLayer, kinds
from engine.layers.weighted import AT_FIRST, initial_size
from engine.spec import LayerSpec, NetworkSpec, Option, ProjectSpec

MOST_BIAS = 1.0
"""Initial bias beyond which it, and not the weights, decides where a function works."""


def begins_anew(before: ProjectSpec, after: ProjectSpec) -> bool:
    """Say whether an edit is nothing for a run that has begun."""
    old = {layer.id: layer.options for layer in before.network}
    changed = {key for layer in after.network if layer.id in old
               for key in {*layer.options, *old[layer.id]}
               if layer.options.get(key) != old[layer.id].get(key)}
    return bool(changed & AT_FIRST) or before.data.scaling != after.data.scaling


def is_function(layer_kind: LayerKind) -> bool:
    """Say whether a kind applies an activation function and does nothing else."""
    return bool(layer_kind.function_option) and not layer_kind.width_option


def function_of(design: Design, position: int) -> str:
    """Return the key of the function behind a weighted sum, its own or a layer's of its own."""
    for layer in design.between(position):
        key = layer.kind.activation(layer.options)
        if key != "linear":
            return key
        passes = (layer.kind.normalises or layer.kind.breaks_ties or is_function(layer.kind))
        if layer is not design.layers[position] and not passes:
            break
    return "linear"


def family(scheme: str) -> str:
    """Return the first word of a scheme's name: ``Xavier``."""
    return INITIALISERS[scheme].title.split()[0]


def bent(design: Design, key: str = "relu") -> ProjectSpec:
    """Return the project with a function, and the weights that suit it, behind every hidden sum.

    Parameters
    ----------
    design : Design
        The project.
    key : str
        The activation function. Only weights that were to suit another one are drawn otherwise.
    """
    network, function = design.project.network, ACTIVATIONS[key]
    for position, layer in enumerate(design.layers[:design.weighted[-1]]):
        changes: dict[str, Option] = {}
        option = layer.kind.function_option
        if option:
            # Where a layer of its own applies the function, it takes one of them.
            following = [design.layers[reader].kind for reader in design.readers[position]]
            later = len(following) == 1 and is_function(following[0])
            changes[option] = "linear" if later and not is_function(layer.kind) else key
            if layer.kind.initialiser(layer.options).startswith(("xavier", "lecun")):
                changes["weights"] = function.initialiser
        network = network.replaced(design.spec(position).with_options(**changes))
    return design.with_network(network)


def drawn(design: Design) -> tuple[ProjectSpec, str]:
    """Return the project in which all weights are drawn at random, and by what most of them are."""
    network = design.project.network
    names = Counter[str]()
    for position in design.weighted:
        layer = design.layers[position]
        changes: dict[str, Option] = {}
        if layer.kind.starts_equal(layer.options):
            scheme = ACTIVATIONS[function_of(design, position)].initialiser
            names[family(scheme)] += 1
            changes["weights"] = scheme
        if layer.kind.equal_units(layer.options) > 1 and layer.kind.field("recurrent_weights"):
            changes["recurrent_weights"] = "orthogonal"
        network = network.replaced(design.spec(position).with_options(**changes))
    return design.with_network(network), names.most_common(1)[0][0] if names else ""


def suited(design: Design, *, equal: bool) -> tuple[ProjectSpec, str]:
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
        if not layer.kind.function_option or layer.kind.starts_equal(layer.options) != equal:
            continue
        wanted = ACTIVATIONS[function_of(design, position)].initialiser
        scheme = layer.kind.initialiser(layer.options)
        if INITIALISERS[scheme].size is not None:
            continue
        is_other = family(scheme) != family(wanted)
        if is_other or layer.options["gain"] != 1:
            network = network.replaced(design.spec(position).with_options(
                weights=wanted if is_other else scheme, gain=1.0))
            names[family(wanted)] += 1
    return design.with_network(network), names.most_common(1)[0][0] if names else ""


def settled(design: Design) -> ProjectSpec:
    """Return the project as it should start: suited weights, and biases near 0.

    Weights that are all equal are drawn, those from state to state keep what they multiply at its
    length, and biases that alone decide where a function works begin at 0.
    """
    design = Design(drawn(design)[0], design.dataset)
    design = Design(suited(design, equal=False)[0], design.dataset)
    network = design.project.network
    for position in design.weighted:
        layer = design.layers[position]
        changes: dict[str, Option] = {}
        scheme = INITIALISERS[layer.kind.initialiser(layer.options)]
        # `suited` lets orthogonal matrices be: their gain alone can be wrong.
        if scheme.has_gain and layer.options.get("gain", 1) != 1:
            changes["gain"] = 1.0
        if abs(float(layer.options.get("initial_bias") or 0.0)) > MOST_BIAS:
            changes["initial_bias"] = 0.0
        recurrent = layer.options.get("recurrent_weights")
        if recurrent is not None and INITIALISERS[str(recurrent)].has_spread:
            changes["recurrent_weights"] = "orthogonal"
        if changes:
            network = network.replaced(design.spec(position).with_options(**changes))
    return design.with_network(network)


def starts_off(design: Design) -> bool:
    """Say whether initial weights, or biases, are far from what theory recommends.

    A layer's alone, or all of them together: a factor of 0.7 a layer is nothing in two layers, and
    a thirtieth in ten.
    """
    other = Design(settled(design), design.dataset)
    if any(_begins(one) != _begins(two)
           for one, two in zip(design.layers, other.layers, strict=True)):
        return True
    ratios = [_size(design.layers[position]) / max(_size(other.layers[position]), 1e-30)
              for position in design.hidden]
    logs = [math.log(max(ratio, 1e-30)) for ratio in ratios]
    return (any(abs(log) > math.log(FAR_OFF) for log in logs)
            or abs(sum(logs)) > math.log(FAR_OFF_TOGETHER))


FAR_OFF, FAR_OFF_TOGETHER = 2.0, 3.0
"""Factor by which the weights of one layer, and of all hidden ones, must differ from what theory
recommends to be to blame for anything."""


def _begins(layer: ResolvedLayer) -> tuple[Option, ...]:
    """Return what of a layer's start is no matter of degree."""
    keys = "initial_bias", "recurrent_weights"
    return (layer.kind.starts_equal(layer.options) if layer.kind.initialiser(layer.options) else
            False, *(layer.options.get(key, 0) for key in keys))


def _size(layer: ResolvedLayer) -> float:
    """Return the root mean square of a layer's first weights."""
    fans = layer.kind.fans(layer.options, layer.inputs)
    weights = next((one for one in layer.parameters() if one.is_weight), None)
    if fans is None or weights is None:
        return 1.0
    return initial_size(layer.options, weights.shape, *fans, layer.kind.role)


def shallower(design: Design, most: int) -> ProjectSpec:
    """Return the project without hidden layers beyond so many, as far as others can do without.

    A layer can be spared that gives as many numbers as it gets, and is all that reads them.
    """
    network, left = design.project.network, len(design.hidden)
    for first, last in reversed(blocks(design)):
        if left > most and _can_be_joined(design, first, last):
            for position in range(last, first - 1, -1):
                network = network.removed(design.spec(position).id)
            left -= 1
    return design.with_network(network)


def blocks(design: Design) -> tuple[tuple[int, int], ...]:
    """Return first and last position of every hidden layer with what is applied to its sums.

    A block ends before the next layer with weights, or where paths part or meet.
    """
    found = []
    weighted = set(design.weighted)
    for position in design.hidden:
        end = position
        for layer in design.between(position):
            here = design.layers.index(layer)
            keeps = layer.shape == design.layers[position].shape and layer.kind.most_inputs == 1
            if here != position and (here in weighted or not keeps):
                break
            end = here
        found.append((position, end))
    return tuple(found)


def behind(design: Design, positions: Iterable[int], kind_key: str, **options: Option
           ) -> ProjectSpec:
    """Return the project with a layer of a kind behind each of some layers."""
    network = design.project.network
    for position in sorted(positions, reverse=True):
        layer = LayerSpec(network.fresh_id(kind_key), kind_key, dict(options))
        network = put_behind(network, design.spec(position).id, layer)
    return design.with_network(network)


def put_behind(network: NetworkSpec, layer_id: str, layer: LayerSpec) -> NetworkSpec:
    """Return the network with a layer that all readers of another one read in its place.

    Parameters
    ----------
    network : NetworkSpec
        The network.
    layer_id : str
        The layer that is read now.
    layer : LayerSpec
        What is put behind it; its own inputs stay as they are.
    """
    position = network.index(layer_id)
    following = network.layers[position + 1:]
    rest = tuple(other if layer_id not in other.inputs else other.with_inputs(
        *(layer.id if name == layer_id else name for name in other.inputs)) for other in following)
    return NetworkSpec((*network.layers[:position + 1], layer, *rest))


def joined(design: Design) -> ProjectSpec:
    """Return the project with a residual connection around every hidden layer that allows one."""
    network, kind_key = design.project.network, _joining()
    # Last first: positions before stay what they are.
    for first, last in reversed(blocks(design)):
        if not _can_be_joined(design, first, last):
            continue
        source = design.spec(design.layers[first].sources[0]).id
        layer = LayerSpec(network.fresh_id(kind_key), kind_key, {},
                          (design.spec(last).id, source))
        network = put_behind(network, design.spec(last).id, layer)
    return design.with_network(network)


def _can_be_joined(design: Design, first: int, last: int) -> bool:
    """Say whether what a block gives may be added to what it was given."""
    begin, end = design.layers[first], design.layers[last]
    source = begin.sources[0]
    if source <= 0 or len(begin.sources) != 1 or begin.inputs[0] != end.shape:
        return False
    # What is given to something else as well is joined by the person already.
    return len(design.readers[source]) == 1 and len(design.readers[last]) == 1


def _joining() -> str:
    """Return the key of the kind that adds what several layers give."""
    shape = (2,)
    for candidate in kinds():
        if candidate.fewest_inputs > 1 and candidate.infer_shape({}, (shape, shape)) == shape:
            return candidate.key
    raise LookupError("no kind of layer adds")


def key_of(*, normalises: bool = False, drops: bool = False) -> str:
    """Return the key of the kind that norms by the batch, or that silences units at random."""
    for candidate in kinds():
        is_norm = candidate.normalises and candidate.reads_batch
        is_dropping = candidate.breaks_ties and candidate.field("rate") is not None
        if (normalises and is_norm) or (drops and is_dropping):
            return candidate.key
    raise LookupError("no such kind of layer")


def is_normed(design: Design, position: int) -> bool:
    """Say whether something norms what a layer gives before the next one weighs it."""
    return any(layer.kind.normalises for layer in _until_next(design, position))


def _until_next(design: Design, position: int) -> Iterable[ResolvedLayer]:
    weighted = {id(design.layers[place]) for place in design.weighted}
    for layer in design.between(position):
        if layer is not design.layers[position] and id(layer) in weighted:
            return
        yield layer


def widened(design: Design, least: int) -> ProjectSpec:
    """Return the project with so many units in every hidden layer that has fewer."""
    network = design.project.network
    for position in design.hidden:
        layer = design.layers[position]
        units = layer.kind.units(layer.options)
        if layer.kind.width_option and units < least and not layer.kind.is_latent:
            network = network.replaced(design.spec(position).with_options(
                **{layer.kind.width_option: least}))
    return design.with_network(network)


def doubled(design: Design) -> ProjectSpec:
    """Return the project with another layer like the last hidden one behind it."""
    network = design.project.network
    first, last = blocks(design)[-1]
    model = design.spec(first)
    if first != last or len(design.layers[first].shape) != 1 or model.inputs:
        return design.project
    layer = replace(model, id=network.fresh_id(model.kind), options=dict(model.options))
    if len(design.layers[first].inputs[0]) != 1:
        # What reads a sequence cannot stand behind what gives a row.
        return design.project
    return design.with_network(put_behind(network, model.id, layer))


def rounded(rate: float) -> float:
    """Return the nearest of 1, 3, 10, 30, ... times a power of ten."""
    decades = math.floor(2 * math.log10(rate) + 0.5)
    power, half = divmod(decades, 2)
    return float(f"{3 if half else 1}e{power}")
