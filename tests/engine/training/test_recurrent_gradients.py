"""Gradients of recurrent networks against central differences of the loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.kernels.runtime import layout
from engine.kernels.runtime.policy import OPS
from engine.spec import LayerSpec, NetworkSpec, ProjectSpec, TrainingSpec
from engine.training import Trainer
from engine.training.weights import views
from tests.engine.training import masked
from tests.engine.training.networks import dataset
from tests.engine.training.runs import advance, contents
from tests.engine.training.test_gradient_check import STEP, TOLERANCE, ZERO, check

EXAMPLES, STEPS, FEATURES = 4, 5, 3
KINDS = ("rnn", "lstm", "gru")
MASKS = {
    "padding at the end": [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [1, 0, 0, 0, 0], [1, 1, 1, 1, 0]],
    "padding at the start": [[0, 0, 1, 1, 1], [1, 1, 1, 1, 1], [0, 0, 0, 0, 1], [0, 1, 1, 1, 1]],
    "gaps": [[1, 0, 1, 0, 1], [0, 1, 1, 0, 0], [1, 1, 0, 1, 1], [0, 0, 0, 0, 0]],
}


def network(layers: list[LayerSpec], mask: bool) -> NetworkSpec:
    """Return a network in which what stands before the recurrent layers learns too."""
    size = STEPS * FEATURES
    return NetworkSpec((
        LayerSpec("input", "input"), LayerSpec("before", "dense", {"units": size}),
        LayerSpec("fold", "reshape", {"form": "sequence", "steps": STEPS, "features": FEATURES}),
        *([LayerSpec("mask", "masked")] if mask else []), *layers, LayerSpec("flat", "flatten"),
        LayerSpec("output", "dense", {"units": 2, "activation": "linear"})))


def layer(kind: str, name: str = "layer", **options: Any) -> LayerSpec:
    return LayerSpec(name, kind, {"units": 4, **options})


def trainer(layers: list[LayerSpec], mask: Any = None, seed: int = 3, **training: Any) -> Trainer:
    rng = np.random.default_rng(seed)
    options = {"batch_size": 0, "learning_rate": 0.0, "precision": "float64", **training}
    run = Trainer(
        ProjectSpec(network=network(layers, mask is not None), training=TrainingSpec(
            loss="mean_squared_error", shuffle=False, seed=seed, **options)),
        dataset(rng.standard_normal((EXAMPLES, 3)), values=rng.standard_normal((EXAMPLES, 2))))
    # Biases start at 0 or 1, where a mistake could hide.
    for name, place in views(run._plan):
        if name.endswith(("/b", "/c")):
            place[...] += rng.uniform(-0.5, 0.5, place.shape)
    return run if mask is None else masked.fill(run, mask)


@pytest.fixture(autouse=True)
def _with_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    masked.register(monkeypatch)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [
    {}, {"output": "sequence"}, {"bias": False}, {"units": 1}, {"truncation": 5},
    {"recurrent_weights": "normal", "recurrent_spread": 0.8, "initial_bias": 0.3},
    {"weights": "playground", "recurrent_weights": "playground"}, {"carried": True},
], ids=str)
def test_options(kind: str, options: dict[str, Any]) -> None:
    check(trainer([layer(kind, **options)]))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("output", ["last", "sequence"])
def test_masks(kind: str, mask: str, output: str) -> None:
    below = layer(kind, "below", output="sequence")
    check(trainer([below, layer(kind, output=output)], MASKS[mask]))


@pytest.mark.parametrize("output", ["last", "sequence"])
def test_relu(output: str) -> None:
    for seed in range(50):
        run = trainer([layer("rnn", activation="relu", output=output, weights="he_normal")],
                      seed=seed)
        advance(run, 1)
        z = next(reading for reading in run._plan.layers if reading.spec.id == "layer").states
        assert z is not None
        states = run._plan.arena[z.data:z.data + EXAMPLES * z.size]
        # A unit at rest has an argument that is not seen: it must be well below 0 as well.
        if nearest_to_zero(run) > 1e-2 and 0.2 < np.mean(states > 0) < 0.9:
            check(run)
            return
    raise AssertionError("no network without kinks was found")


def nearest_to_zero(run: Trainer) -> float:
    """Return the smallest magnitude of an argument of ReLU, by a loop of its own."""
    weights = run.weights()
    x = np.tanh(run._examples.inputs @ weights["before/w"] + weights["before/b"])
    h, least = np.zeros((EXAMPLES, 4)), np.inf
    for t in range(STEPS):
        z = x.reshape(EXAMPLES, STEPS, FEATURES)[:, t] @ weights["layer/w"] + weights["layer/b"]
        z += h @ weights["layer/u"]
        h, least = np.maximum(z, 0), min(least, float(np.abs(z).min()))
    return least


@pytest.mark.parametrize("kind", KINDS)
def test_different_kinds_and_a_dense_layer_for_every_step(kind: str) -> None:
    check(trainer([layer("gru", "below", output="sequence"),
                   LayerSpec("every", "dense", {"units": 3, "activation": "sigmoid"}),
                   layer(kind, output="sequence"), layer("lstm", "above")]))


@pytest.mark.parametrize("bias", [True, False])
def test_a_dense_layer_for_every_step(bias: bool) -> None:
    check(trainer([LayerSpec("every", "dense", {"units": 4, "bias": bias}),
                   LayerSpec("again", "dense", {"units": 3, "activation": "sigmoid"})]))


@pytest.mark.parametrize("kind", KINDS)
def test_states_that_several_layers_read(kind: str) -> None:
    check(trainer([layer(kind, "below", output="sequence"), layer(kind, output="sequence"),
                   LayerSpec("sum", "add", inputs=("layer", "below"))]))


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_carried_over_is_a_constant(kind: str) -> None:
    """The second batch of an epoch goes on from the first; its loss is differentiated alone."""
    run = advance(trainer([layer(kind, carried=True)], batch_size=2), 1)
    arena, control = run._plan.arena.copy(), run._plan.shared.control.copy()
    places = dict(views(run._plan))
    advance(run, 1)
    gradients = run.gradients()

    def loss(name: str, j: int, by: float) -> float:
        run._plan.arena[:], run._plan.shared.control[:] = arena, control
        places[name].reshape(-1)[j] += by
        advance(run, 1)
        return float(run.ring.read(1)[1][-1, 0])
    from_zero = advance(trainer([layer(kind)], batch_size=2), 2)
    assert not np.allclose(gradients["layer/u"], from_zero.gradients()["layer/u"], rtol=1e-2)
    for name, analytic in gradients.items():
        numeric = np.array([
            (8 * (loss(name, j, STEP) - loss(name, j, -STEP))
             - (loss(name, j, 2 * STEP) - loss(name, j, -2 * STEP))) / (12 * STEP)
            for j in range(analytic.size)])
        scale = max(np.abs(numeric).max(), np.abs(analytic).max())
        assert np.abs(numeric - analytic.ravel()).max() <= max(TOLERANCE * scale, ZERO), name


@pytest.mark.parametrize("kind", KINDS)
def test_penalties_and_the_limit_on_norms_see_both_matrices(kind: str) -> None:
    run = advance(trainer([layer(kind)], l2=0.5, learning_rate=0.1, max_norm=0.3), 3)
    for name, array in run.weights().items():
        if name in ("layer/w", "layer/u"):
            assert np.linalg.norm(array, axis=0).max() <= 0.3 + 1e-12
    decays = {}
    for l2 in (0.0, 0.5):
        moved = trainer([layer(kind)], l2=l2, learning_rate=0.1)
        before = moved.weights()
        advance(moved, 1)
        decays[l2] = {name: array - before[name] for name, array in moved.weights().items()}
    for name, array in before.items():
        penalty = decays[0.5][name] - decays[0.0][name]
        shrunk = name.endswith(("/w", "/u"))
        np.testing.assert_allclose(penalty, -0.05 * array if shrunk else 0 * array, 1e-6, 1e-12)


def sharded(run: Trainer, shards: int) -> Trainer:
    """Split the ops of recurrent layers, and the products for all steps."""
    owners = ("rnn", "lstm", "gru", "recurrent", "stack", "dense")
    names = [name for name in OPS if name.split("_")[0] in owners or "state" in name
             or "cells" in name]
    precision = run.project.training.precision
    addresses = {OPS[name].address(precision) for name in names}
    split = np.isin(run._plan.table[:, layout.ADDRESS], list(addresses))
    assert split.sum() >= 10
    run._plan.table[split, layout.SHARDS] = shards
    return run


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("kind", KINDS)
def test_any_number_of_shards_gives_the_same_bytes(kind: str, precision: str) -> None:
    found = []
    for shards in (1, 2, 3):
        run = trainer([layer(kind, "below", units=7, output="sequence", carried=True),
                       layer(kind, units=19)], MASKS["gaps"], batch_size=2, learning_rate=0.1,
                      precision=precision)
        found.append(contents(advance(sharded(run, shards), 6)))
    assert found[0] == found[1] == found[2]


def alone(kind: str, sequence: Any, mask: Any, **options: Any) -> dict[str, Any]:
    """Return the gradients of a recurrent network that sees one sequence."""
    layers = [LayerSpec("fold", "reshape", {"form": "sequence", "steps": len(sequence),
                                            "features": FEATURES}),
              *([LayerSpec("mask", "masked")] if mask is not None else []),
              layer(kind, "below", output="sequence", **options), layer(kind, **options)]
    run = Trainer(
        ProjectSpec(
            network=NetworkSpec((LayerSpec("input", "input"), *layers, LayerSpec(
                "output", "dense", {"units": 2, "activation": "linear"}))),
            training=TrainingSpec(loss="mean_squared_error", learning_rate=0.0,
                                  precision="float64", batch_size=0)),
        dataset(np.reshape(sequence, (1, -1)), values=np.ones((1, 2))))
    return advance(run if mask is None else masked.fill(run, [mask]), 1).gradients()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("truncation", [1, 2, 3, 4])
@pytest.mark.parametrize("mask", [[1, 1, 1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1, 1, 1, 0],
                                  [0, 1, 0, 0, 1, 1, 0, 1, 1]], ids=str)
def test_truncation_counts_the_steps_that_count(kind: str, truncation: int, mask: list[int]
                                                ) -> None:
    sequence = np.random.default_rng(7).standard_normal((len(mask), FEATURES))
    counting = sequence[np.array(mask) == 1]
    whole, cut = (alone(kind, counting, None, truncation=k) for k in (0, truncation))
    padded = alone(kind, sequence, mask, truncation=truncation)
    assert not np.allclose(whole["below/u"], cut["below/u"], rtol=1e-3)
    for name, gradient in cut.items():
        assert np.abs(gradient).max() > 0, name
        np.testing.assert_allclose(padded[name], gradient, rtol=1e-11, atol=1e-14, err_msg=name)
