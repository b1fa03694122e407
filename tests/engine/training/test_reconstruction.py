"""Networks that are to give back their inputs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.data import load
from engine.data.dataset import Dataset
from engine.errors import SpecError
from engine.layers import LOSSES, diagnose, fitted
from engine.spec import DataSpec, LayerSpec, NetworkSpec, ProjectSpec, TrainingSpec
from engine.training import Trainer
from tests.engine.training.runs import advance, clouds, dense, trainer

Reals = NDArray[np.float64]
FITTING = [loss.key for loss in LOSSES.values() if "reconstruction" in loss.tasks]
VALIDATION_LOSS, VALIDATION_SCORE = 1, 2


def shares(n: int = 60, validation: int = 20, width: int = 6) -> Dataset:
    """Return numbers from 0 to 1 with noisy copies of them as inputs."""
    data = clouds(n, validation, width=width)
    values = 1 / (1 + np.exp(-2 * data.inputs))
    noise = 0.05 * np.random.default_rng(1).standard_normal(values.shape)
    return replace(data, task="reconstruction", values=values, inputs=values + noise)


@pytest.mark.parametrize("loss", FITTING)
def test_the_score_is_r2_of_what_is_put_out(loss: str) -> None:
    data = shares()
    run = trainer(data, dense("code", 4), dense("output", 6, "linear"), loss=loss, batch_size=0,
                  precision="float64", learning_rate=0.02)
    advance(run, 400)
    predicted, truth = run.predict(data.inputs[data.validation]), data.values[data.validation]
    expected = 1 - np.sum((predicted - truth) ** 2) / np.sum((truth - truth.mean(axis=0)) ** 2)
    assert run.evaluate("validation").accuracy == pytest.approx(expected, rel=1e-12)
    row = run.ring.read(0)[1][-1]
    assert row[VALIDATION_SCORE] == pytest.approx(expected, rel=1e-12)
    assert row[VALIDATION_LOSS] == pytest.approx(run.evaluate("validation").loss, rel=1e-12)
    assert expected > 0.5


def test_the_loss_compares_with_the_clean_values() -> None:
    data = shares()
    run = trainer(data, dense("output", 6, "linear"), loss="mean_squared_error",
                  precision="float64")
    predicted = run.predict(data.inputs[data.training])
    assert run.evaluate("training").loss == pytest.approx(
        float(np.mean((predicted - data.values[data.training]) ** 2)), rel=1e-12)


def test_outputs_of_a_plain_loss_are_not_clipped() -> None:
    data = replace(shares(), values=100 * shares().values)
    run = trainer(data, dense("output", 6, "linear"), loss="mean_squared_error",
                  weights={"output/w": 50 * np.eye(6), "output/b": np.full(6, -20.0)})
    outputs = run.predict(data.inputs)
    np.testing.assert_allclose(outputs, 50 * data.inputs - 20, rtol=1e-5, atol=1e-4)


def test_a_snapshot_shows_samples_beside_their_outputs() -> None:
    data = shares()
    run = advance(trainer(data, dense("code", 4), dense("output", 6, "linear"),
                          loss="binary_cross_entropy"), 20)
    look = run.snapshot()
    assert look.confusion is None
    assert look.surface is None
    assert look.latent is None
    np.testing.assert_array_equal(look.samples, data.validation)
    np.testing.assert_array_equal(look.sample_outputs, run.predict(data.inputs[data.validation]))
    assert look.validation == run.evaluate("validation")


@pytest.mark.data
def test_binary_cross_entropy_wants_values_from_0_to_1() -> None:
    layers = (LayerSpec("input", "input"), dense("output", 4, "linear"))
    wanted = ProjectSpec(data=DataSpec("iris", goal="reconstruct"), network=NetworkSpec(layers),
                         training=TrainingSpec(loss="binary_cross_entropy"))
    with pytest.raises(SpecError, match=r"Binary cross-entropy with targets from -2\.\d+ to "
                                        r"\d\.\d+; expected targets from 0 to 1\. Choose Min-max"):
        trainer_of(wanted)
    scaled = DataSpec("iris", goal="reconstruct", scaling="minmax")
    assert trainer_of(ProjectSpec(data=scaled, network=wanted.network, training=wanted.training)
                      ).run(1) == 1


def trainer_of(wanted: ProjectSpec) -> Trainer:
    return Trainer(wanted, load(wanted.data))


def decoder(*last: LayerSpec) -> ProjectSpec:
    return ProjectSpec(network=NetworkSpec((
        LayerSpec("input", "input"), dense("code", 3), dense("dense-1", 16, "relu"),
        LayerSpec("image", "reshape", {"height": 2, "width": 2, "channels": 4}),
        LayerSpec("grow", "conv2d_transpose", {"filters": 1, "activation": "linear"}), *last)),
        training=TrainingSpec(loss="mean_squared_error"))


def test_an_image_needs_flatten_alone() -> None:
    (issue,) = diagnose(decoder(), "reconstruction", 16, 16)
    assert issue.text.endswith("an array of shape 4x4x1 for 16 values to reconstruct; expected 16. "
                               "Add a Flatten layer.")
    assert diagnose(decoder(LayerSpec("flat", "flatten")), "reconstruction", 16, 16) == ()


def test_a_decoder_that_fits_is_left_as_it_is() -> None:
    """Its last layer with a width is a convolution, whose filters are not the outputs."""
    whole = decoder(LayerSpec("flat", "flatten"))
    assert fitted(whole, "reconstruction", 16) == whole
