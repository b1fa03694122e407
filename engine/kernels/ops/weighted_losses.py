"""Losses of which every class has a weight. Legend: n examples, k units, m classes.

An example counts by the weight of its class: ``L = sum of w[class] l / sum of w[class]``, with l
the loss of that example alone. So does PyTorch's ``CrossEntropyLoss(weight=w)`` take its mean. What
label smoothing gives to other classes has the example's weight too, as in Keras; PyTorch gives it
the weight of the class that receives it, by which a rare class outweighs the true one.

Nothing of this runs unless classes have weights: `engine.kernels.ops.losses` knows of none.
"""

from __future__ import annotations

from engine.kernels.ops.losses import (
    binary_cross_entropy,
    hinge,
    mean_squared_error,
    report,
    softmax_cross_entropy,
)
from engine.kernels.ops.sequence_loss import mean_of_terms, sequence_cross_entropy
from engine.kernels.runtime.memory import (
    array_at,
    as_doubles,
    matrix,
    on_stack,
    reals_at,
    vector,
)
from engine.kernels.runtime.policy import kernel, op


@kernel
def _own_weight(t, weights):
    """Return the weight of the class that the targets of one example name."""
    if t.size == 1:
        return weights[int(t[0] > 0)]
    truth = 0
    for k in range(1, t.size):
        if t[k] > t[truth]:
            truth = k
    return weights[truth]


@kernel
def _scale(dz, by):
    """Multiply the gradient of one example by its share of all weights."""
    for k in range(dz.size):
        dz[k] *= dz.dtype.type(by)


@kernel
def total_weight(t, weights):
    """Compute the sum of ``w[class]`` over examples.

    Parameters
    ----------
    t : real[n, k]
        Targets, the largest of which names the class. With k = 1 it is the second of two classes
        where the target is above 0.
    weights : float64[m]
        Weight of every class.

    Returns
    -------
    float64
        The sum.

    Notes
    -----
    Source: definition.
    """
    total = 0.0
    for n in range(t.shape[0]):
        total += _own_weight(t[n], weights)
    return total


@kernel
def weighted_softmax_cross_entropy(dz, z, t, weights, smoothing):
    """Compute ``L = sum of w[class] l / sum of w[class]``, l being the softmax cross-entropy.

    Parameters
    ----------
    dz : real[n, k]
        dL/dz = w[class] (softmax(z) - u) / sum of w[class], overwritten.
    z, t : real[n, k]
        Logits and targets.
    weights : float64[m]
        Weight of every class.
    smoothing : float64
        Share that the targets give to all classes: ``u = (1 - smoothing) t + smoothing / k``.

    Returns
    -------
    float64
        L.

    Notes
    -----
    Source: King and Zeng (2001), sec. 4.2; the mean as PyTorch's ``CrossEntropyLoss`` takes it.
    """
    total, loss = total_weight(t, weights), 0.0
    for n in range(z.shape[0]):
        share = _own_weight(t[n], weights) / total
        row = slice(n, n + 1)
        loss += share * softmax_cross_entropy(dz[row], z[row], t[row], smoothing)
        _scale(dz[n], share)
    return loss


@kernel
def weighted_binary_cross_entropy(dz, z, t, weights):
    """Compute ``L = sum of w[class] l / sum of w[class]``, l being the binary cross-entropy.

    Parameters
    ----------
    dz : real[n, k]
        dL/dz = w[class] (s(z) - t) / (k sum of w[class]), overwritten; s is the logistic sigmoid.
    z, t : real[n, k]
        Logits, and targets of 0 and 1.
    weights : float64[m]
        Weight of every class; of two where k = 1.

    Returns
    -------
    float64
        L.

    Notes
    -----
    Source: King and Zeng (2001), sec. 4.2, divided by the sum of the weights.
    """
    total, loss = total_weight(t, weights), 0.0
    for n in range(z.shape[0]):
        share = _own_weight(t[n], weights) / total
        row = slice(n, n + 1)
        loss += share * binary_cross_entropy(dz[row], z[row], t[row])
        _scale(dz[n], share)
    return loss


@kernel
def weighted_mean_squared_error(dz, z, t, weights):
    """Compute ``L = sum of w[class] l / sum of w[class]``, l being the mean squared error.

    Parameters
    ----------
    dz : real[n, k]
        dL/dz = 2 w[class] (z - t) / (k sum of w[class]), overwritten.
    z, t : real[n, k]
        Outputs, and targets that stand for classes.
    weights : float64[m]
        Weight of every class; of two where k = 1.

    Returns
    -------
    float64
        L.

    Notes
    -----
    Source: definition.
    """
    total, loss = total_weight(t, weights), 0.0
    for n in range(z.shape[0]):
        share = _own_weight(t[n], weights) / total
        row = slice(n, n + 1)
        loss += share * mean_squared_error(dz[row], z[row], t[row])
        _scale(dz[n], share)
    return loss


@kernel
def weighted_hinge(dz, z, t, weights):
    """Compute ``L = sum of w[class] l / sum of w[class]``, l being the hinge of an example.

    Parameters
    ----------
    dz : real[n, k]
        dL/dz, overwritten.
    z, t : real[n, k]
        Outputs, and targets as `engine.kernels.ops.losses.hinge` has them.
    weights : float64[m]
        Weight of every class; of two where k = 1.

    Returns
    -------
    float64
        L; not finite if any output is not.

    Notes
    -----
    Source: definition; PyTorch's ``MultiMarginLoss(weight=w)`` divides by n instead.
    """
    total, loss = total_weight(t, weights), 0.0
    for n in range(z.shape[0]):
        share = _own_weight(t[n], weights) / total
        row = slice(n, n + 1)
        loss += share * hinge(dz[row], z[row], t[row])
        _scale(dz[n], share)
    return loss


