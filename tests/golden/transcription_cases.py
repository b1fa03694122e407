"""What the golden run of texts that are read out of sequences is made from."""

from __future__ import annotations

from pathlib import Path

FILE = Path(__file__).parent / "transcription.npz"
STEPS = 10
RATES = {"sgd": 0.5, "adam": 0.02}
EXAMPLES, BATCH_SIZE = 10, 4
TOKENS = 14
"""Steps of an example at most; token 0 fills it up."""

VOCABULARY = 11
VECTOR, HIDDEN = 5, 7
CHARACTERS, LONGEST = 4, 5
LOSS = "ctc"

SHAPES: dict[str, tuple[int, ...]] = {
    "embedding/w": (VOCABULARY, VECTOR), "hidden/w": (VECTOR, HIDDEN), "hidden/b": (HIDDEN,),
    "output/w": (HIDDEN, CHARACTERS + 1), "output/b": (CHARACTERS + 1,)}
