"""Activation functions and their derivatives, number by number."""

from __future__ import annotations

from typing import NamedTuple

from engine.layers.activations import ACTIVATIONS
from engine.messages import say
from engine.microscope.names import PRIME
from engine.microscope.number import Contraction, Part
from engine.microscope.writer import Writer, explains

_LEAK = 0.01
_SCALE, _LOWEST = 1.0507009873554805, 1.7580993408473766
"""Of SELU: its slope above 0, and how far it goes below (Klambauer et al. 2017)."""

_SAME_SIGN = frozenset({"relu", "leaky_relu", "hard_tanh"})
"""Of which the slope is the same, whether one looks at the argument or at the value."""


class _Function(NamedTuple):
    """An activation function in NumPy: itself, and its derivative by argument z and value a."""

    symbol: str
    value: str
    slope: str


FUNCTIONS = {
    "tanh": _Function("tanh", "np.tanh({z})", "1 - {a}**2"),
    "sigmoid": _Function("σ", "sigmoid({z})", "{a} * (1 - {a})"),
    "relu": _Function("ReLU", "np.maximum({z}, 0)", "({z} > 0) * 1.0"),
    "leaky_relu": _Function("LReLU", f"np.where({{z}} > 0, {{z}}, {_LEAK} * {{z}})",
                            f"np.where({{z}} > 0, 1, {_LEAK})"),
    "elu": _Function("ELU", "np.where({z} > 0, {z}, np.expm1(np.minimum({z}, 0)))",
                     "np.where({z} > 0, 1, {a} + 1)"),
    "gelu": _Function("GELU", "{z} * normal_cdf({z})",
                      "normal_cdf({z}) + {z} * normal_pdf({z})"),
    "selu": _Function("SELU", f"np.where({{z}} > 0, {_SCALE} * {{z}}, "
                              f"{_LOWEST} * np.expm1(np.minimum({{z}}, 0)))",
                      f"np.where({{z}} > 0, {_SCALE}, {{a}} + {_LOWEST})"),
    "silu": _Function("SiLU", "{z} * sigmoid({z})",
                      "sigmoid({z}) * (1 + {z} * sigmoid(-{z}))"),
    "softplus": _Function("softplus", "softplus({z})", "sigmoid({z})"),
    "softsign": _Function("softsign", "{z} / (1 + np.abs({z}))", "1 / (1 + np.abs({z}))**2"),
    "hard_tanh": _Function("htanh", "np.clip({z}, -1, 1)", "(np.abs({z}) < 1) * 1.0"),
    "sine": _Function("sin", "np.sin({z})", "np.cos({z})"),
}
"""By key of `engine.layers.activations.ACTIVATIONS`."""


def _axes(rank: int) -> str:
    return "n" + "abcde"[:rank]


@explains(*(ACTIVATIONS[key].forward for key in FUNCTIONS))
def forward(w: Writer) -> None:
    """Write a = f(z)."""
    function, shape = FUNCTIONS[w.line.op.removesuffix("_forward")], w.variable("x").shape
    z, axes = w.value("x", *shape), _axes(len(shape))
    w.target("y", f"a{w.number}", f"a<sub>{w.number}</sub>", *shape)
    w.write("y", function.value.format(z=z), words=say("microscope.activation"),
            formula=f"{function.symbol}({w.symbol('x')})", shape=shape,
            opening=Contraction(axes, (Part(w.symbol("x"), z, axes),), {}, (), 1.0,
                                function.symbol, function.value.format(z="s")))


@explains(*(ACTIVATIONS[key].backward for key in FUNCTIONS))
def backward(w: Writer) -> None:
    """Write dL/dz = dL/da f'(z)."""
    key = w.line.op.removesuffix("_backward")
    function, shape = FUNCTIONS[key], w.variable("x").shape
    da, z, a = (w.value(slot, *shape) for slot in ("dy", "x", "y"))
    slope, axes = function.slope.format(z=z, a=a), _axes(len(shape))
    w.target("dx", f"dz{w.number}", f"∂L/∂z<sub>{w.number}</sub>", *shape)
    mistakes = {"derivative-forgotten": f"{da} * 1.0"}
    wrong = function.slope.format(z=a, a=z)
    if wrong != slope and key not in _SAME_SIGN:
        mistakes["derivative-at-value"] = f"{da} * ({wrong})"
    w.write("dx", f"{da} * ({slope})", words=say("microscope.activation-gradient"),
            formula=f"{w.symbol('dy')} ⊙ {function.symbol}{PRIME}({w.symbol('x')})", shape=shape,
            opening=Contraction(axes, (
                Part(w.symbol("dy"), da, axes),
                Part(f"{function.symbol}{PRIME}({w.symbol('x')})", slope, axes)), {}),
            mistakes=mistakes)
