"""The dialog in which a person records examples, a folder for each class."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from engine.data.sound_files import SHORTEST_SECONDS, write_sound
from engine.data.waveform import Waveform
from gui import theme
from gui.widgets import Button, ElidedLabel, MessageBar
from gui.widgets.sound_player import PlayButton, SoundPlayer
from gui.widgets.sound_recorder import LevelMeter, SoundRecorder

WAV = ".wav"
NO_FOLDER = "No folder is chosen yet."
FORBIDDEN = '<>:"/\\|?*'


class RecordDialog(QDialog):
    """Records while a button is held, into WAV files of a folder that the person chooses.

    Parameters
    ----------
    parent : QWidget | None
        The window.
    folder : Path | None
        Where the recordings go; None lets the person choose.
    recorder, player : SoundRecorder, SoundPlayer
        By default those of this computer.

    Signals
    -------
    recorded(object)
        The person wants to learn from the recordings in this folder, a Path.
    """

    recorded = Signal(object)

    def __init__(self, parent: QWidget | None = None, folder: Path | None = None,
                 recorder: SoundRecorder | None = None, player: SoundPlayer | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Record sounds")
        self.folder = folder
        self.last: Path | None = None
        self._recorder = recorder or SoundRecorder(self)
        self._player = player or SoundPlayer(self)
        self._build()
        self._recorder.level_changed.connect(self.meter.show_level)
        self._recorder.filled.connect(self._on_released)
        self.hold.pressed.connect(self._on_pressed)
        self.hold.released.connect(self._on_released)
        self.delete.clicked.connect(self._on_delete_clicked)
        self.choose.clicked.connect(self._on_choose_clicked)
        self.use.clicked.connect(self._on_use_clicked)
        self.name.editTextChanged.connect(self._on_name_changed)
        self._show_state()

    def _build(self) -> None:
        self.place = ElidedLabel(NO_FOLDER, role="muted")
        self.choose = Button("Choose folder…", "folder-open")
        self.choose.setToolTip("Choose the folder for the recordings; each class gets a folder in "
                               "it.")
        self.name = QComboBox()
        self.name.setEditable(True)
        self.name.setAccessibleName("Class")
        self.name.setToolTip("What the next recordings are examples of, such as yes.")
        line = self.name.lineEdit()
        if line is not None:
            line.setPlaceholderText("yes")
        self.hold = Button("Hold to record", "mic", accent=True)
        self.meter = LevelMeter()
        self.counts = QListWidget()
        self.counts.setAccessibleName("Recordings of each class")
        self.counts.setToolTip("How many recordings each class has. A dozen of each is a good "
                               "beginning.")
        self.play = PlayButton(self._player)
        self.delete = Button("Delete the last", "trash-2")
        self.delete.setToolTip("Delete the recording that was made last.")
        self.use = Button("Learn from these", accent=True)
        self.use.setToolTip("Close this and see the recordings as the network will see them.")
        self.message = MessageBar()
        for button in self.findChildren(Button):
            button.setAutoDefault(False)
        self._arrange()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setSpacing(theme.px(10))
        label = QLabel("Class")
        label.setBuddy(self.name)
        for widgets, filling in (((self.place, self.choose), self.place),
                                 ((label, self.name), self.name),
                                 ((self.hold, self.meter), self.meter)):
            row = QHBoxLayout()
            for widget in widgets:
                row.addWidget(widget, 1 if widget is filling else 0)
            column.addLayout(row)
        column.addWidget(self.message)
        column.addWidget(self.counts, 1)
        last = QHBoxLayout()
        last.addWidget(self.play)
        last.addWidget(self.delete)
        last.addStretch(1)
        last.addWidget(self.use)
        column.addLayout(last)
        self.resize(theme.px(460), theme.px(420))

    def set_folder(self, folder: Path) -> None:
        """Record into another folder."""
        self.folder, self.last = folder, None
        self.message.hide()
        self._show_state()

    def class_name(self) -> str:
        """Return the class that is recorded."""
        return self.name.currentText().strip()

    def recordings(self) -> dict[str, int]:
        """Return how many recordings every class has in the folder."""
        if self.folder is None or not self.folder.is_dir():
            return {}
        return {one.name: sum(file.suffix.lower() == WAV for file in one.iterdir())
                for one in sorted(self.folder.iterdir())
                if one.is_dir() and not one.name.startswith(".")}

    def _fault(self) -> str:
        """Return what is still missing before something can be recorded; empty for nothing."""
        name = self.class_name()
        if not self._recorder.can_record:
            return self._recorder.reason
        if self.folder is None:
            return "Choose a folder first."
        if not name:
            return "Say first what the recordings are examples of."
        if name.startswith(".") or any(letter in FORBIDDEN for letter in name):
            return (f"A class is a folder here: its name begins with no dot and has none of "
                    f"{FORBIDDEN}")
        return ""

    def _show_state(self) -> None:
        fault = self._fault()
        self.hold.setEnabled(not fault)
        self.hold.setToolTip(fault or "Hold this, or the space bar on it, while you speak.")
        self.place.setText(NO_FOLDER if self.folder is None else str(self.folder))
        counts = self.recordings()
        self.counts.clear()
        self.counts.addItems([f"{name} · {count:,}" for name, count in counts.items()])
        self.delete.setEnabled(self.last is not None)
        self.use.setEnabled(sum(count > 0 for count in counts.values()) > 1)
        if not self._recorder.can_record:
            self.message.show_message(self._recorder.reason)

    def _show_names(self) -> None:
        chosen = self.name.currentText()
        self.name.blockSignals(True)
        self.name.clear()
        self.name.addItems(list(self.recordings()))
        self.name.setEditText(chosen)
        self.name.blockSignals(False)

    @Slot()
    def _on_pressed(self) -> None:
        self._player.stop()
        self.message.hide()
        self._recorder.start()
        if self._recorder.is_recording:
            self.hold.setText("Listening…")
        else:
            self._show_state()

    @Slot()
    def _on_released(self) -> None:
        sound = self._recorder.stop()
        self.hold.setText("Hold to record")
        self.meter.show_level(0.0)
        if sound is None or sound.seconds < SHORTEST_SECONDS:
            if not self.message.isVisible():
                self.message.show_message("That was too short. Hold the button while you speak.")
            return
        self._keep(sound)

    def _keep(self, sound: Waveform) -> None:
        if self.folder is None:
            return
        place = self.folder / self.class_name()
        try:
            place.mkdir(parents=True, exist_ok=True)
            self.last = _free_name(place)
            write_sound(self.last, sound)
        except OSError as error:
            self.last = None
            self.message.show_message(f"{place}: {error.strerror or error}.")
            return
        self.play.set_sound(sound)
        self._show_names()
        self._show_state()

    @Slot()
    def _on_delete_clicked(self) -> None:
        if self.last is not None:
            self.last.unlink(missing_ok=True)
            self.last = None
            self.play.set_sound(None)
            self._show_state()

    @Slot()
    def _on_choose_clicked(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder for the recordings",
                                                  str(self.folder or ""))
        if chosen:
            self.set_folder(Path(chosen))
            self._show_names()

    @Slot()
    def _on_use_clicked(self) -> None:
        self.recorded.emit(self.folder)
        self.accept()

    @Slot()
    def _on_name_changed(self) -> None:
        self._show_state()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._recorder.stop()
        self._player.stop()
        super().closeEvent(event)


def _free_name(folder: Path) -> Path:
    """Return the name of a recording that is not there yet."""
    taken = {name.lower() for name in os.listdir(folder)}
    number = 1
    while (name := f"{folder.name}_{number:04d}{WAV}").lower() in taken:
        number += 1
    return folder / name
