"""Points in the plane as a data set: features, scaling, split."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data import FEATURES, load
from engine.data.features import compute_features
from engine.errors import DataError
from engine.spec import DataSpec

ALL = tuple(FEATURES)


def test_seven_features_have_playgrounds_formulae():
    assert ALL == ("x1", "x2", "x1^2", "x2^2", "x1*x2", "sin(x1)", "sin(x2)")
    made = compute_features(np.array([[2.0, -3.0], [0.5, 4.0]]), ALL)
    expected = [[2, -3, 4, 9, -6, np.sin(2), np.sin(-3)],
                [0.5, 4, 0.25, 16, 2, np.sin(0.5), np.sin(4)]]
    assert made == pytest.approx(np.array(expected))


def test_features_keep_the_order_of_the_project():
    data = load(DataSpec(features=("x2", "sin(x1)")))
    assert data.feature_names == ("x2", "sin(x1)")
    assert data.inputs[:, 0] == pytest.approx(data.points[:, 1])
    assert data.inputs[:, 1] == pytest.approx(np.sin(data.points[:, 0]))


@pytest.mark.parametrize(("features", "found"), [
    ((), "none is switched on"),
    (("x1", "x3"), "'x3'"),
    (("x1", "x1"), "x1 comes twice"),
])
def test_features_that_make_no_sense(features, found):
    with pytest.raises(DataError, match=found) as caught:
        load(DataSpec(features=features))
    assert caught.value.place == "Features"
    assert caught.value.remedy


@pytest.mark.parametrize("scaling", ["auto", "none", "standard", "minmax"])
def test_features_of_gives_the_inputs(scaling):
    data = load(DataSpec(source="xor", features=ALL, scaling=scaling))
    assert data.features_of(data.points) == pytest.approx(data.inputs)
    grid = np.array([[-6.0, 6.0], [0.0, 0.0]])
    assert data.features_of(grid).shape == (2, 7)


def test_auto_leaves_points_as_they_are():
    data = load(DataSpec(source="circle"))
    assert np.array_equal(data.inputs, data.points)


def test_scaling_is_measured_on_training_examples_only():
    data = load(DataSpec(source="gaussian", scaling="standard", training_share=0.1))
    training = data.inputs[data.training]
    assert training.mean(axis=0) == pytest.approx([0, 0], abs=1e-12)
    assert training.std(axis=0) == pytest.approx([1, 1])
    assert data.inputs.mean(axis=0) != pytest.approx([0, 0], abs=1e-3)
    data = load(DataSpec(source="gaussian", scaling="minmax", training_share=0.1))
    assert data.inputs[data.training].min(axis=0) == pytest.approx([0, 0])
    assert data.inputs[data.training].max(axis=0) == pytest.approx([1, 1])
    assert data.inputs.min() < 0


def test_classification_has_two_classes_and_no_values():
    data = load(DataSpec(source="spiral"))
    assert data.class_names == ("-1", "+1")
    assert data.n_outputs == 2
    assert data.values.shape == (500, 0)
    assert np.bincount(data.labels).tolist() == [250, 250]
    assert len(data.training) == len(data.validation) == 250


def test_regression_has_one_value_and_no_classes():
    data = load(DataSpec(source="plane"))
    assert data.class_names == ()
    assert data.n_outputs == 1
    assert data.labels.size == 0
    assert data.values.shape == (1200, 1)
    assert data.values[:, 0] == pytest.approx(data.points.sum(axis=1) / 10)


def test_the_seed_fixes_points_and_split():
    spec = DataSpec(source="xor", noise=20)
    data, again, other = load(spec), load(spec), load(replace(spec, seed=43))
    assert data.inputs.tobytes() == again.inputs.tobytes()
    assert data.training.tobytes() == again.training.tobytes()
    assert not np.array_equal(data.inputs, other.inputs)
    assert not np.array_equal(data.training, other.training)
