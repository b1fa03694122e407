"""LeNet on MNIST: accuracy on the official test set after some minutes on two cores.

The settings were chosen by learning from the first 50,000 training images and measuring on the
other 10,000.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import subprocess
import time
from dataclasses import dataclass

import numba
import numpy as np

from engine.data.dataset import Dataset
from engine.spec import AugmentationSpec, OptimizerSpec, ProjectSpec, ScheduleSpec, TrainingSpec
from engine.training import Trainer
from tests.bench.machine import machine, say
from tests.bench.process import ROOT, installed
from tests.mnist import FOLDER, LENET, TRAINING, mnist

GOAL = 0.992
KNOWN = 50_000
"""Training images to learn from while settings are tried; the others are measured then."""

ROUND_S = 1.0
MISSING = ("MNIST is not at hand: {} is missing. BACKPROP_LAB_DATA may name the folder in which "
           "mnist/train-images-idx3-ubyte.gz stands.")


@dataclass(frozen=True)
class Settings:
    """Training.

    Attributes
    ----------
    epochs, batch : int
        Passes over all images, and images of a step.
    learning_rate, rise : float
        Adam's largest step size, and the share of the time in which one-cycle goes up to it.
    shift, rotation : float
        Augmentation: largest shift as a share of the side, largest angle in degrees.
    """

    epochs: int
    batch: int
    learning_rate: float
    rise: float
    shift: float
    rotation: float


CHOSEN = Settings(epochs=10, batch=64, learning_rate=0.004, rise=0.2, shift=0.08, rotation=10.0)


def data_of(choose: bool) -> Dataset:
    """Return MNIST with its test set to measure on; where settings are tried, without it."""
    data = mnist()
    if choose:
        return dataclasses.replace(data, training=np.arange(KNOWN),
                                   validation=np.arange(KNOWN, TRAINING))
    return data


def project(settings: Settings, examples: int, seed: int) -> ProjectSpec:
    """Return network and training."""
    steps = settings.epochs * -(-examples // settings.batch)
    return ProjectSpec(network=LENET, training=TrainingSpec(
        optimizer=OptimizerSpec("adam"), learning_rate=settings.learning_rate,
        batch_size=settings.batch, seed=seed,
        schedule=ScheduleSpec("one_cycle", length=steps, rise=settings.rise),
        augmentation=AugmentationSpec(shift=settings.shift, rotation=settings.rotation)))


def train(data: Dataset, settings: Settings, seed: int, threads: int) -> tuple[Trainer, float]:
    """Train a network; return it and the seconds that it took."""
    # The images to measure on are kept away from the run itself.
    run = Trainer(project(settings, len(data.training), seed),
                  dataclasses.replace(data, validation=np.zeros(0, np.int64)), threads=threads)
    begin = time.perf_counter()
    while run.epoch < settings.epochs:
        run.run(run.steps_left_in_epoch, ROUND_S)
    return run, time.perf_counter() - begin


def accuracy(run: Trainer, data: Dataset) -> float:
    """Return the share of validation images that are told right."""
    guesses = run.predict(data.inputs[data.validation]).argmax(axis=1)
    return float(np.mean(guesses == data.labels[data.validation]))


def run(options: argparse.Namespace) -> int:
    """Do what the command line asks for."""
    return main(options.seeds or 3, options.threads, options.choose, options.peers_python)


def main(seeds: int, threads: int, choose: bool, interpreter: str) -> int:
    """Train once for every seed and print what has come of it; return the exit code.

    Parameters
    ----------
    seeds, threads : int
        How many networks; threads of each.
    choose : bool
        Whether to leave the test set alone.
    interpreter : str
        The Python that may have PyTorch, which then tells the time of a step of the same network.
    """
    if not FOLDER.is_dir():
        say(MISSING.format(FOLDER))
        return 2
    say(f"{machine()}; numba {numba.__version__}; {threads} threads.")
    data = data_of(choose)
    say(f"Learns from {len(data.training):,} images and is measured on {len(data.validation):,} "
        f"others: {CHOSEN}")
    scores = []
    for seed in range(1, seeds + 1):
        run, seconds = train(data, CHOSEN, seed, threads)
        scores.append(accuracy(run, data))
        say(f"seed {seed}: {scores[-1]:.2%} after {seconds:.0f} s")
    found = statistics.median(scores)
    say(f"Median {found:.2%} ({'at least' if found >= GOAL else 'NOT'} {GOAL:.1%}).")
    if installed(interpreter, "torch"):
        seconds = pytorch_step(interpreter, threads)
        steps = CHOSEN.epochs * -(-len(data.training) // CHOSEN.batch)
        say(f"PyTorch eager takes {1e3 * seconds:.2f} ms for a step of the same network and batch, "
            f"without augmentation: {steps * seconds:.0f} s for as many epochs.")
    return 0


def pytorch_step(interpreter: str, threads: int) -> float:
    """Return the seconds of PyTorch's step, in its better memory format."""
    return float(subprocess.run(
        [interpreter, "-m", "tests.bench.pytorch_lenet", str(CHOSEN.batch), str(threads)],
        check=True, capture_output=True, text=True, cwd=ROOT).stdout)
