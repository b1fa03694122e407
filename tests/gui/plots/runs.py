"""Made-up runs for the plots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from engine.diagnosis.verdicts import LayerVerdict
from engine.messages import say
from engine.spec import LayerSpec, NetworkSpec
from engine.telemetry.history import History
from engine.telemetry.looks import Looks
from engine.telemetry.snapshot import LayerReading, Snapshot
from gui.frames.epochs import EpochScale
from gui.frames.ghost import Ghost
from gui.frames.record import Record


@dataclass(frozen=True)
class Run:
    network: NetworkSpec
    weight_layers: tuple[str, ...]
    run: str = "A"
    beside: Run | None = None


@dataclass(frozen=True)
class Judged:
    layers: tuple[LayerVerdict, ...]


@dataclass(frozen=True)
class Frame:
    step: int
    history: History
    snapshot: Snapshot | None = None
    ghost: Ghost | None = None
    beginning: History | None = None
    epochs: EpochScale = field(default_factory=lambda: EpochScale(25))
    run: str = "A"
    run_id: int = 1
    beside: Frame | None = None
    cursor: int | None = None
    verdict: Judged | None = None
    readings: tuple[LayerReading, ...] = ()
    looks: Looks = field(default_factory=lambda: Looks(()))

    @property
    def record(self) -> Record:
        return Record(self.beginning or History(self.history.columns), self.history)


def run_of(layers: int) -> Run:
    ids = tuple(f"dense-{i}" for i in range(1, layers + 1))
    specs = (LayerSpec("input", "input"), *(LayerSpec(i, "dense") for i in ids))
    return Run(NetworkSpec(specs), ids)


def frame_of(run: Run, steps: int, *, buckets: int = 512) -> Frame:
    """Layer i has gradient 10**(i - layers) and update ratio -3; the loss is 2 / step."""
    columns = ["loss", "validation_loss", "validation_accuracy"]
    for layer_id in run.weight_layers:
        columns += [f"{layer_id}/gradient_rms", f"{layer_id}/update_ratio"]
    rows = np.full((steps, len(columns)), np.nan)
    at = np.arange(1, steps + 1)
    rows[:, 0] = 2.0 / at
    rows[::10, 1] = 3.0 / at[::10]
    depth = len(run.weight_layers)
    for i in range(depth):
        rows[:, 3 + 2 * i] = 10.0 ** (i + 1 - depth)
        rows[:, 4 + 2 * i] = -3.0
    history = History(columns, buckets)
    history.extend(at, rows)
    return Frame(steps, history)


def with_values(run: Run, column: str, values: list[float]) -> Frame:
    """Return a frame in which one column holds these values and all others nothing."""
    return with_columns(run, {column: values})


def with_columns(run: Run, values: Mapping[str, list[float]]) -> Frame:
    """Return a frame in which some columns hold these values and all others nothing."""
    columns = list(frame_of(run, 1).history.columns)
    steps = max(map(len, values.values()))
    rows = np.full((steps, len(columns)), np.nan)
    for column, series in values.items():
        rows[:, columns.index(column)] = series
    history = History(columns)
    history.extend(np.arange(1, steps + 1), rows)
    return Frame(steps, history)


def read_out(frame: Frame, gradients: Mapping[str, float], codes: Mapping[str, str]) -> Frame:
    """Return a frame with readings and verdicts of some layers."""
    readings = tuple(LayerReading(layer_id=i, gradient_rms=rms) for i, rms in gradients.items())
    verdicts = tuple(LayerVerdict(i, code, 2, say("layer-verdict.failed"))
                     for i, code in codes.items())
    return replace(frame, readings=readings, verdict=Judged(verdicts))


def pair_of(a: Frame, b: Frame, *, edits: str = "A") -> Frame:
    """Return the frame of a pair of which one run is edited."""
    a, b = replace(a, run="A"), replace(b, run="B", run_id=2)
    return replace(a, beside=b) if edits == "A" else replace(b, beside=a)
