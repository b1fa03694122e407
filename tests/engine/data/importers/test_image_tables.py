"""A folder of images and a table that says what they show."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.data import sources
from engine.data.importers.catalogue import preview, recognised
from engine.errors import DataError
from tests.engine.data.importers.pictures import content_of, encoded, pixels, spec, write


def write_table(root: Path, lines: list[str], name: str = "labels.csv", count: int = 8,
                images: str = "images/{:03}.png") -> Path:
    for number in range(count):
        write(root / images.format(number), encoded(pixels(number)))
    write(root / name, "\n".join(lines).encode())
    return root


KINDS = ["cat", "dog"]


@pytest.mark.parametrize(("header", "row"), [
    ("file,label", "images/{:03}.png,{}"), ("name;kind", "{:03}.png;{}"),
    ("label\tid", "{1}\t{0:03}"), ("image,width,species", "./images/{:03}.PNG,10,{}"),
    ("id,label", "{},{}")])
def test_the_columns_are_found(tmp_path: Path, header: str, row: str) -> None:
    root = write_table(tmp_path / "x", [header, *(row.format(n, KINDS[n % 2]) for n in range(8))])
    data = sources.load(spec(root))
    assert data.class_names == ("cat", "dog")
    assert data.labels.tolist() == [0, 1] * 4
    assert np.array_equal(content_of(data)[3].reshape(12, 10, 3), pixels(3))
    assert np.array_equal(content_of(sources.load(spec(root / "labels.csv"))), content_of(data))


def test_in_a_zip_nothing_is_written_beside(tmp_path: Path) -> None:
    root = write_table(tmp_path / "x", ["file,label", *(f"{n:03}.png,{KINDS[n % 2]}"
                                                        for n in range(8))])
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for file in root.rglob("*.*"):
            archive.write(file, "a/" + str(file.relative_to(root)))
    assert sources.load(spec(tmp_path / "x.zip")).labels.tolist() == [0, 1] * 4
    assert sorted(one.name for one in tmp_path.iterdir()) == ["x", "x.zip"]


def test_what_table_and_folder_do_not_share(tmp_path: Path) -> None:
    root = write_table(tmp_path / "x", [
        "file,label", *(f"{n:03}.png,{KINDS[n % 2]}" for n in range(6)), "006.png,",
        "000.png,dog", "nowhere.png,dog"])
    seen = preview(root, spec(root))
    assert {one.name: one.reason.text for one in seen.left_out} == {
        "images/006.png": "the table says nothing of it",
        "images/000.png": "the table names it twice; the first time counts",
        "nowhere.png": "no image of this name is there"}
    assert seen.count == 6
    texts = [one.text for one in seen.remarks]
    assert "labels.csv names 6 images in 'file', and 'label' is to be predicted." in texts
    assert "Not named in labels.csv, and left alone: 2 images (images/006.png, images/007.png)." \
        in texts


def test_a_column_divides(tmp_path: Path) -> None:
    root = write_table(tmp_path / "x", [
        "file,split,label",
        *(f"{n:03}.png,{'test' if n > 4 else 'train'},{KINDS[n % 2]}" for n in range(8))])
    data = sources.load(spec(root))
    assert sorted(data.training) == [0, 1, 2, 3, 4]
    assert sorted(data.validation) == [5, 6, 7]


def test_numbers_are_predicted_as_numbers(tmp_path: Path) -> None:
    root = write_table(tmp_path / "x", ["file,age", *(f"{n:03}.png,{20 + 1.5 * n}"
                                                      for n in range(8))])
    data = sources.load(spec(root))
    assert (data.task, data.target_names, data.class_names) == ("regression", ("age",), ())
    assert np.allclose(data.in_units(data.values)[:, 0], 20 + 1.5 * np.arange(8))
    assert np.allclose(data.values[data.training].mean(), 0)
    seen = preview(root, spec(root))
    assert (seen.task, seen.samples[0].label) == ("regression", "20")


def test_columns_can_be_chosen_where_folders_name_classes_too(tmp_path: Path) -> None:
    root = write_table(tmp_path / "x", [
        "a,b,c", *(f"{n:03}.png,{KINDS[n % 2]},{'xyz'[n % 3]}" for n in range(8))],
        images="{:03}.png")
    for number in range(8):
        write(root / f"folder {number % 2}" / f"{number}.png", encoded(pixels(9)))
    assert sources.load(spec(root)).class_names == ("folder 0", "folder 1")
    chosen = sources.load(spec(root, label_column="c", file_column="a"))
    assert chosen.class_names == ("x", "y", "z")
    assert len(chosen.inputs) == 8


def _no_table(root: Path) -> object:
    return [write(root / c / f"{n}.png", encoded(pixels(n))) for c in "ab" for n in range(3)]


@pytest.mark.parametrize(("make", "options", "sentence"), [
    (lambda root: write_table(root, ["file,label", "001.png,a", "2.png,b"]),
     {"label_column": "kind"}, "labels.csv: there is no column 'kind'"),
    (lambda root: write_table(root, ["file,label", "one.png,a", "two.png,b"]),
     {"label_column": "label"}, "no column names images that are there"),
    (lambda root: write_table(root, ["file,split", "001.png,train", "002.png,test"]),
     {"file_column": "file"}, "no column is left to be predicted"),
    (_no_table, {"label_column": "kind"}, "there is no table"),
    (lambda root: write_table(root, ["file,label", "one.png,a", "two.png,b"]), {},
     "nothing says what each shows"),
])
def test_what_cannot_be_used(tmp_path: Path, make: Callable[[Path], object],
                             options: dict[str, str], sentence: str) -> None:
    make(tmp_path / "x")
    with pytest.raises(DataError, match=sentence):
        sources.load(spec(tmp_path / "x", **options))


def test_recognised(tmp_path: Path) -> None:
    root = write_table(tmp_path / "x", ["file,label", "images/001.png,a", "images/002.png,b"])
    assert recognised(root)[0].key == "images"
    assert recognised(root / "labels.csv")[0].key == "images"
