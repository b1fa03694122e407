"""Where values stand along an axis, and how figures are spread."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.experiments.sweep import Axis
from gui.experiments.figure_axis import axis_for
from gui.experiments.scales import LINEAR, LOG, NAMES, decade_ticks, power_text, scale_of
from gui.experiments.sweep_picture import style_of


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=30, unique=True),
       st.sampled_from([LINEAR, LOG]))
def test_every_value_has_a_cell_and_cells_fill_the_axis(values: list[float], kind: str) -> None:
    scale = scale_of("x", kind, values)
    assert list(scale.values) == sorted(values)
    assert scale.bounds == (scale.borders[0], scale.borders[-1])
    assert all(low <= high for low, high in pairwise(scale.borders))
    for number, value in enumerate(scale.values):
        low, high = scale.cell(value)
        assert low <= scale.place(value) <= high
        if low < scale.place(value) < high:
            assert scale.at(scale.place(value)) == number
    assert scale.at(scale.bounds[0] - 1) is None
    assert scale.at(scale.bounds[1] + 1) is None


def test_what_has_no_logarithm_stands_in_its_order() -> None:
    assert scale_of("L2", LOG, (0.0, 0.1, 0.01)).kind == NAMES
    assert scale_of("L2", LOG, (0.0, 0.1, 0.01)).values == (0.0, 0.01, 0.1)
    assert scale_of("activation", LOG, ("tanh", "relu")).values == ("tanh", "relu")


def test_places_keep_differences_or_ratios() -> None:
    assert scale_of("x", LINEAR, (1, 2, 4)).places == (1, 2, 4)
    log = scale_of("x", LOG, (1, 2, 4)).places
    assert log[1] - log[0] == pytest.approx(log[2] - log[1])
    assert math.isnan(scale_of("x", LOG, (1, 2)).place(0))


def test_an_axis_is_shown_as_it_is_spaced() -> None:
    assert style_of(Axis("gain", (0.5, 1.0, 1.5))).kind == LINEAR
    assert style_of(Axis("gain", (0.5, 1.0, 2.0))).kind == LOG
    assert style_of(Axis("activation", ("relu", "tanh"))).kind == NAMES
    assert style_of(Axis("depth", (1, 2, 3))).title == "Depth, hidden layers"
    assert style_of(Axis("dropout", (0.1,))).kind in (LINEAR, LOG)


def test_ticks_of_decades() -> None:
    assert decade_ticks(-2.0, 1.0, 10) == [(-2, "0.01"), (-1, "0.1"), (0, "1"), (1, "10")]
    assert [text for _, text in decade_ticks(-2.0, 1.0, 2)] == ["0.01", "1"]
    assert [text for _, text in decade_ticks(math.log10(1.5), math.log10(6.0), 5)] == ["2", "5"]
    assert (power_text(3), power_text(7), power_text(-6)) == ("1,000", "10⁷", "10⁻⁶")


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=20), st.booleans())
def test_every_finite_figure_has_a_place(figures: list[float], may_be_log: bool) -> None:
    small = [figure for figure in figures if not abs(figure) > 1e100 or math.isinf(figure)]
    axis = axis_for(small, may_be_log=may_be_log)
    shares = [axis.share(figure) for figure in small if math.isfinite(figure)]
    assert all(0 <= share <= 1 for share in shares)
    ordered = [axis.share(figure) for figure in sorted(
        figure for figure in small if math.isfinite(figure))]
    assert ordered == sorted(ordered)


def test_losses_decades_apart_have_a_logarithmic_axis_and_accuracies_never() -> None:
    assert axis_for((0.001, 1.0)).is_log
    assert not axis_for((0.5, 1.0)).is_log
    assert not axis_for((0.001, 1.0), may_be_log=False).is_log
    assert axis_for((0.2, 0.9)).low == pytest.approx(0.165)
    assert axis_for((0.02, 0.09)).low == pytest.approx(0.0165)
    assert axis_for((0.0, 1.0)).low == 0.0
