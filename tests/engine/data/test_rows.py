"""Rows of bytes are read as the numbers that they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.modality import Modality, image
from engine.data.rows import ByteRows, extremes

CONTENT = np.arange(24, dtype=np.uint8).reshape(4, 6) * 10
SCALE, SHIFT = np.linspace(0.1, 0.6, 6), np.linspace(-1, 1, 6)


def test_rows_are_numbers() -> None:
    rows, truth = ByteRows(CONTENT, SCALE, SHIFT), CONTENT * SCALE + SHIFT
    assert rows.shape == truth.shape
    assert len(rows) == len(truth)
    assert rows.size == truth.size
    for wanted in (2, slice(1, 3), np.array([3, 0])):
        assert np.array_equal(rows[wanted], truth[wanted])
    assert np.array_equal(np.asarray(rows), truth)
    assert np.asarray(rows, np.float32).dtype == np.float32


def test_extremes() -> None:
    rows = ByteRows(CONTENT, -SCALE, SHIFT)
    assert extremes(rows) == extremes(np.asarray(rows))


@pytest.mark.parametrize("content", [
    np.zeros((2, 3)), np.zeros(6, np.uint8), np.zeros((3, 2), np.uint8).T])
def test_what_is_no_rows_of_bytes_is_refused(content: np.ndarray) -> None:
    with pytest.raises(ValueError, match="C-contiguous"):
        ByteRows(content)


def test_a_picture_is_the_image() -> None:
    values = np.arange(2 * 12).reshape(2, 12)
    assert np.array_equal(image(2, 2, 3).picture(values), values.reshape(2, 2, 2, 3))


def test_a_spectrogram_has_time_from_left_to_right_and_low_bands_below() -> None:
    example = Modality("sound", (3, 2))
    drawn = example.picture(np.array([[1, 2], [3, 4], [5, 6]]).ravel())
    assert np.array_equal(drawn[..., 0], [[2, 4, 6], [1, 3, 5]])
    assert example.picture_size == (2, 3)
    assert example.image_shape is None
