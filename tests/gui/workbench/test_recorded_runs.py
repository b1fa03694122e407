"""Recorded runs on the real engine: looking back changes no byte, and branches are the original."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from engine.spec import (
    DataSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    ProjectSpec,
    default_project,
)
from engine.telemetry.black_box import BlackBox
from engine.telemetry.parts import EVERYTHING, NOTHING
from gui.document.document import Document
from gui.frames.frame import Frame
from gui.frames.run_info import FIRST, SECOND
from gui.workbench.engine_port import make_trainer
from gui.workbench.state import State
from gui.workbench.workbench import Workbench

PREPARING_MS = 240_000
"""The first time, kernels are compiled."""
Open = Callable[..., Workbench]


def spiral(**training: Any) -> ProjectSpec:
    project = replace(default_project(), data=DataSpec("spiral", seed=3))
    return replace(project, training=replace(project.training, **training))


@pytest.fixture
def open_bench(qtbot: QtBot) -> Iterator[Open]:
    benches: list[Workbench] = []

    def make(**training: Any) -> Workbench:
        bench = Workbench(Document(spiral(**training)), make_trainer)
        benches.append(bench)
        qtbot.waitUntil(lambda: bench.state is State.READY, timeout=PREPARING_MS)
        return bench

    yield make
    for bench in benches:
        bench.shut_down()


def rest_at(qtbot: QtBot, bench: Workbench, step: int) -> None:
    """Train up to a step, and wait until that is told."""
    bench.runs.advance(step - bench.recording(FIRST).last)
    qtbot.waitUntil(lambda: {bench.recording(run.key).last for run in bench.runs} == {step}
                    and {run.state for run in bench.runs} == {State.PAUSED}, timeout=60_000)


def told(bench: Workbench, key: str = FIRST) -> dict[str, Any]:
    """Return all that there is to know about a run, as bytes."""
    frames: list[Frame] = []
    bench.frame.connect(frames.append)
    bench.clock.tick()
    bench.frame.disconnect(frames.append)
    history = next(frame for frame in frames if frame.run == key).history
    series = {f"{name} {column}": getattr(history, name)(column).tobytes()
              for column in history.columns for name in ("low", "high")}
    weights = {name: array.tobytes()
               for name, array in bench.runs.checkpoint(key).weights().items()}
    return {"steps": history.steps().tolist(), **series, **weights}


def last_snapshot(frames: list[Frame], step: int) -> Frame | None:
    return next((frame for frame in reversed(frames)
                 if frame.snapshot is not None and frame.cursor == step), None)


def test_looking_back_changes_no_byte_of_the_run(qtbot: QtBot, open_bench: Open) -> None:
    alone = open_bench()
    alone.set_wanted(NOTHING)
    rest_at(qtbot, alone, 1203)
    bench = open_bench()
    frames: list[Frame] = []
    bench.frame.connect(frames.append)
    rest_at(qtbot, bench, 300)
    for step in (17, 256, 299, 291, 0):
        bench.look_back(step)
        qtbot.waitUntil(lambda step=step: last_snapshot(frames, step) is not None)
    bench.run()
    bench.look_back(64)
    qtbot.waitUntil(lambda: bench.recording(FIRST).last > 600)
    with qtbot.waitSignal(bench.runs.rested):
        bench.pause()
    qtbot.waitUntil(lambda: bench.state is State.PAUSED)
    stood = bench.recording(FIRST).last
    bench.look_back(stood - 3)
    bench.look_back(None)
    if stood < 1203:
        rest_at(qtbot, bench, 1203)
        assert told(bench) == told(alone)
    else:
        rest_at(qtbot, bench, stood + 7)
        rest_at(qtbot, alone, stood + 7)
        assert told(bench) == told(alone)


def test_a_step_that_is_looked_at_is_what_it_was(qtbot: QtBot, open_bench: Open) -> None:
    """Of a snapshot that was taken then, and of one that the twin makes, every number is equal."""
    bench = open_bench()
    seen: list[Frame] = []
    bench.frame.connect(seen.append)
    rest_at(qtbot, bench, 150)
    then = next(frame.snapshot for frame in reversed(seen) if frame.snapshot is not None)
    assert then.step == 150
    rest_at(qtbot, bench, 400)
    bench.set_wanted(EVERYTHING)
    bench.look_back(150)
    at_once = last_snapshot(seen, 150)
    assert at_once is not None
    assert at_once.snapshot is then
    # The same step, seen by a twin that does it again.
    other = open_bench()
    frames: list[Frame] = []
    other.frame.connect(frames.append)
    other.set_wanted(NOTHING)
    rest_at(qtbot, other, 155)
    other.look_back(150)
    other.set_wanted(EVERYTHING)
    qtbot.waitUntil(lambda: last_snapshot(frames, 150) is not None)
    again = last_snapshot(frames, 150)
    assert again is not None
    assert again.snapshot is not None
    assert then.surface is not None
    assert again.snapshot.surface is not None
    np.testing.assert_array_equal(again.snapshot.surface, then.surface)
    assert again.snapshot.training == then.training
    assert [layer.gradient_rms for layer in again.snapshot.layers] == pytest.approx(
        [layer.gradient_rms for layer in then.layers], nan_ok=True, rel=0)
    assert again.snapshot.loss == then.loss


def test_a_branch_that_changes_nothing_has_the_bytes_of_the_original(
    qtbot: QtBot, open_bench: Open
) -> None:
    bench = open_bench()
    rest_at(qtbot, bench, 200)
    document = bench._document
    document.set_training(learning_rate=0.01)
    rest_at(qtbot, bench, 500)
    bench.look_back(333)
    step = bench.branch_step
    assert step is not None
    assert abs(step - 333) < 20
    document.begin_pair(document.project, "continue as B", branch_step=step)
    qtbot.waitUntil(lambda: bench.recording(SECOND).last == 500
                    and bench.runs[SECOND].state is State.PAUSED, timeout=60_000)
    rest_at(qtbot, bench, 700)
    for key, array in bench.runs.checkpoint(FIRST).weights().items():
        np.testing.assert_array_equal(array, bench.runs.checkpoint(SECOND).weights()[key])
    first, second = (run.frame(running=False) for run in bench.runs)
    assert first is not None
    assert second is not None
    assert first.loss == second.loss
    assert second.epochs.at(np.array([700.0])) == pytest.approx(
        first.epochs.at(np.array([700.0])))
    assert float(second.history.steps()[0]) == step + 1


def test_a_run_that_fails_stands_at_its_last_finite_step_and_can_be_cured_from_there(
    qtbot: QtBot, open_bench: Open
) -> None:
    bench = open_bench(optimizer=OptimizerSpec("sgd"), learning_rate=0.1)
    boxes: list[BlackBox] = []
    frames: list[Frame] = []
    bench.frame.connect(frames.append)
    bench.black_box.connect(lambda _key, box: boxes.append(box))
    rest_at(qtbot, bench, 60)
    bench._document.set_training(learning_rate=1e30)
    bench.run()
    qtbot.waitUntil(lambda: bool(boxes), timeout=30_000)
    (box,) = boxes
    assert bench.state is State.FAILED
    assert bench.cursor == box.last_finite
    assert box.last_finite in bench.recording(FIRST).steps
    assert box.overflow.tensor in {"weight", "activation", "gradient", "loss"}
    assert all(np.isfinite(step.weight.value) for step in box.steps)
    qtbot.waitUntil(lambda: last_snapshot(frames, box.last_finite) is not None)
    for array in bench.checkpoint().weights().values():
        assert np.isfinite(array).all()
    assert bench.branch_step == box.last_finite
    # There, weights are out of all proportion already.
    start = box.sound_step
    assert start == 60 == box.last_finite - 1
    cure = replace(bench._document.project,
                   training=replace(bench._document.project.training, learning_rate=0.1))
    bench._document.begin_pair(cure, "try the cure", branch_step=start)
    qtbot.waitUntil(lambda: bench.recording(SECOND).last > start + 50, timeout=60_000)
    assert bench.runs[SECOND].state is State.RUNNING


def test_random_numbers_of_a_branch_are_those_of_the_original(qtbot: QtBot) -> None:
    project = spiral()
    layers = (project.network.layers[0], LayerSpec("dense-9", "dense", {"units": 8}),
              LayerSpec("dropout-1", "dropout", {"rate": 0.5}), *project.network.layers[-1:])
    document = Document(replace(project, network=NetworkSpec(layers)))
    bench = Workbench(document, make_trainer)
    try:
        qtbot.waitUntil(lambda: bench.state is State.READY, timeout=PREPARING_MS)
        rest_at(qtbot, bench, 150)
        document.begin_pair(document.project, "continue as B", branch_step=128)
        qtbot.waitUntil(lambda: bench.recording(SECOND).last == 150
                        and bench.runs[SECOND].state is State.PAUSED, timeout=60_000)
        for key, array in bench.runs.checkpoint(FIRST).weights().items():
            np.testing.assert_array_equal(array, bench.runs.checkpoint(SECOND).weights()[key])
    finally:
        bench.shut_down()
