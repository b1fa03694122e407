"""What initial weights do to a whole network."""

from __future__ import annotations

import dataclasses
import zlib

import numpy as np
import pytest

from engine.spec import LayerSpec
from tests.engine.training.runs import advance, clouds, dense, trainer


def test_fifty_layers_of_identity_pass_on_what_they_see() -> None:
    data = dataclasses.replace(clouds(width=3), task="regression", class_names=(),
                               values=clouds(width=3).inputs, labels=np.zeros(0, np.int64))
    layers = [dense(f"dense-{n}", 3, "linear", weights="identity") for n in range(50)]
    run = trainer(data, *layers, loss="mean_squared_error", precision="float64")
    np.testing.assert_array_equal(run.predict(data.inputs), data.inputs)
    assert run.evaluate("training").loss == 0


@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_an_identity_convolution_passes_on_the_image(kernel: int) -> None:
    data = dataclasses.replace(clouds(width=36), task="regression", class_names=(),
                               values=clouds(width=36).inputs, labels=np.zeros(0, np.int64))
    fold = {"form": "image", "height": 3, "width": 4, "channels": 3}
    options = {"filters": 3, "kernel": kernel, "weights": "identity", "activation": "linear"}
    run = trainer(data, LayerSpec("fold", "reshape", fold), LayerSpec("conv", "conv2d", options),
                  LayerSpec("flat", "flatten"), loss="mean_squared_error", precision="float64")
    np.testing.assert_array_equal(run.predict(data.inputs), data.inputs)


def test_a_gain_is_a_factor_on_what_passes() -> None:
    data = dataclasses.replace(clouds(width=3), task="regression", class_names=(),
                               values=clouds(width=3).inputs, labels=np.zeros(0, np.int64))
    layers = [dense(f"dense-{n}", 3, "linear", weights="identity", gain=2.0) for n in range(10)]
    run = trainer(data, *layers, loss="mean_squared_error", precision="float64")
    np.testing.assert_array_equal(run.predict(data.inputs), 2.0**10 * data.inputs)


@pytest.mark.parametrize("weights", ["constant", "zeros"])
def test_units_that_begin_equal_stay_equal(weights: str) -> None:
    run = trainer(None, dense("dense-1", 6, "tanh", weights=weights, spread=0.3),
                  dense("output", 3, "linear", weights="constant", spread=0.2),
                  precision="float64")
    start = run.weights()["dense-1/w"]
    assert (start == (0.3 if weights == "constant" else 0.0)).all()
    advance(run, 50)
    moved = run.weights()["dense-1/w"]
    assert (moved != start).any()
    np.testing.assert_allclose(moved, moved[:, :1] * np.ones((1, 6)), 1e-9)
    # With random ones they do not.
    free = advance(trainer(None, dense("dense-1", 6), dense("output", 3, "linear")), 50)
    assert np.ptp(free.weights()["dense-1/w"], axis=1).min() > 0.1


def test_lsuv_lets_a_deep_network_learn_that_small_weights_do_not() -> None:
    found = {}
    for weights in ("lsuv", "normal"):
        layers = [dense(f"dense-{n}", 12, "relu", weights=weights, spread=0.1) for n in range(12)]
        run = advance(trainer(clouds(60, 20), *layers, dense("output", 3, "linear"),
                              optimizer="sgd", learning_rate=0.02), 1)
        gradient = run.ring.read(0)[1][0, run.ring.columns.index("dense-0/gradient_rms")]
        found[weights] = gradient, advance(run, 400).evaluate("training").loss
    assert found["normal"][0] < 1e-4 * found["lsuv"][0]
    assert found["lsuv"][1] < 0.3 < 1.0 < found["normal"][1]


@pytest.mark.parametrize("seed", [0, 7])
def test_weights_are_drawn_from_numpys_generator_of_seed_and_name(seed: int) -> None:
    # Twice: the second time what a seed and a name come to is known.
    for _ in range(2):
        run = trainer(clouds(width=3), dense("dense-1", 3, weights="he_normal"), seed=seed,
                      precision="float64")
        rng = np.random.default_rng([seed, zlib.crc32(b"dense-1/w")])
        np.testing.assert_array_equal(run.weights()["dense-1/w"],
                                      rng.standard_normal((3, 3)) * np.sqrt(2 / 3))
