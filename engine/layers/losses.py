"""Loss functions and what each asks of the network's output."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import ShapeError
from engine.layers import output_errors
from engine.layers.export import Node
from engine.layers.output_errors import OutputError
from engine.spec import Task, TrainingSpec
from engine.spec.fields import Field

Shares = tuple[float, ...]
"""Share of the examples that each class has."""

Guess = Callable[[Shares, bool], float]
"""``guess(shares, is_single)`` returns the loss of the best answer that is always the same;
``is_single`` where one unit stands for two classes."""

OF_CLASSES: tuple[Task, ...] = ("classification", "sequence")
"""Tasks whose answer is one of several classes."""


@dataclass(frozen=True)
class Loss:
    """A loss over a batch.

    Attributes
    ----------
    key, title, formula, help : str
        Name in files and for people, formula and one sentence.
    op : str
        Op of `engine.kernels` that writes the loss of every example and dL/d(output).
    output_op : str
        Op that turns the network's output into a prediction (softmax, sigmoid); empty: none.
    output_title : str
        Name of that step, shown with the output layer.
    tasks : tuple[str, ...]
        The tasks that it can serve.
    single_output_classes : tuple[float, float] | None
        Targets of the two classes when one unit stands for both; None: one unit per class.
    constants : tuple[Field, ...]
        The fields of `engine.spec.TrainingSpec` that it reads; its op has a slot for each.
    score_op : str
        Op that counts how well a batch was answered.
    target_range : tuple[float, float] | None
        Smallest and largest value that a target may have; None: any.
    guess : callable | None
        The loss of guessing; None for a loss that is not for classes.
    weighted_op : str
        Op that takes ``op``'s place where classes have weights; empty: they can have none.
    reads_text : bool
        Whether the target is a text that is shorter than the sequence, of which the first output is
        the blank. Its ops have slots for the length of the longest text, for which steps count, and
        for room to work in.
    sum_op : str
        Op that sums up what ``op``, which threads share, has written of every example; empty:
        ``op`` does it itself.
    error : callable | None
        dL/d(output) of one example, in NumPy; None: nobody has written that.
    """

    key: str
    title: str
    formula: str
    help: str
    op: str
    output_op: str
    output_title: str
    tasks: tuple[Task, ...]
    single_output_classes: tuple[float, float] | None
    constants: tuple[Field, ...] = ()
    score_op: str = "score"
    target_range: tuple[float, float] | None = None
    guess: Guess | None = None
    weighted_op: str = ""
    reads_text: bool = False
    sum_op: str = ""
    error: OutputError | None = None

    def export(self, training: TrainingSpec) -> Node:
        """Return it as a node of a neutral graph, of its key, with the constants in force."""
        return Node(self.key, {one.key: getattr(training, one.key) for one in self.constants})

    def at_chance(self, task: Task, shares: Sequence[float], width: int) -> float:
        """Return the loss of the best answer that is always the same; NaN if there is none.

        Parameters
        ----------
        task : str
            What is learned; to predict or reconstruct values has none, since R² = 0 says the same.
        shares : sequence of float
            Share of the examples that each class has, 0 to 1.
        width : int
            Output units: one may stand for two classes.
        """
        if self.guess is None or task not in OF_CLASSES or len(shares) < 2:
            return math.nan
        return self.guess(tuple(shares), width == 1)

    def widths(self, task: Task, n_outputs: int) -> tuple[int, ...]:
        """Return the numbers of output units that fit, the preferred one first.

        Parameters
        ----------
        task : str
            What is learned.
        n_outputs : int
            Classes, characters, or values to predict.
        """
        if self.reads_text:
            return (n_outputs + 1,)
        if task == "classification" and n_outputs == 2 and self.single_output_classes is not None:
            return (1, 2)
        return (n_outputs,)

    def encode(self, labels: NDArray[np.int64], n_outputs: int, width: int) -> NDArray[np.float64]:
        """Return class numbers as targets, float64[n, width].

        Raises
        ------
        ShapeError
            If that many output units cannot stand for that many classes.
        """
        if width not in self.widths("classification", n_outputs):
            raise ShapeError("layer.output-units", units=width, classes=n_outputs,
                             wanted=self.widths("classification", n_outputs))
        if width == 1 and self.single_output_classes is not None:
            return np.asarray(self.single_output_classes)[labels][:, None]
        return np.eye(n_outputs)[labels]


def _entropy(shares: Shares, _is_single: bool) -> float:
    """Return −Σ p log p: the probabilities that are always given are the shares."""
    return -math.fsum(share * math.log(share) for share in shares if share > 0)


def _binary_entropy(shares: Shares, is_single: bool) -> float:
    """Return the mean over the units of the entropy of each one's yes and no."""
    units = shares[1:] if is_single else shares
    return math.fsum(_entropy((share, 1 - share), True) for share in units) / len(units)


def _variance(shares: Shares, is_single: bool) -> float:
    """Return the variance of targets −1 and 1, or of 0 and 1 in a unit for every class."""
    if is_single:
        return 4 * shares[0] * shares[1]
    return math.fsum(share * (1 - share) for share in shares) / len(shares)


