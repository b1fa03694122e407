"""The next step of a run taken apart in the training thread, beside the runs."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from engine.errors import SpecError
from engine.microscope.dissection import Dissection
from gui.document.document import Document
from gui.frames.run_info import FIRST, SECOND
from gui.workbench.commands import Build, Look, newest
from gui.workbench.dissecting import Dissect, DissectReports
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.gui.workbench.fake_trainer import FakeEngine

Make = Callable[..., Workbench]


def ready(qtbot: QtBot, make_workbench: Make, engine: FakeEngine) -> Workbench:
    bench = make_workbench(engine)
    qtbot.waitUntil(lambda: bench.state is State.READY)
    return bench


def dissect(qtbot: QtBot, bench: Workbench, example: int | None = None) -> Dissection:
    with qtbot.waitSignal(bench.dissected) as told:
        bench.dissect(example)
    found = told.args[0]
    assert isinstance(found, Dissection)
    return found


def test_before_the_first_step_and_after_some(qtbot: QtBot, make_workbench: Make) -> None:
    engine = FakeEngine()
    bench = ready(qtbot, make_workbench, engine)
    assert dissect(qtbot, bench).step == 0
    bench.step()
    qtbot.waitUntil(lambda: engine.newest.step == 1)
    assert dissect(qtbot, bench).step == 1
    assert engine.newest.threads == {"trainer"}
    assert engine.newest.step == 1, "to look moves nothing"


def test_one_example_of_the_batch(qtbot: QtBot, make_workbench: Make) -> None:
    engine = FakeEngine()
    bench = ready(qtbot, make_workbench, engine)
    assert dissect(qtbot, bench, 2).program.n == 1
    assert engine.newest.dissected == [2]


def test_while_a_run_goes_on(qtbot: QtBot, make_workbench: Make) -> None:
    engine = FakeEngine()
    bench = ready(qtbot, make_workbench, engine)
    bench.run()
    qtbot.waitUntil(lambda: engine.newest.step > 10)
    found = dissect(qtbot, bench)
    assert found.step > 10
    assert bench.state is State.RUNNING
    qtbot.waitUntil(lambda: engine.newest.step > found.step + 10)


def test_only_the_latest_request_is_answered(qtbot: QtBot, make_workbench: Make) -> None:
    engine = FakeEngine()
    bench = ready(qtbot, make_workbench, engine)
    told: list[Dissection] = []
    bench.dissected.connect(told.append)
    for example in (0, 1, None):
        bench.dissect(example)
    assert bench.is_dissecting
    qtbot.waitUntil(lambda: bool(told))
    assert not bench.is_dissecting
    qtbot.wait(50)
    assert [found.program.n for found in told] == [3]


def test_of_several_in_the_queue_one_is_obeyed() -> None:
    reports = DissectReports()
    first, last = (Dissect(FIRST, number, None, reports) for number in (1, 2))
    assert newest([first, Look(), last]) == [Look(), last]


def test_what_cannot_be_taken_apart_is_told_and_the_run_goes_on(
    qtbot: QtBot, make_workbench: Make
) -> None:
    engine = FakeEngine()
    bench = ready(qtbot, make_workbench, engine)
    engine.newest.is_dark = SpecError("as-given", place="Microscope", found="too dark",
                                      remedy="Make light")
    with qtbot.waitSignal(bench.dissect_failed) as told:
        bench.dissect()
    assert "too dark" in told.args[0]
    engine.newest.is_dark = MemoryError()
    with qtbot.waitSignal(bench.dissect_failed) as told:
        bench.dissect()
    assert "not enough memory" in told.args[0]
    engine.newest.is_dark = None
    assert bench.state is State.READY
    assert dissect(qtbot, bench).step == 0


def test_a_fault_of_the_program_ends_the_request_alone(
    qtbot: QtBot, make_workbench: Make, caplog: pytest.LogCaptureFixture
) -> None:
    engine = FakeEngine()
    bench = ready(qtbot, make_workbench, engine)
    engine.newest.is_dark = ZeroDivisionError("by nought")
    with qtbot.waitSignal(bench.dissect_failed) as told:
        bench.dissect()
    assert "by nought" in told.args[0]
    assert "by nought" in caplog.text
    caplog.clear()
    assert bench.state is State.READY


def test_nothing_to_take_apart_is_told(
    qtbot: QtBot, make_workbench: Make, document: Document
) -> None:
    bench = ready(qtbot, make_workbench, FakeEngine())
    document.remove_layer("output")
    qtbot.waitUntil(lambda: bench.state is State.INVALID)
    with qtbot.waitSignal(bench.dissect_failed) as told:
        bench.dissect()
    assert "no run yet" in told.args[0]


def test_it_waits_for_a_run_that_is_being_prepared(
    qtbot: QtBot, make_workbench: Make
) -> None:
    engine = FakeEngine(compiling=threading.Event())
    bench = make_workbench(engine)
    told: list[Dissection] = []
    bench.dissected.connect(told.append)
    bench.dissect()
    qtbot.wait(30)
    assert not told
    assert engine.compiling is not None
    engine.compiling.set()
    qtbot.waitUntil(lambda: bool(told))


def test_of_a_pair_it_is_the_edited_run(
    qtbot: QtBot, make_workbench: Make, document: Document
) -> None:
    engine = FakeEngine()
    bench = ready(qtbot, make_workbench, engine)
    document.begin_pair(document.project, "duplicate as B")
    qtbot.waitUntil(lambda: SECOND in bench.runs and bench.state is State.READY)
    assert bench.edited == SECOND
    assert dissect(qtbot, bench).run_id == bench.runs[SECOND].run_id
    document.edit_second(False)
    assert dissect(qtbot, bench).run_id == bench.runs[FIRST].run_id


def test_a_command_names_its_run() -> None:
    assert Build.__match_args__[0] == Dissect.__match_args__[0] == "run"
