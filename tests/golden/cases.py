"""What the golden runs are made from: shared by the script that makes them and the tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
STEPS = 10
PRECISIONS = ("float32", "float64")

RATES = {"sgd": 0.1, "momentum": 0.05, "nesterov": 0.05, "rmsprop": 0.005, "adam": 0.01,
         "adamw": 0.01, "adagrad": 0.05, "adadelta": 1.0, "nadam": 0.01}
"""Learning rates, large enough to move every weight visibly within ten steps."""

CONSTANTS = {"momentum": 0.9, "rho": 0.99, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8,
             "weight_decay": 0.01}

FIRST_RULES = ("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw")
LATER_RULES = ("adagrad", "adadelta", "nadam")


@dataclass(frozen=True)
class Block:
    """A dense layer; without units an activation layer, PReLU or softmax."""

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
    constants : tuple[tuple[str, float], ...]
        Constants of the loss, by their names in a project.
    """

    name: str
    inputs: int
    outputs: int
    blocks: tuple[Block, ...]
    loss: str
    examples: int
    batch_size: int
    optimizers: tuple[str, ...] = FIRST_RULES
    l1: float = 0.0
    l2: float = 0.0
    constants: tuple[tuple[str, float], ...] = ()

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
            elif block.activation == "prelu":
                shapes[f"{block.id}/slope"] = (width,)
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
    Case("adaptive", 2, 2, _SMALL, "softmax_cross_entropy", 25, 10, LATER_RULES),
    Case("adaptive_penalised", 2, 2, _SMALL, "softmax_cross_entropy", 25, 10, LATER_RULES,
         l1=0.01, l2=0.02),
    Case("absolute", 4, 2, (
        Block("dense-1", 7, "selu"), Block("activation-1", 0, "silu"),
        Block("dense-2", 5, "softplus"), Block("output", 2, "linear"),
    ), "mean_absolute_error", 30, 7, ("sgd", "adam")),
    Case("huber", 4, 2, (
        Block("dense-1", 7, "softsign"), Block("dense-2", 6, "linear"),
        Block("prelu-1", 0, "prelu"), Block("dense-3", 5, "sine"), Block("output", 2, "linear"),
    ), "huber", 30, 7, ("sgd", "adam", "adamw"), l2=0.02, constants=(("huber_delta", 0.75),)),
    Case("hinge", 5, 3, (
        Block("dense-1", 7, "hard_tanh"), Block("prelu-1", 0, "prelu"),
        Block("dense-2", 5, "silu"), Block("output", 3, "linear"),
    ), "hinge", 30, 7, ("sgd", "nadam")),
    Case("hinge_single", 3, 2, (
        Block("dense-1", 6, "selu"), Block("output", 1, "linear"),
    ), "hinge", 30, 7, ("sgd",)),
    Case("smoothed", 5, 4, (
        Block("dense-1", 7, "softplus"), Block("softmax-1", 0, "softmax"),
        Block("output", 4, "linear"),
    ), "softmax_cross_entropy", 30, 7, ("sgd", "adagrad"),
         constants=(("label_smoothing", 0.1),)),
)

DEEP = Case("deep_sigmoid", 2, 2, (
    *(Block(f"dense-{i}", 16, "sigmoid") for i in range(1, 11)), Block("output", 2, "linear"),
), "softmax_cross_entropy", 100, 100, ("sgd",))
"""Ten layers of 16 sigmoid units on a spiral: one full batch."""
