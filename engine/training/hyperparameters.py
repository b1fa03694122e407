"""What may change between two steps: learning rate, penalties, limits, constants."""

from __future__ import annotations

from engine.arrays import Doubles
from engine.kernels.ops.averaging import EQUAL, EXPONENTIAL
from engine.kernels.runtime import layout
from engine.kernels.runtime.schedules import CODES
from engine.layers import LOSSES, OPTIMIZERS, SCHEDULES
from engine.plan import few_examples
from engine.spec import TrainingSpec

OPTIMIZER = {"momentum": layout.MOMENTUM, "beta1": layout.BETA1, "beta2": layout.BETA2,
             "rho": layout.RHO, "epsilon": layout.EPSILON, "weight_decay": layout.WEIGHT_DECAY}
"""Places of the optimizer's constants."""

SCHEDULE = {"every": layout.EVERY, "decay": layout.DECAY, "length": layout.LENGTH,
            "start": layout.START, "rise": layout.RISE, "final": layout.FINAL,
            "patience": layout.PATIENCE, "threshold": layout.THRESHOLD}
"""Places of the schedule's constants."""

AVERAGES = {"none": 0.0, "exponential": EXPONENTIAL, "equal": EQUAL}
"""What AVERAGING is for every kind."""

PLAIN = {"learning_rate": layout.LEARNING_RATE, "batch_size": layout.BATCH_SIZE, "l1": layout.L1,
         "l2": layout.L2, "clip_value": layout.CLIP_VALUE, "clip_norm": layout.CLIP_NORM,
         "max_norm": layout.MAX_NORM}
"""Places of what stands in the training itself."""


def write_hyperparameters(requested: Doubles, training: TrainingSpec, optimizer: str) -> None:
    """Write what the next step is to take over.

    Parameters
    ----------
    requested : float64[REQUESTED_LENGTH]
        Overwritten.
    training : TrainingSpec
        What the person requested; a schedule that does not exist is taken for a constant one.
    optimizer : str
        Key of the rule in force: constants that it does not read are 0.
    """
    constants = {field.key for field in OPTIMIZERS[optimizer].constants}
    for key, place in OPTIMIZER.items():
        requested[place] = getattr(training.optimizer, key) if key in constants else 0.0
    schedule = training.schedule
    for key, place in SCHEDULE.items():
        requested[place] = getattr(schedule, key)
    requested[layout.SCHEDULE] = CODES[schedule.kind] if schedule.kind in SCHEDULES else 0
    averaging = training.averaging
    requested[layout.AVERAGING] = AVERAGES[averaging.kind]
    requested[layout.AVERAGING_DECAY] = averaging.decay
    requested[layout.AVERAGING_START] = averaging.start
    for key, place in PLAIN.items():
        requested[place] = getattr(training, key)


def built_in(training: TrainingSpec) -> tuple[object, ...]:
    """Return what a plan has taken over for good: rules, and the constants of its loss."""
    loss = LOSSES.get(training.loss)
    constants = (getattr(training, field.key) for field in (loss.constants if loss else ()))
    return (training.loss, training.class_weights, training.optimizer.kind, training.max_norm > 0,
            training.augmentation, training.averaging.kind, few_examples(training), *constants)
