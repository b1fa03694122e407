"""What is promised of the engine by itself, measured: ``python -m tests.bench checks``."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.kernels import row
from engine.training import Trainer
from tests.bench import ours
from tests.bench.cases import CASES, Case, dense
from tests.bench.machine import say

ROUNDS = 9
ROUND_S = 0.5
ROOT = Path(__file__).parents[2]
STATISTICS_FROM = ("small", "digits", "wide", "images", "lstm")
SPEEDUP_OF = ("wide", "large", "images", "large-images", "lstm", "gru", "rnn")
MOST_WORK = 1e8
SIZES = ((16, 32, 16), (32, 64, 32), (64, 256, 64), (128, 512, 256), (512, 512, 512),
         (1024, 1024, 1024), (2048, 2048, 1024))
"""Inputs and two hidden layers of networks from ten thousand multiply-adds a step on."""


@dataclass(frozen=True)
class Pair:
    """Two ways of doing the same, measured in alternation.

    Attributes
    ----------
    first_s, second_s : float
        Median seconds of a step.
    ratio : float
        Median over the rounds of the first by the second.
    """

    first_s: float
    second_s: float
    ratio: float


def alternate(first: Callable[[], float], second: Callable[[], float]) -> Pair:
    """Measure two ways, each a function that returns the seconds of its step."""
    first(), second()
    rounds = [(first(), second()) for _ in range(ROUNDS)]
    return Pair(statistics.median(a for a, _ in rounds), statistics.median(b for _, b in rounds),
                statistics.median(a / b for a, b in rounds))


def timed(run: Trainer) -> Callable[[], float]:
    """Return a function that trains a while and returns the seconds of a step."""
    def measure() -> float:
        begin = time.perf_counter()
        steps = ours.run_for(run, ROUND_S)
        return (time.perf_counter() - begin) / steps
    return measure


def statistics_cost() -> None:
    """Compare steps with the rows that measure gradients and without them."""
    say("Cost of the gradient statistics: steps with their rows against steps without. (The update "
        "sums its own figures in either.)")
    for name in STATISTICS_FROM:
        case = CASES[name]
        on, off = ours.trainer(case, 1), ours.trainer(case, 1)
        silence(off)
        pair = alternate(timed(on), timed(off))
        say(f"  {case.title}: {pair.ratio - 1:+.1%} of {1e6 * pair.second_s:,.1f} µs")


def silence(run: Trainer) -> None:
    """Leave the section that measures out of a trainer's table."""
    plan = run._plan
    begin, end = plan.sections[row.MEASURE], plan.sections[row.MEASURE + 1]
    kept = np.delete(plan.table, np.s_[begin:end], axis=0)
    plan.table[:len(kept)] = kept
    plan.sections[row.MEASURE + 1:] -= end - begin


def threads() -> None:
    """Compare one thread with two."""
    say("Two threads against one:")
    for name in SPEEDUP_OF:
        case = CASES[name]
        pair = alternate(timed(ours.trainer(case, 1)), timed(ours.trainer(case, 2)))
        say(f"  {case.title}: {pair.ratio:.2f}x, {1e6 * pair.second_s:,.0f} µs")


def busy() -> None:
    """Compare one thread with two while another program keeps one of two cores busy."""
    say("Two threads against one, a core being busy with another program:")
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as other:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(other.pid, {max(os.sched_getaffinity(0))})
        try:
            for name in ("wide", "large-images", "lstm"):
                case = CASES[name]
                pair = alternate(timed(ours.trainer(case, 2)), timed(ours.trainer(case, 1)))
                say(f"  {case.title}: {pair.ratio:.2f} times the time of one thread")
        finally:
            other.kill()


