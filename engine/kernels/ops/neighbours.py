"""Windows that are too narrow for a register, several neighbours together. Legend as `convolution`.

Neighbouring windows of one row count as one that is wider: its results are theirs, side by side in
memory as they are anyway, and its weights are 0 where a window does not reach. That is less work
than registers of which most lanes idle: t windows of kw places take kw + t - 1 instead of t kw.

Source: definition. An infinite number, or one that is none, meets those zeros and so spoils the
neighbours too; the loss then is not finite in either case, and training stops at that.
"""

from __future__ import annotations

from engine.kernels.matmul.registers import UNIT
from engine.kernels.runtime.policy import inlined, kernel

TOGETHER_BYTES = min(UNIT.vectors * UNIT.bytes, 64)
"""Bytes of a row of results that neighbours fill: a register of AVX-512, or two of AVX2.

A product with one of AVX2's columns of registers waits for its sums. With 8 filters, two windows
together took 0.57 of the time of one by one, and 0.50 for the weights' gradient with one channel.
"""


@inlined
def windows_together(o, q, kw, stride, itemsize):
    """Return how many of q windows of a row are one row of a product; 1 if they fill it anyway."""
    together = 1
    while (stride == 1 and kw > 1 and q % (2 * together) == 0
           and 2 * together * o * itemsize <= TOGETHER_BYTES):
        together *= 2
    return together


@kernel
def widen(y, x):
    """Copy weights to where every one of some neighbouring windows lies in all of them together.

    Parameters
    ----------
    y : real[kh, kw + t - 1, c, t, o]
        Result: ``y[i, j + s, k, s] = x[i, j, k]``, else 0.
    x : real[kh, kw, c, o]
        Weights of one window.

    Notes
    -----
    Source: definition.
    """
    kh, kw, c, o = x.shape
    numbers = y.reshape(-1)
    for k in range(numbers.size):
        numbers[k] = 0
    for i in range(kh):
        for j in range(kw):
            for s in range(y.shape[3]):
                for k in range(c):
                    for m in range(o):
                        y[i, j + s, k, s, m] = x[i, j, k, m]


@kernel
def narrow(dw, y, begin):
    """Add up what gradients of widened weights say of the weights: the derivative of `widen`.

    Parameters
    ----------
    dw : real[kh, kw, c, o]
        Result, of whose lines (i, k) as many are overwritten as ``y`` has, from ``begin`` on:
        ``dw[i, j, k] = sum over s of y[line, j + s, s]``.
    y : real[lines, kw + t - 1, t, o]
        Gradients, line by line: i, then k.
    begin : int64
        The first line.

    Notes
    -----
    Source: definition.
    """
    for line in range(y.shape[0]):
        i, k = (begin + line) // dw.shape[2], (begin + line) % dw.shape[2]
        for j in range(dw.shape[1]):
            for m in range(dw.shape[3]):
                total = y[line, j, 0, m]
                for s in range(1, y.shape[2]):
                    total += y[line, j + s, s, m]
                dw[i, j, k, m] = total
