"""Every loss: its value, where the backward pass begins, and class weights."""

from __future__ import annotations

import numpy as np
import pytest

from engine.layers import LOSSES
from engine.microscope.mistakes import is_caught, offered
from engine.microscope.trace import run
from engine.microscope.writer import EXPLANATIONS
from engine.spec import LayerSpec, NetworkSpec
from tests.engine.microscope.agreement import Reals, compare, project_of
from tests.engine.microscope.proofs import assert_mistakes, assert_openings

pytestmark = pytest.mark.sampled

WEIGHTS = np.array([0.5, 2.0, 1.25])
COMMON = ("sign-turned",)
OF_TEXTS = ("text-length-forgotten", "own-step-twice", "way-on-forgotten", "one-reading-only",
            "blank-forgotten")


def network(units: int, activation: str = "linear") -> NetworkSpec:
    return NetworkSpec((
        LayerSpec("input", "input"),
        LayerSpec("one", "dense", {"units": 4, "activation": "tanh"}),
        LayerSpec("two", "dense", {"units": units, "activation": activation})))


def sequence(classes: int) -> NetworkSpec:
    return NetworkSpec((
        LayerSpec("input", "input"),
        LayerSpec("one", "embedding", {"vocabulary": 6, "units": 3}),
        LayerSpec("two", "dense", {"units": classes, "activation": "linear"})))


def batch(n: int = 7) -> tuple[Reals, np.random.Generator]:
    rng = np.random.default_rng(3)
    return rng.standard_normal((n, 3)), rng


def test_all_are_explained() -> None:
    ops = {loss.op for loss in LOSSES.values()} | {loss.weighted_op for loss in LOSSES.values()}
    assert ops - {""} <= EXPLANATIONS.keys()


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["alike", "weighted"])
@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "binary_cross_entropy",
                                  "mean_squared_error", "hinge"])
@pytest.mark.parametrize("spread", [0.4, 4.0])
def test_of_classes(loss: str, weights: Reals | None, spread: float) -> None:
    inputs, rng = batch()
    program = compare(project_of(network(3), loss), inputs, np.eye(3)[rng.integers(0, 3, 7)],
                      class_weights=weights, spread=spread)
    assert_openings(program)
    wanted = ["class-weights-forgotten", "weights-not-normalised"] if weights is not None else \
        ["batch-mean-forgotten"]
    assert_mistakes(program, *COMMON, *wanted, *([] if loss.startswith("softmax") else
                                                 ["unit-mean-forgotten"]),
                    may_agree=("derivative-forgotten",))


@pytest.mark.parametrize("weights", [None, WEIGHTS[:2]], ids=["alike", "weighted"])
@pytest.mark.parametrize("loss", ["binary_cross_entropy", "mean_squared_error", "hinge"])
def test_one_unit_for_two_classes(loss: str, weights: Reals | None) -> None:
    inputs, rng = batch()
    low, high = LOSSES[loss].single_output_classes or (0.0, 1.0)
    targets = np.where(rng.integers(0, 2, (7, 1)) > 0, high, low)
    program = compare(project_of(network(1), loss), inputs, targets, class_weights=weights,
                      spread=1.5)
    assert_openings(program)
    assert_mistakes(program, *COMMON)


@pytest.mark.parametrize("loss", ["mean_squared_error", "mean_absolute_error", "huber"])
@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize("delta", [0.3, 1.0])
def test_of_numbers(loss: str, units: int, delta: float) -> None:
    inputs, rng = batch()
    program = compare(project_of(network(units), loss, huber_delta=delta), inputs,
                      rng.standard_normal((7, units)), spread=1.5)
    assert_openings(program)
    own = {"mean_squared_error": "factor-two-forgotten", "huber": "delta-forgotten",
           "mean_absolute_error": "derivative-of-square"}
    assert_mistakes(program, *COMMON, "batch-mean-forgotten", own[loss])


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["alike", "weighted"])
def test_label_smoothing(weights: Reals | None) -> None:
    inputs, rng = batch()
    program = compare(project_of(network(3), label_smoothing=0.2), inputs,
                      np.eye(3)[rng.integers(0, 3, 7)], class_weights=weights, spread=1.5)
    assert_openings(program)
    assert_mistakes(program, *COMMON, "smoothing-forgotten", "softmax-derived-twice")


def test_reconstruction_takes_any_target_between_0_and_1() -> None:
    inputs, rng = batch()
    program = compare(project_of(network(3), "binary_cross_entropy"), inputs,
                      rng.uniform(0, 1, (7, 3)))
    assert_openings(program)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["alike", "weighted"])
@pytest.mark.parametrize("is_padded", [True, False])
def test_of_sequences(weights: Reals | None, is_padded: bool) -> None:
    rng = np.random.default_rng(4)
    targets = rng.integers(0, 3, (4, 5)).astype(float)
    if is_padded:
        targets[0, 2:] = targets[2, :1] = -1.0
    program = compare(project_of(sequence(3), "sequence_cross_entropy"),
                      rng.integers(1, 6, (4, 5)).astype(float), targets, class_weights=weights,
                      spread=1.5)
    assert_openings(program)
    wanted = ["divided-by-all-steps"] if is_padded else []
    wanted += ["padding-counted"] if is_padded and weights is None else []
    wanted += ["class-weights-forgotten"] if weights is not None else []
    assert_mistakes(program, *COMMON, "batch-mean-forgotten", *wanted)


def test_a_batch_of_padding_alone_costs_nothing() -> None:
    for weights in (None, WEIGHTS):
        program = compare(project_of(sequence(3), "sequence_cross_entropy"),
                          np.ones((2, 3)), np.full((2, 3), -1.0), class_weights=weights)
        assert float(run(program).last("L")) == 0.0


@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "binary_cross_entropy"])
def test_outputs_far_from_0_overflow_nothing(loss: str) -> None:
    inputs, rng = batch()
    program = compare(project_of(network(3), loss), 1e4 * inputs,
                      np.eye(3)[rng.integers(0, 3, 7)], spread=900.0)
    assert float(run(program).last("L")) > 100


@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "mean_squared_error", "hinge"])
def test_of_one_example(loss: str) -> None:
    inputs, _ = batch(1)
    program = compare(project_of(network(3), loss), inputs, np.eye(3)[:1])
    assert all("batch-mean-forgotten" not in one.mistakes for one in program.statements)
    assert_openings(program)


@pytest.mark.parametrize("is_padded", [True, False])
def test_of_texts_without_given_steps(is_padded: bool) -> None:
    rng = np.random.default_rng(5)
    tokens = rng.integers(1, 6, (4, 7)).astype(float)
    # Equal characters side by side, one that is too long for its steps, and one of none.
    targets = np.array([[0, 1, 1, 0], [1, -1, -1, -1], [0, 0, 0, 0], [-1, -1, -1, -1]], float)
    if is_padded:
        tokens[1, 4:], tokens[2, 5:] = 0.0, 0.0
    network = sequence(3)
    network = network.replaced(network.layer("one").with_options(padding=is_padded))
    program = compare(project_of(network, "ctc"), tokens, targets, spread=1.5)
    trace = assert_openings(program)
    assert bool(trace.last("share")[2]) is not is_padded
    assert_mistakes(program, *COMMON, "batch-mean-forgotten", *OF_TEXTS, "softmax-derived-twice")
    right = run(program)
    places = [i for i, one in enumerate(program.statements) if one.name == "dz2"]
    for place in offered(right):
        assert place.statement not in places or is_caught(right, place), place
