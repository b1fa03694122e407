"""The three columns of the lab side by side, and what gives way where the window is small."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSplitter, QWidget

from gui import theme
from gui.window.left_column import LeftColumn
from gui.window.rail import WIDTH as RAIL
from gui.window.rail import Rail
from gui.window.right_column import RightColumn

WIDE = 1568
"""Width in px, at 13 px text, from which the left column is two: that of a window of 1600 px."""
LEFT, NETWORK = 240, 440
"""Least widths in px at 13 px text."""
USUAL_LEFT, USUAL_NETWORK, USUAL_RIGHT = 252, 560, 600
WIDE_LEFT, WIDE_RIGHT = 488, 504
LARGEST = 16_777_215


class Body(QScrollArea):
    """Left column, network and instruments. GUI thread only.

    Where the window is too narrow for all three, the left column folds into a rail, whose buttons
    lay it over the network. Where it is too low, instruments take turns. In a window that is too
    small even so, what does not fit is scrolled to, never squeezed.

    Parameters
    ----------
    left, network, right : QWidget
        The columns.
    """

    def __init__(self, left: LeftColumn, network: QWidget, right: RightColumn,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._left, self._network, self._right = left, network, right
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCornerWidget(QWidget())
        self.setWidgetResizable(True)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.setWidget(self.splitter)
        self.rail = Rail()
        self._side = QWidget()
        self._row = QHBoxLayout(self._side)
        self._row.setContentsMargins(0, 0, 0, 0)
        # From the outside in: at every new parent, Qt styles all that is within once more. The Tab
        # key comes to things in the order in which they came here.
        self.splitter.addWidget(self._side)
        self._row.addWidget(self.rail)
        self._row.addWidget(left, 1)
        self.rail.hide()
        for part in (network, right):
            self.splitter.addWidget(part)
            self.splitter.setStretchFactor(self.splitter.count() - 1, 10)
        self.splitter.setChildrenCollapsible(False)
        self._is_folded = False
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), left)
        self._escape.setEnabled(False)
        # Ambiguous while the training sheet is open, too: then one Esc closes one of them.
        for closing in (self._escape.activated, self._escape.activatedAmbiguously):
            closing.connect(left.hide)
        self.rail.panel_requested.connect(self._on_rail_panel_requested)
        network.installEventFilter(self)

    def is_folded(self) -> bool:
        """Say whether the left column has given way to the rail."""
        return self._is_folded

    def restyle(self) -> None:
        """Take widths from the theme, and begin with the usual ones."""
        for splitter in (self._right, self.splitter):
            splitter.setHandleWidth(theme.px(8))
        # Fonts differ in width from one computer to the next.
        least = max(theme.px(NETWORK), self._network.minimumSizeHint().width())
        self._network.setMinimumWidth(least)
        self.fit()
        self._take_usual_widths()

    def fit(self) -> None:
        """Let give way what there is no room for."""
        width, gap = self.width(), self.splitter.handleWidth()
        was = self._left.is_wide(), self._is_folded
        least = sum((self._least_left(), self._network.minimumWidth(),
                     self._right.minimumSizeHint().width())) + 2 * gap
        self._fold(least > width)
        self._side.setMaximumWidth(theme.px(RAIL) if self._is_folded else LARGEST)
        wide = width >= theme.px(WIDE)
        self._left.set_room(wide=wide, narrow=self._is_folded)
        self._left.setMinimumWidth(2 * self._least_left() + gap if wide else self._least_left())
        if (wide, self._is_folded) != was:
            self._take_usual_widths()
        self._right.fit(self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let give way what there is no room for."""
        self.fit()
        super().resizeEvent(event)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep what lies over the network where the network is."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and self._is_folded:
            self._place()
        return super().eventFilter(watched, event)

    def _least_left(self) -> int:
        """Return the px that one column of panels needs."""
        columns = 2 if self._left.is_wide() else 1
        return max(theme.px(LEFT), self._left.minimumSizeHint().width() // columns)

    def _take_usual_widths(self) -> None:
        left, right = (WIDE_LEFT, WIDE_RIGHT) if self._left.is_wide() else (
            RAIL if self._is_folded else USUAL_LEFT, USUAL_RIGHT)
        self.splitter.setSizes([theme.px(part) for part in (left, USUAL_NETWORK, right)])

    def _fold(self, folded: bool) -> None:
        if folded == self._is_folded:
            return
        self._is_folded = folded
        left = self._left
        self.rail.setVisible(folded)
        self._escape.setEnabled(folded)
        # What lies over something has a ground of its own.
        left.setAutoFillBackground(folded)
        if folded:
            self._row.removeWidget(left)
            left.setParent(self.viewport())
            left.hide()
        else:
            self._row.addWidget(left, 1)
            left.show()

    def _place(self) -> None:
        """Lay the left column over the network, right beside the rail."""
        if self._is_folded:
            viewport = self.viewport()
            left = theme.px(RAIL) + self.splitter.handleWidth()
            width = min(max(theme.px(USUAL_LEFT), self._left.minimumWidth()),
                        viewport.width() - left)
            self._left.setGeometry(left, 0, width, viewport.height())

    @Slot(str)
    def _on_rail_panel_requested(self, key: str) -> None:
        if self._left.isVisible() and self._left.current() == key:
            self._left.hide()
            return
        self._left.show_panel(key)
        self._place()
        self._left.show()
        self._left.raise_()
