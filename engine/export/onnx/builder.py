"""The graph of an ONNX model while it is built: nodes, arrays, and where channels stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.export.graph import Graph, GraphLayer
from engine.export.onnx.file import ELEMENTS, Setting, node, tensor

OLDEST = 13
"""The oldest set of operators in which all that is written means what it does today."""

DOUBLE = frozenset({
    "Add", "BatchNormalization", "Cast", "Clip", "Concat", "Div", "Equal", "Gather", "GatherND",
    "Gemm", "Identity", "LayerNormalization", "MatMul", "Max", "MaxPool", "Mul", "Not",
    "ReduceMean", "ReduceSum", "Relu", "Reshape", "Sigmoid", "Sin", "Slice", "Softmax", "Squeeze",
    "Sub", "Tanh", "Transpose", "Unsqueeze"})
"""Operators that onnxruntime computes in float64 on a processor."""


@dataclass(frozen=True)
class Value:
    """What a node gives.

    Attributes
    ----------
    name : str
        Its name in the graph.
    shape : tuple[int, ...]
        Shape of one example, as ours is: channels or features last.
    is_first : bool
        Whether its channels really stand in front, as convolutions of ONNX want it.
    is_whole : bool
        Whether it holds whole numbers, such as tokens.
    mask : str
        Of a sequence: name of real[batch, steps], 0 for steps that do not count; empty: all do.
    """

    name: str
    shape: tuple[int, ...]
    is_first: bool = False
    is_whole: bool = False
    mask: str = ""


class Builder:
    """Appends nodes to a graph.

    Parameters
    ----------
    graph : Graph
        What is written.
    dtype : str
        ``float32`` or ``float64``, of all its real numbers.

    Attributes
    ----------
    nodes, tensors : list[bytes]
        Nodes and arrays so far.
    ops : set[str]
        Operators in use.
    opset : int
        The set of operators that they need.
    """

    def __init__(self, graph: Graph, dtype: str) -> None:
        self.graph, self.dtype = graph, dtype
        self.nodes: list[bytes] = []
        self.tensors: list[bytes] = []
        self.ops: set[str] = set()
        self.opset = OLDEST
        self._names: set[str] = set()
        self._turned: dict[str, Value] = {}

    def node(self, op: str, name: str, *inputs: str, outputs: int | Sequence[bool] = 1,
             **settings: Setting) -> str:
        """Append a node and return the name of its output, the last that it has.

        Parameters
        ----------
        op, name : str
            The operator, and how node and output should be called.
        *inputs : str
            Names of what it reads; an empty one is left out.
        outputs : int or sequence of bool
            Which of its outputs are wanted; the others have no name.
        """
        free = self._fresh(name)
        wanted = (True,) * outputs if isinstance(outputs, int) else outputs
        names = [(free if place == len(wanted) - 1 else self._fresh(f"{name}_{place}"))
                 if is_wanted else "" for place, is_wanted in enumerate(wanted)]
        self.nodes.append(node(op, free, inputs, names, settings))
        self.ops.add(op)
        return free

    def needs(self, opset: int) -> None:
        """Say that an operator is new in this set."""
        self.opset = max(self.opset, opset)

    def array(self, name: str, values: NDArray[Any]) -> str:
        """Append an array of real numbers, such as weights, and return its name."""
        return self._tensor(name, np.asarray(values, self.dtype))

    def whole(self, name: str, *values: int) -> str:
        """Append a row of whole numbers, such as a shape, and return its name."""
        return self._tensor(name, np.array(values, np.int64))

    def whole_number(self, name: str, value: int) -> str:
        """Append one whole number and return its name."""
        return self._tensor(name, np.array(value, np.int64))

    def sizes(self, name: str, values: NDArray[np.float32]) -> str:
        """Append numbers that are real in 32 bits whatever the others are; return their name."""
        return self._tensor(name, values)

    def doubles(self, name: str, values: NDArray[np.float64]) -> str:
        """Append numbers of 64 bits whatever the others are; return their name."""
        return self._tensor(name, values)

    def scalar(self, name: str, value: float) -> str:
        """Append one real number and return its name."""
        return self._tensor(name, np.array(value, self.dtype))

    def weights(self, layer: GraphLayer, role: str) -> NDArray[Any]:
        """Return one of a layer's arrays."""
        return self.graph.weights[layer.parameter(role).name]

    def real(self, value: Value) -> Value:
        """Return a value as real numbers."""
        if not value.is_whole:
            return value
        name = self.cast(value.name, self.dtype)
        return replace(value, name=name, is_whole=False)

    def cast(self, name: str, dtype: str) -> str:
        """Return numbers in another type."""
        return self.node("Cast", f"{name}_{dtype}", name, to=ELEMENTS[dtype])

    def first(self, value: Value) -> Value:
        """Return a value with its channels in front."""
        return self._turn(value, True)

    def last(self, value: Value) -> Value:
        """Return a value with its channels, or features, behind."""
        return self._turn(value, False)

    def _turn(self, value: Value, is_first: bool) -> Value:
        places = len(value.shape) - 1
        if value.is_first == is_first or not places:
            return value
        # Several layers may read the same value.
        if value.name not in self._turned:
            order = (0, places + 1, *range(1, places + 1)) if is_first else (
                0, *range(2, places + 2), 1)
            name = self.node("Transpose", f"{value.name}_{'first' if is_first else 'last'}",
                             value.name, perm=order)
            self._turned[value.name] = replace(value, name=name, is_first=is_first)
        return replace(self._turned[value.name], mask=value.mask)

    def _tensor(self, name: str, array: NDArray[Any]) -> str:
        free = self._fresh(name)
        self.tensors.append(tensor(free, array))
        return free

    def _fresh(self, name: str) -> str:
        free, number = name, 2
        while free in self._names:
            free, number = f"{name}_{number}", number + 1
        self._names.add(free)
        return free
