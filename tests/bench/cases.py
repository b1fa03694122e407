"""The work that both contestants do. Imports neither of them."""

from __future__ import annotations

from dataclasses import dataclass

THREADS = 2
"""Most threads of a contestant."""

EXAMPLES = 4096
LEARNING_RATE = 1e-3


@dataclass(frozen=True)
class Case:
    """A classifier of dense layers, float32, softmax cross-entropy, and how it is trained.

    Attributes
    ----------
    name : str
        Name on the command line and in the table.
    sizes : tuple[int, ...]
        Inputs, units of every hidden layer, classes.
    batch : int
        Examples in a mini-batch.
    optimizer : str
        ``sgd`` or ``adam``.
    activation : str
        Of the hidden layers: ``tanh`` or ``relu``.
    goal : float
        How many times PyTorch's speed is promised; 0 for none.
    """

    name: str
    sizes: tuple[int, ...]
    batch: int
    optimizer: str
    activation: str
    goal: float = 0.0


CASES = {case.name: case for case in (
    Case("playground", (2, 4, 2, 2), 10, "sgd", "tanh", goal=30.0),
    Case("digits", (784, 128, 10), 64, "adam", "relu", goal=2.0),
    Case("wide", (784, 512, 256, 10), 128, "adam", "relu"),
    Case("deep", (64, *(64,) * 20, 10), 32, "adam", "tanh"),
)}
