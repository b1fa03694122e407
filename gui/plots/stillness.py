"""Plots that stand still while training goes on."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from gui import theme
from gui.widgets import Button

if TYPE_CHECKING:
    from gui.frames.frame import Frame

TIP = "The plots stand still; training goes on. Click to let them follow again."


class Stillness:
    """Which frame a card draws: the newest, or the one at which it was frozen."""

    def __init__(self) -> None:
        self._newest: Frame | None = None
        self._kept: Frame | None = None

    @property
    def frame(self) -> Frame | None:
        """The frame to draw; None while there is none."""
        return self._kept or self._newest

    @property
    def is_frozen(self) -> bool:
        """Whether it stands still."""
        return self._kept is not None

    def take(self, frame: Frame | None) -> None:
        """Take note of the newest frame; None: another run begins, and nothing stands still."""
        self._newest = frame
        if frame is None:
            self._kept = None

    def set_frozen(self, frozen: bool) -> None:
        """Stand still at the newest frame, if there is one, or follow again."""
        # What a frame shows of a run goes on growing, but not its copy.
        self._kept = deepcopy(self._newest) if frozen else None


class FrozenMark(Button):
    """Says over a plot that it stands still, and since which step; a click ends that.

    Parameters
    ----------
    plot : QWidget
        What it lies on, at the top right.
    """

    def __init__(self, plot: QWidget) -> None:
        super().__init__("", parent=plot)
        self._plot = plot
        self.setProperty("tone", "frozen")
        self.setToolTip(TIP)
        self.hide()
        plot.installEventFilter(self)

    def show_step(self, step: int | None) -> None:
        """Say at which step the plot stands; None where it follows."""
        self.setVisible(step is not None)
        if step is not None:
            self.setText(f"Frozen at step {step:,}")
            self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        self.ensurePolished()
        self.adjustSize()
        self.move(self._plot.width() - self.width() - theme.px(26), theme.px(2))
        self.raise_()
