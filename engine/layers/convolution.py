"""Convolutions: the same small window of weights at every place of an image or a sequence."""

from __future__ import annotations

import math
from abc import abstractmethod

import numpy as np

from engine.arrays import Reals
from engine.layers.activation import lower_activation
from engine.layers.activations import ACTIVATIONS
from engine.layers.covariance import (
    Crossing,
    Learned,
    Return,
    Signal,
    Surroundings,
    applied,
    by_pairs,
    unrest,
    weighted,
)
from engine.layers.covariance import Reals as Moments
from engine.layers.export import Node
from engine.layers.images import (
    PADDING_CHOICES,
    as_image,
    check_rank,
    text,
    window,
    windowed,
    zeros_around,
)
from engine.layers.initialisers import INITIALISER_CHOICES, SCALED_CHOICES, SPREAD
from engine.layers.kind import Lowering, Options, Parameter, Shape, Value
from engine.layers.mean_field import MeanFieldRule
from engine.layers.places import Indices, laid_under, under, windows
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
from engine.spec.fields import Choice, Field

WIDEST = 16
"""Numbers of the widest register that any machine has."""

SUMMED_TOGETHER = 128
"""Numbers side by side whose sums are done soonest: there are registers for all."""

COUNTER = 2
"""Numbers behind the parts' sums in whose place threads are counted."""

PARTS = 8
"""Parts of a batch that have sums of their own, so that threads share it as in other ops; even."""

USUAL_BATCH, ADDITION = 32, 16
"""Examples for which it is decided whether threads share the sums of biases, and multiply-adds of a
product that take as long as one addition. They are not counted as the network's arithmetic.
"""

SMALL, WORTH_PARTS = 8192, 32768
"""Weights up to which every part has its own gradient, and an example's multiply-adds from which on
that pays. With more weights, threads share them: a part's gradient would not stay in its cache.
"""


def _fields(places: str, stride: Field, padding: str,
            choices: tuple[Choice, ...] = INITIALISER_CHOICES) -> tuple[Field, ...]:
    return (
        Field("filters", "Filters", 8, "Number of filters, the channels of the layer's output.", 1,
              4096, logarithmic=True),
        Field("kernel", "Kernel", 3, f"Length of the window along {places}.", 1, 64),
        stride,
        Field("padding", "Padding", "same", padding, choices=PADDING_CHOICES),
        *weighted_fields("relu", choices),
    )


