"""The figures of every plot of a run, read back from CSV, are those of its history."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.telemetry.history import History
from engine.telemetry.snapshot import LayerReading
from engine.telemetry.tables import Table, csv_text
from gui.frames.ghost import Ghost
from gui.plots import GradientPlot, LossPlot
from gui.plots.count import Count
from tests.gui.output.examples import snapshot_of
from tests.gui.plots.runs import Frame, frame_of, pair_of, read_out, run_of
from tests.gui.plots.spreads import spread_of
from tests.gui.plots.test_where_they_part import NAN, PARTS, STEPS, A, B

RUN = run_of(3)
GRADIENT = "RMS of dL/dW"


def noisy(steps: int, seed: int = 0) -> Frame:
    """Return a frame whose figures lie many powers of ten apart, with what was not measured."""
    rng = np.random.default_rng(seed)
    columns = frame_of(RUN, 1).history.columns
    rows = 10.0 ** rng.uniform(-14.0, 2.0, (steps, len(columns)))
    rows[1::3, columns.index("validation_loss")] = NAN
    rows[:, columns.index("dense-2/update_ratio")] = rng.uniform(-9.0, 0.0, steps)
    rows[: steps // 2, columns.index("dense-1/gradient_rms")] = 0.0
    history, beginning = History(columns, 64), History(columns, 64)
    at = np.arange(1, steps + 1)
    history.extend(at, rows)
    beginning.extend(at[:50], rows[:50])
    return Frame(steps, history, beginning=beginning)


def read(table: Table) -> dict[str, list[str]]:
    rows = list(csv.reader(io.StringIO(csv_text(table))))
    assert len({len(row) for row in rows}) == 1
    return {column[0]: list(column[1:]) for column in zip(*rows, strict=True)}


def numbers(table: dict[str, list[str]], *words: str) -> list[float]:
    """Return the only column whose name begins with one word and holds the others."""
    found = [name for name in table if name.startswith(words[0])
             and all(word in name for word in words)]
    assert len(found) == 1, found
    return [float(cell) if cell else NAN for cell in table[found[0]]]


def same(found: list[float], wanted: np.ndarray) -> bool:
    return np.array_equal(np.array(found), wanted, equal_nan=True)


@pytest.fixture
def loss(app: QApplication, qtbot: QtBot) -> LossPlot:
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.resize(560, 170)
    plot.set_run(RUN)
    return plot


@pytest.fixture
def gradients(app: QApplication, qtbot: QtBot) -> GradientPlot:
    plot = GradientPlot()
    qtbot.addWidget(plot)
    plot.resize(600, 262)
    plot.set_run(RUN)
    return plot


@pytest.mark.parametrize("steps", [40, 1000])
def test_the_loss_is_the_whole_history(loss: LossPlot, steps: int) -> None:
    frame = noisy(steps)
    loss.show_frame(frame)
    table, history = read(loss.table()), frame.history
    assert list(table)[:2] == ["step", "epoch"]
    assert same(numbers(table, "step"), history.steps())
    assert same(numbers(table, "epoch"), frame.epochs.at(history.steps()))
    for word, column in (("training", "loss"), ("validation", "validation_loss")):
        for figure, wanted in (("mean", history.mean(column)), ("lowest", history.low(column)),
                               ("highest", history.high(column))):
            assert same(numbers(table, word, figure, "[unit of the loss]"), wanted)
    loss.set_count(Count.LOG_STEPS)
    assert same(numbers(read(loss.table()), "step"), frame.record.steps())


def test_the_loss_of_a_pair_has_both_runs_and_what_else_is_drawn(loss: LossPlot) -> None:
    a, b = noisy(30), noisy(20, 1)
    ghost = Ghost(np.arange(1.0, 4.0), np.zeros(3), {"loss": np.array([3.0, 2.0, 1.0]),
                                                     "validation_loss": np.full(3, NAN)}, {},
                  ("classification", "mse"))
    frame = replace(pair_of(a, b, edits="B"), ghost=ghost)
    loss.set_run(replace(RUN, run="B", beside=RUN))
    loss.show_frame(frame)
    loss.set_bands(spread_of(4))
    loss.set_earlier((ghost, replace(ghost, steps=ghost.steps + 7)))
    table = read(loss.table())
    of = np.array(table["run"])
    assert list(dict.fromkeys(of)) == ["A", "B", "last run", "earlier run 1", "A, 5 seeds",
                                       "B, 5 seeds"]
    mean, low = (np.array(numbers(table, "training", word)) for word in ("mean", "lowest"))
    assert mean[of == "A"].tolist() == a.history.mean("loss").tolist()
    assert mean[of == "B"].tolist() == b.history.mean("loss").tolist()
    assert mean[of == "last run"].tolist() == [3.0, 2.0, 1.0]
    assert low[of == "A, 5 seeds"].tolist() == [0.5] * 4
    assert np.array(numbers(table, "step"))[of == "earlier run 1"].tolist() == [8.0, 9.0, 10.0]


@pytest.mark.parametrize("view", ["lines", "waterfall"])
@pytest.mark.parametrize("steps", [40, 1000])
def test_gradients_are_the_whole_history(gradients: GradientPlot, view: str, steps: int) -> None:
    frame = noisy(steps)
    gradients.show_view(view)
    gradients.show_frame(frame)
    table, history = read(gradients.table()), frame.history
    assert same(numbers(table, "step"), history.steps())
    for layer_id, title in zip(RUN.weight_layers, ("Layer 1", "Layer 2", "Layer 3"), strict=True):
        column = f"{layer_id}/gradient_rms"
        assert same(numbers(table, title, GRADIENT, "lowest"), history.low(column))
        assert same(numbers(table, title, GRADIENT, "highest"), history.high(column))
        mean = np.array(numbers(table, title, GRADIENT, "geometric mean"))
        assert np.allclose(mean, 10.0 ** history.log_mean(column), rtol=1e-12, atol=0)
        if history.width == 1:
            assert same(mean.tolist(), history.mean(column)), "not a digit lost by a logarithm"


def test_updates_are_ratios_and_not_their_logarithms(gradients: GradientPlot) -> None:
    gradients.show_view("update")
    gradients.show_frame(frame_of(RUN, 12))
    table = read(gradients.table())
    assert np.allclose(numbers(table, "Layer 2", "std(update) / std(weight)", "lowest"), 1e-3)


def test_lines_of_a_pair_stand_below_one_another(gradients: GradientPlot) -> None:
    a, b = frame_of(A, 5), frame_of(B, 7)
    gradients.set_run(replace(A, beside=B))
    gradients.show_frame(pair_of(a, b))
    table = read(gradients.table())
    assert table["run"] == ["A"] * 5 + ["B"] * 7
    fourth = numbers(table, "Layer 4", "geometric mean")
    assert np.isnan(fourth[:5]).all(), "A has no such layer"
    assert fourth[5:] == [1.0] * 7


def test_depth_tells_the_exact_figures_and_what_is_said(gradients: GradientPlot) -> None:
    rms = {"dense-1": 1.23456789e-9, "dense-2": 0.0, "dense-3": 0.5}
    gradients.show_view("depth")
    gradients.show_frame(read_out(frame_of(RUN, 12), rms, {"dense-1": "vanishing"}))
    table = read(gradients.table())
    assert table["layer"] == ["1", "2", "3"]
    assert numbers(table, GRADIENT) == [*rms.values()]
    assert table["verdict"] == ["vanishing", "", ""]


def test_through_time_has_every_step(gradients: GradientPlot) -> None:
    long, short = np.array([1e-9, 1e-5, 0.25]), np.array([0.0, 3.0])
    layers = (LayerReading("input"), LayerReading("dense-1", step_gradients=long),
              LayerReading("dense-2", step_gradients=short))
    gradients.show_frame(replace(frame_of(RUN, 20), snapshot=replace(snapshot_of(), layers=layers)))
    gradients.show_view("time")
    table = read(gradients.table())
    assert table["time step"] == ["1", "2", "3"]
    assert numbers(table, "Layer 1") == long.tolist()
    assert same(numbers(table, "Layer 2"), np.array([NAN, 0.0, 3.0]))


def test_where_they_part_has_both_differences(gradients: GradientPlot) -> None:
    gradients.set_run(replace(A, beside=B))
    gradients.show_view("parting")
    gradients.set_parting(PARTS)
    table = read(gradients.table())
    assert numbers(table, "step") == STEPS.tolist()
    for what, wanted in (("gradients", PARTS.gradients), ("weights", PARTS.weights)):
        assert same(numbers(table, "Layer 1", what), wanted[0])
        assert same(numbers(table, "Layer 4", "of B", what), wanted[3])


def test_before_the_first_step_there_is_nothing(gradients: GradientPlot, loss: LossPlot) -> None:
    assert loss.table() == ([], [])
    for view in gradients.views():
        gradients.show_view(view)
        assert gradients.table() == ([], [])
