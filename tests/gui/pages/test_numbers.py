"""Numbers that pages name are those of the project, its data, the selected layer and the run."""

from __future__ import annotations

import math
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, ProjectSpec
from engine.telemetry.history import History
from gui.frames.frame import Frame
from gui.frames.record import Record
from gui.pages.numbers import NUMBERS, numbers_of
from gui.pages.sight import Sight
from tests.gui.documents import load_fake, make_dataset, make_snapshot, small_project


def project() -> ProjectSpec:
    project = small_project()
    return msgspec.structs.replace(project, training=msgspec.structs.replace(
        project.training, learning_rate=0.03, batch_size=5, l2=0.001, clip_norm=1.0,
        optimizer=OptimizerSpec("momentum", momentum=0.8)))


def frame_of(project: ProjectSpec) -> Frame:
    snapshot = make_snapshot(project.network)
    history = History(("loss", "learning_rate", "gradient_norm"))
    history.extend(np.array([1]), np.array([[0.5, 0.015, 2.5]]))
    return Frame("A", 1, 1234, 12, 0.4567, 0.0, False, history, snapshot, None,
                 Record(history, history), readings=snapshot.layers)


def sight(selected: str = "dense-1", *, runs: bool = True) -> Sight:
    made = project()
    return Sight(made, load_fake(made.data), selected, frame_of(made) if runs else None)


def told(sight: Sight) -> dict[str, str]:
    return numbers_of(sight, NUMBERS)


def test_numbers_of_the_selected_layer() -> None:
    found = told(sight())
    assert found.items() >= {
        "layer": "layer 1 (Dense)", "units": "4", "inputs": "2", "fan_in": "2", "fan_out": "4",
        "parameters": "12", "shape": "4", "activation": "Tanh", "gradient_rms": "2.5e-04",
        "update_ratio": "0.001", "update_log": "−3.0", "activation_rms": "0.56",
        "dead_share": "0 %", "saturated_share": "2 %"}.items()
    assert "rate" not in found
    assert "error_rms" not in found


def test_numbers_of_network_training_and_run() -> None:
    found = told(sight())
    assert found.items() >= {
        "first_layer": "layer 1", "last_layer": "layer 3", "first_gradient": "2.5e-04",
        "last_gradient": "1.0e-01", "ratio": "0.0025", "per_layer": "0.05", "weight_layers": "3",
        "network_parameters": "28", "learning_rate": "0.03", "rate_now": "0.015",
        "batch_size": "5", "examples": "12", "validation_examples": "8", "classes": "2",
        "steps_per_epoch": "3", "optimizer": "Momentum", "momentum": "0.8",
        "penalty_two": "0.001", "clip_norm": "1", "gradient_norm": "2.5e+00", "step": "1,234",
        "epoch": "12", "loss": "0.457", "training_accuracy": "50 %", "gap": "0 %",
        "guess_loss": "0.693"}.items()
    assert not {"penalty_one", "max_norm", "beta1", "rho"} & found.keys()


def test_before_a_run_its_numbers_are_unknown() -> None:
    found = told(sight(runs=False))
    assert found["units"] == "4"
    assert not {"gradient_rms", "loss", "step", "ratio", "rate_now", "training_loss"} & found.keys()


def test_without_a_layer_or_fitting_shapes_nothing_is_said_of_one() -> None:
    assert not {"layer", "units", "parameters"} & told(sight("")).keys()
    made = project()
    unfit = msgspec.structs.replace(made, network=NetworkSpec((
        LayerSpec("input", "input"), LayerSpec("conv", "conv2d"))))
    found = told(Sight(unfit, load_fake(made.data), "conv"))
    assert "layer" not in found
    assert found["learning_rate"] == "0.03"


def test_values_have_no_share_that_is_right() -> None:
    made = project()
    data = make_dataset(2, 0, "regression", "plane")
    found = told(Sight(made, data, "dense-1", frame_of(made)))
    assert not {"training_accuracy", "gap", "classes"} & found.keys()


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_not_finite_is_no_number(bad: float) -> None:
    seen = sight()
    assert seen.frame is not None
    broken = replace(seen.frame, loss=bad, readings=tuple(
        replace(one, gradient_rms=bad, update_ratio=bad) for one in seen.frame.readings))
    found = told(replace(seen, frame=broken))
    assert not {"loss", "gradient_rms", "update_ratio", "ratio"} & found.keys()


def test_only_what_is_asked_for_is_worked_out() -> None:
    assert numbers_of(sight(), ["units", "no_such_name"]) == {"units": "4"}
    assert all(number.meaning for number in NUMBERS.values())
