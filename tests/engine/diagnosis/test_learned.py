"""What counts as learned, by heart, and no better than guessing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from msgspec.structs import replace as with_fields

from engine.diagnosis import sentences
from engine.diagnosis.baseline import Baseline
from engine.diagnosis.case import Case
from engine.diagnosis.design import Fix, Note
from engine.diagnosis.past import Course
from engine.diagnosis.patient import Patient
from engine.diagnosis.rules import DEFAULTS
from engine.diagnosis.verdicts import RunJudge, Verdict
from engine.layers import LOSSES
from engine.messages import say
from engine.spec import Task, default_project
from engine.telemetry.snapshot import Evaluation
from tests.engine.diagnosis.snapshots import network, snapshot

NET = network()
UNEQUAL = (0.99, 0.01)
NAMES = ("well", "ill", "unknown")
STEPS = (0, 1000, 2100, 3000, 4000)


def classes(shares: Sequence[float], task: Task = "classification",
            loss: str = "softmax_cross_entropy") -> RunJudge:
    """Return the judge of a run on classes with these shares."""
    cost = LOSSES[loss].at_chance(task, shares, len(shares))
    best = max(range(len(shares)), key=shares.__getitem__)
    return judge(task, Baseline("commonest", cost, shares[best], shares[best], tuple(shares),
                                NAMES[best]))


def values(baseline: Baseline | None = None) -> RunJudge:
    return judge("regression", baseline or Baseline())


def judge(task: Task, baseline: Baseline) -> RunJudge:
    project = with_fields(default_project(), network=NET)
    return RunJudge(Patient(project, task, NAMES, 1000, baseline))


def last(judge: RunJudge, training: Evaluation, validation: Evaluation | None = None,
         steps: Sequence[int] = STEPS, first: float = 0.7) -> Verdict:
    """Return the verdict on a run that stands still after its first snapshot."""
    for step in steps:
        now = training if step else replace(training, loss=first)
        seen = replace(snapshot(NET, step, loss=now.loss), training=now, validation=validation)
        verdict = judge.judge(seen)
    return verdict


def scored(accuracy: float, loss: float = 0.02, **more: object) -> Evaluation:
    return Evaluation(loss, accuracy, 1000, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("loss", [0.056, 0.05, 0.2])
def test_of_990_to_10_ninety_nine_percent_are_never_learned(loss: float) -> None:
    missing = scored(0.99, loss, balanced=0.5, missed=(1,))
    verdict = last(classes(UNEQUAL), missing, missing)
    assert (verdict.code, verdict.severity) == ("chance", 1)
    assert verdict.sentence.startswith(
        f"The loss is {loss:.3g}, and 99 % are right. Always answering well gives 0.056 and 99 %:")
    assert verdict.evidence == (f"Rule: 99 % right, guessing 99 %, and loss {loss:.3g} ≥ 0.0448 at "
                                "step 4,000.")


def test_unequal_classes_are_learned_when_the_rare_ones_are() -> None:
    known = scored(0.999, 0.003, balanced=0.96)
    assert last(classes(UNEQUAL), known, known).code == "learned"


def test_rare_classes_that_are_not_found_in_other_examples_are_told() -> None:
    verdict = last(classes((0.9, 0.1)), scored(0.999, 0.003, balanced=0.99),
                   scored(0.96, 0.1, balanced=0.7))
    assert (verdict.code, verdict.severity) == ("overfitting", 1)
    assert "but only 70 % as a mean over the classes" in verdict.sentence
    assert verdict.evidence == "Rule: mean over the classes 0.7 < 0.75 on validation."


def weighted(shares: Sequence[float]) -> RunJudge:
    """Return the judge of a run in which every class counts alike."""
    even = LOSSES["softmax_cross_entropy"].at_chance(
        "classification", (1 / len(shares),) * len(shares), len(shares))
    best = max(range(len(shares)), key=shares.__getitem__)
    return judge("classification", Baseline(
        "commonest", even, shares[best], shares[best], tuple(shares), NAMES[best], True))


def test_of_classes_that_count_alike_guessing_costs_the_same_for_each() -> None:
    verdict = last(weighted(UNEQUAL), scored(0.6, 0.69, balanced=0.52))
    assert (verdict.code, verdict.severity) == ("chance", 1)
    assert "guessing among 2 classes that count alike gives 0.693" in verdict.sentence
    assert verdict.evidence == "Rule: loss 0.69 ≥ 0.679 at step 4,000."
    # To answer with the commonest is right for 99 % and knows nothing.
    assert last(weighted(UNEQUAL), scored(0.99, 0.69, balanced=0.5, missed=(1,))).code == "chance"


def test_of_classes_that_count_alike_the_mean_over_them_tells_what_is_known() -> None:
    known = scored(0.92, 0.25, balanced=0.91)
    found = last(weighted(UNEQUAL), known, known)
    assert (found.code, found.severity) == ("settled", 0)
    # Where examples count alike, always answering with the commonest would be better.
    assert last(classes(UNEQUAL), known, known).code == "chance"
    assert last(weighted(UNEQUAL), scored(0.97, 0.1, balanced=0.95)).code == "learned"


def test_loss_at_chance_comes_before_unequal_classes_and_with_what_mends_them() -> None:
    baseline = Baseline("commonest", 0.056, 0.99, 0.99, UNEQUAL, NAMES[0])
    project = with_fields(default_project(), network=NET)
    mended = with_fields(project, training=with_fields(project.training,
                                                       class_weights="balanced"))
    fix = Fix(say("advice.weigh-classes"), mended)
    note = Note("imbalance", 1, "", say("advice.imbalance.title"), say("advice.imbalance.title"),
                fix=fix)
    judge = RunJudge(Patient(project, "classification", NAMES, 1000, baseline), (note,))
    missing = scored(0.99, 0.056, balanced=0.5, missed=(1,))
    found = last(judge, missing, missing)
    assert found.code == "chance"
    assert found.fix == fix
    assert [words.title.text for words in found.others] == ["Unequal classes."]
    assert last(classes(UNEQUAL), missing, missing).fix is None


def test_steps_of_a_text_have_no_mean_over_the_classes() -> None:
    known = scored(0.99, 0.03)
    assert math.isnan(known.balanced)
    judge = classes((0.6, 0.3, 0.1), "sequence", "sequence_cross_entropy")
    assert last(judge, known, known).code == "learned"


def test_a_class_that_is_never_predicted_is_not_learned() -> None:
    shares = (0.58, 0.4, 0.02)
    missing = scored(0.98, 0.1, balanced=0.66, missed=(2,))
    assert last(classes(shares), missing, missing).code != "learned"
    known = replace(missing, missed=())
    assert last(classes(shares), known, replace(known, balanced=0.9)).code == "learned"


def test_rows_of_what_looks_learned_but_is_not_keep_their_warnings() -> None:
    judge = classes(UNEQUAL)
    small = {"dense_1": {"update_ratio": -6.0}}
    seen = snapshot(NET, 50, loss=0.056, accuracy=0.99, **small)
    assert judge.judge(seen).layers[1].code == "update_small"
    even = classes((0.5, 0.5)).judge(seen)
    assert (even.code, even.layers[1].code) == ("learned", "healthy")


def test_without_a_gradient_nothing_of_unequal_classes_is_learned() -> None:
    none = {name: {"gradient_rms": 0.0, "update_ratio": math.nan}
            for name in ("dense_1", "dense_2", "output")}
    judge = classes(UNEQUAL)
    for step in range(1, 30):
        verdict = judge.judge(snapshot(NET, step, loss=0.056, accuracy=0.99, **none))
    assert verdict.code == "silent"


def test_it_is_not_learned_while_the_validation_loss_triples() -> None:
    judge = classes((0.5, 0.5))
    assert last(judge, scored(0.99), scored(0.97, 0.1), (0, 100, 200)).code == "learned"
    grown = last(judge, scored(0.99), scored(0.97, 0.31), (300, 400))
    assert (grown.code, grown.severity) == ("overfitting", 1)
    assert "The validation loss is 0.31 and was 0.1" in grown.sentence
    assert grown.evidence == "Rule: validation loss 0.31 > 3 × 0.1."


def test_a_validation_loss_of_next_to_nothing_may_triple() -> None:
    judge = classes((0.5, 0.5))
    assert last(judge, scored(0.99), scored(0.99, 1e-4), (0, 100, 200)).code == "learned"
    assert last(judge, scored(0.99), scored(0.99, 0.02), (300, 400)).code == "learned"
    judge = values()
    assert last(judge, scored(0.99), scored(0.9999, 1e-4), (0, 100, 200)).code == "learned"
    assert last(judge, scored(0.99), scored(0.99, 1e-2), (300, 400)).code == "learned"


def test_of_values_nothing_is_called_sure() -> None:
    judge = values()
    last(judge, scored(0.99), scored(0.98, 0.02), (0, 100, 200))
    verdict = last(judge, scored(0.99), scored(0.92, 0.08), (300, 400))
    assert verdict.code == "overfitting"
    assert "what is still learned does not hold for other examples" in verdict.sentence


@pytest.mark.parametrize(("training", "validation"), [(-3.0, -9.0), (-0.5, -40.0), (0.3, -5.0)])
def test_a_network_that_predicts_values_badly_knows_nothing_by_heart(training: float,
                                                                     validation: float) -> None:
    for loss in (0.3, 0.9):
        verdict = last(values(), scored(training, loss), scored(validation, 2.0))
        assert "by heart" not in verdict.sentence
        assert verdict.severity > 0
    verdict = last(values(), scored(0.97, 0.03), scored(0.2, 0.8))
    assert "by heart" in verdict.sentence


def test_worse_than_the_mean_is_called_so() -> None:
    verdict = last(values(), scored(-3.0, 4.0), first=4.0)
    assert (verdict.code, verdict.title) == ("chance", "No better than the mean.")
    assert verdict.sentence.startswith("R² is -3: the mean of the targets would be better")
    assert last(values(), scored(0.01, 4.0), first=4.0).sentence.startswith(
        "R² is 0.01: the network predicts little more than the mean")


@pytest.mark.parametrize(("score", "title"), [
    (0.89, "No better than the last value."), (0.9, "No better than the last value."),
    (0.904, "Hardly better than the last value."), (0.96, "Overfitting.")])
def test_a_series_has_to_be_known_better_than_by_its_last_value(score: float, title: str) -> None:
    baseline = Baseline("last", training=0.9, validation=0.95)
    verdict = last(values(baseline), scored(score, 0.1), scored(0.94, 0.1), first=0.1)
    assert verdict.title == title
    if "value" in title:
        assert verdict.sentence.startswith(
            f"Taking the last value for the next one gives R² 0.9; the network has {score:.3g}.")
        assert f"R² {score:.3g} ≤ 0.905, where the last value has 0.9," in verdict.evidence
    known = last(values(baseline), scored(0.98, 0.02), scored(0.98, 0.02))
    assert known.code == "learned"


@pytest.mark.parametrize(("accuracy", "loss", "code"), [
    (0.5, 0.693, "chance"), (0.505, 0.6, "chance"), (0.505, 0.5, "settled"), (0.55, 0.69, "chance"),
    (0.55, 3.0, "chance"), (0.7, 0.75, "flat"), (0.9, 2.0, "flat"),
])
def test_who_is_mostly_right_has_found_something(accuracy: float, loss: float, code: str) -> None:
    verdict = last(classes((0.5, 0.5)), scored(accuracy, loss), first=0.8)
    assert verdict.code == code
    if code == "chance":
        said = verdict.evidence.split("loss ")[1].split(" at ")[0].split(" ≥ ")
        assert float(said[0]) >= float(said[1])


def test_equal_classes_are_counted_and_unequal_ones_named() -> None:
    third = (1 / 3,) * 3
    verdict = last(classes(third), scored(1 / 3, math.log(3)))
    assert "guessing among 3 equally frequent classes gives 1.1" in verdict.sentence
    verdict = last(classes((0.1, 0.8, 0.1)), scored(0.8, 0.639))
    assert verdict.code == "chance"
    assert "Always answering ill gives 0.639 and 80 %" in verdict.sentence


def test_what_was_learned_is_never_called_too_early_again() -> None:
    judge = classes((0.5, 0.5))
    assert last(judge, scored(0.97), scored(0.96, 0.1), (0, 20, 40)).code == "learned"
    for step in range(60, 2000, 20):
        seen = replace(snapshot(NET, step, loss=0.3), training=scored(0.8, 0.3),
                       validation=scored(0.8, 0.3))
        assert judge.judge(seen).code in ("learned", "learning", "risen")


def test_what_does_not_hold_for_other_examples_is_not_learned() -> None:
    verdict = last(classes((0.5, 0.5)), scored(0.97), scored(0.55, 0.69))
    assert verdict.code == "overfitting"
    judge = judge_of_base(0.9)
    verdict = last(judge, scored(0.97), scored(0.91, 0.2))
    assert "where the commonest class alone gets 90 %" in verdict.sentence
    assert verdict.evidence == (
        "Rule: 0.1 of what guessing gets wrong is right on validation, less than 0.5.")


def judge_of_base(share: float) -> RunJudge:
    shares = (share, 1 - share)
    cost = LOSSES["softmax_cross_entropy"].at_chance("classification", shares, 2)
    return judge("classification", Baseline("commonest", cost, 0.5, share, shares, NAMES[0]))


def test_a_verdict_comes_by_examples_or_seconds_where_steps_are_slow() -> None:
    stuck = scored(0.5, 0.693)
    by_batches = {300: "chance", 280: "early"}
    for step, code in by_batches.items():
        judge = classes((0.5, 0.5))
        project = with_fields(judge._patient.project, training=with_fields(
            judge._patient.project.training, batch_size=100))
        judge._patient = replace(judge._patient, project=project)
        assert last(judge, stuck, steps=(0, 100, 200, step), first=0.693).code == code
    for seconds, step, code in ((19.0, 60, "early"), (21.0, 60, "chance"), (21.0, 40, "early")):
        judge = classes((0.5, 0.5))
        for at in (0, 20, step):
            seen = replace(snapshot(NET, at, loss=0.693), training=stuck)
            verdict = judge.judge(seen, seconds)
        assert verdict.code == code


@pytest.mark.parametrize(("validation", "words"), [
    (scored(0.53, 0.7), "The validation loss is 0.7, and guessing gives 0.693:"),
    (scored(0.52, 0.5), "where the commonest class alone gets 50 %:")])
def test_what_does_not_hold_for_others_is_told_by_the_figure_that_says_so(
        validation: Evaluation, words: str) -> None:
    even = Baseline("commonest", 0.693, 0.5, 0.5, (0.5, 0.5), "well")
    seen = replace(snapshot(NET, 3000), training=scored(0.99), validation=validation)
    course = Course(0.7, 0.3, 0.1, 0.02, 0.02, 0.1, 0.02, 3000)
    case = Case(Patient(default_project(), baseline=even), seen, DEFAULTS, course, ())
    assert words in sentences.unproven(case).sentence.text


@pytest.mark.parametrize(("training", "validation", "code", "said"), [
    # An empty text has a score of 0, and what is read at random may have less.
    (0.0, 0.0, "chance", "Nothing is read yet. 100 % of the characters are wrong"),
    (-0.5, -0.4, "chance", "150 % of the characters are wrong"),
    (0.995, 0.99, "learned", "Wrong characters in training 0.5 %, in validation 1 %"),
    (0.995, 0.3, "overfitting", "Wrong characters in training 0.5 %, in validation 70 %"),
    (0.7, 0.65, "settled", "Wrong characters in training 30 %, in validation 35 %"),
])
def test_texts_are_judged_by_their_wrong_characters(training: float, validation: float, code: str,
                                                    said: str) -> None:
    verdict = last(judge("transcription", Baseline("unread")), scored(training, 0.1),
                   scored(validation, 0.12))
    text = f"{verdict.words.title.text} {verdict.words.sentence.text}"
    assert verdict.code == code, text
    assert said in text
    told = text + (verdict.words.evidence.text if verdict.words.evidence else "")
    assert "nan" not in told
    assert "R²" not in told
    assert "ccuracy" not in told
