"""What PyTorch measures in networks that begin by its own defaults, predicted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from msgspec.structs import replace as changed

from engine.theory import criticality
from tests.engine.theory.networks import dataset, deep, figures, predicted
from tests.golden.theory_cases import BATCH, DEPTH, FILE, FUNCTIONS, WIDTH


@pytest.mark.parametrize("function", FUNCTIONS)
def test_pytorch_measures_what_is_predicted(function: str) -> None:
    with np.load(FILE) as golden:
        found = np.median(golden[f"{function}/rms"], axis=0)
        data = replace(dataset(), inputs=golden["inputs"].astype(np.float64),
                       labels=golden["labels"].astype(np.int64))
    given = deep(function, WIDTH, DEPTH, BATCH, weights="pytorch")
    output = given.network.layers[-1].with_options(weights="pytorch")
    given = changed(given, network=given.network.replaced(output))
    theory = figures(predicted(given, data), "gradient_rms")
    ratio = found / theory
    assert ratio.max() < 1.5
    assert ratio.min() > 1 / 1.5
    # From the first layer to the last, over many orders of magnitude.
    assert np.log10(theory[0] / theory[-1]) == pytest.approx(
        np.log10(found[0] / found[-1]), abs=0.3)
    assert found[0] / found[-1] < 1e-5


def test_relu_loses_three_fifths_of_an_error_in_each_of_pytorchs_layers() -> None:
    """Uniform in ±1/√n: a variance of 1/(3n), of which ReLU leaves half."""
    assert criticality("relu", 1 / 3, 1 / (3 * WIDTH)).chi == pytest.approx(1 / 6, rel=1e-3)
