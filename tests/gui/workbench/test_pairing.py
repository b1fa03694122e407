"""What is asked of a pair on a fake engine: equal starts, repeats with seeds, a map."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from typing import Any
from weakref import ref

import numpy as np
import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from engine.errors import EngineError, SpecError
from engine.experiments.spread import Spread
from gui.document.data_shelf import MOST_HELD
from gui.document.document import Document
from gui.workbench.errands import TURNS, Abandon, Errands, Undertake
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.gui.workbench.fake_trainer import FakeEngine, FakeTrainer

Make = Callable[[FakeEngine], Workbench]


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def bench(qtbot: QtBot, make_workbench: Make, document: Document, engine: FakeEngine) -> Workbench:
    """A pair whose sides differ in the learning rate, at step 60."""
    bench = make_workbench(engine)
    project = document.project
    document.begin_pair(replace(project, training=replace(project.training, learning_rate=0.5)),
                        "try")
    rest(qtbot, bench)
    bench.runs.advance(60)
    qtbot.waitUntil(lambda: {trainer.step for trainer in engine.trainers} == {60})
    rest(qtbot, bench)
    return bench


def rest(qtbot: QtBot, bench: Workbench) -> None:
    qtbot.waitUntil(lambda: bench.state in (State.READY, State.PAUSED))


def told(signal: Any) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    signal.connect(lambda *values: found.append(values))
    return found


# Same start

def test_two_that_start_equal_are_said_to(qtbot: QtBot, bench: Workbench) -> None:
    qtbot.waitUntil(lambda: bench.same_start is not None)
    same = bench.same_start
    assert same is not None
    assert same.all_equal
    assert same.sentence.text == "= same start, same batches"


def test_another_seed_on_one_side_is_seen(
    qtbot: QtBot, bench: Workbench, document: Document
) -> None:
    document.set_training(seed=999)
    rest(qtbot, bench)
    qtbot.waitUntil(lambda: bench.same_start is not None and not bench.same_start.seeds)
    assert bench.same_start is not None
    assert not bench.same_start.order


def test_a_batch_size_changed_at_step_0_is_another_order_and_later_none(
    qtbot: QtBot, bench: Workbench, document: Document
) -> None:
    qtbot.waitUntil(lambda: bench.same_start is not None)
    document.set_training(batch_size=2)
    bench.step()
    rest(qtbot, bench)
    assert bench.same_start is not None
    assert bench.same_start.sizes
    bench.reset()
    rest(qtbot, bench)
    qtbot.waitUntil(lambda: bench.same_start is not None and not bench.same_start.sizes)


def test_what_is_known_of_a_pair_keeps_no_data(
    qtbot: QtBot, bench: Workbench, document: Document
) -> None:
    qtbot.waitUntil(lambda: bench.same_start is not None)
    gone = ref(document.dataset)
    document.drop_second()
    for seed in range(MOST_HELD):
        document.set_data(replace(document.project.data, seed=100 + seed))
    rest(qtbot, bench)
    for number in [run.number for run in bench.sides.earlier]:
        bench.sides.earlier.forget(number)
    document.undo_stack.clear()
    gc.collect()
    assert gone() is None


def test_swapping_and_undoing_keep_what_is_known(
    qtbot: QtBot, bench: Workbench, document: Document
) -> None:
    qtbot.waitUntil(lambda: bench.same_start is not None)
    known = bench.same_start
    document.swap_sides()
    assert bench.same_start is known
    document.drop_second()
    assert bench.same_start is None
    document.undo_stack.undo()
    rest(qtbot, bench)
    assert bench.same_start == known


def test_of_a_branch_nothing_is_said(qtbot: QtBot, bench: Workbench, document: Document) -> None:
    document.begin_pair(document.project, "branch", 60)
    rest(qtbot, bench)
    assert bench.same_start is None


# Repeats

def test_a_pair_that_rests_is_repeated(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine
) -> None:
    progress, done = told(bench.repeats_progress), told(bench.repeats_done)
    before = len(engine.trainers)
    assert bench.repeat_with_seeds(3)
    qtbot.waitUntil(lambda: bool(done))
    spread = done[0][0]
    assert isinstance(spread, Spread)
    assert len(spread.seeds) == 3
    assert set(spread.reached.ravel()) == {60}
    assert len(engine.trainers) == before + 6
    assert bench.pairing.spread is spread
    assert progress[0] == (0.0, "Seed 1 of 3, to step 60")
    assert progress[-1] == (None, "")
    shares = [share for share, _ in progress if share is not None]
    assert shares == sorted(shares)
    # The pair has not moved.
    assert {trainer.step for trainer in engine.trainers[:before]} == {60}


def test_a_pair_goes_on_while_it_is_repeated_and_the_step_stays(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine
) -> None:
    done = told(bench.repeats_done)
    bench.run()
    qtbot.waitUntil(lambda: bench.runs["A"].step > 200)
    first = engine.trainers[0]
    assert bench.repeat_with_seeds(2)
    yardstick = bench.pairing.yardstick
    assert yardstick is not None
    step = first.step
    qtbot.waitUntil(lambda: bool(done))
    assert first.step > step
    assert bench.state is State.RUNNING
    assert bench.pairing.yardstick is yardstick
    assert set(done[0][0].reached.ravel()) == {yardstick.step}


def test_repeats_are_given_up_and_no_more_is_trained(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine
) -> None:
    progress, done = told(bench.repeats_progress), told(bench.repeats_done)
    before = len(engine.trainers)
    bench.repeat_with_seeds(200)
    qtbot.waitUntil(lambda: len(engine.trainers) > before)
    bench.cancel_repeats()
    assert progress[-1] == (None, "")
    # Whatever the thread was told before has been done when it answers.
    bench.checkpoint()
    made = len(engine.trainers)
    bench.checkpoint()
    qtbot.wait(50)
    assert len(engine.trainers) == made
    assert not done
    assert not bench.pairing.is_repeating


@pytest.mark.parametrize("edit", [
    lambda document: document.set_training(learning_rate=0.9),
    lambda document: document.set_option("dense-1", "units", 3),
    lambda document: document.swap_sides(),
    lambda document: document.keep_second(),
    lambda document: document.drop_second(),
    lambda document: document.load_project(document.project),
])
def test_a_change_of_either_side_ends_them(
    qtbot: QtBot, bench: Workbench, document: Document, edit: Callable[[Document], None]
) -> None:
    progress, done = told(bench.repeats_progress), told(bench.repeats_done)
    bench.repeat_with_seeds(200)
    edit(document)
    assert progress[-1][0] is None
    assert "given up" in progress[-1][1]
    rest(qtbot, bench)
    bench.checkpoint()
    assert not done


def test_what_came_of_repeats_is_forgotten_with_the_pair_that_it_was_of(
    qtbot: QtBot, bench: Workbench, document: Document
) -> None:
    done = told(bench.repeats_done)
    bench.repeat_with_seeds(1)
    qtbot.waitUntil(lambda: bool(done))
    document.edit_second(False)
    assert bench.pairing.spread is not None
    document.set_training(learning_rate=0.9)
    assert bench.pairing.spread is None


def test_an_engine_that_refuses_a_seed_is_told_and_the_pair_goes_on(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine
) -> None:
    progress = told(bench.repeats_progress)
    engine.refuse = SpecError("run.none-yet")
    bench.repeat_with_seeds(2)
    qtbot.waitUntil(lambda: progress[-1] == (None, SpecError("run.none-yet").sentence))
    engine.refuse = None
    bench.step()
    qtbot.waitUntil(lambda: engine.trainers[0].step == 61)


def test_without_a_pair_nothing_is_repeated(
    qtbot: QtBot, bench: Workbench, document: Document
) -> None:
    document.set_option("output", "units", 7)
    assert not bench.repeat_with_seeds()
    document.drop_second()
    assert not bench.repeat_with_seeds()


def test_commands_do_not_wait_for_repeats(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine
) -> None:
    bench.repeat_with_seeds(500)
    for step in range(61, 66):
        bench.step()
        qtbot.waitUntil(lambda step=step: engine.trainers[0].step == step)
        rest(qtbot, bench)
    assert bench.pairing.is_repeating


# Where they part

def test_the_map_is_made_of_what_both_have_kept(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine
) -> None:
    found = told(bench.parting_changed)
    bench.request_parting()
    qtbot.waitUntil(lambda: bool(found) and found[-1][1] == 1.0)
    kept = [{step for step in run.past.recorder.steps
             if getattr(run.past.recorder.exactly_at(step), "checkpoint", None) is not None}
            for run in bench.runs]
    assert set(found[-1][0].steps.tolist()) == kept[0] & kept[1]
    count = len(found[-1][0].steps)
    assert count > 0
    bench.runs.advance(40)
    qtbot.waitUntil(lambda: {trainer.step for trainer in engine.trainers} == {100})
    bench.request_parting()
    qtbot.waitUntil(lambda: len(found[-1][0].steps) > count)


def test_without_a_pair_there_is_no_map(
    qtbot: QtBot, bench: Workbench, document: Document
) -> None:
    document.drop_second()
    found = told(bench.parting_changed)
    bench.request_parting()
    assert found == [(None, 0.0)]


# Errands

class Count:
    def __init__(self, pieces: int, fault: Exception | None = None) -> None:
        self.left, self.fault = pieces, fault
        self.failed: list[EngineError] = []

    def advance(self, budget_s: float) -> bool:
        if self.fault is not None:
            raise self.fault
        self.left -= 1
        return self.left == 0

    def fail(self, error: EngineError) -> None:
        self.failed.append(error)


def test_errands_wait_while_runs_train_and_not_else() -> None:
    errands, errand = Errands(), Count(1000)
    errands.obey(Undertake("count", errand))
    for _ in range(10 * TURNS):
        errands.turn(runs_train=True)
    assert errand.left == 990
    for _ in range(10):
        errands.turn(runs_train=False)
    assert errand.left == 980


def test_errands_take_turns_and_end() -> None:
    errands, one, two = Errands(), Count(2), Count(3)
    errands.obey(Undertake("one", one))
    errands.obey(Undertake("two", two))
    for _ in range(4):
        errands.turn(runs_train=False)
    assert (one.left, two.left) == (0, 1)
    errands.obey(Abandon("two"))
    assert not errands.is_busy
    errands.turn(runs_train=False)
    assert two.left == 1


@pytest.mark.parametrize(("fault", "code"), [
    (SpecError("run.none-yet"), "run.none-yet"), (ZeroDivisionError(), "run.internal-error")])
def test_an_errand_that_fails_is_told_and_not_asked_again(
    fault: Exception, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    errands, errand = Errands(), Count(2, fault)
    errands.obey(Undertake("count", errand))
    errands.turn(runs_train=False)
    assert [error.message.code for error in errand.failed] == [code]
    assert not errands.is_busy
    assert len(caplog.records) == (code == "run.internal-error")
    caplog.clear()


def test_an_errand_never_ends_the_thread(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    failed = threading.Event()
    errand = Count(1, ZeroDivisionError("by nought"))
    errand.fail = lambda _error: failed.set()  # type: ignore[method-assign, misc]
    bench.runs.undertake("count", errand)
    qtbot.waitUntil(failed.is_set)
    bench.step()
    qtbot.waitUntil(lambda: engine.trainers[0].step == 61)
    caplog.clear()


def test_weights_that_start_otherwise_are_seen(
    qtbot: QtBot, bench: Workbench, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeTrainer, "weights", lambda self: {
        "dense-1/w": np.full((2, 4), float(self.run_id)), "dense-1/b": np.zeros(4)})
    document.begin_pair(document.project, "again")
    rest(qtbot, bench)
    bench.reset()
    rest(qtbot, bench)
    qtbot.waitUntil(lambda: bench.same_start is not None and bench.same_start.weights == "none")
