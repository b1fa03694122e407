"""What a network's description alone tells a diagnosis."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from engine.layers import LayerKind, Options, kind
from engine.spec import LayerSpec, NetworkSpec

Known = tuple[LayerSpec, LayerKind, Options]
"""A layer, its kind, and its options with defaults."""


def symmetric_layers(network: NetworkSpec) -> frozenset[str]:
    """Return the ids of layers whose units start equal and stay so.

    That is the case when all weights into the units are equal and all weights out of them too:
    then every unit computes the same and gets the same gradient. Dropout and
    noise break the tie.
    """
    if any(layer_kind.breaks_ties for _, layer_kind, _ in _known(network)):
        return frozenset()
    return frozenset(
        layer.id for (layer, layer_kind, options), (_, following, its) in pairwise(_drawn(network))
        if layer_kind.equal_units(options) > 1 and following.starts_equal(its))


def _known(network: NetworkSpec) -> Iterator[Known]:
    for layer in network:
        yield layer, kind(layer.kind), kind(layer.kind).options(layer)


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
