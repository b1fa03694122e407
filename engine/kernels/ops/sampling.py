"""The sampling layer of a variational autoencoder.

Legend: n examples, k latent numbers. A row of x holds k means m, then k logarithms v of variances.
"""

from __future__ import annotations

import numpy as np

from engine.kernels.ops.mathematics import exponential
from engine.kernels.runtime.layout import (
    CONTROL_LENGTH,
    LOSS,
    SEED,
    STEP,
    TRAINING,
)
from engine.kernels.runtime.memory import array_at, integers_at, matrix, reals_at, span
from engine.kernels.runtime.policy import kernel, op
from engine.kernels.runtime.random import mixed, normal


@kernel
def sampling(z, x, key, first, deviations):
    """Compute ``z = m + deviations exp(v / 2) e``, every e a normal number of its own.

    Parameters
    ----------
    z, x : real[n, k], real[n, 2 k]
        Result and argument.
    key : uint64
        Fixes the normal numbers.
    first : int64
        Place of the first row in the whole batch, so that shards draw what one loop would.
    deviations : int64
        1 while training; 0 takes the mean.

    Notes
    -----
    Source: Kingma and Welling (2014), Auto-encoding variational Bayes, eq. 10.
    """
    k = z.shape[1]
    real = z.dtype.type
    for n in range(z.shape[0]):
        for j in range(k):
            z[n, j] = x[n, j]
            if deviations != 0:
                e = real(normal(key, (first + n) * k + j))
                z[n, j] += exponential(real(0.5) * x[n, k + j]) * e


@kernel
def sampling_backward(dx, dz, x, scale, key, first, deviations):
    """Send dL/dz back through `sampling`, and add the gradient of the Kullback-Leibler term.

    Parameters
    ----------
    dx : real[n, 2 k]
        dL/dm = dz + scale m, then dL/dv = dz deviations exp(v / 2) e / 2 + scale (exp(v) - 1) / 2;
        overwritten.
    dz, x : real[n, k], real[n, 2 k]
        dL/dz and what the forward pass saw.
    scale : float64
        Weight of the term over the examples of the whole batch.
    key, first, deviations : uint64, int64, int64
        As in `sampling`, so that e is the same.

    Notes
    -----
    Source: Kingma and Welling (2014), appendix B; derivative of `sampling` and `kullback_leibler`.
    """
    k = dz.shape[1]
    real = dz.dtype.type
    share, half = real(scale), real(0.5)
    for n in range(dz.shape[0]):
        for j in range(k):
            dx[n, j] = dz[n, j] + share * x[n, j]
            variance = exponential(x[n, k + j])
            dv = share * (variance - real(1))
            if deviations != 0:
                e = real(normal(key, (first + n) * k + j))
                dv += dz[n, j] * exponential(half * x[n, k + j]) * e
            dx[n, k + j] = half * dv


@kernel
def kullback_leibler(x):
    """Return the divergence of N(m, exp(v)) from N(0, 1): sum over latents, mean over examples.

    Parameters
    ----------
    x : real[n, 2 k]
        Means and logarithms of variances.

    Returns
    -------
    float64
        Mean over n of the sum over k of (m**2 + exp(v) - 1 - v) / 2; infinite if exp(v) leaves the
        range of x's precision.

    Notes
    -----
    Source: Kingma and Welling (2014), appendix B.
    """
    k = x.shape[1] // 2
    total = 0.0
    for n in range(x.shape[0]):
        for j in range(k):
            mean, logarithm = np.float64(x[n, j]), np.float64(x[n, k + j])
            variance = np.float64(exponential(x[n, k + j]))
            total += 0.5 * (mean * mean + (variance - 1.0) - logarithm)
    return total / x.shape[0]


@kernel
def _key(control, stream):
    """Return what fixes a layer's normal numbers at a step."""
    return mixed(mixed(np.uint64(control[SEED]) + np.uint64(stream)) + np.uint64(control[STEP]))


@op("z x k stream control", "z = m + exp(v / 2) e, e normal; z = m outside training; m, v = x")
def sampling_op(slots, arena, batch, shard, shards):
    k = slots.k
    begin, end = span(batch, shard, shards)
    control = array_at(integers_at(slots.control), (CONTROL_LENGTH,))
    sampling(matrix(arena, slots.z + begin * k, end - begin, k),
             matrix(arena, slots.x + begin * 2 * k, end - begin, 2 * k),
             _key(control, slots.stream), begin, control[TRAINING])


@op("dx dz x k weight:real stream control",
    "dm = dz + weight m / batch; dv = dz e exp(v / 2) / 2 + weight (exp(v) - 1) / (2 batch)")
def sampling_backward_op(slots, arena, batch, shard, shards):
    k = slots.k
    begin, end = span(batch, shard, shards)
    control = array_at(integers_at(slots.control), (CONTROL_LENGTH,))
    sampling_backward(matrix(arena, slots.dx + begin * 2 * k, end - begin, 2 * k),
                      matrix(arena, slots.dz + begin * k, end - begin, k),
                      matrix(arena, slots.x + begin * 2 * k, end - begin, 2 * k),
                      slots.weight / batch, _key(control, slots.stream), begin, control[TRAINING])


@op("x k weight:real results",
    "L = L + weight sum of (m**2 + exp(v) - 1 - v) / 2, mean over examples", whole=True)
def kullback_leibler_op(slots, arena, batch, shard, shards):
    array_at(reals_at(slots.results), (LOSS + 1,))[LOSS] += slots.weight * kullback_leibler(
        matrix(arena, slots.x, batch, 2 * slots.k))
