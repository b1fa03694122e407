"""A phase diagram: depths from 2 to 30 by 32 scales of the first weights, 200 steps each.

Ours is what `backprop-lab sweep` does, from starting its processes to the last result on the disk.
The peers train the same networks on the same data (`tests.bench.pytorch_sweep`,
`tests.bench.jax_sweep`) with the norm of every layer's gradient at every step; PyTorch, which takes
long, only some of the scales, and its time is multiplied.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from engine.experiments.knobs import knob
from engine.experiments.local import LocalExecutor
from engine.experiments.store import Store
from engine.experiments.sweep import Axis, Sweep
from engine.experiments.sweep_files import spaced
from engine.experiments.sweep_run import SweepRun
from engine.spec import DataSpec, LayerSpec, NetworkSpec, ProjectSpec, TrainingSpec
from tests.bench.process import ROOT, installed

SIDE, STEPS, BATCH, WIDTH, RATE = 32, 200, 32, 32, 0.1
SOURCE = "digits"
LOOK_S = 0.002
"""How often it is looked whether a first network is done."""
PEERS = {"PyTorch eager": ("torch", "tests.bench.pytorch_sweep"),
         "JAX vmap": ("jax", "tests.bench.jax_sweep")}
PEERS_PYTHON = os.environ.get("BACKPROP_LAB_PEERS", sys.executable)


@dataclass(frozen=True)
class Timed:
    """How long somebody took.

    Attributes
    ----------
    seconds : float
        From nothing to the last network.
    training_s : float
        Spent within training, of all processes together; 0 where that is not known.
    cells : int
        Networks.
    first_s : float
        When the first network was done: until then, processes start. 0 where that is not known.
    """

    seconds: float
    training_s: float
    cells: int
    first_s: float = 0.0

    @property
    def steady_s(self) -> float:
        """From the first network to the last."""
        return self.seconds - self.first_s


def diagram(side: int = SIDE) -> Sweep:
    """Return the sweep, of as many depths and scales."""
    hidden = LayerSpec("dense-1", "dense", {"units": WIDTH, "activation": "tanh",
                                            "weights": "lecun_normal"})
    project = ProjectSpec(
        name="diagram", data=DataSpec(SOURCE, training_share=0.95), network=NetworkSpec((
            LayerSpec("input", "input"), hidden,
            LayerSpec("output", "dense", {"units": 10, "activation": "linear"}))),
        training=TrainingSpec(batch_size=BATCH, learning_rate=RATE))
    return Sweep("diagram", project, (Axis("depth", depths(side)), Axis("gain", tuple(
        float(value) for value in spaced(knob("gain"), 0.5, 3.0, side)))), steps=STEPS)


def depths(side: int) -> tuple[int, ...]:
    """Return whole depths from 2 to 30, at most so many: between are no more than 29."""
    return tuple(dict.fromkeys(round(2 + 28 * place / max(side - 1, 1)) for place in range(side)))


def ours(workers: int, side: int = SIDE) -> Timed:
    """Compute the diagram in so many processes."""
    sweep = diagram(side)
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "a.results") as store:
        begin = time.perf_counter()
        run = SweepRun(sweep, store, LocalExecutor(workers))
        run.start()
        while not run.wait(LOOK_S) and not run.snapshot().done:
            pass
        first = time.perf_counter() - begin
        run.wait()
        seconds = time.perf_counter() - begin
        run.close()
        standing = run.snapshot()
        if standing.fault is not None:
            raise RuntimeError(standing.fault.text)
        return Timed(seconds, sum(result.seconds for result in store.results()), standing.done,
                     first)


def peer(title: str, side: int = SIDE) -> Timed | None:
    """Let another library compute it with all that the machine has; None where there is none."""
    package, module = PEERS[title]
    if not installed(PEERS_PYTHON, package):
        return None
    sweep = diagram(side)
    with tempfile.TemporaryDirectory() as folder:
        asked = {"depths": sweep.axes[0].values, "gains": sweep.axes[1].values, "width": WIDTH,
                 "batch": BATCH, "steps": STEPS, "rate": RATE,
                 "data": str(_data_file(Path(folder)))}
        told = subprocess.run([PEERS_PYTHON, "-m", module, json.dumps(asked)], capture_output=True,
                              text=True, cwd=ROOT, check=True).stdout
    found = json.loads(told.splitlines()[-1])
    return Timed(found["seconds"] * found["share"], 0.0, sweep.size)


def _data_file(folder: Path) -> Path:
    """Return a file of the examples, for those who cannot load them."""
    import numpy as np

    from engine.data import load

    data = load(diagram().project.data)
    path = folder / "diagram.npz"
    rows = data.training
    np.savez(path, inputs=np.asarray(data.inputs)[rows].astype(np.float32),
             labels=data.labels[rows])
    return path
