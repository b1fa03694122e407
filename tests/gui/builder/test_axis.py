from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.telemetry.snapshot import LayerReading
from gui.builder.axis import BAND_ROOM, HIGHEST, LOWEST, GradientAxis, decade_text

ANY = st.floats(allow_nan=True, allow_infinity=True)


def reading(rms: float, low: float = math.nan, high: float = math.nan) -> LayerReading:
    return LayerReading("x", gradient_rms=rms, gradient_low=low, gradient_high=high)


def test_usual_gradients_keep_the_usual_decades() -> None:
    axis = GradientAxis()
    assert not axis.fit([reading(1e-3), reading(0.0), reading(math.nan)], glide=False)
    assert (axis.low, axis.high) == (LOWEST, HIGHEST)
    assert axis.share(1e-8) == 0
    assert axis.share(10) == 1
    assert axis.share(10 ** -3.5) == pytest.approx(0.5)


def test_axis_glides_to_vanished_gradients_and_back() -> None:
    axis = GradientAxis()
    deep = [reading(3e-60)]
    axis.fit(deep, glide=True)
    assert -60 < axis.low < LOWEST
    for _ in range(60):
        axis.fit(deep, glide=True)
    assert axis.low == -60
    assert not axis.fit(deep, glide=True)
    axis.fit([], glide=False)
    assert axis.low == LOWEST


def test_a_band_pulls_the_axis_two_decades_and_no_further() -> None:
    axis = GradientAxis()
    axis.fit([reading(3e-9, 1e-24, 5e-9), reading(2e-7, 1e-10, 1e-6)], glide=False)
    assert (axis.low, axis.high) == (-9 - BAND_ROOM, HIGHEST)
    assert not axis.holds(1e-24)
    assert axis.holds(5e-9)
    axis.fit([reading(2e-3, 1e-24)], glide=False)
    assert axis.low == LOWEST
    axis.fit([reading(20.0, 1.0, 1e9)], glide=False)
    assert axis.high == 2 + BAND_ROOM
    axis.fit([reading(2e-3, 1e-3, 200.0)], glide=False)
    assert axis.high == HIGHEST


@given(ANY, ANY, ANY)
def test_every_number_has_a_place(a: float, b: float, c: float) -> None:
    axis = GradientAxis()
    axis.fit([reading(a, b, c)], glide=False)
    for value in (a, b, c):
        assert 0 <= axis.share(value) <= 1
    if 0 < a < math.inf:
        assert axis.low <= max(math.log10(a), -320) <= axis.high
        assert axis.low >= min(LOWEST, math.floor(math.log10(a)) - BAND_ROOM)
    ticks = axis.ticks(150, 36)
    assert all(axis.low <= decade <= axis.high and 0 <= share <= 1 for decade, share in ticks)
    places = [150 * share for _, share in ticks]
    assert all(b - a >= 35.9 for a, b in pairwise(places))


def test_decades_read_as_powers_of_ten() -> None:
    assert [decade_text(n) for n in (-12, -1, 0, 1, 2)] == ["10⁻¹²", "10⁻¹", "1", "10", "10²"]
