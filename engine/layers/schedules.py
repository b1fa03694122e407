"""Learning-rate schedules: how the step size changes while a network is trained."""

from __future__ import annotations

from dataclasses import dataclass

from engine.layers.fields import Field

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
    """

    key: str
    title: str
    formula: str
    help: str
    constants: tuple[Field, ...] = ()


_SCHEDULES = (
    Schedule("constant", "Constant", "1", "The learning rate stays what it is."),
    Schedule("step", "Step decay", "d^⌊t / n⌋", "Multiplies by the decay every n steps.",
             (_EVERY, _DECAY)),
    Schedule("exponential", "Exponential decay", "d^(t / n)",
             "Falls by the decay in every n steps, a little in each.", (_EVERY, _DECAY)),
    Schedule("cosine", "Cosine", "f + (1 − f) (1 + cos(π t / T)) / 2",
             "Falls along half a cosine (Loshchilov and Hutter 2017).", (_LENGTH, _FINAL)),
    Schedule("warm_up", "Linear warm-up", "s + (1 − s) t / T",
             "Begins small and grows linearly (Goyal et al. 2017).", (_LENGTH, _START)),
    Schedule("one_cycle", "One-cycle", "s ↗ 1 ↘ f, by half cosines",
             "Up to the full learning rate, then down to next to nothing (Smith and Topin 2018).",
             (_LENGTH, _START, _RISE, _FINAL)),
    Schedule("plateau", "Reduce on plateau", "d^(number of plateaus), at least f",
             "Multiplies by the decay when the loss has not become smaller for a while.",
             (_DECAY, _PATIENCE, _THRESHOLD, _FINAL)),
)

SCHEDULES = {schedule.key: schedule for schedule in _SCHEDULES}
"""Every schedule by key, in the order in which lists show them."""
