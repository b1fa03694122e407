"""How other frameworks lay out the arrays of a layer, and what makes ours of them.

What is stated here is all that is known; nothing is tried out on numbers. Gates stand side by side
along the last axis, ours in the order that `engine.layers.export` names.

=============  ==========================  ==========================  ==========================
Our layout     PyTorch                     Keras                       ONNX
=============  ==========================  ==========================  ==========================
(in, out)      (out, in)                   (in, out)                   as Gemm's ``transB`` says
(h, w, c, o)   (o, c, h, w)                (h, w, c, o)                (o, c, h, w)
(h, w, o, c)   (c, o, h, w), transposed    (h, w, o, c), transposed    (c, o, h, w), transposed
i f g o        i f g o                     i f c o                     i o f c
r z n          r z n                       z r h                       z r h
one bias       two, added                  one; a GRU's are two rows   two in one row
=============  ==========================  ==========================  ==========================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.foreign.group import KERAS, KERAS_CELL, ONNX, OURS, PYTORCH

Array = NDArray[Any]


@dataclass(frozen=True)
class Recipe:
    """What makes one of our arrays.

    Attributes
    ----------
    parts : tuple[str, ...]
        Which of the file's it needs.
    make : callable
        Takes them in that order, and returns ours.
    told : str
        Code of the message that says what is done to them: ``foreign.turned``; empty where nothing
        is.
    """

    parts: tuple[str, ...]
    make: Callable[..., Array]
    told: str = ""


Layout = Mapping[str, Recipe]
"""The recipes of a layer, by the role of the array that each makes."""


def _same(part: str) -> Recipe:
    return Recipe((part,), lambda array: array)


def _turned(part: str, *axes: int) -> Recipe:
    return Recipe((part,), lambda array: _by_axes(array, axes), "foreign.turned")


def _by_axes(array: Array, axes: Sequence[int]) -> Array:
    # Another number of axes is told by the shapes, which then differ.
    return array.transpose(axes) if array.ndim == len(axes) else array


def _kernel(part: str) -> Recipe:
    """Return what puts the axes of a window first: (o, c, h, w) becomes (h, w, c, o)."""
    return Recipe((part,), lambda array: array.transpose((*range(2, array.ndim), 1, 0))
                  if array.ndim > 2 else array, "foreign.turned")


def _blocks(array: Array, order: Sequence[int], count: int) -> Array:
    """Return blocks of the last axis in another order."""
    if not array.ndim or array.shape[-1] % count:
        return array
    parts = np.split(array, count, axis=-1)
    return np.concatenate([parts[place] for place in order], axis=-1)


def _gates(part: str, order: Sequence[int], count: int) -> Recipe:
    is_same = tuple(order) == tuple(range(count))
    return Recipe((part,), lambda array: _blocks(array, order, count),
                  "" if is_same else "foreign.gates")


def _summed(first: str, second: str) -> Recipe:
    return Recipe((first, second), lambda a, b: a + b if a.shape == b.shape else a,
                  "foreign.summed")


def _pytorch_gru_bias(fresh: Array, kept: Array) -> Array:
    if fresh.shape != kept.shape or fresh.ndim != 1 or len(fresh) % 3:
        return fresh
    together = 2 * len(fresh) // 3
    # What the reset gate weighs stays apart: it is the candidate's other bias.
    return np.concatenate([fresh[:together] + kept[:together], fresh[together:]])


def _last_third(array: Array) -> Array:
    return array[..., 2 * (array.shape[-1] // 3):] if array.ndim else array


def _pytorch_recurrent(bias: Recipe) -> Layout:
    return {"weight": _turned("weight_ih", 1, 0), "state": _turned("weight_hh", 1, 0),
            "bias": bias}


def _keras_gru_bias(rows: Array) -> Array:
    """Return ours of (2, 3 units), update gate first."""
    if rows.shape[:1] != (2,) or rows.ndim != 2 or rows.shape[1] % 3:
        return rows
    return _pytorch_gru_bias(*(_blocks(row, (1, 0, 2), 3) for row in rows))


def _keras_candidate(rows: Array) -> Array:
    return _last_third(rows[1]) if rows.ndim == 2 and len(rows) == 2 else rows


def _onnx_gates(part: str, order: Sequence[int]) -> Recipe:
    """Return what makes (in, gates x units) of (1, gates x units, in)."""
    def make(array: Array) -> Array:
        if array.ndim != 3 or array.shape[0] != 1:
            return array
        return _blocks(array[0].T, order, len(order))
    return Recipe((part,), make, "foreign.gates")


def _onnx_bias(order: Sequence[int], add: Callable[[Array, Array], Array]) -> Recipe:
    """Return what makes one row of (1, 2 x gates x units)."""
    def make(array: Array) -> Array:
        if array.ndim != 2 or array.shape[0] != 1 or array.shape[1] % (2 * len(order)):
            return array
        return add(*(_blocks(row, order, len(order)) for row in np.split(array[0], 2)))
    return Recipe(("bias",), make, "foreign.summed")


def _plain_sum(fresh: Array, kept: Array) -> Array:
    return fresh + kept


def _onnx_recurrent(order: Sequence[int], add: Callable[[Array, Array], Array] = _plain_sum
                    ) -> Layout:
    return {"weight": _onnx_gates("weight", order), "state": _onnx_gates("recurrence", order),
            "bias": _onnx_bias(order, add)}


_ROW = Recipe(("slope",), lambda array: array.reshape(-1) if array.size == max(
    array.shape, default=1) else array)
"""Slopes that stand along the axis of the channels: (c, 1, 1)."""

_RESET_APART = Recipe(
    ("bias",), lambda array: _last_third(_blocks(np.split(array[0], 2)[1], (1, 0, 2), 3))
    if array.ndim == 2 and array.shape[0] == 1 and array.shape[1] % 6 == 0 else array)
"""The candidate's other bias, of one row of six."""

