"""Two runs side by side on a fake engine: level, fair, and each on its own when one ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from engine.errors import DivergedError, EngineError, SpecError
from engine.telemetry.parts import NOTHING, Part
from gui.document.document import Document
from gui.frames.frame import Frame
from gui.frames.run_info import FIRST, RunInfo
from gui.workbench import rounds, run_set
from gui.workbench.abreast import Abreast
from gui.workbench.engine_port import Progress
from gui.workbench.run_plan import RunPlan
from gui.workbench.state import State
from gui.workbench.stints import COMPANION
from gui.workbench.workbench import Workbench
from tests.gui.workbench.fake_trainer import FakeEngine, FakeTrainer

Make = Callable[[FakeEngine], Workbench]


def plan_of(document: Document, **changes: object) -> RunPlan:
    training = replace(document.project.training, **changes)
    return RunPlan(replace(document.project, training=training), document.dataset)


def wait_for(qtbot: QtBot, bench: Workbench, *states: State) -> None:
    qtbot.waitUntil(lambda: tuple(run.state for run in bench.runs) == states)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture(params=[0, 1], ids=["in turn", "at once"])
def threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many threads each of both has for itself; 0: they take turns."""
    monkeypatch.setattr(Abreast, "threads", lambda *_: request.param)
    return int(request.param)


@pytest.fixture
def pair(qtbot: QtBot, make_workbench: Make, engine: FakeEngine, document: Document,
         threads: int) -> Workbench:
    bench = make_workbench(engine)
    bench.runs.add("B", plan_of(document, learning_rate=0.5))
    wait_for(qtbot, bench, State.READY, State.READY)
    return bench


def trainers(engine: FakeEngine) -> tuple[FakeTrainer, FakeTrainer]:
    first, second = engine.trainers[-2:]
    return first, second


def steps_of(engine: FakeEngine) -> tuple[int, int]:
    first, second = trainers(engine)
    return first.step, second.step


def rest(qtbot: QtBot, bench: Workbench) -> None:
    """Pause, and wait until the training thread has done so."""
    with qtbot.waitSignal(bench.runs.rested):
        bench.pause()


def test_every_run_is_told_of_by_its_key(
    qtbot: QtBot, make_workbench: Make, engine: FakeEngine, document: Document,
    threads: int
) -> None:
    bench = make_workbench(engine)
    replaced: list[RunInfo] = []
    frames: list[Frame] = []
    bench.run_replaced.connect(replaced.append)
    bench.frame.connect(frames.append)
    bench.runs.add("B", plan_of(document, learning_rate=0.5))
    wait_for(qtbot, bench, State.READY, State.READY)
    assert [(info.run, info.run_id) for info in replaced] == [("A", 1), ("B", 2)]
    assert [trainer.project.training.learning_rate for trainer in engine.trainers] == [
        document.project.training.learning_rate, 0.5]
    bench.run()
    qtbot.waitUntil(lambda: len(frames) > 20)
    ids = {"A": 1, "B": 2}
    assert {frame.run for frame in frames} == set(ids)
    for frame in frames:
        assert frame.run_id == ids[frame.run]
        assert frame.snapshot is None or frame.snapshot.run_id == frame.run_id
    allowed = {"trainer", COMPANION} if threads else {"trainer"}
    assert all(trainer.threads <= allowed for trainer in engine.trainers)


def test_all_stand_at_the_same_step_after_every_command(
    qtbot: QtBot, pair: Workbench, engine: FakeEngine
) -> None:
    trainers(engine)[1].step_s = 1e-3
    pair.step()
    qtbot.waitUntil(lambda: steps_of(engine) == (1, 1))
    pair.step_epoch()
    wait_for(qtbot, pair, State.PAUSED, State.PAUSED)
    assert steps_of(engine) == (25, 25)
    for _ in range(5):
        pair.run()
        assert pair.state is State.RUNNING
        before = steps_of(engine)[0]
        qtbot.waitUntil(lambda before=before: steps_of(engine)[0] > before + 20)
        rest(qtbot, pair)
        assert pair.state is State.PAUSED
        first, second = steps_of(engine)
        assert first == second
    frames: list[Frame] = []
    pair.frame.connect(frames.append)
    pair.clock.tick()
    assert [frame.step for frame in frames] == [first, first]
    assert [frame.history.length for frame in frames] == [first, first]


