"""The network's layers as a Qt model: one row each, with instruments and words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Slot,
)

from engine.diagnosis.design import Note
from engine.diagnosis.measures import Quantity, figure_of
from engine.diagnosis.verdicts import LayerVerdict
from engine.messages import say
from engine.telemetry.snapshot import LayerReading
from gui.builder.rows import Row, describe
from gui.builder.scales import Span, bounds, spans
from gui.document.document import Change, Document

MIME_LAYER = "application/x-backprop-lab-layer"
"""A layer of this network that is being moved; its id in UTF-8."""
MIME_KIND = "application/x-backprop-lab-kind"
"""A kind of layer that is being brought in; its key in UTF-8."""

AnyIndex = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()

STATUS_WORDS: Mapping[str, str] = {
    "update_small": "small steps",
    "update_large": "large steps",
    "nonfinite": "not finite",
    "cut_off": "cut off",
}
"""Words for verdicts whose code is not a word."""
FLOW = frozenset({"waiting", "vanishing", "exploding", "cut_off", "nonfinite"})
"""Codes of verdicts that are about the gradient, and so colour its bar."""

FAILURE = say("layer-verdict.failed")


class Role(IntEnum):
    """What the model tells beyond Qt's own roles."""

    LAYER_ID = Qt.ItemDataRole.UserRole + 1
    ROW = Qt.ItemDataRole.UserRole + 2
    READING = Qt.ItemDataRole.UserRole + 3
    VERDICT = Qt.ItemDataRole.UserRole + 4


def status_word(code: str) -> str:
    """Return a verdict's code as people read it."""
    return STATUS_WORDS.get(code, code.replace("_", " "))


def magnitude(value: float) -> str:
    """Return a gradient as every row shows it: ``7.0e-07``; empty if there is none."""
    if math.isnan(value):
        return ""
    if value == 0:
        return "0"
    return signed(f"{value:.1e}" if math.isfinite(value) else f"{value}"[:-3] + "∞")


def figure(value: float) -> str:
    """Return any number short: ``0.25``, ``−3.4``, and as `magnitude` does where it is far from 1.

    Empty if there is none.
    """
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return signed(f"{value:.3g}" if abs(value) < 1e3 else f"{value:.0f}")
    return magnitude(value)


def signed(text: str) -> str:
    """Return a number with a minus as long as a plus; an exponent's sign stays short."""
    return "−" + text[1:] if text.startswith("-") else text


