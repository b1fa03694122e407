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
        starting = QLabel("Starting …")
        starting.setProperty("role", "muted")
        starting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        top = QWidget()
        top.setFixedHeight(theme.px(48))
        body = QHBoxLayout()
        body.setSpacing(gap)
        for titles, share in ((("Data", "Layers"), 25), (("Network",), 56),
                              (("Loss", "Gradients", "Output"), 60)):
            column = QVBoxLayout()
            column.setSpacing(gap)
            for title in titles:
                column.addWidget(Blank(title, starting if title == "Network" else None), 1)
            body.addLayout(column, share)
        foot = Blank()
        foot.setFixedHeight(theme.px(72))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(gap, gap, gap, gap)
        whole.setSpacing(gap)
        whole.addWidget(top)
        whole.addLayout(body, 1)
        whole.addWidget(foot)


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
