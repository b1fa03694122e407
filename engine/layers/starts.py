"""How a parameter begins, as a value: what draws it, and what a script of another library says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.layers.initialisers import Initialiser, Weights


@dataclass(frozen=True)
class Drawn:
    """Weights that are drawn by a scheme.

    Attributes
    ----------
    scheme : Initialiser
        What it is for weights of this role.
    role : str
        What the weights do; see `engine.layers.initialisers`.
    shape : tuple[int, ...]
        Shape of what is drawn at once; see `engine.layers.initialisers.Draw`.
    fans : tuple[int, int]
        Fan in and fan out.
    spread, gain : float
        The person's spread, and the factor on what is drawn.
    parts : int
        How often that is drawn: the parameter is all of them side by side, as the gates of a
        recurrent layer are.
    is_padded : bool
        Whether row 0, which stands for no token, is 0.
    constant : float | None
        The number that all of them are; None where they differ, or are random.
    """

    scheme: Initialiser
    role: str
    shape: tuple[int, ...]
    fans: tuple[int, int]
    spread: float
    gain: float = 1.0
    parts: int = 1
    is_padded: bool = False
    constant: ClassVar[None] = None

    def __call__(self, rng: np.random.Generator) -> Weights:
        """Return the weights, float64."""
        drawn = [self.gain * self.scheme.draw(rng, *self.fans, self.spread, self.shape)
                 for _ in range(self.parts)]
        weights = drawn[0] if self.parts == 1 else np.concatenate(drawn, axis=-1)
        if self.is_padded:
            weights[0] = 0
        return weights


@dataclass(frozen=True)
class Biases:
    """Biases in blocks, such as those of gates.

    Attributes
    ----------
    scheme : Initialiser
        That of the layer's weights, which may draw biases, too.
    fans : tuple[int, int]
        Fan in and fan out of the weights.
    starts : tuple[float, ...]
        Where each block starts, or around which number where biases are random.
    units : int
        Biases in a block.
    twice : int
        How many blocks, from the first on, are the sum of two random numbers, where random.
    """

    scheme: Initialiser
    fans: tuple[int, int]
    starts: tuple[float, ...]
    units: int
    twice: int = 0

    @property
    def constant(self) -> float | None:
        """The number that all of them are; None where they differ, or are random."""
        is_random = self.scheme.bias_limit is not None
        return None if is_random or len(set(self.starts)) > 1 else self.starts[0]

    @property
    def limit(self) -> float:
        """How far a random number lies at most from where biases start; 0 where none is random."""
        limit = self.scheme.bias_limit
        return 0.0 if limit is None else limit(*self.fans)

    def __call__(self, rng: np.random.Generator) -> Weights:
        """Return the biases, float64[blocks x units]."""
        around = np.repeat(np.array(self.starts, np.float64), self.units)
        found = self.scheme.biases(rng, self.fans, around)
        together = self.twice * self.units
        return np.concatenate([self.scheme.biases(rng, self.fans, found[:together]),
                               found[together:]])


@dataclass(frozen=True)
class Filled:
    """The same number everywhere.

    Attributes
    ----------
    value : float
        The number.
    size : int
        How often.
    """

    value: float
    size: int

    @property
    def constant(self) -> float:
        """The number."""
        return self.value

    def __call__(self, rng: np.random.Generator) -> Weights:
        """Return them, float64[size]."""
        return np.full(self.size, self.value)


Start = Drawn | Biases | Filled
