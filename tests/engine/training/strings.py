"""Strings of characters as noisy sequences: each has its own sound, longer or shorter each time."""

from __future__ import annotations

import numpy as np

from engine.data.dataset import Dataset
from engine.spec import LayerSpec

FEATURES = 6
CHARACTERS = "abcde"
LONGEST = 4
STEPS = 26
"""Enough for the longest sounds of the longest string, with silence around each."""


def strings(n: int, validation: int, noise: float = 0.4) -> Dataset:
    """Return strings of one to four characters, and what is heard of them."""
    rng = np.random.default_rng(n)
    sounds = 1.5 * rng.standard_normal((len(CHARACTERS), FEATURES))
    total = n + validation
    heard = noise * rng.standard_normal((total, STEPS, FEATURES))
    labels = np.full((total, LONGEST), -1)
    for row in range(total):
        length, at = int(rng.integers(1, LONGEST + 1)), int(rng.integers(0, 3))
        labels[row, :length] = rng.integers(0, len(CHARACTERS), length)
        for character in labels[row, :length]:
            lasts = int(rng.integers(2, 5))
            heard[row, at:at + lasts] += sounds[character]
            at += lasts + int(rng.integers(1, 3))
    return Dataset(
        "strings", "Strings", "transcription", heard.reshape(total, -1), labels,
        np.zeros((total, 0)), tuple(CHARACTERS), tuple(f"x{i}" for i in range(STEPS * FEATURES)),
        ("text",), np.arange(n), np.arange(n, total))


def listening() -> LayerSpec:
    """Return the layer that makes a sequence of the numbers of an example."""
    return LayerSpec("steps", "reshape", {"form": "sequence", "steps": STEPS,
                                          "features": FEATURES})
