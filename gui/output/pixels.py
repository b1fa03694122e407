"""From arrays to pictures: grey for what is an image, orange to blue for what has a sign."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from engine.data.modality import Modality
from gui import theme

Reals = NDArray[Any]
Bytes = NDArray[np.uint8]
Ends = tuple[float, float]


def ends_of(values: Reals) -> Ends:
    """Return the least and the greatest finite value; 0 and 1 where there is none."""
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)


def grey(values: Reals, ends: Ends) -> Bytes:
    """Return uint8 of the same shape: black at the first end, white at the second."""
    low, high = ends
    share = (np.nan_to_num(values, nan=low) - low) / max(high - low, 1e-12)
    shades: Bytes = np.rint(np.clip(share, 0.0, 1.0) * 255).astype(np.uint8)
    return shades


def signed(values: Reals, most: float) -> Bytes:
    """Return uint8[..., 3]: orange at ``-most``, neutral at 0, blue at ``most``."""
    share = np.clip(np.nan_to_num(values) / max(most, 1e-300), -1.0, 1.0)
    shades: Bytes = theme.signed_map()[np.rint((share + 1.0) * 127.5).astype(np.intp)]
    return shades


def grey_image(values: Reals, ends: Ends) -> QImage:
    """Return the picture of float[h, w]."""
    shades = np.ascontiguousarray(grey(values, ends))
    height, width = shades.shape
    image = QImage(shades.tobytes(), width, height, width, QImage.Format.Format_Grayscale8)
    return image.copy()  # The bytes live only as long as this call.


def example_image(values: Reals, example: Modality, ends: Ends) -> QImage:
    """Return the picture of one row, float[d], that is drawn as one.

    An image is in grey or in colours as it is; a spectrogram goes from dark to bright, as far as
    eyes tell shades apart.
    """
    shades = grey(example.picture(values), ends)
    if example.drawn == "spectrogram":
        return image_of(theme.sequential_map()[shades[..., 0]])
    return image_of(in_colours(shades))


def in_colours(shades: Bytes) -> Bytes:
    """Return uint8[..., 3] of shades uint8[..., channels]: grey unless there are three or more."""
    colours = 3
    if shades.shape[-1] >= colours:
        return shades[..., :colours]
    return shades[..., :1].repeat(colours, axis=-1)


def image_of(pixels: Bytes) -> QImage:
    """Return the picture of uint8[h, w, 3] (red, green, blue) or uint8[h, w, 4] (and alpha)."""
    height, width, channels = pixels.shape
    form = QImage.Format.Format_RGB888 if channels == 3 else QImage.Format.Format_RGBA8888
    data = np.ascontiguousarray(pixels).tobytes()
    return QImage(data, width, height, channels * width, form).copy()


def mosaic(tiles: Bytes, columns: int, size: tuple[int, int] | None = None, gap: int = 0) -> Bytes:
    """Return tiles row by row in one picture; what is between them is transparent.

    Parameters
    ----------
    tiles : uint8[n, h, w, 3]
        The tiles.
    columns : int
        Tiles in a row.
    size : tuple[int, int] | None
        Height and width that a tile is drawn with, in px; by default a pixel for a number.
    gap : int
        Between two tiles, in px.

    Returns
    -------
    uint8[rows * (height + gap) - gap, columns * (width + gap) - gap, 4]
        Red, green, blue, alpha.
    """
    n, h, w, _ = tiles.shape
    tall, wide = size or (h, w)
    rows = -(-n // columns)
    whole = np.zeros((rows * columns, tall + gap, wide + gap, 4), np.uint8)
    down, across = np.arange(tall) * h // tall, np.arange(wide) * w // wide
    whole[:n, :tall, :wide, :3] = tiles[:, down][:, :, across]
    whole[:n, :tall, :wide, 3] = 255
    table = whole.reshape(rows, columns, tall + gap, wide + gap, 4).swapaxes(1, 2)
    picture: Bytes = table.reshape(rows * (tall + gap), columns * (wide + gap), 4)
    return picture[:rows * (tall + gap) - gap, :columns * (wide + gap) - gap]
