"""Layers of tokens and of time in PyTorch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.arrays import Reals
from engine.errors import SpecError
from engine.export.pytorch.module import Module, Place, writes
from engine.layers.starts import Biases, Start

NAMES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
"""What PyTorch calls a walk through time."""


@writes("embedding")
def _embedding(place: Place) -> tuple[Module, ...]:
    node = place.node
    padding = ", padding_idx=0" if node.attributes["padding"] else ""
    return (Module(f"nn.Embedding({node.whole('vocabulary')}, {node.whole('units')}{padding})",
                   arrays={"weight": place.array("weight")},
                   starts=place.starts(weight="weight")),)


@writes("ngram_bag")
def _ngram_bag(place: Place) -> tuple[Module, ...]:
    node = place.node
    arrays = {"table.weight": place.array("weight")}
    weighted = node.attributes["weighting"] != "none"
    if weighted:
        arrays["ratio"] = place.array("ratio")
    options = [f"vocabulary={node.whole('vocabulary')}", f"rows={len(arrays['table.weight'])}",
               f"units={node.whole('units')}", f"longest={node.whole('longest')}",
               f"mean={node.attributes['combine'] == 'mean'}"]
    options += ["distinct=True"] if node.attributes["distinct"] else []
    options += ["weighted=True"] if weighted else []
    return (Module(f"NgramBag({', '.join(options)})", helpers=("NgramBag",), arrays=arrays,
                   starts=place.starts(weight="weight"), inner=".table"),)


@writes("rnn", "lstm", "gru")
def _recurrent(place: Place) -> tuple[Module, ...]:
    node, layer = place.node, place.layer
    is_plain = not (layer.is_masked or node.attributes["truncation"] or node.attributes["carried"])
    if layer.is_masked and node.attributes["carried"]:
        raise SpecError("export.carried-padding", place=layer.place)
    options = ["batch_first=True"]
    options += [] if node.attributes["bias"] else ["bias=False"]
    if node.attributes.get("function", "tanh") != "tanh":
        options.append(f"nonlinearity=\"{node.attributes['function']}\"")
    made = (f"nn.{NAMES[node.op]}({node.whole('inputs')}, {node.whole('units')}, "
            f"{', '.join(options)})")
    more = f", last={node.attributes['output'] == 'last'}"
    if node.attributes["truncation"]:
        more += f", truncation={node.whole('truncation')}"
    if node.attributes["carried"]:
        more += ", carried=True"
    name = "Recurrent" if is_plain else "RecurrentInPieces"
    return (Module(f"{name}({made}{more})", helpers=(name,), is_masked=layer.is_masked,
                   arrays={f"layer.{key}": array for key, array in _arrays(place).items()},
                   starts=_starts(place), inner=".layer"),)


def _starts(place: Place) -> dict[str, Start]:
    """Return how the parameters begin; what a second bias is not there for begins at 0."""
    found = place.starts(weight_ih_l0="weight", weight_hh_l0="state", bias_ih_l0="bias",
                         bias_hh_l0="candidate")
    first = found.get("bias_ih_l0")
    if isinstance(first, Biases) and "bias_hh_l0" not in found:
        found["bias_hh_l0"] = replace(first, starts=(0.0,))
    return found


def _arrays(place: Place) -> dict[str, Reals]:
    """Return the parameters; gates stand in PyTorch's order, i f g o and r z n, as ours do."""
    found = {"weight_ih_l0": place.array("weight", 1, 0),
             "weight_hh_l0": place.array("state", 1, 0)}
    if not place.node.attributes["bias"]:
        return found
    bias = place.array("bias")
    second = np.zeros_like(bias)
    if "candidate" in place.node.parameters:
        candidate = place.array("candidate")
        second[-len(candidate):] = candidate
    return {**found, "bias_ih_l0": bias, "bias_hh_l0": second}
