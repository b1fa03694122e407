"""How norms pass covariances on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.layers.covariance import (
    Batch,
    Crossing,
    Learned,
    Reals,
    Return,
    Signal,
    by_pairs,
)
from engine.layers.drawing_signals import normal_numbers, root

DRAWN = 512
"""Features that are drawn: each has a mean and a variance of its own over the batch."""


def over_features(x: Signal, epsilon: float, squares: Mapping[str, float]) -> Crossing:
    """Return what a layer norm passes on, in the limit of many features."""
    covariance = x.spread
    deviation = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1) + epsilon)
    sizes = deviation[..., :, None] * deviation[..., None, :]
    normal = covariance / sizes
    output, scale = _scaled(x, normal, squares)

    def back(gradient: Reals) -> Return:
        return Return((scale * gradient / sizes,), _learned(gradient, normal, x))
    return Crossing(output, back)


def over_batch(x: Signal, epsilon: float, squares: Mapping[str, float], batch: Batch) -> Crossing:
    """Return what a batch norm passes on: features are drawn and normalised, one by one.

    Notes
    -----
    Of few examples, each stands for many of the batch: a mean over the batch holds 1 / batch of an
    example's own number, and the mean of the others. That the deviations of a feature are divided
    by makes gradients grow with depth (Yang et al. 2019).
    """
    own, others = _weights(x, batch)
    weights = own + others / np.maximum(others.sum(axis=1, keepdims=True), 1e-300) * (
        1 - own.sum(axis=1, keepdims=True))
    pairs = (own + others) / len(own)
    second = x.second[0]
    with_mean = np.sum(weights * second, axis=1)
    both = float(np.sum(pairs * second))
    centred = second - with_mean[:, None] - with_mean[None, :] + both
    features = root(centred) @ normal_numbers(len(centred), DRAWN)
    variance = _variances(features, centred, pairs) + epsilon
    y = features / np.sqrt(variance)
    normal = y @ y.T / DRAWN
    output, scale = _scaled(x, normal[None], squares)

    def back(gradient: Reals) -> Return:
        g = gradient[0]
        seen = weights * g
        along, total = seen.sum(axis=1), float(np.sum(pairs * g))
        with_y = seen @ y
        share = np.sum(((pairs * g) @ y) * y, axis=0)
        crossed = np.mean(y * along[:, None], axis=0)
        scaled = y / variance
        sent = float(np.mean(1 / variance)) * (g - along[:, None] - along[None, :] + total)
        turned = (scaled @ with_y.T - (scaled * crossed).sum(axis=1)[:, None]) / DRAWN
        sent = sent - turned - turned.T + (scaled * share) @ y.T / DRAWN
        return Return((scale * sent[None],), _learned(gradient, normal[None], x))
    return Crossing(output, back)


def _weights(x: Signal, batch: Batch) -> tuple[Reals, Reals]:
    """Return how much rows of the same example, and of others, count in a mean over the batch."""
    n, places = x.examples, x.places
    everywhere = np.full((places, places), 1 / places)
    shares = batch.among * (1 - np.eye(n))
    shares = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-300)
    own = np.kron(everywhere, np.eye(n) / batch.size)
    return own, np.kron(everywhere, (1 - 1 / batch.size) * shares)


def _variances(features: Reals, centred: Reals, pairs: Reals) -> Reals:
    """Return each feature's variance over a batch, which differs less than that over few rows."""
    few = np.mean(features**2, axis=0)
    mean = float(np.mean(np.diagonal(centred)))
    few *= mean / max(float(few.mean()), 1e-300)
    spread = float(np.sum(pairs * centred**2)) / max(float(np.mean(centred**2)), 1e-300)
    return np.asarray(np.maximum(mean + np.sqrt(min(spread, 1.0)) * (few - mean), 1e-3 * mean))


def _scaled(x: Signal, normal: Reals, squares: Mapping[str, float]) -> tuple[Signal, float]:
    scale = squares.get("scale", 1.0)
    second = scale * normal + squares.get("shift", 0.0)
    return Signal(x.shape, second, np.zeros(second.shape[:2]), origins=x.origins), scale


def _learned(gradient: Reals, normal: Reals, x: Signal) -> tuple[Learned, ...]:
    return (Learned(x.shape[-1], by_pairs(gradient * normal, x.examples)),
            Learned(x.shape[-1], by_pairs(gradient, x.examples)))
