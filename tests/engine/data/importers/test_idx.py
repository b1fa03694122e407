"""IDX files, packed or not, and MNIST's own."""

from __future__ import annotations

import gzip
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.data import sources
from engine.data.importers.catalogue import preview, recognised
from engine.errors import DataError
from tests.engine.data.importers.pictures import content_of, spec, write
from tests.mnist import FOLDER

CODES = {"uint8": 8, "int8": 9, "int16": 11, "int32": 12, "float32": 13, "float64": 14}


def idx(array: NDArray[Any]) -> bytes:
    return struct.pack(f">HBB{array.ndim}i", 0, CODES[str(array.dtype)], array.ndim,
                       *array.shape) + array.astype(array.dtype.newbyteorder(">")).tobytes()


def write_set(folder: Path, train: int = 8, test: int = 4, ending: str = "ubyte") -> Path:
    rng = np.random.default_rng(3)
    for side, count in (("train", train), ("t10k", test)):
        images = rng.integers(0, 256, (count, 5, 4)).astype(np.uint8)
        for kind, array in (("images-idx3", images),
                            ("labels-idx1", (np.arange(count) % 2 + 3).astype(np.uint8))):
            content = idx(array)
            write(folder / f"{side}-{kind}-{ending}",
                  gzip.compress(content) if ending.endswith("gz") else content)
    return folder


@pytest.mark.parametrize("ending", ["ubyte", "ubyte.gz"])
@pytest.mark.parametrize("chosen", ["", "train-images-idx3-", "t10k-labels-idx1-"])
def test_files_beside_one_another(tmp_path: Path, ending: str, chosen: str) -> None:
    folder = write_set(tmp_path / "mnist", ending=ending)
    data = sources.load(spec(folder / f"{chosen}{ending}" if chosen else folder))
    assert data.image_shape == (5, 4, 1)
    assert data.class_names == ("3", "4")
    assert sorted(data.training) == [*range(8)]
    assert sorted(data.validation) == [*range(8, 12)]
    images = np.random.default_rng(3).integers(0, 256, (8, 5, 4)).astype(np.uint8)
    assert np.array_equal(content_of(data)[:8], images.reshape(8, 20))


def test_in_a_zip(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "mnist", ending="ubyte.gz")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"raw/{file.name}")
    assert len(sources.load(spec(tmp_path / "x.zip")).inputs) == 12


def test_other_files_beside_do_not_matter(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "mnist")
    write(folder / "emnist-letters-train-images-idx3-ubyte", b"")
    assert len(sources.load(spec(folder / "train-images-idx3-ubyte")).inputs) == 12
    write(folder / "emnist-letters-train-labels-idx1-ubyte", b"")
    with pytest.raises(DataError, match="several collections"):
        sources.load(spec(folder))


@pytest.mark.parametrize(("name", "content", "sentence"), [
    ("train-images-idx3-ubyte", idx(np.zeros((8, 5, 4), np.uint8))[:60],
     r"declares 8x5x4 numbers in 160 bytes and ends after 44"),
    ("train-images-idx3-ubyte", b"\1\2\3\4", "does not begin as an IDX file"),
    ("train-images-idx3-ubyte", b"\0\0\x08\3" + b"\x7f\xff\xff\xff" * 3, "at most 1,073,741,824"),
    ("train-images-idx3-ubyte", gzip.compress(idx(np.zeros((8, 5, 4), np.uint8)), mtime=0)[:-12],
     "ends after"),
    ("train-images-idx3-ubyte", idx(np.zeros((8, 5, 4))), "shape 8x5x4 that holds no images"),
    ("train-labels-idx1-ubyte", idx(np.zeros(7, np.uint8)), "8 images in .* and 7 labels"),
])
def test_broken(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    folder = write_set(tmp_path / "mnist")
    write(folder / name, content)
    with pytest.raises(DataError, match=sentence):
        sources.load(spec(folder))


def test_labels_alone_and_images_alone(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "mnist")
    for name in ("train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
        (folder / name).unlink()
    with pytest.raises(DataError, match="no file with its labels lies beside it"):
        sources.load(spec(folder / "t10k-images-idx3-ubyte"))
    with pytest.raises(DataError, match=r"no file with images|no file with its labels"):
        sources.load(spec(folder / "train-labels-idx1-ubyte"))


@pytest.mark.skipif(not FOLDER.is_dir(), reason="MNIST is not at hand")
def test_mnist(tmp_path: Path) -> None:
    seen = preview(FOLDER / "train-images-idx3-ubyte.gz",
                   spec(FOLDER / "train-images-idx3-ubyte.gz"))
    assert seen.count == 70_000
    assert seen.example.image_shape == (28, 28, 1)
    assert recognised(FOLDER)[0].key == "images"
    data = sources.load(spec(FOLDER))
    assert (len(data.training), len(data.validation)) == (60_000, 10_000)
    assert data.class_names == tuple("0123456789")
    # The first training images are known: 5, 0, 4, 1, 9.
    assert data.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert content_of(data).nbytes == 70_000 * 784
