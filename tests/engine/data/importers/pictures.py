"""Image files of known pixels, made by Pillow."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.data.dataset import Dataset
from engine.data.importers.images import KEY
from engine.data.rows import ByteRows
from engine.spec import DataSpec, Option

CLASSES = ("cats", "dogs", "10", "9")


def pixels(seed: int, height: int = 12, width: int = 10, channels: int = 3) -> NDArray[np.uint8]:
    """Return pixels with colours that go over into one another, and a few that stand out."""
    rng = np.random.default_rng(seed)
    down, across = np.mgrid[:height, :width]
    phases = rng.random((channels, 3)) * 6
    waves = [127 + 120 * np.sin(a + b * down / height + c * across / width)
             for a, b, c in phases]
    return np.stack(waves, -1).astype(np.uint8)


def image_of(array: NDArray[Any]) -> Image.Image:
    """Return an image; a single channel is one of grey."""
    return Image.fromarray(array[..., 0] if array.shape[-1] == 1 else array)


def encoded(array: NDArray[Any], kind: str = "PNG", **options: Any) -> bytes:
    """Return an image file."""
    content = io.BytesIO()
    image_of(array).save(content, kind, **options)
    return content.getvalue()


def write(path: Path, content: bytes) -> Path:
    """Write a file, and the folders that it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def write_classes(root: Path, each: int = 4, classes: tuple[str, ...] = CLASSES, seed: int = 0,
                  suffix: str = "png", **shape: int) -> Path:
    """Write a folder with a folder of each class; return it."""
    kind = {"png": "PNG", "jpg": "JPEG"}[suffix]
    for label, name in enumerate(classes):
        for number in range(each):
            made = pixels(1000 * seed + 100 * label + number, **shape)
            write(root / name / f"{number}.{suffix}", encoded(made, kind))
    return root


def spec(path: Path, **options: Option) -> DataSpec:
    """Return what asks for the images at a path."""
    return DataSpec(KEY, path=str(path), options=options)


def content_of(data: Dataset) -> NDArray[np.uint8]:
    """Return the bytes of a data set's examples, uint8[n, d]."""
    assert isinstance(data.inputs, ByteRows)
    return data.inputs.content
