"""Recurrent layers as nodes of ONNX, with padding wherever it stands.

ONNX knows how many steps an example has, and takes those from its first one on. Where steps in the
middle do not count, those that do are brought to the front before; and since a step that does not
count repeats the state before it, every step then takes the state after as many as count so far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import Reals
from engine.export.graph import GraphLayer
from engine.export.onnx.builder import Builder, Value
from engine.layers import Node

_GATES = {"rnn": "h", "lstm": "iofg", "gru": "zrn"}
"""The order in which ONNX has gates, in our letters: its candidate c of an LSTM is our g."""

_OPERATORS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}


@dataclass(frozen=True)
class _Steps:
    """Which steps count.

    Attributes
    ----------
    lengths : str
        int32[batch], how many of each example; empty: all.
    mask : str
        real[batch, steps].
    """

    lengths: str = ""
    mask: str = ""


def recurrent(b: Builder, layer: GraphLayer, node: Node, inputs: Sequence[Value]) -> Value:
    """Append a recurrent layer."""
    x = b.last(inputs[0])
    steps = _Steps()
    if x.mask:
        x, steps = _counted_first(b, layer, x)
    across = b.node("Transpose", f"{layer.id}_steps", x.name, perm=(1, 0, 2))
    is_last = node.attributes["output"] == "last"
    settings: dict[str, int | Sequence[str]] = {"hidden_size": node.whole("units")}
    if node.op == "gru":
        # The reset gate weighs the product with the state, not the state.
        settings["linear_before_reset"] = 1
    if node.op == "rnn":
        settings["activations"] = (str(node.attributes["function"]).capitalize(),)
    name = b.node(_OPERATORS[node.op], f"{layer.id}_walk", across, *_arrays(b, layer, node),
                  *([steps.lengths] if steps.lengths else []),
                  outputs=(False, True) if is_last else (True,), **settings)
    if is_last:
        return Value(b.node("Squeeze", f"{layer.id}_state", name, b.whole(f"{layer.id}_way", 0)),
                     (node.whole("units"),))
    states = b.node("Transpose", f"{layer.id}_states", b.node(
        "Squeeze", f"{layer.id}_one_way", name, b.whole(f"{layer.id}_way", 1)), perm=(1, 0, 2))
    found = Value(states, (x.shape[0], node.whole("units")))
    return _repeated(b, layer, found, steps) if steps.mask else found


def _arrays(b: Builder, layer: GraphLayer, node: Node) -> tuple[str, ...]:
    """Return weights (1, gates x units, in), the same of the state, and biases in one row."""
    order = _order(node)

    def rows(role: str) -> str:
        array = b.weights(layer, role)
        return b.array(layer.parameter(role).name, _in_order(array, order).T[None])
    weights = rows("weight"), rows("state")
    if not node.attributes["bias"]:
        # An empty name leaves an input out.
        return (*weights, "") if layer.is_masked else weights
    fresh = b.weights(layer, "bias")
    kept = np.zeros_like(fresh)
    if "candidate" in node.parameters:
        kept[-node.whole("units"):] = b.weights(layer, "candidate")
    both = np.concatenate([_in_order(fresh, order), _in_order(kept, order)])
    return (*weights, b.array(layer.parameter("bias").name, both[None]))


def _order(node: Node) -> list[int]:
    """Return where each of the gates that ONNX wants stands in ours."""
    ours, wanted = str(node.attributes["gates"]), _GATES[node.op]
    return [0] if len(wanted) == 1 else [ours.index(gate) for gate in wanted]


def _in_order(array: Reals, order: Sequence[int]) -> Reals:
    parts = np.split(array, len(order), axis=-1)
    return np.concatenate([parts[place] for place in order], axis=-1)


def _counted_first(b: Builder, layer: GraphLayer, x: Value) -> tuple[Value, _Steps]:
    """Return a sequence whose steps that count stand in front, in their order."""
    steps, stem = x.shape[0], f"{layer.id}_counted"
    falling = b.array(f"{stem}_falling", np.arange(steps, 0, -1.0)[None])
    keys = b.node("Mul", f"{stem}_keys", x.mask, falling)
    order = b.node("TopK", f"{stem}_order", keys, b.whole(f"{stem}_all", steps),
                   outputs=2, axis=1)
    name = _picked(b, stem, x.name, order)
    total = b.node("ReduceSum", f"{stem}_total", x.mask, b.whole(f"{stem}_axis", 1), keepdims=0)
    return Value(name, x.shape), _Steps(b.cast(total, "int32"), x.mask)


def _repeated(b: Builder, layer: GraphLayer, states: Value, steps: _Steps) -> Value:
    """Return for every step the state after the last one that counts; 0 before the first."""
    stem = f"{layer.id}_repeated"
    so_far = b.node("CumSum", f"{stem}_so_far", steps.mask, b.whole_number(f"{stem}_axis", 1))
    before = b.node("Sub", f"{stem}_before", so_far, b.scalar(f"{stem}_one", 1.0))
    place = b.cast(b.node("Max", f"{stem}_place", before, b.scalar(f"{stem}_least", 0.0)), "int64")
    found = _picked(b, stem, states.name, place)
    has_begun = b.node("Unsqueeze", f"{stem}_begun", b.node(
        "Min", f"{stem}_any", so_far, b.scalar(f"{stem}_most", 1.0)),
        b.whole(f"{stem}_behind", 2))
    return Value(b.node("Mul", stem, found, has_begun), states.shape)


def _picked(b: Builder, stem: str, name: str, places: str) -> str:
    """Return the steps of every example that stand at some places."""
    indices = b.node("Unsqueeze", f"{stem}_indices", places, b.whole(f"{stem}_last", -1))
    return b.node("GatherND", f"{stem}_picked", name, indices, batch_dims=1)
