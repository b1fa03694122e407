"""Short film reviews made from a small grammar, and whether the writer is pleased.

Single words tell most of it; "not", which turns the word behind it round, tells the rest.
"""

from __future__ import annotations

from itertools import chain

import numpy as np

from engine.data.dataset import Dataset
from engine.data.remark import remark
from engine.data.split import split_rows
from engine.spec import DataSpec

COUNT = 1200
PADDING = "·"
"""Name of token 0, which fills sentences up to the same length."""

OPENINGS = ("the film was", "i found the story", "the acting was", "the plot seemed",
            "for me the ending was", "we thought the music was", "the first half was",
            "the whole cast was", "my friends called it", "the director made it")
DEGREES = ("", "", "", "very", "quite", "really", "rather", "simply")
GOOD = ("wonderful", "moving", "funny", "brilliant", "charming", "gripping", "clever", "warm",
        "fresh", "beautiful")
BAD = ("boring", "dull", "awful", "clumsy", "cold", "silly", "tired", "painful", "flat", "lifeless")
ENDINGS = ("", "", "from start to end", "and i saw it twice", "on a rainy evening",
           "in spite of the long queue", "as the poster had promised", "and that was that")

NEGATED = 0.15
"""Share of judgements that are turned round."""


def draw_review(rng: np.random.Generator) -> tuple[str, int]:
    """Return a review and whether its writer is pleased, 0 or 1.

    One or two judgements of the same mind, joined by "and", or one alone.
    """
    pleased = int(rng.integers(2))
    clauses = [_clause(rng, pleased) for _ in range(int(rng.integers(1, 3)))]
    words = f"{' and '.join(clauses)} {rng.choice(ENDINGS)}".split()
    return " ".join(words), pleased


def _clause(rng: np.random.Generator, pleased: int) -> str:
    negated = rng.random() < NEGATED
    pool = GOOD if pleased != negated else BAD
    return " ".join((str(rng.choice(OPENINGS)), "not" if negated else "", str(rng.choice(DEGREES)),
                     str(rng.choice(pool))))


def vocabulary() -> tuple[str, ...]:
    """Return every word that a review can have, the padding first."""
    phrases = chain(OPENINGS, DEGREES, GOOD, BAD, ENDINGS, ("not", "and"))
    return (PADDING, *sorted({word for phrase in phrases for word in phrase.split()}))


def load_reviews(spec: DataSpec) -> Dataset:
    """Return reviews as tokens, filled up with token 0.

    Parameters
    ----------
    spec : DataSpec
        Its ``noise`` is the share of wrong labels in percent; sentences longer than ``window`` are
        cut off behind it.
    """
    rng = np.random.default_rng(spec.seed)
    drawn = [draw_review(rng) for _ in range(COUNT)]
    words = vocabulary()
    numbers = {word: number for number, word in enumerate(words)}
    longest = min(spec.window, max(len(review.split()) for review, _ in drawn))
    inputs = np.zeros((COUNT, longest))
    for row, (review, _) in zip(inputs, drawn, strict=True):
        tokens = [numbers[word] for word in review.split()][:longest]
        row[:len(tokens)] = tokens
    labels = np.array([pleased for _, pleased in drawn], np.int64)
    wrong = rng.random(COUNT) < spec.noise / 100
    labels = np.where(wrong, 1 - labels, labels)
    training, validation = split_rows(COUNT, labels, spec.training_share, spec.seed)
    return Dataset(
        key=spec.source, title="Film reviews", task="classification", inputs=inputs, labels=labels,
        values=np.empty((COUNT, 0)), class_names=("displeased", "pleased"),
        feature_names=tuple(f"word {place}" for place in range(1, longest + 1)),
        target_names=("opinion",), training=training, validation=validation, tokens=words,
        padding=PADDING, joint=" ",
        remarks=(remark("note.reviews", words=len(words) - 1),))
