"""Another number of samples in a second, by a filter of linear phase."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from engine.data.waveform import Waveform

ZEROS = 16
"""Zeros of the sinc on each side of its middle: more of them make the filter steeper."""

ROLL_OFF = 0.92
"""Where the filter begins to close, as a share of half the lower rate."""

KAISER_BETA = 9.0
"""Of the window: what lies beyond half the lower rate is some 90 dB weaker."""

_AT_ONCE = 2**19
"""Numbers that are multiplied at a time."""


def resampled(sound: Waveform, rate: int) -> Waveform:
    """Return a sound at another rate; what would fold over is filtered out before.

    Parameters
    ----------
    sound : Waveform
        A sound of any length.
    rate : int
        Numbers in a second, at least 1.

    Notes
    -----
    The rates' ratio in lowest terms is ``up / down``. Sample m of the result lies at
    ``m down / up`` samples of the sound, where a windowed sinc is laid over it:
    y[m] = sum_k x[k] h(m down / up - k). Only ``up`` different parts of h are needed, one for each
    phase ``m down mod up``. Before and behind the sound there is silence. Sources: Crochiere and
    Rabiner (1983), ch. 2; the window of Kaiser (1974). Twin: `tests.reference.sounds.resampled`.
    """
    common = math.gcd(rate, sound.rate)
    up, down = rate // common, sound.rate // common
    if up == down:
        return sound
    count = -(-len(sound.samples) * up // down)
    bank = _bank(up, down)
    taps = bank.shape[1]
    ahead = taps // 2 - 1
    padded = np.zeros(ahead + len(sound.samples) + taps, np.float32)
    padded[ahead:ahead + len(sound.samples)] = sound.samples
    windows = sliding_window_view(padded, taps)
    found = np.empty(count, np.float32)
    for first in range(min(up, count)):
        start, phase = divmod(first * down, up)
        _filter(found[first::up], windows[start::down], bank[phase])
    return Waveform(rate, found)


def at_speed(sound: Waveform, speed: float) -> Waveform:
    """Return a sound as if it were played so many times as fast, at the same rate.

    Pitch and resonances rise as much as it gets shorter, as those of a shorter throat. Source: Ko
    et al. (2015), Audio augmentation for speech recognition.
    """
    return resampled(Waveform(round(sound.rate * speed), sound.samples), sound.rate)


def _filter(result: NDArray[np.float32], windows: NDArray[np.float32],
            taps: NDArray[np.float32]) -> None:
    # Part by part: the product copies the windows, which overlap.
    step = max(1, _AT_ONCE // len(taps))
    for first in range(0, len(result), step):
        end = min(first + step, len(result))
        result[first:end] = windows[first:end] @ taps


@lru_cache(maxsize=8)
def _bank(up: int, down: int) -> NDArray[np.float32]:
    """Return the filter for every phase, float32[up, taps]: tap j is for sample ``j - taps/2 + 1``.

    The sum of each is 1, so that what is constant stays what it was.
    """
    cut = ROLL_OFF * min(1.0, up / down)
    half = math.ceil(ZEROS / cut)
    places = np.arange(-half + 1, half + 1)
    away = np.arange(up)[:, None] / up - places
    inside = np.clip(1 - np.square(away / half), 0.0, None)
    window = np.i0(KAISER_BETA * np.sqrt(inside)) / np.i0(KAISER_BETA)
    taps = np.sinc(cut * away) * window
    bank: NDArray[np.float32] = (taps / taps.sum(axis=1, keepdims=True)).astype(np.float32)
    return bank
