"""Whether the engine computes rightly on this computer: a gradient and a second of training."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.data import load
from engine.data.dataset import Dataset
from engine.errors import EngineError
from engine.facts import facts
from engine.spec import OptimizerSpec, ProjectSpec, read_project
from engine.training import Trainer

Array = NDArray[Any]

RESOURCES = Path(__file__).resolve().parents[1] / "resources"
PROJECT = RESOURCES / "examples" / "02-spiral-solved.json"
GOLDEN = RESOURCES / "golden" / "self-test.npz"
TOLERANCES = {"float32": 1e-5, "float64": 1e-10}
"""Largest difference from PyTorch's gradient, as a share of its largest number."""

TRAINING_S = 1.0
WANTED = 0.9
"""Share of validation examples that a second of training must get right."""


@dataclass(frozen=True)
class Finding:
    """What one part of the test has found.

    Attributes
    ----------
    text : str
        A line for people.
    passed : bool
        Whether that is right.
    """

    text: str
    passed: bool = True


def self_test() -> Iterator[Finding]:
    """Yield what is found, one thing after the other; a part that fails does not end the test."""
    yield Finding("; ".join(f"{name}: {value}" for name, value in facts().items()) + ".")
    for check in (*(_gradient(precision) for precision in TOLERANCES), _training):
        try:
            yield check()
        except (EngineError, OSError) as error:
            yield Finding(f"{error}", False)


def _gradient(precision: str) -> Callable[[], Finding]:
    def check() -> Finding:
        with np.load(GOLDEN) as file:
            golden = dict(file)
        project = read_project(PROJECT)
        training = msgspec.structs.replace(
            project.training, optimizer=OptimizerSpec("sgd"), precision=precision, shuffle=False,
            batch_size=len(golden["labels"]))
        run = Trainer(msgspec.structs.replace(project, training=training), _examples(golden),
                      weights=_part(golden, "weights/"))
        run.run(1)
        furthest = 0.0
        gradients = run.gradients()
        for name, wanted in _part(golden, "gradients/").items():
            difference = np.abs(gradients[name] - wanted).max() / np.abs(wanted).max()
            furthest = max(furthest, float(difference))
        return Finding(f"Gradient in {precision}: {furthest:.1e} from PyTorch's (at most "
                       f"{TOLERANCES[precision]:.0e}).", furthest <= TOLERANCES[precision])
    return check


def _part(arrays: dict[str, Array], prefix: str) -> dict[str, Array]:
    return {name.removeprefix(prefix): array for name, array in arrays.items()
            if name.startswith(prefix)}


def _examples(golden: dict[str, Array]) -> Dataset:
    inputs, labels = golden["inputs"], golden["labels"]
    return Dataset("self-test", "Self-test", "classification", inputs, labels,
                   np.zeros((len(labels), 0)), ("0", "1"), ("x1", "x2"), ("class",),
                   np.arange(len(labels)), np.zeros(0, np.int64))


def _training() -> Finding:
    project: ProjectSpec = read_project(PROJECT)
    run = Trainer(project, load(project.data))
    begin = time.perf_counter()
    while time.perf_counter() - begin < TRAINING_S:
        run.run(1 << 30, TRAINING_S / 10)
    score = run.evaluate().accuracy
    return Finding(f"Spiral: {score:.0%} of unseen points right after {run.step:,} steps in "
                   f"{TRAINING_S:g} s (at least {WANTED:.0%}).", score >= WANTED)
