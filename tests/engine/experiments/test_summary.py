"""What results say together: medians with their spread, tables, and CSV without loss."""

from __future__ import annotations

import csv
import io

import pytest

from engine.experiments.results import End, Result
from engine.experiments.summary import best, csv_text, spreads, table
from engine.experiments.sweep import Axis, Cell, Sweep
from engine.experiments.sweep_run import placed
from tests.engine.experiments.sweeps import small_project

AXES = (Axis("learning_rate", (0.1, 1.0)), Axis("depth", (1, 2)), Axis("activation", ("relu",)))


def swept(axes: int, **options: object) -> Sweep:
    return Sweep("told", small_project(), AXES[:axes], seeds=3, **options)  # type: ignore[arg-type]


def results(sweep: Sweep, ends: dict[tuple[float, int], End] | None = None) -> dict[Cell, Result]:
    found = []
    for cell in sweep.cells():
        values = sweep.values_at(cell)
        end = (ends or {}).get((float(values[0]), cell.seed), "done")
        loss = None if end in ("diverged", "refused") else float(values[0]) * (cell.seed + 1)
        found.append(Result(sweep.key_at(cell), values, cell.seed, end, loss=loss,
                            accuracy=loss, first_gradients=(0.5,) * (cell.place[0] + 1)))
    return placed(sweep, found)


def test_a_spread_is_median_lowest_and_highest() -> None:
    sweep = swept(1)
    found = spreads(sweep, results(sweep, {(1.0, 1): "diverged"}))
    assert found[0,].figures == pytest.approx((0.1, 0.2, 0.3))
    assert found[0,].median == pytest.approx(0.2)
    assert found[0,].text == "0.2 (0.1 to 0.3)"
    assert found[1,].text == "2 (1 to 3), 1 diverged"
    assert found[1,].count == 3


def test_what_has_no_figure_says_how_it_ended() -> None:
    sweep = swept(1)
    ends: dict[tuple[float, int], End] = {(0.1, seed): "diverged" for seed in range(3)}
    found = spreads(sweep, results(sweep, ends))
    assert found[0,].median is None
    assert found[0,].text == "diverged"
    assert [spread.place for spread in best(sweep, found.values())] == [(1,)]


def test_more_accuracy_is_better_and_less_loss() -> None:
    sweep = swept(1)
    found = spreads(sweep, results(sweep)).values()
    assert [spread.place for spread in best(sweep, found)] == [(0,), (1,)]
    assert [spread.place for spread in best(sweep, found, "accuracy")] == [(1,), (0,)]


def test_tables_have_rows_for_one_axis_a_grid_for_two_and_the_best_for_more() -> None:
    one, two, three = swept(1), swept(2), swept(3)
    assert table(one, spreads(one, results(one))) == [
        ["learning_rate", "loss", "seeds"], ["0.1", "0.2 (0.1 to 0.3)", "3"],
        ["1", "2 (1 to 3)", "3"]]
    some = {cell: result for cell, result in results(two).items() if cell.place != (1, 0)}
    assert table(two, spreads(two, some)) == [
        ["learning_rate \\ depth", "1", "2"], ["0.1", "0.2", "0.2"], ["1", "", "2"]]
    assert table(three, spreads(three, results(three)), most=1) == [
        ["learning_rate", "depth", "activation", "loss", "seeds"],
        ["0.1", "1", "relu", "0.2 (0.1 to 0.3)", "3"]]


def test_csv_has_every_cell_in_the_order_of_the_grid() -> None:
    sweep = swept(1)
    rows = list(csv.DictReader(io.StringIO(csv_text(sweep, results(sweep)))))
    assert [(float(row["learning_rate"]), int(row["seed"])) for row in rows] == [
        (0.1, 0), (0.1, 1), (0.1, 2), (1.0, 0), (1.0, 1), (1.0, 2)]
    assert [row["first_gradient_2"] for row in rows] == [""] * 3 + ["0.5"] * 3
    assert float(rows[2]["loss"]) == 0.1 * 3
