"""The left column of the microscope: where one stands in the step, and what moves one on."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QSizePolicy,
    QWidget,
)

from engine.microscope.walk import Level
from gui import theme
from gui.microscope.lens import SPEEDS, Lens
from gui.microscope.progress_line import ProgressLine
from gui.microscope.steps_delegate import StepsDelegate
from gui.microscope.steps_model import ROW, StepRow, StepsModel, n_of
from gui.widgets import (
    Button,
    CalmComboBox,
    CalmSpinBox,
    Card,
    IconButton,
    PrimaryButton,
    Segmented,
    Separator,
)

SPEED_TITLES = {0.5: "1 in 2 seconds", 1.0: "1 a second", 2.0: "2 a second", 5.0: "5 a second",
                20.0: "20 a second"}
ONE, WHOLE = "one", "whole"
LEVELS = {
    Level.LAYER: ("Layer", "One layer’s part of a pass at a time."),
    Level.NEURON: ("Neuron", "One unit of a line at a time."),
    Level.TERM: ("Term", "One number at a time."),
}


class StepsCard(Card):
    """What drives the walk through a step. GUI thread only.

    Parameters
    ----------
    lens : Lens
        Where one stands.

    Signals
    -------
    example_requested(int | None)
        The step of this example of the batch alone is wanted; None: of the whole batch.
    table_requested()
        The step is to be handed out as a table.
    program_requested()
        It is to be handed out as a NumPy program.
    paper_requested(bool)
        It is to be handed out as a sheet on paper, with or without answers.

    Attributes
    ----------
    steps : QListView
        The parts of the step.
    """

    example_requested = Signal(object)
    table_requested = Signal()
    program_requested = Signal()
    paper_requested = Signal(bool)

    def __init__(self, lens: Lens, parent: QWidget | None = None) -> None:
        super().__init__("One step", parent)
        self._lens = lens
        self.progress = ProgressLine()
        self.progress.setAccessibleName("How far the step has come")
        self.body.addWidget(self.progress)
        self._add_transport()
        self._add_choices()
        self.body.addWidget(Separator())
        self._add_list()
        self._add_foot()
        lens.dissected.connect(self._on_lens_dissected)
        lens.moved.connect(self._on_lens_moved)
        lens.played.connect(self._show_playing)
        theme.notifier().changed.connect(self._restyle)
        self._restyle()
        self._show_playing(lens.is_playing)
        self._on_lens_dissected()

    def example(self) -> int | None:
        """Return which example of the batch alone is chosen; None: the whole batch."""
        return self.number.value() - 1 if self.batch.current() == ONE else None

    # Composition

    def _add_transport(self) -> None:
        lens = self._lens
        self.back = IconButton("step-back", "One step back (←).", name="Back")
        self.forward = IconButton("step-forward", "One step on (→).", name="Forward")
        self.finish = IconButton("fast-forward", "On to the next layer’s part (Shift+→).",
                                 name="Finish phase")
        self.play = PrimaryButton("Play", "play")
        self.back.clicked.connect(lens.back)
        self.forward.clicked.connect(lens.forward)
        self.finish.clicked.connect(lens.finish_phase)
        self.play.clicked.connect(self.toggle)
        row = QHBoxLayout()
        for button in (self.back, self.forward, self.finish):
            row.addWidget(button)
        row.addWidget(self.play, 1)
        self.body.addLayout(row)
        self._rows = [row]

    def _add_choices(self) -> None:
        self.speed = CalmComboBox()
        for speed in SPEEDS:
            self.speed.addItem(SPEED_TITLES[speed])
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        self.speed.setAccessibleName("Speed")
        self.speed.setToolTip("How fast it plays.")
        self.speed.activated.connect(self._on_speed_activated)
        self._add_labelled("Speed", self.speed)
        self.batch = Segmented([(ONE, "One example"), (WHOLE, "Whole batch")], "Batch")
        self.batch.set_current(WHOLE)
        self.batch.set_tooltips({ONE: "The step of one example of the batch alone.",
                                 WHOLE: "The step of the whole batch, as the run takes it."})
        self.batch.selected.connect(self._on_batch_selected)
        self.number = CalmSpinBox()
        self.number.setRange(1, 1)
        self.number.setAccessibleName("Example of the batch")
        self.number.setToolTip("Which example of the batch, counted from 1.")
        self.number.setKeyboardTracking(False)
        self.number.valueChanged.connect(self._on_number_changed)
        self._add_captioned("Batch", self.batch)
        self._number_row = self._add_labelled("Example", self.number)
        self._number_row.hide()
        self.level = Segmented([(level.value, title) for level, (title, _) in LEVELS.items()],
                               "Level")
        self.level.set_current(self._lens.level.value)
        self.level.set_tooltips({level.value: tip for level, (_, tip) in LEVELS.items()})
        self.level.selected.connect(self._on_level_selected)
        self._add_captioned("Level", self.level)

    def _add_labelled(self, title: str, widget: QWidget) -> QWidget:
        """Add a control with its label at the left."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        label = QLabel(title)
        label.setProperty("role", "muted")
        label.setBuddy(widget)
        row.addWidget(label)
        row.addStretch(1)
        row.addWidget(widget)
        self.body.addWidget(holder)
        return holder

    def _add_captioned(self, title: str, widget: QWidget) -> None:
        """Add a control with its label above."""
        label = QLabel(title)
        label.setProperty("role", "small")
        label.setBuddy(widget)
        self.body.addWidget(label)
        self.body.addWidget(widget)

    def _add_list(self) -> None:
        self._model = StepsModel(self._lens, self)
        self.steps = QListView()
        self.steps.setModel(self._model)
        self.steps.setItemDelegate(StepsDelegate(self._model))
        self.steps.setUniformItemSizes(True)
        self.steps.setFrameShape(QFrame.Shape.NoFrame)
        self.steps.setObjectName("steps")
        self.steps.setStyleSheet("#steps { border: none; background: transparent; padding: 0; }")
        self.steps.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.steps.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.steps.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.steps.setAccessibleName("Parts of the step")
        self.steps.setToolTip("Click on a part to go there.")
        self.steps.clicked.connect(self._on_steps_clicked)
        self.steps.activated.connect(self._on_steps_clicked)
        self.body.addWidget(self.steps, 1)

    def _add_foot(self) -> None:
        self.body.addWidget(Separator())
        label = QLabel("Hand out this step")
        label.setProperty("role", "small")
        self.body.addWidget(label)
        self.table = Button("Table", "download")
        self.table.setToolTip("Save every number of the step as a table (CSV), or the step as a "
                              "NumPy program that computes them.")
        menu = QMenu(self.table)
        menu.addAction("Table…").triggered.connect(lambda: self.table_requested.emit())
        menu.addAction("NumPy program…").triggered.connect(
            lambda: self.program_requested.emit())
        self.table.setMenu(menu)
        self.paper = Button("Paper", "file-plus")
        self.paper.setToolTip("Save a sheet to solve on paper, with or without answers (PDF, "
                              "HTML).")
        menu = QMenu(self.paper)
        menu.addAction("Sheet to solve…").triggered.connect(
            lambda: self.paper_requested.emit(False))
        menu.addAction("Sheet with answers…").triggered.connect(
            lambda: self.paper_requested.emit(True))
        self.paper.setMenu(menu)
        row = QHBoxLayout()
        row.addWidget(self.table, 1)
        row.addWidget(self.paper, 1)
        self.body.addLayout(row)
        self._rows.append(row)
        self.keys = QLabel("← → step · Shift: phase · Space: play")
        self.keys.setProperty("role", "small")
        self.keys.setToolTip("Keys while the microscope is open.")
        self.body.addWidget(self.keys)

    # What the lens tells

    @Slot()
    def _on_lens_dissected(self) -> None:
        is_empty = self._lens.is_empty
        for part in (self.back, self.forward, self.finish, self.play, self.table, self.paper):
            part.setDisabled(is_empty)
        if is_empty:
            self.set_hint("")
            self.progress.set_share(0.0)
            return
        self.number.setMaximum(max(n_of(self._lens), 1))
        self.number.setSuffix(f" of {n_of(self._lens):,}")
        self._on_lens_moved()

    @Slot()
    def _on_lens_moved(self) -> None:
        length, place = len(self._lens.walk), self._lens.place
        self.set_hint(f"{place + 1:,} of {length:,}")
        self.progress.set_share((place + 1) / length)
        self.back.setEnabled(place > 0)
        self.forward.setEnabled(place < length - 1)
        self.finish.setEnabled(place < length - 1)
        self.level.set_current(self._lens.level.value)
        index = self._model.index(self._model.place_in_hand(), 0)
        self.steps.setCurrentIndex(index)
        # The whole part, if there is room; what is in hand in any case.
        self.steps.scrollTo(self._model.index(self._model.place_of_end(), 0))
        self.steps.scrollTo(index)

    @Slot(bool)
    def _show_playing(self, plays: bool) -> None:
        self.play.setText("Pause" if plays else "Play")
        self.play.set_icon("pause" if plays else "play")
        self.play.setToolTip("Stand still (Space)." if plays else
                             "Go on from step to step (Space).")

    # What a person does

    @Slot()
    def toggle(self) -> None:
        """Play, or stand still."""
        if self._lens.is_playing:
            self._lens.pause()
        else:
            self._lens.play()

    @Slot(int)
    def _on_speed_activated(self, place: int) -> None:
        self._lens.set_speed(SPEEDS[place])

    @Slot(str)
    def _on_batch_selected(self, key: str) -> None:
        self._number_row.setVisible(key == ONE)
        if key == ONE and not self._lens.is_empty:
            blocked = self.number.blockSignals(True)
            self.number.setValue(self._lens.example + 1)
            self.number.blockSignals(blocked)
        self.example_requested.emit(self.example())

    @Slot()
    def _on_number_changed(self) -> None:
        if self.batch.current() == ONE:
            self.example_requested.emit(self.example())

    @Slot(str)
    def _on_level_selected(self, key: str) -> None:
        self._lens.set_level(Level(key))

    @Slot(QModelIndex)
    def _on_steps_clicked(self, index: QModelIndex) -> None:
        row: StepRow = index.data(ROW)
        if row.is_group:
            self._lens.go(self._lens.walk.group_begin(row.group))
        else:
            self._lens.go_to(row.statement)

    @Slot()
    def _restyle(self) -> None:
        for row in self._rows:
            row.setSpacing(theme.px(6))
