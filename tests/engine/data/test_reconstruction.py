"""Data sets whose inputs are to be given back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.data import load
from engine.data.reconstruction import to_reconstruct
from engine.errors import DataError
from engine.spec import DataSpec, TableSpec

pytestmark = pytest.mark.data

CLASSES = ("digits", "iris", "wine", "breast_cancer", "penguins", "spiral", "circle")


def spec(source: str, **changes: float | str) -> DataSpec:
    return DataSpec(source, goal="reconstruct", **changes)


@pytest.mark.parametrize("source", [*CLASSES, "plane"])
def test_the_values_are_the_inputs_of_the_data_set(source: str) -> None:
    plain, found = load(DataSpec(source)), load(spec(source))
    assert found.task == "reconstruction"
    np.testing.assert_array_equal(found.values, plain.inputs)
    np.testing.assert_array_equal(found.inputs, plain.inputs)
    np.testing.assert_array_equal(found.labels, plain.labels)
    np.testing.assert_array_equal(found.training, plain.training)
    np.testing.assert_array_equal(found.validation, plain.validation)
    assert found.class_names == plain.class_names
    assert found.feature_names == found.target_names == plain.feature_names
    assert found.n_outputs == found.n_inputs == plain.n_inputs
    assert found.image_shape == plain.image_shape
    assert found.features_of is None
    assert found.in_units(found.values) is found.values


@pytest.mark.parametrize("source", ["digits", "wine", "penguins"])
@pytest.mark.parametrize("percent", [10.0, 30.0])
def test_noise_is_added_to_the_inputs_alone(source: str, percent: float) -> None:
    plain, found = load(DataSpec(source)), load(spec(source, noise=percent))
    np.testing.assert_array_equal(found.values, plain.inputs)
    noise = found.inputs - found.values
    size = noise.size
    assert noise.std() == pytest.approx(percent / 100, rel=4 / np.sqrt(2 * size))
    assert noise.mean() == pytest.approx(0, abs=4 * percent / 100 / np.sqrt(size))
    # Every number has noise of its own.
    assert len(np.unique(noise)) > 0.9 * size
    assert any("0.1" in note if percent == 10 else "0.3" in note for note in found.notes)


def test_the_seed_fixes_the_noise() -> None:
    first, again, other = (load(spec("iris", noise=20.0, seed=seed)).inputs for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any(axis=1).all()


def test_points_are_disturbed_as_they_are_drawn_and_not_again() -> None:
    plain, found = (load(DataSpec("spiral", noise=20.0, goal=goal))
                    for goal in ("predict", "reconstruct"))
    np.testing.assert_array_equal(found.inputs, plain.inputs)
    np.testing.assert_array_equal(found.values, plain.inputs)
    assert found.points is not None


def test_a_persons_table(tmp_path: Path) -> None:
    rows = "\n".join(f"{i * i / 8},{i * i % 7},{i / 3:.2f}" for i in range(30))
    (tmp_path / "own.csv").write_text("a,b,price\n" + rows)
    table = DataSpec("table", goal="reconstruct", path="own.csv", scaling="minmax",
                     table=TableSpec(target="price", task="regression"))
    found = load(table, tmp_path)
    assert found.task == "reconstruction"
    assert found.values.shape == (30, 2)
    assert found.target_names == ("a", "b")
    assert found.values[found.training].min() == 0
    assert found.values[found.training].max() == 1
    assert found.units_of is None
    assert not len(found.labels)
    assert "plays no part" in found.notes[-1]


def test_a_text_cannot_be_reconstructed() -> None:
    text = replace(load(DataSpec("iris")), tokens=("a", "b"), title="Tale")
    with pytest.raises(DataError, match="Tale: a text"):
        to_reconstruct(text, spec("iris"))
