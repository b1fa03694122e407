"""What the golden runs of normalisation, schedules and clipping are made from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
STEPS = 10
EXAMPLES, INPUTS, CLASSES = 23, 6, 3
BATCH_SIZE = 8
"""The last batch of an epoch has 7 examples."""

RATES = {"sgd": 0.1, "adam": 0.01}
NORM_SHAPES = {
    "dense-1/w": (INPUTS, 10), "batch/scale": (10,), "batch/shift": (10,), "dense-2/w": (10, 8),
    "dense-2/b": (8,), "layer/scale": (8,), "layer/shift": (8,), "output/w": (8, CLASSES),
    "output/b": (CLASSES,),
}
PLAIN_SHAPES = {
    "dense-1/w": (INPUTS, 10), "dense-1/b": (10,), "output/w": (10, CLASSES),
    "output/b": (CLASSES,),
}

CLIPPING: dict[str, dict[str, float]] = {
    "norm": {"clip_norm": 0.25}, "value": {"clip_value": 0.02},
    "both": {"clip_value": 0.05, "clip_norm": 0.1}, "idle": {"clip_norm": 1e3, "clip_value": 1e3},
}
"""Limits that bite from the first step on, but for the last."""

SCHEDULED = 60
"""Steps of a scheduled run; a plateau is looked for after each."""

SCHEDULES: dict[str, dict[str, Any]] = {
    "constant": {},
    "step": {"every": 7, "decay": 0.5},
    "exponential": {"every": 1, "decay": 0.93},
    "cosine": {"length": 50, "final": 0.1},
    "warm_up": {"length": 20, "start": 0.25},
    "one_cycle": {"length": 60, "start": 0.04, "rise": 0.3, "final": 4e-6},
    "plateau": {"decay": 0.5, "patience": 3, "threshold": 1e-2, "final": 0.05},
}
BASE_RATE = 0.5


def plateau_losses() -> list[float]:
    """Return validation losses that fall, rest, fall a little and rise."""
    falling = [2.0 * 0.8**n for n in range(10)]
    resting = [falling[-1] * (1 - 0.001 * (n % 3)) for n in range(17)]
    again = [0.2 * 0.9**n for n in range(8)]
    return [*falling, *resting, *again, *(again[-1] + 0.01 * n for n in range(25))]
