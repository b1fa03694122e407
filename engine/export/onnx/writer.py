"""A project as an ONNX model: what the network answers, for programs that know no framework.

The model is written for inference. It begins with the numbers as they are, before they were scaled,
where what scales them is known, and ends with what the last layer gives and, of classes, with
probabilities.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.bundles.npz import npz
from engine.data.rows import ByteRows
from engine.data.scaling import Scaler
from engine.export.graph import Graph
from engine.export.onnx.builder import DOUBLE, Builder, Value
from engine.export.onnx.file import Model, Port
from engine.export.onnx.layers import TOKEN_OPS, write_layer
from engine.export.onnx.script import check_script
from engine.export.target import Written
from engine.foreign.group import CHANNELS_LAST, FLATTENING
from engine.layers import LOSSES
from engine.messages import say

INPUTS, SCORES, PROBABILITIES = "inputs", "scores", "probabilities"
"""Names of what goes in and comes out."""

_SHARES: Mapping[str, str] = {"softmax": "Softmax", "sigmoid": "Sigmoid"}
"""What makes probabilities of scores, by what a loss calls it."""


@dataclass(frozen=True)
class Built:
    """A model with what its check has to know.

    Attributes
    ----------
    content : bytes
        The file.
    dtype : str
        Type of its numbers: ``float32`` although the project's are others, where there are no
        kernels for those.
    missing : tuple[str, ...]
        Operators that are the reason.
    """

    content: bytes
    dtype: str
    missing: tuple[str, ...] = ()


def build_model(graph: Graph) -> Built:
    """Return a graph as a model.

    Raises
    ------
    SpecError
        If ONNX cannot say what a layer does.
    """
    builder = Builder(graph, graph.precision)
    model = _model(builder)
    missing = tuple(sorted(builder.ops - DOUBLE)) if graph.precision == "float64" else ()
    if missing:
        # onnxruntime refuses a model that has an operator without a kernel.
        builder = Builder(graph, "float32")
        model = _model(builder)
    return Built(model.content(), builder.dtype, missing)


def _model(b: Builder) -> Model:
    graph = b.graph
    port, value = _beginning(b)
    values = {graph.layers[0].id: value}
    for layer in graph.layers[1:]:
        values[layer.id] = write_layer(b, layer, [values[one] for one in layer.inputs])
    output = b.last(b.real(values[graph.layers[-1].id]))
    scores = b.node("Identity", SCORES, output.name)
    outputs = [Port(scores, b.dtype, output.shape)]
    if share := _SHARES.get(_probabilities(graph)):
        settings = {"axis": -1} if share == "Softmax" else {}
        outputs.append(Port(b.node(share, PROBABILITIES, scores, **settings), b.dtype,
                            output.shape))
    return Model(graph.name, _told(graph), b.opset, b.nodes, b.tensors, (port,), tuple(outputs),
                 {FLATTENING: CHANNELS_LAST})


def _probabilities(graph: Graph) -> str:
    """Return what makes probabilities of the scores; empty where they are none."""
    loss = LOSSES[graph.training.loss.op]
    # Those of a hinge are for display alone.
    return "" if loss.key == "hinge" else loss.output_title


def _told(graph: Graph) -> str:
    state = "trained" if graph.is_trained else "not trained yet"
    return say("export.onnx-told", name=graph.name, data=graph.data.title, state=state).text


def _beginning(b: Builder) -> tuple[Port, Value]:
    """Return what goes in, and what the first layer gives: scaled numbers, or tokens."""
    data = b.graph.data
    shape = (data.inputs.shape[1],)
    if _reads_tokens(b.graph):
        return Port(INPUTS, "int64", shape), Value(INPUTS, shape, is_whole=True)
    if isinstance(data.inputs, ByteRows):
        larger = b.node("Mul", "scaled", b.cast(INPUTS, b.dtype),
                        b.array("scale", _alike(data.inputs.scale)))
        name = b.node("Add", "shifted", larger, b.array("shift", _alike(data.inputs.shift)))
        return Port(INPUTS, "uint8", shape), Value(name, shape)
    if data.scaler is not None and data.scaler.changes:
        return Port(INPUTS, "float64", shape), Value(_scaled(b, data.scaler), shape)
    return Port(INPUTS, b.dtype, shape), Value(INPUTS, shape)


def _scaled(b: Builder, scaler: Scaler) -> str:
    """Scale numbers as they stand in the file, in float64.

    In float32, those far from 0, such as years, would be rounded before their mean is taken off.
    """
    name = INPUTS
    if (scaler.unit != 1).any():
        name = b.node("Div", "in_units", name, b.doubles("unit", scaler.unit))
    centred = b.node("Sub", "centred", name, b.doubles("shift", scaler.shift))
    scaled = b.node("Div", "scaled", centred, b.doubles("spread", scaler.spread))
    return scaled if b.dtype == "float64" else b.cast(scaled, b.dtype)


def _reads_tokens(graph: Graph) -> bool:
    readers = graph.readers(graph.layers[0].id)
    return any(node.op in TOKEN_OPS for layer in readers for node in layer.nodes[:1])


def _alike(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return one number for all where they are the same."""
    return values[:1] if np.ptp(values) == 0 else values


def example_inputs(graph: Graph, dtype: str) -> NDArray[np.generic]:
    """Return the examples that are asked about, as they go into the model."""
    data, asked = graph.data, graph.proof.asked
    if isinstance(data.inputs, ByteRows):
        return np.ascontiguousarray(data.inputs.content[asked])
    if _reads_tokens(graph):
        return np.ascontiguousarray(data.inputs[asked], "int64")
    if data.scaler is not None and data.scaler.changes:
        return np.ascontiguousarray(data.scaler.inverse(data.inputs[asked].astype(np.float64)))
    return np.ascontiguousarray(data.inputs[asked], dtype)


def write_onnx(graph: Graph, stem: str) -> Written:
    """Return model, script and examples of a graph; raises as `build_model` does."""
    built = build_model(graph)
    kept = npz({INPUTS: example_inputs(graph, built.dtype),
                SCORES: graph.proof.outputs.astype(np.float64)}).content()
    return Written({f"{stem}.onnx": built.content,
                    f"{stem}_check.py": check_script(graph, stem, built.dtype, built.missing),
                    f"{stem}_check.npz": kept})

