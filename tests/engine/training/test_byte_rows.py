"""A run on bytes is the run on the numbers that they stand for."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.data.modality import image
from engine.data.rows import ByteRows
from engine.kernels.ops import batches
from engine.spec import AugmentationSpec
from engine.training import Trainer
from tests.engine.training.runs import clouds, dense, project
from tests.reference import randomness as twins

H, W = 5, 4


def pair(scale: float = 1 / 256, shift: float = -0.5) -> tuple[Dataset, Dataset]:
    """Return images of bytes, and the same as numbers."""
    plain = clouds(23, 7, width=H * W)
    content = np.random.default_rng(4).integers(0, 256, plain.inputs.shape).astype(np.uint8)
    # Powers of two: a product and a sum are rounded nowhere, fused or not.
    rows = ByteRows(content, scale, np.arange(H * W) / 4 + shift)
    as_bytes = dataclasses.replace(plain, inputs=rows, modality=image(H, W))
    return as_bytes, dataclasses.replace(as_bytes, inputs=np.asarray(rows))


@pytest.mark.parametrize("augmentation", [
    AugmentationSpec(), AugmentationSpec(shift=0.25, flip=True, noise=0.1)])
def test_the_run_is_the_same(augmentation: AugmentationSpec) -> None:
    wanted = project(dense("dense-1", 6), dense("output", 3, "linear"), precision="float64",
                     augmentation=augmentation, batch_size=5)
    runs = [Trainer(wanted, data, threads=threads) for data in pair() for threads in (1, 2)]
    for run in runs:
        run.run(17, budget_s=60.0)
    weights = [run.weights() for run in runs]
    assert all(np.array_equal(other[name], value)
               for other in weights[1:] for name, value in weights[0].items())


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_gather_bytes(precision: str) -> None:
    rng = np.random.default_rng(1)
    content = rng.integers(0, 256, (9, 7)).astype(np.uint8)
    order = rng.permutation(9)[:4]
    scale, shift = rng.standard_normal((2, 7))
    y = np.full((4, 7), np.nan, precision)
    batches.gather_bytes(y, content.ravel(), order, scale.astype(precision),
                         shift.astype(precision))
    truth = np.empty((4, 7))
    twins.gather_bytes(truth, content.ravel(), order, scale, shift)
    assert np.allclose(y, truth, rtol=1e-5 if precision == "float32" else 1e-15, atol=1e-5 if
                       precision == "float32" else 1e-13)
