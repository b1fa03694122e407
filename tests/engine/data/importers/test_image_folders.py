"""A folder of images, or a zip of one, becomes a data set."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data import sources
from engine.data.importers.catalogue import preview, recognised
from engine.data.importers.image_classes import TEST, TRAINING, place_images
from engine.data.importers.images import KEY
from engine.data.rows import ByteRows
from engine.errors import DataError
from tests.engine.data.importers.pictures import (
    CLASSES,
    content_of,
    encoded,
    pixels,
    spec,
    write,
    write_classes,
)


def zipped(folder: Path, path: Path, within: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, within + str(file.relative_to(folder)))
    return path


def test_a_folder_of_each_class(tmp_path: Path) -> None:
    data = sources.load(spec(write_classes(tmp_path / "animals")))
    assert data.title == "animals"
    # As people sort: 9 before 10.
    assert data.class_names == ("9", "10", "cats", "dogs")
    assert data.image_shape == (12, 10, 3)
    assert isinstance(data.inputs, ByteRows)
    first = np.flatnonzero(data.labels == data.class_names.index("dogs"))[2]
    assert np.array_equal(content_of(data)[first].reshape(12, 10, 3), pixels(102))
    assert data.inputs[first].max() <= 1
    assert len(data.training) == len(data.validation) == 8
    assert data.feature_names[:4] == ("pixel 1,1 red", "pixel 1,1 green", "pixel 1,1 blue",
                                      "pixel 1,2 red")


def test_a_zip_is_as_its_folder(tmp_path: Path) -> None:
    folder = write_classes(tmp_path / "animals")
    archive = zipped(folder, tmp_path / "animals.zip", within="download/animals/")
    direct, packed = sources.load(spec(folder)), sources.load(spec(archive))
    assert packed.class_names == direct.class_names
    assert np.array_equal(content_of(packed), content_of(direct))
    assert np.array_equal(packed.labels, direct.labels)
    assert sorted(tmp_path.iterdir()) == [folder, archive]


@pytest.mark.parametrize("order", ["{side}/{name}", "{name}/{side}", "data/{side}/images/{name}"])
def test_folders_for_training_and_test(tmp_path: Path, order: str) -> None:
    for side, count in (("Train", 5), ("test", 3)):
        for name in ("a", "b"):
            for number in range(count):
                write(tmp_path / order.format(side=side, name=name) / f"{number}.png",
                      encoded(pixels(number)))
    data = sources.load(spec(tmp_path))
    assert data.class_names == ("a", "b")
    assert (len(data.training), len(data.validation)) == (10, 6)
    assert np.bincount(data.labels[data.validation]).tolist() == [3, 3]
    anyhow = sources.load(spec(tmp_path, split="random"))
    assert len(anyhow.training) == len(anyhow.validation) == 8


def test_a_last_test_is_left_alone_beside_a_validation(tmp_path: Path) -> None:
    for side, count in (("train", 5), ("val", 2), ("test", 3)):
        write_classes(tmp_path / side, count, ("a", "b"))
    data = sources.load(spec(tmp_path))
    assert (len(data.training), len(data.validation), len(data.inputs)) == (10, 4, 14)
    assert any("6 images" in note and "last test" in note for note in data.notes)


def test_without_sides_nothing_comes_divided(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="do not come divided"):
        sources.load(spec(write_classes(tmp_path / "x"), split="given"))


def test_which_folder_names_the_class() -> None:
    names = ["x/animals/cats/1.png", "x/animals/dogs/1.png", "x/plants/oaks/1.png"]
    assert [one.label for one in place_images(names)] == ["animals", "animals", "plants"]
    assert [one.label for one in place_images(names, innermost=True)] == ["cats", "dogs", "oaks"]
    # A class may be called as a side is, if not all are.
    assert [one.label for one in place_images(["train/1.png", "bus/1.png"])] == ["train", "bus"]
    sides = place_images(["train/a/1.png", "train/b/1.png", "test/a/1.png"])
    assert [(one.label, one.side) for one in sides] == [
        ("a", TRAINING), ("b", TRAINING), ("a", TEST)]


def test_what_systems_leave_behind_is_no_class(tmp_path: Path) -> None:
    root = write_classes(tmp_path / "x", 3, ("a", "b"))
    for name in ("__MACOSX/a/1.png", "a/.1.png", ".git/c/1.png", "a/Thumbs.db", "b/desktop.ini",
                 "a/notes.txt"):
        write(root / name, b"whatever")
    data = sources.load(spec(root))
    assert data.class_names == ("a", "b")
    assert len(data.inputs) == 6
    assert [note for note in data.notes if "left alone" in note] == [
        "No images, and left alone: 1 file (a/notes.txt)."]


@pytest.mark.skipif(not hasattr(os, "symlink") or os.name == "nt", reason="needs links")
def test_links_lead_in_no_circle(tmp_path: Path) -> None:
    root = write_classes(tmp_path / "x", 3, ("a", "b"))
    (root / "a" / "up").symlink_to(root, target_is_directory=True)
    (root / "b" / "self").symlink_to(root / "b" / "self")
    (root / "b" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    elsewhere = write(tmp_path / "elsewhere" / "1.png", encoded(pixels(3)))
    (root / "c").symlink_to(elsewhere.parent, target_is_directory=True)
    data = sources.load(spec(root))
    assert data.class_names == ("a", "b", "c")
    assert len(data.inputs) == 7


def test_broken_files_are_left_out_and_listed(tmp_path: Path) -> None:
    root = write_classes(tmp_path / "x", 4, ("a", "b"))
    whole = encoded(pixels(1, 200, 200), "JPEG")
    write(root / "a" / "cut.jpg", whole[:len(whole) // 2])
    write(root / "a" / "empty.png", b"")
    write(root / "b" / "text.png", b"this is no image")
    write(root / "b" / "phone.heic", b"\0\0\0\x18ftypheic")
    write(root / "only broken" / "1.png", b"")
    seen = preview(root, spec(root))
    reasons = {one.name: one.reason.text for one in seen.left_out}
    assert reasons == {
        "a/cut.jpg": "it ends too early", "a/empty.png": "it is empty",
        "b/text.png": "it is no image, whatever its name says",
        "b/phone.heic": "HEIC is not read; save it as PNG or JPEG",
        "only broken/1.png": "it is empty"}
    # The preview counts what will be learned from.
    assert seen.count == 8
    assert seen.classes == {"a": 4, "b": 4}
    data = sources.load(spec(root, size="chosen"))
    assert len(data.inputs) == 8
    assert data.class_names == ("a", "b")
    assert "Left out: 5 images that cannot be used" in " ".join(data.notes)


def test_a_preview_shows_every_class(tmp_path: Path) -> None:
    root = write_classes(tmp_path / "x", 7)
    seen = preview(root, spec(root, size="chosen", height=6, width=8))
    assert (seen.count, seen.task, seen.is_whole) == (28, "classification", True)
    assert dict(seen.classes) == {"9": 7, "10": 7, "cats": 7, "dogs": 7}
    assert {sample.label for sample in seen.samples} == set(CLASSES)
    assert {sample.picture.shape for sample in seen.samples if sample.picture is not None} == {
        (6, 8, 3)}
    assert seen.example.image_shape == (6, 8, 3)


def test_thousands_of_classes(tmp_path: Path) -> None:
    content = encoded(pixels(1, 2, 2))
    names = tuple(f"class {number}" for number in range(2000))
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name in names:
            for number in range(2):
                archive.writestr(f"{name}/{number}.png", content)
    data = sources.load(spec(tmp_path / "x.zip"))
    assert data.class_names == names
    assert len(data.training) == 2000


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda root: write_classes(root, 5, ("one",)), "5 images in one folder"),
    (lambda root: [write_classes(root / side, 3, ("one",)) for side in ("train", "test")],
     "all 6 images belong to one class, 'one'"),
    (lambda root: write(root / "a" / "1.png", encoded(pixels(1))), "1 image; expected at least 4"),
    (lambda root: write(root / "a.txt", b"x"), "no image among 1 file"),
    (lambda root: [write(root / f"{n}.png", encoded(pixels(n))) for n in range(5)],
     "5 images in one folder, and nothing says what each shows"),
    (lambda root: [write(root / c / f"{n}.png", b"no") for c in "ab" for n in range(3)],
     "none of 6 images can be read; of a/0.png: it is no image"),
])
def test_what_cannot_be_learned_from(tmp_path: Path, make: object, sentence: str) -> None:
    make(tmp_path / "x")  # type: ignore[operator]
    with pytest.raises(DataError, match=sentence):
        sources.load(spec(tmp_path / "x"))


def test_images_without_classes_can_be_reconstructed(tmp_path: Path) -> None:
    root = tmp_path / "x"
    for number in range(5):
        write(root / f"{number}.png", encoded(pixels(number)))
    data = sources.load(replace(spec(root), goal="reconstruct"))
    assert data.task == "reconstruction"
    assert preview(root, spec(root)).task == "reconstruction"


def test_several_folders_are_one(tmp_path: Path) -> None:
    write_classes(tmp_path / "x", 3, ("a", "b"))
    write_classes(tmp_path / "y", 2, ("b", "c"), seed=1)
    data = sources.load(replace(spec(tmp_path / "x"), more_paths=(str(tmp_path / "y"),)))
    assert data.class_names == ("a", "b", "c")
    assert np.bincount(data.labels).tolist() == [3, 5, 2]
    row = np.flatnonzero(data.labels == 2)[1]
    assert np.array_equal(content_of(data)[row].reshape(12, 10, 3), pixels(1101))


def test_recognised(tmp_path: Path) -> None:
    folder = write_classes(tmp_path / "x")
    assert recognised(folder)[0].key == KEY
    assert recognised(zipped(folder, tmp_path / "x.zip"))[0].key == KEY
    assert KEY not in [one.key for one in recognised(write(tmp_path / "a.csv", b"a,b\n1,2\n"))]
    assert KEY not in [one.key for one in recognised(write(tmp_path / "y" / "a.wav", b"").parent)]


def test_standard_is_measured_for_each_colour(tmp_path: Path) -> None:
    data = sources.load(replace(spec(write_classes(tmp_path / "x")), scaling="standard"))
    seen = data.inputs[data.training].reshape(-1, 3)
    assert np.allclose(seen.mean(axis=0), 0, atol=1e-9)
    assert np.allclose(seen.std(axis=0), 1)
