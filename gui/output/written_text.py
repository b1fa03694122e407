"""The text that the network writes by itself."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QColor, QGuiApplication, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.data.dataset import Dataset
from engine.telemetry.snapshot import Snapshot
from engine.telemetry.tables import Table
from gui import theme
from gui.output.diary import Diary, Entry
from gui.output.drawing import fixed_font
from gui.output.tables import written_table
from gui.output.view import OutputView
from gui.widgets import Button, ElidedLabel, ReadingBox

PATIENCE_MS = 800
"""Before another text is begun, the one before stands for as long."""
EMPTY = "What the network writes is shown as soon as it is ready."
HINT = "What is muted was given; the network goes on from it."
HELD = "Held while text is selected."


class WrittenText(QWidget, OutputView):
    """Texts with their steps, the newest at the end.

    The view stays at the end unless a person has scrolled away from it, and holds still while
    text is selected.

    Attributes
    ----------
    copy : Button
        Puts the newest text, without what was given, on the clipboard.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.diary = Diary()
        self._settled: list[Entry] = []
        self._live_from, self._drawn_s = 0, 0.0
        self._shown: Entry | None = None
        self.box = ReadingBox("Text that the network writes")
        self.box.setPlaceholderText(EMPTY)
        self.box.copyAvailable.connect(self._on_box_copy_available)
        self.hint = ElidedLabel(HINT, role="small")
        self.copy = Button("Copy text")
        self.copy.setToolTip("Copy the newest text to the clipboard.")
        self.copy.setEnabled(False)
        self.copy.clicked.connect(self._on_copy_clicked)
        self.controls = (self.copy,)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._draw)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.box, 1)
        column.addWidget(self.hint)
        self._column = column
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_dataset(self, dataset: Dataset) -> None:
        """Forget what was written before."""
        self.diary.clear()
        self._timer.stop()
        self._drawn_s = 0.0
        self._begin()

    def note(self, snapshot: Snapshot) -> None:
        """Keep the text of a snapshot, seen or not."""
        self.diary.note(snapshot)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the text of a snapshot, soon if another has only just been shown."""
        self.diary.note(snapshot)
        newest = self.diary.newest
        grows = newest is not None and newest.grown_from(self._shown)
        waited_ms = 1000.0 * (time.monotonic() - self._drawn_s)
        if grows or waited_ms >= PATIENCE_MS:
            self._draw()
        elif not self._timer.isActive():
            self._timer.start(max(1, round(PATIENCE_MS - waited_ms)))

    def table(self) -> Table:
        """Return every text that is kept, with its steps."""
        newest = () if self.diary.newest is None else (self.diary.newest,)
        return written_table((*self.diary.earlier, *newest))

    def text(self) -> str:
        """Return everything that stands in the view."""
        return self.box.toPlainText()

    @Slot()
    def _draw(self) -> None:
        newest = self.diary.newest
        if newest is None or self.box.textCursor().hasSelection():
            return
        if newest == self._shown:
            return
        if not newest.grown_from(self._shown):
            self._drawn_s = time.monotonic()
        self._shown = newest
        bar = self.box.verticalScrollBar()
        follows, place = bar.value() >= bar.maximum() - 1, bar.value()
        if self._settled != self.diary.earlier[:len(self._settled)]:
            self._begin()
        cursor = QTextCursor(self.box.document())
        cursor.setPosition(self._live_from)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        for entry in self.diary.earlier[len(self._settled):]:
            self._write(cursor, entry)
            self._settled.append(entry)
        self._live_from = cursor.position()
        self._write(cursor, newest)
        self.copy.setEnabled(True)
        bar.setValue(bar.maximum() if follows else place)

    def _write(self, cursor: QTextCursor, entry: Entry) -> None:
        tokens = theme.current()
        gap = "\n\n" if cursor.position() else ""
        cursor.insertText(gap, _inked(tokens.text))
        head = _inked(tokens.text_muted)
        head.setFont(theme.base_font(theme.base_font().pointSizeF() * 0.85))
        head.setFontWeight(600)
        cursor.insertText(f"{entry.steps}\n", head)
        for text, colour in ((entry.prompt, tokens.text_muted), (entry.text, tokens.text)):
            ink = _inked(colour)
            ink.setFont(self.box.font())
            cursor.insertText(text, ink)

    def _begin(self) -> None:
        self.box.clear()
        self._settled, self._live_from, self._shown = [], 0, None
        self.copy.setEnabled(False)

    @Slot(bool)
    def _on_box_copy_available(self, is_selected: bool) -> None:
        self.hint.setText(HELD if is_selected else HINT)
        if not is_selected:
            self._timer.start(1)

    @Slot()
    def _on_copy_clicked(self) -> None:
        if self.diary.newest is not None:
            QGuiApplication.clipboard().setText(
                self.diary.newest.text)

    @Slot()
    def _on_theme_changed(self) -> None:
        self._column.setSpacing(theme.px(3))
        self.box.setFont(fixed_font(self, 0.95))
        self.box.setMinimumHeight(theme.px(80))
        self._begin()
        self._draw()


def _inked(colour: str) -> QTextCharFormat:
    ink = QTextCharFormat()
    ink.setForeground(QColor(colour))
    return ink
