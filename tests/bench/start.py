"""Compiling and starting, each in a process of its own: ``python -m tests.bench.start all``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tests.bench.process import ROOT


class First(NamedTuple):
    """What it takes to the end of the first step of the project that the window opens with.

    Attributes
    ----------
    alone_s : float
        Seconds of a processor to compile all that it needs, one after the other in one process.
    wall_s : float
        Seconds from the first import to the step's end, compiled as the program does.
    processors_s : float
        Seconds that processors have worked meanwhile, for both processes.
    """

    alone_s: float
    wall_s: float
    processors_s: float


def cold() -> tuple[float, dict[str, float]]:
    """Return the seconds of compiling everything, and of every entry point in one process alone.

    Each begins with an empty cache.
    """
    found = []
    for what in ("all", "each"):
        with tempfile.TemporaryDirectory(prefix="backprop-lab-cold-") as folder:
            found.append(json.loads(_said(what, {"BACKPROP_LAB_CACHE": folder})))
    return found[0], found[1]


def first() -> First:
    """Return what the first step takes, from an empty cache."""
    found = []
    for what in ("alone", "first"):
        with tempfile.TemporaryDirectory(prefix="backprop-lab-cold-") as folder:
            found += json.loads(_said(what, {"BACKPROP_LAB_CACHE": folder}))
    return First(*found)


def warm() -> float:
    """Return the seconds from a process's first import to the end of its first step."""
    return float(_said("step", {}))


def _said(what: str, variables: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "-m", "tests.bench.start", what], check=True, text=True,
                          stdout=subprocess.PIPE, cwd=ROOT,
                          env={**os.environ, "PYTHONPATH": str(ROOT), **variables})
    return done.stdout


def compile_each() -> dict[str, float]:
    """Compile every op, the product and the loop in this process; return the seconds of each."""
    begin = time.perf_counter()
    from engine.compiling import LOOP, compile_op
    from engine.kernels.matmul import tile
    from engine.kernels.ops import catalogue

    spent = {"import": time.perf_counter() - begin}
    for name in ("matrix product", LOOP, *catalogue.OPS):
        begin = time.perf_counter()
        if name == "matrix product":
            tile.install("float32")
        else:
            compile_op(name, "float32")
        spent[name] = time.perf_counter() - begin
    return spent


def compile_all() -> float:
    """Compile everything as the program does, on all processors; return the seconds."""
    begin = time.perf_counter()
    from engine.compiling import compile_ops
    from engine.kernels.ops import catalogue

    compile_ops(tuple(catalogue.OPS), "float32")
    return time.perf_counter() - begin


def first_step() -> float:
    """Train one step of the smallest case; return the seconds since the import."""
    begin = time.perf_counter()
    from tests.bench.cases import CASES
    from tests.bench.ours import trainer

    trainer(CASES["playground"], threads=1).run(1)
    return time.perf_counter() - begin


def compile_alone() -> list[float]:
    """Compile what the default project needs in this process; return the processor's seconds."""
    from engine import compiling
    from engine.footprint import collecting_seldom
    from engine.kernels.matmul import tile

    spent = []

    def compile_here(names: Sequence[str], precision: str, progress: object = None) -> None:
        begin = time.process_time()
        with collecting_seldom():
            tile.install(precision)
            for name in (compiling.LOOP, *names):
                compiling.compile_op(name, precision)
        spent.append(time.process_time() - begin)

    _train_default(compile_here)
    return spent


def first_of_default() -> list[float]:
    """Train one step of the default project; return the seconds and those of all processors."""
    begin = time.perf_counter()
    from engine.compiling import compile_ops

    _train_default(compile_ops)
    wall_s = time.perf_counter() - begin
    # Of processes that have ended, as the second one has, too.
    return [wall_s, sum(os.times()[:4])]


def _train_default(compile_ops: Callable[..., None]) -> None:
    from engine.data import load
    from engine.spec import default_project
    from engine.training import Trainer, warmup

    warmup.compile_ops = compile_ops
    project = default_project()
    assert Trainer(project, load(project.data), threads=2).run(1) == 1


if __name__ == "__main__":
    # What the program does before it imports the engine counts as well, but is not ours to time.
    jobs = {"all": compile_all, "each": compile_each, "step": first_step,
            "alone": compile_alone, "first": first_of_default}
    sys.stdout.write(json.dumps(jobs[sys.argv[1]]()))
