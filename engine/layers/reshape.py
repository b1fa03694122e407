"""Layers that give their input another shape; nothing is computed and nothing is copied.

What a mask says of steps means nothing for what is made of their numbers: it goes on to a sequence
of as many steps and to nothing else, as `engine.layers.kind.Lowering.result` has it.
"""

from __future__ import annotations

import math
from dataclasses import replace

from engine.errors import ShapeError
from engine.layers.covariance import Crossing, Signal, Surroundings
from engine.layers.export import Node
from engine.layers.images import text
from engine.layers.kind import LayerKind, Lowering, Options, Shape
from engine.layers.places import flattened, folded_again
from engine.spec import Option
from engine.spec.fields import Choice, Field

LARGEST_AXIS = 65_536


class Flatten(LayerKind):
    """One row of all numbers."""

    key = "flatten"
    title = "Flatten"
    help = ("Puts the numbers of an image or a sequence into one row, as a dense layer wants them. "
            "Those of padding are among them.")
    icon = "ellipsis"
    group = "Shape"

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return ``(numbers,)``."""
        return (math.prod(inputs[0]),)

    def limits(self, options: Options) -> None:
        """Return None: the numbers stay what they are."""

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing:
        """Return the mean over all places."""
        return flattened(inputs[0], around.number)

    def lower(self, options: Options, plan: Lowering) -> None:
        """Pass the input on under its new shape."""
        (x,) = plan.inputs
        plan.result(replace(x, shape=(x.size,), mask=-1))

    def export(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Node, ...]:
        """Return it with the number of all numbers."""
        return (Node("flatten", {"shape": self.infer_shape(options, inputs)}),)


class Reshape(LayerKind):
    """The same numbers as an image or a sequence."""

    key = "reshape"
    title = "Reshape"
    help = ("Makes an image or a sequence of a row of numbers, such as 8 x 8 x 1 of 64. In a "
            "sequence of another length, padding counts as any other step.")
    icon = "proportions"
    treats_alike = False
    group = "Shape"
    fields = (
        Field("form", "Form", "image", "What the numbers become.", choices=(
            Choice("image", "Image", "Rows of places, each with its channels."),
            Choice("sequence", "Sequence", "One step after the other, each with its features."))),
        Field("height", "Height", 8, "Rows of the image.", 1, LARGEST_AXIS, logarithmic=True,
              shown_when=("form", ("image",))),
        Field("width", "Width", 8, "Places in a row of the image.", 1, LARGEST_AXIS,
              logarithmic=True, shown_when=("form", ("image",))),
        Field("channels", "Channels", 1, "Numbers at every place of the image.", 1, LARGEST_AXIS,
              logarithmic=True, shown_when=("form", ("image",))),
        Field("steps", "Steps", 64, "Length of the sequence.", 1, LARGEST_AXIS, logarithmic=True,
              shown_when=("form", ("sequence",))),
        Field("features", "Features", 1, "Numbers at every step of the sequence.", 1, LARGEST_AXIS,
              logarithmic=True, shown_when=("form", ("sequence",))),
    )

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return the wanted shape; raises ShapeError when it holds more or fewer numbers."""
        (shape,) = inputs
        wanted = self._wanted(options)
        if math.prod(shape) != math.prod(wanted):
            raise ShapeError("layer.reshape-size", place=self.title, size=math.prod(shape),
                             shape=wanted, wanted=math.prod(wanted))
        return wanted

    def refitted(self, options: Options, n_inputs: int, shape: Shape = ()) -> dict[str, Option]:
        """Return the size of the image or sequence that the data are.

        Numbers in one row become as many steps as they fill, and no image. What holds as many
        numbers already is as a person wants it.
        """
        if math.prod(self._wanted(options)) == n_inputs:
            return {}
        if len(shape) > 1 and math.prod(shape) == n_inputs:
            if options["form"] == "image":
                return dict(zip(("height", "width", "channels"), (*shape, 1), strict=False))
            return {"steps": shape[0], "features": math.prod(shape[1:])}
        if options["form"] == "image":
            return {}
        features = int(options["features"])
        if n_inputs % features:
            return {"steps": n_inputs, "features": 1}
        return {"steps": n_inputs // features}

    def limits(self, options: Options) -> None:
        """Return None: the numbers stay what they are."""

    def lower(self, options: Options, plan: Lowering) -> None:
        """Pass the input on under its new shape."""
        plan.result(replace(plan.inputs[0], shape=self._wanted(options), mask=-1))

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing:
        """Return the same numbers as places."""
        return folded_again(inputs[0], self._wanted(options), around.number)

    def export(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Node, ...]:
        """Return it with the new shape."""
        return (Node("reshape", {"shape": self._wanted(options)}),)

    def label(self, options: Options) -> str:
        """Return for example ``Reshape 8x8x1``."""
        return f"Reshape {text(self._wanted(options))}"

    def _wanted(self, options: Options) -> Shape:
        keys = ("height", "width", "channels") if options["form"] == "image" else \
            ("steps", "features")
        return tuple(int(options[key]) for key in keys)
