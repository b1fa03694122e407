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
from gui.builder.pair_rows import not_here, rows_of
from gui.builder.rows import Row
from gui.builder.run_figures import NO_FIGURES, RunFigures, ratio_of, ratio_text
from gui.builder.scales import Span, bounds, shared_spans
from gui.document.document import Change, Document
from gui.document.sides import Side, Sides
from gui.frames.run_info import FIRST, SECOND
from gui.frames.theory import NO_THEORY, Theory

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
    theories : mapping
        What theory expects of the layers, by the run's key; none where it is not to be seen.
    cover : str
        Why no instruments are to be seen; empty where they are.
    figures, figures_beside : RunFigures
        What the run that is edited tells, and the other of a pair.
    """

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.quantity: Quantity = "weights"
        self._document = document
        self.rows: tuple[Row, ...] = ()
        self.figures = self.figures_beside = NO_FIGURES
        self._limits: dict[str, Span] = {}
        self._limits_beside: dict[str, Span] = {}
        self._sides: Sides | None = None
        self._spans: dict[str, Span] = {}
        self.failed = ""
        self.last_gradients: Mapping[str, float] = {}
        self.theories: Mapping[str, Theory] = {}
        self.cover = ""
        self._take(rows_of(document))
        document.changed.connect(self._on_document_changed)
        document.sides_changed.connect(self._on_document_sides_changed)

    @property
    def is_pair(self) -> bool:
        """Whether every row is about two runs."""
        return self._document.sides.is_pair

    @property
    def edited(self) -> str:
        """Key of the run that is edited."""
        return SECOND if self._document.sides.edits_second else FIRST

    def sides(self) -> tuple[RunFigures, RunFigures]:
        """Return the figures of A and of B, whichever of them is edited."""
        both = self.figures, self.figures_beside
        return both[::-1] if self.edited == SECOND else both

    def ratio(self, layer_id: str) -> float:
        """Return the gradient of B over that of A; NaN where that says nothing."""
        a, b = (figures.gradient(layer_id, self.quantity) for figures in self.sides())
        return ratio_of(a, b)

    def reading(self, layer_id: str) -> LayerReading | None:
        """Return the latest instruments of a layer, if it runs."""
        return self.figures.readings.get(layer_id)

    def told(self, layer_id: str) -> LayerReading | None:
        """Return the instruments whose numbers are to be read, if the layer runs."""
        return self.figures.told.get(layer_id)

    def verdict(self, layer_id: str) -> LayerVerdict | None:
        """Return what is to be said about a layer, if it runs."""
        if layer_id and layer_id == self.failed:
            return LayerVerdict(layer_id, "nonfinite", 2, FAILURE)
        return self.figures.verdicts.get(layer_id)

    def readings(self) -> tuple[LayerReading, ...]:
        """Return the instruments of all layers that run, of a pair in both."""
        return (*self.figures.readings.values(), *self.figures_beside.readings.values())

    def gradient(self, reading: LayerReading) -> float:
        """Return the gradient that is shown of a layer; NaN if it has none."""
        return figure_of(reading, self.quantity)

    def theory(self, key: str = "") -> Theory:
        """Return what theory expects of a run, by default of the one that is edited.

        Nothing while gradients are shown that it says nothing of: those of activations.
        """
        return (self.theories.get(key or self.edited, NO_THEORY) if self.quantity == "weights"
                else NO_THEORY)

    def expected_gradients(self) -> tuple[float, ...]:
        """Return all gradients that theory expects and that are shown."""
        return tuple(value for key in self.theories for value in self.theory(key).gradients())

    def gradient_state(self, reading: LayerReading) -> str:
        """Return what a layer's bar says: what its row does of the gradient, else ``healthy``.

        ``waiting`` while it is too early to say.
        """
        return "nonfinite" if reading.layer_id == self.failed else self.figures.state(reading)

    def scale(self, layer_id: str) -> Span:
        """Return the ends of the axis on which a layer's activations are drawn."""
        return self._spans.get(layer_id, (0.0, 0.0))

    def notes(self, layer_id: str) -> tuple[Note, ...]:
        """Return what is to be said of a layer before it runs."""
        return tuple(note for note in self._document.notes if note.layer_id == layer_id)

    def position(self, layer_id: str) -> int:
        """Return the row of a layer, -1 if it has none."""
        return next((row.place for row in self.rows if row.layer_id == layer_id), -1)

    def network_position(self, place: int) -> int:
        """Return before which layer of the edited network a gap between two rows lies."""
        return sum(not row.is_foreign for row in self.rows[:place])

    def refusal(self, row: Row) -> str:
        """Return why a row cannot be edited, as a sentence; empty if it can."""
        return not_here(row, self.edited) if row.is_foreign else ""

    def set_readings(self, readings: Sequence[LayerReading], verdicts: Sequence[LayerVerdict],
                     told: Sequence[LayerReading] = ()) -> None:
        """Take new instruments; who shows them repaints them.

        Numbers are those of ``told``, where they are others than bars and histograms show: those
        move, and what is to be read stands still for a while.

        No ``dataChanged`` is emitted: thirty times a second it would lay out and read out
        every row anew.
        """
        self.figures = RunFigures.of(readings, verdicts, told)
        self._scale()

    def set_readings_beside(self, readings: Sequence[LayerReading],
                            verdicts: Sequence[LayerVerdict],
                            told: Sequence[LayerReading] = ()) -> None:
        """Take new instruments of the run that is not edited, as `set_readings` does."""
        self.figures_beside = RunFigures.of(readings, verdicts, told)
        self._scale()

    def _scale(self) -> None:
        self._spans = shared_spans((
            (self._limits, self.figures.readings.values()),
            (self._limits_beside, self.figures_beside.readings.values())))

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
            return self.reading(row.layer_id)
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
            pairing = row.pairing
            note = pairing.words if pairing is not None and pairing.a else row.note
            return ", ".join([*parts, note.replace(" · ", " and ")])
        if row.pairing is not None and not self.cover:
            parts += [row.pairing.words, *self._pair_words(row)]
            return ", ".join(parts)
        if self.cover:
            return ", ".join(parts)
        reading = self.told(row.layer_id)
        verdict = self.verdict(row.layer_id)
        if reading is not None and not math.isnan(reading.gradient_rms):
            parts.append(f"gradient RMS {magnitude(reading.gradient_rms)}")
        if verdict is not None:
            parts.append(status_word(verdict.code))
        parts += [note.title.text.rstrip(".") for note in self.notes(row.layer_id)]
        return ", ".join(parts)

    def _pair_words(self, row: Row) -> list[str]:
        parts = []
        for key, figures in zip((FIRST, SECOND), self.sides(), strict=True):
            reading = figures.told.get(row.layer_id)
            verdict = figures.verdicts.get(row.layer_id)
            if reading is not None and not math.isnan(reading.gradient_rms):
                parts.append(f"{key} gradient RMS {magnitude(reading.gradient_rms)}"
                             + (f" {status_word(verdict.code)}" if verdict is not None else ""))
        ratio = ratio_text(self.ratio(row.layer_id))
        return [*parts, f"B/A {ratio}"] if ratio else parts

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
        row = self.network_position(row) if row >= 0 else row
        if data.hasFormat(MIME_LAYER):
            layer_id = bytes(data.data(MIME_LAYER).data()).decode()
            place = self.position(layer_id)
            old = self.network_position(place) if place >= 0 else place
            # Taking the layer out shifts all that follow it up by one.
            self._document.move_layer(layer_id, row - 1 if 0 <= old < row else row)
            return True
        if data.hasFormat(MIME_KIND):
            self._document.add_layer(bytes(data.data(MIME_KIND).data()).decode(), row)
            return True
        return False

    @Slot(object)
    def _on_document_changed(self, change: Change) -> None:
        if change.rows_changed or self._document.sides.other != self._other():
            self._renew()

    @Slot()
    def _on_document_sides_changed(self) -> None:
        if self._document.sides != self._sides:
            self._renew()

    def _other(self) -> Side | None:
        return None if self._sides is None else self._sides.other

    def _renew(self) -> None:
        before = [row.layer_id for row in self.rows]
        rows = rows_of(self._document)
        if before == [row.layer_id for row in rows]:
            self._take(rows)
            if self.rows:
                self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))
            return
        self.beginResetModel()
        self._take(rows)
        self.endResetModel()

    def _take(self, rows: tuple[Row, ...]) -> None:
        document = self._document
        self.rows, self._sides = rows, document.sides
        self._limits = bounds(document.project.network)
        other = document.sides.other
        self._limits_beside = {} if other is None else bounds(other.project.network)
        if other is None:
            self.figures_beside = NO_FIGURES


def kind_mime(key: str) -> QMimeData:
    """Return what a palette's chip carries when it is dragged."""
    mime = QMimeData()
    mime.setData(MIME_KIND, key.encode())
    return mime
