"""What became of a sweep's settings, and how they rank."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from engine.experiments.board import MEASURES, Fate, board_of, first_gradient
from engine.experiments.sweep import MEASURES as OF_SWEEPS
from tests.engine.experiments.boards import filled, grid_sweep, made


def test_every_measure_of_a_sweep_has_a_name() -> None:
    assert set(MEASURES) == set(OF_SWEEPS)
    assert all(one.title.text for one in MEASURES.values())


def test_a_setting_is_the_median_of_its_seeds() -> None:
    sweep = grid_sweep(seeds=3)
    board = board_of(sweep, [made((0.5, 1), loss, seed=seed)
                             for seed, loss in ((2, 0.9), (0, 0.1), (1, 0.3))])
    spot = board.spots[0.5, 1]
    assert spot.fate is Fate.LEARNED
    assert spot.size == 0.3
    assert spot.figures == (0.1, 0.3, 0.9), "in the order of the seeds"


def test_it_broke_where_no_more_than_half_of_its_seeds_came_to_an_end() -> None:
    sweep = grid_sweep(seeds=2)
    board = board_of(sweep, [made((0.5, 1), 0.1), made((0.5, 1), None, seed=1, gradient=55.0),
                             made((1.0, 1), None, gradient=3.0),
                             made((1.5, 1), math.inf, gradient=7.0)])
    assert board.spots[0.5, 1].fate is Fate.BROKE
    assert board.spots[0.5, 1].size == 55.0
    assert board.spots[0.5, 1].broken == 1
    assert board.spots[1.5, 1].fate is Fate.BROKE, "an endless loss is none"
    assert board.ends(Fate.BROKE) == (3.0, 55.0)
    assert board.ends(Fate.LEARNED) is None


def test_what_cannot_be_trained_is_neither() -> None:
    board = board_of(grid_sweep(), [made((0.5, 1), None, end="refused")])
    assert board.spots[0.5, 1].fate is Fate.REFUSED
    assert board.best() is None


def test_the_first_gradient_is_the_largest_finite_one() -> None:
    result = made((1.0, 1), None)
    assert first_gradient(result) == 1.0
    assert math.isnan(first_gradient(made((1.0, 1), None, gradient=None)))


def test_shares_are_quantiles_so_that_one_far_off_takes_no_colours() -> None:
    sweep = grid_sweep((1.0, 2.0, 3.0, 4.0, 5.0), (1,))
    near = filled(sweep, lambda gain, _depth: gain)
    far = filled(sweep, lambda gain, _depth: 1e9 if gain == 5.0 else gain)
    for board in (near, far):
        shares = [board.shares[gain, 1] for gain in (1.0, 2.0, 3.0, 4.0, 5.0)]
        assert shares == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_equal_figures_have_equal_shares_and_larger_ones_larger() -> None:
    sweep = grid_sweep(tuple(range(1, 12)), (1,))
    board = filled(sweep, lambda gain, _depth: float(gain // 3))
    spots = sorted(board.spots.values(), key=lambda spot: spot.size)
    for one, two in pairwise(spots):
        assert (board.shares[one.values] < board.shares[two.values]) == (one.size < two.size)


@pytest.mark.parametrize(("measure", "best"), [("loss", (0.5, 1)), ("accuracy", (2.0, 3))])
def test_the_best_is_the_smallest_loss_or_the_largest_accuracy(
    measure: str, best: tuple[float, int]
) -> None:
    sweep = grid_sweep(measure=measure)
    board = board_of(sweep, [made(sweep.values_at(cell), sum(sweep.values_at(cell)),  # type: ignore[arg-type]
                                  accuracy=sum(sweep.values_at(cell)))  # type: ignore[arg-type]
                             for cell in sweep.cells()])
    found = board.best()
    assert found is not None
    assert found.values == best


def test_what_has_not_changed_is_not_looked_at_again() -> None:
    sweep = grid_sweep(seeds=2)
    first, second = made((0.5, 1), 0.1), made((1.0, 1), 0.2)
    before = board_of(sweep, [first, second])
    after = board_of(sweep, [first, second, made((1.0, 1), 0.4, seed=1)], before)
    assert after.spots[0.5, 1] is before.spots[0.5, 1]
    assert after.spots[1.0, 1].size == pytest.approx(0.3)
    other = board_of(sweep, [made((0.5, 1), 0.7)], before)
    assert other.spots[0.5, 1].size == 0.7, "computed anew"


def test_one_that_broke_unmeasured_is_the_worst() -> None:
    board = board_of(grid_sweep(), [made((0.5, 1), None, gradient=None), made((1.0, 1), None),
                                    made((1.5, 1), 0.3), made((2.0, 1), None, end="refused")])
    assert board.shares[0.5, 1] == 1.0
    assert board.shares[1.0, 1] == 0.0
    assert board.shares[1.5, 1] == 0.0
