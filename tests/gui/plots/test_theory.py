"""Theory over depth: fine dots, a band, words, and columns of its own in what is exported."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui import theme
from gui.frames.theory import Theory
from gui.plots import GradientPlot
from gui.plots.over_depth import OverDepth
from tests.gui.plots.runs import Frame, frame_of, pair_of, read_out, run_of
from tests.gui.window.theories import NO_RULE, FakeExpected

RUN = run_of(3)
NAN = float("nan")
EXPECTED = Theory({
    "dense-1": FakeExpected("dense-1", 1e-4, 5e-5, 4e-4, chi=0.2),
    "dense-2": FakeExpected("dense-2", NAN, reason=NO_RULE),
    "dense-3": FakeExpected("dense-3", 2e-2, 1e-2, 4e-2)})


def measured() -> Frame:
    return read_out(frame_of(RUN, 12), {"dense-1": 2e-4, "dense-2": 1e-3, "dense-3": 1e-2}, {})


@pytest.fixture
def plot(app: QApplication, qtbot: QtBot) -> GradientPlot:
    plot = GradientPlot()
    qtbot.addWidget(plot)
    plot.resize(620, 300)
    plot.show()
    plot.set_run(RUN)
    plot.show_view("depth")
    return plot


def depth(plot: GradientPlot) -> OverDepth:
    view = plot._views["depth"]
    assert isinstance(view, OverDepth)
    return view


def points(plot: GradientPlot, key: str = "A") -> list[tuple[float, float]]:
    x, y = depth(plot)._expected[key].line.getData()
    return list(zip(np.round(x, 6).tolist(), np.round(y, 6).tolist(), strict=True))


def test_dots_and_band_stand_where_theory_says(plot: GradientPlot) -> None:
    plot.show_frame(measured())
    assert points(plot) == []
    plot.set_theory({"A": EXPECTED})
    assert points(plot) == [(1.0, -4.0), (3.0, round(np.log10(0.02), 6))]
    band = depth(plot)._expected["A"].band
    edges = [(point.x(), round(10 ** point.y(), 8)) for point in band.polygon()]
    assert edges == [(1.0, 4e-4), (3.0, 4e-2), (3.0, 1e-2), (1.0, 5e-5)]
    assert band.isVisible()
    plot.set_theory({})
    assert points(plot) == []
    assert not band.isVisible()


def test_the_axis_holds_what_is_expected(plot: GradientPlot) -> None:
    plot.show_frame(measured())
    far = Theory({"dense-1": FakeExpected("dense-1", 1e-12)})
    plot.set_theory({"A": far})
    low, _ = depth(plot).canvas.box.viewRange()[1]
    assert low < -12


def test_the_legend_says_what_the_dots_are(plot: GradientPlot) -> None:
    plot.show_frame(measured())
    assert not plot._theory.isVisible()
    plot.set_theory({"A": EXPECTED})
    assert plot._theory.isVisible()
    plot.show_view("lines")
    assert not plot._theory.isVisible()


def test_the_readout_tells_predicted_and_measured(plot: GradientPlot) -> None:
    plot.set_theory({"A": EXPECTED})
    plot.show_frame(measured())
    told = [depth(plot)._told(QPointF(place, 0.0)) for place in (1.0, 2.0)]
    assert told[0] is not None
    assert told[1] is not None
    assert told[0].text.endswith("theory 1.0e-4, measured 2 times that")
    assert told[1].text.endswith(f"theory: {NO_RULE.text}")


def test_both_runs_of_a_pair_have_theirs(plot: GradientPlot) -> None:
    plot.set_run(replace(RUN, beside=replace(RUN, run="B")))
    plot.set_theory({"A": EXPECTED, "B": Theory({"dense-2": FakeExpected("dense-2", 1e-1)})})
    plot.show_frame(pair_of(measured(), measured()))
    assert points(plot, "A")[0] == (1.0, -4.0)
    assert points(plot, "B") == [(2.0, -1.0)]
    told = depth(plot)._told(QPointF(2.0, 0.0))
    assert told is not None
    assert "theory B 0.1, measured 0.01 times that" in told.text


def test_the_table_has_columns_for_it(plot: GradientPlot) -> None:
    plot.show_frame(measured())
    names, _ = plot.table()
    assert not any("theory" in name for name in names)
    plot.set_theory({"A": EXPECTED})
    names, columns = plot.table()
    found = {name.partition(":")[0]: column for name, column in zip(names, columns, strict=True)}
    np.testing.assert_array_equal(found["theory"], [1e-4, NAN, 2e-2])
    np.testing.assert_array_equal(found["theory, 5 % of seeds below"], [5e-5, NAN, 1e-2])
    np.testing.assert_array_equal(found["theory, 5 % of seeds above"], [4e-4, NAN, 4e-2])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dots_can_be_seen_in_both_themes(app: QApplication, plot: GradientPlot,
                                         scheme: theme.Scheme) -> None:
    theme.apply(app, scheme)
    plot.show_frame(measured())
    before = plot.grab().toImage()
    plot.set_theory({"A": EXPECTED})
    assert plot.grab().toImage() != before
    assert depth(plot)._expected["A"].line.opts["pen"].color().name() == theme.current().text
