"""Painting points into the plane, stroke by stroke; the lab learns from each at once."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from engine.spec import PaintedSpec
from gui import theme
from gui.data.paint_canvas import FULL, PaintCanvas
from gui.widgets import Button, IconButton, LabelledSlider, MessageBar, Segmented, even_stops

CLASSES = 9
MOST_STEPS = 200
"""Strokes that can be taken back."""

TOOLS = {
    "brush": ("Brush", "<p>Spray points over a disc (B).</p>", "B"),
    "point": ("Point", "<p>Put a single point (P).</p>", "P"),
    "eraser": ("Eraser", "<p>Take the points of a disc away (E). The right mouse button does so, "
               "too.</p>", "E"),
    "jitter": ("Jitter", "<p>Push the points of a disc a little, each in its own way (J).</p>",
               "J"),
}


class _Swatch(QAbstractButton):
    """The colour and key of a class."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self.setCheckable(True)
        self.setText(str(number + 1))
        self.setAccessibleName(f"Class {number + 1}")
        self.setToolTip(f"<p>Paint class {number + 1} (key {number + 1}).</p>")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(30), theme.px(30))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px = theme.current(), theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        chosen = self.isChecked()
        painter.setPen(QPen(QColor(tokens.accent if chosen else tokens.border),
                            2 if chosen else 1))
        painter.setBrush(QColor(tokens.accent_soft if chosen else tokens.surface))
        painter.drawRoundedRect(box, px(6), px(6))
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), 1, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(box.adjusted(2, 2, -2, -2), px(4), px(4))
        dot = px(9)
        painter.setPen(QPen(QColor(tokens.point_outline), 1))
        painter.setBrush(theme.class_colours(CLASSES)[self._number])
        painter.drawEllipse(QRectF(box.left() + px(4), box.center().y() - dot / 2, dot, dot))
        painter.setPen(QColor(tokens.text))
        painter.drawText(box.adjusted(px(14), 0, -px(2), 0), int(Qt.AlignmentFlag.AlignCenter),
                         self.text())


