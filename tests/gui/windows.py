"""Windows on a fake engine."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from gui.window.lab_page import LabPage
from gui.window.main_window import MainWindow

Open = Callable[..., MainWindow]


def leave_at_once(window: QWidget) -> None:
    """Let a window close without a question."""
    assert isinstance(window, MainWindow)
    window.shut_down()
    if window.lab is not None:
        window.lab.document.undo_stack.setClean()


def lab_of(window: MainWindow) -> LabPage:
    assert window.lab is not None
    return window.lab
