"""Which units stay equal: what the network alone tells, against networks that are trained."""

from __future__ import annotations

import numpy as np
import pytest

from engine.diagnosis.network import symmetric_layers
from engine.layers import ResolvedLayer, resolve
from engine.spec import LayerSpec, ProjectSpec
from engine.training.trainer import Trainer
from tests.engine.diagnosis.projects import (
    EQUAL,
    IMAGE,
    MSE,
    SINE,
    TO_2,
    check,
    dense,
    layer,
    loaded,
    project,
    sequence,
)

STEPS = 30
END, END_10, END_1 = (dense(units, "linear", **EQUAL) for units in (2, 10, 1))
FILTERS = {"filters": 4, **EQUAL}
UNITS = {"units": 4, **EQUAL}
WORDS = layer("embedding", vocabulary=73, units=8, **EQUAL)
BESIDE = LayerSpec("beside", "dense", {"units": 4}, ("input",))


def join(kind: str, *inputs: str) -> LayerSpec:
    return LayerSpec("join", kind, {}, inputs)


PROJECTS: dict[str, tuple[ProjectSpec, set[str]]] = {
    "dense": (project("moons", dense(4, **EQUAL), dense(3, **EQUAL), END), {"dense-1", "dense-2"}),
    "random weights behind it": (project("moons", dense(4, **EQUAL), TO_2), set()),
    "dropout before it": (
        project("moons", dense(8), layer("dropout"), dense(4, **EQUAL), END), {"dense-2"}),
    "dropout behind it": (project("moons", dense(4, **EQUAL), layer("dropout"), END), set()),
    "dropout behind the next": (
        project("moons", dense(4, **EQUAL), dense(4, **EQUAL), layer("dropout"), END),
        {"dense-1"}),
    "noise behind it": (project("moons", dense(4, **EQUAL), layer("gaussian_noise"), END), set()),
    "batch norm": (
        project("moons", dense(4, **EQUAL), layer("batch_norm"),
                layer("activation", function="tanh"), END), {"dense-1"}),
    "PReLU": (project("moons", dense(4, "linear", **EQUAL), layer("prelu"), END), {"dense-1"}),
    "filters and places": (
        project("digits", IMAGE, layer("conv2d", **FILTERS), layer("max_pooling"),
                layer("flatten"), END_10), {"conv2d-1"}),
    "filters of filters": (
        project("digits", IMAGE, layer("conv2d", **FILTERS), layer("conv2d", **FILTERS),
                layer("global_average_pooling"), END_10), {"conv2d-1", "conv2d-2"}),
    "transposed filters": (
        project("digits", IMAGE, layer("conv2d_transpose", **FILTERS), layer("average_pooling"),
                layer("flatten"), END_10), {"conv2d_transpose-1"}),
    "units that become an image": (
        project("digits", dense(64, **EQUAL), IMAGE, layer("conv2d", **FILTERS), layer("flatten"),
                END_10), {"conv2d-1"}),
    "states": (
        project(SINE, *sequence(layer("rnn", recurrent_weights="constant", recurrent_spread=0.1,
                                      **UNITS)), END_1, **MSE), {"rnn-1"}),
    "states for random ones": (
        project(SINE, *sequence(layer("lstm", recurrent_weights="zeros", output="sequence",
                                      **UNITS), layer("gru", units=3)), END_1, **MSE), set()),
    "states for states": (
        project(SINE, *sequence(layer("lstm", recurrent_weights="zeros", output="sequence",
                                      **UNITS), layer("gru", **UNITS)), END_1, **MSE), {"lstm-1"}),
    "filters of a sequence": (
        project(SINE, *sequence(layer("conv1d", **FILTERS), layer("gru", **UNITS)), END_1, **MSE),
        {"conv1d-1"}),
    "vectors of words": (project("reviews", WORDS, layer("sequence_mean"), END), {"embedding-1"}),
    "vectors that are read": (
        project("reviews", WORDS, layer("lstm", **UNITS), TO_2), {"embedding-1"}),
    "a skip": (
        project("moons", dense(4, **EQUAL), dense(4, **EQUAL), join("add", "dense-1", "dense-2"),
                END), {"dense-1", "dense-2"}),
    "another path beside it": (
        project("moons", dense(4, **EQUAL), BESIDE, join("concatenate", "dense-1", "beside"), END),
        {"dense-1"}),
    "another path and a function": (
        project("moons", dense(4, **EQUAL), BESIDE, join("add", "dense-1", "beside"),
                layer("activation"), END), set()),
    "two readers": (
        project("moons", dense(4, **EQUAL), LayerSpec("beside", "dense", {"units": 4}),
                join("concatenate", "dense-1", "beside"), END), set()),
}
"""The project, and the layers whose units stay equal."""


def stays_equal(known: ResolvedLayer, trainer: Trainer) -> bool:
    """Say whether all units of a layer have the same weights, gate by gate."""
    units = known.kind.units(known.options)
    if units == 1 or not known.kind.initialiser(known.options):
        return False
    arrays = [trainer.weights()[f"{known.spec.id}/{parameter.name}"]
              for parameter in known.parameters() if parameter.is_weight]
    if known.spec.kind == "conv2d_transpose":
        arrays = [w.swapaxes(2, 3) for w in arrays]
    return all(np.ptp(w.reshape(-1, w.shape[-1] // units, units), axis=-1).max()
               <= 1e-6 * np.abs(w).max() for w in arrays)


@pytest.mark.parametrize("name", PROJECTS)
def test_units_that_stay_equal_are_known_before_the_first_step(name: str) -> None:
    of, equal = PROJECTS[name]
    dataset = loaded(of.data)
    assert check(of, dataset) == []
    assert symmetric_layers(of.network) == equal
    trainer = Trainer(of, dataset)
    trainer.run(STEPS, 60.0)
    layers = resolve(of.network, (dataset.n_inputs,))
    assert {known.spec.id for known in layers if stays_equal(known, trainer)} == equal
