"""The microscope: one step of backpropagation, its parts side by side."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.microscope.lens import Lens
from gui.microscope.notice import Notice
from gui.microscope.steps_card import StepsCard
from gui.widgets import Card

LEFT = 236
"""Width in px, at 13 px text, of the list of steps."""
MESSAGE = 460


class MicroscopePage(QWidget):
    """Three columns: steps; the network's picture and its ladder; lines and numbers.

    GUI thread only. Where there is no step, a message stands in their place.

    Parameters
    ----------
    lens : Lens
        What all parts look through.

    Signals
    -------
    newest_requested()
        The run's next step is to be looked at.

    Attributes
    ----------
    steps : StepsCard
        The left column.
    """

    newest_requested = Signal()

    def __init__(self, lens: Lens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lens = lens
        self.steps = StepsCard(lens)
        self.notice = Notice()
        self.notice.followed.connect(self.newest_requested)
        self._heading, self._sentence = QLabel(), QLabel()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._made_columns())
        self._message = self._made_message()
        self._stack.addWidget(self._message)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.steps)
        self._middle = QVBoxLayout()
        self._middle.addWidget(self.notice)
        self._middle.addWidget(self._stack, 1)
        self._row.addLayout(self._middle, 1)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.show_message("", "")

    def show_step(self) -> None:
        """Show the parts."""
        self._stack.setCurrentIndex(0)

    def show_message(self, heading: str, sentence: str) -> None:
        """Show why there is no step, in its place."""
        self._heading.setText(heading)
        self._heading.setVisible(bool(heading))
        self._sentence.setText(sentence)
        self._stack.setCurrentIndex(1)
        self._message.setAccessibleName(f"{heading} {sentence}".strip())

    def message(self) -> str:
        """Return what stands in the place of the parts; empty while they are shown."""
        if self._stack.currentIndex() == 0:
            return ""
        return f"{self._heading.text()} {self._sentence.text()}".strip()

    # Composition

    def _made_columns(self) -> QWidget:
        columns = QSplitter(Qt.Orientation.Horizontal)
        columns.setChildrenCollapsible(False)
        return columns

    def _made_message(self) -> QWidget:
        card = Card()
        self._heading.setProperty("role", "heading")
        self._sentence.setProperty("role", "muted")
        for label in (self._heading, self._sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        card.body.addStretch(1)
        for label in (self._heading, self._sentence):
            card.body.addWidget(label)
        card.body.addStretch(1)
        return card

    @Slot()
    def _on_theme_changed(self) -> None:
        gap = theme.px(8)
        self._row.setSpacing(gap)
        self._middle.setSpacing(gap)
        self.steps.setFixedWidth(theme.px(LEFT))