class _Convolution(WeightedKind):
    """What convolutions have in common, transposed ones too.

    Attributes
    ----------
    rank : int
        Axes of the input: 3 for images, 2 for sequences.
    op : str
        What it is in a neutral graph.
    """

    rank: int = 3
    op: str = "convolution"
    width_option = "filters"
    function_option = "activation"

    @abstractmethod
    def extent(self, options: Options, shape: Shape) -> Shape:
        """Return the output's shape without its channels."""

    @abstractmethod
    def forward(self, options: Options, plan: Lowering, z: Value) -> None:
        """Lower z = x ∗ w + b."""

    @abstractmethod
    def backward(self, options: Options, plan: Lowering, z: Value) -> None:
        """Lower the gradients of w, b and x."""

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return the places of the window, with a channel for each filter."""
        (shape,) = inputs
        check_rank(self.title, shape, self.rank)
        return (*self.extent(options, shape), int(options["filters"]))

    def parameters(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Parameter, ...]:
        """Return ``w`` of shape (kernel..., channels, filters) and ``b`` of shape (filters,)."""
        filters = int(options["filters"])
        return weights_and_biases(options, (*self._kernel(options), inputs[0][-1], filters),
                                  self.fans(options, inputs), filters, self.role)

    def fans(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[int, int]:
        """Return the places of the kernel, times the channels in and times the filters."""
        places = math.prod(self._kernel(options))
        return places * inputs[0][-1], places * int(options["filters"])

    def mean_field(self, options: Options, inputs: tuple[Shape, ...]) -> MeanFieldRule:
        """Return the rule of a window that lies inside the image."""
        (shape,) = inputs
        places, filters = math.prod(self._kernel(options)), int(options["filters"])
        fans = places * shape[-1], places * filters
        weights = self.parameters(options, inputs)[0]
        return weighted_rule(options, weights.shape, fans, self.seen(options, *fans), self.role)

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing | Message:
        """Return the recursion of sums over a window (Novak et al. 2019, eq. 5)."""
        (x,) = inputs
        shape, n = self.infer_shape(options, (x.shape,)), x.examples
        sources = self.sources(options, x.shape, shape)
        seen = self.gathered(x.second, sources, n, shape)
        weights = self.parameters(options, (x.shape,))[0]
        channels = x.shape[-1]
        size = channels * float(np.mean(np.diagonal(seen, axis1=-2, axis2=-1)))
        fans = self.fans(options, (x.shape,))
        square = weight_square(options, weights.shape, fans, size, around.squares, role=self.role)
        if not isinstance(square, float):
            return square
        z = weighted(seen, shape, channels * square,
                     first_biases(options, around.squares, fans, self.role), around.number)
        function = ACTIVATIONS[str(options["activation"])]
        y, to_sums = applied(z, function.dual, function.value)

        def back(gradient: Moments) -> Return:
            sums = to_sums(gradient)
            pairs = self.pairs_of(x.second, sums, sources, n)
            sent = self.spread_out(sums, sources, n, x)
            return Return((shape[-1] * square * sent,), (Learned(weights.size, pairs),))
        return Crossing(y, back, unrest(z, function.value, channels * len(sources)))

    def sources(self, options: Options, shape: Shape, places: Shape) -> Indices:
        """Return what lies under every place of the window."""
        return windows(shape[:-1], self._kernel(options), int(options["stride"]), places[:-1],
                       options["padding"] == "same")

    def gathered(self, second: Moments, sources: Indices, n: int, shape: Shape) -> Moments:
        """Return the sum over the window of the moments of what it lies on."""
        found: Moments = np.sum([under(second, under_it, n) for under_it in sources], axis=0)
        return found

    def spread_out(self, sums: Moments, sources: Indices, n: int, x: Signal) -> Moments:
        """Return the sum over the window of the gradient's moments, where they come from."""
        total = np.zeros_like(x.second)
        for under_it in sources:
            laid_under(total, sums, under_it, n)
        return total

    def pairs_of(self, second: Moments, sums: Moments, sources: Indices, n: int) -> Moments:
        """Return the moments of the weights' gradient, the mean over the window."""
        return np.asarray(np.mean([by_pairs(sums * under(second, under_it, n), n)
                                   for under_it in sources], axis=0))

    def seen(self, options: Options, fan_in: int, fan_out: int) -> tuple[float, float]:
        """Return how many numbers lie in a window, and how many windows a number lies in."""
        # With a stride, fewer windows lie over a place.
        return fan_in, fan_out / int(options["stride"]) ** (self.rank - 1)

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to the product, around the activation's ops."""
        (x,) = plan.inputs
        z = plan.value(self.infer_shape(options, (x.shape,)))
        self.forward(options, plan, z)
        plan.result(lower_activation(plan, ACTIVATIONS[str(options["activation"])], z))
        self.backward(options, plan, z)

    def work(self, options: Options, seen: int, channels: int) -> int:
        """Return the multiply-adds of one product of windows and weights, zeros around included.

        The same forward, for the gradient of the weights and for that of the input.

        Parameters
        ----------
        options : Mapping[str, Option]
            The layer's.
        seen : int
            Numbers that each stand for a whole window: outputs, transposed inputs.
        channels : int
            Channels of what the window lies on.
        """
        return seen * math.prod(self._kernel(options)) * channels

    def label(self, options: Options) -> str:
        """Return for example ``Conv2D 16 · 3x3 · ReLU``."""
        name = ACTIVATIONS[str(options["activation"])].title
        return f"{self.short_label(options)} · {name}"

    def short_label(self, options: Options) -> str:
        """Return the label without the name of the activation function."""
        return f"{self.title} {options['filters']} · {text(self._kernel(options))}"

    def activation(self, options: Options) -> str:
        """Return the key of the layer's activation function."""
        return str(options["activation"])

    def filters(self, weights: Reals) -> Reals | None:
        """Return the weights over an image as they are; None for those over a sequence."""
        return weights if self.rank == 3 else None

    def export(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Node, ...]:
        """Return the sums over windows, and the function behind them."""
        size, stride = int(options["kernel"]), int(options["stride"])
        large, small = self._large_and_small(inputs[0], self.infer_shape(options, inputs))
        around = [zeros_around(axis, places, size, stride)
                  for axis, places in zip(large[:-1], small[:-1], strict=True)]
        sums = Node(self.op, {
            "rank": self.rank - 1, "channels": inputs[0][-1], "filters": int(options["filters"]),
            "kernel": size, "stride": stride, "bias": bool(options["bias"]),
            "before": tuple(before for before, _ in around),
            "after": tuple(self._behind(after) for _, after in around)}, weight_and_bias(options))
        return (sums, *ACTIVATIONS[self.activation(options)].nodes())

    def _large_and_small(self, image: Shape, places: Shape) -> tuple[Shape, Shape]:
        """Return what windows lie on, and what has a number for each of them."""
        return image, places

    def _behind(self, after: int) -> int:
        """Return the zeros behind an axis; places that no window reaches need none."""
        return max(after, 0)

    def _kernel(self, options: Options) -> tuple[int, ...]:
        return (int(options["kernel"]),) * (self.rank - 1)

    def _sizes(self, options: Options, image: Shape, places: Shape) -> dict[str, int]:
        """Return the slots that say what lies under the window, and where the window stands."""
        (h, v, c), (p, q, o) = as_image(image), as_image(places)
        kh, kw = window(image, int(options["kernel"]))
        return {"h": h, "v": v, "c": c, "p": p, "q": q, "o": o, "kh": kh, "kw": kw,
                "stride": int(options["stride"])}


