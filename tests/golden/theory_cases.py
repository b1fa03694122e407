"""The networks whose gradients PyTorch has measured for the theory: no test draws one of them."""

from __future__ import annotations

from pathlib import Path

FILE = Path(__file__).with_name("theory.npz")

DEPTH, WIDTH, BATCH, SEEDS = 30, 512, 256, 5
INPUTS, CLASSES = 64, 10
FUNCTIONS = ("relu", "tanh")
