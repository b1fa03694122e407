"""The sampling layer: where a variational autoencoder draws its code."""

from __future__ import annotations

from engine.errors import ShapeError
from engine.layers.covariance import Signal, Surroundings
from engine.layers.images import check_rank
from engine.layers.kind import LayerKind, Lowering, Options, Shape
from engine.messages import Message, say
from engine.spec.fields import Field


class Sampling(LayerKind):
    """z = m + exp(v / 2) e while training, e normal; z = m otherwise."""

    key = "sampling"
    title = "Sampling"
    help = ("Takes the first half of its inputs for means m, the second for logarithms v of "
            "variances, and draws a code while training: z = m + exp(v / 2) e with normal e; "
            "otherwise z = m. A term of the loss keeps the codes near N(0, 1) (Kingma and Welling "
            "2014).")
    icon = "shuffle"
    group = "Generative"
    is_latent = True
    treats_alike = False
    bends = True
    fields = (
        Field("weight", "KL weight β", 0.015625,
              "L += β Σ (m² + exp(v) − 1 − v) / 2, summed over the code, mean over the batch. "
              "Where the loss is a mean over pixels, β = 1 / pixels gives the evidence lower bound "
              "divided by the pixels; a smaller β draws sharper, a larger β more orderly.",
              0.0, 100.0, logarithmic=True),
    )

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return half of the input's width; raises ShapeError if it is odd."""
        (shape,) = inputs
        check_rank(self.title, shape, 1)
        if shape[0] % 2:
            raise ShapeError("layer.sampling-odd", place=self.title, size=shape[0])
        return (shape[0] // 2,)

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Message:
        """Return why no rule is known: a term of the loss begins here, and halves differ."""
        return say("theory.own-loss")

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to the draw, its gradient and the term of the loss."""
        (x,) = plan.inputs
        z = plan.value((x.size // 2,))
        weight = float(options["weight"])
        plan.forward("sampling", z.size, z=z.data, x=x.data, k=z.size, stream=plan.stream)
        plan.loss("kullback_leibler", x=x.data, k=z.size, weight=weight)
        if x.gradient >= 0:
            plan.backward("sampling_backward", x.size, dx=x.gradient, dz=z.gradient, x=x.data,
                          k=z.size, weight=weight, stream=plan.stream)
        plan.result(z)

    def label(self, options: Options) -> str:
        """Return for example ``Sampling · β 0.0156``."""
        return f"{self.title} · β {float(options['weight']):.3g}"
