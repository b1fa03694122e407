"""Compiling and starting, each in a process of its own: ``python -m tests.bench.start all``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time

from tests.bench.process import ROOT


def cold() -> tuple[float, dict[str, float]]:
    """Return the seconds of compiling everything, and of every entry point in one process alone.

    Each begins with an empty cache.
    """
    found = []
    for what in ("all", "each"):
        with tempfile.TemporaryDirectory(prefix="backprop-lab-cold-") as folder:
            found.append(json.loads(_said(what, {"BACKPROP_LAB_CACHE": folder})))
    return found[0], found[1]


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


if __name__ == "__main__":
    # What the program does before it imports the engine counts as well, but is not ours to time.
    jobs = {"all": compile_all, "each": compile_each, "step": first_step}
    sys.stdout.write(json.dumps(jobs[sys.argv[1]]()))
