"""The network that a person asks for: an ordered list of layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec.structs import replace

from engine.errors import SpecError

NotNegative = Annotated[float, msgspec.Meta(ge=0)]

Option = bool | int | float | str
"""What a layer's option may hold; `engine.layers` says which options a kind has."""

MOST_LAYERS = 1000
"""Layers of a network, its input layer among them.

More rows than this no one can read, and no classroom machine trains in real time.
"""


class LayerSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One layer.

    Attributes
    ----------
    id : str
        Stable name, unique in its network; weights are filed under it.
    kind : str
        Key of a layer kind, for example ``dense``.
    options : dict[str, Option]
        What differs from the kind's defaults.
    inputs : tuple[str, ...]
        Ids of the layers that feed this one, all of them before it; empty is the layer just before.
    frozen : bool
        Whether its parameters stay as they are; its gradient is measured all the same. Batch norm
        then takes its running statistics while training, too.
    l1, l2, weight_decay : float | None
        Penalties of this layer's weights, and their decay, which AdamW alone has; None takes the
        training's.
    """

    id: str
    kind: str
    options: dict[str, Option] = msgspec.field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    frozen: bool = False
    l1: NotNegative | None = None
    l2: NotNegative | None = None
    weight_decay: NotNegative | None = None

    def with_options(self, **changes: Option) -> LayerSpec:
        """Return a copy of the layer in which these options are set."""
        return replace(self, options={**self.options, **changes})

    def with_inputs(self, *inputs: str) -> LayerSpec:
        """Return a copy of the layer that these layers feed."""
        return replace(self, inputs=inputs)


class NetworkSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Layers in the order in which data flow through them.

    Attributes
    ----------
    layers : tuple[LayerSpec, ...]
        The first is of kind ``input``, the last gives the output that the loss sees.
    """

    layers: tuple[LayerSpec, ...] = ()

    def __iter__(self) -> Iterator[LayerSpec]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)

    def index(self, layer_id: str) -> int:
        """Return the position of a layer.

        Raises
        ------
        SpecError
            If no layer has this id.
        """
        for position, layer in enumerate(self.layers):
            if layer.id == layer_id:
                return position
        raise SpecError("network.no-layer-called", name=layer_id,
                        known=tuple(layer.id for layer in self.layers))

    def layer(self, layer_id: str) -> LayerSpec:
        """Return the layer with this id; raises as `index` does."""
        return self.layers[self.index(layer_id)]

    def inserted(self, position: int, layer: LayerSpec) -> NetworkSpec:
        """Return the network with ``layer`` placed before ``position``."""
        return NetworkSpec((*self.layers[:position], layer, *self.layers[position:]))

    def removed(self, layer_id: str) -> NetworkSpec:
        """Return the network without a layer; what it fed is fed by what fed it.

        Raises
        ------
        SpecError
            If no layer has this id.
        """
        position = self.index(layer_id)
        before = self.layers[position].inputs or tuple(
            layer.id for layer in self.layers[max(position - 1, 0):position])
        rest = self.layers[:position] + self.layers[position + 1:]
        return NetworkSpec(tuple(_rewired(layer, layer_id, before) for layer in rest))

    def replaced(self, layer: LayerSpec) -> NetworkSpec:
        """Return the network in which ``layer`` stands for the one of the same id."""
        position = self.index(layer.id)
        return NetworkSpec((*self.layers[:position], layer, *self.layers[position + 1:]))

    def moved(self, layer_id: str, position: int) -> NetworkSpec:
        """Return the network with a layer moved so that it ends up at ``position``."""
        layer = self.layer(layer_id)
        rest = NetworkSpec(tuple(other for other in self.layers if other is not layer))
        return rest.inserted(position, layer)

    def fresh_id(self, kind: str) -> str:
        """Return an id such as ``dense-3`` that no layer has yet."""
        taken = {layer.id for layer in self.layers}
        number = 1
        while f"{kind}-{number}" in taken:
            number += 1
        return f"{kind}-{number}"


def _rewired(layer: LayerSpec, gone: str, before: tuple[str, ...]) -> LayerSpec:
    """Return a layer in whose inputs the layers ``before`` stand for the one that is gone."""
    if gone not in layer.inputs:
        return layer
    inputs = [new for old in layer.inputs for new in (before if old == gone else (old,))]
    return layer.with_inputs(*dict.fromkeys(inputs))
