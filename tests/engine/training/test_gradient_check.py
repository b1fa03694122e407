"""Every gradient against central differences of the loss, in float64."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.layers import ACTIVATIONS, INITIALISERS, LOSSES
from engine.spec import LayerSpec, NetworkSpec, ProjectSpec, TrainingSpec
from engine.training import Trainer
from engine.training.weights import views
from tests.engine.training.networks import dataset
from tests.reference.network import Layer, compute

Reals = NDArray[np.float64]
TOLERANCE = 1e-7
STEP = 2e-4
MARGIN = 1e-2
"""How far every argument of an activation function or a loss stays from its kinks."""

KINKS: dict[str, tuple[float, ...]] = {
    "relu": (0.0,), "leaky_relu": (0.0,), "elu": (0.0,), "selu": (0.0,), "hard_tanh": (-1.0, 1.0)}
"""Arguments at which a function has no derivative, or no second one."""

ROW_LOSSES = [loss.key for loss in LOSSES.values()
              if not {"sequence", "transcription"} & set(loss.tasks)]
"""Losses of one answer per example."""

ZERO = 1e-12
"""What differences give for a gradient that is exactly 0, at most."""


def central(f: Callable[[float], float]) -> float:
    """Return f'(0) with an error of the fourth order in the step."""
    return (8 * (f(STEP) - f(-STEP)) - (f(2 * STEP) - f(-2 * STEP))) / (12 * STEP)


def random_project(rng: np.random.Generator, loss: str, activation: str, weights: str,
                   outputs: int) -> ProjectSpec:
    """Return a network of random shape, full batch, whose updates are 0."""
    layers = [LayerSpec("input", "input")]
    depth = int(rng.integers(1, 4))
    for i in range(1, depth + 1):
        options = {"units": int(rng.choice([1, 2, 3, 5, 7, 8])), "weights": weights,
                   # The last one leaves its activation to a layer of its own.
                   "activation": activation if i < depth else "linear",
                   "bias": bool(rng.random() < 0.8), "initial_bias": 0.1}
        layers.append(LayerSpec(f"dense-{i}", "dense", options))
    layers.append(LayerSpec("activation-1", "activation", {"function": activation}))
    layers.append(LayerSpec("output", "dense", {"units": outputs, "activation": "linear",
                                                "weights": weights}))
    return ProjectSpec(network=NetworkSpec(tuple(layers)), training=TrainingSpec(
        loss=loss, learning_rate=0.0, batch_size=0, precision="float64", shuffle=False,
        seed=int(rng.integers(1000))))


def random_data(rng: np.random.Generator, loss: str) -> tuple[Dataset, int]:
    """Return examples of random number and width, and the number of output units."""
    n, width = int(rng.integers(1, 14)), int(rng.integers(1, 8))
    inputs = rng.standard_normal((n, width))
    if "regression" in LOSSES[loss].tasks:
        k = int(rng.integers(1, 4))
        return dataset(inputs, values=rng.standard_normal((n, k))), k
    k = int(rng.integers(2, 5))
    labels = rng.integers(0, k, n)
    return dataset(inputs, labels, classes=k), LOSSES[loss].widths("classification", k)[0]


def distances(loss: str, z: Reals, data: Dataset) -> Reals:
    """Return how far outputs are from where the loss has a kink."""
    t = data.values if data.task == "regression" else LOSSES[loss].encode(
        data.labels, data.n_outputs, z.shape[1])
    if loss == "mean_absolute_error":
        return z - t
    if loss == "huber":
        return np.abs(z - t) - TrainingSpec().huber_delta
    if loss == "hinge" and z.shape[1] == 1:
        return 1 - t * z
    if loss == "hinge":
        return 1 - z[t == 1][:, None] + z[t != 1].reshape(len(z), -1)
    return np.full(1, np.inf)


def nearest_kink(project: ProjectSpec, trainer: Trainer, data: Dataset, outputs: int) -> float:
    """Return how near an argument of an activation function or the loss comes to a kink."""
    weights = trainer.weights()
    layers = [Layer(layer.id, str(layer.options.get("activation", layer.options.get("function"))),
                    weights.get(f"{layer.id}/w"), weights.get(f"{layer.id}/b"))
              for layer in project.network if layer.kind != "input"]
    targets = np.zeros((len(data.inputs), outputs))
    found = compute(layers, data.inputs, targets, "mean_squared_error")
    last = np.abs(distances(project.training.loss, found.outputs[-1], data)).min()
    return min(float(last), *(
        float(np.abs(z - kink).min()) for z, layer in zip(found.arguments, layers, strict=True)
        for kink in KINKS.get(layer.activation, ())), math.inf)


def smooth_trainer(seed: int, loss: str, activation: str, weights: str) -> Trainer:
    """Return a trainer on a random network and data that keep clear of kinks."""
    for attempt in range(500):
        rng = np.random.default_rng([seed, attempt])
        data, outputs = random_data(rng, loss)
        project = random_project(rng, loss, activation, weights, outputs)
        trainer = Trainer(project, data)
        if nearest_kink(project, trainer, data, outputs) > MARGIN:
            return trainer
    raise AssertionError("no network without kinks was found")


def check(trainer: Trainer) -> None:
    """Compare every single gradient with a difference quotient of the loss."""
    assert trainer.run(1) == 1
    parameters = dict(views(trainer._plan))
    for name, analytic in trainer.gradients().items():
        numeric = np.empty_like(analytic)
        place = parameters[name].reshape(-1)
        for j, value in enumerate(place.copy()):
            def shifted(by: float, j: int = j, value: float = value,
                        place: Reals = place) -> float:
                place[j] = value + by
                loss = trainer.evaluate("training").loss
                place[j] = value
                return loss
            numeric.reshape(-1)[j] = central(shifted)
        scale = max(float(np.abs(numeric).max()), float(np.abs(analytic).max()))
        error = float(np.abs(numeric - analytic).max())
        assert error <= max(TOLERANCE * scale, ZERO), f"{name}: {error / scale:.1e}"


