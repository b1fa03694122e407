"""Icons: line drawings from ``resources/icons``, tinted to the theme."""

from __future__ import annotations

import atexit
import os
import weakref
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Protocol

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from gui.theme.state import current, notifier

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "icons"


class _Iconed(Protocol):
    def setIcon(self, icon: QIcon) -> None: ...


def icon(name: str, colour: str | None = None, *, aside: bool = False) -> QIcon:
    """Return a drawing in one colour; disabled it is greyed.

    Parameters
    ----------
    name : str
        File name in ``resources/icons`` without ``.svg``.
    colour : str | None
        ``#rrggbb``; by default the colour of text.
    aside : bool
        Whether it keeps to the left of a room that is wider than high; else it is as wide.

    Raises
    ------
    FileNotFoundError
        If there is no such drawing.
    """
    tokens = current()
    return _tinted(name, colour or tokens.text, tokens.text_disabled, aside)


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
def _tinted(name: str, colour: str, disabled: str, aside: bool) -> QIcon:
    path = FOLDER / f"{name}.svg"
    if path.name not in _drawings():
        raise FileNotFoundError(f"{path}: there is no such drawing.")
    return QIcon(_Drawing(path, colour, disabled, aside=aside))


@lru_cache(maxsize=256)
def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _drawings() -> frozenset[str]:
    return frozenset(os.listdir(FOLDER))


# Pixmaps must not outlive the application.
atexit.register(_tinted.cache_clear)


class _Drawing(QIconEngine):
    """Draws an icon when it is looked at, in the size that is looked at.

    Drawing all icons in every size took an eighth of the start.
    """

    _clones: ClassVar[list[_Drawing]] = []
    """Keeps from Python's collector what Qt has asked for and owns."""

    def __init__(self, path: Path, colour: str, disabled: str, *, aside: bool) -> None:
        super().__init__()
        self._path, self._colour, self._disabled, self._aside = path, colour, disabled, aside
        self._drawn: dict[tuple[int, int, bool], QPixmap] = {}

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        colour = self._disabled if mode is QIcon.Mode.Disabled else self._colour
        source = _source(self._path).replace("currentColor", colour)
        square = QRectF(rect)
        if self._aside:
            square.setWidth(square.height())
        QSvgRenderer(QByteArray(source.encode())).render(painter, square)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        if size.isEmpty():
            # A button that has no room yet asks, too; nothing can be painted on it.
            return QPixmap()
        key = (size.width(), size.height(), mode is QIcon.Mode.Disabled)
        if key not in self._drawn:
            drawn = QPixmap(size)
            drawn.fill(QColor(Qt.GlobalColor.transparent))
            painter = QPainter(drawn)
            self.paint(painter, QRect(QPoint(), size), mode, state)
            painter.end()
            self._drawn[key] = drawn
        return self._drawn[key]

    def clone(self) -> _Drawing:
        self._clones.append(_Drawing(self._path, self._colour, self._disabled,
                                     aside=self._aside))
        return self._clones[-1]
