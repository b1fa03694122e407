from __future__ import annotations

import threading

import numpy as np
import pytest

from engine.statistics import LAYER_COLUMNS, RUN_COLUMNS
from engine.telemetry import ring as module
from engine.telemetry.ring import (
    FEWEST_ROWS,
    MEMORY,
    MOST_ROWS,
    Ring,
)
from tests.engine.training.runs import clouds, dense, trainer


class Writer:
    """Writes rows as the loop does: step n holds n in every column."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, rows: int = 16) -> None:
        monkeypatch.setattr(module, "FEWEST_ROWS", rows)
        monkeypatch.setattr(module, "MOST_ROWS", rows)
        self.control = np.zeros(2, np.int64)
        self.ring = Ring(("a",), self.control, 1)

    def write(self, count: int) -> None:
        for _ in range(count):
            head = self.control[1]
            self.ring.data[head % len(self.ring.data)] = head + 1
            self.control[1] += 1


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch) -> Writer:
    return Writer(monkeypatch)


def test_nothing_was_written(writer: Writer) -> None:
    steps, rows, cursor = writer.ring.read(0)
    assert (steps.shape, rows.shape, cursor) == ((0,), (0, 11), 0)


def test_rows_come_once_and_in_their_order(writer: Writer) -> None:
    cursor, found = 0, []
    for count in (3, 0, 1, 12, 9, 5, 14, 2):
        writer.write(count)
        steps, rows, cursor = writer.ring.read(cursor)
        assert (rows == steps[:, None]).all()
        found += steps.tolist()
    assert found == list(range(1, 47))
    assert cursor == 46


def test_what_was_overwritten_is_missing(writer: Writer) -> None:
    writer.write(100)
    steps, rows, cursor = writer.ring.read(0)
    # An eighth of the 16 rows is left to the writer.
    assert steps.tolist() == list(range(87, 101))
    assert (rows == steps[:, None]).all()
    assert cursor == 100


@pytest.mark.parametrize("cursor", [7, 8, 10**9])
def test_a_cursor_at_or_beyond_the_end_finds_nothing(writer: Writer, cursor: int) -> None:
    """A cursor beyond the end is that of a longer run before."""
    writer.write(7)
    steps, rows, after = writer.ring.read(cursor)
    assert not len(steps)
    assert not len(rows)
    assert after == 7


def test_what_is_overwritten_while_it_is_copied_is_dropped(writer: Writer) -> None:
    writer.write(15)
    data = writer.ring.data

    class Overtaken(np.ndarray):
        """An array whose rows are overwritten just before they are copied."""

        def copy(self, order: str = "C") -> np.ndarray:  # type: ignore[override]
            writer.ring.data = data
            writer.write(10)
            # Half of the next row is there already.
            data[25 % 16, :4] = -1
            return np.array(self)
    writer.ring.data = data.view(Overtaken)
    steps, rows, cursor = writer.ring.read(1)
    assert steps.tolist() == [11, 12, 13, 14, 15]
    assert (rows == steps[:, None]).all()
    assert cursor == 15


def test_memory_has_a_limit_and_rows_a_least_number() -> None:
    control = np.zeros(1, np.int64)
    for layers in (0, 1, 10, 100, 1000):
        ring = Ring([f"layer-{n}" for n in range(layers)], control, 0)
        assert len(ring.columns) == len(RUN_COLUMNS) + layers * len(LAYER_COLUMNS)
        assert FEWEST_ROWS <= len(ring.data) <= MOST_ROWS
        assert ring.data.nbytes <= max(MEMORY, FEWEST_ROWS * 8 * (1 + len(ring.columns)))


def test_a_reader_beside_a_training_thread_sees_whole_rows_in_their_order() -> None:
    """Every row of a twin run is known, so that a torn one would show."""
    layers = (dense("dense-1", 4), dense("output", 3, "linear"))
    steps_wanted = 30_000
    twin = trainer(clouds(), *layers, batch_size=10)
    truth = []
    cursor = 0
    while twin.step < steps_wanted:
        twin.run(steps_wanted - twin.step, 0.002)
        _, rows, cursor = twin.ring.read(cursor)
        truth.append(rows)
    known = np.concatenate(truth)
    assert len(known) == steps_wanted

    run = trainer(clouds(), *layers, batch_size=10)

    def train() -> None:
        while run.step < steps_wanted:
            run.run(steps_wanted - run.step, 10.0)
    thread = threading.Thread(target=train)
    thread.start()
    cursor, seen, reads = 0, 0, 0
    while cursor < steps_wanted:
        steps, rows, cursor = run.ring.read(cursor)
        assert (np.diff(steps) == 1).all()
        np.testing.assert_array_equal(rows, known[steps - 1])
        seen += len(steps)
        reads += len(steps) > 0
    thread.join()
    assert seen == steps_wanted
    assert reads > 3
