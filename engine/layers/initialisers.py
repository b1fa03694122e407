"""Initial weights: how a layer's weights are drawn before the first step."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.spec.fields import Choice

Weights = NDArray[np.float64]

SUM, SPREAD, TABLE, GATES, STATE = "sum", "spread", "table", "gates", "state"
"""What weights do, for schemes that tell them apart: weigh what goes into a unit; spread a number
over a window, as transposed convolutions do; hold a row for every token; weigh the features of a
step for the gates of a recurrent layer; weigh the state before it for them."""

PROBE, LOOKED_AT = 256, 1024
"""Training examples by which LSUV scales weights, and of which whitening looks at the windows."""


class Draw(Protocol):
    """Draws weights; the last axis belongs to the units, the one before it to the inputs.

    A convolution counts its fans over the places of its kernel, whose axes come first, so that its
    weights are not of shape (fan in, fan out): it says which shape it needs.
    """

    def __call__(self, rng: np.random.Generator, fan_in: int, fan_out: int, spread: float,
                 shape: tuple[int, ...] | None = None) -> Weights:
        """Return float64[shape], by default float64[fan_in, fan_out]."""


@dataclass(frozen=True)
class Initialiser:
    """How weights begin: a distribution of random ones, or fixed ones.

    Attributes
    ----------
    key, title, help : str
        Name in files, name for people, one sentence with the formula.
    draw : callable
        ``draw(rng, fan_in, fan_out, spread)`` returns float64[fan_in, fan_out]; see `Draw`.
    has_spread : bool
        Whether the person chooses the spread.
    has_gain : bool
        Whether a factor on the weights makes a difference in the end.
    is_scaled_by_data : bool
        Whether the weights are scaled, once they are drawn, by what they make of training data.
    is_whitening : bool
        Whether weights and biases are calculated, once drawn, from what the layer sees of training
        data: see `engine.training.whitening`.
    bias : float | None
        Initial bias that belongs to the scheme; None leaves it to the person.
    bias_limit : callable | None
        ``bias_limit(fan in, fan out)``: how far random biases lie at most from where they would
        start otherwise; None where biases are not random.
    is_whole : bool
        Whether the matrices of all gates of a recurrent layer are drawn as one.
    roles : Mapping[str, Initialiser]
        What it is for weights that do something else than weigh what goes into a unit, by `SPREAD`
        and so on; the same where there is no entry.
    size : callable | None
        ``size(shape)`` returns the root mean square of what is drawn, where that follows from the
        shape alone.
    is_equal : bool
        Whether all weights are the same number, whatever the spread.
    is_random : bool
        Whether every weight has mean 0, and two of them no more to do with one another than in a
        random rotation: what the theory of wide networks asks for.
    """

    key: str
    title: str
    help: str
    draw: Draw
    has_spread: bool = False
    has_gain: bool = True
    is_scaled_by_data: bool = False
    is_whitening: bool = False
    bias: float | None = None
    size: Callable[[tuple[int, ...]], float] | None = None
    is_equal: bool = False
    is_random: bool = True
    bias_limit: Callable[[int, int], float] | None = None
    is_whole: bool = False
    roles: Mapping[str, Initialiser] = field(default_factory=dict)

    def at(self, role: str) -> Initialiser:
        """Return what the scheme is for weights of a role."""
        return self.roles.get(role, self)

    def biases(self, rng: np.random.Generator, fans: tuple[int, int], start: Weights) -> Weights:
        """Return biases that start at ``start``, or around it."""
        if self.bias_limit is None:
            return start.copy()
        limit = self.bias_limit(*fans)
        return start + rng.uniform(-limit, limit, start.shape)

    @property
    def needs_data(self) -> bool:
        """Whether weights are done only once the layer has seen training data."""
        return self.is_scaled_by_data or self.is_whitening

    def root_mean_square(self, shape: tuple[int, ...], fan_in: int, fan_out: int, spread: float
                         ) -> float:
        """Return that of what is drawn, without drawing it where its law is known."""
        if self.size is not None:
            return self.size(shape)
        if isinstance(self.draw, _Uniform | _Normal):
            return self.draw.size(fan_in, fan_out, spread)
        drawn = self.draw(np.random.default_rng(0), fan_in, fan_out, spread, (1024,))
        return math.sqrt(float(np.mean(drawn**2)))

    def starts_equal(self, spread: float) -> bool:
        """Say whether all weights start as the same number."""
        return self.is_equal or (self.has_spread and spread == 0)


Scale = Callable[[int, int, float], float]
"""``scale(fan_in, fan_out, spread)`` returns how far weights are spread."""


@dataclass(frozen=True)
class _Uniform:
    """Draws weights between minus and plus a limit."""

    limit: Scale

    def __call__(self, rng: np.random.Generator, fan_in: int, fan_out: int, spread: float,
                 shape: tuple[int, ...] | None = None) -> Weights:
        bound = self.limit(fan_in, fan_out, spread)
        return rng.uniform(-bound, bound, shape or (fan_in, fan_out))

    def size(self, fan_in: int, fan_out: int, spread: float) -> float:
        """Return the root mean square of what is drawn."""
        return self.limit(fan_in, fan_out, spread) / math.sqrt(3)


@dataclass(frozen=True)
class _Normal:
    """Draws normal weights of a deviation."""

    deviation: Scale

    def __call__(self, rng: np.random.Generator, fan_in: int, fan_out: int, spread: float,
                 shape: tuple[int, ...] | None = None) -> Weights:
        drawn = rng.standard_normal(shape or (fan_in, fan_out))
        return drawn * self.deviation(fan_in, fan_out, spread)

    def size(self, fan_in: int, fan_out: int, spread: float) -> float:
        """Return the root mean square of what is drawn."""
        return self.deviation(fan_in, fan_out, spread)


def _zeros(rng: np.random.Generator, fan_in: int, fan_out: int, spread: float,
           shape: tuple[int, ...] | None = None) -> Weights:
    return np.zeros(shape or (fan_in, fan_out))


def _constant(rng: np.random.Generator, fan_in: int, fan_out: int, spread: float,
              shape: tuple[int, ...] | None = None) -> Weights:
    return np.full(shape or (fan_in, fan_out), spread)


def _identity(rng: np.random.Generator, fan_in: int, fan_out: int, spread: float,
              shape: tuple[int, ...] | None = None) -> Weights:
    weights = np.zeros(shape or (fan_in, fan_out))
    # Of a kernel the middle, as PyTorch's dirac_ takes it; a matrix has but one place.
    middle = tuple(axis // 2 for axis in weights.shape[:-2])
    np.fill_diagonal(weights[middle], 1.0)
    return weights


def _orthogonal(rng: np.random.Generator, fan_in: int, fan_out: int, spread: float,
                shape: tuple[int, ...] | None = None) -> Weights:
    shape = shape or (fan_in, fan_out)
    rows, columns = math.prod(shape[:-1]), shape[-1]
    tall = rng.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    # Without the signs of R's diagonal Q would not be uniform over the orthogonal matrices.
    q = q * np.sign(np.diag(r))
    return (q if rows >= columns else np.ascontiguousarray(q.T)).reshape(shape)


def _orthogonal_size(shape: tuple[int, ...]) -> float:
    return 1 / math.sqrt(max(math.prod(shape[:-1]), shape[-1]))


def _pytorch() -> Initialiser:
    """Return what PyTorch does where nothing is asked of it (`reset_parameters` of its modules)."""
    def around(fan: int, **roles: Initialiser) -> Initialiser:
        return Initialiser(
            "pytorch", "PyTorch default",
            "As PyTorch: uniform in ±1/√fan in, and biases in the same range around the initial "
            "bias. Transposed convolutions take the fan out, recurrent layers the units in its "
            "place, which draw the sum of two such biases, the forget gate's as well. Embeddings "
            "are normal with deviation 1.",
            _Uniform(lambda *fans: 1 / math.sqrt(fans[fan])),
            bias_limit=lambda *fans: 1 / math.sqrt(fans[fan]), roles=roles)
    table = Initialiser("pytorch", "PyTorch default", "", _Normal(lambda i, o, s: 1.0))
    by_units = around(1)
    return around(0, **{SPREAD: by_units, TABLE: table, GATES: by_units, STATE: by_units})


def _keras() -> Initialiser:
    """Return what Keras does where nothing is asked of it (its layers' arguments)."""
    def glorot(is_whole: bool, **roles: Initialiser) -> Initialiser:
        return Initialiser(
            "keras", "Keras default",
            "As Keras: Xavier uniform (Glorot), biases where you start them, at 0 by default. The "
            "gates of a recurrent layer are drawn as one matrix, orthogonal for the state. "
            "Embeddings are uniform in ±0.05.",
            _Uniform(lambda i, o, s: math.sqrt(6 / (i + o))), is_whole=is_whole, roles=roles)
    table = Initialiser("keras", "Keras default", "", _Uniform(lambda i, o, s: 0.05))
    state = Initialiser("keras", "Keras default", "", _orthogonal, size=_orthogonal_size,
                        is_whole=True)
    return glorot(False, **{TABLE: table, GATES: glorot(True), STATE: state})


_INITIALISERS = (
    Initialiser("xavier_uniform", "Xavier uniform",
                "Glorot and Bengio 2010: uniform in ±√(6 / (fan in + fan out)).",
                _Uniform(lambda i, o, s: math.sqrt(6 / (i + o)))),
    Initialiser("xavier_normal", "Xavier normal",
                "Glorot and Bengio 2010: normal with variance 2 / (fan in + fan out).",
                _Normal(lambda i, o, s: math.sqrt(2 / (i + o)))),
    Initialiser("he_uniform", "He uniform", "He et al. 2015: uniform in ±√(6 / fan in).",
                _Uniform(lambda i, o, s: math.sqrt(6 / i))),
    Initialiser("he_normal", "He normal", "He et al. 2015: normal with variance 2 / fan in.",
                _Normal(lambda i, o, s: math.sqrt(2 / i))),
    Initialiser("lecun_uniform", "LeCun uniform",
                "LeCun et al. 1998: uniform in ±√(3 / fan in).",
                _Uniform(lambda i, o, s: math.sqrt(3 / i))),
    Initialiser("lecun_normal", "LeCun normal",
                "LeCun et al. 1998: normal with variance 1 / fan in.",
                _Normal(lambda i, o, s: math.sqrt(1 / i))),
    Initialiser("orthogonal", "Orthogonal",
                "Saxe et al. 2014: a random matrix with orthonormal columns or rows.",
                _orthogonal, size=_orthogonal_size),
    Initialiser("lsuv", "LSUV",
                "Mishkin and Matas 2016: orthogonal, then scaled, layer by layer, until the "
                "weighted sums of some training examples have variance 1.",
                _orthogonal, has_gain=False, is_scaled_by_data=True, size=_orthogonal_size),
    Initialiser("whitened", "Whitened patches",
                "Coates and Ng 2012: the principal axes of what the layer sees of some training "
                "examples, each divided by √(its variance + 0.0005 of the mean one), then the same "
                "negated; biases take the mean off. Units beyond these are orthogonal ones.",
                _orthogonal, has_gain=False, is_whitening=True, size=_orthogonal_size,
                is_random=False),
    Initialiser("normal", "Normal", "Normal with mean 0 and a standard deviation of your choice.",
                _Normal(lambda i, o, s: s), has_spread=True),
    Initialiser("uniform", "Uniform", "Uniform between minus and plus a limit of your choice.",
                _Uniform(lambda i, o, s: s), has_spread=True),
    Initialiser("zeros", "Zeros",
                "All weights 0. Where those of the layer behind are equal as well, every unit "
                "stays equal to its neighbours.", _zeros,
                has_gain=False, is_equal=True),
    Initialiser("constant", "Constant",
                "All weights the same number of your choice. Where those of the layer behind are "
                "equal as well, every unit stays equal to its neighbours.", _constant,
                has_spread=True, has_gain=False, is_equal=True, is_random=False),
    Initialiser("identity", "Identity",
                "1 from every input to the unit of the same number, else 0; of a convolution in "
                "the middle of the window: the layer passes on what it sees.", _identity,
                size=lambda shape: math.sqrt(min(shape[-2:]) / math.prod(shape)), is_random=False),
    Initialiser("playground", "Playground",
                "As TensorFlow Playground: uniform in ±0.5, and biases start at 0.1.",
                _Uniform(lambda i, o, s: 0.5), bias=0.1),
    _pytorch(),
    _keras(),
)

INITIALISERS = {initialiser.key: initialiser for initialiser in _INITIALISERS}
"""Every initialiser by key, in the order in which lists show them."""

INITIALISER_CHOICES = tuple(Choice(i.key, i.title, i.help) for i in _INITIALISERS)

DRAWN_CHOICES = tuple(Choice(i.key, i.title, i.help) for i in _INITIALISERS if not i.needs_data)
"""Those that are done once weights are drawn: all that fits where nothing is a weighted sum."""

SCALED_CHOICES = tuple(Choice(i.key, i.title, i.help) for i in _INITIALISERS
                       if not i.is_whitening)
"""Those for layers that look at nothing through a window: transposed convolutions."""
