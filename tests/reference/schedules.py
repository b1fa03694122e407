"""Learning-rate schedules. ``rule`` is a mapping by the names of `engine.spec.ScheduleSpec`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rule = Mapping[str, Any]


def between(begin: float, end: float, share: float) -> float:
    """Return the point of a half cosine."""
    return begin + (end - begin) * (1 - math.cos(math.pi * share)) / 2


def schedule_factor(rule: Rule, t: int, reduced: float) -> float:
    match rule["kind"]:
        case "step":
            return float(rule["decay"] ** (t // rule["every"]))
        case "exponential":
            return float(rule["decay"] ** (t / rule["every"]))
        case "cosine":
            return between(1.0, rule["final"], min(1.0, t / rule["length"]))
        case "warm_up":
            return float(rule["start"] + (1 - rule["start"]) * min(1.0, t / rule["length"]))
        case "one_cycle":
            top, end = rule["rise"] * rule["length"] - 1, rule["length"] - 1
            if t <= top:
                return between(rule["start"], 1.0, t / top if top else 1.0)
            return between(1.0, rule["final"], min(1.0, (t - top) / (end - top)) if end > top
                           else 1.0)
        case "plateau":
            return reduced
    return 1.0


def follow_plateau(state: NDArray[np.float64], rule: Rule, loss: float) -> None:
    factor, best, waited = state
    if loss < best * (1 - rule["threshold"]):
        best, waited = loss, 0
    else:
        waited += 1
    if waited > rule["patience"]:
        factor, waited = max(rule["final"], factor * rule["decay"]), 0
    state[:] = factor, best, waited
