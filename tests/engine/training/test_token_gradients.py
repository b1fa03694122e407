"""Gradients of networks over tokens against central differences, and what sequences score."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.kernels.runtime import layout
from engine.kernels.runtime.policy import OPS
from engine.layers import kind
from engine.spec import LayerSpec, NetworkSpec, ProjectSpec, TrainingSpec
from engine.training import Trainer
from tests.engine.training.runs import advance, contents, split
from tests.engine.training.test_gradient_check import check
from tests.engine.training.texts import tokens

EXAMPLES, STEPS, VOCABULARY, CLASSES = 5, 6, 7, 3


def layer(key: str, name: str = "", **options: Any) -> LayerSpec:
    return LayerSpec(name or key, key, options)


def text(by_step: bool, ignored: float = 0.0) -> Dataset:
    """Return padded tokens with a class for each example or step."""
    rng = np.random.default_rng(4)
    inputs = rng.integers(1, VOCABULARY, (EXAMPLES, STEPS))
    for example, length in enumerate((6, 4, 1, 3, 5)):
        inputs[example, length:] = 0
    labels = rng.integers(0, CLASSES, inputs.shape if by_step else EXAMPLES)
    if by_step:
        labels[(inputs == 0) | (rng.random(labels.shape) < ignored)] = -1
    return tokens(inputs, labels, CLASSES, VOCABULARY)


def trainer(data: Dataset, *middle: LayerSpec, padding: bool = True, **training: Any) -> Trainer:
    options: dict[str, Any] = {"batch_size": 0, "learning_rate": 0.0, "precision": "float64",
                               **training}
    return Trainer(ProjectSpec(
        network=NetworkSpec((
            LayerSpec("input", "input"),
            layer("embedding", vocabulary=VOCABULARY, units=4, padding=padding), *middle,
            layer("dense", "output", units=CLASSES, activation="linear"))),
        training=TrainingSpec(
            loss="sequence_cross_entropy" if data.task == "sequence" else "softmax_cross_entropy",
            shuffle=False, seed=3, **options)), data)


PASS_OVER = {
    "bag": [layer("sequence_mean")],
    "behind a layer for each step": [layer("dense", units=5), layer("sequence_mean")],
    "behind states": [layer("gru", units=4, output="sequence"), layer("sequence_mean")],
    "last state": [layer("lstm", units=4)],
}
"""Networks that do not see padding."""

SEE = {
    "all steps": [layer("flatten")],
    "windows": [layer("conv1d", filters=3, activation="tanh"), layer("sequence_mean")],
}
"""Networks that see the vector of padding, which is a constant."""


@pytest.mark.parametrize("name", PASS_OVER)
def test_padding_is_passed_over(name: str) -> None:
    run = trainer(text(by_step=False), *PASS_OVER[name])
    check(run)
    assert not run.gradients()["embedding/w"][0].any()


@pytest.mark.parametrize("name", PASS_OVER | SEE)
def test_without_padding_token_0_is_one_like_others(name: str) -> None:
    run = trainer(text(by_step=False), *(PASS_OVER | SEE)[name], padding=False)
    check(run)
    assert run.gradients()["embedding/w"][0].any()


@pytest.mark.parametrize("name", PASS_OVER | SEE)
def test_the_vector_of_padding_never_learns(name: str) -> None:
    run = advance(trainer(text(by_step=False), *(PASS_OVER | SEE)[name], learning_rate=0.1), 5)
    assert not run.weights()["embedding/w"][0].any()
    assert run.weights()["embedding/w"][1:].all()


@pytest.mark.parametrize("ignored", [0.0, 0.4])
@pytest.mark.parametrize("middle", [[], [layer("dense", units=5)],
                                    [layer("rnn", units=4, output="sequence")]], ids=len)
def test_a_class_for_every_step(middle: list[LayerSpec], ignored: float) -> None:
    check(trainer(text(True, ignored), *middle))


def test_a_bag_does_not_see_what_padding_says() -> None:
    run = trainer(text(by_step=False), layer("sequence_mean"))
    before = run.predict(np.array([[3.0, 5, 0, 0, 0, 0]]))
    np.testing.assert_allclose(run.predict(np.array([[5.0, 3, 0, 0, 0, 0]])), before, 1e-12)
    np.testing.assert_allclose(run.predict(np.array([[5.0, 3, 5, 3, 5, 3]])), before, 1e-12)
    assert not np.allclose(run.predict(np.array([[5.0, 3, 3, 0, 0, 0]])), before, 1e-3)


def test_the_limit_on_norms_leaves_vectors_alone() -> None:
    run = advance(trainer(text(by_step=False), layer("sequence_mean"), max_norm=0.1), 1)
    weights = run.weights()
    assert np.linalg.norm(weights["output/w"], axis=0).max() <= 0.1 + 1e-12
    assert np.linalg.norm(weights["embedding/w"], axis=0).min() > 0.5


def test_vectors_start_normal() -> None:
    embedding = kind("embedding")
    spec = layer("embedding", vocabulary=500, units=100)
    [w] = embedding.parameters(embedding.options(spec), ((9,),))
    drawn = w.draw(np.random.default_rng(0))
    assert drawn.shape == (500, 100)
    assert drawn.mean() == pytest.approx(0, abs=0.02)
    assert drawn.std() == pytest.approx(1, abs=0.02)


def test_only_steps_that_count_are_scored() -> None:
    data = split(text(True, 0.3), 2)
    run = advance(trainer(data, layer("dense", units=5)), 1)
    # Predictions are probabilities of every step.
    shares = run.predict(data.inputs)
    assert shares.shape == (EXAMPLES, STEPS, CLASSES)
    np.testing.assert_allclose(shares.sum(axis=-1), 1, rtol=1e-12)
    labels = data.labels[data.validation]
    right = np.argmax(shares[data.validation], axis=-1) == labels
    truth = np.mean([np.mean(row[steps >= 0]) for row, steps in zip(right, labels, strict=True)])
    logs = [np.log(shares[example, step, data.labels[example, step]])
            for example in data.validation for step in range(STEPS)
            if data.labels[example, step] >= 0]
    look = run.snapshot()
    assert look.validation is not None
    assert look.validation.accuracy == run.evaluate().accuracy == pytest.approx(truth, rel=1e-12)
    assert look.validation.loss == pytest.approx(-np.mean(logs), rel=1e-12)
    measured = run.ring.read(0)[1][-1]
    assert measured[1] == pytest.approx(look.validation.loss, rel=1e-12)
    assert measured[2] == pytest.approx(truth, rel=1e-12)
    assert look.confusion is None
    assert look.sample_outputs.shape == (2, STEPS, CLASSES)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_any_number_of_shards_gives_the_same_bytes(precision: str) -> None:
    found = []
    for shards in (1, 2, 3):
        run = trainer(text(by_step=False), layer("dense", units=4), layer("sequence_mean"),
                      learning_rate=0.1, batch_size=3, precision=precision)
        names = ("embed", "embed_backward", "mark_tokens", "sequence_mean",
                 "sequence_mean_backward")
        split_up = np.isin(run._plan.table[:, layout.ADDRESS],
                           [OPS[name].address(precision) for name in names])
        assert split_up.sum() == len(names)
        run._plan.table[split_up, layout.SHARDS] = shards
        found.append(contents(advance(run, 6)))
    assert found[0] == found[1] == found[2]
