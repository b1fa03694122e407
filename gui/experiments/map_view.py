"""The map of a sweep over two axes: a cell for every setting that has been computed."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPaintEngine,
    QPainter,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from engine.experiments.board import Values
from gui import theme
from gui.experiments.ink import LEFT, TICK_ROW, TITLE_ROW
from gui.experiments.map_painter import paint_axes, paint_cells, paint_lines
from gui.experiments.map_places import MapPlaces
from gui.experiments.sweep_picture import SweepPicture
from gui.experiments.sweep_view import DRAG_PX, SweepView

TOP, RIGHT = 26, 14
"""Px at 13 px text: room above for the names of lines, and at the right."""
HINT = ("Arrow keys go from cell to cell, Enter opens the network as B in the Lab; draw a "
        "rectangle to compute inside it finer, or press F for the cells around the selected one.")


class MapView(SweepView):
    """Cells, the lines of theory over them, and what a person does with them. GUI thread only.

    Signals
    -------
    refine_requested(tuple, tuple)
        Within these values of both axes, the map is to be computed finer.
    """

    refine_requested = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Map", HINT, parent)
        self._cells: QPixmap | None = None
        self._corner: QPointF | None = None

    def places(self) -> MapPlaces | None:
        """Return where its cells stand; None without a map."""
        if self.picture is None:
            return None
        return MapPlaces(self._area(), tuple((x, y) for x, y in self.picture.scales))

    def _area(self) -> QRectF:
        px = theme.px
        return QRectF(self.rect()).adjusted(px(LEFT + TITLE_ROW), px(TOP), -px(RIGHT),
                                            -px(TICK_ROW + TITLE_ROW + 6))

    def refresh(self) -> None:
        """Draw the cells anew when they are next seen."""
        self._cells = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.refresh()

    # Cells

    def first(self) -> Values | None:
        """Return the cell in the middle of the lowest row."""
        if self.picture is None:
            return None
        x, y = self.picture.scales[0]
        return (x.values[len(x.values) // 2], y.values[0]) if x.values and y.values else None

    def moved(self, values: Values, key: Qt.Key) -> Values:
        """Return the cell that a key leads to."""
        places = self.places()
        return values if places is None else places.beside(values, key)

    def values_at(self, point: QPointF) -> Values | None:
        """Return the cell at a point, the finest there."""
        places = self.places()
        return None if places is None else places.at(point)

    def place_of(self, values: Values) -> QRectF:
        """Return where a cell stands."""
        places = self.places()
        number = None if places is None else places.board_of(values)
        return QRectF() if places is None or number is None else places.cell(number, values)

    # A rectangle

    def is_dragging(self) -> bool:
        """Say whether a rectangle is being drawn."""
        return self._corner is not None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pressed = self.pressed
        if pressed is not None and event.buttons() & Qt.MouseButton.LeftButton and (
                self._corner is not None
                or (event.position() - pressed).manhattanLength() >= DRAG_PX):
            self._corner = event.position()
            self.hover(None)
            self.update()
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        rectangle, self._corner = self._rectangle(), None
        if rectangle is None:
            super().mouseReleaseEvent(event)
            return
        self.pressed = None
        self.update()
        self._ask(rectangle)

    def _rectangle(self) -> QRectF | None:
        if self.pressed is None or self._corner is None:
            return None
        return QRectF(self.pressed, self._corner).normalized()

    def _ask(self, rectangle: QRectF) -> None:
        places = self.places()
        if places is None:
            return
        columns, rows = places.covered(rectangle & places.area)
        if len(columns) > 1 and len(rows) > 1:
            self.refine_requested.emit(columns, rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._corner is not None:
            self._corner = self.pressed = None
            self.update()
        elif event.key() == Qt.Key.Key_F and self.current is not None:
            self._refine_around(self.current)
        else:
            super().keyPressEvent(event)

    def _refine_around(self, values: Values) -> None:
        """Ask for the cells around one, as a rectangle of five by five of them would."""
        places = self.places()
        if places is None:
            return
        spans = []
        for scale, value in zip(places.boxes[0], values, strict=True):
            if value not in scale.values:
                return
            at = scale.values.index(value)
            spans.append(scale.values[max(at - 2, 0):at + 3])
        if all(len(span) > 1 for span in spans):
            self.refine_requested.emit(*spans)

    # Painting

    def paint_picture(self, painter: QPainter, picture: SweepPicture) -> None:
        """Draw ground, cells, axes and lines."""
        places = self.places()
        if places is None:
            return
        ratio = self.devicePixelRatioF()
        if painter.deviceTransform().m11() != ratio or (
                painter.paintEngine().type() == QPaintEngine.Type.SVG):
            # For a file, in which pixels of the screen would be coarse.
            _paint_all(painter, picture, places)
            return
        if self._cells is None:
            self._cells = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
            self._cells.setDevicePixelRatio(ratio)
            self._cells.fill(Qt.GlobalColor.transparent)
            inner = QPainter(self._cells)
            inner.setFont(painter.font())
            _paint_all(inner, picture, places)
            inner.end()
        painter.drawPixmap(0, 0, self._cells)

    def paint_gesture(self, painter: QPainter) -> None:
        """Draw the rectangle."""
        rectangle, places = self._rectangle(), self.places()
        if rectangle is None or places is None:
            return
        tokens = theme.current()
        ground = QColor(tokens.accent)
        ground.setAlphaF(0.18)
        painter.fillRect(rectangle & places.area, ground)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.surface), 4))
        painter.drawRect(rectangle & places.area)
        painter.setPen(QPen(QColor(tokens.accent), 2))
        painter.drawRect(rectangle & places.area)


def _paint_all(painter: QPainter, picture: SweepPicture, places: MapPlaces) -> None:
    paint_cells(painter, picture, places)
    paint_axes(painter, places)
    paint_lines(painter, picture.theory.lines, places)
