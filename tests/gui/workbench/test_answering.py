"""Questions to a run: what it makes of inputs that are in no data set."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from engine.errors import ShapeError
from engine.spec import DrawnSpec
from gui.document.document import Document
from gui.frames.run_info import FIRST
from gui.workbench.answering import Ask, AskReports
from gui.workbench.commands import Look, newest
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.gui.workbench.fake_trainer import FakeEngine
from tests.gui.workbench.test_dissecting import ready

Make = Callable[..., Workbench]
ROW = np.ones((1, 2))


def test_at_rest_and_while_training(qtbot: QtBot, make_workbench: Make) -> None:
    engine = FakeEngine()
    bench = ready(qtbot, make_workbench, engine)
    for running in (False, True):
        if running:
            bench.run()
            qtbot.waitUntil(lambda: engine.newest.step > 10)
        with qtbot.waitSignal(bench.answered) as told:
            bench.ask(ROW)
        np.testing.assert_array_equal(told.args[0], [[0.25, 0.75]])
    assert bench.state is State.RUNNING
    before = engine.newest.step
    qtbot.waitUntil(lambda: engine.newest.step > before + 10)
    assert engine.newest.threads == {"trainer"}


def test_only_the_latest_question_is_answered(qtbot: QtBot, make_workbench: Make) -> None:
    engine = FakeEngine()
    bench = ready(qtbot, make_workbench, engine)
    told: list[object] = []
    bench.answered.connect(told.append)
    for number in range(20):
        bench.ask(np.full((1, 2), float(number)))
    qtbot.waitUntil(lambda: bool(engine.newest.questions)
                    and engine.newest.questions[-1][0, 0] == 19)
    qtbot.waitUntil(lambda: bool(told))
    qtbot.wait(50)
    assert len(told) == 1


def test_a_run_that_cannot_answer_goes_on(qtbot: QtBot, make_workbench: Make) -> None:
    engine = FakeEngine()
    bench = ready(qtbot, make_workbench, engine)
    engine.newest.is_dark = ShapeError("training.inputs-shape", shape=(1, 2), size=3)
    with qtbot.waitSignal(bench.answered) as told:
        bench.ask(ROW)
    assert told.args == [None]
    assert bench.state is State.READY


def test_earlier_questions_are_needless() -> None:
    first, second = (Ask(FIRST, number, ROW, AskReports()) for number in (1, 2))
    assert newest([first, Look(), second]) == [Look(), second]


def test_some_more_drawings_let_the_run_go_on_where_it_is(
    qtbot: QtBot, document: Document, make_workbench: Make
) -> None:
    engine = FakeEngine()
    bench = ready(qtbot, make_workbench, engine)
    bench.run()
    qtbot.waitUntil(lambda: engine.newest.step > 20)
    first = engine.newest
    drawn = replace(document.project.data, drawings=(DrawnSpec("left", ("1,1",)),))
    document.set_data(drawn)
    qtbot.waitUntil(lambda: engine.newest is not first and engine.newest.step > 0)
    assert engine.newest.restored[0] >= 20
    qtbot.waitUntil(lambda: bench.state is State.RUNNING)
    # Other points are others: the run begins anew.
    second = engine.newest
    document.set_data(replace(drawn, seed=7))
    qtbot.waitUntil(lambda: engine.newest is not second and bench.state is State.READY)
    assert engine.newest.step == 0
