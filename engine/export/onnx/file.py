"""ONNX files as bytes: models, graphs, nodes and tensors in the wire format of protocol buffers.

Written by hand, since that is little: the package of the same name, with what it needs, would make
the program 36 MB larger, in order to write numbers behind numbers. Field numbers are those of
the format's public schema, ``onnx.proto``; a test has that package check what is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.foreign.wire import block, message, number, packed, real

PRODUCER = "Backprop Lab"

ELEMENTS: Mapping[str, int] = {"float32": 1, "uint8": 2, "int32": 6, "int64": 7, "bool": 9,
                               "float64": 11}
"""Types of tensors by NumPy's names."""

IR_VERSIONS: Mapping[int, int] = {13: 7, 17: 8}
"""The oldest version of the format that has a set of operators."""

BATCH = "batch"
"""Name of the axis that may have any length."""

Setting = int | float | str | Sequence[int] | Sequence[str]

_FLOAT, _INT, _STRING, _INTS, _STRINGS = 1, 2, 3, 7, 8
"""Types of attributes."""


@dataclass(frozen=True)
class Port:
    """What goes into a model, or comes out of it.

    Attributes
    ----------
    name, dtype : str
        Its name, and the type of its numbers as NumPy calls it.
    shape : tuple[int, ...]
        Shape of one example.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Model:
    """All that a file holds.

    Attributes
    ----------
    name, told : str
        Name of the graph, and what is to be said of it.
    opset : int
        The set of operators that it uses.
    nodes, tensors : list[bytes]
        As `node` and `tensor` return them.
    inputs, outputs : tuple[Port, ...]
        What goes in and comes out.
    remarks : Mapping[str, str]
        What a reader may want to know.
    """

    name: str
    told: str
    opset: int
    nodes: list[bytes]
    tensors: list[bytes]
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    remarks: Mapping[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """Return the file."""
        graph = message(
            *(block(1, one) for one in self.nodes), block(2, self.name),
            *(block(5, one) for one in self.tensors),
            *(block(11, _port(one)) for one in self.inputs),
            *(block(12, _port(one)) for one in self.outputs))
        return message(
            number(1, IR_VERSIONS[self.opset]), block(2, PRODUCER), block(6, self.told),
            block(7, graph), block(8, message(block(1, ""), number(2, self.opset))),
            *(block(14, message(block(1, key), block(2, text)))
              for key, text in self.remarks.items()))


def node(op: str, name: str, inputs: Iterable[str], outputs: Iterable[str],
         settings: Mapping[str, Setting]) -> bytes:
    """Return a node; an empty name among the inputs leaves one out."""
    return message(*(block(1, one) for one in inputs), *(block(2, one) for one in outputs),
                   block(3, name), block(4, op),
                   *(block(5, _setting(key, value)) for key, value in settings.items()))


def tensor(name: str, array: NDArray[Any]) -> bytes:
    """Return an array; of its bytes, the lowest comes first, as the format wants it."""
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return message(packed(1, array.shape), number(2, ELEMENTS[array.dtype.name]), block(8, name),
                   block(9, little.tobytes()))


def _setting(name: str, value: Setting) -> bytes:
    if isinstance(value, int):
        return message(block(1, name), number(3, value), number(20, _INT))
    if isinstance(value, float):
        return message(block(1, name), real(2, value), number(20, _FLOAT))
    if isinstance(value, str):
        return message(block(1, name), block(4, value), number(20, _STRING))
    texts = [one for one in value if isinstance(one, str)]
    if texts:
        return message(block(1, name), *(block(9, one) for one in texts), number(20, _STRINGS))
    whole = [one for one in value if isinstance(one, int)]
    return message(block(1, name), packed(8, whole), number(20, _INTS))


def _port(port: Port) -> bytes:
    axes = (block(1, block(2, BATCH)), *(block(1, number(1, axis)) for axis in port.shape))
    kind = message(number(1, ELEMENTS[port.dtype]), block(2, message(*axes)))
    return message(block(1, port.name), block(2, block(1, kind)))
