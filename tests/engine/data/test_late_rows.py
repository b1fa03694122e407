"""Rows that are read when they are first needed."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.data import late_rows
from engine.data.late_rows import LateRows
from engine.data.rows import ByteRows, are_same, extremes
from engine.data.unreadable import UnreadableError
from engine.errors import DataError
from engine.messages import say

CONTENT = np.random.default_rng(2).integers(0, 256, (40, 6)).astype(np.uint8)
SCALE, SHIFT = np.linspace(0.1, 0.6, 6), np.linspace(-1, 1, 6)
PLAIN = ByteRows(CONTENT, SCALE, SHIFT)


class Reader:
    """Gives rows, counts how often each is asked for, and waits where it is told to."""

    def __init__(self, broken: tuple[int, ...] = ()) -> None:
        self.broken, self.read = broken, [0] * len(CONTENT)
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def __call__(self, row: int) -> NDArray[np.uint8]:
        self.read[row] += 1
        self.may_go_on.wait()
        if row in self.broken:
            raise UnreadableError(say("images.truncated"))
        return CONTENT[row]


def late(reader: Reader, following: NDArray[np.int64] | None = None, **more: int) -> LateRows:
    return LateRows(CONTENT.shape, reader, SCALE, SHIFT,
                    names=[f"{row}.png" for row in range(len(CONTENT))], following=following,
                    **more)


@pytest.mark.parametrize("mapped", [False, True])
def test_the_numbers_are_those_of_rows_that_are_there(
        mapped: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if mapped:
        monkeypatch.setattr(late_rows, "IN_MEMORY", 10)
        monkeypatch.setattr(late_rows, "_LET_GO", 20)
    reader = Reader()
    rows = late(reader)
    some = np.array([7, 3, 3, 39])
    assert np.array_equal(rows[some], PLAIN[some])
    assert np.array_equal(rows[5], PLAIN[5])
    assert np.array_equal(rows[-2:], PLAIN[-2:])
    assert sum(reader.read) == 5
    assert not rows.is_whole
    assert np.array_equal(np.asarray(rows), np.asarray(PLAIN))
    assert reader.read == [1] * 40
    assert rows.is_whole


def test_what_is_read_ahead_is_there_later() -> None:
    reader = Reader()
    rows = late(reader)
    rows.read_ahead(np.arange(10))
    rows.need(np.arange(10))
    reader.may_go_on.clear()
    assert rows.ready(np.array([4, 9, 30, 2])) == 2
    assert np.array_equal(rows[9], PLAIN[9])
    reader.may_go_on.set()


def test_a_wait_can_be_stopped() -> None:
    reader = Reader()
    rows = late(reader)
    reader.may_go_on.clear()
    asked = 0

    def is_stopped() -> bool:
        nonlocal asked
        asked += 1
        return asked > 2

    assert not rows.need(np.arange(3), is_stopped)
    reader.may_go_on.set()
    assert rows.need(np.arange(3))


def test_readers_end_when_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_rows, "PATIENCE_S", 0.0)
    reader = Reader()
    rows = late(reader)
    rows.read_ahead(np.arange(40))
    for thread in threading.enumerate():
        if thread.name == "reader":
            thread.join()
    assert sum(reader.read) < 40


def test_another_one_of_its_group_stands_for_what_is_broken() -> None:
    following = np.arange(40).reshape(4, 10)
    following = np.roll(following, -1, axis=1).ravel()
    rows = late(Reader(broken=(9, 0, 13)), following)
    assert np.array_equal(rows.content[:0], CONTENT[:0])
    assert rows.remarks == ()
    assert np.array_equal(rows[np.array([9, 0, 13])], PLAIN[np.array([1, 1, 14])])
    assert [one.text for one in rows.remarks] == [
        "While training, 3 files could not be read, and another one of the class stands in their "
        "place: 0.png (it ends too early), 9.png (it ends too early), 13.png (it ends too early)."]


def test_where_nothing_can_stand_there_is_nothing() -> None:
    alone = late(Reader(broken=(3,)), blank=255)
    assert np.array_equal(alone[3], 255 * SCALE + SHIFT)
    assert [one.text for one in alone.remarks] == [
        "While training, 1 file could not be read, and is a blank example: 3.png (it ends too "
        "early)."]
    all_broken = late(Reader(broken=tuple(range(40))), np.roll(np.arange(40), -1), blank=7)
    assert np.array_equal(all_broken[3], 7 * SCALE + SHIFT)


def test_whatever_a_reader_raises_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(row: int) -> NDArray[np.uint8]:
        raise MemoryError

    rows = LateRows((4, 6), fails, 1.0, 0.0, names="abcd")
    assert np.array_equal(rows[2], np.zeros(6))
    assert "c (it cannot be read (MemoryError))" in rows.remarks[0].text


def test_sameness_and_ends_need_no_reading() -> None:
    reader = Reader()
    rows = late(reader, signature=3)
    assert are_same(rows, late(reader, signature=3))
    assert not are_same(rows, late(reader, signature=4))
    assert not are_same(rows, PLAIN)
    assert are_same(PLAIN, ByteRows(CONTENT.copy(), SCALE, SHIFT))
    assert not are_same(PLAIN, ByteRows(CONTENT, SCALE, 0.0))
    assert extremes(rows) == (-1.0, 255 * 0.6 + 1)
    assert reader.read == [0] * 40


def test_what_does_not_fit_the_disk_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_rows, "IN_MEMORY", 10)
    with pytest.raises(DataError, match=r"1,000,000,000,000,000 bytes of examples do not fit"):
        LateRows((10**9, 10**6), Reader(), 1.0, 0.0, names=())
