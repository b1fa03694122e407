"""A row of words of which one is chosen, like tabs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QPushButton, QSizePolicy, QWidget

from gui.widgets.flow import FlowLayout

STEPS: Mapping[int, int] = MappingProxyType({
    Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1,
})


class SegmentButton(QPushButton):
    """One word of a `Segmented`."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the arrow keys to the row."""
        if event.key() in STEPS:
            event.ignore()
        else:
            super().keyPressEvent(event)


class Segmented(QWidget):
    """Exclusive buttons in a row; the arrow keys go from one to the next.

    Parameters
    ----------
    options : sequence of (key, title)
        In order. A plain text is key and title at once.
    name : str
        Accessible name of the whole.
    wrap : bool
        Whether it goes to a new line where the width ends.

    Signals
    -------
    selected(str)
        A person chose the option with this key.
    """

    selected = Signal(str)

    def __init__(
        self,
        options: Sequence[str | tuple[str, str]] = (),
        name: str = "",
        parent: QWidget | None = None,
        *,
        wrap: bool = False,
    ) -> None:
        super().__init__(parent)
        self._buttons: dict[str, SegmentButton] = {}
        self._current = ""
        self._row: QLayout = FlowLayout(self) if wrap else QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        policy = QSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(name)
        self.set_options(options)

    def set_options(self, options: Sequence[str | tuple[str, str]]) -> None:
        """Offer other options; the choice stays if it is still there, else the first is chosen."""
        for button in self._buttons.values():
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        pairs = [(o, o) if isinstance(o, str) else o for o in options]
        self._buttons = {key: self._made(key, title) for key, title in pairs}
        chosen = self._current if self._current in self._buttons else next(iter(self._buttons), "")
        self._current = ""
        self.set_current(chosen)

    def set_tooltips(self, tooltips: Mapping[str, str]) -> None:
        """Give every option its explanation."""
        for key, text in tooltips.items():
            self._buttons[key].setToolTip(text)

    def options(self) -> tuple[str, ...]:
        """Return the keys in order."""
        return tuple(self._buttons)

    def current(self) -> str:
        """Return the key of the chosen option; empty if there are none."""
        return self._current

    def set_current(self, key: str) -> None:
        """Choose an option without emitting ``selected``; an unknown key changes nothing."""
        if key in self._buttons:
            self._mark(key)

    def choose_none(self) -> None:
        """Let none be chosen, since something else is; the first is where the Tab key comes to."""
        self._mark("")

    def _mark(self, key: str) -> None:
        self._current = key
        reached = key or next(iter(self._buttons), "")
        for other, button in self._buttons.items():
            button.setChecked(other == key)
            button.setFocusPolicy(
                Qt.FocusPolicy.TabFocus if other == reached else Qt.FocusPolicy.NoFocus
            )

    def button(self, key: str) -> SegmentButton:
        """Return the button of an option."""
        return self._buttons[key]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the next or previous option with the arrow keys."""
        step = STEPS.get(event.key())
        if step is None or not self._buttons:
            super().keyPressEvent(event)
            return
        keys = list(self._buttons)
        at = keys.index(self._current) if self._current else (-1 if step > 0 else 0)
        key = keys[(at + step) % len(keys)]
        self._choose(key)
        self._buttons[key].setFocus(Qt.FocusReason.TabFocusReason)

    def _made(self, key: str, title: str) -> SegmentButton:
        button = SegmentButton(title.replace("&", "&&"), self)
        button.setCheckable(True)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setAccessibleName(title)
        button.setProperty("key", key)
        button.clicked.connect(self._on_clicked)
        self._row.addWidget(button)
        return button

    @Slot()
    def _on_clicked(self) -> None:
        sender = self.sender()
        if isinstance(sender, SegmentButton):
            self._choose(str(sender.property("key")))

    def _choose(self, key: str) -> None:
        before = self._current
        self.set_current(key)
        if key != before:
            self.selected.emit(key)
