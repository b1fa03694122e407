"""Connectionist temporal classification and greedy reading, as the paper writes them."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def counted_steps(mask: Reals, n: int, steps: int) -> list[int]:
    return [t for t in range(steps) if not mask.size or mask[n, t] != 0]


def text_of(t: Reals, n: int) -> list[int]:
    characters = []
    for number in t[n]:
        if number < 0:
            break
        characters.append(int(number) + 1)
    return characters


def writable_texts(t: Reals, mask: Reals, steps: int) -> int:
    count = 0
    for n in range(len(t)):
        text = text_of(t, n)
        repeats = sum(a == b for a, b in pairwise(text))
        count += len(text) + repeats <= len(counted_steps(mask, n, steps))
    return count


def ctc(dz: Reals, z: Reals, t: Reals, mask: Reals, losses: Reals, count: int) -> None:
    dz[:], losses[:] = 0, 0
    for n in range(len(z)):
        counted, text = counted_steps(mask, n, z.shape[1]), text_of(t, n)
        if not counted or not writable_texts(t[n:n + 1], mask[n:n + 1], z.shape[1]):
            continue
        logits = z[n, counted]
        top = logits.max(axis=1, keepdims=True)
        y = logits - top - np.log(np.sum(np.exp(logits - top), axis=1, keepdims=True))
        labels = [0] + [label for character in text for label in (character, 0)]
        alpha, beta = forward_variables(y, labels), forward_variables(y[::-1], labels[::-1])
        beta = beta[::-1, ::-1]
        log_p = np.logaddexp.reduce(alpha[-1, -2:])
        losses[n] = -log_p / max(len(text), 1)
        for i, step in enumerate(counted):
            for k in range(z.shape[2]):
                # Equation 15: alpha and beta both have the step's own probability.
                through = [alpha[i, s] + beta[i, s] - y[i, k]
                           for s, label in enumerate(labels) if label == k]
                share = math.exp(np.logaddexp.reduce(through) - log_p) if through else 0.0
                dz[n, step, k] = (math.exp(y[i, k]) - share) / (max(len(text), 1) * count)


def forward_variables(y: Reals, labels: list[int]) -> Reals:
    """Return the log-probability of all ways to each place, at each step, it included."""
    alpha = np.full((len(y), len(labels)), -np.inf)
    alpha[0, :2] = y[0, labels[:2]]
    for i in range(1, len(y)):
        for s, label in enumerate(labels):
            before = [alpha[i - 1, s]]
            if s >= 1:
                before.append(alpha[i - 1, s - 1])
            if s >= 2 and label not in (0, labels[s - 2]):
                before.append(alpha[i - 1, s - 2])
            alpha[i, s] = np.logaddexp.reduce(before) + y[i, label]
    return alpha


def read(z: Reals) -> list[int]:
    """Return what is read of the steps of one example, as outputs."""
    path = [int(np.argmax(row)) for row in z]
    return [k for i, k in enumerate(path) if k != 0 and (i == 0 or path[i - 1] != k)]


def distance(one: list[int], two: list[int]) -> int:
    if not one or not two:
        return len(one) + len(two)
    return min(distance(one[:-1], two[:-1]) + (one[-1] != two[-1]),
               distance(one[:-1], two) + 1, distance(one, two[:-1]) + 1)


def character_errors(z: Reals, t: Reals, mask: Reals) -> int:
    return sum(distance(read(z[n, counted_steps(mask, n, z.shape[1])]), text_of(t, n))
               for n in range(len(z)))
