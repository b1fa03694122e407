"""Denormal numbers are taken for 0 in the loop, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from engine.data import load
from engine.kernels.runtime.rounding import ON_ARM, ON_X86, flush_denormals, restore_mode
from engine.spec import LayerSpec, NetworkSpec, ProjectSpec
from engine.training import Trainer

pytestmark = pytest.mark.skipif(not (ON_X86 or ON_ARM), reason="no such mode on this processor")


@njit
def square_flushed(x):
    mode = flush_denormals()
    for j in range(x.size):
        x[j] *= x[j]
    restore_mode(mode)


@pytest.mark.parametrize(("dtype", "small"), [(np.float32, 1e-20), (np.float64, 1e-155)])
def test_results_are_flushed_and_the_mode_is_restored(dtype: type, small: float) -> None:
    x = np.full(3, small, dtype)
    square_flushed(x)
    assert (x == 0).all()
    kept = np.full(3, small, dtype) * dtype(small)
    assert (kept > 0).all()


def test_training_leaves_the_thread_s_mode_alone() -> None:
    layers = [LayerSpec("input", "input")]
    layers += [LayerSpec(f"deep-{i}", "dense", {"units": 8, "activation": "sigmoid"})
               for i in range(60)]
    layers.append(LayerSpec("output", "dense", {"units": 2, "activation": "linear"}))
    project = ProjectSpec(network=NetworkSpec(tuple(layers)))
    trainer = Trainer(project, load(project.data))
    trainer.run(3, budget_s=10)
    trainer.snapshot()
    gradients = trainer.gradients()["deep-0/w"]
    tiny = np.finfo(np.float32).tiny
    assert not ((gradients != 0) & (np.abs(gradients) < tiny)).any()
    assert np.float32(1e-20) * np.float32(1e-20) > 0
