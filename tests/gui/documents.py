"""A small document, and frames of a run that never happened."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from engine.data.dataset import Dataset
from engine.diagnosis.verdicts import Verdict
from engine.spec import DataSpec, LayerSpec, NetworkSpec, ProjectSpec, Task
from engine.telemetry.snapshot import Evaluation, LayerReading, Snapshot
from gui.document.document import Document
from gui.frames.ghost import Ghost


@dataclass(frozen=True)
class FakeFrame:
    snapshot: Snapshot | None
    running: bool = False
    verdict: Verdict | None = None
    readings: tuple[LayerReading, ...] = ()
    ghost: Ghost | None = None
    run: str = "A"
    beside: FakeFrame | None = None


@dataclass(frozen=True)
class FakeRun:
    run_id: int
    network: NetworkSpec
    run: str = "A"
    beside: FakeRun | None = None


def make_dataset(n_inputs: int = 2, n_classes: int = 2, task: Task = "classification",
                 key: str = "spiral") -> Dataset:
    n = 20
    labels = np.arange(n) % max(n_classes, 1) if task == "classification" else np.zeros(0, int)
    values = np.zeros((n, 0 if task == "classification" else 1))
    names = tuple(f"class {i}" for i in range(n_classes)) if task == "classification" else ()
    return Dataset(key, key.title(), task, np.zeros((n, n_inputs)), labels, values, names,
                   tuple(f"x{i + 1}" for i in range(n_inputs)), ("class",),
                   np.arange(12), np.arange(12, n),
                   points=None if key in ("digits", "table") else np.zeros((n, 2)))


def load_fake(spec: DataSpec, _base: object = None) -> Dataset:
    """Stand in for `engine.data.load`: as many inputs as features, ten classes for digits."""
    if spec.source == "digits":
        return make_dataset(64, 10, key="digits")
    if spec.source == "table":
        return make_dataset(3, 2, key="table")
    if spec.source == "plane":
        return make_dataset(len(spec.features), 0, "regression", "plane")
    return make_dataset(len(spec.features), key=spec.source)


def make_deep(document: Document, n_layers: int, units: int, activation: str) -> None:
    """Let a document hold a network of so many equal dense layers between input and output."""
    project = document.project
    options = {"units": units, "activation": activation}
    hidden = (LayerSpec(f"deep-{i + 1}", "dense", options) for i in range(n_layers))
    layers = project.network.layers
    network = NetworkSpec((layers[0], *hidden, layers[-1]))
    document.load_project(replace(project, network=network), dataset=document.dataset)


def make_snapshot(network: NetworkSpec, *, run_id: int = 1, step: int = 100,
                  decay: float = 0.05) -> Snapshot:
    """Return a snapshot in which every dense layer's gradient is ``decay`` of the next one's."""
    readings = []
    for position, layer in enumerate(network):
        gradient = {}
        if layer.kind == "dense":
            rms = 0.1 * decay ** (len(network) - 1 - position)
            gradient = {"gradient_rms": rms, "gradient_max": 4 * rms, "gradient_low": 0.1 * rms,
                        "gradient_high": 2 * rms, "gradient_zero_share": 0.0, "update_ratio": -3.0}
        histogram = np.full(24, 0 if position == 0 else 5)
        readings.append(LayerReading(
            layer.id, activation_mean=0.5, activation_std=0.25, saturated_share=0.02,
            dead_share=0.0, histogram=histogram, histogram_range=(0.0, 1.0), **gradient))
    both = Evaluation(math.log(2), 0.5, 12)
    return Snapshot(run_id, step, 1, math.log(2), both, both, tuple(readings))


def small_project() -> ProjectSpec:
    """Return the spiral with tanh layers of 4 and 2 units: few enough to be counted."""
    return ProjectSpec(name="Spiral", network=NetworkSpec((
        LayerSpec("input", "input"),
        LayerSpec("dense-1", "dense", {"units": 4, "activation": "tanh"}),
        LayerSpec("dense-2", "dense", {"units": 2, "activation": "tanh"}),
        LayerSpec("output", "dense", {"units": 2, "activation": "linear"}),
    )))
