"""How a run came to its end: its last finite steps as small curves, and number by number."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.telemetry.black_box import BlackBox, BoxStep, Peak
from gui import theme
from gui.widgets import Button

WIDTH, HEIGHT, CURVES = 780, 560, 96
Figure = Callable[[BoxStep], float]
FIGURES: tuple[tuple[str, str, Figure], ...] = (
    ("Loss", "Of the step’s batch.", lambda one: one.loss),
    ("Largest weight", "The largest parameter after the step’s update.",
     lambda one: one.weight.value),
    ("Largest activation", "The largest number that a layer gave for the step’s batch.",
     lambda one: one.activation.value),
    ("Update / weight", "The largest ratio of a layer’s update to its weights.",
     lambda one: one.update.value),
)
"""What is told of a step: its name, what it is, and where to find it."""


class Courses(QWidget):
    """A small curve for each figure, each on its own logarithmic axis. GUI thread only."""

    def __init__(self, steps: Sequence[BoxStep], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps = tuple(steps)
        self.setAccessibleName("The last finite steps as curves")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.px(CURVES))

    def sizeHint(self) -> QSize:
        """Return room for four curves side by side."""
        return QSize(theme.px(WIDTH), theme.px(CURVES))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the curves."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        gap = theme.px(16)
        wide = (self.width() - gap * (len(FIGURES) - 1)) / len(FIGURES)
        for place, (name, _, figure) in enumerate(FIGURES):
            area = QRectF(place * (wide + gap), 0, wide, self.height())
            self._draw(painter, area, name, [figure(step) for step in self._steps])

    def _draw(self, painter: QPainter, area: QRectF, name: str, values: Sequence[float]) -> None:
        tokens, line = theme.current(), QFontMetricsF(self.font()).height()
        painter.setPen(QColor(tokens.text_muted))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignTop), name)
        painter.drawText(area, int(Qt.AlignmentFlag.AlignBottom),
                         f"{written(values[0])} → {written(values[-1])}" if values else "")
        plot = area.adjusted(0, line + theme.px(6), -theme.px(4), -line - theme.px(6))
        painter.setPen(QColor(tokens.grid))
        painter.drawLines([QLineF(plot.bottomLeft(), plot.bottomRight()),
                           QLineF(plot.topLeft(), plot.topRight())])
        points = curve(values, plot)
        painter.setPen(QPen(QColor(tokens.bad), theme.px(1.8)))
        painter.drawPolyline(points)
        if points.size():
            painter.setBrush(QColor(tokens.bad))
            painter.drawEllipse(points.last(), theme.px(2.2), theme.px(2.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)


class BlackBoxDialog(QDialog):
    """What went out of range first, and the steps that led there. GUI thread only.

    Parameters
    ----------
    box : BlackBox
        The end of the run.
    parent : QWidget | None
        Qt's owner.
    """

    def __init__(self, box: BlackBox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("How the run came to its end")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*[theme.px(16)] * 4)
        whole.setSpacing(theme.px(10))
        self.text = QLabel(box.overflow.sentence.text if box.steps else
                           f"{box.overflow.sentence.text} {box.chain.text}")
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        whole.addWidget(self.text)
        self.table = _table(box.steps)
        if box.steps:
            whole.addWidget(Courses(box.steps))
            whole.addWidget(self.table, 1)
        close = Button("Close")
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        whole.addLayout(row)
        if box.steps:
            self.resize(theme.px(WIDTH), theme.px(HEIGHT))

    def showEvent(self, event: QShowEvent) -> None:
        """Begin with the last steps in view."""
        super().showEvent(event)
        self.table.scrollToBottom()


def line_of(box: BlackBox) -> str:
    """Return from where to where the figures went, in one short line."""
    if not box.steps:
        return box.chain.text
    first, last = box.steps[0], box.steps[-1]
    if first is last:
        parts = [f"{name.lower()} {written(figure(last))}" for name, _, figure in FIGURES]
        return f"The step before: {', '.join(parts)}"
    parts = [f"{name.lower()} {written(figure(first))} → {written(figure(last))}"
             for name, _, figure in FIGURES]
    return f"The last {len(box.steps)} steps: {', '.join(parts)}"


def written(value: float) -> str:
    """Return a number of any size in a few letters."""
    if 1e-3 <= abs(value) < 1e4:
        return f"{float(f'{value:.2g}'):g}"
    return f"{value:.1e}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")


def curve(values: Sequence[float], area: QRectF) -> QPolygonF:
    """Return where figures lie in an area, one a step; what has no logarithm is left out."""
    places = [(place, math.log10(value)) for place, value in enumerate(values)
              if math.isfinite(value) and value > 0]
    if not places:
        return QPolygonF()
    low, high = (bound(height for _, height in places) for bound in (min, max))
    wide = area.width() / max(len(values) - 1, 1)
    return QPolygonF([QPointF(area.left() + place * wide,
                              area.bottom() - (height - low) / max(high - low, 1e-9)
                              * area.height())
                      for place, height in places])


def _table(steps: Sequence[BoxStep]) -> QTableWidget:
    table = QTableWidget(len(steps), 1 + len(FIGURES))
    table.setAccessibleName("The last finite steps")
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.verticalHeader().hide()
    table.setHorizontalHeaderItem(0, QTableWidgetItem("Step"))
    for column, (name, tip, _) in enumerate(FIGURES, 1):
        head = QTableWidgetItem(name)
        head.setToolTip(tip)
        table.setHorizontalHeaderItem(column, head)
    for row, step in enumerate(steps):
        cells = [f"{step.step:,}", written(step.loss),
                 *(_placed(peak) for peak in (step.weight, step.activation, step.update))]
        for column, text in enumerate(cells):
            item = QTableWidgetItem(text)
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            table.setItem(row, column, item)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    for column in (0, 1):
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
    return table


def _placed(peak: Peak) -> str:
    """Return a largest number with the layer that has it."""
    if not peak.layer_id:
        return written(peak.value)
    return f"{written(peak.value)}  {peak.place.text}"
