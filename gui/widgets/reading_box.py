"""Text to read, select and copy."""

from __future__ import annotations

from PySide6.QtWidgets import QPlainTextEdit, QWidget


class ReadingBox(QPlainTextEdit):
    """Running text that cannot be changed, only selected and copied.

    Parameters
    ----------
    name : str
        Accessible name.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
