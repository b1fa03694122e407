"""Whether what a project learns from is still what it was when a person brought it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot

from gui.data.background import Background
from gui.document.bringing import Moved, moved
from gui.document.document import Change, Document
from gui.widgets import MessageBar

MOVED = "moved"
"""Topic of the message that the data are not what they were."""


class SourceWatch(QObject):
    """Looks at the data of a project that is opened, in a thread of its own. GUI thread only.

    Parameters
    ----------
    document : Document
        Whose data.
    message : MessageBar
        Where it is told.
    parent : QObject
        Qt's owner.

    Signals
    -------
    accepted(DataSpec)
        A person takes the data as they are now.
    choose_requested()
        A person wants to say where they are now.
    """

    accepted = Signal(object)
    choose_requested = Signal()

    def __init__(self, document: Document, message: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._message = document, message
        self._background = Background("Looking after data")
        self._moved: Moved | None = None
        self._background.done.connect(self._on_background_done)
        message.action_requested.connect(self._on_message_action_requested)
        message.second_requested.connect(self._on_message_second_requested)
        document.changed.connect(self._on_document_changed)

    def join(self) -> None:
        """Wait for what is being looked at, and forget it."""
        self._background.join()

    @Slot(object)
    def _on_document_changed(self, change: Change) -> None:
        if change.opened:
            self._background.cancel()
            if change.after.data.digest:
                self._background.submit(partial(moved, change.after.data))

    @Slot(object)
    def _on_background_done(self, found: Moved | None) -> None:
        if found is None or found.data != self._document.project.data:
            return
        self._moved = found
        name = Path(found.data.path).name
        self._message.show_message(
            f"“{name}” has changed since it was brought into this project.", "warning",
            action="Use as it is", second="Choose where it is now…", topic=MOVED)

    @Slot()
    def _on_message_action_requested(self) -> None:
        if self._message.topic == MOVED and self._moved is not None:
            self._message.hide()
            self.accepted.emit(replace(self._document.project.data, digest=self._moved.digest))

    @Slot()
    def _on_message_second_requested(self) -> None:
        if self._message.topic == MOVED:
            self.choose_requested.emit()
