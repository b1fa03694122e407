"""Activations on their own axis: bounded ones on their bounds, all others on the same."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.spec import LayerSpec, NetworkSpec
from engine.telemetry.snapshot import LayerReading
from gui.builder.scales import bounds, places, rounded_up, spans


def reading(layer_id: str, mean: float, std: float, ends: tuple[float, float] = (0.0, 0.0),
            counts: np.ndarray | None = None) -> LayerReading:
    return LayerReading(layer_id, activation_mean=mean, activation_std=std,
                        histogram=np.zeros(24, np.int64) if counts is None else counts,
                        histogram_range=ends)


def network(*functions: str) -> NetworkSpec:
    return NetworkSpec((LayerSpec("input", "input"), *(
        LayerSpec(name, "dense", {"units": 2, "activation": name}) for name in functions)))


def test_bounded_functions_have_their_bounds_and_others_share() -> None:
    limits = bounds(network("tanh", "sigmoid", "relu", "linear"))
    found = spans(limits, [reading("tanh", 0, 0.01), reading("sigmoid", 0.5, 0.01),
                           reading("relu", 1.0, 1.0), reading("linear", 0.0, 3.0)])
    assert found["tanh"] == (-1, 1)
    assert found["sigmoid"] == (0, 1)
    # Three deviations of the widest, 9, and nothing below what others reach.
    assert found["relu"] == found["linear"] == (-10, 10)


def test_nothing_below_0_is_shown_where_nothing_can_be() -> None:
    found = spans(bounds(network("relu")), [reading("relu", 1.0, 1.2)])
    assert found["relu"] == (0, 5)


def test_a_layer_that_explodes_makes_the_others_spikes() -> None:
    limits = bounds(network("relu", "linear"))
    counts = np.full(24, 3)
    calm = reading("relu", 0.5, 0.5, (0, 2), counts)
    found = spans(limits, [calm, reading("linear", 0.0, 7e6)])
    assert {begin == pytest.approx(end, abs=1e-6) for begin, end, _ in places(
        calm, found["relu"])} == {True}


@pytest.mark.parametrize(("value", "wanted"), [
    (0, 0), (-1, 0), (math.nan, 0), (math.inf, 0), (1, 1), (1.01, 2), (0.03, 0.05), (7e6, 1e7),
    (2e-9, 2e-9)])
def test_ends_are_round(value: float, wanted: float) -> None:
    assert rounded_up(value) == pytest.approx(wanted)


def test_two_values_stand_where_they_are_and_not_at_the_ends() -> None:
    counts = np.zeros(24, np.int64)
    counts[0] = counts[-1] = 32
    found = places(reading("tanh", 0, 0.1, (-0.1, 0.1), counts), (-1, 1))
    assert [count for *_, count in found] == [32, 32]
    assert found[0][0] == pytest.approx(0.45)
    assert found[1][1] == pytest.approx(0.55)


def test_a_constant_is_one_spike_and_what_lies_beyond_stands_at_the_end() -> None:
    counts = np.zeros(24, np.int64)
    counts[0] = 64
    assert places(reading("tanh", 0.5, 0, (0.5, 0.5), counts), (-1, 1)) == [(0.75, 0.75, 64)]
    assert places(reading("relu", 50, 1, (50, 50), counts), (0, 5)) == [(1, 1, 64)]
    assert places(reading("relu", 0, 0, (0, 0), counts), (0, 0)) == []
    assert places(reading("relu", 0, 0, (0, math.inf), counts), (0, 1)) == []
