"""A pair on the real engine: what is brought back goes on with the bytes of never having gone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from engine.data import load
from engine.spec import DataSpec, ProjectSpec, default_project
from engine.training import Trainer
from gui.document.document import Document
from gui.workbench.engine_port import make_trainer
from gui.workbench.state import State
from gui.workbench.workbench import Workbench

PREPARING_MS = 240_000
PROJECT = replace(default_project(), data=DataSpec("spiral", seed=3))


@pytest.fixture
def document(qtbot: QtBot) -> Iterator[Document]:
    document = Document(PROJECT)
    yield document
    document.undo_stack.clear()


@pytest.fixture
def bench(qtbot: QtBot, document: Document) -> Iterator[Workbench]:
    bench = Workbench(document, make_trainer)
    qtbot.waitUntil(lambda: bench.state is State.READY, timeout=PREPARING_MS)
    yield bench
    bench.shut_down()


def with_rate(project: ProjectSpec, rate: float) -> ProjectSpec:
    return replace(project, training=replace(project.training, learning_rate=rate))


def rest(qtbot: QtBot, bench: Workbench) -> None:
    qtbot.waitUntil(lambda: bench.state in (State.READY, State.PAUSED), timeout=PREPARING_MS)


def advance(qtbot: QtBot, bench: Workbench, steps: int) -> None:
    with qtbot.waitSignal(bench.runs.rested, timeout=60_000):
        bench.runs.advance(steps)
    rest(qtbot, bench)


def straight(project: ProjectSpec, steps: int) -> dict[str, bytes]:
    """Return the weights of a run that nobody has ever stopped."""
    trainer = Trainer(project, load(project.data), threads=1)
    trainer.run(steps, 60.0)
    return {name: array.tobytes() for name, array in trainer.weights().items()}


def weights(bench: Workbench, *, second: bool = False) -> dict[str, bytes]:
    checkpoint = bench.checkpoint(second=second)
    return {name: array.tobytes() for name, array in checkpoint.weights().items()}


def test_a_that_is_brought_back_goes_on_with_its_bytes(
    qtbot: QtBot, bench: Workbench, document: Document
) -> None:
    advance(qtbot, bench, 100)
    document.begin_pair(with_rate(document.project, 0.3), "try")
    rest(qtbot, bench)
    qtbot.waitUntil(lambda: bench.checkpoint(second=True).step == 100)
    document.keep_second()
    advance(qtbot, bench, 60)
    document.undo_stack.undo()
    rest(qtbot, bench)
    qtbot.waitUntil(lambda: bench.checkpoint().step == 160)
    rest(qtbot, bench)
    assert weights(bench) == straight(PROJECT, 160)
    assert weights(bench, second=True) == straight(with_rate(PROJECT, 0.3), 160)


def test_a_copy_is_a_to_the_byte_and_a_branch_too(
    qtbot: QtBot, bench: Workbench, document: Document
) -> None:
    advance(qtbot, bench, 90)
    document.begin_pair(document.project, "duplicate as B")
    rest(qtbot, bench)
    qtbot.waitUntil(lambda: bench.checkpoint(second=True).step == 90)
    qtbot.waitUntil(lambda: bench.same_start is not None)
    assert bench.same_start is not None
    assert bench.same_start.all_equal
    advance(qtbot, bench, 30)
    assert weights(bench) == weights(bench, second=True) == straight(PROJECT, 120)
    document.begin_pair(document.project, "continue from step 64 as B", 64)
    rest(qtbot, bench)
    qtbot.waitUntil(lambda: bench.checkpoint(second=True).step == 120)
    assert bench.runs["B"].branched_at == 64
    assert weights(bench) == weights(bench, second=True)


def test_repeats_leave_no_trace_and_their_first_seed_is_the_pair(
    qtbot: QtBot, bench: Workbench, document: Document
) -> None:
    document.begin_pair(with_rate(document.project, 0.3), "try")
    rest(qtbot, bench)
    advance(qtbot, bench, 80)
    done = []
    bench.repeats_done.connect(done.append)
    assert bench.repeat_with_seeds(2)
    qtbot.waitUntil(lambda: bool(done), timeout=60_000)
    spread = done[0]
    assert len(spread.seeds) == 2
    assert np.isfinite(spread.figures).all()
    assert (spread.figures[:, 0] != spread.figures[:, 1]).any()
    bench.clock.tick()
    last = [run.left_behind().losses["validation_loss"] for run in bench.runs]
    assert all(len(curve) for curve in last)
    assert weights(bench) == straight(PROJECT, 80)


def test_where_they_part_is_found(
    qtbot: QtBot, bench: Workbench, document: Document
) -> None:
    document.begin_pair(with_rate(document.project, 0.3), "try")
    rest(qtbot, bench)
    advance(qtbot, bench, 40)
    found = []
    bench.parting_changed.connect(lambda parting, share: found.append((parting, share)))
    bench.request_parting()
    qtbot.waitUntil(lambda: bool(found) and found[-1][1] == 1.0, timeout=60_000)
    parting = found[-1][0]
    assert parting.first is not None
    # Another rate: the first step's update is the first that differs.
    assert parting.first.step == 1
    assert parting.first.which == "weights"
