"""Our contestant: ``python -m tests.bench.ours CASE THREADS``."""

from __future__ import annotations

import time
from typing import Any

import numba
import numpy as np

from engine.data.dataset import Dataset
from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, ProjectSpec, TrainingSpec
from engine.training import Trainer
from tests.bench.cases import LEARNING_RATE, VOCABULARY, Case, Layer
from tests.bench.contestant import Array, begin, data_of, serve

CHUNK_S = 0.012
"""In chunks of a frame's length, as the window runs it."""


def spec(name: str, layer: Layer) -> LayerSpec:
    """Return a layer as our projects have it."""
    kind, options = {
        "dense": ("dense", {"units": layer.units, "activation": layer.activation}),
        "conv": ("conv2d", {"filters": layer.units, "activation": layer.activation,
                            "bias": layer.bias, "kernel": layer.kernel,
                            "padding": layer.padding}),
        "norm": ("batch_norm", {}),
        "relu": ("activation", {"function": "relu"}),
        "pool": ("max_pooling", {}),
        "flatten": ("flatten", {}),
        "embedding": ("embedding", {"vocabulary": VOCABULARY, "units": layer.units}),
        **{kind: (kind, {"units": layer.units, "output": "sequence"})
           for kind in ("lstm", "gru", "rnn")},
    }[layer.kind]
    return LayerSpec(name, kind, options)  # type: ignore[arg-type]


def project(case: Case) -> ProjectSpec:
    """Return the case as a project."""
    layers = [LayerSpec("input", "input")]
    if len(case.shape) == 3:
        height, width, channels = case.shape
        layers.append(LayerSpec("image", "reshape", {
            "height": height, "width": width, "channels": channels}))
    layers += [spec(f"{layer.kind}-{number}", layer)
               for number, layer in enumerate(case.layers)]
    return ProjectSpec(network=NetworkSpec(tuple(layers)), training=TrainingSpec(
        loss="sequence_cross_entropy" if case.is_text else "softmax_cross_entropy",
        optimizer=OptimizerSpec(case.optimizer), learning_rate=LEARNING_RATE,
        batch_size=case.batch))


def dataset(case: Case) -> Dataset:
    """Return the bench's examples, all of them for training."""
    inputs, labels = data_of(case)
    names = tuple(map(str, range(case.classes)))
    return Dataset(
        "bench", "Bench", "sequence" if case.is_text else "classification",
        inputs.astype(np.float64), labels, np.zeros((len(inputs), 0)), names,
        tuple(map(str, range(inputs.shape[1]))), ("class",), np.arange(len(inputs)),
        np.zeros(0, np.int64), tokens=names if case.is_text else None)


def trainer(case: Case, threads: int | None = None) -> Trainer:
    """Return a trainer on the bench's examples."""
    return Trainer(project(case), dataset(case), threads=threads)


def run_for(network: Trainer, seconds: float) -> int:
    """Train for about so long, as the window does; return the steps done."""
    steps, end = 0, time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        steps += network.run(1 << 30, min(left, CHUNK_S))
    return steps


def first(case: Case, weights: dict[str, Array]) -> dict[str, Any]:
    """Return loss and gradient norms of the first batch in the order of the data."""
    ordered = project(case)
    from msgspec.structs import replace

    run = Trainer(replace(ordered, training=replace(ordered.training, shuffle=False)),
                  dataset(case), weights=weights)
    run.run(1)
    _, rows, _ = run.ring.read(0)
    return {"loss": float(rows[0, 0]),
            "norms": {name: float(np.linalg.norm(gradient))
                      for name, gradient in run.gradients().items()}}


def main() -> None:
    """Serve rounds of one case."""
    case, threads = begin()
    network = trainer(case, threads)
    serve(f"Numba {numba.__version__}, NumPy {np.__version__}",
          lambda seconds: run_for(network, seconds), lambda weights: first(case, weights))


if __name__ == "__main__":
    main()
