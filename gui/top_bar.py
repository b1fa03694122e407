"""The bar at the top: menu, name, transport, hyper-parameters, theme."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from gui import theme
from gui.transport_bar import TransportBar
from gui.widgets import ElidedLabel, IconButton

HEIGHT = 56
TITLE_WIDTH = 150


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
    """

    theme_requested = Signal()

    def __init__(self, transport: TransportBar, hyper: QWidget,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.menu_button = IconButton("menu", "Menu: files, examples, theme.", name="Menu",
                                      plain=True)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._name = QLabel("Backprop Lab")
        self._name.setProperty("role", "heading")
        self._title = ElidedLabel("", role="muted")
        self._title.setMaximumWidth(TITLE_WIDTH)
        self.theme_button = IconButton("sun-moon", "Change between the light and the dark theme.",
                                       name="Theme")
        self.theme_button.clicked.connect(self.theme_requested)
        self._transport, self._hyper = transport, hyper
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.menu_button)
        self._row.addWidget(self._name)
        self._row.addWidget(self._title)
        self._row.addStretch(1)
        self._row.addWidget(transport)
        self._row.addStretch(1)
        self._row.addWidget(hyper)
        self._row.addStretch(2)
        self._row.addWidget(self.theme_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_menu(self, menu: QMenu) -> None:
        """Show this menu at the left end."""
        self.menu_button.setMenu(menu)

    def set_title(self, title: str) -> None:
        """Show the document's title."""
        self._title.setText(title)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave name and title out where the controls need the room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        margins = self._row.contentsMargins()
        gaps = self._row.spacing() * (self._row.count() + 1)
        needed = sum(part.sizeHint().width() for part in (
            self.menu_button, self._transport, self._hyper, self.theme_button))
        room = self.width() - needed - gaps - margins.left() - margins.right()
        named = room >= self._name.sizeHint().width()
        self._name.setVisible(named)
        self._title.setVisible(
            named and room >= self._name.sizeHint().width() + theme.px(TITLE_WIDTH) // 2)

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
        self._row.setContentsMargins(px(8), px(4), px(8), px(5))
        self._row.setSpacing(px(8))
        self.setMinimumHeight(px(HEIGHT))
        self._title.setMaximumWidth(px(TITLE_WIDTH))
        self._fit()
        self.update()
