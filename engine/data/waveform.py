"""A sound as it is heard, and what can be done with it before anything is measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVEL_MS = 10
"""Length of the pieces whose loudness is compared when silence is looked for."""


@dataclass(frozen=True)
class Waveform:
    """A sound as it is heard.

    Attributes
    ----------
    rate : int
        Numbers in a second.
    samples : float32[n]
        One channel, between -1 and 1.
    """

    rate: int
    samples: NDArray[np.float32]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate


def without_silence(sound: Waveform, quiet_db: float) -> Waveform:
    """Cut off what is quiet at both ends.

    Parameters
    ----------
    sound : Waveform
        A sound.
    quiet_db : float
        Pieces of 10 ms whose mean square lies this far below that of the loudest piece are quiet;
        a positive number of decibels.

    Returns
    -------
    Waveform
        From the first piece that is not quiet to the last; never without a piece, since the loudest
        is not quiet. A sound of nothing but zeros stays as it is.
    """
    piece = max(1, sound.rate * LEVEL_MS // 1000)
    count = -(-len(sound.samples) // piece)
    padded = np.zeros(count * piece, np.float64)
    padded[:len(sound.samples)] = sound.samples
    power = np.square(padded.reshape(count, piece)).mean(axis=1)
    if not power.size or power.max() == 0:
        return sound
    heard = np.flatnonzero(power > power.max() * 10 ** (-quiet_db / 10))
    return Waveform(sound.rate, sound.samples[heard[0] * piece:(heard[-1] + 1) * piece])


def of_length(samples: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    """Return float32[length]: cut at its end, or silence behind it."""
    if len(samples) >= length:
        return samples[:length]
    return np.concatenate([samples, np.zeros(length - len(samples), np.float32)])
