"""What is told stands still for as long as it takes to read it."""

from __future__ import annotations

import pytest

from engine.diagnosis.case import Words
from engine.diagnosis.verdicts import Verdict
from engine.messages import say
from gui.workbench.telling import READING_S, STANDING_S, Telling


def verdict(code: str, severity: int = 1, layer_id: str = "") -> Verdict:
    return Verdict(code, severity, Words(say("flat.title"), say("flat.title"), None, layer_id), ())


def told(telling: Telling, new: Verdict, now_s: float, *, running: bool = True) -> str:
    found = telling.take(new, now_s, running=running)
    assert found is not None
    return found.code


def test_nothing_is_told_before_there_is_a_verdict() -> None:
    assert Telling().take(None, 0.0, running=True) is None


def test_a_verdict_stands_for_three_seconds() -> None:
    telling = Telling()
    assert told(telling, verdict("early", 0), 0.0) == "early"
    # Of it nobody wants to finish reading.
    assert told(telling, verdict("vanishing"), 0.1) == "vanishing"
    assert told(telling, verdict("learning", 0), 0.1 + STANDING_S - 0.01) == "vanishing"
    assert told(telling, verdict("learning", 0), 0.1 + STANDING_S) == "learning"


@pytest.mark.parametrize("change", ["nonfinite", "paused"])
def test_what_ends_a_run_and_what_a_pause_shows_are_told_at_once(change: str) -> None:
    telling = Telling()
    told(telling, verdict("vanishing"), 0.0)
    new = "nonfinite" if change == "nonfinite" else "learned"
    assert told(telling, verdict(new), 0.1, running=change != "paused") == new


def test_numbers_stand_for_a_moment_and_another_layer_is_told_at_once() -> None:
    telling = Telling()
    first, second, third = verdict("dead"), verdict("dead"), verdict("dead", 2, "dense-1")
    telling.take(first, 0.0, running=True)
    assert telling.take(second, READING_S - 0.01, running=True) is first
    assert telling.take(second, READING_S, running=True) is second
    assert telling.take(third, READING_S + 0.01, running=True) is third
