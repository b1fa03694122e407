"""The two chips that say which run is edited, each with the stroke of its curves."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QLineF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from gui import theme
from gui.widgets import plain_tip

PAD, STROKE, GAP = 11, 24, 7
"""Px at 13 px text: from the edge, of the stroke, and between letter, stroke and words."""
LEAST_WORDS = 30
"""Px of the words that are always seen."""
ARROWS = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down})


class SideChip(QAbstractButton):
    """A run: its letter, the stroke of its curves, and what it has that the other has not.

    Parameters
    ----------
    letter : str
        ``A`` or ``B``.
    dashed : bool
        Whether its curves are.
    """

    def __init__(self, letter: str, *, dashed: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._letter, self._dashed = letter, dashed
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self.updateGeometry)

    def set_words(self, text: str) -> None:
        """Show what this run has that the other has not."""
        if text != self.text() or not self.toolTip():
            self.setText(text)
            self.setAccessibleName(f"{self._letter}: {text}" if text else self._letter)
            self.setToolTip(plain_tip(
                f"{self.accessibleName()}. Edits go to {self._letter} while this is chosen; the "
                "other run stays as it is."))
            self.updateGeometry()

    def shown(self) -> str:
        """Return the words as they are drawn."""
        room = self.width() - self._before() - theme.px(PAD)
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)

    def sizeHint(self) -> QSize:
        """Return room for all words."""
        words = self.fontMetrics().horizontalAdvance(self.text()) + 2
        return QSize(self._before() + words + theme.px(PAD), self._height())

    def minimumSizeHint(self) -> QSize:
        """Return room for the first letters of them."""
        least = self._before() + theme.px(LEAST_WORDS + PAD)
        return QSize(min(least, self.sizeHint().width()), self._height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the arrow keys to both together."""
        if event.key() in ARROWS:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pill, letter, stroke and words."""
        tokens, px = theme.current(), theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        thick = 2.0 if self.hasFocus() else 1.0
        area = QRectF(self.rect()).adjusted(thick / 2, thick / 2, -thick / 2, -thick / 2)
        chosen = self.isChecked()
        rim = tokens.focus if self.hasFocus() else tokens.accent if chosen else tokens.border_strong
        painter.setPen(QPen(QColor(rim), thick))
        painter.setBrush(QColor(tokens.accent_soft if chosen else tokens.surface_raised
                                if self.underMouse() else tokens.surface))
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
        ink = QColor(tokens.text)
        painter.setPen(ink)
        font = self.font()
        bold = self.font()
        bold.setBold(True)
        painter.setFont(bold)
        centred = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(self.rect().adjusted(px(PAD), 0, 0, 0), centred, self._letter)
        left = px(PAD) + px(GAP) + painter.fontMetrics().horizontalAdvance("B")
        pen = QPen(ink, px(1.6))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if self._dashed:
            pen.setDashPattern([3.4, 1.9])
        painter.setPen(pen)
        middle = self.height() / 2
        painter.drawLine(QLineF(left, middle, left + px(STROKE), middle))
        painter.setFont(font)
        painter.setPen(ink)
        painter.drawText(self.rect().adjusted(self._before(), 0, 0, 0), centred, self.shown())

    def _before(self) -> int:
        """Return the px before the words."""
        letter = self.fontMetrics().horizontalAdvance("B") + 2
        return theme.px(PAD) + letter + 2 * theme.px(GAP) + theme.px(STROKE)

    def _height(self) -> int:
        return self.fontMetrics().height() + theme.px(8)


class Sides(QWidget):
    """Both chips; the arrow keys go from one to the other. GUI thread only.

    Signals
    -------
    chosen(bool)
        A person wants edits to go to B, or to A.
    """

    chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Run that is edited")
        self.first = SideChip("A", dashed=False)
        self.second = SideChip("B", dashed=True)
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(6))
        for chip in (self.first, self.second):
            group.addButton(chip)
            row.addWidget(chip)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        group.buttonClicked.connect(self._on_group_button_clicked)
        self.choose(second=False)

    def choose(self, *, second: bool) -> None:
        """Show where edits go, without emitting."""
        for chip, chosen in ((self.first, not second), (self.second, second)):
            chip.setChecked(chosen)
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus if chosen else Qt.FocusPolicy.NoFocus)

    def event(self, event: QEvent) -> bool:
        """Keep the arrow keys from the window's shortcuts."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride \
                and event.key() in ARROWS and not event.modifiers():
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the other chip with an arrow key."""
        if event.key() not in ARROWS:
            super().keyPressEvent(event)
            return
        chip = self.first if self.second.isChecked() else self.second
        chip.click()
        chip.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot(QAbstractButton)
    def _on_group_button_clicked(self, chip: QAbstractButton) -> None:
        second = chip is self.second
        self.choose(second=second)
        self.chosen.emit(second)
