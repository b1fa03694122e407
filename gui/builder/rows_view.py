"""The list of the network's rows: keys, drag and drop, hover and partial repainting."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QMimeData, QModelIndex, QPoint, QPointF, QRect, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QCursor,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QToolTip, QWidget

from gui import theme
from gui.builder.axis import GradientAxis
from gui.builder.columns import (
    COMFORTABLE,
    MINI,
    PAIR_COMPACT,
    PAIR_DENSITIES,
    PAIR_MINI,
    Density,
    columns_for,
    fitting_density,
)
from gui.builder.lanes import Lanes, Wire, wires_of
from gui.builder.layer_actions import LayerActions
from gui.builder.pair_tips import pair_tip
from gui.builder.rows import Row
from gui.builder.rows_delegate import RowsDelegate
from gui.builder.rows_model import MIME_KIND, MIME_LAYER, AnyIndex, Role, RowsModel
from gui.builder.rows_tips import Shown, column_tip, paragraphs, wire_tip
from gui.document.document import Document
from gui.widgets import set_page

NOWHERE = -1
FOOT = 26
"""Px, at 13 px text, below the rows that belong to the button that adds one."""
PLUS_REACH = 6
"""How near, in px, the pointer must be to a gap for the plus to appear."""


class RowsView(QListView):
    """The rows, with the gestures that edit them. GUI thread only.

    Parameters
    ----------
    document : Document
        Whose network is shown.
    actions : LayerActions
        What keys and menus do.

    Attributes
    ----------
    model_of_rows : RowsModel
        The rows.
    axis : GradientAxis
        The axis that all gradient bars share.
    columns : Columns
        Where the columns lie.
    density, row_height : Density, int
        How much of a row is shown, and its height in px.
    dirty : QRect
        The part that is being painted.
    hovered : int
        Row under the pointer, -1 for none.
    wiring : Lanes
        The wires beside the cards.
    hovered_wire : Wire | None
        The one under the pointer.

    Signals
    -------
    fitted()
        Rows, the room below the last of them, or what is dragged over them lie elsewhere.
    layer_hovered(str)
        The pointer is over the row of this layer; empty when it is over none any more.
    """

    fitted = Signal()
    layer_hovered = Signal(str)

    def __init__(self, document: Document, actions: LayerActions,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._actions = document, actions
        self.axis = GradientAxis()
        self.columns = columns_for(500)
        self.density, self.row_height = COMFORTABLE, COMFORTABLE.height
        self.dirty = QRect()
        self.hovered = NOWHERE
        self.plus = NOWHERE
        self.drop_position = NOWHERE
        self.model_of_rows = RowsModel(document, self)
        self.wiring = Lanes(self._row_top)
        self.wiring.wires = wires_of(self.model_of_rows.rows)
        self.hovered_wire: Wire | None = None
        self.delegate = RowsDelegate(self.model_of_rows, self, self)
        self.setModel(self.model_of_rows)
        self.setItemDelegate(self.delegate)
        self._configure()
        document.selection_changed.connect(self._on_document_selection_changed)
        self.model_of_rows.modelReset.connect(self._on_rows_reset)
        self.model_of_rows.dataChanged.connect(self._on_rows_changed)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._on_document_selection_changed(document.selected)

    def _configure(self) -> None:
        self.setAccessibleName("Layers of the network")
        self.setObjectName("rows")
        self.setStyleSheet("#rows { border: none; background: transparent; }")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(False)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.verticalScrollBar().valueChanged.connect(self.fitted)

    # Painting

    def update_instruments(self) -> None:
        """Repaint the columns that move while training, and nothing else."""
        viewport = self.viewport()
        left = self.columns.instruments
        viewport.update(QRect(left, 0, viewport.width() - left, viewport.height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        self.dirty = event.rect()
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        if self.dirty.left() <= self.columns.card[0]:
            self.wiring.paint(painter, self.dirty.top(), self.dirty.bottom(),
                              self.currentIndex().row(), self.hovered_wire)
        if self.drop_position != NOWHERE:
            self._paint_drop(painter, self._gap_y(self.drop_position))
        elif self.plus != NOWHERE:
            self._paint_plus(painter, self._plus_centre(self.plus))

    def _paint_drop(self, painter: QPainter, y: int) -> None:
        px = theme.px
        accent = QColor(theme.current().accent)
        left, width = self.columns.card
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(accent, px(3), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(left + px(9), y), QPointF(left + width - px(2), y))
        painter.setBrush(QColor(theme.current().surface))
        painter.setPen(QPen(accent, px(2)))
        painter.drawEllipse(QPointF(left + px(5), y), px(4), px(4))

    def _paint_plus(self, painter: QPainter, centre: QPoint) -> None:
        tokens, radius = theme.current(), theme.px(8)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.surface), 2))
        painter.setBrush(QColor(tokens.accent))
        painter.drawEllipse(QPointF(centre), radius, radius)
        painter.setPen(QPen(QColor(tokens.accent_text), theme.px(2)))
        arm = radius // 2
        painter.drawLine(centre - QPoint(arm, 0), centre + QPoint(arm, 0))
        painter.drawLine(centre - QPoint(0, arm), centre + QPoint(0, arm))

    # Layout

    def fit(self) -> None:
        """Choose columns and density for the room that there is."""
        viewport = self.viewport()
        pair = self.model_of_rows.is_pair
        self.columns = columns_for(viewport.width() - theme.px(2), self.wiring.width(), pair=pair)
        density, row_height, foot = self._fitting_pair() if pair else self._fitting()
        if foot != self.viewportMargins().bottom():
            self.setViewportMargins(0, 0, 0, foot)
        if (density, row_height) != (self.density, self.row_height):
            self.density, self.row_height = density, row_height
            self.scheduleDelayedItemsLayout()
        self.wiring.row_height = self.row_height
        viewport.update()
        self.fitted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def _fitting(self) -> tuple[Density, int, int]:
        """Return the density, the px of a row, and those below the rows that fit the height."""
        rows, height = self.model_of_rows.rowCount(), self.height() - 2
        fitting = fitting_density(rows, height - theme.px(FOOT))
        if fitting[0] is not MINI:
            return *fitting, theme.px(FOOT)
        # Smaller rows need all the room.
        return MINI, min(fitting_density(rows, height)[1], theme.px(MINI.most)), 0

    def _fitting_pair(self) -> tuple[Density, int, int]:
        """Return the same for rows of two lines; those give up the foot first, then a line."""
        rows, height = self.model_of_rows.rowCount(), self.height() - 2
        fitting = fitting_density(rows, height - theme.px(FOOT), PAIR_DENSITIES)
        if fitting[0] is not PAIR_MINI:
            return *fitting, theme.px(FOOT)
        density, row_height = fitting_density(rows, height, PAIR_DENSITIES[1:])
        most = theme.px(PAIR_COMPACT.most if density is PAIR_COMPACT else PAIR_MINI.most)
        return density, min(row_height, most), 0

    def foot(self) -> QRect:
        """Return the room below the last row, or below what is seen; null where there is none."""
        height = self.viewportMargins().bottom()
        below = min(self._row_top(self.model_of_rows.rowCount()), self.viewport().height())
        left, width = self.columns.card
        return QRect(left, below, width, height) if height else QRect()

    def _row_top(self, position: int) -> int:
        return position * self.row_height - self.verticalScrollBar().value()

    def _gap_y(self, position: int) -> int:
        """Return the height, in the viewport, of the gap before ``position``."""
        last = self.model_of_rows.rowCount() - 1
        if position <= last:
            return self.visualRect(self.model_of_rows.index(max(position, 0))).top()
        return self.visualRect(self.model_of_rows.index(last)).bottom() + 1

    def gap_at(self, point: QPoint) -> int:
        """Return before which row something dropped at a point goes; never before the input."""
        index = self.indexAt(QPoint(self.columns.card[0] + 2, point.y()))
        if not index.isValid():
            return self.model_of_rows.rowCount() if point.y() > 0 else 1
        rect = self.visualRect(index)
        below = point.y() > rect.center().y()
        return max(index.row() + int(below), 1)

    def _plus_centre(self, position: int) -> QPoint:
        return QPoint(self.columns.card[0] + theme.px(19), self._gap_y(position))

    # Hover and tooltips

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(event.position().toPoint() if not event.buttons() else None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.plus != NOWHERE and event.button() == Qt.MouseButton.LeftButton:
            position = self.plus
            self._hover(None)
            menu = self._actions.kinds_menu(self.model_of_rows.network_position(position))
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(self.viewport().mapToGlobal(self._plus_centre(position)))
            return
        super().mousePressEvent(event)

    def _hover(self, point: QPoint | None) -> None:
        row, plus, wire = NOWHERE, NOWHERE, None
        if point is not None:
            row = self.indexAt(point).row()
            plus = self._plus_at(point)
            wire = self.wiring.at(point)
        if row != self.hovered:
            self.layer_hovered.emit("" if row == NOWHERE else
                                    self.model_of_rows.rows[row].layer_id)
        if (row, plus, wire) != (self.hovered, self.plus, self.hovered_wire):
            self.hovered, self.plus, self.hovered_wire = row, plus, wire
            shape = Qt.CursorShape.PointingHandCursor
            self.viewport().setCursor(shape if plus != NOWHERE else Qt.CursorShape.ArrowCursor)
            self.viewport().update(0, 0, self.columns.instruments, self.viewport().height())

    @Slot(str)
    def mark(self, layer_id: str) -> None:
        """Show the row of a layer that is pointed at elsewhere as if it were here; empty: none."""
        row = self.model_of_rows.position(layer_id) if layer_id else NOWHERE
        if row != self.hovered:
            self.hovered = row
            self.viewport().update(0, 0, self.columns.instruments, self.viewport().height())

    def _plus_at(self, point: QPoint) -> int:
        left, width = self.columns.card
        if self.density in (MINI, PAIR_MINI) or not left <= point.x() <= left + width:
            return NOWHERE
        gap = self.gap_at(point)
        near = abs(self._gap_y(gap) - point.y()) <= theme.px(PLUS_REACH)
        return gap if near and gap < self.model_of_rows.rowCount() else NOWHERE

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(None)
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._show_tip(event)
            return True
        return bool(super().viewportEvent(event))

    def _show_tip(self, event: QHelpEvent) -> None:
        index = self.indexAt(event.pos())
        if not index.isValid():
            QToolTip.hideText()
        elif self.plus != NOWHERE:
            QToolTip.showText(event.globalPos(), "Add a layer here.", self.viewport())
        else:
            QToolTip.showText(event.globalPos(), self.tip(index, event.pos().x()), self.viewport(),
                              self.visualRect(index))

    def tip(self, index: QModelIndex, x: int) -> str:
        """Return the tooltip of a row at ``x`` px from the left, as rich text."""
        rows = self.model_of_rows.rows
        row, wire = rows[index.row()], self.hovered_wire
        if wire is not None and x < self.columns.card[0]:
            return wire_tip(rows[wire.source], rows[wire.reader])
        return self._tip_of(self.columns.name_at(x), row)

    def _tip_of(self, column: str, row: Row) -> str:
        if self.model_of_rows.cover and column != "card":
            return paragraphs(self.model_of_rows.cover)
        if self.model_of_rows.is_pair:
            return pair_tip(column, row, self.model_of_rows)
        return column_tip(column, row, self._shown(row.layer_id))

    def _shown(self, layer_id: str) -> Shown:
        model = self.model_of_rows
        return Shown(model.told(layer_id), model.verdict(layer_id), model.notes(layer_id),
                     model.scale(layer_id), model.last_gradients.get(layer_id), model.theory())

    def _sign(self) -> None:
        """Say which page explains the layer that is selected."""
        network = self._document.project.network
        kind = next((layer.kind for layer in network if layer.id == self._document.selected), "")
        set_page(self, f"layers/{kind}" if kind else "")

    def explanation(self) -> str:
        """Return everything that there is to say about the current row, as rich text."""
        index = self.currentIndex()
        if not index.isValid():
            return ""
        row = self.model_of_rows.rows[index.row()]
        columns = ("card",) if row.is_input or row.issue else ("card", "status", "gradient",
                                                               "histogram", "update")
        return "<hr>".join(dict.fromkeys(self._tip_of(column, row) for column in columns))

    # Keys and menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        layer_id, refusal = self._document.selected, self._refusal(self.currentIndex())
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Insert, Qt.Key.Key_Plus):
            self._actions.add_usual()
        elif refusal and (key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) or (
                alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down))):
            self._actions.refused.emit(refusal)
        elif layer_id and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._actions.remove(layer_id)
        elif layer_id and alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._actions.shift(layer_id, 1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End,
                     Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            super().keyPressEvent(event)
        else:
            # Space, letters and the right arrow belong to the window: Run, Reset, Step.
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_keyboard else self.indexAt(event.pos())
        if not index.isValid():
            # It is about the whole picture then, which the card offers to save.
            event.ignore()
            return
        if refusal := self._refusal(index):
            self._actions.refused.emit(refusal)
            return
        menu = self._actions.menu(str(index.data(Role.LAYER_ID)))
        menu.aboutToHide.connect(menu.deleteLater)
        spot = self.visualRect(index).center() if by_keyboard else event.pos()
        menu.popup(self.viewport().mapToGlobal(spot))

    def _refusal(self, index: QModelIndex) -> str:
        """Return why the row at an index cannot be edited; empty if it can, or is none."""
        model = self.model_of_rows
        return model.refusal(model.rows[index.row()]) if index.isValid() else ""

    # Drag and drop

    def startDrag(self, actions: Qt.DropAction) -> None:
        index = self.currentIndex()
        if not index.isValid() or not index.flags() & Qt.ItemFlag.ItemIsDragEnabled:
            return
        self._hover(None)
        drag = QDrag(self)
        drag.setMimeData(self.model_of_rows.mimeData([index]))
        card = self.columns.rect("card", self.visualRect(index))
        drag.setPixmap(self.viewport().grab(card))
        drag.setHotSpot(self.viewport().mapFromGlobal(QCursor.pos()) - card.topLeft())
        drag.exec(Qt.DropAction.MoveAction)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._follow(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._scroll_along(event.position().toPoint())
        self._follow(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._set_drop(NOWHERE)

    def dropEvent(self, event: QDropEvent) -> None:
        position = self.gap_at(event.position().toPoint())
        self._set_drop(NOWHERE)
        if not _is_ours(event.mimeData()):
            event.ignore()
            return
        event.acceptProposedAction()
        self._actions.attempt(partial(self.model_of_rows.dropMimeData, event.mimeData(),
                                      event.proposedAction(), position, 0, QModelIndex()))

    def _follow(self, event: QDragMoveEvent) -> None:
        if _is_ours(event.mimeData()):
            event.acceptProposedAction()
            self._set_drop(self.gap_at(event.position().toPoint()))
        else:
            event.ignore()

    def _scroll_along(self, point: QPoint) -> None:
        bar, margin = self.verticalScrollBar(), theme.px(24)
        if point.y() < margin:
            bar.setValue(bar.value() - theme.px(6))
        elif point.y() > self.viewport().height() - margin:
            bar.setValue(bar.value() + theme.px(6))

    def _set_drop(self, position: int) -> None:
        if position != self.drop_position:
            self.drop_position = position
            self.viewport().update()
            self.fitted.emit()

    # What else happens

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        super().currentChanged(current, previous)
        # Wires of the selected layer, which stand out, run beside other rows, too.
        self.viewport().update(0, 0, self.columns.card[0], self.viewport().height())
        if current.isValid():
            self._document.select(str(current.data(Role.LAYER_ID)))

    @Slot(str)
    def _on_document_selection_changed(self, layer_id: str) -> None:
        self._sign()
        index = self.model_of_rows.index(self.model_of_rows.position(layer_id))
        if index != self.currentIndex() or not index.isValid():
            if index.isValid():
                self.setCurrentIndex(index)
            elif not self._refusal(self.currentIndex()):
                self.clearSelection()

    @Slot()
    def _on_rows_reset(self) -> None:
        self.hovered = self.plus = NOWHERE
        self._rewire()
        self.delegate.restyle(self.font())
        self.fit()
        self._on_document_selection_changed(self._document.selected)

    @Slot()
    def _on_rows_changed(self) -> None:
        self._rewire()
        self.fit()

    def _rewire(self) -> None:
        self.wiring.wires, self.hovered_wire = wires_of(self.model_of_rows.rows), None

    @Slot()
    def _on_theme_changed(self) -> None:
        self.delegate.restyle(theme.base_font())
        self.fit()
        self.scheduleDelayedItemsLayout()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.delegate.restyle(self.font())


def _is_ours(mime: QMimeData) -> bool:
    return mime.hasFormat(MIME_LAYER) or mime.hasFormat(MIME_KIND)
