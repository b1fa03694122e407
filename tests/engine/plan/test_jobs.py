"""Which ops threads share at once, in which turns, and that every row has exactly one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.kernels.runtime import layout
from engine.plan.jobs import ALONE, BY_EXAMPLES, LARGE, LAST, WORTH_SHARING, Task, arrange
from engine.plan.table import Line, Table

MUCH, LITTLE = WORTH_SHARING, WORTH_SHARING // 10


def arranged(section: int, *tasks: tuple[int, int], threads: int = 2
             ) -> tuple[list[list[int]], list[int]]:
    """Return the rows of every job, and the shards of every row, of tasks in one section."""
    table = np.zeros((len(tasks), layout.ROW_LENGTH), np.int64)
    sections = np.zeros(layout.SECTIONS + 1, np.int64)
    sections[section + 1:] = len(tasks)
    arrange(table, sections, [Task(row, done, kind) for row, (kind, done) in enumerate(tasks)],
            threads)
    jobs, place = [], 0
    while place < len(table):
        count = max(1, int(table[place, layout.TOGETHER]))
        jobs.append([turn + int(table[turn, layout.TURN]) for turn in range(place, place + count)])
        place += count
    return jobs, table[:, layout.SHARDS].tolist()


def test_neighbours_that_work_by_examples_are_one_job() -> None:
    jobs, shards = arranged(layout.FORWARD, (BY_EXAMPLES, MUCH), (BY_EXAMPLES, LITTLE),
                            (ALONE, MUCH), (BY_EXAMPLES, LITTLE), (ALONE, LITTLE))
    assert jobs == [[0, 1], [2], [3], [4]]
    assert shards == [2, 2, 2, 1, 1]


def test_many_small_ops_are_worth_sharing_together() -> None:
    jobs, shards = arranged(layout.FORWARD, *[(BY_EXAMPLES, LITTLE)] * 10)
    assert jobs == [list(range(10))]
    assert shards == [2] * 10
    jobs, shards = arranged(layout.FORWARD, *[(BY_EXAMPLES, LITTLE)] * 9)
    assert jobs == [[row] for row in range(9)]
    assert shards == [1] * 9


def test_sums_over_the_batch_come_behind_all_others_from_the_first_layer_on() -> None:
    jobs, shards = arranged(layout.BACKWARD, (LAST, MUCH // 2), (BY_EXAMPLES, MUCH),
                            (LAST, MUCH // 2), (BY_EXAMPLES, LITTLE))
    assert jobs == [[1, 3], [2, 0]]
    assert shards == [1, 2, 1, 2]


def test_a_large_sum_comes_behind_what_else_there_is_before_the_next_sum() -> None:
    jobs, shards = arranged(layout.BACKWARD, (LAST, LITTLE), (BY_EXAMPLES, LITTLE), (LAST, LARGE),
                            (BY_EXAMPLES, LITTLE), (ALONE, LITTLE))
    assert jobs == [[1], [0], [3], [4], [2]]
    assert shards == [1, 1, 2, 1, 1]


def test_small_sums_are_done_whole_by_whoever_takes_them() -> None:
    jobs, shards = arranged(layout.BACKWARD, *[(LAST, LITTLE), (ALONE, LITTLE)] * 10)
    assert jobs == [*([row] for row in range(1, 20, 2)), list(range(18, -1, -2))]
    assert shards == [1] * 20


def test_one_sum_or_little_work_is_put_off_no_further_than_to_the_next_sum() -> None:
    jobs, shards = arranged(layout.BACKWARD, (LAST, MUCH), (ALONE, LITTLE))
    assert jobs == [[1], [0]]
    assert shards == [2, 1]
    jobs, _ = arranged(layout.BACKWARD, (LAST, LITTLE), (ALONE, LITTLE), (LAST, LITTLE))
    assert jobs == [[1], [0], [2]]


def test_one_thread_shares_nothing() -> None:
    jobs, shards = arranged(layout.BACKWARD, *[(LAST, MUCH), (BY_EXAMPLES, MUCH)] * 2, threads=1)
    assert jobs == [[0], [1], [2], [3]]
    assert shards == [1] * 4


def test_a_job_goes_from_the_batch_into_the_forward_pass_but_not_beyond() -> None:
    table = Table()
    for section in (layout.GATHER, layout.FORWARD, layout.LOSS_SECTION, layout.BACKWARD):
        table.add(section, Line("relu_forward", {"y": 1, "x": 2, "n": 3}, WORTH_SHARING))
    packed, _ = table.pack("float32", {}, threads=2)
    assert packed[:, layout.TOGETHER].tolist() == [2, 0, 1, 1]


@pytest.mark.parametrize(("inputs", "rows", "together"), [(8, 1, 2), (4096, 1, 1), (8, 5, 1)],
                         ids=["small", "many weights", "a sequence"])
def test_a_dense_layer_that_is_not_cut_by_examples_stands_alone(inputs: int, rows: int,
                                                                together: int) -> None:
    table = Table()
    table.add(layout.FORWARD, Line("relu_forward", {"y": 1, "x": 2, "n": 3}, WORTH_SHARING))
    table.add(layout.FORWARD, Line("dense_forward", {
        "y": 1, "x": 2, "w": 3, "b": -1, "i": inputs, "o": 64, "rows": rows}, WORTH_SHARING))
    packed, _ = table.pack("float32", {}, threads=2)
    assert packed[0, layout.TOGETHER] == together


@given(st.lists(st.tuples(st.sampled_from([ALONE, BY_EXAMPLES, LAST]),
                          st.integers(0, 2 * WORTH_SHARING)), max_size=30), st.integers(1, 5))
def test_every_row_has_exactly_one_turn(tasks: list[tuple[int, int]], threads: int) -> None:
    jobs, _ = arranged(layout.BACKWARD, *tasks, threads=threads)
    rows = [row for job in jobs for row in job]
    assert sorted(rows) == list(range(len(tasks)))
    # What is not put off keeps its order: it reads what came before.
    others = [row for row in rows if tasks[row][0] != LAST]
    assert others == sorted(others)
