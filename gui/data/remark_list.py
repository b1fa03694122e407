"""What was done to a person's table: one line each, with a link to have it otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.widgets import Button, ElidedLabel, plain_tip
from gui.widgets.tab_order import tab_through

MOST_LINES = 5
"""As many are shown before a person asks for all."""

OPEN_PX = 190
"""Height of all of them; what has no room in it is scrolled."""


@dataclass(frozen=True)
class Line:
    """One thing that was done.

    Attributes
    ----------
    text : str
        What, as a sentence.
    link : str
        How to have it otherwise, in a few words; empty if that cannot be chosen.
    """

    text: str
    link: str = ""


class RemarkList(QWidget):
    """Lines of which the first are shown, the others on request. GUI thread only.

    Signals
    -------
    chosen(int)
        A person has pressed the link of this line.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[Line, ...] = ()
        self._is_open = False
        self.links: dict[int, Button] = {}
        self._rows = QWidget()
        self._column = QVBoxLayout(self._rows)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(2))
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._rows)
        self.more = Button("")
        self.more.setProperty("tone", "link")
        self.more.clicked.connect(self._on_more_clicked)
        below = QHBoxLayout()
        below.addWidget(self.more)
        below.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(2))
        layout.addWidget(self._scroll)
        layout.addLayout(below)
        self.setAccessibleName("What was found in the file")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.show_lines(())

    def text(self) -> str:
        """Return all that is said, shown or not, a line each."""
        return "\n".join(line.text for line in self._lines)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show other lines, the most important first."""
        if tuple(lines) == self._lines and self._column.count():
            return
        self._lines = tuple(lines)
        self._is_open &= len(self._lines) > MOST_LINES
        self._fill()

    def _fill(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (row := item.widget()) is not None:
                row.hide()
                row.deleteLater()
        self.links = {}
        shown = self._lines if self._is_open else self._lines[:self._most()]
        for place, line in enumerate(shown):
            row = self._row(place, line)
            self._column.addWidget(row)
            # A row has no height until it is shown.
            row.show()
        self._column.addStretch(1)
        tab_through(self._rows, self.links.values())
        self.setVisible(bool(self._lines))
        self._fit()

    def _most(self) -> int:
        # One line says how many are left, so that there are never more than the most.
        return MOST_LINES if len(self._lines) <= MOST_LINES else MOST_LINES - 1

    def _row(self, place: int, line: Line) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(8))
        label: QLabel = QLabel(line.text) if self._is_open else ElidedLabel(line.text)
        if self._is_open:
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        layout.addWidget(label, 1)
        if line.link:
            link = Button(line.link.replace("&", "&&"))
            link.setProperty("tone", "link")
            link.setAutoDefault(False)
            link.setAccessibleName(f"{line.link}: {line.text}")
            link.setToolTip(plain_tip(
                f"{line.link}. The file is read again; this can be taken back."))
            link.clicked.connect(partial(self._on_link_clicked, place))
            layout.addWidget(link, 0, Qt.AlignmentFlag.AlignTop)
            self.links[place] = link
        return row

    def _on_link_clicked(self, place: int, _checked: bool = False) -> None:
        self.chosen.emit(place)

    @Slot()
    def _on_more_clicked(self) -> None:
        self._is_open = not self._is_open
        self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say whether lines are cut at this width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        hidden = 0 if self._is_open else max(len(self._lines) - self._most(), 0)
        cut = not self._is_open and any(self._is_cut(line) for line in self._lines)
        self.more.setText("Fewer" if self._is_open else f"and {hidden} more" if hidden
                          else "Show in full")
        self.more.setVisible(self._is_open or hidden > 0 or cut)
        width = self.width() or theme.px(900)
        layout = self._column
        height = layout.heightForWidth(width) if layout.hasHeightForWidth() else -1
        height = max(height, layout.sizeHint().height()) if height < 0 else height
        self._scroll.setFixedHeight(min(height, theme.px(OPEN_PX)))

    def _is_cut(self, line: Line) -> bool:
        link = self.fontMetrics().horizontalAdvance(line.link) + theme.px(24) if line.link else 0
        return self.fontMetrics().horizontalAdvance(line.text) > self.width() - link
