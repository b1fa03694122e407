"""Moments in bounded memory: what stays, what goes, and what is counted."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.spec import TrainingSpec
from engine.telemetry.checkpoint import Checkpoint, Counters, Figures
from engine.telemetry.recorder import (
    LEFT_BYTES,
    LIMIT_BYTES,
    LIVE_BYTES,
    MOST,
    MOST_LEFT,
    MOST_STRETCHES,
    OVERHEAD,
    PER_DOUBLING,
    RECENT,
    SPARED,
    Moment,
    Recorder,
    grid_for,
    is_grid_step,
    next_grid_step,
    room_for,
)
from engine.telemetry.snapshot import LayerReading, Snapshot

KB = 1024
PAIR_BYTES = LIVE_BYTES // 2


def checkpoint(step: int, nbytes: int = 8 * KB, order: np.ndarray | None = None) -> Checkpoint:
    order = np.zeros(0, np.int32) if order is None else order
    return Checkpoint(training=TrainingSpec(), counters=Counters(step=step), figures=Figures(),
                      places={}, regions=np.zeros(nbytes, np.uint8), carried={},
                      row=np.zeros(0), order=order, best=None)


def snapshot(step: int, grid: int = 0) -> Snapshot:
    surface = np.zeros((grid, grid, 1)) if grid else None
    return Snapshot(1, step, 0, 0.5, surface=surface)


def moment(step: int, nbytes: int = 8 * KB) -> Moment:
    return Moment(step, checkpoint(step, nbytes))


def recorded(steps: range, limit: int, nbytes: int = 8 * KB) -> Recorder:
    recorder = Recorder(SPARED * limit)
    for step in steps:
        recorder.add(moment(step, nbytes))
    return recorder


def test_the_grid_is_dense_at_first_and_then_has_as_many_steps_to_each_doubling() -> None:
    steps = [0]
    while steps[-1] < 4096:
        steps.append(next_grid_step(steps[-1]))
    assert steps[:37] == [*range(33), 34, 36, 38, 40]
    for begin in (32, 64, 1024):
        assert sum(begin <= step < 2 * begin for step in steps) == PER_DOUBLING
    assert [step for step in range(4097) if is_grid_step(step)] == steps


@given(st.integers(0, 2**40), st.sampled_from([1, 2, 4, 8, 16]))
def test_a_coarser_grid_is_part_of_a_finer_one(step: int, per_doubling: int) -> None:
    behind = next_grid_step(step, per_doubling)
    assert behind > step
    assert is_grid_step(behind, per_doubling)
    assert is_grid_step(behind)


def test_the_grid_is_no_finer_than_the_memory() -> None:
    assert grid_for(KB) == PER_DOUBLING
    found = [grid_for(2**n * KB) for n in range(20)]
    assert found == sorted(found, reverse=True)
    for n, per_doubling in enumerate(found):
        nbytes = 2**n * KB
        assert per_doubling == 1 or per_doubling * 20 * nbytes <= room_for(nbytes, LIVE_BYTES // 2)


def test_a_small_network_leaves_most_of_the_memory_to_the_computer() -> None:
    limit = PAIR_BYTES
    for nbytes in (0, KB, 100 * KB, limit // SPARED // (2 * RECENT)):
        assert room_for(nbytes, limit) == limit // SPARED
    # All runs together, beside the curves of each.
    assert room_for(KB, LIMIT_BYTES) == 32 * 2**20
    assert MOST_LEFT * LEFT_BYTES <= 32 * 2**20


@pytest.mark.parametrize("nbytes", [KB, 300 * KB, 2**20, PAIR_BYTES // (2 * RECENT), 2**26])
def test_the_last_steps_have_room_wherever_the_whole_limit_is_enough(nbytes: int) -> None:
    room = room_for(nbytes, PAIR_BYTES)
    assert room <= PAIR_BYTES
    assert (2 * RECENT * nbytes <= room) == (2 * RECENT * nbytes <= PAIR_BYTES)


def test_room_grows_with_the_checkpoints_of_a_run() -> None:
    recorder = Recorder(2**24)
    recorder.add(moment(0))
    assert recorder.limit_bytes == 2**24 // SPARED
    recorder.add(moment(1, 2**18))
    assert recorder.limit_bytes == 2 * RECENT * 2**18
    recorder.add(moment(2, 2**22))
    assert recorder.limit_bytes == 2**24


def test_memory_stays_in_its_bound_over_a_long_run() -> None:
    limit = 2**20
    recorder = Recorder(SPARED * limit)
    most = 0
    step = 0
    for _ in range(1500):
        step += 97
        recorder.add(moment(step))
        most = max(most, recorder.nbytes)
    assert step > 100_000
    assert most <= limit
    assert recorder.nbytes > 0.9 * limit
    assert recorder.steps[0] == 97
    assert recorder.steps[-1] == step


def test_what_stays_lies_dense_at_both_ends() -> None:
    steps = np.array(recorded(range(6000), 2**20).steps)
    gaps = np.diff(steps)
    middle = np.searchsorted(steps, 3000)
    assert gaps[:3].max() <= 4
    assert gaps[-5:].max() <= 8
    assert gaps[middle - 1] > 60
    # Nowhere is a hole: no gap is much more than its distance to the nearer end allows.
    distance = np.minimum(steps[:-1], steps[-1] - steps[1:])
    assert (gaps / (1 + distance)).max() <= 1


def test_first_newest_recent_told_and_pinned_moments_stay() -> None:
    recorder = Recorder(SPARED * 2**19)
    for step in range(2000):
        recorder.add(moment(step))
        recorder.note_verdict(snapshot(step), "learning" if step < 1013 else "flat", 0)
        if step == 517:
            recorder.pin(517)
    kept = set(recorder.steps)
    assert kept >= {0, 517, 1013, 1999, *range(1999 - RECENT + 1, 2000)}
    assert len(kept) < 70
    assert recorder.start_before(1999 - RECENT) is not None


def test_the_step_that_somebody_looks_at_stays_until_he_looks_elsewhere() -> None:
    recorder = recorded(range(602), 2**19)
    recorder.hold(601)
    for later in range(602, 1500):
        recorder.add(moment(later))
    assert 601 in recorder.steps
    recorder.hold(None)
    for later in range(1500, 2000):
        recorder.add(moment(later))
    assert 601 not in recorder.steps


def test_the_bound_holds_even_for_what_is_to_stay() -> None:
    recorder = Recorder(20 * 8 * KB)
    for step in range(0, 2500, 7):
        recorder.add(moment(step))
        recorder.note_verdict(snapshot(step), str(step), 1)
        recorder.pin(step)
        assert recorder.nbytes <= recorder.limit_bytes
    assert recorder.steps[-1] == 2499


def test_a_smaller_limit_holds_at_once() -> None:
    recorder = recorded(range(500), 2**22)
    before = len(recorder)
    recorder.set_limit(SPARED * 2**20)
    assert recorder.nbytes <= recorder.limit_bytes == 2**20
    assert len(recorder) < before


def test_small_moments_are_not_without_end() -> None:
    assert len(recorded(range(MOST + 50), 2**40, nbytes=1)) == MOST


def test_what_checkpoints_share_counts_once() -> None:
    order = np.zeros(100 * KB, np.int32)
    recorder = Recorder()
    for step in range(3):
        recorder.add(Moment(step, checkpoint(step, order=order)))
    assert recorder.nbytes == 3 * (8 * KB + OVERHEAD) + order.nbytes
    recorder.set_limit(8 * KB + OVERHEAD + order.nbytes)
    assert len(recorder) == 1
    assert recorder.nbytes == 8 * KB + OVERHEAD + order.nbytes


def test_arrays_of_snapshots_count() -> None:
    recorder = Recorder()
    seen = Snapshot(1, 3, 0, 0.5, surface=np.zeros((64, 64, 2)),
                    layers=(LayerReading("dense-1", filters=np.zeros((3, 3, 1, 8))),))
    recorder.add(Moment(3, None, seen))
    assert recorder.nbytes > 64 * 64 * 2 * 8 + 3 * 3 * 8 * 8
    before = recorder.nbytes
    recorder.add(Moment(3, checkpoint(3), None))
    assert recorder.nbytes == before + 8 * KB
    kept = recorder.exactly_at(3)
    assert kept is not None
    assert kept.snapshot is seen
    assert kept.checkpoint is not None


def test_verdicts_that_follow_on_one_another() -> None:
    recorder = Recorder()
    told = [("waiting", 0), ("early", 0), ("early", 0), ("vanishing", 1), ("vanishing", 2)]
    news = [recorder.note_verdict(snapshot(10 * step), *said) for step, said in enumerate(told)]
    assert news == [True, True, False, True, False]
    assert recorder.stretches == (
        (0, 0, "waiting", 0), (10, 20, "early", 0), (30, 40, "vanishing", 2))
    # Their moments have at least what was seen.
    assert recorder.steps == (0, 10, 30)


def test_what_is_said_of_a_step_once_more_takes_the_place_of_what_was() -> None:
    recorder = Recorder()
    for step, code in ((0, "waiting"), (500, "early"), (500, "vanishing"), (600, "vanishing")):
        recorder.note_verdict(snapshot(step), code, 1)
    assert recorder.stretches == ((0, 0, "waiting", 1), (500, 600, "vanishing", 1))
    recorder.note_verdict(snapshot(600), "dead", 2)
    # What began before stays.
    assert recorder.stretches == ((0, 0, "waiting", 1), (500, 600, "vanishing", 1),
                                  (600, 600, "dead", 2))


def test_there_are_not_more_and_more_verdicts() -> None:
    recorder = Recorder()
    for step in range(3 * MOST_STRETCHES):
        recorder.note_verdict(snapshot(step), str(step), 0)
    stretches = recorder.stretches
    assert len(stretches) == MOST_STRETCHES
    assert (stretches[0].first_step, stretches[-1].code) == (0, str(3 * MOST_STRETCHES - 1))
    for before, after in pairwise(stretches):
        assert before.last_step < after.first_step


@pytest.mark.parametrize(("step", "nearest"), [(0, 10), (14, 10), (16, 20), (99, 40)])
def test_the_nearest_moment_is_found(step: int, nearest: int) -> None:
    recorder = recorded(range(10, 41, 10), 2**20)
    assert recorder.at(step).step == nearest  # type: ignore[union-attr]
    assert Recorder().at(3) is None


def test_one_can_go_on_from_the_last_checkpoint_before_a_step() -> None:
    recorder = recorded(range(10, 41, 10), 2**20)
    recorder.add(Moment(35, None, snapshot(35)))
    found = [recorder.start_before(step) for step in (9, 10, 38, 99)]
    assert [one and one.step for one in found] == [None, 10, 30, 40]
