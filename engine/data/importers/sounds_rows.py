"""From frames to rows of a data set: one length, numbers for bytes, names for columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Indices, Reals
from engine.data.importers.sounds_options import SoundOptions
from engine.data.rows import ByteRows
from engine.data.sound_bytes import MIDDLE, SPREAD, Frames, filled
from engine.data.spectrogram import MelSpectrogram
from engine.errors import DataError
from engine.spec import DataSpec

MOST_BYTES = 2**29
"""Of all frames: every number takes one."""

SHARE_UNCUT = 0.95

LONGEST_TEXT_SECONDS = 20.0

_AT_ONCE = 2**22


def frames_for(lengths: Sequence[int], options: SoundOptions, form: MelSpectrogram) -> int:
    """Return how many frames every example has.

    Parameters
    ----------
    lengths : sequence of int
        Frames of the recordings, at least one of them.
    options, form : SoundOptions, MelSpectrogram
        What was chosen.
    """
    if options.seconds:
        return form.frames(round(options.seconds * form.rate))
    if options.is_text:
        return min(max(lengths), form.frames(round(LONGEST_TEXT_SECONDS * form.rate)))
    return int(np.quantile(lengths, SHARE_UNCUT, method="higher"))


def check_size(count: int, frames: int, bands: int, place: str) -> None:
    """Raise DataError if so many examples take more than `MOST_BYTES`."""
    if count * frames * bands > MOST_BYTES:
        raise DataError("sound.too-much", place=place, count=count, frames=frames, bands=bands,
                        size=count * frames * bands, most=MOST_BYTES)


def silence(options: SoundOptions) -> int:
    """Return the byte of what a short recording is filled with."""
    return MIDDLE if options.levels == "bands" else 0


def byte_rows(made: Sequence[Frames], count: int, training: Indices, spec: DataSpec,
              options: SoundOptions) -> ByteRows:
    """Return spectrograms as rows of so many frames.

    Parameters
    ----------
    made : sequence of uint8[frames, bands]
        Spectrograms.
    count : int
        Frames of an example.
    training : int64[...]
        Rows to measure on.
    spec, options : DataSpec, SoundOptions
        How numbers are made of bytes.
    """
    content = np.stack([filled(frames, count, silence(options)) for frames in made])
    n, frames, bands = content.shape
    rows = content.reshape(n, frames * bands)
    scale, shift = np.full(frames * bands, 1 / 255), np.zeros(frames * bands)
    if options.levels == "bands":
        scale *= 2 * SPREAD
        shift -= MIDDLE / 255 * 2 * SPREAD
    if options.levels == "training":
        mean, deviation = (_of_bands(moment, frames) for moment in _moments(
            rows, training, bands))
        scale, shift = 1 / deviation, -mean / deviation
    if spec.scaling == "standard":
        mean, deviation = _moments(rows, training, frames * bands)
        scale, shift = 1 / deviation, -mean / deviation
    elif spec.scaling == "minmax":
        low = np.min(rows[training], axis=0).astype(np.float64)
        spread = np.max(rows[training], axis=0) - low
        scale = 1 / np.where(spread == 0, 1.0, spread)
        shift = -low * scale
    return ByteRows(rows, scale, shift)


def _of_bands(values: Reals, frames: int) -> Reals:
    return np.tile(values, frames)


def _moments(rows: NDArray[np.uint8], training: Indices, width: int) -> tuple[Reals, Reals]:
    """Return mean and standard deviation of bytes, float64[width], 1 where nothing changes.

    Numbers that are ``width`` apart in a row are measured together.
    """
    total, squares, count = np.zeros(width), np.zeros(width), 0
    for part in _parts(rows, training):
        numbers = part.reshape(-1, width).astype(np.float64)
        total += numbers.sum(axis=0)
        squares += np.square(numbers).sum(axis=0)
        count += len(numbers)
    mean = total / count
    # Sums of whole numbers below 2**53 are exact, so that this difference loses nothing.
    deviation = np.sqrt(np.maximum(squares / count - np.square(mean), 0.0))
    return mean, np.where(deviation == 0, 1.0, deviation)


def _parts(rows: NDArray[np.uint8], training: Indices) -> Iterator[NDArray[np.uint8]]:
    step = max(1, _AT_ONCE // rows.shape[1])
    for first in range(0, len(training), step):
        yield rows[training[first:first + step]]

