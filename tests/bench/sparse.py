"""A step that touches the rows of a table that its batch uses, beside one that touches all."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

import numpy as np

from engine.data.dataset import Dataset
from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, ProjectSpec, TrainingSpec
from engine.training import Trainer

SIZES = (60_000, 1_000_000)
"""Rows of the tables."""

RULES = ("sgd", "adam")
UNITS, TOKENS, BATCH, EXAMPLES = 16, 200, 32, 640


@dataclass(frozen=True)
class Gain:
    """What it gains.

    Attributes
    ----------
    rows, rule : int, str
        Rows of the table, and the optimizer.
    dense_s, sparse_s : float
        Seconds of a step, the medians of all rounds.
    ratio : float
        Median of the rounds' ratios.
    """

    rows: int
    rule: str
    dense_s: float
    sparse_s: float
    ratio: float


def words(rows: int) -> Dataset:
    """Return texts whose words are as uneven as those of a language (Zipf 1949)."""
    rng = np.random.default_rng(1)
    places = np.exp(rng.random((EXAMPLES, TOKENS)) * np.log(rows - 1))
    return Dataset(
        "words", "Words", "classification", np.floor(places).astype(np.float32),
        rng.integers(0, 2, EXAMPLES), np.zeros((EXAMPLES, 0)), ("a", "b"),
        tuple(f"word {place + 1}" for place in range(TOKENS)), ("class",), np.arange(EXAMPLES),
        np.arange(0), tokens=("",) * rows, padding="…")


def trainer(data: Dataset, rule: str, sparse: bool, threads: int) -> Trainer:
    """Return a run over a table of as many rows as there are words."""
    table = LayerSpec("table", "embedding", {
        "vocabulary": data.vocabulary, "units": UNITS, "padding": True, "sparse": sparse})
    return Trainer(ProjectSpec(
        network=NetworkSpec((
            LayerSpec("input", "input"), table, LayerSpec("mean", "sequence_mean"),
            LayerSpec("output", "dense", {"units": 2, "activation": "linear"}))),
        training=TrainingSpec(optimizer=OptimizerSpec(rule), batch_size=BATCH)), data,
        threads=threads)


def step_s(run: Trainer, seconds: float) -> float:
    """Train for about so long; return what a step takes."""
    begin = time.perf_counter()
    done = run.run(1 << 30, seconds)
    return (time.perf_counter() - begin) / done


def gain(rows: int, rule: str, threads: int, rounds: int, seconds: float) -> Gain:
    """Let both train in turns for so many rounds."""
    data = words(rows)
    runs = [trainer(data, rule, sparse, threads) for sparse in (False, True)]
    for run in runs:
        run.run(2, 1e9)
    found = [[step_s(run, seconds) for run in runs] for _ in range(rounds)]
    dense, sparse = (statistics.median(side) for side in zip(*found, strict=True))
    return Gain(rows, rule, dense, sparse, statistics.median(a / b for a, b in found))
