"""Which file to write to, and questions before something is lost with what it holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton, QWidget

from engine.data.files import is_there

_ROLE = QMessageBox.ButtonRole


class Answer(Enum):
    """What a person wants."""

    GO_ON = "go on"
    ELSEWHERE = "elsewhere"
    CANCEL = "cancel"


def file_to_write(window: QWidget, title: str, suggestion: Path | str, kinds: Sequence[str],
                  named: Callable[[Path, str], Path]) -> tuple[Path, str] | None:
    """Ask for a file to write to; whatever it would replace, a person has been asked about.

    Parameters
    ----------
    window : QWidget
        Where the dialog appears.
    title, suggestion : str, Path | str
        What it says at its top, and the file or folder that it begins with.
    kinds : sequence of str
        Kinds of files, as Qt's filters.
    named : callable
        ``named(path, kind)`` returns the file that a typed name and a kind stand for.

    Returns
    -------
    tuple[Path, str] | None
        The file, and its kind; None if a person wants none.
    """
    typed, kind = QFileDialog.getSaveFileName(window, title, str(suggestion), ";;".join(kinds))
    if not typed:
        return None
    path = named(Path(typed), kind)
    # The dialog has asked about the name that was typed, and no other.
    if path != Path(typed) and is_there(path) and not may_replace(window, path):
        return None
    return path, kind


def may_replace(window: QWidget, path: Path) -> bool:
    """Ask whether to write over a file whose name came about only when its ending was added."""
    return _asked(window, "Replace file", f"“{path.name}” is there already.",
                  "Replacing it overwrites all that it holds.", "Replace") is Answer.GO_ON


def over_another_version(window: QWidget, path: Path) -> Answer:
    """Ask what to do with a file that another program has written since it was opened."""
    return _asked(window, "File has changed",
                  f"Another program has changed “{path.name}” since it was opened here.",
                  "Saving to it overwrites what that program has written.", "Overwrite it",
                  "Save to another file…")


def without_weights(window: QWidget, path: Path, reason: str) -> Answer:
    """Ask what to do with a file that holds what a run has learned, where there is no run now."""
    return _asked(window, "No weights to save",
                  f"“{path.name}” holds what a run has learned, and there is no run to save: "
                  f"{reason}",
                  "Saving to it keeps the project and loses these weights.",
                  "Save without weights", "Save to another file…")


def _asked(window: QWidget, title: str, text: str, more: str, go_on: str,
           elsewhere: str = "") -> Answer:
    question = QMessageBox(window)
    question.setIcon(QMessageBox.Icon.Warning)
    question.setWindowTitle(title)
    question.setTextFormat(Qt.TextFormat.PlainText)
    question.setText(text)
    question.setInformativeText(more)
    answers: dict[QPushButton, Answer] = {
        question.addButton(go_on, _ROLE.DestructiveRole): Answer.GO_ON}
    if elsewhere:
        answers[question.addButton(elsewhere, _ROLE.AcceptRole)] = Answer.ELSEWHERE
    cancel = question.addButton(QMessageBox.StandardButton.Cancel)
    question.setDefaultButton(next((button for button, answer in answers.items()
                                    if answer is Answer.ELSEWHERE), cancel))
    question.exec()
    pressed = question.clickedButton()
    found = next((answer for button, answer in answers.items() if button is pressed),
                 Answer.CANCEL)
    question.deleteLater()
    return found
