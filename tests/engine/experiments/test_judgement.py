"""What is called a difference: counted by hand, and by every way that coins can fall."""

from __future__ import annotations

import itertools
import math

import pytest

from engine.experiments.judgement import FEWEST, LIMIT, judged, sign_test

NAN, INF = math.nan, math.inf


def by_all_tosses(better: int, worse: int) -> float:
    """Return how many of all rows of tosses are at least as uneven."""
    pairs = better + worse
    rows = list(itertools.product((0, 1), repeat=pairs))
    return sum(abs(2 * sum(row) - pairs) >= abs(better - worse) for row in rows) / len(rows)


@pytest.mark.parametrize("pairs", range(11))
def test_p_is_the_share_of_tosses_that_are_as_uneven(pairs: int) -> None:
    for better in range(pairs + 1):
        assert sign_test(better, pairs - better) == by_all_tosses(better, pairs - better)


def test_all_of_five_pairs_are_the_least_that_shows_anything() -> None:
    assert sign_test(FEWEST, 0) == LIMIT == 0.0625
    assert sign_test(FEWEST - 1, 0) > LIMIT
    shown = {(n, k) for n in range(11) for k in range(n // 2 + 1, n + 1)
             if sign_test(k, n - k) <= LIMIT}
    assert shown == {(5, 5), (6, 6), (7, 7), (8, 8), (9, 8), (9, 9), (10, 9), (10, 10)}


@pytest.mark.parametrize(("a", "b", "outcome", "sentence"), [
    ((0.3, 0.31, 0.32, 0.4, 0.2), (0.12, 0.1, 0.13, 0.3, 0.11), "better",
     "B better in 5 of 5; median 0.12 against 0.31"),
    ((0.12, 0.1, 0.13, 0.3, 0.11), (0.3, 0.31, 0.32, 0.4, 0.2), "worse",
     "B worse in 5 of 5; median 0.31 against 0.12"),
    ((0.3, 0.31, 0.32, 0.4, 0.2), (0.12, 0.1, 0.13, 0.3, 0.21), "none",
     "no difference that 5 seeds can show: B better in 4 of 5; median 0.13 against 0.31"),
    ((0.3, 0.2), (0.1, 0.1), "few",
     "no difference that 2 seeds can show, it takes 5: B better in 2 of 2; "
     "median 0.1 against 0.25"),
    ((0.3,), (0.1,), "few",
     "no difference that 1 seed can show, it takes 5: B better in 1 of 1; median 0.1 against 0.3"),
    ((0.3, 0.2, 0.1), (0.3, 0.2, 0.1), "same", "the same in all 3"),
    ((), (), "few", "no pair has come to its end"),
    ((1.0, 1.0, 1.0, 1.0, 1.0, 0.5), (0.5, 0.5, 0.5, 0.5, 0.5, 0.5), "better",
     "B better in 5 of 6; median 0.5 against 1"),
    ((1.0, 1.0, 1.0, 1.0, 0.5), (0.5, 0.5, 0.5, 0.5, 0.5), "none",
     "no difference that 5 seeds can show: B better in 4 of 5; median 0.5 against 1"),
])
def test_sentences(a: tuple[float, ...], b: tuple[float, ...], outcome: str,
                   sentence: str) -> None:
    found = judged(a, b)
    assert (found.outcome, found.message.text) == (outcome, sentence)


def test_a_large_figure_may_be_the_good_one() -> None:
    found = judged((0.5, 0.6, 0.5, 0.5, 0.5), (0.9, 0.91, 0.8, 0.9, 0.99), larger_is_better=True)
    assert found.outcome == "better"
    assert found.medians == (0.5, 0.9)
    assert judged(found.a, found.b).outcome == "worse"


@pytest.mark.parametrize("bad", [NAN, INF, -INF])
@pytest.mark.parametrize("larger", [False, True])
def test_a_run_that_diverged_is_the_worst(bad: float, larger: bool) -> None:
    found = judged((bad,) * 5, (0.2,) * 5, larger_is_better=larger)
    assert (found.better, found.diverged) == (5, (5, 0))
    assert found.message.text == ("B better in 5 of 5; median 0.2 against no finite number; "
                                  "A diverged in 5 of 5")
    both = judged((bad, bad), (bad, 0.1), larger_is_better=larger)
    assert (both.better, both.worse) == (1, 0)
    assert both.message.text.endswith("A diverged in 2 of 2, B diverged in 1 of 2")


def test_medians_that_look_alike_are_written_with_more_digits() -> None:
    found = judged((0.12345, ) * 5, (0.12344, ) * 5)
    assert found.message.text.endswith("median 0.1234 against 0.1235")
    assert judged((1.0, 3.0), (0.0, 0.0)).medians == (2.0, 0.0)


def test_figures_without_a_partner_are_refused() -> None:
    with pytest.raises(ValueError, match="2 figures of A, 1 of B"):
        judged((1.0, 2.0), (1.0,))
