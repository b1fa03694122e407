"""The column of instruments."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSplitter

from gui import theme

LEAST_PX = 330


class RightColumn(QSplitter):
    """Views one below the other, never narrower than the tabs in their headers.

    Which tabs there are depends on the network, so that the width is asked for, not set.
    """

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Vertical)

    def minimumSizeHint(self) -> QSize:
        """Return room for the widest header."""
        least = super().minimumSizeHint()
        return QSize(max(theme.px(LEAST_PX), least.width()), least.height())
