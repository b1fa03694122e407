"""Compiling and starting, each in a process of its own: ``python -m tests.bench.start cold``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time

from tests.bench.process import ROOT


def cold() -> dict[str, float]:
    """Return the seconds that every entry point takes to compile into an empty cache."""
    with tempfile.TemporaryDirectory(prefix="backprop-lab-cold-") as folder:
        return json.loads(_said("cold", {"BACKPROP_LAB_CACHE": folder}))


def warm() -> float:
    """Return the seconds from a process's first import to the end of its first step."""
    return float(_said("warm", {}))


def _said(what: str, variables: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "-m", "tests.bench.start", what], check=True, text=True,
                          stdout=subprocess.PIPE, cwd=ROOT,
                          env={**os.environ, "PYTHONPATH": str(ROOT), **variables})
    return done.stdout


def compile_all() -> dict[str, float]:
    """Compile every op, the product and the loop; return the seconds of each."""
    begin = time.perf_counter()
    from engine.kernels import catalogue, tile
    from engine.kernels.driver import run_steps
    from engine.training.warmup import DRIVER

    spent = {"import": time.perf_counter() - begin}
    for name, work in (("matrix product", lambda: tile.install("float32")),
                       *((name, lambda op=op: op.address("float32"))
                         for name, op in catalogue.OPS.items()),
                       ("training loop", lambda: run_steps.compile(DRIVER))):
        begin = time.perf_counter()
        work()
        spent[name] = time.perf_counter() - begin
    return spent


def first_step() -> float:
    """Train one step of the smallest case; return the seconds since the import."""
    begin = time.perf_counter()
    from tests.bench.cases import CASES
    from tests.bench.ours import trainer

    trainer(CASES["playground"], threads=1).run(1)
    return time.perf_counter() - begin


if __name__ == "__main__":
    # What the program does before it imports the engine counts as well, but is not ours to time.
    sys.stdout.write(json.dumps(compile_all() if sys.argv[1] == "cold" else first_step()))
