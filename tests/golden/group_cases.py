"""What the golden runs of layers with penalties of their own, and of frozen ones, are made from."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
STEPS = 10
EXAMPLES, INPUTS, CLASSES = 23, 6, 3
BATCH_SIZE = 8
"""The last batch of an epoch has 7 examples."""

RATES = {"sgd": 0.1, "nesterov": 0.05, "adam": 0.01, "adamw": 0.01}

SHAPES = {
    "dense-1/w": (INPUTS, 10), "dense-1/b": (10,), "batch/scale": (10,), "batch/shift": (10,),
    "dense-2/w": (10, 8), "dense-2/b": (8,), "dense-3/w": (8, 7), "dense-3/b": (7,),
    "output/w": (7, CLASSES), "output/b": (CLASSES,),
}
RUNNING = {"batch/running_mean": (10,), "batch/running_variance": (10,)}
FROZEN = ("batch", "dense-2")

L1, L2, WEIGHT_DECAY = 0.003, 0.01, 0.04
"""What holds where a layer has nothing of its own."""

OWN = {"dense-1": {"l2": 0.2, "weight_decay": 0.5}, "dense-3": {"l1": 0.0, "weight_decay": 0.0},
       "output": {"l1": 0.02, "l2": 0.0}}

CLIP_NORM = {"free": 0.0, "clipped": 0.15}
"""Limits on the norm of the gradients of all layers that learn."""
