"""Learning-rate schedules: the share of the person's learning rate that a step takes.

``rule`` holds the constants of `layout`, float64; t is the number of completed steps.
"""

from __future__ import annotations

import math

from engine.kernels.runtime.layout import (
    DECAY,
    EVERY,
    FINAL,
    LENGTH,
    PATIENCE,
    RISE,
    SCHEDULE,
    START,
    THRESHOLD,
)
from engine.kernels.runtime.policy import kernel

CONSTANT, STEP_DECAY, EXPONENTIAL, COSINE, WARM_UP, ONE_CYCLE, PLATEAU = range(7)

CODES = {"constant": CONSTANT, "step": STEP_DECAY, "exponential": EXPONENTIAL, "cosine": COSINE,
         "warm_up": WARM_UP, "one_cycle": ONE_CYCLE, "plateau": PLATEAU}
"""Number of every schedule in ``rule[SCHEDULE]``, by its key in files."""


@kernel
def _eased(begin, end, share):
    """Return the point of a half cosine from ``begin`` to ``end``, ``share`` of the way along."""
    share = min(max(share, 0.0), 1.0)
    return end + 0.5 * (begin - end) * (1.0 + math.cos(math.pi * share))


@kernel
def schedule_factor(rule, t, reduced):
    """Return the factor by which a step's learning rate differs from the person's.

    Parameters
    ----------
    rule : float64[HYPER_LENGTH]
        Which schedule, and its constants.
    t : int64
        Completed steps.
    reduced : float64
        What `follow_plateau` has come to; the factor of that schedule.

    Returns
    -------
    float64
        With d = decay, T = length, s = start, f = final: ``d ** (t // every)``,
        ``d ** (t / every)``, ``f + (1 - f) (1 + cos(pi t / T)) / 2``, ``s + (1 - s) t / T``, or
        from s up to 1 in ``rise T`` steps and down to f in the others, by half cosines. After T
        steps it stays what it is.

    Notes
    -----
    Sources: Loshchilov and Hutter (2017), SGDR; Goyal et al. (2017), sec. 2.2; Smith and Topin
    (2018), Super-convergence, as PyTorch has it; the others by definition.
    """
    code = int(rule[SCHEDULE])
    length = max(rule[LENGTH], 1.0)
    if code == STEP_DECAY:
        return rule[DECAY] ** math.floor(t / max(rule[EVERY], 1.0))
    if code == EXPONENTIAL:
        return rule[DECAY] ** (t / max(rule[EVERY], 1.0))
    if code == COSINE:
        return _eased(1.0, rule[FINAL], t / length)
    if code == WARM_UP:
        return rule[START] + (1.0 - rule[START]) * min(t / length, 1.0)
    if code == ONE_CYCLE:
        top, end = rule[RISE] * length - 1.0, length - 1.0
        if t <= top:
            return _eased(rule[START], 1.0, t / top if top > 0.0 else 1.0)
        return _eased(1.0, rule[FINAL], (t - top) / (end - top) if end > top else 1.0)
    if code == PLATEAU:
        return reduced
    return 1.0


@kernel
def follow_plateau(state, rule, loss):
    """Reduce the learning rate when the loss has not become smaller for a while.

    Parameters
    ----------
    state : float64[3]
        Factor, smallest loss, epochs since it was found; changed in place. At first 1, infinity, 0.
    rule : float64[HYPER_LENGTH]
        PATIENCE epochs are waited; then the factor is multiplied by DECAY, but not below FINAL. A
        loss counts as smaller by more than the share THRESHOLD.
    loss : float64
        Of the epoch.

    Notes
    -----
    Source: ReduceLROnPlateau of PyTorch.
    """
    if loss < state[1] * (1.0 - rule[THRESHOLD]):
        state[1], state[2] = loss, 0.0
    else:
        state[2] += 1.0
    if state[2] > rule[PATIENCE]:
        state[0] = max(state[0] * rule[DECAY], rule[FINAL])
        state[2] = 0.0
