"""The plane of two inputs: the network's output as a picture, the examples as points on it."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from engine.data.dataset import Dataset, Indices
from engine.telemetry.snapshot import Snapshot
from engine.telemetry.tables import Table
from gui import theme
from gui.output.drawing import is_for_file
from gui.output.surface_image import picture
from gui.output.tables import surface_table
from gui.output.view import PairedView, switch
from gui.widgets import linear_ticks, tick_text

POINT_PX = 5.2
NAME = "The network's output over the plane of the two inputs"
LEAST_SIDE = 96
"""Px, at 13 px text, of the smallest of two pictures side by side."""


class PlaneView(PairedView):
    """Decision boundary or regression surface, square, with axes from -6 to 6.

    Training points are ringed in the colour of the ground, validation points, which are smaller,
    in the colour of text.

    Attributes
    ----------
    shows_validation, discrete : QCheckBox
        Whether validation points are drawn; whether the decision is drawn without how sure it is.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._snapshot: Snapshot | None = None
        self._image = QImage()
        self._points = QPixmap()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(NAME)
        self.shows_validation = switch(
            "Show test data", "Draw the validation points too, smaller and with a ring that stands "
            "out.", self._on_shows_validation_toggled)
        self.discrete = switch(
            "Discretize output", "Colour by the decision alone: the most probable class, or the "
            "sign.", self._on_discrete_toggled)
        self.controls: tuple[QCheckBox, ...] = (self.shows_validation, self.discrete)
        theme.notifier().changed.connect(self._on_theme_changed)

    def set_dataset(self, dataset: Dataset) -> None:
        """Show the points of a data set on an empty plane."""
        self._dataset, self._snapshot = dataset, None
        self._refresh()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the surface of a snapshot."""
        self._snapshot = snapshot
        self._image = self._drawn_surface()
        self.update()

    def table(self) -> Table:
        """Return what the network gives for every point of the grid."""
        if self._dataset is None:
            return [], []
        return surface_table(self._dataset, self._snapshot)

    def width_for(self, height: int) -> int:
        """Return the width that a square picture of this height needs with its axes."""
        return height - self._below() + self._beside() + self._bar_width()

    def minimumSizeHint(self) -> QSize:
        """Return room for a small picture."""
        return QSize(theme.px(150), theme.px(140))

    def least_width(self) -> int:
        """Return room for a picture in which points can be told apart."""
        return theme.px(LEAST_SIDE) + self._beside() + self._bar_width()

    def height_for(self, width: int) -> int:
        """Return the height that a square picture of this width needs with its axes."""
        return math.ceil(width - self._beside() - self._after() + self._below() + self._above())

    def follow(self, other: PairedView) -> None:
        """Show validation points, and the decision alone, where another plane does."""
        if isinstance(other, PlaneView):
            for mine, leading in zip(self.controls, other.controls, strict=True):
                mine.setChecked(leading.isChecked())
                leading.toggled.connect(mine.setChecked)

    def set_letter(self, letter: str) -> None:
        """Show which run of a pair it is about."""
        super().set_letter(letter)
        self.setAccessibleName(NAME + (f", run {letter}" if letter else ""))

    def area(self) -> QRectF:
        """Return where the picture is, in px."""
        top = self._above()
        side = min(self.width() - self._beside() - self._after(),
                   self.height() - self._below() - top)
        return QRectF(self._beside(), top, max(side, 1.0), max(side, 1.0))

    def position(self, x1: float, x2: float) -> QPointF:
        """Return where a point of the plane is, in px."""
        area, (low, high) = self.area(), self._span()
        return QPointF(area.left() + (x1 - low) / (high - low) * area.width(),
                       area.bottom() - (x2 - low) / (high - low) * area.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw the points anew for the new size."""
        super().resizeEvent(event)
        self._points = QPixmap()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw surface, points and axes."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        tokens, area = theme.current(), self.area()
        painter.fillRect(area, QColor(tokens.map_neutral))
        if not self._image.isNull():
            # The outermost cells reach half a cell beyond the range of their centres.
            half = area.width() / max(self._image.width() - 1, 1) / 2
            painter.setClipRect(area)
            painter.drawImage(area.adjusted(-half, -half, half, half), self._image)
            painter.setClipping(False)
        if is_for_file(painter, self):
            painter.save()
            self._draw_all_points(painter)
            painter.restore()
        else:
            if self._points.isNull():
                self._points = self._drawn_points()
            painter.drawPixmap(0, 0, self._points)
        painter.setPen(QColor(tokens.border))
        painter.drawRect(area)
        inset = theme.px(4)
        self.draw_letter(painter, area.topLeft() + QPointF(inset, inset))
        self._draw_axes(painter)
        if self._bar_width():
            self._draw_bar(painter)

    def _span(self) -> tuple[float, float]:
        return self._snapshot.surface_range if self._snapshot else (-6.0, 6.0)

    def _is_regression(self) -> bool:
        return self._dataset is not None and self._dataset.task == "regression"

    def _small_width(self, text: str) -> int:
        return round(self.fontMetrics().horizontalAdvance(text) * 0.85)

    def _beside(self) -> int:
        return self._small_width("\N{MINUS SIGN}6") + theme.px(6)

    def _above(self) -> float:
        return self.fontMetrics().height() * 0.4

    def _after(self) -> float:
        # Half of the last number below the picture is right of it.
        return max(self._bar_width(), self.fontMetrics().horizontalAdvance("0") / 2 + 1)

    def _below(self) -> int:
        return self.fontMetrics().height() + theme.px(3)

    def _bar_width(self) -> int:
        return theme.px(28) + self._small_width("\N{MINUS SIGN}1") if self._is_regression() else 0

    def _drawn_surface(self) -> QImage:
        snapshot, dataset = self._snapshot, self._dataset
        if snapshot is None or snapshot.surface is None or dataset is None:
            return QImage()
        pixels = np.ascontiguousarray(
            picture(snapshot.surface, dataset.task, discrete=self.discrete.isChecked()))
        height, width, _ = pixels.shape
        image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
        return image.copy()  # The bytes live only as long as this call.

    def _drawn_points(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self._draw_all_points(painter)
        painter.end()
        return pixmap

    def _draw_all_points(self, painter: QPainter) -> None:
        dataset = self._dataset
        if dataset is None or dataset.points is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(self.area())
        tokens = theme.current()
        self._draw_points(painter, dataset.training, tokens.point_outline)
        if self.shows_validation.isChecked():
            self._draw_points(painter, dataset.validation, tokens.text, 0.8)

    def _draw_points(
        self, painter: QPainter, rows: Indices, ring: str, size: float = 1.0
    ) -> None:
        dataset = self._dataset
        if dataset is None or dataset.points is None:
            return
        colours = self._point_colours(dataset, rows)
        area, (low, high) = self.area(), self._span()
        places = (dataset.points[rows] - low) / (high - low)
        xs = area.left() + places[:, 0] * area.width()
        ys = area.bottom() - places[:, 1] * area.height()
        radius = theme.px(POINT_PX) / 2 * size
        painter.setPen(QPen(QColor(ring), theme.scale()))
        for x, y, colour in zip(xs.tolist(), ys.tolist(), colours, strict=True):
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(x, y), radius, radius)

    def _point_colours(self, dataset: Dataset, rows: Indices) -> list[QColor]:
        if dataset.task == "classification":
            colours = theme.class_colours(len(dataset.class_names))
            return [colours[label] for label in dataset.labels[rows].tolist()]
        table = theme.signed_map()
        values = np.clip(np.nan_to_num(dataset.values[rows, 0]), -1.0, 1.0)
        shades = table[np.rint((values + 1.0) * 127.5).astype(np.int64)].tolist()
        return [QColor(*shade) for shade in shades]

    def _draw_axes(self, painter: QPainter) -> None:
        low, high = self._span()
        spacing, ticks = linear_ticks(low, high, 6 if self.area().width() > theme.px(120) else 3)
        painter.setPen(QColor(theme.current().axis))
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)
        line = painter.fontMetrics().height()
        area, gap = self.area(), theme.px(4)
        for tick in ticks:
            text, at = tick_text(tick, spacing), self.position(tick, tick)
            place = QRectF(at.x() - 40, area.bottom() + gap * 0.75, 80, line)
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, text)
            place = QRectF(0, at.y() - line / 2, area.left() - gap, line)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, right, text)

    def _draw_bar(self, painter: QPainter) -> None:
        area = self.area()
        bar = QRectF(area.right() + theme.px(10), area.top(), theme.px(9), area.height())
        table = np.ascontiguousarray(theme.signed_map(soft=True)[::-1].reshape(256, 1, 3))
        painter.drawImage(bar, QImage(table.tobytes(), 1, 256, 3, QImage.Format.Format_RGB888))
        painter.setPen(QColor(theme.current().axis))
        line = painter.fontMetrics().height()
        for value in (-1, 0, 1):
            y = bar.bottom() - (value + 1) / 2 * bar.height()
            painter.drawLine(QLineF(bar.right(), y, bar.right() + theme.px(2), y))
            place = QRectF(bar.right() + theme.px(5), y - line / 2, theme.px(30), line)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, tick_text(value, 1))

    def _refresh(self) -> None:
        self._points = QPixmap()
        self._image = self._drawn_surface()
        self.update()

    @Slot(bool)
    def _on_shows_validation_toggled(self) -> None:
        self._points = QPixmap()
        self.update()

    @Slot(bool)
    def _on_discrete_toggled(self) -> None:
        self._refresh()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._refresh()
        self.updateGeometry()
