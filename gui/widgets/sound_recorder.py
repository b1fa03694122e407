"""Recording from the microphone, and a meter of how loud it is."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.data.resampling import resampled
from engine.data.sound_files import LONGEST_SECONDS
from engine.data.waveform import Waveform
from gui import theme
from gui.widgets.sound_devices import SoundDevice, find_device

RATE = 16_000
"""At which recordings are kept: speech has little above half of it."""

TICK_MS = 50

LOWEST_DB = -60.0
"""Where the meter begins."""


class SoundRecorder(QObject):
    """Records one sound at a time from the usual microphone. GUI thread only.

    Signals
    -------
    level_changed(float)
        While it records: the loudest number of the last moment, between 0 and 1.
    filled()
        It has recorded for as long as an example may last, and has stopped.
    """

    level_changed = Signal(float)
    filled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._device: SoundDevice | None = None
        self._stream: Any = None
        self._rate = RATE
        self._blocks: list[np.ndarray[Any, np.dtype[np.float32]]] = []
        self._seen = 0
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._on_tick)

    @property
    def device(self) -> SoundDevice:
        """The microphone; it is looked for when it is first asked for."""
        if self._device is None:
            self._device = find_device("input")
        return self._device

    @property
    def can_record(self) -> bool:
        """Whether there is something to record with."""
        return self.device.library is not None

    @property
    def reason(self) -> str:
        """Why nothing can be recorded, as a sentence; empty if it can."""
        return self.device.reason

    @property
    def is_recording(self) -> bool:
        """Whether it listens."""
        return self._stream is not None

    def start(self) -> None:
        """Listen from now on; does nothing without a device, or while it listens."""
        library = self.device.library
        if library is None or self._stream is not None:
            return
        self._blocks, self._seen = [], 0
        self._rate = RATE if self._knows(library, RATE) else self.device.rate
        try:
            self._stream = library.InputStream(
                samplerate=self._rate, channels=1, dtype="float32", callback=self._take)
            self._stream.start()
        except (library.PortAudioError, ValueError) as error:
            self._stream = None
            self._device = SoundDevice(reason=f"The microphone does not listen: {error}.")
            return
        self._tick.start()

    def stop(self) -> Waveform | None:
        """Stop listening and return what was heard; None if there was nothing."""
        if self._stream is None:
            return None
        self._tick.stop()
        self._stream.stop()
        self._stream.close()
        self._stream = None
        if not self._blocks:
            return None
        heard = np.concatenate(self._blocks)[:round(LONGEST_SECONDS * self._rate)]
        self._blocks = []
        return resampled(Waveform(self._rate, heard), RATE)

    @staticmethod
    def _knows(library: Any, rate: int) -> bool:
        try:
            library.check_input_settings(channels=1, dtype="float32", samplerate=rate)
        except (library.PortAudioError, ValueError):
            return False
        return True

    def _take(self, block: Any, _frames: int, _time: Any, _status: Any) -> None:
        # Called in a thread of the library, which uses the same memory for the next block.
        self._blocks.append(block[:, 0].copy())

    @Slot()
    def _on_tick(self) -> None:
        blocks, self._seen = self._blocks[self._seen:], len(self._blocks)
        if blocks:
            self.level_changed.emit(float(max(np.abs(block).max(initial=0) for block in blocks)))
        if sum(map(len, self._blocks)) >= LONGEST_SECONDS * self._rate:
            self.filled.emit()


class LevelMeter(QWidget):
    """How loud it is, as a bar of decibels; what comes near 1, where it is cut off, is red."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._level = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Loudness")
        self.setToolTip("How loud it is, from −60 dB to full. Speak so that it reaches the second "
                        "half and does not turn red.")
        theme.notifier().changed.connect(self._on_theme_changed)

    @property
    def share(self) -> float:
        """How much of the bar is filled."""
        if self._level <= 0:
            return 0.0
        return float(np.clip(1 - 20 * np.log10(self._level) / LOWEST_DB, 0.0, 1.0))

    @property
    def is_too_loud(self) -> bool:
        """Whether the sound is about to be cut off."""
        return self._level >= 0.98

    @Slot(float)
    def show_level(self, level: float) -> None:
        """Show the loudest number of the last moment, between 0 and 1."""
        self._level = level
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(160), theme.px(10))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        box, round_ = QRectF(self.rect()), self.height() / 2
        painter.setBrush(QColor(tokens.surface_sunken))
        painter.drawRoundedRect(box, round_, round_)
        painter.setBrush(QColor(tokens.bad if self.is_too_loud else tokens.good))
        painter.setClipRect(QRectF(0, 0, box.width() * self.share, box.height()))
        painter.drawRoundedRect(box, round_, round_)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.update()
