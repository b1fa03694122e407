"""Why the doctor says what it says: the rule with its numbers, and what else could be said."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.diagnosis.case import Words
from engine.messages import Message
from engine.spec import Limits
from engine.spec.limits import differences
from gui import theme
from gui.widgets import Button

WIDTH, HEIGHT = 560, 340
NO_LIMITS: Limits = {}
RANK = ("A cause comes before what it leads to, and what puts learning at stake before what "
        "deserves attention. A verdict comes and goes at two different numbers, after it has held "
        "for a while, so that it stands still.")
FIXED_BEFORE = ("Which figure decides, and at which step, was fixed before B began. One seed may "
                "be luck: repeat the pair with other seeds to see whether the difference stays.")


class Why(QDialog):
    """One verdict, its rule, and the others below it in their order. GUI thread only.

    Parameters
    ----------
    said : Words
        What is said.
    others : sequence of Words
        What else could be said, the likelier cause first.
    rank : str
        By which rule this is said, and nothing else.
    price : Message | None
        What it costs.
    limits : Limits
        The project's limits that are not the defaults.
    parent : QWidget | None
        Qt's owner.

    Signals
    -------
    limits_requested()
        The limits are wanted, to be seen and changed.
    """

    limits_requested = Signal()

    def __init__(self, said: Words, others: Sequence[Words] = (), *, rank: str = RANK,
                 price: Message | None = None, limits: Limits = NO_LIMITS,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Why?")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.text = QLabel(told(said, others, rank, price, limits))
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.text)
        close = Button("Close")
        close.clicked.connect(self.accept)
        self.limits = Button("Doctor’s limits…")
        self.limits.setToolTip("See from which figures on something is said, and change that.")
        self.limits.setAutoDefault(False)
        self.limits.clicked.connect(self._on_limits_clicked)
        row = QHBoxLayout()
        row.addWidget(self.limits)
        row.addStretch(1)
        row.addWidget(close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*[theme.px(16)] * 4)
        whole.addWidget(scroll, 1)
        whole.addLayout(row)
        self.resize(theme.px(WIDTH), theme.px(HEIGHT))
        close.setFocus()


    @Slot()
    def _on_limits_clicked(self) -> None:
        self.limits_requested.emit()
        self.accept()


def told(said: Words, others: Sequence[Words] = (), rank: str = RANK,
         price: Message | None = None, limits: Limits = NO_LIMITS) -> str:
    """Return what is said, why, and what else could be, as rich text."""
    lines = [_paragraph(said)]
    if price is not None:
        lines.append(f"<p>{escape(price.text)}</p>")
    if others:
        lines.append("<p><b>What else could be said, the likelier first</b></p><ol>")
        lines += [f"<li>{_paragraph(words)}</li>" for words in others]
        lines.append("</ol>")
    if own := differences(limits):
        lines.append("<p><b>Limits that are changed in this project</b></p><ul>")
        lines += [f"<li>{escape(one.text)}</li>" for one in own]
        lines.append("</ul>")
    muted = theme.current().text_muted
    return "".join([*lines, f"<p style='color:{muted}'>{escape(rank)}</p>"])


def _paragraph(words: Words) -> str:
    text = f"<p><b>{escape(words.title.text)}</b> {escape(words.sentence.text)}"
    if words.evidence is not None:
        text += f"<br>{escape(words.evidence.text)}"
    return text + "</p>"
