"""Lines become grey pixels: how much of each is covered."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Indices, Reals

Singles = NDArray[np.float32]

LONGEST = 2.0
"""Pixels of a piece of a line: each piece looks at the pixels around it alone."""

AT_ONCE = 50_000
"""Pixels around pieces that are computed at once, so that memory stays bounded."""


def lines_of(strokes: tuple[Reals, ...]) -> Reals:
    """Return the lines between neighbouring points, float64[n, 4]: x, y, x, y.

    A stroke of one point is a line of no length: a dot.
    """
    if not strokes:
        return np.empty((0, 4))
    return np.concatenate([
        np.hstack((s[:-1, :2], s[1:, :2])) if len(s) > 1 else np.hstack((s[:, :2], s[:, :2]))
        for s in strokes])


def covered(lines: Reals, pens: Reals, owners: Indices, count: int,
            shape: tuple[int, int]) -> Reals:
    """Return pictures of lines: 0 where there is none, 1 inside, in between at the edges.

    A pixel whose centre is d away from the nearest line of width w is covered by
    ``w / 2 - d + 1 / 2``, between 0 and 1.

    Parameters
    ----------
    lines : float64[n, 4]
        Begin and end, in pixels.
    pens : float64[n]
        Width of each, in pixels. A line thinner than a pixel is a pixel wide, and paler.
    owners : int64[n]
        Which picture it belongs to.
    count : int
        Pictures.
    shape : tuple[int, int]
        Their height and width.

    Returns
    -------
    float64[count, height, width]
    """
    height, width = shape
    # A margin all round takes what lies outside, so that no piece asks where the edge is.
    reach = math.ceil(LONGEST / 2 + max(float(pens.max(initial=1.0)), 1.0) / 2 + 0.5)
    tall, wide = height + 2 * reach + 2, width + 2 * reach + 2
    whole = np.zeros((count, tall, wide), np.float32)
    lines, pens, owners = _pieces(lines, pens, owners)
    window = np.arange(-reach, reach + 1)
    step = max(1, AT_ONCE // len(window) ** 2)
    for begin in range(0, len(lines), step):
        part = slice(begin, begin + step)
        _draw(whole, lines[part], pens[part], owners[part], (window, reach + 1))
    inside = whole[:, reach + 1:reach + 1 + height, reach + 1:reach + 1 + width]
    return inside.astype(np.float64)


def _pieces(lines: Reals, pens: Reals, owners: Indices) -> tuple[Reals, Reals, Indices]:
    """Cut lines into pieces of at most `LONGEST` pixels."""
    begin, step = lines[:, :2], lines[:, 2:] - lines[:, :2]
    parts = np.maximum(np.ceil(np.hypot(*step.T) / LONGEST), 1).astype(np.int64)
    which = np.repeat(np.arange(len(lines)), parts)
    number = np.arange(len(which)) - np.repeat(np.cumsum(parts) - parts, parts)
    share = (number / parts[which])[:, None]
    further = ((number + 1) / parts[which])[:, None]
    cut = np.hstack((begin[which] + share * step[which], begin[which] + further * step[which]))
    return cut, pens[which], owners[which]


def _draw(whole: Singles, lines: Reals, pens: Reals, owners: Indices,
          window: tuple[Indices, int]) -> None:
    """Let every pixel near a piece be as dark as the piece makes it, if it is not darker."""
    offsets, margin = window
    _, tall, wide = whole.shape
    middle = np.floor((lines[:, :2] + lines[:, 2:]) / 2).astype(np.int64)
    # What is far outside falls into the outermost ring of the margin.
    column = np.clip(middle[:, 0, None] + offsets, -margin, wide - margin - 1)
    row = np.clip(middle[:, 1, None] + offsets, -margin, tall - margin - 1)
    # Half the precision is twice as fast, and exact to a millionth of a pixel's darkness here.
    begin = lines[:, :2] - middle
    x0, y0, dx, dy = np.array([begin[:, 0], begin[:, 1], lines[:, 2] - lines[:, 0],
                               lines[:, 3] - lines[:, 1]], np.float32)[:, :, None, None]
    px = (column - middle[:, :1]).astype(np.float32)[:, None, :] + np.float32(0.5) - x0
    py = (row - middle[:, 1:]).astype(np.float32)[:, :, None] + np.float32(0.5) - y0
    along = (px * dx + py * dy) / np.maximum(dx * dx + dy * dy, np.float32(1e-12))
    np.clip(along, 0, 1, out=along)
    px, py = px - along * dx, py - along * dy
    distance = np.sqrt(px * px + py * py)
    half = (np.maximum(pens, 1.0) / 2 + 0.5).astype(np.float32)[:, None, None]
    pale = np.minimum(pens, 1.0).astype(np.float32)[:, None, None]
    ink = np.clip(half - distance, 0, 1) * pale
    flat = ((owners[:, None] * tall + row + margin) * wide + margin)[:, :, None] + column[:, None]
    np.maximum.at(whole.reshape(-1), flat.ravel(), ink.ravel())
