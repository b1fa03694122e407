"""Points that are painted into the plane."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from engine.data import load
from engine.data.painted import paint_over
from engine.errors import DataError
from engine.spec import DataSpec, PaintedSpec

THREE = ((1.0, 2.0, 0.0), (1.5, 2.0, 0.0), (-3.0, 0.5, 2.0), (-3.0, 1.0, 2.0))


def painted(*points, task="classification", **fields):
    return DataSpec(source="painted", painted=PaintedSpec(task, points), **fields)


def test_classes_are_called_after_their_keys():
    data = load(painted(*THREE, features=("x1", "x1*x2")))
    assert data.class_names == ("1", "2", "3")
    np.testing.assert_array_equal(data.labels, [0, 0, 2, 2])
    np.testing.assert_allclose(data.inputs[1], [1.5, 3.0])
    np.testing.assert_allclose(data.features_of(np.array([[2.0, 3.0]])), [[2.0, 6.0]])
    assert sorted([*data.training, *data.validation]) == [0, 1, 2, 3]


def test_values_are_learned_as_they_are_painted():
    data = load(painted(*((x, 0.0, x / 6) for x in range(-6, 7)), task="regression"))
    np.testing.assert_allclose(data.values[:, 0], np.arange(-6, 7) / 6)
    assert (data.task, data.target_names) == ("regression", ("value",))


@pytest.mark.parametrize(("points", "says"), [
    ((), "0 points"), (THREE[:3], "3 points"), (THREE[:2] * 2, "one class")])
def test_too_little_to_learn_from(points, says):
    with pytest.raises(DataError, match=says):
        load(painted(*points))


@pytest.mark.parametrize("source", ["spiral", "multi_gaussian"])
def test_a_generated_set_can_be_painted_on(source):
    data = load(DataSpec(source=source, noise=50))
    again = load(DataSpec(source="painted", painted=paint_over(data)))
    assert again.task == data.task
    inside = np.abs(data.points).max(axis=1) <= 6
    np.testing.assert_allclose(again.points[inside], data.points[inside], atol=5.1e-4)
    if data.task == "classification":
        np.testing.assert_array_equal(again.labels, data.labels)
    else:
        np.testing.assert_allclose(again.values, data.values, atol=5.1e-4)


@pytest.mark.parametrize("points", [
    "[[7, 0, 0]]", "[[0, 0, 9]]", "[[0, 0, 0.5]]", "[[0, 0, -1]]", "[[0, 0]]",
    "[" + ",".join(["[0, 0, 0]"] * 5001) + "]"])
def test_points_that_cannot_be_are_refused(points):
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(f'{{"points": {points}}}', type=PaintedSpec)


def test_a_value_out_of_range_is_refused():
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode('{"task": "regression", "points": [[0, 0, 1.5]]}', type=PaintedSpec)
