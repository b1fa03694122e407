"""Numbers that leave the range: the run stops, says where, and keeps weights that are numbers."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from engine.errors import DivergedError
from engine.kernels.runtime import layout
from engine.layers import OPTIMIZERS
from engine.training import Trainer, kept
from tests.engine.training.runs import advance, curve, dense, trainer

DEEP = (*(dense(f"dense-{n}", 6, "linear") for n in range(1, 5)), dense("output", 2, "linear"))
HUGE = {"float32": 1e30, "float64": 1e250}


def deep(precision: str, **training: Any) -> Trainer:
    """Return a deep linear network for a regression, which explodes willingly."""
    return trainer(curve(), *DEEP, loss="mean_squared_error", precision=precision, **training)


def diverge(run: Trainer, steps: int = 5000) -> DivergedError:
    with pytest.raises(DivergedError) as caught:
        advance(run, steps)
    return caught.value


def assert_sound(run: Trainer, error: DivergedError) -> None:
    """Assert what every failed run promises."""
    assert error.step == run.step + 1
    assert f"step {error.step:,}" in error.found
    for name, array in run.weights().items():
        assert np.isfinite(array).all(), name
    # Looking at the wreck must not fail, whatever overflows in it.
    with np.errstate(all="ignore"):
        run.snapshot()
        run.evaluate("training")
    assert run.ring.read(0)[0].tolist() == list(range(1, run.step + 1))


@pytest.mark.parametrize("precision", HUGE)
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov"])
def test_a_learning_rate_that_is_too_high(optimizer: str, precision: str) -> None:
    run = deep(precision, optimizer=optimizer, learning_rate=3.0)
    assert_sound(run, diverge(run))


@pytest.mark.parametrize("rate", [1e10, 1e30, 1e38, 1e39, 1e300])
@pytest.mark.parametrize("precision", HUGE)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_learning_rate_that_overflows_by_itself(optimizer: str, precision: str, rate: float
                                                  ) -> None:
    """One update can take weights out of the range although every gradient was in it."""
    run = deep(precision, optimizer=optimizer, learning_rate=rate)
    try:
        advance(run, 200)
    except DivergedError as error:
        assert_sound(run, error)
    else:
        assert all(np.isfinite(array).all() for array in run.weights().values())


def test_the_parameters_are_those_before_the_failed_step() -> None:
    run = deep("float64", optimizer="sgd", learning_rate=3.0)
    error = diverge(run)
    twin = deep("float64", optimizer="sgd", learning_rate=3.0)
    advance(twin, error.step - 1)
    for name, array in run.weights().items():
        np.testing.assert_array_equal(array, twin.weights()[name])


@pytest.mark.parametrize("precision", HUGE)
@pytest.mark.parametrize(("layer", "position"), [("dense-1", 1), ("dense-3", 3), ("output", 5)])
def test_the_first_layer_that_overflows_is_named(layer: str, position: int, precision: str) -> None:
    weights = deep(precision).weights()
    # Large enough that a layer's sum leaves the range, and its inputs are of size 1.
    largest = float(np.finfo(precision).max)
    weights[f"{layer}/w"] = np.full(weights[f"{layer}/w"].shape, 0.9 * largest)
    data = curve()
    data = dataclasses.replace(data, inputs=np.full_like(data.inputs, 3.0))
    for name in weights:
        if name.endswith("/w") and name != f"{layer}/w":
            weights[name] = np.ones_like(weights[name])
    run = trainer(data, *DEEP, loss="mean_squared_error", precision=precision, weights=weights)
    error = diverge(run, 1)
    assert error.layer_id == layer
    assert error.place == f"Layer {position} (Dense)"
    assert "an activation" in error.found
    assert error.step == 1
    assert "learning rate" in error.remedy
    assert_sound(run, error)


@pytest.mark.parametrize("precision", HUGE)
@pytest.mark.parametrize(("layer", "position"), [("dense-2", 2), ("dense-4", 4)])
def test_a_gradient_that_overflows_behind_sound_activations(layer: str, position: int,
                                                            precision: str) -> None:
    """Every activation is 0, but what goes back through large weights leaves the range."""
    weights = {name: np.zeros_like(array) if name == "dense-1/w" else np.ones_like(array)
               for name, array in deep(precision).weights().items()}
    large = 0.9 * float(np.finfo(precision).max)
    behind = "output/w" if layer == "dense-4" else f"dense-{position + 1}/w"
    weights[behind] = np.full_like(weights[behind], large)
    weights |= {name: np.zeros_like(array) for name, array in weights.items()
                if name.endswith("/b")}
    data = curve()
    data = dataclasses.replace(data, values=data.values * 10 + 10)
    run = trainer(data, *DEEP, loss="mean_squared_error", precision=precision, weights=weights,
                  batch_size=1)
    error = diverge(run, 1)
    assert "a gradient" in error.found
    assert (error.layer_id, error.place) == (layer, f"Layer {position} (Dense)")
    assert_sound(run, error)


@pytest.mark.parametrize("optimizer", ["momentum", "adam"])
def test_an_overflowing_update_brings_back_the_last_weights_that_were_numbers(
        optimizer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Where others use the processor, keeping would take too long to be done after every step.
    monkeypatch.setattr(kept, "CHEAP_S", np.inf)
    run = advance(deep("float32", optimizer=optimizer, learning_rate=0.001), 20)
    before = run.weights()
    assert (before["output/w"] != deep("float32").weights()["output/w"]).any()
    run.apply(replace(run.project.training, learning_rate=1e39))
    assert_sound(run, diverge(run, 10))
    for name, array in run.weights().items():
        np.testing.assert_array_equal(array, before[name])
    # What the optimizer remembers belongs to weights that are gone.
    run.apply(replace(run.project.training, learning_rate=0.001))
    fresh = deep("float32", optimizer=optimizer, learning_rate=0.001, weights=before, batch_size=0)
    run.apply(replace(run.project.training, batch_size=0))
    run._plan.shared.control[layout.POSITION] = 0
    advance(run, 1)
    advance(fresh, 1)
    np.testing.assert_allclose(run.weights()["output/w"], fresh.weights()["output/w"], rtol=1e-5)


def test_data_that_leave_the_range_of_the_precision() -> None:
    data = curve()
    data = dataclasses.replace(data, inputs=data.inputs * 1e200)
    with np.errstate(over="ignore"):
        run = trainer(data, *DEEP, loss="mean_squared_error")
    error = diverge(run, 1)
    assert error.layer_id == "input"
    assert_sound(run, error)


def test_a_failed_run_fails_again_and_keeps_its_weights() -> None:
    run = deep("float64", optimizer="sgd", learning_rate=3.0)
    error = diverge(run)
    before = run.weights()
    run.apply(replace(run.project.training, learning_rate=0.0))
    again = diverge(run, 1)
    assert (again.step, again.layer_id) == (error.step, error.layer_id)
    for name, array in run.weights().items():
        np.testing.assert_array_equal(array, before[name])


def test_parameters_are_kept_again_after_a_step_or_where_a_run_begins_elsewhere() -> None:
    plan = deep("float32")._plan
    last = kept.LastFinite(plan)
    first = kept.parameters(plan).copy()
    kept.parameters(plan)[:] += 1
    last.keep(plan, 0.0)
    np.testing.assert_array_equal(last._kept, first)
    last.keep(plan, 0.5)
    np.testing.assert_array_equal(last._kept, kept.parameters(plan))
    kept.parameters(plan)[:] += 1
    last.begin(plan, 0.5)
    np.testing.assert_array_equal(last._kept, kept.parameters(plan))
