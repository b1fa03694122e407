"""Update rules with PyTorch's meaning of every constant.

``rule`` is a mapping: learning_rate, l1, l2, momentum, rho, beta1, beta2, epsilon, weight_decay.
Penalties go into the gradient before the rule sees it. Every twin returns what its kernel measures:
means and standard deviations of the old weights and of the updates, which are subtracted from them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Rule = Mapping[str, float]
Moments = tuple[float, float, float, float]
quietly = np.errstate(all="ignore")


def penalise(slope: Reals, g: Reals, w: Reals, rule: Rule, measured: int) -> None:
    for j in range(w.size):
        slope[j] = penalised(g[j], w[j], rule) if j < measured else g[j]


def sums(x: Reals, size: int) -> tuple[float, float]:
    mean = math.fsum(x[:size]) / size
    return mean, math.sqrt(math.fsum((x[:size] - mean)**2) / size)


def descend(w: Reals, u: Reals, rate: float, measured: int) -> Moments:
    before, step = w[:measured].copy(), rate * u[:measured]
    w -= rate * u
    return (*sums(before, measured), *sums(step, measured))


def penalised(g: float, w: float, rule: Rule) -> float:
    """Return the derivative of loss + l1 |w| + l2/2 w²; that of |w| at 0 is 0."""
    sign = 0.0 if w == 0 else math.copysign(1.0, w)
    return g + rule["l1"] * sign + rule["l2"] * w


def measured(before: Reals, after: Reals) -> Moments:
    """Return the four moments; NaN of no numbers."""
    if not before.size:
        return math.nan, math.nan, math.nan, math.nan
    update = before - after
    return (float(np.mean(before)), float(np.std(before)), float(np.mean(update)),
            float(np.std(update)))


@quietly
def update_sgd(w: Reals, g: Reals, rule: Rule) -> Moments:
    before = w.copy()
    for j in range(w.size):
        w[j] = w[j] - rule["learning_rate"] * penalised(g[j], w[j], rule)
    return measured(before, w)


@quietly
def update_momentum(w: Reals, g: Reals, v: Reals, rule: Rule) -> Moments:
    before = w.copy()
    for j in range(w.size):
        v[j] = rule["momentum"] * v[j] + penalised(g[j], w[j], rule)
        w[j] = w[j] - rule["learning_rate"] * v[j]
    return measured(before, w)


@quietly
def update_nesterov(w: Reals, g: Reals, v: Reals, rule: Rule) -> Moments:
    before = w.copy()
    for j in range(w.size):
        slope = penalised(g[j], w[j], rule)
        v[j] = rule["momentum"] * v[j] + slope
        w[j] = w[j] - rule["learning_rate"] * (slope + rule["momentum"] * v[j])
    return measured(before, w)


@quietly
def update_rmsprop(w: Reals, g: Reals, s: Reals, rule: Rule) -> Moments:
    before = w.copy()
    for j in range(w.size):
        slope = penalised(g[j], w[j], rule)
        s[j] = rule["rho"] * s[j] + (1 - rule["rho"]) * slope**2
        w[j] = w[j] - rule["learning_rate"] * slope / (np.sqrt(s[j]) + rule["epsilon"])
    return measured(before, w)


@quietly
def update_adam(w: Reals, g: Reals, v: Reals, s: Reals, rule: Rule, count: int) -> Moments:
    """Step as Adam, or as AdamW when weight_decay is not 0."""
    before = w.copy()
    for j in range(w.size):
        slope = penalised(g[j], w[j], rule)
        v[j] = rule["beta1"] * v[j] + (1 - rule["beta1"]) * slope
        s[j] = rule["beta2"] * s[j] + (1 - rule["beta2"]) * slope**2
        mean = v[j] / (1 - rule["beta1"] ** count)
        square = s[j] / (1 - rule["beta2"] ** count)
        decayed = w[j] - rule["learning_rate"] * rule["weight_decay"] * w[j]
        w[j] = decayed - rule["learning_rate"] * mean / (np.sqrt(square) + rule["epsilon"])
    return measured(before, w)


@quietly
def update_adagrad(w: Reals, g: Reals, s: Reals, rule: Rule) -> Moments:
    before = w.copy()
    for j in range(w.size):
        slope = penalised(g[j], w[j], rule)
        s[j] = s[j] + slope**2
        w[j] = w[j] - rule["learning_rate"] * slope / (np.sqrt(s[j]) + rule["epsilon"])
    return measured(before, w)


@quietly
def update_adadelta(w: Reals, g: Reals, v: Reals, s: Reals, rule: Rule) -> Moments:
    before = w.copy()
    for j in range(w.size):
        slope = penalised(g[j], w[j], rule)
        s[j] = rule["rho"] * s[j] + (1 - rule["rho"]) * slope**2
        change = np.sqrt(v[j] + rule["epsilon"]) / np.sqrt(s[j] + rule["epsilon"]) * slope
        v[j] = rule["rho"] * v[j] + (1 - rule["rho"]) * change**2
        w[j] = w[j] - rule["learning_rate"] * change
    return measured(before, w)


@quietly
def update_nadam(w: Reals, g: Reals, v: Reals, s: Reals, rule: Rule, count: int) -> Moments:
    def mu(step: int) -> float:
        return rule["beta1"] * (1 - 0.5 * 0.96 ** (0.004 * step))

    before = w.copy()
    product = math.prod(mu(step) for step in range(1, count + 1))
    for j in range(w.size):
        slope = penalised(g[j], w[j], rule)
        v[j] = rule["beta1"] * v[j] + (1 - rule["beta1"]) * slope
        s[j] = rule["beta2"] * s[j] + (1 - rule["beta2"]) * slope**2
        mean = ((1 - mu(count)) * slope / (1 - product)
                + mu(count + 1) * v[j] / (1 - product * mu(count + 1)))
        square = s[j] / (1 - rule["beta2"] ** count)
        w[j] = w[j] - rule["learning_rate"] * mean / (np.sqrt(square) + rule["epsilon"])
    return measured(before, w)
