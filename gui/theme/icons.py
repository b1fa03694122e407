"""Icons: line drawings from ``resources/icons``, tinted to the theme."""

from __future__ import annotations

import atexit
import weakref
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from gui.theme.state import current, notifier

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "icons"
_SIZES = (16, 18, 20, 24, 32, 40, 48, 64)


class _Iconed(Protocol):
    def setIcon(self, icon: QIcon) -> None: ...


def icon(name: str, colour: str | None = None) -> QIcon:
    """Return a drawing in one colour; disabled it is greyed.

    Parameters
    ----------
    name : str
        File name in ``resources/icons`` without ``.svg``.
    colour : str | None
        ``#rrggbb``; by default the colour of text.

    Raises
    ------
    FileNotFoundError
        If there is no such drawing.
    """
    tokens = current()
    return _tinted(name, colour or tokens.text, tokens.text_disabled)


def follow_theme(target: _Iconed, name: str, role: str = "text") -> None:
    """Set the icon of a button or action, now and after every change of theme.

    Parameters
    ----------
    target : object with ``setIcon``
        Held weakly.
    name : str
        As in `icon`.
    role : str
        Name of the token that gives the colour.
    """
    held = weakref.ref(target)

    def refresh() -> None:
        alive = held()
        if alive is None:
            notifier().changed.disconnect(refresh)
            return
        try:
            alive.setIcon(icon(name, getattr(current(), role)))
        except RuntimeError:  # Qt has deleted the widget under its Python name.
            notifier().changed.disconnect(refresh)

    refresh()
    notifier().changed.connect(refresh)


@lru_cache(maxsize=256)
def _tinted(name: str, colour: str, disabled: str) -> QIcon:
    source = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    result = QIcon()
    for mode, tint in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, disabled)):
        renderer = QSvgRenderer(QByteArray(source.replace("currentColor", tint).encode()))
        for size in _SIZES:
            result.addPixmap(_drawn(renderer, size), mode)
    return result


# Pixmaps must not outlive the application.
atexit.register(_tinted.cache_clear)


def _drawn(renderer: QSvgRenderer, size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(QColor(Qt.GlobalColor.transparent))
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap
