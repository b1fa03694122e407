"""Losses: value and gradient in one pass. Legend: n examples, k units.

Every loss returns the mean that PyTorch calls ``reduction="mean"``, and fills dL/dz for that mean.
"""

from __future__ import annotations

import math

import numpy as np

from engine.kernels.mathematics import exponential, logistic
from engine.kernels.policy import kernel


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
    for n in range(x.shape[0]):
        largest = x[n, 0]
        for k in range(1, x.shape[1]):
            largest = max(largest, x[n, k])
        total = x.dtype.type(0)
        for k in range(x.shape[1]):
            y[n, k] = exponential(x[n, k] - largest)
            total += y[n, k]
        for k in range(x.shape[1]):
            y[n, k] /= total


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
    Source: Bridle (1990); Goodfellow, Bengio and Courville (2016), sec. 6.2.2.3; smoothing from
    Szegedy et al. (2016), sec. 7.
    """
    softmax_forward(dz, z)
    loss = 0.0
    kept, spread = 1.0 - smoothing, smoothing / z.shape[1]
    share = z.dtype.type(1.0 / z.shape[0])
    for n in range(z.shape[0]):
        # log sum exp = largest + log(1 / largest probability): exact where log(p) would be -inf.
        largest = z[n, 0]
        top = dz[n, 0]
        for k in range(1, z.shape[1]):
            largest = max(largest, z[n, k])
            top = max(top, dz[n, k])
        normaliser = np.float64(largest) - math.log(np.float64(top))
        for k in range(z.shape[1]):
            target = kept * np.float64(t[n, k]) + spread
            if target != 0.0:
                loss += target * (normaliser - np.float64(z[n, k]))
            dz[n, k] = (dz[n, k] - z.dtype.type(target)) * share
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
    loss = 0.0
    share = z.dtype.type(1.0 / (z.shape[0] * z.shape[1]))
    for n in range(z.shape[0]):
        for k in range(z.shape[1]):
            value = np.float64(z[n, k])
            # One factor is 0 for a certain target: max(z, 0) - t z would cancel instead.
            side = 1.0 if value > 0.0 else 0.0
            loss += (value * (side - np.float64(t[n, k]))
                     + math.log1p(math.exp(-abs(value))))
            dz[n, k] = (logistic(z[n, k]) - t[n, k]) * share
    return loss / (z.shape[0] * z.shape[1])


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
    loss = 0.0
    share = z.dtype.type(2.0 / (z.shape[0] * z.shape[1]))
    for n in range(z.shape[0]):
        for k in range(z.shape[1]):
            difference = z[n, k] - t[n, k]
            loss += np.float64(difference) * np.float64(difference)
            dz[n, k] = difference * share
    return loss / (z.shape[0] * z.shape[1])


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
    loss = 0.0
    share = z.dtype.type(1.0 / (z.shape[0] * z.shape[1]))
    for n in range(z.shape[0]):
        for k in range(z.shape[1]):
            difference = z[n, k] - t[n, k]
            loss += abs(np.float64(difference))
            # NaN, which is neither above nor below, goes through.
            dz[n, k] = share if difference > 0 else (-share if difference < 0 else difference)
    return loss / (z.shape[0] * z.shape[1])


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
    loss = 0.0
    share = 1.0 / (z.shape[0] * z.shape[1])
    for n in range(z.shape[0]):
        for k in range(z.shape[1]):
            difference = np.float64(z[n, k] - t[n, k])
            size = abs(difference)
            slope = difference
            if size > delta:
                loss += delta * (size - 0.5 * delta)
                slope = delta if difference > 0.0 else -delta
            else:
                loss += 0.5 * size * size
            dz[n, k] = slope * share
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


@kernel
def squared_error(z, t):
    """Return the sum over examples of ``(z - t)**2``, mean over units.

    Parameters
    ----------
    z, t : real[n, k]
        Outputs and targets.

    Returns
    -------
    float64
        The sum.

    Notes
    -----
    Source: definition.
    """
    total = 0.0
    for n in range(z.shape[0]):
        for k in range(z.shape[1]):
            difference = np.float64(z[n, k]) - np.float64(t[n, k])
            total += difference * difference
    return total / z.shape[1]


@kernel
def squared_error_of_shares(z, t):
    """Return the sum over examples of ``(s(z) - t)**2``, mean over units.

    Parameters
    ----------
    z, t : real[n, k]
        Logits and targets; s is the logistic sigmoid.

    Returns
    -------
    float64
        The sum.

    Notes
    -----
    Source: definition.
    """
    total = 0.0
    for n in range(z.shape[0]):
        for k in range(z.shape[1]):
            difference = np.float64(logistic(z[n, k])) - np.float64(t[n, k])
            total += difference * difference
    return total / z.shape[1]


@kernel
def count_correct(z, t, boundary):
    """Count examples whose class is right.

    Parameters
    ----------
    z, t : real[n, k]
        Outputs and targets. With k = 1 the classes are the two sides of ``boundary``, else the
        place of the largest number.
    boundary : float64
        Output that separates two classes.

    Returns
    -------
    int64
        The count.

    Notes
    -----
    Source: definition.
    """
    correct = 0
    for n in range(z.shape[0]):
        if z.shape[1] == 1:
            # The lower target is at most 0 and the higher one is 1 for every loss.
            correct += (z[n, 0] > boundary) == (t[n, 0] > 0.5)
        else:
            guess = 0
            truth = 0
            for k in range(1, z.shape[1]):
                if z[n, k] > z[n, guess]:
                    guess = k
                if t[n, k] > t[n, truth]:
                    truth = k
            correct += guess == truth
    return correct
