"""Normalisation and noise in whole networks: PyTorch's numbers, gradients, modes, memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from engine.errors import DivergedError, FormatError
from engine.kernels.runtime import layout
from engine.layers import parameter_counts
from engine.spec import LayerSpec, NetworkSpec
from engine.training import Trainer
from engine.training.weights import views
from tests.engine.training.networks import dataset
from tests.engine.training.runs import advance, change, clouds, contents, dense, project, trainer
from tests.golden.training_cases import (
    BATCH_SIZE,
    CLASSES,
    FOLDER,
    INPUTS,
    NORM_SHAPES,
    RATES,
    STEPS,
)

TOLERANCE = {"float32": 2e-5, "float64": 1e-9}
BATCH, LAYER = LayerSpec("batch", "batch_norm"), LayerSpec("layer", "layer_norm")
LAYERS = (
    dense("dense-1", 10, "linear", bias=False), BATCH,
    LayerSpec("tanh", "activation", {"function": "tanh"}), dense("dense-2", 8, "linear"), LAYER,
    LayerSpec("sigmoid", "activation", {"function": "sigmoid"}), dense("output", CLASSES, "linear"))
RUNNING = ("batch/running_mean", "batch/running_variance")


@pytest.fixture
def golden() -> Iterator[NpzFile]:
    with np.load(FOLDER / "normalised.npz") as file:
        yield file


def from_golden(golden: NpzFile, rule: str, precision: str) -> Trainer:
    start = {name: golden[f"initial/{name}"] for name in NORM_SHAPES}
    start |= {RUNNING[0]: np.zeros(10), RUNNING[1]: np.ones(10)}
    return trainer(dataset(golden["inputs"], golden["labels"], classes=CLASSES), *LAYERS,
                   weights=start, optimizer=rule, learning_rate=RATES[rule],
                   batch_size=BATCH_SIZE, precision=precision, shuffle=False)


def assert_equal(found: NDArray[Any], truth: NDArray[Any], precision: str) -> None:
    scale = TOLERANCE[precision] * float(np.abs(truth).max())
    np.testing.assert_allclose(found, truth, 0, scale)


@pytest.mark.parametrize("precision", TOLERANCE)
@pytest.mark.parametrize("rule", RATES)
def test_ten_steps_are_pytorchs(golden: NpzFile, rule: str, precision: str) -> None:
    run = from_golden(golden, rule, precision)
    truth = f"{rule}/{precision}"
    for step in range(STEPS):
        advance(run, 1)
        loss = run.ring.read(step)[1][-1, 0]
        assert loss == pytest.approx(golden[f"{truth}/losses"][step], rel=TOLERANCE[precision])
        gradients = run.gradients()
        assert gradients.keys() == NORM_SHAPES.keys()
        for name, gradient in gradients.items():
            assert_equal(gradient, golden[f"{truth}/gradient/{name}"][step], precision)
        weights = run.weights()
        for name in RUNNING:
            assert_equal(weights[name], golden[f"{truth}/running/{name}"][step], precision)
    for name in NORM_SHAPES:
        assert_equal(weights[name], golden[f"{truth}/final/{name}"], precision)
    assert_equal(run.predict(golden["inputs"]), golden[f"{truth}/output"], precision)


def training_loss(run: Trainer) -> float:
    """Return the loss of the next step, by the batch's own statistics."""
    before = run.step
    advance(run, 1)
    return float(run.ring.read(before)[1][-1, 0])


