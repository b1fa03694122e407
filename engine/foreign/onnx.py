"""Reading the weights of ONNX files: initialisers, and the nodes that say what each is for.

Only what is needed of the format is read, from the file's own bytes; nothing of it is run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.foreign.group import (
    CHANNELS_LAST,
    FLATTENING,
    ONNX,
    Group,
    Part,
    WeightsFile,
    layer_name,
)
from engine.foreign.unreadable import Unreadable
from engine.foreign.wire import NotWire, fields, whole_numbers
from engine.messages import say

GRAPH, METADATA = 7, 14
"""Fields of a model."""

NODE, INITIALISER = 1, 5
"""Fields of a graph."""

AXES = 8

TO_CHANNELS_LAST = ((0, 2, 3, 1), (0, 2, 1))
"""How axes are turned so that channels become innermost."""

_FLOATS = {1: ("<f4", 4), 11: ("<f8", 10), 10: ("<f2", 5), 16: ("<u2", 5), 6: ("<i4", 5),
           7: ("<i8", 7)}
"""Types of numbers: how they stand in raw bytes, and which field holds them otherwise."""

BFLOAT16 = 16

_PARTS: Mapping[str, tuple[str, ...]] = {
    "Gemm": ("", "weight", "bias"), "MatMul": ("", "weight"),
    "Conv": ("", "weight", "bias"), "ConvTranspose": ("", "weight", "bias"),
    "BatchNormalization": ("", "scale", "bias", "mean", "variance"),
    "LayerNormalization": ("", "scale", "bias"), "PRelu": ("", "slope"),
    "RNN": ("", "weight", "recurrence", "bias"), "LSTM": ("", "weight", "recurrence", "bias"),
    "GRU": ("", "weight", "recurrence", "bias"), "Gather": ("weight",),
}
"""What the inputs of a node are, by their places; empty for what flows through the network."""


@dataclass(frozen=True)
class Node:
    """A node of the graph.

    Attributes
    ----------
    op : str
        What it does.
    name : str
        Its own name, which may be empty.
    inputs, outputs : tuple[str, ...]
        Names of what it reads and gives.
    settings : Mapping[str, object]
        Its attributes: whole numbers, numbers, texts and tuples of whole numbers.
    """

    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    settings: Mapping[str, Any]


def read(content: bytes, name: str) -> WeightsFile:
    """Return the weights of a model, layer by layer, in the order of its nodes.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name.

    Raises
    ------
    Unreadable
        If it is damaged, no such file, or keeps its numbers in another one.
    """
    try:
        nodes, arrays, remarks = _model(memoryview(content))
    except (NotWire, UnicodeDecodeError) as error:
        raise Unreadable(say("foreign.not-onnx")) from error
    if not nodes and not arrays:
        raise Unreadable(say("foreign.not-onnx"))
    groups = tuple(_groups(nodes, arrays))
    used = {part.name for group in groups for part in group.parts.values()}
    loose = tuple(key for key, array in arrays.items() if key not in used and array.dtype.kind
                  in "f" and array.ndim)
    return WeightsFile(name, groups, True, remarks.get(FLATTENING) == CHANNELS_LAST
                       or _turns_channels(nodes), loose)


def _turns_channels(nodes: Sequence[Node]) -> bool:
    """Say whether rows are made of images only where their channels were put innermost before."""
    turned = {output for node in nodes for output in node.outputs
              if node.op == "Transpose" and node.settings.get("perm") in TO_CHANNELS_LAST}
    rows = [node for node in nodes if node.op in ("Flatten", "Reshape")]
    return bool(rows) and any(node.inputs[:1] and node.inputs[0] in turned for node in rows)


def _model(content: memoryview) -> tuple[list[Node], dict[str, NDArray[Any]], dict[str, str]]:
    nodes: list[Node] = []
    arrays: dict[str, NDArray[Any]] = {}
    remarks: dict[str, str] = {}
    for number, _, value in fields(content):
        if number == METADATA:
            key, text = _remark(_bytes(value))
            remarks[key] = text
        if number != GRAPH:
            continue
        for inner, _, part in fields(_bytes(value)):
            if inner == NODE:
                nodes.append(_node(_bytes(part)))
            elif inner == INITIALISER:
                key, array = _tensor(_bytes(part))
                arrays[key] = array
    return nodes, arrays, remarks


def _remark(content: memoryview) -> tuple[str, str]:
    found = {number: _text(value) for number, _, value in fields(content)}
    return found.get(1, ""), found.get(2, "")


def _node(content: memoryview) -> Node:
    inputs, outputs, settings, texts = [], [], {}, {3: "", 4: ""}
    for number, _, value in fields(content):
        if number == 1:
            inputs.append(_text(value))
        elif number == 2:
            outputs.append(_text(value))
        elif number in texts:
            texts[number] = _text(value)
        elif number == 5:
            key, found = _setting(_bytes(value))
            settings[key] = found
    return Node(texts[4], texts[3], tuple(inputs), tuple(outputs), settings)


def _setting(content: memoryview) -> tuple[str, Any]:
    name, several = "", list[int]()
    found: Any = None
    for number, _, value in fields(content):
        if number == 1:
            name = _text(value)
        elif number == 2:
            found = float(np.frombuffer(_bytes(value), "<f4")[0])
        elif number == 3:
            found = next(whole_numbers(value))
        elif number == 4:
            found = _text(value)
        elif number == 8:
            several.extend(whole_numbers(value))
    return name, tuple(several) if several else found


def _tensor(content: memoryview) -> tuple[str, NDArray[Any]]:
    """Return an initialiser; an array without numbers for types that weights do not have."""
    shape: list[int] = []
    kind, name, raw = 0, "", None
    listed: dict[int, list[memoryview | int]] = {}
    for number, _, value in fields(content):
        if number == 1:
            shape.extend(whole_numbers(value))
        elif number == 2:
            kind = next(whole_numbers(value))
        elif number == 8:
            name = _text(value)
        elif number == 9:
            raw = _bytes(value)
        elif number in (13, 14):
            raise Unreadable(say("foreign.elsewhere", name=name[:200]))
        else:
            listed.setdefault(number, []).append(value)
    if kind not in _FLOATS or len(shape) > AXES or any(axis < 0 for axis in shape):
        return name, np.empty(0, np.int8)
    array = _numbers(raw, listed, kind)
    if math.prod(shape) != len(array):
        raise Unreadable(say("foreign.array-size", name=name[:200], shape=tuple(shape),
                             dtype=str(array.dtype), size=array.nbytes))
    return name, array.reshape(shape)


def _numbers(raw: memoryview | None, listed: Mapping[int, list[memoryview | int]], kind: int
             ) -> NDArray[Any]:
    dtype, place = _FLOATS[kind]
    if raw is not None:
        if len(raw) % np.dtype(dtype).itemsize:
            raise NotWire
        array = np.frombuffer(raw, dtype)
    elif np.dtype(dtype).kind == "f" and np.dtype(dtype).itemsize > 2:
        array = np.frombuffer(b"".join(bytes(_bytes(part)) for part in listed.get(place, ())),
                              dtype)
    else:
        # Small numbers stand as whole ones, of which the lower half are the bits.
        whole = [number for part in listed.get(place, ()) for number in whole_numbers(part)]
        wide = np.array(whole, np.int64)
        array = wide.astype("<u2").view(dtype) if np.dtype(dtype).itemsize == 2 else (
            wide.astype(dtype))
    return (array.astype("<u4") << 16).view("<f4") if kind == BFLOAT16 else array


def _groups(nodes: Sequence[Node], arrays: Mapping[str, NDArray[Any]]) -> Iterator[Group]:
    added = {node.inputs[place]: node.inputs[1 - place] for node in nodes if node.op == "Add"
             and len(node.inputs) == 2 for place in (0, 1) if node.inputs[1 - place] in arrays}
    for node in nodes:
        names = _PARTS.get(node.op, ())
        parts = {role: Part(name, arrays[name]) for role, name in zip(names, node.inputs,
                                                                      strict=False)
                 if role and name in arrays}
        if "weight" not in parts and "scale" not in parts and "slope" not in parts:
            continue
        if node.op == "MatMul" and node.outputs[0] in added:
            bias = added[node.outputs[0]]
            parts["bias"] = Part(bias, arrays[bias])
        first = next(iter(parts.values())).name
        yield Group(layer_name(first) or node.name or first, ONNX, parts, node.op, node.settings)


def _bytes(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise NotWire
    return value


def _text(value: int | memoryview) -> str:
    return bytes(_bytes(value)).decode()
