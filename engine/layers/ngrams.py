"""A layer that makes one vector of a text: the sum of the vectors of its words and n-grams."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.layers.covariance import Crossing, Learned, Return, Signal, Surroundings
from engine.layers.covariance import Reals as Moments
from engine.layers.export import Node
from engine.layers.images import check_rank
from engine.layers.initialisers import TABLE
from engine.layers.kind import Lowering, Options, Parameter, Shape
from engine.layers.sequence import LARGEST_VOCABULARY, SPARSE_FIELD
from engine.layers.starts import Filled
from engine.layers.weighted import (
    DRAWN_FIELDS,
    WeightedKind,
    initial_weights,
    weight_square,
)
from engine.messages import Message, say
from engine.spec import Option
from engine.spec.fields import Choice, Field

RATIO = "ratio"
"""Name of the parameter that says what every n-gram counts."""

_STARTS: dict[str, Option] = {"weights": "normal", "spread": 0.01}
"""Vectors start small: a long text adds hundreds of them up."""


class NgramBag(WeightedKind):
    """y = sum or mean of ratio[j] w[j] over the n-grams j of a text."""

    key = "ngram_bag"
    title = "Bag of n-grams"
    help = ("Adds up the vectors of all words of a text and of all words in a row, whatever their "
            "order otherwise (Joulin et al. 2016). It reads the data themselves; token 0 is "
            "padding, and no n-gram reaches across it.")
    icon = "combine"
    group = "Sequence"
    reads_tokens = True
    bends = True
    role = TABLE
    width_option = "units"
    fields = (
        Field("vocabulary", "Vocabulary", 64, "How many different tokens there are.", 1,
              LARGEST_VOCABULARY, logarithmic=True),
        Field("longest", "Longest n-gram", 3,
              "Most words in a row that have a vector together: 1 for single words, 2 for pairs as "
              "well, 3 for three.", 1, 5),
        Field("buckets", "Buckets", 65_536,
              "Vectors that the n-grams of two words and more share; a hash of the words says "
              "which. With fewer buckets than n-grams, some share one.", 1, LARGEST_VOCABULARY,
              logarithmic=True, shown_when=("longest", (2, 3, 4, 5))),
        Field("units", "Vector length", 16, "Numbers that stand for an n-gram.", 1, 1024,
              logarithmic=True),
        Field("combine", "Combine", "mean", "What becomes of an example's vectors.", choices=(
            Choice("mean", "Mean", "Long and short texts give vectors of the same size."),
            Choice("sum", "Sum", "Every n-gram counts as much in a long text as in a short one."))),
        Field("distinct", "Count each n-gram once", False,
              "Whether an n-gram that stands in a text several times counts as if it stood there "
              "once."),
        Field("weighting", "Weighting", "none", "What every n-gram counts.", choices=(
            Choice("none", "All alike", "Every vector counts as it is."),
            Choice("naive_bayes", "Naive Bayes",
                   "Its log-count ratio, without its sign: how much more often the training "
                   "examples of one class have it than those of the others (Wang and Manning "
                   "2012). Found before the first step and kept; data without classes leave "
                   "it at 1."))),
        replace(SPARSE_FIELD, default=True),
        *(replace(field, default=_STARTS.get(field.key, field.default))
          for field in DRAWN_FIELDS),
    )

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return ``(vector length,)``; the input must be flat."""
        (shape,) = inputs
        check_rank(self.title, shape, 1)
        return (int(options["units"]),)

    def parameters(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Parameter, ...]:
        """Return ``w`` of shape (rows, vector length), and what rows count where that differs."""
        shape = self.fans(options, inputs)
        draw = initial_weights(options, shape, shape, self.role, is_padded=True)
        table = Parameter("w", shape, draw, is_by_unit=False)
        if options["weighting"] == "none":
            return (table,)
        return table, Parameter(RATIO, shape[:1], Filled(1.0, shape[0]), is_weight=False,
                                is_learned=False)

    def fans(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[int, int]:
        """Return the rows of the table, and the numbers of each."""
        longer = int(options["buckets"]) if int(options["longest"]) > 1 else 0
        return int(options["vocabulary"]) + longer, int(options["units"])

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing | Message:
        """Return the moments of sums of random vectors, the same for the same n-gram."""
        (x,) = inputs
        if x.values is None:
            return say("theory.no-rule", title=self.title)
        if options["weighting"] != "none":
            return say("theory.counted-by-data")
        fans = rows, units = self.fans(options, (x.shape,))
        square = weight_square(options, fans, fans, 1.0, around.squares, role=self.role)
        if not isinstance(square, float):
            return square
        shared = _shared(options, x.values.astype(np.int64))[None]
        output = Signal((units,), square * shared, np.zeros(shared.shape[:2]),
                        origins=frozenset((around.number,)))

        def back(gradient: Moments) -> Return:
            pairs = gradient[0] * shared[0] / rows
            return Return((np.zeros_like(gradient),), (Learned(rows * units, pairs),))
        return Crossing(output, back)

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to the rows of all n-grams, the sum of their vectors and its gradient."""
        (x,) = plan.inputs
        w, longest = plan.parameter("w"), int(options["longest"])
        ratio = -1 if options["weighting"] == "none" else plan.parameter(RATIO).data
        y, uses = plan.value((w.shape[1],)), x.size * longest
        rows = plan.array((uses,))
        shape = {"v": w.shape[0], "k": w.shape[1]}
        bag = {"rows": rows, "ratio": ratio, "uses": uses, "mean": options["combine"] == "mean",
               **shape}
        plan.forward("ngram_rows", uses, rows=rows, x=x.data, steps=x.size, longest=longest,
                     vocabulary=int(options["vocabulary"]), buckets=int(options["buckets"]),
                     distinct=bool(options["distinct"]))
        plan.forward("ngram_bag", uses * w.shape[1], y=y.data, w=w.data, **bag)
        used = plan.used_rows(w, uses, others_rest=bool(options["sparse"]))
        listed = {"used": used.used, "place": used.place}
        plan.backward("list_rows", dw=w.gradient, x=rows, steps=uses, most=used.most, padding=1,
                      **listed, **shape)
        plan.backward("ngram_bag_backward", uses * w.shape[1], dw=w.gradient, dy=y.gradient,
                      **listed, **bag)
        plan.result(y)

    def export(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Node, ...]:
        """Return the bag with all that decides which row an n-gram has."""
        weighted = options["weighting"] != "none"
        return (Node("ngram_bag", {
            "vocabulary": int(options["vocabulary"]), "longest": int(options["longest"]),
            "buckets": int(options["buckets"]), "units": int(options["units"]),
            "combine": str(options["combine"]), "distinct": bool(options["distinct"]),
            "weighting": str(options["weighting"]), "sparse": bool(options["sparse"])},
            {"weight": "w", "ratio": RATIO} if weighted else {"weight": "w"}),)

    def label(self, options: Options) -> str:
        """Return for example ``Bag of 1 to 3-grams 60000 → 16``."""
        longest = int(options["longest"])
        name = "Bag of words" if longest == 1 else f"Bag of 1- to {longest}-grams"
        return f"{name} {options['vocabulary']} → {options['units']}"


def _shared(options: Options, tokens: NDArray[np.int64]) -> Moments:
    """Return the sum over rows of the table of what both of two texts count there, float64[n, n].

    Two different n-grams of several tokens share a row as often as chance has it.
    """
    longest, n = int(options["longest"]), len(tokens)
    counts = [_counts(tokens, size) for size in range(1, longest + 1)]
    if options["distinct"]:
        counts = [(one > 0).astype(np.float64) for one in counts]
    if options["combine"] == "mean":
        total = np.maximum(sum(one.sum(axis=1) for one in counts), 1.0)
        counts = [one / total[:, None] for one in counts]
    same = [one @ one.T for one in counts]
    of_longer = np.sum([np.zeros(n), *(one.sum(axis=1) for one in counts[1:])], axis=0)
    apart = np.outer(of_longer, of_longer) - np.sum([np.zeros((n, n)), *same[1:]], axis=0)
    return np.asarray(np.sum(same, axis=0) + apart / int(options["buckets"]))


def _counts(tokens: NDArray[np.int64], size: int) -> Moments:
    """Return how often every text has every n-gram of so many tokens, float64[n, n-grams]."""
    if tokens.shape[1] < size:
        return np.zeros((len(tokens), 0))
    found = np.lib.stride_tricks.sliding_window_view(tokens, size, axis=1)
    there = (found != 0).all(axis=-1)
    texts = np.nonzero(there)[0]
    different, which = np.unique(found[there], axis=0, return_inverse=True)
    counts = np.zeros((len(tokens), len(different)))
    np.add.at(counts, (texts, which.reshape(-1)), 1.0)
    return counts
