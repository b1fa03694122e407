"""Losses: value and gradient in one pass. Legend: n examples, k units.

Every loss returns the mean that PyTorch calls ``reduction="mean"``, and fills dL/dz for that mean.
"""

from __future__ import annotations

import math

import numpy as np

from engine.kernels.ops.mathematics import exponential, larger, logistic, softplus
from engine.kernels.ops.scores import count_correct, squared_error, squared_error_of_shares
from engine.kernels.runtime.layout import CORRECT, FIRST_STATISTIC, ITEMS, LOSS, VARIANCE
from engine.kernels.runtime.memory import array_at, flat, matrix, reals_at
from engine.kernels.runtime.policy import inlined, kernel, op

ROWS = 32
"""Rows that go through one loop before they go through the next, so that they stay in the cache.

The product of so many sums of exponentials stays within the range of float64.
"""


@kernel
def _below_largest(y, x):
    """Compute ``y = x - largest x`` for every row."""
    for n in range(x.shape[0]):
        largest = x[n, 0]
        for k in range(1, x.shape[1]):
            largest = larger(largest, x[n, k])
        for k in range(x.shape[1]):
            y[n, k] = x[n, k] - largest


@kernel
def _exponentiate(y):
    """Replace y by exp(y)."""
    y = flat(y)
    for j in range(y.size):
        y[j] = exponential(y[j])


@kernel
def softmax_forward(y, x):
    """Compute ``y = exp(x) / sum of exp(x)`` for every row.

    Parameters
    ----------
    y, x : real[n, k]
        Probabilities and logits.

    Notes
    -----
    The row's largest logit is taken off first, which changes nothing and avoids overflow.
    Source: Goodfellow, Bengio and Courville (2016), sec. 6.2.2.3.
    """
    for begin in range(0, x.shape[0], ROWS):
        end = min(begin + ROWS, x.shape[0])
        _below_largest(y[begin:end], x[begin:end])
        _exponentiate(y[begin:end])
        for n in range(begin, end):
            total = x.dtype.type(0)
            for k in range(x.shape[1]):
                total += y[n, k]
            share = x.dtype.type(1) / total
            for k in range(x.shape[1]):
                y[n, k] *= share


@kernel
def _weighted(x, t, kept, spread):
    """Return the sum of ``x (kept t + spread)``, where a weight of 0 hides what is infinite."""
    x, t = flat(x), flat(t)
    total = rest = 0.0
    for j in range(x.size):
        total += np.float64(t[j]) * np.float64(x[j]) if t[j] != 0 else 0.0
    if spread != 0.0:
        for j in range(x.size):
            rest += np.float64(x[j])
    return kept * total + spread * rest


@kernel
def softmax_cross_entropy(dz, z, t, smoothing):
    """Compute ``L = -sum of u log softmax(z)``, mean over examples, and its gradient.

    Parameters
    ----------
    dz : real[n, k]
        dL/dz = (softmax(z) - u) / n, overwritten.
    z, t : real[n, k]
        Logits, and targets that sum to 1 in every row.
    smoothing : float64
        Share that the targets give to all classes: ``u = (1 - smoothing) t + smoothing / k``.

    Returns
    -------
    float64
        L.

    Notes
    -----
    -log softmax(z) is the logarithm of the row's sum plus how far z lies below the largest logit:
    neither overflows. One logarithm is taken of the product of many sums.
    Source: Bridle (1990); Goodfellow, Bengio and Courville (2016), sec. 6.2.2.3; smoothing from
    Szegedy et al. (2016), sec. 7.
    """
    real = z.dtype.type
    share = real(1.0 / z.shape[0])
    kept = real((1.0 - smoothing) / z.shape[0])
    spread = real(smoothing / z.shape[1] / z.shape[0])
    loss = 0.0
    for begin in range(0, z.shape[0], ROWS):
        end = min(begin + ROWS, z.shape[0])
        _below_largest(dz[begin:end], z[begin:end])
        loss -= _weighted(dz[begin:end], t[begin:end], 1.0 - smoothing, smoothing / z.shape[1])
        _exponentiate(dz[begin:end])
        product = 1.0
        for n in range(begin, end):
            total = real(0)
            for k in range(z.shape[1]):
                total += dz[n, k]
            product *= np.float64(total)
            scale = share / total
            for k in range(z.shape[1]):
                dz[n, k] = dz[n, k] * scale - (t[n, k] * kept + spread)
        loss += math.log(product)
    return loss / z.shape[0]


