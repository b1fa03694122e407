"""Run, pause, step and reset, with the figures that tell how far the run has come."""

from __future__ import annotations

import math
import re

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from gui import theme
from gui.frames.frame import Frame
from gui.widgets import Button, PrimaryButton, StatReadout
from gui.window.speed_box import SpeedBox
from gui.workbench.state import IDLE, State

RESET, STEP, EPOCH = "Reset", "Step", "Epoch"
NAMED_KEY = re.compile(r" \((Space|→|Shift\+→)\)")
DROPPED = 4
"""Things that it can do without where the window is narrow."""


class TransportBar(QWidget):
    """The buttons that drive a run. GUI thread only.

    Signals
    -------
    toggle_requested(), step_requested(), epoch_requested(), reset_requested()
        A person wants to run or pause, to make one step or epoch, to begin anew.

    Attributes
    ----------
    speed : SpeedBox
        How fast to go.
    """

    toggle_requested = Signal()
    step_requested = Signal()
    epoch_requested = Signal()
    reset_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._has_keys, self._explained = True, dict[QAbstractButton, str]()
        self.reset = Button(RESET, "rotate-ccw")
        self.toggle = PrimaryButton("Run", "play")
        self.step = Button(STEP, "step-forward")
        self.epoch = Button(EPOCH, "skip-forward")
        self.epoch_readout = StatReadout("Epoch", "000,000", template="000,000")
        self.step_readout = StatReadout("Step", "0", template="0,000,000",
                                         remark="000,000/s")
        self.speed = SpeedBox()
        self._describe()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for button in (self.reset, self.toggle, self.speed, self.step, self.epoch):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(theme.px(4))
        for readout in (self.epoch_readout, self.step_readout):
            row.addWidget(readout, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row = row
        self._dropped = 0
        self._words = ((self.reset, RESET), (self.epoch, EPOCH), (self.step, STEP))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.toggle.clicked.connect(self.toggle_requested)
        self.step.clicked.connect(self.step_requested)
        self.epoch.clicked.connect(self.epoch_requested)
        self.reset.clicked.connect(self.reset_requested)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.show_state(State.PREPARING)

    def show_state(self, state: State, reason: str = "", *, waits: bool = False) -> None:
        """Offer what can be done in this state.

        Parameters
        ----------
        state : State
            What the lab is doing.
        reason : str
            Why Run is off.
        waits : bool
            Whether it will run as soon as the engine is prepared.
        """
        running = state is State.RUNNING
        idle = state in IDLE
        self.toggle.setText("Pause" if running else "Waiting…" if waits else "Run")
        self.toggle.set_icon("pause" if running or waits else "play")
        self.toggle.setEnabled(running or idle or state is State.PREPARING)
        self.step.setEnabled(running or idle)
        self.epoch.setEnabled(running or idle)
        self.reset.setEnabled(state not in (State.PREPARING, State.INVALID))
        self._explain(self.toggle, {
            State.RUNNING: "Pause after the step in hand (Space).",
            State.PREPARING: "It runs as soon as the engine is ready. Press again to let it stand "
                             "still (Space)." if waits else
                             "Train as soon as the engine is ready (Space).",
            State.INVALID: reason,
            State.FAILED: f"{reason} Reset to begin anew.",
        }.get(state, "Train until you pause (Space)."))

    def least_width(self, dropped: int = 0) -> int:
        """Return the px that it needs without so many of what it can do without."""
        saved = [button.fontMetrics().horizontalAdvance(word) for button, word in self._words]
        saved.append(self.epoch_readout.minimumSizeHint().width() + self._row.spacing())
        return self.minimumSizeHint().width() + sum(saved[:self._dropped]) - sum(saved[:dropped])

    def drop(self, dropped: int) -> None:
        """Do without so many things: the words of Reset, Epoch and Step, then the epoch's figure.

        Parameters
        ----------
        dropped : int
            At most `DROPPED`.
        """
        if dropped != self._dropped:
            self._dropped = dropped
            for place, (button, word) in enumerate(self._words):
                button.setText(word if place >= dropped else "")
            self.epoch_readout.setVisible(dropped < DROPPED)
            # Asked from within a layout, Qt would only lay out what is around it at the next one.
            self._row.activate()
            self.updateGeometry()

    def show_frame(self, frame: Frame) -> None:
        """Show how far the run has come."""
        self.epoch_readout.set_value(f"{frame.epoch:07,}" if frame.epoch < 1_000_000
                                     else f"{frame.epoch:,}")
        self.step_readout.set_value(f"{frame.step:,}")
        self.step_readout.set_remark(speed_text(frame.steps_per_second))

    def set_has_keys(self, has_keys: bool) -> None:
        """Name Space and the arrows in tooltips, or not: on another page they do something else."""
        self._has_keys = has_keys
        for button, text in self._explained.items():
            self._explain(button, text)

    def _explain(self, button: QAbstractButton, text: str) -> None:
        self._explained[button] = text
        button.setToolTip(text if self._has_keys else NAMED_KEY.sub("", text))

    def _describe(self) -> None:
        self.toggle.setObjectName("run")
        self.reset.setAccessibleName(RESET)
        self.step.setAccessibleName(STEP)
        self.reset.setToolTip("Begin anew with the same seed (R); with another seed: Shift+R.")
        self._explain(self.step, "Train on one batch: forward, backward, update (→).")
        self.epoch.setAccessibleName("Step epoch")
        self._explain(self.epoch, "Train until every example has been seen once (Shift+→).")
        self.epoch_readout.setToolTip("How often every training example has been seen.")
        self.step_readout.setToolTip("Updates of the weights, one for each batch; behind the word, "
                                     "how many a second there were lately.")

    @Slot()
    def _on_theme_changed(self) -> None:
        self._row.setSpacing(theme.px(5))
        self.toggle.setMinimumWidth(theme.px(98))


def speed_text(steps_per_second: float) -> str:
    """Return a speed with three figures: ``61,200/s``, ``8.51/s``; empty when there is none."""
    if not steps_per_second > 0:
        return ""
    digits = 2 - math.floor(math.log10(steps_per_second))
    rounded = round(steps_per_second, digits)
    return f"{rounded:,.{max(0, min(digits, 2))}f}/s"
