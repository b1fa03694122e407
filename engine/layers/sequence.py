"""Layers for sequences of tokens: a vector for each, and the mean of them all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.layers.covariance import (
    TOGETHER,
    Crossing,
    Learned,
    Return,
    Signal,
    Surroundings,
    by_pairs,
)
from engine.layers.covariance import Reals as Moments
from engine.layers.export import Node
from engine.layers.images import check_rank
from engine.layers.initialisers import TABLE
from engine.layers.kind import LayerKind, Lowering, Options, Parameter, Shape, Value
from engine.layers.places import mean_of_all
from engine.layers.weighted import (
    DRAWN_FIELDS,
    WeightedKind,
    initial_weights,
    weight_square,
)
from engine.messages import Message, say
from engine.spec import Option
from engine.spec.fields import Field

LARGEST_VOCABULARY = 2**23
"""Half as far as float32, in which tokens and rows stand, can count."""


_STARTS: dict[str, Option] = {"weights": "normal", "spread": 1.0}
"""Vectors start as normal numbers, as PyTorch has them."""

SPARSE_FIELD = Field(
    "sparse", "Touch only the rows used", False,
    "A step computes, clips, penalises and updates only the rows that its batch uses: its time "
    "follows the batch, not the table. SGD and Adagrad do the same as without. With momentum or a "
    "running mean, as in Adam, the other rows rest: they neither move nor forget, as in PyTorch's "
    "SparseAdam; L1, L2 and weight decay rest with them. Off: every row moves in every step.")
"""Whether measuring and updating leave out the rows of a table that a step has no gradient for."""


NOT_ANSWERED = {"by_token": -1, "wt": 0, "columns": 0, "units": 0, "p": 0, "q": 0}
"""Slots of the gradient of a table whose rows come back one by one."""


class Embedding(WeightedKind):
    """y = w[token]."""

    key = "embedding"
    title = "Embedding"
    help = ("Gives every token, such as a letter or a word, a vector of its own that is learned "
            "(Bengio et al. 2003). It reads the data themselves.")
    icon = "case-sensitive"
    group = "Sequence"
    reads_tokens = True
    bends = True
    role = TABLE
    fields = (
        Field("vocabulary", "Vocabulary", 64, "How many different tokens there are.", 1,
              LARGEST_VOCABULARY, logarithmic=True),
        Field("units", "Vector length", 16, "Numbers that stand for a token.", 1, 1024,
              logarithmic=True),
        Field("padding", "Token 0 is padding", False,
              "The vector of token 0 stays 0. Recurrent layers, Sequence mean and Global average "
              "pooling skip its steps, as long as the sequence keeps its length; other layers take "
              "them as they are."),
        SPARSE_FIELD,
        *(replace(field, default=_STARTS.get(field.key, field.default))
          for field in DRAWN_FIELDS),
    )

    def units(self, options: Options) -> int:
        """Return the numbers of a vector."""
        return int(options["units"])

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return ``(tokens, vector length)``; the input must be flat."""
        (shape,) = inputs
        check_rank(self.title, shape, 1)
        return (*shape, int(options["units"]))

    def parameters(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Parameter, ...]:
        """Return ``w`` of shape (vocabulary, vector length)."""
        shape = self.fans(options, inputs)
        draw = initial_weights(options, shape, shape, self.role,
                               is_padded=bool(options["padding"]))
        return (Parameter("w", shape, draw, is_by_unit=False),)

    def fans(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[int, int]:
        """Return the tokens, of which a vector's number weighs one at a time, and the numbers."""
        return int(options["vocabulary"]), int(options["units"])

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing | Message:
        """Return the moments of vectors that are the same for the same token, else independent."""
        (x,) = inputs
        if x.values is None:
            return say("theory.no-rule", title=self.title)
        shape = self.infer_shape(options, (x.shape,))
        square = weight_square(options, self.fans(options, (x.shape,)),
                               self.fans(options, (x.shape,)), 1.0, around.squares,
                               role=self.role)
        if not isinstance(square, float):
            return square
        n, tokens = x.examples, x.values.T
        rows = tokens.reshape(-1) if tokens.size <= TOGETHER else tokens
        same = np.equal(rows[..., :, None], rows[..., None, :]).astype(np.float64)
        mask = None
        if options["padding"]:
            # The vector of token 0 is 0, and stays so.
            mask = (x.values != 0).astype(np.float64)
            same *= (rows != 0)[..., :, None]
        same = same.reshape(-1, *same.shape[-2:])
        output = Signal(shape, square * same, np.zeros(same.shape[:2]), mask=mask,
                        origins=frozenset((around.number,)))
        size = int(options["vocabulary"]) * shape[-1]

        def back(gradient: Moments) -> Return:
            pairs = by_pairs(gradient * same, n) / int(options["vocabulary"])
            nowhere = np.zeros((1, n, n))
            return Return((nowhere,), (Learned(size, pairs),))
        return Crossing(output, back)

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to a look-up, the gradient of its rows and, with padding, a mask."""
        (x,) = plan.inputs
        w = plan.parameter("w")
        y = plan.value((x.size, w.shape[1]))
        shape = {"v": w.shape[0], "k": w.shape[1], "steps": x.size}
        plan.forward("embed", 0, y=y.data, x=x.data, w=w.data, **shape)
        if options["padding"]:
            mask = plan.value((x.size,)).data
            plan.forward("mark_tokens", 0, mask=mask, x=x.data, steps=x.size)
            y = replace(y, mask=mask)
        padding = int(bool(options["padding"]))
        if options["sparse"]:
            rows = plan.used_rows(w, x.size)
            listed = {"used": rows.used, "place": rows.place}
            plan.backward("list_rows", dw=w.gradient, x=x.data, most=rows.most, padding=padding,
                          **listed, **shape)
            plan.backward("embed_rows_backward", y.size, dw=w.gradient, dy=y.gradient, x=x.data,
                          **listed, **shape)
        else:
            plan.backward("embed_backward", y.size, dw=w.gradient, dy=y.gradient, x=x.data,
                          padding=padding, **NOT_ANSWERED, **shape)
            plan.look_up(w, x.data)
        plan.result(y)

    def export(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Node, ...]:
        """Return the table of vectors."""
        rows, units = self.fans(options, inputs)
        padding = bool(options["padding"])
        return (Node("embedding", {"vocabulary": rows, "units": units, "padding": padding,
                                   "sparse": bool(options["sparse"])}, {"weight": "w"}, padding),)

    def label(self, options: Options) -> str:
        """Return for example ``Embedding 64 → 16``."""
        return f"Embedding {options['vocabulary']} → {options['units']}"


def lower_sequence_mean(plan: Lowering, x: Value, y: Value) -> None:
    """Append y = mean of x over the steps that count, and its gradient, to a plan."""
    shape = {"mask": x.mask, "k": x.shape[1], "steps": x.shape[0]}
    plan.forward("sequence_mean", x.size, y=y.data, x=x.data, **shape)
    if x.gradient >= 0:
        plan.backward("sequence_mean_backward", x.size, dx=x.gradient, dy=y.gradient, **shape)


class SequenceMean(LayerKind):
    """y = mean of x over the steps."""

    key = "sequence_mean"
    title = "Sequence mean"
    help = ("Mean of a sequence over its steps; padding does not count. After an embedding, it is "
            "a bag of words: their order is lost.")
    icon = "sigma"
    group = "Sequence"

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return ``(features,)``; the input must be a sequence."""
        (shape,) = inputs
        check_rank(self.title, shape, 2)
        return shape[1:]

    def limits(self, options: Options) -> None:
        """Return None: they are means of the inputs."""

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing | Message:
        """Return the moments of the mean over all steps."""
        return mean_of_all(inputs[0], around.number)

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to one op forward and one backward."""
        (x,) = plan.inputs
        y = plan.value(x.shape[1:])
        lower_sequence_mean(plan, x, y)
        plan.result(y)

    def export(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Node, ...]:
        """Return the mean over the steps that count."""
        return (Node("global_average"),)
