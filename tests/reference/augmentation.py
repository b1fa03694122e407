"""Random changes of examples, in loops that follow the definitions."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tests.reference.randomness import uniform

Reals = NDArray[np.float64]


def pixel(x: Reals, i: int, j: int, c: int, reflecting: int) -> float:
    """Return a pixel; 0 outside of the image, or the one that a reflection leads to."""
    while reflecting and not (0 <= i < x.shape[0] and 0 <= j < x.shape[1]):
        i = bounced(i, x.shape[0])
        j = bounced(j, x.shape[1])
    inside = 0 <= i < x.shape[0] and 0 <= j < x.shape[1]
    return float(x[i, j, c]) if inside else 0.0


def bounced(place: int, size: int) -> int:
    """Return a place after one reflection at the end that it lies beyond."""
    if size == 1:
        return 0
    return -place if place < 0 else 2 * (size - 1) - place if place >= size else place


def warp(y: Reals, x: Reals, cosine: float, sine: float, down: float, right: float,
         mirrored: int, reflecting: int) -> None:
    h, w, channels = x.shape
    for i in range(h):
        for j in range(w):
            # Where the pixel (i, j) was before shift, turn and mirror, each undone in that order.
            vertical = i - down - (h - 1) / 2
            horizontal = j - right - (w - 1) / 2
            row = cosine * vertical + sine * horizontal
            column = cosine * horizontal - sine * vertical
            if mirrored:
                column = -column
            row += (h - 1) / 2
            column += (w - 1) / 2
            top, left = math.floor(row), math.floor(column)
            a, b = row - top, column - left
            for c in range(channels):
                (upper, above), (lower, below) = (
                    (pixel(x, top + k, left, c, reflecting),
                     pixel(x, top + k, left + 1, c, reflecting)) for k in range(2))
                y[i, j, c] = ((1 - a) * ((1 - b) * upper + b * above)
                              + a * ((1 - b) * lower + b * below))


def brighten(y: Reals, light: float) -> None:
    for j in range(y.size):
        y[j] += light


def cut_out(y: Reals, top: int, left: int, side: int) -> None:
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            if 0 <= i - top < side and 0 <= j - left < side:
                y[i, j, :] = 0.0


def between(key: int, place: int, limit: float) -> float:
    return -limit + 2 * limit * uniform(key, place)


def augment_image(y: Reals, x: Reals, key: int, shift: float, rotation: float, flip: float,
                  brightness: float, cutout: float, reflecting: int) -> None:
    h, w, _ = x.shape
    angle = math.radians(between(key, 0, rotation))
    down, right = round(between(key, 1, shift * h)), round(between(key, 2, shift * w))
    warp(y, x, math.cos(angle), math.sin(angle), down, right, int(uniform(key, 3) < flip),
         reflecting)
    if brightness:
        brighten(y.reshape(-1), between(key, 4, brightness))
    if cutout:
        side = max(1, math.floor(cutout * min(h, w) + 0.5))
        cut_out(y, math.floor(uniform(key, 5) * (h - side + 1)),
                math.floor(uniform(key, 6) * (w - side + 1)), side)
