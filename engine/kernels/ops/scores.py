"""How well a batch was answered, summed over its examples. Legend: n examples, k units."""

from __future__ import annotations

import numpy as np

from engine.kernels.ops.mathematics import logistic
from engine.kernels.runtime.memory import flat
from engine.kernels.runtime.policy import kernel


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
    outputs, targets = flat(z), flat(t)
    total = 0.0
    for j in range(outputs.size):
        difference = np.float64(outputs[j]) - np.float64(targets[j])
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
    outputs, targets = flat(z), flat(t)
    total = 0.0
    for j in range(outputs.size):
        difference = np.float64(logistic(outputs[j])) - np.float64(targets[j])
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