LAYOUTS: Mapping[str, Mapping[str, Layout]] = {
    PYTORCH: {
        "linear": {"weight": _turned("weight", 1, 0), "bias": _same("bias")},
        "convolution": {"weight": _kernel("weight"), "bias": _same("bias")},
        "transposed_convolution": {"weight": _kernel("weight"), "bias": _same("bias")},
        "embedding": {"weight": _same("weight")},
        "prelu": {"slope": _same("weight")},
        "layer_norm": {"scale": _same("weight"), "shift": _same("bias")},
        "batch_norm": {"scale": _same("weight"), "shift": _same("bias"),
                       "mean": _same("running_mean"), "variance": _same("running_var")},
        "rnn": _pytorch_recurrent(_summed("bias_ih", "bias_hh")),
        "lstm": _pytorch_recurrent(_summed("bias_ih", "bias_hh")),
        "gru": {**_pytorch_recurrent(Recipe(("bias_ih", "bias_hh"), _pytorch_gru_bias,
                                            "foreign.summed")),
                "candidate": Recipe(("bias_hh",), _last_third)},
    },
    KERAS: {
        "linear": {"weight": _same("kernel"), "bias": _same("bias")},
        "convolution": {"weight": _same("kernel"), "bias": _same("bias")},
        "transposed_convolution": {"weight": _same("kernel"), "bias": _same("bias")},
        "embedding": {"weight": _same("embeddings")},
        "prelu": {"slope": Recipe(("alpha",), lambda array: array.reshape(-1)
                                  if array.size == array.shape[-1] else array)},
        "layer_norm": {"scale": _same("gamma"), "shift": _same("beta")},
        "batch_norm": {"scale": _same("gamma"), "shift": _same("beta"),
                       "mean": _same("moving_mean"), "variance": _same("moving_variance")},
        "rnn": {"weight": _same("kernel"), "state": _same("recurrent_kernel"),
                "bias": _same("bias")},
        "lstm": {"weight": _same("kernel"), "state": _same("recurrent_kernel"),
                 "bias": _same("bias")},
        "gru": {"weight": _gates("kernel", (1, 0, 2), 3),
                "state": _gates("recurrent_kernel", (1, 0, 2), 3),
                "bias": Recipe(("bias",), _keras_gru_bias, "foreign.summed"),
                "candidate": Recipe(("bias",), _keras_candidate)},
    },
    ONNX: {
        "convolution": {"weight": _kernel("weight"), "bias": _same("bias")},
        "transposed_convolution": {"weight": _kernel("weight"), "bias": _same("bias")},
        "linear": {"weight": _same("weight"), "bias": _same("bias")},
        "embedding": {"weight": _same("weight")},
        "prelu": {"slope": _ROW},
        "layer_norm": {"scale": _same("scale"), "shift": _same("bias")},
        "batch_norm": {"scale": _same("scale"), "shift": _same("bias"), "mean": _same("mean"),
                       "variance": _same("variance")},
        "rnn": _onnx_recurrent((0,)),
        "lstm": _onnx_recurrent((0, 2, 3, 1)),
        "gru": {**_onnx_recurrent((1, 0, 2), _pytorch_gru_bias), "candidate": _RESET_APART},
    },
    KERAS_CELL: {
        "gru": {"weight": _same("kernel"), "state": _same("recurrent_kernel"),
                "bias": _same("bias"), "candidate": _same("candidate")},
    },
    OURS: {},
}
"""By framework and by what a layer does."""

ONNX_OPS: Mapping[str, frozenset[str]] = {
    "linear": frozenset({"Gemm", "MatMul"}), "convolution": frozenset({"Conv"}),
    "transposed_convolution": frozenset({"ConvTranspose"}), "embedding": frozenset({"Gather"}),
    "prelu": frozenset({"PRelu"}), "layer_norm": frozenset({"LayerNormalization"}),
    "batch_norm": frozenset({"BatchNormalization"}), "rnn": frozenset({"RNN"}),
    "lstm": frozenset({"LSTM"}), "gru": frozenset({"GRU"}),
}
"""Which nodes do what a layer does."""

ONNX_SETTINGS: Mapping[str, Mapping[str, tuple[object, object]]] = {
    "Gemm": {"alpha": (1.0, 1.0), "beta": (1.0, 1.0), "transA": (0, 0)},
    "Conv": {"group": (1, 1)}, "ConvTranspose": {"group": (1, 1)},
    "RNN": {"direction": ("forward", "forward")}, "LSTM": {"direction": ("forward", "forward")},
    "GRU": {"direction": ("forward", "forward"), "linear_before_reset": (0, 1)},
}
"""What a node's settings are where they are left out, and what they have to be."""

SHOWN_BY_SHAPE = frozenset({"linear", "convolution", "transposed_convolution", "embedding"})
"""What layers do whose layout can be seen in the shape alone, as long as it fits but one.

Of gates, no shape tells the order.
"""
