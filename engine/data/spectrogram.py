"""Spectrograms of sounds on the scale of mel, in decibels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Reals = NDArray[np.float64]

LONGEST_TRANSFORM = 2**15

_FRAMES_AT_ONCE = 2048


@dataclass(frozen=True)
class MelSpectrogram:
    """How a sound becomes frames of bands.

    Attributes
    ----------
    rate : int
        Samples of the sound in a second.
    window, hop : int
        Samples of a frame, and from the beginning of one to that of the next.
    bands : int
        Numbers of a frame.
    lowest, highest : float
        Frequencies where the lowest band begins and the highest ends, in Hz; the highest is at most
        half the rate.
    floor_db : float
        What is quieter counts as this, in dB; negative.

    Notes
    -----
    A frame is weighed with the window of Hann, 0.5 - 0.5 cos(2 pi t / window). Its power spectrum
    is divided by a quarter of the transform's length and of the sum of squared weights, so that the
    powers of a sine between -1 and 1 have the sum 1, which is 0 dB (Parseval). A band is a triangle
    over frequency, 1 at its middle and 0 at the middles of its neighbours; the middles lie at equal
    distances on the scale of mel as the HTK book has it, mel = 2595 log10(1 + f / 700)
    (O'Shaughnessy 1987, after Stevens, Volkmann and Newman 1937). The transform is as long as a
    frame or longer, filled with zeros, so that every band holds one of its frequencies at least.
    Twin: `tests.reference.sounds.log_mel`.
    """

    rate: int
    window: int
    hop: int
    bands: int
    lowest: float
    highest: float
    floor_db: float

    def frames(self, samples: int) -> int:
        """Return how many whole frames so many samples make; at least one, filled with silence."""
        return 1 + max(0, samples - self.window) // self.hop

    def samples(self, frames: int) -> int:
        """Return how many samples so many frames need."""
        return self.window + (frames - 1) * self.hop

    def log_mel(self, samples: NDArray[np.float32]) -> Reals:
        """Return decibels, float64[frames, bands], none below the floor.

        Parameters
        ----------
        samples : float32[n]
            A sound of this rate, all finite.
        """
        if len(samples) < self.window:
            samples = np.concatenate([samples, np.zeros(self.window - len(samples), np.float32)])
        pieces = sliding_window_view(samples, self.window)[::self.hop]
        weights, length = _hann(self.window), 2 * (self.filters.shape[1] - 1)
        found = np.empty((len(pieces), self.bands))
        for first in range(0, len(pieces), _FRAMES_AT_ONCE):
            part = pieces[first:first + _FRAMES_AT_ONCE] * weights
            spectrum = np.fft.rfft(part, length)
            power = np.square(spectrum.real) + np.square(spectrum.imag)
            found[first:first + _FRAMES_AT_ONCE] = power @ self.filters.T
        found /= length * np.square(weights).sum() / 4
        decibels: Reals = 10 * np.log10(np.maximum(found, 10 ** (self.floor_db / 10)))
        return decibels

    @property
    def filters(self) -> Reals:
        """Share of every frequency in every band, float64[bands, frequencies]."""
        return _filters(self.rate, self.window, self.bands, self.lowest, self.highest)

    @property
    def is_possible(self) -> bool:
        """Whether every band holds a frequency of the longest transform."""
        return bool(self.filters.any(axis=1).all())

    def names(self, frames: int) -> tuple[str, ...]:
        """Return the names of the numbers of so many frames, in their order."""
        bands = [f"{middle:,.0f} Hz" for middle in self.middles]
        return tuple(f"frame {frame}, {band}" for frame in range(1, frames + 1) for band in bands)

    @property
    def middles(self) -> Reals:
        """Frequency in the middle of every band, in Hz."""
        return _corners(self.bands, self.lowest, self.highest)[1:-1]


def mel_of(frequency: float) -> float:
    """Return a frequency in Hz on the scale of mel."""
    return 2595 * math.log10(1 + frequency / 700)


def _corners(bands: int, lowest: float, highest: float) -> Reals:
    mels = np.linspace(mel_of(lowest), mel_of(highest), bands + 2)
    corners: Reals = 700 * (10 ** (mels / 2595) - 1)
    return corners


def _hann(window: int) -> Reals:
    weights: Reals = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    return weights if window > 1 else np.ones(1)


@lru_cache(maxsize=16)
def _filters(rate: int, window: int, bands: int, lowest: float, highest: float) -> Reals:
    corners = _corners(bands, lowest, highest)
    low, middle, high = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    length = 1 << max(1, (window - 1).bit_length())
    while True:
        frequencies = np.arange(length // 2 + 1) * rate / length
        rising = (frequencies - low) / (middle - low)
        falling = (high - frequencies) / (high - middle)
        filters: Reals = np.clip(np.minimum(rising, falling), 0.0, None)
        if filters.any(axis=1).all() or 2 * length > max(LONGEST_TRANSFORM, window):
            filters.setflags(write=False)
            return filters
        length *= 2
