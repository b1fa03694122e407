"""MNIST as a data set, where its files are at hand."""

from __future__ import annotations

import gzip

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.data.modality import image
from engine.spec import LayerSpec
from tests.datasets import folder
from tests.engine.training.digits import FLAT, convolution, dense, network

FOLDER = folder("mnist")
TRAINING, TEST, SIDE = 60_000, 10_000, 28

LENET = network(
    LayerSpec("image", "reshape", {"height": SIDE, "width": SIDE}),
    convolution("conv2d", "conv-1", 16, kernel=5), LayerSpec("pool-1", "max_pooling"),
    convolution("conv2d", "conv-2", 32, kernel=5, padding="valid"),
    LayerSpec("pool-2", "max_pooling"), FLAT, dense("dense-1", 128),
    dense("output", 10, activation="linear"))
"""Chosen by training on the first 50,000 images and trying the others."""


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
    pixels = SIDE * SIDE
    return Dataset(
        "mnist", "MNIST", "classification", images.reshape(-1, pixels) / 255.0,
        labels.astype(np.int64), np.zeros((len(labels), 0)), tuple("0123456789"),
        tuple(f"pixel {place}" for place in range(pixels)), ("class",),
        np.arange(TRAINING), np.arange(TRAINING, TRAINING + TEST), modality=image(SIDE, SIDE))
