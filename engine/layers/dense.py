"""The dense layer: every unit sees every input."""

from __future__ import annotations

from engine.errors import ShapeError
from engine.layers.activation import lower_activation
from engine.layers.activations import ACTIVATIONS
from engine.layers.fields import Field
from engine.layers.kind import LayerKind, Lowering, Options, Parameter, Shape
from engine.layers.weighted import weighted_fields, weights_and_biases


class Dense(LayerKind):
    """a = f(x W + b)."""

    key = "dense"
    title = "Dense"
    help = "Every unit weighs every input: a = f(x W + b)."
    icon = "layers"
    width_option = "units"
    fields = (
        Field("units", "Units", 4, "Number of units, the width of the layer's output.", 1, 4096,
              logarithmic=True),
        *weighted_fields("tanh"),
    )

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return ``(units,)``; the input must be flat."""
        (shape,) = inputs
        if len(shape) != 1:
            raise ShapeError("Dense", "an input of shape " + "x".join(map(str, shape)),
                             "a flat row of numbers", "Add a Flatten layer before it")
        return (int(options["units"]),)

    def parameters(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Parameter, ...]:
        """Return ``w`` of shape (inputs, units) and, with a bias, ``b`` of shape (units,)."""
        fan_in, fan_out = inputs[0][0], int(options["units"])
        return weights_and_biases(options, (fan_in, fan_out), fan_in, fan_out, fan_out)

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to one product forward and two backward, around the activation's ops."""
        (x,) = plan.inputs
        inputs, units = x.size, int(options["units"])
        w = plan.parameter("w")
        z = plan.value((units,))
        work = inputs * units
        b = plan.parameter("b") if options["bias"] else None
        shape = {"i": inputs, "o": units}
        plan.forward("dense_forward", work, y=z.data, x=x.data, w=w.data,
                     b=b.data if b else -1, **shape)
        plan.result(lower_activation(plan, ACTIVATIONS[str(options["activation"])], z))
        plan.backward("dense_backward_weights", dw=w.gradient,
                      db=b.gradient if b else -1, dy=z.gradient, x=x.data, **shape)
        if x.gradient >= 0:
            wt = plan.scratch(inputs * units)
            plan.backward("transpose", y=wt, x=w.data, **shape)
            plan.backward("dense_backward_input", dx=x.gradient, dy=z.gradient, wt=wt,
                          **shape)

    def label(self, options: Options) -> str:
        """Return for example ``Dense 16 · sigmoid``."""
        name = ACTIVATIONS[str(options["activation"])].title
        return f"Dense {options['units']} · {name}"

    def activation(self, options: Options) -> str:
        """Return the key of the layer's activation function."""
        return str(options["activation"])
