"""Drafts: with the weights of the run, made in the training thread, the newest alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from engine.data import load
from engine.errors import SpecError
from engine.export.targets import target
from engine.spec import read_project
from engine.telemetry.checkpoint import Checkpoint
from engine.training import Trainer
from gui.document.document import Document
from gui.frames.run_info import FIRST, SECOND
from gui.workbench import drafting
from gui.workbench.drafting import Draft, Drafts, make_draft
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.gui.workbench.conftest import two_clouds
from tests.gui.workbench.fake_trainer import FakeEngine

IRIS = Path(__file__).parents[3] / "resources" / "examples" / "08-iris.json"


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Workbench]:
    document = Document(load_data=two_clouds)
    bench = Workbench(document, FakeEngine())
    qtbot.waitUntil(lambda: bench.state is State.READY)
    yield bench
    bench.shut_down()
    document.undo_stack.clear()


def test_a_draft_has_the_weights_and_the_step_of_its_run() -> None:
    project = read_project(IRIS)
    trainer = Trainer(project, load(project.data), threads=1)
    trainer.run(3, 10.0)
    draft = make_draft(project, load(project.data), trainer.checkpoint())
    assert draft.step == trainer.step == 3
    for name, array in trainer.weights().items():
        np.testing.assert_array_equal(draft.graph.weights[name], array)


def test_without_a_run_it_has_the_weights_that_the_run_would_begin_with() -> None:
    project = read_project(IRIS)
    dataset = load(project.data)
    draft = make_draft(project, dataset, None)
    assert draft.step is None
    for name, array in Trainer(project, dataset, threads=1).weights().items():
        np.testing.assert_array_equal(draft.graph.weights[name], array)


@pytest.mark.parametrize("library", ["numpy", "pytorch", "keras"])
def test_its_script_is_the_one_that_is_exported(library: str) -> None:
    from engine.export.build import build_graph

    project = read_project(IRIS)
    dataset = load(project.data)
    weights = Trainer(project, dataset, threads=1).weights()
    trainer = Trainer(project, dataset, threads=1)
    exported = target(library).write(build_graph(project, dataset, weights), "iris")
    drafted = target(library).write(
        make_draft(project, dataset, trainer.checkpoint()).graph, "iris")
    assert drafted.files[drafted.main] == exported.files[exported.main]


def test_the_training_thread_makes_the_newest_alone(
        bench: Workbench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[object, str, bool]] = []
    gate = threading.Event()

    def make(project: Any, _dataset: Any, found: Checkpoint | None) -> Draft:
        gate.wait()
        made.append((project, threading.current_thread().name, found is None))
        return Draft(project, 7)

    monkeypatch.setattr(drafting, "make_draft", make)
    drafts, told = Drafts(bench.runs), []
    drafts.drafted.connect(told.append)
    document = bench._document
    names = []
    for key, name in ((FIRST, "one"), (FIRST, "two"), (SECOND, "three")):
        names.append(name)
        drafts.ask(name, document.dataset, key)  # type: ignore[arg-type]
    assert drafts.is_waiting
    gate.set()
    qtbot.waitUntil(lambda: not drafts.is_waiting)
    assert [one.graph for one in told] == ["three"]
    assert all(thread != threading.current_thread().name for _, thread, _ in made)
    # There is no run of B, and so there are no weights of it.
    assert made[-1][2]


def test_what_cannot_be_drafted_is_told_and_what_is_released_is_not(
        bench: Workbench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> Draft:
        raise SpecError("export.overflow")

    monkeypatch.setattr(drafting, "make_draft", refuse)
    drafts, told = Drafts(bench.runs), []
    drafts.failed.connect(told.append)
    document = bench._document
    with qtbot.waitSignal(drafts.failed):
        drafts.ask(document.project, document.dataset, FIRST)
    assert not drafts.is_waiting
    drafts.ask(document.project, document.dataset, FIRST)
    drafts.release()
    assert not drafts.is_waiting
    # What is asked behind it comes to its end behind it.
    with qtbot.waitSignal(drafts.failed):
        drafts.ask(document.project, document.dataset, FIRST)
    assert len(told) == 2


def test_memory_that_does_not_suffice_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch
                                                            ) -> None:
    def fail(*_arguments: object) -> Draft:
        raise MemoryError

    monkeypatch.setattr(drafting, "make_draft", fail)
    empty: SimpleQueue[Checkpoint | None] = SimpleQueue()
    errand = drafting.DraftErrand(1, None, None, empty,  # type: ignore[arg-type]
                                  drafting.DraftReports())
    with pytest.raises(Exception, match="memory"):
        errand.advance(0.0)
