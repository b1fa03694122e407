"""What looking at a run costs, part by part."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from engine.data import load
from engine.spec import read_project
from engine.telemetry.parts import EVERYTHING, NOTHING, Part, Wanted
from engine.training import Trainer

EXAMPLES = Path(__file__).parents[2] / "resources" / "examples"
LOOKED_AT = ("01-playground-default", "09-thirty-tanh-layers", "13-lenet",
             "15-variational-autoencoder", "17-character-lstm", "19-sine-forecast")
"""Small networks and large ones; between them they have every part but one of regression."""

STEPS = 3


def run_of(name: str, threads: int) -> Trainer:
    """Return the run of an example after some steps."""
    path = EXAMPLES / f"{name}.json"
    project = read_project(path)
    run = Trainer(project, load(project.data, path.parent), threads=threads)
    run.run(STEPS, 60.0)
    return run


def look_s(run: Trainer, wanted: Wanted, rounds: int) -> float:
    """Return what a snapshot takes, the median after one that is not counted."""
    run.snapshot(wanted)
    found = []
    for _ in range(rounds):
        begin = time.perf_counter()
        run.snapshot(wanted)
        found.append(time.perf_counter() - begin)
    return statistics.median(found)


def write_s(run: Trainer, rounds: int) -> float:
    """Return what it takes to write on once."""
    found = []
    for _ in range(rounds):
        begin = time.perf_counter()
        run.write_text()
        found.append(time.perf_counter() - begin)
    return statistics.median(found)


def costs(name: str, threads: int, rounds: int) -> dict[str, float]:
    """Return seconds of a snapshot with nothing, with each part alone, and with all of them."""
    run = run_of(name, threads)
    found = {"nothing": look_s(run, NOTHING, rounds)}
    for part in Part:
        if part is Part.TEXT and part in run.snapshot(NOTHING).available:
            found[part.value] = write_s(run, rounds)
        elif part in run.snapshot(NOTHING).available:
            found[part.value] = look_s(run, frozenset({part}), rounds)
    return found | {"everything": look_s(run, EVERYTHING, rounds)}
