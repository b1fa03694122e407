"""Activation functions, each with its derivative and the kernels that compute both."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from engine.layers import duals
from engine.layers.duals import DualRule, expanded, normal_share
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
    value : callable
        f itself, of float64 numbers.
    dual : callable
        Its rule there for pairs of examples.
    constants : Mapping[str, float]
        What a neutral graph has to know of it besides its key.
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
    constants: Mapping[str, float] = field(default_factory=dict)
    moments: MomentsRule = field(kw_only=True)
    value: Callable[[Reals], Reals] = field(kw_only=True)
    dual: DualRule = field(kw_only=True)

    def nodes(self) -> tuple[Node, ...]:
        """Return it as a node of a neutral graph, of its key; none for the identity."""
        return (Node(self.key, self.constants),) if self.forward else ()


def _elu(z: Reals) -> Reals:
    found: Reals = np.where(z > 0, z, np.expm1(np.minimum(z, 0.0)))
    return found


def _logistic(z: Reals) -> Reals:
    found: Reals = 0.5 + 0.5 * np.tanh(0.5 * z)
    return found


def _logistic_slope(z: Reals) -> Reals:
    found: Reals = 0.25 / np.cosh(np.clip(0.5 * z, -300.0, 300.0))**2
    return found


def _tanh_slope(z: Reals) -> Reals:
    found: Reals = 1 / np.cosh(np.clip(z, -300.0, 300.0))**2
    return found


def _exponential(z: Reals) -> Reals:
    """Return exp(z), which is asked for below 0 alone."""
    found: Reals = np.exp(np.minimum(z, 0.0))
    return found


def _gelu(z: Reals) -> Reals:
    return z * normal_share(z)


def _gelu_slope(z: Reals) -> Reals:
    density = np.exp(-np.minimum(z * z, 1400.0) / 2) / math.sqrt(2 * math.pi)
    return normal_share(z) + z * density


_SCALE, _LOW = 1.0507009873554805, 1.0507009873554805 * 1.6732632423543772
"""Of SELU: its slope above 0, and how far it falls below."""


def _selu(z: Reals) -> Reals:
    found: Reals = np.where(z > 0, _SCALE * z, _LOW * np.expm1(np.minimum(z, 0.0)))
    return found


def _silu(z: Reals) -> Reals:
    return z * _logistic(z)


def _softplus(z: Reals) -> Reals:
    return np.logaddexp(0.0, z)


def _softsign(z: Reals) -> Reals:
    found: Reals = z / (1 + np.abs(z))
    return found


def _hard_tanh(z: Reals) -> Reals:
    return np.clip(z, -1.0, 1.0)


_FUNCTIONS = (
    ActivationFunction("relu", "ReLU", "max(0, z)", "1 for z > 0, else 0",
                       "relu_forward", "relu_backward", lowest=0.0, can_die=True,
                       initialiser="he_normal",
                       moments=moments_of(lambda z: np.maximum(z, 0.0)),
                       value=lambda z: np.maximum(z, 0.0),
                       dual=duals.leaky(0.0)),
    ActivationFunction("tanh", "Tanh", "tanh z", "1 − tanh² z",
                       "tanh_forward", "tanh_backward", -0.97, 0.97, -1.0, 1.0,
                       moments=moments_of(np.tanh),
                       value=np.tanh,
                       dual=expanded(np.tanh, _tanh_slope)),
    ActivationFunction("sigmoid", "Sigmoid", "σ(z) = 1 / (1 + e⁻ᶻ)", "σ(z) (1 − σ(z)), at most 1/4",
                       "sigmoid_forward", "sigmoid_backward", 0.015, 0.985, 0.0, 1.0,
                       moments=moments_of(_logistic),
                       value=_logistic,
                       dual=expanded(_logistic, _logistic_slope)),
    ActivationFunction("linear", "Linear", "z", "1", "", "",
                       moments=moments_of(lambda z: z),
                       value=lambda z: z,
                       dual=duals.linear),
    ActivationFunction("leaky_relu", "Leaky ReLU", "z for z > 0, else 0.01 z",
                       "1 for z > 0, else 0.01", "leaky_relu_forward", "leaky_relu_backward",
                       initialiser="he_normal", constants={"slope": 0.01},
                       moments=moments_of(lambda z: np.where(z > 0, z, 0.01 * z)),
                       value=lambda z: np.where(z > 0, z, 0.01 * z),
                       dual=duals.leaky(0.01)),
    ActivationFunction("elu", "ELU", "z for z > 0, else eᶻ − 1", "1 for z > 0, else eᶻ",
                       "elu_forward", "elu_backward", -0.94, None, -1.0, initialiser="he_normal",
                       moments=moments_of(_elu),
                       value=_elu,
                       dual=expanded(_elu, lambda z: np.where(z > 0, 1.0, _exponential(z)))),
    ActivationFunction("gelu", "GELU", "z Φ(z), Φ the normal distribution", "Φ(z) + z φ(z)",
                       "gelu_forward", "gelu_backward", lowest=-0.17,
                       initialiser="he_normal",
                       moments=moments_of(_gelu),
                       value=_gelu,
                       dual=expanded(_gelu, _gelu_slope)),
    ActivationFunction("selu", "SELU", "1.0507 z for z > 0, else 1.7581 (eᶻ − 1)",
                       "1.0507 for z > 0, else 1.7581 eᶻ", "selu_forward", "selu_backward",
                       -1.65, None, -1.7581, initialiser="lecun_normal",
                       moments=moments_of(_selu),
                       value=_selu,
                       dual=expanded(_selu, lambda z: np.where(
                           z > 0, _SCALE, _LOW * _exponential(z)), 0.0)),
    ActivationFunction("silu", "SiLU", "z σ(z)", "σ(z) (1 + z σ(−z))",
                       "silu_forward", "silu_backward", lowest=-0.2785,
                       initialiser="he_normal",
                       moments=moments_of(_silu),
                       value=_silu,
                       dual=expanded(_silu, lambda z: _logistic(z) * (1 + z * _logistic(-z)))),
    ActivationFunction("softplus", "Softplus", "log(1 + eᶻ)", "σ(z)",
                       "softplus_forward", "softplus_backward", 0.06, None, 0.0,
                       initialiser="he_normal",
                       moments=moments_of(_softplus),
                       value=_softplus,
                       dual=expanded(_softplus, _logistic)),
    ActivationFunction("softsign", "Softsign", "z / (1 + |z|)", "1 / (1 + |z|)²",
                       "softsign_forward", "softsign_backward", -0.755, 0.755, -1.0, 1.0,
                       moments=moments_of(_softsign),
                       value=_softsign,
                       dual=expanded(_softsign, lambda z: 1 / (1 + np.abs(z))**2)),
    # Just inside its ends, which a comparison with the ends themselves would leave out.
    ActivationFunction("hard_tanh", "Hard tanh", "max(−1, min(1, z))", "1 for −1 < z < 1, else 0",
                       "hard_tanh_forward", "hard_tanh_backward", -0.9999, 0.9999,
                       -1.0, 1.0,
                       moments=moments_of(_hard_tanh),
                       value=_hard_tanh,
                       dual=expanded(_hard_tanh,
                                     lambda z: np.where(np.abs(z) < 1, 1.0, 0.0), -1.0, 1.0)),
    ActivationFunction("sine", "Sine", "sin z", "cos z", "sine_forward", "sine_backward",
                       lowest=-1.0, highest=1.0,
                       moments=moments_of(np.sin),
                       value=np.sin,
                       dual=duals.sine),
)

ACTIVATIONS = {function.key: function for function in _FUNCTIONS}
"""Every activation function by key, in the order in which lists show them."""

ACTIVATION_CHOICES = tuple(
    Choice(f.key, f.title, f"a = {f.formula}; derivative {f.derivative}.") for f in _FUNCTIONS
)
