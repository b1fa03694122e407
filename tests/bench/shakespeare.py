"""A character LSTM on Tiny Shakespeare: nats per character on the last tenth of the text.

The settings were chosen on the tenth before it, by learning from the first eight tenths.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numba
import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.data.texts import continued
from engine.spec import (
    DataSpec,
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
Report = Callable[[float, Trainer], None]

GOAL = 1.75
CONTEXT = 256
"""Characters that are read from an empty state before the first that is measured, and as many as
are measured then."""

ROUND_S = 0.5
REPORT_S = 30.0
ROWS = 64
"""Windows that are measured at once."""

MISSING = ("Tiny Shakespeare is not at hand: {} is missing. BACKPROP_LAB_DATA may name the folder "
           "in which tinyshakespeare/input.txt stands.")


@dataclass(frozen=True)
class Settings:
    """Network and training.

    Attributes
    ----------
    embedding, units : int, tuple[int, ...]
        Length of a character's vector, units of every LSTM.
    dropout : float
        Share of every LSTM's outputs that are set to 0.
    window, batch : int
        Characters of an example, and examples of a step. The state is carried from step to step.
    learning_rate, rise : float
        Adam's largest step size, and the share of the time in which one-cycle goes up to it.
    clip : float
        Largest norm of all gradients together.
    """

    embedding: int
    units: tuple[int, ...]
    dropout: float
    window: int
    batch: int
    learning_rate: float
    rise: float
    clip: float


CHOSEN = Settings(embedding=32, units=(256,), dropout=0.2, window=64, batch=32,
                  learning_rate=0.006, rise=0.05, clip=1.0)
"""Of five that were tried on the tenth before the last, for 45 to 190 seconds; this one, tried for
the longest, came to 1.459 nats there."""


def project(settings: Settings, vocabulary: int, carried: bool) -> ProjectSpec:
    """Return the network and its training; in training, the state is carried along the text."""
    layers = [LayerSpec("input", "input"),
              LayerSpec("embedding", "embedding",
                        {"vocabulary": vocabulary, "units": settings.embedding})]
    for number, units in enumerate(settings.units, 1):
        layers += [LayerSpec(f"lstm-{number}", "lstm",
                             {"units": units, "output": "sequence", "carried": carried}),
                   LayerSpec(f"dropout-{number}", "dropout", {"rate": settings.dropout})]
    layers.append(LayerSpec("output", "dense", {"units": vocabulary, "activation": "linear"}))
    return ProjectSpec(network=NetworkSpec(tuple(layers)), training=TrainingSpec(
        loss="sequence_cross_entropy", optimizer=OptimizerSpec("adam"),
        learning_rate=settings.learning_rate, batch_size=settings.batch, clip_norm=settings.clip,
        schedule=ScheduleSpec("one_cycle", rise=settings.rise)))


def windows(text: str, window: int) -> Dataset:
    """Return the windows of a text, all of them to learn from."""
    data = continued(text, DataSpec(source="text", window=window), "Tiny Shakespeare")
    return dataclasses.replace(data, training=np.arange(len(data.inputs)),
                               validation=np.zeros(0, np.int64))


def learner(text: str, border: int, settings: Settings) -> Trainer:
    """Return a trainer that sees a text up to, and without, the character at ``border``."""
    data = windows(text, settings.window)
    # The last label of row r is the character at (r + 1) * window.
    data = dataclasses.replace(data, training=np.arange((border - 1) // settings.window))
    return Trainer(project(settings, data.vocabulary, carried=True), data)


def train(run: Trainer, seconds: float, report: Report) -> None:
    """Train for so long; ``report(seconds, run)`` is called now and then, off the clock."""
    trained, reported = 0.0, 0.0
    while trained < seconds:
        begin = time.perf_counter()
        run.run(1 << 30, min(seconds - trained, ROUND_S))
        trained += time.perf_counter() - begin
        # The schedule shall end with the time, whatever the speed turns out to be.
        training = run.project.training
        length = max(round(run.step * seconds / trained), 1)
        run.apply(msgspec.structs.replace(
            training, schedule=msgspec.structs.replace(training.schedule, length=length)))
        if trained - reported >= REPORT_S:
            reported = trained
            report(trained, run)


def nats(run: Trainer, text: str, begin: int, end: int, settings: Settings) -> float:
    """Return -log p of the characters from ``begin`` up to ``end``, the mean of them all.

    Every one of them is foreseen from at least `CONTEXT` characters before it, and from none behind
    it; so ``begin`` must be larger than that.
    """
    data = windows(text, 2 * CONTEXT)
    alphabet = np.array(list(map(ord, data.class_names)))
    tokens = np.searchsorted(alphabet, np.array(list(map(ord, text[:end]))))
    reader = Trainer(project(settings, data.vocabulary, carried=False), data,
                     weights=run.weights())
    starts = np.arange(begin, end, CONTEXT)
    total = 0.0
    for first in range(0, len(starts), ROWS):
        # Row by row: the characters that are foreseen, the input being one behind them.
        places = starts[first:first + ROWS, None] + np.arange(-CONTEXT, CONTEXT)
        seen = tokens[np.minimum(places - 1, end - 1)]
        shares = reader.predict(seen.astype(np.float64)).reshape(*seen.shape, data.vocabulary)
        counted = (places >= starts[first:first + ROWS, None]) & (places < end)
        right = np.take_along_axis(shares, tokens[np.minimum(places, end - 1)][..., None], 2)
        total -= float(np.log(right[..., 0][counted]).sum())
    return total / (end - begin)


def run(options: argparse.Namespace) -> int:
    """Do what the command line asks for."""
    return main(options.length, options.choose)


def main(seconds: float, choose: bool) -> int:
    """Train, and print what has come of it; return the exit code."""
    path = folder("tinyshakespeare") / "input.txt"
    if not path.is_file():
        say(MISSING.format(path))
        return 2
    headline(path.read_text(encoding="utf-8"), seconds, choose, CHOSEN)
    return 0


def headline(text: str, seconds: float, choose: bool, settings: Settings) -> float:
    """Train on the beginning of a text, print how it goes, and return the nats of the rest.

    Parameters
    ----------
    text : str
        The text.
    seconds : float
        How long to train.
    choose : bool
        Whether to learn from eight tenths and measure on the ninth, every time that it reports and
        at the end; otherwise from nine, and on the tenth only once.
    settings : Settings
        Network and training.
    """
    clock, processor = time.perf_counter(), time.process_time()
    border, end = ((len(text) * tenths // 10) for tenths in ((8, 9) if choose else (9, 10)))
    say(f"{machine()}; numba {numba.__version__}. The engine trains in one thread.")
    say(f"Learns from the first {border:,} characters, is measured on the {end - border:,} that "
        f"follow: {settings}")
    run = learner(text, border, settings)
    ready, cursor = time.perf_counter() - clock, 0

    def report(trained: float, run: Trainer) -> None:
        nonlocal cursor
        _, rows, cursor = run.ring.read(cursor)
        line = (f"{trained:5.0f} s {run.step:8,} steps, epoch {run.epoch:3}: "
                f"{rows[:, 0].mean():.3f} nats while learning")
        if choose:
            line += f", {nats(run, text, border, end, settings):.4f} measured"
        say(line)

    train(run, seconds, report)
    found = nats(run, text, border, end, settings)
    spent = time.perf_counter() - clock
    seen = run.step * settings.batch * settings.window
    say(f"{found:.4f} nats per character on all {end - border:,} characters, each foreseen from at "
        f"least {CONTEXT} before it ({'under' if found < GOAL else 'NOT under'} {GOAL}).")
    say(f"{spent:.0f} s in all, {time.process_time() - processor:.0f} s of them on a processor: "
        f"{ready:.0f} s to be ready, {seconds:.0f} s of training with {seen:,} characters "
        f"({seen / border:.1f} epochs, {run.step / seconds:.1f} steps/s), the rest for measuring.")
    return found
