"""Activation functions, each with its derivative and the kernels that compute both."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from engine.layers.export import Node
from engine.layers.mean_field import MomentsRule, Reals, moments_of
from engine.spec.fields import Choice


@dataclass(frozen=True)
class ActivationFunction:
    """An elementwise function a = f(z).

    Attributes
    ----------
    key, title : str
        Name in files and for people.
    formula, derivative : str
        What tooltips show.
    forward, backward : str
        Ops of `engine.kernels`; empty for the identity, which needs none.
    flat_below, flat_above : float | None
        An activation beyond one of these lies in a flat end, where f' is below about 6 % of its
        largest value (DESIGN: tanh 0.97; sigmoid 0.015 and 0.985). None: no such end.
    lowest, highest : float
        Between which its values lie.
    can_die : bool
        Whether a unit can be exactly zero for every example, and then learns nothing.
    initialiser : str
        The initial weights that theory recommends for it.
    moments : callable
        Its rule in a wide random network.
    node : Node | None
        What it is in a neutral graph; None: no such rule.
    """

    key: str
    title: str
    formula: str
    derivative: str
    forward: str
    backward: str
    flat_below: float | None = None
    flat_above: float | None = None
    lowest: float = -math.inf
    highest: float = math.inf
    can_die: bool = False
    initialiser: str = "xavier_uniform"
    node: Node | None = None
    moments: MomentsRule = field(kw_only=True)


def _elu(z: Reals) -> Reals:
    found: Reals = np.where(z > 0, z, np.expm1(np.minimum(z, 0.0)))
    return found


def _gelu(z: Reals) -> Reals:
    # With tanh in the place of the error function: right to a thousandth.
    found: Reals = z * (0.5 + 0.5 * np.tanh(0.7979 * (z + 0.044715 * z**3)))
    return found


_FUNCTIONS = (
    ActivationFunction("relu", "ReLU", "max(0, z)", "1 for z > 0, else 0",
                       "relu_forward", "relu_backward", lowest=0.0, can_die=True,
                       initialiser="he_normal",
                       moments=moments_of(lambda z: np.maximum(z, 0.0))),
    ActivationFunction("tanh", "Tanh", "tanh z", "1 − tanh² z",
                       "tanh_forward", "tanh_backward", -0.97, 0.97, -1.0, 1.0,
                       moments=moments_of(np.tanh)),
    ActivationFunction("sigmoid", "Sigmoid", "σ(z) = 1 / (1 + e⁻ᶻ)", "σ(z) (1 − σ(z)), at most 1/4",
                       "sigmoid_forward", "sigmoid_backward", 0.015, 0.985, 0.0, 1.0,
                       moments=moments_of(lambda z: 0.5 + 0.5 * np.tanh(0.5 * z))),
    ActivationFunction("linear", "Linear", "z", "1", "", "",
                       moments=moments_of(lambda z: z)),
    ActivationFunction("leaky_relu", "Leaky ReLU", "z for z > 0, else 0.01 z",
                       "1 for z > 0, else 0.01", "leaky_relu_forward", "leaky_relu_backward",
                       initialiser="he_normal",
                       moments=moments_of(lambda z: np.where(z > 0, z, 0.01 * z))),
    ActivationFunction("elu", "ELU", "z for z > 0, else eᶻ − 1", "1 for z > 0, else eᶻ",
                       "elu_forward", "elu_backward", -0.94, None, -1.0, initialiser="he_normal",
                       moments=moments_of(_elu)),
    ActivationFunction("gelu", "GELU", "z Φ(z), Φ the normal distribution", "Φ(z) + z φ(z)",
                       "gelu_forward", "gelu_backward", lowest=-0.17,
                       initialiser="he_normal",
                       moments=moments_of(_gelu)),
    ActivationFunction("selu", "SELU", "1.0507 z for z > 0, else 1.7581 (eᶻ − 1)",
                       "1.0507 for z > 0, else 1.7581 eᶻ", "selu_forward", "selu_backward",
                       -1.65, None, -1.7581, initialiser="lecun_normal",
                       moments=moments_of(lambda z: 1.0507 * np.where(z > 0, z, 1.6733 * _elu(z)))),
    ActivationFunction("silu", "SiLU", "z σ(z)", "σ(z) (1 + z σ(−z))",
                       "silu_forward", "silu_backward", lowest=-0.2785,
                       initialiser="he_normal",
                       moments=moments_of(lambda z: z * (0.5 + 0.5 * np.tanh(0.5 * z)))),
    ActivationFunction("softplus", "Softplus", "log(1 + eᶻ)", "σ(z)",
                       "softplus_forward", "softplus_backward", 0.06, None, 0.0,
                       initialiser="he_normal",
                       moments=moments_of(lambda z: np.logaddexp(0.0, z))),
    ActivationFunction("softsign", "Softsign", "z / (1 + |z|)", "1 / (1 + |z|)²",
                       "softsign_forward", "softsign_backward", -0.755, 0.755, -1.0, 1.0,
                       moments=moments_of(lambda z: z / (1 + np.abs(z)))),
    # Just inside its ends, which a comparison with the ends themselves would leave out.
    ActivationFunction("hard_tanh", "Hard tanh", "max(−1, min(1, z))", "1 for −1 < z < 1, else 0",
                       "hard_tanh_forward", "hard_tanh_backward", -0.9999, 0.9999,
                       -1.0, 1.0,
                       moments=moments_of(lambda z: np.clip(z, -1.0, 1.0))),
    ActivationFunction("sine", "Sine", "sin z", "cos z", "sine_forward", "sine_backward",
                       lowest=-1.0, highest=1.0,
                       moments=moments_of(np.sin)),
)

ACTIVATIONS = {function.key: function for function in _FUNCTIONS}
"""Every activation function by key, in the order in which lists show them."""

ACTIVATION_CHOICES = tuple(
    Choice(f.key, f.title, f"a = {f.formula}; derivative {f.derivative}.") for f in _FUNCTIONS
)
