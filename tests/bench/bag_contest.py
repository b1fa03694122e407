"""Steps of the bag of n-grams by this engine and by PyTorch, in alternation.

PyTorch is given the rows of all n-grams, which this engine finds anew in every step. Its table has
a sparse gradient and SparseAdam, as its users would have it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.data.dataset import Dataset
from engine.kernels.ops.ngrams import keep_distinct, ngram_rows
from engine.training import Trainer
from tests.bench import headline_imdb
from tests.bench.machine import say
from tests.bench.process import ROOT, environment, installed

STEPS, ROUNDS = 100, 5
MISSING = "PyTorch is not installed for {}: --peers-python names an interpreter that has it."


def write_examples(data: Dataset, settings: headline_imdb.Settings, ratio: np.ndarray,
                   file: Path) -> None:
    """Write the rows of the reviews of a round, their labels and what every row counts."""
    count = STEPS * settings.batch
    tokens = np.ascontiguousarray(data.inputs[data.training[:count]])
    rows = np.zeros((len(tokens), tokens.shape[1] * settings.longest), np.float32)
    ngram_rows(rows, tokens, data.vocabulary, settings.buckets, settings.longest)
    keep_distinct(rows)
    there = rows > 0
    np.savez(file, rows=rows[there].astype(np.int64), counts=there.sum(axis=1),
             labels=data.labels[data.training[:count]], ratio=ratio,
             settings=[settings.batch, settings.learning_rate])


def contest(data: Dataset, settings: headline_imdb.Settings, options: argparse.Namespace) -> None:
    """Print what a step takes here and there, and the median of the rounds' ratios."""
    if not installed(options.peers_python, "torch"):
        say(MISSING.format(options.peers_python))
        return
    count = STEPS * settings.batch
    run = Trainer(headline_imdb.project(data, settings, 1),
                  replace(data, training=data.training[:count], validation=np.zeros(0, np.int64)),
                  threads=options.threads)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "examples.npz"
        write_examples(data, settings, run.weights()["bag/ratio"], file)
        peer = subprocess.Popen(
            [options.peers_python, "-m", "tests.bench.pytorch_bag", str(file),
             str(options.threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=environment(options.threads), cwd=ROOT)
        assert peer.stdin is not None
        assert peer.stdout is not None
        with peer:
            versions, ratios, steps = json.loads(peer.stdout.readline()), [], []
            for _ in range(ROUNDS):
                begin = time.perf_counter()
                done = run.run(STEPS, 1e9)
                ours = (time.perf_counter() - begin) / done
                peer.stdin.write("round\n")
                peer.stdin.flush()
                theirs = float(peer.stdout.readline())
                ratios.append(theirs / ours)
                steps.append((ours, theirs))
            peer.stdin.close()
    ours, theirs = (1e3 * statistics.median(side) for side in zip(*steps, strict=True))
    say(f"A step takes {ours:.2f} ms here and {theirs:.2f} ms in {versions}: "
        f"{statistics.median(ratios):.1f} times as long ({ROUNDS} rounds of {STEPS} steps in "
        f"alternation, from {min(ratios):.1f} to {max(ratios):.1f}).")
