"""Layers that make images and sequences smaller or larger; they have nothing to learn."""

from __future__ import annotations

import math

from engine.layers.covariance import Crossing, Signal, Surroundings
from engine.layers.images import as_image, check_rank, window, windowed
from engine.layers.kind import LayerKind, Lowering, Options, Shape, Value
from engine.layers.places import (
    Indices,
    largest,
    mapped,
    mean_of_all,
    means_over_windows,
    windows,
)
from engine.layers.sequence import lower_sequence_mean
from engine.messages import Message, say
from engine.spec.fields import Field


def _sizes(large: Shape, small: Shape, kernel: tuple[int, int], stride: int) -> dict[str, int]:
    """Return the slots that say what lies under the windows, and how many windows there are."""
    (h, v, c), (p, q, _) = as_image(large), as_image(small)
    return {"h": h, "v": v, "c": c, "p": p, "q": q, "kh": kernel[0], "kw": kernel[1],
            "stride": stride}


class _Pooling(LayerKind):
    """One number for every window of a channel."""

    icon = "minimize-2"
    group = "Image"
    fields = (
        Field("size", "Size", 2, "Length of the window along every axis.", 1, 64),
        Field("stride", "Stride", 2, "How far the window moves to the next place.", 1, 64),
    )

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return how many windows lie inside the input; what is left at its end is not seen."""
        (shape,) = inputs
        check_rank(self.title, shape, 2, 3)
        return (*windowed(self.title, shape, int(options["size"]), int(options["stride"]),
                          "valid"), shape[-1])

    def limits(self, options: Options) -> None:
        """Return None: they are some of the inputs, or means of them."""

    def label(self, options: Options) -> str:
        """Return for example ``Max pooling 2``."""
        return f"{self.title} {options['size']}"

    def _windows(self, options: Options, shape: Shape) -> tuple[Shape, Indices]:
        """Return the output's shape, and which places every window holds."""
        found = self.infer_shape(options, (shape,))
        kernel = (int(options["size"]),) * (len(shape) - 1)
        return found, windows(shape[:-1], kernel, int(options["stride"]), found[:-1], False)

    def _slots(self, options: Options, x: Value, y: Value) -> dict[str, int]:
        return _sizes(x.shape, y.shape, window(x.shape, int(options["size"])),
                      int(options["stride"]))


class MaxPooling(_Pooling):
    """y = largest number of the window."""

    key = "max_pooling"
    title = "Max pooling"
    bends = True
    help = ("Keeps the largest number of every window of a channel. The gradient goes back to it "
            "alone; of equal ones, to the first.")

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing | Message:
        """Return the moments of the largest of some normal numbers; windows must not overlap."""
        if int(options["stride"]) < int(options["size"]):
            return say("theory.overlapping")
        shape, sources = self._windows(options, inputs[0].shape)
        return largest(inputs[0], shape, sources)

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to a search that remembers where it found, and to what sends back there."""
        (x,) = plan.inputs
        shape = self.infer_shape(options, (x.shape,))
        y, found = plan.value(shape), plan.value(shape)
        slots = self._slots(options, x, y)
        plan.forward("max_pooling", y.size * slots["kh"] * slots["kw"], y=y.data, at=found.data,
                     x=x.data, **slots)
        if x.gradient >= 0:
            plan.backward("max_pooling_backward", y.size, dx=x.gradient, dy=y.gradient,
                          at=found.data, **slots)
        plan.result(y)


class AveragePooling(_Pooling):
    """y = mean of the window."""

    key = "average_pooling"
    title = "Average pooling"
    help = "Takes the mean of every window of a channel."
    icon = "shrink"

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing | Message:
        """Return the moments of means over windows."""
        (x,) = inputs
        shape, sources = self._windows(options, x.shape)
        return mapped(x, shape, means_over_windows(shape, x.places, sources), around.number)

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to sums over windows, and to what spreads the gradient over them."""
        (x,) = plan.inputs
        y = plan.value(self.infer_shape(options, (x.shape,)))
        _lower_mean(plan, x, y, self._slots(options, x, y))
        plan.result(y)


class GlobalAveragePooling(LayerKind):
    """y = mean over all places."""

    key = "global_average_pooling"
    title = "Global average pooling"
    help = ("Takes the mean of every channel over the whole image or sequence, and gives one row "
            "of them. Padding does not count.")
    icon = "focus"
    group = "Image"

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return ``(channels,)``."""
        check_rank(self.title, inputs[0], 2, 3)
        return inputs[0][-1:]

    def limits(self, options: Options) -> None:
        """Return None: they are means of the inputs."""

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing | Message:
        """Return the moments of the mean over all places."""
        return mean_of_all(inputs[0], around.number)

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to a mean over one window that holds everything, or all steps that count."""
        (x,) = plan.inputs
        y = plan.value(x.shape[-1:])
        if x.mask < 0:
            _lower_mean(plan, x, y, _sizes(x.shape, y.shape, as_image(x.shape)[:2], 1))
        else:
            lower_sequence_mean(plan, x, y)
        plan.result(y)


def _lower_mean(plan: Lowering, x: Value, y: Value, slots: dict[str, int]) -> None:
    share = 1.0 / (slots["kh"] * slots["kw"])
    work = y.size * slots["kh"] * slots["kw"]
    plan.forward("window_sums", work, y=y.data, x=x.data, scale=share, **slots)
    if x.gradient >= 0:
        plan.backward("window_spread", work, x=x.gradient, y=y.gradient, scale=share, **slots)


class Upsampling(LayerKind):
    """Every place several times."""

    key = "upsampling"
    title = "Upsampling"
    help = "Repeats every place of an image or a sequence, so that it becomes larger."
    icon = "maximize-2"
    group = "Image"
    fields = (Field("factor", "Factor", 2, "How many times longer every axis becomes.", 1, 64),)

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return the shape with every axis but the last ``factor`` times as long."""
        (shape,) = inputs
        check_rank(self.title, shape, 2, 3)
        return (*(axis * int(options["factor"]) for axis in shape[:-1]), shape[-1])

    def limits(self, options: Options) -> None:
        """Return None: they are the inputs."""

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing | Message:
        """Return the moments of places that are repeated."""
        (x,) = inputs
        shape, factor = self.infer_shape(options, (x.shape,)), int(options["factor"])
        kernel = (factor,) * (len(shape) - 1)
        sources = windows(shape[:-1], kernel, factor, x.shape[:-1], False)
        matrix = means_over_windows(x.shape, math.prod(shape[:-1]), sources).T * len(sources)
        return mapped(x, shape, matrix, around.number)

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to what spreads a number over its window, and back to sums over windows."""
        (x,) = plan.inputs
        y = plan.value(self.infer_shape(options, (x.shape,)))
        factor = int(options["factor"])
        slots = _sizes(y.shape, x.shape, window(x.shape, factor), factor)
        plan.forward("window_spread", y.size, x=y.data, y=x.data, scale=1.0, **slots)
        if x.gradient >= 0:
            plan.backward("window_sums", y.size, y=x.gradient, x=y.gradient, scale=1.0,
                          **slots)
        plan.result(y)

    def label(self, options: Options) -> str:
        """Return for example ``Upsampling 2``."""
        return f"Upsampling {options['factor']}"
