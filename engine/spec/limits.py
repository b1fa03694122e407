"""The doctor's limits: from which figures on something is said, and what a project may change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.messages import Message, say
from engine.spec.values import is_finite, shown

LimitValue = int | float | tuple[float, float]
"""One number, or two: from the first on it is amber, from the second on red."""

Limits = Mapping[str, LimitValue]
"""What a project has in the place of defaults, by the keys of `LIMITS`."""

Group = Literal["layers", "start", "run", "patience"]


@dataclass(frozen=True)
class LimitField:
    """A limit, described so that dialog, checks and help can be made of it.

    Attributes
    ----------
    key, title, help : str
        Its name in the file and for people, and what it means.
    default : LimitValue
        What holds where a project says nothing; its form is the limit's.
    group : str
        What it is about: single layers and the loss, what is known before the first step, how a run
        goes, how long something has to hold.
    minimum, maximum : float
        Bounds of its numbers, both included.
    falls : bool
        Whether it is figures below it that are bad, so that red is below amber.
    """

    key: str
    title: str
    help: str
    default: LimitValue
    group: Group
    minimum: float = 0.0
    maximum: float = 1e12
    falls: bool = False

    @property
    def is_pair(self) -> bool:
        """Whether it has an amber and a red number."""
        return isinstance(self.default, tuple)

    @property
    def is_whole(self) -> bool:
        """Whether its number counts something."""
        return isinstance(self.default, int)

    def fault(self, value: object) -> Message | None:
        """Say what is wrong with a value, or return None."""
        if not self.is_pair:
            return self.number_fault(value)
        if not isinstance(value, tuple | list) or len(value) != 2:
            return say("limits.no-pair", value=shown(value))
        fault = self.number_fault(value[0]) or self.number_fault(value[1])
        if fault is not None:
            return fault
        amber, red = value
        if self.falls and amber < red:
            return say("limits.amber-below", amber=float(amber), red=float(red))
        if not self.falls and amber > red:
            return say("limits.amber-above", amber=float(amber), red=float(red))
        return None

    def number_fault(self, number: object) -> Message | None:
        """Say what is wrong with one of its numbers by itself, or return None."""
        if isinstance(number, bool) or not isinstance(number, int | float):
            return say("field.not-a-number", value=shown(number))
        if not is_finite(number):
            return say("field.not-finite", value=shown(number))
        if self.is_whole and not float(number).is_integer():
            return say("field.not-whole", value=shown(number))
        if number < self.minimum:
            return say("field.below", value=shown(number), limit=self.minimum)
        if number > self.maximum:
            return say("field.above", value=shown(number), limit=self.maximum)
        return None


LIMITS = (
    LimitField("vanishing", "Vanishing gradient",
               "A layer's gradient RMS over the last layer's; it vanishes below.",
               (1e-2, 1e-4), "layers", 1e-300, 1.0, falls=True),
    LimitField("exploding", "Exploding gradient",
               "The same; it explodes above.", (1e2, 1e4), "layers", 1.0, 1e300),
    LimitField("activation_small", "Fading activations",
               "A hidden layer's activation RMS over the first layer's; too small below.",
               (1e-2, 1e-4), "layers", 1e-300, 1.0, falls=True),
    LimitField("activation_large", "Growing activations",
               "The same, and over that of the inputs where these are above 1; too large above.",
               (1e2, 1e4), "layers", 1.0, 1e300),
    LimitField("saturated", "Saturated activations",
               "Share of a layer's activations in a flat end of its function; too many above.",
               (0.2, 0.5), "layers", 0.0, 1.0),
    LimitField("dead", "Dead units",
               "Share of a layer's units that are 0 for every example; too many above.",
               (0.2, 0.5), "layers", 0.0, 1.0),
    LimitField("update_small", "Small steps",
               "std(update) / std(weight) of a layer; too small below.",
               (1e-4, 1e-5), "layers", 1e-300, 1.0, falls=True),
    LimitField("update_large", "Large steps",
               "The same; too large above.", (1e-2, 1e-1), "layers", 0.0, 1e6),
    LimitField("far_off", "Loss far off",
               "The loss over that of guessing (of values, mean squared error over variance); too "
               "large above.", (10.0, 1e4), "layers", 1.0, 1e300),

    LimitField("unscaled", "Large inputs",
               "RMS of one input or target that nothing scales (amber), and of all inputs together "
               "(red); too large above.", (20.0, 200.0), "start"),
    LimitField("faded", "Fading initial weights",
               "What theory expects to be left of signal or gradient behind all layers; too little "
               "below.", (1e-3, 1e-4), "start", 1e-60, 1.0, falls=True),
    LimitField("grown", "Growing initial weights",
               "What theory expects signal or gradient to grow by; too much above.",
               (1e2, 1e3), "start", 1.0, 1e60),
    LimitField("flat", "Initial weights that saturate",
               "RMS of the weighted sums that theory expects, in units of tanh's; too large above.",
               (16.0, 40.0), "start"),
    LimitField("dropout", "Dropout", "Share of values that is set to 0; too large above.",
               (0.79, 0.89), "start", 0.0, 1.0),
    LimitField("max_norm", "Max-norm", "Largest norm of a unit's weights; too small below.",
               (0.7, 0.2), "start", falls=True),
    LimitField("l1", "L1 penalty", "Its factor; too large above.", (0.011, 0.029), "start"),
    LimitField("l2", "L2 penalty", "Its factor; too large above.", (0.051, 0.29), "start"),
    LimitField("weight_decay", "Weight decay", "AdamW's factor; too large above.",
               (0.9, 4.9), "start"),
    LimitField("schedule", "Schedule that ends early",
               "Share of the run after which nothing is left of the learning rate; too early "
               "below.", (0.5, 0.1), "start", 0.0, 1.0, falls=True),

    LimitField("learned", "Learned", "Training accuracy (R² of values) from which the examples are "
               "learned.", 0.95, "run", 0.0, 1.0),
    LimitField("kept", "Still learned", "By how much that may fall again before it is no longer "
               "said.", 0.04, "run", 0.0, 1.0),
    LimitField("skill", "Something learned", "Part of what guessing gets wrong that must be right "
               "for that.", 0.5, "run", 0.0, 1.0),
    LimitField("balanced", "Every class learned", "Mean share of right examples over unequal "
               "classes that is needed for it.", 0.75, "run", 0.0, 1.0),
    LimitField("gap", "Overfitting: scores apart", "Training less validation accuracy from which "
               "the network overfits.", 0.1, "run", 0.0, 1.0),
    LimitField("rise", "Overfitting: loss rises", "Factor over its lowest value from which a "
               "rising validation loss is a sign of it.", 1.1, "run", 1.0, 1e6),
    LimitField("tripled", "Overfitting: loss alone", "The same where the score has stayed what it "
               "was.", 3.0, "run", 1.0, 1e6),
    LimitField("notable", "Overfitting: notable loss", "Share of what guessing costs that the "
               "validation loss must be for that.", 0.1, "run", 0.0, 1e6),
    LimitField("chance", "At chance", "Relative distance from the loss of guessing that still "
               "counts as guessing.", 0.02, "run", 0.0, 1.0),
    LimitField("begun", "Begun to learn", "Share of what guessing costs by which the loss must be "
               "less.", 0.05, "run", 0.0, 1.0),
    LimitField("progress", "Falling loss", "Share by which the loss must have fallen in the later "
               "half of the run.", 0.005, "run", 0.0, 1.0),
    LimitField("settled", "Settled loss", "Share of its first value to which the loss must have "
               "fallen to be settled rather than flat.", 0.9, "run", 0.0, 1.0),
    LimitField("risen", "Risen loss", "Factor over its lowest value from which the loss has risen "
               "again.", 1.2, "run", 1.0, 1e6),
    LimitField("growth", "Sudden growth", "Factor by which a gradient grows within the steps of "
               "“Lasting”, while the loss is worse than at the start, to explode.",
               10.0, "run", 1.0, 1e300),
    LimitField("died_down", "Died down", "Share of its largest value below which the last layer's "
               "gradient has died down: then small steps are no sign.", 1e-2, "run", 0.0, 1.0),

    LimitField("patience", "Lasting", "Steps for which a finding must hold before it is said.",
               20, "patience", 1, 1e9),
    LimitField("eased", "Going again", "Factor by which a figure must be on the good side of its "
               "limit for a finding to go again; of shares its root.", 3.0, "patience", 1.0, 1e6),
    LimitField("snapshots", "Odd batches", "Figures are medians of so many looks at the run.",
               5, "patience", 1, 101),
    LimitField("early", "Too early, in steps", "Steps before which nobody says that nothing is "
               "learned,", 2000, "patience", 0, 1e12),
    LimitField("early_examples", "Too early, in examples", "or so many examples,",
               20_000, "patience", 0, 1e12),
    LimitField("early_steps", "Steps of these examples", "if these were at least so many steps,",
               300, "patience", 0, 1e12),
    LimitField("early_seconds", "Too early, in seconds", "or so many seconds of training,",
               20.0, "patience", 0.0, 1e9),
    LimitField("fewest_steps", "Steps of these seconds", "if these were at least so many steps.",
               60, "patience", 0, 1e12),
    LimitField("comparable", "Layers compared", "Factor by which two layers may differ in size for "
               "dL/da and activations to be compared.", 4.0, "patience", 1.0, 1e9),
    LimitField("alike", "Layers alike", "Factor by which what one layer does to a gradient may "
               "differ from the mean for it to be said of each.", 3.0, "patience", 1.0, 1e9),
)
"""All of them; `engine.diagnosis.rules.Thresholds` has a field for each."""

BY_KEY = {field.key: field for field in LIMITS}


def limits_fault(limits: Limits) -> Message | None:
    """Say what is wrong with a project's limits, or return None."""
    for key, value in limits.items():
        field = BY_KEY.get(key)
        if field is None:
            return say("limits.unknown", key=key)
        fault = field.fault(value)
        if fault is not None:
            return say("limits.fault", title=field.title, problem=fault)
    return None


def differing(limits: Limits) -> dict[str, LimitValue]:
    """Return those that are not the defaults, in the order of `LIMITS`."""
    return {field.key: limits[field.key] for field in LIMITS
            if field.key in limits and limits[field.key] != field.default}


def differences(limits: Limits) -> tuple[Message, ...]:
    """Return in words what is not the default: ``Dead units: 0.1 and 0.3 (else 0.2 and 0.5)``."""
    return tuple(say("limits.differs", title=BY_KEY[key].title, value=_told(value),
                     default=_told(BY_KEY[key].default))
                 for key, value in differing(limits).items())


def _told(value: LimitValue) -> Message:
    if isinstance(value, tuple):
        return say("limits.pair", amber=value[0], red=value[1])
    return say("limits.single", value=value)
