"""The left column: data, palette and inspector, all at once or in turn, as the height allows."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QScrollArea,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.widgets import Card, Segmented

HEADER = 70
"""Height of a card's header, margins and the gap below it, in px at 13 px text."""
SMALLEST_INSPECTOR = 300
"""Room in px at 13 px text that the inspector must keep beside data and layers."""


class Scrolled(QScrollArea):
    """A panel that scrolls up and down where room is short. It asks for the panel's height."""

    def __init__(self, panel: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self._panel = panel
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(panel)
        self.setMinimumHeight(0)

    def sizeHint(self) -> QSize:
        """Return the panel's size at the present width."""
        panel = self._panel
        width = max(self.viewport().width(), panel.minimumSizeHint().width())
        height = panel.heightForWidth(width) if panel.hasHeightForWidth() \
            else panel.sizeHint().height()
        return QSize(panel.sizeHint().width(), height)


class LeftColumn(QWidget):
    """Three panels, one below the other. GUI thread only.

    Parameters
    ----------
    data, layers, inspector : QWidget
        The panels.
    """

    def __init__(self, data: QWidget, layers: QWidget, inspector: QWidget,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panels = {"data": Scrolled(data), "layers": Scrolled(layers)}
        self._tabs = Segmented((("data", "Data"), ("layers", "Layers")), "Data or layers")
        self._tabs.selected.connect(self.show_panel)
        self._upper = Card()
        self._upper.add_header_widget(self._tabs)
        self._upper.header.addStretch(10)
        self._stack = QStackedLayout()
        self._upper.body.addLayout(self._stack)
        self._data_card, self._layers_card = Card("Data"), Card("Layers")
        self._layers_card.set_hint("drag into the network")
        self._inspector_card = Card()
        self._inspector_card.body.addWidget(Scrolled(inspector))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for card, stretch in ((self._upper, 5), (self._data_card, 0), (self._layers_card, 0),
                              (self._inspector_card, 4)):
            self._column.addWidget(card, stretch)
        self._compact: bool | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @Slot(str)
    def show_panel(self, key: str) -> None:
        """Bring ``data`` or ``layers`` to the front, where they take turns."""
        self._tabs.set_current(key)
        if self._compact:
            self._stack.setCurrentWidget(self._panels[key])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let data and layers take turns where there is no room for both."""
        super().resizeEvent(event)
        needed = sum(panel.sizeHint().height() for panel in self._panels.values())
        frames = theme.px(2 * HEADER + SMALLEST_INSPECTOR)
        self._arrange(needed + frames > self.height())

    def _arrange(self, compact: bool) -> None:
        if compact == self._compact:
            return
        self._compact = compact
        if compact:
            for panel in self._panels.values():
                self._stack.addWidget(panel)
            self._stack.setCurrentWidget(self._panels[self._tabs.current()])
        else:
            self._data_card.body.addWidget(self._panels["data"])
            self._layers_card.body.addWidget(self._panels["layers"])
            for panel in self._panels.values():
                panel.show()
        self._upper.setVisible(compact)
        self._data_card.setVisible(not compact)
        self._layers_card.setVisible(not compact)

    @Slot()
    def _on_theme_changed(self) -> None:
        self._column.setSpacing(theme.px(8))
