"""What a run says about itself, beside NumPy on its weights, gradients and data."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.kernels.runtime import layout
from engine.layers import ACTIVATIONS
from engine.spec import LayerSpec
from engine.statistics import LAYER_COLUMNS
from engine.telemetry.parts import Part
from engine.telemetry.snapshot import MAGNITUDE_STEP, LayerReading
from engine.training import Trainer
from tests.engine.training.runs import LAYERS, advance, clouds, curve, dense, trainer

Reals = NDArray[np.float64]
FUNCTIONS: dict[str, Callable[[Reals], Reals]] = {
    "linear": lambda z: z, "tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "relu": lambda z: np.maximum(z, 0), "elu": lambda z: np.where(z > 0, z, np.expm1(z))}
NETWORK = (
    LAYERS[0], LayerSpec("dropout-1", "dropout"), dense("dense-2", 9, "sigmoid"),
    dense("dense-3", 6, "relu"), LayerSpec("activation-1", "activation", {"function": "elu"}),
    dense("output", 3, "linear", bias=False))
TOLERANCE = {"float32": 2e-5, "float64": 1e-11}


def last_row(run: Trainer) -> dict[str, float]:
    return dict(zip(run.ring.columns, run.ring.read(run.step - 1)[1][-1], strict=True))


@pytest.mark.parametrize("precision", TOLERANCE)
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "rmsprop"])
def test_the_rings_figures_are_numpys_on_the_gradients(optimizer: str, precision: str) -> None:
    run = trainer(clouds(100), *NETWORK, optimizer=optimizer, precision=precision, l2=0.01)
    near = TOLERANCE[precision]
    for _ in range(5):
        before = run.weights()
        advance(run, 1)
        row, gradients, after = last_row(run), run.gradients(), run.weights()
        for layer in run.weight_layers:
            g = gradients[f"{layer}/w"].astype(np.float64)
            figures = {name: row[f"{layer}/{name}"] for name in LAYER_COLUMNS}
            assert figures["gradient_rms"] == pytest.approx(np.sqrt(np.mean(g**2)), rel=near)
            assert figures["gradient_max"] == np.abs(g).max()
            assert figures["gradient_zero_share"] == np.mean(g == 0)
            assert figures["gradient_nonfinite"] == 0
            old = before[f"{layer}/w"].astype(np.float64)
            update = after[f"{layer}/w"].astype(np.float64) - old
            # Weights are rounded after the update, so that small ones show in the third digit.
            assert figures["update_ratio"] == pytest.approx(
                math.log10(update.std() / old.std()), abs=1e-3)


def test_the_ring_names_its_columns() -> None:
    run = trainer(None, *NETWORK)
    assert run.weight_layers == ("dense-1", "dense-2", "dense-3", "output")
    assert run.ring.columns[:6] == ("loss", "validation_loss", "validation_accuracy",
                                    "learning_rate", "gradient_norm", "clipped_norm")
    assert run.ring.columns[6:11] == tuple(f"dense-1/{name}" for name in LAYER_COLUMNS)
    assert len(run.ring.columns) == 6 + 4 * len(LAYER_COLUMNS)
    assert run.ring.data.shape[1] == 1 + len(run.ring.columns)


def test_the_rings_loss_is_the_batchs_before_the_update() -> None:
    data = clouds(40)
    run = trainer(data, precision="float64", batch_size=0)
    for _ in range(4):
        expected = run.evaluate("training").loss
        advance(run, 1)
        assert last_row(run)["loss"] == pytest.approx(expected, rel=1e-12)


def test_without_an_update_there_is_no_ratio() -> None:
    run = advance(trainer(learning_rate=0.0), 1)
    assert all(math.isnan(last_row(run)[f"{layer}/update_ratio"]) for layer in run.weight_layers)


@pytest.mark.parametrize("precision", TOLERANCE)
@pytest.mark.parametrize("units", [1, 5, 900])
@pytest.mark.parametrize("spread", [0.1, 0.7])
def test_equal_weights_have_no_deviation_to_compare_with(spread: float, units: int, precision: str
                                                         ) -> None:
    equal = {"weights": "constant", "spread": spread}
    run = trainer(clouds(), dense("dense-1", units, **equal), dense("output", 3, "linear"),
                  precision=precision, learning_rate=1e-3)
    advance(run, 1)
    assert math.isnan(last_row(run)["dense-1/update_ratio"])
    assert math.isfinite(last_row(run)["output/update_ratio"])
    advance(run, 1)
    assert math.isfinite(last_row(run)["dense-1/update_ratio"])


def activations(run: Trainer, inputs: Reals) -> dict[str, Reals]:
    """Return the output of every layer, computed in float64."""
    weights = {name: array.astype(np.float64) for name, array in run.weights().items()}
    found, a = {}, inputs
    for layer in run.project.network:
        if layer.kind == "dense":
            a = a @ weights[f"{layer.id}/w"] + weights.get(f"{layer.id}/b", 0.0)
        function = layer.options.get("activation", layer.options.get("function", "linear"))
        a = FUNCTIONS[str(function)](a)
        found[layer.id] = a
    return found


@pytest.mark.parametrize("precision", TOLERANCE)
@pytest.mark.parametrize("n", [20, 200])
def test_probe_readings_are_numpys(n: int, precision: str) -> None:
    data = clouds(n)
    run = advance(trainer(data, *NETWORK, precision=precision), 30)
    probe = data.inputs[data.training[:64]]
    near = TOLERANCE[precision]
    readings = {reading.layer_id: reading for reading in run.snapshot().layers}
    assert list(readings) == [layer.id for layer in run.project.network]
    for layer, a in activations(run, probe).items():
        reading = readings[layer]
        assert reading.activation_mean == pytest.approx(a.mean(), rel=near, abs=near)
        assert reading.activation_std == pytest.approx(a.std(), rel=near)
        low, high = reading.histogram_range
        assert (low, high) == pytest.approx((a.min(), a.max()), rel=near, abs=near)
        assert reading.histogram.sum() == a.size
        # Numbers at the border of two bins may fall into either.
        truth = np.histogram(a, len(reading.histogram), (low - 1e-9, high + 1e-9))[0]
        assert np.abs(reading.histogram - truth).sum() <= 0.02 * a.size + 2


def test_flat_ends_and_silent_units_are_counted() -> None:
    data = clouds(100)
    run = trainer(data, *NETWORK)
    weights = run.weights()
    weights["dense-1/w"] *= 5
    weights["dense-2/w"] *= 5
    weights["dense-3/b"][:2] = -100
    run = trainer(data, *NETWORK, weights=weights)
    readings = {reading.layer_id: reading for reading in run.snapshot().layers}
    truth = activations(run, data.inputs[data.training[:64]])
    tanh, sigmoid, relu = (truth[f"dense-{n}"] for n in (1, 2, 3))
    assert readings["dense-1"].saturated_share == pytest.approx(np.mean(np.abs(tanh) > 0.97))
    assert readings["dense-2"].saturated_share == pytest.approx(
        np.mean((sigmoid < 0.015) | (sigmoid > 0.985)))
    assert readings["dense-3"].dead_share == np.mean((relu == 0).all(axis=0)) >= 2 / 6
    for reading in readings.values():
        layer = run.project.network.layer(reading.layer_id)
        function = ACTIVATIONS[str(layer.options.get("activation", layer.options.get(
            "function", "linear")))]
        ends = (function.flat_below, function.flat_above) != (None, None)
        assert math.isnan(reading.saturated_share) != ends
        assert math.isnan(reading.dead_share) != function.can_die


def figures(reading: LayerReading) -> dict[str, Any]:
    return {name: getattr(reading, name) for name in LAYER_COLUMNS}


def test_a_snapshot_repeats_the_last_steps_figures() -> None:
    run = advance(trainer(clouds(100), *NETWORK), 7)
    row = last_row(run)
    for reading in run.snapshot().layers:
        if reading.layer_id in run.weight_layers:
            assert figures(reading) == {
                name: row[f"{reading.layer_id}/{name}"] for name in LAYER_COLUMNS}
        else:
            assert math.isnan(reading.gradient_rms)
            assert math.isnan(reading.update_ratio)


def test_before_the_first_step_gradients_are_those_of_the_probe_batch() -> None:
    data = clouds(64)
    run = trainer(data, precision="float64", batch_size=0)
    first = {reading.layer_id: reading for reading in run.snapshot().layers}
    advance(run, 1)
    for layer in run.weight_layers:
        truth = run.gradients()[f"{layer}/w"]
        assert first[layer].gradient_rms == pytest.approx(np.sqrt(np.mean(truth**2)), rel=1e-12)
        assert math.isnan(first[layer].update_ratio)


def test_the_band_holds_nine_tenths_of_the_gradients() -> None:
    run = trainer(clouds(100), dense("dense-1", 40), dense("output", 3, "linear"))
    advance(run, 3)
    for reading in run.snapshot().layers:
        if reading.layer_id in run.weight_layers:
            g = np.abs(run.gradients()[f"{reading.layer_id}/w"].astype(np.float64)).ravel()
            low, high = np.quantile(g[g > 0], [0.05, 0.95], method="inverted_cdf")
            assert reading.gradient_low == pytest.approx(low, rel=0.05)
            assert reading.gradient_high == pytest.approx(high, rel=0.05)


def test_a_gradient_of_zeros_has_no_band() -> None:
    run = trainer(None, *(dense(name, units, "relu", weights="zeros")
                          for name, units in (("dense-1", 4), ("output", 3))))
    advance(run, 1)
    first = run.snapshot().layers[1]
    assert (first.gradient_rms, first.gradient_zero_share) == (0.0, 1.0)
    assert math.isnan(first.gradient_low)


def test_gradients_of_activations_are_those_of_the_probe_batch() -> None:
    data = clouds(30)
    run = advance(trainer(data, dense("dense-1", 5), dense("output", 3, "linear"),
                          precision="float64"), 4)
    weights = run.weights()
    probabilities = run.predict(data.inputs[data.training])
    dz = (probabilities - np.eye(3)[data.labels[data.training]]) / len(data.training)
    expected = {"output": dz, "dense-1": dz @ weights["output/w"].T}
    readings = {reading.layer_id: reading for reading in run.snapshot().layers}
    for layer, slope in expected.items():
        assert readings[layer].activation_gradient_rms == pytest.approx(
            np.sqrt(np.mean(slope**2)), rel=1e-11)
    assert math.isnan(readings["input"].activation_gradient_rms)


@pytest.mark.parametrize("view", ["flatten", "reshape", "activation"])
@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_what_only_passes_a_sequence_on_has_a_gradient_of_its_own(kind: str, view: str) -> None:
    options = {"flatten": {}, "activation": {"function": "linear"},
               "reshape": {"form": "sequence", "steps": 2, "features": 10}}
    behind = {
        "flatten": (), "activation": (LayerSpec("row", "flatten"),),
        "reshape": (LayerSpec("row", "flatten"),)}

    def shown(*between: LayerSpec) -> float:
        run = trainer(
            clouds(30), LayerSpec("steps", "reshape", {"form": "sequence", "steps": 4,
                                                       "features": 1}),
            LayerSpec("states", kind, {"units": 5, "output": "sequence"}), *between,
            LayerSpec("view", view, options[view]), *behind[view], dense("output", 3, "linear"),
            precision="float64")
        return {reading.layer_id: reading for reading in advance(run, 3).snapshot().layers
                }["view"].activation_gradient_rms
    # A layer that does nothing, but has memory of its own, keeps the recurrent layer off.
    apart = shown(LayerSpec("none", "dropout", {"rate": 0.0}))
    assert shown() == pytest.approx(apart, rel=1e-12)


def test_a_snapshot_is_read_only_and_says_when() -> None:
    run = advance(Trainer(trainer().project, clouds(), run_id=9), 7)
    look = run.snapshot()
    assert (look.run_id, look.step, look.epoch) == (9, 7, 2)
    assert look.loss == last_row(run)["loss"]
    assert look.confusion is not None
    for array in (look.confusion, look.samples, look.sample_outputs, look.layers[1].histogram):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_samples_come_from_the_validation_examples() -> None:
    data = clouds(50, 80)
    run = advance(trainer(data), 5)
    look = run.snapshot()
    assert look.samples.tolist() == data.validation[:60].tolist()
    np.testing.assert_array_equal(look.sample_outputs, run.predict(data.inputs[look.samples]))


def test_a_regressions_samples_are_its_values() -> None:
    data = curve()
    run = advance(trainer(data, dense("output", 2, "linear"), loss="mean_squared_error"), 5)
    look = run.snapshot()
    assert look.confusion is None
    np.testing.assert_array_equal(look.sample_outputs, run.predict(data.inputs[data.validation]))


def test_points_of_the_plane_have_a_surface() -> None:
    from engine.data import load
    from engine.spec import DataSpec
    data = load(DataSpec("circle", features=("x1", "x2", "x1^2")))
    run = advance(trainer(data, dense("dense-1", 4), dense("output", 2, "linear")), 20)
    look = run.snapshot()
    assert look.surface is not None
    low, high = look.surface_range
    edge = np.linspace(low, high, len(look.surface))
    assert data.features_of is not None
    for r, c in ((0, 0), (0, -1), (-1, 0), (10, 20)):
        expected = run.predict(data.features_of(np.array([[edge[c], edge[r]]])))
        np.testing.assert_allclose(look.surface[r, c], expected[0], rtol=1e-5)


def test_dropout_is_off_while_somebody_looks_and_on_while_training() -> None:
    data = clouds(60)
    layers = (LAYERS[0], LayerSpec("dropout-1", "dropout", {"rate": 0.5}), LAYERS[2])
    run = trainer(data, *layers, learning_rate=0.0, batch_size=0, precision="float64")
    plain = trainer(data, layers[0], layers[2], batch_size=0, precision="float64")
    expected = plain.evaluate("training").loss
    losses = []
    for _ in range(3):
        assert run.evaluate("training").loss == pytest.approx(expected, rel=1e-12)
        advance(run, 1)
        losses.append(last_row(run)["loss"])
    assert len(set(losses)) == 3
    assert min(abs(loss - expected) for loss in losses) > 1e-4


def test_dropout_layers_draw_masks_of_their_own() -> None:
    layers = [LayerSpec(f"dropout-{n}", "dropout", {"rate": 0.5}) for n in (1, 2)]
    data = dataclasses.replace(clouds(), validation=np.zeros(0, np.int64))
    run = trainer(data, LAYERS[0], *layers, LAYERS[2], batch_size=0)
    advance(run, 1)
    first, second = (run._plan.arena[layer.output.data:layer.output.data + 23 * 8] != 0
                     for layer in run._plan.layers[2:4])
    assert 0.4 < second[first].mean() < 0.6


def test_a_dropout_layer_sends_back_through_the_mask_of_its_forward_pass() -> None:
    # Without validation, which would take the place of the batch at the end of the epoch.
    data = dataclasses.replace(clouds(), validation=np.zeros(0, np.int64))
    run = trainer(data, LAYERS[0], LayerSpec("dropout-1", "dropout", {"rate": 0.4}), LAYERS[2],
                  batch_size=0, precision="float64")
    masks = []
    for _ in range(3):
        advance(run, 1)
        before, after = (layer.output for layer in run._plan.layers[1:3])
        x, dx, y, dy = (run._plan.arena[place:place + 23 * before.size] for place in (
            before.data, before.gradient, after.data, after.gradient))
        masks.append(y != 0)
        np.testing.assert_array_equal(dx != 0, masks[-1])
        np.testing.assert_allclose(y, np.where(masks[-1], x / 0.6, 0), rtol=1e-12)
        np.testing.assert_allclose(dx, np.where(masks[-1], dy / 0.6, 0), rtol=1e-12)
        assert 0.5 < masks[-1].mean() < 0.7
    assert (masks[0] != masks[1]).any()
    assert (masks[1] != masks[2]).any()


def test_magnitudes_are_numpys_histogram() -> None:
    run = advance(trainer(clouds(100), *NETWORK), 3)
    gradients = run.gradients()
    for one in run.snapshot(frozenset({Part.MAGNITUDES})).layers:
        if one.layer_id not in run.weight_layers:
            assert not len(one.magnitudes)
            continue
        sizes = np.abs(gradients[f"{one.layer_id}/w"].astype(np.float64)).ravel()
        ends = one.magnitudes_from + MAGNITUDE_STEP * np.arange(len(one.magnitudes) + 1)
        counts, _ = np.histogram(np.log10(sizes[sizes > 0]), ends)
        assert one.magnitudes.tolist() == counts.tolist()
        assert one.magnitudes.sum() == np.count_nonzero(sizes)


def test_sizes_are_numpys_on_the_weights() -> None:
    run = advance(trainer(clouds(100), *NETWORK), 3)
    before = run.weights()
    advance(run, 1)
    after = run.weights()
    for one in run.snapshot(frozenset({Part.READINGS})).layers:
        if one.layer_id in run.weight_layers:
            w = after[f"{one.layer_id}/w"].astype(np.float64)
            update = w - before[f"{one.layer_id}/w"]
            assert one.weight_rms == pytest.approx(np.sqrt(np.mean(w**2)), rel=1e-6)
            # The ratio is to the weights before the update, which differ by that much.
            assert one.update_std == pytest.approx(update.std(), rel=0.05)


@pytest.mark.parametrize("value", [0.0, 1e-45, 1e-30, 1.0, 3e38, np.inf, np.nan])
def test_magnitudes_are_found_wherever_they_lie(value: float) -> None:
    run = advance(trainer(clouds(100), *NETWORK), 1)
    plan = run._plan
    layer = plan.layers[1]
    gradient = plan.arena[layer.first + plan.parameters:][:layer.measured]
    gradient[:] = value
    place = layout.FIRST_STATISTIC + layer.statistic * layout.STATISTICS + layout.GRADIENT_MAX
    plan.shared.results[place] = abs(gradient[0])
    one = run.snapshot(frozenset({Part.READINGS, Part.MAGNITUDES})).layers[1]
    if not 0 < value < np.inf:
        assert not len(one.magnitudes)
        assert math.isnan(one.gradient_low)
        return
    assert one.magnitudes.sum() == layer.measured
    assert one.gradient_low == pytest.approx(float(gradient[0]), rel=0.05)
