"""Feature maps and filters of a snapshot."""

from __future__ import annotations

import numpy as np
import pytest

from engine.spec import LayerSpec
from engine.training import Trainer
from tests.engine.training.runs import advance, clouds, contents, dense, trainer

IMAGE = LayerSpec("image", "reshape", {"height": 4, "width": 5, "channels": 1})
NETWORK = (
    IMAGE, LayerSpec("conv-1", "conv2d", {"filters": 70, "kernel": 3, "activation": "linear"}),
    LayerSpec("pool-1", "max_pooling"),
    LayerSpec("grow-1", "conv2d_transpose", {"filters": 3, "kernel": 2, "activation": "relu"}),
    LayerSpec("flat", "flatten"), dense("output", 3, "linear"))


def made(**training: str | int) -> Trainer:
    return trainer(clouds(23, 7, width=20), *NETWORK, **training)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_maps_are_those_of_the_first_sample(precision: str) -> None:
    data = clouds(23, 7, width=20)
    run = advance(made(precision=precision), 5)
    look = run.snapshot()
    readings = {reading.layer_id: reading for reading in look.layers}
    assert look.samples[0] == data.validation[0]
    image = data.inputs[data.validation[0]].reshape(4, 5)
    np.testing.assert_allclose(readings["image"].feature_maps, image[..., None], rtol=1e-6)
    w, b = run.weights()["conv-1/w"], run.weights()["conv-1/b"]
    # The place in the middle of the second row sees a whole window.
    window = np.einsum("ij,ijo->o", image[0:3, 1:4], w[:, :, 0]) + b
    maps = readings["conv-1"].feature_maps
    assert maps is not None
    assert maps.shape == (4, 5, 64)
    assert maps.dtype == np.float64
    np.testing.assert_allclose(maps[1, 2], window[:64], rtol=1e-5, atol=1e-6)
    assert readings["pool-1"].feature_maps.shape == (2, 2, 64)
    assert readings["grow-1"].feature_maps.shape == (4, 4, 3)
    for flat in ("input", "flat", "output"):
        assert readings[flat].feature_maps is None


def test_filters_have_channels_in_before_channels_out() -> None:
    run = advance(made(), 5)
    readings = {reading.layer_id: reading for reading in run.snapshot().layers}
    weights = run.weights()
    np.testing.assert_array_equal(readings["conv-1"].filters, weights["conv-1/w"][..., :64])
    assert weights["grow-1/w"].shape == (2, 2, 3, 70)
    np.testing.assert_array_equal(readings["grow-1"].filters,
                                  weights["grow-1/w"].transpose(0, 1, 3, 2))
    for other in ("image", "pool-1", "output"):
        assert readings[other].filters is None


def test_a_sequence_has_neither() -> None:
    layers = (LayerSpec("steps", "reshape", {"form": "sequence", "steps": 5, "features": 4}),
              LayerSpec("conv-1", "conv1d"), LayerSpec("flat", "flatten"),
              dense("output", 3, "linear"))
    for reading in trainer(clouds(23, 7, width=20), *layers).snapshot().layers:
        assert reading.feature_maps is None
        assert reading.filters is None


def test_looking_changes_nothing() -> None:
    watched, alone = made(batch_size=5), made(batch_size=5)
    for _ in range(8):
        watched.snapshot()
        advance(watched, 1)
        advance(alone, 1)
    assert contents(watched) == contents(alone)
