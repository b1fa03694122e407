"""A sweep while it is computed: nothing twice, nothing lost, and how it stands."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.errors import FormatError
from engine.experiments import sweep_run as sweep_run_module
from engine.experiments.execution import Feed
from engine.experiments.results import Result
from engine.experiments.store import Store
from engine.experiments.sweep import Axis, Sweep
from engine.experiments.sweep_run import MOST_LOSSES, SweepRun, placed
from engine.messages import say
from tests.engine.experiments.sweeps import Here, keys_of, small_sweep


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "small.results") as opened:
        yield opened


def finished(sweep: Sweep, store: Store, executor: Here) -> SweepRun:
    run = SweepRun(sweep, store, executor)
    run.start()
    assert run.wait(60)
    run.close()
    return run


def contents(results: list[Result]) -> dict[str, bytes]:
    return {result.key: result.content for result in results}


def test_every_cell_is_computed_once_and_kept(store: Store) -> None:
    sweep, executor = small_sweep(), Here()
    run = finished(sweep, store, executor)
    standing = run.snapshot()
    assert (standing.done, standing.total, standing.found, standing.lost) == (6, 6, 0, 0)
    assert standing.is_over
    assert standing.fault is None
    assert keys_of(executor.jobs) == [sweep.key_at(cell) for cell in sweep.cells()]
    assert {result.key for result in store.results()} == set(keys_of(executor.jobs))
    assert set(run.placed()) == set(sweep.cells())
    for cell, result in run.placed().items():
        assert result.values == sweep.values_at(cell)


def test_what_is_done_is_not_done_again(store: Store) -> None:
    sweep = small_sweep()
    first = Here(computes=False)
    run = SweepRun(sweep, store, first)
    run.start()
    run._thread.join(60)  # type: ignore[union-attr]
    for _ in range(2):
        job = run.take()
        assert job is not None
        first.compute(job)
    in_hand = run.take()
    run.cancel()
    run.close()
    assert first.is_cancelled
    assert run.take() is None
    second = Here()
    again = finished(sweep, store, second)
    assert again.snapshot().found == 2
    assert again.snapshot().done == 6
    assert len(second.jobs) == 4
    assert in_hand is not None
    assert in_hand.key in keys_of(second.jobs)
    assert finished(sweep, store, Here()).snapshot().found == 6


def test_results_come_once_to_who_asks_with_a_cursor(store: Store) -> None:
    executor = Here(computes=False)
    run = SweepRun(small_sweep(), store, executor)
    run.start()
    run._thread.join(60)  # type: ignore[union-attr]
    cursor, seen = 0, []
    while (job := run.take()) is not None:
        executor.compute(job)
        standing = run.snapshot(cursor)
        assert len(standing.results) == 1
        seen += [result.key for result in standing.results]
        cursor = standing.cursor
    assert seen == keys_of(executor.jobs)
    assert run.snapshot(cursor).results == ()
    assert run.snapshot(cursor).seconds_left == 0.0
    run.close()


def test_a_finer_rectangle_computes_what_is_new_and_nothing_else(store: Store) -> None:
    sweep = small_sweep(Axis("learning_rate", (0.01, 0.1, 1.0)), Axis("depth", (1, 3)))
    executor = Here()
    run = finished(sweep, store, executor)
    run = SweepRun(sweep, store, executor)
    run.start()
    assert run.wait(60)
    before = contents(store.results())
    executor.jobs.clear()
    finer = run.refine(((0, 1), (0, 1)))
    assert run.wait(60)
    assert finer.axes[0].values == (0.01, 0.0316228, 0.1, 1.0)
    assert finer.axes[1].values == (1, 2, 3)
    assert {job.values for job in executor.jobs} == {
        (0.0316228, 1), (0.0316228, 2), (0.0316228, 3), (0.01, 2), (0.1, 2)}
    standing = run.snapshot()
    assert (standing.done, standing.total) == (11, 11)
    assert standing.sweep == finer
    assert len(run.placed()) == 11
    # Another one, whose rows go through what was left out.
    executor.jobs.clear()
    run.refine(((2, 3), (0, 2)))
    assert run.wait(60)
    values = {job.values for job in executor.jobs}
    assert (1.0, 2) in values
    assert (0.316228, 2) in values
    run.close()
    alone = Store(store.path.with_name("alone.results"))
    finished(finer, alone, Here())
    known = contents(alone.results())
    assert {key: known[key] for key in before} == before
    alone.close()


def test_another_sweep_takes_over_what_is_the_same(store: Store) -> None:
    sweep = small_sweep()
    finished(sweep, store, Here())
    swapped = replace(sweep, axes=sweep.axes[::-1], name="other")
    executor = Here()
    run = finished(swapped, store, executor)
    assert executor.jobs == []
    assert {cell: result.values for cell, result in run.placed().items()} == {
        cell: swapped.values_at(cell) for cell in swapped.cells()}


def test_cells_that_are_refused_need_nobody_to_compute_them(store: Store) -> None:
    executor = Here()
    run = finished(small_sweep(Axis("depth", (-1, 2))), store, executor)
    assert [result.end for result in store.results()] == ["done", "refused"] or [
        result.end for result in store.results()] == ["refused", "done"]
    assert len(executor.jobs) == 1
    assert run.snapshot().done == 2


def test_a_cell_whose_worker_has_gone_is_given_to_another_one(store: Store) -> None:
    executor = Here(computes=False)
    run = SweepRun(small_sweep(), store, executor)
    run.start()
    run._thread.join(60)  # type: ignore[union-attr]
    lost = run.take()
    assert lost is not None
    # That its worker was at something else says nothing of it.
    for _ in range(2 * MOST_LOSSES):
        run.give_back(lost)
        assert run.take() == lost
    run.give_back(lost, is_suspect=True)
    while (job := run.take()) is not None and job != lost:
        executor.compute(job)
    assert job == lost, "it comes last"
    for _ in range(MOST_LOSSES - 2):
        run.give_back(lost, is_suspect=True)
        assert run.take() == lost
    executor.compute(lost)
    assert run.snapshot().done == 6
    run.close()


def test_a_cell_that_ends_every_worker_is_left_out(store: Store) -> None:
    executor = Here(computes=False)
    run = SweepRun(small_sweep(), store, executor)
    run.start()
    run._thread.join(60)  # type: ignore[union-attr]
    lost = run.take()
    assert lost is not None
    while (job := run.take()) is not None:
        executor.compute(job)
    for _ in range(MOST_LOSSES):
        assert not run.wait(0.0)
        run.give_back(lost, is_suspect=True)
    assert run.wait(60)
    standing = run.snapshot()
    assert (standing.done, standing.lost) == (5, 1)
    run.close()
    # Next time it is tried again.
    assert finished(small_sweep(), store, Here()).snapshot().done == 6


def test_a_disk_that_is_full_ends_the_sweep_and_loses_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = store.append

    def full(result: Result) -> None:
        if len(store.results()) == 3:
            raise FormatError("results.unwritable", path="small.results", reason="disk full")
        append(result)

    executor = Here()
    with monkeypatch.context() as broken:
        broken.setattr(store, "append", full)
        run = finished(small_sweep(), store, executor)
        standing = run.snapshot()
    assert standing.fault is not None
    assert standing.fault.code == "results.unwritable"
    assert (standing.done, len(store.results())) == (3, 3)
    assert len(executor.jobs) == 4, "no more is taken"
    assert finished(small_sweep(), store, Here()).snapshot().done == 6


def test_a_sweep_that_cannot_go_on_says_why(store: Store) -> None:
    class Broken(Here):
        def start(self, feed: Feed) -> None:
            raise FormatError("sweep.no-sweep", place="here")

    run = finished(small_sweep(), store, Broken())
    fault = run.snapshot().fault
    assert fault is not None
    assert fault.code == "sweep.no-sweep"
    other = SweepRun(small_sweep(), store, Here(computes=False))
    other.failed(say("sweep.lost"))
    other.failed(say("sweep.twice", knob="later"))
    assert other.snapshot().fault == say("sweep.lost")


def timed(monkeypatch: pytest.MonkeyPatch, costs: list[float], left: list[float],
          seconds: Callable[[float], float]) -> float | None:
    """Return how long it is said to take yet, once cells of some costs have taken their time."""
    now = [0.0]
    monkeypatch.setattr(sweep_run_module.time, "perf_counter", lambda: now[0])
    clock = sweep_run_module._Clock()
    clock.expect([*costs, *left, 45.0])
    assert clock.seconds_left is None
    for cost in costs:
        # Twice what training takes: the rest goes into making the network.
        now[0] += 2 * seconds(cost)
        clock.record(cost, seconds(cost))
    clock.drop(45.0)
    return clock.seconds_left


@pytest.mark.parametrize("fixed", [0.0, 3.0, 1000.0])
def test_the_time_that_is_left_counts_what_cells_cost_and_what_each_takes_anyway(
        fixed: float, monkeypatch: pytest.MonkeyPatch) -> None:
    left = timed(monkeypatch, [1.0, 1.0, 2.0, 2.0, 3.0, 3.0], [9.0] * 10,
                 lambda cost: fixed + 0.5 * cost)
    assert left == pytest.approx(10 * 2 * (fixed + 0.5 * 9))


def test_where_all_costs_were_alike_time_goes_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert timed(monkeypatch, [1.0] * 10, [9.0] * 10, lambda cost: cost) == pytest.approx(2 * 90)


@pytest.mark.parametrize(("seconds", "left"), [
    # Dear cells were quick, and cheap ones took nothing: neither goes on below nothing.
    (lambda cost: 4 - cost, 10 * 2 * 2.0), (lambda cost: max(cost - 2, 0.0), 90 * 2 * 0.2)])
def test_no_cell_is_said_to_take_less_than_nothing(
        seconds: Callable[[float], float], left: float, monkeypatch: pytest.MonkeyPatch) -> None:
    assert timed(monkeypatch, [2.0, 1.0, 2.0, 3.0, 1.0, 3.0], [9.0] * 10, seconds
                 ) == pytest.approx(left)


def test_many_threads_may_take_and_hand_in(store: Store) -> None:
    sweep = small_sweep(Axis("learning_rate", tuple(0.01 * n for n in range(1, 9))),
                        Axis("depth", (1, 2, 3)))
    executor = Here(computes=False)
    run = SweepRun(sweep, store, executor)
    run.start()
    run._thread.join(60)  # type: ignore[union-attr]

    def work() -> None:
        while (job := run.take()) is not None:
            run.done(job, Result(job.key, job.values, job.seed, "done", loss=0.5))
            run.done(job, Result(job.key, job.values, job.seed, "done", loss=0.5))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert run.wait(1)
    assert run.snapshot().done == 24
    assert sorted(result.key for result in store.results()) == sorted(
        sweep.key_at(cell) for cell in sweep.cells())
    run.close()


def test_results_of_other_places_are_left_out() -> None:
    sweep = small_sweep()
    stray = Result("0", (0.5, 1), 0, "done")
    assert placed(sweep, [stray, Result("1", (0.1, 2.0), 0, "done")]) == {
        (((1, 1)), 0): Result("1", (0.1, 2.0), 0, "done")}