@pytest.mark.parametrize("layers", [
    (BATCH,), (LAYER,), (BATCH, LAYER), (dense("first", 7, "sigmoid"), BATCH),
    (dense("first", 7, "sigmoid"), LAYER, LayerSpec("noise", "gaussian_noise", {"deviation": 0.3})),
    (dense("first", 12, "sigmoid"),
     LayerSpec("fold", "reshape", {"form": "image", "height": 2, "width": 2, "channels": 3}),
     # Three features can nearly agree: a larger epsilon keeps the loss smooth there.
     BATCH, LayerSpec("layer", "layer_norm", {"epsilon": 0.5}), LayerSpec("flat", "flatten")),
], ids=lambda layers: "-".join(layer.kind for layer in layers))
@pytest.mark.parametrize("inputs", ["straight", "wide"])
def test_gradients_are_the_slopes_of_the_loss(layers: tuple[LayerSpec, ...], inputs: str) -> None:
    data = clouds(9, 0)
    if inputs == "wide":
        data = dataclasses.replace(data, inputs=data.inputs * [1, 10, 0.1, 1] + [0, 30, 1, -4])
    run = trainer(data, *layers, dense("output", 3, "linear"), precision="float64", batch_size=0,
                  learning_rate=0.0, shuffle=False)
    # Noise is drawn anew in every step; the same one each time leaves a function of the weights.
    control = run._plan.shared.control
    training_loss(run)
    gradients, places = run.gradients(), dict(views(run._plan))
    for name, analytic in gradients.items():
        numeric = np.empty(analytic.size)
        place = places[name].reshape(-1)
        for j, value in enumerate(place.copy()):
            losses = []
            for shift in (-2e-4, -1e-4, 1e-4, 2e-4):
                place[j] = value + shift
                control[layout.STEP] = 0
                losses.append(training_loss(run))
            place[j] = value
            numeric[j] = (8 * (losses[2] - losses[1]) - (losses[3] - losses[0])) / 1.2e-3
        scale = max(np.abs(numeric).max(), np.abs(analytic).max())
        assert np.abs(numeric - analytic.ravel()).max() <= max(1e-7 * scale, 1e-11), name


def test_outside_training_the_running_statistics_decide_and_stay() -> None:
    run = advance(trainer(None, *LAYERS), 7)
    before = contents(run)
    alone = np.concatenate([run.predict(clouds().inputs[n:n + 1]) for n in range(5)])
    np.testing.assert_allclose(run.predict(clouds().inputs[:5]), alone, 1e-5)
    run.snapshot()
    run.evaluate("training")
    assert contents(run) == before


def test_a_batch_of_one_is_normalised_by_the_running_statistics() -> None:
    layers = (BATCH, dense("output", 3, "linear"))
    run = advance(trainer(None, *layers, precision="float64"), 10)
    kept = run.weights()
    change(run, batch_size=1, learning_rate=0.0, shuffle=False)
    run._plan.shared.control[layout.POSITION] = 0
    first = clouds().training[0]
    at_rest = run.predict(clouds().inputs[first:first + 1])[0]
    run._order[:] = clouds().training
    assert training_loss(run) == pytest.approx(-np.log(at_rest[clouds().labels[first]]), rel=1e-9)
    for name in RUNNING:
        np.testing.assert_array_equal(run.weights()[name], kept[name])
    # Then the gradient is that of evaluation: x^ times dy, without the batch's answer.
    w, running = kept["output/w"], [kept[name] for name in RUNNING]
    dy = w @ (at_rest - np.eye(3)[clouds().labels[first]])
    normal = (clouds().inputs[first] - running[0]) / np.sqrt(running[1] + 1e-5)
    np.testing.assert_allclose(run.gradients()["batch/scale"], dy * normal, 1e-9)


def test_running_statistics_are_kept_and_not_learned() -> None:
    run = advance(trainer(None, *LAYERS, optimizer="adam", l2=0.5, l1=0.1), 6)
    weights = run.weights()
    assert set(RUNNING) < weights.keys()
    assert not set(RUNNING) & run.gradients().keys()
    again = trainer(None, *LAYERS, weights=weights)
    np.testing.assert_array_equal(again.predict(clouds().inputs), run.predict(clouds().inputs))
    change(run, optimizer=run.project.training.optimizer.__class__("sgd"))
    change(run, batch_size=0)
    for name, array in run.weights().items():
        np.testing.assert_array_equal(array, weights[name])
    del weights[RUNNING[0]]
    with pytest.raises(FormatError, match="batch/running_mean is missing"):
        trainer(None, *LAYERS, weights=weights)
    counts = dict(zip((layer.id for layer in run.project.network), parameter_counts(
        run.project.network, (4,)), strict=True))
    assert (counts["batch"], counts["layer"]) == (20, 16)


def test_a_step_that_fails_leaves_the_running_statistics_alone() -> None:
    data = clouds(24, 0)
    inputs = data.inputs.copy()
    inputs[20] = np.inf
    run = trainer(dataclasses.replace(data, inputs=inputs), *LAYERS, shuffle=False,
                  learning_rate=0.001, batch_size=8)
    advance(run, 2)
    before = run.weights()
    with pytest.raises(DivergedError):
        run.run(1)
    for name, array in run.weights().items():
        np.testing.assert_array_equal(array, before[name])


