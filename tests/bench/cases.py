"""The work that all contestants do: layers, data, first weights. Imports none of them.

Every case is a classifier in float32 with softmax cross-entropy, of a batch or of every step of a
sequence. An array's last axis holds features or channels, a batch's first its examples.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEARNING_RATE = 1e-3
BETAS = 0.9, 0.999
EPSILON = 1e-8
"""Of Adam; SGD has neither momentum nor decay."""

BATCH_NORM_EPSILON = 1e-5
BATCH_NORM_MOMENTUM = 0.1
"""Share of a batch in the running mean and variance."""

KERNEL = 3
"""Height and width of every convolution; zeros around keep the image's size."""

POOL = 2
"""Height, width and stride of every max-pooling."""

GATES = {"rnn": 1, "gru": 3, "lstm": 4}
"""Weighted sums of a recurrent unit: LSTM i f g o, GRU r z n as PyTorch has them."""

Array = NDArray[Any]


@dataclass(frozen=True)
class Layer:
    """One layer.

    Attributes
    ----------
    id : str
        Names its parameters: ``id/w``.
    kind : str
        ``dense``, ``conv``, ``norm`` (batch norm), ``relu``, ``pool``, ``flatten``, ``embedding``
        (of ``Case.vocabulary``), ``rnn`` (tanh), ``gru`` or ``lstm`` (every state).
    units : int
        Units, filters or length of an embedding's vectors.
    activation : str
        Of a dense layer or a convolution: ``linear``, ``tanh``, ``sigmoid`` or ``relu``.
    bias : bool
        Of a dense layer or a convolution.
    """

    id: str
    kind: str
    units: int = 0
    activation: str = "linear"
    bias: bool = True


@dataclass(frozen=True)
class Case:
    """A network and how it is trained.

    Attributes
    ----------
    name : str
        Name on the command line.
    title : str
        Name in the table.
    shape : tuple[int, ...]
        Of an example: features; height, width and channels; or steps of tokens.
    classes : int
        How many labels there are, for an example or for every step.
    layers : tuple[Layer, ...]
        From input to logits.
    batch : int
        Examples in a mini-batch.
    optimizer : str
        ``sgd`` or ``adam``.
    batches : int
        Mini-batches in the data: all are full.
    vocabulary : int
        Different tokens; 0 where inputs are numbers.
    promised : Mapping[str, float]
        By the name of a peer: its time divided by ours, at least.
    """

    name: str
    title: str
    shape: tuple[int, ...]
    classes: int
    layers: tuple[Layer, ...]
    batch: int
    optimizer: str
    batches: int = 32
    vocabulary: int = 0
    promised: Mapping[str, float] = field(default_factory=dict)

    @property
    def examples(self) -> int:
        """How many examples there are."""
        return self.batch * self.batches

    @property
    def is_dense(self) -> bool:
        """Whether it has dense layers alone."""
        return all(layer.kind == "dense" for layer in self.layers)


def data_of(case: Case) -> tuple[Array, Array]:
    """Return inputs, float32 or int64 tokens, and int64 labels."""
    rng = np.random.default_rng(1)
    shape = (case.examples, *case.shape)
    if case.vocabulary:
        return rng.integers(0, case.vocabulary, shape), rng.integers(0, case.classes, shape)
    return (rng.standard_normal(shape).astype(np.float32),
            rng.integers(0, case.classes, case.examples))


