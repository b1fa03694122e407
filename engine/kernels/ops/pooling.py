"""Pooling over windows of an image, and back.

Legend: n examples; an image of h x v places with c channels; windows of kh x kw places, ``stride``
apart, of which p x q lie inside the image.
"""

from __future__ import annotations

from engine.kernels.ops.lanes import keep_largest, send_back
from engine.kernels.runtime.memory import image, span
from engine.kernels.runtime.policy import ELEMENTWISE, kernel, op


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
    h, v, c, q = x.shape[1], x.shape[2], x.shape[3], y.shape[2]
    row = (kh, kw, v * c, c, q, stride * c)
    place = 0
    for n in range(y.shape[0]):
        for p in range(y.shape[1]):
            keep_largest(y, at, x, place, (n * h + p * stride) * v * c, row)
            place += q * c


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
    h, v, c = dx.shape[1], dx.shape[2], dx.shape[3]
    p, q = dy.shape[1], dy.shape[2]
    row = (kh, kw, v * c, c, q, stride * c)
    overlap = (p > 1 and stride < kh) or (q > 1 and stride < kw)
    covered = p * kh == h and q * kw == v and not overlap
    place = 0
    for n in range(dy.shape[0]):
        if not covered:
            whole = dx[n].reshape(-1)
            for j in range(whole.size):
                whole[j] = 0
        for r in range(p):
            send_back(dx, dy, at, (n * h + r * stride) * v * c, place, row, overlap)
            place += q * c


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


@op("y at x h v c p q kh kw stride", "y = max of the window of x", weight=ELEMENTWISE)
def max_pooling_op(slots, arena, batch, shard, shards):
    h, v, c, p, q = slots.h, slots.v, slots.c, slots.p, slots.q
    begin, end = span(batch, shard, shards)
    count, small = end - begin, begin * p * q * c
    max_pooling(image(arena, slots.y + small, count, p, q, c),
                image(arena, slots.at + small, count, p, q, c),
                image(arena, slots.x + begin * h * v * c, count, h, v, c),
                slots.kh, slots.kw, slots.stride)


@op("dx dy at h v c p q kh kw stride",
    "dx[at] = sum of dy over the windows whose largest is there", weight=ELEMENTWISE)
def max_pooling_backward_op(slots, arena, batch, shard, shards):
    h, v, c, p, q = slots.h, slots.v, slots.c, slots.p, slots.q
    begin, end = span(batch, shard, shards)
    count, small = end - begin, begin * p * q * c
    max_pooling_backward(image(arena, slots.dx + begin * h * v * c, count, h, v, c),
                         image(arena, slots.dy + small, count, p, q, c),
                         image(arena, slots.at + small, count, p, q, c),
                         slots.kh, slots.kw, slots.stride)


@op("y x h v c p q kh kw stride scale:real", "y = scale sum of the window of x", weight=ELEMENTWISE)
def window_sums_op(slots, arena, batch, shard, shards):
    h, v, c, p, q = slots.h, slots.v, slots.c, slots.p, slots.q
    begin, end = span(batch, shard, shards)
    window_sums(image(arena, slots.y + begin * p * q * c, end - begin, p, q, c),
                image(arena, slots.x + begin * h * v * c, end - begin, h, v, c),
                slots.kh, slots.kw, slots.stride, slots.scale)


@op("x y h v c p q kh kw stride scale:real",
    "x = scale sum of y over the windows that hold it", weight=ELEMENTWISE)
def window_spread_op(slots, arena, batch, shard, shards):
    h, v, c, p, q = slots.h, slots.v, slots.c, slots.p, slots.q
    begin, end = span(batch, shard, shards)
    window_spread(image(arena, slots.x + begin * h * v * c, end - begin, h, v, c),
                  image(arena, slots.y + begin * p * q * c, end - begin, p, q, c),
                  slots.kh, slots.kw, slots.stride, slots.scale)
