"""Playing a sound, and a button for it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from engine.data.resampling import resampled
from engine.data.waveform import Waveform
from gui.widgets.buttons import IconButton
from gui.widgets.sound_devices import SoundDevice, find_device


class SoundPlayer(QObject):
    """Plays one sound at a time. GUI thread only.

    Signals
    -------
    started(), stopped()
        A sound begins; it has come to its end or was stopped.
    """

    started = Signal()
    stopped = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._device: SoundDevice | None = None
        self._end = QTimer(self)
        self._end.setSingleShot(True)
        self._end.timeout.connect(self._on_end)

    @property
    def device(self) -> SoundDevice:
        """The loudspeaker; it is looked for when it is first asked for."""
        if self._device is None:
            self._device = find_device("output")
        return self._device

    @property
    def can_play(self) -> bool:
        """Whether there is something to play with."""
        return self.device.library is not None

    @property
    def reason(self) -> str:
        """Why nothing can be played, as a sentence; empty if it can."""
        return self.device.reason

    @property
    def is_playing(self) -> bool:
        """Whether a sound is being played."""
        return self._end.isActive()

    def play(self, sound: Waveform) -> None:
        """Play a sound, in place of the one that is being played; does nothing without a device."""
        self.stop()
        library = self.device.library
        if library is None:
            return
        try:
            library.check_output_settings(channels=1, dtype="float32", samplerate=sound.rate)
        except (library.PortAudioError, ValueError):
            # Some devices know one rate only.
            sound = resampled(sound, self.device.rate)
        try:
            library.play(np.clip(sound.samples, -1.0, 1.0), sound.rate)
        except (library.PortAudioError, ValueError) as error:
            self._device = SoundDevice(reason=f"The loudspeaker does not play: {error}.")
            return
        self._end.start(max(1, round(1000 * sound.seconds)))
        self.started.emit()

    @Slot()
    def stop(self) -> None:
        """Be silent."""
        if self.is_playing:
            self._end.stop()
            self.device.library.stop()
            self.stopped.emit()

    @Slot()
    def _on_end(self) -> None:
        self.stopped.emit()


class PlayButton(IconButton):
    """Plays the sound that was set last, or stops it; says why where nothing can be played.

    Parameters
    ----------
    player : SoundPlayer
        What plays; it may be shared by several buttons.
    """

    def __init__(self, player: SoundPlayer, parent: QWidget | None = None) -> None:
        super().__init__("volume-2", "Plays the sound.", name="Play", parent=parent)
        self._player = player
        self._sound: Waveform | None = None
        self.setEnabled(False)
        self.clicked.connect(self._on_clicked)
        player.started.connect(self._on_started)
        player.stopped.connect(self._on_stopped)

    def set_sound(self, sound: Waveform | None) -> None:
        """Set what is played; None for nothing."""
        self._sound = sound
        self._show_state()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_state()

    def _show_state(self) -> None:
        # Looking for a loudspeaker takes time, which a button that is not seen need not cost.
        can_play = self.isVisible() and self._player.can_play
        self.setEnabled(can_play and self._sound is not None)
        if self.isVisible():
            self.setToolTip("Plays the sound." if can_play else self._player.reason)

    @Slot()
    def _on_clicked(self) -> None:
        if self._player.is_playing:
            self._player.stop()
        elif self._sound is not None:
            self._player.play(self._sound)
            self._show_state()

    @Slot()
    def _on_started(self) -> None:
        self.set_icon("square")

    @Slot()
    def _on_stopped(self) -> None:
        self.set_icon("volume-2")
