"""LSUV: weights that are scaled by what they make of the training data."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.data.modality import image
from engine.layers.initialisers import PROBE
from engine.spec import LayerSpec
from engine.training import Trainer, lsuv
from tests.engine.training.runs import clouds, contents, dense, trainer

Reals = NDArray[np.float64]
ACTIVATIONS = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0),
               "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "linear": lambda z: z}


def deep(activation: str, n: int = 20, **options: float | str) -> list[LayerSpec]:
    return [dense(f"dense-{i}", 16 + i % 3, activation, weights="lsuv", **options)
            for i in range(n)]


def sums(run: Trainer, data: Dataset, layers: list[LayerSpec]) -> list[Reals]:
    """Return the weighted sums of a chain of dense layers, by NumPy."""
    x = data.inputs[data.training[:PROBE]]
    found = []
    for layer in layers:
        w, b = (run.weights()[f"{layer.id}/{name}"].astype(np.float64) for name in "wb")
        found.append(x @ w + b)
        x = ACTIVATIONS[str(layer.options["activation"])](found[-1])
    return found


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_layers_sums_have_variance_1(activation: str, precision: str) -> None:
    data = clouds(300, 20)
    layers = deep(activation)
    run = trainer(data, *layers, dense("output", 3, "linear"), precision=precision)
    for z in sums(run, data, layers):
        assert z.var() == pytest.approx(1, abs=lsuv.TOLERANCE + 1e-4)
    # Where nothing is scaled, a network of 20 layers is far from that.
    plain = [layer.with_options(weights="orthogonal") for layer in layers]
    last = sums(trainer(data, *plain, dense("output", 3, "linear")), data, plain)[-1]
    assert not 0.9 < last.var() < 1.1


def test_a_factor_is_all_that_differs_from_orthogonal_weights() -> None:
    layers = [*deep("tanh", 3), dense("output", 3, "linear")]
    scaled = trainer(None, *layers).weights()
    plain = trainer(None, *(layer.with_options(weights="orthogonal")
                            if layer.id != "output" else layer for layer in layers)).weights()
    # The name draws the numbers, so that both have the same.
    for name, array in plain.items():
        if name.endswith("/w") and name != "output/w":
            ratio = scaled[name] / array
            np.testing.assert_allclose(ratio, ratio.flat[0], 1e-4)
            assert not 0.99 < ratio.flat[0] < 1.01
        else:
            np.testing.assert_array_equal(scaled[name], array)


def test_biases_of_their_own_do_not_count() -> None:
    data = clouds(300, 20)
    layers = deep("tanh", 5, initial_bias=0.5)
    run = trainer(data, *layers, dense("output", 3, "linear"))
    for z in sums(run, data, layers):
        assert z.var() == pytest.approx(1, abs=lsuv.TOLERANCE + 1e-4)
    assert (run.weights()["dense-0/b"] == 0.5).all()


def images() -> Dataset:
    return dataclasses.replace(clouds(100, 20, width=36), modality=image(6, 6))


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_convolutions_within_skips(precision: str) -> None:
    def conv(name: str, kind: str = "conv2d", **options: int | str) -> LayerSpec:
        return LayerSpec(name, kind, {"filters": 4, "weights": "lsuv", "activation": "relu",
                                      **options})
    layers = (
        LayerSpec("fold", "reshape", {"form": "image", "height": 6, "width": 6, "channels": 1}),
        conv("a"), conv("b"), LayerSpec("skip", "add", inputs=("a", "b")), conv("c", stride=2),
        conv("up", "conv2d_transpose"), LayerSpec("other", "conv2d", {"weights": "he_normal"}),
        LayerSpec("flat", "flatten"), dense("dense", 9, weights="lsuv"),
        dense("output", 3, "linear"))
    data = images()
    run = trainer(data, *layers, precision=precision)
    plan = run._plan
    run.predict(data.inputs[data.training])
    for layer in plan.layers:
        if layer.spec.options.get("weights") == "lsuv":
            z = layer.argument
            assert z is not None
            numbers = plan.arena[z.data:z.data + 100 * z.size].astype(np.float64)
            assert numbers.var() == pytest.approx(1, abs=lsuv.TOLERANCE + 1e-4), layer.spec.id
    drawn = trainer(data, *(layer if layer.options.get("weights") != "lsuv" else
                            layer.with_options(weights="he_uniform") for layer in layers),
                    precision=precision).weights()
    for name in ("other/w", "other/b", "output/w"):
        np.testing.assert_array_equal(run.weights()[name], drawn[name])


def test_the_same_seed_gives_the_same_bytes_and_leaves_no_trace() -> None:
    layers = [*deep("relu", 4), LayerSpec("drop", "dropout"), dense("output", 3, "linear")]
    first, second = (trainer(None, *layers) for _ in range(2))
    assert contents(first) == contents(second)
    assert first.step == first.epoch == 0
    assert not any(gradient.any() for gradient in first.gradients().values())
    other = trainer(None, *layers, seed=1)
    assert contents(other) != contents(first)


def test_given_weights_are_left_alone() -> None:
    layers = [*deep("tanh", 3), dense("output", 3, "linear")]
    given = {name: 3 * array for name, array in trainer(None, *layers).weights().items()}
    for name, array in trainer(None, *layers, weights=given).weights().items():
        np.testing.assert_array_equal(array, given[name])


def test_sums_that_are_all_the_same_are_left_alone() -> None:
    data = dataclasses.replace(clouds(), inputs=np.zeros_like(clouds().inputs))
    layers = [*deep("tanh", 2), dense("output", 3, "linear")]
    plain = [layer.with_options(weights="orthogonal") for layer in layers[:2]]
    for name, array in trainer(data, *layers).weights().items():
        np.testing.assert_array_equal(array, trainer(data, *plain, layers[2]).weights()[name])
