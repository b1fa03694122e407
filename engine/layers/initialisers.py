"""Initial weights: how a layer's weights are drawn before the first step."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.layers.fields import Choice

Weights = NDArray[np.float64]


class Draw(Protocol):
    """Draws a matrix of weights; a row belongs to an input, a column to a unit.

    A convolution counts its fans over the places of its kernel, so that its matrix is not of shape
    (fan in, fan out): it says which shape it needs.
    """

    def __call__(self, rng: np.random.Generator, fan_in: int, fan_out: int, spread: float,
                 shape: tuple[int, int] | None = None) -> Weights:
        """Return float64[shape], by default float64[fan_in, fan_out]."""


@dataclass(frozen=True)
class Initialiser:
    """A distribution of initial weights.

    Attributes
    ----------
    key, title, help : str
        Name in files, name for people, one sentence with the formula.
    draw : callable
        ``draw(rng, fan_in, fan_out, spread)`` returns float64[fan_in, fan_out]; see `Draw`.
    has_spread : bool
        Whether the person chooses the spread.
    bias : float | None
        Initial bias that belongs to the scheme; None leaves it to the person.
    """

    key: str
    title: str
    help: str
    draw: Draw
    has_spread: bool = False
    bias: float | None = None


def _uniform(limit: Callable[[int, int, float], float]) -> Draw:
    def draw(rng: np.random.Generator, fan_in: int, fan_out: int, spread: float,
             shape: tuple[int, int] | None = None) -> Weights:
        bound = limit(fan_in, fan_out, spread)
        return rng.uniform(-bound, bound, shape or (fan_in, fan_out))
    return draw


def _normal(deviation: Callable[[int, int, float], float]) -> Draw:
    def draw(rng: np.random.Generator, fan_in: int, fan_out: int, spread: float,
             shape: tuple[int, int] | None = None) -> Weights:
        drawn = rng.standard_normal(shape or (fan_in, fan_out))
        return drawn * deviation(fan_in, fan_out, spread)
    return draw


def _zeros(rng: np.random.Generator, fan_in: int, fan_out: int, spread: float,
           shape: tuple[int, int] | None = None) -> Weights:
    return np.zeros(shape or (fan_in, fan_out))


def _orthogonal(rng: np.random.Generator, fan_in: int, fan_out: int, spread: float,
                shape: tuple[int, int] | None = None) -> Weights:
    rows, columns = shape or (fan_in, fan_out)
    tall = rng.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    # Without the signs of R's diagonal Q would not be uniform over the orthogonal matrices.
    q = q * np.sign(np.diag(r))
    return q if rows >= columns else np.ascontiguousarray(q.T)


_INITIALISERS = (
    Initialiser("xavier_uniform", "Xavier uniform",
                "Glorot and Bengio 2010: uniform in ±√(6 / (fan in + fan out)).",
                _uniform(lambda i, o, s: math.sqrt(6 / (i + o)))),
    Initialiser("xavier_normal", "Xavier normal",
                "Glorot and Bengio 2010: normal with variance 2 / (fan in + fan out).",
                _normal(lambda i, o, s: math.sqrt(2 / (i + o)))),
    Initialiser("he_uniform", "He uniform", "He et al. 2015: uniform in ±√(6 / fan in).",
                _uniform(lambda i, o, s: math.sqrt(6 / i))),
    Initialiser("he_normal", "He normal", "He et al. 2015: normal with variance 2 / fan in.",
                _normal(lambda i, o, s: math.sqrt(2 / i))),
    Initialiser("lecun_uniform", "LeCun uniform",
                "LeCun et al. 1998: uniform in ±√(3 / fan in).",
                _uniform(lambda i, o, s: math.sqrt(3 / i))),
    Initialiser("lecun_normal", "LeCun normal",
                "LeCun et al. 1998: normal with variance 1 / fan in.",
                _normal(lambda i, o, s: math.sqrt(1 / i))),
    Initialiser("orthogonal", "Orthogonal",
                "Saxe et al. 2014: a random matrix with orthonormal columns or rows.",
                _orthogonal),
    Initialiser("normal", "Normal", "Normal with mean 0 and a standard deviation of your choice.",
                _normal(lambda i, o, s: s), has_spread=True),
    Initialiser("uniform", "Uniform", "Uniform between minus and plus a limit of your choice.",
                _uniform(lambda i, o, s: s), has_spread=True),
    Initialiser("zeros", "Zeros",
                "All weights 0: every unit of a layer stays equal to its neighbours.", _zeros),
    Initialiser("playground", "Playground",
                "As TensorFlow Playground: uniform in ±0.5, and biases start at 0.1.",
                _uniform(lambda i, o, s: 0.5), bias=0.1),
)

INITIALISERS = {initialiser.key: initialiser for initialiser in _INITIALISERS}
"""Every initialiser by key, in the order in which lists show them."""

INITIALISER_CHOICES = tuple(Choice(i.key, i.title, i.help) for i in _INITIALISERS)
