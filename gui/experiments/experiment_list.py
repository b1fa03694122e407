"""The left column: the article's tables, maps and a person's own sweeps."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QColor,
    QFont,
    QKeySequence,
    QPainter,
    QPen,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLabel,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from engine.experiments.library import Group
from engine.messages.numbers import percent
from gui import theme
from gui.experiments.entries import HEADINGS, Entry, Status
from gui.experiments.ink import small_font
from gui.widgets import Button, Card

AnyIndex = QModelIndex | QPersistentModelIndex
ENTRY = Qt.ItemDataRole.UserRole
HEIGHT, HEADING, SIGN, SIDE, RADIUS = 28, 34, 12, 8, 8
"""Px at 13 px text: a row, a heading, the sign of how far it is, the margin, corners."""
FOOT = "A table opens on the right, a map in the middle."
NEW_TIP = ("Make a sweep of the Lab’s project: choose what is turned, how far, and with how many "
           "seeds.")
REMOVE_TIP = "Remove this sweep and its results."


class ExperimentList(Card):
    """What there is to choose. GUI thread only.

    Tables and sweeps keep a choice each, so that one of either is seen.

    Signals
    -------
    chosen(str)
        A person chose an experiment.
    new_requested()
        A sweep is to be made.
    remove_requested(str)
        One of a person's own sweeps is to be removed.
    """

    chosen = Signal(str)
    new_requested = Signal()
    remove_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Experiments", parent)
        self.new = Button("New", "plus")
        self.new.setToolTip(NEW_TIP)
        self.new.setAccessibleName("New sweep")
        self.new.clicked.connect(self.new_requested)
        self.add_header_widget(self.new)
        self._model = QStandardItemModel(self)
        self._rows: dict[str, QStandardItem] = {}
        self._is_filling = False
        self.delegate = EntryDelegate(self)
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(self.delegate)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setProperty("tone", "plain")
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(False)
        self.list.setAccessibleName("Experiments")
        self.list.selectionModel().currentChanged.connect(self._on_current_changed)
        self.list.clicked.connect(self._on_clicked)
        self._remove = QAction("Remove", self.list)
        self._remove.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self._remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._remove.setToolTip(REMOVE_TIP)
        self._remove.setEnabled(False)
        self._remove.triggered.connect(self._on_remove_triggered)
        self.list.addAction(self._remove)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.body.addWidget(self.list, 1)
        foot = QLabel(FOOT)
        foot.setProperty("role", "small")
        foot.setWordWrap(True)
        self.body.addWidget(foot)
        theme.notifier().changed.connect(self._on_sizes_changed)

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show these experiments; the rows stay where only their state is another."""
        if [entry.key for entry in entries] == list(self._rows):
            for entry in entries:
                _fill(self._rows[entry.key], entry)
            return
        current = self.current()
        self._is_filling = True
        self._model.clear()
        self._rows = {}
        for group, title in HEADINGS.items():
            found = [entry for entry in entries if entry.group is group]
            if not found:
                continue
            heading = QStandardItem(title)
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            self._model.appendRow(heading)
            for entry in found:
                item = self._rows[entry.key] = QStandardItem()
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                _fill(item, entry)
                self._model.appendRow(item)
        if current in self._rows:
            self.list.setCurrentIndex(self._rows[current].index())
        self._is_filling = False

    def current(self) -> str:
        """Return the key of the row that has the keyboard; empty if none has."""
        entry = self.list.currentIndex().data(ENTRY)
        return entry.key if isinstance(entry, Entry) else ""

    def set_chosen(self, *keys: str) -> None:
        """Mark what is seen: a table and a sweep."""
        self.delegate.chosen = frozenset(keys)
        self.list.viewport().update()

    def go_to(self, key: str) -> None:
        """Choose an experiment, as a person would."""
        if key not in self._rows:
            return
        is_there = self.current() == key
        self.list.setCurrentIndex(self._rows[key].index())
        if is_there:
            self.chosen.emit(key)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        entry = current.data(ENTRY)
        self._remove.setEnabled(isinstance(entry, Entry) and entry.group is Group.OWN)
        if isinstance(entry, Entry) and not self._is_filling:
            self.chosen.emit(entry.key)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        # Again, where another one has taken its place meanwhile.
        entry = index.data(ENTRY)
        if isinstance(entry, Entry) and entry.key not in self.delegate.chosen:
            self.chosen.emit(entry.key)

    @Slot()
    def _on_remove_triggered(self) -> None:
        entry = self.list.currentIndex().data(ENTRY)
        if isinstance(entry, Entry) and entry.group is Group.OWN:
            self.remove_requested.emit(entry.key)

    @Slot()
    def _on_sizes_changed(self) -> None:
        self.list.doItemsLayout()