@kernel
def total_step_weight(t, weights):
    """Compute the sum of ``w[t]`` over the steps that count.

    Parameters
    ----------
    t : real[n]
        Class of every step; negative for one that does not count.
    weights : float64[m]
        Weight of every class.

    Returns
    -------
    float64
        The sum; 0 when no step counts.

    Notes
    -----
    Source: definition.
    """
    total = 0.0
    for n in range(t.size):
        if t[n] >= 0:
            total += weights[int(t[n])]
    return total


@kernel
def weighted_sequence_cross_entropy(dz, z, t, weights):
    """Compute ``L = -sum of w[t] log softmax(z)[t] / sum of w[t]`` over the steps that count.

    Parameters
    ----------
    dz : real[n, k]
        dL/dz = w[t] (softmax(z) - [k = t]) / sum of w[t], overwritten; 0 at a step that does not
        count.
    z : real[n, k]
        Logits.
    t : real[n]
        Class of every step; negative for one that does not count.
    weights : float64[m]
        Weight of every class.

    Returns
    -------
    float64
        L; 0 when no step counts.

    Notes
    -----
    Source: PyTorch's ``CrossEntropyLoss`` with ``weight`` and ``ignore_index``.
    """
    total, loss = total_step_weight(t, weights), 0.0
    terms = array_at(as_doubles(on_stack(z, 4)), (2,))
    for n in range(t.size):
        row = slice(n, n + 1)
        sequence_cross_entropy(dz[row], terms, z[row], t[row], 1)
        if t[n] >= 0:
            share = weights[int(t[n])] / total
            loss += share * mean_of_terms(terms, 1)
            _scale(dz[n], share)
    return loss


@op("dz z t k weights classes label_smoothing:real results",
    "L = sum of weights[class] l / sum of weights[class]; l = -sum of t log(softmax(z)); "
    "dz = weights[class] (softmax(z) - t) / sum of weights[class]", whole=True)
def weighted_softmax_cross_entropy_op(slots, arena, batch, shard, shards):
    k = slots.k
    t = matrix(arena, slots.t, batch, k)
    weights = array_at(reals_at(slots.weights), (slots.classes,))
    report(slots.results, weighted_softmax_cross_entropy(
        matrix(arena, slots.dz, batch, k), matrix(arena, slots.z, batch, k), t, weights,
        slots.label_smoothing), total_weight(t, weights))


@op("dz z t k weights classes results",
    "L = sum of weights[class] l / sum of weights[class]; "
    "l = mean over k of -t log(sigmoid(z)) - (1 - t) log(1 - sigmoid(z)); "
    "dz = weights[class] (sigmoid(z) - t) / (k sum of weights[class])", whole=True)
def weighted_binary_cross_entropy_op(slots, arena, batch, shard, shards):
    k = slots.k
    t = matrix(arena, slots.t, batch, k)
    weights = array_at(reals_at(slots.weights), (slots.classes,))
    report(slots.results, weighted_binary_cross_entropy(
        matrix(arena, slots.dz, batch, k), matrix(arena, slots.z, batch, k), t, weights),
        total_weight(t, weights))


@op("dz z t k weights classes results",
    "L = sum of weights[class] l / sum of weights[class]; l = mean over k of (z - t)**2; "
    "dz = 2 weights[class] (z - t) / (k sum of weights[class])", whole=True)
def weighted_mean_squared_error_op(slots, arena, batch, shard, shards):
    k = slots.k
    t = matrix(arena, slots.t, batch, k)
    weights = array_at(reals_at(slots.weights), (slots.classes,))
    report(slots.results, weighted_mean_squared_error(
        matrix(arena, slots.dz, batch, k), matrix(arena, slots.z, batch, k), t, weights),
        total_weight(t, weights))


@op("dz z t k weights classes results",
    "L = sum of weights[class] l / sum of weights[class]; "
    "l = sum over others of max(0, 1 - z[class] + z[other]) / k", whole=True)
def weighted_hinge_op(slots, arena, batch, shard, shards):
    k = slots.k
    t = matrix(arena, slots.t, batch, k)
    weights = array_at(reals_at(slots.weights), (slots.classes,))
    report(slots.results, weighted_hinge(
        matrix(arena, slots.dz, batch, k), matrix(arena, slots.z, batch, k), t, weights),
        total_weight(t, weights))


@op("dz z t k steps weights classes results",
    "L = -sum of weights[target] log(softmax(z[t])[target]) / sum of weights[target], over the "
    "steps that count; dz = weights[target] (softmax(z) - onehot) / sum of weights[target]",
    whole=True)
def weighted_sequence_cross_entropy_op(slots, arena, batch, shard, shards):
    n, k = batch * slots.steps, slots.k
    t = vector(arena, slots.t, n)
    weights = array_at(reals_at(slots.weights), (slots.classes,))
    report(slots.results, weighted_sequence_cross_entropy(
        matrix(arena, slots.dz, n, k), matrix(arena, slots.z, n, k), t, weights),
        total_step_weight(t, weights))
