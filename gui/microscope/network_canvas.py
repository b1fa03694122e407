"""The network of a step: every number where it arises, forward and backward."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui import theme
from gui.microscope.lens import Lens
from gui.microscope.network_columns import Body, Column, columns_of
from gui.microscope.network_edges import EdgePainter
from gui.microscope.network_frame import FramePainter, stand_text
from gui.microscope.network_hits import Hit, Kind, hit_at
from gui.microscope.network_ink import TEXT, Ink, plain
from gui.microscope.network_maps import MapPainter
from gui.microscope.network_neurons import NeuronPainter
from gui.microscope.network_pills import PillPainter
from gui.microscope.network_places import Places, arrange
from gui.microscope.network_reading import Reading
from gui.microscope.network_sequences import SequencePainter

NOTHING = "The next step is shown here, number by number."


class NetworkCanvas(QWidget):
    """Draws the network where one stands in a step. GUI thread only.

    A click opens the number under it; one on what is still to come goes there. The pointer marks an
    example. The wheel shows further units of a layer; up and down open the number of the unit
    above or below.

    Parameters
    ----------
    lens : Lens
        Where one stands.

    Signals
    -------
    hint_changed(str)
        What the picture's numbers are is new, for the card's header.
    """

    hint_changed = Signal(str)

    def __init__(self, lens: Lens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lens = lens
        self._columns: tuple[Column, ...] = ()
        self._scrolled: dict[int, int] = {}
        self._middle = -1
        self._hint = ""
        self._hits: list[Hit] = []
        self._places: Places | None = None
        self._ink = Ink(theme.base_font())
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Network")
        lens.dissected.connect(self._on_lens_dissected)
        lens.moved.connect(self._on_lens_moved)
        lens.opened.connect(self._on_lens_opened)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_lens_dissected()

    def sizeHint(self) -> QSize:
        """Return room for the first network."""
        return QSize(theme.px(660), theme.px(430))

    def minimumSizeHint(self) -> QSize:
        """Return room for two layers."""
        return QSize(theme.px(300), theme.px(240))

    def hint(self) -> str:
        """Return what the picture's numbers and cells are, for the card's header."""
        if self.lens.is_empty:
            return ""
        n = self.lens.trace.program.n
        if any(column.body in (Body.MAPS, Body.GRID) for column in self._columns):
            return f"pictures: example {min(self.lens.example, n - 1) + 1} of {n}"
        return "numbers of one example" if n == 1 else \
            f"number: mean of the batch · cells: its {n} examples"

    @property
    def hits(self) -> tuple[Hit, ...]:
        """What can be pointed at, as it was painted last."""
        return tuple(self._hits)

    @property
    def places(self) -> Places | None:
        """Where everything stood when it was painted last."""
        return self._places

    # What changes

    @Slot()
    def _on_lens_dissected(self) -> None:
        self._scrolled, self._middle = {}, -1
        self._columns = () if self.lens.is_empty or self.lens.dissection is None else \
            columns_of(self.lens.dissection, self.lens.trace)
        self._redraw()

    @Slot()
    def _on_lens_moved(self) -> None:
        self._middle = -1
        self._redraw()

    @Slot()
    def _on_lens_opened(self) -> None:
        self._redraw()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._ink = Ink(theme.base_font())
        self._redraw()

    def _redraw(self) -> None:
        if self.lens.is_empty:
            self.setAccessibleDescription(NOTHING)
        else:
            reading = Reading(self.lens, self._columns)
            text = PillPainter(self._ink, reading, self._arrange(reading)).text()
            self.setAccessibleDescription(f"{stand_text(reading)}: {plain(text)}")
        if self.hint() != self._hint:
            self._hint = self.hint()
            self.hint_changed.emit(self._hint)
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the network."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._hits = []
        if self.lens.is_empty:
            self._ink.write(painter, QRectF(self.rect()), NOTHING, theme.current().text_muted,
                            TEXT)
            painter.end()
            return
        reading = Reading(self.lens, self._columns)
        self._places = self._arrange(reading)
        self._paint(painter, reading, self._places)
        painter.end()

    def _paint(self, painter: QPainter, reading: Reading, places: Places) -> None:
        frame = FramePainter(self._ink, reading, places, self._hits)
        frame.paint_ground(painter)
        edges = EdgePainter(self._ink, reading, places, self._hits)
        edges.paint(painter)
        neurons = NeuronPainter(self._ink, reading, self._hits)
        maps = MapPainter(self._ink, reading, self._hits)
        sequences = SequencePainter(self._ink, reading, self._hits)
        for place in places.columns:
            if place.column.body is Body.LOSS:
                losses = reading.losses() if reading.loss_known else None
                neurons.paint_loss(painter, place, losses)
            elif place.column.body is Body.MAPS:
                maps.paint(painter, place)
                maps.paint_uses(painter, place)
            elif place.column.body is Body.GRID:
                sequences.paint(painter, place)
            else:
                neurons.paint(painter, place)
        frame.paint_titles(painter)
        frame.paint_overview(painter)
        frame.paint_legend(painter)
        PillPainter(self._ink, reading, places).paint(painter, edges.labelled)

    def _arrange(self, reading: Reading) -> Places:
        middle = self._middle
        if middle < 0:
            middle = reading.in_hand if reading.in_hand >= 0 else reading.unit_in_hand[0]
        return arrange(self._columns, QRectF(self.rect()), middle, reading.wanted_units(),
                       self._scrolled)

    # Pointer and keys

    def hit(self, point: QPointF) -> Hit | None:
        """Return what lies under a point."""
        return hit_at(self._hits, point)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark the example under the pointer."""
        found = self.hit(event.position())
        self.setCursor(Qt.CursorShape.ArrowCursor if found is None
                       else Qt.CursorShape.PointingHandCursor)
        if found is not None and found.kind is Kind.CELL and found.example >= 0:
            self.lens.mark_example(found.example)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open what lies under the pointer."""
        found = self.hit(event.position())
        if event.button() is not Qt.MouseButton.LeftButton or found is None:
            return
        if found.kind is Kind.COLUMN:
            self._show_column(found.column)
        elif found.kind is Kind.MORE:
            self._scroll(found.column, found.unit)
        else:
            self._open(found)

    def _open(self, found: Hit) -> None:
        """Open a number that is known; go to one that is still to come."""
        statement = found.statement
        if statement < 0:
            return
        shape = self.lens.trace.program.statements[statement].shape
        index = found.index if len(found.index) == len(shape) else \
            (found.index[0], *([0] * (len(shape) - 2)), found.unit) if shape else ()
        if self.lens.is_done(statement):
            self.lens.open(statement, index)
        else:
            self.lens.go_to(statement, found.unit, index)

    def _show_column(self, number: int) -> None:
        """Go to a layer's part in the direction in which one walks, and show it."""
        column = self._columns[number]
        is_back = Reading(self.lens, self._columns).is_backward
        among = (*column.errors, *column.gradients) if is_back and column.errors else \
            column.outputs
        self._middle = number
        if among:
            self.lens.go_to(min(among))
        self._redraw()

    def _scroll(self, number: int, unit: int) -> None:
        self._scrolled[number] = max(unit, 0)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Show further units of the layer under the pointer."""
        place = next((place for place in (self._places.columns if self._places else ())
                      if place.box.contains(event.position())), None)
        if place is None or not (place.before or place.after):
            event.ignore()
            return
        step = -1 if event.angleDelta().y() > 0 else 1
        self._scroll(place.column.number, min(place.before + step,
                                              place.column.units - len(place.units)))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the number of the unit above or below."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if not step or self.lens.is_empty:
            super().keyPressEvent(event)
            return
        statement, index = self.lens.opened_statement, self.lens.opened_index
        shape = self.lens.trace.program.statements[statement].shape
        if shape and 0 <= index[-1] + step < shape[-1]:
            self.lens.open(statement, (*index[:-1], index[-1] + step))

    def event(self, event: QEvent) -> bool:
        """Say what lies under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self.hit(QPointF(event.pos()))
            text = "" if found is None else plain(found.tip(found))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)
