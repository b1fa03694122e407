"""What is said of a run that comes to rest before two snapshots have shown what ails it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.diagnosis.memory import LARGEST, Memory
from engine.diagnosis.past import Past
from engine.diagnosis.verdicts import RunJudge
from tests.engine.diagnosis.snapshots import judge_of, network, snapshot, verdict_after

NET = network()
BAD: dict[str, Any] = {"dense_1": {"gradient_rms": 1e-6}}
BEFORE: dict[str, Any] = {
    name: {"gradient_rms": math.nan} for name in ("dense_1", "dense_2", "output")}
"""Before the first step no gradient is known."""


def over_at_once(last: int = 500) -> RunJudge:
    """Return the judge of a run that was seen at its first step and at its last."""
    judge = judge_of(NET)
    verdict_after(judge, NET, (0,), **BEFORE)
    assert verdict_after(judge, NET, (last,), accuracy=0.5, **BAD).code == "early"
    return judge


def test_at_rest_its_last_snapshot_is_enough() -> None:
    judge = over_at_once()
    verdict = judge.rest()
    assert verdict is not None
    assert (verdict.code, verdict.severity, verdict.layer_id) == ("vanishing", 2, "dense-1")
    assert verdict == judge.verdict_at(500)
    assert verdict.layers[1].code == "vanishing"
    before = judge.verdict_at(499)
    assert before is not None
    assert before.code == "waiting"
    assert judge.rest() is None
    # Whoever looks at it once more is told the same.
    assert verdict_after(judge, NET, (500,), accuracy=0.5, **BAD) is verdict


def test_what_was_said_at_rest_goes_on_to_be_said() -> None:
    judge = over_at_once()
    judge.rest()
    for step in range(501, 530):
        verdict = verdict_after(judge, NET, (step,), accuracy=0.5, **BAD)
        assert verdict.code == "vanishing"
        # Of its own figures, not of those at which it rested.
        assert verdict.words.sentence.code != "held.told"
        assert judge.rest() is None


def test_what_was_said_at_rest_goes_again() -> None:
    judge = over_at_once()
    judge.rest()
    codes = [verdict_after(judge, NET, (step,), accuracy=0.5).code
             for step in range(510, 4000, 10)]
    assert (codes[0], codes[-1]) == ("vanishing", "flat")


def test_after_a_rest_another_one_is_judged_by_what_came_between() -> None:
    judge = judge_of(NET)
    verdict_after(judge, NET, (0,), **BEFORE)
    verdict_after(judge, NET, (100,), accuracy=0.5)
    assert judge.rest() is None
    assert verdict_after(judge, NET, (200,), accuracy=0.5, **BAD).code == "early"
    verdict = judge.rest()
    assert verdict is not None
    assert (verdict.code, verdict.severity) == ("vanishing", 1)


@pytest.mark.parametrize("last", [1, 10, 19])
def test_a_rest_after_very_few_steps_changes_nothing(last: int) -> None:
    judge, undisturbed = over_at_once(last), over_at_once(last)
    assert judge.rest() is None
    for step in range(last + 1, 60):
        verdicts = [verdict_after(one, NET, (step,), accuracy=0.5, **BAD)
                    for one in (judge, undisturbed)]
        assert verdicts[0].words == verdicts[1].words
    assert verdicts[0].code == "vanishing"


def test_from_the_patience_on_it_is_enough() -> None:
    assert over_at_once(20).rest() is not None


def test_where_something_is_said_nothing_changes() -> None:
    judge = judge_of(NET)
    assert verdict_after(judge, NET, (0, 1000, 1020), accuracy=0.99, loss=0.01).code == "learned"
    assert verdict_after(judge, NET, (1100,), accuracy=0.5, **BAD).code == "learned"
    said = judge.verdict_at(1100)
    assert judge.rest() is None
    assert judge.verdict_at(1100) is said


def test_of_a_run_that_was_seen_once_nothing_is_borne_out() -> None:
    judge = judge_of(NET)
    assert judge.rest() is None
    assert verdict_after(judge, NET, (500,), accuracy=0.5, **BAD).code == "early"
    assert judge.rest() is None
    assert judge.verdict_at(10**6) is not None


def test_another_run_is_not_judged_by_the_rest_of_the_last() -> None:
    judge = over_at_once()
    verdict_after(judge, NET, (0,), run_id=2)
    assert judge.rest() is None


def test_a_well_run_stays_well() -> None:
    judge = judge_of(NET)
    verdict = verdict_after(judge, NET, (0, 500), accuracy=0.5)
    assert verdict.code == "early"
    assert judge.rest() is None


def test_what_is_borne_out_has_held_since_the_snapshot_before_and_older_things_longer() -> None:
    past, old, new = Past(20), ("dead", 1), ("vanishing", 2)
    past.bear_out()
    past.note(snapshot(NET, 0), [old])
    past.bear_out()
    assert past.lasted(old) == 0
    past.note(snapshot(NET, 100), [old])
    past.note(snapshot(NET, 300), [old, new])
    assert (past.lasted(old), past.lasted(new)) == (300, 0)
    past.bear_out()
    assert (past.lasted(old), past.lasted(new), past.lasted(("flat", 1))) == (300, 200, -1)
    past.note(snapshot(NET, 319), [("early", 0)])
    past.bear_out()
    assert past.lasted(("early", 0)) == 0


def test_of_one_step_the_last_that_is_said_is_remembered() -> None:
    memory: Memory[str] = Memory()
    for step, value in ((0, "waiting"), (500, "early"), (500, "vanishing")):
        memory.note(step, value)
    assert (memory.at(0), memory.at(500), memory.at(10**6)) == (
        "waiting", "vanishing", "vanishing")
    memory.note(600, "flat")
    assert (memory.at(499), memory.at(500), memory.at(599)) == (
        "waiting", "vanishing", "vanishing")
    assert len(memory) == 3
    for step in range(601, 600 + 3 * LARGEST):
        memory.note(step, "flat")
    memory.note(10**4, "early")
    memory.note(10**4 + 1, "early")
    memory.note(10**4 + 1, "dead")
    assert memory.at(10**4 + 1) == "dead"


def test_two_snapshots_at_the_very_end_are_as_good_as_one() -> None:
    judge = judge_of(NET)
    verdict_after(judge, NET, (0,), **BEFORE)
    assert verdict_after(judge, NET, (490, 500), accuracy=0.5, **BAD).code == "early"
    verdict = judge.rest()
    assert verdict is not None
    assert verdict.code == "vanishing"


def test_what_only_the_last_snapshot_has_said_is_said_with_what_it_shows() -> None:
    """At the step from which on a loss at chance is told, what keeps it there had no time."""
    judge, chance = judge_of(NET), {"accuracy": 0.5, "loss": 0.693}
    verdict_after(judge, NET, (0,), **chance, **BEFORE)
    assert verdict_after(judge, NET, (1990,), **chance, **BAD).code == "early"
    assert verdict_after(judge, NET, (2000,), **chance, **BAD).code == "chance"
    verdict = judge.rest()
    assert verdict is not None
    assert verdict.code == "vanishing"
    assert verdict_after(judge, NET, (2000,), **chance, **BAD) is verdict


def test_what_was_said_of_one_moment_long_ago_gives_way_to_what_is_seen_at_rest() -> None:
    """A loss that had fallen for a moment, halfway, in a run of which three moments were seen."""
    judge = judge_of(NET)
    verdict_after(judge, NET, (0,), loss=0.693, accuracy=0.5, **BEFORE)
    assert verdict_after(judge, NET, (1024,), loss=0.6, accuracy=0.62).code == "learning"
    held = verdict_after(judge, NET, (2000,), loss=0.693, accuracy=0.5, **BAD)
    assert (held.code, held.words.sentence.code) == ("learning", "held.told")
    verdict = judge.rest()
    assert verdict is not None
    assert (verdict.code, verdict.words.sentence.code == "held.told") == ("vanishing", False)
    assert judge.rest() is None


def test_what_was_said_of_many_moments_stays_at_rest() -> None:
    judge = judge_of(NET)
    verdict_after(judge, NET, (0,), loss=0.693, accuracy=0.5, **BEFORE)
    said = verdict_after(judge, NET, range(300, 1400, 10), loss=0.6, accuracy=0.62)
    assert said.code == "learning"
    verdict_after(judge, NET, (1400,), loss=0.693, accuracy=0.5, **BAD)
    assert judge.rest() is None
