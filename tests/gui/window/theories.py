"""A theory of nothing: what `engine.theory.predict` gives, at once and with known numbers."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.data.dataset import Dataset
from engine.messages import Message, say
from engine.spec import ProjectSpec

NO_RULE = say("run.no-step")


@dataclass(frozen=True)
class FakeExpected:
    layer_id: str
    gradient_rms: float
    low: float = float("nan")
    high: float = float("nan")
    activation_rms: float = 1.0
    chi: float = 0.5
    reason: Message | None = None


@dataclass(frozen=True)
class FakePrediction:
    layers: tuple[FakeExpected, ...]


@dataclass
class FakeTheory:
    """Expects of layer n a gradient of 10^-n times its gain, over the root of the batch."""

    asked: list[ProjectSpec] = field(default_factory=list)
    squares: list[Mapping[str, float] | None] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)
    gate: threading.Event | None = None
    lawless: str = ""

    def __call__(self, project: ProjectSpec, dataset: Dataset,
                 squares: Mapping[str, float] | None = None) -> FakePrediction:
        self.asked.append(project)
        self.squares.append(squares)
        self.threads.add(threading.current_thread().name)
        if self.gate is not None:
            self.gate.wait()
        found = []
        for number, layer in enumerate(project.network):
            value = float(layer.options.get("gain", 1.0)) * 10.0 ** -number
            value /= project.training.batch_size ** 0.5
            if number == 0 or layer.id == self.lawless:
                found.append(FakeExpected(layer.id, float("nan"), chi=float("nan"),
                                          reason=NO_RULE if layer.id == self.lawless else None))
            else:
                found.append(FakeExpected(layer.id, value, value / 2, value * 2))
        return FakePrediction(tuple(found))
