"""Arrays of NumPy as images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.data import sources
from engine.data.importers.catalogue import recognised
from engine.errors import DataError
from tests.engine.data.importers.pictures import content_of, spec, write

RNG = np.random.default_rng(5)
IMAGES = RNG.integers(0, 256, (8, 5, 4, 3)).astype(np.uint8)
LABELS = np.arange(8) % 3


def saved(path: Path, **arrays: NDArray[Any]) -> Path:
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
    return path


def test_two_parts_with_names(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.npz", x_train=IMAGES[..., 0], y_train=LABELS[:, None],
                 x_test=IMAGES[:5, ..., 1], y_test=LABELS[:5, None],
                 class_names=np.array(["red", "green", "blue"]))
    data = sources.load(spec(path))
    assert data.class_names == ("red", "green", "blue")
    assert data.image_shape == (5, 4, 1)
    assert (len(data.training), len(data.validation)) == (8, 5)
    assert np.array_equal(content_of(data)[8:].reshape(5, 5, 4), IMAGES[:5, ..., 1])
    assert data.labels[:8].tolist() == LABELS.tolist()
    assert recognised(path)[0].key == "images"


@pytest.mark.parametrize(("images", "wanted"), [
    (np.moveaxis(IMAGES, -1, 1), IMAGES),
    (IMAGES / 255, IMAGES),
    (IMAGES.astype(np.float32), IMAGES),
    (IMAGES.astype(np.uint16) * 257, IMAGES),
    (IMAGES.astype(np.int64), IMAGES),
    (IMAGES > 127, np.where(IMAGES > 127, 255, 0)),
])
def test_numbers_of_all_kinds(tmp_path: Path, images: NDArray[Any], wanted: NDArray[Any]) -> None:
    path = saved(tmp_path / "x.npz", images=images,
                 labels=np.array(["b", "a", "10", "9"] * 2))
    data = sources.load(spec(path))
    assert data.class_names == ("9", "10", "a", "b")
    assert data.labels[:4].tolist() == [3, 2, 1, 0]
    assert np.array_equal(content_of(data).reshape(IMAGES.shape), wanted)


@pytest.mark.parametrize(("arrays", "sentence"), [
    ({"images": IMAGES, "labels": np.array([object()] * 8, dtype=object)},
     "labels.npy, in x.npz: it is damaged, or holds Python objects"),
    ({"a": np.zeros((8, 3)), "b": LABELS}, r"among its arrays: a \(8x3\), b \(8\)"),
    ({"images": IMAGES, "a": LABELS, "b": LABELS}, "nothing tells"),
    ({"images": IMAGES * -2.5, "labels": LABELS}, "and nothing says how bright"),
    ({"images": IMAGES * np.nan, "labels": LABELS}, "and nothing says how bright"),
])
def test_what_is_not_understood(tmp_path: Path, arrays: dict[str, NDArray[Any]],
                                sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        sources.load(spec(saved(tmp_path / "x.npz", **arrays)))


def test_damaged(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.npz", images=IMAGES, labels=LABELS)
    content = bytearray(path.read_bytes())
    content[300:340] = b"\xff" * 40
    with pytest.raises(DataError, match=r"images.npy, in x.npz: it ends too early"):
        sources.load(spec(write(path, bytes(content))))
    with pytest.raises(DataError, match="the archive is damaged"):
        sources.load(spec(write(path, bytes(content[:-40]))))
