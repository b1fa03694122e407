"""Single keys drive the lab, unless what has the keyboard needs them itself."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from gui.widgets import ReadingBox, SegmentButton

ARROWS = frozenset({"Right", "Shift+Right", "Left", "Shift+Left"})
ALL = ARROWS | {"Space", "R", "Shift+R", "L"}
OF_LAB = ALL - {"Left", "Shift+Left"}
OF_MICROSCOPE = ALL - {"L"}
OF_EXPERIMENTS = frozenset[str]()
"""The keys that mean something on a page."""
NEEDED: tuple[tuple[type[QWidget], frozenset[str]], ...] = (
    (ReadingBox, ARROWS),
    (QLineEdit, ALL), (QAbstractSpinBox, ALL), (QPlainTextEdit, ALL), (QTextEdit, ALL),
    (QComboBox, frozenset({"Space", "R", "Shift+R", "L"})),
    (QAbstractSlider, ARROWS),
    (SegmentButton, frozenset({"Space", "Right", "Left"})),
    (QListWidget, frozenset({"Space", "R", "Shift+R", "L"})),
    (QAbstractButton, frozenset({"Space"})),
)
"""The keys that a control with the keyboard uses; the first class that fits counts."""


class LabKeys(QObject):
    """Gives actions their single keys, and takes them back while a control needs them.

    Parameters
    ----------
    actions : mapping
        Action for each key in `ALL`.
    """

    def __init__(self, actions: Mapping[str, QAction], parent: QObject) -> None:
        super().__init__(parent)
        self._actions = dict(actions)
        self._active, self._taken = OF_LAB, frozenset[str]()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)
        self._give()

    def set_active(self, keys: frozenset[str]) -> None:
        """Give no other keys than these."""
        self._active = keys
        self._give()

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        self._taken = keys_of(new)
        self._give()

    def _give(self) -> None:
        given = self._active - self._taken
        for key, action in self._actions.items():
            wanted = QKeySequence(key) if key in given else QKeySequence()
            if action.shortcut() != wanted:
                action.setShortcut(wanted)


def keys_of(widget: QWidget | None) -> frozenset[str]:
    """Return the keys of `ALL` that a control uses itself."""
    if isinstance(widget, QComboBox) and widget.isEditable():
        # It has the keyboard for the line within it.
        return ALL
    for control, keys in NEEDED:
        if isinstance(widget, control):
            return keys
    return frozenset()
