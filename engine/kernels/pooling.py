"""Pooling over windows of an image, and back.

Legend: n examples; an image of h x v places with c channels; windows of kh x kw places, ``stride``
apart, of which p x q lie inside the image.
"""

from __future__ import annotations

from numba import carray

from engine.kernels.memory import as_real, image, span
from engine.kernels.policy import kernel, op
from engine.kernels.row import FIRST_SLOT, ROW_LENGTH


@kernel
def max_pooling(y, at, x, kh, kw, stride):
    """Find the largest number of every window, channel by channel.

    Parameters
    ----------
    y : real[n, p, q, c]
        The largest number; NaN if there is one.
    at : real[n, p, q, c]
        Its place in the window, ``i * kw + j``; of equal ones the first.
    x : real[n, h, v, c]
        Images.
    kh, kw, stride : int64
        The windows.

    Notes
    -----
    Source: Goodfellow, Bengio and Courville (2016), sec. 9.3.
    """
    for n in range(y.shape[0]):
        for p in range(y.shape[1]):
            for q in range(y.shape[2]):
                top, where, row = y[n, p, q], at[n, p, q], x[n, p * stride, q * stride]
                for c in range(top.size):
                    top[c] = row[c]
                    where[c] = 0
                for tap in range(1, kh * kw):
                    row = x[n, p * stride + tap // kw, q * stride + tap % kw]
                    place = x.dtype.type(tap)
                    for c in range(top.size):
                        larger = row[c] > top[c] or (row[c] != row[c] and top[c] == top[c])
                        top[c] = row[c] if larger else top[c]
                        where[c] = place if larger else where[c]


@kernel
def max_pooling_backward(dx, dy, at, kh, kw, stride):
    """Send every gradient to the number that was the largest of its window.

    Parameters
    ----------
    dx : real[n, h, v, c]
        dL/dx, overwritten.
    dy, at : real[n, p, q, c]
        dL/dy, and the places that `max_pooling` found.
    kh, kw, stride : int64
        The windows.

    Notes
    -----
    Source: derivative of `max_pooling`.
    """
    dx[:] = 0
    zero = dx.dtype.type(0)
    for n in range(dy.shape[0]):
        for p in range(dy.shape[1]):
            for q in range(dy.shape[2]):
                slope, where = dy[n, p, q], at[n, p, q]
                for tap in range(kh * kw):
                    row = dx[n, p * stride + tap // kw, q * stride + tap % kw]
                    place = dx.dtype.type(tap)
                    for c in range(slope.size):
                        row[c] += slope[c] if where[c] == place else zero


@kernel
def window_sums(y, x, kh, kw, stride, scale):
    """Compute ``y = scale * sum of the window``: with ``scale = 1 / (kh kw)`` the mean.

    Parameters
    ----------
    y, x : real[n, p, q, c], real[n, h, v, c]
        Result and images.
    kh, kw, stride : int64
        The windows.
    scale : float64
        Factor of the sums.

    Notes
    -----
    Source: definition.
    """
    factor = x.dtype.type(scale)
    for n in range(y.shape[0]):
        for p in range(y.shape[1]):
            for q in range(y.shape[2]):
                total = y[n, p, q]
                for c in range(total.size):
                    total[c] = 0
                for tap in range(kh * kw):
                    row = x[n, p * stride + tap // kw, q * stride + tap % kw]
                    for c in range(total.size):
                        total[c] += row[c]
                for c in range(total.size):
                    total[c] *= factor


@kernel
def window_spread(x, y, kh, kw, stride, scale):
    """Add ``scale * y`` to every place of its window in x, which begins as zeros.

    Parameters
    ----------
    x, y : real[n, h, v, c], real[n, p, q, c]
        Result, and what is spread: the gradient of a mean, or what upsampling repeats.
    kh, kw, stride : int64
        The windows.
    scale : float64
        Factor.

    Notes
    -----
    Source: derivative of `window_sums`.
    """
    x[:] = 0
    factor = x.dtype.type(scale)
    for n in range(y.shape[0]):
        for p in range(y.shape[1]):
            for q in range(y.shape[2]):
                given = y[n, p, q]
                for tap in range(kh * kw):
                    row = x[n, p * stride + tap // kw, q * stride + tap % kw]
                    for c in range(given.size):
                        row[c] += factor * given[c]


@op("y at x h v c p q kh kw stride")
def max_pooling_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    h, v, c, p, q = slots[3], slots[4], slots[5], slots[6], slots[7]
    begin, end = span(batch, shard, shards)
    count, small = end - begin, begin * p * q * c
    max_pooling(image(arena, slots[0] + small, count, p, q, c),
                image(arena, slots[1] + small, count, p, q, c),
                image(arena, slots[2] + begin * h * v * c, count, h, v, c),
                slots[8], slots[9], slots[10])


@op("dx dy at h v c p q kh kw stride")
def max_pooling_backward_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    h, v, c, p, q = slots[3], slots[4], slots[5], slots[6], slots[7]
    begin, end = span(batch, shard, shards)
    count, small = end - begin, begin * p * q * c
    max_pooling_backward(image(arena, slots[0] + begin * h * v * c, count, h, v, c),
                         image(arena, slots[1] + small, count, p, q, c),
                         image(arena, slots[2] + small, count, p, q, c),
                         slots[8], slots[9], slots[10])


@op("y x h v c p q kh kw stride scale")
def window_sums_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    h, v, c, p, q = slots[2], slots[3], slots[4], slots[5], slots[6]
    begin, end = span(batch, shard, shards)
    window_sums(image(arena, slots[0] + begin * p * q * c, end - begin, p, q, c),
                image(arena, slots[1] + begin * h * v * c, end - begin, h, v, c),
                slots[7], slots[8], slots[9], as_real(slots[10]))


@op("x y h v c p q kh kw stride scale")
def window_spread_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    h, v, c, p, q = slots[2], slots[3], slots[4], slots[5], slots[6]
    begin, end = span(batch, shard, shards)
    window_spread(image(arena, slots[0] + begin * h * v * c, end - begin, h, v, c),
                  image(arena, slots[1] + begin * p * q * c, end - begin, p, q, c),
                  slots[7], slots[8], slots[9], as_real(slots[10]))
