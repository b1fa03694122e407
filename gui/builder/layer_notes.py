"""What is to be said of the selected layer before it runs, each with a button that mends it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.diagnosis.design import Note
from gui import theme
from gui.widgets import Button


class LayerNotes(QWidget):
    """A note below another; hidden while there is none. GUI thread only.

    Signals
    -------
    mend_requested(str, str)
        A person wants what a note recommends; the note's code and layer.
    """

    mend_requested = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Note, ...] = ()
        self._items = QVBoxLayout(self)
        self._items.setContentsMargins(0, 0, 0, 0)
        self._items.setSpacing(8)
        self.hide()

    def show_notes(self, notes: tuple[Note, ...]) -> None:
        """Show what is to be said of a layer."""
        if notes == self._shown:
            return
        self._shown = notes
        while (item := self._items.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for note in notes:
            self._items.addWidget(self._made(note))
        self.setVisible(bool(notes))

    def _made(self, note: Note) -> QWidget:
        tokens, side = theme.current(), theme.px(16)
        item, icon, words = QWidget(), QLabel(), QLabel()
        colour = tokens.bad if note.severity > 1 else tokens.warning
        icon.setPixmap(theme.icon("triangle-alert", colour).pixmap(side, side))
        words.setWordWrap(True)
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setText(f"{note.title.text} {note.sentence.text}")
        words.setToolTip("" if note.evidence is None else f"<p>{note.evidence.text}</p>")
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(words)
        if note.fix is not None:
            button = Button(note.fix.label.text, "check")
            button.clicked.connect(partial(self._on_mend_clicked, note.code, note.layer_id))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout(item)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)
        return item

    def _on_mend_clicked(self, code: str, layer_id: str, *_: object) -> None:
        self.mend_requested.emit(code, layer_id)
