"""Clipping and max-norm in whole runs."""

from __future__ import annotations

import numpy as np
import pytest

from engine.training import Trainer
from tests.engine.training.networks import dataset
from tests.engine.training.runs import advance, change, clouds, dense, trainer
from tests.golden.training_cases import (
    BATCH_SIZE,
    CLASSES,
    CLIPPING,
    FOLDER,
    PLAIN_SHAPES,
    RATES,
    STEPS,
)

TOLERANCE = {"float32": 2e-5, "float64": 1e-9}


def column(run: Trainer, name: str) -> list[float]:
    return list(run.ring.read(0)[1][:, run.ring.columns.index(name)])


@pytest.mark.parametrize("precision", TOLERANCE)
@pytest.mark.parametrize("limits", CLIPPING)
def test_ten_clipped_steps_are_pytorchs(limits: str, precision: str) -> None:
    place, tolerance = f"{limits}/{precision}", TOLERANCE[precision]
    with np.load(FOLDER / "clipped.npz") as golden:
        run = trainer(dataset(golden["inputs"], golden["labels"], classes=CLASSES),
                      dense("dense-1", 10), dense("output", CLASSES, "linear"),
                      weights={name: golden[f"initial/{name}"] for name in PLAIN_SHAPES},
                      optimizer="sgd", learning_rate=RATES["sgd"], batch_size=BATCH_SIZE,
                      precision=precision, shuffle=False, **CLIPPING[limits])
        for step in range(STEPS):
            advance(run, 1)
            for name, gradient in run.gradients().items():
                truth = golden[f"{place}/gradient/{name}"][step]
                np.testing.assert_allclose(gradient, truth, 0, tolerance * np.abs(truth).max())
        np.testing.assert_allclose(column(run, "loss"), golden[f"{place}/losses"], tolerance)
        np.testing.assert_allclose(column(run, "gradient_norm"), golden[f"{place}/norms"],
                                   tolerance)
        np.testing.assert_allclose(column(run, "clipped_norm"), golden[f"{place}/clipped"],
                                   tolerance)
        for name, parameter in run.weights().items():
            truth = golden[f"{place}/final/{name}"]
            np.testing.assert_allclose(parameter, truth, 0, tolerance * np.abs(truth).max())


def test_without_a_limit_both_norms_are_that_of_all_gradients() -> None:
    run = advance(trainer(), 5)
    whole = np.concatenate([g.ravel() for g in run.gradients().values()]).astype(np.float64)
    assert column(run, "gradient_norm") == column(run, "clipped_norm")
    assert column(run, "gradient_norm")[-1] == pytest.approx(np.linalg.norm(whole), rel=1e-7)


def test_the_instruments_show_the_gradients_before_clipping() -> None:
    free, clipped = (advance(trainer(clip_norm=norm), 1) for norm in (0.0, 1e-3))
    for layer in free.weight_layers:
        for name in ("gradient_rms", "gradient_max"):
            assert column(free, f"{layer}/{name}") == column(clipped, f"{layer}/{name}")
    assert column(clipped, "clipped_norm")[0] == pytest.approx(1e-3, rel=1e-2)


def test_limits_can_be_changed_while_training() -> None:
    run = advance(trainer(optimizer="sgd"), 2)
    change(run, clip_norm=0.01)
    advance(run, 2)
    change(run, clip_norm=0.0)
    advance(run, 1)
    before, after = np.array(column(run, "gradient_norm")), np.array(column(run, "clipped_norm"))
    assert (before > 0.02).all()
    assert ((after < 0.0101) == [False, False, True, True, False]).all()


@pytest.mark.parametrize("precision", TOLERANCE)
def test_no_unit_gets_weights_beyond_the_largest_norm(precision: str) -> None:
    run = trainer(clouds(), precision=precision, learning_rate=0.1)
    advance(run, 20)
    free = {name: np.linalg.norm(w, axis=0) for name, w in run.weights().items()
            if name.endswith("/w")}
    assert max(norms.max() for norms in free.values()) > 1
    biases = {name: b for name, b in run.weights().items() if name.endswith("/b")}
    change(run, max_norm=0.75, learning_rate=0.0)
    advance(run, 1)
    for name, norms in free.items():
        found = np.linalg.norm(run.weights()[name], axis=0)
        np.testing.assert_allclose(found, np.minimum(norms, 0.75), 1e-6)
    for name, bias in biases.items():
        np.testing.assert_array_equal(run.weights()[name], bias)
    change(run, learning_rate=0.1)
    for _ in range(20):
        advance(run, 1)
        assert all(np.linalg.norm(w, axis=0).max() < 0.75 * (1 + 1e-6)
                   for name, w in run.weights().items() if name.endswith("/w"))


def test_clipping_tames_a_rate_that_would_diverge() -> None:
    data = clouds(23, 0)
    run = trainer(data, dense("dense-1", 8, "relu"), dense("dense-2", 8, "relu"),
                  dense("output", 3, "linear"), optimizer="sgd", learning_rate=50.0,
                  clip_norm=0.01)
    advance(run, 200)
    assert run.evaluate("training").loss < 1.2
