"""One verdict on a run: what a teacher who looks at the instruments would say."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.data.dataset import Dataset
from engine.diagnosis import depth, sentences
from engine.diagnosis.advice import advise
from engine.diagnosis.case import Case, Words
from engine.diagnosis.design import Fix, Note
from engine.diagnosis.layer_verdicts import (
    PRIORITY,
    LayerVerdict,
    findings,
    judge_layers,
    most_severe,
    update_share,
)
from engine.diagnosis.measures import Measures, weight_readings
from engine.diagnosis.memory import Memory
from engine.diagnosis.past import Finding, Past, Smoothing
from engine.diagnosis.patient import Patient
from engine.diagnosis.rules import DEFAULTS, Thresholds, thresholds_of
from engine.diagnosis.steady import OVERSHOT, Opinion, Steady
from engine.messages import say
from engine.spec import ProjectSpec
from engine.telemetry.parts import Part, Wanted
from engine.telemetry.snapshot import Evaluation, LayerReading, Snapshot

__all__ = ["JUDGED", "LayerVerdict", "RunJudge", "Verdict", "judge_layers"]

JUDGED: Wanted = frozenset({Part.READINGS, Part.EVALUATION})
"""What a snapshot has to hold for a verdict."""

_EXCUSED_BY_PROGRESS = frozenset({"dead", "saturated", "update_large", "update_small"})
"""Findings that a falling loss proves harmless."""

_OFTEN_HARMLESS = frozenset({"dead", "saturated"})
"""Findings that a network that has learned something may well have: what it lacks is another."""

FEW = 4
"""Units below which one of them is too large a share to say anything of a layer."""

FIRST_PATIENCES = 10
"""So many times the patience pass before a gap between training and validation says anything."""

HINTS = frozenset({"imbalance"})
"""Notes that say how to read what has been learned, and no cause why nothing has: whether it has
comes first, and has what mends it."""

_NOT_ALONE = frozenset({"cut_off"})
"""Findings of layers that another finding explains."""


@dataclass(frozen=True)
class Verdict:
    """What is to be said about a run.

    Attributes
    ----------
    code : str
        A finding (``vanishing``, ``exploding``, ``nonfinite``, ``saturated``, ``dead``,
        ``update_small``, ``update_large``, ``symmetric``, ``far_off``, ``silent``), a cause that
        was known before the first step (`engine.diagnosis.advice.Note`), or the state of learning:
        ``waiting``, ``early``, ``learning``, ``learned``, ``settled``, ``flat``, ``chance``,
        ``risen``, ``overfitting``.
    severity : int
        0 well, 1 deserves attention, 2 learning is at stake.
    words : Words
        Title, sentence and evidence, and the layer that they point at.
    layers : tuple[LayerVerdict, ...]
        A verdict for every layer, in the network's order.
    readings : tuple[LayerReading, ...]
        The figures of every layer that rows, rules and sentences have: medians of the last
        snapshots.
    others : tuple[Words, ...]
        What else could be said, the likelier cause first.
    fix : Fix | None
        What mends it with one click.
    """

    code: str
    severity: int
    words: Words
    layers: tuple[LayerVerdict, ...]
    readings: tuple[LayerReading, ...] = ()
    others: tuple[Words, ...] = ()
    fix: Fix | None = None

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
        """The rule that decided, with its numbers; empty if there is none."""
        return "" if self.words.evidence is None else self.words.evidence.text

    @property
    def layer_id(self) -> str:
        """The layer to look at, or empty."""
        return self.words.layer_id


@dataclass(frozen=True)
class _Seen:
    """A snapshot that was noted, and what it shows.

    Attributes
    ----------
    raw, usual : Snapshot
        As it was taken, and with medians in the place of single figures.
    by_layer : tuple[tuple[LayerVerdict, ...], ...]
        What is found in every layer.
    found : dict[str, LayerVerdict]
        One finding of each code, which stands for the run.
    seconds : float
        For how long the run had been training.
    """

    raw: Snapshot
    usual: Snapshot
    by_layer: tuple[tuple[LayerVerdict, ...], ...]
    found: dict[str, LayerVerdict]
    seconds: float


class RunJudge:
    """Judges the snapshots of a run in their order; another run's snapshot starts it afresh.

    Parameters
    ----------
    patient : Patient
        The project, and what its data say of it.
    notes : tuple[Note, ...]
        What was known to go wrong before the first step, the likeliest cause first.
    thresholds : Thresholds
        When each rule fires.
    """

    def __init__(self, patient: Patient, notes: tuple[Note, ...] = (),
                 thresholds: Thresholds = DEFAULTS) -> None:
        self._patient, self._notes, self._thresholds = patient, notes, thresholds
        self._run_id: int | None = None
        self._last: _Seen | None = None
        self._seen: _Seen | None = None
        self._forget()

    @classmethod
    def of(cls, project: ProjectSpec, dataset: Dataset) -> RunJudge:
        """Return the judge of a project that is trained on its data."""
        return cls(Patient.of(project, dataset), advise(project, dataset),
                   thresholds_of(project.limits))

    def follow(self, project: ProjectSpec, dataset: Dataset) -> None:
        """Go on with a run whose hyper-parameters, or whose limits, somebody has changed.

        By other limits the last snapshot is judged again, and what it shows by them counts as
        having held for long enough: `verdict_at` tells what is said of it now.
        """
        self._patient, self._notes = Patient.of(project, dataset), advise(project, dataset)
        before, self._thresholds = self._thresholds, thresholds_of(project.limits)
        self._steady.pardon()
        if self._thresholds != before:
            self._judge_anew()

    def _judge_anew(self) -> None:
        thresholds, seen = self._thresholds, self._seen
        self._past.set_window(thresholds.patience)
        self._smoothing.set_snapshots(thresholds.snapshots)
        self._steady.set_patience(thresholds.patience)
        if seen is None:
            return
        by_layer = self._findings(seen.usual, thresholds)
        found = self._run_level(seen.usual, by_layer)
        self._past.take(_with_milder(found), thresholds.patience)
        self._steady.forget()
        self._seen = replace(seen, by_layer=by_layer, found=found)
        self._speak(self._seen)
        if self._last is not None:
            self._last = self._seen

    def judge(self, snapshot: Snapshot, seconds: float = 0.0) -> Verdict:
        """Note a snapshot if it is news, and return the verdict on the run as it was at its step.

        Parameters
        ----------
        snapshot : Snapshot
            Steps may lie one or thousands apart.
        seconds : float
            For how long the run has been training.
        """
        self.note(snapshot, seconds)
        found = self.verdict_at(snapshot.step)
        if found is not None:
            return found
        # Nothing was said before the run was first seen.
        return Verdict("waiting", 0, sentences.waiting(),
                       judge_layers(snapshot, self._patient.network, self._thresholds),
                       snapshot.layers)

    def verdict_at(self, step: int) -> Verdict | None:
        """Return what was said of the run at a step, which changes nothing of what will be.

        Of long runs some moments between are forgotten; then it is what was said shortly before,
        and what its layers say is of that snapshot: `judge_layers` judges one by itself. None
        before the first snapshot.
        """
        return self._said.at(step)

    def note(self, snapshot: Snapshot, seconds: float = 0.0) -> None:
        """Judge a snapshot of a later step, or the first one of another run.

        One that is no later than the last tells nothing that was not noted.
        """
        if snapshot.run_id != self._run_id:
            self._run_id = snapshot.run_id
            self._forget()
        if snapshot.step <= self._past.step:
            return
        usual = self._smoothing.smoothed(snapshot)
        strict, eased = self._thresholds, self._thresholds.leaving(self._steady.code)
        measures = Measures(usual.layers, strict)
        by_layer = self._findings(usual, strict, measures)
        lenient = self._run_level(usual, by_layer if eased is strict else
                                  self._findings(usual, eased, measures))
        self._past.note(snapshot, _with_milder(lenient))
        self._seen = self._last = _Seen(snapshot, usual, by_layer, lenient, seconds)
        self._speak(self._seen)

    def rest(self) -> Verdict | None:
        """Judge the last snapshot of a run at rest once more; return what else is said now, if so.

        A finding is said once two snapshots have shown it, and of a run that was over in no time
        there is no second one. So where nothing could be said yet, or only by the last one, what
        that one shows counts as having held since the last one that did not show it. To call it
        again, or to go on, does no harm.
        """
        last, self._last = self._last, None
        said = self._steady.code
        if last is None or not self._steady.withdraw():
            return None
        self._past.bear_out()
        verdict = self._speak(last)
        return None if verdict.code == said else verdict

    def _speak(self, seen: _Seen) -> Verdict:
        """Settle what is said at the step of the last snapshot, and remember it."""
        usual, step = seen.usual, seen.raw.step
        case = Case(self._patient, usual, self._thresholds, self._past.course(), self._past.first)
        opinions = self._opinions(case, seen.raw, seen.found, seen.seconds)
        said = self._steady.settle(step, opinions)
        others = tuple(opinion.words for opinion in opinions
                       if opinion.code not in {said.code, "early", "waiting"})
        layers = tuple(map(most_severe, seen.by_layer))
        if self._silent(case):
            layers = tuple(map(_silenced, layers, usual.layers))
        verdict = Verdict(said.code, said.severity, said.words, layers, usual.layers, others,
                          said.fix)
        self._said.note(step, verdict)
        return verdict

    def _silent(self, case: Case) -> bool:
        """Say whether every gradient has been 0 for a while though there is more to learn."""
        return (self._past.silent >= self._thresholds.snapshots
                and not self._is_learned(case.snapshot.training))

    def _findings(self, snapshot: Snapshot, thresholds: Thresholds,
                  measures: Measures | None = None) -> tuple[tuple[LayerVerdict, ...], ...]:
        return findings(snapshot, self._patient.network, thresholds, self._patient.symmetric,
                        learned=self._is_learned(snapshot.training), measures=measures)

    def _forget(self) -> None:
        self._past = Past(self._thresholds.patience)
        self._smoothing = Smoothing(self._thresholds.snapshots)
        self._steady = Steady(self._thresholds.patience)
        self._typical = ""
        self._seen = self._last = None
        self._said: Memory[Verdict] = Memory()

    def _run_level(self, snapshot: Snapshot, found: Iterable[Iterable[LayerVerdict]],
                   ) -> dict[str, LayerVerdict]:
        """Return one finding of each code, for the layer that stands for the run."""
        worst: dict[str, LayerVerdict] = {}
        measured = weight_readings(snapshot)
        first = measured[0].layer_id if measured else ""
        typical = self._typical_layer(measured)
        stands = {"update_large": typical, "update_small": typical}
        few = {reading.layer_id for reading in snapshot.layers
               if 0 < reading.values < FEW and not reading.dead_share >= 1}
        verdicts = [verdict for verdicts in found for verdict in verdicts
                    if verdict.severity > 0 and verdict.code not in _NOT_ALONE
                    and not (verdict.code in _OFTEN_HARMLESS and verdict.layer_id in few)]
        for verdict in verdicts:
            if stands.get(verdict.code, verdict.layer_id) != verdict.layer_id:
                continue
            kept = worst.get(verdict.code)
            # What is not finite spreads towards the input: the last layer is its origin.
            if kept is None or verdict.severity > kept.severity or verdict.code == "nonfinite":
                worst[verdict.code] = verdict
        if dead := [verdict for verdict in verdicts if verdict.code == "dead"]:
            worst["dead"] = _origin(dead, snapshot)
        if vanishing := [verdict for verdict in verdicts if verdict.code == "vanishing"]:
            worst["vanishing"] = depth.speaker(vanishing, first)
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

    def _opinions(self, case: Case, raw: Snapshot, found: dict[str, LayerVerdict],
                  seconds: float) -> list[Opinion]:
        """Return what could be said, the best first."""
        notes = [note_opinion(note) for note in self._notes if note.code not in HINTS]
        hints = [note_opinion(note) for note in self._notes if note.code in HINTS]
        severe = [opinion for opinion in notes if opinion.severity > 1]
        if case.snapshot.step < 1:
            return [*severe, Opinion("waiting", 0, sentences.waiting())]
        if "nonfinite" in found or not math.isfinite(raw.loss):
            layer_id = found["nonfinite"].layer_id if "nonfinite" in found else ""
            return [Opinion("nonfinite", 2, sentences.nonfinite(case, layer_id)), *notes]
        early = self._is_early(case, seconds)
        lasting = self._lasting(case, found, early=early)
        is_learned = self._is_learned(case.snapshot.training)
        progress = self._progress(case, early=early, learned=is_learned)
        if is_learned:
            return [progress, *notes, *hints]
        if progress.code == "chance" and hints:
            progress = replace(progress, fix=hints[0].fix)
        gravest = max((one.severity for one in found.values()), default=0)
        if early and progress.code == "learning" and gravest > 1 and (
                case.skill < self._thresholds.skill):
            # The last layers alone may learn something by heart.
            progress = Opinion("early", 0, sentences.early(case))
        bad = [*self._growth(case, raw), *lasting, *self._far_off(case, found)]
        bad.sort(key=lambda opinion: -opinion.severity)
        if self._silent(case):
            silent = Opinion("silent", 2, sentences.silent(case))
            # Units that are all dead say where the gradient ends.
            place = next((i + 1 for i, one in enumerate(bad) if one.code == "dead"), 0)
            bad.insert(place, silent)
        ill = bool(bad) or progress.severity > 0
        # Where steps are too large, nobody is to be told to make them larger.
        last = [] if any(one.code in OVERSHOT for one in bad) else [progress]
        # A cause is said before what it leads to; where layers are gravely ill, even before the
        # loss can tell.
        causes = notes if ill or (gravest > 1 and progress.code == "early") else severe
        return [*causes, *bad, *last, *(hints if ill else ())]

    def _is_early(self, case: Case, seconds: float) -> bool:
        """Say whether it is too early for a verdict on what is not learned."""
        step, thresholds = case.snapshot.step, self._thresholds
        many = (self._patient.examples_by(step) >= thresholds.early_examples
                and step >= thresholds.early_steps)
        long = seconds >= thresholds.early_seconds and step >= thresholds.fewest_steps
        return not (step >= thresholds.early or many or long)

    def _growth(self, case: Case, raw: Snapshot) -> list[Opinion]:
        """Say that a gradient has grown suddenly and taken the loss with it."""
        thresholds = self._thresholds
        # A gradient that is almost 0 grows tenfold by chance, while the loss stays where it is.
        if not raw.training.loss > thresholds.rise * self._past.first_loss:
            return []
        for moment in self._past.recent:
            inside = raw.step - thresholds.patience <= moment.step < raw.step
            if not inside or raw.training.loss <= moment.loss:
                continue
            for reading in weight_readings(raw):
                before = moment.gradients.get(reading.layer_id, math.nan)
                if 0 < before * thresholds.growth <= reading.gradient_rms:
                    words = sentences.growth(case, reading, before, moment.step)
                    return [Opinion("exploding", 2, words)]
        return []

    def _far_off(self, case: Case, found: dict[str, LayerVerdict]) -> list[Opinion]:
        """Say that the loss is many times that of guessing, unless activations explain it."""
        severity = self._thresholds.far_off.above(case.times_guessing)
        if not severity or "exploding" in found or case.snapshot.step < self._thresholds.patience:
            return []
        if case.improving and severity < 2:
            return []
        return [Opinion("far_off", severity, sentences.far_off(case))]

    def _lasting(self, case: Case, found: dict[str, LayerVerdict], *, early: bool
                 ) -> list[Opinion]:
        """Return the findings that have held long enough: most severe, then likeliest first."""
        standstill = not early and not case.improving
        lasting = []
        for severity in (2, 1):
            for code in PRIORITY:
                if code not in found or found[code].severity != severity:
                    continue
                # Before the loss can tell, only what is severe is worth an alarm.
                alarming = standstill or (early and severity > 1 and not case.has_dropped)
                if code in _OFTEN_HARMLESS and (case.has_begun or self._explains(case)):
                    alarming = False
                if code == "update_large" and not case.overshoots:
                    continue
                if self._excused(case, found[code]) and not alarming:
                    continue
                if code == "update_small" and self._died_down(case):
                    continue
                held = self._past.lasted((code, severity)) >= self._thresholds.patience
                if code == "symmetric" or held:
                    lasting.append(Opinion(code, severity,
                                           sentences.FINDINGS[code](case, found[code])))
        return lasting

    def _explains(self, case: Case) -> bool:
        """Say whether half of what there is to explain is, however good the baseline."""
        return case.has_values and case.score >= self._thresholds.skill

    def _excused(self, case: Case, finding: LayerVerdict) -> bool:
        """Say whether a falling loss proves a finding harmless."""
        if finding.code in ("vanishing", "exploding"):
            # A layer in the middle that receives little does no harm while all others learn, nor
            # a mild one while half of what can be learned is.
            inner = finding.code == "vanishing" and finding.layer_id != case.measured[0].layer_id
            mild = finding.severity < 2 and case.skill >= self._thresholds.skill
            return inner or mild
        return finding.code in _EXCUSED_BY_PROGRESS

    def _died_down(self, case: Case) -> bool:
        """Say whether steps are small because the gradient has become small: a loss settled."""
        last = case.measured[-1]
        return self._past.died_down(last.layer_id, last.gradient_rms, self._thresholds.died_down)

    def _is_learned(self, training: Evaluation) -> bool:
        """Say whether the training examples are known, and more than the baseline knows."""
        thresholds = self._thresholds
        staying = self._steady.code in ("learned", "overfitting")
        if training.accuracy < thresholds.learned - (thresholds.kept if staying else 0.0):
            return False
        baseline = self._patient.baseline
        # Many answers may be right while the others cost more than guessing: a run that diverges.
        is_wild = training.loss > baseline.loss
        return (baseline.skill_of(training) >= thresholds.skill and not training.missed
                and not is_wild)

    def _progress(self, case: Case, *, early: bool, learned: bool) -> Opinion:
        """Judge the run by what it has learned."""
        if case.overfits and self._parts(case):
            return Opinion("overfitting", 1, sentences.overfitting(case))
        # While the validation loss still falls, a gap to the training score may yet close.
        if learned and not case.overfits:
            return self._learned(case)
        is_seen = case.snapshot.step >= self._thresholds.early_steps
        if case.has_begun and not case.generalises and is_seen and self._parts(case):
            by_heart = case.skill >= self._thresholds.skill
            return Opinion("overfitting" if by_heart else "chance", 1, sentences.unproven(case))
        if case.has_begun and case.generalises and (case.improving or early or learned):
            return Opinion("learning", 0, sentences.learning(case))
        if early or (case.is_falling and not case.risen):
            return Opinion("early", 0, sentences.early(case, is_over=not early))
        if case.at_chance:
            return Opinion("chance", 1, sentences.chance(case))
        if not case.generalises and self._parts(case):
            return Opinion("chance", 1, sentences.unproven(case))
        if case.improving:
            return Opinion("early", 0, sentences.early(case, is_over=True))
        if case.risen:
            return Opinion("risen", 1, sentences.risen(case))
        if case.course.now < self._thresholds.settled * case.course.first and case.skill > 0:
            severity = 0 if case.skill >= self._thresholds.skill else 1
            return Opinion("settled", severity, sentences.settled(case))
        return Opinion("flat", 1, sentences.flat(case))

    def _parts(self, case: Case) -> bool:
        """Say whether the loss over the validation examples rises, or has long stopped falling."""
        validation, past = case.snapshot.validation, self._past
        step, patience = case.snapshot.step, self._thresholds.patience
        if validation is None or step < FIRST_PATIENCES * patience:
            return False
        has_stopped = step >= 2 * max(past.lowest_step, patience)
        return has_stopped or validation.loss > self._thresholds.rise * past.lowest_validation

    def _learned(self, case: Case) -> Opinion:
        """Say what the examples that were held back make of what has been learned."""
        thresholds, validation = self._thresholds, case.snapshot.validation
        if validation is None:
            return Opinion("learned", 0, sentences.learned(case))
        lowest = self._past.lowest_validation
        tripled = validation.loss > thresholds.tripled * lowest and case.is_validation_loss_notable
        if tripled and case.snapshot.step < FIRST_PATIENCES * thresholds.patience:
            # Among the first steps a loss leaps, and comes back.
            return Opinion("learning", 0, sentences.learning(case))
        if tripled:
            return Opinion("overfitting", 1, sentences.overconfident(case, lowest))
        # Steps of a sequence have no mean over the classes.
        if not case.baseline.is_even and validation.balanced < thresholds.balanced:
            return Opinion("overfitting", 1, sentences.unbalanced(case))
        if case.validation_skill < thresholds.skill and self._parts(case):
            return Opinion("overfitting", 1, sentences.unproven(case))
        if case.validation_skill < thresholds.skill:
            return Opinion("learning", 0, sentences.learning(case))
        return Opinion("learned", 0, sentences.learned(case))


def note_opinion(note: Note) -> Opinion:
    """Return what was known before the first step as what is to be said of the run."""
    return Opinion(note.code, note.severity,
                   Words(note.title, note.sentence, note.evidence, note.layer_id), note.fix)


def _origin(dead: list[LayerVerdict], snapshot: Snapshot) -> LayerVerdict:
    """Return which of the layers with dead units is to be spoken of.

    Of layers that let nothing through, one after another, the first has made the others dead: they
    are given nothing but zeros.
    """
    shares = {reading.layer_id: reading.dead_share for reading in snapshot.layers
              if not math.isnan(reading.dead_share)}
    most = max(dead, key=lambda verdict: shares[verdict.layer_id])
    if shares[most.layer_id] < 1:
        return most
    ids = list(shares)
    place = max(i for i, layer_id in enumerate(ids) if shares[layer_id] >= 1)
    while place > 0 and shares[ids[place - 1]] >= 1:
        place -= 1
    return next((verdict for verdict in dead if verdict.layer_id == ids[place]), most)


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
