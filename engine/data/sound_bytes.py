"""Spectrograms in bytes: whole frames, from the floor to the loudest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.data.spectrogram import MelSpectrogram
from engine.data.waveform import Waveform, of_length

Frames = NDArray[np.uint8]
"""uint8[frames, bands]: 0 for the floor, 255 for the loudest that there is."""

SPREAD, MIDDLE = 3.0, 128
"""Of `frames_of` by bands: standard deviations to either end, and the byte of the mean."""

_DEEP_DB = -160.0
"""Below what any recording holds: from here the loudest of a recording is looked for."""


def frames_in(samples: int, form: MelSpectrogram) -> int:
    """Return how many frames so many samples make, silence behind them to fill the last."""
    return -(-max(0, samples - form.window) // form.hop) + 1


def as_shorts(sound: Waveform) -> NDArray[np.int16]:
    """Return a sound in a half of its memory, int16[n], 32,767 for 1."""
    return np.rint(np.clip(sound.samples, -1, 1) * 32767).astype(np.int16)


def frames_of(sound: Waveform, form: MelSpectrogram, levels: str) -> Frames:
    """Return the spectrogram of a sound in bytes, whole frames, silence behind its end.

    Parameters
    ----------
    sound : Waveform
        A sound of the spectrogram's rate.
    form : MelSpectrogram
        How it is measured; 255 bytes reach from its floor to 0 dB.
    levels : str
        ``recording`` takes the loudest of the recording for 0 dB, others take a full tone;
        ``bands`` does so too, and then measures every band of the recording against its own mean,
        128, so that `SPREAD` standard deviations reach to 0 and 255.

    Notes
    -----
    A microphone or a room multiplies every frequency by a number of its own, which adds to the
    decibels of its band: against the band's mean, it is gone (Viikki and Laurila 1998).
    """
    whole = form.samples(frames_in(len(sound.samples), form))
    samples = of_length(sound.samples, max(whole, len(sound.samples)))[:whole]
    floor = form.floor_db
    if levels in ("recording", "bands"):
        decibels = replace(form, floor_db=_DEEP_DB).log_mel(samples)
        loudest = decibels.max()
        decibels -= loudest if loudest > _DEEP_DB else 0.0
    else:
        decibels = form.log_mel(samples)
    if levels == "bands":
        return _against_bands(np.maximum(decibels, floor))
    share = np.clip(1 - decibels / floor, 0.0, 1.0)
    return np.rint(share * 255).astype(np.uint8)


def _against_bands(decibels: NDArray[np.float64]) -> Frames:
    away = decibels - decibels.mean(axis=0)
    deviation = decibels.std(axis=0)
    # Where nothing but rounding changes, there is nothing to be stretched.
    away /= np.where(deviation > 1e-6, deviation, np.inf)
    found: Frames = np.rint(np.clip(MIDDLE + 127.5 * away / SPREAD, 0, 255)).astype(np.uint8)
    return found


def filled(frames: Frames, count: int, fill: int = 0) -> Frames:
    """Return uint8[count, bands]: cut at the end, or the floor behind it."""
    found = np.full((count, frames.shape[1]), fill, np.uint8)
    found[:min(count, len(frames))] = frames[:count]
    return found
