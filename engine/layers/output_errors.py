"""The error at a network's output: dL/dz of one example, for many outputs at once.

A batch's loss is the mean over its examples of what is written here; the kernels of
`engine.kernels.ops.losses` write the same, divided by the number of examples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

OutputError = Callable[[Reals, Reals, Mapping[str, float]], Reals]
"""``error(z, t, constants)`` takes outputs float64[..., k], targets that fit them, and constants of
the loss by name; it returns float64[..., k]."""


def softmax(z: Reals) -> Reals:
    """Return the shares that outputs stand for."""
    above = np.exp(z - z.max(axis=-1, keepdims=True))
    found: Reals = above / above.sum(axis=-1, keepdims=True)
    return found


def cross_entropy(z: Reals, t: Reals, constants: Mapping[str, float]) -> Reals:
    """Return softmax(z) - t, the targets smoothed."""
    smoothing = constants["label_smoothing"]
    found: Reals = softmax(z) - ((1 - smoothing) * t + smoothing / z.shape[-1])
    return found


def binary_cross_entropy(z: Reals, t: Reals, constants: Mapping[str, float]) -> Reals:
    """Return (σ(z) - t) / k."""
    found: Reals = (0.5 + 0.5 * np.tanh(0.5 * z) - t) / z.shape[-1]
    return found


def squared(z: Reals, t: Reals, constants: Mapping[str, float]) -> Reals:
    """Return 2 (z - t) / k."""
    found: Reals = 2 * (z - t) / z.shape[-1]
    return found


def absolute(z: Reals, t: Reals, constants: Mapping[str, float]) -> Reals:
    """Return sign(z - t) / k."""
    found: Reals = np.sign(z - t) / z.shape[-1]
    return found


def huber(z: Reals, t: Reals, constants: Mapping[str, float]) -> Reals:
    """Return z - t between -δ and δ, / k."""
    most = constants["huber_delta"]
    found: Reals = np.clip(z - t, -most, most) / z.shape[-1]
    return found


def hinge(z: Reals, t: Reals, constants: Mapping[str, float]) -> Reals:
    """Return the gradient of the margins that are missing, / k."""
    k = z.shape[-1]
    if k == 1:
        return np.where(t * z < 1, -t, 0.0)
    own = np.broadcast_to(t.argmax(axis=-1)[..., None], (*z.shape[:-1], 1))
    missing: Reals = (1 - np.take_along_axis(z, own, -1) + z > 0) / k
    np.put_along_axis(missing, own, 0.0, -1)
    np.put_along_axis(missing, own, -missing.sum(axis=-1, keepdims=True), -1)
    return missing


def steps_cross_entropy(z: Reals, t: Reals, constants: Mapping[str, float]) -> Reals:
    """Return (softmax(z) - t) / steps that count; targets of steps that do not are 0 altogether."""
    counts = t.sum(axis=-1, keepdims=True)
    shares = counts / np.maximum(counts.sum(axis=-2).mean(), 1e-300)
    found: Reals = (softmax(z) - t) * shares
    return found
