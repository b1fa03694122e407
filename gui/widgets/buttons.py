"""Buttons. They take the keyboard by Tab only, so that Space stays free for Run and Pause."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QAbstractButton, QPushButton, QToolButton, QWidget

from gui import theme

ICON_GAP = 3
"""Px beside an icon: Fusion leaves 4 px more, which is too little beside rounded shapes."""


class _Iconed:
    """What buttons with an icon have in common; it stands before their Qt class."""

    icon_role = "text"
    _icon_name = ""

    def set_icon(self, name: str) -> None:
        """Show another icon; empty for none."""
        self._icon_name = name
        self._on_theme_changed()

    def _on_theme_changed(self) -> None:
        raise NotImplementedError

    def _icon(self, *, aside: bool = False) -> QIcon:
        if not self._icon_name:
            return QIcon()
        return theme.icon(self._icon_name, getattr(theme.current(), self.icon_role), aside=aside)


class Button(_Iconed, QPushButton):
    """A button with a word, and an icon if it helps.

    Parameters
    ----------
    text : str
        The word.
    icon : str
        Name of an icon; empty for none.
    accent : bool
        Whether its word and outline take the accent colour: the action that is suggested.
    """

    def __init__(
        self, text: str, icon: str = "", *, accent: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        _reach_by_tab(self)
        if accent:
            self.setProperty("tone", "accent")
            self.icon_role = "accent"
        theme.notifier().changed.connect(self._on_theme_changed)
        self.set_icon(icon)

    @Slot()
    def _on_theme_changed(self) -> None:
        side = theme.px(16)
        self.setIconSize(QSize(side + ICON_GAP, side))
        self.setIcon(self._icon(aside=True))


class PrimaryButton(Button):
    """The one main action of a place, filled with the accent colour."""

    icon_role = "accent_text"


class IconButton(_Iconed, QToolButton):
    """A button with an icon alone.

    Parameters
    ----------
    icon : str
        Name of the icon.
    tooltip : str
        What it does, one sentence; also its accessible name unless ``name`` is given.
    name : str
        Short accessible name.
    plain : bool
        Whether it has no outline.
    """

    def __init__(
        self, icon: str, tooltip: str, *, name: str = "", plain: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        _reach_by_tab(self)
        self.setToolTip(tooltip)
        self.setAccessibleName(name or tooltip)
        if plain:
            self.setProperty("tone", "plain")
        theme.notifier().changed.connect(self._on_theme_changed)
        self.set_icon(icon)

    @Slot()
    def _on_theme_changed(self) -> None:
        side = theme.px(16)
        self.setIconSize(QSize(side, side))
        self.setIcon(self._icon())


def _reach_by_tab(button: QAbstractButton) -> None:
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
