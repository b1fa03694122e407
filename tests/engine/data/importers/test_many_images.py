"""Images that are read while training."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data import sources
from engine.data.importers import image_collection, image_rows
from engine.data.importers.catalogue import preview
from engine.data.importers.file_trees import open_tree
from engine.data.importers.image_collection import FilePictures
from engine.data.late_rows import LateRows
from tests.engine.data.importers.pictures import (
    content_of,
    encoded,
    pixels,
    spec,
    write,
    write_classes,
)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_rows, "EAGER", 10)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_they_are_the_same_when_read_late(tmp_path: Path, suffix: str,
                                          monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_classes(tmp_path / "x", 5, suffix=suffix)
    late = sources.load(spec(root))
    monkeypatch.setattr(image_rows, "EAGER", 100)
    there = sources.load(spec(root))
    assert isinstance(late.inputs, LateRows)
    assert not isinstance(there.inputs, LateRows)
    assert np.array_equal(late.inputs[:], there.inputs[:])
    assert np.array_equal(late.labels, there.labels)
    assert np.array_equal(late.training, there.training)
    assert late.feature_names == there.feature_names


@pytest.mark.usefixtures("few")
def test_a_broken_one_is_replaced_by_one_of_its_class_and_side(tmp_path: Path) -> None:
    for side in ("train", "test"):
        write_classes(tmp_path / "x" / side, 6, ("a", "b"), seed=int(side == "test"))
    # A file whose head is whole is not found out before it is unpacked.
    broken = tmp_path / "x" / "train" / "b" / "5.png"
    data = sources.load(spec(tmp_path / "x", colour="grey"))
    broken.write_bytes(broken.read_bytes()[:200])
    rows = data.inputs[:]
    row = next(row for row in data.training if np.array_equal(
        content_of(data)[row], content_of(data)[row - 5]))
    assert data.labels[row] == 1
    assert row - 5 in data.training
    assert len(np.unique(rows, axis=0)) == 23
    assert any("While training, 1 file could not be read" in note for note in data.notes)


@pytest.mark.usefixtures("few")
def test_a_change_of_the_folder_is_other_data(tmp_path: Path) -> None:
    root = write_classes(tmp_path / "x", 5)
    signatures = set()
    for change in ("", "more", "size"):
        if change == "more":
            write(root / "cats" / "new.png", (root / "cats" / "1.png").read_bytes())
        inputs = sources.load(spec(root, **({"size": "chosen"} if change == "size" else {}))).inputs
        assert isinstance(inputs, LateRows)
        signatures.add(inputs.signature)
    assert len(signatures) == 3


@pytest.mark.usefixtures("few")
def test_standard_is_measured_on_some(tmp_path: Path) -> None:
    root = write_classes(tmp_path / "x", 5)
    data = sources.load(replace(spec(root), scaling="standard"))
    seen = data.inputs[data.training].reshape(-1, 3)
    assert np.allclose(seen.mean(axis=0), 0, atol=1e-9)
    assert np.allclose(seen.std(axis=0), 1)


def test_a_preview_of_many_is_quick_and_says_that_it_has_not_seen_all(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.data.importers import images

    monkeypatch.setattr(images, "LOOK_S", 0.0)
    seen = preview(tmp_path / "x", spec(write_classes(tmp_path / "x", 5)))
    assert seen.count == 20
    assert not seen.is_whole
    assert seen.samples[0].picture is not None
    assert np.array_equal(seen.samples[0].picture, pixels(300))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
@pytest.mark.parametrize("packed", [False, True])
def test_sizes_are_told_from_the_beginning_of_files(
        tmp_path: Path, kind: str, packed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_collection, "HEAD", 2000)
    noise = np.random.default_rng(0).integers(0, 256, (70, 50, 3)).astype(np.uint8)
    content = encoded(noise, kind)
    assert len(content) > 2000
    path = tmp_path / "x.zip"
    if packed:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"a/1.{kind}", content)
    else:
        path = write(tmp_path / "x" / "a" / f"1.{kind}", content).parent.parent
    pictures = FilePictures(open_tree(path), [f"a/1.{kind}"])
    assert pictures.size(0) == (70, 50)
    if kind == "TIFF":
        return

    def refused(row: int) -> bytes:
        raise AssertionError("all of it was read")

    monkeypatch.setattr(FilePictures, "_content", refused)
    assert pictures.size(0) == (70, 50)