def _lower_bias_gradient(options: Options, plan: Lowering, z: Value) -> None:
    if options["bias"]:
        o = z.shape[-1]
        rows, group = z.size // o, 1
        while rows % (2 * group) == 0 and 2 * group * o <= SUMMED_TOGETHER:
            group *= 2
        plan.backward("sum_rows", per_step=USUAL_BATCH * ADDITION * z.size,
                      y=plan.parameter("b").gradient, x=z.gradient, rows=rows, o=o, group=group,
                      workspace=plan.scratch(PARTS * group * o + COUNTER), parts=PARTS)


def _lower_parts(plan: Lowering, work: int) -> dict[str, int]:
    """Reserve what threads need to share the gradient of weights; return the slots that say so."""
    size = plan.parameter("w").size
    if size > SMALL or work < WORTH_PARTS:
        return {"parts": 1, "partial": -1}
    return {"parts": PARTS, "partial": plan.scratch(PARTS * size + COUNTER)}


def workspace_for_windows(c: int, o: int, p: int, q: int, kh: int, kw: int, stride: int = 1) -> int:
    """Return how many numbers per image a convolution needs besides images and weights.

    Parameters
    ----------
    c, o : int
        Channels of the image and of the result.
    p, q, kh, kw, stride : int
        How many windows there are, their height and width, and how far one is from the next.

    Notes
    -----
    That is an image with its zeros, the weights and biases of windows that go together, and
    integers, which take up to two numbers: two for every window or for every row of the weights,
    one for every row of windows and of the window.
    """
    padded = ((p - 1) * stride + kh) * ((q - 1) * stride + kw) * c
    # As many neighbours as fill a register, a power of two that divides the windows of a row.
    fitting = 1 << max(WIDEST // o, 1).bit_length() - 1
    together = min(fitting, q & -q) if stride == 1 and kw > 1 else 1
    depth = kh * (kw + together - 1) * c
    several = (depth + 1) * together * o if together > 1 else 0
    return padded + padded % 2 + several + 2 * (2 * max(p * q, depth) + p + kh)


def workspace_for_adjoint(o: int, c: int, h: int, v: int, kh: int, kw: int, stride: int) -> int:
    """Return the same for a convolution run backwards: every phase has windows of its own."""
    p, q, rows, columns = ((size - 1) // stride + 1 for size in (h, v, kh, kw))
    return workspace_for_windows(o, c, p, q, rows, columns)


def _lower_workspace(plan: Lowering, sizes: dict[str, int]) -> dict[str, int]:
    """Reserve workspace for a convolution and both its gradients; return the slots that say so."""
    window = [sizes[name] for name in ("kh", "kw", "stride")]
    size = max(workspace_for_windows(*(sizes[name] for name in ("c", "o", "p", "q")), *window),
               workspace_for_adjoint(*(sizes[name] for name in ("o", "c", "h", "v")), *window))
    return {"workspace": plan.shared_workspace(size), "size": size}


def _lower_flip(plan: Lowering, sizes: dict[str, int]) -> tuple[int, dict[str, int]]:
    """Reserve space for flipped weights; return its place and the slots of the op that flips."""
    wanted = {key: sizes[key] for key in ("kh", "kw", "c", "o", "stride")}
    flipped = plan.scratch(math.prod(wanted[key] for key in ("kh", "kw", "c", "o")))
    return flipped, {"y": flipped, "x": plan.parameter("w").data, **wanted}


class Conv2D(_Convolution):
    """a = f(x ∗ w + b) over an image."""

    key = "conv2d"
    title = "Conv2D"
    help = ("Every filter looks at the image through a small window, with the same weights at "
            "every place: a = f(x ∗ w + b).")
    icon = "grid-3x3"
    group = "Image"
    fields = _fields("height and width",
                     Field("stride", "Stride", 1, "How far the window moves to the next place.", 1,
                           64),
                     "What lies around the image: zeros, or nothing.")

    def extent(self, options: Options, shape: Shape) -> Shape:
        """Return how many places the window has along every axis."""
        return windowed(self.title, shape, int(options["kernel"]), int(options["stride"]),
                        str(options["padding"]))

    def forward(self, options: Options, plan: Lowering, z: Value) -> None:
        """Lower to products of rows of the image with rows of the window."""
        (x,) = plan.inputs
        sizes = self._sizes(options, x.shape, z.shape)
        plan.forward("convolution", self.work(options, z.size, x.shape[-1]), y=z.data, x=x.data,
                     w=plan.parameter("w").data,
                     b=plan.parameter("b").data if options["bias"] else -1, **sizes,
                     **_lower_workspace(plan, sizes))

    def backward(self, options: Options, plan: Lowering, z: Value) -> None:
        """Lower to the weights' gradient, and to a convolution of dz with flipped weights."""
        (x,) = plan.inputs
        sizes = self._sizes(options, x.shape, z.shape)
        work, workspace = self.work(options, z.size, x.shape[-1]), _lower_workspace(plan, sizes)
        plan.backward("convolution_weights", work, dw=plan.parameter("w").gradient,
                      dy=z.gradient, x=x.data, **sizes, **workspace, **_lower_parts(plan, work))
        _lower_bias_gradient(options, plan, z)
        if x.gradient >= 0:
            flipped, slots = _lower_flip(plan, sizes)
            plan.backward("flip_weights", **slots)
            plan.backward("convolution_adjoint", work, x=x.gradient, y=z.gradient, w=flipped,
                          b=-1, **sizes, **workspace)


class Conv1D(Conv2D):
    """a = f(x ∗ w + b) over a sequence."""

    key = "conv1d"
    title = "Conv1D"
    help = ("Every filter looks at some neighbouring steps of a sequence, with the same weights "
            "at every step: a = f(x ∗ w + b).")
    icon = "between-vertical-start"
    group = "Sequence"
    rank = 2
    fields = _fields("the steps",
                     Field("stride", "Stride", 1, "How far the window moves to the next place.", 1,
                           64),
                     "What lies around the sequence: zeros, or nothing.")


class TransposedConv2D(_Convolution):
    """a = f(y + b), where y spreads every number of x over a window of weights."""

    key = "conv2d_transpose"
    title = "Transposed Conv2D"
    help = ("Spreads every place of the image over a window of weights, so that the image grows: "
            "a convolution run backwards.")
    icon = "scaling"
    group = "Image"
    role = SPREAD
    op = "transposed_convolution"
    fields = _fields("height and width",
                     Field("stride", "Stride", 2, "How many times larger the image becomes.", 1,
                           64),
                     "Same: the image grows exactly by the stride. Valid: nothing of the windows "
                     "at the edges is cut off.", SCALED_CHOICES)

    def extent(self, options: Options, shape: Shape) -> Shape:
        """Return the places that the windows cover."""
        kernel, stride = int(options["kernel"]), int(options["stride"])
        if options["padding"] == "same":
            return tuple(axis * stride for axis in shape[:-1])
        return tuple((axis - 1) * stride + kernel for axis in shape[:-1])

    def parameters(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Parameter, ...]:
        """Return ``w`` of shape (kernel, kernel, filters, channels) and ``b`` of (filters,)."""
        filters = int(options["filters"])
        return weights_and_biases(options, (*self._kernel(options), filters, inputs[0][-1]),
                                  self.fans(options, inputs), filters, self.role)

    def sources(self, options: Options, shape: Shape, places: Shape) -> Indices:
        """Return what of the larger image lies under every place of the window."""
        return super().sources(options, places, shape)

    def gathered(self, second: Moments, sources: Indices, n: int, shape: Shape) -> Moments:
        """Return the moments, spread over the windows."""
        places = math.prod(shape[:-1])
        rows = places * n if len(second) == 1 else n
        total = np.zeros((1 if len(second) == 1 else places, rows, rows))
        for under_it in sources:
            laid_under(total, second, under_it, n)
        return total

    def spread_out(self, sums: Moments, sources: Indices, n: int, x: Signal) -> Moments:
        """Return the sum over the window of the gradient's moments."""
        found: Moments = np.sum([under(sums, under_it, n) for under_it in sources], axis=0)
        return found

    def pairs_of(self, second: Moments, sums: Moments, sources: Indices, n: int) -> Moments:
        """Return the moments of the weights' gradient, the mean over the window."""
        return super().pairs_of(sums, second, sources, n)

    def seen(self, options: Options, fan_in: int, fan_out: int) -> tuple[float, float]:
        """Return how many windows lie over a place, and how many places a number's window has."""
        return fan_in / int(options["stride"]) ** (self.rank - 1), fan_out

    def _large_and_small(self, image: Shape, places: Shape) -> tuple[Shape, Shape]:
        """Return the output, on which windows lie, and the input, which has a number for each."""
        return places, image

    def _behind(self, after: int) -> int:
        """Return how many places are cut off behind an axis, or added if it is negative."""
        return after

    def filters(self, weights: Reals) -> Reals | None:
        """Return the weights with the filters last."""
        return weights.swapaxes(2, 3)

    def forward(self, options: Options, plan: Lowering, z: Value) -> None:
        """Lower to what sends the gradient back through a convolution from z to x."""
        (x,) = plan.inputs
        sizes = self._sizes(options, z.shape, x.shape)
        flipped, slots = _lower_flip(plan, sizes)
        plan.forward("flip_weights", 0, **slots)
        work = self.work(options, x.size, z.shape[-1])
        plan.forward("convolution_adjoint", work, x=z.data, y=x.data, w=flipped,
                     b=plan.parameter("b").data if options["bias"] else -1, **sizes,
                     **_lower_workspace(plan, sizes))

    def backward(self, options: Options, plan: Lowering, z: Value) -> None:
        """Lower to the gradients of that convolution, dz being what it sees."""
        (x,) = plan.inputs
        sizes = self._sizes(options, z.shape, x.shape)
        w, work = plan.parameter("w"), self.work(options, x.size, z.shape[-1])
        workspace = _lower_workspace(plan, sizes)
        plan.backward("convolution_weights", work, dw=w.gradient, dy=x.data, x=z.gradient, **sizes,
                      **workspace, **_lower_parts(plan, work))
        _lower_bias_gradient(options, plan, z)
        if x.gradient >= 0:
            plan.backward("convolution", work, y=x.gradient, x=z.gradient, w=w.data, b=-1,
                          **sizes, **workspace)
