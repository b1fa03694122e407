"""The place of late-comers in the tab order: Qt puts whatever is made later behind all else."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def tab_through(holder: QWidget, parts: Iterable[QWidget]) -> None:
    """Let the Tab key come to parts in this order where it comes to what holds them.

    Parameters
    ----------
    holder : QWidget
        Lies around the parts; it need not take the keyboard itself.
    parts : iterable of QWidget
        In the order in which they are read; what is in each stays in its order.
    """
    policy, before = holder.focusPolicy(), holder
    # Qt passes over what does not take the keyboard, though it has a place in the order.
    holder.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    for part in parts:
        for stop in (part, *part.findChildren(QWidget)):
            if _is_stop(stop) and stop.window() is holder.window():
                QWidget.setTabOrder(before, stop)
                before = stop
    holder.setFocusPolicy(policy)


def _is_stop(widget: QWidget) -> bool:
    # The line within a spin box is reached through it.
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