def shapes(case: Case) -> Iterator[tuple[Layer, tuple[int, ...], tuple[int, ...]]]:
    """Yield every layer with the shape of an example before and behind it."""
    shape = case.shape
    for layer in case.layers:
        before = shape
        if layer.kind == "embedding":
            shape = (*shape, layer.units)
        elif layer.kind == "pool":
            shape = (shape[0] // POOL, shape[1] // POOL, shape[2])
        elif layer.kind == "flatten":
            shape = (math.prod(shape),)
        elif layer.units:
            shape = (*shape[:-1], layer.units)
        yield layer, before, shape


def weights_of(case: Case) -> dict[str, Array]:
    """Return the first value of every parameter, in float32.

    ``w`` is (inputs, units), of a convolution (height, width, channels, filters), of a recurrent
    layer (features, gates * units) beside ``u`` (units, gates * units); a GRU's candidate has ``c``
    behind the product of its reset gate.
    """
    rng = np.random.default_rng(2)
    found: dict[str, Array] = {}
    for layer, before, _ in shapes(case):
        for name, shape, size in _parameters(case, layer, before):
            drawn = rng.standard_normal(shape) * size if size else np.zeros(shape)
            if name in ("scale", "running_variance"):
                drawn = np.ones(shape)
            found[f"{layer.id}/{name}"] = drawn.astype(np.float32)
    return found


def _parameters(case: Case, layer: Layer, before: tuple[int, ...]
                ) -> Iterator[tuple[str, tuple[int, ...], float]]:
    """Yield name, shape and standard deviation of a layer's parameters."""
    units, features = layer.units, before[-1]
    if layer.kind == "embedding":
        yield "w", (case.vocabulary, units), 1.0
    elif layer.kind == "norm":
        for name in ("scale", "shift", "running_mean", "running_variance"):
            yield name, (features,), 0.0
    elif layer.kind in GATES:
        for name, inputs in (("w", features), ("u", units)):
            yield name, (inputs, GATES[layer.kind] * units), 1 / math.sqrt(units)
        yield "b", (GATES[layer.kind] * units,), 0.0
        if layer.kind == "gru":
            yield "c", (units,), 0.0
    elif layer.kind in ("dense", "conv"):
        window = (KERNEL, KERNEL) if layer.kind == "conv" else ()
        fan_in = math.prod(window) * features
        gain = 2 if layer.activation == "relu" else 1
        yield "w", (*window, features, units), math.sqrt(gain / fan_in)
        if layer.bias:
            yield "b", (units,), 0.0


def measured(layer: Layer) -> tuple[str, ...]:
    """Return the parameters of which a layer's gradient norm is taken; none without any."""
    if layer.kind in GATES:
        return "w", "u"
    if layer.kind == "norm":
        return "scale", "shift"
    return ("w",) if layer.kind in ("dense", "conv", "embedding") else ()


def multiply_adds(case: Case) -> int:
    """Return the multiply-adds of a step's matrix products: forward, dL/dw and, except for what
    reads the data, dL/dx. Nothing else is counted.

    They are those of the network as it is written. A contestant that needs fewer is counted as if
    it did all: ours, where a recurrent layer reads tokens, does a third less, and what it says of
    the machine's peak is so much too high; `tests.bench.steps.work_of` counts what is done.
    """
    total, is_first = 0, True
    for layer, before, behind in shapes(case):
        if layer.kind in ("dense", "conv"):
            window = KERNEL * KERNEL if layer.kind == "conv" else 1
            total += math.prod(behind) * before[-1] * window * (2 if is_first else 3)
        elif layer.kind in GATES:
            wide = GATES[layer.kind] * layer.units
            total += before[0] * wide * (before[-1] * (2 if is_first else 3) + 3 * layer.units)
        is_first = is_first and not measured(layer)
    return total * case.batch


def _dense(sizes: tuple[int, ...], activation: str) -> tuple[Layer, ...]:
    *hidden, last = sizes
    return (*(Layer(f"dense-{i}", "dense", units, activation)
              for i, units in enumerate(hidden, 1)), Layer("output", "dense", last))


def _normed(number: int, filters: int, is_pooled: bool) -> tuple[Layer, ...]:
    return (Layer(f"conv-{number}", "conv", filters, bias=False), Layer(f"norm-{number}", "norm"),
            Layer(f"relu-{number}", "relu"),
            *((Layer(f"pool-{number}", "pool"),) if is_pooled else ()))


def _mlp(name: str, title: str, sizes: tuple[int, ...], activation: str, batch: int,
         optimizer: str, pytorch: float, jax: float) -> Case:
    return Case(name, f"{title} {activation}, batch {batch}, {optimizer}", sizes[:1], sizes[-1],
                _dense(sizes[1:], activation), batch, optimizer,
                promised={"pytorch": pytorch, "jax": jax}, batches=max(4096 // batch, 1))


def _characters(kind: str, title: str, pytorch: float) -> Case:
    layers = (Layer("embedding", "embedding", 64), Layer(kind, kind, 128),
              Layer("output", "dense", 65))
    return Case(kind, f"characters: {title} 128, embedding 64, 64 steps, batch 32, adam", (64,), 65,
                layers, 32, "adam", vocabulary=65, promised={"pytorch": pytorch, "jax": 1.5})


CASES = {case.name: case for case in (
    _mlp("playground", "2-4-2-2", (2, 4, 2, 2), "tanh", 10, "sgd", 60, 20),
    _mlp("playground6", "2-8x6-2", (2, *(8,) * 6, 2), "tanh", 10, "sgd", 45, 17),
    _mlp("small", "64-32-10", (64, 32, 10), "tanh", 32, "sgd", 15, 8),
    _mlp("hundred", "32-32x100-10", (32, *(32,) * 100, 10), "sigmoid", 32, "sgd", 10, 3),
    _mlp("deep", "64-64x20-10", (64, *(64,) * 20, 10), "tanh", 32, "adam", 8, 1.8),
    _mlp("digits", "784-128-10", (784, 128, 10), "relu", 64, "adam", 3, 1.7),
    _mlp("wide", "784-512-256-10", (784, 512, 256, 10), "relu", 128, "adam", 2.3, 1.3),
    _mlp("big", "3072-1024-512-10", (3072, 1024, 512, 10), "relu", 128, "adam", 1.6, 1.3),
    Case("images", "28x28: conv 8 - pool - conv 16 - pool - dense, batch 64, adam", (28, 28, 1), 10,
         (Layer("conv-1", "conv", 8, "relu"), Layer("pool-1", "pool"),
          Layer("conv-2", "conv", 16, "relu"), Layer("pool-2", "pool"), Layer("flatten", "flatten"),
          Layer("output", "dense", 10)), 64, "adam", promised={"pytorch": 2.5, "jax": 2}),
    Case("colours", "32x32: conv 32-64-128-256 with batch norm, batch 128, adam", (32, 32, 3), 10,
         (*_normed(1, 32, False), *_normed(2, 64, True), *_normed(3, 128, True),
          *_normed(4, 256, True), Layer("flatten", "flatten"), Layer("output", "dense", 10)),
         128, "adam", batches=8, promised={"pytorch": 1.3, "jax": 1.3}),
    _characters("lstm", "LSTM", 1.5),
    _characters("gru", "GRU", 3),
    _characters("rnn", "simple RNN", 2.5),
)}
