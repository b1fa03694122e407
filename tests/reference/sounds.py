"""Sounds in plain loops, written from the formulae."""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence


def mel(frequency: float) -> float:
    return 2595 * math.log10(1 + frequency / 700)


def hertz(mels: float) -> float:
    return 700 * (10 ** (mels / 2595) - 1)


def power(frame: Sequence[float], k: int, transform: int) -> float:
    """Return the share of term k of a transform in the power of a frame; a full sine has 1."""
    n = len(frame)
    weights = [0.5 - 0.5 * math.cos(2 * math.pi * t / n) for t in range(n)]
    found = sum(w * x * cmath.exp(-2j * math.pi * k * t / transform)
                for t, (w, x) in enumerate(zip(weights, frame, strict=True)))
    return abs(found) ** 2 / (transform * sum(w * w for w in weights) / 4)


def log_mel(sound: Sequence[float], rate: int, window: int, hop: int, bands: int, lowest: float,
            highest: float, floor_db: float, transform: int) -> list[list[float]]:
    """Return decibels of every band in every whole frame, by a transform summed term by term."""
    step = (mel(highest) - mel(lowest)) / (bands + 1)
    corners = [hertz(mel(lowest) + place * step) for place in range(bands + 2)]
    frames = []
    for start in range(0, len(sound) - window + 1, hop):
        powers = [power(sound[start:start + window], k, transform)
                  for k in range(transform // 2 + 1)]
        frame = []
        for band in range(bands):
            low, middle, high = corners[band:band + 3]
            total = 0.0
            for k, one in enumerate(powers):
                f = k * rate / transform
                if low < f <= middle:
                    total += one * (f - low) / (middle - low)
                elif middle < f < high:
                    total += one * (high - f) / (high - middle)
            frame.append(max(floor_db, 10 * math.log10(total) if total else floor_db))
        frames.append(frame)
    return frames


def bessel(x: float) -> float:
    """Return I0(x) by its series."""
    return sum((x / 2) ** (2 * k) / math.factorial(k) ** 2 for k in range(60))


def resampled(sound: Sequence[float], old: int, new: int, zeros: int, roll_off: float,
              beta: float) -> list[float]:
    """Lay a windowed sinc over the sound at every new place, in time and not in phases."""
    cut = roll_off * min(1.0, new / old)
    half = math.ceil(zeros / cut)
    found = []
    for m in range(math.ceil(len(sound) * new / old)):
        place = m * old / new
        total = weight = 0.0
        for k in range(math.floor(place) - half + 1, math.floor(place) + half + 1):
            away = place - k
            inside = max(0.0, 1 - (away / half) ** 2)
            h = (math.sin(math.pi * cut * away) / (math.pi * cut * away) if away else 1.0) \
                * bessel(beta * math.sqrt(inside)) / bessel(beta)
            weight += h
            total += h * sound[k] if 0 <= k < len(sound) else 0.0
        found.append(total / weight)
    return found
