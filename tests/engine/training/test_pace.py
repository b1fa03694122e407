"""The number of threads follows what was measured, at little cost."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from engine.training import pace
from engine.training.pace import Pace, rungs

CHUNK_S = 0.012

Machine = Callable[[int], float]
"""Seconds per step with so many threads."""


def train(chooser: Pace, machine: Machine, seconds: float) -> tuple[float, list[int]]:
    """Train so long; return the mean seconds per step, and the threads of every chunk."""
    spent, steps, used = 0.0, 0, []
    while spent < seconds:
        count = chooser.steps(CHUNK_S, 1 << 40)
        used.append(chooser.threads)
        took = count * machine(chooser.threads)
        chooser.record(count, took)
        spent += took
        steps += count
    return spent / steps, used


def free(step_s: float = 1e-3, gain: float = 1.8) -> Machine:
    return lambda threads: step_s / (1 + (gain - 1) * (threads - 1))


def busy(step_s: float = 1e-3, loss: float = 3.0) -> Machine:
    return lambda threads: step_s * (loss if threads > 1 else 1.0)


def test_numbers_that_come_into_question() -> None:
    assert [rungs(most) for most in (1, 2, 3, 4, 7, 8)] == [
        (1,), (1, 2), (1, 2, 3), (1, 2, 4), (1, 2, 4, 7), (1, 2, 4, 8)]


@pytest.mark.parametrize("step_s", [1e-6, 1e-4, 5e-3, 0.5])
def test_the_faster_number_is_found_and_kept(step_s: float) -> None:
    chooser = Pace(2)
    train(chooser, free(step_s), 6 * max(step_s, pace.TRIAL_S))
    mean, used = train(chooser, free(step_s), 20.0)
    assert chooser.threads == 2
    assert used.count(1) < 0.2 * len(used)
    assert mean < 1.02 * step_s / 1.8


@pytest.mark.parametrize("step_s", [1e-6, 1e-4, 5e-3, 0.5])
def test_trials_cost_less_than_two_percent(step_s: float) -> None:
    chooser = Pace(2)
    train(chooser, busy(step_s), 6 * max(step_s, pace.TRIAL_S))
    mean, _ = train(chooser, busy(step_s), 400 * max(step_s, 0.01))
    assert mean < 1.02 * step_s


def test_a_core_that_is_taken_is_noticed_and_one_that_is_free_again() -> None:
    chooser = Pace(2)
    train(chooser, free(), 1.0)
    assert chooser.threads == 2
    mean, _ = train(chooser, busy(), 3.0)
    assert mean < 1.05 * 1e-3
    train(chooser, free(), 1.5)
    mean, _ = train(chooser, free(), 3.0)
    assert mean < 1.05 * 1e-3 / 1.8


def test_two_threads_that_win_next_to_nothing_are_not_taken() -> None:
    chooser = Pace(2)
    train(chooser, free(gain=1.03), 3.0)
    assert chooser.threads == 1


def test_a_small_lead_does_not_make_it_go_to_and_fro() -> None:
    chooser = Pace(2)
    train(chooser, free(), 1.0)
    _, used = train(chooser, free(gain=1.04), 5.0)
    changes = sum(before != after for before, after in pairwise(used))
    # Two of every trial, and there are at most four trials a second.
    assert used.count(2) > 0.9 * len(used)
    assert changes <= 2 * 5.0 / pace.INTERVAL_S


def test_when_everything_becomes_slower_the_faster_number_is_found_again() -> None:
    chooser = Pace(2)
    train(chooser, free(), 1.0)
    train(chooser, free(4e-3), 2.0)
    mean, _ = train(chooser, free(4e-3), 5.0)
    assert mean < 1.05 * 4e-3 / 1.8


@pytest.mark.parametrize("best", [1, 2, 4, 7])
def test_the_best_of_many(best: int) -> None:
    def machine(threads: int) -> float:
        return 1e-3 / threads if threads <= best else 1e-3 / best * (threads / best)

    chooser = Pace(7)
    train(chooser, machine, 3.0)
    mean, _ = train(chooser, machine, 10.0)
    assert mean < 1.05 * 1e-3 / best


def test_one_thread_is_never_left() -> None:
    assert set(train(Pace(1), free(), 2.0)[1]) == {1}


def test_fewer_threads_have_a_pace_of_their_own() -> None:
    chooser = Pace(4)
    train(chooser, free(), 1.0)
    narrow = chooser.within(2)
    assert narrow is chooser.within(2)
    _, used = train(narrow, busy(), 1.0)
    assert set(used) == {1, 2}
    assert chooser.threads == 4
    assert chooser.within(None) is chooser.within(4) is chooser.within(9) is chooser


def test_the_first_step_is_no_measure() -> None:
    chooser = Pace(2)
    assert chooser.steps(CHUNK_S, 100) == 1
    chooser.record(1, 10.0)
    _, used = train(chooser, free(gain=0.5), 1.0)
    assert used.count(2) < 0.1 * len(used)


def test_steps_keep_to_time_and_number() -> None:
    chooser = Pace(1)
    chooser.record(1, 1e-3)
    assert chooser.steps(0.0105, 100) == 10
    assert chooser.steps(0.0105, 3) == 3
    assert chooser.steps(-1.0, 3) == 1
    assert chooser.steps(1e9, 1 << 40) == pace.LONGEST_CHUNK


def test_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for usable in (1, 2, 3, 8):
        monkeypatch.setattr(pace.os, "sched_getaffinity", lambda _, n=usable: set(range(n)),
                            raising=False)
        found.append(pace.spare_processors())
    assert found == [1, 2, 2, 7]
    monkeypatch.delattr(pace.os, "sched_getaffinity")
    monkeypatch.setattr(pace.os, "cpu_count", lambda: None)
    assert pace.spare_processors() == 1
