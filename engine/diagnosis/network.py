"""What a network's description alone tells a diagnosis."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from engine.layers import LayerKind, Options, kinds
from engine.spec import LayerSpec, NetworkSpec

Known = tuple[LayerSpec, LayerKind, Options]
"""A layer, its kind, and its options with defaults."""


def symmetric_layers(network: NetworkSpec) -> frozenset[str]:
    """Return the ids of layers whose units start equal and stay so.

    That is the case when all weights into the units are equal and all weights out of them too:
    then every unit computes the same and gets the same gradient, whatever stands between that
    treats all units alike. Dropout and noise on the way break the tie.
    """
    known = tuple(_known(network))
    even, alike = _even(known), set[str]()
    sources = _sources(network)
    for layer, _, _ in reversed(known):
        readers = [other for other in known if layer.id in sources[other[0].id]]
        if readers and all(_returns_alike(reader, sources, even, alike) for reader in readers):
            alike.add(layer.id)
    return frozenset(layer.id for layer, layer_kind, options in known
                     if layer.id in alike and layer_kind.equal_units(options) > 1)


def _sources(network: NetworkSpec) -> dict[str, tuple[str, ...]]:
    """Return the ids of the layers that feed each."""
    before = ("", *(layer.id for layer in network))
    return {layer.id: layer.inputs or (previous,)
            for previous, layer in zip(before, network, strict=False)}


def _even(known: tuple[Known, ...]) -> set[str]:
    """Return the layers whose outputs are the same number in every unit, or channel."""
    sources = _sources(NetworkSpec(tuple(layer for layer, _, _ in known)))
    found = set[str]()
    for layer, layer_kind, options in known:
        drawn = bool(layer_kind.initialiser(options))
        if (layer_kind.equal_units(options) > 1 if drawn else
                _treats_alike(layer_kind) and found.issuperset(sources[layer.id])):
            found.add(layer.id)
    return found


def _treats_alike(layer_kind: LayerKind) -> bool:
    """Say whether a kind without drawn weights does the same to every unit."""
    return layer_kind.treats_alike and not layer_kind.breaks_ties


def _returns_alike(reader: Known, sources: Mapping[str, tuple[str, ...]], even: Container[str],
                   alike: Container[str]) -> bool:
    """Say whether a layer sends the same gradient back to every unit that feeds it."""
    layer, layer_kind, options = reader
    if layer_kind.initialiser(options):
        return layer_kind.starts_equal(options)
    # Where paths only meet, units that differ do not change what the others get.
    evenly = layer_kind.most_inputs > 1 or all(source in even for source in sources[layer.id])
    return layer.id in alike and _treats_alike(layer_kind) and evenly


def _known(network: NetworkSpec) -> Iterator[Known]:
    """Yield the layers whose kind this program has."""
    by_key = {one.key: one for one in kinds()}
    for layer in network:
        layer_kind = by_key.get(layer.kind)
        if layer_kind is not None:
            yield layer, layer_kind, layer_kind.options(layer)


def _drawn(network: NetworkSpec) -> tuple[Known, ...]:
    """Return the layers whose weights are drawn."""
    return tuple(known for known in _known(network) if known[1].initialiser(known[2]))


def output_width(network: NetworkSpec) -> int:
    """Return the units of the last layer that has such a number; 0 if none has."""
    widths = [layer_kind.units(options) for _, layer_kind, options in _known(network)
              if layer_kind.width_option]
    return widths[-1] if widths else 0


def hidden_activations(network: NetworkSpec) -> frozenset[str]:
    """Return the activation functions that a gradient passes on its way to the first weights."""
    drawn = _drawn(network)
    if not drawn:
        return frozenset()
    first, last = (network.index(known[0].id) for known in (drawn[0], drawn[-1]))
    return frozenset(layer_kind.activation(options)
                     for _, layer_kind, options in list(_known(network))[first:last])


def hidden_initialisers(network: NetworkSpec) -> frozenset[str]:
    """Return how the weights of all layers but the last are drawn, as keys."""
    return frozenset(layer_kind.initialiser(options)
                     for _, layer_kind, options in _drawn(network)[:-1])
