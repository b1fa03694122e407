"""Choosing which layers feed a layer: one of those before it, or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QStandardItemModel,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.builder.rows import Row
from gui.document.wiring import Source
from gui.widgets import LabelledCombo

LINES = 6
"""Layers that are seen at once."""
LINE = 24
"""Height of one of them, in px at 13 px text."""
ABOVE = "Layer above"
LETTERS = 11
"""Letters of the chosen layer that must be seen."""


def source_text(source: Source, rows: Sequence[Row]) -> str:
    """Return ``2 · Dense 16 · Tanh → 16``: number, label and shape of what a layer gives."""
    if source.position < 0:
        return "A layer that is not there"
    row = rows[source.position]
    text = row.label if row.is_input else f"{row.position} · {row.label}"
    return f"{text} → {row.shape}" if row.shape else text


def source_tip(source: Source, rows: Sequence[Row]) -> str:
    """Return what to say about a layer that can or cannot be chosen, as rich text."""
    text = source_text(source, rows)
    if source.problem:
        return f"<p>{text}</p><p>Does not fit: {source.problem}.</p>"
    return f"<p>{text}</p>"


class SourceCombo(LabelledCombo):
    """One of the layers before a layer, beside its label.

    Signals
    -------
    chosen(object)
        A person wants these ids as inputs; none stand for the layer above.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Input", beside=True, parent=parent, tooltip=(
            "<p><b>Input.</b> The layer whose output this one reads. Another one than the layer "
            "above begins a branch.</p>"))
        self.combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.combo.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(LETTERS)
        self._shown: tuple[object, ...] = ()
        self.value_changed.connect(self._on_value_changed)

    def show_sources(self, sources: Sequence[Source], rows: Sequence[Row], explicit: bool) -> None:
        """Offer layers, nearest first; ``explicit`` says that a person has chosen one."""
        texts = [source_text(source, rows) for source in sources]
        shown = (tuple(sources), tuple(texts))
        if shown != self._shown:
            self._shown = shown
            further = list(zip(sources, texts, strict=True))[1:]
            self.set_options([("", ABOVE), *((s.layer_id, text) for s, text in further)],
                             [source_tip(source, rows) for source in sources])
            model = self.combo.model()
            assert isinstance(model, QStandardItemModel)
            for line, (source, _) in enumerate(further, 1):
                model.item(line).setEnabled(source.chosen or not source.problem)
        chosen = next((s.layer_id for s in sources[1:] if s.chosen and explicit), "")
        self.set_value(chosen)

    @Slot(str)
    def _on_value_changed(self, layer_id: str) -> None:
        self.chosen.emit((layer_id,) if layer_id else ())


class CalmList(QListWidget):
    """A short list that is checked by a click anywhere on a line, by Space or by Enter.

    It leaves the wheel to the panel where it has nothing to scroll.
    """

    def mousePressEvent(self, event: QMouseEvent) -> None:
        item = self.itemAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and item is not None:
            self.setCurrentItem(item)
            self._toggle(item)
        else:
            super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # The line that the keys act on is marked while they act on the list.
        self.setCurrentRow(max(self.currentRow(), 0))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.clearSelection()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        # By Qt's own way the release on a check box would take back what the press has done.
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.verticalScrollBar().maximum() > 0:
            super().wheelEvent(event)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentRow() >= 0:
            self._toggle(self.currentItem())
        else:
            super().keyPressEvent(event)

    def _toggle(self, item: QListWidgetItem) -> None:
        if item.flags() & Qt.ItemFlag.ItemIsEnabled:
            on = item.checkState() is Qt.CheckState.Checked
            item.setCheckState(Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)


class SourceList(QWidget):
    """The layers before a layer that joins, with a check box each, nearest first.

    Signals
    -------
    chosen(object)
        A person wants these ids as inputs.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        label = QLabel("Inputs")
        label.setProperty("role", "small")
        self.list = CalmList()
        self.list.setAccessibleName("Inputs: the layers that this one joins")
        self.list.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setUniformItemSizes(True)
        self.list.itemChanged.connect(self._on_item_changed)
        label.setBuddy(self.list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(label)
        layout.addWidget(self.list)
        self.setToolTip("<p><b>Inputs.</b> The layers that this one joins: check each layer whose "
                        "output it is to read.</p>")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._sources: tuple[Source, ...] = ()
        self._order: tuple[str, ...] = ()
        self._shown: tuple[object, ...] = ()
        theme.notifier().changed.connect(self._on_theme_changed)

    def show_sources(self, sources: Sequence[Source], rows: Sequence[Row],
                     order: Sequence[str]) -> None:
        """Offer layers; ``order`` is that of the ids that are chosen."""
        texts = tuple(source_text(source, rows) for source in sources)
        self._order = tuple(order)
        shown = (tuple(sources), texts)
        if shown == self._shown:
            return
        keep = tuple(s.layer_id for s in self._sources) == tuple(s.layer_id for s in sources)
        self._sources, self._shown = tuple(sources), shown
        with QSignalBlocker(self.list):
            if not keep:
                self.list.clear()
                self.list.addItems(texts)
            for line, source in enumerate(sources):
                self._show(self.list.item(line), source, texts[line], source_tip(source, rows))
        self._fit()

    def sources(self) -> Mapping[str, Source]:
        """Return what is offered, by id."""
        return {source.layer_id: source for source in self._sources}

    def _show(self, item: QListWidgetItem, source: Source, text: str, tip: str) -> None:
        item.setText(text)
        item.setToolTip(tip)
        item.setCheckState(Qt.CheckState.Checked if source.chosen else Qt.CheckState.Unchecked)
        flags = Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemNeverHasChildren
        if source.chosen or not source.problem:
            flags |= Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        item.setFlags(flags)

    def _fit(self) -> None:
        tokens, line = theme.current(), theme.px(LINE)
        with QSignalBlocker(self.list):
            for item in map(self.list.item, range(self.list.count())):
                enabled = item.flags() & Qt.ItemFlag.ItemIsEnabled
                item.setForeground(QColor(tokens.text if enabled else tokens.text_disabled))
                item.setSizeHint(QSize(0, line))
        frame = 2 * self.list.frameWidth() + theme.px(4)
        self.list.setFixedHeight(max(min(self.list.count(), LINES), 1) * line + frame)

    @Slot()
    def _on_theme_changed(self) -> None:
        self._fit()

    @Slot(QListWidgetItem)
    def _on_item_changed(self, item: QListWidgetItem) -> None:
        source = self._sources[self.list.row(item)]
        wanted = item.checkState() is Qt.CheckState.Checked
        if wanted == source.chosen:
            return
        rest = tuple(name for name in self._order if name != source.layer_id)
        self.chosen.emit((*rest, source.layer_id) if wanted else rest)
