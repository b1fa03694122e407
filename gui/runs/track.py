"""Runs from left to right: what was said of them, which steps were kept, and a handle over them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QToolTip, QWidget

from gui import theme
from gui.frames.recording import Recording
from gui.runs.lanes import Axis, blocks, columns_of
from gui.widgets import linear_ticks

KNOB, LANE, GAP, TICK = 11, 9, 3, 4
"""Heights in px at 13 px text: the handle's knob, a lane, what is between lanes, ticks of steps."""
NAME = 16
"""Width of the letters of the lanes."""
SHAPE = 11
"""Side of a verdict's shape."""
PAGE = 20
"""Kept steps that Page Up and Page Down pass over."""
TINT, FAINT = 0.45, 0.72
"""Share of the ground in the colour of a lane, on which shapes stand in the colour itself; the same
where there is nothing to say yet."""
LARGEST = 2**31 - 1
"""The largest number that Qt's sliders know."""
KEYS: Mapping[int, int] = {
    Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1,
    Qt.Key.Key_PageUp: -PAGE, Qt.Key.Key_PageDown: PAGE,
    Qt.Key.Key_Home: -LARGEST, Qt.Key.Key_End: LARGEST,
}
"""By how many kept steps a key moves the handle."""


class Track(QAbstractSlider):
    """The lanes of a timeline with their handle, which stops at kept steps. GUI thread only.

    It is a slider over steps, for those who hear or script it too.

    Signals
    -------
    step_chosen(int)
        A person has moved the handle to this kept step.
    play_toggled()
        A person wants to see the steps one after another, or to stop that.
    left()
        A person wants to see the newest step again.
    """

    step_chosen = Signal(int)
    play_toggled = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recordings: Mapping[str, Recording] = {}
        self._steps: Sequence[int] = ()
        self._logarithmic = self._is_live = False
        self._picture: QPixmap | None = None
        self.setAccessibleName("Kept steps")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self.restyle)
        self.restyle()

    def steps(self) -> Sequence[int]:
        """Return the steps at which the handle stops, ascending."""
        return self._steps

    def show_recordings(self, recordings: Mapping[str, Recording]) -> None:
        """Show what has been kept of the runs, a lane each."""
        if dict(recordings) == self._recordings:
            return
        self._recordings = dict(recordings)
        kept = [recording.steps for recording in recordings.values()]
        self._steps = kept[0] if len(kept) == 1 else sorted(set().union(*kept))
        last = max((recording.last for recording in recordings.values()), default=0)
        first = min((recording.first for recording in recordings.values()), default=0)
        with QSignalBlocker(self):
            self.setRange(min(first, LARGEST), min(last, LARGEST))
        self._redraw()

    def show_step(self, step: int, *, live: bool) -> None:
        """Let the handle stand at a step.

        Parameters
        ----------
        step : int
            Where.
        live : bool
            Whether that is the newest one, and the handle goes along.
        """
        self._is_live = live
        # Not blocked: those who hear the slider are told by its signal.
        self.setValue(min(step, LARGEST))
        self.setAccessibleDescription(self.told(step))
        self.update()

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Let each decade of steps be as wide as the next, or each step."""
        self._logarithmic = logarithmic
        self._redraw()

    def axis(self) -> Axis:
        """Return where steps lie."""
        knob = theme.px(KNOB) / 2
        return Axis(self.minimum(), self.maximum(), theme.px(NAME) + knob, self.width() - knob - 1,
                    self._logarithmic)

    def kept_near(self, step: float) -> int:
        """Return the kept step that is nearest to a step; the present one if none is kept."""
        place = bisect_left(self._steps, step)
        around = self._steps[max(place - 1, 0):place + 1]
        return min(around, key=lambda kept: abs(kept - step), default=self.value())

    def kept_after(self, step: int, count: int = 1) -> int:
        """Return the kept step so many places after a step, or before it if ``count`` < 0."""
        if not self._steps:
            return self.value()
        place = bisect_right(self._steps, step) - 1 + count if count > 0 else \
            bisect_left(self._steps, step) + count
        return self._steps[min(max(place, 0), len(self._steps) - 1)]

    def told(self, step: int) -> str:
        """Return in words what was said of the runs at a step."""
        said = []
        for key, recording in self._recordings.items():
            place = bisect_right(recording.stretches, step, key=lambda one: one.first_step) - 1
            if place >= 0:
                code = recording.stretches[place].code.replace("_", " ").replace("-", " ")
                said.append(f"{key}: {code}" if len(self._recordings) > 1 else code)
        return f"Step {step:,}. " + ", ".join(said) if said else f"Step {step:,}"

    def go_to(self, step: int) -> None:
        """Move the handle as a person does."""
        if step != self.value() or self._is_live:
            self.show_step(step, live=False)
            self.step_chosen.emit(step)

    def sizeHint(self) -> QSize:
        """Return room for two lanes, whether there are two or one."""
        return QSize(theme.px(400), self._floor() + theme.px(TICK) + self._small().height())

    def minimumSizeHint(self) -> QSize:
        """Return room for a handle that can still be moved."""
        return QSize(theme.px(160), self.sizeHint().height())

    def restyle(self) -> None:
        """Take sizes and colours from the theme."""
        self.setFixedHeight(self.sizeHint().height())
        self._redraw()

    # What a person does

    def event(self, event: QEvent) -> bool:
        """Keep the keys of the handle from the window's shortcuts, and tell of what lies below."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride \
                and event.modifiers() == Qt.KeyboardModifier.NoModifier and self._uses(event.key()):
            event.accept()
            return True
        if isinstance(event, QHelpEvent):
            step = self.kept_near(self.axis().step(event.pos().x()))
            QToolTip.showText(event.globalPos(), self.told(step), self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from one kept step to the next, or play them."""
        if not self._uses(event.key()):
            event.ignore()
        elif event.key() == Qt.Key.Key_Space:
            self.play_toggled.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            self.go_to(self.kept_after(self.value(), KEYS[event.key()]))

    def _uses(self, key: int) -> bool:
        """Say whether a key does something here; Esc only where there is something to leave."""
        return key in KEYS or key == Qt.Key.Key_Space or (
            key == Qt.Key.Key_Escape and not self._is_live)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Bring the handle to the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Let the handle follow the pointer."""
        if self.isSliderDown():
            self._follow(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the handle go."""
        self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel pass."""
        event.ignore()

    def _follow(self, event: QMouseEvent) -> None:
        self.go_to(self.kept_near(self.axis().step(event.position().x())))

    # Drawing

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw the lanes anew."""
        super().resizeEvent(event)
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the lanes in the new font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.EnabledChange):
            self._redraw()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lanes, and the handle over them."""
        if self._picture is None:
            self._picture = self._drawn()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        if not self._steps:
            return
        tokens = theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x, knob = float(self.axis().at(self.value())), theme.px(KNOB)
        painter.setPen(QPen(QColor(tokens.accent), theme.px(1.6)))
        painter.drawLine(QLineF(x, knob / 2, x, self._floor() + theme.px(TICK)))
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), theme.px(2)))
            painter.setBrush(QColor(tokens.surface))
            painter.drawEllipse(QPointF(x, knob / 2), knob / 2 - 1, knob / 2 - 1)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent))
            painter.drawEllipse(QPointF(x, knob / 2), knob / 2, knob / 2)

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    def _small(self) -> QSize:
        """Return the size of a digit at the axis."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance("0"), round(metrics.height() * 0.85))

    def _floor(self) -> int:
        """Return where the lanes end, from the top."""
        return theme.px(KNOB) + 2 * theme.px(LANE) + theme.px(GAP) + 1

    def _lane(self, place: int) -> QRectF:
        """Return where a lane lies; a single one has the room of two."""
        top, tall = theme.px(KNOB), theme.px(LANE)
        if len(self._recordings) == 1:
            top += (tall + theme.px(GAP)) // 2
        axis = self.axis()
        return QRectF(axis.left, top + place * (tall + theme.px(GAP)), axis.right - axis.left, tall)

    def _drawn(self) -> QPixmap:
        """Return all but the handle, which alone moves many times a second."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)
        axis = self.axis()
        for place, (key, recording) in enumerate(self._recordings.items()):
            self._draw_lane(painter, self._lane(place), key, recording, axis)
        self._draw_ticks(painter, axis)
        painter.end()
        return picture

    def _draw_lane(self, painter: QPainter, lane: QRectF, key: str, recording: Recording,
                   axis: Axis) -> None:
        tokens = theme.current()
        if len(self._recordings) > 1:
            painter.setPen(QColor(tokens.text_muted))
            name = QRectF(0, lane.y() - lane.height(), lane.x(), 3 * lane.height())
            painter.drawText(name, int(Qt.AlignmentFlag.AlignVCenter), key)
        ground = QRectF(lane)
        ground.setLeft(float(axis.at(recording.first)))
        painter.fillRect(ground, QColor(tokens.surface_sunken))
        painted = blocks(recording.stretches, recording.last, axis)
        tints = {kind: _tint(*kind) for kind in {(one.code, one.severity) for one in painted}}
        for block in painted:
            place = QRectF(block.left, lane.y(), block.right - block.left, lane.height())
            painter.fillRect(place, tints[block.code, block.severity])
        side, free = theme.px(SHAPE), -1.0
        for block in painted:
            left = max(block.left, lane.x())
            # Not where the next verdict would be hidden, nor upon the shape before.
            if block.right - left >= side + 2 and left >= free:
                spot = QRectF(left + 1, lane.center().y() - side / 2, side, side)
                shape = theme.status_shape(block.code, block.severity)
                severity = max(block.severity, 1) if shape != block.code else block.severity
                theme.status_glyph(painter, spot, shape, severity)
                free = spot.right() + side

    def _draw_ticks(self, painter: QPainter, axis: Axis) -> None:
        """Draw a tick for each kept step, and numbers below."""
        if not self._steps:
            return
        tokens, floor, tick = theme.current(), self._floor(), theme.px(TICK)
        painter.setPen(QColor(tokens.border_strong))
        painter.drawLines([QLineF(x + 0.5, floor + 1, x + 0.5, floor + tick)
                           for x in columns_of(self._steps, axis)])
        painter.setPen(QColor(tokens.axis))
        metrics, free = painter.fontMetrics(), -1.0
        for step in self._numbers(axis):
            text = f"{step:,}"
            wide = metrics.horizontalAdvance(text)
            left = min(max(float(axis.at(step)) - wide / 2, 0.0), self.width() - wide - 1.0)
            if left >= free:
                place = QRectF(left, floor + tick, wide + 1, self.height() - floor - tick)
                painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), text)
                free = left + wide + theme.px(8)

    def _numbers(self, axis: Axis) -> list[int]:
        """Return the steps that are written below."""
        if axis.logarithmic:
            decades = [10**power for power in range(len(str(axis.last)))]
            return [axis.first, *(step for step in decades if axis.first < step <= axis.last)]
        count = max(1, int((axis.right - axis.left) / theme.px(100)))
        return [round(tick) for tick in linear_ticks(axis.first, axis.last, count)[1]
                if tick == round(tick)]


def _tint(code: str, severity: int) -> QColor:
    """Return the colour of a lane under a verdict."""
    shape = theme.status_shape(code, severity)
    colour = theme.status_colour(shape, max(severity, shape != code))
    return theme.blended(colour, theme.current().surface, FAINT if shape == "waiting" else TINT)
