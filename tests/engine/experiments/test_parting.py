"""Where two runs part: against sums by hand, and with runs whose knob says where it must be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.experiments.parting import ROUNDINGS, Parting, parting, relative
from engine.spec import ProjectSpec
from engine.training import Trainer
from tests.engine.training.runs import advance, clouds, dense, project

Array = NDArray[Any]
LAYERS = (dense("dense-1", 8), dense("dense-2", 5, "relu"), dense("output", 3, "linear"))


@dataclass(frozen=True)
class Kept:
    step: int
    arrays: Mapping[str, Array]
    gradients: Mapping[str, Array] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.arrays)

    def array(self, name: str) -> Array:
        return self.arrays[name]

    def gradient(self, name: str) -> Array:
        return self.gradients[name]


def kept(spec: ProjectSpec, steps: int = 4) -> list[Kept]:
    run = Trainer(spec, clouds(), threads=1)
    found = [Kept(0, run.weights(), run.gradients())]
    for _ in range(steps):
        advance(run, 1)
        found.append(Kept(run.step, run.weights(), run.gradients()))
    return found


def made(step: int, w: list[float], b: list[float], dtype: str = "float32") -> Kept:
    arrays = {"one/w": np.array(w, dtype), "one/b": np.array(b, dtype)}
    return Kept(step, arrays, arrays)


def test_a_difference_is_that_of_all_numbers_of_a_layer_over_their_size() -> None:
    found = parting([made(1, [3, 0], [4])], [made(1, [3, 1], [4])])
    assert found.layers == ("one",)
    assert found.weights.tolist() == found.gradients.tolist() == [[0.2]]
    assert relative([(np.array([3.0, 4.0]), np.array([0.0, 0.0]))]) == 1.0


@pytest.mark.parametrize(("a", "b", "wanted"), [
    ([0.0], [0.0], 0.0), ([0.0], [1.0], math.inf), ([1.0], [math.inf], math.inf),
    ([1.0], [math.nan], math.inf), ([1e-200], [3e-200], 2.0), ([1e200], [3e200], 2.0),
    ([1e-30], [1e-30], 0.0),
])
def test_differences_at_the_edges(a: list[float], b: list[float], wanted: float) -> None:
    assert relative([(np.array(a), np.array(b))]) == pytest.approx(wanted, rel=1e-12)


def test_vanished_gradients_of_32_bits_have_a_size() -> None:
    a = np.full(100, 1e-30, np.float32)
    assert relative([(a, 2 * a)]) == pytest.approx(1.0)


def test_nothing_is_said_of_nothing() -> None:
    assert math.isnan(relative([]))
    assert math.isnan(relative([(np.array([math.nan]), np.array([1.0]))]))
    assert parting([], []).first is None
    assert parting([], []).message(project(*LAYERS).network).text == (
        "No layer of the two runs can be compared.")


def test_equal_runs_are_equal_to_the_byte() -> None:
    found = parting(kept(project(*LAYERS)), kept(project(*LAYERS)))
    assert found.touched is None
    assert (found.weights == 0).all()
    assert found.message(project(*LAYERS).network).text == (
        "Equal to the byte at 5 kept steps.")


def test_another_learning_rate_parts_the_weights_first() -> None:
    found = parting(kept(project(*LAYERS)), kept(project(*LAYERS, learning_rate=0.3)))
    assert found.first == (1, "dense-1", "weights")
    # Both looked at the same batch with the same weights.
    assert (found.gradients[:, :2] == 0).all()
    assert (found.gradients[:, 2] > 0).all()
    assert found.message(project(*LAYERS).network).text == (
        "They part at step 1: the weights of layer 1.")


def test_another_loss_parts_the_gradients_first() -> None:
    b = project(*LAYERS, label_smoothing=0.1)
    found = parting(kept(project(*LAYERS)), kept(b))
    assert found.first == (1, "dense-1", "gradients")
    assert found.message(b.network).text == "They part at step 1: the gradients of layer 1."


def test_other_first_weights_part_at_step_0() -> None:
    b = project(LAYERS[0], dense("dense-2", 5, "relu", weights="he_normal"), LAYERS[2])
    found = parting(kept(project(*LAYERS)), kept(b))
    assert found.first == (0, "dense-2", "weights")
    assert found.weights[[0, 2], 0].tolist() == [0, 0]


def test_layers_of_other_shapes_cannot_be_compared() -> None:
    b = project(LAYERS[0], dense("dense-2", 6, "relu"), dense("dense-9", 4), LAYERS[2])
    found = parting(kept(project(*LAYERS)), kept(b))
    assert found.layers == ("dense-1", "dense-2", "output", "dense-9")
    assert found.incomparable == ("dense-2", "output", "dense-9")
    assert np.isnan(found.weights[1:]).all()
    assert found.first is not None
    assert found.first.layer == "dense-1"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_sum_in_another_order_is_no_parting(dtype: str) -> None:
    rng = np.random.default_rng(3)
    terms = rng.standard_normal((4096, 50)).astype(dtype)

    def summed(order: NDArray[np.int64]) -> Kept:
        total = np.zeros(50, dtype)
        for row in terms[order]:
            total += row
        return made(1, total.tolist(), [], dtype)

    found = parting([summed(np.arange(4096))], [summed(rng.permutation(4096))])
    assert found.touched == (1, "one", "gradients")
    assert found.first is None
    assert found.limit == ROUNDINGS * np.finfo(dtype).eps
    assert found.message(project(*LAYERS).network).text.startswith("Nowhere apart by more than")
    apart = 1 + 2 * found.limit
    assert parting([made(1, [1], [], dtype)], [made(1, [apart], [], dtype)]).first is not None


def test_the_coarser_precision_counts() -> None:
    found = parting([made(1, [0.1], [], "float32")], [made(1, [0.1], [], "float64")])
    assert found.touched is not None
    assert found.first is None


def test_what_is_computed_once_is_kept_and_what_is_gone_leaves() -> None:
    a, b = kept(project(*LAYERS)), kept(project(*LAYERS, learning_rate=0.3))
    whole, made_ = parting(a, b), Parting()
    calls = 1
    while not made_.advance(a, b, budget_s=0.0):
        calls += 1
        assert len(made_.map.steps) == calls - 1
    assert calls == 5
    np.testing.assert_array_equal(made_.map.weights, whole.weights)
    columns = dict(made_._columns)
    assert made_.advance(a[1:], b, budget_s=0.0)
    assert made_.map.steps.tolist() == [1, 2, 3, 4]
    assert all(made_._columns[step] is columns[step] for step in (1, 2, 3, 4))


def test_only_steps_that_both_have_are_compared() -> None:
    a, b = kept(project(*LAYERS)), kept(project(*LAYERS))
    assert parting(a[::2], b[1:]).steps.tolist() == [2, 4]
