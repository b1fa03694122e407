"""The chain rule as a ladder: how much every layer leaves of the gradient, and which kills it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.microscope.through_time import recurrent_layers
from gui import theme
from gui.microscope.ladder_model import Steps, over_layers, over_time
from gui.microscope.ladder_painter import LadderPainter, left_in, nearest, tip_text, weakest_words
from gui.microscope.ladder_places import LadderPlaces, place_ladder
from gui.microscope.lens import Lens
from gui.microscope.network_columns import Column, columns_of
from gui.microscope.network_ink import TEXT, Ink, number_text, plain
from gui.widgets import Segmented

LAYERS = "layers"
NOTHING = "The gradient of every layer is shown here."


class LadderView(QWidget):
    """Draws the gradient's size from the loss to the first layer. GUI thread only.

    A click on a rung goes to the statement that has written it. Where layers are recurrent, a
    switch shows the gradient over the steps of time of one of them.

    Parameters
    ----------
    lens : Lens
        Where one stands.

    Attributes
    ----------
    switch : Segmented
        Layers, or the steps of time of a layer. It stands at the top, unless a card's header takes
        it.

    Signals
    -------
    hint_changed(str)
        What the picture shows is new, for the card's header.
    """

    hint_changed = Signal(str)

    def __init__(self, lens: Lens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lens = lens
        self._columns: tuple[Column, ...] = ()
        self._ladder = Steps((), 0.0, -1)
        self._hovered = -1
        self._ink = Ink(theme.base_font())
        self.switch = Segmented((), "Over layers or over time", self)
        self.switch.selected.connect(self._on_switch_selected)
        self.switch.hide()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Chain rule ladder")
        lens.dissected.connect(self._on_lens_dissected)
        lens.moved.connect(self._on_lens_moved)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_lens_dissected()

    def sizeHint(self) -> QSize:
        """Return room for three layers."""
        return QSize(theme.px(660), theme.px(260))

    def minimumSizeHint(self) -> QSize:
        """Return room in which the ladder can still be read."""
        return QSize(theme.px(300), theme.px(150))

    def hint(self) -> str:
        """Return what the picture shows, for the card's header."""
        if self._ladder.layer >= 0:
            return f"RMS of ∂L/∂h of layer {self._ladder.layer}, step by step from the end"
        return "RMS of ∂L/∂z, layer by layer from the loss; one factor per layer"

    @property
    def ladder(self) -> Steps:
        """The rungs, the farthest from the loss first."""
        return self._ladder

    def layout_of(self) -> LadderPlaces:
        """Return where everything stands."""
        room = QRectF(self.rect())
        if self.switch.parent() is self and not self.switch.isHidden():
            room.setTop(room.top() + self.switch.sizeHint().height())
        return place_ladder(self._ladder, room)

    def held(self) -> int:
        """Return which rung belongs to the layer in hand; -1 for none."""
        one = self.lens.statement
        depth = one.number
        if self._ladder.layer >= 0:
            depth = one.step + 1 if one.number == self._ladder.layer else -1
        return next((place for place, step in enumerate(self._ladder.steps)
                     if step.depth == depth), -1)

    # What changes

    @Slot()
    def _on_lens_dissected(self) -> None:
        if self.lens.is_empty or self.lens.dissection is None:
            self._columns = ()
            self.switch.hide()
        else:
            self._columns = columns_of(self.lens.dissection, self.lens.trace)
            layers = recurrent_layers(self.lens.trace)
            self._offer(layers)
        self._build()

    def _offer(self, layers: Sequence[int]) -> None:
        """Offer a look over time for each of these layers."""
        keys = (LAYERS, *map(str, layers))
        if keys != self.switch.options():
            # While it is seen, it would take its new options for hidden, and have no size.
            self.switch.hide()
            self.switch.set_options([(LAYERS, "Over layers"), *(
                (str(number), f"Over time of layer {number}") for number in layers)])
            self.switch.set_tooltips({
                LAYERS: "How the gradient changes from layer to layer.",
                **{str(number): f"How the gradient of layer {number} changes from step to step "
                                "of time." for number in layers}})
        self.switch.setVisible(bool(layers))

    @Slot(str)
    def _on_switch_selected(self, key: str) -> None:
        self._build()

    def _build(self) -> None:
        """Take the ladder that the switch asks for."""
        self._hovered, key = -1, self.switch.current()
        if not self._columns:
            self._ladder = Steps((), 0.0, -1)
            self.setAccessibleDescription(NOTHING)
        else:
            self._ladder = over_layers(self.lens, self._columns) if key == LAYERS else \
                over_time(self.lens, int(key))
            self.setAccessibleDescription(self._summary())
        self._place_switch()
        self.hint_changed.emit(self.hint())
        self.update()

    def _place_switch(self) -> None:
        if self.switch.parent() is not self:
            return
        self.switch.adjustSize()
        self.switch.move(self.width() - self.switch.width(), 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the switch at the right."""
        super().resizeEvent(event)
        self._place_switch()

    def _summary(self) -> str:
        if len(self._ladder.steps) < 2:
            return "; ".join(tip_text(self._ladder, place)
                             for place in range(len(self._ladder.steps)))
        text = f"{number_text(self._ladder.total)} of the last {self._ladder.noun}'s gradient " \
               f"{left_in(self._ladder)}"
        if self._ladder.weakest >= 0:
            name = self._ladder.steps[self._ladder.weakest].name
            text += f"; {name}: {weakest_words(self._ladder)}"
        return text

    @Slot()
    def _on_lens_moved(self) -> None:
        self.update()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._ink = Ink(theme.base_font())
        self._place_switch()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ladder."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.lens.is_empty:
            self._ink.write(painter, QRectF(self.rect()), NOTHING, theme.current().text_muted,
                            TEXT)
        else:
            LadderPainter(self._ink, self._ladder, self.layout_of(),
                          self.lens.micro_step.statement, self.held(), self._hovered,
                          self._begin()).paint(painter)
        painter.end()

    def _begin(self) -> str:
        """Return what the backward pass begins with, in mathematics."""
        if not self._ladder.steps or self._ladder.layer >= 0:
            return ""
        last = self.lens.trace.program.statements[self._ladder.steps[-1].statement]
        return last.formula.partition(" = ")[2]

    # Pointer and keys

    def rung_at(self, x: float) -> int:
        """Return which rung stands over a place; -1 for none."""
        if not self._ladder.steps:
            return -1
        places = self.layout_of()
        if x < places.xs[0] - places.pitch:
            return -1
        return nearest(places.xs, x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the numbers of the rung under the pointer."""
        found = self.rung_at(event.position().x())
        self.setCursor(Qt.CursorShape.ArrowCursor if found < 0
                       else Qt.CursorShape.PointingHandCursor)
        if found != self._hovered:
            self._hovered = found
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Show the rung in hand alone."""
        self._hovered = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the statement that has written a rung."""
        found = self.rung_at(event.position().x())
        if event.button() is Qt.MouseButton.LeftButton and found >= 0:
            self.lens.go_to(self._ladder.steps[found].statement)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the rung nearer to the loss with up, to the next with down."""
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
        count = len(self._ladder.steps)
        if not step or not count:
            super().keyPressEvent(event)
            return
        held = self.held()
        place = min(max(held + step, 0), count - 1) if held >= 0 else count - 1
        self.lens.go_to(self._ladder.steps[place].statement)

    def event(self, event: QEvent) -> bool:
        """Say what stands under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self.rung_at(event.pos().x())
            text = "" if found < 0 else plain(tip_text(self._ladder, found))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)
