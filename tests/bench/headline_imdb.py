"""A bag of n-grams on the IMDB reviews: accuracy on the official test reviews.

Settings are chosen with the reviews whose number is at least 10,000 held out of the training
reviews: numbers follow the films, of which hardly any is then in both parts. The test reviews are
read by a run without ``--choose`` alone.
"""

from __future__ import annotations

import argparse
import csv
import io
import lzma
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numba
import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.spec import (
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    ProjectSpec,
    ScheduleSpec,
    TrainingSpec,
)
from engine.training import Trainer
from tests.bench.machine import machine, say
from tests.datasets import folder

Integers = NDArray[np.int64]

GOAL, GOAL_S = 0.913, 300.0
HELD_OUT = 10_000
"""Number from which on training reviews are measured while settings are tried."""

WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)*|[!?.,;:()\"]")
"""Words, and signs that tell how they are meant."""

PADDING, RARE = "…", "<rare>"
BLOCK = 1024
"""Reviews that are measured at once."""

MISSING = ("The IMDB reviews are not at hand: {} is missing. BACKPROP_LAB_DATA may name the folder "
           "in which imdb/imdb50k.csv.xz stands.")


@dataclass(frozen=True)
class Settings:
    """Words, network and training.

    Attributes
    ----------
    fewest, length : int
        Words that stand in the training reviews less often are one and the same; words of a review
        that are read, from its beginning.
    longest, buckets : int
        Most words of an n-gram, and rows that n-grams of two words and more share.
    epochs, batch : int
        Passes over all reviews, and reviews of a step.
    learning_rate, l2 : float
        Adam's first step size, which falls to 0 along a cosine, and the penalty of the table.
    """

    fewest: int
    length: int
    longest: int
    buckets: int
    epochs: int
    batch: int
    learning_rate: float
    l2: float


CHOSEN = Settings(fewest=2, length=1000, longest=3, buckets=2**23, epochs=2, batch=32,
                  learning_rate=0.0015, l2=1e-4)


@dataclass(frozen=True)
class Reviews:
    """Reviews in words.

    Attributes
    ----------
    words : list[list[str]]
        The words of each.
    labels : int64[n]
        0 for those that are against a film, 1 for those that are for it.
    training, measured : int64[...]
        Which of them are learned from, and which are measured in the end.
    """

    words: list[list[str]]
    labels: Integers
    training: Integers
    measured: Integers


def rows(choose: bool) -> Iterator[dict[str, str]]:
    """Yield the reviews, those of the official test only where no settings are tried."""
    with lzma.open(path(), "rb") as raw, io.TextIOWrapper(raw, "utf-8", newline="") as text:
        for row in csv.DictReader(text):
            if row["split"] == "train" or not choose:
                yield row


def path() -> Path:
    """Return where the reviews are."""
    return folder("imdb") / "imdb50k.csv.xz"


def reviews(choose: bool) -> Reviews:
    """Return the reviews in words."""
    words, labels, measured = [], [], []
    for row in rows(choose):
        words.append(WORD.findall(row["review"].replace("<br />", " ").lower()))
        labels.append(row["label"] == "pos")
        measured.append(int(row["id"]) >= HELD_OUT if choose else row["split"] == "test")
    return Reviews(words, np.array(labels, np.int64), np.flatnonzero(~np.array(measured)),
                   np.flatnonzero(measured))


def data_of(given: Reviews, settings: Settings) -> Dataset:
    """Return the reviews as tokens; which words there are, those that are learned from say."""
    counts = Counter(word for place in given.training for word in given.words[place])
    known = [word for word, count in counts.most_common() if count >= settings.fewest]
    tokens = (PADDING, RARE, *known)
    numbers = {word: number for number, word in enumerate(tokens)}
    inputs = np.zeros((len(given.words), settings.length), np.float32)
    for place, words in enumerate(given.words):
        found = [numbers.get(word, 1) for word in words[:settings.length]]
        inputs[place, :len(found)] = found
    return Dataset(
        "imdb", "IMDB", "classification", inputs, given.labels, np.zeros((len(inputs), 0)),
        ("against", "for"), tuple(f"word {place + 1}" for place in range(settings.length)),
        ("review",), given.training, given.measured, tokens=tokens, padding=PADDING,
        joint=" ")


def project(data: Dataset, settings: Settings, seed: int) -> ProjectSpec:
    """Return network and training: a bag of n-grams that naive Bayes weighs gives the logits."""
    steps = settings.epochs * -(-len(data.training) // settings.batch)
    bag = LayerSpec("bag", "ngram_bag", {
        "vocabulary": data.vocabulary, "longest": settings.longest, "buckets": settings.buckets,
        "units": 2, "combine": "sum", "distinct": True, "weighting": "naive_bayes",
        "weights": "zeros"}, l2=settings.l2)
    return ProjectSpec(
        network=NetworkSpec((LayerSpec("input", "input"), bag)),
        training=TrainingSpec(
            optimizer=OptimizerSpec("adam"), learning_rate=settings.learning_rate,
            batch_size=settings.batch, seed=seed,
            schedule=ScheduleSpec("cosine", length=steps, final=0.0)))


def train(data: Dataset, settings: Settings, seed: int, threads: int) -> tuple[Trainer, float]:
    """Train a network; return it and the seconds that it took, preparing included."""
    begin = time.perf_counter()
    # The reviews to measure on are kept away from the run itself.
    run = Trainer(project(data, settings, seed), replace(data, validation=np.zeros(0, np.int64)),
                  threads=threads)
    while run.epoch < settings.epochs:
        run.run(run.steps_left_in_epoch, 1.0)
    return run, time.perf_counter() - begin


def accuracy(run: Trainer, data: Dataset) -> float:
    """Return the share of measured reviews that are told right."""
    measured, right = data.validation, 0
    for begin in range(0, len(measured), BLOCK):
        block = measured[begin:begin + BLOCK]
        right += int(np.sum(run.predict(data.inputs[block]).argmax(axis=1) == data.labels[block]))
    return right / len(measured)


def run(options: argparse.Namespace) -> int:
    """Train once for every seed and print what has come of it; return the exit code."""
    if not path().is_file():
        say(MISSING.format(path()))
        return 2
    say(f"{machine()}; numba {numba.__version__}; {options.threads} threads.")
    begin = time.perf_counter()
    data = data_of(reviews(options.choose), CHOSEN)
    reading = time.perf_counter() - begin
    say(f"Learns from {len(data.training):,} reviews and is measured on {len(data.validation):,} "
        f"others; {data.vocabulary:,} words, {reading:.0f} s to read them: {CHOSEN}")
    for seed in range(1, (options.seeds or 1) + 1):
        trained, seconds = train(data, CHOSEN, seed, options.threads)
        found = accuracy(trained, data)
        say(f"seed {seed}: {found:.2%} ({'at least' if found >= GOAL else 'NOT'} {GOAL:.1%}) after "
            f"{seconds:.0f} s of training, {reading + seconds:.0f} s with reading (at most "
            f"{GOAL_S:.0f} s).")
    if options.torch:
        from tests.bench import bag_contest

        bag_contest.contest(data, CHOSEN, options)
    return 0
