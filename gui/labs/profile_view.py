"""Gradients over depth, on which a person can draw what he expects."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from PySide6.QtCore import QEvent, QLineF, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui import theme
from gui.frames.theory import factor, short
from gui.labs.profile import BLANK, Profile, decade_of, filled, power_text

LEFT_PX, BOTTOM_PX, MARGIN_PX = 44, 20, 6
DOT_PX = 5.0
NUDGE = 0.25
"""Decades by which an arrow key moves what is drawn."""


class ProfileView(QWidget):
    """RMS of dL/dW of every layer: measured, expected, and drawn. GUI thread only.

    While somebody draws, neither measurement nor theory is seen, and the axis stands still.
    With the keyboard, left and right choose a layer, up and down draw there.

    Signals
    -------
    drawn_changed()
        Something else is drawn.
    layer_selected(str)
        A person clicked at a layer while nothing was to be drawn.
    """

    drawn_changed = Signal()
    layer_selected = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._profile = Profile()
        self.drawn: dict[str, float] = {}
        self._is_drawing = False
        self._place = 0
        self._selected = ""
        self._last: tuple[int, float] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._describe()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(380), theme.px(190))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(220), theme.px(110))

    # What it shows

    def set_profile(self, profile: Profile) -> None:
        """Show other figures; what is drawn of layers that are gone goes with them."""
        if profile.ids != self._profile.ids:
            self.drawn = {key: value for key, value in self.drawn.items() if key in profile.ids}
            self._place = min(self._place, max(len(profile.ids) - 1, 0))
        self._profile = profile
        self._describe()
        self.update()

    def set_drawing(self, on: bool) -> None:
        """Hide what there is to know and let a person draw, or show it."""
        if on != self._is_drawing:
            self._is_drawing = on
            self._last = None
            self.setCursor(Qt.CursorShape.CrossCursor if on else Qt.CursorShape.ArrowCursor)
            self._describe()
            self.update()

    def is_drawing(self) -> bool:
        """Say whether somebody draws."""
        return self._is_drawing

    def reveal(self) -> None:
        """Show how it is; layers that were passed over count as lying on a line between others."""
        self.drawn = filled(self.drawn, self._profile.ids)
        self.set_drawing(False)

    def clear_drawing(self) -> None:
        """Take away what is drawn."""
        self.drawn, self._last = {}, None
        self._describe()
        self.update()
        self.drawn_changed.emit()

    def set_selected(self, layer_id: str) -> None:
        """Mark a layer; one that has no gradient marks none."""
        self._selected = layer_id
        self.update()

    def span(self) -> tuple[float, float]:
        """Return the decades at the bottom and at the top."""
        return BLANK if self._is_drawing else self._profile.span(self.drawn)

    def point_of(self, place: int, value: float) -> QPointF:
        """Return where a value of the layer at a place stands, in px."""
        area, (low, high) = self._area(), self.span()
        x = area.left() + (place + 0.5) * area.width() / max(len(self._profile.ids), 1)
        share = (decade_of(value) - low) / (high - low)
        return QPointF(x, area.bottom() - min(max(share, 0.0), 1.0) * area.height())

    def _area(self) -> QRectF:
        px = theme.px
        return QRectF(self.rect()).adjusted(px(LEFT_PX), px(MARGIN_PX), -px(MARGIN_PX),
                                            -px(BOTTOM_PX))

    # Drawing by hand

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._is_drawing:
            self._last = None
            self._draw_at(event.position())
        elif 0 <= self._place_at(event.position().x()) < len(self._profile.ids):
            self.layer_selected.emit(self._profile.ids[self._place_at(event.position().x())])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_drawing and event.buttons() & Qt.MouseButton.LeftButton:
            self._draw_at(event.position())
        elif not self._is_drawing:
            self._tell(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._last = None

    def _place_at(self, x: float) -> int:
        area = self._area()
        return math.floor((x - area.left()) / max(area.width(), 1.0) * len(self._profile.ids))

    def _draw_at(self, point: QPointF) -> None:
        """Draw at a point, and at all layers that the hand has passed since the last one."""
        area, (low, high), ids = self._area(), self.span(), self._profile.ids
        if not ids:
            return
        place = min(max(self._place_at(point.x()), 0), len(ids) - 1)
        share = min(max((area.bottom() - point.y()) / max(area.height(), 1.0), 0.0), 1.0)
        decade = low + share * (high - low)
        before = self._last or (place, decade)
        step = 1 if place >= before[0] else -1
        for passed in range(before[0], place + step, step):
            way = 1.0 if place == before[0] else (passed - before[0]) / (place - before[0])
            self.drawn[ids[passed]] = 10.0 ** (before[1] + way * (decade - before[1]))
        self._last = place, decade
        self._place = place
        self._tell_drawn()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, ids = Qt.Key(event.key()), self._profile.ids
        if not self._is_drawing or not ids or key not in (
                Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
            return
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if key == Qt.Key.Key_Right else -1
            self._place = min(max(self._place + step, 0), len(ids) - 1)
        else:
            low, high = self.span()
            before = decade_of(self.drawn.get(ids[self._place], 10.0 ** ((low + high) / 2)))
            moved = before + (NUDGE if key == Qt.Key.Key_Up else -NUDGE)
            self.drawn[ids[self._place]] = 10.0 ** min(max(moved, low), high)
        self._tell_drawn()

    def _tell_drawn(self) -> None:
        self._describe()
        self.update()
        self.drawn_changed.emit()

    # Words

    def words(self, place: int) -> str:
        """Return what there is to know of the layer at a place."""
        profile, layer_id = self._profile, self._profile.ids[place]
        said = [profile.names[place]]
        if layer_id in self.drawn:
            said.append(f"drawn {short(self.drawn[layer_id])}")
        if self._is_drawing:
            return ", ".join(said)
        measured = profile.measured.get(layer_id, math.nan)
        if not math.isnan(measured):
            said.append(f"measured {short(measured)}")
        expected = profile.theory.of(layer_id)
        if expected is not None and expected.gradient_rms > 0:
            said.append(f"theory {short(expected.gradient_rms)}")
            if measured > 0:
                said.append(f"measured is {factor(measured / expected.gradient_rms)} theory")
            if not math.isnan(expected.chi):
                said.append(f"χ {short(expected.chi)}")
        elif expected is not None and expected.reason is not None:
            said.append(f"no theory: {expected.reason.text}")
        if layer_id in profile.before:
            said.append(f"project {short(profile.before[layer_id])}")
        return ", ".join(said)

    def _describe(self) -> None:
        ids = self._profile.ids
        self.setAccessibleName("Draw the gradient of every layer" if self._is_drawing else
                               "Gradients over depth")
        shown = range(len(ids)) if not self._is_drawing else (self._place,) if ids else ()
        self.setAccessibleDescription(". ".join(self.words(place) for place in shown))

    def _tell(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position().x())
        if 0 <= place < len(self._profile.ids):
            QToolTip.showText(event.globalPosition().toPoint(), self.words(place), self)

    def leaveEvent(self, event: QEvent) -> None:
        QToolTip.hideText()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(theme.base_font())
        font.setPixelSize(theme.px(11))
        painter.setFont(font)
        self._paint_axes(painter)
        if not self._is_drawing:
            self._paint_theory(painter)
            self._paint_line(painter, self._profile.before, theme.current().ghost, 1.0)
            self._paint_line(painter, self._profile.measured, theme.current().text, 1.5, dots=True)
        self._paint_drawn(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.current().focus), theme.px(2)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _paint_axes(self, painter: QPainter) -> None:
        tokens, area, px = theme.current(), self._area(), theme.px
        low, high = self.span()
        step = max(1, math.ceil((high - low) / max(area.height() / px(26), 1)))
        for decade in range(math.ceil(low / step) * step, math.floor(high) + 1, step):
            y = self.point_of(0, 10.0 ** decade).y()
            painter.setPen(QColor(tokens.grid))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
            painter.setPen(QColor(tokens.axis))
            painter.drawText(QRectF(0, y - px(8), area.left() - px(6), px(16)),
                             Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                             power_text(decade))
        ids = self._profile.ids
        if self._selected in ids or self._is_drawing:
            place = self._place if self._is_drawing else ids.index(self._selected)
            wide = area.width() / max(len(ids), 1)
            painter.fillRect(QRectF(area.left() + place * wide, area.top(), wide, area.height()),
                             QColor(tokens.accent_soft))
        self._paint_numbers(painter, area)

    def _paint_numbers(self, painter: QPainter, area: QRectF) -> None:
        names, px = self._profile.names, theme.px
        painter.setPen(QColor(theme.current().axis))
        every = max(1, math.ceil(len(names) * px(26) / max(area.width(), 1)))
        for place in range(0, len(names), every):
            number = names[place].split()[1] if " " in names[place] else names[place]
            x = self.point_of(place, 1.0).x()
            painter.drawText(QRect(round(x) - px(30), round(area.bottom()) + 2, px(60), px(16)),
                             Qt.AlignmentFlag.AlignCenter,
                             f"layer {number}" if place == 0 else number)

    def _points(self, values: Mapping[str, float]) -> Iterator[QPointF]:
        for place, layer_id in enumerate(self._profile.ids):
            value = values.get(layer_id, math.nan)
            if not math.isnan(value):
                yield self.point_of(place, value)

    def _paint_line(self, painter: QPainter, values: Mapping[str, float], colour: str,
                    width: float, *, dots: bool = False) -> None:
        points = list(self._points(values))
        painter.setPen(QPen(QColor(colour), width))
        painter.drawPolyline(QPolygonF(points))
        if dots:
            painter.setBrush(QColor(colour))
            radius = min(theme.px(DOT_PX), self._area().width() / max(len(points), 1)) / 2
            for point in points:
                painter.drawEllipse(point, radius, radius)

    def _paint_theory(self, painter: QPainter) -> None:
        tokens, known = theme.current(), self._profile.theory
        expected = {key: one for key, one in known.layers.items() if one.gradient_rms > 0}
        band = QColor(tokens.text)
        band.setAlphaF(0.12)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(band)
        upper = list(self._points({key: one.high for key, one in expected.items()}))
        lower = list(self._points({key: one.low for key, one in expected.items()}))
        painter.drawPolygon(QPolygonF([*upper, *lower[::-1]]))
        pen = QPen(QColor(tokens.text), theme.px(2))
        pen.setDashPattern([1.0, 2.0])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF(list(self._points(
            {key: one.gradient_rms for key, one in expected.items()}))))

    def _paint_drawn(self, painter: QPainter) -> None:
        tokens = theme.current()
        if not self._is_drawing:
            # From what was drawn to what it is.
            painter.setPen(QPen(QColor(tokens.accent), 1.0))
            for place, layer_id in enumerate(self._profile.ids):
                measured = self._profile.measured.get(layer_id, math.nan)
                if layer_id in self.drawn and not math.isnan(measured):
                    painter.drawLine(QLineF(self.point_of(place, self.drawn[layer_id]),
                                            self.point_of(place, measured)))
        self._paint_line(painter, self.drawn, tokens.accent, 2.0, dots=True)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()
