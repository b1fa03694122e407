"""CIFAR-10 as a data set, where its files are at hand: bytes, as the images came."""

from __future__ import annotations

import lzma
from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.data.modality import image
from engine.data.rows import ByteRows
from tests.datasets import folder

FOLDER = folder("cifar10")
RESIDUALS = FOLDER / "cifar10_residuals.npy.xz"
TRAINING, TEST, SIDE, CHANNELS = 50_000, 10_000, 32, 3
MEAN = np.array([0.4914, 0.4822, 0.4465])
DEVIATION = np.array([0.2470, 0.2435, 0.2616])
"""Of the training images' red, green and blue, as shares of 255."""


@cache
def images() -> NDArray[np.uint8]:
    """Return all images, uint8[60000, 3072]: row by row, red, green and blue of every pixel."""
    with lzma.open(RESIDUALS) as file:
        residuals = np.lib.format.read_array(file, allow_pickle=False)
    planes = np.cumsum(residuals, 2, dtype=np.uint8)
    np.cumsum(planes, 3, dtype=np.uint8, out=planes)
    green = planes[0]
    together = np.stack([planes[1] + green, green, planes[2] + green], axis=-1)
    return together.reshape(len(together), -1)


def cifar10() -> Dataset:
    """Return all images, the official test images for validation."""
    with np.load(FOLDER / "cifar10_labels.npz", allow_pickle=False) as found:
        labels = found["labels"].astype(np.int64)
        names = tuple(str(name) for name in found["class_names"])
    pixels = SIDE * SIDE * CHANNELS
    scale = np.tile(1 / (255 * DEVIATION), SIDE * SIDE)
    shift = np.tile(-MEAN / DEVIATION, SIDE * SIDE)
    return Dataset(
        "cifar10", "CIFAR-10", "classification", ByteRows(images(), scale, shift), labels,
        np.zeros((len(labels), 0)), names, tuple(f"pixel {place}" for place in range(pixels)),
        ("class",), np.arange(TRAINING), np.arange(TRAINING, TRAINING + TEST),
        modality=image(SIDE, SIDE, CHANNELS))
