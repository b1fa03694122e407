"""What can be clicked at the moment, and what it is called in the record."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QAction, QWindow
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QWidget,
)

CONTROLS = (QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox,
            QLineEdit, QPlainTextEdit, QTabBar)
FIELDS = (QLineEdit, QPlainTextEdit, QAbstractSpinBox)
ENDING = ("quit",)
"""Actions after which there is no window any more."""


def front() -> QWidget | None:
    """Return the menu, the dialog or the window that takes what a person does."""
    for widget in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
        if widget is not None and widget.isVisible():
            return widget
    windows = [widget for widget in QApplication.topLevelWidgets()
               if widget.isVisible() and not widget.isMinimized() and widget.isWindow()
               and widget.parent() is None and widget.width() > 200]
    return windows[0] if windows else None


def seen(widget: QWidget) -> QRect:
    """Return the part of a widget, in its own places, that nothing around it cuts off."""
    return widget.visibleRegion().boundingRect()


def parts(top: QWidget, kinds: tuple[type[QWidget], ...] = (QWidget,)) -> list[QWidget]:
    """Return what can be clicked of a window, in the order in which it was made."""
    return [widget for widget in (top, *top.findChildren(QWidget))
            if isinstance(widget, kinds) and widget.isVisible() and widget.isEnabled()
            and widget.window() is top and not seen(widget).isEmpty()]


def choose(top: QWidget, chance: Random, kinds: tuple[type[QWidget], ...] | None = None
           ) -> QWidget | None:
    """Return one of them; three of four times a control."""
    wanted = kinds or (CONTROLS if chance.random() < 0.75 else (QWidget,))
    found = parts(top, wanted)
    return chance.choice(found) if found else None


def place_in(widget: QWidget, chance: Random) -> QPoint:
    """Return a place that can be seen, in the widget's own places."""
    area = seen(widget)
    return QPoint(chance.randrange(area.left(), area.right() + 1),
                  chance.randrange(area.top(), area.bottom() + 1))


def window_of(widget: QWidget) -> QWindow | None:
    """Return the window that gets what is done to a widget."""
    return widget.window().windowHandle()


def name_of(widget: QWidget) -> str:
    """Return class and name of a widget, and of the two around it."""
    names: list[str] = []
    at: QWidget | None = widget
    while at is not None and len(names) < 3:
        text = at.accessibleName() or at.objectName()
        if not text and isinstance(at, QAbstractButton):
            text = at.text()
        names.append(type(at).__name__ + (f" {text!r}" if text else ""))
        at = at.parentWidget()
    return " in ".join(names)


def actions(menu: QMenu) -> Iterator[QAction]:
    """Yield what a menu and those within it offer, but for what ends the program."""
    for action in menu.actions():
        if action.menu() is not None:
            inner = action.menu()
            if isinstance(inner, QMenu):
                yield from actions(inner)
        elif action.isEnabled() and not action.isSeparator() and not is_ending(action):
            yield action


def is_ending(action: QAction) -> bool:
    """Say whether an action ends the program."""
    return action.text().replace("&", "").lower() in ENDING
