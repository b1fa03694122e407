"""The classic mistakes by key: what each is called, and what it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from engine.messages import Message, say


class Mistake(NamedTuple):
    """A classic mistake.

    Attributes
    ----------
    title, explanation : Message
        What it is called; what goes wrong, and how it shows.
    """

    title: Message
    explanation: Message


MISTAKES: Mapping[str, Mistake] = {
    "derivative-forgotten": Mistake(
        say("mistake.derivative-forgotten"), say("mistake.derivative-forgotten-shows")),
    "derivative-at-value": Mistake(
        say("mistake.derivative-at-value"), say("mistake.derivative-at-value-shows")),
    "slope-forgotten": Mistake(
        say("mistake.slope-forgotten"), say("mistake.slope-forgotten-shows")),
    "positive-counted": Mistake(
        say("mistake.positive-counted"), say("mistake.positive-counted-shows")),
    "others-forgotten": Mistake(
        say("mistake.others-forgotten"), say("mistake.others-forgotten-shows")),
    "weights-not-transposed": Mistake(
        say("mistake.weights-not-transposed"), say("mistake.weights-not-transposed-shows")),
    "updated-too-early": Mistake(
        say("mistake.updated-too-early"), say("mistake.updated-too-early-shows")),
    "batch-mean-forgotten": Mistake(
        say("mistake.batch-mean-forgotten"), say("mistake.batch-mean-forgotten-shows")),
    "softmax-derived-twice": Mistake(
        say("mistake.softmax-derived-twice"), say("mistake.softmax-derived-twice-shows")),
    "sigmoid-derived-twice": Mistake(
        say("mistake.sigmoid-derived-twice"), say("mistake.sigmoid-derived-twice-shows")),
    "sign-turned": Mistake(say("mistake.sign-turned"), say("mistake.sign-turned-shows")),
    "sign-forgotten": Mistake(say("mistake.sign-forgotten"), say("mistake.sign-forgotten-shows")),
    "factor-two-forgotten": Mistake(
        say("mistake.factor-two-forgotten"), say("mistake.factor-two-forgotten-shows")),
    "derivative-of-square": Mistake(
        say("mistake.derivative-of-square"), say("mistake.derivative-of-square-shows")),
    "delta-forgotten": Mistake(
        say("mistake.delta-forgotten"), say("mistake.delta-forgotten-shows")),
    "slope-of-lines-forgotten": Mistake(
        say("mistake.slope-of-lines-forgotten"), say("mistake.slope-of-lines-forgotten-shows")),
    "unit-mean-forgotten": Mistake(
        say("mistake.unit-mean-forgotten"), say("mistake.unit-mean-forgotten-shows")),
    "smoothing-forgotten": Mistake(
        say("mistake.smoothing-forgotten"), say("mistake.smoothing-forgotten-shows")),
    "text-length-forgotten": Mistake(
        say("mistake.text-length-forgotten"), say("mistake.text-length-forgotten-shows")),
    "own-step-twice": Mistake(
        say("mistake.own-step-twice"), say("mistake.own-step-twice-shows")),
    "way-on-forgotten": Mistake(
        say("mistake.way-on-forgotten"), say("mistake.way-on-forgotten-shows")),
    "one-reading-only": Mistake(
        say("mistake.one-reading-only"), say("mistake.one-reading-only-shows")),
    "blank-forgotten": Mistake(
        say("mistake.blank-forgotten"), say("mistake.blank-forgotten-shows")),
    "class-weights-forgotten": Mistake(
        say("mistake.class-weights-forgotten"), say("mistake.class-weights-forgotten-shows")),
    "weights-not-normalised": Mistake(
        say("mistake.weights-not-normalised"), say("mistake.weights-not-normalised-shows")),
    "content-ignored": Mistake(
        say("mistake.content-ignored"), say("mistake.content-ignored-shows")),
    "own-class-forgotten": Mistake(
        say("mistake.own-class-forgotten"), say("mistake.own-class-forgotten-shows")),
    "own-class-once": Mistake(say("mistake.own-class-once"), say("mistake.own-class-once-shows")),
    "summed-over-one-example": Mistake(
        say("mistake.summed-over-one-example"), say("mistake.summed-over-one-example-shows")),
    "bias-averaged": Mistake(say("mistake.bias-averaged"), say("mistake.bias-averaged-shows")),
    "summed-over-one-place": Mistake(
        say("mistake.summed-over-one-place"), say("mistake.summed-over-one-place-shows")),
    "kernel-not-flipped": Mistake(
        say("mistake.kernel-not-flipped"), say("mistake.kernel-not-flipped-shows")),
    "stride-forgotten": Mistake(
        say("mistake.stride-forgotten"), say("mistake.stride-forgotten-shows")),
    "pooling-not-averaged": Mistake(
        say("mistake.pooling-not-averaged"), say("mistake.pooling-not-averaged-shows")),
    "gradient-to-all-places": Mistake(
        say("mistake.gradient-to-all-places"), say("mistake.gradient-to-all-places-shows")),
    "mask-forgotten": Mistake(say("mistake.mask-forgotten"), say("mistake.mask-forgotten-shows")),
    "scale-forgotten": Mistake(
        say("mistake.scale-forgotten"), say("mistake.scale-forgotten-shows")),
    "scale-left-out": Mistake(say("mistake.scale-left-out"), say("mistake.scale-left-out-shows")),
    "not-normalised": Mistake(say("mistake.not-normalised"), say("mistake.not-normalised-shows")),
    "mean-term-forgotten": Mistake(
        say("mistake.mean-term-forgotten"), say("mistake.mean-term-forgotten-shows")),
    "variance-term-forgotten": Mistake(
        say("mistake.variance-term-forgotten"), say("mistake.variance-term-forgotten-shows")),
    "statistics-taken-for-constants": Mistake(
        say("mistake.statistics-taken-for-constants"),
        say("mistake.statistics-taken-for-constants-shows")),
    "branch-overwritten": Mistake(
        say("mistake.branch-overwritten"), say("mistake.branch-overwritten-shows")),
    "wrong-columns": Mistake(say("mistake.wrong-columns"), say("mistake.wrong-columns-shows")),
    "count-forgotten": Mistake(
        say("mistake.count-forgotten"), say("mistake.count-forgotten-shows")),
    "divided-by-all-steps": Mistake(
        say("mistake.divided-by-all-steps"), say("mistake.divided-by-all-steps-shows")),
    "padding-counted": Mistake(
        say("mistake.padding-counted"), say("mistake.padding-counted-shows")),
    "divergence-forgotten": Mistake(
        say("mistake.divergence-forgotten"), say("mistake.divergence-forgotten-shows")),
    "noise-forgotten": Mistake(
        say("mistake.noise-forgotten"), say("mistake.noise-forgotten-shows")),
    "shared-among-inputs": Mistake(
        say("mistake.shared-among-inputs"), say("mistake.shared-among-inputs-shows")),
    "row-counted-once": Mistake(
        say("mistake.row-counted-once"), say("mistake.row-counted-once-shows")),
    "padding-learns": Mistake(say("mistake.padding-learns"), say("mistake.padding-learns-shows")),
    "cell-of-the-wrong-step": Mistake(
        say("mistake.cell-of-the-wrong-step"), say("mistake.cell-of-the-wrong-step-shows")),
    "state-path-forgotten": Mistake(
        say("mistake.state-path-forgotten"), say("mistake.state-path-forgotten-shows")),
    "cell-path-forgotten": Mistake(
        say("mistake.cell-path-forgotten"), say("mistake.cell-path-forgotten-shows")),
    "only-last-step": Mistake(say("mistake.only-last-step"), say("mistake.only-last-step-shows")),
    "steps-averaged": Mistake(say("mistake.steps-averaged"), say("mistake.steps-averaged-shows")),
    "state-of-the-wrong-step": Mistake(
        say("mistake.state-of-the-wrong-step"), say("mistake.state-of-the-wrong-step-shows")),
    "gate-derivative-forgotten": Mistake(
        say("mistake.gate-derivative-forgotten"), say("mistake.gate-derivative-forgotten-shows")),
    "forget-gate-forgotten": Mistake(
        say("mistake.forget-gate-forgotten"), say("mistake.forget-gate-forgotten-shows")),
    "reset-gate-forgotten": Mistake(
        say("mistake.reset-gate-forgotten"), say("mistake.reset-gate-forgotten-shows")),
    "update-gate-forgotten": Mistake(
        say("mistake.update-gate-forgotten"), say("mistake.update-gate-forgotten-shows")),
    "direct-path-forgotten": Mistake(
        say("mistake.direct-path-forgotten"), say("mistake.direct-path-forgotten-shows")),
    "candidate-forgotten": Mistake(
        say("mistake.candidate-forgotten"), say("mistake.candidate-forgotten-shows")),
    "clipped-on-one-side": Mistake(
        say("mistake.clipped-on-one-side"), say("mistake.clipped-on-one-side-shows")),
    "clipped-layer-by-layer": Mistake(
        say("mistake.clipped-layer-by-layer"), say("mistake.clipped-layer-by-layer-shows")),
    "root-forgotten": Mistake(say("mistake.root-forgotten"), say("mistake.root-forgotten-shows")),
    "short-gradients-lengthened": Mistake(
        say("mistake.short-gradients-lengthened"), say("mistake.short-gradients-lengthened-shows")),
    "short-weights-lengthened": Mistake(
        say("mistake.short-weights-lengthened"), say("mistake.short-weights-lengthened-shows")),
    "length-of-all-units": Mistake(
        say("mistake.length-of-all-units"), say("mistake.length-of-all-units-shows")),
    "penalty-left-out": Mistake(
        say("mistake.penalty-left-out"), say("mistake.penalty-left-out-shows")),
    "penalty-turned": Mistake(say("mistake.penalty-turned"), say("mistake.penalty-turned-shows")),
    "penalty-of-biases": Mistake(
        say("mistake.penalty-of-biases"), say("mistake.penalty-of-biases-shows")),
    "decay-in-the-gradient": Mistake(
        say("mistake.decay-in-the-gradient"), say("mistake.decay-in-the-gradient-shows")),
    "decay-of-biases": Mistake(
        say("mistake.decay-of-biases"), say("mistake.decay-of-biases-shows")),
    "decay-without-rate": Mistake(
        say("mistake.decay-without-rate"), say("mistake.decay-without-rate-shows")),
    "decay-left-out": Mistake(say("mistake.decay-left-out"), say("mistake.decay-left-out-shows")),
    "momentum-forgotten": Mistake(
        say("mistake.momentum-forgotten"), say("mistake.momentum-forgotten-shows")),
    "memory-forgotten": Mistake(
        say("mistake.memory-forgotten"), say("mistake.memory-forgotten-shows")),
    "share-of-new-forgotten": Mistake(
        say("mistake.share-of-new-forgotten"), say("mistake.share-of-new-forgotten-shows")),
    "square-forgotten": Mistake(
        say("mistake.square-forgotten"), say("mistake.square-forgotten-shows")),
    "squares-without-root": Mistake(
        say("mistake.squares-without-root"), say("mistake.squares-without-root-shows")),
    "bias-correction-left-out": Mistake(
        say("mistake.bias-correction-left-out"), say("mistake.bias-correction-left-out-shows")),
    "epsilon-inside-root": Mistake(
        say("mistake.epsilon-inside-root"), say("mistake.epsilon-inside-root-shows")),
    "epsilon-outside-root": Mistake(
        say("mistake.epsilon-outside-root"), say("mistake.epsilon-outside-root-shows")),
    "units-forgotten": Mistake(
        say("mistake.units-forgotten"), say("mistake.units-forgotten-shows")),
    "gradient-for-update": Mistake(
        say("mistake.gradient-for-update"), say("mistake.gradient-for-update-shows")),
    "look-ahead-forgotten": Mistake(
        say("mistake.look-ahead-forgotten"), say("mistake.look-ahead-forgotten-shows")),
    "step-uphill": Mistake(say("mistake.step-uphill"), say("mistake.step-uphill-shows")),
    "rate-forgotten": Mistake(say("mistake.rate-forgotten"), say("mistake.rate-forgotten-shows")),
}
"""By the keys that `engine.microscope.statement.Statement.mistakes` has."""