def _margin(shares: Shares, is_single: bool) -> float:
    """Return the least hinge of outputs that are always the same.

    A unit for each class: from the commonest to the rarest, the best outputs go down in steps of 0
    or 1. Of two classes without a step between, each costs 1; with D steps, only the rarer one
    does, 1 + D. Least cost of the first b classes by where the last step is.
    """
    if is_single:
        return 2 * min(shares)
    p, n = sorted(shares, reverse=True), len(shares)
    least = [0.0] + [math.inf] * n
    for end in range(1, n + 1):
        step = end * math.fsum(p[end:])
        inside = 0.0
        for begin in range(end - 1, -1, -1):
            inside += p[begin] * (end - 1 - begin)
            least[end] = min(least[end], least[begin] + inside + step)
    return (least[n] + math.fsum(j * p[j] for j in range(n))) / n


_HUBER_DELTA = Field("huber_delta", "Delta", 1.0, "Error δ from which on it counts by its size.",
                     1e-6, 1e6, logarithmic=True)
_LABEL_SMOOTHING = Field("label_smoothing", "Label smoothing", 0.0,
                         "Share ε of every target that is spread evenly over the classes: "
                         "t ← (1 − ε) t + ε / classes.", 0.0, 0.999)

_LOSSES = (
    Loss("softmax_cross_entropy", "Cross-entropy",
         "L = −log softmax(z)[class], mean over the batch",
         "One unit per class; softmax turns their outputs into probabilities.",
         "softmax_cross_entropy", "softmax_forward", "softmax", ("classification",), None,
         (_LABEL_SMOOTHING,), guess=_entropy, weighted_op="weighted_softmax_cross_entropy",
         error=output_errors.cross_entropy),
    Loss("binary_cross_entropy", "Binary cross-entropy",
         "L = −t log σ(z) − (1 − t) log(1 − σ(z)), mean over batch and units",
         "One unit for two classes, or one per class; a sigmoid gives each a probability. To "
         "reconstruct, one per value from 0 to 1, such as the grey of a pixel.",
         "binary_cross_entropy", "sigmoid_forward", "sigmoid", ("classification", "reconstruction"),
         (0.0, 1.0), (), "probability_score", (0.0, 1.0), _binary_entropy,
         "weighted_binary_cross_entropy",
         error=output_errors.binary_cross_entropy),
    Loss("mean_squared_error", "Mean squared error", "L = (z − t)², mean over batch and units",
         "For numbers; with classes it compares with −1 and 1, or with 0 and 1 for each class.",
         "mean_squared_error", "", "", ("classification", "regression", "reconstruction"),
         (-1.0, 1.0), guess=_variance, weighted_op="weighted_mean_squared_error",
         error=output_errors.squared),
    Loss("mean_absolute_error", "Mean absolute error", "L = |z − t|, mean over batch and units",
         "For numbers; every error pulls equally, so that outliers count less than squared.",
         "mean_absolute_error", "", "", ("regression", "reconstruction"), None,
         error=output_errors.absolute),
    Loss("huber", "Huber", "L = e² / 2 for |e| ≤ δ, else δ (|e| − δ / 2), with e = z − t",
         "For numbers; small errors count squared, large ones by their size (Huber 1964).",
         "huber", "", "", ("regression", "reconstruction"), None, (_HUBER_DELTA,),
         error=output_errors.huber),
    Loss("hinge", "Hinge", "L = Σ max(0, 1 − z[class] + z[other]) / classes; "
                           "one unit: max(0, 1 − t z), t = ±1",
         "For classes; is content once the right output leads all others by 1. Its probabilities "
         "are a softmax for display alone.",
         "hinge", "margin_shares", "softmax", ("classification",), (-1.0, 1.0),
         guess=_margin, weighted_op="weighted_hinge",
         error=output_errors.hinge),
    Loss("sequence_cross_entropy", "Sequence cross-entropy",
         "L = −log softmax(z)[class], mean over all steps that count",
         "One unit per class at every step of a sequence; padding does not count.",
         "sequence_cross_entropy", "softmax_steps", "softmax", ("sequence",), None, (),
         "sequence_score", guess=_entropy, weighted_op="weighted_sequence_cross_entropy",
         sum_op="steps_mean",
         error=output_errors.steps_cross_entropy),
    Loss("ctc", "Connectionist temporal classification",
         "L = −log p(text) / characters, mean over the batch; p(text) is the sum over all ways to "
         "spread it over the steps",
         "For texts whose characters have no given steps: an output for the blank and one for each "
         "character, at every step. A text that has more characters than there are steps for does "
         "not count (Graves et al. 2006).",
         "ctc", "softmax_steps", "softmax", ("transcription",), None, (), "ctc_score",
         reads_text=True, sum_op="ctc_mean"),
)

LOSSES = {loss.key: loss for loss in _LOSSES}
"""Every loss by key, in the order in which lists show them."""
