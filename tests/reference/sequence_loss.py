"""Cross-entropy of every step. Legend: n steps of all examples, k classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def counted_steps(t: Reals) -> int:
    return sum(bool(number >= 0) for number in t)


def sequence_cross_entropy(dz: Reals, terms: Reals, z: Reals, t: Reals, count: int) -> None:
    dz[:] = 0
    terms[:] = 0
    for n in range(len(t)):
        if t[n] >= 0:
            log_total = np.log(np.sum(np.exp(z[n] - np.max(z[n])))) + np.max(z[n])
            terms[0] += log_total - z[n, int(t[n])]
            dz[n] = np.exp(z[n] - log_total) / count
            dz[n, int(t[n])] -= 1 / count


def mean_of_terms(terms: Reals, count: int) -> float:
    return float(sum(terms)) / (count or 1)


def right_steps(z: Reals, t: Reals, steps: int) -> float:
    total = 0.0
    for first in range(0, len(t), steps):
        counted = [n for n in range(first, first + steps) if t[n] >= 0]
        right = [np.argmax(z[n]) == t[n] for n in counted]
        total += float(np.mean(right)) if counted else 1.0
    return total
