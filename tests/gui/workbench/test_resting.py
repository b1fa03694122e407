"""What is said of a run once it rests, however soon that is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from engine.telemetry.parts import EVERYTHING, Wanted
from engine.telemetry.snapshot import Evaluation, LayerReading, Snapshot
from gui.frames.frame import Frame
from gui.frames.run_info import FIRST
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.gui.workbench.fake_trainer import FakeEngine, FakeTrainer

WELL = LayerReading("", gradient_rms=0.1, gradient_max=0.4, gradient_zero_share=0.0,
                    update_ratio=-3.0, saturated_share=0.0, dead_share=0.0)

Make = Callable[[FakeEngine], Workbench]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """Return an engine whose first layer receives almost no gradient, and learns nothing."""
    usual = FakeTrainer.snapshot

    def ill(trainer: FakeTrainer, wanted: Wanted = EVERYTHING) -> Snapshot:
        seen = usual(trainer, wanted)
        ids = [layer.id for layer in trainer.project.network][1:]
        readings = [replace(WELL, layer_id=layer_id) for layer_id in ids]
        if trainer.step > 0:
            readings[0] = replace(readings[0], gradient_rms=1e-9)
        return replace(seen, loss=0.69, training=Evaluation(0.69, 0.5, 10),
                       layers=(seen.layers[0], *readings))

    monkeypatch.setattr(FakeTrainer, "snapshot", ill)
    return FakeEngine()


@pytest.fixture
def bench(qtbot: QtBot, make_workbench: Make, engine: FakeEngine) -> Workbench:
    bench = make_workbench(engine)
    qtbot.waitUntil(lambda: bench.state is State.READY)
    engine.newest.step_s = 0.0
    return bench


@pytest.fixture
def frames(bench: Workbench) -> list[Frame]:
    frames: list[Frame] = []
    bench.frame.connect(frames.append)
    return frames


def advance(qtbot: QtBot, bench: Workbench, frames: list[Frame], steps: int) -> Frame:
    """Return the last frame of a run that has gone on and rests."""
    end = bench.runs[FIRST].step + steps
    bench.runs.advance(steps)
    qtbot.waitUntil(lambda: bool(frames) and frames[-1].step == end and not frames[-1].running)
    return frames[-1]


def said(frame: Frame) -> str:
    assert frame.verdict is not None
    return frame.verdict.code


def test_a_run_that_was_over_in_no_time_is_judged_where_it_rests(
    qtbot: QtBot, bench: Workbench, frames: list[Frame]
) -> None:
    last = advance(qtbot, bench, frames, 500)
    assert said(last) == "vanishing"
    run = bench.runs[FIRST]
    assert run.verdict is last.verdict is run.verdict_at(500)
    # What was said for a moment before is on no record.
    assert [stretch.code for stretch in bench.recording(FIRST).stretches] == [
        "waiting", "vanishing"]
    bench.look_back(0)
    assert said(frames[-1]) == "waiting"
    bench.look_back(None)
    assert said(frames[-1]) == "vanishing"


def test_it_goes_on_as_any_other(qtbot: QtBot, bench: Workbench, frames: list[Frame]) -> None:
    advance(qtbot, bench, frames, 500)
    for steps in (1, 10, 1000):
        assert said(advance(qtbot, bench, frames, steps)) == "vanishing"
    assert [stretch.code for stretch in bench.recording(FIRST).stretches] == [
        "waiting", "vanishing"]


def test_nothing_is_added_before_the_last_step_has_been_seen(
    bench: Workbench, engine: FakeEngine
) -> None:
    """A run that is told to rest stands still a moment later, and shows where."""
    run, trainer = bench.runs[FIRST], engine.newest
    trainer.step = 400
    trainer.ring.rows += [(0.69, 0.69, 0.5, 0.1, -3.0)] * 500
    run.mailbox.put(trainer.snapshot())
    run.show(State.PAUSED)
    frame = run.frame(running=False)
    assert frame is not None
    assert (frame.step, said(frame)) == (500, "early")


@pytest.mark.parametrize("steps", [1, 19])
def test_after_very_few_steps_it_is_too_early_still(
    qtbot: QtBot, bench: Workbench, frames: list[Frame], steps: int
) -> None:
    assert said(advance(qtbot, bench, frames, steps)) == "early"


def test_memory_goes_back_once_while_nothing_is_asked_for(
    qtbot: QtBot, make_workbench: Make, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []
    monkeypatch.setattr("gui.workbench.worker.RESTED_S", 0.01)
    monkeypatch.setattr("gui.workbench.worker.give_back",
                        lambda: given.append(threading.current_thread().name))
    bench = make_workbench(engine)
    qtbot.waitUntil(lambda: bench.state is State.READY and bool(given))
    before = len(given)
    bench.step()
    qtbot.waitUntil(lambda: bench.state is State.PAUSED and len(given) > before)
    assert set(given) == {"trainer"}
