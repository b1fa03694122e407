"""Layers that bring several paths of a network together."""

from __future__ import annotations

from engine.errors import ShapeError
from engine.layers.kind import LayerKind, Lowering, Options, Shape
from engine.layers.mean_field import MeanFieldRule, Passage

MOST = 64
"""Paths that can meet in one layer."""


class Add(LayerKind):
    """y = x1 + x2 + ..., number by number."""

    key = "add"
    title = "Add"
    help = ("Adds the outputs of several layers. With an earlier layer among them it is a skip: "
            "the gradient reaches that layer undiminished (He et al. 2016). A step of a sequence "
            "is padding where it is so in all of them.")
    icon = "circle-plus"
    group = "Join"
    fewest_inputs = 2
    most_inputs = MOST

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return the common shape; raises ShapeError when they differ."""
        if len(set(inputs)) > 1:
            raise ShapeError("layer.add-shapes", place=self.title, shapes=inputs)
        return inputs[0]

    def mean_field(self, options: Options, inputs: tuple[Shape, ...]) -> MeanFieldRule:
        """Return the rule of a sum of numbers that have nothing to do with one another."""
        return lambda given: Passage(sum(given), (1.0,) * len(given))

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to a chain of sums; backward, every input gets the same gradient."""
        first, *others = plan.inputs
        y = plan.value(first.shape)
        so_far = first.data
        for other in others:
            plan.forward("add", y.size, y=y.data, a=so_far, b=other.data, n=y.size)
            so_far = y.data
        for x in plan.inputs:
            if x.gradient >= 0:
                plan.backward("copy", y.size, y=x.gradient, x=y.gradient, n=y.size)
        plan.result(y)


class Concatenate(LayerKind):
    """y = (x1, x2, ...), side by side along the last axis."""

    key = "concatenate"
    title = "Concatenate"
    help = ("Puts the outputs of several layers side by side. A step of a sequence is padding "
            "where it is so in all of them.")
    icon = "combine"
    group = "Join"
    fewest_inputs = 2
    most_inputs = MOST

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return the inputs' shape with the sum of their last axes."""
        if len({shape[:-1] for shape in inputs}) > 1:
            raise ShapeError("layer.concatenate-shapes", place=self.title, shapes=inputs)
        return (*inputs[0][:-1], sum(shape[-1] for shape in inputs))

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to a copy of columns for each input, and back."""
        shape = self.infer_shape(options, tuple(x.shape for x in plan.inputs))
        y = plan.value(shape)
        # An example of several rows, such as an image's places, has as many to copy into.
        rows, first = y.size // shape[-1], 0
        for x in plan.inputs:
            width = x.shape[-1]
            plan.forward("copy_columns", x.size, y=y.data, x=x.data, rows=rows, y_width=shape[-1],
                         x_width=width, y_first=first, x_first=0, width=width)
            if x.gradient >= 0:
                plan.backward("copy_columns", x.size, y=x.gradient, x=y.gradient, rows=rows,
                              y_width=width, x_width=shape[-1], y_first=0, x_first=first,
                              width=width)
            first += width
        plan.result(y)
