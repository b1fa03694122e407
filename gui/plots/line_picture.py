"""Lines of many layers as one item: a picture on the screen, vectors in files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPolygonF, QTransform
from PySide6.QtWidgets import QWidget

from gui import theme
from gui.plots.curve import DOT_PX, enlarged, is_on_screen, lone_points
from gui.plots.dashed import DASH_PX, GAP_PX, Dashes
from gui.plots.feed import Reals
from gui.plots.graph import pg
from gui.plots.raster import Flags, fill, spans


class Grid(NamedTuple):
    """Where the pixels of a picture lie.

    Attributes
    ----------
    left, top, width, height : int
        Of the picture, in pixels of the screen.
    x, y : (float, float)
        Pixels of the screen for a unit of the data along either axis, and where its 0 lies.
    times : float
        Pixels of the screen for one of Qt's.
    """

    left: int
    top: int
    width: int
    height: int
    x: tuple[float, float]
    y: tuple[float, float]
    times: float

    @classmethod
    def over(cls, view: QRectF, to_screen: QTransform, times: float) -> Grid:
        """Return that of a part of the plane."""
        scale = QTransform.fromScale(times, times)
        whole = to_screen * scale
        area = whole.mapRect(view).toAlignedRect()
        return cls(area.left(), area.top(), area.width(), area.height(),
                   (whole.m11(), whole.dx() - area.left()), (whole.m22(), whole.dy() - area.top()),
                   times)

    def across(self, x: Reals) -> Reals:
        """Return how many pixels from the left of the picture places lie."""
        return x * self.x[0] + self.x[1]

    def down(self, y: Reals) -> Reals:
        """Return how many pixels from its top values lie."""
        return y * self.y[0] + self.y[1]


class LinePicture(pg.GraphicsObject):  # type: ignore[misc]
    """Lines with the same points along the axis, in one item. GUI thread only.

    To draw a hundred curves, each an item of its own, takes Qt and pyqtgraph several times as long.
    A point without a neighbour is a dot. In files, and wherever else pixels are not those of the
    screen, the lines are drawn as such.

    Parameters
    ----------
    width : int
        Of the lines, in pixels.
    dashed : bool
        Whether only every other stretch of the axis is drawn.
    """

    def __init__(self, *, width: int = 1, dashed: bool = False) -> None:
        super().__init__()
        self._width, self._is_dashed = width, dashed
        self._bounds = QRectF()
        self._opacity = 1.0
        self._colours: Sequence[QColor] = ()
        self._picture: tuple[Grid, QImage] | None = None
        self._x: Reals = np.zeros(0)
        self._y: Reals = np.zeros((0, 0))
        self.setVisible(False)

    def set_bounds(self, bounds: QRectF) -> None:
        """Set a rectangle, in data coordinates, that holds every point and half the pen."""
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds

    def set_lines(self, x: Reals, y: Reals, colours: Sequence[QColor], opacity: float) -> None:
        """Show other lines.

        Parameters
        ----------
        x, y : float64[n], float64[lines, n]
            Their points; a line has a gap where ``y`` is not finite.
        colours : sequence of QColor
            Of each, without transparency.
        opacity : float
            Of the whole picture, 0 to 1.
        """
        known = np.asarray(np.isfinite(y).any(axis=1))
        self._x, self._y = x, y[known]
        self._colours = [colour for colour, is_known in zip(colours, known, strict=True)
                         if is_known]
        self._opacity = opacity
        self._picture = None
        # What is not there is not painted either.
        self.setVisible(bool(len(self._y)))
        self.update()

    def lines(self) -> tuple[Reals, Reals]:
        """Return the points of the lines that have some, as `set_lines` takes them."""
        return self._x, self._y

    def colours(self) -> list[QColor]:
        """Return the colours of these, without transparency."""
        return list(self._colours)

    def boundingRect(self) -> QRectF:
        """Return the frame."""
        return self._bounds

    def paint(self, painter: QPainter, _option: Any, widget: QWidget | None = None) -> None:
        """Draw the picture, or the lines where that would be seen to be one."""
        if not len(self._y):
            return
        painter.setOpacity(self._opacity)
        if widget is None or not is_on_screen(painter, widget):
            self._paint_lines(painter, enlarged(painter, widget))
            return
        grid = Grid.over(self.getViewBox().viewRect(), painter.transform(),
                         widget.devicePixelRatioF())
        if grid.width <= 0 or grid.height <= 0:
            return
        painter.resetTransform()
        painter.drawImage(QPointF(grid.left / grid.times, grid.top / grid.times),
                          self._painted(grid))

    def _painted(self, grid: Grid) -> QImage:
        """Return the lines as a picture; the one before, where nothing has changed."""
        if self._picture is None or self._picture[0] != grid:
            self._picture = grid, self._made(grid)
        return self._picture[1]

    def _made(self, grid: Grid) -> QImage:
        pixels = np.zeros((grid.width, grid.height), np.uint32)
        colours = np.array([colour.rgb() for colour in self._colours], np.uint32)
        if len(self._x) > 1:
            covered = spans(grid.across(self._x), grid.down(self._y), (grid.width, grid.height))
            if self._is_dashed:
                covered = covered.only(_in_dashes(grid))
            wide = max(round(self._width * grid.times), 1)
            fill(pixels, covered if wide == 1 else covered.widened(wide, grid.height), colours)
        rows = np.ascontiguousarray(pixels.T)
        image = QImage(rows.data, grid.width, grid.height, 4 * grid.width,
                       QImage.Format.Format_ARGB32_Premultiplied).copy()
        self._add_dots(image, grid)
        image.setDevicePixelRatio(grid.times)
        return image

    def _add_dots(self, image: QImage, grid: Grid) -> None:
        dots = self._dots()
        if not dots:
            return
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, points in dots:
            painter.setPen(_dot_pen(colour, grid.times))
            painter.drawPoints(QPolygonF([
                QPointF(point.x() * grid.x[0] + grid.x[1], point.y() * grid.y[0] + grid.y[1])
                for point in points]))
        painter.end()

    def _dots(self) -> list[tuple[QColor, list[QPointF]]]:
        """Return the points that no line reaches, by colour."""
        known = np.isfinite(self._y)
        if known.shape[1] > 1 and known.all():
            return []
        found = [(colour, [QPointF(self._x[i], y[i]) for i in lone_points(row).tolist()])
                 for colour, y, row in zip(self._colours, self._y, known, strict=True)]
        return [(colour, points) for colour, points in found if points]

    def _paint_lines(self, painter: QPainter, times: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        x, dashes = self._x, None
        if self._is_dashed and len(x) > 1:
            dashes = Dashes.along(x, 1.0 / abs(painter.transform().m11() or 1.0))
        for colour, y in zip(self._colours, self._y, strict=True):
            pen = pg.mkPen(colour)
            pen.setWidthF(times * self._width)
            painter.setPen(pen)
            if dashes is None:
                path = pg.functions.arrayToQPath(x, y, connect="finite")
            else:
                along, drawn = dashes.over(y)
                path = pg.functions.arrayToQPath(dashes.x, along, connect=drawn.astype(np.int32),
                                                 finiteCheck=False)
            painter.drawPath(path)
        for colour, points in self._dots():
            painter.setPen(_dot_pen(colour, times))
            painter.drawPoints(QPolygonF(points))


def _in_dashes(grid: Grid) -> Flags:
    """Return which columns of pixels lie in a dash; the first begins where the axis has its 0."""
    dash, gap = (theme.px(part) * grid.times for part in (DASH_PX, GAP_PX))
    return np.asarray(np.mod(np.arange(grid.width) - grid.x[1], dash + gap) < dash)


def _dot_pen(colour: QColor, times: float) -> Any:
    pen = pg.mkPen(colour)
    pen.setWidthF(times * theme.px(DOT_PX))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return pen
