"""What a large folder of JPEGs costs: ``python -m tests.bench checks images``.

A process of its own loads the folder and trains on it, for its memory.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.bench.process import ROOT

COUNT, SIDE, CLASSES = 50_000, 64, 10
"""Images, pixels of a side, and classes: 614 MB unpacked."""

MOST_BYTES, MOST_FIRST_S = 2**30, 3.0
"""What is promised: memory of the whole process, and seconds until the first batch."""

EPOCHS = 2


def write(root: Path, count: int = COUNT) -> None:
    """Write JPEGs of coloured waves, of another length for every class."""
    from PIL import Image

    down, across = np.mgrid[:SIDE, :SIDE]
    for number in range(count):
        rng = np.random.default_rng(number)
        label = number % CLASSES
        waves = np.sin(across[..., None] * (label + 1) / 20 + 6 * rng.random(3))
        waves = waves * np.cos(down[..., None] / (5 + label))
        pixels = 127 + 100 * waves + rng.normal(0, 10, waves.shape)
        folder = root / f"class {label}"
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(folder / f"{number}.jpg")


def measured(folder: str = "", count: int = COUNT) -> dict[str, float]:
    """Return seconds until the first batch and of every epoch, and the memory of all.

    Parameters
    ----------
    folder : str
        Images that are there already; empty makes some.
    count : int
        How many are made.
    """
    with tempfile.TemporaryDirectory(prefix="backprop-lab-images-") as made:
        if not folder:
            write(Path(made), count)
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.images", folder or made], check=True, text=True,
            stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _train(path: Path) -> dict[str, float]:
    import resource

    from engine.data import load
    from engine.spec import DataSpec, LayerSpec, NetworkSpec, ProjectSpec, TrainingSpec
    from engine.training import Trainer

    spec = DataSpec("images", path=str(path), training_share=0.9)
    begin, used = time.perf_counter(), time.process_time()
    data = load(spec)
    loaded, loaded_cpu = time.perf_counter() - begin, time.process_time() - used
    network = NetworkSpec((
        LayerSpec("input", "input"), LayerSpec("dense-1", "dense", {"units": 32}),
        LayerSpec("output", "dense", {"units": len(data.class_names), "activation": "linear"})))
    # Compiling is no part of it: the program comes with its kernels.
    Trainer(ProjectSpec(data=spec, network=network), data)
    begin, used = time.perf_counter(), time.process_time()
    run = Trainer(ProjectSpec(data=spec, network=network, training=TrainingSpec(
        learning_rate=0.01, batch_size=32)), data)
    run.run(1)
    first, first_cpu = time.perf_counter() - begin, time.process_time() - used
    found = {"images": float(len(data.inputs)), "loaded": loaded, "first": loaded + first,
             "first_cpu": loaded_cpu + first_cpu}
    for epoch in range(EPOCHS):
        begin, used = time.perf_counter(), time.process_time()
        while run.epoch == epoch:
            run.run(1 << 30, 0.2)
        found[f"epoch_{epoch + 1}"] = time.perf_counter() - begin
        found[f"epoch_{epoch + 1}_cpu"] = time.process_time() - used
    found["memory"] = 1024.0 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_train(Path(sys.argv[1]))))
