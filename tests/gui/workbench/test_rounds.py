"""Whose turn it is: runs that are level again after every round, whatever a step of each costs."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from engine.telemetry.mailbox import Mailbox
from gui.workbench.commands import (
    Advance,
    Build,
    Close,
    Collect,
    Command,
    Drop,
    Go,
    Halt,
    Level,
    Retrain,
    newest,
)
from gui.workbench.parcels import Copy, Leave, Parcel
from gui.workbench.rounds import CHUNK_S, FOREVER, Lane, Rounds


@dataclass
class Walker:
    """A trainer whose clock is arithmetic."""

    cost_s: float
    step: int = 0
    steps_left_in_epoch: int = 25

    def walk(self, steps: int, budget_s: float) -> tuple[int, float]:
        done = max(1, min(steps, int(budget_s / self.cost_s)))
        self.step += done
        return done, done * self.cost_s


def rounds_of(*walkers: Walker, processors: int = 1) -> Rounds:
    rounds = Rounds(processors)
    for key, walker in zip("ABC", walkers, strict=False):
        rounds.put(Lane(key, ord(key), walker, Mailbox()))  # type: ignore[arg-type]
    return rounds


def walk(rounds: Rounds, turns: int) -> dict[str, float]:
    """Give so many turns, fewer if all come to rest; return the seconds that each run had."""
    spent: dict[str, float] = {}
    for _ in range(turns):
        turn = rounds.turn()
        if turn is None:
            break
        done, seconds = turn.lane.trainer.walk(turn.steps, turn.budget_s)  # type: ignore[attr-defined]
        rounds.note(turn.lane, done, seconds)
        spent[turn.lane.run] = spent.get(turn.lane.run, 0.0) + seconds
    return spent


@dataclass
class Shared(Walker):
    """A trainer that two threads make faster."""

    gain: float = 1.5

    def walk_with(self, threads: int | None, steps: int, budget_s: float) -> tuple[int, float]:
        cost_s = self.cost_s / (self.gain if threads is None else 1.0)
        done = max(1, min(steps, int(budget_s / cost_s)))
        self.step += done
        return done, done * cost_s


def share(rounds: Rounds, seconds: float, most: int = FOREVER) -> tuple[float, float]:
    """Train for so long on two processors; return by the clock how long, and how long abreast."""
    passed = abreast = 0.0
    while passed < seconds and (turn := rounds.turn(lambda _: most)) is not None:
        spent = []
        for one in (turn, *turn.beside):
            done, took = one.lane.trainer.walk_with(  # type: ignore[attr-defined]
                one.most_threads, one.steps, one.budget_s)
            rounds.note(one.lane, done, took)
            spent.append(took)
        rounds.end_turn(max(spent))
        passed += max(spent)
        abreast += max(spent) if turn.beside else 0.0
    return passed, abreast


def test_one_run_has_whole_chunks_and_all_its_steps() -> None:
    rounds = rounds_of(Walker(1e-5))
    assert rounds.turn() is None
    rounds.aim(Go(1))
    turn = rounds.turn()
    assert turn is not None
    assert (turn.steps, turn.budget_s) == (FOREVER, CHUNK_S)
    walk(rounds, 1)
    turn = rounds.turn()
    assert turn is not None
    assert (turn.steps, turn.budget_s) == (FOREVER - 1200, CHUNK_S)


@pytest.mark.parametrize("costs", [(1e-5, 1e-5), (1e-3, 1e-6), (1e-6, 1e-3), (2e-4, 1e-5, 3e-5)])
def test_runs_are_level_after_every_round(costs: tuple[float, ...]) -> None:
    walkers = [Walker(cost) for cost in costs]
    rounds = rounds_of(*walkers)
    rounds.aim(Go(1))
    longest = 0.0
    for _ in range(60):
        spent = walk(rounds, len(costs))
        assert len({walker.step for walker in walkers}) == 1
        assert set(spent) == set("ABC"[:len(costs)])
        longest = max(longest, sum(spent.values()))
    # The slowest leads for a chunk: none of the others needs more than that.
    assert longest <= 1.01 * sum(costs) / max(costs) * CHUNK_S
    # What a step costs is found out in a few rounds.
    assert walkers[0].step >= 45 * int(CHUNK_S / max(costs))


def test_equal_runs_get_equal_time() -> None:
    spent = walk_for(rounds_of(Walker(1e-5), Walker(1e-5)))
    assert spent["A"] == pytest.approx(spent["B"], rel=0.01)


def walk_for(rounds: Rounds) -> dict[str, float]:
    rounds.aim(Go(1))
    return walk(rounds, 200)


def test_a_halt_in_the_middle_of_a_round_lets_the_others_catch_up() -> None:
    walkers = [Walker(1e-5), Walker(1e-5)]
    rounds = rounds_of(*walkers)
    rounds.aim(Go(1))
    walk(rounds, 41)
    assert walkers[0].step != walkers[1].step
    front = max(walker.step for walker in walkers)
    rounds.aim(Halt(2))
    walk(rounds, 10)
    assert [walker.step for walker in walkers] == [front, front]


def test_what_comes_late_catches_up_first_and_does_not_keep_a_halt_waiting() -> None:
    walkers = [Walker(1e-5), Walker(1e-5)]
    rounds = rounds_of(walkers[0])
    rounds.aim(Advance(1, 100_000))
    walk(rounds, 1000)
    rounds.put(Lane("B", 2, walkers[1], Mailbox()))  # type: ignore[arg-type]
    rounds.aim(Go(2))
    assert set(walk(rounds, 5)) == {"B"}
    rounds.aim(Halt(3))
    assert walk(rounds, 1) == {}
    assert (walkers[0].step, walkers[1].step) == (100_000, 5 * 1200)
    rounds.aim(Advance(4, 7))
    walk(rounds, 1000)
    assert (walkers[0].step, walkers[1].step) == (100_007, 100_007)
    rounds.aim(Go(5))
    walk(rounds, 31)
    rounds.aim(Halt(6))
    walk(rounds, 10)
    assert walkers[0].step == walkers[1].step > 100_007


def test_an_epoch_is_that_of_the_first_run_that_leads() -> None:
    walkers = [Walker(1e-5, steps_left_in_epoch=10), Walker(1e-5, steps_left_in_epoch=20)]
    rounds = rounds_of(*walkers)
    rounds.aim(Advance(1, 0))
    walk(rounds, 100)
    assert [walker.step for walker in walkers] == [10, 10]


def test_a_run_that_has_ended_stays_behind_until_there_is_no_other() -> None:
    walkers = [Walker(1e-5), Walker(1e-5)]
    rounds = rounds_of(*walkers)
    rounds.aim(Advance(1, 10))
    walk(rounds, 100)
    rounds.lanes[0].ending = "Enough."
    rounds.aim(Advance(2, 10))
    walk(rounds, 100)
    assert [walker.step for walker in walkers] == [10, 20]
    rounds.lanes[1].has_failed = True
    rounds.aim(Advance(3, 1))
    walk(rounds, 100)
    assert [walker.step for walker in walkers] == [11, 20]


def test_steps_asked_for_before_a_run_began_anew_are_not_asked_of_it() -> None:
    rounds = rounds_of(Walker(1e-5))
    rounds.aim(Advance(1, 50))
    rounds.drop("A")
    fresh = Walker(1e-5)
    rounds.put(Lane("A", 2, fresh, Mailbox()))  # type: ignore[arg-type]
    rounds.aim(Advance(2, 1))
    walk(rounds, 10)
    assert fresh.step == 1


def test_a_turn_that_was_cut_short_does_not_shorten_the_next_round() -> None:
    rounds = rounds_of(Walker(1e-5), Walker(1e-5))
    rounds.aim(Go(1))
    walk(rounds, 60)
    walk(rounds, 1)
    turn = rounds.turn()
    assert turn is not None
    rounds.note(turn.lane, *turn.lane.trainer.walk(turn.steps - 1, 1.0))  # type: ignore[attr-defined]
    walk(rounds, 1)
    turn = rounds.turn()
    assert turn is not None
    assert turn.steps >= CHUNK_S / 1e-5


def test_those_that_lie_behind_catch_up_and_the_others_stand() -> None:
    first, second = Walker(1e-5, step=3000), Walker(1e-4)
    rounds = rounds_of(first, second)
    rounds.aim(Level(1))
    assert [lane.trainer for lane in rounds.moving()] == [second]
    spent = walk(rounds, 10_000)
    assert (first.step, second.step) == (3000, 3000)
    assert spent.keys() == {"B"}
    assert rounds.turn() is None


def test_level_runs_stay_where_they_are() -> None:
    first, second = Walker(1e-5, step=70), Walker(1e-4, step=70)
    rounds = rounds_of(first, second)
    rounds.aim(Level(1))
    assert rounds.turn() is None
    rounds.aim(Go(2))
    walk(rounds, 4)
    rounds.aim(Level(3))
    walk(rounds, 1000)
    assert first.step == second.step > 70


@pytest.mark.parametrize("costs", [(1e-5, 1e-5), (1e-4, 8e-5), (0.05, 0.05)])
def test_runs_of_like_cost_train_at_once(costs: tuple[float, float]) -> None:
    walkers = [Shared(cost) for cost in costs]
    rounds = rounds_of(*walkers, processors=2)
    rounds.aim(Go(1))
    share(rounds, 1.0)
    began = walkers[0].step
    passed, abreast = share(rounds, 5.0)
    assert abreast > 0.9 * passed
    # As long as the slower alone with one thread.
    assert passed / (walkers[0].step - began) < 1.03 * max(costs)
    assert abs(walkers[0].step - walkers[1].step) <= CHUNK_S / min(costs)


def test_what_is_sooner_done_in_turn_goes_on_in_turn() -> None:
    walkers = [Shared(1e-3, gain=1.9), Shared(1e-5, gain=1.0)]
    rounds = rounds_of(*walkers, processors=2)
    rounds.aim(Go(1))
    passed, abreast = share(rounds, 5.0)
    assert 0 < abreast < 0.1 * passed


def test_each_has_its_part_of_the_processors() -> None:
    rounds = rounds_of(Shared(1e-4), Shared(1e-4), processors=7)
    rounds.aim(Go(1))
    share(rounds, 1.0)
    turn = rounds.turn()
    assert turn is not None
    assert [one.most_threads for one in (turn, *turn.beside)] == [3, 3]
    assert turn.steps == turn.beside[0].steps


@pytest.mark.parametrize(("runs", "processors", "most"), [
    (2, 1, FOREVER), (3, 2, FOREVER), (2, 2, 10)], ids=["one core", "two cores", "few steps"])
def test_without_processors_or_work_for_each_they_take_turns(runs: int, processors: int,
                                                             most: int) -> None:
    rounds = rounds_of(*(Shared(1e-5) for _ in range(runs)), processors=processors)
    rounds.aim(Advance(1, 20_000))
    passed, abreast = share(rounds, 1.0, most)
    assert passed > 0.1
    assert abreast == 0.0


def test_what_was_cut_short_at_once_catches_up_before_both_go_on() -> None:
    walkers = [Shared(1e-4), Shared(1e-4)]
    rounds = rounds_of(*walkers, processors=2)
    rounds.aim(Go(1))
    share(rounds, 1.0)
    while not (turn := rounds.turn()).beside:  # type: ignore[union-attr]
        share(rounds, 0.0)
    for one, steps in zip((turn, *turn.beside), (turn.steps, 5), strict=True):  # type: ignore[union-attr]
        rounds.note(one.lane, *one.lane.trainer.walk_with(1, steps, 1.0))  # type: ignore[attr-defined]
    rounds.end_turn(CHUNK_S)
    late = rounds.turn()
    assert late is not None
    assert (late.beside, late.most_threads, late.leads) == ((), None, False)
    rounds.aim(Halt(2))
    share(rounds, 1.0)
    assert walkers[0].step == walkers[1].step


def build(run: str) -> Build:
    return Build(run, 0, None, None, Mailbox())  # type: ignore[arg-type]


A, B, A2 = build("A"), build("B"), build("A")
RETRAINS = [Retrain(run, None) for run in "ABA"]  # type: ignore[arg-type]
LEAVE, COPY = Leave("A", 0, Parcel()), Copy("A", Parcel())
COLLECT = Collect("A", None)  # type: ignore[arg-type]


@pytest.mark.parametrize(("commands", "kept"), [
    ([A, B, A2], [B, A2]),
    ([A, Go(1), Drop("A")], [Go(1), Drop("A")]),
    ([RETRAINS[0], A, RETRAINS[1], RETRAINS[2]], [A, RETRAINS[1], RETRAINS[2]]),
    (RETRAINS, RETRAINS[1:]),
    ([Advance(1, 1), Advance(2, 1)], [Advance(1, 1), Advance(2, 1)]),
    ([COLLECT, A], [COLLECT, A]),
    ([RETRAINS[0], LEAVE, A], [RETRAINS[0], LEAVE, A]),
    ([RETRAINS[0], RETRAINS[1], COPY, RETRAINS[2]],
     [RETRAINS[0], RETRAINS[1], COPY, RETRAINS[2]]),
    ([A, Go(1), Close()], [Close()]),
], ids=["builds", "drop", "build", "retrain", "steps", "collect", "leave", "copy",
        "close"])
def test_only_what_is_still_wanted_is_done(commands: list[Command], kept: list[Command]) -> None:
    found = newest(commands)
    assert len(found) == len(kept)
    assert all(a is b or a == b for a, b in zip(found, kept, strict=True))
