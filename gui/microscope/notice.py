"""A line above the microscope's picture: what there is to know of the step that it shows."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from gui import theme
from gui.widgets import Button


class Notice(QWidget):
    """A sentence or two, and a link; hidden while there is nothing to say. GUI thread only.

    Signals
    -------
    followed()
        The link was pressed.
    """

    followed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.link = Button("")
        self.link.setProperty("tone", "link")
        self.link.clicked.connect(self.followed)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._label, 1)
        self._row.addWidget(self.link, 0, Qt.AlignmentFlag.AlignVCenter)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.hide()

    def text(self) -> str:
        """Return what it says; empty while it is hidden."""
        return "" if self.isHidden() else self._label.text()

    def say(self, text: str, link: str = "", tip: str = "") -> None:
        """Show a text; an empty one hides the line.

        Parameters
        ----------
        text : str
            The sentences.
        link : str
            Words of the link; none if empty.
        tip : str
            What the link does.
        """
        if text != self._label.text():
            self._label.setText(text)
            self.setAccessibleName(text)
        self.link.setText(link)
        self.link.setToolTip(tip)
        self.link.setVisible(bool(link))
        self.setVisible(bool(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the tinted ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.current().accent_soft))
        radius = theme.px(8)
        painter.drawRoundedRect(self.rect(), radius, radius)

    @Slot()
    def _on_theme_changed(self) -> None:
        px = theme.px
        self._row.setContentsMargins(px(12), px(4), px(6), px(4))
        self._row.setSpacing(px(8))
        self.update()
