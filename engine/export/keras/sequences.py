"""Layers of tokens and of time in Keras."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.arrays import Reals
from engine.errors import SpecError
from engine.export.keras.made import Made, Place, writes
from engine.export.keras.starts import lstm_biases, starts_of
from engine.export.source import filled

TITLE = "Keras"

NAMES = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}
"""What Keras calls a walk through time."""

CELLS = {"rnn": "simple_rnn_cell", "lstm": "lstm_cell", "gru": "gru_cell"}
"""What its parameters lie in."""

NESTED = 20
"""How far in a layer stands that is made within another one."""

GATES = {"rnn": "h", "lstm": "ifgo", "gru": "zrn"}
"""The order of Keras' gates, in our letters: its c is our g, its h our n."""


@writes("embedding")
def _embedding(place: Place) -> Made:
    node = place.node
    refuse_resting(place)
    name = "PaddedEmbedding" if node.attributes["padding"] else "layers.Embedding"
    return Made(name, (str(node.whole("vocabulary")), str(node.whole("units"))),
                helpers=("PaddedEmbedding",) if node.attributes["padding"] else (),
                arrays=place.arrays(embeddings="weight"),
                starts=starts_of(place, embeddings="weight"))


@writes("ngram_bag")
def _ngram_bag(place: Place) -> Made:
    node = place.node
    refuse_resting(place)
    if len(place.graph.readers(place.graph.layers[0].id)) > 1:
        raise SpecError("export.bag-beside", place=place.layer.place, target=TITLE)
    weighted = ("weighted=True",) if "ratio" in node.parameters else ()
    options = (f"rows={len(place.array('weight'))}", f"units={node.whole('units')}",
               f"mean={node.attributes['combine'] == 'mean'}", *weighted)
    return Made("Bag", options, helpers=("Bag", "ngram_rows"),
                arrays=place.arrays(embeddings="weight", ratio="ratio"),
                starts=starts_of(place, embeddings="weight"))


def refuse_resting(place: Place) -> None:
    """Refuse a table whose rows rest, where that is something else than to have no gradient."""
    training, layer = place.graph.training, place.layer
    if not place.node.attributes["sparse"] or layer.frozen:
        return
    is_plain = training.optimizer.op in ("sgd", "adagrad") and not (layer.l1 or layer.l2)
    if not is_plain:
        raise SpecError("export.rows-rest", place=layer.place, target=TITLE)


@writes("rnn", "lstm", "gru")
def _recurrent(place: Place) -> Made:
    node, layer = place.node, place.layer
    if node.attributes["carried"]:
        raise SpecError("export.carried", place=layer.place, target=TITLE)
    is_last, length = node.attributes["output"] == "last", node.whole("truncation")
    helpers = ("GRUCell",) if _has_own_cell(place) else ()
    options = [_first(place)]
    if node.attributes.get("function", "tanh") != "tanh":
        options.append(f'activation="{node.attributes["function"]}"')
    options += [] if helpers else place.bias
    kind = "layers.RNN" if helpers else f"layers.{NAMES[node.op]}"
    starts = () if helpers else _starts(place)
    if not length:
        options += [] if is_last else ["return_sequences=True"]
        return Made(kind, tuple(options), helpers=helpers, mask="mask", starts=starts,
                    arrays=_within(place, ""))
    options += [*starts, 'name="walk"']
    walk = f"{kind}({', '.join(options)})"
    return Made("InPieces", (walk, f"length={length}", f"last={is_last}"), mask="counts",
                helpers=("InPieces", *helpers), arrays=_within(place, "walk/"))


def _has_own_cell(place: Place) -> bool:
    return place.node.op == "gru" and bool(place.node.attributes["bias"])


def _first(place: Place) -> str:
    units = place.node.whole("units")
    if not _has_own_cell(place):
        return str(units)
    return filled("GRUCell(", (str(units), *_starts(place), 'name="gru_cell"'), ")", NESTED)


def _starts(place: Place) -> tuple[str, ...]:
    """Return how the parameters begin."""
    found = starts_of(place, kernel="weight", recurrent="state")
    if "bias" not in place.node.parameters:
        return found
    return (*found, *(lstm_biases(place) if place.node.op == "lstm" else
                      starts_of(place, bias="bias", candidate="candidate")))


def _within(place: Place, prefix: str) -> dict[str, Reals]:
    """Return the parameters by their paths within the layer."""
    return {f"{prefix}{CELLS[place.node.op]}/{name}": array
            for name, array in _arrays(place).items()}


def _arrays(place: Place) -> dict[str, Reals]:
    """Return the parameters of a walk: gates in Keras' order, or in ours where the cell is ours."""
    node = place.node
    if _has_own_cell(place):
        return place.arrays(kernel="weight", recurrent_kernel="state", bias="bias",
                            candidate="candidate")
    ours, wanted = str(node.attributes["gates"]), GATES[node.op]
    order = [0] if len(wanted) == 1 else [ours.index(gate) for gate in wanted]
    found = place.arrays(kernel="weight", recurrent_kernel="state", bias="bias")
    return {name: _in_order(array, order) for name, array in found.items()}


def _in_order(array: Reals, order: Sequence[int]) -> Reals:
    parts = np.split(array, len(order), axis=-1)
    return np.ascontiguousarray(np.concatenate([parts[place] for place in order], axis=-1))
