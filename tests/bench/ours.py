"""Our contestant: ``python -m tests.bench.ours CASE THREADS``."""

from __future__ import annotations

import sys
import time

import numba
import numpy as np

from engine.data.dataset import Dataset
from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, ProjectSpec, TrainingSpec
from engine.training import Trainer
from tests.bench.cases import CASES, LEARNING_RATE, Case
from tests.bench.contestant import data_of, serve


def project(case: Case) -> ProjectSpec:
    """Return the case as a project."""
    *hidden, last = case.sizes[1:]
    layers = (LayerSpec("input", "input"), *(
        LayerSpec(f"dense-{i}", "dense", {"units": units, "activation": case.activation})
        for i, units in enumerate(hidden, 1)
    ), LayerSpec("output", "dense", {"units": last, "activation": "linear"}))
    return ProjectSpec(network=NetworkSpec(layers), training=TrainingSpec(
        optimizer=OptimizerSpec(case.optimizer), learning_rate=LEARNING_RATE,
        batch_size=case.batch))


def trainer(case: Case) -> Trainer:
    """Return a trainer on the bench's examples, all of them for training."""
    inputs, labels = data_of(case)
    return Trainer(project(case), Dataset(
        "bench", "Bench", "classification", inputs, labels, np.zeros((len(inputs), 0)),
        tuple(map(str, range(case.sizes[-1]))), tuple(map(str, range(case.sizes[0]))), ("class",),
        np.arange(len(inputs)), np.zeros(0, np.int64)))


def main(case: Case, threads: int) -> None:
    """Serve rounds of one case."""
    numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
    network = trainer(case)

    def run(seconds: float) -> int:
        steps, end = 0, time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            # In chunks of a frame's length, as the window runs it.
            steps += network.run(1 << 30, min(left, 0.012))
        return steps

    serve(f"numba {numba.__version__}, numpy {np.__version__}", run)


if __name__ == "__main__":
    main(CASES[sys.argv[1]], int(sys.argv[2]))
