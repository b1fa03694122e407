"""What all controls share that edit a document: they tell when an edit was not possible."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from engine.errors import EngineError
from gui.document.document import Document


class EditingPanel(QWidget):
    """Controls that edit a document. GUI thread only.

    Parameters
    ----------
    document : Document
        What is edited.
    parent : QWidget | None
        Qt's owner.
    flags : Qt.WindowType
        What kind of window it is, if it is one.

    Signals
    -------
    refused(str)
        An edit was not possible; the sentence that says why.
    """

    refused = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None,
                 flags: Qt.WindowType = Qt.WindowType.Widget) -> None:
        super().__init__(parent, flags)
        self._document = document

    def attempt(self, edit: Callable[[], object]) -> bool:
        """Do an edit; where it is not possible, tell why and show what the document holds."""
        try:
            edit()
        except EngineError as error:
            self.show_document()
            self.refused.emit(error.sentence)
            return False
        return True

    def show_document(self) -> None:
        """Show what the document holds."""
        raise NotImplementedError