class RowsModel(QAbstractListModel):
    """One row per layer of a document. GUI thread only.

    Parameters
    ----------
    document : Document
        Whose network it shows.
    parent : QObject | None
        Qt's owner.

    Attributes
    ----------
    rows : tuple[Row, ...]
        What is said about every layer.
    failed : str
        The layer that has ended the run; empty for none.
    quantity : str
        Which gradient is shown: ``weights`` (dL/dW) or ``activations`` (dL/da).
    last_gradients : mapping
        Gradient RMS by layer id as the last run left it.
    """

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.quantity: Quantity = "weights"
        self._document = document
        self.rows: tuple[Row, ...] = ()
        self._readings: dict[str, LayerReading] = {}
        self._told: dict[str, LayerReading] = {}
        self._verdicts: dict[str, LayerVerdict] = {}
        self._limits: dict[str, Span] = {}
        self._spans: dict[str, Span] = {}
        self.failed = ""
        self.last_gradients: Mapping[str, float] = {}
        self._describe()
        document.changed.connect(self._on_document_changed)

    def reading(self, layer_id: str) -> LayerReading | None:
        """Return the latest instruments of a layer, if it runs."""
        return self._readings.get(layer_id)

    def told(self, layer_id: str) -> LayerReading | None:
        """Return the instruments whose numbers are to be read, if the layer runs."""
        return self._told.get(layer_id)

    def verdict(self, layer_id: str) -> LayerVerdict | None:
        """Return what is to be said about a layer, if it runs."""
        if layer_id and layer_id == self.failed:
            return LayerVerdict(layer_id, "nonfinite", 2, FAILURE)
        return self._verdicts.get(layer_id)

    def readings(self) -> tuple[LayerReading, ...]:
        """Return the instruments of all layers that run."""
        return tuple(self._readings.values())

    def gradient(self, reading: LayerReading) -> float:
        """Return the gradient that is shown of a layer; NaN if it has none."""
        return figure_of(reading, self.quantity)

    def gradient_state(self, reading: LayerReading) -> str:
        """Return what a layer's bar says: what its row does of the gradient, else ``healthy``.

        ``waiting`` while it is too early to say.
        """
        if reading.gradient_nonfinite or reading.layer_id == self.failed:
            return "nonfinite"
        verdict = self._verdicts.get(reading.layer_id)
        # Before there is a verdict, which has a shape as well, no colour says one.
        return verdict.code if verdict is not None and verdict.code in FLOW else "healthy"

    def scale(self, layer_id: str) -> Span:
        """Return the ends of the axis on which a layer's activations are drawn."""
        return self._spans.get(layer_id, (0.0, 0.0))

    def notes(self, layer_id: str) -> tuple[Note, ...]:
        """Return what is to be said of a layer before it runs."""
        return tuple(note for note in self._document.notes if note.layer_id == layer_id)

    def position(self, layer_id: str) -> int:
        """Return the row of a layer, -1 if it has none."""
        return next((row.position for row in self.rows if row.layer_id == layer_id), -1)

    def set_readings(self, readings: Sequence[LayerReading], verdicts: Sequence[LayerVerdict],
                     told: Sequence[LayerReading] = ()) -> None:
        """Take new instruments; who shows them repaints them.

        Numbers are those of ``told``, where they are others than bars and histograms show: those
        move, and what is to be read stands still for a while.

        No ``dataChanged`` is emitted: thirty times a second it would lay out and read out
        every row anew.
        """
        self._readings = {reading.layer_id: reading for reading in readings}
        self._told = {reading.layer_id: reading for reading in told or readings}
        self._verdicts = {verdict.layer_id: verdict for verdict in verdicts}
        self._spans = spans(self._limits, readings)

    def set_failure(self, layer_id: str) -> None:
        """Note which layer has ended the run; empty for none."""
        changed = {self.position(self.failed), self.position(layer_id)} - {-1}
        self.failed = layer_id
        for position in changed:
            self.dataChanged.emit(self.index(position), self.index(position))

    def rowCount(self, parent: AnyIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.label
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return self.words(row) if role == Qt.ItemDataRole.AccessibleTextRole else row.detail
        if role == Role.LAYER_ID:
            return row.layer_id
        if role == Role.ROW:
            return row
        if role == Role.READING:
            return self._readings.get(row.layer_id)
        return self.verdict(row.layer_id) if role == Role.VERDICT else None

    def words(self, row: Row) -> str:
        """Return everything that a row shows as one sentence."""
        name = row.label.replace(" · ", " ")
        parts = [name if row.is_input else f"Layer {row.position}", row.detail if row.is_input
                 else name]
        parts += filter(None, (row.fed_by, "frozen" if row.frozen else ""))
        if row.issue:
            return ", ".join([*parts, row.issue])
        if row.is_input:
            return ", ".join([*parts, row.note.replace(" · ", " and ")])
        reading = self._told.get(row.layer_id)
        verdict = self.verdict(row.layer_id)
        if reading is not None and not math.isnan(reading.gradient_rms):
            parts.append(f"gradient RMS {magnitude(reading.gradient_rms)}")
        if verdict is not None:
            parts.append(status_word(verdict.code))
        parts += [note.title.text.rstrip(".") for note in self.notes(row.layer_id)]
        return ", ".join(parts)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and self.rows[index.row()].can_change:
            return flags | Qt.ItemFlag.ItemIsDragEnabled
        return flags | Qt.ItemFlag.ItemIsDropEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [MIME_LAYER, MIME_KIND]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        mime = QMimeData()
        for index in list(indexes)[:1]:
            mime.setData(MIME_LAYER, self.rows[index.row()].layer_id.encode())
        return mime

    def canDropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int,
                        parent: AnyIndex) -> bool:
        return data.hasFormat(MIME_LAYER) or data.hasFormat(MIME_KIND)

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int,
                     parent: AnyIndex) -> bool:
        """Move or add a layer before ``row``; raises the document's EngineError when it cannot."""
        if data.hasFormat(MIME_LAYER):
            layer_id = bytes(data.data(MIME_LAYER).data()).decode()
            old = self.position(layer_id)
            # Taking the layer out shifts all that follow it up by one.
            self._document.move_layer(layer_id, row - 1 if 0 <= old < row else row)
            return True
        if data.hasFormat(MIME_KIND):
            self._document.add_layer(bytes(data.data(MIME_KIND).data()).decode(), row)
            return True
        return False

    @Slot(object)
    def _on_document_changed(self, change: Change) -> None:
        if not change.rows_changed:
            return
        before = [row.layer_id for row in self.rows]
        if before == [layer.id for layer in change.after.network]:
            self._describe()
            if self.rows:
                self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))
            return
        self.beginResetModel()
        self._describe()
        self.endResetModel()

    def _describe(self) -> None:
        document = self._document
        self.rows = describe(document.project, document.dataset, document.issues)
        self._limits = bounds(document.project.network)


def kind_mime(key: str) -> QMimeData:
    """Return what a palette's chip carries when it is dragged."""
    mime = QMimeData()
    mime.setData(MIME_KIND, key.encode())
    return mime