@kernel
def binary_cross_entropy(dz, z, t):
    """Compute ``L = -t log s(z) - (1 - t) log(1 - s(z))``, mean over all, and its gradient.

    Parameters
    ----------
    dz : real[n, k]
        dL/dz = (s(z) - t) / (n k), overwritten; s is the logistic sigmoid.
    z, t : real[n, k]
        Logits and targets from 0 to 1.

    Returns
    -------
    float64
        L.

    Notes
    -----
    As ``z ([z > 0] - t) + log(1 + exp(-|z|))``, which neither overflows nor loses digits.
    Source: Bishop (2006), eq. 4.90.
    """
    out, logits, targets = flat(dz), flat(z), flat(t)
    zero, one = z.dtype.type(0), z.dtype.type(1)
    share = z.dtype.type(1.0 / out.size)
    loss = 0.0
    for j in range(out.size):
        # One factor is 0 for a certain target: max(z, 0) - t z would cancel instead.
        side = one if logits[j] > zero else zero
        out[j] = logits[j] * (side - targets[j]) + softplus(-abs(logits[j]))
    for j in range(out.size):
        loss += np.float64(out[j])
    for j in range(out.size):
        out[j] = (logistic(logits[j]) - targets[j]) * share
    return loss / out.size


@kernel
def mean_squared_error(dz, z, t):
    """Compute ``L = (z - t)**2``, mean over all, and ``dz = 2 (z - t) / (n k)``.

    Parameters
    ----------
    dz : real[n, k]
        dL/dz, overwritten.
    z, t : real[n, k]
        Outputs and targets.

    Returns
    -------
    float64
        L.

    Notes
    -----
    Source: Goodfellow, Bengio and Courville (2016), sec. 5.1.4.
    """
    out, outputs, targets = flat(dz), flat(z), flat(t)
    share = z.dtype.type(2.0 / out.size)
    loss = 0.0
    for j in range(out.size):
        difference = outputs[j] - targets[j]
        loss += np.float64(difference) * np.float64(difference)
    for j in range(out.size):
        out[j] = (outputs[j] - targets[j]) * share
    return loss / out.size


@kernel
def mean_absolute_error(dz, z, t):
    """Compute ``L = |z - t|``, mean over all, and ``dz = sign(z - t) / (n k)``.

    Parameters
    ----------
    dz : real[n, k]
        dL/dz, overwritten; 0 where output and target are equal.
    z, t : real[n, k]
        Outputs and targets.

    Returns
    -------
    float64
        L.

    Notes
    -----
    Source: Hastie, Tibshirani and Friedman (2009), sec. 10.6.
    """
    out, outputs, targets = flat(dz), flat(z), flat(t)
    share = z.dtype.type(1.0 / out.size)
    loss = 0.0
    for j in range(out.size):
        loss += abs(np.float64(outputs[j] - targets[j]))
    for j in range(out.size):
        difference = outputs[j] - targets[j]
        # NaN, which is neither above nor below, goes through.
        out[j] = share if difference > 0 else (-share if difference < 0 else difference)
    return loss / out.size


@kernel
def huber(dz, z, t, delta):
    """Compute ``L = e**2 / 2 for |e| <= delta, else delta (|e| - delta / 2)``, mean over all.

    Parameters
    ----------
    dz : real[n, k]
        dL/dz = max(-delta, min(delta, e)) / (n k) with e = z - t, overwritten.
    z, t : real[n, k]
        Outputs and targets.
    delta : float64
        Where the parabola goes over into lines.

    Returns
    -------
    float64
        L.

    Notes
    -----
    Source: Huber (1964).
    """
    out, outputs, targets = flat(dz), flat(z), flat(t)
    share = 1.0 / out.size
    loss = 0.0
    for j in range(out.size):
        size = abs(np.float64(outputs[j] - targets[j]))
        loss += delta * (size - 0.5 * delta) if size > delta else 0.5 * size * size
    for j in range(out.size):
        difference = np.float64(outputs[j] - targets[j])
        clipped = delta if difference > delta else (-delta if difference < -delta else difference)
        out[j] = clipped * share
    return loss * share


@kernel
def hinge(dz, z, t):
    """Compute ``L = sum over other classes of max(0, 1 - z[class] + z[other]) / k``, mean over n.

    Parameters
    ----------
    dz : real[n, k]
        dL/dz, overwritten.
    z, t : real[n, k]
        Outputs and targets, the largest of which names the class. With k = 1 the targets are -1
        and 1, and ``L = max(0, 1 - t z)``.

    Returns
    -------
    float64
        L; not finite if any output is not, though its margin be held.

    Notes
    -----
    Source: Crammer and Singer (2001), summed as by Weston and Watkins (1999) and PyTorch.
    """
    loss = 0.0
    share = z.dtype.type(1.0 / (z.shape[0] * z.shape[1]))
    for n in range(z.shape[0]):
        truth = 0
        for k in range(1, z.shape[1]):
            if t[n, k] > t[n, truth]:
                truth = k
        own = z.dtype.type(0)
        for k in range(z.shape[1]):
            alone = z.shape[1] == 1
            lead = t[n, k] * z[n, k] if alone else z[n, truth] - z[n, k]
            missing = 1.0 - np.float64(lead)
            if z[n, k] - z[n, k] != 0:
                loss = np.nan
            dz[n, k] = 0
            if (alone or k != truth) and not missing <= 0.0:
                loss += missing
                dz[n, k] = -t[n, k] * share if alone else share
                own += share
        if z.shape[1] > 1:
            dz[n, truth] = -own
    return loss / (z.shape[0] * z.shape[1])


