"""Losses and optimizers as NumPy text."""

from __future__ import annotations

SMOOTHING = "targets = (1 - {label_smoothing}) * targets + {label_smoothing} / targets.shape[1]"
"""How targets are smoothed, where they are."""

LOSSES: dict[str, str] = {
    "softmax_cross_entropy": '''def losses_of(outputs, targets):
    """Return cross-entropy and its slope, example by example."""
    {smoothing}
    return -(targets * log_softmax(outputs)).sum(axis=1), softmax(outputs) - targets''',
    "binary_cross_entropy": '''def losses_of(outputs, targets):
    """Return binary cross-entropy and its slope, example by example."""
    losses = np.logaddexp(0, outputs) - targets * outputs
    return losses.mean(axis=1), (sigmoid(outputs) - targets) / outputs.shape[1]''',
    "mean_squared_error": '''def losses_of(outputs, targets):
    """Return the mean squared error and its slope, example by example."""
    errors = outputs - targets
    return (errors**2).mean(axis=1), 2 * errors / outputs.shape[1]''',
    "mean_absolute_error": '''def losses_of(outputs, targets):
    """Return the mean absolute error and its slope, example by example."""
    errors = outputs - targets
    return np.abs(errors).mean(axis=1), np.sign(errors) / outputs.shape[1]''',
    "huber": '''def losses_of(outputs, targets):
    """Return Huber's loss and its slope, example by example."""
    errors, delta = outputs - targets, {huber_delta}
    sizes = np.abs(errors)
    losses = np.where(sizes <= delta, errors**2 / 2, delta * (sizes - delta / 2))
    return losses.mean(axis=1), np.clip(errors, -delta, delta) / outputs.shape[1]''',
    "hinge": '''def losses_of(outputs, targets):
    """Return the hinge loss and its slope, example by example."""
    if outputs.shape[1] == 1:
        margins = 1 - targets * outputs
        return np.maximum(margins, 0)[:, 0], np.where(margins > 0, -targets, 0.0)
    own = (outputs * targets).sum(axis=1, keepdims=True)
    margins = np.where(targets == 1, 0.0, 1 - own + outputs)
    late = (margins > 0) / outputs.shape[1]
    slopes = late - targets * late.sum(axis=1, keepdims=True)
    return np.maximum(margins, 0).sum(axis=1) / outputs.shape[1], slopes''',
    "sequence_cross_entropy": '''def losses_of(outputs, targets):
    """Return cross-entropy and its slope, step by step; -1 stands for one that does not count."""
    one_hot = np.eye(outputs.shape[-1])[targets.clip(0)]
    return -(one_hot * log_softmax(outputs)).sum(axis=-1), softmax(outputs) - one_hot''',
    "ctc": '''def losses_of(outputs, targets):
    """Return -log p(text) / characters and its slope, text by text (Graves et al. 2006).

    Output 0 is the blank, and -1 stands behind the end of a text.
    """
    losses, slopes = np.zeros(len(outputs)), np.zeros(outputs.shape)
    for n, (y, target) in enumerate(zip(log_softmax(outputs), targets)):
        text = target[target >= 0] + 1
        labels = np.zeros(2 * len(text) + 1, int)
        labels[1::2] = text
        forward = ways(y, labels)
        both = forward + ways(y[::-1], labels[::-1])[::-1, ::-1] - y[:, labels]
        log_p = np.logaddexp.reduce(forward[-1, -2:])
        shares = np.zeros(y.shape)
        np.add.at(shares, (slice(None), labels), np.exp(both - log_p))
        losses[n] = -log_p / max(len(text), 1)
        slopes[n] = (np.exp(y) - shares) / max(len(text), 1)
    return losses, slopes


def ways(y, labels):
    """Return the logarithm of the probability of all ways to each label, at each step."""
    found = np.full((len(y), len(labels)), -np.inf)
    found[0, :2] = y[0, labels[:2]]
    # A character may follow the one before without a blank, unless both are the same.
    jumps = np.full(len(labels), -np.inf)
    jumps[2:][(labels[2:] != 0) & (labels[2:] != labels[:-2])] = 0
    for t in range(1, len(y)):
        before = np.pad(found[t - 1], (2, 0), constant_values=-np.inf)
        stay = np.logaddexp(before[2:], before[1:-1])
        found[t] = y[t, labels] + np.logaddexp(stay, before[:-2] + jumps)
    return found''',
}
"""By key, a function of outputs and targets; constants are filled in."""

ANSWERS = {"softmax_cross_entropy": "softmax(outputs)", "binary_cross_entropy": "sigmoid(outputs)",
           "sequence_cross_entropy": "softmax(outputs)", "ctc": "softmax(outputs)"}
"""What makes probabilities of outputs, for losses that hold softmax or sigmoid."""

OPTIMIZERS: dict[str, str] = {
    "sgd": '''def direction(g, memory, count):
    """Return what a weight goes down by, times the learning rate."""
    return g''',
    "momentum": '''def direction(g, memory, count):
    """Return what a weight goes down by, times the learning rate: heavy ball."""
    memory["v"] = {momentum} * memory["v"] + g
    return memory["v"]''',
    "nesterov": '''def direction(g, memory, count):
    """Return what a weight goes down by, times the learning rate: momentum that looks ahead."""
    memory["v"] = {momentum} * memory["v"] + g
    return g + {momentum} * memory["v"]''',
    "rmsprop": '''def direction(g, memory, count):
    """Return what a weight goes down by, times the learning rate: RMSprop."""
    memory["s"] = {rho} * memory["s"] + (1 - {rho}) * g**2
    return g / (np.sqrt(memory["s"]) + {epsilon})''',
    "adam": '''def direction(g, memory, count):
    """Return what a weight goes down by, times the learning rate: Adam."""
    memory["m"] = {beta1} * memory["m"] + (1 - {beta1}) * g
    memory["v"] = {beta2} * memory["v"] + (1 - {beta2}) * g**2
    mean = memory["m"] / (1 - {beta1}**count)
    return mean / (np.sqrt(memory["v"] / (1 - {beta2}**count)) + {epsilon})''',
    "adagrad": '''def direction(g, memory, count):
    """Return what a weight goes down by, times the learning rate: Adagrad."""
    memory["s"] = memory["s"] + g**2
    return g / (np.sqrt(memory["s"]) + {epsilon})''',
    "adadelta": '''def direction(g, memory, count):
    """Return what a weight goes down by, times the learning rate: Adadelta."""
    memory["s"] = {rho} * memory["s"] + (1 - {rho}) * g**2
    step = g * np.sqrt(memory["v"] + {epsilon}) / np.sqrt(memory["s"] + {epsilon})
    memory["v"] = {rho} * memory["v"] + (1 - {rho}) * step**2
    return step''',
    "nadam": '''def share_of_mean(count):
    return {beta1} * (1 - 0.5 * 0.96 ** (0.004 * count))


def direction(g, memory, count):
    """Return what a weight goes down by, times the learning rate: NAdam."""
    memory["m"] = {beta1} * memory["m"] + (1 - {beta1}) * g
    memory["v"] = {beta2} * memory["v"] + (1 - {beta2}) * g**2
    now, next_ = share_of_mean(count), share_of_mean(count + 1)
    product = np.prod(share_of_mean(np.arange(1, count + 1)))
    mean = ((1 - now) * g / (1 - product)
            + next_ * memory["m"] / (1 - product * next_))
    return mean / (np.sqrt(memory["v"] / (1 - {beta2}**count)) + {epsilon})''',
}
"""By key, a function of a gradient; constants are filled in."""

OPTIMIZERS["adamw"] = OPTIMIZERS["adam"]
