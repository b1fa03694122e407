"""Buttons. They take the keyboard by Tab only, so that Space stays free for Run and Pause."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from gui import theme

ICON_GAP = 3


class Button(QPushButton):
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

    icon_role = "text"

    def __init__(
        self, text: str, icon: str = "", *, accent: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._icon_name = icon
        if accent:
            self.setProperty("tone", "accent")
            self.icon_role = "accent"
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_icon(self, name: str) -> None:
        """Show another icon; empty for none."""
        self._icon_name = name
        self._on_theme_changed()

    @Slot()
    def _on_theme_changed(self) -> None:
        side = theme.px(16)
        self.setIconSize(QSize(side, side))
        if self._icon_name:
            colour = getattr(theme.current(), self.icon_role)
            self.setIconSize(QSize(side + ICON_GAP, side))
            self.setIcon(self._spaced(theme.icon(self._icon_name, colour), side))
        else:
            self.setIcon(QIcon())

    def _spaced(self, icon: QIcon, side: int) -> QIcon:
        # Fusion leaves 4 px between icon and word, which is too little beside rounded shapes.
        result = QIcon()
        for ratio in (1.0, 2.0):
            for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled):
                wide = QPixmap(round((side + ICON_GAP) * ratio), round(side * ratio))
                wide.setDevicePixelRatio(ratio)
                wide.fill(Qt.GlobalColor.transparent)
                painter = QPainter(wide)
                icon.paint(painter, 0, 0, side, side, mode=mode)
                painter.end()
                result.addPixmap(wide, mode)
        return result


class PrimaryButton(Button):
    """The one main action of a place, filled with the accent colour."""

    icon_role = "accent_text"


class IconButton(QToolButton):
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
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(tooltip)
        self.setAccessibleName(name or tooltip)
        if plain:
            self.setProperty("tone", "plain")
        self._icon_name = icon
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        self._icon_name = name
        self._on_theme_changed()

    @Slot()
    def _on_theme_changed(self) -> None:
        side = theme.px(16)
        self.setIconSize(QSize(side, side))
        self.setIcon(theme.icon(self._icon_name))
