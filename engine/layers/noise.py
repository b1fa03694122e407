"""The Gaussian noise layer: a cure for overfitting that blurs what it passes on."""

from __future__ import annotations

import numpy as np

from engine.layers.covariance import Crossing, Return, Signal, Surroundings
from engine.layers.export import Node
from engine.layers.kind import LayerKind, Lowering, Options, Shape
from engine.spec import Option
from engine.spec.fields import Field


class GaussianNoise(LayerKind):
    """y = x + deviation * e while training, e normal; y = x otherwise."""

    key = "gaussian_noise"
    title = "Gaussian noise"
    help = ("While training, adds a normal random number to every number, so that the network "
            "cannot learn examples by heart (Bishop 1995); otherwise does nothing.")
    icon = "waves"
    group = "Normalize & regularize"
    breaks_ties = True
    fields = (Field("deviation", "Standard deviation", 0.1, "Spread of the noise.", 0.0, 100.0,
                    logarithmic=True),)

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return the input's shape."""
        return inputs[0]

    def limits(self, options: Options) -> None:
        """Return None: outside training it does nothing."""

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to one op; the gradient passes as it is."""
        (x,) = plan.inputs
        y = plan.value(x.shape)
        plan.forward("gaussian_noise", x.size, y=y.data, x=x.data, n=x.size,
                     deviation=float(options["deviation"]), stream=plan.stream)
        if x.gradient >= 0:
            plan.backward("copy", x.size, y=x.gradient, x=y.gradient, n=x.size)
        plan.result(y)

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing:
        """Return the moments with those of the noise, which two examples do not share."""
        (x,) = inputs
        noise = float(options["deviation"])**2 * np.eye(x.second.shape[1])
        return Crossing(Signal(x.shape, x.second + noise, x.mean, origins=x.origins),
                        lambda gradient: Return((gradient,)))

    def without_chance(self, options: Options) -> dict[str, Option]:
        """Return a deviation of 0."""
        return {"deviation": 0.0}

    def export(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Node, ...]:
        """Return it with its deviation."""
        return (Node("gaussian_noise", {"deviation": float(options["deviation"])}),)

    def label(self, options: Options) -> str:
        """Return for example ``Noise 0.1``."""
        return f"Noise {float(options['deviation']):g}"
