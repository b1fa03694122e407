"""What the golden runs over tokens are made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
STEPS = 10
RATES = {"sgd": 0.5, "adam": 0.02}
TOKENS = 9
"""Steps of an example."""

VOCABULARY = 11
VECTOR, HIDDEN = 5, 7


@dataclass(frozen=True)
class TokenCase:
    """A network that reads tokens.

    Attributes
    ----------
    name : str
        Name of its file.
    classes : int
        Of an example, or of every step.
    padding : bool
        Whether token 0 fills examples up.
    by_step : bool
        A class for every step by way of a hidden layer for each, some steps not counting; else one
        for the mean of an example's vectors.
    """

    name: str
    classes: int
    padding: bool
    by_step: bool
    examples: int = 10
    batch_size: int = 4

    @property
    def file(self) -> Path:
        """Where its runs are kept."""
        return FOLDER / f"tokens_{self.name}.npz"

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter by name."""
        width = HIDDEN if self.by_step else VECTOR
        hidden: dict[str, tuple[int, ...]] = {
            "hidden/w": (VECTOR, HIDDEN), "hidden/b": (HIDDEN,)} if self.by_step else {}
        return {"embedding/w": (VOCABULARY, VECTOR), **hidden,
                "output/w": (width, self.classes), "output/b": (self.classes,)}


TOKEN_CASES = (
    TokenCase("bag", 3, padding=True, by_step=False),
    TokenCase("whole_bag", 3, padding=False, by_step=False),
    TokenCase("steps", VOCABULARY, padding=False, by_step=True),
    TokenCase("padded_steps", 4, padding=True, by_step=True),
)
