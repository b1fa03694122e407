"""The list of a step's parts, the one in hand unfolded to its lines."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QTextDocumentFragment

from engine.layers import LOSSES, kind
from engine.microscope.statement import Phase, Statement
from engine.microscope.walk import Group, Level
from engine.spec import ProjectSpec
from gui.microscope.lens import Lens
from gui.microscope.network_ink import number_text

AnyIndex = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole
"""Role of a `StepRow`."""
NOWHERE = QModelIndex()


class Progress(Enum):
    """How far a part of the step has come."""

    DONE = "done"
    IN_HAND = "in hand"
    TO_COME = "still to come"


@dataclass(frozen=True)
class StepRow:
    """A line of the list.

    Attributes
    ----------
    group, statement : int
        Which group; which of the step's statements, -1 for the group itself.
    text : str
        Its name: plain for a group, rich text for a statement.
    detail : str
        What stands at the right.
    progress : Progress
        How far it has come.
    number : int
        The layer's number; 0 and less where it has no colour.
    is_first, is_last : bool
        Whether the block of the group in hand begins or ends with it.
    """

    group: int
    statement: int
    text: str
    detail: str
    progress: Progress
    number: int
    is_first: bool = False
    is_last: bool = False

    @property
    def is_group(self) -> bool:
        """Whether it is a group."""
        return self.statement < 0

    @property
    def is_in_block(self) -> bool:
        """Whether it belongs to the group in hand."""
        return self.progress is Progress.IN_HAND or not self.is_group


class StepsModel(QAbstractListModel):
    """Groups of the step that a lens looks at, and the statements of the one in hand.

    Rows are made when they are asked for, so that a long step costs no more than a short one.

    Parameters
    ----------
    lens : Lens
        Where one stands.
    """

    def __init__(self, lens: Lens, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lens = lens
        self._unfolded = -1
        lens.dissected.connect(self._on_lens_dissected)
        lens.moved.connect(self._on_lens_moved)
        self._on_lens_dissected()

    def rowCount(self, parent: AnyIndex = NOWHERE) -> int:
        """Return how many lines there are."""
        if parent.isValid() or self._lens.is_empty:
            return 0
        return len(self._groups()) + self._unfolded_length()

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a line, or what is read out of it."""
        if not index.isValid() or self._lens.is_empty:
            return None
        if role == ROW:
            return self.row(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return plain(self.row(index.row()).text)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            row = self.row(index.row())
            return ", ".join(filter(None, (plain(row.text), row.detail, row.progress.value)))
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(self.row(index.row()))
        return None

    def row(self, place: int) -> StepRow:
        """Return a line."""
        group, statement = self._at(place)
        return self._group_row(group) if statement < 0 else self._statement_row(group, statement)

    def place_in_hand(self) -> int:
        """Return the line in hand."""
        step = self._lens.micro_step
        if self._lens.level is Level.LAYER:
            return step.group
        return step.group + 1 + step.statement - self._groups()[step.group].first

    def place_of_end(self) -> int:
        """Return the last line of the group in hand."""
        return self._unfolded + self._unfolded_length()

    def layers(self) -> int:
        """Return the number of the last layer."""
        return max((group.number for group in self._groups()), default=0)

    def _groups(self) -> tuple[Group, ...]:
        return self._lens.walk.groups

    def _unfolded_length(self) -> int:
        group = self._groups()[self._unfolded]
        return group.end - group.first

    def _at(self, place: int) -> tuple[int, int]:
        """Return the group and the statement of a line; -1 for a group itself."""
        if place <= self._unfolded:
            return place, -1
        inside, length = place - self._unfolded - 1, self._unfolded_length()
        if inside < length:
            return self._unfolded, self._groups()[self._unfolded].first + inside
        return place - length, -1

    def _group_row(self, place: int) -> StepRow:
        group, stands = self._groups()[place], self._lens.micro_step.group
        progress = Progress.DONE if place < stands else \
            Progress.IN_HAND if place == stands else Progress.TO_COME
        title = group.phase.title
        if group.number > 0:
            title += f" {group.number}"
        return StepRow(place, -1, title, self._group_detail(group, place <= stands), progress,
                       group.number, is_first=place == stands)

    def _group_detail(self, group: Group, is_reached: bool) -> str:
        lens = self._lens
        dissection, trace = lens.dissection, lens.trace
        if group.phase is Phase.GATHER:
            n, batch = trace.program.n, n_of(lens)
            return count(n) if n == batch else f"{n:,} of {batch:,}"
        if group.phase is Phase.FORWARD and dissection is not None:
            return layer_title(dissection.project, group.layer)
        if group.phase is Phase.LOSS and is_reached:
            return number_text(float(trace.last("L")))
        if group.phase is Phase.BACKWARD and is_reached:
            rung = next((one for one in lens.ladder.rungs if one.number == group.number), None)
            return "" if rung is None else f"RMS {number_text(rung.inside)}"
        return ""

    def _statement_row(self, group: int, place: int) -> StepRow:
        lens, one = self._lens, self._lens.trace.program.statements[place]
        stands = lens.micro_step.statement
        progress = Progress.DONE if place < stands else \
            Progress.IN_HAND if place == stands else Progress.TO_COME
        detail = self._in_hand_detail(one) if progress is Progress.IN_HAND else \
            statement_detail(one)
        return StepRow(group, place, one.symbol, detail, progress, one.number,
                       is_last=place == self._groups()[group].end - 1)

    def _in_hand_detail(self, one: Statement) -> str:
        step = self._lens.micro_step
        if self._lens.level is Level.LAYER or not one.shape:
            return statement_detail(one)
        if self._lens.level is Level.NEURON:
            return f"{step.unit + 1:,} of {one.shape[-1]:,}"
        return f"[{', '.join(str(part + 1) for part in step.index or ())}]"

    def _tip(self, row: StepRow) -> str:
        if row.is_group:
            return ""
        return self._lens.trace.program.statements[row.statement].words.text

    @Slot()
    def _on_lens_dissected(self) -> None:
        self.beginResetModel()
        self._unfolded = -1 if self._lens.is_empty else self._lens.micro_step.group
        self.endResetModel()

    @Slot()
    def _on_lens_moved(self) -> None:
        if self._lens.micro_step.group != self._unfolded:
            self._on_lens_dissected()
            return
        first = self.index(self._unfolded, 0)
        self.dataChanged.emit(first, self.index(self.place_of_end(), 0))


def layer_title(project: ProjectSpec, layer_id: str) -> str:
    """Return what a layer is: ``Dense 4 · Tanh``, the last one with what the loss makes of it."""
    layer = project.network.layers[project.network.index(layer_id)]
    layer_kind, loss = kind(layer.kind), LOSSES.get(project.training.loss)
    options = layer_kind.options(layer)
    if layer is not project.network.layers[-1] or loss is None or not loss.output_title:
        return layer_kind.label(options)
    # The identity in front of softmax goes without saying.
    unsaid = layer_kind.activation(options) == "linear"
    label = layer_kind.short_label(options) if unsaid else layer_kind.label(options)
    return f"{label} · {loss.output_title}"


def n_of(lens: Lens) -> int:
    """Return the examples that the run's own step takes."""
    return lens.trace.program.n if lens.dissection is None else lens.dissection.batch


def count(n: int) -> str:
    """Return ``1 example`` or ``10 examples``."""
    return "1 example" if n == 1 else f"{n:,} examples"


def statement_detail(one: Statement) -> str:
    """Return what a statement is to its layer, or the shape of what it writes."""
    letters, digits = one.name[:2], one.name[2:]
    if digits.isdigit() and one.phase is not Phase.FORWARD:
        if letters == "da":
            return f"to layer {digits}" if int(digits) else "to the input"
        if letters == "dz":
            return "its error"
    shape = one.shape[1:] if one.per_example else one.shape
    if not shape:
        return ""
    return " × ".join(f"{length:,}" for length in shape)


def plain(text: str) -> str:
    """Return rich text without its marks."""
    return QTextDocumentFragment.fromHtml(text).toPlainText()
