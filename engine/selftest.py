"""Whether the engine computes rightly on this computer: gradients, a step, a second of runs."""

from __future__ import annotations

import io
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.bundles import BROKEN
from engine.data import load
from engine.data.dataset import Dataset
from engine.errors import EngineError, FormatError
from engine.facts import facts
from engine.messages import Message, say
from engine.spec import OptimizerSpec, ProjectSpec, read_project
from engine.training import Trainer

Array = NDArray[Any]

RESOURCES = Path(__file__).resolve().parents[1] / "resources"
PROJECT = RESOURCES / "examples" / "02-spiral-solved.json"
GOLDEN = RESOURCES / "golden" / "self-test.npz"
TOLERANCES = {"float32": 1e-5, "float64": 1e-10}
"""Largest difference from PyTorch's gradient, as a share of its largest number."""

MOST_APART = 1e-10
"""Largest difference of a step taken apart from the engine's, as a share of the largest number."""

TRAINING_S = 1.0
WANTED = 0.9
"""Share of validation examples that a second of training must get right."""


@dataclass(frozen=True)
class Finding:
    """What one part of the test has found.

    Attributes
    ----------
    message : Message
        What was found.
    passed : bool
        Whether that is right.
    """

    message: Message
    passed: bool = True

    @property
    def text(self) -> str:
        """A line for people."""
        return self.message.text


@dataclass(frozen=True)
class Difference:
    """Where a layer's gradient is furthest from PyTorch's.

    Attributes
    ----------
    name : str
        Of the gradient, such as ``dense-1/w``.
    share : float
        The difference as a share of the largest number of PyTorch's gradient.
    found, expected : float
        The two numbers.
    """

    name: str
    share: float
    found: float
    expected: float


def self_test() -> Iterator[Finding]:
    """Yield what is found, one thing after the other; a part that fails does not end the test."""
    checks: dict[Message, Callable[[], Finding]] = {
        say("self-test.facts"): _facts,
        **{_named(precision): partial(_gradient, precision) for precision in TOLERANCES},
        say("self-test.microscope"): _microscope,
        say("self-test.spiral"): _training,
    }
    for part, check in checks.items():
        try:
            yield check()
        except EngineError as error:
            yield Finding(say("self-test.failed", part=part, sentence=error.message), False)
        except Exception as error:  # noqa: BLE001 - what nobody has thought of is looked for
            yield Finding(_untested(part, error), False)


def _untested(part: Message, error: Exception) -> Message:
    if reason := str(error).rstrip("."):
        return say("self-test.untested", part=part, reason=reason, type=type(error).__name__)
    return say("self-test.untested-without-reason", part=part, type=type(error).__name__)


def _named(precision: str) -> Message:
    return say("self-test.gradient", precision=precision)


def _facts() -> Finding:
    return Finding(say("self-test.all-facts", facts=tuple(
        say("self-test.fact", name=name, value=value) for name, value in facts().items())))


def _gradient(precision: str) -> Finding:
    golden = _golden()
    project = read_project(PROJECT)
    training = msgspec.structs.replace(
        project.training, optimizer=OptimizerSpec("sgd"), precision=precision, shuffle=False,
        batch_size=len(golden["labels"]))
    run = Trainer(msgspec.structs.replace(project, training=training), _examples(golden),
                  weights=_part(golden, "weights/"))
    run.run(1)
    return _compared(precision, run.gradients(), _part(golden, "gradients/"))


def _golden() -> dict[str, Array]:
    try:
        # From memory: NumPy leaves a file open when it turns out to be no archive.
        with np.load(io.BytesIO(GOLDEN.read_bytes())) as file:
            return dict(file)
    except (*BROKEN, zlib.error) as error:
        raise FormatError("self-test.golden", place=GOLDEN.name,
                          type=type(error).__name__) from error


def _compared(precision: str, gradients: Mapping[str, Array], golden: dict[str, Array]) -> Finding:
    """Return how far gradients are from those of PyTorch, and where they are furthest."""
    if not golden or golden.keys() != gradients.keys():
        return Finding(say("self-test.other-gradients", part=_named(precision),
                           found=tuple(sorted(gradients)),
                           expected=tuple(sorted(golden)) or (say("value.none"),)), False)
    worst = max((_difference(name, gradients[name], golden[name]) for name in golden),
                key=lambda difference: difference.share)
    passed = worst.share <= TOLERANCES[precision]
    if passed:
        return Finding(say("self-test.gradient-right", part=_named(precision), share=worst.share,
                           most=TOLERANCES[precision]))
    return Finding(say("self-test.gradient-wrong", part=_named(precision), share=worst.share,
                       most=TOLERANCES[precision], name=worst.name, found=worst.found,
                       expected=worst.expected), False)


def _difference(name: str, found: Array, expected: Array) -> Difference:
    # What is no number is further away than every number, whichever of the two it is.
    with np.errstate(invalid="ignore"):
        apart = np.nan_to_num(np.abs(found - expected), nan=np.inf)
    place = np.unravel_index(int(apart.argmax()), apart.shape)
    largest = float(np.abs(expected).max())
    share = float(apart[place]) / largest if 0 < largest < np.inf else np.inf
    return Difference(name, share, float(found[place]), float(expected[place]))


def _part(arrays: dict[str, Array], prefix: str) -> dict[str, Array]:
    return {name.removeprefix(prefix): array for name, array in arrays.items()
            if name.startswith(prefix)}


def _examples(golden: dict[str, Array]) -> Dataset:
    inputs, labels = golden["inputs"], golden["labels"]
    return Dataset("self-test", "Self-test", "classification", inputs, labels,
                   np.zeros((len(labels), 0)), ("0", "1"), ("x1", "x2"), ("class",),
                   np.arange(len(labels)), np.zeros(0, np.int64))


def _microscope() -> Finding:
    """Compare a step that is taken apart line by line with the engine's own."""
    project: ProjectSpec = read_project(PROJECT)
    run = Trainer(project, load(project.data))
    run.run(1)
    share = run.dissect().disagreement()
    return Finding(say("self-test.apart", part=say("self-test.microscope"), share=share,
                       most=MOST_APART), share <= MOST_APART)


def _training() -> Finding:
    project: ProjectSpec = read_project(PROJECT)
    run = Trainer(project, load(project.data))
    begin = time.perf_counter()
    while time.perf_counter() - begin < TRAINING_S:
        run.run(1 << 30, TRAINING_S / 10)
    score = run.evaluate().accuracy
    return Finding(say("self-test.score", part=say("self-test.spiral"), score=score, steps=run.step,
                       seconds=TRAINING_S, wanted=WANTED), score >= WANTED)
