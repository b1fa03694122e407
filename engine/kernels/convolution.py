"""Convolutions on the tile, straight from the image.

Legend: n examples; an image of h x v places with c channels, of which windows of kh x kw places see
p x q places with o channels. A row of the image is the A of a product: the windows of one row of
outputs begin ``stride * c`` numbers apart and overlap. Zeros around the image are never read:
windows at its edge are shorter. There are as many as make the outer windows stick out equally far
on both sides, or one more at the end; none where all windows lie inside.
"""

from __future__ import annotations

from numba import carray

from engine.kernels.memory import image, matrix, span, strided, vector
from engine.kernels.policy import inlined, kernel, op
from engine.kernels.row import FIRST_SLOT, ROW_LENGTH
from engine.kernels.tile import multiply


@inlined
def _zeros_before(size, windows, window, stride):
    """Return how far the first window begins before the image."""
    return max((windows - 1) * stride + window - size, 0) // 2


@inlined
def _inside(size, windows, stride, tap, before):
    """Return the first window whose place ``tap`` lies inside the image, and the last plus one."""
    first = max(0, -((tap - before) // stride))
    last = min(windows, (size - 1 - tap + before) // stride + 1)
    return first, max(first, last)


@inlined
def _whole(size, windows, window, stride, before):
    """Return the first window that lies inside as a whole, and the last plus one."""
    first, _ = _inside(size, windows, stride, 0, before)
    _, last = _inside(size, windows, stride, window - 1, before)
    return (first, last) if first < last else (0, 0)


@kernel
def _accumulate(y, x, w, stride, top, left):
    """Add to y[n, p, q, o] the windows of x[n, h, v, c] times w[kh, kw, c, o]."""
    h, v, c = x.shape[1], x.shape[2], x.shape[3]
    kh, kw, o = w.shape[0], w.shape[1], w.shape[3]
    q = y.shape[2]
    begin, end = _whole(v, q, kw, stride, left)
    for n in range(y.shape[0]):
        for i in range(kh):
            first, last = _inside(h, y.shape[1], stride, i, top)
            weights = strided(w, i * kw * c * o, kw * c, o, o)
            for r in range(first, last):
                row = (n * h + r * stride + i - top) * v
                if begin < end:
                    windows = strided(x, (row + begin * stride - left) * c, end - begin,
                                      stride * c, kw * c)
                    multiply(y[n, r, begin:end], windows, weights, 1)
            row = (n * h + first * stride + i - top) * v
            for column in range(q):
                # At the edges a window keeps its inner part; those in one column make a product.
                if begin <= column < end:
                    continue
                place = column * stride - left
                cut, kept = max(0, -place), min(kw, v - place)
                if cut < kept and first < last:
                    windows = strided(x, (row + place + cut) * c, last - first, stride * v * c,
                                      (kept - cut) * c)
                    multiply(y[n, first:last, column], windows, weights[cut * c:kept * c], 1)


@kernel
def convolution(y, x, w, b, stride):
    """Compute ``y[n, p, q] = b + sum of x[n, p s + i - top, q s + j - left] @ w[i, j]``.

    Parameters
    ----------
    y, x : real[n, p, q, o], real[n, h, v, c]
        Result and images.
    w, b : real[kh, kw, c, o], real[o] or real[0]
        Weights, and biases or nothing.
    stride : int64
        s, how far the window moves. The zeros above and to the left, top and left, follow from the
        shapes.

    Notes
    -----
    Source: Goodfellow, Bengio and Courville (2016), sec. 9.1; Dumoulin and Visin (2016).
    """
    _fill(y, b)
    top = _zeros_before(x.shape[1], y.shape[1], w.shape[0], stride)
    left = _zeros_before(x.shape[2], y.shape[2], w.shape[1], stride)
    _accumulate(y[:, 0::1, 0::1], x, w, stride, top, left)


@inlined
def _fill(y, b):
    """Fill the places of images with biases, or with zeros."""
    places = y.reshape(-1, y.shape[3])
    for r in range(places.shape[0]):
        if b.size == 0:
            for o in range(places.shape[1]):
                places[r, o] = 0
        else:
            for o in range(places.shape[1]):
                places[r, o] = b[o]


@kernel
def convolution_weights(dw, dy, x, stride, begin, end):
    """Compute ``dw[i, j] = sum of x[n, p s + i - top, q s + j - left].T @ dy[n, p, q]``.

    Parameters
    ----------
    dw : real[kh, kw, c, o]
        dL/dw, of which rows ``begin`` to ``end - 1`` of the window are overwritten.
    dy, x : real[n, p, q, o], real[n, h, v, c]
        dL/dy and what the forward pass saw.
    stride, begin, end : int64
        s, and which rows.

    Notes
    -----
    Source: Dumoulin and Visin (2016); derivative of `convolution`.
    """
    h, v, c = x.shape[1], x.shape[2], x.shape[3]
    kh, kw, o = dw.shape[0], dw.shape[1], dw.shape[3]
    p, q = dy.shape[1], dy.shape[2]
    top, left = _zeros_before(h, p, kh, stride), _zeros_before(v, q, kw, stride)
    inner, outer = _whole(v, q, kw, stride, left)
    for i in range(begin, end):
        sums = strided(dw, i * kw * c * o, kw * c, o, o)
        for k in range(kw * c):
            for m in range(o):
                sums[k, m] = 0
        first, last = _inside(h, p, stride, i, top)
        for n in range(x.shape[0]):
            for r in range(first, last):
                row = (n * h + r * stride + i - top) * v
                if inner < outer:
                    windows = strided(x, (row + inner * stride - left) * c, outer - inner,
                                      stride * c, kw * c)
                    multiply(sums, windows.T, dy[n, r, inner:outer], 1)
            row = (n * h + first * stride + i - top) * v
            for column in range(q):
                if inner <= column < outer:
                    continue
                place = column * stride - left
                cut, kept = max(0, -place), min(kw, v - place)
                if cut < kept and first < last:
                    windows = strided(x, (row + place + cut) * c, last - first, stride * v * c,
                                      (kept - cut) * c)
                    multiply(sums[cut * c:kept * c], windows.T, dy[n, first:last, column], 1)


@kernel
def flip_weights(y, x, stride):
    """Sort weights for `convolution_adjoint`: by phase, each from its last place to its first.

    Parameters
    ----------
    y, x : real[kh * kw * o * c], real[kh, kw, c, o]
        Result and weights. Phase (a, b) holds ``x[i, j].T`` for i = a, a + s, ... and
        j = b, b + s, ...; phases follow one another by a, then b.
    stride : int64
        s.

    Notes
    -----
    Source: definition.
    """
    kh, kw, c, o = x.shape
    place = 0
    for a in range(min(stride, kh)):
        for b in range(min(stride, kw)):
            for i in range(a + (kh - 1 - a) // stride * stride, -1, -stride):
                for j in range(b + (kw - 1 - b) // stride * stride, -1, -stride):
                    for m in range(o):
                        for k in range(c):
                            y[place] = x[i, j, k, m]
                            place += 1


@kernel
def convolution_adjoint(x, y, w, b, kh, kw, stride):
    """Compute ``x[n, p s + i - top, q s + j - left] = b + sum of y[n, p, q] @ w[i, j].T``.

    Parameters
    ----------
    x : real[n, h, v, c]
        Result: dL/dx of a convolution, or the output of a transposed one.
    y : real[n, p, q, o]
        dL/dy, or the input of the transposed convolution.
    w, b : real[kh * kw * o * c], real[c] or real[0]
        Weights as `flip_weights` sorts them, and biases or nothing.
    kh, kw, stride : int64
        Height and width of the window, and s.

    Notes
    -----
    Places of x that lie s apart see the same part of the window: for them this is a convolution of
    y with stride 1. Source: Dumoulin and Visin (2016), sec. 4.
    """
    _fill(x, b)
    c, o = x.shape[3], y.shape[3]
    top = _zeros_before(x.shape[1], y.shape[1], kh, stride)
    left = _zeros_before(x.shape[2], y.shape[2], kw, stride)
    place = 0
    for a in range(min(stride, kh)):
        rows, first = (kh - 1 - a) // stride + 1, (a - top) % stride
        above = rows - 1 - (first + top - a) // stride
        for j in range(min(stride, kw)):
            columns, begin = (kw - 1 - j) // stride + 1, (j - left) % stride
            before = columns - 1 - (begin + left - j) // stride
            part = w[place:place + rows * columns * o * c].reshape(rows, columns, o, c)
            _accumulate(x[:, first::stride, begin::stride], y, part, 1, above, before)
            place += part.size


@kernel
def sum_rows(y, x):
    """Compute ``y[o] = sum over r of x[r, o]``, such as a bias's gradient over all places.

    Parameters
    ----------
    y, x : real[o], real[r, o]
        Result, and what is summed.

    Notes
    -----
    Source: definition.
    """
    y[:] = 0
    for r in range(x.shape[0]):
        for o in range(y.size):
            y[o] += x[r, o]


@op("y x w b h v c p q o kh kw stride")
def convolution_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    h, v, c, p, q, o = slots[4], slots[5], slots[6], slots[7], slots[8], slots[9]
    begin, end = span(batch, shard, shards)
    convolution(image(arena, slots[0] + begin * p * q * o, end - begin, p, q, o),
                image(arena, slots[1] + begin * h * v * c, end - begin, h, v, c),
                image(arena, slots[2], slots[10], slots[11], c, o),
                vector(arena, slots[3], o if slots[3] >= 0 else 0), slots[12])


@op("dw dy x h v c p q o kh kw stride")
def convolution_weights_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    h, v, c, p, q, o = slots[3], slots[4], slots[5], slots[6], slots[7], slots[8]
    begin, end = span(slots[9], shard, shards)
    convolution_weights(image(arena, slots[0], slots[9], slots[10], c, o),
                        image(arena, slots[1], batch, p, q, o),
                        image(arena, slots[2], batch, h, v, c), slots[11], begin, end)


@op("y x kh kw c o stride", whole=True)
def flip_weights_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    x = image(arena, slots[1], slots[2], slots[3], slots[4], slots[5])
    flip_weights(vector(arena, slots[0], x.size), x, slots[6])


@op("x y w b h v c p q o kh kw stride")
def convolution_adjoint_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    h, v, c, p, q, o = slots[4], slots[5], slots[6], slots[7], slots[8], slots[9]
    begin, end = span(batch, shard, shards)
    convolution_adjoint(image(arena, slots[0] + begin * h * v * c, end - begin, h, v, c),
                        image(arena, slots[1] + begin * p * q * o, end - begin, p, q, o),
                        vector(arena, slots[2], slots[10] * slots[11] * c * o),
                        vector(arena, slots[3], c if slots[3] >= 0 else 0),
                        slots[10], slots[11], slots[12])


@op("y x rows o")
def sum_rows_op(row, arena, batch, shard, shards):
    slots = carray(row, (ROW_LENGTH,))[FIRST_SLOT:]
    begin, end = span(slots[3], shard, shards)
    sum_rows(vector(arena, slots[0] + begin, end - begin),
             matrix(arena, slots[1], batch * slots[2], slots[3])[:, begin:end])
