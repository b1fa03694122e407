"""What the golden runs of variational autoencoders are made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
STEPS = 10
RATES = {"sgd": 0.1, "adam": 0.01}
SEED = 42
"""Seed of the training; with the layer's name it fixes what the sampling layer draws."""

SAMPLING = "code"
"""Id of the sampling layer."""

CODE = 3
"""Latent numbers."""


@dataclass(frozen=True)
class GenerativeCase:
    """An autoencoder: a hidden layer, moments, a code, a hidden layer, the output.

    Attributes
    ----------
    name : str
        Name of its file.
    loss : str
        Reconstruction loss.
    weight : float
        Weight of the Kullback-Leibler term.
    width, hidden : int
        Numbers per example, and units of both hidden layers.
    examples, batch_size : int
        Size of the training set, which ends in a smaller batch, and of a batch.
    """

    name: str
    loss: str
    weight: float
    width: int = 7
    hidden: int = 6
    examples: int = 10
    batch_size: int = 4

    @property
    def file(self) -> Path:
        """Where its runs are kept."""
        return FOLDER / f"{self.name}.npz"

    @property
    def units(self) -> dict[str, tuple[int, int]]:
        """Numbers in and out of every dense layer, by its id."""
        return {"encoder": (self.width, self.hidden), "moments": (self.hidden, 2 * CODE),
                "decoder": (CODE, self.hidden), "output": (self.hidden, self.width)}


GENERATIVE_CASES = (
    GenerativeCase("variational_binary", "binary_cross_entropy", 1 / 7),
    GenerativeCase("variational_squared", "mean_squared_error", 0.5),
    GenerativeCase("variational_absolute", "mean_absolute_error", 0.0),
)
