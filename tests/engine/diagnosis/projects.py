"""Small projects, made in a line each."""

from __future__ import annotations

from functools import cache
from typing import Any

from msgspec.structs import replace

from engine.data import Dataset, load
from engine.layers import diagnose
from engine.spec import (
    DataSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    ProjectSpec,
    TrainingSpec,
)

EQUAL: dict[str, Any] = {"weights": "constant", "spread": 0.1}


def dense(units: int, activation: str = "tanh", **options: Any) -> LayerSpec:
    return LayerSpec("", "dense", {"units": units, "activation": activation, **options})


def layer(kind: str, **options: Any) -> LayerSpec:
    return LayerSpec("", kind, options)


def project(data: DataSpec | str, *layers: LayerSpec, optimizer: str = "sgd",
            **training: Any) -> ProjectSpec:
    network = NetworkSpec((LayerSpec("input", "input"),))
    for spec in layers:
        name = spec.id or network.fresh_id(spec.kind)
        network = network.inserted(len(network), replace(spec, id=name))
    learning = TrainingSpec(optimizer=OptimizerSpec(optimizer), **training)
    return ProjectSpec(data=DataSpec(data, training_share=0.7) if isinstance(data, str) else data,
                       network=network, training=learning)


loaded = cache(load)


def check(of: ProjectSpec, dataset: Dataset) -> list[str]:
    return [issue.text for issue in diagnose(
        of, dataset.task, dataset.n_inputs, dataset.n_outputs,
        is_image=dataset.image_shape is not None, vocabulary=dataset.vocabulary,
        target_range=dataset.target_range)]


def sequence(*layers: LayerSpec) -> tuple[LayerSpec, ...]:
    return (layer("reshape", form="sequence", steps=8, features=1), *layers)


IMAGE = layer("reshape", height=8, width=8, channels=1)
MSE: dict[str, Any] = {"loss": "mean_squared_error"}
BCE: dict[str, Any] = {"loss": "binary_cross_entropy"}
SINE = DataSpec("sine", window=8)
TO_2 = dense(2, "linear")
