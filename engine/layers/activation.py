"""The activation layer: one function applied to every number."""

from __future__ import annotations

from engine.layers.activations import ACTIVATION_CHOICES, ACTIVATIONS, ActivationFunction
from engine.layers.fields import Field
from engine.layers.kind import LayerKind, Lowering, Options, Shape, Value


def lower_activation(plan: Lowering, function: ActivationFunction, z: Value) -> Value:
    """Append a = f(z) and its backward op to a plan.

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
    if not function.forward:
        return z
    a = plan.value(z.shape)
    plan.forward(function.forward, z.size, y=a.data, x=z.data, n=z.size)
    if z.gradient >= 0:
        plan.backward(function.backward, dx=z.gradient, dy=a.gradient, x=z.data, y=a.data,
                      n=z.size)
    return a


class Activation(LayerKind):
    """a = f(x), number by number."""

    key = "activation"
    title = "Activation"
    help = "Applies one function to every number; it has nothing to learn."
    icon = "activity"
    fields = (Field("function", "Function", "relu", "The function that is applied.",
                    choices=ACTIVATION_CHOICES),)

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return the input's shape."""
        return inputs[0]

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to the function's forward and backward op."""
        plan.result(lower_activation(plan, ACTIVATIONS[str(options["function"])], plan.inputs[0]))

    def label(self, options: Options) -> str:
        """Return for example ``Activation · ReLU``."""
        return f"Activation · {ACTIVATIONS[str(options['function'])].title}"

    def activation(self, options: Options) -> str:
        """Return the key of the function."""
        return str(options["function"])
