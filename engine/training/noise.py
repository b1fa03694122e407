"""How noisy the gradient of a batch is: those of its parts, compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.kernels.ops.statistics import gradient_statistics
from engine.kernels.runtime import layout
from engine.plan import Plan
from engine.telemetry.snapshot import LayerReading
from engine.training.visit import run, undisturbed

PARTS = 8
"""Into how many parts a batch is divided."""

MOST_EXAMPLES = 128
"""Of a larger batch so many examples are looked at; what they say holds for any number."""


def with_noise(plan: Plan, readings: Sequence[LayerReading]) -> tuple[LayerReading, ...]:
    """Return readings with the signal and the noise of every layer's gradient.

    Parameters
    ----------
    plan : Plan
        The network between two steps; its next batch is looked at, without dropout.
    readings : sequence of LayerReading
        One for every layer.

    Notes
    -----
    Of k parts of b examples each, g_i being the gradient of part i and m their mean:
    v = sum |g_i - m|**2 / (k - 1) estimates the variance of the gradient of b examples, hence
    v b / B that of a batch of B, and |m|**2 - v / k the squared gradient over all examples. Source:
    McCandlish et al. (2018), An Empirical Model of Large-Batch Training, appendix A.
    """
    control = plan.shared.control
    examples = int(control[layout.EXAMPLES])
    batch = min(int(plan.shared.requested[layout.BATCH_SIZE]) or examples, examples)
    looked_at = min(batch, MOST_EXAMPLES, plan.capacity)
    parts = min(PARTS, looked_at)
    if parts < 2:
        return tuple(readings)
    size = looked_at // parts
    learning = [place for place, layer in enumerate(plan.layers) if layer.statistic >= 0]
    spans = [slice(plan.layers[place].first, plan.layers[place].first + plan.layers[place].measured)
             for place in learning]
    squares, total = np.zeros(len(spans)), np.zeros(plan.parameters, plan.arena.dtype)
    with undisturbed(plan, gradients=True):
        gradient = plan.arena[plan.parameters:2 * plan.parameters]
        control[layout.ORDER] = control[layout.TRAINING_ORDER]
        begin = min(int(control[layout.POSITION]), examples - parts * size)
        for part in range(parts):
            control[layout.POSITION] = begin + part * size
            run(plan, size, layout.GATHER, layout.FORWARD, layout.LOSS_SECTION, layout.BACKWARD)
            total += gradient
            squares += [_mean_square(gradient[span]) for span in spans]
    total /= parts
    means = np.array([_mean_square(total[span]) for span in spans])
    variances = np.maximum(squares - parts * means, 0.0) / (parts - 1)
    found = list(readings)
    for place, mean, variance in zip(learning, means, variances, strict=True):
        found[place] = replace(found[place], gradient_signal=float(mean - variance / parts),
                               gradient_noise=float(variance * size / batch))
    return tuple(found)


def _mean_square(numbers: np.ndarray) -> float:
    return float(gradient_statistics(numbers)[0]) ** 2
