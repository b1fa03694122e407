"""Whatever is done to a pair, in whatever order: its runs are those of the document's sides."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from gui.document.document import Document
from gui.workbench.pace import Speed
from gui.workbench.state import IDLE, State
from gui.workbench.workbench import Workbench
from tests.gui.workbench.fake_trainer import FakeEngine

Make = Callable[[FakeEngine], Workbench]

ACTIONS = 60


class Class:
    """A class of students at one window."""

    def __init__(self, qtbot: QtBot, bench: Workbench, document: Document, seed: int) -> None:
        self.qtbot, self.bench, self.document = qtbot, bench, document
        self.random = random.Random(seed)
        self.done: list[str] = []
        stack = document.undo_stack
        self.actions: dict[str, Callable[[], object]] = {
            "run": bench.run, "pause": bench.pause, "step": bench.step, "epoch": bench.step_epoch,
            "reset": bench.reset, "seed": lambda: bench.reset(new_seed=True),
            "begin": self.begin, "branch": self.branch, "compare": self.compare,
            "keep": document.keep_second, "drop": document.drop_second,
            "swap": document.swap_sides, "undo": stack.undo, "redo": stack.redo,
            "side": lambda: document.edit_second(self.random.random() < 0.5),
            "rate": self.rate, "units": self.units, "invalid": self.invalid,
            "repeat": bench.repeat_with_seeds, "parting": bench.request_parting,
            "back": self.look_back, "live": lambda: bench.look_back(None),
            "play": lambda: bench.play(True), "restore": self.restore,
            "wait": lambda: qtbot.wait(20), "wait on": lambda: qtbot.wait(40)}

    def begin(self) -> None:
        training = replace(self.document.project.training, learning_rate=self.random.random())
        self.document.begin_pair(replace(self.document.project, training=training), "try")

    def branch(self) -> None:
        self.document.begin_pair(self.document.project, "branch", self.bench.branch_step)

    def compare(self) -> None:
        self.document.compares = not self.document.compares

    def rate(self) -> None:
        self.document.set_training(learning_rate=self.random.random())

    def units(self) -> None:
        layer = self.document.project.network.layers[1]
        self.document.set_option(layer.id, "units", self.random.randint(1, 9))

    def invalid(self) -> None:
        self.document.set_option(self.document.project.network.layers[-1].id, "units", 7)

    def look_back(self) -> None:
        self.bench.look_back(self.random.randint(0, 500))

    def restore(self) -> None:
        numbers = [run.number for run in self.bench.sides.earlier]
        if numbers:
            self.bench.sides.restore_earlier(self.random.choice(numbers))

    def act(self) -> None:
        name = self.random.choice(list(self.actions))
        self.done.append(name)
        self.actions[name]()
        self.check()

    def check(self) -> None:
        """Make sure that the runs are those of the sides."""
        sides = self.document.sides
        wanted = {key: side for key, side in (("A", sides.first), ("B", sides.second)) if side}
        runs = {run.key: run for run in self.bench.runs}
        assert list(runs) == list(wanted), self.done
        for key, side in wanted.items():
            assert runs[key].side == side.number, self.done
            assert runs[key].plan.project == side.project, self.done

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.bench.state is not State.PREPARING)
        self.bench.runs.level()
        self.qtbot.waitUntil(lambda: self.bench.state is not State.RUNNING)


@pytest.mark.parametrize("seed", range(8))
def test_runs_are_those_of_the_sides_whatever_is_done(
    qtbot: QtBot, document: Document, make_workbench: Make, seed: int
) -> None:
    engine = FakeEngine(diverge_at=0 if seed % 2 else 3000)
    bench = make_workbench(engine)
    bench.set_speed(Speed.FULL)
    qtbot.waitUntil(lambda: bench.state is State.READY)
    first = document.project
    students = Class(qtbot, bench, document, seed)
    for _ in range(ACTIONS):
        students.act()
    bench.pause()
    students.settle()
    live = [run for run in bench.runs if run.state in IDLE]
    for run in live:
        run.catch_up()
    assert len({run.step for run in live}) < 2, students.done
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
        students.check()
    students.settle()
    assert (document.project, document.sides.second) == (first, None)
    assert bench.shut_down()
