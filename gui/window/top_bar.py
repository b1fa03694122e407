"""The bar at the top: menu, pages, transport, hyper-parameters, theme."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.widgets import ElidedLabel, IconButton, Segmented
from gui.window.pages import TIPS, TITLES
from gui.window.transport_bar import DROPPED, TransportBar

HEIGHT = 56
TALL = 106
"""Height with two rows."""
TITLE_WIDTH = 150
SMALLEST_WIDTH = 780
HYPER_SHARE = 200
"""Of spare room, as far as the hyper-parameters can use it, beside shares of 1 and 2 for gaps."""
GAPS = 5
"""Between menu, transport, hyper-parameters and theme, with a little to spare."""


class TopBar(QWidget):
    """Composition of the bar; what it holds is wired elsewhere. GUI thread only.

    Parameters
    ----------
    transport : TransportBar
        The buttons that drive the run.
    hyper : QWidget
        The hyper-parameters.

    Signals
    -------
    theme_requested()
        A person wants the other theme.

    Attributes
    ----------
    pages : Segmented
        Which page of the window is seen.
    """

    theme_requested = Signal()

    def __init__(self, transport: TransportBar, hyper: QWidget,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.menu_button = IconButton("menu", "Menu: files, templates, theme.", name="Menu",
                                      plain=True)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.pages = Segmented(tuple(TITLES.items()), "Page")
        self.pages.set_tooltips(TIPS)
        self.pages.setProperty("tone", "pages")
        self._title = ElidedLabel("", role="muted")
        self._title.setMaximumWidth(TITLE_WIDTH)
        self.theme_button = IconButton("sun-moon", "Change between the light and the dark theme.",
                                       name="Theme")
        self.theme_button.clicked.connect(self.theme_requested)
        self._transport, self._hyper = transport, hyper
        self._fitting = False
        self.menu_button.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self._row, self._second = QHBoxLayout(), QHBoxLayout()
        for part in (self.menu_button, self.pages, self._title):
            self._row.addWidget(part)
        self._row.addStretch(1)
        self._row.addWidget(transport)
        self._row.addStretch(1)
        self._row.addWidget(hyper, HYPER_SHARE)
        self._row.addStretch(2)
        self._row.addWidget(self.theme_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._rows = QVBoxLayout(self)
        self._rows.addLayout(self._row)
        self._rows.addLayout(self._second)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_menu(self, menu: QMenu) -> None:
        """Show this menu at the left end."""
        self.menu_button.setMenu(menu)

    def set_title(self, title: str) -> None:
        """Show the document's title."""
        self._title.setText(title)

    def event(self, event: QEvent) -> bool:
        """Make room when a control appears or changes its size."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._make_room()
        return handled

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make room for the controls."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        # Showing and hiding parts lays the window out at once, which may end up here again.
        if not self._fitting:
            self._fitting = True
            self._fit()
            self._fitting = False

    def _fit(self) -> None:
        """Leave the title out, then words, then take a second row, as the room requires."""
        margins = self._rows.contentsMargins()
        gaps = self._row.spacing() * GAPS
        room = self.width() - gaps - margins.left() - margins.right() \
            - sum(part.minimumSizeHint().width()
                  for part in (self.menu_button, self.pages, self.theme_button))
        # What is on in the training matters more than words beside icons, and than a title.
        hyper, whole = self._hyper.minimumSizeHint().width(), self._hyper.sizeHint().width()
        needed = [self._transport.least_width(dropped) for dropped in range(DROPPED + 1)]
        in_two = needed[DROPPED] + hyper > room
        left = room - (0 if in_two else whole)
        dropped = next((n for n, width in enumerate(needed[:-1]) if width <= left), DROPPED)
        if dropped == DROPPED and not in_two and needed[DROPPED - 1] + hyper <= room:
            # The names of choices give way a little before figures do.
            dropped = DROPPED - 1
        self._transport.drop(dropped)
        self._rows.activate()
        room = left - needed[dropped]
        if in_two != (self._second.count() > 0):
            (self._row if in_two else self._second).removeWidget(self._hyper)
            if in_two:
                self._second.addWidget(self._hyper, 0, Qt.AlignmentFlag.AlignHCenter)
            else:
                self._second.takeAt(0)
                self._row.insertWidget(self._row.indexOf(self._transport) + 2, self._hyper,
                                       HYPER_SHARE)
        self.setFixedHeight(theme.px(TALL if in_two else HEIGHT))
        self._title.setVisible(room >= theme.px(TITLE_WIDTH) // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground and a hairline below it."""
        tokens = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.surface))
        painter.setPen(QColor(tokens.border))
        painter.drawLine(self.rect().bottomLeft(), self.rect().bottomRight())

    @Slot()
    def _on_theme_changed(self) -> None:
        px = theme.px
        self._rows.setContentsMargins(px(6), px(4), px(6), px(5))
        self._rows.setSpacing(px(4))
        self._row.setSpacing(px(6))
        # Without this the bar would insist on one row.
        self.setMinimumWidth(px(SMALLEST_WIDTH))
        self._title.setMaximumWidth(px(TITLE_WIDTH))
        self._fit()
        self.update()