def growth() -> None:
    """Print how the time of a step grows with its multiply-adds."""
    say("Step time by multiply-adds, two threads:")
    found = []
    for sizes in SIZES:
        for batch in (8, 64):
            case = of_sizes(*sizes, batch=batch)
            run = ours.trainer(case, 2)
            work = batch * (run._plan.work + run._plan.backward_work)
            if found and work <= found[-1][0]:
                continue
            measure = timed(run)
            measure()
            found.append((work, statistics.median(measure() for _ in range(3))))
    found = [(work, seconds) for work, seconds in found if 1e4 <= work <= 3 * MOST_WORK]
    logs = np.log10(np.array(found))
    slope = np.polyfit(logs[:, 0], logs[:, 1], 1)[0]
    steepest = max(np.diff(logs[:, 1]) / np.diff(logs[:, 0]))
    for work, seconds in found:
        bar = "#" * round(8 * (np.log10(seconds) + 7))
        say(f"  {work:14,.0f} multiply-adds {1e6 * seconds:12,.1f} µs  {bar}")
    say(f"  Slope on logarithmic axes {slope:.2f}, the steepest piece {steepest:.2f} (1: as "
        "fast as the work grows).")


def of_sizes(inputs: int, *hidden: int, batch: int) -> Case:
    """Return a dense case of some sizes."""
    return Case("sizes", "sizes", dense(*hidden, 10, activation="relu"), (inputs,), 10, batch,
                "sgd", examples=1024)


def vanishing() -> None:
    """Compare a network whose gradients vanish with a healthy one of the same size."""
    case = CASES["hundred"]
    healthy, ill = ours.trainer(case, 1), ours.trainer(case, 1)
    for name, weights in _arrays(healthy):
        # Weights with which a hundred sigmoid layers pass gradients on, and others.
        weights *= 4.0 if name.endswith("/w") else 1.0
    for _, weights in _arrays(ill):
        weights *= 0.1
    pair = alternate(timed(ill), timed(healthy))
    smallest = min(np.abs(gradient).max() for gradient in ill.gradients().values())
    say(f"A network that vanishes (smallest layer's gradient {smallest:.1e}) takes "
        f"{pair.ratio:.2f} times as long as a healthy one.")


def _arrays(run: Trainer) -> list[tuple[str, np.ndarray]]:
    from engine.training import weights

    return list(weights.views(run._plan))


START = """
import time, sys
begin = time.perf_counter()
from engine.data import load
from engine.spec import default_project
from engine.training import Trainer
project = default_project()
run = Trainer(project, load(project.data))
run.run(1)
print(time.perf_counter() - begin)
"""

COMPILE = """
import json, sys, time
from engine.kernels import catalogue, tile
from engine.kernels.driver import run_steps
from engine.training.warmup import DRIVER
times = {}
def timed(name, make):
    begin = time.perf_counter(); make(); times[name] = time.perf_counter() - begin
timed("matrix product", lambda: tile.install("float32"))
for name, op in catalogue.OPS.items():
    timed(name, lambda: op.address("float32"))
timed("training loop", lambda: run_steps.compile(DRIVER))
print(json.dumps(times))
"""


def compiling() -> None:
    """Print how long each entry point compiles, all of them together, and a warm start."""
    with tempfile.TemporaryDirectory() as folder:
        times = json.loads(_python(COMPILE, folder))
        total = sum(times.values())
        slowest = sorted(times.items(), key=lambda item: -item[1])[:12]
        say(f"Compiling {len(times)} entry points one after the other, without a cache: "
            f"{total:.1f} s; the slowest: "
            + ", ".join(f"{name} {seconds:.2f}" for name, seconds in slowest))
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        _run([sys.executable, "-m", "gui", "compile", "--quiet"], folder)
        say(f"Compiling everything as the program does it: {time.perf_counter() - begin:.1f} s")
    starts = [float(_python(START, "")) for _ in range(ROUNDS)]
    say(f"Import to first step with a warm cache: {statistics.median(starts):.2f} s")


def _python(code: str, cache: str) -> str:
    return _run([sys.executable, "-c", code], cache)


def _run(command: Sequence[str], cache: str) -> str:
    variables = {"BACKPROP_LAB_CACHE": cache} if cache else {}
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT,
                          env={**os.environ, **variables}).stdout

