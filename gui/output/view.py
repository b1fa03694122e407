"""What every view of the output is to the card that holds them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QCheckBox, QWidget

from engine.data.dataset import Dataset
from engine.telemetry.snapshot import Snapshot
from engine.telemetry.tables import Table
from gui import theme

UNLIMITED = 16_777_215  # Qt's QWIDGETSIZE_MAX.


class OutputView:
    """A widget under one of the tabs; mixed in beside the widget's own class.

    Attributes
    ----------
    controls : tuple[QWidget, ...]
        What stands beside it, under the scores, while it is seen.
    """

    controls: tuple[QWidget, ...] = ()

    def set_dataset(self, dataset: Dataset) -> None:
        """Show the examples of another data set, and forget what was shown."""
        raise NotImplementedError

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show a snapshot that holds the part which the view draws."""
        raise NotImplementedError

    def table(self) -> Table:
        """Return the numbers behind what is drawn, all that are known; nothing before there are."""
        raise NotImplementedError

    def note(self, snapshot: Snapshot) -> None:
        """Take note of a snapshot, whether the view is seen or not."""

    def set_selected(self, layer_id: str) -> None:
        """Take note of the layer that is selected."""

    def width_for(self, height: int) -> int:
        """Return the most px that it can use of a height; what is beside gets the rest."""
        return UNLIMITED


class PairedView(QWidget, OutputView):
    """A view that can stand twice side by side, once for A and once for B."""

    letter = ""

    def set_letter(self, letter: str) -> None:
        """Show which run of a pair it is about; empty for a single run."""
        if letter != self.letter:
            self.letter = letter
            self.update()

    def least_width(self) -> int:
        """Return the px below which two of them cannot be read side by side."""
        return self.minimumSizeHint().width()

    def height_for(self, width: int) -> int:
        """Return the most px of height that it can use at a width; what is below gets the rest."""
        return UNLIMITED

    def follow(self, other: PairedView) -> None:
        """Show everything in the way in which another view shows it."""

    def draw_letter(self, painter: QPainter, at: QPointF) -> None:
        """Draw the letter of the run on a ground of its own, from its upper left corner."""
        if not self.letter:
            return
        tokens, px = theme.current(), theme.px
        font = QFont(self.font())
        font.setPixelSize(px(12))
        font.setWeight(QFont.Weight.DemiBold)
        box = QRectF(at.x(), at.y(), px(20), px(20))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font)
        painter.setPen(QColor(tokens.border))
        painter.setBrush(QColor(tokens.surface))
        painter.drawRoundedRect(box, px(4), px(4))
        painter.setPen(QColor(tokens.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.letter)
        painter.restore()


def switch(text: str, tooltip: str, slot: Callable[..., None], *, on: bool = False) -> QCheckBox:
    """Return a check box to stand beside a view."""
    box = QCheckBox(text)
    box.setChecked(on)
    box.setToolTip(tooltip)
    box.toggled.connect(slot)
    return box


def wrong_first(slot: Callable[..., None]) -> QCheckBox:
    """Return the check box of those who sort examples."""
    return switch("Wrong ones first", "Begin with the examples on which the network is wrong.",
                  slot)
