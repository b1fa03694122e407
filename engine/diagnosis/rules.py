"""The thresholds at which a figure becomes a verdict."""

from __future__ import annotations

from dataclasses import dataclass


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

    def at(self, severity: int) -> float:
        """Return the threshold that belongs to severity 1 or 2."""
        return self.severe if severity > 1 else self.warning


@dataclass(frozen=True)
class Thresholds:
    """When each rule fires. The defaults are those of the design's chapter 7.

    Attributes
    ----------
    vanishing, exploding : Limit
        Of a layer's gradient RMS over the last layer's.
    saturated, dead : Limit
        Of the share of saturated activations, of dead units in a layer, 0 to 1.
    update_small, update_large : Limit
        Of std(update) / std(weight); about 1e-3 is usual.
    growth : float
        A gradient that grows by this factor within `patience` steps, while the loss is worse than
        at the start, explodes.
    patience : int
        Steps for which a finding must hold before it is the run's verdict.
    early : int
        Steps before which it is too early to say that nothing is learned.
    snapshots : int
        The run is judged by the median gradient RMS and update ratio of so many snapshots: one odd
        batch is no finding.
    progress : float
        Share by which the loss must have fallen in the later half of the run to count as falling.
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
    learned : float
        Training accuracy (R² for regression) from which the network has learned its examples.
    gap : float
        Training minus validation accuracy from which the network overfits.
    rise : float
        Factor over its lowest value that makes a rising validation loss a sign of overfitting.
    """

    vanishing: Limit = Limit(1e-2, 1e-4)
    exploding: Limit = Limit(1e2, 1e4)
    saturated: Limit = Limit(0.2, 0.5)
    dead: Limit = Limit(0.2, 0.5)
    update_small: Limit = Limit(1e-4, 1e-5)
    update_large: Limit = Limit(1e-2, 1e-1)
    growth: float = 10.0
    patience: int = 20
    early: int = 2000
    snapshots: int = 5
    progress: float = 0.005
    risen: float = 1.2
    settled: float = 0.9
    died_down: float = 1e-2
    chance: float = 0.02
    learned: float = 0.95
    gap: float = 0.1
    rise: float = 1.1


DEFAULTS = Thresholds()
"""The thresholds that apply when nobody has chosen others."""
