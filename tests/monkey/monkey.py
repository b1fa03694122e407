"""The monkey: does one thing after the other to the real window, by a seed."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

from PySide6.QtCore import QObject, QPoint, QThread, QTimer, Slot
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from gui.window.main_window import MainWindow
from tests.monkey import finding
from tests.monkey.acts import any_act, close, let_go
from tests.monkey.home import Answers
from tests.monkey.watch import Watch, resident_mb

PAUSE_MS = 20
GLANCE_MS = 2
PATIENT = 25
"""Acts in front of the same dialog, after which it is closed."""


class Monkey(QObject):
    """Does acts until it has done enough. GUI thread only.

    Each act has a generator of its own, made of seed and number; a dialog that an act opens is
    met by the next ones, within the first's call.

    Parameters
    ----------
    window : MainWindow
        What it plays with, furnished.
    watch : Watch
        Told which act it is.
    folder : Path
        The folder it must not leave.
    seed : int
        Of its play.
    most_acts, most_s : int, float
        What is enough, whichever comes first.

    Attributes
    ----------
    pause_ms : int
        From this act to the next.
    held : tuple[QWindow, QPoint] | None
        Where the mouse is pressed, and where it will be let go.
    """

    def __init__(self, window: MainWindow, watch: Watch, folder: Path, seed: int,
                 most_acts: int, most_s: float) -> None:
        super().__init__(window)
        assert window.lab is not None
        assert window.actions_of_lab is not None
        self.window, self.lab = window, window.lab
        self.menu: QMenu = window.actions_of_lab.menu
        self.pause_ms = PAUSE_MS
        self.held: tuple[QWindow, QPoint] | None = None
        self._watch, self._seed = watch, seed
        self._most_acts, self._ends_s = most_acts, time.perf_counter() + most_s
        self._chance = Random(seed)
        self._record = (folder / "acts.txt").open("w", encoding="utf-8", buffering=1)
        self._busy_levels: list[int] = []
        self._front: QWidget | None = None
        self._in_front = 0
        self.answers = Answers(folder / "files", lambda: self._chance, self.note)
        self.answers.install()
        for action in window.actions():
            if finding.is_ending(action):
                action.setEnabled(False)

    def play(self) -> None:
        """Begin."""
        QTimer.singleShot(PAUSE_MS, self._on_due)

    def note(self, what: str) -> None:
        """Write down what is about to be done."""
        self._record.write(f"{self._watch.act} {self._watch.now_s:.2f} s "
                           f"{resident_mb():.0f} MiB {what}\n")

    def choose(self, chance: Random, kinds: tuple[type[QWidget], ...] | None = None
               ) -> QWidget | None:
        """Return something in front that can be clicked; None if there is nothing."""
        top = finding.front()
        return None if top is None else finding.choose(top, chance, kinds)

    @Slot()
    def _on_due(self) -> None:
        level = QThread.currentThread().loopLevel()
        if self._busy_levels and level <= self._busy_levels[-1]:
            # Served in the middle of an act, which is no place for the next one.
            QTimer.singleShot(GLANCE_MS, self._on_due)
            return
        if self._watch.act >= self._most_acts or time.perf_counter() >= self._ends_s:
            self._end()
            return
        self._watch.act += 1
        self.pause_ms = PAUSE_MS
        self._busy_levels.append(level)
        # Before the act, which may wait for what the next ones do.
        QTimer.singleShot(GLANCE_MS, self._on_due)
        try:
            self._do(Random(f"{self._seed} {self._watch.act}"))
        finally:
            self._busy_levels.pop()

    def _do(self, chance: Random) -> None:
        self._chance = chance
        if self.held is not None:
            self.note("let go")
            let_go(self)
            return
        top = finding.front()
        if top is not self._front:
            self._front, self._in_front = top, 0
        self._in_front += 1
        if top is not self.window and self._in_front > PATIENT:
            close(self, chance)
        else:
            any_act(chance)(self, chance)

    def _end(self) -> None:
        """Leave what is open, one after the other, and then the program."""
        top = finding.front()
        if QThread.currentThread().loopLevel() > 1:
            if top is not None and top is not self.window:
                top.close()
            let_go(self)
            QTimer.singleShot(PAUSE_MS, self._on_due)
            return
        self._record.close()
        self.window.shut_down()
        QApplication.exit(0)
