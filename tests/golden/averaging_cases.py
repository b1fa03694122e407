"""What the golden run of averaged weights is made from."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
FILE = "averaging.npz"
STEPS, EXAMPLES, INPUTS, HIDDEN, CLASSES, BATCH_SIZE = 9, 24, 6, 10, 3, 8
"""Three epochs of three steps."""

RATE, DECAY = 0.2, 0.8
START = 1
"""Epochs that are over before the average begins."""

KINDS = ("exponential", "equal")
SHAPES = {"dense/w": (INPUTS, HIDDEN), "norm/scale": (HIDDEN,), "norm/shift": (HIDDEN,),
          "output/w": (HIDDEN, CLASSES), "output/b": (CLASSES,)}
