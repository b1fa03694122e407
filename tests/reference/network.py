"""A whole chain of layers: forward pass, loss and every gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.reference import activations, losses
from tests.reference.dense import dense_backward_input, dense_backward_weights, dense_forward

Reals = NDArray[np.float64]
LOSSES: dict[str, Callable[..., float]] = {
    "softmax_cross_entropy": losses.softmax_cross_entropy,
    "binary_cross_entropy": losses.binary_cross_entropy,
    "mean_squared_error": losses.mean_squared_error,
    "mean_absolute_error": losses.mean_absolute_error,
    "huber": losses.huber,
    "hinge": losses.hinge,
}


@dataclass
class Layer:
    """A dense layer with its activation; without weights an activation alone.

    Attributes
    ----------
    id : str
        Name of its gradients: ``id/w`` and ``id/b``.
    activation : str
        Key of the function; ``linear`` for none. Dropout, when it evaluates, is such a layer.
    w, b : float64[i, o], float64[o]
        Weights and biases; None for none.
    slope : float64[o]
        Slopes of PReLU, gradient ``id/slope``.
    """

    id: str
    activation: str = "linear"
    w: Reals | None = None
    b: Reals | None = None
    slope: Reals | None = None


@dataclass
class Pass:
    """What a pass computed.

    Attributes
    ----------
    outputs : list[float64[n, o]]
        Output of every layer.
    loss : float
        Loss over the batch.
    gradients : dict[str, float64[...]]
        dL/dw and dL/db by name.
    output_gradients : list[float64[n, o]]
        dL/d(output) of every layer.
    arguments : list[float64[n, o]]
        Argument of every layer's activation function.
    """

    outputs: list[Reals]
    loss: float
    gradients: dict[str, Reals]
    output_gradients: list[Reals]
    arguments: list[Reals]


def compute(layers: Sequence[Layer], x: Reals, t: Reals, loss: str,
            *constants: float) -> Pass:
    """Return loss and gradients of one batch.

    Parameters
    ----------
    layers : sequence of Layer
        From input to output.
    x, t : float64[n, i], float64[n, k]
        Inputs and targets.
    loss : str
        Key of the loss.
    *constants : float
        Constants of the loss.
    """
    inputs, arguments, outputs = [], [], []
    for layer in layers:
        inputs.append(x)
        z = x
        if layer.w is not None:
            z = np.empty((x.shape[0], layer.w.shape[1]))
            dense_forward(z, x, layer.w, np.empty(0) if layer.b is None else layer.b)
        arguments.append(z)
        x = z.copy()
        _activate(layer, x, z)
        outputs.append(x)
    dy = np.empty_like(x)
    value = LOSSES[loss](dy, x, t, *constants)
    gradients: dict[str, Reals] = {}
    output_gradients: list[Reals] = []
    for layer, given, z, y in zip(reversed(layers), reversed(inputs), reversed(arguments),
                                  reversed(outputs), strict=True):
        output_gradients.insert(0, dy)
        dz = dy.copy()
        if layer.slope is not None:
            gradients[f"{layer.id}/slope"] = np.empty_like(layer.slope)
            activations.prelu_backward_slopes(gradients[f"{layer.id}/slope"], dy, z)
        _differentiate(layer, dz, dy, z, y)
        dy = dz
        if layer.w is not None:
            dw, db = np.empty_like(layer.w), np.empty(0 if layer.b is None else layer.b.size)
            dense_backward_weights(dw, db, dz, given)
            gradients[f"{layer.id}/w"] = dw
            if layer.b is not None:
                gradients[f"{layer.id}/b"] = db
            dy = np.empty_like(given)
            dense_backward_input(dy, dz, layer.w)
    return Pass(outputs, value, gradients, output_gradients, arguments)


def _activate(layer: Layer, y: Reals, z: Reals) -> None:
    """Write y = f(z) where f is not the identity."""
    if layer.slope is not None:
        activations.prelu_forward(y, z, layer.slope)
    elif layer.activation == "softmax":
        losses.softmax_forward(y, z)
    elif layer.activation != "linear":
        getattr(activations, f"{layer.activation}_forward")(y.reshape(-1), z.reshape(-1))


def _differentiate(layer: Layer, dz: Reals, dy: Reals, z: Reals, y: Reals) -> None:
    """Write dL/dz where f is not the identity."""
    if layer.slope is not None:
        activations.prelu_backward_input(dz, dy, z, layer.slope)
    elif layer.activation == "softmax":
        activations.softmax_backward(dz, dy, y)
    elif layer.activation != "linear":
        getattr(activations, f"{layer.activation}_backward")(
            dz.reshape(-1), dy.reshape(-1), z.reshape(-1), y.reshape(-1))
