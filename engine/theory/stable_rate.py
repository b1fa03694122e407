"""The largest learning rate at which gradient descent is stable at the start of a training.

Along the direction in which the loss is curved most, by lambda, a step of the rate eta multiplies
what is missing by 1 - eta lambda: it grows from step to step where eta is larger than 2 / lambda.
In wide networks, lambda follows from the tangent kernel of the first weights and from how the loss
is curved over the outputs (Jacot et al. 2018; Lee et al. 2019; Lewkowycz et al. 2020).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.errors import EngineError
from engine.layers import LOSSES, Loss
from engine.layers.output_errors import OutputError
from engine.messages import Message
from engine.spec import ProjectSpec
from engine.theory.prediction import tangent_kernel

Reals = NDArray[np.float64]
STEP = 1e-4
"""By which an output is moved to see how its error changes."""
MEMORY: Mapping[str, bool] = {"sgd": False, "momentum": True}
"""The update rules whose largest stable rate is known, and whether they keep a momentum."""


def stable_rate(project: ProjectSpec, dataset: Dataset, *, points: int = 24) -> float | None:
    """Return the largest stable learning rate of a project; None where theory has no rule.

    Parameters
    ----------
    project : ProjectSpec
        A project that can be trained on the data.
    dataset : Dataset
        The data.
    points : int
        Training examples that are looked at, at most.

    Notes
    -----
    2 / lambda, and (1 + momentum) times as much with momentum (Polyak 1964). Of the whole training
    set: small batches are noisy, and turn unstable sooner. Biases are not counted.
    """
    training = project.training
    if training.optimizer.kind not in MEMORY:
        return None
    try:
        found = tangent_kernel(project, dataset, points=points)
    except EngineError:
        return None
    if isinstance(found, Message):
        return None
    kernel, probe = found
    bend = curvature(LOSSES[training.loss], probe.targets, {
        field.key: getattr(training, field.key) for field in LOSSES[training.loss].constants})
    sharpness = bend * largest_share(kernel)
    if not (math.isfinite(sharpness) and sharpness > 0):
        return None
    kept = training.optimizer.momentum if MEMORY[training.optimizer.kind] else 0.0
    return 2 * (1 + kept) / sharpness


def largest_share(kernel: Reals) -> float:
    """Return the largest eigenvalue over n of the kernel of many examples, of which these are n.

    Among few examples each would count as much for itself as for all others together: the diagonal
    is left out, so that the rest speaks for any number of them.
    """
    n = len(kernel)
    if n < 2:
        return float(kernel[0, 0])
    others = kernel.copy()
    np.fill_diagonal(others, 0.0)
    if not np.isfinite(others).all():
        return math.nan
    return float(np.linalg.eigvalsh(others)[-1]) / (n - 1)


def curvature(loss: Loss, targets: Reals, constants: Mapping[str, float]) -> float:
    """Return how far a loss is curved at most over the outputs of an example, at outputs of 0.

    The largest eigenvalue of d²L/d(output)², by differences of its error, over some examples; NaN
    where the loss has no such rule.
    """
    if loss.error is None or targets.ndim != 2:
        return math.nan
    near, far = (float(np.median([_bend(loss.error, target, constants, step)
                                  for target in targets[:8]])) for step in (STEP, 2 * STEP))
    # A kink is curved the more, the closer one looks.
    return near if abs(near - far) <= 0.01 * abs(near) else math.nan


def _bend(error: OutputError, target: Reals, constants: Mapping[str, float], step: float) -> float:
    moved = step * np.eye(len(target))[:, None]
    wanted = np.repeat(target[None, None], len(target), axis=0)
    second = ((error(moved, wanted, constants) - error(-moved, wanted, constants))
              / (2 * step))[:, 0]
    return float(np.linalg.eigvalsh((second + second.T) / 2)[-1])
