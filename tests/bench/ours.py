"""Our contestant: ``python -m tests.bench.ours CASE THREADS``."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numba
import numpy as np

from engine.data.dataset import Dataset
from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, ProjectSpec, TrainingSpec
from engine.training import Trainer
from tests.bench.cases import LEARNING_RATE, Array, Case, Layer, data_of, measured, weights_of
from tests.bench.contestant import Side, main


def layer_of(case: Case, layer: Layer) -> LayerSpec:
    """Return a layer as ours."""
    kind, options = {
        "dense": ("dense", {"units": layer.units, "activation": layer.activation,
                            "bias": layer.bias}),
        "conv": ("conv2d", {"filters": layer.units, "activation": layer.activation,
                            "bias": layer.bias}),
        "norm": ("batch_norm", {}),
        "relu": ("activation", {"function": "relu"}),
        "pool": ("max_pooling", {}),
        "flatten": ("flatten", {}),
        "embedding": ("embedding", {"vocabulary": case.vocabulary, "units": layer.units}),
    }.get(layer.kind, (layer.kind, {"units": layer.units, "output": "sequence"}))
    return LayerSpec(layer.id, kind, options)


def project(case: Case) -> ProjectSpec:
    """Return the case as a project."""
    layers = [LayerSpec("input", "input")]
    if len(case.shape) == 3:
        height, width, channels = case.shape
        layers.append(LayerSpec("image", "reshape", {"height": height, "width": width,
                                                     "channels": channels}))
    layers += [layer_of(case, layer) for layer in case.layers]
    return ProjectSpec(network=NetworkSpec(tuple(layers)), training=TrainingSpec(
        loss="sequence_cross_entropy" if case.vocabulary else "softmax_cross_entropy",
        optimizer=OptimizerSpec(case.optimizer), learning_rate=LEARNING_RATE,
        batch_size=case.batch))


def dataset(case: Case) -> Dataset:
    """Return the bench's examples, all of them for training."""
    inputs, labels = data_of(case)
    inputs = inputs.reshape(len(inputs), -1).astype(np.float64)
    tokens = tuple(map(str, range(case.vocabulary)))
    return Dataset(
        "bench", "Bench", "sequence" if tokens else "classification", inputs, labels,
        np.zeros((len(inputs), 0)), tuple(map(str, range(case.classes))),
        tuple(map(str, range(inputs.shape[1]))), ("class",), np.arange(len(inputs)),
        np.zeros(0, np.int64), tokens=tokens or None)


def trainer(case: Case, threads: int, shuffle: bool = True,
            weights: Mapping[str, Array] | None = None) -> Trainer:
    """Return a trainer that starts from the bench's weights, or from others."""
    asked = project(case)
    asked = msgspec.structs.replace(
        asked, training=msgspec.structs.replace(asked.training, shuffle=shuffle))
    return Trainer(asked, dataset(case), weights=weights or weights_of(case), threads=threads)


def first_step(case: Case) -> tuple[float, dict[str, float]]:
    """Return loss and gradient norms of the first step."""
    network = trainer(case, threads=1, shuffle=False)
    network.run(1)
    newest = dict(zip(network.ring.columns, network.ring.data[0, 1:], strict=True))
    weights = network.weights()
    norms = {layer.id: float(newest[f"{layer.id}/gradient_rms"]) * sum(
        weights[f"{layer.id}/{name}"].size for name in measured(layer)) ** 0.5
        for layer in case.layers if measured(layer)}
    return float(newest["loss"]), norms


def make(case: Case, threads: int, variant: str) -> Side:
    """Return our engine, as the program runs it."""
    loss, norms = first_step(case)
    network = trainer(case, threads)
    return Side(f"numba {numba.__version__}, numpy {np.__version__}", loss, norms,
                lambda seconds: network.run(1 << 30, seconds))


if __name__ == "__main__":
    main(make)
