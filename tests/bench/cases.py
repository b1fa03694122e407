"""The work that all contestants do, said in a way that none of them is at home in. Imports none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

THREADS = 2
"""Threads of every contestant."""

LEARNING_RATE = 1e-3
VOCABULARY, STEPS = 65, 64
"""Of the texts: different characters, and characters of an example."""


@dataclass(frozen=True)
class Layer:
    """One layer.

    Attributes
    ----------
    kind : str
        ``dense``, ``conv``, ``norm`` (batch norm), ``relu``, ``pool`` (2x2, the
        largest), ``flatten``, ``embedding``, ``lstm``, ``gru`` or ``rnn`` (every state is given).
    units : int
        Its width, where it has one of its own.
    activation : str
        ``tanh``, ``sigmoid``, ``relu`` or ``linear``, of dense layers and convolutions.
    bias : bool
        Whether a convolution has biases.
    kernel : int
        Side of a convolution's window.
    padding : str
        ``same`` or ``valid``, of convolutions.
    """

    kind: str
    units: int = 0
    activation: str = "linear"
    bias: bool = True
    kernel: int = 3
    padding: str = "same"


@dataclass(frozen=True)
class Case:
    """A classifier, float32, softmax cross-entropy, and how it is trained.

    Attributes
    ----------
    name, title : str
        Name on the command line, and what the table says.
    layers : tuple[Layer, ...]
        All but the input.
    shape : tuple[int, ...]
        Of an example: numbers, or height, width and channels, or steps of a text.
    classes : int
        How many; of every character, for a text.
    batch : int
        Examples in a mini-batch.
    optimizer : str
        ``sgd`` or ``adam``.
    examples : int
        In the data set.
    goals : Mapping[str, float]
        By contestant: how many times its speed is promised.
    """

    name: str
    title: str
    layers: tuple[Layer, ...]
    shape: tuple[int, ...]
    classes: int
    batch: int
    optimizer: str
    examples: int = 4096
    goals: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_text(self) -> bool:
        """Whether an example is a row of characters, each of which has a class."""
        return self.layers[0].kind == "embedding"

    @property
    def is_dense(self) -> bool:
        """Whether all layers are dense."""
        return all(layer.kind == "dense" for layer in self.layers)


def goals(eager: float, jax: float, sklearn: float = 0.0) -> dict[str, float]:
    """Return what is promised against each contestant; 0 is nothing."""
    promised = {"pytorch": eager, "jax": jax, "sklearn": sklearn}
    return {name: ratio for name, ratio in promised.items() if ratio}


def dense(*units: int, activation: str) -> tuple[Layer, ...]:
    """Return dense layers, the last one linear."""
    *hidden, last = units
    return (*(Layer("dense", width, activation) for width in hidden), Layer("dense", last))


def block(filters: int, pool: bool = True) -> tuple[Layer, ...]:
    """Return a convolution with batch norm and ReLU, and a pooling behind it."""
    layers = (Layer("conv", filters, bias=False), Layer("norm"), Layer("relu"))
    return (*layers, Layer("pool")) if pool else layers


def text(kind: str) -> tuple[Layer, ...]:
    """Return a network that names the next character everywhere."""
    return Layer("embedding", 64), Layer(kind, 128), Layer("dense", VOCABULARY)


def _dense_case(name: str, title: str, inputs: int, layers: tuple[Layer, ...], batch: int,
                optimizer: str, promised: Mapping[str, float]) -> Case:
    return Case(name, f"{title}, batch {batch}, {optimizer}", layers, (inputs,), layers[-1].units,
                batch, optimizer, goals=promised)


CASES = {case.name: case for case in (
    _dense_case("playground", "2-4-2-2 tanh", 2, dense(4, 2, 2, activation="tanh"), 10, "sgd",
                goals(60, 20, 2.5)),
    _dense_case("six-layers", "2-8x6-2 tanh", 2, dense(*(8,) * 6, 2, activation="tanh"), 10, "sgd",
                goals(45, 17, 2.5)),
    _dense_case("small", "64-32-10 tanh", 64, dense(32, 10, activation="tanh"), 32, "sgd",
                goals(15, 8, 2.5)),
    _dense_case("hundred", "100 layers of 32, sigmoid", 32,
                dense(*(32,) * 100, 10, activation="sigmoid"), 32, "sgd", goals(10, 3, 2.5)),
    _dense_case("deep", "20 layers of 64, tanh", 64, dense(*(64,) * 20, 10, activation="tanh"), 32,
                "adam", goals(8, 1.8, 2.5)),
    _dense_case("digits", "784-128-10 ReLU", 784, dense(128, 10, activation="relu"), 64, "adam",
                goals(3, 1.7, 2.5)),
    _dense_case("wide", "784-512-256-10 ReLU", 784, dense(512, 256, 10, activation="relu"), 128,
                "adam", goals(2.3, 1.3, 2.5)),
    _dense_case("large", "3072-1024-512-10 ReLU", 3072, dense(1024, 512, 10, activation="relu"),
                128, "adam", goals(1.6, 1.3, 2.5)),
    Case("images", "conv 8 - pool - conv 16 - pool - dense, 28x28, batch 64, adam",
         (Layer("conv", 8, "relu"), Layer("pool"), Layer("conv", 16, "relu"), Layer("pool"),
          Layer("flatten"), Layer("dense", 10)), (28, 28, 1), 10, 64, "adam", 2048, goals(2.5, 2)),
    Case("large-images", "conv 32-64-128-256, batch norm, 32x32, batch 128, adam",
         (*block(32, pool=False), *block(64), *block(128), *block(256), Layer("flatten"),
          Layer("dense", 10)), (32, 32, 3), 10, 128, "adam", 512, goals(1.3, 1.3)),
    Case("mnist", "the network of the headline mnist, batch 64, adam",
         (Layer("conv", 16, "relu", kernel=5), Layer("pool"),
          Layer("conv", 32, "relu", kernel=5, padding="valid"), Layer("pool"), Layer("flatten"),
          Layer("dense", 128, "relu"), Layer("dense", 10)), (28, 28, 1), 10, 64, "adam", 2048),
    *(Case(kind, f"character {title}, 64 steps, 128 units, batch 32, adam", text(kind), (STEPS,),
           VOCABULARY, 32, "adam", 1024, goals(*promised))
      for kind, title, promised in (("lstm", "LSTM", (1.5, 1.5)), ("gru", "GRU", (3, 1.5)),
                                    ("rnn", "simple RNN", (2.5, 1.5)))),
)}

PROMISED = tuple(name for name, case in CASES.items() if case.goals)
"""Those of the table."""
