"""A trainer's steps beside those that PyTorch ran and a golden file holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from engine.training import Trainer

TOLERANCE = {"float32": 2e-5, "float64": 1e-9}
"""Relative, to the largest number of an array."""

DISSECTED = (0, 4)
"""Steps that are taken apart, too: the first one, and one with memories of others."""


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


def assert_dissected(run: Trainer, truth: Mapping[str, NDArray[Any]]) -> None:
    """Fail unless the next step, taken apart, has these gradients, and the engine's own numbers."""
    found = run.dissect()
    assert found.disagreement() < 1e-12
    gradients = found.gradients()
    assert gradients.keys() == truth.keys()
    for name, gradient in gradients.items():
        assert_equal(f"gradient of {name}, taken apart", gradient, truth[name], "float64")


def assert_follows(run: Trainer, inputs: NDArray[Any], golden: NpzFile, place: str, steps: int,
                   precision: str, *, dissects: bool = True) -> None:
    """Fail unless outputs, every step's loss and gradients and the end are those at a place."""
    names = initial(golden).keys()
    assert_equal("output", run.predict(inputs), golden[f"{place}/outputs"], precision)
    for step in range(steps):
        if dissects and precision == "float64" and step in DISSECTED:
            assert_dissected(run, {name: golden[f"{place}/gradient/{name}"][step]
                                   for name in names})
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
