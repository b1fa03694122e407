"""Losses and scores: in the ring, in evaluations and in snapshots."""

from __future__ import annotations

import numpy as np
import pytest

from engine.kernels.runtime import layout
from engine.spec import LayerSpec
from engine.training import examples as module
from tests.engine.training.runs import (
    advance,
    clouds,
    curve,
    dense,
    split,
    trainer,
)
from tests.engine.training.texts import tokens

VALIDATION_LOSS, VALIDATION_SCORE = 1, 2


def test_validation_is_measured_at_the_ends_of_epochs_alone() -> None:
    run = trainer(batch_size=5)
    for _ in range(23):
        advance(run, 1)
        measured = run.ring.read(run.step - 1)[1][-1]
        at_end = run.step % run.steps_per_epoch == 0
        assert np.isnan(measured[VALIDATION_LOSS]) == (not at_end)
        assert np.isnan(measured[VALIDATION_SCORE]) == (not at_end)
        if at_end:
            now = run.evaluate("validation")
            assert measured[VALIDATION_LOSS] == pytest.approx(now.loss, rel=1e-12)
            assert measured[VALIDATION_SCORE] == now.accuracy


@pytest.mark.parametrize("loss", ["mean_squared_error", "mean_absolute_error", "huber"])
@pytest.mark.parametrize("outputs", [1, 2])
def test_regressions_score_is_the_coefficient_of_determination(outputs: int, loss: str) -> None:
    data = curve(60, 20, outputs)
    run = trainer(data, dense("dense-1", 8), dense("output", outputs, "linear"), batch_size=0,
                  loss=loss, precision="float64", learning_rate=0.01)
    advance(run, 200)
    predicted = run.predict(data.inputs[data.validation])
    truth = data.values[data.validation]
    expected = 1 - np.sum((predicted - truth) ** 2) / np.sum((truth - truth.mean(axis=0)) ** 2)
    assert run.evaluate("validation").accuracy == pytest.approx(expected, rel=1e-12)
    assert run.ring.read(0)[1][-1, VALIDATION_SCORE] == pytest.approx(expected, rel=1e-12)
    assert expected > 0.5


def test_targets_that_are_all_the_same_have_no_such_score() -> None:
    data = curve(20, 1, 1)
    run = advance(trainer(data, dense("output", 1, "linear"), loss="mean_squared_error",
                          batch_size=0), 1)
    assert np.isnan(run.evaluate("validation").accuracy)
    measured = run.ring.read(0)[1][-1]
    assert np.isnan(measured[VALIDATION_SCORE])
    assert np.isfinite(measured[VALIDATION_LOSS])


@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "binary_cross_entropy",
                                  "mean_squared_error", "hinge"])
def test_loop_and_snapshot_count_the_same_right_answers(loss: str) -> None:
    """Also where outputs lie beyond the targets, so that probabilities would all be 1 or 0."""
    data = clouds(60, 40)
    weights = {"output/w": 40 * np.random.default_rng(3).standard_normal((4, 3)),
               "output/b": np.full(3, 90.0)}
    run = trainer(data, dense("output", 3, "linear"), weights=weights, loss=loss, batch_size=0,
                  learning_rate=0.0)
    advance(run, 1)
    counted = run.ring.read(0)[1][-1, VALIDATION_SCORE]
    scores = data.inputs[data.validation] @ weights["output/w"]
    truth = float(np.mean(np.argmax(scores, axis=1) == data.labels[data.validation]))
    look = run.snapshot()
    assert look.validation is not None
    assert look.confusion is not None
    assert counted == look.validation.accuracy == run.evaluate("validation").accuracy == truth
    assert np.trace(look.confusion) == pytest.approx(truth * 40)


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "mean_squared_error", "hinge"])
def test_one_unit_for_two_classes(loss: str) -> None:
    data = clouds(80, 40, classes=2)
    run = trainer(data, dense("dense-1", 6), dense("output", 1, "linear"), loss=loss, batch_size=0)
    advance(run, 300)
    outputs = run.predict(data.inputs[data.validation])
    assert outputs.shape == (40, 1)
    assert ((outputs >= 0) & (outputs <= 1)).all()
    accuracy = np.mean((outputs[:, 0] > 0.5) == data.labels[data.validation])
    assert run.evaluate("validation").accuracy == accuracy > 0.6
    confusion = run.snapshot().confusion
    assert confusion is not None
    assert confusion.sum() == 40
    assert confusion.trace() == round(accuracy * 40)


def test_probabilities_of_classes_sum_to_one() -> None:
    outputs = advance(trainer(), 50).predict(clouds().inputs)
    np.testing.assert_allclose(outputs.sum(axis=1), 1, rtol=1e-6)


def test_an_evaluation_of_many_blocks_is_one_mean() -> None:
    data = clouds(1500, 700)
    run = advance(trainer(data, batch_size=10, precision="float64"), 20)
    assert run._plan.capacity < 700
    for which, rows in (("training", data.training), ("validation", data.validation)):
        found = run.evaluate(which)
        probabilities = run.predict(data.inputs[rows])[np.arange(len(rows)), data.labels[rows]]
        assert found.examples == len(rows)
        assert found.loss == pytest.approx(-np.mean(np.log(probabilities)), rel=1e-12)


def test_a_mean_over_steps_counts_every_step_once() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, (1700, 3))
    # The later an example, the fewer of its steps count: blocks and batches weigh differently.
    labels[rng.random(labels.shape) < np.linspace(0, 0.95, 1700)[:, None]] = -1
    data = split(tokens(rng.integers(0, 5, labels.shape), labels, 4, 5), 800)
    run = trainer(data, LayerSpec("embed", "embedding", {"vocabulary": 5, "units": 3}),
                  dense("output", 4, "linear"), batch_size=7, loss="sequence_cross_entropy",
                  precision="float64", optimizer="sgd", learning_rate=1e-9)
    assert run._plan.capacity < 800
    advance(run, run.steps_per_epoch)
    means = {}
    for which, rows in (("training", data.training), ("validation", data.validation)):
        counts = labels[rows] >= 0
        probabilities = np.take_along_axis(
            run.predict(data.inputs[rows]), np.maximum(labels[rows], 0)[..., None], -1)[..., 0]
        means[which] = -np.mean(np.log(probabilities[counts]))
        assert run.evaluate(which).loss == pytest.approx(means[which], rel=1e-12)
    assert run.ring.read(0)[1][-1, VALIDATION_LOSS] == pytest.approx(means["validation"], rel=1e-12)
    results = run._plan.shared.results
    assert results[layout.EPOCH_LOSS] == pytest.approx(means["training"], rel=1e-6)


def test_at_most_so_many_examples_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MEASURED", 10)
    run = trainer(clouds(50, 30))
    assert run.evaluate("training").examples == run.evaluate("validation").examples == 10
    assert split(clouds(50, 30), 30).validation[:10].tolist() == run._validation.tolist()