@kernel
def margin_shares(y, x):
    """Compute ``y = softmax(x)`` for every row, or with k = 1 the softmax of x against -x.

    Parameters
    ----------
    y, x : real[n, k]
        Shares, and outputs that were trained with margins.

    Notes
    -----
    Source: definition.
    """
    if x.shape[1] > 1:
        softmax_forward(y, x)
        return
    for n in range(x.shape[0]):
        y[n, 0] = logistic(x[n, 0] + x[n, 0])


@inlined
def report(address, loss, items):
    """Write a batch's loss, and over how many items it is the mean, to the results."""
    results = array_at(reals_at(address), (FIRST_STATISTIC,))
    results[LOSS] = loss
    results[ITEMS] = items


@op("dz z t k label_smoothing:real results",
    "L = -sum of t log(softmax(z)); dz = (softmax(z) - t) / batch", whole=True)
def softmax_cross_entropy_op(slots, arena, batch, shard, shards):
    k = slots.k
    report(slots.results, softmax_cross_entropy(
        matrix(arena, slots.dz, batch, k), matrix(arena, slots.z, batch, k),
        matrix(arena, slots.t, batch, k), slots.label_smoothing), batch)


@op("dz z t k results",
    "L = -t log(sigmoid(z)) - (1 - t) log(1 - sigmoid(z)); dz = (sigmoid(z) - t) / (batch k)",
    whole=True)
def binary_cross_entropy_op(slots, arena, batch, shard, shards):
    k = slots.k
    report(slots.results, binary_cross_entropy(
        matrix(arena, slots.dz, batch, k), matrix(arena, slots.z, batch, k),
        matrix(arena, slots.t, batch, k)), batch)


@op("dz z t k results", "L = mean((z - t)**2); dz = 2 (z - t) / (batch k)", whole=True)
def mean_squared_error_op(slots, arena, batch, shard, shards):
    k = slots.k
    report(slots.results, mean_squared_error(
        matrix(arena, slots.dz, batch, k), matrix(arena, slots.z, batch, k),
        matrix(arena, slots.t, batch, k)), batch)


@op("dz z t k results", "L = mean(|z - t|); dz = sign(z - t) / (batch k)", whole=True)
def mean_absolute_error_op(slots, arena, batch, shard, shards):
    k = slots.k
    report(slots.results, mean_absolute_error(
        matrix(arena, slots.dz, batch, k), matrix(arena, slots.z, batch, k),
        matrix(arena, slots.t, batch, k)), batch)


@op("dz z t k huber_delta:real results",
    "L = mean(e**2 / 2 if |e| <= huber_delta else huber_delta (|e| - huber_delta / 2)); e = z - t; "
    "dz = max(-huber_delta, min(huber_delta, e)) / (batch k)", whole=True)
def huber_op(slots, arena, batch, shard, shards):
    k = slots.k
    report(slots.results, huber(
        matrix(arena, slots.dz, batch, k), matrix(arena, slots.z, batch, k),
        matrix(arena, slots.t, batch, k), slots.huber_delta), batch)


@op("dz z t k results",
    "L = mean(sum over others of max(0, 1 - z[class] + z[other]) / k)", whole=True)
def hinge_op(slots, arena, batch, shard, shards):
    k = slots.k
    report(slots.results, hinge(
        matrix(arena, slots.dz, batch, k), matrix(arena, slots.z, batch, k),
        matrix(arena, slots.t, batch, k)), batch)


@op("z t k results", "right = argmax(z) = argmax(t), or the squared error", whole=True)
def score_op(slots, arena, batch, shard, shards):
    k = slots.k
    z, t = matrix(arena, slots.z, batch, k), matrix(arena, slots.t, batch, k)
    results = array_at(reals_at(slots.results), (FIRST_STATISTIC,))
    results[CORRECT] = squared_error(z, t) if results[VARIANCE] != 0.0 else count_correct(z, t, 0.0)


@op("z t k results",
    "right = argmax(z) = argmax(t), or the squared error of sigmoid(z)", whole=True)
def probability_score_op(slots, arena, batch, shard, shards):
    k = slots.k
    z, t = matrix(arena, slots.z, batch, k), matrix(arena, slots.t, batch, k)
    results = array_at(reals_at(slots.results), (FIRST_STATISTIC,))
    results[CORRECT] = (squared_error_of_shares(z, t) if results[VARIANCE] != 0.0
                        else count_correct(z, t, 0.0))


@op("y x n", "y = exp(x) / sum(exp(x))", whole=True)
def softmax_forward_op(slots, arena, batch, shard, shards):
    k = slots.n
    softmax_forward(matrix(arena, slots.y, batch, k), matrix(arena, slots.x, batch, k))


@op("y x n", "y = softmax(x)", whole=True)
def margin_shares_op(slots, arena, batch, shard, shards):
    k = slots.n
    margin_shares(matrix(arena, slots.y, batch, k), matrix(arena, slots.x, batch, k))
