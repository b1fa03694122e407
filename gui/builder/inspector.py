"""The selected layer: a form made of its fields, and its live numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine.layers import ACTIVATIONS, INITIALISERS, LayerCost, LayerKind
from engine.spec import LayerSpec, Option, ProjectSpec
from engine.telemetry.parts import Part, Wanted
from engine.telemetry.snapshot import LayerReading
from gui.builder.field_editors import FieldEditor, NumberEditor, editor_for
from gui.builder.figures import FIGURES, FigureLine, cost_of, figure_texts
from gui.builder.inputs_editor import SourceList
from gui.builder.layer_extras import LayerExtras
from gui.builder.layer_notes import LayerNotes
from gui.builder.pair_chip import PairChip
from gui.builder.pairing import settings_apart, value_text
from gui.builder.rows import Row, describe
from gui.document import edits
from gui.document.document import Change, Document
from gui.document.editing import EditingPanel
from gui.document.gesture import Gesture
from gui.document.wiring import known_kind, possible_sources
from gui.frames.frame import Frame
from gui.frames.run_info import FIRST, SECOND, RunInfo
from gui.widgets import Button, ElidedLabel, IconButton, Separator, set_page


class Inspector(EditingPanel):
    """Form and read-outs of the selected layer; `EditingPanel` says the rest. GUI thread only.

    Signals
    -------
    first_weights_requested(str)
        A person wants to try out other first weights of this layer.
    """

    first_weights_requested = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self._gesture = Gesture(document, self)
        self._layer_id = ""
        self._shown: ProjectSpec | None = None
        self._kind: LayerKind | None = None
        self._rows: tuple[Row, ...] = ()
        self._row: Row | None = None
        self._cost: LayerCost | None = None
        self._readings: Mapping[str, LayerReading] = {}
        self.editors: dict[str, FieldEditor] = {}
        self.figures: dict[str, ElidedLabel] = {}
        self._build()
        document.changed.connect(self._on_document_changed)
        document.sides_changed.connect(self.show_document)
        document.selection_changed.connect(self._on_selection_changed)
        self.show_document()

    def _build(self) -> None:
        self.setAccessibleName("Inspector")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        head = self._made_head()
        self.chip = PairChip()
        self.issue = QLabel()
        self.issue.setProperty("role", "bad")
        self.issue.setWordWrap(True)
        self.issue.setTextFormat(Qt.TextFormat.PlainText)
        self.issue.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._form = QVBoxLayout()
        self._form.setSpacing(5)
        self.inputs = SourceList()
        # Only when the list has done with the click may what it shows change.
        self.inputs.chosen.connect(self._on_inputs_chosen, Qt.ConnectionType.QueuedConnection)
        self.extras = LayerExtras()
        self.extras.inputs_chosen.connect(self._on_inputs_chosen)
        self.extras.field_chosen.connect(self._on_field_chosen)
        self.notes = LayerNotes()
        # Only when the button has done with the click may it be taken away.
        self.notes.mend_requested.connect(self._on_mend_requested,
                                          Qt.ConnectionType.QueuedConnection)
        self.advice = Button("", "check")
        self.advice.clicked.connect(self._on_advice_clicked)
        self._make_buttons()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(self.chip)
        layout.addWidget(self.issue)
        layout.addWidget(self.notes)
        layout.addWidget(self.inputs)
        layout.addLayout(self._form)
        for widget in (self.advice, self.first_weights, self.apply, self.extras, Separator()):
            layout.addWidget(widget)
        layout.addLayout(self._made_lines())

    def _make_buttons(self) -> None:
        self.first_weights = Button("Try first weights…")
        self.first_weights.setToolTip("<p>Opens the initialiser lab for this layer: scheme, gain "
                                      "and bias on sliders, and what they make of gradients, "
                                      "without training.</p>")
        set_page(self.first_weights, "controls/initialiser_lab")
        self.first_weights.clicked.connect(self._on_first_weights_clicked)
        self.apply = Button("Apply to all hidden layers")
        self.apply.setToolTip("<p>Gives every hidden layer of this kind the same activation and "
                              "initial weights. Their units stay as they are.</p>")
        self.apply.clicked.connect(self._on_apply_clicked)

    def _made_lines(self) -> QVBoxLayout:
        lines = QVBoxLayout()
        lines.setSpacing(1)
        for key, title, tip in FIGURES:
            line = FigureLine(title, tip)
            self.figures[key] = line.value
            lines.addWidget(line)
        return lines

    def _made_head(self) -> QHBoxLayout:
        self.title = ElidedLabel(role="title")
        self.place = QLabel()
        self.place.setProperty("role", "small")
        head = QHBoxLayout()
        head.setSpacing(3)
        head.addWidget(self.title, 1)
        head.addWidget(self.place)
        self.remove = IconButton("trash-2", "<p>Takes this layer out of the network (Delete).</p>",
                                 name="Remove layer", plain=True)
        self.remove.clicked.connect(self._on_remove_clicked)
        head.addWidget(self.remove)
        return head

    # What it shows

    def set_run(self, _info: RunInfo) -> None:
        """Forget the numbers of the run before."""
        self._readings = {}
        self._show_figures()

    def show_frame(self, frame: Frame) -> None:
        """Show the newest numbers of the selected layer."""
        snapshot = frame.snapshot
        if snapshot is None or not self.wanted() <= snapshot.parts:
            return
        # The rows' figures, not those of the newest moment alone.
        readings = snapshot.layers if frame.verdict is None else frame.verdict.readings
        self._readings = {reading.layer_id: reading for reading in readings}
        if self.isVisible():
            self._show_figures()

    def wanted(self) -> Wanted:
        """Return what its figures show."""
        return frozenset({Part.READINGS})

    def show_document(self) -> None:
        """Show the selected layer."""
        layer = self._layer()
        kind = known_kind(layer) if layer is not None else None
        self._layer_id = layer.id if layer is not None else ""
        document = self._document
        self._shown = document.project
        self._rows = describe(document.project, document.dataset, document.issues)
        self._cost = cost_of(document)
        self._row = row = next((r for r in self._rows if r.layer_id == self._layer_id), None)
        if kind is not self._kind:
            self._kind = kind
            set_page(self, f"layers/{kind.key}" if kind is not None else "controls/network")
            self._rebuild_form(kind)
        self._show_pair()
        self.title.setText(row.label if row is not None else "No layer selected")
        self.place.setText(_place(row))
        self.place.setVisible(not document.sides.is_pair)
        self.issue.setText(row.issue if row is not None else "")
        self.issue.setVisible(row is not None and bool(row.issue))
        self.remove.setVisible(row is not None and row.can_change)
        self.apply.setVisible(layer is not None and kind is not None and self._can_apply(layer))
        self.first_weights.setVisible(kind is not None and bool(_weights_key(kind)))
        # What is hidden only to be shown again loses the keyboard.
        if layer is None or kind is None or row is None:
            for part in (self.advice, self.inputs, self.extras):
                part.hide()
        else:
            self._show_wiring(kind, layer, row)
            self._show_options(kind, layer)
            self._show_advice(kind, layer)
        self.notes.show_notes(tuple(note for note in document.notes
                                    if self._layer_id and note.layer_id == self._layer_id))
        self._show_figures()

    def _show_pair(self) -> None:
        """Say which run is edited, and whether the other has the layer too."""
        sides = self._document.sides
        self.chip.setVisible(sides.is_pair)
        if sides.is_pair:
            key, place = self._keys()[0], _place(self._row)
            is_alone = self._layer_id and self._layer_beside() is None
            self.chip.show_edited(key, f"{place}, only in {key}" if is_alone else place)

    def _keys(self) -> tuple[str, str]:
        """Return the key of the run that is edited, and of the other."""
        return (SECOND, FIRST) if self._document.sides.edits_second else (FIRST, SECOND)

    def _layer_beside(self) -> LayerSpec | None:
        """Return the layer as it is in the other run of a pair, if that has it."""
        other = self._document.sides.other
        network = () if other is None else other.project.network
        return next((layer for layer in network if layer.id == self._layer_id), None)

    def _show_wiring(self, kind: LayerKind, layer: LayerSpec, row: Row) -> None:
        project, n_inputs = self._document.project, self._document.dataset.n_inputs
        sources = possible_sources(project.network, layer.id, n_inputs)
        joins = row.can_change and kind.most_inputs > 1
        self.inputs.setVisible(joins)
        if not row.can_change:
            self.extras.hide()
            return
        if joins:
            order = layer.inputs or tuple(s.layer_id for s in sources if s.chosen)
            self.inputs.show_sources(sources, self._rows, order)
        else:
            self.extras.show_sources(sources, self._rows, bool(layer.inputs))
        self.extras.show_layer(layer, kind, row, project.training)
        beside = self._layer_beside()
        self.extras.show_other(self._keys()[1], () if beside is None or beside.kind != layer.kind
                               else tuple(one.a for one in settings_apart(kind, beside, layer)
                                          if kind.field(one.key) is None))

    def _can_apply(self, layer: LayerSpec) -> bool:
        hidden = edits.hidden_layers(self._document.project.network, layer.kind)
        return bool(edits.style_fields(layer)) and layer in hidden and len(hidden) > 1

    def _rebuild_form(self, kind: LayerKind | None) -> None:
        for editor in self.editors.values():
            self._form.removeWidget(editor)
            # For good: neither what was typed, which goes with the keyboard, nor a press that is
            # still on its way is for another layer.
            editor.blockSignals(True)
            editor.hide()
            editor.deleteLater()
        self.editors = {}
        for field in kind.fields if kind is not None else ():
            editor = editor_for(field)
            editor.edited.connect(partial(self._on_edited, field.key))
            editor.refused.connect(self.refused)
            editor.other_taken.connect(partial(self._on_other_taken, field.key))
            slider = editor.slider()
            if slider is not None:
                self._gesture.watch(slider)
            self._form.addWidget(editor)
            self.editors[field.key] = editor
        self._order_tabs()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Only in its window is there a first and a last thing that Tab comes to.
        self._order_tabs()
        self._show_figures()

    def _order_tabs(self) -> None:
        """Let the Tab key go down the form, then to the buttons; new editors come last by Qt."""
        stops = [stop for editor in self.editors.values()
                 for stop in (editor.other, *editor.controls()) if stop is not None]
        # The button at the top keeps the place that the inspector has among all panels.
        buttons = self.advice, self.first_weights, self.apply
        for before, after in pairwise([self.remove, self.inputs.list, *stops, *buttons,
                                       *self.extras.controls(), self.remove]):
            QWidget.setTabOrder(before, after)

    def _show_options(self, kind: LayerKind, layer: LayerSpec) -> None:
        options = kind.options(layer)
        for field in kind.fields:
            editor = self.editors[field.key]
            with QSignalBlocker(editor):
                editor.set_value(options[field.key])
            when = field.shown_when
            editor.setVisible(when is None or options.get(when[0]) in when[1])
        self._show_others(kind, options)

    def _show_others(self, kind: LayerKind, options: Mapping[str, Option]) -> None:
        """Show what the other run of a pair has, where that differs."""
        layer, known = self._layer_beside(), [editor.other for editor in self.editors.values()]
        others = kind.options(layer) if layer is not None and layer.kind == kind.key else options
        for key, editor in self.editors.items():
            differs = others[key] != options[key]
            editor.show_other(self._keys()[1],
                              value_text(editor.field, others[key]) if differs else "")
        if [editor.other for editor in self.editors.values()] != known:
            self._order_tabs()

    def _show_advice(self, kind: LayerKind, layer: LayerSpec) -> None:
        _, weights = advised_weights(kind, layer)
        self.advice.setVisible(bool(weights))
        if weights:
            advised = INITIALISERS[weights]
            function = ACTIVATIONS[kind.activation(kind.options(layer))].title
            self.advice.setText(f"Use {advised.title}")
            self.advice.setToolTip(f"<p>Theory recommends {advised.title} initial weights for "
                                   f"{function}. {advised.help}</p>")

    def _show_figures(self) -> None:
        texts = figure_texts(self._row, self._readings.get(self._layer_id, LayerReading("")),
                             self._cost, self._document.project.training.precision)
        for key, text in texts.items():
            if self.figures[key].text() != text:
                self.figures[key].setText(text)

    def _layer(self) -> LayerSpec | None:
        selected = self._document.selected
        return next((x for x in self._document.project.network if x.id == selected), None)

    # What a person does

    def _on_edited(self, key: str, value: Option) -> None:
        if isinstance(self.editors[key], NumberEditor):
            self._gesture.touch()
        self.attempt(partial(self._document.set_option, self._layer_id, key, value))

    def _on_other_taken(self, key: str) -> None:
        layer = self._layer_beside()
        if layer is not None and self._kind is not None:
            self._document.end_gesture()
            value = self._kind.options(layer)[key]
            self.attempt(partial(self._document.set_option, self._layer_id, key, value))

    @Slot(object)
    def _on_inputs_chosen(self, inputs: tuple[str, ...]) -> None:
        self.attempt(partial(self._document.set_inputs, self._layer_id, inputs))

    @Slot(str, object)
    def _on_field_chosen(self, key: str, value: object) -> None:
        self._document.end_gesture()
        self.attempt(partial(self._document.set_layer, self._layer_id, **{key: value}))

    @Slot(str, str)
    def _on_mend_requested(self, code: str, layer_id: str) -> None:
        self.attempt(partial(self._document.mend, code, layer_id))

    @Slot()
    def _on_advice_clicked(self) -> None:
        layer = self._layer()
        kind = known_kind(layer) if layer is not None else None
        if layer is not None and kind is not None:
            key, weights = advised_weights(kind, layer)
            if weights:
                self.attempt(partial(self._document.set_option, layer.id, key, weights))

    @Slot()
    def _on_first_weights_clicked(self) -> None:
        self._document.end_gesture()
        self.first_weights_requested.emit(self._layer_id)

    @Slot()
    def _on_apply_clicked(self) -> None:
        self.attempt(partial(self._document.apply_to_hidden, self._layer_id))

    @Slot()
    def _on_remove_clicked(self) -> None:
        self.attempt(partial(self._document.remove_layer, self._layer_id))

    @Slot(object)
    def _on_document_changed(self, change: Change) -> None:
        # What all layers share is shown beside what is a layer's own.
        if change.rows_changed or change.before.training != change.after.training:
            self.show_document()

    @Slot(str)
    def _on_selection_changed(self, _layer_id: str) -> None:
        if self._document.project is self._shown:
            # What was typed is for the layer that is left; not everything that selects another
            # takes the keyboard first.
            for editor in tuple(self.editors.values()):
                editor.finish_typing()
        self.show_document()


def _place(row: Row | None) -> str:
    return f"layer {row.position}" if row is not None and not row.is_input else ""


def advised_weights(kind: LayerKind, layer: LayerSpec) -> tuple[str, str]:
    """Return an option and the initial weights that suit the activation better; empty if they do.

    Nothing is advised for the identity, which every scheme suits.
    """
    options = kind.options(layer)
    function = ACTIVATIONS.get(kind.activation(options))
    key = _weights_key(kind)
    if not key or function is None or function.key == "linear":
        return "", ""
    family = function.initialiser.partition("_")[0]
    equals = {"xavier": ("xavier", "lecun", "orthogonal"), "he": ("he", "orthogonal")}
    fits = str(options[key]).startswith(equals.get(family, (family,)))
    return key, "" if fits else function.initialiser


def _weights_key(kind: LayerKind) -> str:
    """Return the option that says how a kind draws its first weights; empty if it draws none."""
    return next((field.key for field in kind.fields
                 if field.choices and all(c.key in INITIALISERS for c in field.choices)), "")
