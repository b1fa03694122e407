"""What a node of the graph is in PyTorch.

Between layers, rows are (batch, numbers), sequences (batch, steps, features) and images (batch,
channels, rows, columns), as PyTorch's own modules have them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Reals
from engine.export.graph import GraphLayer
from engine.layers import Node, Shape
from engine.layers.starts import Start

IMAGE, SEQUENCE = 3, 2
"""Axes of an example."""


@dataclass(frozen=True)
class Module:
    """A module, or an expression where that says the same.

    Attributes
    ----------
    make : str
        What makes it: ``nn.Linear(64, 32)``; empty where there is nothing but the expression.
    call : str
        The same as an expression of ``{x}``; empty where the module itself has to be called.
    between : str
        What stands between the inputs that take the place of ``{x}``.
    suffix : str
        What is added to the layer's name; empty for the module that has its parameters.
    helpers : tuple[str, ...]
        Classes of `engine.export.pytorch.helpers` that it is made from.
    arrays : Mapping[str, array]
        Its parameters as PyTorch calls and lays them out.
    starts : Mapping[str, Start]
        How parameters begin, by PyTorch's names; the others begin as in any module that is made.
    inner : str
        What is added to the module's name for the one that has the parameters: ``.layer``.
    note : str
        Why it is made so, where PyTorch would do something else.
    is_masked : bool
        Whether it is also told which steps count.
    """

    make: str
    call: str = ""
    between: str = ", "
    suffix: str = ""
    helpers: tuple[str, ...] = ()
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    starts: Mapping[str, Start] = field(default_factory=dict)
    inner: str = ""
    note: str = ""
    is_masked: bool = False


@dataclass(frozen=True)
class Place:
    """A node where it stands.

    Attributes
    ----------
    layer : GraphLayer
        Its layer.
    node : Node
        The node.
    shape : tuple[int, ...]
        Shape of its input, or of its first input.
    weights : Mapping[str, Reals]
        The graph's.
    single_batches : bool
        Whether a batch of one example comes up while training.
    """

    layer: GraphLayer
    node: Node
    shape: Shape
    weights: Mapping[str, Reals]
    single_batches: bool

    def array(self, role: str, *axes: int) -> Reals:
        """Return a parameter, its axes in another order where one is given."""
        array = self.weights[self.layer.parameter(role).name]
        return np.ascontiguousarray(array.transpose(axes) if axes else array)

    def starts(self, **roles: str) -> dict[str, Start]:
        """Return how parameters begin, by PyTorch's names; roles that it has not are left out."""
        return {name: self.layer.parameter(role).start for name, role in roles.items()
                if role in self.node.parameters}

    @property
    def rank(self) -> int:
        """How many axes its input has."""
        return len(self.shape)

    @property
    def features(self) -> int:
        """The axis of a batch along which channels or features stand."""
        return 1 if self.rank == IMAGE else -1


Writer = Callable[[Place], tuple[Module, ...]]

OPS: dict[str, Writer] = {}
"""By op, what makes modules of a node."""


def writes(*ops: str) -> Callable[[Writer], Writer]:
    """Register what makes modules of some ops."""
    def register(writer: Writer) -> Writer:
        OPS.update(dict.fromkeys(ops, writer))
        return writer
    return register


def number(value: float) -> str:
    """Return a number as Python writes it."""
    return repr(float(value))
