"""Which layers are compared, and what each layer on the way does."""

from __future__ import annotations

import math

import pytest

from engine.diagnosis.measures import Measure, Measures, figure_of, passages, weight_readings
from engine.diagnosis.rules import DEFAULTS
from engine.diagnosis.verdicts import judge_layers
from engine.telemetry.snapshot import LayerReading
from tests.engine.diagnosis.snapshots import network, snapshot

GRADIENTS = (1e-3, 1e-2, 5e-2, 0.1)
AT_UNITS = (2e-3, 4e-3, 8e-3, 0.5)
SCALES = (2.0, 4.0, 6.0, 9.0)


def readings(values: tuple[int, ...] = (16, 16, 16, 2), given: float = 0.5,
             gradients: tuple[float, ...] = GRADIENTS) -> tuple[LayerReading, ...]:
    """Return an input, three hidden layers and an output."""
    return (LayerReading("input", activation_mean=0.0, activation_std=given, values=2), *(
        LayerReading(f"dense-{n}" if n < 4 else "output", gradient_rms=gradients[n - 1],
                     activation_gradient_rms=AT_UNITS[n - 1], activation_mean=0.0,
                     activation_std=SCALES[n - 1], values=values[n - 1]) for n in range(1, 5)))


def compared(layers: tuple[LayerReading, ...], n: int) -> list[tuple[str, str, float]]:
    return [(measure.quantity, measure.reference_id, measure.value)
            for measure in Measures(layers, DEFAULTS).of(layers[n])]


def test_a_hidden_layer_is_compared_by_three_quantities_each_with_its_own_layer() -> None:
    layers = readings()
    assert compared(layers, 1) == [
        ("weights", "output", pytest.approx(1e-2)), ("activations", "dense-3", 0.25),
        ("signal", "dense-1", 1.0), ("signal", "input", 2.0)]
    assert compared(layers, 3) == [
        ("weights", "output", 0.5), ("activations", "dense-3", 1.0), ("signal", "dense-1", 3.0),
        ("signal", "input", 6.0)]


def test_what_goes_in_and_what_comes_out_has_a_scale_of_its_own() -> None:
    layers = readings()
    assert compared(layers, 0) == []
    assert compared(layers, 4) == [("weights", "output", 1.0)]


def test_layers_of_very_different_size_are_not_compared_at_their_units() -> None:
    assert [found[:2] for found in compared(readings((64, 16, 16, 2)), 1)] == [
        ("weights", "output"), ("activations", "dense-3"), ("signal", "dense-1"),
        ("signal", "input")]
    assert [found[:2] for found in compared(readings((65, 16, 16, 2)), 1)] == [
        ("weights", "output"), ("signal", "dense-1"), ("signal", "input")]
    assert [found[:2] for found in compared(readings((65, 16, 16, 2)), 2)] == [
        ("weights", "output"), ("activations", "dense-3"), ("signal", "input")]


def test_small_inputs_count_as_1_and_large_ones_as_they_are() -> None:
    by_scale = {given: compared(readings(given=given), 2)[-1] for given in (0.01, 1.0, 8.0)}
    assert by_scale == {0.01: ("signal", "input", 4.0), 1.0: ("signal", "input", 4.0),
                        8.0: ("signal", "input", 0.5)}


def test_inputs_that_nobody_measured_count_as_1() -> None:
    assert compared(readings(given=math.nan), 2)[-1] == ("signal", "input", 4.0)


def test_what_a_layer_lacks_is_not_compared() -> None:
    layers = readings()
    bare = LayerReading("dense-2", gradient_rms=0.1)
    assert [found[0] for found in compared((*layers[:2], bare, *layers[3:]), 2)] == ["weights"]
    assert Measures((LayerReading("input"), LayerReading("flat")), DEFAULTS).of(bare) == ()
    assert Measures((), DEFAULTS).of(bare) == ()


def test_with_one_hidden_layer_there_is_nothing_to_compare_its_units_with() -> None:
    layers = readings()[:1] + readings()[3:]
    assert "activations" not in {found[0] for found in compared(layers, 1)}


def test_smallness_and_largeness_are_those_of_the_quantity() -> None:
    of = {measure.quantity: measure for measure in Measures(readings(), DEFAULTS).of(readings()[2])}
    assert of["weights"].smallness(DEFAULTS) is DEFAULTS.vanishing
    assert of["activations"].largeness(DEFAULTS) is DEFAULTS.exploding
    assert of["signal"].smallness(DEFAULTS) is DEFAULTS.activation_small
    assert of["signal"].largeness(DEFAULTS) is DEFAULTS.activation_large


@pytest.mark.parametrize(("figure", "reference"), [(1.0, 0.0), (0.0, 0.0), (math.inf, 1.0),
                                                   (1e300, 1e-300), (math.nan, 1.0)])
def test_a_quotient_that_makes_no_sense_is_no_number(figure: float, reference: float) -> None:
    measure = Measure("weights", "a", "b", figure, reference)
    assert math.isnan(measure.value)
    assert math.isnan(measure.shown)


