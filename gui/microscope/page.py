"""The microscope: one step of backpropagation, its parts side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.microscope.check_card import CheckCard
from gui.microscope.ladder_view import LadderView
from gui.microscope.lens import Lens
from gui.microscope.network_canvas import NetworkCanvas
from gui.microscope.notice import Notice
from gui.microscope.number_card import NumberCard
from gui.microscope.pseudocode_card import PseudocodeCard
from gui.microscope.steps_card import StepsCard
from gui.widgets import Card, set_page

LEFT = 236
"""Width in px, at 13 px text, of the list of steps."""
LEAST = 1000, 500
"""Room that pictures, lines and numbers need beside it; where there is less, one scrolls."""


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
    area : QScrollArea
        The other two, where they have not room.
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
        self._columns = self._made_columns()
        scroll = QScrollArea()
        scroll.setObjectName("columns")
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(self._columns)
        self._stack.addWidget(scroll)
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
        lens.dissected.connect(self._on_lens_dissected)
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
        lens = self.lens
        self.network, self.ladder = NetworkCanvas(lens), LadderView(lens)
        self.lines, self.number = PseudocodeCard(lens), NumberCard(lens)
        self.check = CheckCard(lens)
        self._network_card = _card("Network", self.network)
        self._ladder_card = _card("Chain rule ladder", self.ladder)
        for part, page in ((self, "controls/microscope"),
                           (self._network_card, "theory/forward_pass"),
                           (self._ladder_card, "theory/chain_rule"),
                           (self.lines, "theory/backward_pass"),
                           (self.number, "theory/backward_pass"), (self.check, "controls/checks")):
            set_page(part, page)
        self._ladder_card.set_hint("RMS of ∂L/∂z, layer by layer from the loss")
        columns = _split(Qt.Orientation.Horizontal, (
            (_split(Qt.Orientation.Vertical, ((self._network_card, 61), (self._ladder_card, 39))),
             62),
            (_split(Qt.Orientation.Vertical, ((self.lines, 36), (self.number, 49),
                                              (self.check, 15))), 38)))
        # In a small window, or with a large interface, cards keep the height that they need.
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setCornerWidget(QWidget())
        self.area.setWidget(columns)
        return self.area

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
    def _on_lens_dissected(self) -> None:
        if self.lens.is_empty:
            return
        n = self.lens.trace.program.n
        self._network_card.set_hint("" if n == 1 else
                                    f"number: mean of the batch · cells: its {n:,} examples")

    @Slot()
    def _on_theme_changed(self) -> None:
        gap = theme.px(8)
        self._row.setSpacing(gap)
        self._middle.setSpacing(gap)
        self.steps.setFixedWidth(theme.px(LEFT))
        self._columns.setMinimumSize(*map(theme.px, LEAST))
        for splitter in self._stack.findChildren(QSplitter):
            splitter.setHandleWidth(gap)


def _card(title: str, view: QWidget) -> Card:
    card = Card(title)
    card.body.addWidget(view, 1)
    return card


def _split(direction: Qt.Orientation, parts: Sequence[tuple[QWidget, int]]) -> QSplitter:
    """Return parts side by side or one below the other, each with its share of the room."""
    splitter = QSplitter(direction)
    splitter.setChildrenCollapsible(False)
    for place, (part, share) in enumerate(parts):
        splitter.addWidget(part)
        splitter.setStretchFactor(place, share)
    # Of a room that there is not yet, so that only the ratio counts.
    splitter.setSizes([share * 100 for _, share in parts])
    return splitter
