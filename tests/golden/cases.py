"""What the golden runs are made from: shared by the script that makes them and the tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
STEPS = 10
PRECISIONS = ("float32", "float64")

RATES = {"sgd": 0.1, "momentum": 0.05, "nesterov": 0.05, "rmsprop": 0.005, "adam": 0.01,
         "adamw": 0.01}
"""Learning rates, large enough to move every weight visibly within ten steps."""

CONSTANTS = {"momentum": 0.9, "rho": 0.99, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8,
             "weight_decay": 0.01}


@dataclass(frozen=True)
class Block:
    """A dense layer, or an activation layer if it has no units."""

    id: str
    units: int
    activation: str
    bias: bool = True


@dataclass(frozen=True)
class Case:
    """A network, its data and how it is trained.

    Attributes
    ----------
    name : str
        Name of its file.
    inputs, outputs : int
        Numbers per example; classes or values.
    blocks : tuple[Block, ...]
        The network behind its input layer.
    loss : str
        Key of the loss.
    examples, batch_size : int
        Size of the training set, which ends in a smaller batch, and of a batch.
    optimizers : tuple[str, ...]
        One run each.
    l1, l2 : float
        Penalties.
    """

    name: str
    inputs: int
    outputs: int
    blocks: tuple[Block, ...]
    loss: str
    examples: int
    batch_size: int
    optimizers: tuple[str, ...] = tuple(RATES)
    l1: float = 0.0
    l2: float = 0.0

    @property
    def file(self) -> Path:
        """Where its runs are kept."""
        return FOLDER / f"{self.name}.npz"

    def parameters(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of every parameter by name."""
        shapes: dict[str, tuple[int, ...]] = {}
        width = self.inputs
        for block in self.blocks:
            if block.units:
                shapes[f"{block.id}/w"] = (width, block.units)
                if block.bias:
                    shapes[f"{block.id}/b"] = (block.units,)
                width = block.units
        return shapes


_SMALL = (Block("dense-1", 4, "tanh"), Block("dense-2", 2, "tanh"), Block("output", 2, "linear"))

CASES = (
    Case("classifier", 2, 2, _SMALL, "softmax_cross_entropy", 25, 10),
    Case("mixed", 13, 3, (
        Block("dense-1", 16, "relu"), Block("activation-1", 0, "sigmoid"),
        Block("dense-2", 16, "gelu"), Block("activation-2", 0, "elu"),
        Block("output", 3, "leaky_relu"),
    ), "binary_cross_entropy", 37, 8),
    Case("regression", 8, 2, (
        Block("dense-1", 12, "tanh"), Block("dense-2", 6, "linear", bias=False),
        Block("output", 2, "linear"),
    ), "mean_squared_error", 30, 7),
    Case("penalised", 2, 2, _SMALL, "softmax_cross_entropy", 25, 10,
         ("sgd", "nesterov", "adam", "adamw"), l1=0.01, l2=0.02),
)

DEEP = Case("deep_sigmoid", 2, 2, (
    *(Block(f"dense-{i}", 16, "sigmoid") for i in range(1, 11)), Block("output", 2, "linear"),
), "softmax_cross_entropy", 100, 100, ("sgd",))
"""Ten layers of 16 sigmoid units on a spiral: one full batch."""
