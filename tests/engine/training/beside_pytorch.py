"""A trainer's steps beside those that PyTorch ran and a golden file holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from engine.training import Trainer

TOLERANCE = {"float32": 2e-5, "float64": 1e-9}
"""Relative, to the largest number of an array."""


def initial(golden: NpzFile) -> dict[str, NDArray[Any]]:
    """Return the parameters that a run started with."""
    return {name.removeprefix("initial/"): golden[name] for name in golden
            if name.startswith("initial/")}


def assert_equal(name: str, found: NDArray[np.float64], truth: NDArray[np.float64],
                 precision: str) -> None:
    """Fail unless two arrays are equal within the tolerance of a precision."""
    truth = truth.astype(np.float64)
    assert found.shape == truth.shape, name
    error = float(np.abs(found - truth).max() / np.abs(truth).max())
    assert error <= TOLERANCE[precision], f"{name}: {error:.1e}"


def assert_follows(run: Trainer, inputs: NDArray[Any], golden: NpzFile, place: str, steps: int,
                   precision: str) -> None:
    """Fail unless outputs, every step's loss and gradients and the end are those at a place."""
    names = initial(golden).keys()
    assert_equal("output", run.predict(inputs), golden[f"{place}/outputs"], precision)
    for step in range(steps):
        assert run.run(1) == 1
        _, rows, _ = run.ring.read(step)
        assert rows[-1][0] == pytest.approx(golden[f"{place}/losses"][step],
                                            rel=TOLERANCE[precision])
        gradients = run.gradients()
        assert gradients.keys() == names
        for name, gradient in gradients.items():
            assert_equal(f"step {step}, gradient of {name}", gradient,
                         golden[f"{place}/gradient/{name}"][step], precision)
    for name, parameter in run.weights().items():
        assert_equal(f"final {name}", parameter, golden[f"{place}/final/{name}"], precision)
