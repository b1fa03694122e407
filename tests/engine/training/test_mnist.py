"""LeNet on MNIST, where its files are at hand."""

from __future__ import annotations

import gzip

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.spec import (
    LayerSpec,
    OptimizerSpec,
    ProjectSpec,
    ScheduleSpec,
    TrainingSpec,
)
from tests.datasets import folder
from tests.engine.training.digits import FLAT, convolution, dense, network, trained

FOLDER = folder("mnist")
TRAINING, TEST, PIXELS = 60_000, 10_000, 28 * 28
BATCH = 32

LENET = network(
    LayerSpec("image", "reshape", {"height": 28, "width": 28}),
    convolution("conv2d", "conv-1", 16, kernel=5), LayerSpec("pool-1", "max_pooling"),
    convolution("conv2d", "conv-2", 32, kernel=5, padding="valid"),
    LayerSpec("pool-2", "max_pooling"), FLAT, dense("dense-1", 128),
    dense("output", 10, activation="linear"))
"""Chosen, as the settings were, by training on the first 50,000 images and trying the others."""


def read(name: str) -> NDArray[np.uint8]:
    """Return the array of an IDX file."""
    raw = gzip.decompress((FOLDER / f"{name}-ubyte.gz").read_bytes())
    axes = raw[3]
    shape = tuple(int.from_bytes(raw[4 + 4 * axis:8 + 4 * axis], "big") for axis in range(axes))
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * axes).reshape(shape)


def mnist() -> Dataset:
    """Return all images, the official test set for validation."""
    images, labels = (np.concatenate([read(f"{part}-{kind}") for part in ("train", "t10k")])
                      for kind in ("images-idx3", "labels-idx1"))
    return Dataset(
        "mnist", "MNIST", "classification", images.reshape(-1, PIXELS) / 255.0,
        labels.astype(np.int64), np.zeros((len(labels), 0)), tuple("0123456789"),
        tuple(f"pixel {place}" for place in range(PIXELS)), ("class",),
        np.arange(TRAINING), np.arange(TRAINING, TRAINING + TEST), image_shape=(28, 28))


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.is_dir(), reason="MNIST is not at hand")
def test_one_pass_over_mnist() -> None:
    data = mnist()
    run = trained(ProjectSpec(network=LENET, training=TrainingSpec(
        optimizer=OptimizerSpec("adam"), learning_rate=0.003, batch_size=BATCH, seed=1,
        schedule=ScheduleSpec("cosine", length=TRAINING // BATCH))), data)
    assert run.epoch == 1
    guesses = run.predict(data.inputs[data.validation]).argmax(axis=1)
    assert np.mean(guesses == data.labels[data.validation]) >= 0.985
