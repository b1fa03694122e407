"""Learning-rate schedules: how the step size changes while a network is trained."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from engine.layers.export import Node
from engine.spec import ScheduleSpec
from engine.spec.fields import Field

Curve = Callable[[ScheduleSpec, float], float]

MOST_STEPS = 10_000_000

_EVERY = Field("every", "Every", 500, "Steps in which the learning rate is multiplied by the decay "
               "once.", 1, MOST_STEPS, "steps", logarithmic=True)
_DECAY = Field("decay", "Decay", 0.5, "Factor by which the learning rate is multiplied.", 1e-6, 1.0)
_LENGTH = Field("length", "Length", 2000, "Steps after which the learning rate stays what it is.",
                1, MOST_STEPS, "steps", logarithmic=True)
_START = Field("start", "Start", 0.04, "Share of the learning rate at the beginning.", 1e-6, 1.0,
               logarithmic=True)
_RISE = Field("rise", "Rise", 0.3, "Share of the steps in which the learning rate goes up.", 0.0,
              1.0)
_FINAL = Field("final", "Final", 0.0, "Share of the learning rate at the end.", 0.0, 1.0)
_PATIENCE = Field("patience", "Patience", 10, "Epochs without a smaller loss that make a plateau.",
                  0, 100_000, "epochs")
_THRESHOLD = Field("threshold", "Threshold", 1e-4,
                   "Share by which a loss must be smaller to count.", 0.0, 1.0)


@dataclass(frozen=True)
class Schedule:
    """A factor on the learning rate.

    Attributes
    ----------
    key, title, formula, help : str
        Name in files and for people, formula of the factor and one sentence.
    constants : tuple[Field, ...]
        The fields of `engine.spec.ScheduleSpec` that it reads.
    factor : callable
        ``factor(spec, t)``, the factor after t steps; of a schedule that follows the loss, after t
        plateaus.
    follows_loss : bool
        Whether the loss decides when the factor changes.
    """

    key: str
    title: str
    formula: str
    help: str
    constants: tuple[Field, ...]
    factor: Curve
    follows_loss: bool = False

    def export(self, spec: ScheduleSpec) -> Node:
        """Return it as a node of a neutral graph, of its key, with the constants in force."""
        return Node(self.key, {one.key: getattr(spec, one.key) for one in self.constants})

    def span(self, spec: ScheduleSpec) -> float:
        """Return how many steps, or plateaus, a drawing of the factor should show."""
        keys = {field.key for field in self.constants}
        if self.follows_loss:
            return 8.0
        return 1.25 * spec.length if "length" in keys else 6.0 * spec.every


def _eased(begin: float, end: float, share: float) -> float:
    """Return the point of a half cosine from ``begin`` to ``end``, ``share`` of the way along."""
    return end + 0.5 * (begin - end) * (1.0 + math.cos(math.pi * min(max(share, 0.0), 1.0)))


def _one_cycle(spec: ScheduleSpec, t: float) -> float:
    top, end = spec.rise * spec.length - 1.0, spec.length - 1.0
    if t <= top:
        return _eased(spec.start, 1.0, t / top if top > 0.0 else 1.0)
    return _eased(1.0, spec.final, (t - top) / (end - top) if end > top else 1.0)


_SCHEDULES = (
    Schedule("constant", "Constant", "1", "The learning rate stays what it is.", (),
             lambda spec, t: 1.0),
    Schedule("step", "Step decay", "d^⌊t / n⌋", "Multiplies by the decay every n steps.",
             (_EVERY, _DECAY), lambda spec, t: spec.decay ** math.floor(t / spec.every)),
    Schedule("exponential", "Exponential decay", "d^(t / n)",
             "Falls by the decay in every n steps, a little in each.", (_EVERY, _DECAY),
             lambda spec, t: spec.decay ** (t / spec.every)),
    Schedule("cosine", "Cosine", "f + (1 − f) (1 + cos(π t / T)) / 2",
             "Falls along half a cosine (Loshchilov and Hutter 2017).", (_LENGTH, _FINAL),
             lambda spec, t: _eased(1.0, spec.final, t / spec.length)),
    Schedule("warm_up", "Linear warm-up", "s + (1 − s) t / T",
             "Begins small and grows linearly (Goyal et al. 2017).", (_LENGTH, _START),
             lambda spec, t: spec.start + (1.0 - spec.start) * min(t / spec.length, 1.0)),
    Schedule("one_cycle", "One-cycle", "s ↗ 1 ↘ f, by half cosines",
             "Up to the full learning rate, then down to next to nothing (Smith and Topin 2018).",
             (_LENGTH, _START, _RISE, _FINAL), _one_cycle),
    Schedule("plateau", "Reduce on plateau", "d^(number of plateaus), at least f",
             "Multiplies by the decay when the loss has not become smaller for a while.",
             (_DECAY, _PATIENCE, _THRESHOLD, _FINAL),
             lambda spec, t: max(spec.decay ** math.floor(t), spec.final), follows_loss=True),
)

SCHEDULES = {schedule.key: schedule for schedule in _SCHEDULES}
"""Every schedule by key, in the order in which lists show them."""