def test_they_train_one_after_the_other_or_at_the_same_time(
    qtbot: QtBot, pair: Workbench, engine: FakeEngine, threads: int
) -> None:
    pair.run()
    qtbot.waitUntil(lambda: steps_of(engine)[0] > 1000)
    rest(qtbot, pair)
    found = set.union(*(trainer.threads for trainer in trainers(engine)))
    limits = {limit for trainer in trainers(engine) for limit in trainer.limits}
    assert found == ({"trainer", COMPANION} if threads else {"trainer"})
    # What is behind after a chunk catches up by itself, and has all threads.
    assert limits - {None} == ({1} if threads else set())
    assert len(set(steps_of(engine))) == 1


def test_equal_runs_share_the_time(qtbot: QtBot, pair: Workbench, engine: FakeEngine) -> None:
    pair.run()
    qtbot.waitUntil(lambda: steps_of(engine)[0] > 1000)
    rest(qtbot, pair)
    first, second = (trainer.spent_s for trainer in trainers(engine))
    assert 0.5 < first / second < 2


def test_one_fails_and_the_other_goes_on(
    qtbot: QtBot, pair: Workbench, engine: FakeEngine
) -> None:
    first, second = trainers(engine)
    failures: list[tuple[str, EngineError]] = []
    frames: list[Frame] = []
    pair.failed.connect(lambda run, error: failures.append((run, error)))
    pair.frame.connect(frames.append)
    second.diverge_at = 40
    pair.run()
    wait_for(qtbot, pair, State.RUNNING, State.FAILED)
    assert pair.state is State.RUNNING
    assert [(run, type(error)) for run, error in failures] == [("B", DivergedError)]
    message = pair.runs["B"].message
    assert message is not None
    assert "step 40" in message.text
    last = [frame for frame in frames if frame.run == "B"][-1]
    assert (last.step, last.history.length) == (39, 39)
    qtbot.waitUntil(lambda: first.step > 300)
    rest(qtbot, pair)
    wait_for(qtbot, pair, State.PAUSED, State.FAILED)
    assert second.step == 39
    pair.step_epoch()
    wait_for(qtbot, pair, State.PAUSED, State.FAILED)
    assert first.step % 25 == 0
    assert len(failures) == 1


def test_one_ends_by_a_rule_and_the_other_goes_on(
    qtbot: QtBot, pair: Workbench, engine: FakeEngine
) -> None:
    first, second = trainers(engine)
    first.finish_at = 50
    pair.run()
    wait_for(qtbot, pair, State.PAUSED, State.RUNNING)
    assert first.step == 50
    assert pair.runs[FIRST].message == first.ended
    qtbot.waitUntil(lambda: second.step > 200)
    rest(qtbot, pair)
    stood = second.step
    pair.run()
    wait_for(qtbot, pair, State.PAUSED, State.RUNNING)
    qtbot.waitUntil(lambda: second.step > stood)
    assert first.step == 50


def test_one_that_begins_anew_catches_up(
    qtbot: QtBot, pair: Workbench, engine: FakeEngine, document: Document
) -> None:
    pair.run()
    qtbot.waitUntil(lambda: steps_of(engine)[0] > 300)
    document.set_training(seed=5)
    wait_for(qtbot, pair, State.READY, State.PAUSED)
    old, other, new = engine.trainers
    qtbot.waitUntil(lambda: other.step >= old.step)
    stood = other.step
    assert (new.step, new.project.training.seed) == (0, 5)
    assert other.project.training.seed != 5
    pair.run()
    wait_for(qtbot, pair, State.RUNNING, State.RUNNING)
    qtbot.waitUntil(lambda: other.step > stood + 100)
    rest(qtbot, pair)
    assert new.step == other.step


