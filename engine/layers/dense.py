"""The dense layer: every unit sees every input."""

from __future__ import annotations

import math

from engine.layers.activation import lower_activation
from engine.layers.activations import ACTIVATIONS
from engine.layers.covariance import (
    Crossing,
    Learned,
    Reals,
    Return,
    Signal,
    Surroundings,
    applied,
    by_pairs,
    unrest,
    weighted,
)
from engine.layers.export import Node
from engine.layers.images import check_rank
from engine.layers.kind import Lowering, Options, Parameter, Shape, Value
from engine.layers.mean_field import MeanFieldRule
from engine.layers.weighted import (
    WeightedKind,
    first_biases,
    weight_and_bias,
    weight_square,
    weighted_fields,
    weighted_rule,
    weights_and_biases,
)
from engine.messages import Message
from engine.spec.fields import Field


def _sizes(x: Value, w: Value) -> dict[str, int]:
    inputs, units = w.shape
    return {"i": inputs, "o": units, "rows": math.prod(x.shape[:-1])}


def lower_product(plan: Lowering, y: Value, w: Value, b: Value | None) -> None:
    """Append y = x W + b to the forward pass of a plan.

    Parameters
    ----------
    plan : Lowering
        The plan; x is its only input, a row of numbers or one for every step.
    y : Value
        The product, of as many rows.
    w, b : Value, Value | None
        Weights of shape (numbers in, numbers out), and biases.
    """
    (x,) = plan.inputs
    plan.forward("dense_forward", x.size * w.shape[1], y=y.data, x=x.data, w=w.data,
                 b=b.data if b else -1, **_sizes(x, w))


def lower_product_backward(plan: Lowering, y: Value, w: Value, b: Value | None) -> None:
    """Append the gradients of `lower_product` to the backward pass of a plan."""
    (x,) = plan.inputs
    work = x.size * w.shape[1]
    plan.backward("dense_backward_weights", work, dw=w.gradient, db=b.gradient if b else -1,
                  dy=y.gradient, x=x.data, w=w.data, **_sizes(x, w))
    if x.gradient >= 0:
        plan.backward("dense_backward_input", work, dx=x.gradient, dy=y.gradient, w=w.data,
                      **_sizes(x, w))


class Dense(WeightedKind):
    """a = f(x W + b), for a row of numbers or for every step of a sequence."""

    key = "dense"
    title = "Dense"
    help = "Every unit weighs every input: a = f(x W + b). Every step of a sequence alike."
    icon = "layers"
    width_option = "units"
    function_option = "activation"
    fields = (
        Field("units", "Units", 4, "Number of units, the width of the layer's output.", 1, 4096,
              logarithmic=True),
        *weighted_fields("tanh"),
    )

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return ``(units,)``, or ``(steps, units)``; an image has to be flattened before."""
        (shape,) = inputs
        check_rank(self.title, shape, 1, 2)
        return (*shape[:-1], int(options["units"]))

    def parameters(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Parameter, ...]:
        """Return ``w`` of shape (inputs, units) and, with a bias, ``b`` of shape (units,)."""
        fans = self.fans(options, inputs)
        return weights_and_biases(options, fans, fans, fans[1])

    def fans(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[int, int]:
        """Return the numbers of a row, or of a step of a sequence, and the units."""
        return inputs[0][-1], int(options["units"])

    def mean_field(self, options: Options, inputs: tuple[Shape, ...]) -> MeanFieldRule:
        """Return the rule of weighted sums of all inputs."""
        fans = inputs[0][-1], int(options["units"])
        return weighted_rule(options, fans, fans, fans)

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing | Message:
        """Return the recursion of weighted sums of all inputs (Lee et al. 2018, eq. 4)."""
        (x,) = inputs
        fans = fan_in, units = self.fans(options, (x.shape,))
        square = weight_square(options, fans, fans, fan_in * x.square, around.squares)
        if not isinstance(square, float):
            return square
        z = weighted(x.second, (*x.shape[:-1], units), fan_in * square,
                     first_biases(options, around.squares, fans), around.number)
        function = ACTIVATIONS[str(options["activation"])]
        y, to_sums = applied(z, function.dual, function.value)

        def back(gradient: Reals) -> Return:
            sums = to_sums(gradient)
            pairs = by_pairs(sums * x.second, x.examples)
            return Return((units * square * sums,), (Learned(fan_in * units, pairs),))
        return Crossing(y, back, unrest(z, function.value, fan_in))

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to one product forward and two backward, around the activation's ops."""
        (x,) = plan.inputs
        z = plan.value((*x.shape[:-1], int(options["units"])))
        w, b = plan.parameter("w"), plan.parameter("b") if options["bias"] else None
        lower_product(plan, z, w, b)
        plan.result(lower_activation(plan, ACTIVATIONS[str(options["activation"])], z))
        lower_product_backward(plan, z, w, b)

    def export(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Node, ...]:
        """Return the weighted sums, and the function behind them."""
        fan_in, units = self.fans(options, inputs)
        sums = Node("linear", {"inputs": fan_in, "units": units, "bias": bool(options["bias"])},
                    weight_and_bias(options))
        return (sums, *ACTIVATIONS[self.activation(options)].nodes())

    def label(self, options: Options) -> str:
        """Return for example ``Dense 16 · sigmoid``."""
        name = ACTIVATIONS[str(options["activation"])].title
        return f"{self.short_label(options)} · {name}"

    def short_label(self, options: Options) -> str:
        """Return the label without the name of the activation function."""
        return f"Dense {options['units']}"

    def activation(self, options: Options) -> str:
        """Return the key of the layer's activation function."""
        return str(options["activation"])
