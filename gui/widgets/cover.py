"""What keeps a card over a part of the window until a person closes it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

Placing = Callable[[QRect, QRect], QRect]


def all_of_it(area: QRect, _room: QRect) -> QRect:
    """Return the whole of what is covered."""
    return area


class Cover(QObject):
    """Lets a card lie over a part of the window, and go with Esc. GUI thread only.

    Parameters
    ----------
    card : QWidget
        The card; its parent is the window.
    placing : callable
        ``placing(area, room)`` returns where it lies: over which part, in which window.

    Signals
    -------
    closed()
        The card is no longer seen.
    """

    closed = Signal()

    def __init__(self, card: QWidget, placing: Placing = all_of_it) -> None:
        super().__init__(card)
        self._card, self._placing = card, placing
        self._area: QWidget | None = None
        card.installEventFilter(self)
        # While it is seen, wherever in the window the keyboard is.
        escape = QShortcut(QKeySequence("Esc"), card)
        for closing in (escape.activated, escape.activatedAmbiguously):
            closing.connect(self._on_escape_activated)

    def show_over(self, area: QWidget) -> None:
        """Show the card over a part of the window, and let it stay there."""
        if self._area is not None:
            self._area.removeEventFilter(self)
        self._area = area
        area.installEventFilter(self)
        self._place()
        self._card.show()
        self._card.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow that part, keep clicks from what lies below, and tell that the card is closed."""
        kind = event.type()
        if watched is self._card:
            if kind == QEvent.Type.Hide and not event.spontaneous():
                self.closed.emit()
            return kind == QEvent.Type.MouseButtonPress
        if kind in (QEvent.Type.Resize, QEvent.Type.Move) and self._card.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        window = self._card.parentWidget()
        if window is not None and self._area is not None:
            area = QRect(self._area.mapTo(window, QPoint(0, 0)), self._area.size())
            self._card.setGeometry(self._placing(area, window.rect()))

    @Slot()
    def _on_escape_activated(self) -> None:
        holder = QApplication.focusWidget()
        was_inside = holder is not None and self._card.isAncestorOf(holder)
        self._card.hide()
        if was_inside and self._area is not None:
            self._area.setFocus()
