"""The pass before the first step: what a run shows at step 0, and no trace in the run."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data import load
from engine.spec import DataSpec, LayerSpec, NetworkSpec, Option, ProjectSpec
from engine.telemetry.parts import Part
from engine.telemetry.snapshot import LayerReading
from engine.training.first_pass import FirstPass
from engine.training.trainer import Trainer

READINGS = frozenset({Part.READINGS})


def project(**options: Option) -> ProjectSpec:
    layers = (LayerSpec("input", "input"),
              LayerSpec("first", "dense", {"units": 12, "activation": "relu", **options}),
              LayerSpec("second", "dense", {"units": 9, "activation": "tanh", **options}),
              LayerSpec("output", "dense", {"units": 2, "activation": "linear"}))
    return ProjectSpec(network=NetworkSpec(layers), data=DataSpec(source="spiral"))


def are_same(ours: tuple[LayerReading, ...], theirs: tuple[LayerReading, ...]) -> None:
    for one, other in zip(ours, theirs, strict=True):
        assert one.layer_id == other.layer_id
        np.testing.assert_array_equal(
            [one.gradient_rms, one.activation_std, one.activation_gradient_rms, one.gradient_low],
            [other.gradient_rms, other.activation_std, other.activation_gradient_rms,
             other.gradient_low])
        np.testing.assert_array_equal(one.histogram, other.histogram)


@pytest.mark.parametrize("options", [
    {}, {"weights": "pytorch"}, {"weights": "keras", "gain": 2.0}, {"weights": "lsuv"},
    {"weights": "orthogonal", "initial_bias": 0.5}])
def test_it_is_what_a_run_shows_at_its_start(options: dict[str, Option]) -> None:
    asked = project(**options)
    dataset = load(asked.data)
    of_run = Trainer(asked, dataset).snapshot(READINGS).layers
    assert of_run[1].gradient_rms > 0
    # Measured after another one, whose plan it takes over.
    first = FirstPass(project(), dataset)
    first.measure(project(weights="normal", gain=3.0).network)
    are_same(first.measure(asked.network, READINGS), of_run)


def test_it_follows_the_gain_and_builds_one_plan() -> None:
    begun = project()
    first = FirstPass(begun, load(begun.data))
    small, large = (first.measure(project(gain=gain).network)[3].activation_rms
                    for gain in (0.5, 3.0))
    assert large > 1.5 * small
    plan = first._plan
    first.measure(project(gain=2.0, weights="he_normal").network)
    assert first._plan is plan
    wider = begun.network.replaced(begun.network.layer("first").with_options(units=20))
    assert first.measure(wider)[1].values == 20
    assert first._plan is not plan


def test_bytes_and_weighted_classes() -> None:
    asked = replace(project(), data=DataSpec(source="digits"))
    network = asked.network.replaced(asked.network.layer("output").with_options(units=10))
    training = replace(asked.training, class_weights="balanced")
    asked = replace(asked, network=network, training=training)
    dataset = load(asked.data)
    are_same(FirstPass(asked, dataset).measure(network, READINGS),
             Trainer(asked, dataset).snapshot(READINGS).layers)


def test_a_run_goes_on_with_the_same_bytes() -> None:
    asked = project()
    dataset = load(asked.data)
    looked_beside, alone = Trainer(asked, dataset), Trainer(asked, dataset)
    first = FirstPass(asked, dataset)
    for step in range(4):
        looked_beside.run(3, 10.0)
        first.measure(project(gain=1.0 + step).network)
        alone.run(3, 10.0)
    for name, array in alone.weights().items():
        assert looked_beside.weights()[name].tobytes() == array.tobytes()
