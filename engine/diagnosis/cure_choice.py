"""Which cures are worth a try: by what the network, its rate and its data say of the cause.

The choice was made by trying: `tests.engine.diagnosis.cure_suite` runs every cure that is offered
for networks whose illness is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from engine.diagnosis.chart import Chart

_DEEP = 20
"""Hidden layers from which fewer of them are a cure."""

_TINY_CLIP = 0.1
"""Limit of the gradients below which it alone makes steps small."""

_RATE = ("slower", "optimizer")


def _vanishing(chart: Chart) -> Iterator[str]:
    if chart.rushes or "slower" in chart.named:
        yield from _RATE
    if chart.rushes:
        return
    if chart.starts_off and not chart.flattens:
        yield "weights"
    if chart.depth > _DEEP:
        yield "layers"
    elif chart.flattens:
        yield "activation"
    if chart.starts_off:
        yield "weights"
    if not chart.fades:
        # What is never negative adds up to sums at which sigmoid is flat.
        yield "residual"
    if chart.flattens or chart.verdict.severity > 1:
        yield "batch-norm"
    if not chart.flattens and chart.depth > _DEEP // 2:
        yield "layers"


def _exploding(chart: Chart) -> Iterator[str]:
    if chart.rushes:
        yield from _RATE
    elif chart.starts_off:
        if chart.functions == {"linear"}:
            yield "activation"
        yield "weights"
        if chart.functions != {"linear"}:
            yield "batch-norm"
    else:
        yield "slower"
        if chart.depth and chart.is_hasty:
            yield "optimizer"
        elif not chart.is_hasty:
            # Where every step is too large, clipped ones are too large as well.
            yield "clip"
        yield "scale"


def _saturated(chart: Chart) -> Iterator[str]:
    if chart.rushes:
        yield from _RATE
    elif chart.starts_off:
        if not chart.fades:
            yield "weights"
        yield from ("activation", "residual")
    else:
        yield from ("activation", "slower", "batch-norm")


def _dead(chart: Chart) -> Iterator[str]:
    if chart.rushes:
        yield from _RATE
    elif chart.starts_off:
        yield from ("weights", "activation")
    elif chart.depth > _DEEP:
        yield "layers"
    elif chart.is_hasty:
        yield from ("slower", "optimizer", "activation")
    else:
        yield "activation"


def _silent(chart: Chart) -> Iterator[str]:
    yield from _dead(chart) if chart.rushes or chart.starts_off else _vanishing(chart)


def _update_small(chart: Chart) -> Iterator[str]:
    training = chart.project.training
    if 0 < training.clip_norm < _TINY_CLIP or 0 < training.clip_value < _TINY_CLIP:
        yield "clip"
        return
    if training.schedule.kind != "constant":
        yield "schedule"
    yield "faster"
    yield "optimizer"


def _update_large(_chart: Chart) -> Iterator[str]:
    yield from _RATE


def _risen(_chart: Chart) -> Iterator[str]:
    yield "slower"


def _stuck(chart: Chart) -> Iterator[str]:
    if chart.rushes:
        yield from _RATE
    elif chart.verdict.words.title.code == "chance.title-elsewhere":
        # What was learned is worth nothing elsewhere: less of it is to be learned, or in a network
        # that can find the rule.
        yield "stop"
        if chart.is_learnable and chart.is_narrow:
            yield "capacity"
    elif not chart.is_learnable:
        return
    elif chart.fix_weighs:
        # Of a loss that does not feel a class, nothing else makes more.
        yield "class-weights"
    elif chart.is_hasty:
        yield from _RATE
    elif chart.dawdles:
        yield from ("faster", "optimizer")
    elif chart.is_narrow:
        yield "capacity"
    else:
        yield "optimizer"


def _overfitting(chart: Chart) -> Iterator[str]:
    if chart.told == "overfitting.unbalanced":
        yield "class-weights"
        return
    yield "stop"
    yield "l2"
    if chart.is_learnable:
        yield "data"
        if not chart.is_easily_known:
            yield "dropout"


def _imbalance(chart: Chart) -> Iterator[str]:
    if chart.is_learnable:
        yield "class-weights"


def _weights_too_small(chart: Chart) -> Iterator[str]:
    if chart.flattens:
        yield "activation"
    yield from ("residual", "batch-norm")


def _weights_too_large(chart: Chart) -> Iterator[str]:
    yield "activation" if chart.flattens else "batch-norm"


def _rate_zero(_chart: Chart) -> Iterator[str]:
    yield "optimizer"


CHOICES: Mapping[str, Callable[[Chart], Iterator[str]]] = {
    "vanishing": _vanishing, "exploding": _exploding, "nonfinite": _exploding,
    "far_off": _exploding, "saturated": _saturated, "dead": _dead, "silent": _silent,
    "update_small": _update_small, "update_large": _update_large, "risen": _risen,
    "flat": _stuck, "chance": _stuck, "settled": _stuck, "overfitting": _overfitting,
    "weights-too-small": _weights_too_small, "weights-too-large": _weights_too_large,
    "rate-zero": _rate_zero, "imbalance": _imbalance,
}
"""Kinds of cures for a verdict, the most promising first; by their names in
`engine.diagnosis.cure_kinds.KINDS`."""

CAUSES: Mapping[str, frozenset[str]] = dict.fromkeys(
    ("nonfinite", "exploding", "far_off", "saturated", "dead", "silent"),
    frozenset({"unscaled-inputs", "unscaled-target"}))
"""Notes on a project that explain a verdict: what mends them is all that is offered."""