@pytest.mark.parametrize("loss", ROW_LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("seed", range(3))
def test_activations_and_losses(activation: str, loss: str, seed: int) -> None:
    check(smooth_trainer(seed, loss, activation, "xavier_uniform"))


@pytest.mark.parametrize("loss", ROW_LOSSES)
@pytest.mark.parametrize("weights", INITIALISERS)
def test_initial_weights(weights: str, loss: str) -> None:
    check(smooth_trainer(7, loss, "tanh", weights))


def test_the_last_batch_of_an_epoch_may_be_smaller() -> None:
    rng = np.random.default_rng(5)
    inputs, labels = rng.standard_normal((7, 3)), rng.integers(0, 2, 7)
    project = random_project(rng, "softmax_cross_entropy", "tanh", "xavier_uniform", 2)
    small = ProjectSpec(network=project.network, training=TrainingSpec(
        learning_rate=0.0, batch_size=5, precision="float64", shuffle=False))
    trainer = Trainer(small, dataset(inputs, labels))
    trainer.run(1)
    first = trainer.gradients()
    trainer.run(1)
    second = trainer.gradients()
    whole = Trainer(project, dataset(inputs, labels), weights=trainer.weights())
    whole.run(1)
    for name, gradient in whole.gradients().items():
        np.testing.assert_allclose(gradient, (5 * first[name] + 2 * second[name]) / 7, 1e-12, 1e-14)


@pytest.mark.parametrize("slope", [0.0, 0.25, 1.0])
def test_layers_that_see_rows(slope: float) -> None:
    rng = np.random.default_rng(4)
    data = dataset(rng.standard_normal((9, 4)), rng.integers(0, 3, 9), classes=3)
    network = NetworkSpec((
        LayerSpec("input", "input"),
        LayerSpec("prelu-0", "prelu", {"slope": slope}),
        LayerSpec("dense-1", "dense", {"units": 6, "activation": "linear"}),
        LayerSpec("prelu-1", "prelu", {"slope": slope}),
        LayerSpec("softmax-1", "softmax"),
        LayerSpec("output", "dense", {"units": 3, "activation": "linear"}),
        LayerSpec("softmax-2", "softmax"),
    ))
    trainer = Trainer(ProjectSpec(network=network, training=TrainingSpec(
        learning_rate=0.0, batch_size=0, precision="float64", shuffle=False,
        label_smoothing=0.2)), data)
    assert trainer.weights()["prelu-1/slope"].tolist() == [slope] * 6
    check(trainer)


def test_slopes_belong_to_channels_and_softmax_to_places() -> None:
    rng = np.random.default_rng(6)
    data = dataset(rng.standard_normal((7, 12)), rng.integers(0, 3, 7), classes=3)
    network = NetworkSpec((
        LayerSpec("input", "input"),
        LayerSpec("dense-1", "dense", {"units": 12, "activation": "linear"}),
        LayerSpec("reshape-1", "reshape", {"height": 2, "width": 2, "channels": 3}),
        LayerSpec("prelu-1", "prelu"),
        LayerSpec("softmax-1", "softmax"),
        LayerSpec("flatten-1", "flatten"),
        LayerSpec("output", "dense", {"units": 3, "activation": "linear"}),
    ))
    trainer = Trainer(ProjectSpec(network=network, training=TrainingSpec(
        learning_rate=0.0, batch_size=0, precision="float64", shuffle=False)), data)
    assert trainer.weights()["prelu-1/slope"].shape == (3,)
    check(trainer)
    places = {layer.spec.id: layer.output for layer in trainer._plan.layers}
    shares = trainer._plan.arena[places["softmax-1"].data:][:7 * 12].reshape(7, 2, 2, 3)
    np.testing.assert_allclose(shares.sum(axis=-1), 1, rtol=1e-14)


def test_dropout_sends_back_what_it_let_through() -> None:
    """The first step of a run always draws the same mask, so its loss can be differentiated."""
    rng = np.random.default_rng(3)
    data = dataset(rng.standard_normal((9, 4)), rng.integers(0, 3, 9), classes=3)
    network = NetworkSpec((
        LayerSpec("input", "input"),
        LayerSpec("dense-1", "dense", {"units": 8, "activation": "tanh"}),
        LayerSpec("dropout-1", "dropout", {"rate": 0.4}),
        LayerSpec("output", "dense", {"units": 3, "activation": "linear"}),
    ))
    project = ProjectSpec(network=network, training=TrainingSpec(
        learning_rate=0.0, batch_size=0, precision="float64", shuffle=False))
    trainer = Trainer(project, data)
    start = trainer.weights()
    trainer.run(1)
    gradients = trainer.gradients()
    for name, gradient in gradients.items():
        direction = rng.standard_normal(gradient.shape)

        def moved(by: float, name: str = name, direction: Reals = direction) -> float:
            run = Trainer(project, data, weights={**start, name: start[name] + by * direction})
            run.run(1)
            _, rows, _ = run.ring.read(0)
            return float(rows[-1][0])
        assert central(moved) == pytest.approx(float(np.sum(gradient * direction)), rel=TOLERANCE)
    assert not math.isclose(trainer.evaluate("training").loss, moved(0.0), rel_tol=1e-3)
