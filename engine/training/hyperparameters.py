"""What may change between two steps: learning rate, penalties, limits, constants."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.kernels import row
from engine.kernels.schedules import CODES
from engine.layers import LOSSES, OPTIMIZERS, SCHEDULES
from engine.spec import TrainingSpec

OPTIMIZER = {"momentum": row.MOMENTUM, "beta1": row.BETA1, "beta2": row.BETA2, "rho": row.RHO,
             "epsilon": row.EPSILON, "weight_decay": row.WEIGHT_DECAY}
"""Places of the optimizer's constants."""

SCHEDULE = {"every": row.EVERY, "decay": row.DECAY, "length": row.LENGTH, "start": row.START,
            "rise": row.RISE, "final": row.FINAL, "patience": row.PATIENCE,
            "threshold": row.THRESHOLD}
"""Places of the schedule's constants."""

PLAIN = {"learning_rate": row.LEARNING_RATE, "batch_size": row.BATCH_SIZE, "l1": row.L1,
         "l2": row.L2, "clip_value": row.CLIP_VALUE, "clip_norm": row.CLIP_NORM,
         "max_norm": row.MAX_NORM}
"""Places of what stands in the training itself."""


def write_rates(wishes: NDArray[np.float64], training: TrainingSpec, optimizer: str) -> None:
    """Write what the next step is to take over.

    Parameters
    ----------
    wishes : float64[WISHES_LENGTH]
        Overwritten.
    training : TrainingSpec
        What the person wishes; a schedule that does not exist is taken for a constant one.
    optimizer : str
        Key of the rule in force: constants that it does not read are 0.
    """
    constants = {field.key for field in OPTIMIZERS[optimizer].constants}
    for key, place in OPTIMIZER.items():
        wishes[place] = getattr(training.optimizer, key) if key in constants else 0.0
    schedule = training.schedule
    for key, place in SCHEDULE.items():
        wishes[place] = getattr(schedule, key)
    wishes[row.SCHEDULE] = CODES[schedule.kind] if schedule.kind in SCHEDULES else 0
    for key, place in PLAIN.items():
        wishes[place] = getattr(training, key)


def built_in(training: TrainingSpec) -> tuple[object, ...]:
    """Return what a plan has taken over for good: rules, and the constants of its loss."""
    loss = LOSSES.get(training.loss)
    constants = (getattr(training, field.key) for field in (loss.constants if loss else ()))
    return (training.loss, training.optimizer.kind, training.max_norm > 0, training.augmentation,
            *constants)
