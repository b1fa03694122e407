from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.experiments.article.file import RowFile
from engine.experiments.article.orders import Order
from engine.experiments.results import Told
from engine.messages import say
from tests.engine.experiments.article.made import INF, RATES, reached, results, table

STEPS = {0.001: 9000, 0.01: 900, 0.1: 90}


def test_rows_are_the_article_s_with_the_seeds_in_order() -> None:
    found = list(results(RATES, lambda cell: reached(
        STEPS[RATES.values_at(cell)[0]] + cell.seed)))
    rows = table(Order()).rows(reversed(found))
    assert [row.label.text for row in rows] == ["rate 0.001", "rate 0.01", "rate 0.1"]
    assert [row.article for row in rows] == ["fast", "moderate", "slow"]
    assert all(row.is_article for row in rows)
    assert rows[1].measured == (900, 901, 902, 903, 904)
    assert rows[1].shown.text == "902 (900 to 904)"


def test_rows_are_there_before_anything_is_measured() -> None:
    made = table(Order())
    assert [row.measured for row in made.rows(())] == [(), (), ()]
    assert {row.shown.text for row in made.rows(())} == {"not measured yet"}
    assert made.verdict(()).code == "article.nothing"


def test_a_verdict_says_of_how_much_it_is() -> None:
    found = [result for result in results(RATES, lambda cell: reached(
        STEPS[RATES.values_at(cell)[0]])) if result.seed < 2]
    text = table(Order()).verdict(found).text
    assert text.startswith("Of 15 runs 6 are done; what is said is of those. The article’s order "
                           "stands upside down, with every seed;")


def test_other_results_are_passed_over() -> None:
    other = replace(RATES, steps=7)
    assert table(Order()).verdict(results(other, lambda _: reached(3))).code == "article.nothing"


def test_what_was_not_reached_and_what_diverged_is_told() -> None:
    def figure(cell: object) -> dict[str, object]:
        value = RATES.values_at(cell)[0]  # type: ignore[arg-type]
        return {0.001: {"end": "done", "step": 100}, 0.01: reached(50),
                0.1: {"end": "diverged", "step": 3}}[value]  # type: ignore[index]
    rows = table(Order()).rows(results(RATES, figure))
    assert rows[0].measured == (INF,) * 5
    assert [row.shown.text for row in rows] == ["not reached", "50", "diverged"]
    # Neither comes to the goal, so that neither lies above the other.
    text = table(Order()).verdict(results(RATES, figure)).text
    assert "the seeds do not say of rate 0.001 and rate 0.1" in text


def test_an_accuracy_is_a_goal_too() -> None:
    told = Told.of(say("stopped.accuracy", accuracy=0.96, limit=0.95))
    rows = table(Order(), measure="epochs_to_goal").rows(results(RATES, lambda _: {
        "end": "stopped", "step": 80, "epoch": 8, "message": told}))
    assert rows[0].measured == (8,) * 5


def test_of_several_places_the_best_counts() -> None:
    rows = (RowFile("any rate", values=((0.001,), (0.01,), (0.1,))),)
    found = list(results(RATES, lambda cell: reached(STEPS[RATES.values_at(cell)[0]])))
    (row,) = table(Order(), rows=rows).rows(found)
    assert row.label.text == "any rate"
    assert row.beside is not None
    assert row.beside.text == "Learning rate: 0.1, the best of 3"
    assert row.measured == (90,) * 5
    (row,) = table(Order(), rows=rows, measure="validation_accuracy").rows(
        results(RATES, lambda cell: {"validation_accuracy": RATES.values_at(cell)[0]}))
    assert row.measured == (0.1,) * 5


def test_further_figures_stand_beside_a_row() -> None:
    made = table(Order(), beside=("epochs_to_goal", "seconds_to_goal"))
    rows = made.rows(results(RATES, lambda _: reached(500)))
    assert rows[0].beside is not None
    assert rows[0].beside.text == "Epochs to the goal: 50; Seconds to the goal: 0.5"
    assert made.is_timed
    assert not table(Order()).is_timed


@pytest.mark.parametrize(("change", "words"), [
    ({"measure": "weight"}, "weight"),
    ({"beside": ("weight",)}, "weight"),
    ({"sweeps": (RATES, RATES)}, "same name"),
    ({"rows": (RowFile("a", sweep="other", values=((0.1,),)),)}, "no sweep"),
    ({"rows": (RowFile("a", values=((0.2,),)),)}, "a place"),
    ({"rows": (RowFile("a", values=((0.1, 0.2),)),)}, "a place"),
])
def test_a_file_that_asks_for_what_is_not_there_is_refused(change: dict[str, object], words: str
                                                           ) -> None:
    with pytest.raises(ValueError, match=words):
        table(Order(), **change)  # type: ignore[arg-type]
