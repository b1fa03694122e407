"""Convolutions on the tile, straight from the image.

Legend: n examples; an image of h x v places with c channels, of which windows of kh x kw places see
p x q places with o channels. A row of a window is a segment of a row of A: windows overlap in
memory as they do in the image. Where windows stick out, images are first copied into zeros, a few
at a time. There are as many zeros as make the outer windows stick out equally far on both sides,
or one more at the end; none where all windows lie inside.
"""

from __future__ import annotations

import numpy as np

from engine.kernels.matmul.panels import sum_rows
from engine.kernels.matmul.tile import contract
from engine.kernels.ops.neighbours import narrow, widen, windows_together
from engine.kernels.ops.parts import is_last
from engine.kernels.runtime.memory import image, matrix, span, vector
from engine.kernels.runtime.policy import inlined, kernel, op

PLACES = 256
"""Windows of which a product has at least as many, from several images if they are small."""


@inlined
def _zeros_before(size, windows, window, stride):
    """Return how far the first window begins before the image."""
    return max((windows - 1) * stride + window - size, 0) // 2


@inlined
def _integers(workspace, first, size):
    """Return a part of the workspace as integers, and where the next part begins."""
    words = max(8 // workspace.itemsize, 1)
    return workspace[first:first + size * words].view(np.int64), first + size * words


@kernel
def _frame(padded, x, top, left):
    """Copy x[n, h, v, c] to the middle of padded, whose zeros stay around it."""
    first, last = max(top, 0), min(padded.shape[1], top + x.shape[1])
    begin, end = max(left, 0), min(padded.shape[2], left + x.shape[2])
    length = (end - begin) * x.shape[3]
    for n in range(x.shape[0]):
        for r in range(first, last):
            to, of = padded[n, r, begin:end].reshape(-1), x[n, r - top, begin - left:].reshape(-1)
            for k in range(length):
                to[k] = of[k]


@inlined
def _images(x, padded, top, left):
    """Return images in their zeros, or as they are where no window sticks out."""
    if padded.size == 0:
        return x
    framed = padded[:x.shape[0]]
    _frame(framed, x, top, left)
    return framed


@kernel
def _clear_around(padded, x, top, left):
    """Write the zeros around the middle of padded, to which `_frame` copies x[n, h, v, c]."""
    n, high, wide, c = padded.shape
    before = min(max(left, 0), wide) * c
    after = min(max(left + x.shape[2], 0), wide) * c
    for m in range(n):
        for r in range(high):
            is_beside = top <= r < top + x.shape[1]
            line = padded[m, r].reshape(-1)
            for k in range(before if is_beside else 0):
                line[k] = 0
            for k in range(after if is_beside else 0, wide * c):
                line[k] = 0


@kernel
def _framed(x, group, high, wide, top, left, workspace):
    """Return space for a group of images with zeros around, or for none if no window sticks out."""
    is_inside = top == 0 and left == 0 and high <= x.shape[1] and wide <= x.shape[2]
    images = 0 if is_inside else group
    padded = workspace[:images * high * wide * x.shape[3]].reshape(images, high, wide, x.shape[3])
    _clear_around(padded, x, top, left)
    return padded


@inlined
def _several(w, b, together, workspace):
    """Return weights and biases of neighbouring windows together, and how much they take."""
    kh, kw, c, o = w.shape
    wide = kw + together - 1
    size, several = kh * wide * c * together * o, together * o
    widen(workspace[:size].reshape(kh, wide, c, together, o), w)
    biases = workspace[size:size + (several if b.size > 0 else 0)]
    for k in range(biases.size):
        biases[k] = b[k % o]
    return workspace[:size].reshape(-1, several), biases, size + several


@inlined
def _list_places(table, shape, steps):
    """List where windows of some images begin, counted in numbers, for steps along every axis."""
    place = 0
    for n in range(shape[0]):
        for r in range(shape[1]):
            begin = n * steps[0] + r * steps[1]
            for column in range(shape[2]):
                table[place] = begin + column * steps[2]
                place += 1


@kernel
def _sweep(y, x, w, b, stride, top, left, workspace):
    """Fill y[n, p, q, o] with b and the windows of x[n, h, v, c] times w[kh, kw, c, o]."""
    p, q, o = y.shape[1:]
    if x.shape[0] == 0 or p * q == 0:
        return
    c, kh = x.shape[3], w.shape[0]
    high, wide = (p - 1) * stride + kh, (q - 1) * stride + w.shape[1]
    group = min(x.shape[0], (PLACES - 1) // (p * q) + 1)
    # Windows that lie apart in y, as those of a phase do, cannot go together.
    is_dense = y.strides[2] == o * y.itemsize
    together = windows_together(o, q, w.shape[1], stride, y.itemsize) if is_dense else 1
    weights, biases, used = w.reshape(-1, o), b, 0
    if together > 1:
        weights, biases, used = _several(w, b, together, workspace)
    shape = group, p, q // together
    c_rows, used = _integers(workspace, used, group * p * shape[2])
    a_rows, used = _integers(workspace, used, group * p * shape[2])
    offsets, used = _integers(workspace, used, kh)
    padded = _framed(x, group, high, wide, top, left, workspace[used:])
    if padded.size == 0:
        high, wide = x.shape[1], x.shape[2]
    _list_places(c_rows, shape, (y.strides[0] // y.itemsize, y.strides[1] // y.itemsize,
                                 together * (y.strides[2] // y.itemsize)))
    _list_places(a_rows, shape, (high * wide * c, stride * wide * c, together * stride * c))
    for i in range(kh):
        offsets[i] = i * wide * c
    for first in range(0, x.shape[0], group):
        last = min(first + group, x.shape[0])
        places = (last - first) * p * shape[2]
        contract(y[first:], _images(x[first:last], padded, top, left), weights, c_rows[:places],
                 a_rows[:places], offsets, 1, 0, biases)


@kernel
def convolution(y, x, w, b, stride, workspace):
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
    workspace : real[n * workspace_for_windows(c, o, p, q, kh, kw, s)]
        Used up; `engine.layers.convolution` knows how much it takes.

    Notes
    -----
    Source: Goodfellow, Bengio and Courville (2016), sec. 9.1; Dumoulin and Visin (2016).
    """
    top = _zeros_before(x.shape[1], y.shape[1], w.shape[0], stride)
    left = _zeros_before(x.shape[2], y.shape[2], w.shape[1], stride)
    _sweep(y[:, 0::1, 0::1], x, w, b, stride, top, left, workspace)


@kernel
def convolution_weights(dw, dy, x, stride, shard, shards, images, workspace):
    """Compute ``dw[i, j] = sum of x[n, p s + i - top, q s + j - left].T @ dy[n, p, q]``.

    Parameters
    ----------
    dw : real[kh, kw, c, o]
        dL/dw, of which a shard's part is overwritten.
    dy, x : real[n, p, q, o], real[n, h, v, c]
        dL/dy and what the forward pass saw.
    stride, shard, shards : int64
        s, and which part of how many.
    images : int64
        For how many images the workspace is enough.
    workspace : real[images * workspace_for_windows(c, o, p, q, kh, kw, s)]
        Used up; `engine.layers.convolution` knows how much it takes.

    Notes
    -----
    Source: Dumoulin and Visin (2016); derivative of `convolution`.
    """
    c, kh, kw, o = x.shape[3], dw.shape[0], dw.shape[1], dw.shape[3]
    p, q = dy.shape[1], dy.shape[2]
    group = min(x.shape[0], images, (PLACES - 1) // (p * q) + 1)
    high, wide = (p - 1) * stride + kh, (q - 1) * stride + kw
    top, left = _zeros_before(x.shape[1], p, kh, stride), _zeros_before(x.shape[2], q, kw, stride)
    together = windows_together(o, q, kw, stride, dw.itemsize)
    several, columns = together * o, kw + together - 1
    # Together, all columns of a channel's row belong to one shard, which adds up what they say.
    begin, end = span(kh * (c if together > 1 else kw * c), shard, shards)
    rows = (end - begin) * (columns if together > 1 else 1)
    gradient = workspace[:rows * several if together > 1 else 0]
    c_rows, used = _integers(workspace, gradient.size, rows)
    a_rows, used = _integers(workspace, used, rows)
    offsets, used = _integers(workspace, used, group * p)
    padded = _framed(x, group, high, wide, top, left, workspace[used:])
    if padded.size == 0:
        high, wide = x.shape[1], x.shape[2]
    for m in range(rows):
        if together > 1:
            line, column = begin + m // columns, m % columns
            a_rows[m], c_rows[m] = line // c * wide * c + column * c + line % c, m * several
        else:
            a_rows[m] = (begin + m) // (kw * c) * wide * c + (begin + m) % (kw * c)
            c_rows[m] = (begin + m) * o
    for segment in range(group * p):
        offsets[segment] = (segment // p * high + segment % p * stride) * wide * c
    whole = dw.reshape(-1) if together == 1 else gradient
    for first in range(0, x.shape[0], group):
        last = min(first + group, x.shape[0])
        contract(whole, _images(x[first:last], padded, top, left),
                 dy[first:last].reshape(-1, several), c_rows, a_rows, offsets[:(last - first) * p],
                 together * stride * c, first, workspace[:0])
    if together > 1:
        narrow(dw, gradient.reshape(end - begin, columns, together, o), begin)


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


@inlined
def _fill(y, b):
    """Fill the places of images with biases, or with zeros."""
    places = y.reshape(-1, y.shape[3])
    for r in range(places.shape[0]):
        for o in range(places.shape[1]):
            places[r, o] = b[o] if b.size > 0 else 0


@kernel
def convolution_adjoint(x, y, w, b, kh, kw, stride, workspace):
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
    workspace : real[n * workspace_for_adjoint(o, c, h, v, kh, kw, s)]
        Used up; `engine.layers.convolution` knows how much it takes.

    Notes
    -----
    Places of x that lie s apart see the same part of the window: for them this is a convolution of
    y with stride 1. Source: Dumoulin and Visin (2016), sec. 4.
    """
    if stride > min(kh, kw):
        # Windows leave gaps.
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
            _sweep(x[:, first::stride, begin::stride], y, part, b, 1, above, before, workspace)
            place += part.size


@op("y x w b h v c p q o kh kw stride workspace size",
    "y[n, p, q] = b + sum over i, j of x[n, p stride + i - top, q stride + j - left] @ w[i, j]")
def convolution_op(slots, arena, batch, shard, shards):
    h, v, c, p, q, o, kh, kw = (slots.h, slots.v, slots.c, slots.p, slots.q, slots.o,
                                slots.kh, slots.kw)
    begin, end = span(batch, shard, shards)
    convolution(image(arena, slots.y + begin * p * q * o, end - begin, p, q, o),
                image(arena, slots.x + begin * h * v * c, end - begin, h, v, c),
                image(arena, slots.w, kh, kw, c, o),
                vector(arena, slots.b, o if slots.b >= 0 else 0), slots.stride,
                vector(arena, slots.workspace + begin * slots.size, (end - begin) * slots.size))


@inlined
def _add_up_parts(slots, arena, batch, shard, shards):
    """Let every part of the batch have a gradient of its own, and the last shard add them up."""
    h, v, c, p, q, o, kh, kw = (slots.h, slots.v, slots.c, slots.p, slots.q, slots.o,
                                slots.kh, slots.kw)
    size, parts = kh * kw * c * o, min(slots.parts, batch)
    begin, end = span(parts, shard, shards)
    for part in range(begin, end):
        first, last = span(batch, part, parts)
        images = last - first
        convolution_weights(
            image(arena, slots.partial + part * size, kh, kw, c, o),
            image(arena, slots.dy + first * p * q * o, images, p, q, o),
            image(arena, slots.x + first * h * v * c, images, h, v, c), slots.stride, 0, 1, images,
            vector(arena, slots.workspace + first * slots.size, images * slots.size))
    if is_last(vector(arena, slots.partial + slots.parts * size, 2), shards):
        sum_rows(vector(arena, slots.dw, size), matrix(arena, slots.partial, parts, size))


@op("dw dy x h v c p q o kh kw stride workspace size parts partial",
    "dw[i, j] = sum over n, p, q of x[n, p stride + i - top, q stride + j - left].T @ dy[n, p, q]")
def convolution_weights_op(slots, arena, batch, shard, shards):
    h, v, c, p, q, o, kh, kw = (slots.h, slots.v, slots.c, slots.p, slots.q, slots.o,
                                slots.kh, slots.kw)
    if slots.parts > 1:
        _add_up_parts(slots, arena, batch, shard, shards)
        return
    # Every shard needs the workspace of at least one image.
    parts = min(shards, batch)
    if shard >= parts:
        return
    first, last = span(batch, shard, parts)
    images = last - first
    convolution_weights(image(arena, slots.dw, kh, kw, c, o),
                        image(arena, slots.dy, batch, p, q, o),
                        image(arena, slots.x, batch, h, v, c), slots.stride, shard, parts, images,
                        vector(arena, slots.workspace + first * slots.size, images * slots.size))


@op("y x kh kw c o stride", "y = x[i, j].T, from the last place of every phase to its first",
    whole=True)
def flip_weights_op(slots, arena, batch, shard, shards):
    x = image(arena, slots.x, slots.kh, slots.kw, slots.c, slots.o)
    flip_weights(vector(arena, slots.y, x.size), x, slots.stride)


@op("x y w b h v c p q o kh kw stride workspace size",
    "x[n, p stride + i - top, q stride + j - left] = b + sum over p, q of y[n, p, q] @ w[i, j].T")
def convolution_adjoint_op(slots, arena, batch, shard, shards):
    h, v, c, p, q, o, kh, kw = (slots.h, slots.v, slots.c, slots.p, slots.q, slots.o,
                                slots.kh, slots.kw)
    begin, end = span(batch, shard, shards)
    convolution_adjoint(image(arena, slots.x + begin * h * v * c, end - begin, h, v, c),
                        image(arena, slots.y + begin * p * q * o, end - begin, p, q, o),
                        vector(arena, slots.w, kh * kw * c * o),
                        vector(arena, slots.b, c if slots.b >= 0 else 0), kh, kw, slots.stride,
                        vector(arena, slots.workspace + begin * slots.size,
                               (end - begin) * slots.size))


@op("y x rows o workspace group parts", "y = sum over n of x[n]")
def sum_rows_op(slots, arena, batch, shard, shards):
    # Rows that are too short for the registers are summed several side by side.
    o, wide, rows = slots.o, slots.group * slots.o, batch * slots.rows // slots.group
    parts = min(slots.parts, rows)
    sums = matrix(arena, slots.workspace, parts, wide)
    begin, end = span(parts, shard, shards)
    for part in range(begin, end):
        first, last = span(rows, part, parts)
        sum_rows(sums[part], matrix(arena, slots.x + first * wide, last - first, wide))
    if is_last(vector(arena, slots.workspace + slots.parts * wide, 2), shards):
        sum_rows(vector(arena, slots.y, o),
                 matrix(arena, slots.workspace, parts * slots.group, o))
