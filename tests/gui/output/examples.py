"""Made-up data sets and snapshots for the output views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.data.dataset import Dataset
from engine.data.modality import image
from engine.telemetry.snapshot import Evaluation, Snapshot


@dataclass(frozen=True)
class Run:
    dataset: Dataset
    run: str = "A"
    beside: Run | None = None


@dataclass(frozen=True)
class Frame:
    snapshot: Snapshot | None
    run: str = "A"
    beside: Frame | None = None


def dataset_of(
    task: str = "classification", *, classes: int = 2, on_plane: bool = True,
    image_shape: tuple[int, int] | None = None, n: int = 40,
) -> Dataset:
    rng = np.random.default_rng(0)
    width = image_shape[0] * image_shape[1] if image_shape else 2
    inputs = rng.uniform(-5.0, 5.0, (n, width))
    is_classes = task == "classification"
    return Dataset(
        "key", "Title", "classification" if is_classes else "regression", inputs,
        np.arange(n) % classes if is_classes else np.zeros(0, np.int64),
        np.zeros((n, 0)) if is_classes else inputs[:, :1] / 5.0,
        tuple(f"class {i}" for i in range(classes)) if is_classes else (),
        tuple(f"x{i}" for i in range(width)), ("y",), np.arange(0, n, 2), np.arange(1, n, 2),
        modality=image(*image_shape) if image_shape else None, points=inputs if on_plane else None)


def snapshot_of(**changes: Any) -> Snapshot:
    return Snapshot(1, 10, 1, 0.5, Evaluation(0.25, 0.9, 20), Evaluation(0.5, 0.875, 20), (),
                    **changes)


def sample_of(dataset: Dataset, wrong: int = 0) -> Snapshot:
    """The first validation rows, of which the last ``wrong`` are taken for another class."""
    rows = dataset.validation[:10]
    classes = len(dataset.class_names)
    taken = dataset.labels[rows].copy()
    if wrong:
        taken[-wrong:] = (taken[-wrong:] + 1) % classes
    outputs = np.full((len(rows), classes), 0.2 / max(classes - 1, 1))
    outputs[np.arange(len(rows)), taken] = 0.8
    return snapshot_of(samples=rows, sample_outputs=outputs)
