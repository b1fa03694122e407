"""Runs in which every class counts alike: what is minimised, what is measured, what is learned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest

from engine.data.class_counts import balanced_weights, class_counts
from engine.data.dataset import Dataset
from engine.kernels.runtime import layout
from engine.layers import LOSSES
from engine.spec import LayerSpec
from engine.training import Trainer
from engine.training.examples import class_weights
from tests.engine.training.networks import dataset
from tests.engine.training.runs import (
    Reals,
    advance,
    contents,
    curve,
    dense,
    project,
    split,
    trainer,
)
from tests.engine.training.test_gradient_check import check
from tests.engine.training.test_scores import VALIDATION_LOSS
from tests.engine.training.texts import tokens
from tests.reference import weighted_losses as twins

OF_CLASSES = [loss.key for loss in LOSSES.values() if "classification" in loss.tasks]
EXACT: dict[str, Any] = {"precision": "float64", "shuffle": False, "class_weights": "balanced"}
STILL: dict[str, Any] = {**EXACT, "optimizer": "sgd", "learning_rate": 1e-12}


def unequal(counts: tuple[int, ...], validation: int = 40, seed: int = 0) -> Dataset:
    """Return overlapping clouds, of which so many examples of each class are to learn from."""
    rng = np.random.default_rng(seed)
    labels = np.concatenate([rng.permutation(np.repeat(np.arange(len(counts)), counts)),
                             rng.integers(0, len(counts), validation)])
    centres = 1.5 * rng.standard_normal((len(counts), 3))
    inputs = centres[labels] + rng.standard_normal((len(labels), 3))
    return split(dataset(inputs, labels, classes=len(counts)), validation)


def output(loss: str, classes: int) -> LayerSpec:
    """Return the preferred output of a loss."""
    return dense("output", LOSSES[loss].widths("classification", classes)[0], "linear")


def mean(run: Trainer, data: Dataset, rows: np.ndarray, smoothing: float = 0.0) -> float:
    """Return the loss of some examples, by the formula."""
    loss = run.project.training.loss
    weights = run.weights()
    z: Reals = np.tanh(data.inputs[rows] @ weights["dense-1/w"] + weights["dense-1/b"])
    z = z @ weights["output/w"] + weights["output/b"]
    t = LOSSES[loss].encode(data.labels[rows], data.n_outputs, z.shape[1])
    more = (smoothing,) if loss == "softmax_cross_entropy" else ()
    found: float = getattr(twins, f"weighted_{loss}")(
        np.empty_like(z), z, t, balanced_weights(class_counts(data)), *more)
    return found


def test_weights_are_scikit_learns_and_of_the_training_examples_alone() -> None:
    data = unequal((30, 8, 2), validation=100)
    assert class_counts(data).tolist() == [30, 8, 2]
    weights = balanced_weights(class_counts(data))
    np.testing.assert_allclose(weights, [40 / 90, 40 / 24, 40 / 6])
    # Together they are as many as there are examples.
    assert weights @ class_counts(data) == pytest.approx(40)


def test_a_class_without_training_examples_weighs_as_one_with_one() -> None:
    np.testing.assert_allclose(balanced_weights(np.array([6, 0, 2])), [8 / 18, 8 / 3, 8 / 6])


@pytest.mark.parametrize("counts", [(60, 15, 4), (60, 7)])
@pytest.mark.parametrize("loss", OF_CLASSES)
def test_losses_that_are_measured_are_weighted(loss: str, counts: tuple[int, ...]) -> None:
    data = unequal(counts)
    run = trainer(data, dense("dense-1", 5), output(loss, len(counts)), loss=loss, batch_size=8,
                  **STILL)
    # Many batches, the last of which is smaller, and most of which lack the rarest class.
    advance(run, run.steps_per_epoch)
    wanted = {which: mean(run, data, rows) for which, rows in (
        ("training", data.training), ("validation", data.validation))}
    for which, loss_of in wanted.items():
        assert run.evaluate(which).loss == pytest.approx(loss_of, rel=1e-12)
    steps = run.ring.read(0)[1]
    assert steps[-1, VALIDATION_LOSS] == pytest.approx(wanted["validation"], rel=1e-9)
    assert run._plan.shared.results[layout.EPOCH_LOSS] == pytest.approx(
        wanted["training"], rel=1e-9)
    assert steps[0, 0] == pytest.approx(mean(run, data, data.training[:8]), rel=1e-9)
    assert run.project.training.class_weights == "balanced"
    plain = replace_training(run, data, class_weights="none").evaluate("training").loss
    assert abs(plain - wanted["training"]) > 1e-3 * plain


def replace_training(run: Trainer, data: Dataset, **changes: Any) -> Trainer:
    """Return a run of the same weights, trained in another way."""
    training = msgspec.structs.replace(run.project.training, **changes)
    return Trainer(msgspec.structs.replace(run.project, training=training), data,
                   weights=run.weights())


def test_a_set_of_less_than_one_example_has_its_mean_too() -> None:
    """The weights of a few common examples sum to less than 1."""
    data = unequal((60, 2, 1), validation=2)
    data.labels[data.validation] = 0
    run = trainer(data, dense("dense-1", 5), dense("output", 3, "linear"), batch_size=0, **STILL)
    advance(run, 1)
    assert balanced_weights(class_counts(data))[0] * 2 < 0.8
    wanted = mean(run, data, data.validation)
    assert run.evaluate("validation").loss == pytest.approx(wanted, rel=1e-12)
    assert run.ring.read(0)[1][-1, VALIDATION_LOSS] == pytest.approx(wanted, rel=1e-9)


def test_smoothed_labels_have_the_weight_of_their_example() -> None:
    data = unequal((60, 15, 4))
    run = trainer(data, dense("dense-1", 5), dense("output", 3, "linear"), batch_size=0,
                  label_smoothing=0.25, **STILL)
    assert run.evaluate("training").loss == pytest.approx(
        mean(run, data, data.training, 0.25), rel=1e-12)


@pytest.mark.parametrize("counts", [(11, 3, 2), (12, 3)])
@pytest.mark.parametrize("loss", OF_CLASSES)
def test_gradients_are_those_of_the_weighted_loss(loss: str, counts: tuple[int, ...]) -> None:
    smoothing = {"label_smoothing": 0.2} if loss == "softmax_cross_entropy" else {}
    check(trainer(unequal(counts, seed=3), dense("dense-1", 5), output(loss, len(counts)),
                  loss=loss, batch_size=0, **{**STILL, "learning_rate": 0.0}, **smoothing))


def letters(n: int = 30) -> Dataset:
    rng = np.random.default_rng(5)
    labels = rng.choice(4, (n, 3), p=[0.7, 0.2, 0.07, 0.03])
    labels[rng.random(labels.shape) < 0.2] = -1
    return split(tokens(rng.integers(0, 5, labels.shape), labels, 4, 5), 8)


EMBED = LayerSpec("embed", "embedding", {"vocabulary": 5, "units": 3})


def test_steps_of_a_sequence_count_by_their_class() -> None:
    data = letters()
    counts = np.bincount(data.labels[data.training][data.labels[data.training] >= 0], minlength=4)
    assert class_counts(data).tolist() == counts.tolist()
    run = trainer(data, EMBED, dense("output", 4, "linear"), loss="sequence_cross_entropy",
                  batch_size=4, **STILL)
    advance(run, run.steps_per_epoch)
    weights = balanced_weights(counts)
    for which, rows in (("training", data.training), ("validation", data.validation)):
        labels = data.labels[rows]
        shares = np.take_along_axis(run.predict(data.inputs[rows]),
                                    np.maximum(labels, 0)[..., None], -1)[..., 0]
        w = np.where(labels >= 0, weights[labels], 0.0)
        wanted = -np.sum(w * np.log(shares)) / np.sum(w)
        assert run.evaluate(which).loss == pytest.approx(wanted, rel=1e-12)
    assert run.ring.read(0)[1][-1, VALIDATION_LOSS] == pytest.approx(wanted, rel=1e-9)


def test_gradients_of_steps_are_those_of_the_weighted_loss() -> None:
    check(trainer(letters(), EMBED, dense("output", 4, "linear"), loss="sequence_cross_entropy",
                  batch_size=0, **{**STILL, "learning_rate": 0.0}))


@pytest.mark.parametrize("loss", [loss for loss in LOSSES.values() if "regression" in loss.tasks],
                         ids=lambda loss: loss.key)
def test_values_have_no_classes_to_weigh(loss: Any) -> None:
    runs = [advance(trainer(curve(), dense("output", 2, "linear"), loss=loss.key, batch_size=5,
                            class_weights=chosen), 12) for chosen in ("none", "balanced")]
    assert contents(runs[0]) == contents(runs[1])
    assert class_weights(runs[1].project, curve()) is None


def test_pixels_have_no_classes_to_weigh() -> None:
    rng = np.random.default_rng(1)
    pixels = rng.random((20, 4))
    data = replace(dataset(pixels, values=pixels), task="reconstruction",
                   labels=rng.integers(0, 2, 20), class_names=("a", "b"))
    of = project(dense("output", 4, "linear"), loss="binary_cross_entropy",
                 class_weights="balanced")
    assert class_weights(of, data) is None
    assert np.isfinite(advance(Trainer(of, data), 5).evaluate("training").loss)


def test_weights_come_and_go_while_a_network_trains() -> None:
    data = unequal((60, 15, 4))
    runs = [advance(trainer(data, batch_size=9), 10) for _ in range(2)]
    training = runs[0].project.training
    before, usual = runs[1].weights(), runs[1].evaluate("training").loss
    runs[1].apply(msgspec.structs.replace(training, class_weights="balanced"))
    for name, array in runs[1].weights().items():
        np.testing.assert_array_equal(array, before[name])
    assert runs[1].evaluate("training").loss != usual
    runs[1].apply(training)
    assert contents(advance(runs[0], 20)) == contents(advance(runs[1], 20))
    runs[1].apply(msgspec.structs.replace(training, class_weights="balanced"))
    assert contents(advance(runs[0], 3)) != contents(advance(runs[1], 3))


def test_classes_that_are_equally_frequent_weigh_the_same() -> None:
    data = unequal((20, 20, 20))
    runs = [advance(trainer(data, batch_size=7, class_weights=chosen, precision="float64"), 30)
            for chosen in ("none", "balanced")]
    for name, array in runs[0].weights().items():
        np.testing.assert_allclose(runs[1].weights()[name], array, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("loss", OF_CLASSES)
def test_a_rare_class_is_found_once_it_counts(loss: str) -> None:
    """Clouds that overlap: where one class is rare, answering with the other is nearly right."""
    rng = np.random.default_rng(2)
    labels = np.repeat([0, 1, 0, 1], [570, 30, 190, 10])
    inputs = rng.standard_normal((len(labels), 2)) + 1.2 * labels[:, None]
    data = split(dataset(inputs, labels), 200)
    found = {}
    for chosen in ("none", "balanced"):
        run = trainer(data, output(loss, 2), loss=loss, batch_size=30, class_weights=chosen,
                      learning_rate=0.02)
        found[chosen] = advance(run, 400).evaluate("validation").balanced
    assert found["balanced"] > 0.75 > 0.7 > found["none"]
