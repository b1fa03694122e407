"""What the pictures of sweeps have in common: a setting under the pointer, one that is selected."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.experiments.board import Values
from gui import theme
from gui.experiments.ink import small_font
from gui.experiments.sweep_picture import Describe, SweepPicture
from gui.experiments.tip import Tip, paint_tip

ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home,
          Qt.Key.Key_End)
OPENING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
DRAG_PX = 6
"""From which way on, in px, a press that moves is a drag and no click."""


class SweepView(QWidget):
    """A picture of a sweep. GUI thread only.

    The pointer shows what there is to say of a setting, and a click opens it. With the keyboard,
    arrows go from one to the next, and Enter opens.

    Signals
    -------
    opened(tuple)
        The network of a setting is to be opened.
    selected(tuple)
        Another setting has been reached with the keyboard.
    """

    opened = Signal(object)
    selected = Signal(object)

    def __init__(self, name: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._describe: Describe = lambda values: Tip(", ".join(map(str, values)))
        self.picture: SweepPicture | None = None
        self.hovered: Values | None = None
        self.current: Values | None = None
        self.pressed: QPointF | None = None
        self.tip_area = QRectF()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(name)
        self.setWhatsThis(hint)
        theme.notifier().changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(520), theme.px(420))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(260), theme.px(180))

    # What it shows

    def set_describe(self, describe: Describe) -> None:
        """Let this say what there is to know of a setting."""
        self._describe = describe

    def set_picture(self, picture: SweepPicture | None) -> None:
        """Show a sweep, or nothing."""
        same = (picture is not None and self.picture is not None
                and picture.board.sweep == self.picture.board.sweep)
        self.picture = picture
        if not same:
            self.hovered = self.current = self.pressed = None
        self.refresh()
        self._tell()
        self.update()

    def refresh(self) -> None:
        """Forget what was drawn of another picture, size or theme."""

    def first(self) -> Values | None:
        """Return the setting that the keyboard begins with; None if there is none."""
        raise NotImplementedError

    def moved(self, values: Values, key: Qt.Key) -> Values:
        """Return the setting that a key leads to."""
        raise NotImplementedError

    def values_at(self, point: QPointF) -> Values | None:
        """Return the setting at a point; None if there is none."""
        raise NotImplementedError

    def place_of(self, values: Values) -> QRectF:
        """Return where a setting stands, in px."""
        raise NotImplementedError

    def paint_picture(self, painter: QPainter, picture: SweepPicture) -> None:
        """Draw everything but what is marked."""
        raise NotImplementedError

    def paint_mark(self, painter: QPainter, values: Values, *, strong: bool) -> None:
        """Mark the setting under the pointer, or the one that is selected."""
        tokens = theme.current()
        place = self.place_of(values)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((tokens.surface, 4.0), (tokens.text if strong else tokens.accent,
                                                      2.0)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawRoundedRect(place.adjusted(-1, -1, 1, 1), 2, 2)

    def tip_of(self, values: Values) -> Tip:
        """Return what there is to say of a setting."""
        return self._describe(values)

    # Pointer

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hover(self.values_at(event.position()))

    def hover(self, values: Values | None) -> None:
        """Show what there is to say of a setting, or of none."""
        if values != self.hovered:
            self.hovered = values
            self.setCursor(Qt.CursorShape.PointingHandCursor if values is not None else
                           Qt.CursorShape.ArrowCursor)
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self.pressed = self.pressed, None
        if event.button() != Qt.MouseButton.LeftButton or pressed is None:
            return
        values = self.values_at(event.position())
        if values is not None and (event.position() - pressed).manhattanLength() < DRAG_PX:
            self.current = values
            self._tell()
            self.opened.emit(values)

    def leaveEvent(self, event: QEvent) -> None:
        self.hover(None)

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self.picture is None or key not in (*ARROWS, *OPENING):
            event.ignore()
        elif key in OPENING:
            if self.current is not None:
                self.opened.emit(self.current)
        else:
            before = self.current
            self.current = self.first() if before is None else self.moved(before, key)
            self.hovered = None
            self._tell()
            self.update()
            if self.current is not None:
                self.selected.emit(self.current)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self.current is None and self.picture is not None:
            self.current = self.first()
            self._tell()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def _tell(self) -> None:
        """Say in words what is selected."""
        title = "" if self.picture is None else f": {self.picture.board.sweep.name}"
        self.setAccessibleName(f"{self._name}{title}")
        told = self.whatsThis()
        if self.current is not None and self.picture is not None:
            told = f"{self._describe(self.current).text}. {told}"
        self.setAccessibleDescription(told)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font())
        self.tip_area = QRectF()
        if self.picture is None:
            return
        self.paint_picture(painter, self.picture)
        if self.current is not None and self.hasFocus():
            self.paint_mark(painter, self.current, strong=False)
        self.paint_gesture(painter)
        about = self.hovered
        if about is None and self.hasFocus():
            about = self.current
        if about is not None and not self.is_dragging():
            if self.hovered is not None:
                self.paint_mark(painter, about, strong=True)
            self.tip_area = paint_tip(painter, self.tip_of(about), self.place_of(about),
                                      QRectF(self.rect()).adjusted(1, 1, -1, -1))
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.current().focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def paint_gesture(self, painter: QPainter) -> None:
        """Draw what is being drawn with the pointer."""

    def is_dragging(self) -> bool:
        """Say whether something is being drawn with the pointer."""
        return False

    @Slot()
    def _on_theme_changed(self) -> None:
        self.refresh()
        self.updateGeometry()
        self.update()