def test_what_an_older_run_tells_never_turns_up(
    qtbot: QtBot, pair: Workbench, engine: FakeEngine, document: Document
) -> None:
    frames: list[Frame] = []
    pair.frame.connect(frames.append)
    pair.run()
    qtbot.waitUntil(lambda: any(frame.step > 10 for frame in frames))
    old = pair.runs[FIRST]
    document.set_training(seed=5)
    frames.clear()
    old.mailbox.put(trainers(engine)[0].snapshot())
    pair.clock.tick()
    assert {frame.run for frame in frames} == {"B"}
    wait_for(qtbot, pair, State.READY, State.PAUSED)
    anew = [frame for frame in frames if frame.run == FIRST]
    assert {(frame.run_id, frame.step, frame.history.length) for frame in anew} == {(3, 0, 0)}
    assert all(frame.snapshot is None or frame.snapshot.step == 0 for frame in anew)


def test_a_reset_begins_both_anew(qtbot: QtBot, pair: Workbench, engine: FakeEngine) -> None:
    pair.step_epoch()
    wait_for(qtbot, pair, State.PAUSED, State.PAUSED)
    pair.reset()
    wait_for(qtbot, pair, State.READY, State.READY)
    assert len(engine.trainers) == 4
    assert steps_of(engine) == (0, 0)
    assert trainers(engine)[1].project.training.learning_rate == 0.5
    assert [run.key for run in pair.runs] == ["A", "B"]


def test_a_run_that_is_dropped_trains_no_more(
    qtbot: QtBot, pair: Workbench, engine: FakeEngine
) -> None:
    first, second = trainers(engine)
    pair.run()
    qtbot.waitUntil(lambda: second.step > 10)
    pair.runs.drop("B")
    assert [run.key for run in pair.runs] == ["A"]
    stood = first.step
    qtbot.waitUntil(lambda: first.step > stood + 200)
    rested, seen = second.step, first.step
    qtbot.waitUntil(lambda: first.step > seen + 200)
    assert second.step == rested
    assert pair.state is State.RUNNING


def test_only_the_run_in_question_hears_of_other_hyper_parameters(
    qtbot: QtBot, pair: Workbench, engine: FakeEngine, document: Document
) -> None:
    first, second = trainers(engine)
    pair.run()
    document.set_training(learning_rate=0.25)
    qtbot.waitUntil(lambda: bool(first.applied))
    pair.runs.apply("B", plan_of(document, learning_rate=0.75))
    qtbot.waitUntil(lambda: bool(second.applied))
    assert [training.learning_rate for training in first.applied] == [0.25]
    assert [training.learning_rate for training in second.applied] == [0.75]


def test_running_waits_until_the_last_is_prepared(
    qtbot: QtBot, make_workbench: Make, document: Document
) -> None:
    engine = FakeEngine(compiling=threading.Event())
    bench = make_workbench(engine)
    bench.runs.add("B", plan_of(document))
    bench.run()
    assert bench.state is State.PREPARING
    assert engine.compiling is not None
    engine.compiling.set()
    wait_for(qtbot, bench, State.RUNNING, State.RUNNING)
    qtbot.waitUntil(lambda: steps_of(engine)[1] > 10)


def test_a_broken_document_leaves_the_other_run_alone(
    qtbot: QtBot, pair: Workbench, engine: FakeEngine, document: Document
) -> None:
    document.set_option("output", "units", 5)
    assert pair.runs[FIRST].state is State.INVALID
    pair.step()
    qtbot.waitUntil(lambda: engine.trainers[1].step == 1)
    document.undo_stack.undo()
    wait_for(qtbot, pair, State.READY, State.PAUSED)
    pair.step()
    qtbot.waitUntil(lambda: [trainer.step for trainer in engine.trainers[1:]] == [2, 2])


def test_shut_down_ends_both_in_the_middle_of_a_run(
    qtbot: QtBot, pair: Workbench, engine: FakeEngine
) -> None:
    pair.run()
    qtbot.waitUntil(lambda: steps_of(engine)[1] > 10)
    started = time.perf_counter()
    assert pair.shut_down()
    assert time.perf_counter() - started < 0.5
    stood = steps_of(engine)
    assert pair.shut_down()
    pair.run()
    assert steps_of(engine) == stood
    assert not any(thread.name == "trainer" for thread in threading.enumerate())


