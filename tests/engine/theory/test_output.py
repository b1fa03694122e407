"""The error at the output, as losses, weights of classes and weights of a run make it."""

from __future__ import annotations

from dataclasses import replace as changed

import numpy as np
import pytest
from msgspec.structs import replace

from engine.layers import LOSSES
from engine.spec import ProjectSpec
from engine.theory import mean_squares
from engine.training import Trainer
from tests.engine.theory.networks import (
    dataset,
    deep,
    figures,
    first_steps,
    layer,
    measured,
    predicted,
    project,
)
from tests.reference import losses as reference


def with_training(given: ProjectSpec, **changes: object) -> ProjectSpec:
    return replace(given, training=replace(given.training, **changes))


@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "binary_cross_entropy",
                                  "mean_squared_error", "mean_absolute_error", "huber", "hinge"])
@pytest.mark.parametrize("units", [1, 4])
def test_errors_are_those_of_the_kernels(loss: str, units: int) -> None:
    if units == 1 and loss == "softmax_cross_entropy":
        pytest.skip("has a unit for each class")
    rng = np.random.default_rng(0)
    z = 2 * rng.standard_normal((6, units))
    t = np.eye(4)[rng.integers(0, 4, 6)] if units == 4 else rng.choice([-1.0, 1.0], (6, 1))
    if loss == "binary_cross_entropy" and units == 1:
        t = (t + 1) / 2
    constants = {"softmax_cross_entropy": (0.1,), "huber": (0.7,)}.get(loss, ())
    wanted = np.zeros_like(z)
    getattr(reference, loss)(wanted, z, t, *constants)
    named = dict(zip([field.key for field in LOSSES[loss].constants], constants, strict=True))
    error = LOSSES[loss].error
    assert error is not None
    np.testing.assert_allclose(error(z, t, named) / len(z), wanted, atol=1e-12)


@pytest.mark.parametrize("changes", [
    {"loss": "mean_squared_error"}, {"loss": "binary_cross_entropy"}, {"loss": "hinge"},
    {"label_smoothing": 0.6}, {"class_weights": "balanced"}], ids=str)
def test_gradients_follow_the_loss(changes: dict[str, object]) -> None:
    data = dataset(inputs=16, examples=300)
    labels = data.labels.copy()
    labels[labels > 4] = 0
    data = changed(data, labels=labels)
    given = with_training(project([layer("a", "dense", units=64), layer(
        "b", "dense", units=64)], batch_size=50), **changes)
    found = first_steps(given, data, range(5))
    for one in predicted(given, data).layers[1:]:
        assert 1 / 1.4 < float(np.median(found[one.layer_id])) / one.gradient_rms < 1.4


@pytest.mark.parametrize("loss", ["mean_squared_error", "mean_absolute_error", "huber"])
def test_values_are_followed(loss: str) -> None:
    data = dataset(inputs=8, examples=400)
    values = np.stack([np.sin(data.inputs[:, 0]) + 1, data.inputs[:, 1] * 2], axis=1)
    data = changed(data, task="regression", values=values, labels=np.zeros(0, np.int64),
                   class_names=(), target_names=("a", "b"))
    given = project([layer("a", "dense", units=128), layer("b", "dense", units=128)],
                    batch_size=40, loss=loss)
    output = given.network.layers[-1].with_options(units=2)
    given = replace(given, network=given.network.replaced(output))
    found = first_steps(given, data, range(9))
    for one in predicted(given, data).layers[1:]:
        assert 1 / 1.5 < float(np.median(found[one.layer_id])) / one.gradient_rms < 1.5


def test_penalties_are_no_part_of_it() -> None:
    data, given = dataset(), deep("tanh", 32, 2, 32, weights="lecun_normal")
    plain = first_steps(given, data, range(1))
    decayed = first_steps(with_training(given, l2=0.5), data, range(1))
    assert all(np.array_equal(plain[name], decayed[name]) for name in plain)
    np.testing.assert_array_equal(
        figures(predicted(given, data), "gradient_rms"),
        figures(predicted(with_training(given, l2=0.5), data), "gradient_rms"))


def test_measured_weights_take_the_place_of_the_first_ones() -> None:
    data = dataset()
    small, large = (deep("tanh", 128, 4, weights="lecun_normal", gain=gain) for gain in (0.8, 1.3))
    trainer = Trainer(large, data, threads=1)
    squares = mean_squares(trainer.weights())
    np.testing.assert_allclose(
        figures(predicted(small, data, weights=squares), "gradient_rms"),
        figures(predicted(large, data), "gradient_rms"), rtol=0.2)


def test_the_same_project_has_the_same_prediction() -> None:
    data, given = dataset(), deep("gelu", 32, 3, weights="he_normal")
    np.testing.assert_array_equal(figures(predicted(given, data), "gradient_rms"),
                                  figures(predicted(given, data), "gradient_rms"))


def test_numpy_and_the_engine_measure_the_same() -> None:
    data, given = dataset(), deep("sigmoid", 32, 3, 1024, weights="lecun_normal", gain=3.0)
    ours = first_steps(given, data, range(6))
    theirs = measured(given, data, range(6)).gradient
    for place, values in enumerate(ours.values()):
        assert np.median(values) == pytest.approx(np.median(theirs[:, place]), rel=0.6)
