"""What is said of run B: each sentence for its case, true also where nothing was gained."""

from __future__ import annotations

import math
from typing import Any, Literal

import pytest
from msgspec.structs import replace

from engine.data import load
from engine.diagnosis.case import Words
from engine.diagnosis.price import price
from engine.diagnosis.verdicts import Verdict
from engine.experiments.judgement import judged
from engine.experiments.outcome import Outcome, Standing, beside_repeats, outcome
from engine.experiments.yardstick import Yardstick
from engine.messages import say
from engine.messages.english.formats import fraction
from engine.spec import ProjectSpec, TrainingSpec
from engine.telemetry.snapshot import Evaluation, LayerReading, Snapshot
from tests.engine.diagnosis.making import dense, layer, network, out, stack, table
from tests.engine.diagnosis.truth import faults

CHANCE = math.log(2)
RULE = Yardstick("loss", True, 2000, guessing=CHANCE)
OF = ProjectSpec(data=table("circle", 0.5), network=network(stack(3, 16, "relu"), out(2)),
                 training=TrainingSpec())
DATA = load(OF.data)


def standing(loss: float, code: str = "learning", *, step: int = 2000,
             end: Literal["", "stopped", "broke"] = "", of: ProjectSpec = OF, layer_id: str = "",
             score: float = 0.9, training: float = 0.9, figures: Any = None) -> Standing:
    """Return a run with gradients that are alike but where ``figures`` says otherwise."""
    changes = figures or {}
    readings = tuple(
        LayerReading(spec.id, **{"gradient_rms": 0.1, "update_ratio": -3.0, "dead_share": 0.0,
                                 "saturated_share": 0.0, **changes.get(spec.id, {})})
        if spec.kind == "dense" else LayerReading(spec.id) for spec in of.network)
    seen = Snapshot(1, step, 1, loss, Evaluation(loss, training, 100, training),
                    Evaluation(loss, score, 100, score), readings)
    said = Verdict(code, 0 if code == "learning" else 2,
                   Words(say("learning.title"), say("waiting.told"), None, layer_id), (), readings)
    return Standing(of, DATA, seen, said, end)


def told(a: Standing, b: Standing, rule: Yardstick = RULE, **how: bool) -> Outcome:
    found = outcome(rule, a, b, **how)
    assert not list(faults(found, rule, a, b)) or found.code == "too-early"
    return found


def texts(found: Outcome) -> tuple[str, str]:
    return found.words.title.text, found.words.sentence.text


VANISHED = {"dense-1": {"gradient_rms": 2.5e-8}, "output": {"gradient_rms": 4.9e-2}}


def test_a_cure_that_helped_is_said_to_have_helped_and_how() -> None:
    a = standing(0.694, "vanishing", layer_id="dense-1", figures=VANISHED)
    b = standing(0.042, figures={"dense-1": {"gradient_rms": 6.3e-4},
                                 "output": {"gradient_rms": 5.4e-4},
                                 "dense-3": {"dead_share": 0.25}})
    found = told(a, b, is_cure=True)
    assert found.code == "helped"
    assert texts(found) == (
        "The cure helped.",
        "In B layer 1 receives 1.2 times layer 4’s gradient; in A a two-millionth of it. At step "
        "2,000 B’s validation loss is 0.042, A’s is chance, 0.69.")
    assert found.words.evidence is not None
    assert found.words.evidence.text == (
        "Decides: validation loss at step 2,000. One seed: chance may have part in it.")
    assert found.price is not None
    assert found.price.text == "Its price: 4 of 16 units of layer 3 are dead."


def test_several_seeds_leave_no_doubt_to_be_named() -> None:
    found = told(standing(0.5), standing(0.4), repeated=True)
    assert found.words.evidence is not None
    assert found.words.evidence.text == "Decides: validation loss at step 2,000."


