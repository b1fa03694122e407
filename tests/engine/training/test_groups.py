"""Layers with penalties of their own, and frozen ones."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.lib.npyio import NpzFile

from engine.errors import SpecError
from engine.kernels.runtime import layout
from engine.layers import OPTIMIZERS
from engine.spec import LayerSpec, OptimizerSpec
from engine.training import Trainer
from tests.engine.training.networks import dataset
from tests.engine.training.runs import (
    LAYERS,
    advance,
    change,
    clouds,
    contents,
    dense,
    project,
    trainer,
)
from tests.golden.group_cases import (
    BATCH_SIZE,
    CLASSES,
    CLIP_NORM,
    FOLDER,
    FROZEN,
    L1,
    L2,
    OWN,
    RATES,
    RUNNING,
    SHAPES,
    STEPS,
    WEIGHT_DECAY,
)

TOLERANCE = {"float32": 2e-5, "float64": 1e-9}


def column(run: Trainer, name: str) -> list[float]:
    return list(run.ring.read(0)[1][:, run.ring.columns.index(name)])


def golden_run(golden: NpzFile, kind: str, precision: str, clip_norm: float) -> Trainer:
    layers = (
        dense("dense-1", 10, "linear"), LayerSpec("batch", "batch_norm"),
        LayerSpec("tanh", "activation", {"function": "tanh"}), dense("dense-2", 8),
        dense("dense-3", 7, "sigmoid"), dense("output", CLASSES, "linear"))
    layers = tuple(replace(layer, frozen=layer.id in FROZEN, **OWN.get(layer.id, {}))
                   for layer in layers)
    of = project(*layers, learning_rate=RATES[kind], batch_size=BATCH_SIZE, precision=precision,
                 shuffle=False, l1=L1, l2=L2, clip_norm=clip_norm)
    rule = OptimizerSpec(kind, weight_decay=WEIGHT_DECAY)
    return Trainer(replace(of, training=replace(of.training, optimizer=rule)),
                   dataset(golden["inputs"], golden["labels"], classes=CLASSES),
                   weights={name: golden[f"initial/{name}"] for name in (*SHAPES, *RUNNING)})


@pytest.mark.parametrize("limit", CLIP_NORM)
@pytest.mark.parametrize("precision", TOLERANCE)
@pytest.mark.parametrize("kind", RATES)
def test_ten_steps_are_pytorchs(kind: str, precision: str, limit: str) -> None:
    place, tolerance = f"{kind}/{precision}/{limit}", TOLERANCE[precision]
    with np.load(FOLDER / "groups.npz") as golden:
        run = golden_run(golden, kind, precision, CLIP_NORM[limit])
        start = run.weights()
        for step in range(STEPS):
            advance(run, 1)
            gradients = run.gradients()
            assert gradients.keys() == SHAPES.keys()
            for name, gradient in gradients.items():
                truth = golden[f"{place}/gradient/{name}"][step]
                np.testing.assert_allclose(gradient, truth, 0, tolerance * np.abs(truth).max(),
                                           err_msg=f"{name} at step {step}")
        np.testing.assert_allclose(column(run, "loss"), golden[f"{place}/losses"], tolerance)
        np.testing.assert_allclose(column(run, "gradient_norm"), golden[f"{place}/norms"],
                                   tolerance)
        np.testing.assert_allclose(run.predict(golden["inputs"]), golden[f"{place}/output"], 0,
                                   tolerance)
        for name, parameter in run.weights().items():
            if name.split("/")[0] in FROZEN:
                np.testing.assert_array_equal(parameter, start[name])
                continue
            truth = golden[f"{place}/final/{name}"]
            np.testing.assert_allclose(parameter, truth, 0, tolerance * np.abs(truth).max())


@pytest.mark.parametrize("key", ["l1", "l2", "weight_decay"])
def test_a_layers_own_penalty_is_what_the_training_has_for_all(key: str) -> None:
    """Every layer with a value of its own is a network of which the training has that value."""
    def run(own: float | None, usual: float) -> Trainer:
        layers = [replace(layer, **{key: own}) for layer in LAYERS]
        of = project(*layers, optimizer="adamw", learning_rate=0.05)
        if key == "weight_decay":
            training = replace(of.training, optimizer=OptimizerSpec("adamw", weight_decay=usual))
        else:
            training = replace(of.training, **{key: usual})
        return Trainer(replace(of, training=training), clouds())
    own, usual = advance(run(0.3, 0.9), 12), advance(run(None, 0.3), 12)
    assert contents(own) == contents(usual)
    assert contents(own) != contents(advance(run(None, 0.9), 12))


@pytest.mark.parametrize("key", ["l1", "l2"])
def test_what_is_not_overridden_stays_live(key: str) -> None:
    layers = (replace(LAYERS[0], **{key: 0.0}), *LAYERS[1:])
    runs = [trainer(None, *layers, optimizer="sgd", batch_size=0) for _ in range(2)]
    runs[1].apply(replace(runs[1].project.training, **{key: 0.5}))
    free, held = (advance(run, 1).weights() for run in runs)
    same = {name: np.array_equal(free[name], held[name]) for name in free}
    assert {name for name, equal in same.items() if not equal} == {"dense-2/w", "output/w"}


def test_a_decay_of_its_own_is_felt_where_the_optimizer_knows_decay() -> None:
    layers = (replace(LAYERS[0], weight_decay=5.0), *LAYERS[1:])
    for kind in OPTIMIZERS:
        plain, own = (advance(trainer(None, *given, optimizer=kind, batch_size=0), 1)
                      for given in (LAYERS, layers))
        same = {name: np.array_equal(array, own.weights()[name])
                for name, array in plain.weights().items()}
        assert same.pop("dense-1/w") == (kind != "adamw"), kind
        assert all(same.values()), kind


def test_another_optimizer_brings_the_decay_in() -> None:
    layers = (replace(LAYERS[0], weight_decay=5.0), *LAYERS[1:])
    run = advance(trainer(None, *layers, optimizer="adam", batch_size=0), 3)
    fresh = trainer(None, *layers, optimizer="adamw", batch_size=0, weights=run.weights())
    change(run, optimizer=OptimizerSpec("adamw"), shuffle=False)
    change(fresh, shuffle=False)
    fresh._order[:] = run._order
    before = run.weights()
    for one, other in zip(advance(run, 2).weights().items(), advance(fresh, 2).weights().items(),
                          strict=True):
        np.testing.assert_array_equal(one[1], other[1])
    assert np.abs(run.weights()["dense-1/w"]).max() < np.abs(before["dense-1/w"]).max()


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_a_frozen_layer_stays_and_its_gradient_is_shown(kind: str) -> None:
    layers = (LAYERS[0], replace(LAYERS[1], frozen=True), LAYERS[2])
    run = trainer(None, *layers, optimizer=kind, l2=0.1, max_norm=0.01, precision="float64")
    free = trainer(None, *LAYERS, optimizer=kind, precision="float64")
    start = run.weights()
    assert start.keys() == free.weights().keys()
    assert run.weight_layers == free.weight_layers
    advance(run, 1)
    advance(free, 1)
    for name, gradient in run.gradients().items():
        np.testing.assert_array_equal(gradient, free.gradients()[name])
    for figure in ("gradient_rms", "gradient_max", "gradient_zero_share", "gradient_nonfinite"):
        assert column(run, f"dense-2/{figure}") == column(free, f"dense-2/{figure}")
    assert column(run, "dense-2/gradient_rms")[0] > 0
    advance(run, 30)
    for name, array in run.weights().items():
        assert np.array_equal(array, start[name]) == name.startswith("dense-2/"), name
    assert np.isnan(column(run, "dense-2/update_ratio")).all()
    assert np.isfinite(column(run, "dense-1/update_ratio")).all()
    readings = {reading.layer_id: reading for reading in run.snapshot().layers}
    assert math.isnan(readings["dense-2"].update_ratio)
    assert readings["dense-2"].gradient_rms == column(run, "dense-2/gradient_rms")[-1]


def test_the_figures_of_a_frozen_layer_survive_a_rebuilt_plan() -> None:
    layers = (replace(LAYERS[0], frozen=True), *LAYERS[1:])
    run = advance(trainer(None, *layers), 3)
    start = run.weights()["dense-1/w"]
    change(run, loss="mean_squared_error", optimizer=OptimizerSpec("sgd"))
    advance(run, 3)
    assert np.isnan(column(run, "dense-1/update_ratio")).all()
    np.testing.assert_array_equal(run.weights()["dense-1/w"], start)


def test_the_norm_is_that_of_the_layers_that_learn() -> None:
    layers = (LAYERS[0], replace(LAYERS[1], frozen=True), LAYERS[2])
    run = advance(trainer(None, *layers, clip_norm=1e-3), 1)
    gradients = run.gradients()
    learned = np.concatenate([g.ravel() for name, g in gradients.items()
                              if not name.startswith("dense-2")]).astype(np.float64)
    assert np.linalg.norm(learned) == pytest.approx(column(run, "clipped_norm")[0], rel=1e-5)
    assert column(run, "gradient_norm")[0] > 10 * column(run, "clipped_norm")[0]
    free = advance(trainer(), 1).gradients()
    np.testing.assert_array_equal(gradients["dense-2/w"], free["dense-2/w"])


BATCH = LayerSpec("batch", "batch_norm", frozen=True)
NORMED = (LAYERS[0], BATCH, *LAYERS[1:])


def test_a_frozen_batch_norm_keeps_its_statistics_and_uses_them() -> None:
    run = trainer(None, *NORMED, precision="float64", batch_size=0, learning_rate=0.05)
    given = run.weights()
    rng = np.random.default_rng(3)
    given["batch/running_mean"] = rng.standard_normal(8)
    given["batch/running_variance"] = rng.uniform(0.5, 2.0, 8)
    run = trainer(None, *NORMED, precision="float64", batch_size=0, learning_rate=0.05,
                  weights=given)
    at_rest = run.evaluate("training").loss
    advance(run, 1)
    # The loss of the step is that of evaluation: no statistics of the batch.
    assert column(run, "loss")[0] == pytest.approx(at_rest, rel=1e-12)
    advance(run, 20)
    for name in ("scale", "shift", "running_mean", "running_variance"):
        np.testing.assert_array_equal(run.weights()[f"batch/{name}"], given[f"batch/{name}"])
    assert run.evaluate("training").loss < at_rest


def test_the_gradient_through_a_frozen_batch_norm_is_numerically_right() -> None:
    data = dataclasses.replace(clouds(), validation=np.zeros(0, np.int64))
    first = trainer(data, *NORMED, precision="float64", batch_size=0)
    given = first.weights()
    given["batch/running_variance"] = np.linspace(0.3, 3.0, 8)
    run = trainer(data, *NORMED, precision="float64", batch_size=0, learning_rate=0.0,
                  weights=given)
    advance(run, 1)

    def loss(name: str, place: tuple[int, ...], step: float) -> float:
        moved = {key: array.copy() for key, array in given.items()}
        moved[name][place] += step
        return trainer(data, *NORMED, precision="float64", weights=moved).evaluate("training").loss
    for name, place in (("dense-1/w", (2, 3)), ("batch/scale", (4,)), ("batch/shift", (1,))):
        slope = (loss(name, place, 1e-5) - loss(name, place, -1e-5)) / 2e-5
        assert run.gradients()[name][place] == pytest.approx(slope, rel=1e-6)


def test_a_network_in_which_nothing_learns_is_refused() -> None:
    layers = [replace(layer, frozen=True) for layer in LAYERS]
    with pytest.raises(SpecError, match="every layer that could learn is frozen"):
        trainer(None, *layers)


@pytest.mark.parametrize(("key", "value"), [
    ("l1", -0.1), ("l2", math.inf), ("weight_decay", math.nan), ("l2", "much"), ("l1", True),
    ("frozen", 1), ("frozen", None)])
def test_what_makes_no_sense_is_refused(key: str, value: Any) -> None:
    with pytest.raises(SpecError, match="Layer 1: "):
        trainer(None, replace(LAYERS[0], **{key: value}), *LAYERS[1:])


def test_rows_of_constants_are_as_many_as_layers_ask_for() -> None:
    layers = (replace(LAYERS[0], l1=0.1), replace(LAYERS[1], l2=0.2, frozen=True),
              replace(LAYERS[2], l2=0.3))
    run = advance(trainer(None, *layers, optimizer="adamw", l2=0.7), 1)
    hyper = run._plan.shared.hyper
    assert hyper.shape == (6, layout.HYPER_LENGTH)
    assert hyper[:, layout.L1].tolist() == [0, 0, 0.1, 0, 0, 0]
    assert hyper[:, layout.L2].tolist() == [0.7, 0, 0.7, 0, 0.3, 0]
    assert hyper[:, layout.WEIGHT_DECAY].tolist() == [0.01, 0, 0.01, 0, 0.01, 0]