class PaintDialog(QDialog):
    """A plane with tools beside it; the window behind it stays in use. GUI thread only.

    Parameters
    ----------
    painted : PaintedSpec
        What to begin with.

    Attributes
    ----------
    canvas : PaintCanvas
        The plane.

    Signals
    -------
    painted(PaintedSpec)
        Other points are to be learned from.
    """

    painted = Signal(object)

    def __init__(self, painted: PaintedSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Paint points")
        self._steps: list[PaintedSpec] = [painted]
        self._undone: list[PaintedSpec] = []
        self.canvas = PaintCanvas()
        self.canvas.stroked.connect(self._on_canvas_stroked)
        self.canvas.full.connect(self._on_canvas_full)
        self.message = MessageBar()
        self._make_tools()
        self._make_values()
        self._make_steps()
        self._arrange()
        self._show()
        self.canvas.setFocus()

    def _make_tools(self) -> None:
        self.tools = Segmented([(key, title) for key, (title, _, _) in TOOLS.items()], "Tool")
        self.tools.set_tooltips({key: tip for key, (_, tip, _) in TOOLS.items()})
        self.tools.selected.connect(self._choose_tool)
        for key, (_, _, letter) in TOOLS.items():
            QShortcut(QKeySequence(letter), self, partial(self._choose_tool, key))
        self.radius = LabelledSlider("Radius", even_stops(0.2, 3.0, 0.1), 0.8,
                                     tooltip="<p>Of brush, eraser and jitter; the plane is 12 "
                                             "wide.</p>")
        self.density = LabelledSlider("Density", even_stops(1, 20, 1), 4, unit="points",
                                      tooltip="<p>Points that the brush sprays at once.</p>")
        self.radius.value_changed.connect(self._on_radius_changed)
        self.density.value_changed.connect(self._on_density_changed)

    def _make_values(self) -> None:
        self.task = Segmented([("classification", "Classes"), ("regression", "Values")], "Task")
        self.task.set_tooltips({
            "classification": "<p>Points of classes. What is painted is cleared.</p>",
            "regression": "<p>Points with a value each. What is painted is cleared.</p>"})
        self.task.selected.connect(self._on_task_selected)
        self.classes = QWidget()
        grid = QGridLayout(self.classes)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.px(4))
        self.swatches = [_Swatch(number) for number in range(CLASSES)]
        group = QButtonGroup(self)
        for number, swatch in enumerate(self.swatches):
            group.addButton(swatch)
            grid.addWidget(swatch, number // 5, number % 5)
            swatch.clicked.connect(partial(self._choose_class, number))
            QShortcut(QKeySequence(str(number + 1)), self, partial(self._choose_class, number))
        self.swatches[0].setChecked(True)
        self.value = LabelledSlider("Value", even_stops(-1, 1, 0.1), 1.0, tooltip="<p>The value of "
                                    "the points that are painted, \N{MINUS SIGN}1 to 1.</p>")
        self.value.value_changed.connect(self._on_value_changed)

    def _make_steps(self) -> None:
        self.undo = IconButton("undo-2", "<p>Take the last stroke back (Ctrl+Z).</p>",
                               name="Undo stroke")
        self.redo = IconButton("redo-2", "<p>Paint it again (Ctrl+Y).</p>", name="Redo stroke")
        self.clear = IconButton("trash-2", "<p>Take all points away.</p>", name="Clear")
        self.undo.clicked.connect(self.undo_stroke)
        self.redo.clicked.connect(self.redo_stroke)
        self.clear.clicked.connect(self._on_clear_clicked)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self, self.undo_stroke)
        QShortcut(QKeySequence("Ctrl+Y"), self, self.redo_stroke)
        QShortcut(QKeySequence("Ctrl+Shift+Z"), self, self.redo_stroke)
        self.count = QLabel()
        self.count.setProperty("role", "muted")
        self.done_button = Button("Done", accent=True)
        self.done_button.setToolTip("<p>Close; what is painted stays.</p>")
        self.done_button.clicked.connect(self.accept)

    def _arrange(self) -> None:
        side = QWidget()
        side.setFixedWidth(theme.px(250))
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(10))
        for part in (self.tools, self.task, self.classes, self.value, self.radius, self.density):
            column.addWidget(part)
        steps = QHBoxLayout()
        for button in (self.undo, self.redo, self.clear):
            steps.addWidget(button)
        steps.addWidget(self.count, 1)
        column.addLayout(steps)
        column.addWidget(self.message)
        column.addStretch(1)
        end = QHBoxLayout()
        end.addStretch(1)
        end.addWidget(self.done_button)
        column.addLayout(end)
        row = QHBoxLayout(self)
        row.setSpacing(theme.px(14))
        row.addWidget(self.canvas, 1)
        row.addWidget(side)

    def current(self) -> PaintedSpec:
        """Return what is painted."""
        return self._steps[-1]

    def follow(self, painted: PaintedSpec) -> None:
        """Show what the project has come to otherwise, by undoing perhaps."""
        if painted != self.current():
            self._steps.append(painted)
            self._undone.clear()
            self._show()

    def tell(self, problem: str) -> None:
        """Say why these points cannot be learned from yet; empty if they can."""
        if problem:
            self.message.show_message(problem, "warning")
        else:
            self.message.hide()

    @Slot()
    def undo_stroke(self) -> None:
        """Take the last stroke back."""
        if len(self._steps) > 1:
            self._undone.append(self._steps.pop())
            self._show()
            self.painted.emit(self.current())

    @Slot()
    def redo_stroke(self) -> None:
        """Paint what was taken back last."""
        if self._undone:
            self._steps.append(self._undone.pop())
            self._show()
            self.painted.emit(self.current())

    def _take(self, painted: PaintedSpec) -> None:
        self._steps = [*self._steps[-MOST_STEPS:], painted]
        self._undone.clear()
        self._show()
        self.painted.emit(painted)

    def _show(self) -> None:
        now = self.current()
        if self.canvas.painted() != now:
            self.canvas.set_painted(now)
        is_sorted = now.task == "classification"
        self.task.set_current(now.task)
        self.classes.setVisible(is_sorted)
        self.value.setVisible(not is_sorted)
        self.canvas.value = float(self._chosen_class()) if is_sorted else self.value.value()
        self.undo.setEnabled(len(self._steps) > 1)
        self.redo.setEnabled(bool(self._undone))
        self.clear.setEnabled(bool(now.points))
        count = len(now.points)
        self.count.setText(f"{count:,} point{'' if count == 1 else 's'}")

    def _chosen_class(self) -> int:
        return next(number for number, one in enumerate(self.swatches) if one.isChecked())

    @Slot(str)
    def _choose_tool(self, key: str) -> None:
        self.tools.set_current(key)
        self.canvas.tool = key  # type: ignore[assignment]
        self.radius.setEnabled(key != "point")
        self.density.setEnabled(key == "brush")
        self.canvas.update()

    def _choose_class(self, number: int, _checked: bool = False) -> None:
        if self.current().task == "classification":
            self.swatches[number].setChecked(True)
            self.canvas.value = float(number)

    @Slot(object)
    def _on_canvas_stroked(self, painted: PaintedSpec) -> None:
        self._take(painted)

    @Slot()
    def _on_canvas_full(self) -> None:
        self.message.show_message(FULL, "warning")

    @Slot()
    def _on_clear_clicked(self) -> None:
        self._take(PaintedSpec(self.current().task))

    @Slot(str)
    def _on_task_selected(self, task: str) -> None:
        if task != self.current().task:
            self._take(PaintedSpec("classification" if task == "classification" else "regression"))

    @Slot(float)
    def _on_radius_changed(self, value: float) -> None:
        self.canvas.radius = value

    @Slot(float)
    def _on_density_changed(self, value: float) -> None:
        self.canvas.density = int(value)

    @Slot(float)
    def _on_value_changed(self, value: float) -> None:
        if self.current().task == "regression":
            self.canvas.value = value
