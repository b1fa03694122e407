"""Files of weights as other programs write them, byte by byte, and networks to put them into."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.export.onnx.file import Model, Port, node, tensor
from engine.foreign.target import Target, targets
from engine.spec import LayerSpec, NetworkSpec, Option

Arrays = Mapping[str, NDArray[Any]]

NAMES = {"float64": "F64", "float32": "F32", "float16": "F16", "int64": "I64", "uint8": "U8"}


def safetensors_bytes(arrays: Arrays, **about: str) -> bytes:
    """Return a safetensors file."""
    entries: dict[str, Any] = {"__metadata__": about} if about else {}
    numbers = b""
    for name, array in arrays.items():
        packed = np.ascontiguousarray(array).tobytes()
        entries[name] = {"dtype": NAMES[array.dtype.name], "shape": list(array.shape),
                         "data_offsets": [len(numbers), len(numbers) + len(packed)]}
        numbers += packed
    return with_header(json.dumps(entries).encode(), numbers)


def with_header(header: bytes, numbers: bytes = b"") -> bytes:
    """Return a safetensors file with this header."""
    return len(header).to_bytes(8, "little") + header + numbers


def onnx_bytes(nodes: list[bytes], arrays: Arrays, **remarks: str) -> bytes:
    """Return an ONNX file."""
    return Model("test", "", 13, nodes, [tensor(name, array) for name, array in arrays.items()],
                 (Port("x", "float32", (4,)),), (Port("y", "float32", (2,)),), remarks).content()


def gemm(name: str, *inputs: str, **settings: Any) -> bytes:
    """Return a node that multiplies matrices."""
    return node("Gemm", name, inputs, [f"{name}-out"], settings)


def network(*layers: tuple[str, str, dict[str, Option]]) -> NetworkSpec:
    """Return a network: the input, then layers of these ids, kinds and options."""
    return NetworkSpec((LayerSpec("input", "input"),
                        *(LayerSpec(name, kind, options) for name, kind, options in layers)))


def room(n_inputs: int, *layers: tuple[str, str, dict[str, Option]]) -> tuple[Target, ...]:
    """Return what such a network has room for."""
    return tuple(targets(network(*layers), n_inputs))


def numbered(*shape: int, start: float = 1.0) -> NDArray[np.float32]:
    """Return numbers that all differ."""
    return (start + np.arange(np.prod(shape), dtype=np.float32)).reshape(shape)
