"""The bar's button for further settings; it says which of them are on."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from engine.spec import TrainingSpec
from gui import theme
from gui.hyper.marks import BETWEEN, marks
from gui.widgets import Button

BARE_WIDTH, PADDING, LONGEST = 40, 42, 330
TIP = ("<p>Schedule, clipping, stopping rules, augmentation, loss constants, class weights, "
       "precision and seed.</p>")


class MarksButton(Button):
    """A button with the number of marks, and with their words where there is room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "sliders-horizontal", parent=parent)
        self._marks: tuple[str, ...] = ()
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._show_text()

    def set_marks(self, marks: tuple[str, ...]) -> None:
        """Say what is on."""
        self._marks = marks
        self.updateGeometry()
        self._show_text()

    def long_text(self) -> str:
        """Return everything that is on."""
        return BETWEEN.join(self._marks)

    def short_text(self) -> str:
        """Return the first mark, and how many there are beside it."""
        more = len(self._marks) - 1
        return f"{self._marks[0]} +{more}" if more > 0 else self.long_text()

    def count_text(self) -> str:
        """Return how many are on."""
        return str(len(self._marks) or "")

    def sizeHint(self) -> QSize:
        """Return room for the number of marks."""
        return QSize(self._width_of(self.count_text()), QPushButton.sizeHint(self).height())

    def minimumSizeHint(self) -> QSize:
        """Return the same: the bar never squeezes it."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say as much as there is room for."""
        super().resizeEvent(event)
        self._show_text()

    def _width_of(self, text: str) -> int:
        advance = self.fontMetrics().horizontalAdvance(text)
        return theme.px(PADDING) + advance if text else theme.px(BARE_WIDTH)

    def _show_text(self) -> None:
        texts = (self.long_text(), self.short_text(), self.count_text())
        self.setText(next((text for text in texts if self._width_of(text) <= self.width()),
                          texts[-1]))
        self.setMaximumWidth(min(self._width_of(texts[0]), theme.px(LONGEST)))


class FurtherSettings(QWidget):
    """The button under its label, as the bar's other controls are.

    Signals
    -------
    requested(bool)
        A person wants to see the settings, or no more.
    """

    requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        label = QLabel("More")
        label.setProperty("role", "small")
        self.button = MarksButton()
        self.button.setAccessibleName("More training settings")
        label.setBuddy(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(label)
        column.addWidget(self.button)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.button.clicked.connect(self.requested)
        self.set_training(TrainingSpec())

    def set_training(self, training: TrainingSpec) -> None:
        """Say what is on in a training."""
        found = marks(training)
        self.button.set_marks(found)
        self.button.setAccessibleDescription(", ".join(found) or "nothing is on")
        self.button.setToolTip(TIP + (f"<p>On: {BETWEEN.join(found)}.</p>" if found else ""))
        self.updateGeometry()

    @Slot()
    def show_closed(self) -> None:
        """Show that the settings are not seen."""
        self.button.setChecked(False)
