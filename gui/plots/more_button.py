"""The last tab of a card: a menu of what is looked at more rarely."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from gui.widgets import SegmentButton

TIP = "More instruments, and standing still."
FREEZE_TIP = "Let the plots stand still while training goes on, to look at them at leisure."
ZOOM_HINT = "Wheel: zoom · drag: move · double click: all"


class MoreButton(SegmentButton):
    """Offers instruments in a menu, and to freeze the plots. GUI thread only.

    Parameters
    ----------
    titles, tips : Mapping[str, str]
        What is offered, in order, by key.

    Signals
    -------
    chosen(str)
        A person wants to see the instrument with this key.
    freeze_requested(bool)
        A person wants the plots to stand still, or to follow again.
    """

    chosen = Signal(str)
    freeze_requested = Signal(bool)

    def __init__(self, titles: Mapping[str, str], tips: Mapping[str, str],
                 parent: QWidget | None = None) -> None:
        super().__init__("More", parent)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(TIP)
        self.setAccessibleName("More instruments")
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self._choices = QActionGroup(menu)
        self._choices.setExclusionPolicy(QActionGroup.ExclusionPolicy.ExclusiveOptional)
        for key, title in titles.items():
            action = menu.addAction(title)
            action.setCheckable(True)
            action.setData(key)
            action.setToolTip(tips[key])
            self._choices.addAction(action)
        self._choices.triggered.connect(self._on_choices_triggered)
        menu.addSeparator()
        self.freeze = menu.addAction("Freeze the plots")
        self.freeze.setCheckable(True)
        self.freeze.setToolTip(FREEZE_TIP)
        self.freeze.triggered.connect(self.freeze_requested)
        menu.addSeparator()
        menu.addAction(ZOOM_HINT).setEnabled(False)
        self.setMenu(menu)

    def keys(self) -> tuple[str, ...]:
        """Return the keys of the instruments, in order."""
        return tuple(action.data() for action in self._choices.actions())

    def action(self, key: str) -> QAction:
        """Return what chooses an instrument."""
        return next(one for one in self._choices.actions() if one.data() == key)

    def show_current(self, key: str) -> None:
        """Show which view is seen, be it one of these or not."""
        for action in self._choices.actions():
            action.setChecked(action.data() == key)
        self.setChecked(key in self.keys())

    @Slot(QAction)
    def _on_choices_triggered(self, action: QAction) -> None:
        self.chosen.emit(action.data())