@pytest.mark.parametrize(("losses", "is_cure", "code", "title"), [
    ((0.5, 0.4), True, "helped", "The cure helped."),
    ((0.5, 0.4), False, "helped", "B is better."),
    ((0.5, 0.499), True, "did-not-help", "The cure did not help."),
    ((0.5, 0.499), False, "no-difference", "No difference."),
    ((0.4, 0.5), True, "worse", "The cure made it worse."),
    ((0.4, 0.5), False, "worse", "B is worse."),
    ((0.70, 0.686), True, "did-not-help", "The cure did not help."),
    ((2.4, 1.9), True, "helped", "The cure helped.")])
def test_every_case_has_its_title(losses: tuple[float, float], is_cure: bool, code: str, title: str
                                  ) -> None:
    found = told(standing(losses[0]), standing(losses[1]), is_cure=is_cure)
    assert (found.code, found.words.title.text) == (code, title)
    assert found.price is None or code == "helped"


def test_figures_that_are_no_better_than_guessing_say_so() -> None:
    assert texts(told(standing(0.694), standing(0.690), is_cure=True))[1] == (
        "At step 2,000 B’s validation loss is chance, 0.69, A’s is chance, 0.694.")
    assert texts(told(standing(1.4), standing(0.9)))[1] == (
        "At step 2,000 B’s validation loss is 0.9, worse than guessing, 0.69, A’s is 1.4, worse "
        "than guessing, 0.69.")


def test_numbers_that_are_alike_are_written_until_they_differ() -> None:
    assert "is 0.411, A’s is 0.412." in texts(told(standing(0.412), standing(0.411)))[1]
    assert "is 0.3, A’s is 0.4." in texts(told(standing(0.4), standing(0.3)))[1]


def test_before_the_step_it_is_too_early() -> None:
    found = told(standing(0.5, step=2000), standing(0.4, step=1980))
    assert (found.code, *texts(found)) == (
        "too-early", "Too early to say.", "A stands at step 2,000, B at step 1,980.")
    assert found.words.evidence is not None
    assert found.words.evidence.text == "Decides: validation loss at step 2,000."


def test_a_run_that_has_stopped_is_judged_where_it_stands() -> None:
    b = standing(0.4, step=320, end="stopped")
    found = told(standing(0.9, "overfitting", score=0.7, training=1.0), b, is_cure=True)
    assert texts(found) == ("The cure helped.", (
        "Accuracy in training and validation is 90 % and 90 % for B, 100 % and 70 % for A. B "
        "stopped by itself at step 320: its validation loss is 0.4. At step 2,000 A’s is 0.9, "
        "worse than guessing, 0.69."))
    found = told(standing(0.9, step=500, end="stopped"), standing(0.4))
    assert texts(found)[1] == (
        "A stopped by itself at step 500: its validation loss is 0.9, worse than guessing, 0.69. "
        "At step 2,000 B’s is 0.4.")
    both = told(standing(0.5, step=500, end="stopped"), b)
    assert texts(both)[1] == (
        "A stopped by itself at step 500, B at step 320. B’s validation loss is 0.4, A’s is 0.5.")


def test_runs_that_rest_at_different_steps_are_told_of_at_their_own() -> None:
    assert texts(told(standing(0.5, step=2000), standing(0.4, step=2020)))[1] == (
        "At step 2,020 B’s validation loss is 0.4. At step 2,000 A’s is 0.5.")


def test_what_broke_is_never_said_to_be_better() -> None:
    broke = standing(1e30, step=12, end="broke")
    found = told(standing(0.5), broke, is_cure=True)
    assert (found.code, texts(found)[0]) == ("broke", "B broke.")
    assert texts(found)[1] == (
        "At step 13 B’s numbers outgrew what the computer can hold. At step 2,000 A’s "
        "validation loss is 0.5.")
    both = told(broke, broke, is_cure=True)
    assert (both.code, texts(both)[0]) == ("broke", "Both broke.")
    early = told(standing(0.5, step=100), standing(3.0, step=40, end="broke"))
    assert early.code == "broke"


