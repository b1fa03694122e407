"""A bare plot in the theme's colours: no menus, no dragging, a hover and a text when empty."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from gui import theme
from gui.plots.axes import Axis, CountAxis
from gui.plots.count import Count
from gui.plots.graph import pg


class Canvas(pg.PlotWidget):  # type: ignore[misc]
    """One plot. Its ranges are set by its owner only.

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
        The left button went down there.
    """

    hovered = Signal(object)
    pressed = Signal(QPointF)

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
        self._readout = QLabel(self)
        self._readout.setProperty("role", "readout")
        self._readout.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._readout.hide()
        self._cross = pg.InfiniteLine(angle=90, movable=False)
        self._cross.setZValue(50)
        self._cross.hide()
        self.addItem(self._cross, ignoreBounds=True)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_ranges(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Show this part of the plane."""
        self.box.setRange(xRange=x, yRange=y, padding=0, disableAutoRange=False)

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
        """Tell where the pointer is."""
        super().mouseMoveEvent(event)
        self.hovered.emit(self._data_point(event.position().toPoint()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell where the left button went down."""
        super().mousePressEvent(event)
        point = self._data_point(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and point is not None:
            self.pressed.emit(point)

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that the pointer has left."""
        super().leaveEvent(event)
        self.hovered.emit(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the text for an empty plot in the middle."""
        super().resizeEvent(event)
        if hasattr(self, "_empty"):
            self._empty.setGeometry(self.rect())

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
