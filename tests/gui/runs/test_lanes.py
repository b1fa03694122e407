"""Where steps lie, and which verdict each column of pixels has."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from engine.telemetry.recorder import Stretch
from gui.runs.lanes import Axis, Block, blocks, columns_of


def drawn(stretches: Sequence[tuple[int, int, str, int]], last: int, axis: Axis) -> list[Block]:
    return blocks([Stretch._make(one) for one in stretches], last, axis)


@pytest.mark.parametrize("logarithmic", [False, True])
def test_a_pixel_is_the_step_that_lies_there(logarithmic: bool) -> None:
    axis = Axis(0, 10_000, 20.0, 520.0, logarithmic)
    for step in (0, 1, 10, 5000, 10_000):
        assert axis.step(float(axis.at(step))) == pytest.approx(step, abs=1e-6)
    assert axis.step(-100.0) == 0
    assert axis.step(9999.0) == pytest.approx(10_000)


def test_each_decade_is_as_wide_as_the_next() -> None:
    axis = Axis(0, 99_999, 0.0, 500.0, logarithmic=True)
    assert np.allclose(axis.at(np.array([0, 9, 99, 999, 9999])), [0, 100, 200, 300, 400])


def test_a_run_of_one_step_has_a_place() -> None:
    assert float(Axis(0, 0, 10.0, 90.0).at(0)) == 10.0


def test_what_lies_before_the_only_step_is_drawn_there() -> None:
    axis = Axis(500, 500, 10.0, 90.0)
    assert np.allclose(axis.at(np.array([1, 500, 900])), 10.0)
    assert len(drawn(((1, 400, "early", 0), (400, 500, "learned", 0)), 500, axis)) == 1


def test_verdicts_are_drawn_to_scale_and_last_until_the_next() -> None:
    axis = Axis(0, 1000, 0.0, 100.0)
    found = drawn(((0, 150, "early", 0), (200, 700, "dead", 1), (700, 1000, "learned", 0)), 1000,
                   axis)
    assert [(one.left, one.right, one.code, one.severity) for one in found] == [
        (0.0, 20.0, "early", 0), (20.0, 70.0, "dead", 1), (70.0, 100.0, "learned", 0)]


def test_the_gravest_of_a_column_is_seen() -> None:
    axis = Axis(0, 100_000, 0.0, 100.0)
    stretches = ((0, 50_200, "learned", 0), (50_201, 50_210, "dead", 1),
                 (50_211, 50_211, "nonfinite", 2), (50_212, 50_300, "flat", 1),
                 (50_301, 100_000, "learned", 0))
    found = drawn(stretches, 100_000, axis)
    assert [(one.left, one.code) for one in found] == [
        (0.0, "learned"), (50.0, "nonfinite"), (51.0, "learned")]


def test_there_are_no_more_blocks_than_columns_of_pixels() -> None:
    axis = Axis(0, 10_000, 0.0, 50.0)
    codes = ("dead", "learned", "flat")
    stretches = tuple((step, step, codes[step % 3], step % 2) for step in range(10_000))
    found = drawn(stretches, 10_000, axis)
    assert 0 < len(found) <= 50
    assert found[0].left == 0.0
    assert found[-1].right == 50.0
    for before, after in pairwise(found):
        assert before.right == after.left


def test_nothing_said_is_nothing_drawn() -> None:
    assert drawn((), 100, Axis(0, 100, 0.0, 100.0)) == []


def test_steps_of_one_column_are_one_tick() -> None:
    axis = Axis(0, 1000, 0.0, 10.0)
    assert columns_of(range(1001), axis) == list(range(11))
    assert columns_of((), axis) == []
