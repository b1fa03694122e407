"""First weights that are tried out: a network like the project's, drawn in another way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from engine.layers import INITIALISERS
from engine.layers.initialisers import TABLE
from engine.layers.weighted import AT_FIRST
from engine.spec import LayerSpec, NetworkSpec, Option
from gui.document.wiring import known_kind

FRAMEWORKS = ("pytorch", "keras", "playground")
"""Schemes that come with biases and a gain of their own: those of the framework they name."""
PRESETS = (*FRAMEWORKS, "he_normal", "xavier_uniform", "lecun_normal", "orthogonal", "lsuv")
"""What is offered first."""


class Setting(NamedTuple):
    """What layers have in common; None where they differ, or none has it."""

    scheme: str | None
    gain: float | None
    bias: float | None


def drawn(network: NetworkSpec) -> tuple[LayerSpec, ...]:
    """Return the layers that draw weights, first to last."""
    return tuple(layer for layer in network if "weights" in _choices(layer))


def summing(network: NetworkSpec) -> tuple[LayerSpec, ...]:
    """Return those of them that weigh what comes in: no tables of tokens."""
    found = []
    for layer in drawn(network):
        layer_kind = known_kind(layer)
        if layer_kind is not None and layer_kind.role != TABLE:
            found.append(layer)
    return tuple(found)


def setting_of(layers: Sequence[LayerSpec]) -> Setting:
    """Return what layers have in common."""
    scheme, gain, bias = (_common(layers, key) for key in ("weights", "gain", "initial_bias"))
    return Setting(None if scheme is None else str(scheme),
                   None if gain is None else float(gain), None if bias is None else float(bias))


def schemes_of(layer: LayerSpec) -> tuple[str, ...]:
    """Return the keys of the schemes that a layer can have."""
    layer_kind = known_kind(layer)
    field = None if layer_kind is None else layer_kind.field("weights")
    return () if field is None else tuple(choice.key for choice in field.choices)


def with_scheme(network: NetworkSpec, ids: Sequence[str], scheme: str) -> NetworkSpec:
    """Return the network in which layers draw their weights by a scheme.

    One that bears the name of a framework brings what belongs to it: a gain of 1, biases around 0,
    weights from state to state that are drawn alike, and Keras's forget gate.
    """
    wanted: dict[str, Option] = {"weights": scheme}
    if scheme in FRAMEWORKS:
        wanted |= {"recurrent_weights": scheme, "gain": 1.0, "initial_bias": 0.0,
                   "forget_bias": 1.0}
    return _with(network, ids, wanted)


def with_gain(network: NetworkSpec, ids: Sequence[str], gain: float) -> NetworkSpec:
    """Return the network in which layers draw their weights with this gain."""
    return _with(network, ids, {"gain": gain})


def with_bias(network: NetworkSpec, ids: Sequence[str], bias: float) -> NetworkSpec:
    """Return the network in which the biases of layers start here."""
    return _with(network, ids, {"initial_bias": bias})


def has_gain(layers: Iterable[LayerSpec]) -> bool:
    """Say whether a gain makes a difference to one of the layers."""
    return any(_scheme(layer) is not None and INITIALISERS[str(_scheme(layer))].has_gain
               for layer in layers)


def has_bias(layers: Iterable[LayerSpec]) -> bool:
    """Say whether one of the layers has biases that start where a person says."""
    return any(_choices(layer).get("bias") is True and "initial_bias" in _choices(layer)
               and INITIALISERS[str(_scheme(layer))].bias is None for layer in layers)


def rebased(tried: NetworkSpec, before: NetworkSpec, after: NetworkSpec) -> NetworkSpec:
    """Return another project's network with what is tried out in it.

    Parameters
    ----------
    tried : NetworkSpec
        What is tried out, in the project that was.
    before, after : NetworkSpec
        That project's network, and the one that has taken its place.
    """
    old = {layer.id: layer for layer in before}
    mine = {layer.id: layer for layer in tried}
    found = after
    for layer in after:
        was, other = old.get(layer.id), mine.get(layer.id)
        if was is None or other is None or other.kind != layer.kind:
            continue
        mended = {key: value for key, value in _choices(other).items()
                  if key in AT_FIRST and value != _choices(was).get(key)}
        found = _with(found, (layer.id,), mended)
    return found


def _with(network: NetworkSpec, ids: Sequence[str], wanted: dict[str, Option]) -> NetworkSpec:
    """Return the network in which layers have these options, as far as they can have them."""
    for layer in network:
        layer_kind = known_kind(layer)
        if layer.id not in ids or layer_kind is None:
            continue
        changes = {}
        for key, value in wanted.items():
            field = layer_kind.field(key)
            if field is not None and field.fault(value) is None:
                changes[key] = value
        if any(_choices(layer).get(key) != value for key, value in changes.items()):
            network = network.replaced(layer.with_options(**changes))
    return network


def _choices(layer: LayerSpec) -> dict[str, Option]:
    layer_kind = known_kind(layer)
    return {} if layer_kind is None else layer_kind.options(layer)


def _scheme(layer: LayerSpec) -> Option | None:
    return _choices(layer).get("weights")


def _common(layers: Sequence[LayerSpec], key: str) -> Option | None:
    values = {_choices(layer)[key] for layer in layers if key in _choices(layer)}
    return values.pop() if len(values) == 1 else None
