"""What is seen of the window in the first moments."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui import theme


class Skeleton(QWidget):
    """The cards, still empty.

    They look as `gui.widgets.Card` does, which comes with all the controls and takes a tenth of the
    time to the first paint.
    """

    def __init__(self) -> None:
        super().__init__()
        gap = theme.px(8)
        starting = QLabel("Starting…")
        starting.setProperty("role", "muted")
        starting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        top = Ground()
        top.setFixedHeight(theme.px(56))
        body = QHBoxLayout()
        body.setSpacing(gap)
        for cards, share in (((("Data", 1), ("Layers", 1)), 0), ((("Network", 1),), 560),
                             ((("Loss", 220), ("Gradient RMS by layer", 270), ("Output", 330)),
                              600)):
            part = QWidget()
            column = QVBoxLayout(part)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(gap)
            for title, height in cards:
                column.addWidget(Blank(title, starting if title == "Network" else None), height)
            if not share:
                part.setFixedWidth(theme.px(252))
            body.addWidget(part, share)
        foot = Blank()
        foot.setFixedHeight(theme.px(72))
        inner = QVBoxLayout()
        inner.setContentsMargins(gap, gap, gap, gap)
        inner.setSpacing(gap)
        inner.addLayout(body, 1)
        inner.addWidget(foot)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(top)
        whole.addLayout(inner, 1)


class Ground(QFrame):
    """What the top bar will stand on."""


class Blank(QFrame):
    """A card that never changes.

    Parameters
    ----------
    title : str
        Shown bold at the top left.
    content : QWidget | None
        What fills the rest.
    """

    def __init__(self, title: str = "", content: QWidget | None = None) -> None:
        super().__init__()
        px = theme.px
        label = QLabel(title)
        label.setProperty("role", "title")
        label.setMinimumHeight(px(28))
        column = QVBoxLayout(self)
        column.setContentsMargins(px(14), px(9), px(14), px(12))
        column.setSpacing(px(6))
        column.addWidget(label)
        column.addWidget(content or QWidget(), 1)
