"""Helpers: every shard is done once, by whoever comes first, and nobody is waited for in vain."""

from __future__ import annotations

import ctypes
import threading
import time

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.kernels.runtime import layout, threads
from engine.kernels.runtime.policy import Op, kernel
from engine.kernels.runtime.slots import Slots
from engine.kernels.runtime.threads import BOARD_LENGTH, DONE, helped, share

Integers = NDArray[np.int64]


def count_op(slots, arena, batch, shard, shards):  # type: ignore[no-untyped-def]
    """Count the calls of every shard, one place after the other, and spend some time."""
    spent = 0.0
    for k in range(slots.spent):
        spent += k * 0.5
    arena[shard] += 1.0 + (0.0 if spent >= 0 else 1.0)
    arena[shards] = batch


OP = Op(count_op, Slots("spent"), "arena[shard] = arena[shard] + 1, after so much is spent")
"""Not registered: the catalogue does not know it."""


@kernel
def share_often(board, first, count, arena, batch, shards, times):  # type: ignore[no-untyped-def]
    for _ in range(times):
        share(board, first, count, arena, batch, shards)


def counted(board: int, shards: int, times: int, spent: int = 0) -> NDArray[np.float64]:
    """Return how often every shard was done, and the batch."""
    line = np.zeros(layout.ROW_LENGTH, np.int64)
    line[layout.ADDRESS], line[layout.FIRST_SLOT] = OP.address("float64"), spent
    arena = np.zeros(shards + 1)
    share_often(board, line.ctypes.data, 1, arena.ctypes.data, 17, shards, times)
    return arena


def test_alone_every_shard_is_done() -> None:
    board = np.zeros(BOARD_LENGTH, np.int64)
    for shards in (1, 2, 7, 100):
        assert counted(board.ctypes.data, shards, 3).tolist() == [3.0] * shards + [17.0]


def noted_op(slots, arena, batch, shard, shards):  # type: ignore[no-untyped-def]
    """Write which op was the how-manieth that its shard did, counted at the shard's place."""
    arena[shard] += 1.0
    arena[100 * slots.number + shard] = arena[shard]
    arena[100 * slots.number + 50] = shards


NOTED = Op(noted_op, Slots("number"), "arena[number, shard] = calls of the shard so far")


def turns(*numbers: int) -> NDArray[np.int64]:
    """Return rows of which each says who it is, and takes the turn that stands in its place."""
    lines = np.zeros((len(numbers), layout.ROW_LENGTH), np.int64)
    for place, (line, row) in enumerate(zip(lines, numbers, strict=True)):
        line[layout.ADDRESS], line[layout.FIRST_SLOT] = NOTED.address("float64"), 1 + place
        line[layout.TURN] = row - place
    return lines


@pytest.mark.parametrize("threads", [1, 3])
def test_a_shard_goes_through_all_ops_of_a_job_in_their_turns(threads: int) -> None:
    lines, control = turns(2, 0, 1), np.zeros(layout.CONTROL_LENGTH, np.int64)
    alone = np.zeros(BOARD_LENGTH, np.int64)
    arena = np.zeros(400)
    with helped(control, threads):
        board = int(control[layout.HELPERS]) or alone.ctypes.data
        share_often(board, lines.ctypes.data, len(lines), arena.ctypes.data, 9, 7, 1)
    assert arena[:7].tolist() == [3.0] * 7
    for row, turn in ((2, 1.0), (0, 2.0), (1, 3.0)):
        assert arena[100 * (1 + row):][:7].tolist() == [turn] * 7
        assert arena[100 * (1 + row) + 50] == 7


def test_a_shard_is_a_whole_op_where_none_is_divided() -> None:
    lines, control = turns(2, 0, 1), np.zeros(layout.CONTROL_LENGTH, np.int64)
    arena = np.zeros(400)
    with helped(control, 2):
        board = int(control[layout.HELPERS])
        share_often(board, lines.ctypes.data, 0, arena.ctypes.data, 9, len(lines), 1)
    assert [arena[100 * row + 50] for row in (1, 2, 3)] == [1.0] * 3
    assert [arena[100 * row + 1] for row in (1, 2, 3)] == [0.0] * 3


