"""What all layers with weights have in common: activation, initial weights, biases."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.layers.activations import ACTIVATION_CHOICES
from engine.layers.fields import Field
from engine.layers.initialisers import INITIALISER_CHOICES, INITIALISERS, Initialiser
from engine.layers.kind import Options, Parameter, Shape

INITIAL_FIELDS = (
    Field("weights", "Initial weights", "xavier_uniform", "How weights are drawn at first.",
          choices=INITIALISER_CHOICES),
    Field("spread", "Spread", 0.5,
          "Standard deviation of normal, limit of uniform initial weights.", 0.0, 100.0,
          logarithmic=True,
          shown_when=("weights", tuple(i.key for i in INITIALISERS.values() if i.has_spread))),
)
"""How weights start."""

BIAS_FIELDS = (
    Field("bias", "Bias", True, "Whether every unit adds a learned number."),
    Field("initial_bias", "Initial bias", 0.0, "Where biases start.", -100.0, 100.0,
          shown_when=("bias", (True,))),
)
"""Whether there are biases, and how they start."""


def weighted_fields(activation: str) -> tuple[Field, ...]:
    """Return the fields of a layer that computes f(weighted sum + bias).

    Parameters
    ----------
    activation : str
        Key of the function f that such layers have at first.
    """
    return (Field("activation", "Activation", activation,
                  "The function f behind the weighted sum.", choices=ACTIVATION_CHOICES),
            *INITIAL_FIELDS, *BIAS_FIELDS)


def weights_and_biases(options: Options, shape: Shape, fan_in: int, fan_out: int, units: int
                       ) -> tuple[Parameter, ...]:
    """Return ``w`` and, with a bias, ``b`` of shape (units,).

    Parameters
    ----------
    options : Mapping[str, Option]
        Values of `weighted_fields`.
    shape : tuple[int, ...]
        Shape of the weights; their last axis is the columns of the matrix that is drawn.
    fan_in, fan_out : int
        How many numbers flow into a unit, and out of an input.
    units : int
        How many biases there are.
    """
    scheme = INITIALISERS[str(options["weights"])]
    weights = Parameter("w", shape, partial(
        _drawn, scheme, shape, fan_in, fan_out, float(options["spread"])))
    if not options["bias"]:
        return (weights,)
    start = float(options["initial_bias"]) if scheme.bias is None else scheme.bias
    return weights, Parameter("b", (units,), partial(_constant, start, units), False)


def _drawn(scheme: Initialiser, shape: Shape, fan_in: int, fan_out: int, spread: float,
           rng: np.random.Generator) -> NDArray[np.float64]:
    matrix = (math.prod(shape[:-1]), shape[-1])
    return scheme.draw(rng, fan_in, fan_out, spread, matrix).reshape(shape)


def _constant(value: float, size: int, rng: np.random.Generator) -> NDArray[np.float64]:
    return np.full(size, value)