def test_the_quotient_that_is_shown_is_that_of_the_figures_that_are() -> None:
    measure = Measure("weights", "a", "b", 1.249e-3, 2.151e-2)
    assert measure.shown == 1.2e-3 / 2.2e-2
    assert measure.value == 1.249e-3 / 2.151e-2


def measure(quantity: str, here: str, there: str, layers: tuple[LayerReading, ...]) -> Measure:
    by_id = {reading.layer_id: reading for reading in layers}
    return Measure(quantity, here, there, figure_of(by_id[here], quantity),  # type: ignore[arg-type]
                   figure_of(by_id[there], quantity))  # type: ignore[arg-type]


def test_passages_lead_from_the_layer_that_is_compared_with() -> None:
    layers = readings()
    weighted = layers[1:]
    back = passages(weighted, measure("weights", "dense-1", "output", layers))
    assert back == pytest.approx((0.5, 0.2, 0.1))
    forth = passages(weighted, measure("signal", "dense-3", "dense-1", layers))
    assert forth == pytest.approx((2.0, 1.5))
    one = measure("activations", "dense-1", "dense-3", layers)
    assert math.prod(passages(weighted, one)) == pytest.approx(one.value)
    assert passages(weighted, measure("weights", "output", "output", layers)) == ()


@pytest.mark.parametrize("lost", [0.0, math.inf])
def test_there_is_no_way_through_a_layer_without_a_figure(lost: float) -> None:
    layers = readings(gradients=(1e-3, lost, 5e-2, 0.1))
    assert passages(layers[1:], measure("weights", "dense-1", "output", layers)) == ()
    assert passages(layers[1:], measure("weights", "dense-3", "output", layers)) != ()
    beside = Measure("signal", "dense-1", "input", 2.0, 1.0, is_beside_inputs=True)
    assert passages(layers[1:], beside) == ()


def test_layers_without_weights_are_not_among_those_with_a_gradient() -> None:
    net = network()
    assert [reading.layer_id for reading in weight_readings(snapshot(net, 1))] == [
        "dense-1", "dense-2", "output"]


def scaled(*scales: float, at_units: tuple[float, ...] = (0.1,) * 7) -> dict[str, dict[str, float]]:
    return {f"dense_{n}": {"activation_mean": 0.0, "activation_std": scale, "values": 16,
                           "activation_gradient_rms": gradient}
            for n, (scale, gradient) in enumerate(zip(scales, at_units, strict=False), 1)}


def test_equal_gradients_of_weights_hide_neither_activations_nor_those_at_units() -> None:
    # Growth forward times shrinking backward is the same everywhere: dL/dW is even.
    net = network(8)
    layers = scaled(*(10.0 ** n for n in range(7)), at_units=tuple(10.0 ** -n for n in range(7)))
    found = judge_layers(snapshot(net, 9, **layers), net)
    assert {verdict.code for verdict in found[1:8]} == {"exploding"}
    assert [verdict.severity for verdict in found[1:8]] == [2, 2, 1, 1, 1, 2, 2]
    assert found[7].text == "Exploding: the RMS of its activations is 1.0e+06."
    assert found[1].text == (
        "Exploding: its units receive 1.0e+06 times the ∂L/∂a of layer 7’s units.")
    layers = scaled(*(0.05 ** n for n in range(7)), at_units=tuple(20.0 ** n for n in range(7)))
    found = judge_layers(snapshot(net, 9, **layers), net)
    assert {verdict.code for verdict in found[1:8]} <= {"vanishing", "healthy"}
    assert (found[1].code, found[7].code, found[4].code) == ("vanishing",) * 3
    assert found[7].text == "Vanishing: its activations are 1.6e-08 times layer 1’s."


def test_a_layer_behind_dead_ones_is_cut_off_by_the_last_of_them() -> None:
    net = network(10, "relu")
    dead = {"dead_share": 1.0, "gradient_rms": 0.0, "update_ratio": -math.inf}
    nothing = {f"dense_{n}": {"gradient_rms": 0.0, "update_ratio": -math.inf} for n in range(1, 7)}
    found = judge_layers(snapshot(net, 9, dense_7=dead, dense_8=dead, **nothing), net)
    assert [verdict.code for verdict in found] == (
        ["healthy"] + ["cut_off"] * 6 + ["dead"] * 2 + ["healthy"] * 2)
    assert found[5].text == (
        "Cut off: all units of layer 8 are dead, so no gradient comes through it.")


def test_what_still_receives_something_is_not_cut_off() -> None:
    # A way around the dead layer, or units that live for other examples.
    net = network(5, "relu")
    found = judge_layers(snapshot(net, 9, dense_3={"dead_share": 1.0}), net)
    assert [verdict.code for verdict in found[1:3]] == ["healthy", "healthy"]
    half = judge_layers(snapshot(net, 9, dense_3={"dead_share": 0.9}, dense_1={
        "gradient_rms": 0.0}), net)
    assert half[1].code == "vanishing"
