"""The network that a person asks for: an ordered list of layers."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from engine.errors import SpecError

Option = bool | int | float | str
"""What a layer's option may hold; `engine.layers` says which options a kind has."""


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
    """

    id: str
    kind: str
    options: dict[str, Option] = msgspec.field(default_factory=dict)

    def with_options(self, **changes: Option) -> LayerSpec:
        """Return a copy of the layer in which these options are set."""
        return LayerSpec(self.id, self.kind, {**self.options, **changes})


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
        raise SpecError("Network", f"no layer is called {layer_id!r}",
                        "one of " + ", ".join(layer.id for layer in self.layers))

    def layer(self, layer_id: str) -> LayerSpec:
        """Return the layer with this id; raises as `index` does."""
        return self.layers[self.index(layer_id)]

    def inserted(self, position: int, layer: LayerSpec) -> NetworkSpec:
        """Return the network with ``layer`` placed before ``position``."""
        return NetworkSpec((*self.layers[:position], layer, *self.layers[position:]))

    def removed(self, layer_id: str) -> NetworkSpec:
        """Return the network without a layer; raises as `index` does."""
        position = self.index(layer_id)
        return NetworkSpec(self.layers[:position] + self.layers[position + 1:])

    def replaced(self, layer: LayerSpec) -> NetworkSpec:
        """Return the network in which ``layer`` stands for the one of the same id."""
        position = self.index(layer.id)
        return NetworkSpec((*self.layers[:position], layer, *self.layers[position + 1:]))

    def moved(self, layer_id: str, position: int) -> NetworkSpec:
        """Return the network with a layer moved so that it ends up at ``position``."""
        return self.removed(layer_id).inserted(position, self.layer(layer_id))

    def fresh_id(self, kind: str) -> str:
        """Return an id such as ``dense-3`` that no layer has yet."""
        taken = {layer.id for layer in self.layers}
        number = 1
        while f"{kind}-{number}" in taken:
            number += 1
        return f"{kind}-{number}"
