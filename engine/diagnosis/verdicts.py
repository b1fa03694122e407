"""One verdict on a run: what a teacher who looks at the instruments would say."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from engine.diagnosis import sentences
from engine.diagnosis.layer_verdicts import (
    PRIORITY,
    LayerVerdict,
    converged,
    findings,
    judge_layers,
    most_severe,
    update_share,
    weight_readings,
)
from engine.diagnosis.network import chance_loss, symmetric_layers
from engine.diagnosis.past import Finding, Past, Smoothing
from engine.diagnosis.rules import DEFAULTS, Thresholds
from engine.diagnosis.sentences import Case, Words
from engine.spec import NetworkSpec, Task
from engine.telemetry.snapshot import Snapshot

__all__ = ["LayerVerdict", "RunJudge", "Verdict", "judge_layers"]

_EXCUSED_BY_PROGRESS = frozenset({"dead", "saturated", "update_large", "update_small"})
"""Findings that a falling loss proves harmless."""


@dataclass(frozen=True)
class Verdict:
    """What is to be said about a run.

    Attributes
    ----------
    code : str
        A finding (``vanishing``, ``exploding``, ``nonfinite``, ``saturated``, ``dead``,
        ``update_small``, ``update_large``, ``symmetric``), or the state of learning: ``waiting``,
        ``healthy`` (learning, or learned), ``flat`` (at chance, or stuck), ``overfitting``.
    severity : int
        0 well, 1 deserves attention, 2 learning is at stake.
    title : str
        A few words with a full stop: ``Vanishing gradient.``
    sentence : str
        What it means, for a student to read aloud.
    evidence : str
        The rule that fired, with its numbers.
    layer_id : str
        The layer to look at, or empty.
    layers : tuple[LayerVerdict, ...]
        A verdict for every layer, in the network's order.
    """

    code: str
    severity: int
    title: str
    sentence: str
    evidence: str
    layer_id: str
    layers: tuple[LayerVerdict, ...]


class RunJudge:
    """Judges the snapshots of a run in their order; another run's snapshot starts it afresh.

    Parameters
    ----------
    network : NetworkSpec
        The network that runs.
    task : str
        ``classification`` or ``regression``.
    n_classes : int
        Number of classes; 0 for regression.
    loss : str
        Key of the loss that is minimised.
    thresholds : Thresholds
        When each rule fires.
    """

    def __init__(self, network: NetworkSpec, task: Task = "classification", n_classes: int = 2,
                 loss: str = "softmax_cross_entropy", thresholds: Thresholds = DEFAULTS) -> None:
        self._network = network
        self._task: Task = task
        self._n_classes = n_classes
        self._chance = chance_loss(network, task, n_classes, loss)
        self._thresholds = thresholds
        self._symmetric = symmetric_layers(network)
        self._verdict: Verdict
        self._run_id: int | None = None
        self._forget()

    def judge(self, snapshot: Snapshot) -> Verdict:
        """Return the verdict on a run.

        Parameters
        ----------
        snapshot : Snapshot
            The newest; steps may lie one or thousands apart.
        """
        if snapshot.run_id != self._run_id or snapshot.step < self._past.step:
            self._run_id = snapshot.run_id
            self._forget()
        if snapshot.step == self._past.step:
            return self._verdict
        smoothed = self._smoothing.smoothed(snapshot)
        found = findings(smoothed, self._network, self._thresholds, self._symmetric)
        run_level = self._run_level(smoothed, found)
        self._past.note(snapshot, _with_milder(run_level))
        words, code, severity = self._decide(snapshot, smoothed, run_level)
        self._verdict = Verdict(code, severity, words.title, words.sentence, words.evidence,
                                words.layer_id, tuple(map(most_severe, found)))
        return self._verdict

    def _forget(self) -> None:
        self._past = Past(self._thresholds.patience)
        self._smoothing = Smoothing(self._thresholds.smoothing)

    def _run_level(self, snapshot: Snapshot, found: Iterable[Iterable[LayerVerdict]],
                   ) -> dict[str, LayerVerdict]:
        """Return one finding of each code, for the layer that stands for the run."""
        worst: dict[str, LayerVerdict] = {}
        measured = weight_readings(snapshot)
        first = measured[0].layer_id if measured else ""
        shares = sorted((update_share(reading), reading.layer_id) for reading in measured
                        if not math.isnan(update_share(reading)))
        # The learning rate is one for all layers, so the typical layer decides about it.
        typical = shares[len(shares) // 2][1] if shares else ""
        stands = {"vanishing": first, "exploding": first,
                  "update_large": typical, "update_small": typical}
        for verdict in (verdict for verdicts in found for verdict in verdicts):
            speaks = stands.get(verdict.code, verdict.layer_id) == verdict.layer_id
            if verdict.severity == 0 or not speaks:
                continue
            kept = worst.get(verdict.code)
            # A gradient that is not finite spreads towards the input: the last layer is its origin.
            if kept is None or verdict.severity > kept.severity or verdict.code == "nonfinite":
                worst[verdict.code] = verdict
        return worst

    def _decide(self, snapshot: Snapshot, smoothed: Snapshot,
                found: dict[str, LayerVerdict]) -> tuple[Words, str, int]:
        if snapshot.step < 1:
            return sentences.waiting(), "waiting", 0
        case = self._case(smoothed)
        if "nonfinite" in found or not math.isfinite(snapshot.loss):
            layer_id = found["nonfinite"].layer_id if "nonfinite" in found else ""
            return sentences.nonfinite(case, layer_id), "nonfinite", 2
        if (growth := self._growth(snapshot)) is not None:
            return growth, "exploding", 2
        if converged(snapshot, self._thresholds):
            return self._learned(case)
        if (lasting := self._lasting(case, found)) is not None:
            code, severity = lasting
            words = sentences.FINDINGS[code](case, found[code].layer_id, severity)
            return words, code, severity
        return self._progress(case)

    def _case(self, snapshot: Snapshot) -> Case:
        return Case(snapshot, self._network, self._thresholds, self._task, self._n_classes,
                    self._chance, self._past.first_loss, self._past.loss_at_half())

    def _growth(self, snapshot: Snapshot) -> Words | None:
        """Say that a gradient has grown suddenly and taken the loss with it."""
        if not snapshot.training.loss > self._past.first_loss:
            return None
        for moment in self._past.recent:
            inside = snapshot.step - self._thresholds.patience <= moment.step < snapshot.step
            if not inside or snapshot.training.loss <= moment.loss:
                continue
            for reading in weight_readings(snapshot):
                before = moment.gradients.get(reading.layer_id, math.nan)
                if 0 < before * self._thresholds.growth <= reading.gradient_rms:
                    return sentences.growth(self._case(snapshot), reading.layer_id, before,
                                            moment.step)
        return None

    def _lasting(self, case: Case, found: dict[str, LayerVerdict]) -> Finding | None:
        """Return the most severe finding that has held long enough; the likelier cause first."""
        early = case.snapshot.step < self._thresholds.early
        standstill = not early and not case.improving
        for severity in (2, 1):
            for code in PRIORITY:
                if code not in found or found[code].severity < severity:
                    continue
                # Before the loss can tell, only what is severe is worth an alarm.
                alarming = standstill or (early and severity > 1)
                if code in _EXCUSED_BY_PROGRESS and not alarming:
                    continue
                structural = code == "symmetric"
                if structural or self._past.lasted((code, severity)) >= self._thresholds.patience:
                    return code, severity
        return None

    def _learned(self, case: Case) -> tuple[Words, str, int]:
        if case.gap >= self._thresholds.gap:
            return sentences.overfitting(case), "overfitting", 1
        return sentences.learned(case), "healthy", 0

    def _progress(self, case: Case) -> tuple[Words, str, int]:
        """Judge a run in whose layers nothing is wrong."""
        validation = case.snapshot.validation
        if (case.gap >= self._thresholds.gap and validation is not None
                and validation.loss > self._thresholds.rise * self._past.lowest_validation):
            return sentences.overfitting(case), "overfitting", 1
        if case.snapshot.step < self._thresholds.early:
            return sentences.early(case), "healthy", 0
        if case.improving:
            return sentences.learning(case), "healthy", 0
        if case.at_chance:
            return sentences.chance(case), "flat", 1
        return sentences.flat(case), "flat", 1


def _with_milder(found: dict[str, LayerVerdict]) -> list[Finding]:
    """Return findings with every milder severity, since a severe one is also a warning."""
    return [(code, severity) for code, verdict in found.items()
            for severity in range(1, verdict.severity + 1)]
