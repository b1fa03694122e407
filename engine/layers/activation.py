"""Layers that apply a function: to every number, or to a row of them."""

from __future__ import annotations

import math

import numpy as np

from engine.layers.activations import ACTIVATION_CHOICES, ACTIVATIONS, ActivationFunction
from engine.layers.covariance import (
    Crossing,
    Learned,
    Reals,
    Return,
    Signal,
    Surroundings,
    applied,
    by_pairs,
)
from engine.layers.duals import leaky
from engine.layers.export import Node
from engine.layers.kind import LayerKind, Lowering, Options, Parameter, Shape, Value
from engine.layers.mean_field import MeanFieldRule, Passage
from engine.layers.share_covariances import shares_of
from engine.layers.starts import Filled
from engine.spec.fields import Field


def lower_activation(plan: Lowering, function: ActivationFunction, z: Value) -> Value:
    """Append a = f(z) and its backward op to a plan, which learns that z is the argument.

    Parameters
    ----------
    plan : Lowering
        The plan.
    function : ActivationFunction
        f; the identity appends nothing.
    z : Value
        The argument.

    Returns
    -------
    Value
        a; ``z`` itself for the identity.
    """
    plan.argument(z)
    if not function.forward:
        return z
    a = plan.value(z.shape)
    plan.forward(function.forward, z.size, y=a.data, x=z.data, n=z.size)
    if z.gradient >= 0:
        plan.backward(function.backward, z.size, dx=z.gradient, dy=a.gradient, x=z.data, y=a.data,
                      n=z.size)
    return a


class Activation(LayerKind):
    """a = f(x), number by number."""

    key = "activation"
    title = "Activation"
    help = "Applies one function to every number; it has nothing to learn."
    icon = "activity"
    function_option = "function"
    fields = (Field("function", "Function", "relu", "The function that is applied.",
                    choices=ACTIVATION_CHOICES),)

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return the input's shape."""
        return inputs[0]

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to the function's forward and backward op."""
        plan.result(lower_activation(plan, ACTIVATIONS[str(options["function"])], plan.inputs[0]))

    def limits(self, options: Options) -> tuple[float, float] | None:
        """Return between which numbers the function's values lie; None for the identity."""
        return None if self.activation(options) == "linear" else super().limits(options)

    def mean_field(self, options: Options, inputs: tuple[Shape, ...]) -> MeanFieldRule:
        """Return the rule of the function."""
        rule = ACTIVATIONS[self.activation(options)].moments

        def passage(given: tuple[float, ...]) -> Passage:
            moments = rule(given[0])
            return Passage(moments.value, (moments.slope,))
        return passage

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing:
        """Return the function's dual."""
        function = ACTIVATIONS[self.activation(options)]
        y, to_argument = applied(inputs[0], function.dual, function.value)
        return Crossing(y, lambda gradient: Return((to_argument(gradient),)))

    def export(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Node, ...]:
        """Return the function; nothing for the identity."""
        return ACTIVATIONS[self.activation(options)].nodes()

    def label(self, options: Options) -> str:
        """Return for example ``Activation · ReLU``."""
        return f"{self.title} · {ACTIVATIONS[str(options['function'])].title}"

    def short_label(self, options: Options) -> str:
        """Return the label without the name of the activation function."""
        return self.title

    def activation(self, options: Options) -> str:
        """Return the key of the function."""
        return str(options["function"])


class PReLU(LayerKind):
    """y = x for x > 0, else slope x, with a learned slope for every unit."""

    key = "prelu"
    title = "PReLU"
    help = ("Leaky ReLU that learns its slope below 0, one for every unit or channel "
            "(He et al. 2015).")
    icon = "chart-spline"
    bends = True
    fields = (Field("slope", "Initial slope", 0.25, "Where the slopes below 0 start.", 0.0, 1.0),)

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return the input's shape."""
        return inputs[0]

    def parameters(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Parameter, ...]:
        """Return ``slope``, one for each number of the last axis; no penalty pulls it to 0."""
        units = inputs[0][-1]
        return (Parameter("slope", (units,), Filled(float(options["slope"]), units),
                          is_weight=False),)

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing:
        """Return the dual of leaky ReLU, and the gradient of its slopes."""
        (x,) = inputs
        share = float(options["slope"])
        if "slope" in around.squares:
            share = math.sqrt(around.squares["slope"])
        y, to_argument = applied(x, leaky(share), lambda u: np.where(u > 0, u, share * u))
        below = leaky(0.0)(x.spread, -x.mean).value

        def back(gradient: Reals) -> Return:
            learned = Learned(x.shape[-1], by_pairs(gradient * below, x.examples))
            return Return((to_argument(gradient),), (learned,))
        return Crossing(y, back)

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to one op forward and two backward."""
        (x,) = plan.inputs
        y, slopes = plan.value(x.shape), plan.parameter("slope")
        shape = {"rows": math.prod(x.shape[:-1]), "c": x.shape[-1]}
        plan.forward("prelu_forward", x.size, y=y.data, x=x.data, slopes=slopes.data, **shape)
        plan.backward("prelu_backward_slopes", x.size, ds=slopes.gradient, dy=y.gradient,
                      x=x.data, **shape)
        if x.gradient >= 0:
            plan.backward("prelu_backward_input", x.size, dx=x.gradient, dy=y.gradient,
                          x=x.data, slopes=slopes.data, **shape)
        plan.result(y)

    def export(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Node, ...]:
        """Return it with its slopes."""
        return (Node("prelu", {"units": inputs[0][-1]}, {"slope": "slope"}),)


class Softmax(LayerKind):
    """y = exp(x) / sum of exp(x) along the last axis."""

    key = "softmax"
    title = "Softmax"
    help = ("Turns every row of numbers into shares that sum to 1. The cross-entropy loss already "
            "holds a softmax of its own: in front of it, leave this layer out.")
    icon = "percent"
    bends = True
    gives_shares = True

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return the input's shape."""
        return inputs[0]

    def limits(self, options: Options) -> tuple[float, float]:
        """Return 0 and 1."""
        return 0.0, 1.0

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing:
        """Return the moments of shares of drawn rows."""
        return shares_of(inputs[0], around.number)

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to one op forward and one backward."""
        (x,) = plan.inputs
        y = plan.value(x.shape)
        shape = {"rows": math.prod(x.shape[:-1]), "c": x.shape[-1]}
        plan.forward("softmax_rows", x.size, y=y.data, x=x.data, **shape)
        if x.gradient >= 0:
            plan.backward("softmax_backward", x.size, dx=x.gradient, dy=y.gradient, y=y.data,
                          **shape)
        plan.result(y)

    def export(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Node, ...]:
        """Return it as it is."""
        return (Node("softmax"),)
