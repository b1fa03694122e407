"""Every sentence on an order is held against the figures that it is said of, in both directions."""

from __future__ import annotations

from itertools import combinations, permutations

import pytest

from engine.experiments.article.figures import apart
from engine.experiments.article.measures import MEASURES
from engine.experiments.article.orders import Beside, Best, Order
from tests.engine.experiments.article.made import INF, row

ACCURACY, STEPS = MEASURES["validation_accuracy"], MEASURES["steps_to_goal"]
LOW, MIDDLE, HIGH = (0.1, 0.2), (0.3, 0.4), (0.5, 0.6)


def told(*messages: object) -> str:
    return " ".join(map(str, messages))


def test_the_article_s_order_holds() -> None:
    rows = [row("c", *HIGH, rank=3), row("a", *LOW, rank=1), row("b", *MIDDLE, rank=2)]
    (message,) = Order().tell(rows, ACCURACY)
    assert message.code == "article.order.holds"
    assert message.text == ("The article’s order holds with every seed; from where accuracy is "
                            "lowest to where it is highest: a, b, c.")


def test_the_article_s_order_stands_upside_down() -> None:
    rows = [row("a", *HIGH, rank=1), row("b", *MIDDLE, rank=2), row("c", *LOW, rank=3)]
    (message,) = Order().tell(rows, ACCURACY)
    assert message.code == "article.order.reversed"
    assert message.text.endswith("highest: c, b, a.")


def test_what_holds_of_an_order_is_told_pair_by_pair() -> None:
    rows = [row("a", *MIDDLE, rank=1), row("b", *LOW, rank=2), row("c", *HIGH, rank=3),
            row("d", 0.55, 0.9, rank=4)]
    text = told(*Order().tell(rows, ACCURACY))
    assert text == (
        "As the article has it, accuracy is lower with every seed for a than for c or d, for b "
        "than for c or d. The reverse of what the article has: accuracy is "
        "lower with every seed for b than for a. Whether accuracy is lower as the article has it, "
        "the seeds do not say of c and d.")


@pytest.mark.parametrize("figures", list(permutations([LOW, MIDDLE, HIGH, (0.35, 0.55)], 3)))
def test_an_order_is_said_to_hold_where_all_pairs_do_and_nowhere_else(
    figures: tuple[tuple[float, ...], ...]
) -> None:
    rows = [row(name, *values, rank=rank)
            for rank, (name, values) in enumerate(zip("abc", figures, strict=True))]
    codes = {message.code for message in Order().tell(rows, ACCURACY)}
    ways = {apart(low, high) for low, high in combinations(figures, 2)}
    assert ("article.order.holds" in codes) == (ways == {-1})
    assert ("article.order.reversed" in codes) == (ways == {1})
    assert ("article.order.undecided" in codes) == (0 in ways)


def test_rows_of_one_rank_or_of_none_are_not_held_against_one_another() -> None:
    assert Order().tell([row("a", 1.0, rank=1), row("b", 2.0, rank=1), row("c", 0.0)], STEPS) == ()


def test_an_order_is_that_of_a_group() -> None:
    rows = [row("a", 1.0, rank=1), row("b", 2.0, rank=2, group="deep"),
            row("c", 1.0, rank=3, group="deep")]
    (message,) = Order(group="deep").tell(rows, STEPS)
    assert message.code == "article.order.reversed"


def test_what_was_not_measured_takes_no_part() -> None:
    assert Order().tell([row("a", rank=1), row("b", 2.0, rank=2)], STEPS) == ()
    assert Best().tell([row("a"), row("b", 2.0)], STEPS) == ()
    assert Beside("a").tell([row("a"), row("b", 2.0)], STEPS) == ()


def test_the_best_is_the_least_of_what_should_be_small() -> None:
    rows = [row("a", 9.0, 9.5), row("b", 1.0, 2.0), row("c", 5.0, 6.0)]
    assert told(*Best(is_scale=True).tell(rows, STEPS)) == (
        "Of the 3 that were tried, b is best: the number of steps to the goal is 1.5 (1 to 2). "
        "To either side of it the median is worse: 9.25 for a, 5.5 for c.")


def test_a_best_that_is_none_by_the_median_has_no_sides() -> None:
    rows = [row("a", 1.0), row("b", 1.0), row("c", 2.0)]
    assert {one.code for one in Best(is_scale=True).tell(rows, STEPS)} == {
        "article.best", "article.best.alike", "article.best.end"}
    assert {one.code for one in Best(is_scale=True).tell(rows[::-1], STEPS)} == {
        "article.best", "article.best.alike"}


def test_the_best_is_the_largest_of_what_should_be_large() -> None:
    rows = [row("a", *LOW), row("b", 0.4, 0.55), row("c", *HIGH)]
    assert told(*Best(is_scale=True).tell(rows, ACCURACY)) == (
        "Of the 3 that were tried, c is best: accuracy is 0.55 (0.5 to 0.6). The seeds do not tell "
        "it apart from b. It stands at the end of what was tried, so that the best may lie beyond.")


def test_nothing_is_best_where_nothing_comes_to_the_goal() -> None:
    assert Best().tell([row("a", INF, INF), row("b", INF, INF)], STEPS) == ()


def test_the_best_by_a_figure_beside_the_table_s_own() -> None:
    rows = [row("a", 1.0, beside={"seconds_to_goal": (9.0,)}),
            row("b", 2.0, beside={"seconds_to_goal": (3.0,)})]
    assert told(*Best(figure="seconds_to_goal").tell(rows, STEPS)).startswith(
        "Of the 2 that were tried, b is best: the time to the goal is 3.")


def test_rows_are_told_beside_one_of_them() -> None:
    rows = [row("none", *MIDDLE), row("up", *HIGH), row("down", *LOW), row("same", 0.35, 0.5),
            row("elsewhere", *LOW, group="other")]
    assert told(*Beside("none").tell(rows, ACCURACY)) == (
        "Beside none, accuracy is higher with every seed for up; lower with every seed for down; "
        "not told apart by the seeds for same.")
