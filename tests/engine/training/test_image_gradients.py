"""Gradients of networks over images and sequences against central differences of the loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.spec import LayerSpec, NetworkSpec, ProjectSpec, TrainingSpec
from engine.training import Trainer
from tests.engine.training.networks import dataset
from tests.engine.training.test_gradient_check import check

IMAGE = {"form": "image", "height": 5, "width": 4, "channels": 2}
SEQUENCE = {"form": "sequence", "steps": 10, "features": 4}


def layer(kind: str, **options: Any) -> LayerSpec:
    return LayerSpec(kind, kind, options)


CASES = {
    "same": (IMAGE, [layer("conv2d", filters=3, activation="tanh")]),
    "valid": (IMAGE, [layer("conv2d", filters=2, padding="valid", kernel=2, activation="tanh")]),
    "strided": (IMAGE, [layer("conv2d", filters=3, stride=2, kernel=3, activation="sigmoid")]),
    "far strides": (IMAGE, [layer("conv2d", filters=2, stride=3, kernel=2, padding="valid",
                                  activation="tanh", bias=False)]),
    "kernel beyond the image": (IMAGE, [layer("conv2d", filters=2, kernel=7, activation="tanh")]),
    "transposed same": (IMAGE, [layer("conv2d_transpose", filters=2, kernel=3, activation="tanh")]),
    "transposed valid": (IMAGE, [layer("conv2d_transpose", filters=2, kernel=2, stride=3,
                                       padding="valid", activation="tanh")]),
    "sequence": (SEQUENCE, [layer("conv1d", filters=3, kernel=4, activation="tanh")]),
    "strided sequence": (SEQUENCE, [layer("conv1d", filters=3, stride=2, padding="valid",
                                          activation="tanh")]),
    "max pooling": (IMAGE, [layer("max_pooling")]),
    "overlapping maxima": (IMAGE, [layer("max_pooling", size=3, stride=1)]),
    "max pooling of a sequence": (SEQUENCE, [layer("max_pooling", size=3)]),
    "average pooling": (IMAGE, [layer("average_pooling", size=3, stride=1)]),
    "global average pooling": (IMAGE, [layer("global_average_pooling")]),
    "upsampling": (IMAGE, [layer("upsampling", factor=3)]),
    "upsampling of a sequence": (SEQUENCE, [layer("upsampling")]),
}


def network(shape: dict[str, Any], middle: list[LayerSpec]) -> NetworkSpec:
    """Return a network in which the layers in the middle have layers that learn on both sides."""
    size = 40
    return NetworkSpec((
        LayerSpec("input", "input"),
        LayerSpec("before", "dense", {"units": size, "activation": "tanh"}),
        LayerSpec("fold", "reshape", shape), *middle, LayerSpec("flat", "flatten"),
        LayerSpec("output", "dense", {"units": 2, "activation": "linear"})))


def clear_of_ties(name: str, run: Trainer, inputs: Any) -> bool:
    """Say whether no two numbers under a window of maxima are near each other."""
    if "max" not in name:
        return True
    weights = run.weights()
    hidden = np.sort(np.tanh(inputs @ weights["before/w"] + weights["before/b"]), axis=1)
    # Stricter than needed: no two numbers of an example at all.
    return bool(np.diff(hidden, axis=1).min() > 1e-3)


@pytest.mark.parametrize("name", CASES)
def test_every_gradient(name: str) -> None:
    project = ProjectSpec(network=network(*CASES[name]), training=TrainingSpec(
        loss="mean_squared_error", learning_rate=0.0, batch_size=0, precision="float64",
        shuffle=False, seed=3))
    for seed in range(200):
        rng = np.random.default_rng(seed)
        inputs = rng.standard_normal((2, 3))
        run = Trainer(project, dataset(inputs, values=rng.standard_normal((2, 2))))
        if clear_of_ties(name, run, inputs):
            check(run)
            return
    raise AssertionError("no data without ties were found")


def test_a_skip_around_a_convolution() -> None:
    shape = {"form": "image", "height": 5, "width": 4, "channels": 2}
    middle = [layer("conv2d", filters=2, activation="tanh"),
              LayerSpec("sum", "add", inputs=("conv2d", "fold")),
              LayerSpec("conv-2", "conv2d", {"filters": 3, "activation": "tanh"}),
              LayerSpec("side", "concatenate", inputs=("conv-2", "sum"))]
    rng = np.random.default_rng(1)
    check(Trainer(ProjectSpec(network=network(shape, middle), training=TrainingSpec(
        loss="mean_squared_error", learning_rate=0.0, batch_size=0, precision="float64",
        shuffle=False)), dataset(rng.standard_normal((2, 3)), values=rng.standard_normal((2, 2)))))
