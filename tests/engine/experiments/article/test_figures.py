from __future__ import annotations

import math

import pytest

from engine.experiments.article.figures import apart, by_measure, comparable, middle, shown, written
from engine.experiments.article.measures import MEASURES
from tests.engine.experiments.article.made import INF, NAN, row

ACCURACY, STEPS = MEASURES["validation_accuracy"], MEASURES["steps_to_goal"]


@pytest.mark.parametrize(("values", "expected"), [
    ((3.0, 1.0, 2.0), 2.0), ((4.0, 1.0, 2.0, 3.0), 2.5), ((1.0, INF), INF), ((1.0, INF, 2.0), 2.0),
    ((INF, INF), INF), ((-INF, -INF, 1.0), -INF)])
def test_the_middle_knows_infinity(values: tuple[float, ...], expected: float) -> None:
    assert middle(values) == expected


def test_nothing_has_no_middle() -> None:
    assert math.isnan(middle(()))


@pytest.mark.parametrize(("a", "b", "expected"), [
    ((1.0, 2.0), (3.0, 4.0), -1), ((3.0, 4.0), (1.0, 2.0), 1), ((1.0, 3.0), (2.0, 4.0), 0),
    ((1.0, 2.0), (2.0, 3.0), 0), ((1.0,), (INF,), -1), ((INF,), (INF,), 0), ((), (1.0,), 0)])
def test_rows_are_apart_where_every_seed_is(a: tuple[float, ...], b: tuple[float, ...],
                                            expected: int) -> None:
    assert apart(a, b) == expected


@pytest.mark.parametrize(("values", "text"), [
    ((), "not measured yet"), ((0.9, 0.9), "0.9"), ((0.91234, 0.8, 0.95), "0.912 (0.8 to 0.95)"),
    ((2350.0, 23200.0, 250.0), "2,350 (250 to 23,200)"), ((INF, INF), "not reached"),
    ((NAN, NAN), "diverged"), ((INF, NAN), "not reached"),
    ((5.0, INF, 7.0), "6 (5 to 7), 2 of 3 seeds")])
def test_median_and_spread_are_put_into_words(values: tuple[float, ...], text: str) -> None:
    assert shown(values).text == text


@pytest.mark.parametrize(("value", "text"), [
    (0.1, "0.1"), (NAN, "diverged"), (INF, "not reached"), (1437, "1,440")])
def test_a_figure_is_put_into_words(value: float, text: str) -> None:
    assert written(value).text == text


def test_what_diverged_is_the_worst_there_is() -> None:
    assert comparable(row("a", NAN, 0.5), ACCURACY).values == (-INF, 0.5)
    assert comparable(row("a", NAN, 5.0), STEPS).values == (INF, 5.0)


def test_another_measure_takes_the_place_of_the_table_s_own() -> None:
    rows = [row("a", 1.0, beside={"seconds_to_goal": (2.0, NAN)})]
    seen, measure = by_measure(rows, "seconds_to_goal", ACCURACY)
    assert seen[0].values == (2.0, INF)
    assert measure is MEASURES["seconds_to_goal"]
    assert by_measure(rows, "", ACCURACY) == (rows, ACCURACY)
