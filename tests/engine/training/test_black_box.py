"""The end of a run: what went out of range first, and the steps that led there."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from engine.errors import DivergedError
from engine.messages import say
from engine.telemetry.black_box import KEPT, BlackBox, BoxStep, Peak, black_box, told
from engine.training import Trainer
from tests.engine.training.runs import advance, clouds, curve, dense, trainer

DEEP = (*(dense(f"dense-{n}", 6, "linear") for n in range(1, 5)), dense("output", 2, "linear"))


def deep(**training: Any) -> Trainer:
    training = {"loss": "mean_squared_error", "precision": "float32", **training}
    return trainer(curve(), *DEEP, **training)


def box_of(run: Trainer, most: int = 2000) -> BlackBox:
    """Train step by step until numbers are not finite; return what there is to say."""
    steps: list[BoxStep] = []
    for _ in range(most):
        try:
            steps.append(run.probe_step())
        except DivergedError as error:
            finite = [step.step for step in steps if step.is_finite]
            return black_box(error, steps, finite[-1] if finite else 0)
    raise AssertionError("it has not diverged")


def test_a_probed_step_is_a_step() -> None:
    run, twin = deep(batch_size=7), deep(batch_size=7)
    for _ in range(12):
        run.probe_step()
    advance(twin, 12)
    for name, array in run.weights().items():
        np.testing.assert_array_equal(array, twin.weights()[name])
    assert (run.step, run.epoch) == (twin.step, twin.epoch)
    assert run.checkpoint().figures.epoch_sum == twin.checkpoint().figures.epoch_sum


@pytest.mark.parametrize("batch_size", [0, 7])
def test_the_largest_numbers_of_a_step_are_those_of_its_batch(batch_size: int) -> None:
    """Not those of the validation that follows on the last step of an epoch."""
    data = curve()
    data = dataclasses.replace(data, inputs=data.inputs.copy())
    data.inputs[data.validation] *= 1000
    run = trainer(data, *DEEP, loss="mean_squared_error", batch_size=batch_size,
                  optimizer="sgd", learning_rate=1e-3)
    for _ in range(-(-len(data.training) // (batch_size or len(data.training)))):
        found = run.probe_step()
        assert found.activation.value < 100
        weights = {name: np.abs(array).max() for name, array in run.weights().items()}
        largest = max(weights, key=lambda name: float(weights[name]))
        assert found.weight.value == pytest.approx(float(weights[largest]))
        assert found.weight.layer_id == largest.partition("/")[0]
        ratios = {layer: run.ring.read(0)[1][-1][run.ring.columns.index(f"{layer}/update_ratio")]
                  for layer in run.weight_layers}
        assert found.update.value == pytest.approx(10 ** max(ratios.values()))
        assert found.update.layer_id == max(ratios, key=lambda layer: ratios[layer])


@pytest.mark.parametrize("layer", ["dense-1", "dense-3", "output"])
def test_an_activation(layer: str) -> None:
    large = 0.9 * float(np.finfo("float32").max)
    weights = {name: np.ones_like(array) for name, array in deep().weights().items()}
    weights[f"{layer}/w"] *= np.float32(large)
    data = dataclasses.replace(curve(), inputs=np.full_like(curve().inputs, 3.0))
    run = trainer(data, *DEEP, loss="mean_squared_error", precision="float32", weights=weights)
    box = box_of(run)
    assert (box.overflow.tensor, box.overflow.layer_id, box.overflow.step) == (
        "activation", layer, 1)
    assert box.steps == ()
    assert box.overflow.sentence.text.startswith("Layer ")
    assert "There was no step before it." in box.sentence


def test_a_gradient() -> None:
    weights = {name: np.zeros_like(array) if name in ("dense-1/w",) or name.endswith("/b")
               else np.ones_like(array) for name, array in deep().weights().items()}
    weights["dense-3/w"] = np.full_like(weights["dense-3/w"], 0.9 * np.finfo("float32").max)
    data = dataclasses.replace(curve(), values=curve().values * 10 + 10)
    run = trainer(data, *DEEP, loss="mean_squared_error", precision="float32", weights=weights,
                  batch_size=1)
    box = box_of(run)
    assert (box.overflow.tensor, box.overflow.layer_id) == ("gradient", "dense-2")


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize("clip_norm", [0.0, 1.0])
def test_a_weight(optimizer: str, clip_norm: float) -> None:
    """An update that leaves the range all by itself, whether or not gradients are clipped."""
    run = deep(optimizer=optimizer, learning_rate=1e39, clip_norm=clip_norm)
    box = box_of(run)
    assert (box.overflow.tensor, box.overflow.step, box.last_finite) == ("weight", 1, 0)
    assert box.overflow.layer_id in run.weight_layers
    assert "a weight went out of range first, in the update of step 1" in box.sentence


def test_the_layer_whose_weights_leave_the_range_is_named() -> None:
    weights = {name: np.zeros_like(array) for name, array in deep().weights().items()}
    # All gradients but that of the last bias are 0.
    data = dataclasses.replace(curve(), values=curve().values * 10 + 20)
    run = trainer(data, *DEEP, loss="mean_squared_error", precision="float32", optimizer="sgd",
                  learning_rate=1e38, weights=weights)
    box = box_of(run)
    assert (box.overflow.tensor, box.overflow.layer_id) == ("weight", "output")


def test_the_loss() -> None:
    """Sums of squares leave the range where what is squared is still in it."""
    data = dataclasses.replace(curve(), values=curve().values + 1e200)
    with np.errstate(over="ignore"):
        run = trainer(data, dense("output", 2, "linear"), loss="mean_squared_error",
                      precision="float64")
    box = box_of(run)
    assert (box.overflow.tensor, box.overflow.layer_id) == ("loss", "")
    assert box.sentence.startswith("The loss went out of range first, in step 1;")


def test_a_rate_that_is_too_high_leads_there_step_by_step() -> None:
    box = box_of(deep(optimizer="sgd", learning_rate=0.6, batch_size=0))
    assert len(box.steps) <= KEPT
    assert box.steps[-1].step == box.last_finite
    losses = [step.loss for step in box.steps]
    assert losses[-1] > 1e6 * losses[0]
    chain = box.chain.text
    assert chain.startswith(f"In the last {len(box.steps)} finite steps: loss ")
    assert chain.count("→") >= 4
    assert "Layer " in chain
    assert box.overflow.step in (box.last_finite + 1, box.last_finite + 2)


def test_classes_fail_too() -> None:
    run = trainer(clouds(), dense("dense-1", 4, "relu"), dense("output", 3, "linear"),
                  optimizer="sgd", learning_rate=1e30, precision="float32")
    box = box_of(run)
    assert box.overflow.tensor in {"activation", "weight", "gradient", "loss"}
    assert box.overflow.layer_id or box.overflow.tensor == "loss"


def test_only_so_many_steps_are_kept() -> None:
    peak = Peak(1.0, "dense-1", say("place.layer", position=1, title="Dense"))
    steps = [BoxStep(step, 1.0, peak, peak, peak) for step in range(1, 40)]
    box = black_box(DivergedError("diverged.loss", step=40), steps, 39)
    assert [step.step for step in box.steps] == list(range(40 - KEPT, 40))


def test_a_cure_can_begin_before_an_update_is_larger_than_the_weights() -> None:
    place = say("place.layer", position=1, title="Dense")
    steps = [BoxStep(step, 1.0, *(Peak(value, "dense-1", place) for value in (1.0, 1.0, update)))
             for step, update in ((7, 0.01), (8, 0.9), (9, 2e9))]
    error = DivergedError("diverged.loss", step=10)
    assert black_box(error, steps, 9).sound_step == 8
    assert black_box(error, steps[2:], 9).sound_step is None


@pytest.mark.parametrize(("values", "kept"), [
    ([0.7], (0.7,)),
    ([0.7, 0.8], (0.7, 0.8)),
    ([0.7, 0.8, 0.9, 3e4, 4e4, 2e19], (0.7, 3e4, 2e19)),
    ([10.0**n for n in range(10)], (1.0, 1e3, 1e6, 1e9)),
    ([0.0, 1.0, 5.0], (0.0, 1.0, 5.0)),
])
def test_a_chain_tells_where_a_value_has_grown(values: list[float], kept: tuple[float, ...]
                                               ) -> None:
    assert told(values) == kept
