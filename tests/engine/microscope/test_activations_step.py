"""Every activation function: its value and slope, opened and mistaken."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.layers.activations import ACTIVATIONS
from engine.microscope.explanations.activations import FUNCTIONS
from engine.microscope.trace import helpers
from engine.spec import LayerSpec, NetworkSpec
from tests.engine.microscope.agreement import compare, project_of
from tests.engine.microscope.proofs import assert_mistakes, assert_openings

pytestmark = pytest.mark.sampled

BY_SIGN = {"relu", "leaky_relu", "hard_tanh"}


def network(activation: str) -> NetworkSpec:
    return NetworkSpec((
        LayerSpec("input", "input"),
        LayerSpec("one", "dense", {"units": 4, "activation": activation}),
        LayerSpec("two", "activation", {"function": activation}),
        LayerSpec("three", "dense", {"units": 3, "activation": "linear"})))


def test_all_are_explained() -> None:
    assert {*FUNCTIONS, "linear"} == set(ACTIVATIONS)


@pytest.mark.parametrize("activation", sorted(set(ACTIVATIONS) - {"linear"}))
@pytest.mark.parametrize("spread", [0.4, 1.5])
def test_function(activation: str, spread: float) -> None:
    rng = np.random.default_rng(2)
    program = compare(project_of(network(activation)), rng.standard_normal((6, 2)),
                      np.eye(3)[rng.integers(0, 3, 6)], spread=spread)
    assert_openings(program)
    if spread > 1:
        wanted = ["derivative-forgotten"]
        wanted += [] if activation in BY_SIGN else ["derivative-at-value"]
        # What ReLU has made positive is left alone by the one after it.
        assert_mistakes(program, *wanted, may_agree=("derivative-forgotten",))


@pytest.mark.parametrize("z", [-700.0, -30.0, -1.0, 0.0, 1e-9, 0.5, 30.0, 700.0])
def test_helpers_lose_no_digits(z: float) -> None:
    known = helpers()
    assert float(known["normal_cdf"](np.array(z))) == pytest.approx(
        0.5 * math.erfc(-z / math.sqrt(2)), rel=1e-12, abs=0)
    logistic = 1 / (1 + math.exp(-z)) if z > -709 else 0.0
    assert float(known["sigmoid"](np.array(z))) == pytest.approx(logistic, rel=1e-15, abs=0)
    softplus = math.log1p(math.exp(z)) if z < 30 else z + math.exp(-z)
    assert float(known["softplus"](np.array(z))) == pytest.approx(softplus, rel=1e-14, abs=0)
    row = np.array([[z, 0.0]])
    assert float(known["log_softmax"](row)[0, 1]) == pytest.approx(-softplus, rel=1e-14, abs=1e-15)