def _fill(item: QStandardItem, entry: Entry) -> None:
    if item.data(ENTRY) != entry:
        item.setText(entry.title)
        item.setData(entry, ENTRY)
        told = entry.status.value
        if entry.status in (Status.RUNNING, Status.PART):
            told += f", {percent(entry.share)}"
        whole = entry.whole_title or entry.title
        item.setData(f"{whole}, {told}", Qt.ItemDataRole.AccessibleTextRole)
        item.setToolTip(f"{whole}: {told}")


class EntryDelegate(QStyledItemDelegate):
    """Paints headings and experiments. GUI thread only.

    Attributes
    ----------
    chosen : frozenset[str]
        Keys of what is seen.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.chosen: frozenset[str] = frozenset()

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        is_entry = isinstance(index.data(ENTRY), Entry)
        return QSize(0, theme.px(HEIGHT if is_entry else HEADING))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        entry = index.data(ENTRY)
        tokens, px = theme.current(), theme.px
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(option.rect).adjusted(1, 1, -1, -1)
        font = QFont(theme.base_font())
        if not isinstance(entry, Entry):
            font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
            painter.setPen(QColor(tokens.text))
            painter.drawText(place.adjusted(px(2), px(4), 0, 0),
                             int(Qt.AlignmentFlag.AlignVCenter), str(index.data()))
            painter.restore()
            return
        state = option.state
        if entry.key in self.chosen:
            painter.setPen(QPen(QColor(tokens.accent), 1))
            painter.setBrush(QColor(tokens.accent_soft))
            painter.drawRoundedRect(place, px(RADIUS), px(RADIUS))
            font.setWeight(QFont.Weight.DemiBold)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.surface_raised))
            painter.drawRoundedRect(place, px(RADIUS), px(RADIUS))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place, px(RADIUS), px(RADIUS))
        self._paint_entry(painter, place.adjusted(px(SIDE), 0, -px(SIDE), 0), entry, font)
        painter.restore()

    def _paint_entry(self, painter: QPainter, inner: QRectF, entry: Entry, font: QFont) -> None:
        tokens, px = theme.current(), theme.px
        sign = QRectF(inner.left(), inner.center().y() - px(SIGN) / 2, px(SIGN), px(SIGN))
        paint_sign(painter, sign, entry)
        words = inner.adjusted(px(SIGN + 8), 0, 0, 0)
        if entry.status is Status.RUNNING or (entry.status is Status.PART and entry.share > 0):
            painter.setFont(small_font())
            painter.setPen(QColor(tokens.accent if entry.status is Status.RUNNING else
                                  tokens.text_muted))
            painter.drawText(words, int(Qt.AlignmentFlag.AlignRight
                                        | Qt.AlignmentFlag.AlignVCenter), percent(entry.share))
            words.adjust(0, 0, -px(38), 0)
        painter.setFont(font)
        painter.setPen(QColor(tokens.text))
        shown = painter.fontMetrics().elidedText(entry.title, Qt.TextElideMode.ElideRight,
                                                 int(words.width()))
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), shown)


def paint_sign(painter: QPainter, place: QRectF, entry: Entry) -> None:
    """Draw how far an experiment is: nothing yet, a part, waiting, all."""
    tokens = theme.current()
    ring = place.adjusted(1.5, 1.5, -1.5, -1.5)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if entry.status is Status.DONE:
        theme.icon("check", tokens.good).paint(painter, place.toAlignedRect())
        return
    pen = QPen(QColor(tokens.border_strong), 1.6)
    if entry.status is Status.WAITING:
        pen.setDashPattern([1.2, 1.2])
    painter.setPen(pen)
    painter.drawEllipse(ring)
    if entry.status in (Status.RUNNING, Status.PART) and entry.share > 0:
        painter.setPen(QPen(QColor(tokens.accent if entry.status is Status.RUNNING else
                                   tokens.text_muted), 2.4))
        # Qt counts sixteenths of a degree, from three o'clock, against the clock.
        painter.drawArc(ring, 90 * 16, -round(360 * 16 * min(entry.share, 1.0)))
