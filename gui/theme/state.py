"""What theme is in force, and who is told when it changes."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Signal

from gui.theme.tokens import LIGHT, Tokens

Scheme = Literal["system", "light", "dark"]
SCALES = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)


class Notifier(QObject):
    """Holds the theme and tells of its changes. GUI thread only.

    Signals
    -------
    changed()
        Colours or sizes are new: repaint, and ask for icons and margins again.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.scheme: Scheme = "system"
        self.tokens = LIGHT
        self.scale = 1.0
        self.follows_system = False


_only: list[Notifier] = []


def notifier() -> Notifier:
    """Return the one object whose ``changed`` signal tells of a new theme or interface size."""
    if not _only:
        _only.append(Notifier())
    return _only[0]


def current() -> Tokens:
    """Return the colours in force."""
    return notifier().tokens


def scheme() -> Scheme:
    """Return what was asked for: ``system``, ``light`` or ``dark``."""
    return notifier().scheme


def scale() -> float:
    """Return the interface size; 1 is 13 px text."""
    return notifier().scale


def px(length: float) -> int:
    """Return a length designed for 13 px text at the present interface size."""
    return max(1, round(length * notifier().scale)) if length else 0


def next_scale(direction: int) -> float:
    """Return the next larger (``direction`` 1) or smaller (-1) interface size."""
    index = min(range(len(SCALES)), key=lambda i: abs(SCALES[i] - scale()))
    return SCALES[min(max(index + direction, 0), len(SCALES) - 1)]
