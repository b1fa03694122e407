"""Two runs on the real engine: what is trained beside one leaves no trace in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from engine.errors import DivergedError, EngineError
from engine.spec import DataSpec, default_project
from gui.document.document import Document
from gui.frames.frame import Frame
from gui.frames.run_info import FIRST
from gui.workbench.abreast import Abreast
from gui.workbench.engine_port import make_trainer
from gui.workbench.run_plan import RunPlan
from gui.workbench.state import State
from gui.workbench.workbench import Workbench

STEPS = 400
PREPARING_MS = 240_000
"""The first time, kernels are compiled."""
Open = Callable[[], Workbench]


@pytest.fixture
def open_bench(qtbot: QtBot) -> Iterator[Open]:
    benches: list[Workbench] = []

    def make() -> Workbench:
        project = replace(default_project(), data=DataSpec("spiral", seed=3))
        bench = Workbench(Document(project), make_trainer)
        benches.append(bench)
        qtbot.waitUntil(lambda: bench.state is State.READY, timeout=PREPARING_MS)
        return bench

    yield make
    for bench in benches:
        bench.shut_down()


def beside(bench: Workbench, **changes: Any) -> RunPlan:
    """Return the plan of the document's run, trained in another way."""
    plan = bench.runs[FIRST].plan
    training = replace(plan.project.training, **changes)
    return RunPlan(replace(plan.project, training=training), plan.dataset)


def add(qtbot: QtBot, bench: Workbench, plan: RunPlan) -> None:
    bench.runs.add("B", plan)
    qtbot.waitUntil(lambda: bench.runs["B"].state is State.READY, timeout=PREPARING_MS)


def advance(qtbot: QtBot, bench: Workbench, steps: int) -> None:
    """Do so many steps, and wait until they are done and told of."""
    with qtbot.waitSignal(bench.runs.rested, timeout=60_000):
        bench.runs.advance(steps)


def told(bench: Workbench) -> dict[str, Any]:
    """Return all that there is to know about the first run, as bytes."""
    frames: list[Frame] = []
    bench.frame.connect(frames.append)
    bench.clock.tick()
    bench.frame.disconnect(frames.append)
    history = next(frame for frame in frames if frame.run == FIRST).history
    series = {f"{name} {column}": getattr(history, name)(column).tobytes()
              for column in history.columns for name in ("low", "high")}
    weights = {name: array.tobytes() for name, array in bench.checkpoint().weights().items()}
    return {"steps": history.steps().tolist(), **series, **weights}


@pytest.fixture
def alone(qtbot: QtBot, open_bench: Open) -> dict[str, Any]:
    """What the first run tells that has been trained by itself."""
    bench = open_bench()
    advance(qtbot, bench, STEPS)
    return told(bench)


@pytest.mark.parametrize("threads", [0, 1], ids=["in turn", "at once"])
def test_a_run_is_the_same_alone_and_beside_another(
    qtbot: QtBot, open_bench: Open, alone: dict[str, Any], threads: int,
    monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Abreast, "threads", lambda *_: threads)
    bench = open_bench()
    add(qtbot, bench, beside(bench, learning_rate=0.3, batch_size=25))
    advance(qtbot, bench, STEPS)
    assert told(bench) == alone
    first, second = (run.frame(running=False) for run in bench.runs)
    assert first is not None
    assert second is not None
    assert first.step == second.step == STEPS
    assert first.loss != second.loss


def test_to_add_and_drop_another_leaves_no_trace(
    qtbot: QtBot, open_bench: Open, alone: dict[str, Any]
) -> None:
    bench = open_bench()
    advance(qtbot, bench, 100)
    add(qtbot, bench, beside(bench, learning_rate=0.3))
    advance(qtbot, bench, STEPS - 200)
    assert {name: len(array) for name, array in bench.runs.checkpoint("B").weights().items()}
    bench.runs.drop("B")
    advance(qtbot, bench, 100)
    assert told(bench) == alone


def test_equal_runs_are_equal(qtbot: QtBot, open_bench: Open) -> None:
    bench = open_bench()
    add(qtbot, bench, beside(bench))
    bench.run()
    qtbot.waitUntil(lambda: bench.runs.stepped_s > 0)
    qtbot.wait(200)
    with qtbot.waitSignal(bench.runs.rested):
        bench.pause()
    first, second = (bench.runs.checkpoint(key).weights() for key in "AB")
    for name, array in first.items():
        np.testing.assert_array_equal(array, second[name])


def test_one_diverges_and_the_other_is_what_it_would_have_been(
    qtbot: QtBot, open_bench: Open, alone: dict[str, Any]
) -> None:
    bench = open_bench()
    failures: list[tuple[str, EngineError]] = []
    bench.failed.connect(lambda run, error: failures.append((run, error)))
    add(qtbot, bench, beside(bench, learning_rate=1e38, loss="mean_squared_error"))
    frames: list[Frame] = []
    bench.frame.connect(frames.append)
    advance(qtbot, bench, STEPS)
    qtbot.waitUntil(lambda: bool(failures))
    qtbot.waitUntil(lambda: (FIRST, STEPS) in {(frame.run, frame.step) for frame in frames})
    assert [(run, type(error)) for run, error in failures] == [("B", DivergedError)]
    assert told(bench) == alone
    assert bench.state is State.PAUSED
    assert bench.runs["B"].state is State.FAILED
