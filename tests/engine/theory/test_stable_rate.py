"""The largest stable learning rate: against exact kernels, and against descents that blow up."""

from __future__ import annotations

import math

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data import load
from engine.data.dataset import Dataset
from engine.layers import LOSSES
from engine.messages import Message
from engine.spec import (
    DataSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    ProjectSpec,
    TrainingSpec,
)
from engine.theory.prediction import tangent_kernel
from engine.theory.stable_rate import curvature, largest_share, stable_rate


def plane_project(*hidden: LayerSpec, **training: object) -> ProjectSpec:
    options = {"loss": "mean_squared_error", "batch_size": 0, **training}
    return ProjectSpec(data=DataSpec(source="plane"), network=NetworkSpec((
        LayerSpec("input", "input"), *hidden,
        LayerSpec("output", "dense", {"units": 1, "activation": "linear",
                                      "weights": "lecun_normal"}))),
        training=TrainingSpec(**options))  # type: ignore[arg-type]


def inputs_of(dataset: Dataset) -> np.ndarray:
    return np.asarray(dataset.inputs[dataset.training], np.float64)


def test_of_a_line_it_is_two_over_the_largest_curvature() -> None:
    project = plane_project()
    dataset = load(project.data)
    x = inputs_of(dataset)
    exact = 2 / (2 * np.linalg.eigvalsh(x.T @ x / len(x))[-1])
    assert stable_rate(project, dataset, points=64) == pytest.approx(exact, rel=0.25)


def descent(x: np.ndarray, rate: float, momentum: float = 0.0) -> float:
    """Return how far weights are off after 400 steps of the whole batch, of 1 at first."""
    w, v = np.ones(x.shape[1]), np.zeros(x.shape[1])
    for _ in range(400):
        v = momentum * v + 2 * x.T @ (x @ w) / len(x)
        w = w - rate * v
    return float(np.abs(w).max())


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_descent_lasts_below_it_and_blows_up_above(momentum: float) -> None:
    kind = "momentum" if momentum else "sgd"
    project = plane_project(optimizer=OptimizerSpec(kind, momentum=momentum or 0.9))
    dataset = load(project.data)
    rate = stable_rate(project, dataset, points=64)
    assert rate is not None
    x = inputs_of(dataset)
    assert descent(x, 0.7 * rate, momentum) < 1.0
    assert descent(x, 1.4 * rate, momentum) > 1e6


def test_the_kernel_is_that_of_wide_networks() -> None:
    width = 2048
    hidden = LayerSpec("dense-1", "dense", {"units": width, "activation": "tanh",
                                            "weights": "lecun_normal", "bias": False})
    project = plane_project(hidden)
    dataset = load(project.data)
    found = tangent_kernel(project, dataset, points=8)
    assert not isinstance(found, Message)
    kernel, probe = found
    rng = np.random.default_rng(1)
    x = probe.inputs
    w1 = rng.standard_normal((x.shape[1], width)) / math.sqrt(x.shape[1])
    w2 = rng.standard_normal((width, 1)) / math.sqrt(width)
    h = np.tanh(x @ w1)
    back = (1 - h**2) * w2[:, 0]
    exact = h @ h.T + (back @ back.T) * (x @ x.T)
    assert np.abs(kernel - exact).max() < 0.1 * np.abs(exact).max()


def test_the_curvature_of_losses_at_outputs_of_0() -> None:
    targets = np.eye(10)
    softmax = curvature(LOSSES["softmax_cross_entropy"], targets, {"label_smoothing": 0.0})
    assert softmax == pytest.approx(0.1, rel=1e-4)
    assert curvature(LOSSES["mean_squared_error"], np.zeros((3, 1)), {}) == pytest.approx(2.0)


def test_where_nothing_is_known_it_says_so() -> None:
    project = plane_project()
    dataset = load(project.data)
    adam = replace(project, training=replace(project.training, optimizer=OptimizerSpec("adam")))
    assert stable_rate(adam, dataset) is None
    kinked = replace(project, training=replace(project.training, loss="mean_absolute_error"))
    assert stable_rate(kinked, dataset) is None
    first, last = project.network.layers
    flat = NetworkSpec((first, LayerSpec("dense-1", "dense", {"units": 4, "weights": "zeros"}),
                        last.with_options(weights="zeros")))
    assert stable_rate(replace(project, network=flat), dataset) is None, "nothing is curved"
    pooled = NetworkSpec((first, LayerSpec("no", "nonsense"), last))
    assert stable_rate(replace(project, network=pooled), dataset) is None


def test_shares_of_few_examples_speak_for_many() -> None:
    """The kernel of independent examples has no direction that they share."""
    assert largest_share(np.eye(8)) == pytest.approx(0.0, abs=1e-12)
    assert largest_share(np.ones((8, 8))) == pytest.approx(1.0)
    assert largest_share(np.array([[3.0]])) == 3.0
