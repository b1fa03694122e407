"""What n-grams count by how unevenly classes use them."""

from __future__ import annotations

import dataclasses

import numpy as np
from msgspec.structs import replace

from engine.spec import LayerSpec, NetworkSpec, ProjectSpec, TrainingSpec
from engine.training import Trainer
from tests.engine.training.texts import tokens
from tests.reference.ngrams import ngram_rows

VOCABULARY, BUCKETS = 5, 4
INPUTS = np.array([[1, 2, 0], [1, 1, 3], [2, 3, 0], [3, 3, 3], [4, 1, 1]])
LABELS = np.array([0, 0, 1, 1, 0])
TRAINING = np.array([3, 0, 1, 2])
DATA = dataclasses.replace(tokens(INPUTS, LABELS, 2, VOCABULARY), training=TRAINING,
                           validation=np.array([4]))


def project(**options: object) -> ProjectSpec:
    bag = LayerSpec("bag", "ngram_bag", {
        "vocabulary": VOCABULARY, "buckets": BUCKETS, "longest": 2, "units": 2,
        "weighting": "naive_bayes", **options})
    return ProjectSpec(
        network=NetworkSpec((LayerSpec("input", "input"), bag,
                             LayerSpec("output", "dense", {"units": 2, "activation": "linear"}))),
        training=TrainingSpec(precision="float64", batch_size=2, learning_rate=0.1))


def ratios(classes: int = 2, labels: np.ndarray = LABELS) -> np.ndarray:
    """Return them by the formula, from the training examples alone."""
    rows = np.zeros((len(INPUTS), 6))
    ngram_rows(rows, INPUTS.astype(float), VOCABULARY, BUCKETS, 2)
    counts = np.ones((classes, VOCABULARY + BUCKETS))
    for example in TRAINING:
        for row in rows[example].astype(int):
            counts[labels[example], row] += row > 0
    counts[:, 0] = 0
    found = np.zeros(VOCABULARY + BUCKETS)
    for one in range(classes):
        others = counts.sum(axis=0) - counts[one] - (classes - 2)
        p, q = counts[one, 1:] / counts[one].sum(), others[1:] / others[1:].sum()
        found[1:] = np.maximum(found[1:], np.abs(np.log(p / q)))
    return found


def test_ratios_are_those_of_the_training_examples_and_stay() -> None:
    run = Trainer(project(), DATA, threads=1)
    np.testing.assert_allclose(run.weights()["bag/ratio"], ratios(), 1e-12)
    assert len(np.unique(run.weights()["bag/ratio"].round(9))) > 4
    run.run(5, 1e9)
    np.testing.assert_allclose(run.weights()["bag/ratio"], ratios(), 1e-12)
    again = Trainer(project(), DATA, weights=run.weights(), threads=1)
    assert again.predict(DATA.inputs).tobytes() == run.predict(DATA.inputs).tobytes()


def test_of_several_classes_the_most_uneven_one_counts() -> None:
    labels = np.array([0, 2, 1, 1, 0])
    data = dataclasses.replace(DATA, labels=labels, class_names=("a", "b", "c"))
    spec = project()
    output = spec.network.layers[-1].with_options(units=3)
    run = Trainer(replace(spec, network=spec.network.replaced(output)), data, threads=1)
    np.testing.assert_allclose(run.weights()["bag/ratio"], ratios(3, labels), 1e-12)


def test_what_has_no_classes_counts_alike() -> None:
    data = dataclasses.replace(DATA, task="regression", labels=np.zeros(0, np.int64),
                               values=LABELS[:, None].astype(float), class_names=())
    spec = replace(project(), training=TrainingSpec(loss="mean_squared_error"))
    output = spec.network.layers[-1].with_options(units=1)
    run = Trainer(replace(spec, network=spec.network.replaced(output)), data, threads=1)
    assert (run.weights()["bag/ratio"] == 1).all()


def test_a_step_of_a_weighted_bag_is_told_rightly() -> None:
    for options in ({"distinct": True}, {"combine": "sum", "distinct": True}, {}):
        run = Trainer(project(**options), DATA, threads=1)
        run.run(3, 1e9)
        assert run.dissect().disagreement() < 1e-12
