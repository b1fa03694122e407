"""Which verdict stays while figures go to and fro."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import groupby

import pytest

from engine.diagnosis.case import Words
from engine.diagnosis.rules import Limit, Thresholds
from engine.diagnosis.steady import SHARES, Opinion, Steady
from engine.messages import say
from tests.engine.diagnosis.snapshots import judge_of, network, snapshot, verdict_after

PATIENCE = 20


def opinion(code: str, loss: float = 1.0) -> Opinion:
    words = Words(say("waiting.title"), say("learned.told", scores="Scores", loss=loss))
    return Opinion(code, 0, words)


def codes(steady: Steady, said: Iterable[tuple[int, str]]) -> list[str]:
    """Return the code that is on the screen after each opinion."""
    return [steady.settle(step, [opinion(code)]).code for step, code in said]


def changes(said: Iterable[str]) -> int:
    return sum(1 for _ in groupby(said)) - 1


def test_what_says_nothing_gives_way_at_once() -> None:
    assert codes(Steady(PATIENCE), [(0, "waiting"), (1, "early"), (2, "vanishing")]) == [
        "waiting", "early", "vanishing"]


@pytest.mark.parametrize("undecided", ["early", "waiting"])
def test_early_never_returns(undecided: str) -> None:
    steady = Steady(PATIENCE)
    codes(steady, [(1, "early"), (2, "learned")])
    assert set(codes(steady, ((step, undecided) for step in range(3, 100_000, 97)))) == {"learned"}


def test_numbers_that_are_not_finite_are_said_at_once() -> None:
    assert codes(Steady(PATIENCE), [(2, "learned"), (3, "nonfinite")]) == ["learned", "nonfinite"]


def test_another_verdict_must_hold_for_the_patience_early_in_a_run() -> None:
    steady = Steady(PATIENCE)
    codes(steady, [(10, "vanishing")])
    shown = codes(steady, ((step, "learning") for step in range(11, 60)))
    assert shown.index("learning") + 11 == 11 + PATIENCE


def test_later_it_must_hold_for_a_share_of_the_run() -> None:
    steady, step = Steady(PATIENCE), 1000
    codes(steady, [(step, "learning")])
    for code, share in zip(("settled", "overfitting"), SHARES, strict=False):
        first = step = step + 10
        while steady.settle(step, [opinion(code)]).code != code:
            step += 10
        assert step - first == pytest.approx(share * first, abs=10)


def test_a_rival_that_is_gone_again_does_not_count() -> None:
    steady = Steady(PATIENCE)
    codes(steady, [(1000, "learning")])
    shown = codes(steady, ((step, "settled" if step < 1090 else "learning")
                           for step in range(1010, 3000, 10)))
    assert set(shown) == {"learning"}
    # What held before the interruption is forgotten.
    assert set(codes(steady, ((step, "settled") for step in range(3000, 3290, 10)))) == {"learning"}


def test_one_that_comes_and_goes_wins_when_it_is_said_for_longer() -> None:
    noise = random.Random(1)
    for share, winner in ((0.8, "settled"), (0.2, "learning")):
        steady = Steady(PATIENCE)
        codes(steady, [(10_000, "learning")])
        shown = codes(steady, ((step, "settled" if noise.random() < share else "learning")
                               for step in range(10_010, 30_000, 10)))
        assert shown[-1] == winner
        assert changes(shown) == (winner == "settled")


def test_a_run_changes_its_verdict_twice_soon_and_then_hardly() -> None:
    steady = Steady(PATIENCE)
    words = ("learning", "settled", "risen", "overfitting", "flat")
    # Opinions change as often as a run allows: each lasts for a third of the run so far.
    said, step, turn = [], 100, 0
    while step < 10**6:
        code, end = words[turn % len(words)], step + step // 3 + 60
        said += codes(steady, ((at, code) for at in range(step, end, max(1, step // 50))))
        step, turn = end, turn + 1
    assert turn > 20
    assert changes(said) == 2


def test_somebody_who_edits_is_answered_as_soon_as_at_first() -> None:
    for pardoned in (False, True):
        steady, step = Steady(PATIENCE), 1000
        codes(steady, [(step, "learning")])
        for code in ("settled", "overfitting"):
            while steady.settle(step := step + 10, [opinion(code)]).code != code:
                pass
        if pardoned:
            steady.pardon()
        shown = codes(steady, ((at, "risen") for at in range(step, 2 * step, 10)))
        assert ("risen" in shown) == pardoned


def test_what_is_held_has_the_newest_figures_as_long_as_there_are_any() -> None:
    steady = Steady(PATIENCE)
    steady.settle(1000, [opinion("vanishing", 5.0)])
    said = steady.settle(1010, [opinion("learning"), opinion("vanishing", 4.0)])
    assert (said.code, said.words.sentence.text) == ("vanishing", "Scores. The loss is 4.")


def test_what_is_held_without_figures_names_the_step_of_those_that_it_has() -> None:
    steady = Steady(PATIENCE)
    steady.settle(1000, [opinion("vanishing", 5.0)])
    steady.settle(1010, [opinion("vanishing", 4.0)])
    for step in (1020, 1030):
        said = steady.settle(step, [opinion("learning")])
        assert (said.code, said.words.sentence.text) == (
            "vanishing", "At step 1,010: Scores. The loss is 4.")


FLICKERING = {"vanishing": ("gradient_rms", 0.9e-5, 1.5e-5),
              "exploding": ("gradient_rms", 1.1e3, 400.0),
              "saturated": ("saturated_share", 0.55, 0.4), "dead": ("dead_share", 0.55, 0.4),
              "update_large": ("update_ratio", -0.9, -1.1),
              "update_small": ("update_ratio", -5.1, -4.9)}


@pytest.mark.parametrize(("code", "name", "comes", "stays"), [
    (code, *figures) for code, figures in FLICKERING.items()])
def test_a_finding_comes_at_a_stricter_limit_than_it_goes(code: str, name: str, comes: float,
                                                          stays: float) -> None:
    net = network(weights="he_normal")

    def figures(value: float) -> dict[str, dict[str, float]]:
        return {layer: {name: value} for layer in ("dense_1", "dense_2")}
    judge = judge_of(net)
    # A loss above that of guessing: large steps alone do no harm.
    mild = verdict_after(judge, net, tuple(range(1, 60)), loss=0.8, **figures(stays))
    assert (mild.code, mild.severity) != (code, 2)
    judge = judge_of(net)
    before = verdict_after(judge, net, tuple(range(1, 30)), loss=0.8, **figures(comes))
    assert (before.code, before.severity) == (code, 2)
    after = verdict_after(judge, net, tuple(range(30, 200)), loss=0.8, **figures(stays))
    assert (after.code, after.severity, after.sentence[:8] == "At step ") == (code, 2, False)


def test_each_finding_has_limits_of_its_own_to_go() -> None:
    thresholds = Thresholds()
    for code in FLICKERING:
        changed = {name for name, limit in vars(thresholds.leaving(code)).items()
                   if limit != getattr(thresholds, name)}
        assert code in changed
        assert changed <= {code, "activation_small", "activation_large"}
    assert thresholds.leaving("learned") == thresholds
    leaving = thresholds.leaving("dead").dead
    assert 0.1 < leaving.warning < thresholds.dead.warning
    assert Limit(1.0, 2.0).eased(2.0, up=True) == Limit(2.0, 4.0)
    assert Limit(1.0, 2.0).eased(2.0, up=False) == Limit(0.5, 1.0)


def test_learned_stays_learned_while_the_score_goes_to_and_fro() -> None:
    net = network()
    judge = judge_of(net)
    scores = random.Random(2)
    judge.judge(snapshot(net, 0))
    said = [judge.judge(snapshot(net, step, loss=0.1, validation=(0.1, 0.95),
                                 accuracy=scores.uniform(0.92, 0.97) if step > 400 else 0.97)).code
            for step in range(20, 6000, 20)]
    assert set(said) == {"learned"}


def test_what_has_long_had_no_figures_gives_way_though_nothing_else_lasts() -> None:
    steady = Steady(PATIENCE)
    codes(steady, [(100, "learning")])
    # Three things are said in turn, none of them for long enough to win.
    turns = [(step, ("flat", "settled", "risen")[step // 10 % 3]) for step in range(110, 260, 10)]
    shown = codes(steady, turns)
    assert shown[:10] == ["learning"] * 10
    assert shown[-1] != "learning"
