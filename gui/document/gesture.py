"""Gestures: what counts as one step to undo when a control sends a stream of values."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QAbstractSlider

from gui.document.document import Document

PAUSE_MS = 700
"""Key presses and wheel turns that follow one another within this time are one gesture."""


class Gesture(QObject):
    """Opens and closes the document's gestures for the controls of one panel. GUI thread only.

    Parameters
    ----------
    document : Document
        What the controls edit.
    parent : QObject
        Qt's owner.
    """

    def __init__(self, document: Document, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._held = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._on_pause_timeout)

    def watch(self, slider: QAbstractSlider) -> None:
        """Let a slider's way from press to release be one gesture."""
        slider.sliderPressed.connect(self._on_slider_pressed)
        slider.sliderReleased.connect(self._on_slider_released)

    def touch(self) -> None:
        """Say that a control is about to edit; call it before every edit."""
        if self._held:
            return
        if not self._pause.isActive():
            self._document.begin_gesture()
        self._pause.start()

    @Slot()
    def finish(self) -> None:
        """Let the next edit be a step of its own."""
        self._held = False
        self._pause.stop()
        self._document.end_gesture()

    @Slot()
    def _on_slider_pressed(self) -> None:
        self._pause.stop()
        self._held = True
        self._document.begin_gesture()

    @Slot()
    def _on_slider_released(self) -> None:
        self.finish()

    @Slot()
    def _on_pause_timeout(self) -> None:
        self.finish()
