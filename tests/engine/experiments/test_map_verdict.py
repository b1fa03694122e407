"""The sentence about a map: it counts both sides of what theory promises."""

from __future__ import annotations

import math

import pytest

from engine.experiments.board import board_of
from engine.experiments.map_verdict import Goal, goal_of, title_of, verdict
from tests.engine.experiments.boards import filled, grid_sweep, made

GAINS = tuple(0.5 + 0.25 * place for place in range(10))
DEPTHS = tuple(range(1, 11))


def test_it_counts_within_and_beyond() -> None:
    sweep = grid_sweep(GAINS, DEPTHS)
    board = filled(sweep, lambda gain, depth: 0.1 if depth <= 4 or gain == 0.5 else 2.0)
    found = verdict(board, Goal(1.0), lambda values: float(values[1]) <= 5, "reach")
    assert found.sentence.values["inside"] == 41
    assert found.sentence.values["within"] == 50
    assert found.sentence.values["outside"] == 5
    assert found.sentence.values["beyond"] == 50
    assert found.sentence.text == ("Loss at the end fell to 1 or below in 41 of 50 networks within "
                                   "6 ξ, in 5 of 50 beyond it.")


@pytest.mark.parametrize(("deepest", "tone", "heading"), [
    (5, "good", "Theory holds roughly."), (2, "warning", "Theory holds in part."),
    (-5, "bad", "Theory does not hold here."),
])
def test_it_holds_only_where_both_sides_do(deepest: int, tone: str, heading: str) -> None:
    board = filled(grid_sweep(GAINS, DEPTHS), lambda _gain, depth: (
        0.1 if (depth <= deepest if deepest > 0 else depth > 5) else 2.0))
    found = verdict(board, Goal(1.0), lambda values: float(values[1]) <= 5, "reach")
    assert (found.tone, found.heading.text) == (tone, heading)


def test_of_a_rate_only_what_lies_beyond_is_promised() -> None:
    """A rate may be stable and yet too small to come far."""
    board = filled(grid_sweep(GAINS, DEPTHS), lambda _gain, depth: 0.1 if depth == 5 else 2.0)
    found = verdict(board, Goal(1.0), lambda values: float(values[1]) <= 5, "rate")
    assert (found.tone, found.heading.text) == ("good", "The bound holds roughly.")
    assert found.sentence.text.endswith("in 10 of 50 networks within 2/λ, in 0 of 50 beyond it.")
    broken = verdict(filled(board.sweep, lambda *_: 0.1), Goal(1.0),
                     lambda values: float(values[1]) <= 5, "rate")
    assert broken.tone == "bad"


def test_a_side_without_networks_is_no_proof() -> None:
    board = filled(grid_sweep(GAINS, (1, 2)), lambda *_: 0.1)
    found = verdict(board, Goal(1.0), lambda _values: True, "reach")
    assert found.tone == "neutral"


def test_without_theory_it_counts_and_names_the_best() -> None:
    board = filled(grid_sweep(), lambda gain, depth: None if depth == 3 else gain)
    found = verdict(board, Goal(1.0))
    assert found.sentence.text == (
        "Loss at the end fell to 1 or below in 4 of 12 networks. Best loss at the end: 0.5 at "
        "initial scale 0.5, depth 1. 4 blew up.")


def test_before_there_is_anything_what_will_count_is_printed() -> None:
    sweep = grid_sweep()
    for results in ((), [made((0.5, 1), None, end="refused")]):
        told = verdict(board_of(sweep, results), Goal(1.0))
        assert told.heading.text == "Nothing computed yet."
        assert "Loss at the end fell to 1 or below" in told.sentence.text, "fixed beforehand"
    assert verdict(board_of(sweep, ()), Goal(math.nan)).sentence.text
    found = verdict(filled(sweep, lambda *_: None), Goal(1.0))
    assert found.heading.text == "None learned."


def test_what_counts_as_learned_is_fixed_before_a_cell_is_computed() -> None:
    empty = board_of(grid_sweep(), ())
    assert goal_of(empty, 2.3) == Goal(1.15)
    assert goal_of(board_of(grid_sweep(goal_loss=0.4), ()), 2.3) == Goal(0.4)
    assert goal_of(board_of(grid_sweep(measure="accuracy"), ()), 0.1) == Goal(0.55, True)
    assert math.isnan(goal_of(empty, math.nan).figure)


def test_names_of_knobs_stand_within_a_sentence() -> None:
    assert title_of("learning_rate") == "learning rate"
    assert title_of("l2") == "L2"
