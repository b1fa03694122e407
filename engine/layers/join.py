"""Layers that bring several paths of a network together."""

from __future__ import annotations

import numpy as np

from engine.errors import ShapeError
from engine.layers.covariance import (
    Crossing,
    Return,
    Signal,
    Surroundings,
    alike,
    like,
    of_values,
    outer,
)
from engine.layers.export import Node
from engine.layers.kind import LayerKind, Lowering, Options, Shape
from engine.layers.mean_field import MeanFieldRule, Passage
from engine.messages import Message, say

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

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing | Message:
        """Return the moments of a sum of numbers that have nothing to do with one another."""
        first = inputs[0]
        values = [x.values for x in inputs if x.values is not None]
        if len(values) == len(inputs):
            output = of_values(np.sum(values, axis=0), around.number)
            return Crossing(output, lambda gradient: Return((gradient,) * len(inputs)))
        if sum(len(x.origins) for x in inputs) > len(frozenset().union(*(
                x.origins for x in inputs))):
            return say("theory.same-origin")
        seconds, mean = alike(inputs), np.sum([x.mean.ravel() for x in inputs], axis=0)
        means = mean.reshape(seconds[0].shape[:2])
        # What two paths have in common is their means.
        second = np.sum(seconds, axis=0) + outer(means) - np.sum(
            [outer(x.mean.reshape(means.shape)) for x in inputs], axis=0)
        output = Signal(first.shape, second, means,
                        origins=frozenset().union(*(x.origins for x in inputs)))
        return Crossing(output, lambda gradient: Return(tuple(
            like(gradient, x) for x in inputs)))

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

    def export(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Node, ...]:
        """Return the sum."""
        return (Node("add"),)


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

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing:
        """Return the mean over all columns, each input's as many as it has."""
        widths = np.array([x.shape[-1] for x in inputs], np.float64)
        shares = widths / widths.sum()
        values = [x.values for x in inputs if x.values is not None]
        if len(values) == len(inputs):
            output = of_values(np.concatenate(values, axis=-1), around.number)
            return Crossing(output, lambda gradient: Return((gradient,) * len(inputs)))
        seconds = alike(inputs)
        second = np.tensordot(shares, np.stack(seconds), 1)
        mean = sum(share * x.mean.ravel() for share, x in zip(shares, inputs, strict=True))
        shape = (*inputs[0].shape[:-1], int(widths.sum()))
        output = Signal(shape, second, np.reshape(mean, second.shape[:2]),
                        origins=frozenset().union(*(x.origins for x in inputs)))
        return Crossing(output, lambda gradient: Return(tuple(
            like(gradient, x) for x in inputs)))

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

    def export(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Node, ...]:
        """Return the row of all."""
        return (Node("concatenate"),)
