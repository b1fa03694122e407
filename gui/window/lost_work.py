"""The question what is to become of work that an earlier program has left."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from gui.document.project_files import title_of
from gui.document.recovery import Leftover, Recovery
from gui.widgets import MessageBar
from gui.window.document_files import DocumentFiles


class LostWork(QObject):
    """Offers what programs that did not end well have left, one after the other. GUI thread only.

    A copy is deleted by a person alone, and only by the button that says so.

    Parameters
    ----------
    recovery : Recovery
        Knows of the work.
    files : DocumentFiles
        Shows it.
    bar : MessageBar
        Where it is offered.
    window : QWidget
        Where the last question appears.
    """

    def __init__(self, recovery: Recovery, files: DocumentFiles, bar: MessageBar,
                 window: QWidget) -> None:
        super().__init__(window)
        self._recovery, self._files, self._bar, self._window = recovery, files, bar, window
        self._leftovers = recovery.leftovers()
        bar.action_requested.connect(self._on_bar_action_requested)
        bar.second_requested.connect(self._on_bar_second_requested)
        bar.closed.connect(self._on_bar_closed)

    def offer_next(self) -> None:
        """Offer the first that has not been decided upon."""
        if self._leftovers:
            self._bar.show_message(
                f"Backprop Lab ended before “{self._title()}” was saved.", "info",
                action="Restore it", second="Discard…")

    def _title(self) -> str:
        return title_of(self._leftovers[0].project, None)

    def _is_sure(self) -> bool:
        buttons = QMessageBox.StandardButton
        question = QMessageBox(self._window)
        question.setIcon(QMessageBox.Icon.Question)
        question.setWindowTitle("Discard unsaved work")
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setText(f"Discard “{self._title()}”?")
        question.setInformativeText("This is the only copy; it cannot be brought back.")
        question.setStandardButtons(buttons.Discard | buttons.Cancel)
        question.setDefaultButton(buttons.Cancel)
        answer = question.exec()
        question.deleteLater()
        return bool(answer == buttons.Discard)

    def _take_first(self) -> Leftover:
        """Take the first off the list, and the bar with it."""
        found = self._leftovers.pop(0)
        self._bar.hide()
        return found

    @Slot()
    def _on_bar_action_requested(self) -> None:
        if self._leftovers and self._files.restore(
                self._leftovers[0].project, self._leftovers[0].second):
            self._recovery.adopt(self._take_first())
            self.offer_next()

    @Slot()
    def _on_bar_second_requested(self) -> None:
        if self._leftovers and self._is_sure():
            self._take_first().discard()
            self.offer_next()

    @Slot()
    def _on_bar_closed(self) -> None:
        # Nothing is decided: the next start offers it again.
        if self._leftovers:
            self._take_first().release()
            self.offer_next()
