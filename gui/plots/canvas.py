"""A bare plot in the theme's colours: it can be zoomed and hovered over, and has no menus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QSizePolicy, QWidget

from gui import theme
from gui.plots.axes import Axis, CountAxis
from gui.plots.count import Count
from gui.plots.graph import pg
from gui.plots.zoom import Ranges, Zoom

NOTCH = 120
"""What a wheel says of one notch."""
NEARER = 1.25
"""How much larger a notch makes what is seen."""
ZOOMED = "zoomed; double-click shows all"


class Canvas(pg.PlotWidget):  # type: ignore[misc]
    """One plot. Its owner says what there is to see; a person may look at a part of it.

    The wheel zooms, over an axis that axis alone; dragging moves the part that is seen, and a
    double click shows all again.

    Parameters
    ----------
    left : Axis
        The axis at the left; at the bottom something is counted.
    empty_text : str
        Shown while there is nothing to draw.
    word : str
        What is counted along the axis at the bottom.
    bottom : CountAxis | None
        That axis, where it is to be another one.

    Signals
    -------
    hovered(object)
        The pointer is at a `QPointF` in data coordinates, or has left (None).
    pressed(QPointF)
        A person has clicked there.
    zoomed()
        Another part is seen than before.
    """

    hovered = Signal(object)
    pressed = Signal(QPointF)
    zoomed = Signal()

    def __init__(self, left: Axis, empty_text: str = "", parent: QWidget | None = None, *,
                 word: str = "step", bottom: CountAxis | None = None) -> None:
        self._counting = CountAxis("bottom", word=word) if bottom is None else bottom
        self._axes = (left, self._counting)
        super().__init__(parent, enableMenu=False,
                         axisItems={"left": left, "bottom": self._counting})
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAntialiasing(False)
        self.setMouseTracking(True)
        self.setMinimumHeight(theme.px(90))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        item = self.getPlotItem()
        # Made whether it is enabled or not: a third of all the window's controls.
        theme.leave_out(item.ctrlMenu)
        item.hideButtons()
        item.setMouseEnabled(False, False)
        self.box = item.getViewBox()
        for axis in self._axes:
            # Its grid belongs below the curves.
            axis.setZValue(self.box.zValue() - 1)
        self.box.disableAutoRange()
        self.box.setDefaultPadding(0)
        self._empty = QLabel(empty_text, self)
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._readout, self._mark = QLabel(self), QLabel(ZOOMED, self)
        for said in (self._readout, self._mark):
            said.setProperty("role", "readout")
            said.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            said.hide()
        self._zoom = Zoom()
        self._down: QPoint | None = None
        self._dragged: QPointF | None = None
        self._cross = pg.InfiniteLine(angle=90, movable=False)
        self._cross.setZValue(50)
        self._cross.hide()
        self.addItem(self._cross, ignoreBounds=True)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_ranges(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Show this part of the plane, and of it no more than somebody has zoomed in on."""
        self._show_part(self._zoom.set_home(x, y))

    def show_all(self) -> None:
        """Look at no part any more."""
        if self._zoom.is_on:
            self._show_part(self._zoom.reset())
            self.zoomed.emit()

    @property
    def sees_end(self) -> bool:
        """Whether the right end of what there is, where the newest is, can be seen."""
        return self._zoom.sees_end

    def _show_part(self, part: Ranges) -> None:
        self.box.setRange(xRange=part.x, yRange=part.y, padding=0, disableAutoRange=False)
        self._mark.setVisible(self._zoom.is_on)
        if self._zoom.is_on:
            self._place_mark()

    def _place_mark(self) -> None:
        self._mark.adjustSize()
        area = self.mapFromScene(self.box.sceneBoundingRect()).boundingRect()
        gap = theme.px(3)
        self._mark.move(area.right() - self._mark.width() - gap,
                        area.bottom() - self._mark.height() - gap)
        self._mark.raise_()

    def set_count(self, count: Count) -> None:
        """Count something else along the axis at the bottom."""
        self._counting.set_count(count)

    def reserve(self, width: int) -> None:
        """Leave the right end of the axis at the bottom free for something so wide, in px."""
        self._counting.reserve(width)

    def set_empty(self, empty: bool) -> None:
        """Show or hide the text for an empty plot."""
        self._empty.setVisible(empty)

    def set_empty_text(self, text: str) -> None:
        """Say something else while there is nothing to draw."""
        self._empty.setText(text)

    def empty_text(self) -> str:
        """Return what is said while there is nothing to draw; empty if something is drawn."""
        return "" if self._empty.isHidden() else self._empty.text()

    def show_readout(self, text: str, x: float) -> None:
        """Show a line of values beside a hair line at ``x``."""
        self._cross.setValue(x)
        self._cross.show()
        self._readout.setText(text)
        self._readout.adjustSize()
        area = self.mapFromScene(self.box.sceneBoundingRect()).boundingRect()
        at = self.mapFromScene(self.box.mapViewToScene(QPointF(x, 0.0))).x()
        gap, width = theme.px(8), self._readout.width()
        left = at + gap if at + gap + width <= area.right() else at - gap - width
        self._readout.move(max(0, min(left, self.width() - width)), area.top() + 2)
        self._readout.raise_()
        self._readout.show()

    def hide_readout(self) -> None:
        """Hide the values and the hair line."""
        self._cross.hide()
        self._readout.hide()

    def readout(self) -> str:
        """Return the line of values shown; empty if none is."""
        return "" if self._readout.isHidden() else self._readout.text()

    def pixel(self) -> tuple[float, float]:
        """Return the width and height of one pixel in data coordinates."""
        width, height = self.box.viewPixelSize()
        return float(width), float(height)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell where the pointer is, or move what is seen with it."""
        super().mouseMoveEvent(event)
        place = event.position().toPoint()
        if self._is_dragging(place):
            self._drag_to(place)
        else:
            self.hovered.emit(self._data_point(place))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take note of where a click or a drag begins."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._down, self._dragged = event.position().toPoint(), None
            event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell of a click, unless it was a drag."""
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        event.accept()
        down, self._down = self._down, None
        self.viewport().unsetCursor()
        point = None if down is None else self._data_point(down)
        if self._dragged is None and point is not None:
            self.pressed.emit(point)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show all."""
        self.show_all()
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer: both axes, or the one that it is over."""
        scene = self.mapToScene(event.position().toPoint())
        # Where Shift is held, some systems turn the wheel's way.
        turned = event.angleDelta().y() or event.angleDelta().x()
        box = self.box.sceneBoundingRect()
        beside, below = scene.x() < box.left(), scene.y() > box.bottom()
        if not turned or self.empty_text() or (beside and below) or (
                turned < 0 and not self._zoom.is_on):
            event.ignore()
            return
        factor = NEARER ** (turned / NOTCH)
        point = self.box.mapSceneToView(scene)
        self._show_part(self._zoom.zoom(
            (point.x(), point.y()), (1.0 if beside else factor, 1.0 if below else factor)))
        event.accept()
        self.zoomed.emit()

    def _is_dragging(self, place: QPoint) -> bool:
        if self._down is None:
            return False
        far = (place - self._down).manhattanLength() >= QApplication.startDragDistance()
        return self._dragged is not None or far

    def _drag_to(self, place: QPoint) -> None:
        """Keep under the pointer what was there."""
        if self._dragged is None:
            self._dragged = self.box.mapSceneToView(self.mapToScene(self._down))
            self.hide_readout()
        if not self._zoom.is_on:
            return
        self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        now = self.box.mapSceneToView(self.mapToScene(place))
        self._show_part(self._zoom.move(self._dragged.x() - now.x(), self._dragged.y() - now.y()))
        self.zoomed.emit()

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that the pointer has left."""
        super().leaveEvent(event)
        self.hovered.emit(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the text for an empty plot in the middle."""
        super().resizeEvent(event)
        if hasattr(self, "_empty"):
            self._empty.setGeometry(self.rect())
            self._place_mark()

    def _data_point(self, position: QPoint) -> QPointF | None:
        scene = self.mapToScene(position)
        if not self.box.sceneBoundingRect().contains(scene):
            return None
        point: QPointF = self.box.mapSceneToView(scene)
        return point

    @Slot()
    def _on_theme_changed(self) -> None:
        tokens = theme.current()
        self.setBackground(tokens.surface)
        self.setMinimumHeight(theme.px(90))
        for axis in self._axes:
            axis.dress()
        self._cross.setPen(pg.mkPen(tokens.border_strong))
        self.getPlotItem().layout.setContentsMargins(0, theme.px(4), theme.px(4), 0)
