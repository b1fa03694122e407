"""One verdict on a run: what a teacher who looks at the instruments would say."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.diagnosis import sentences
from engine.diagnosis.case import Case, Words
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
from engine.diagnosis.memory import Memory
from engine.diagnosis.network import (
    chance_loss,
    hidden_activations,
    hidden_initialisers,
    symmetric_layers,
)
from engine.diagnosis.past import Finding, Past, Smoothing
from engine.diagnosis.rules import DEFAULTS, Thresholds
from engine.messages import say
from engine.spec import NetworkSpec, Task
from engine.telemetry.parts import Part, Wanted
from engine.telemetry.snapshot import LayerReading, Snapshot

__all__ = ["JUDGED", "LayerVerdict", "RunJudge", "Verdict", "judge_layers"]

JUDGED: Wanted = frozenset({Part.READINGS, Part.EVALUATION})
"""What a snapshot has to hold for a verdict."""

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
    words : Words
        Title, sentence and evidence, and the layer that they point at.
    layers : tuple[LayerVerdict, ...]
        A verdict for every layer, in the network's order, on the newest snapshot alone: it stands
        beside that snapshot's numbers.
    """

    code: str
    severity: int
    words: Words
    layers: tuple[LayerVerdict, ...]

    @property
    def title(self) -> str:
        """A few words, such as ``Vanishing gradient``, with a full stop."""
        return self.words.title.text

    @property
    def sentence(self) -> str:
        """What it means, for a student to read aloud."""
        return self.words.sentence.text

    @property
    def evidence(self) -> str:
        """The rule that fired, with its numbers; empty if there is none."""
        return "" if self.words.evidence is None else self.words.evidence.text

    @property
    def layer_id(self) -> str:
        """The layer to look at, or empty."""
        return self.words.layer_id


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
        self._activations = hidden_activations(network)
        self._initialisers = hidden_initialisers(network)
        self._run_id: int | None = None
        self._forget()

    def judge(self, snapshot: Snapshot) -> Verdict:
        """Note a snapshot if it is news, and return the verdict on the run as it was at its step.

        Parameters
        ----------
        snapshot : Snapshot
            Steps may lie one or thousands apart.
        """
        self.note(snapshot)
        found = self.verdict_at(snapshot.step)
        if found is not None:
            return found
        # Nothing was said before the run was first seen.
        return Verdict("waiting", 0, sentences.waiting(),
                       judge_layers(snapshot, self._network, self._thresholds))

    def verdict_at(self, step: int) -> Verdict | None:
        """Return what was said of the run at a step, which changes nothing of what will be.

        Of long runs some moments between are forgotten; then it is what was said shortly before,
        and what its layers say is of that snapshot: `judge_layers` judges one by itself. None
        before the first snapshot.
        """
        return self._said.at(step)

    def note(self, snapshot: Snapshot) -> None:
        """Judge a snapshot of a later step, or the first one of another run.

        One that is no later than the last tells nothing that was not noted.
        """
        if snapshot.run_id != self._run_id:
            self._run_id = snapshot.run_id
            self._forget()
        if snapshot.step <= self._past.step:
            return
        usual = self._smoothing.smoothed(snapshot)
        run_level = self._run_level(usual, self._findings(usual))
        self._past.note(snapshot, _with_milder(run_level))
        words, code, severity = self._decide(snapshot, usual, run_level)
        layers = tuple(map(most_severe, self._findings(snapshot)))
        if self._silent(snapshot):
            layers = tuple(map(_silenced, layers, snapshot.layers))
        self._said.note(snapshot.step, Verdict(code, severity, words, layers))

    def _silent(self, snapshot: Snapshot) -> bool:
        """Say whether every gradient has been 0 for a while though there is more to learn."""
        learned = converged(snapshot, self._thresholds)
        return self._past.silent >= self._thresholds.snapshots and not learned

    def _findings(self, snapshot: Snapshot) -> tuple[tuple[LayerVerdict, ...], ...]:
        return findings(snapshot, self._network, self._thresholds, self._symmetric)

    def _forget(self) -> None:
        self._past = Past(self._thresholds.patience)
        self._smoothing = Smoothing(self._thresholds.snapshots)
        self._typical = ""
        self._said: Memory[Verdict] = Memory()

    def _run_level(self, snapshot: Snapshot, found: Iterable[Iterable[LayerVerdict]],
                   ) -> dict[str, LayerVerdict]:
        """Return one finding of each code, for the layer that stands for the run."""
        worst: dict[str, LayerVerdict] = {}
        measured = weight_readings(snapshot)
        first = measured[0].layer_id if measured else ""
        typical = self._typical_layer(measured)
        stands = {"exploding": first, "update_large": typical, "update_small": typical}
        verdicts = [verdict for verdicts in found for verdict in verdicts if verdict.severity > 0]
        for verdict in verdicts:
            if stands.get(verdict.code, verdict.layer_id) != verdict.layer_id:
                continue
            kept = worst.get(verdict.code)
            # A gradient that is not finite spreads towards the input: the last layer is its origin.
            if kept is None or verdict.severity > kept.severity or verdict.code == "nonfinite":
                worst[verdict.code] = verdict
        for verdict in verdicts:
            # The first layer stands for the others, as severe as the least of them.
            if verdict.code == "vanishing" and verdict.layer_id == first:
                worst["vanishing"] = replace(verdict, severity=worst["vanishing"].severity)
        return worst

    def _typical_layer(self, measured: tuple[LayerReading, ...]) -> str:
        """Return the layer whose steps are typical, since one learning rate is for all layers."""
        shares = sorted((update_share(reading), reading.layer_id) for reading in measured
                        if not math.isnan(update_share(reading)))
        if not shares:
            return ""
        middle = shares[len(shares) // 2]
        kept = next((share for share, layer_id in shares if layer_id == self._typical), math.nan)
        # Among many alike the middle one is another in every snapshot: stay with one of them.
        if not middle[0] / 1.5 <= kept <= middle[0] * 1.5:
            self._typical = middle[1]
        return self._typical

    def _decide(self, snapshot: Snapshot, usual: Snapshot,
                found: dict[str, LayerVerdict]) -> tuple[Words, str, int]:
        if snapshot.step < 1:
            return sentences.waiting(), "waiting", 0
        case = self._case(snapshot, usual)
        if "nonfinite" in found or not math.isfinite(snapshot.loss):
            layer_id = found["nonfinite"].layer_id if "nonfinite" in found else ""
            return sentences.nonfinite(case, layer_id), "nonfinite", 2
        if (growth := self._growth(case)) is not None:
            return growth, "exploding", 2
        if converged(snapshot, self._thresholds):
            return self._learned(case)
        if (lasting := self._lasting(case, found)) is not None:
            code, severity = lasting
            words = sentences.FINDINGS[code](case, found[code].layer_id, severity)
            return words, code, severity
        if self._silent(snapshot):
            return sentences.silent(case), "vanishing", 2
        return self._progress(case)

    def _case(self, snapshot: Snapshot, usual: Snapshot) -> Case:
        return Case(snapshot, usual, self._network, self._activations, self._initialisers,
                    self._thresholds, self._task, self._n_classes, self._chance,
                    self._past.course(), self._past.first_gradients)

    def _growth(self, case: Case) -> Words | None:
        """Say that a gradient has grown suddenly and taken the loss with it."""
        snapshot, thresholds = case.snapshot, self._thresholds
        # A gradient that is almost 0 grows tenfold by chance, while the loss stays where it is.
        if not snapshot.training.loss > thresholds.rise * self._past.first_loss:
            return None
        for moment in self._past.recent:
            inside = snapshot.step - thresholds.patience <= moment.step < snapshot.step
            if not inside or snapshot.training.loss <= moment.loss:
                continue
            for reading in case.measured:
                before = moment.gradients.get(reading.layer_id, math.nan)
                if 0 < before * thresholds.growth <= reading.gradient_rms:
                    return sentences.growth(case, reading.layer_id, before, moment.step)
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
                if self._excused(case, found[code]) and not alarming:
                    continue
                if code == "update_small" and self._died_down(case):
                    continue
                structural = code == "symmetric"
                if structural or self._past.lasted((code, severity)) >= self._thresholds.patience:
                    return code, severity
        return None

    def _excused(self, case: Case, finding: LayerVerdict) -> bool:
        """Say whether a falling loss proves a finding harmless."""
        # A layer in the middle that receives little does no harm while all others learn.
        inner = finding.code == "vanishing" and finding.layer_id != case.measured[0].layer_id
        return inner or finding.code in _EXCUSED_BY_PROGRESS

    def _died_down(self, case: Case) -> bool:
        """Say whether steps are small because the gradient has become small: a loss settled."""
        last = weight_readings(case.usual)[-1]
        return self._past.died_down(last.layer_id, last.gradient_rms, self._thresholds.died_down)

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
        if case.risen:
            return sentences.risen(case), "flat", 1
        if case.at_chance:
            return sentences.chance(case), "flat", 1
        return sentences.flat(case), "flat", 1


def _silenced(verdict: LayerVerdict, reading: LayerReading) -> LayerVerdict:
    """Return what is to be said of a healthy layer whose gradient has been 0 for a while."""
    if verdict.code != "healthy" or reading.gradient_rms != 0:
        return verdict
    return LayerVerdict(verdict.layer_id, "vanishing", 2,
                        say("layer-verdict.vanishing-everywhere"))


def _with_milder(found: dict[str, LayerVerdict]) -> list[Finding]:
    """Return findings with every milder severity, since a severe one is also a warning."""
    return [(code, severity) for code, verdict in found.items()
            for severity in range(1, verdict.severity + 1)]
