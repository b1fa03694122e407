"""Convolutions, place by place.

Legend: n examples; an image of h x v places with c channels, seen by p x q windows of kh x kw
places, with o channels. Windows begin ``stride`` apart. What they need beyond the image on both
sides together is shared evenly, the odd place at the end; there the image counts as 0.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
quietly = np.errstate(all="ignore")
Taps = Iterator[tuple[tuple[int, int], tuple[int, int], tuple[int, int]]]


def taps(image: tuple[int, ...], windows: tuple[int, ...], kernel: tuple[int, ...], stride: int
         ) -> Taps:
    """Yield a window, a place in it, and the place of the image there, where there is one."""
    before = [max((windows[k] - 1) * stride + kernel[k] - image[k], 0) // 2 for k in (0, 1)]
    for p, q in np.ndindex(*windows):
        for i, j in np.ndindex(*kernel):
            row, column = p * stride + i - before[0], q * stride + j - before[1]
            if 0 <= row < image[0] and 0 <= column < image[1]:
                yield (p, q), (i, j), (row, column)


@quietly
def convolution(y: Reals, x: Reals, w: Reals, b: Reals, stride: int, workspace: Reals
                ) -> None:
    y[:] = b if b.size else 0.0
    for n in range(x.shape[0]):
        for at, (i, j), seen in taps(x.shape[1:3], y.shape[1:3], w.shape[:2], stride):
            for o in range(w.shape[3]):
                for c in range(w.shape[2]):
                    y[n, *at, o] += x[n, *seen, c] * w[i, j, c, o]


@quietly
def convolution_weights(dw: Reals, dy: Reals, x: Reals, stride: int, shard: int, shards: int,
                        images: int, workspace: Reals) -> None:
    assert shards == 1
    dw[:] = 0.0
    for n in range(x.shape[0]):
        for at, (i, j), seen in taps(x.shape[1:3], dy.shape[1:3], dw.shape[:2], stride):
            for c in range(dw.shape[2]):
                for o in range(dw.shape[3]):
                    dw[i, j, c, o] += x[n, *seen, c] * dy[n, *at, o]


def sorted_places(kh: int, kw: int, stride: int) -> list[tuple[int, int]]:
    """Return the places of a window by phase; the last of a phase comes first."""
    return sorted(np.ndindex(kh, kw),
                  key=lambda place: (place[0] % stride, place[1] % stride, -place[0], -place[1]))


def flip_weights(y: Reals, x: Reals, stride: int) -> None:
    kh, kw, c, o = x.shape
    parts = y.reshape(kh * kw, o, c)
    for part, (i, j) in zip(parts, sorted_places(kh, kw, stride), strict=True):
        for m in range(o):
            for k in range(c):
                part[m, k] = x[i, j, k, m]


@quietly
def convolution_adjoint(x: Reals, y: Reals, w: Reals, b: Reals, kh: int, kw: int, stride: int,
                        workspace: Reals) -> None:
    c, o = x.shape[3], y.shape[3]
    parts = dict(zip(sorted_places(kh, kw, stride), w.reshape(kh * kw, o, c), strict=True))
    x[:] = b if b.size else 0.0
    for n in range(x.shape[0]):
        for at, place, seen in taps(x.shape[1:3], y.shape[1:3], (kh, kw), stride):
            for m in range(o):
                for k in range(c):
                    x[n, *seen, k] += y[n, *at, m] * parts[place][m, k]
