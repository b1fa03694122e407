"""The left column: data, palette and inspector, all at once or in turn, as the height allows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.widgets import Card, Segmented

TITLES = {"data": "Data", "layers": "Layers", "inspector": "Inspector"}
TIPS = {
    "data": "<p>Which examples to learn from, and how they are prepared.</p>",
    "layers": "<p>The kinds of layers, to put into the network.</p>",
    "inspector": "<p>Options and live numbers of the selected layer.</p>",
}
HEADER = 58
"""Height of a card's header and margins, in px at 13 px text."""
SMALLEST_INSPECTOR = 270
"""Room in px at 13 px text that the inspector must keep below other panels."""
WHOLE_INSPECTOR = 530
"""Room in which the inspector of a dense layer shows everything at once."""


class Scrolled(QScrollArea):
    """A panel that scrolls up and down where room is short. It asks for the panel's height.

    The panel is never wider than what is seen of it.

    Parameters
    ----------
    panel : QWidget
        The panel.
    """

    def __init__(self, panel: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self._panel = panel
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        # The rest stays empty below the panel instead of between its parts.
        page = QWidget()
        page.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(panel)
        column.addStretch(1)
        self.setWidget(page)
        panel.installEventFilter(self)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.timeout.connect(self._show_bar)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask for another height when the panel does."""
        if event.type() == QEvent.Type.LayoutRequest and watched is self._panel:
            self.updateGeometry()
            # By then it has the new height, if there is room for it.
            self._settling.start()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the scroll bar only if it is needed."""
        self._show_bar()
        super().resizeEvent(event)

    @Slot()
    def _show_bar(self) -> None:
        # A bar that is there for a moment makes the panel narrower, perhaps so much higher that
        # the bar would stay.
        fits = self.height_at(self.width()) <= self.height()
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if fits else \
            Qt.ScrollBarPolicy.ScrollBarAsNeeded
        if policy != self.verticalScrollBarPolicy():
            self.setVerticalScrollBarPolicy(policy)
        # Qt counts on the height at another width, where fewer lines break.
        self._panel.setMinimumHeight(self.height_at(self.viewport().width()))

    def height_at(self, width: int) -> int:
        """Return the height at which nothing has to be scrolled."""
        panel = self._panel
        return panel.heightForWidth(width) if panel.hasHeightForWidth() \
            else panel.sizeHint().height()

    def sizeHint(self) -> QSize:
        """Return the panel's size at the present width."""
        width = max(self.width(), self._panel.minimumSizeHint().width())
        return QSize(self._panel.sizeHint().width() + self._bar(), self.height_at(width))

    def minimumSizeHint(self) -> QSize:
        """Return room for a line or two, beside a scroll bar."""
        return QSize(self._panel.minimumSizeHint().width() + self._bar(), theme.px(48))

    def _bar(self) -> int:
        return self.verticalScrollBar().sizeHint().width()


class Pages(QStackedWidget):
    """Panels that take turns; it is as high as the one that is seen."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """Return what the page that is seen asks for."""
        page = self.currentWidget()
        return super().sizeHint() if page is None else page.sizeHint()


class LeftColumn(QWidget):
    """Three panels in one, two or three cards. GUI thread only.

    Where the window is wide, the inspector has a column of its own, so that palette and inspector
    stand side by side. Where it is narrow, all take turns.

    Parameters
    ----------
    data, layers, inspector : QWidget
        The panels.
    """

    def __init__(self, data: QWidget, layers: QWidget, inspector: QWidget,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panels = {"data": Scrolled(data), "layers": Scrolled(layers),
                        "inspector": Scrolled(inspector)}
        # It takes what others leave, so that none of them is cut for its sake.
        self._panels["inspector"].setSizePolicy(QSizePolicy.Policy.Preferred,
                                                QSizePolicy.Policy.Ignored)
        self._tabs = Segmented((), "Panel")
        self._tabs.selected.connect(self._on_tabs_selected)
        self._stack = Pages()
        self._tabbed = Card()
        self._tabbed.add_header_widget(self._tabs)
        _align_left(self._tabbed.header, self._tabs)
        self._tabbed.body.addWidget(self._stack)
        # The inspector says itself which layer it shows.
        self._cards = {"data": Card("Data"), "layers": Card("Layers"), "inspector": Card()}
        self._cards["layers"].set_hint("drag into the network")
        self._columns = QHBoxLayout(self)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._column, self._second = QVBoxLayout(), QVBoxLayout()
        for column in (self._column, self._second):
            column.setContentsMargins(0, 0, 0, 0)
        self._columns.addLayout(self._column, 1)
        self._columns.addLayout(self._second)
        self._column.addWidget(self._tabbed)
        for key, card in self._cards.items():
            self._column.addWidget(card, 1 if key == "inspector" else 0)
        self._together: tuple[str, ...] | None = None
        self._is_wide = self._is_narrow = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def tabs(self) -> tuple[str, ...]:
        """Return the panels that take turns at present."""
        return self._together or ()

    def show_panel(self, key: str) -> None:
        """Bring ``data``, ``layers`` or ``inspector`` to the front if they take turns."""
        if key in self.tabs():
            self._tabs.set_current(key)
            self._stack.setCurrentWidget(self._panels[key])

    def current(self) -> str:
        """Return the panel that is at the front of those that take turns; else empty."""
        return self._tabs.current() if self.tabs() else ""

    def is_wide(self) -> bool:
        """Say whether the inspector has a column of its own."""
        return self._is_wide

    def set_room(self, *, wide: bool = False, narrow: bool = False) -> None:
        """Give the inspector a column of its own, or let all panels take turns, or neither."""
        if wide != self._is_wide:
            card = self._cards["inspector"]
            old, new = (self._column, self._second) if wide else (self._second, self._column)
            old.removeWidget(card)
            new.addWidget(card, 1)
            self._columns.setStretchFactor(self._second, 1 if wide else 0)
            self._column.setStretchFactor(self._cards["layers"], 1 if wide else 0)
        changed = (wide, narrow) != (self._is_wide, self._is_narrow)
        self._is_wide, self._is_narrow = wide, narrow
        if changed:
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let panels take turns where there is no room for all."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width = (self.width() - self._columns.spacing()) // 2 if self._is_wide else self.width()
        inside = width - theme.px(30)
        heights = {key: panel.height_at(inside) + theme.px(HEADER)
                   for key, panel in self._panels.items()}
        smallest, whole = theme.px(SMALLEST_INSPECTOR), theme.px(WHOLE_INSPECTOR)
        gap = self._column.spacing()
        if self._is_narrow:
            self._arrange(tuple(self._panels))
        elif self._is_wide:
            fits = heights["data"] + heights["layers"] + gap <= self.height()
            self._arrange(() if fits else ("data", "layers"))
        elif heights["data"] + heights["layers"] + whole + 2 * gap <= self.height():
            self._arrange(())
        elif heights["data"] + smallest + gap <= self.height():
            self._arrange(("data", "layers"))
        else:
            self._arrange(tuple(self._panels))
        least = 0 if "inspector" in self.tabs() else smallest - theme.px(HEADER)
        self._panels["inspector"].setMinimumHeight(least)

    def _arrange(self, together: tuple[str, ...]) -> None:
        """Put these panels behind tabs and the others on cards of their own."""
        if together == self._together:
            return
        self._together = together
        for key, panel in self._panels.items():
            alone = key not in together
            if alone:
                self._cards[key].body.addWidget(panel)
                panel.show()
            else:
                self._stack.addWidget(panel)
            self._cards[key].setVisible(alone)
        self._tabs.set_options([(key, TITLES[key]) for key in together])
        self._tabs.set_tooltips({key: TIPS[key] for key in together})
        self._order_tabs()
        self._tabbed.setVisible(bool(together))
        fills = "inspector" in together or self._is_wide
        self._column.setStretchFactor(self._tabbed, 1 if fills else 0)
        if together:
            self._stack.setCurrentWidget(self._panels[self._tabs.current()])

    def _order_tabs(self) -> None:
        """Let the Tab key come to the tabs, which are new, before what stands behind them."""
        buttons = [self._tabs.button(key) for key in self.tabs()]
        first = next((stop for stop in stops(self) if stop not in buttons), None)
        if first is None or not buttons:
            return
        policies = [button.focusPolicy() for button in buttons]
        for button in buttons:
            # Qt orders only what can have the focus; that is one tab at a time.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for before, after in pairwise([first, *buttons, first]):
            QWidget.setTabOrder(before, after)
        for button, policy in zip(buttons, policies, strict=True):
            button.setFocusPolicy(policy)

    @Slot(str)
    def _on_tabs_selected(self, key: str) -> None:
        self.show_panel(key)

    @Slot()
    def _on_theme_changed(self) -> None:
        for layout in (self._columns, self._column, self._second):
            layout.setSpacing(theme.px(8))
        self._fit()


def stops(panel: QWidget) -> Iterator[QWidget]:
    """Yield what the Tab key may stop at in a panel, in its order."""
    widget = panel.nextInFocusChain()
    while widget is not None and widget is not panel:
        if panel.isAncestorOf(widget) and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            yield widget
        widget = widget.nextInFocusChain()


def _align_left(row: QHBoxLayout, widget: QWidget) -> None:
    """Leave a widget alone in a row, at its left end."""
    for index in reversed(range(row.count())):
        other = row.takeAt(index)
        part = other.widget() if other is not None else None
        if part is not None and part is not widget:
            part.hide()
    row.addWidget(widget)
    row.addStretch(1)