def test_to_stay_finite_is_a_help_only_where_it_is_worth_something() -> None:
    broke = standing(math.inf, "nonfinite", step=4, end="broke")
    found = told(broke, standing(0.3), is_cure=True)
    assert texts(found) == ("The cure helped.", (
        "At step 5 A’s numbers outgrew what the computer can hold. At step 2,000 B’s "
        "validation loss is 0.3."))
    vain = told(broke, standing(400.0), is_cure=True)
    assert (vain.code, texts(vain)[0]) == ("did-not-help", "The cure did not help.")
    assert told(broke, standing(0.3, step=100), is_cure=True).code == "too-early"


def test_layers_that_were_put_in_are_counted_on_their_own_side() -> None:
    other = ProjectSpec(data=OF.data, network=network(
        dense(16, "relu"), layer("batch_norm"), dense(16, "relu"), layer("batch_norm"),
        dense(16, "relu"), layer("batch_norm"), out(2)))
    a = standing(0.694, "vanishing", layer_id="dense-1", figures=VANISHED)
    found = told(a, standing(0.05, of=other), is_cure=True)
    assert texts(found)[1].startswith(
        "In B layer 1 receives 1 times layer 7’s gradient; in A layer 1 a two-millionth of layer "
        "4’s.")
    assert found.price is not None
    assert found.price.text == "Its price: 722 parameters instead of 626."


@pytest.mark.parametrize(("code", "before", "after", "words"), [
    ("dead", {"dead_share": 1.0}, {"dead_share": 0.0625},
     "In B 6 % of layer 2’s units are dead; in A 100 %."),
    ("saturated", {"saturated_share": 0.8}, {"saturated_share": 0.02},
     "In B 2 % of layer 2’s activations lie in a flat end; in A 80 %."),
    ("update_small", {"update_ratio": -7.0}, {"update_ratio": -3.0},
     "A step of B changes the weights of layer 2 by 0.001 of their spread, one of A by 1.0e-07."),
    ("vanishing", {"gradient_rms": 0.0}, {"gradient_rms": 0.05},
     "In B layer 2 receives 0.5 of layer 4’s gradient; in A nothing of it."),
    ("exploding", {"gradient_rms": 700.0}, {"gradient_rms": 0.2},
     "In B layer 2 receives 2 times layer 4’s gradient; in A 7000 times as much.")])
def test_what_was_ill_is_compared(code: str, before: dict[str, float], after: dict[str, float],
                                  words: str) -> None:
    a = standing(0.694, code, layer_id="dense-2", figures={"dense-2": before})
    b = standing(0.1, figures={"dense-2": after})
    sentence = texts(told(a, b, is_cure=True))[1]
    assert sentence.startswith(words), sentence


def test_scores_decide_in_percent() -> None:
    rule = Yardstick("accuracy", True, 2000, guessing=0.5)
    found = told(standing(0.5, score=0.5), standing(9.0, score=0.976), rule)
    assert texts(found)[1] == (
        "At step 2,000 B’s validation accuracy is 97.6 %, A’s is chance, 50 %.")


def cost(of: ProjectSpec, other: ProjectSpec, before: Any = None, after: Any = None,
         code: str = "learning", data: Any = DATA) -> str:
    one, two = standing(0.5, of=of, figures=before), standing(0.4, code, of=other, figures=after)
    assert one.verdict is not None
    assert two.verdict is not None
    found = price((of, one.verdict, DATA), (other, two.verdict, data))
    return "" if found is None else found.text


def test_a_price_is_what_is_new_in_b_the_gravest_first() -> None:
    assert cost(OF, OF) == ""
    dead = {"dense-2": {"dead_share": 0.25}}
    assert cost(OF, OF, None, dead) == "4 of 16 units of layer 2 are dead."
    assert cost(OF, OF, dead, dead) == ""
    flat = {"dense-3": {"saturated_share": 0.43}}
    assert cost(OF, OF, None, flat) == "43 % of layer 3’s activations are saturated."
    assert cost(OF, OF, None, {"dense-2": {"dead_share": 0.1}}) == ""
    assert cost(OF, OF, code="overfitting") == "it overfits."


