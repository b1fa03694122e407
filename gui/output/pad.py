"""A pad to draw on, and what the network takes the drawing for while one draws."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.data.dataset import Dataset
from engine.data.drawing.kept import kept
from engine.data.drawing.load import is_dark_on_light, recipe_of
from engine.data.drawing.stages import Recipe, Stage, stages
from engine.data.drawing.strokes import Drawing
from engine.telemetry.snapshot import Snapshot
from engine.telemetry.tables import Table
from gui import theme
from gui.output.class_bars import ClassBars
from gui.output.outcomes import class_probabilities
from gui.output.stage_strip import StageStrip
from gui.output.tables import texts
from gui.output.view import OutputView
from gui.widgets import Button, FittingComboBox, IconButton, StopSlider, even_stops
from gui.widgets.stroke_canvas import THICK, THIN, USUAL, StrokeCanvas

LONGEST_NAME = 60
SHEET_PX, LEAST_BESIDE_PX, MOST_BESIDE_PX, ADDING_PX = 110, 176, 320, 180


class PadView(QWidget, OutputView):
    """The sheet at the left; probabilities, stages and tools at the right. GUI thread only.

    It asks for an answer with every point and whenever the network has learned something.

    Attributes
    ----------
    canvas : StrokeCanvas
        The sheet.
    bars : ClassBars
        Probabilities.
    strip : StageStrip
        Stages and their switches.
    undo, clear, add, files : IconButton, IconButton, Button, IconButton
        What they say.
    thickness : StopSlider
        Width of the line.
    classes : FittingComboBox
        What has been drawn; another word can be typed.

    Signals
    -------
    asked(object)
        Wanted: the network's output for these inputs, float64[1, d].
    added(DrawnSpec)
        A drawing is to be learned from.
    files_requested()
        Own drawings are to be kept in a file, or files of them brought.
    """

    asked = Signal(object)
    added = Signal(object)
    files_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._recipe = Recipe()
        self._inverts = False
        self.canvas = StrokeCanvas()
        self.bars, self.strip = ClassBars(), StageStrip()
        self._make_tools()
        self._make_adding()
        self._beside = QWidget()
        column = QVBoxLayout(self._beside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.bars, 1)
        column.addWidget(self.strip)
        column.addLayout(self._tools)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.canvas)
        row.addWidget(self._beside, 1)
        row.addStretch(0)
        row.setStretch(1, 1000)
        self._column, self._row = column, row
        self.canvas.changed.connect(self._on_canvas_changed)
        self.strip.switched.connect(self._on_strip_switched)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._show_tools()

    def _make_tools(self) -> None:
        self.undo = IconButton("undo-2", "<p>Take the last stroke back (Backspace).</p>",
                               name="Undo stroke")
        self.clear = IconButton("trash-2", "<p>Clear the sheet (Delete).</p>", name="Clear")
        self.undo.clicked.connect(self.canvas.undo_stroke)
        self.clear.clicked.connect(self.canvas.clear)
        self.thickness = StopSlider(even_stops(THIN, THICK, 0.01))
        self.thickness.set_number(USUAL)
        self.thickness.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.thickness.setAccessibleName("Line width")
        self.thickness.setToolTip(
            "<p>Line width on the sheet. The network sees a difference only while the step "
            "<b>Line</b> is left out.</p>")
        self.thickness.number_chosen.connect(self.canvas.set_pen)
        self._tools = QHBoxLayout()
        self._tools.setContentsMargins(0, 0, 0, 0)
        self._tools.addWidget(self.undo)
        self._tools.addWidget(self.clear)
        self._tools.addWidget(self.thickness, 1)

    def _make_adding(self) -> None:
        self.classes = FittingComboBox(80)
        self.classes.setEditable(True)
        # The line takes the keyboard by the policy of the box around it.
        self.classes.setFocusPolicy(Qt.FocusPolicy.ClickFocus | Qt.FocusPolicy.TabFocus)
        self.classes.setInsertPolicy(FittingComboBox.InsertPolicy.NoInsert)
        self.classes.setAccessibleName("Class of the drawing")
        self.classes.setToolTip("<p>What you have drawn. You can type a new word, too.</p>")
        line = self.classes.lineEdit()
        assert line is not None
        line.setMaxLength(LONGEST_NAME)
        line.setPlaceholderText("Class")
        line.returnPressed.connect(self._on_add_clicked)
        self.classes.editTextChanged.connect(self._show_tools)
        self.add = Button("Add", "plus", accent=True)
        self.add.setAccessibleName("Add the drawing to the training set")
        self.add.setToolTip("<p>Keep the drawing in the project under this class, and learn from "
                            "it. The network goes on from where it stands.</p>")
        self.add.clicked.connect(self._on_add_clicked)
        self.files = IconButton("ellipsis", "<p>Keep your own drawings in a file, or bring files "
                                "of others.</p>", name="Files of drawings")
        self.files.clicked.connect(self.files_requested)
        self.count = QLabel()
        self.count.setProperty("role", "small")
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.classes)
        row = QHBoxLayout()
        row.addWidget(self.add, 1)
        row.addWidget(self.files)
        column.addLayout(row)
        column.addWidget(self.count)
        self.controls = (box,)

    def set_dataset(self, dataset: Dataset) -> None:
        """Read the drawing as an example of another data set."""
        shape, before = dataset.image_shape, self._dataset
        self._dataset = dataset
        if shape is not None and shape[:2] != self._recipe.shape:
            self._recipe = recipe_of(shape)
            self.strip.show_steps(self._recipe.steps)
        self._inverts = is_dark_on_light(dataset)
        if before is None or before.class_names != dataset.class_names:
            self.classes.clear()
            self.classes.addItems(list(dataset.class_names))
            self.classes.setCurrentIndex(-1)
            self.classes.clearEditText()
        self.bars.set_names(dataset.class_names)
        self._show_stages()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Ask again: the network has learned something since."""
        self._ask()

    def table(self) -> Table:
        """Return the probability of every class for the drawing."""
        shares = self.bars.shares()
        return (["class", "probability [0 to 1]"],
                [texts([*shares]), np.array([*shares.values()], np.float64)])

    def show_answer(self, outputs: NDArray[Any] | None) -> None:
        """Show what the network has answered last, float64[1, o]; None for nothing."""
        if self.canvas.is_empty() or outputs is None or outputs.ndim != 2:
            self.bars.set_shares(None)
        else:
            self.bars.set_shares(class_probabilities(outputs)[0])

    def make_room(self) -> None:
        """Offer an empty sheet for the next drawing: this one is kept."""
        self.canvas.clear()
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_own(self, count: int) -> None:
        """Say how many drawings of a person's own the project holds."""
        self.count.setText(f"{count:,} of your own" if count else "")

    def drawing(self) -> Drawing:
        """Return what is on the sheet."""
        return Drawing(tuple(np.array(stroke) for stroke in self.canvas.strokes()), 1.0,
                       self.canvas.pen())

    def inputs(self) -> NDArray[np.float64] | None:
        """Return the drawing as the network sees it, float64[1, d]; None for an empty sheet."""
        if self._dataset is None or self.canvas.is_empty():
            return None
        seen = self._stages()[-1].picture
        return self._dataset.as_inputs(seen.reshape(1, -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the sheet square, as large as the rest leaves room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.width() - self._row.spacing() - theme.px(LEAST_BESIDE_PX)
        self.canvas.setFixedWidth(max(min(self.height(), room), theme.px(SHEET_PX)))

    def minimumSizeHint(self) -> QSize:
        """Return room for a small sheet beside all tools."""
        return QSize(theme.px(SHEET_PX + LEAST_BESIDE_PX) + self._row.spacing(),
                     max(theme.px(SHEET_PX), self._column.minimumSize().height()))

    def _stages(self) -> tuple[Stage, ...]:
        """Return every stage of the drawing, with the ground that the examples have."""
        found = stages(self.drawing(), self._recipe)
        if not self._inverts:
            return found
        return tuple(Stage(stage.key, 1 - stage.picture) for stage in found)

    def _show_stages(self) -> None:
        self.strip.show_stages(self._stages())

    def _ask(self) -> None:
        inputs = self.inputs()
        if inputs is None:
            self.bars.set_shares(None)
        else:
            self.asked.emit(inputs)

    @Slot()
    def _show_tools(self) -> None:
        drawn = not self.canvas.is_empty()
        self.undo.setEnabled(drawn)
        self.clear.setEnabled(drawn)
        self.add.setEnabled(drawn and bool(self.classes.currentText().strip()))

    @Slot()
    def _on_canvas_changed(self) -> None:
        self._show_tools()
        self._show_stages()
        self._ask()

    @Slot(str, bool)
    def _on_strip_switched(self, key: str, on: bool) -> None:
        self._recipe = self._recipe.switched(key, on=on)  # type: ignore[arg-type]
        self._show_stages()
        self._ask()

    @Slot()
    def _on_add_clicked(self) -> None:
        word = " ".join(self.classes.currentText().split())
        if word and not self.canvas.is_empty():
            self.added.emit(kept(self.drawing(), word))

    @Slot()
    def _on_theme_changed(self) -> None:
        px = theme.px
        self._row.setSpacing(px(10))
        self._column.setSpacing(px(5))
        self._tools.setSpacing(px(5))
        self._beside.setMaximumWidth(px(MOST_BESIDE_PX))
        self._fit()
        for box in self.controls:
            box.setMaximumWidth(px(ADDING_PX))
            layout = box.layout()
            assert layout is not None
            layout.setSpacing(px(4))
