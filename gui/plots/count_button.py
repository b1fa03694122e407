"""The switch at the end of an axis: what is counted along it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from gui import theme
from gui.plots.canvas import Canvas
from gui.plots.count import Count
from gui.widgets import Button

TIP = ("What is counted from left to right: steps, log₁₀ of the steps, so that the beginning of a "
       "long run is seen too, or epochs.")


class CountButton(Button):
    """Stands in the place of the word at the right end of the axis. GUI thread only.

    Parameters
    ----------
    canvas : Canvas
        The plot whose axis it is about.

    Signals
    -------
    chosen(Count)
        A person wants something else to be counted.
    """

    chosen = Signal(object)

    def __init__(self, canvas: Canvas) -> None:
        super().__init__("", parent=canvas)
        self._canvas = canvas
        self.setProperty("tone", "axis")
        self.setToolTip(TIP)
        menu = QMenu(self)
        self._choices = QActionGroup(menu)
        for count in Count:
            action = menu.addAction(count.value)
            action.setCheckable(True)
            action.setData(count)
            self._choices.addAction(action)
        self._choices.triggered.connect(self._on_choices_triggered)
        self.setMenu(menu)
        canvas.box.sigResized.connect(self._place)
        theme.notifier().changed.connect(self._place)
        self.show_count(Count.STEPS)

    def show_count(self, count: Count) -> None:
        """Show what is counted."""
        for action in self._choices.actions():
            action.setChecked(action.data() is count)
        self.setText(count.value)
        self.setAccessibleName(f"Axis: {count.value}")
        self._place()

    @Slot(QAction)
    def _on_choices_triggered(self, action: QAction) -> None:
        self.chosen.emit(action.data())

    @Slot()
    def _place(self) -> None:
        canvas = self._canvas
        box = canvas.mapFromScene(canvas.box.sceneBoundingRect()).boundingRect()
        self.ensurePolished()
        width = self.sizeHint().width()
        canvas.reserve(width)
        top = box.bottom() + theme.px(1)
        self.setGeometry(box.right() - width + theme.px(3), top, width, canvas.height() - top)
