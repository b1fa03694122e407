"""Cross-entropy of every step. Legend: n steps of all examples, k classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def sequence_cross_entropy(dz: Reals, z: Reals, t: Reals) -> float:
    counted = [n for n in range(len(t)) if t[n] >= 0]
    dz[:] = 0
    loss = 0.0
    for n in counted:
        log_total = np.log(np.sum(np.exp(z[n] - np.max(z[n])))) + np.max(z[n])
        loss += (log_total - z[n, int(t[n])]) / len(counted)
        dz[n] = np.exp(z[n] - log_total) / len(counted)
        dz[n, int(t[n])] -= 1 / len(counted)
    return loss


def right_steps(z: Reals, t: Reals, steps: int) -> float:
    total = 0.0
    for first in range(0, len(t), steps):
        counted = [n for n in range(first, first + steps) if t[n] >= 0]
        right = [np.argmax(z[n]) == t[n] for n in counted]
        total += float(np.mean(right)) if counted else 1.0
    return total
