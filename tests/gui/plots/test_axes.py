"""Ticks are round, few enough and read as people write them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui import theme
from gui.plots.axes import ValueAxis, decimal_text, log_ticks
from gui.plots.canvas import Canvas
from gui.plots.ranges import EasedRange, log10
from gui.plots.titles import power_text
from gui.widgets import linear_ticks, nice_step, tick_text


@pytest.mark.parametrize(("value", "text"), [
    (1.0, "1"), (0.1, "0.1"), (0.01, "0.01"), (0.001, "0.001"), (1e-4, "1e-4"), (2e-5, "2e-5"),
    (10.0, "10"), (1000.0, "1,000"), (1e6, "1e6"), (0.5, "0.5"), (1e-60, "1e-60"),
])
def test_decimals(value: float, text: str) -> None:
    assert decimal_text(value) == text


@pytest.mark.parametrize(("exponent", "text"), [
    (-4.886, "1.3e-5"), (-1.377, "0.042"), (0.0, "1"), (-5.0, "1.0e-5"), (math.nan, "none"),
    (-4.0000001, "1.0e-4"), (-60.3, "5.0e-61"), (-math.inf, "0"),
])
def test_powers(exponent: float, text: str) -> None:
    assert power_text(exponent) == text


def test_whole_decades_where_there_are_many() -> None:
    assert log_ticks(-6.2, 0.3, 8) == [-6, -5, -4, -3, -2, -1, 0]
    assert log_ticks(-6.2, 0.3, 4) == [-6, -4, -2, 0]
    assert log_ticks(-7.2, -0.8, 2) == [-7, -1], "one label alone would not tell the scale"


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_every_tick_of_a_low_plot_has_its_label(app: QApplication, qtbot: QtBot, scale: float
                                                ) -> None:
    theme.set_scale(app, scale)
    axis = ValueAxis(logarithmic=True)
    canvas = Canvas(axis)
    qtbot.addWidget(canvas)
    canvas.resize(400, theme.px(95))
    canvas.set_ranges((0.0, 10.0), (-8.02, -1.98))
    canvas.show()
    canvas.grab()
    picture = QPixmap(canvas.size())
    painter = QPainter(picture)
    _, ticks, texts = axis.generateDrawSpecs(painter)
    painter.end()
    assert len(texts) == len(ticks) >= 2


def test_one_two_five_within_few_decades() -> None:
    shown = [decimal_text(10**tick) for tick in log_ticks(-1.05, 0.05, 6)]
    assert shown == ["0.1", "0.2", "0.5", "1"]


@given(st.floats(-300, 300), st.floats(0.02, 100), st.integers(2, 12))
def test_logarithmic_ticks_lie_inside_and_are_few(low: float, width: float, count: int) -> None:
    ticks = log_ticks(max(low, -290), min(max(low, -290) + width, 300), count)
    assert all(low - 1e-3 <= tick <= low + width + 1e-3 for tick in ticks if low >= -290)
    assert len(ticks) <= max(count + 1, 8)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(1, 12))
def test_linear_ticks_are_round_and_inside(low: float, width: float, count: int) -> None:
    spacing, ticks = linear_ticks(low, low + width, count)
    assert spacing > 0
    assert len(ticks) <= 2 * count + 2
    assert all(low - spacing * 1e-6 <= t <= low + width + spacing * 1e-6 for t in ticks)


def test_round_steps() -> None:
    assert [nice_step(span, 5) for span in (1, 10, 24, 60)] == pytest.approx([0.2, 2, 5, 10])
    assert nice_step(0, 5) == 1.0
    assert tick_text(-2.0, 0.5) == "\N{MINUS SIGN}2.0"


def test_range_widens_at_once_and_shrinks_gently() -> None:
    eased = EasedRange(0.1)
    eased.towards(0.0, 1.0, pad=0.0)
    assert eased.towards(-1.0, 3.0, pad=0.0) == (-1.0, 3.0)
    low, high = eased.towards(0.0, 1.0, pad=0.0)
    assert -1.0 < low < 0.0
    assert 1.0 < high < 3.0
    eased.reset()
    assert eased.towards(0.0, 1.0, pad=0.0) == (0.0, 1.0)


def test_logarithm_leaves_gaps_but_for_zero() -> None:
    got = log10(np.array([100.0, 0.0, -1.0, np.nan, np.inf, 1e-320]))
    assert got[0] == 2.0
    assert got[1] == -np.inf
    assert np.isnan(got[2:5]).all()
    assert got[5] == pytest.approx(-300)