def test_no_penalty_and_no_decay_touches_scale_and_shift() -> None:
    plain, penalised = (advance(trainer(None, *LAYERS, optimizer="sgd", learning_rate=0.01, l2=l2,
                                        precision="float64"), 1) for l2 in (0.0, 0.5))
    assert (plain.weights()["dense-1/w"] != penalised.weights()["dense-1/w"]).any()
    for name in ("batch/scale", "batch/shift", "layer/scale", "layer/shift", "output/b"):
        np.testing.assert_array_equal(plain.weights()[name], penalised.weights()[name])


def test_a_layer_without_weights_has_an_instrument_over_all_that_it_learns() -> None:
    run = advance(trainer(None, *LAYERS, precision="float64", optimizer="sgd"), 3)
    assert run.weight_layers == ("dense-1", "batch", "dense-2", "layer", "output")
    readings = {reading.layer_id: reading for reading in run.snapshot().layers}
    gradients = run.gradients()
    for name in ("batch", "layer"):
        both = np.concatenate([gradients[f"{name}/scale"], gradients[f"{name}/shift"]])
        assert readings[name].gradient_rms == pytest.approx(np.sqrt(np.mean(both**2)))
        assert readings[name].gradient_max == pytest.approx(np.abs(both).max())
        before = run.weights()
        assert np.isfinite(readings[name].update_ratio)
    advance(run, 1)
    for name in ("batch", "layer"):
        old = np.concatenate([before[f"{name}/scale"], before[f"{name}/shift"]])
        new = np.concatenate([run.weights()[f"{name}/{part}"] for part in ("scale", "shift")])
        column = run.ring.columns.index(f"{name}/update_ratio")
        truth = np.log10(np.std(new - old) / np.std(old))
        assert run.ring.read(3)[1][-1, column] == pytest.approx(truth, abs=1e-6)


def test_noise_blurs_training_alone_and_is_the_same_for_a_seed() -> None:
    layers = (LayerSpec("noise", "gaussian_noise", {"deviation": 0.5}),
              dense("output", 3, "linear"))
    first, second, other = (trainer(None, *layers, seed=seed, learning_rate=0.0, batch_size=0)
                            for seed in (1, 1, 2))
    losses = [training_loss(first) for _ in range(4)]
    assert len(set(losses)) == 4
    assert [training_loss(second) for _ in range(4)] == losses
    assert training_loss(other) != losses[0]
    assert first.evaluate("training").loss == first.evaluate("training").loss
    quiet = trainer(None, dense("output", 3, "linear"), seed=1, learning_rate=0.0, batch_size=0)
    assert first.evaluate("training").loss == quiet.evaluate("training").loss


def test_the_same_seed_gives_the_same_bytes() -> None:
    layers = (*LAYERS[:-1], LayerSpec("noise", "gaussian_noise"), LAYERS[-1])
    first, second = (trainer(None, *layers) for _ in range(2))
    advance(first, 40)
    for _ in range(40):
        advance(second, 1)
    assert contents(first) == contents(second)


def test_batch_norm_keeps_the_gradient_that_a_plain_deep_network_loses() -> None:
    def share(*norm: str) -> float:
        """Return the first layer's gradient over the last one's."""
        layers = []
        for n in range(12):
            layers.append(dense(f"dense-{n}", 8, "linear"))
            layers += [LayerSpec(f"norm-{n}", kind) for kind in norm]
            layers.append(LayerSpec(f"act-{n}", "activation", {"function": "sigmoid"}))
        run = advance(trainer(None, *layers, dense("output", 3, "linear")), 1)
        first, last = (run.ring.columns.index(f"{name}/gradient_rms")
                       for name in ("dense-0", "output"))
        figures = run.ring.read(0)[1][0]
        return float(figures[first] / figures[last])
    assert share() < 1e-6
    assert share("batch_norm") > 1e-3


@pytest.mark.parametrize("kind", ["batch_norm", "layer_norm", "gaussian_noise"])
def test_the_shape_passes_unchanged(kind: str) -> None:
    from engine.layers import infer_shapes
    network = NetworkSpec((LayerSpec("input", "input"), LayerSpec("a", kind)))
    for shape in ((5,), (4, 4, 3), (7, 2)):
        assert infer_shapes(network, shape) == (shape, shape)
    assert project(LayerSpec("a", kind)).network.layers[1].kind == kind
    assert INPUTS == 6