def test_more_work_and_fewer_examples_are_a_price() -> None:
    wide = ProjectSpec(data=OF.data, network=network(stack(3, 32, "relu"), out(2)))
    assert cost(OF, wide).startswith("a step takes 3.")
    norm = ProjectSpec(data=OF.data, network=network(
        dense(16, "relu"), layer("batch_norm"), dense(16, "relu"), layer("batch_norm"),
        dense(16, "relu"), layer("batch_norm"), out(2)))
    assert cost(OF, norm) == "722 parameters instead of 626."
    data = replace(OF.data, training_share=0.8)
    assert cost(OF, replace(OF, data=data), data=load(data)) == (
        "only 100 examples are left to validate on, instead of 250.")


@pytest.mark.parametrize(("share", "words"), [
    (5.2e-7, "a two-millionth"), (1e-6, "a millionth"), (8e-8, "8.0e-08"),
    (1.25e-5, "an eighty-thousandth"), (1.2e-7, "an eight-millionth"),
    (3.3e-9, "a three-hundred-millionth"),
    (0.25, "0.25"), (7e-5, "7.0e-05"), (1e-30, "1.0e-30")])
def test_small_shares_are_written_in_words_where_these_are_near(share: float, words: str) -> None:
    assert fraction(share) == words


def test_of_runs_that_do_not_differ_nothing_is_explained() -> None:
    a = standing(0.69, "vanishing", layer_id="dense-1", figures=VANISHED)
    found = told(a, standing(0.69))
    assert found.code == "no-difference"
    assert "receives" not in found.words.sentence.text


@pytest.mark.parametrize(("loss", "b", "code", "title", "said"), [
    (0.4, (0.4,) * 5, "helped", "B is better.", "B better in 5 of 5; median 0.4 against 0.5"),
    (0.4, (0.4, 0.4, 0.4, 0.6, 0.6), "disputed", "B is better. Other seeds do not agree.",
     "no difference that 5 seeds can show: B better in 3 of 5; median 0.4 against 0.5"),
    (0.4, (0.6,) * 5, "disputed", "B is better. Other seeds do not agree.",
     "B worse in 5 of 5; median 0.6 against 0.5"),
    (0.6, (0.6,) * 5, "worse", "B is worse.", "B worse in 5 of 5; median 0.6 against 0.5"),
    (0.5, (0.5,) * 5, "no-difference", "No difference.", "the same in all 5"),
    (0.5, (0.4, 0.4, 0.4, 0.6, 0.6), "no-difference", "No difference.",
     "no difference that 5 seeds can show: B better in 3 of 5; median 0.4 against 0.5"),
    (0.5, (0.4,) * 5, "disputed", "No difference. Other seeds do not agree.",
     "B better in 5 of 5; median 0.4 against 0.5")])
def test_what_several_seeds_say_is_said_whether_they_agree_or_not(
    loss: float, b: tuple[float, ...], code: str, title: str, said: str
) -> None:
    one = told(standing(0.5), standing(loss))
    found = beside_repeats(one, RULE, judged((0.5,) * 5, b), 4000)
    assert (found.code, found.words.title.text) == (code, title)
    assert found.words.evidence is not None
    assert found.words.evidence.text == (
        f"Decides: validation loss at step 2,000. Repeated from step 0 to step 4,000: {said}.")
    assert found.words.sentence == one.words.sentence


def test_too_few_seeds_leave_one_seed_one() -> None:
    one = told(standing(0.5), standing(0.4))
    assert beside_repeats(one, RULE, judged((0.5,) * 4, (0.4,) * 4), 4000) is one
    assert beside_repeats(one, RULE, judged((), ()), 4000) is one


def test_that_b_breaks_with_every_seed_agrees_with_one_that_broke() -> None:
    one = told(standing(0.5), standing(0.6, step=700, end="broke"))
    seeds = judged((0.5,) * 5, (math.nan,) * 5)
    assert beside_repeats(one, RULE, seeds, 2000).code == "broke"
    assert beside_repeats(one, RULE, judged((0.5,) * 5, (0.4,) * 5), 2000).code == "disputed"