def test_weights_that_a_busy_engine_does_not_give_are_not_said_to_be_missing(
    qtbot: QtBot, pair: Workbench, engine: FakeEngine, document: Document,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run_set, "COLLECT_S", 0.05)
    assert set(pair.checkpoint().names) == {"dense-1/w", "dense-1/b"}
    engine.compiling = threading.Event()
    pair.runs.add("B", plan_of(document))
    with pytest.raises(SpecError, match="busy"):
        pair.checkpoint()
    with pytest.raises(SpecError, match="no run yet"):
        pair.runs.checkpoint("B")
    with pytest.raises(SpecError, match="no run yet"):
        pair.runs.checkpoint("C")
    engine.compiling.set()
    wait_for(qtbot, pair, State.READY, State.READY)
    assert set(pair.checkpoint().names) == {"dense-1/w", "dense-1/b"}


@pytest.mark.parametrize("beside", [False, True])
def test_commands_and_rates_do_not_wait_for_the_end_of_a_chunk(
    qtbot: QtBot, pair: Workbench, engine: FakeEngine, document: Document,
    monkeypatch: pytest.MonkeyPatch, beside: bool,
) -> None:
    monkeypatch.setattr(rounds, "CHUNK_S", 60.0)
    both = trainers(engine)
    if not beside:
        pair.runs.drop("B")
    pair.run()
    qtbot.waitUntil(lambda: both[0].step > 1000)
    for trainer in both:
        trainer.step_s = 0.01
    document.set_training(learning_rate=0.25)
    qtbot.waitUntil(lambda: bool(both[0].applied), timeout=4000)
    if beside:
        # What is left of a round takes its time.
        for trainer in both:
            trainer.step_s = 1e-5
    with qtbot.waitSignal(pair.runs.rested, timeout=4000):
        pair.pause()
    assert both[0].step == both[1].step or not beside


def test_what_is_looked_at_anew_is_shown_of_both(
    qtbot: QtBot, pair: Workbench, engine: FakeEngine
) -> None:
    frames: list[Frame] = []
    pair.set_wanted(NOTHING)
    pair.frame.connect(frames.append)
    pair.set_wanted(frozenset({Part.READINGS}))
    qtbot.waitUntil(lambda: {frame.run for frame in frames if frame.snapshot} == {"A", "B"})
    assert [trainer.asked[-1] for trainer in trainers(engine)] == [{Part.READINGS}] * 2


class InParts(FakeEngine):
    """Prepares one part, waits, and prepares another one."""

    def __call__(self, *arguments: Any, progress: Progress, **options: Any) -> FakeTrainer:
        made = super().__call__(*arguments, progress=progress, **options)
        progress("the rest", 0.9)
        return made


def test_preparing_can_be_given_up_and_begun_anew(
    qtbot: QtBot, make_workbench: Make
) -> None:
    engine = InParts(compiling=threading.Event())
    bench = make_workbench(engine)
    bench.run()
    bench.give_up_preparing()
    assert engine.compiling is not None
    engine.compiling.set()
    qtbot.waitUntil(lambda: bench.state is State.FAILED)
    assert "cancelled" in bench.sentence
    bench.reset()
    qtbot.waitUntil(lambda: bench.state in (State.READY, State.RUNNING))


def test_what_another_run_replaces_is_prepared_no_further(
    qtbot: QtBot, make_workbench: Make, document: Document
) -> None:
    engine = InParts(compiling=threading.Event())
    bench = make_workbench(engine)
    told: list[float] = []
    bench.preparing.connect(lambda _text, share: told.append(share))
    document.set_seed(7)
    assert engine.compiling is not None
    engine.compiling.set()
    qtbot.waitUntil(lambda: bench.state is State.READY)
    # Of the first nothing is told any more, and it failed where it stood.
    assert told.count(0.9) == 1


def test_the_end_does_not_wait_for_what_is_left_to_prepare(make_workbench: Make) -> None:
    engine = InParts(compiling=threading.Event())
    bench = make_workbench(engine)
    assert engine.compiling is not None
    assert engine.called.wait(10)
    threading.Timer(0.05, engine.compiling.set).start()
    assert bench.shut_down()
    assert [trainer.step for trainer in engine.trainers] == [0]
