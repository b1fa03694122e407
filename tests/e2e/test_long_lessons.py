"""A window that stays open for a whole lesson: what it holds, and what it does while it rests."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from engine.footprint import give_back, hold_little, resident
from gui.window.pages import EXPERIMENTS, LAB, MICROSCOPE
from gui.workbench.pace import Speed
from gui.workbench.state import State
from tests.e2e.conftest import START_MS, Person

pytestmark = pytest.mark.e2e

EXAMPLES = sorted((Path(__file__).parents[2] / "resources" / "examples").glob("[0-9]*.json"))
SLOW_MS = 1000
"""A timer of so long an interval costs nothing that can be measured."""
MB = 2**20
GROWTH = 50 * MB


def ticking() -> list[tuple[str, int]]:
    """Return owner and interval of every timer that wakes the window again and again."""
    return sorted((type(timer.parent()).__name__, timer.interval())
                  for top in QApplication.topLevelWidgets() for timer in top.findChildren(QTimer)
                  if timer.isActive() and not timer.isSingleShot() and timer.interval() < SLOW_MS)


def come_to_rest(person: Person) -> None:
    person.qtbot.waitUntil(lambda: ticking() == [], timeout=START_MS)


def test_nothing_ticks_in_a_window_that_waits(person: Person) -> None:
    lab = person.lab
    come_to_rest(person)
    person.click(lab.transport.toggle)
    person.qtbot.waitUntil(lambda: bool(person.frames) and person.frames[-1].step > 100)
    assert ticking()
    person.click(lab.transport.toggle)
    person.qtbot.waitUntil(lambda: lab.workbench.state is State.PAUSED)
    come_to_rest(person)
    for page in (MICROSCOPE, EXPERIMENTS, LAB):
        lab.pages.show(page)
        come_to_rest(person)
    lab.document.begin_pair(lab.document.project, "duplicate as B")
    person.qtbot.waitUntil(lambda: {run.state for run in lab.workbench.runs}
                           <= {State.READY, State.PAUSED}, timeout=START_MS)
    come_to_rest(person)
    person.window.showMinimized()
    come_to_rest(person)


def test_nothing_ticks_in_a_window_out_of_sight_while_it_trains(person: Person) -> None:
    lab = person.lab
    person.click(lab.transport.toggle)
    person.qtbot.waitUntil(lambda: bool(person.frames) and person.frames[-1].step > 100)
    person.window.showMinimized()
    come_to_rest(person)
    assert lab.workbench.state is State.RUNNING
    person.window.showNormal()
    person.qtbot.waitUntil(lambda: bool(ticking()))
    person.click(lab.transport.toggle)


@pytest.mark.whole
@pytest.mark.skipif(resident() == 0, reason="this system does not tell what a process holds")
def test_a_million_steps_a_hundred_resets_and_a_hundred_files_keep_the_memory_flat(
        person: Person) -> None:
    hold_little()
    # Every file once: what they need is loaded, and what is kept for the next ones is filled.
    lead(person, steps=100_000, resets=10, files=len(EXAMPLES))
    before = held()
    lead(person, steps=1_000_000, resets=100, files=100)
    growth = held() - before
    assert growth < GROWTH, f"{growth / MB:.0f} MB more than {before / MB:.0f} MB"


def held() -> int:
    """Return how many bytes are in use, and not just free or read once."""
    gc.collect()
    give_back()
    return resident()


def lead(person: Person, *, steps: int, resets: int, files: int) -> None:
    """Open so many files, train the first for so many steps, and begin again so often."""
    lab = person.lab

    def open_next(path: Path) -> None:
        lab.document.undo_stack.setClean()
        assert lab.files.open(path)
        person.wait_until_ready()

    lab.workbench.set_speed(Speed.FULL)
    for number in range(files):
        open_next(EXAMPLES[number % len(EXAMPLES)])
        lab.workbench.step()
    open_next(EXAMPLES[0])
    lab.workbench.run()
    person.qtbot.waitUntil(lambda: bool(person.frames) and person.frames[-1].step >= steps,
                           timeout=600_000)
    # Last, for they let go of what is still about of the run before.
    for _ in range(resets):
        lab.workbench.reset()
        person.wait_until_ready()
        lab.workbench.step()
