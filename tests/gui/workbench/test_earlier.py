"""Earlier runs: what is kept, how it is called, and how it comes back."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from weakref import ref

import numpy as np
import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from engine.bundles import read_saved
from engine.spec import ProjectSpec
from gui.document.document import Document
from gui.frames.ghost import Ghost
from gui.workbench import earlier as earlier_module
from gui.workbench.earlier import (
    LEAST_BYTES,
    MOST,
    MOST_BYTES,
    WHOLE,
    EarlierRun,
    EarlierRuns,
)
from gui.workbench.parcels import Parcel
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.gui.workbench.fake_trainer import FakeEngine

Make = Callable[[FakeEngine], Workbench]
NO_GHOST = Ghost(np.zeros(0), np.zeros(0), {}, {}, ("classification", "cross_entropy"))


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def bench(qtbot: QtBot, make_workbench: Make, engine: FakeEngine) -> Workbench:
    bench = make_workbench(engine)
    rest(qtbot, bench)
    return bench


def rest(qtbot: QtBot, bench: Workbench) -> None:
    qtbot.waitUntil(lambda: bench.state in (State.READY, State.PAUSED))


def train(qtbot: QtBot, bench: Workbench, engine: FakeEngine, steps: int) -> None:
    goal = engine.newest.step + steps
    bench.runs.advance(steps)
    qtbot.waitUntil(lambda: engine.newest.step == goal)


def reset(qtbot: QtBot, bench: Workbench, engine: FakeEngine) -> None:
    made = len(engine.trainers)
    bench.reset()
    qtbot.waitUntil(lambda: len(engine.trainers) > made)
    rest(qtbot, bench)


def kept(bench: Workbench) -> list[EarlierRun]:
    return list(bench.sides.earlier)


def with_rate(project: ProjectSpec, rate: float) -> ProjectSpec:
    return replace(project, training=replace(project.training, learning_rate=rate))


def test_what_is_replaced_or_dropped_stays(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document
) -> None:
    train(qtbot, bench, engine, 30)
    reset(qtbot, bench, engine)
    assert [(run.step, run.title(document.project)) for run in kept(bench)] == [
        (30, "Same settings")]
    document.set_training(learning_rate=0.25)
    train(qtbot, bench, engine, 40)
    document.set_option("dense-1", "units", 3)
    rest(qtbot, bench)
    assert [run.step for run in kept(bench)] == [40, 30]
    assert kept(bench)[1].title(document.project) == "2 changes"
    assert "units" in kept(bench)[0].title(document.project).lower()
    document.begin_pair(with_rate(document.project, 0.5), "try")
    rest(qtbot, bench)
    train(qtbot, bench, engine, 50)
    document.drop_second()
    assert [run.step for run in kept(bench)] == [50, 40, 30]


def test_the_same_run_takes_the_place_of_a_shorter_one(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine
) -> None:
    for steps in (30, 50, 40):
        train(qtbot, bench, engine, steps)
        reset(qtbot, bench, engine)
    assert [run.step for run in kept(bench)] == [40, 50]
    bench.sides.rename_earlier(kept(bench)[0].number, "mine")
    train(qtbot, bench, engine, 60)
    reset(qtbot, bench, engine)
    assert [(run.step, run.name) for run in kept(bench)] == [(60, ""), (40, "mine")]


def test_no_more_than_eight_stay_and_the_oldest_without_history(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document
) -> None:
    for number in range(MOST + 2):
        document.set_training(learning_rate=0.1 + 0.01 * number)
        train(qtbot, bench, engine, 25)
        reset(qtbot, bench, engine)
    assert len(kept(bench)) == MOST
    assert [run.run is not None for run in kept(bench)] == [True] * WHOLE + [False] * (MOST - WHOLE)
    assert all(run.can_go_on for run in kept(bench))


def test_curves_of_many_layers_make_room(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document,
    monkeypatch: pytest.MonkeyPatch
) -> None:
    train(qtbot, bench, engine, 25)
    taken = bench.runs["A"].history_nbytes
    assert taken > 0
    monkeypatch.setattr(earlier_module, "WHOLE_BYTES", 5 * taken // 2)
    gone = ref(bench.runs["A"])
    for number in range(3):
        document.set_training(learning_rate=0.1 + 0.01 * number)
        train(qtbot, bench, engine, 25)
        reset(qtbot, bench, engine)
    assert [run.run is not None for run in kept(bench)] == [True, True, False]
    monkeypatch.setattr(earlier_module, "WHOLE_BYTES", 0)
    document.set_training(learning_rate=0.5)
    train(qtbot, bench, engine, 25)
    reset(qtbot, bench, engine)
    assert [run.run is not None for run in kept(bench)] == [True, False, False, False]
    assert all(run.can_go_on for run in kept(bench))
    gc.collect()
    assert gone() is None


def test_weights_of_the_oldest_make_room(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document,
    monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(earlier_module, "MOST_BYTES", 5 * engine.newest.checkpoint().nbytes // 2)
    for number in range(4):
        document.set_training(learning_rate=0.1 + 0.01 * number)
        train(qtbot, bench, engine, 25)
        reset(qtbot, bench, engine)
    bench.sides.earlier.bound()
    assert [run.can_go_on for run in kept(bench)] == [True, True, False, False]


@pytest.mark.parametrize(("nbytes", "going_on"), [
    (LEAST_BYTES // MOST, MOST), (LEAST_BYTES // WHOLE, WHOLE), (LEAST_BYTES, WHOLE),
    (MOST_BYTES // WHOLE, WHOLE), (MOST_BYTES // 2, 2)])
def test_those_that_undoing_brings_back_keep_their_weights_and_small_ones_take_little(
    document: Document, nbytes: int, going_on: int
) -> None:
    earlier = EarlierRuns()
    for number in range(MOST):
        held: Any = SimpleNamespace(nbytes=nbytes)
        earlier.put(EarlierRun(number, document.project, 30, NO_GHOST, Parcel(held)))
    assert [run.can_go_on for run in earlier] == [place < going_on for place in range(MOST)]


def test_runs_are_renamed_forgotten_and_shown(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document
) -> None:
    told: list[int] = []
    train(qtbot, bench, engine, 30)
    reset(qtbot, bench, engine)
    bench.earlier_changed.connect(lambda: told.append(1))
    number = kept(bench)[0].number
    bench.sides.rename_earlier(number, "  First try ")
    assert kept(bench)[0].title(document.project) == "First try"
    bench.sides.rename_earlier(number, " ")
    assert kept(bench)[0].title(document.project) == "Same settings"
    bench.sides.show_earlier(number, True)
    assert bench.shown_earlier == (kept(bench)[0].ghost,)
    document.set_training(loss="mean_squared_error")
    # Another loss: the numbers cannot be compared.
    assert bench.shown_earlier == ()
    document.undo_stack.undo()
    bench.sides.forget_earlier(number)
    assert kept(bench) == []
    assert bench.shown_earlier == ()
    assert not bench.sides.is_shown(number)
    assert len(told) >= 4


def test_a_restored_run_goes_on_and_undoing_brings_back_the_other(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document
) -> None:
    train(qtbot, bench, engine, 30)
    before = document.project
    document.set_option("dense-1", "units", 3)
    rest(qtbot, bench)
    train(qtbot, bench, engine, 50)
    replaced = document.project
    bench.sides.restore_earlier(kept(bench)[0].number)
    qtbot.waitUntil(lambda: engine.newest.restored == [30])
    rest(qtbot, bench)
    assert document.project == before
    assert document.undo_stack.undoText() == "restore an earlier run"
    assert [run.step for run in kept(bench)] == [50]
    train(qtbot, bench, engine, 5)
    assert engine.newest.step == 35
    bench.clock.tick()
    assert bench.runs["A"].step == 35
    document.undo_stack.undo()
    qtbot.waitUntil(lambda: engine.newest.restored == [50])
    rest(qtbot, bench)
    assert document.project == replaced
    assert [run.step for run in kept(bench)] == [35]
    document.undo_stack.redo()
    qtbot.waitUntil(lambda: engine.newest.restored == [35])


def test_one_without_history_goes_on_with_its_curves_beside_it(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document
) -> None:
    for number in range(WHOLE + 1):
        document.set_training(learning_rate=0.1 + 0.01 * number)
        train(qtbot, bench, engine, 25 + number)
        reset(qtbot, bench, engine)
    oldest = kept(bench)[-1]
    assert oldest.run is None
    bench.sides.restore_earlier(oldest.number)
    qtbot.waitUntil(lambda: engine.newest.restored == [25])
    rest(qtbot, bench)
    frames = []
    bench.frame.connect(frames.append)
    bench.clock.tick()
    assert frames[-1].step == 25
    assert frames[-1].ghost is oldest.ghost


def test_the_runs_of_a_file_are_those_of_its_project(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document, tmp_path: Path
) -> None:
    path = tmp_path / "runs.bplab"
    train(qtbot, bench, engine, 30)
    reset(qtbot, bench, engine)
    bench.sides.rename_earlier(kept(bench)[0].number, "mine")
    document.save(path)
    assert read_saved(path).earlier == ()
    document.keeps_earlier = True
    document.save(path)
    document.load_project(document.project)
    assert kept(bench) == []
    document.open(path)
    rest(qtbot, bench)
    (found,) = kept(bench)
    assert (found.name, found.step) == ("mine", 30)
    np.testing.assert_array_equal(found.ghost.steps, np.arange(1.0, 31.0))
    assert found.figures["loss"] == pytest.approx(1 / 30)
    assert document.keeps_earlier


def test_a_document_holds_no_runs_that_are_let_go_here(
    qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document, tmp_path: Path
) -> None:
    path = tmp_path / "runs.bplab"
    train(qtbot, bench, engine, 30)
    reset(qtbot, bench, engine)
    document.keeps_earlier = True
    document.save(path)
    qtbot.waitUntil(lambda: document.earlier == ())
    document.open(path)
    rest(qtbot, bench)
    assert len(kept(bench)) == 1
    assert document.earlier == ()
    document.save(path)
    assert len(read_saved(path).earlier) == 1
    bench.sides.forget_earlier(kept(bench)[0].number)
    document.save(path)
    assert read_saved(path).earlier == ()
