"""The dropout layer: a cure for overfitting that silences random units while training."""

from __future__ import annotations

from engine.layers.covariance import Crossing, Return, Signal, Surroundings, scaled_diagonal
from engine.layers.export import Node
from engine.layers.kind import LayerKind, Lowering, Options, Shape
from engine.spec import Option
from engine.spec.fields import Field


class Dropout(LayerKind):
    """y = x * mask / (1 - rate) while training, y = x otherwise."""

    key = "dropout"
    title = "Dropout"
    help = ("While training, sets a random share of numbers to 0 and enlarges the others to keep "
            "the mean (Srivastava et al. 2014); otherwise does nothing.")
    icon = "dices"
    group = "Normalize & regularize"
    breaks_ties = True
    fields = (Field("rate", "Rate", 0.2, "Share of numbers that are set to 0.", 0.0, 0.95),)

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return the input's shape."""
        return inputs[0]

    def limits(self, options: Options) -> None:
        """Return None: outside training it does nothing."""

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to one op, forward and backward: the gradient passes the same mask again."""
        (x,) = plan.inputs
        y = plan.value(x.shape)
        rate = float(options["rate"])
        plan.forward("dropout", x.size, y=y.data, x=x.data, n=x.size, rate=rate, stream=plan.stream)
        if x.gradient >= 0:
            plan.backward("dropout", x.size, y=x.gradient, x=y.gradient, n=x.size, rate=rate,
                          stream=plan.stream)
        plan.result(y)

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing:
        """Return the moments under a mask that differs from number to number."""
        share = 1 / (1 - float(options["rate"]))
        (x,) = inputs
        masked = scaled_diagonal(x.second, share)
        return Crossing(Signal(x.shape, masked, x.mean, origins=x.origins),
                        lambda gradient: Return((scaled_diagonal(gradient, share),)))

    def without_chance(self, options: Options) -> dict[str, Option]:
        """Return a rate of 0."""
        return {"rate": 0.0}

    def export(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Node, ...]:
        """Return it with its rate."""
        return (Node("dropout", {"rate": float(options["rate"])}),)

    def label(self, options: Options) -> str:
        """Return for example ``Dropout 20 %``."""
        return f"Dropout {float(options['rate']) * 100:g} %"
