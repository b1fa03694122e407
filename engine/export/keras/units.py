"""Layers of units in Keras: sums, functions, joins, norms, chance."""

from __future__ import annotations

import numpy as np

from engine.export.keras.made import FUNCTIONS, Made, Place, number, writes
from engine.export.keras.starts import starts_of

LARGEST_NOISE = 1.0
"""The largest deviation that Keras' own layer takes."""


@writes("linear")
def _linear(place: Place) -> Made:
    return Made("layers.Dense", (str(place.node.whole("units")), *place.bias),
                arrays=place.arrays(kernel="weight", bias="bias"), takes_activation=True,
                starts=starts_of(place, kernel="weight", bias="bias"))


@writes(*FUNCTIONS)
def _function(place: Place) -> Made:
    function, helpers = FUNCTIONS[place.node.op]
    return Made("layers.Activation", (function,), place.node.op, helpers)


@writes("leaky_relu")
def _leaky_relu(place: Place) -> Made:
    return Made("layers.LeakyReLU", (f"negative_slope={number(place.node.number('slope'))}",),
                "leaky_relu")


@writes("prelu")
def _prelu(place: Place) -> Made:
    axes = tuple(range(1, len(place.shape)))
    shared = (f"shared_axes={list(axes)}",) if axes else ()
    slopes = place.array("slope").reshape((1,) * len(axes) + (-1,))
    return Made("layers.PReLU", shared, arrays={"alpha": np.ascontiguousarray(slopes)},
                starts=starts_of(place, alpha="slope"))


@writes("softmax")
def _softmax(_place: Place) -> Made:
    return Made("layers.Softmax")


@writes("dropout")
def _dropout(place: Place) -> Made:
    return Made("layers.Dropout", (number(place.node.number("rate")),))


@writes("gaussian_noise")
def _noise(place: Place) -> Made:
    deviation = place.node.number("deviation")
    if deviation > LARGEST_NOISE:
        return Made("Noise", (number(deviation),), helpers=("Noise",))
    return Made("layers.GaussianNoise", (number(deviation),))


@writes("add")
def _add(_place: Place) -> Made:
    return Made("layers.Add", takes_list=True)


@writes("concatenate")
def _concatenate(_place: Place) -> Made:
    return Made("layers.Concatenate", takes_list=True)


@writes("batch_norm")
def _batch_norm(place: Place) -> Made:
    options = (f"momentum={number(place.node.number('momentum'))}",
               f"epsilon={number(place.node.number('epsilon'))}")
    return Made("BatchNorm", options, helpers=("BatchNorm",), arrays=place.arrays(
        gamma="scale", beta="shift", moving_mean="mean", moving_variance="variance"))


@writes("layer_norm")
def _layer_norm(place: Place) -> Made:
    return Made("layers.LayerNormalization",
                (f"epsilon={number(place.node.number('epsilon'))}",),
                arrays=place.arrays(gamma="scale", beta="shift"))


@writes("sampling")
def _sampling(place: Place) -> Made:
    return Made("Sampling", (f"weight={number(place.node.number('weight'))}",),
                helpers=("Sampling",))
