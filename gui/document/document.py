"""The document: one project with its data, or a pair of them, changed only by undoable edits."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from engine.bundles import Beside, is_bundle
from engine.data import load
from engine.data.dataset import Dataset
from engine.diagnosis.advice import advise
from engine.diagnosis.design import Note
from engine.errors import SpecError
from engine.layers import LOSSES, Issue, fitted, kind
from engine.spec import DataSpec, Limits, NetworkSpec, Option, ProjectSpec, default_project
from gui.document import edits
from gui.document.commands import Change, Edit
from gui.document.data_shelf import DataShelf, Held, Loader
from gui.document.edits import PLACES, checked, words
from gui.document.examined import Examined, found_issues
from gui.document.patience import Patience, at_once
from gui.document.project_files import (
    Weights,
    name_of,
    read_file,
    title_of,
    with_absolute_paths,
    write_file,
)
from gui.document.sides import Side, Sides
from gui.document.wiring import known_kind

if TYPE_CHECKING:
    from engine.messages import Message
    from engine.telemetry.checkpoint import Checkpoint
    from engine.telemetry.earlier_run import EarlierRun

__all__ = ["Change", "Document"]

UNDO_LIMIT, UNNAMED = 200, ProjectSpec().name


class Document(QObject):
    """A project, its data set, and the way back; or two side by side. GUI thread only.

    Of a pair, `project` is the one that is edited, and the other stays as it is. Every method that
    edits raises an EngineError when it cannot, and then nothing has changed.
    Data that cannot be loaded never keep a project from being opened, restored or undone: until
    a person chooses others, `data_problem` says why they are not there, and `issues` repeats it.

    Parameters
    ----------
    project : ProjectSpec | None
        What to begin with; by default the project that the window opens with.
    load_data : callable
        ``load_data(spec, base)`` returns the data set; by default `engine.data.load`.
    patience : Patience
        How files and data are waited for.
    parent : QObject | None
        Qt's owner.

    Attributes
    ----------
    compares : bool
        Whether the next edit begins a pair, so that what was there stays beside it.
    keeps_earlier : bool
        Whether `earlier`, the runs from before, are written to the file, too.
    holds_weights : bool
        Whether its file holds what the run has learned, so that saving again is to do so too.
    earlier : tuple[EarlierRun, ...]
        Runs from before that its file holds, and the next one is to hold.

    Signals
    -------
    changed(Change)
        The project is another one.
    sides_changed()
        A pair begins or ends, its sides are exchanged, or another of them is edited.
    selection_changed(str)
        Another layer is selected; its id, empty for none.
    path_changed()
        The document belongs to another file, to none, or has another title.
    saving()
        It is about to be written: who knows more of `earlier` says so now.
    """

    changed = Signal(object)
    sides_changed = Signal()
    selection_changed = Signal(str)
    path_changed = Signal()
    saving = Signal()

    def __init__(self, project: ProjectSpec | None = None, load_data: Loader = load,
                 parent: QObject | None = None, *, patience: Patience = at_once) -> None:
        super().__init__(parent)
        project = project or default_project()
        self._numbers = count(1)
        self._sides = Sides(Side(next(self._numbers), project))
        self._patience = patience
        self._shelf = DataShelf(load_data, patience)
        self._held = self._shelf.take(project)
        self._held_beside: Held | None = None
        self.compares = False
        self._selected = edits.selection_after(NetworkSpec(), project.network, "")
        self._gesture, self._in_gesture = 0, False
        self._issues: tuple[Issue, ...] | None = None
        self._issues_beside: tuple[Issue, ...] | None = None
        self._notes: tuple[Note, ...] | None = None
        self._weights: Weights | None = None
        self._checkpoint: Checkpoint | None = None
        self._beside: Checkpoint | None = None
        self.earlier: tuple[EarlierRun, ...] = ()
        self.path: Path | None = None
        self.keeps_earlier = self.holds_weights = False
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(UNDO_LIMIT)

    # What it holds

    @property
    def project(self) -> ProjectSpec:
        """The project that is edited; the path of a person's table in it is absolute."""
        return self._sides.edited.project

    @property
    def sides(self) -> Sides:
        """The projects side by side."""
        return self._sides

    @property
    def dataset(self) -> Dataset:
        """The examples that the project's data stand for; none where there is a `data_problem`."""
        return self._held.dataset

    @property
    def data_problem(self) -> str:
        """Why the examples are not there, in a sentence; empty if they are."""
        return self._held.problem

    @property
    def selected(self) -> str:
        """Id of the selected layer; empty for none."""
        return self._selected

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What keeps the project from being trained, most basic first."""
        if self._issues is None:
            self._issues = found_issues(self.project, self._held)
        return self._issues

    def examined(self, *, second: bool) -> Examined:
        """Return what there is to train of A or of B, whichever is edited.

        Raises
        ------
        ValueError
            If there is no B.
        """
        if second == self._sides.edits_second:
            return Examined(self.project, self.dataset, self.issues)
        other, held = self._sides.other, self._held_beside
        if other is None or held is None:
            raise ValueError("there is no pair")
        if self._issues_beside is None:
            self._issues_beside = found_issues(other.project, held)
        return Examined(other.project, held.dataset, self._issues_beside)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What the project decides before its first step, the likeliest trouble first."""
        if self._notes is None:
            self._notes = () if self.issues else advise(self.project, self.dataset)
        return self._notes

    @property
    def title(self) -> str:
        """The file's name without its ending, or the project's name."""
        return title_of(self.project, self.path)

    def is_modified(self) -> bool:
        """Say whether there is something that has not been saved."""
        return not self.undo_stack.isClean()

    # Side by side

    def begin_pair(self, project: ProjectSpec, text: str, branch_step: int | None = None) -> None:
        """Put a project as B beside the one that is edited, which is A then, and edit it.

        Of a pair, the project that is not edited makes room: undone, it is back.

        Parameters
        ----------
        project : ProjectSpec
            B.
        text : str
            What the Edit menu calls it.
        branch_step : int | None
            The step of A at which B leaves it; None lets it begin at step 0.
        """
        side = Side(next(self._numbers), project, branch_step)
        self._push(Sides(self._sides.edited, side, edits_second=True), text)

    def keep_second(self) -> None:
        """Go on with B alone, as A."""
        self._push(self._sides.kept(), "keep B")

    def drop_second(self) -> None:
        """Go on with A alone."""
        self._push(self._sides.dropped(), "drop B")

    def swap_sides(self) -> None:
        """Let A be B, and B be A."""
        self._push(self._sides.swapped(), "swap A and B")

    def put_side(self, side: Side, text: str) -> None:
        """Put another side, with a project of its own, in the place of the edited one."""
        self._push(self._sides.put(side), text)

    def new_side_number(self) -> int:
        """Return a number that no side has ever had."""
        return next(self._numbers)

    def edit_second(self, second: bool) -> None:
        """Let edits be for B from now on, or for A; that is no step to undo."""
        sides = self._sides.choosing(second=second)
        if sides != self._sides:
            self.end_gesture()
            self._show(sides)

    # Selection and gestures

    def select(self, layer_id: str) -> None:
        """Select a layer; an id that no layer has selects none."""
        if layer_id not in {layer.id for layer in self.project.network}:
            layer_id = ""
        if layer_id != self._selected:
            self.end_gesture()
            self._selected = layer_id
            self.selection_changed.emit(layer_id)

    def end_position(self) -> int:
        """Return where a layer goes that is added at the end: before an output layer."""
        return edits.default_position(self.project.network, "", self._output_widths())

    def begin_gesture(self) -> None:
        """Let edits of one thing, until `end_gesture`, count as one step to undo."""
        self._gesture += 1
        self._in_gesture = True

    def end_gesture(self) -> None:
        """Let the next edit be a step of its own."""
        self._in_gesture = False

    # Edits of the network

    def add_layer(self, kind_key: str, position: int | None = None) -> str:
        """Insert a layer and select it; one that joins is fed by the nearest layers that fit.

        Parameters
        ----------
        kind_key : str
            Key of its kind.
        position : int | None
            Before which place; by default after the selected layer, and before the output.

        Returns
        -------
        str
            The new layer's id.
        """
        network = self.project.network
        if position is None:
            position = edits.default_position(network, self._selected, self._output_widths())
        after, layer_id = edits.added(network, kind_key, position, self.dataset.n_inputs)
        self._edit_network(after, f"add {kind(kind_key).title}")
        return layer_id

    def remove_layer(self, layer_id: str) -> None:
        """Remove a layer."""
        after = edits.removed(self.project.network, layer_id)
        self._edit_network(after, f"remove {self._title(layer_id)}")

    def move_layer(self, layer_id: str, position: int) -> None:
        """Move a layer so that it ends up at ``position``."""
        after = edits.moved(self.project.network, layer_id, position)
        self._edit_network(after, f"move {self._title(layer_id)}")

    def repeat_layer(self, layer_id: str, times: int = 1) -> str:
        """Insert ``times`` copies of a layer, or of the path that it ends; return the last one."""
        after, last = edits.repeated(self.project.network, layer_id, times)
        self._edit_network(after, f"{'duplicate' if times == 1 else f'stack {times} times'} "
                                  f"{self._title(layer_id)}")
        return last

    def set_option(self, layer_id: str, key: str, value: Option) -> None:
        """Set one option of a layer."""
        after = edits.with_option(self.project.network, layer_id, key, value)
        field = kind(after.layer(layer_id).kind).field(key)
        self._edit_network(after, f"change {field.title.lower() if field else key}",
                           ("option", layer_id, key))

    def set_inputs(self, layer_id: str, inputs: Sequence[str]) -> None:
        """Choose which layers before it feed a layer; no ids stand for the one right above."""
        after = edits.with_inputs(self.project.network, layer_id, inputs)
        self._edit_network(after, f"change inputs of {self._title(layer_id)}")

    def set_layer(self, layer_id: str, **changes: object) -> None:
        """Set fields of `LayerSpec` that say how a layer is trained: ``frozen``, ``l1``, ..."""
        after = edits.with_layer(self.project.network, layer_id, **changes)
        self._edit_network(after, f"change {words(changes)} of {self._title(layer_id)}",
                           ("layer", layer_id, *sorted(changes)))

    def freeze(self, layer_ids: Iterable[str]) -> None:
        """Let layers keep their parameters from now on, in one step."""
        self._edit_network(edits.frozen(self.project.network, layer_ids), "freeze layers")

    def mend(self, code: str, layer_id: str = "") -> None:
        """Do what one of `notes` recommends; nothing if there is none any more.

        Parameters
        ----------
        code, layer_id : str
            The note's.
        """
        fix = next((note.fix for note in self.notes
                    if (note.code, note.layer_id) == (code, layer_id)), None)
        if fix is not None:
            label = fix.label.text
            self._edit(fix.project, label[:1].lower() + label[1:])

    def set_network(self, network: NetworkSpec, text: str) -> None:
        """Learn with another network; ``text`` is what the Edit menu calls it."""
        self._edit_network(network, text)

    def apply_to_hidden(self, layer_id: str) -> None:
        """Give all hidden layers of its kind the activation and initial weights of a layer."""
        layer = self.project.network.layer(layer_id)
        options = kind(layer.kind).options(layer)
        style = {field.key: options[field.key] for field in edits.style_fields(layer)}
        after = edits.with_hidden_options(self.project.network, style, layer.kind)
        self._edit_network(after, "apply to all hidden layers")

    # Edits of training and data

    def set_training(self, **changes: object) -> None:
        """Set fields of `TrainingSpec`; another loss makes the output layer fit it."""
        training = checked(replace(self.project.training, **changes), PLACES["training"])
        project = replace(self.project, training=training)
        if training.loss != self.project.training.loss:
            project = self._fitted_to_loss(project)
        key = ("training", *sorted(changes))
        self._edit(project, f"change {words(changes)}", key)

    def set_seed(self, seed: int) -> None:
        """Draw other first weights and another order of the examples; of a pair, both alike."""
        self._push(self._sides.alike(lambda project: replace(project, training=checked(
            replace(project.training, seed=seed), PLACES["training"]))), "change seed")

    def set_limits(self, limits: Limits) -> None:
        """Have the doctor judge by other limits than the defaults; of a pair, both alike."""
        self._push(self._sides.alike(lambda project: edits.with_limits(project, limits)),
                   "change the doctor's limits")

    def set_part(self, part: str, **changes: object) -> None:
        """Set fields of a part of `TrainingSpec`, such as its ``schedule``."""
        before = self.project.training
        after = checked(replace(getattr(before, part), **changes), PLACES[part])
        training = replace(before, **{part: after})
        text = part if "kind" in changes else words(changes)
        self._edit(replace(self.project, training=training), f"change {text}",
                   (part, *sorted(changes)))

    def set_data(self, data: DataSpec, dataset: Dataset | None = None) -> None:
        """Learn from other examples; output layer, loss and what reads the data are made to fit.

        A project that nobody has named or saved takes the name of its data.

        Parameters
        ----------
        data : DataSpec
            Source, preparation and split.
        dataset : Dataset | None
            What ``data`` stands for when it has already been loaded, in another thread perhaps.
        """
        data = checked(data, PLACES["data"])
        old = self.project.data
        differing = [name for name in DataSpec.__struct_fields__
                     if getattr(data, name) != getattr(old, name)]
        if not differing and dataset is None and not self.data_problem:
            return
        if dataset is None:
            dataset = self._shelf.load(data)
        project = fitted(replace(self.project, data=data), dataset.task, dataset.n_outputs,
                         dataset.vocabulary, dataset.n_inputs, dataset.example.shape,
                         None if self.data_problem else self.dataset.task)
        if self._follows_data():
            project = replace(project, name=name_of(dataset))
        self._shelf.put(data, dataset)
        chooses = {"source", "path"} & {*differing}
        text = f"choose {dataset.title}" if chooses else f"change {words(differing)}"
        self._edit(project, text, ("data", *differing))

    def set_start(self, path: Path | None) -> None:
        """Start with the weights of the project in a file; None draws them."""
        start, whose = (str(path.resolve()), "from other") if path else ("", "with fresh")
        self._edit(replace(self.project, start_from=start), f"start {whose} weights")

    # Files

    def load_project(self, project: ProjectSpec, path: Path | None = None,
                     dataset: Dataset | None = None, weights: Weights | None = None,
                     checkpoint: Checkpoint | None = None, second: Beside | None = None,
                     earlier: tuple[EarlierRun, ...] = ()) -> None:
        """Show another project, or a pair of them; there is no way back from that.

        Parameters
        ----------
        project : ProjectSpec
            The project.
        path : Path | None
            Its file, which a relative path of its data starts from.
        dataset : Dataset | None
            Its data set when that has already been loaded.
        weights : mapping | None
            What it had learned when it was saved: the first run starts with it.
        checkpoint : Checkpoint | None
            Where its run was when it was saved: the first run goes on there.
        second : Beside | None
            What stands beside it as B.
        earlier : tuple[EarlierRun, ...]
            Runs from before that its file holds.
        """
        sides = Sides(self._side(project, path),
                      None if second is None else self._side(second.project, path))
        self._shelf.clear()
        if dataset is not None:
            self._shelf.put(sides.first.project.data, dataset)
        # Before anything is another: who looks while this is waited for sees the old project whole.
        held = sides.each(self._shelf.take)
        self.end_gesture()
        self.undo_stack.clear()
        self.path, self._weights, self._checkpoint = path, weights, checkpoint
        self._beside = None if second is None else second.checkpoint
        self.holds_weights = weights is not None or checkpoint is not None
        self.earlier, self.keeps_earlier = earlier, bool(earlier)
        self._show(sides, held)
        self.path_changed.emit()

    def open(self, path: Path) -> tuple[Message, ...]:
        """Read a project file.

        Returns
        -------
        tuple[Message, ...]
            A sentence for each earlier run in it that cannot be read, and is left out.

        Raises
        ------
        FormatError
            If the file cannot be read; then nothing has changed.
        """
        saved = self._patience(path.name, partial(read_file, path))
        self.load_project(saved.project, path, weights=saved.weights, checkpoint=saved.checkpoint,
                          second=saved.beside, earlier=saved.earlier)
        return saved.unread

    def take_checkpoint(self) -> Checkpoint | None:
        """Return where the run of the opened file was, once; None if it held no run."""
        checkpoint, self._checkpoint = self._checkpoint, None
        return checkpoint

    def take_second_checkpoint(self) -> Checkpoint | None:
        """Return where the run of B of the opened file was, once; None if it held none."""
        checkpoint, self._beside = self._beside, None
        return checkpoint

    def take_weights(self) -> Weights | None:
        """Return what the opened file had learned, once; None if it held no weights."""
        weights, self._weights = self._weights, None
        return weights

    def save(self, path: Path | None = None, checkpoint: Checkpoint | None = None,
             second: Checkpoint | None = None) -> bool:
        """Write the project, or both of a pair, to its file or to another one that becomes its.

        A text file holds one project. Of a pair it gets A, and the document stays modified.

        Parameters
        ----------
        path : Path | None
            That other one.
        checkpoint, second : Checkpoint | None
            Where the runs of A and of B are, to be written with them.

        Returns
        -------
        bool
            Whether the file holds everything.

        Raises
        ------
        FormatError
            If the file cannot be written.
        SpecError
            If there is no file yet and none is given.
        """
        path = path or self.path
        if path is None:
            raise SpecError("document.no-file")
        self.saving.emit()
        beside = self._sides.second
        holds_all = beside is None or is_bundle(path)
        write_file(self._sides.first.project, path, checkpoint=checkpoint,
                   beside=None if beside is None else Beside(beside.project, second),
                   earlier=self.earlier if self.keeps_earlier else (), opened=self.path)
        self.holds_weights = checkpoint is not None
        if holds_all:
            self.undo_stack.setClean()
        if path != self.path:
            self.path = path
            self.path_changed.emit()
        return holds_all

    # How an edit happens

    def _edit_network(self, network: NetworkSpec, text: str,
                      merge_key: Hashable | None = None) -> None:
        self._edit(replace(self.project, network=network), text, merge_key)

    def _edit(self, project: ProjectSpec, text: str, merge_key: Hashable | None = None) -> None:
        if project == self.project:
            # A file that has been read again may hold other examples than before.
            if self._held_for(project) != self._held:
                self._show(self._sides)
            return
        sides = self._sides.edit(project)
        if self.compares and not self._sides.is_pair:
            sides = Sides(self._sides.first, Side(next(self._numbers), project), edits_second=True)
        self._push(sides, text, merge_key)

    def _side(self, project: ProjectSpec, path: Path | None) -> Side:
        return Side(next(self._numbers), with_absolute_paths(project, path))

    def _push(self, sides: Sides, text: str, merge_key: Hashable | None = None) -> None:
        if sides == self._sides:
            return
        key = (self._gesture, merge_key) if self._in_gesture and merge_key else None
        self.undo_stack.push(Edit(self._show, self._sides, sides, text, key))

    def _held_for(self, project: ProjectSpec) -> Held:
        return self._shelf.take_again(project, zip(
            self._sides.each(lambda side: side.data), (self._held, self._held_beside),
            strict=True))

    def _show(self, sides: Sides, opened: tuple[Held, Held | None] | None = None) -> None:
        """Be another project; of one that has been opened, with its data."""
        held = opened or sides.each(self._held_for)
        before, examples, title = self._sides, self.dataset, self.title
        self._held, self._held_beside = held
        self._sides, self._issues, self._issues_beside, self._notes = sides, None, None, None
        selected = edits.selection_after(before.edited.project.network, self.project.network,
                                         self._selected)
        changed_selection = selected != self._selected
        self._selected = selected
        self.changed.emit(Change(before.edited.project, self.project,
                                 self.dataset is not examples, opened is not None))
        if before.arrangement != sides.arrangement:
            self.sides_changed.emit()
        if changed_selection:
            self.selection_changed.emit(selected)
        if title != self.title:
            self.path_changed.emit()

    def _follows_data(self) -> bool:
        return self.path is None and self.project.name in (UNNAMED, name_of(self.dataset))

    def _fitted_to_loss(self, project: ProjectSpec) -> ProjectSpec:
        loss, data = LOSSES.get(project.training.loss), self.dataset
        if loss is None or data.task not in loss.tasks:
            return project
        return fitted(project, data.task, data.n_outputs, data.vocabulary)

    def _output_widths(self) -> tuple[int, ...]:
        """Return the numbers of units that an output layer may have; empty for any."""
        loss, data = LOSSES.get(self.project.training.loss), self.dataset
        if loss is None or data.task not in loss.tasks or data.task == "reconstruction":
            return ()
        return loss.widths(data.task, data.n_outputs) if data.n_outputs else ()

    def _title(self, layer_id: str) -> str:
        layer = self.project.network.layer(layer_id)
        return getattr(known_kind(layer), "title", layer.kind)
