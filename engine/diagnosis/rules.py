"""The thresholds at which a figure becomes a verdict, by default and in a project."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from engine.spec.limits import BY_KEY, Limits


@dataclass(frozen=True)
class Limit:
    """Two thresholds of one figure.

    Attributes
    ----------
    warning : float
        Beyond this one it deserves attention (severity 1).
    severe : float
        Beyond this one learning is at stake (severity 2).
    """

    warning: float
    severe: float

    def above(self, value: float) -> int:
        """Return the severity of a figure that should be small; 0 for NaN."""
        return int(value > self.warning) + int(value > self.severe)

    def below(self, value: float) -> int:
        """Return the severity of a figure that should be large; 0 for NaN."""
        return int(value < self.warning) + int(value < self.severe)

    def eased(self, factor: float, *, up: bool) -> Limit:
        """Return thresholds that are passed more easily, by a factor.

        Parameters
        ----------
        factor : float
            At least 1.
        up : bool
            Whether figures below the thresholds are the bad ones.
        """
        by = factor if up else 1 / factor
        return Limit(self.warning * by, self.severe * by)

    def at(self, severity: int) -> float:
        """Return the threshold that belongs to severity 1 or 2."""
        return self.severe if severity > 1 else self.warning


@dataclass(frozen=True)
class Thresholds:
    """When each rule fires. The defaults are those of the design's chapter 7.

    Attributes
    ----------
    vanishing, exploding : Limit
        Of a layer's gradient RMS over the last layer's: of dL/dW, and of dL/da over the last hidden
        layer's.
    activation_small, activation_large : Limit
        Of a hidden layer's activation RMS over the first layer's, and over that of the inputs where
        these are above 1.
    saturated, dead : Limit
        Of the share of saturated activations, of dead units in a layer, 0 to 1.
    update_small, update_large : Limit
        Of std(update) / std(weight); about 1e-3 is usual.
    comparable : float
        Factor by which two layers may differ in size for their dL/da and activations to be
        compared: an RMS over more numbers is another one by itself.
    alike : float
        Factor by which what a single layer does to a gradient may differ from the mean for it to be
        said of each.
    growth : float
        A gradient that grows by this factor within `patience` steps, while the loss is worse than
        at the start, explodes.
    patience : int
        Steps for which a finding must hold before it is the run's verdict.
    eased : float
        Factor by which a figure must be on the good side of its limit for a finding to go again;
        for shares its root.
    early : int
        Steps before which it is too early to say that nothing is learned.
    early_examples, early_steps : int
        Or so many examples, if these were at least so many steps.
    early_seconds, fewest_steps : float, int
        Or so many seconds, if these were at least so many steps.
    snapshots : int
        Rows, rules and sentences have the median gradient RMS, update ratio and activation RMS of
        so many snapshots: one odd batch is no finding.
    progress : float
        Share by which the loss must have fallen in the later half of the run to count as falling.
    begun : float
        Share of what guessing costs by which the loss must be less to say that something is
        learned.
    risen : float
        Factor over its lowest value from which the loss has risen again.
    settled : float
        Share of its first value to which the loss must have fallen to be called settled rather
        than flat.
    died_down : float
        Share of its largest value below which the last layer's gradient has died down: then small
        steps are no sign of a small learning rate.
    chance : float
        Relative distance from the loss of guessing that still counts as guessing.
    far_off : Limit
        Of the loss over that of guessing (mean squared error over the variance, for values).
    learned : float
        Training accuracy (R² for regression) from which the network has learned its examples.
    kept : float
        By how much it may fall again before that is no longer said.
    skill : float
        Part of what the baseline gets wrong that must be right to call something learned.
    balanced : float
        Mean share of right examples over the classes that unequal classes need for that.
    gap : float
        Training minus validation accuracy from which the network overfits.
    rise : float
        Factor over its lowest value that makes a rising validation loss a sign of overfitting.
    tripled : float
        The same where the score has stayed what it was.
    notable : float
        Share of what guessing costs that the validation loss must be for that.
    unscaled : Limit
        Before the first step. Of the size of one input, or target, and (severe) of all together: a
        step changes a sum of the first layer by their squares.
    faded, grown : Limit
        Of what theory expects to become of a signal or its gradient, behind all layers.
    flat : Limit
        Of the size of tanh's weighted sums, from which hardly any lies where it is steep.
    dropout, max_norm, l1, l2, weight_decay : Limit
        Of these settings; see `engine.diagnosis.advice_training`.
    schedule : Limit
        Of the share of a run after which a schedule may have ended it.
    """

    vanishing: Limit = Limit(1e-2, 1e-4)
    exploding: Limit = Limit(1e2, 1e4)
    activation_small: Limit = Limit(1e-2, 1e-4)
    activation_large: Limit = Limit(1e2, 1e4)
    saturated: Limit = Limit(0.2, 0.5)
    dead: Limit = Limit(0.2, 0.5)
    update_small: Limit = Limit(1e-4, 1e-5)
    update_large: Limit = Limit(1e-2, 1e-1)
    comparable: float = 4.0
    alike: float = 3.0
    growth: float = 10.0
    patience: int = 20
    eased: float = 3.0
    early: int = 2000
    early_examples: int = 20_000
    early_steps: int = 300
    early_seconds: float = 20.0
    fewest_steps: int = 60
    snapshots: int = 5
    progress: float = 0.005
    begun: float = 0.05
    risen: float = 1.2
    settled: float = 0.9
    died_down: float = 1e-2
    chance: float = 0.02
    far_off: Limit = Limit(10.0, 1e4)
    learned: float = 0.95
    kept: float = 0.04
    skill: float = 0.5
    balanced: float = 0.75
    gap: float = 0.1
    rise: float = 1.1
    tripled: float = 3.0
    notable: float = 0.1
    unscaled: Limit = Limit(20.0, 200.0)
    faded: Limit = Limit(1e-3, 1e-4)
    grown: Limit = Limit(1e2, 1e3)
    flat: Limit = Limit(16.0, 40.0)
    dropout: Limit = Limit(0.79, 0.89)
    max_norm: Limit = Limit(0.7, 0.2)
    l1: Limit = Limit(0.011, 0.029)
    l2: Limit = Limit(0.051, 0.29)
    weight_decay: Limit = Limit(0.9, 4.9)
    schedule: Limit = Limit(0.5, 0.1)

    def leaving(self, code: str) -> Thresholds:
        """Return the thresholds by which a finding of a code goes again: it comes at stricter ones.

        Parameters
        ----------
        code : str
            What is being said; another code than that of a finding changes nothing.
        """
        if code not in _LIMITS:
            return self
        eased: dict[str, Any] = {
            name: getattr(self, name).eased(
                self.eased if name not in _SHARES else self.eased ** 0.5, up=name in _FROM_BELOW)
            for name in _LIMITS[code]}
        return replace(self, **eased)


_FROM_BELOW = frozenset({"vanishing", "activation_small", "update_small"})
_SHARES = frozenset({"saturated", "dead"})
_LIMITS = {"vanishing": ("vanishing", "activation_small"),
           "exploding": ("exploding", "activation_large"),
           "saturated": ("saturated",), "dead": ("dead",),
           "update_small": ("update_small",), "update_large": ("update_large",)}
"""Names of the limits that each finding has."""

DEFAULTS = Thresholds()
"""The thresholds that apply when nobody has chosen others."""


def thresholds_of(limits: Limits) -> Thresholds:
    """Return the thresholds of a project: the defaults, and in their place what it has itself."""
    if not limits:
        return DEFAULTS
    own: dict[str, Any] = {
        key: Limit(*value) if isinstance(value, tuple) else
        int(value) if BY_KEY[key].is_whole else float(value) for key, value in limits.items()}
    return replace(DEFAULTS, **own)
