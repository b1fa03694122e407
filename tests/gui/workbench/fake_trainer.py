"""A trainer without arithmetic: it counts steps and notes what it is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.errors import DivergedError, EngineError
from engine.layers import OPTIMIZERS
from engine.messages import Message, say
from engine.microscope.dissection import Dissection
from engine.spec import ProjectSpec, TrainingSpec
from engine.statistics import LAYER_COLUMNS, RUN_COLUMNS
from engine.telemetry.black_box import BoxStep, Peak
from engine.telemetry.checkpoint import Checkpoint, Counters, Figures, Place
from engine.telemetry.parts import EVERYTHING, Part, Wanted
from engine.telemetry.snapshot import Evaluation, LayerReading, Snapshot, Text
from engine.telemetry.transfer import TransferReport
from gui.workbench.engine_port import Progress
from tests.gui.small_step import small_step

STEP_S = 1e-5
PLACES = {"dense-1/w": Place(0, (2, 4), True), "dense-1/b": Place(8, (4,), True)}


class FakeRing:
    """Keeps every row."""

    columns = ("loss", "validation_loss", "validation_accuracy", "dense-1/gradient_rms",
               "dense-1/update_ratio")

    def __init__(self) -> None:
        self.rows: list[tuple[float, ...]] = []
        self.begin = 0
        self.data = np.zeros((1000, 1 + len(self.columns)))

    def read(self, cursor: int) -> tuple[NDArray[np.int64], NDArray[np.float64], int]:
        rows = self.rows[cursor:]
        steps = self.begin + np.arange(cursor + 1, cursor + 1 + len(rows), dtype=np.int64)
        return steps, np.array(rows, float).reshape(-1, len(self.columns)), cursor + len(rows)


class FakeTrainer:
    """Takes 10 µs a step."""

    steps_per_epoch = 25
    transfer: TransferReport | None = None
    available = frozenset({Part.READINGS, Part.EVALUATION, Part.SAMPLES, Part.CONFUSION})

    def __init__(self, project: ProjectSpec, run_id: int, diverge_at: int = 0) -> None:
        self.project = project
        self.run_id = run_id
        self.ring = FakeRing()
        self.step = 0
        self.applied: list[TrainingSpec] = []
        self.averaged = False
        self.snapshots = self.texts = 0
        self.asked: list[Wanted] = []
        self.writes = False
        self.threads: set[str] = set()
        self.chunks: list[int] = []
        self.limits: list[int | None] = []
        self.spent_s = 0.0
        self.step_s = STEP_S
        self.diverge_at = diverge_at
        self.crash = False
        self.finish_at = 0
        self.ended: Message | None = None
        self.given_weights: Mapping[str, NDArray[Any]] | None = None
        self.given_start: Mapping[str, NDArray[Any]] | None = None
        self.size = 4
        self.order = np.zeros(1, np.int32)
        self.checkpoints: list[int] = []
        self.restored: list[int] = []
        self.twins: list[FakeTrainer] = []
        self.no_room = False
        self.dissected: list[int | None] = []
        self.questions: list[NDArray[Any]] = []
        self.is_dark: Exception | None = None
        self.batch = 3
        self.kept = 3
        self._stop = threading.Event()

    @property
    def weight_layers(self) -> tuple[str, ...]:
        return tuple(layer.id for layer in self.project.network if layer.id == "dense-1")

    @property
    def epoch(self) -> int:
        return self.step // self.steps_per_epoch

    @property
    def steps_left_in_epoch(self) -> int:
        return self.steps_per_epoch - self.step % self.steps_per_epoch

    def run(self, max_steps: int, budget_s: float = 0.012, most_threads: int | None = None) -> int:
        self.limits.append(most_threads)
        self.threads.add(threading.current_thread().name)
        if self.crash:
            raise ZeroDivisionError("by nought")
        self.ended = None
        started, done = time.perf_counter(), 0
        while done < max_steps and not self._stop.is_set():
            if self.step + 1 == self.diverge_at:
                raise DivergedError("as-given", place="Layer 1 (Dense)",
                                    found=f"a number is not finite at step {self.diverge_at}",
                                    remedy="Lower the learning rate", layer_id="dense-1",
                                    step=self.diverge_at)
            self.step += 1
            done += 1
            if self.step == self.finish_at:
                self.ended = say("Stopped: enough.")
                break
            self.ring.rows.append((1 / self.step, float("nan"), float("nan"), 0.1, -3.0))
            self._stop.wait(self.step_s)
            if time.perf_counter() - started > budget_s:
                break
        if done < max_steps:
            self._stop.clear()
        self.chunks.append(done)
        self.spent_s += time.perf_counter() - started
        return done

    def request_stop(self) -> None:
        self._stop.set()

    def apply(self, training: TrainingSpec) -> None:
        self.threads.add(threading.current_thread().name)
        self.applied.append(training)

    def weights(self) -> dict[str, NDArray[Any]]:
        number = -1.0 if self.averaged else float(self.step)
        return {"dense-1/w": np.full((2, 4), number), "dense-1/b": np.zeros(4)}

    def use_averages(self) -> bool:
        self.averaged = True
        return True

    def checkpoint(self) -> Checkpoint:
        self.threads.add(threading.current_thread().name)
        step, training = self.step, self.project.training
        self.checkpoints.append(step)
        return Checkpoint(
            training=training, counters=Counters(step=step, epoch=self.epoch),
            figures=Figures(), places=PLACES, carried={}, order=self.order, best=None,
            regions=np.full((2 + len(OPTIMIZERS[training.optimizer.kind].memory),
                             max(self.size, 12)), step, training.precision),
            row=np.zeros(len(RUN_COLUMNS) + len(LAYER_COLUMNS)))

    def restore(self, checkpoint: Checkpoint) -> None:
        self.threads.add(threading.current_thread().name)
        self.step = checkpoint.step
        self.ring.begin = self.step - len(self.ring.rows)
        self.restored.append(checkpoint.step)

    def adopt(self, checkpoint: Checkpoint) -> TransferReport:
        self.step = checkpoint.step
        return TransferReport((), ())

    def twin(self) -> FakeTrainer:
        if self.no_room:
            raise MemoryError
        twin = FakeTrainer(self.project, self.run_id, self.diverge_at)
        twin.writes = self.writes
        self.twins.append(twin)
        return twin

    def probe_step(self) -> BoxStep:
        self.run(1)
        peak = Peak(float(self.step), "dense-1", say("Layer 1 (Dense)"))
        update = replace(peak, value=self.update_at(self.step))
        return BoxStep(self.step, 1 / self.step, peak, peak, update)

    def update_at(self, step: int) -> float:
        """Return the largest ratio of update to weights in a step."""
        return 0.1

    def snapshot(self, wanted: Wanted = EVERYTHING) -> Snapshot:
        self.threads.add(threading.current_thread().name)
        self.snapshots += 1
        self.asked.append(wanted)
        loss = 1 / max(self.step, 1)
        readings = tuple(LayerReading(layer.id) for layer in self.project.network)
        return Snapshot(self.run_id, self.step, self.epoch, loss, Evaluation(loss, 0.5, 10), None,
                        readings, parts=wanted & self.available, available=self.available)

    def begin_dissecting(self, example: int | None = None) -> FakeDissecting:
        self.threads.add(threading.current_thread().name)
        self.dissected.append(example)
        if self.is_dark is not None:
            raise self.is_dark
        n = self.kept if example is None else 1
        return FakeDissecting(small_step(self.project, self.run_id, self.step, n, self.batch))

    def predict(self, inputs: NDArray[Any]) -> NDArray[Any]:
        self.threads.add(threading.current_thread().name)
        self.questions.append(inputs)
        if self.is_dark is not None:
            raise self.is_dark
        return np.full((len(inputs), 2), [0.25, 0.75])

    def write_text(self) -> Text | None:
        self.texts += 1
        return Text("Once", "Once" + " more" * self.texts) if self.writes else None


class FakeDissecting:
    """A step that takes some turns to be taken apart."""

    def __init__(self, found: Dissection) -> None:
        self.found = found
        self._left = 3

    def advance(self, budget_s: float) -> bool:
        self._left -= 1
        return self._left <= 0


@dataclass
class FakeEngine:
    """A trainer factory that keeps what it has made."""

    trainers: list[FakeTrainer] = field(default_factory=list)
    diverge_at: int = 0
    refuse: EngineError | None = None
    compiling: threading.Event | None = None
    called: threading.Event = field(default_factory=threading.Event)

    def __call__(
        self, project: ProjectSpec, dataset: Dataset, *, run_id: int, progress: Progress,
        weights: Mapping[str, NDArray[Any]] | None = None,
        start: Mapping[str, NDArray[Any]] | None = None, checkpoint: Checkpoint | None = None,
    ) -> FakeTrainer:
        progress("Preparing engine", 0.5)
        self.called.set()
        if self.compiling is not None:
            self.compiling.wait()
        if self.refuse is not None:
            raise self.refuse
        trainer = FakeTrainer(project, run_id, self.diverge_at)
        trainer.given_weights, trainer.given_start = weights, start
        if checkpoint is not None:
            trainer.restore(checkpoint)
        self.trainers.append(trainer)
        return trainer

    @property
    def newest(self) -> FakeTrainer:
        return self.trainers[-1]
