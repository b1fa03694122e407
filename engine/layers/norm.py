"""Batch norm and layer norm: they give what follows numbers of mean 0 and variance 1."""

from __future__ import annotations

from engine.layers.covariance import Crossing, Signal, Surroundings, unchanged
from engine.layers.export import Node
from engine.layers.kind import LayerKind, Lowering, Options, Parameter, Shape
from engine.layers.mean_field import MeanFieldRule, Passage
from engine.layers.norm_covariances import over_batch, over_features
from engine.layers.places import is_together, too_many
from engine.layers.row_blocks import BLOCKS, WORDS_OF_A_DOUBLE, block_sums, strip_width
from engine.layers.starts import Filled
from engine.messages import Message
from engine.spec.fields import Field

TABLE = 5
"""Rows of the table of a batch norm: see `engine.kernels.ops.norm`."""

_EPSILON = Field("epsilon", "Epsilon", 1e-5, "Added to the variance, so that it is never 0.", 1e-12,
                 1.0, logarithmic=True)


def _normalised(given: tuple[float, ...]) -> Passage:
    return Passage(1.0, (1 / given[0],))


def _scale_and_shift(features: int) -> tuple[Parameter, Parameter]:
    """Return what both kinds learn; neither counts as weights, so no penalty shrinks them."""
    return (Parameter("scale", (features,), Filled(1.0, features), False),
            Parameter("shift", (features,), Filled(0.0, features), False))


class BatchNorm(LayerKind):
    """y = (x - mean) / sqrt(variance + epsilon) * scale + shift, over the batch."""

    key = "batch_norm"
    title = "Batch norm"
    help = ("Gives every feature mean 0 and variance 1 over the batch, then a learned scale and "
            "shift (Ioffe and Szegedy 2015). Outside training, for a batch of one, and in a frozen "
            "layer, the running mean and variance take the batch's place.")
    icon = "sliders-horizontal"
    normalises = True
    reads_batch = True
    group = "Normalize & regularize"
    fields = (
        Field("momentum", "Momentum", 0.1,
              "Share of each batch in the running mean and variance.", 0.0, 1.0),
        _EPSILON,
    )

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return the input's shape."""
        return inputs[0]

    def parameters(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Parameter, ...]:
        """Return scale and shift, and the running statistics, which are not learned."""
        features = inputs[0][-1]
        return (*_scale_and_shift(features),
                Parameter("running_mean", (features,), Filled(0.0, features), False, False),
                Parameter("running_variance", (features,), Filled(1.0, features), False, False))

    def mean_field(self, options: Options, inputs: tuple[Shape, ...]) -> MeanFieldRule:
        """Return the rule of a division by the deviation."""
        return _normalised

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing | Message:
        """Return the moments of features, each divided by its deviation over the batch."""
        (x,) = inputs
        epsilon = float(options["epsilon"])
        if around.frozen or around.batch.size * x.places == 1:
            return unchanged(x)
        if not is_together(x):
            return too_many()
        return over_batch(x, epsilon, around.squares, around.batch)

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to statistics and normalisation; the running ones move with the update."""
        (x,) = plan.inputs
        k = x.shape[-1]
        y = plan.value(x.shape)
        scale, shift = plan.parameter("scale"), plan.parameter("shift")
        # One place: the variance stands right behind the mean.
        running = plan.parameter("running_mean").data
        size = {"rows": x.size // k, "k": k}
        shape = {**size, "width": strip_width(k)}
        mode = {"frozen": plan.frozen}
        moments, stats = plan.scratch(2 * WORDS_OF_A_DOUBLE * k), plan.scratch(2 * k)
        table, parts = plan.scratch(TABLE * shape["width"]), block_sums(plan, shape["width"])
        plan.forward("batch_moments", x.size, parts=parts, x=x.data, blocks=BLOCKS, **shape,
                     **mode)
        plan.forward("batch_norm_table", 0, table=table, stats=stats, moments=moments,
                     parts=parts, scale=scale.data, shift=shift.data, running=running,
                     blocks=BLOCKS, epsilon=float(options["epsilon"]), **shape, **mode)
        plan.forward("batch_norm_forward", x.size, y=y.data, x=x.data, table=table, **shape)
        plan.backward("batch_norm_sums", x.size, parts=parts, dy=y.gradient, x=x.data, table=table,
                      blocks=BLOCKS, **shape)
        plan.backward("batch_norm_parameters", dscale=scale.gradient, dshift=shift.gradient,
                      table=table, stats=stats, parts=parts, blocks=BLOCKS, **shape, **mode)
        if x.gradient >= 0:
            plan.backward("batch_norm_backward", x.size, dx=x.gradient, dy=y.gradient, x=x.data,
                          table=table, **shape)
        if not plan.frozen:
            plan.update("update_running_stats", running=running, moments=moments,
                        momentum=float(options["momentum"]), **size)
        plan.result(y)

    def export(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Node, ...]:
        """Return it with what it learns and what it keeps up."""
        return (Node("batch_norm", {
            "units": inputs[0][-1], "momentum": float(options["momentum"]),
            "epsilon": float(options["epsilon"])}, {
            "scale": "scale", "shift": "shift", "mean": "running_mean",
            "variance": "running_variance"}),)


class LayerNorm(LayerKind):
    """y = (x - mean) / sqrt(variance + epsilon) * scale + shift, over an example's features."""

    key = "layer_norm"
    title = "Layer norm"
    help = ("Gives the features of every example mean 0 and variance 1, then a learned scale and "
            "shift (Ba, Kiros and Hinton 2016). It does the same in training and outside.")
    icon = "sliders-vertical"
    normalises = True
    bends = True
    group = "Normalize & regularize"
    fields = (_EPSILON,)

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return the input's shape."""
        return inputs[0]

    def parameters(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Parameter, ...]:
        """Return scale and shift."""
        return _scale_and_shift(inputs[0][-1])

    def mean_field(self, options: Options, inputs: tuple[Shape, ...]) -> MeanFieldRule:
        """Return the rule of a division by the deviation."""
        return _normalised

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing:
        """Return the moments of examples, each divided by the deviation of its features."""
        return over_features(inputs[0], float(options["epsilon"]), around.squares)

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to one op forward and two backward."""
        (x,) = plan.inputs
        k = x.shape[-1]
        shape = {"rows": x.size // k, "k": k}
        y, stats = plan.value(x.shape), plan.value((2 * shape["rows"],))
        scale, shift = plan.parameter("scale"), plan.parameter("shift")
        parts = block_sums(plan, k)
        plan.forward("layer_norm_forward", x.size, y=y.data, x=x.data, scale=scale.data,
                     shift=shift.data, stats=stats.data, epsilon=float(options["epsilon"]),
                     **shape)
        plan.backward("layer_norm_sums", x.size, parts=parts, dy=y.gradient, x=x.data,
                      stats=stats.data, blocks=BLOCKS, **shape)
        plan.backward("layer_norm_parameters", dscale=scale.gradient, dshift=shift.gradient,
                      parts=parts, blocks=BLOCKS, **shape)
        if x.gradient >= 0:
            plan.backward("layer_norm_backward", x.size, dx=x.gradient, dy=y.gradient,
                          x=x.data, scale=scale.data, stats=stats.data, **shape)
        plan.result(y)

    def export(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Node, ...]:
        """Return it with what it learns."""
        return (Node("layer_norm", {"units": inputs[0][-1], "epsilon": float(options["epsilon"])},
                     {"scale": "scale", "shift": "shift"}),)