@pytest.mark.parametrize("count", [2, 3, 5])
@pytest.mark.parametrize("shards", [1, 2, 3, 8, 64])
def test_every_shard_is_done_once(count: int, shards: int) -> None:
    control = np.zeros(layout.CONTROL_LENGTH, np.int64)
    with helped(control, count):
        # More threads than processors: each is interrupted in the middle of something.
        found = counted(int(control[layout.HELPERS]), shards, 5_000, 20)
    assert found.tolist() == [5_000.0] * shards + [17.0]


def test_helpers_are_there_again_next_time() -> None:
    control = np.zeros(layout.CONTROL_LENGTH, np.int64)
    with helped(control, 4):
        pass
    before = threading.active_count()
    for _ in range(20):
        with helped(control, 4):
            assert counted(int(control[layout.HELPERS]), 8, 10).tolist() == [10.0] * 8 + [17.0]
    assert threading.active_count() == before


def test_two_crews_have_helpers_of_their_own() -> None:
    first, second = (np.zeros(layout.CONTROL_LENGTH, np.int64) for _ in range(2))
    with helped(first, 3), helped(second, 3):
        assert first[layout.HELPERS] != second[layout.HELPERS]
        for control in (first, second):
            assert counted(int(control[layout.HELPERS]), 8, 10).tolist() == [10.0] * 8 + [17.0]


def test_helpers_come_and_go_home(monkeypatch: pytest.MonkeyPatch) -> None:
    came, left = threading.Event(), threading.Event()
    control = np.zeros(layout.CONTROL_LENGTH, np.int64)

    def noted(board: int) -> None:
        # A helper may still have boards of the tests before, closed long ago.
        is_this = board == control[layout.HELPERS]
        if is_this:
            came.set()
        original(board)
        if is_this:
            left.set()

    original = threads.help_out
    monkeypatch.setattr(threads, "help_out", noted)
    with helped(control, 2):
        assert came.wait(10.0)
        assert not left.wait(0.05)
    assert control[layout.HELPERS] == 0
    assert left.wait(10.0)


def test_helpers_go_home_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    control = np.zeros(layout.CONTROL_LENGTH, np.int64)
    monkeypatch.setattr(threads, "_idle", [])
    left = threading.Semaphore(0)
    original = threads.help_out
    monkeypatch.setattr(threads, "help_out", lambda board: (original(board), left.release()))
    with pytest.raises(KeyError), helped(control, 3):
        raise KeyError
    assert control[layout.HELPERS] == 0
    assert len(threads._idle) == 2
    assert all(left.acquire(timeout=10.0) for _ in range(2))


def test_one_thread_has_no_crew() -> None:
    control = np.zeros(layout.CONTROL_LENGTH, np.int64)
    before = threading.active_count()
    with helped(control, 1):
        assert control[layout.HELPERS] == 0
        assert threading.active_count() == before


def test_a_helper_that_never_comes_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "help_out", lambda board: None)
    control = np.zeros(layout.CONTROL_LENGTH, np.int64)
    with helped(control, 2):
        assert counted(int(control[layout.HELPERS]), 4, 10).tolist() == [10.0] * 4 + [17.0]


def test_helpers_do_some_of_the_work() -> None:
    control = np.zeros(layout.CONTROL_LENGTH, np.int64)
    end = time.perf_counter() + 30.0
    with helped(control, 2):
        board = int(control[layout.HELPERS])
        done = np.ctypeslib.as_array((ctypes.c_int64 * BOARD_LENGTH).from_address(board))[DONE:]
        while done[0] == 0 and time.perf_counter() < end:
            counted(board, 64, 1, 100_000)
        assert 0 < done[0] <= 64
