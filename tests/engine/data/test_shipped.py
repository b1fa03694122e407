"""The data sets that come with the program."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from engine.data import catalogue, load, shipped, thumbnail_points
from engine.errors import DataError
from engine.spec import DataSpec

pytestmark = pytest.mark.data


@pytest.mark.parametrize(("key", "shape", "counts"), [
    ("digits", (1797, 64), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]),
    ("iris", (150, 4), [50, 50, 50]),
    ("wine", (178, 13), [59, 71, 48]),
    ("breast_cancer", (569, 30), [212, 357]),
    ("penguins", (344, 10), [152, 68, 124]),
])
def test_shapes_and_classes(key, shape, counts):
    data = load(DataSpec(source=key))
    assert data.inputs.shape == shape
    assert np.bincount(data.labels).tolist() == counts
    assert len(data.class_names) == len(counts) == data.n_outputs
    assert len(data.feature_names) == shape[1]
    assert np.isfinite(data.inputs).all()
    assert data.values.shape == (shape[0], 0)
    assert data.points is None
    assert data.features_of is None


@pytest.mark.parametrize("key", ["iris", "wine", "breast_cancer"])
def test_tables_are_standardised_on_the_training_examples(key):
    data = load(DataSpec(source=key))
    training = data.inputs[data.training]
    assert training.mean(axis=0) == pytest.approx(np.zeros(data.n_inputs), abs=1e-9)
    assert training.std(axis=0) == pytest.approx(np.ones(data.n_inputs))


def test_digits_are_images_between_0_and_1():
    data = load(DataSpec(source="digits"))
    assert data.image_shape == (8, 8, 1)
    assert data.inputs.min() == 0
    assert data.inputs.max() == 1
    # The first image of the file is a nought: empty in the middle, ink around it.
    assert data.labels[0] == 0
    image = data.inputs[0].reshape(8, 8)
    assert image[3:5, 3:5].max() < 0.1
    assert image[3, 2] > 0.5


def test_known_rows():
    iris = load(DataSpec(source="iris", scaling="none"))
    assert iris.inputs[0].tolist() == [5.1, 3.5, 1.4, 0.2]
    # Rows 35 and 38 are Fisher's, not those of UCI's copy.
    assert iris.inputs[34].tolist() == [4.9, 3.1, 1.5, 0.2]
    assert iris.inputs[37].tolist() == [4.9, 3.6, 1.4, 0.1]
    wine = load(DataSpec(source="wine", scaling="none"))
    assert dict(zip(wine.feature_names, wine.inputs[0], strict=True))["proline"] == 1065
    cancer = load(DataSpec(source="breast_cancer", scaling="none"))
    first = dict(zip(cancer.feature_names, cancer.inputs[0], strict=True))
    assert first["mean radius"] == 17.99
    assert first["worst fractal dimension"] == 0.1189
    assert cancer.class_names[cancer.labels[0]] == "malignant"


def test_penguins_fill_gaps_and_say_so():
    data = load(DataSpec(source="penguins", scaling="none"))
    assert data.title == "Penguins"
    assert data.class_names == ("Adelie", "Chinstrap", "Gentoo")
    row = dict(zip(data.feature_names, data.inputs[3], strict=True))
    known = np.delete(np.arange(344), [3, 271])
    training = np.intersect1d(data.training, known)
    column = data.feature_names.index("body_mass_g")
    assert row["body_mass_g"] == np.median(data.inputs[training, column])
    assert row["sex = missing"] == 1
    assert row["island = Torgersen"] == 1
    notes = " ".join(data.notes)
    assert "'bill_length_mm' (2)" in notes
    assert "'sex' (11)" in notes


def test_a_damaged_installation_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    shipped.read_numbers.cache_clear()
    with pytest.raises(DataError, match="Install Backprop Lab again"):
        load(DataSpec(source="iris"))
    (tmp_path / "iris.csv").write_text("150,4\n1,2\n")
    with pytest.raises(DataError, match="damaged"):
        load(DataSpec(source="iris"))
    shipped.read_numbers.cache_clear()


def test_catalogue_can_be_loaded_and_drawn():
    entries = catalogue()
    assert [entry.key for entry in entries] == [
        "circle", "xor", "gaussian", "spiral", "moons", "plane", "multi_gaussian", "digits",
        "drawn_digits", "drawn_shapes", "iris",
        "wine", "breast_cancer", "penguins", "sine", "vowels", "vowel_strings", "reviews",
        "alice"]
    for entry in entries:
        data = load(DataSpec(source=entry.key))
        assert (data.key, data.title, data.task) == (entry.key, entry.title, entry.task)
        assert entry.help.endswith(".")
        assert (entry.kind == "points") == (data.points is not None)
        made = entry.kind == "points" or entry.key in (
            "sine", "reviews", "drawn_digits", "drawn_shapes", "vowels", "vowel_strings")
        assert made == (not entry.licence)
        assert (entry.kind == "text") == (data.tokens is not None)
        assert (entry.kind == "series") == data.is_series
        assert (entry.kind == "images") == (data.image_shape is not None)
        assert (entry.kind == "sounds") == (data.sound_of is not None)


@pytest.mark.parametrize("key", [entry.key for entry in catalogue()])
@pytest.mark.parametrize("n", [10, 120])
def test_thumbnails(key, n):
    points, values = thumbnail_points(key, n)
    assert 2 <= len(points) <= n
    assert points.shape == (len(values), 2)
    assert np.abs(points).max() <= 1
    assert np.abs(values).max() <= 1
    assert len(np.unique(values)) > 1


@pytest.mark.parametrize("call", [
    lambda: load(DataSpec(source="mnist")), lambda: thumbnail_points("mnist")])
def test_an_unknown_source(call):
    with pytest.raises(DataError) as caught:
        call()
    assert "'mnist'" in caught.value.sentence
    assert "spiral" in caught.value.expected


def test_pandas_is_not_imported_for_built_in_numbers():
    code = ("import sys; from engine.data import *; from engine.spec import DataSpec;"
            "[thumbnail_points(s.key) for s in catalogue()];"
            "load(DataSpec()); load(DataSpec(source='digits')); sys.exit('pandas' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
