"""What a node of the graph is in Keras.

Between layers everything stands as ours does: rows, (steps, features), (rows, columns, channels).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from engine.arrays import Reals
from engine.export.graph import Graph, GraphLayer
from engine.layers import Node, Shape


@dataclass(frozen=True)
class Made:
    """A layer of Keras.

    Attributes
    ----------
    kind : str
        Its class: ``layers.Dense``.
    options : tuple[str, ...]
        What it is made with: ``16``, ``activation="relu"``.
    suffix : str
        What is added to our layer's name; empty for the layer that has its parameters.
    helpers : tuple[str, ...]
        Classes and functions of `engine.export.keras.helpers` that it needs.
    arrays : Mapping[str, array]
        Its parameters, by what follows the layer's name in Keras' paths: ``kernel``.
    starts : tuple[str, ...]
        How its parameters begin, where Keras would have them begin otherwise:
        ``kernel_initializer="he_uniform"``.
    note : str
        Why it is made so, where Keras would do something else.
    mask : str
        What it calls the steps that count; empty where it is not told of them.
    takes_activation : bool
        Whether a function behind it can be an option of it.
    takes_list : bool
        Whether it reads several inputs, as one list.
    """

    kind: str
    options: tuple[str, ...] = ()
    suffix: str = ""
    helpers: tuple[str, ...] = ()
    arrays: Mapping[str, Reals] = field(default_factory=dict)
    starts: tuple[str, ...] = ()
    note: str = ""
    mask: str = ""
    takes_activation: bool = False
    takes_list: bool = False

    def activated(self, function: str, helpers: tuple[str, ...] = ()) -> Made:
        """Return the same layer with a function behind its sums."""
        return replace(self, options=(*self.options, f"activation={function}"),
                       helpers=(*self.helpers, *helpers), takes_activation=False)


@dataclass(frozen=True)
class Place:
    """A node where it stands.

    Attributes
    ----------
    graph, layer, node : Graph, GraphLayer, Node
        The project, the layer and the node.
    shape : tuple[int, ...]
        Shape of what it reads, per example.
    """

    graph: Graph
    layer: GraphLayer
    node: Node
    shape: Shape

    def array(self, role: str) -> Reals:
        """Return a parameter."""
        return self.graph.weights[self.layer.parameter(role).name]

    @property
    def bias(self) -> tuple[str, ...]:
        """What says that there are no biases, where there are none."""
        return () if self.node.attributes["bias"] else ("use_bias=False",)

    def arrays(self, **roles: str) -> dict[str, Reals]:
        """Return parameters by Keras' names; roles that the node does not have are left out."""
        return {name: np.ascontiguousarray(self.array(role)) for name, role in roles.items()
                if role in self.node.parameters}


Writer = Callable[[Place], Made]

OPS: dict[str, Writer] = {}
"""By op, what makes a layer of a node."""

FUNCTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    **{name: (f'"{name}"', ()) for name in ("relu", "tanh", "sigmoid", "elu", "gelu", "selu",
                                            "silu", "softsign", "hard_tanh")},
    "sine": ("ops.sin", ()), "softplus": ("softplus", ("softplus",)),
}
"""Activation functions that are an option of a layer, with the helpers that they need."""


def writes(*keys: str) -> Callable[[Writer], Writer]:
    """Register what makes layers of some ops."""
    def register(writer: Writer) -> Writer:
        OPS.update(dict.fromkeys(keys, writer))
        return writer
    return register


def number(value: float) -> str:
    """Return a number as Python writes it."""
    return repr(float(value))
