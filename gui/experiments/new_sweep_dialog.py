"""The dialog for a sweep of one's own: what is turned, how far, how often, how long it takes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from engine.errors import EngineError
from engine.experiments.board import MEASURES
from engine.experiments.estimate import in_words
from engine.experiments.sweep import Cell, Sweep
from engine.spec import ProjectSpec
from gui import theme
from gui.document.project_files import title_of
from gui.experiments.axis_row import AxisRow
from gui.widgets import Button, CalmComboBox, CalmSpinBox, PrimaryButton, set_page
from gui.widgets.tab_order import tab_through

TITLE = "New sweep"
WIDTH = 600
MOST_AXES = 5
FIRST = ("learning_rate", "batch_size", "width", "depth", "l2")
"""What axes turn at first."""
MOST_SEEDS, MOST_STEPS, USUAL_STEPS = 50, 10_000_000, 1000
TOLD = "Every network begins as the Lab’s project “{name}” is now, and differs from it in this:"

Estimate = Callable[[Sweep], float]
"""Returns about how many seconds a sweep takes."""


class NewSweepDialog(QDialog):
    """Asks for a sweep of a project. GUI thread only.

    Parameters
    ----------
    project : ProjectSpec
        What is trained where no axis says otherwise.
    estimate : callable
        Says how long a sweep takes.

    Signals
    -------
    made(Sweep)
        A person wants this sweep.
    """

    made = Signal(object)

    def __init__(self, project: ProjectSpec, estimate: Estimate, parent: QWidget | None = None
                 ) -> None:
        super().__init__(parent)
        self.setWindowTitle(TITLE)
        self._project, self._estimate = project, estimate
        self._sweep: Sweep | None = None
        self._is_named = False
        self.rows: list[AxisRow] = []
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the sweep")
        self.name.textEdited.connect(self._on_name_edited)
        self.seeds, self.steps = CalmSpinBox(), CalmSpinBox()
        self.measure = CalmComboBox()
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.setMinimumHeight(theme.px(36))
        self.add_axis = Button("Add axis", "plus")
        self.ok = PrimaryButton("Make sweep")
        self._arrange()
        for key in FIRST[:2]:
            self._add_row(key)
        self._on_changed()
        set_page(self, "controls/experiments")

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setSpacing(theme.px(10))
        column.setContentsMargins(*(theme.px(16),) * 4)
        told = QLabel(TOLD.format(name=title_of(self._project, None)))
        told.setWordWrap(True)
        told.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(told)
        self._axes = QVBoxLayout()
        column.addLayout(self._axes)
        self.add_axis.setToolTip("Turn one thing more. One axis is shown as lines, two as a map, "
                                 "three and more as strands.")
        self.add_axis.clicked.connect(self._on_add_axis_clicked)
        column.addWidget(self.add_axis, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(self._made_form())
        column.addWidget(self.told)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        cancel = Button("Cancel")
        cancel.clicked.connect(self.reject)
        self.ok.clicked.connect(self._on_ok_clicked)
        self.ok.setDefault(True)
        buttons.addWidget(cancel)
        buttons.addWidget(self.ok)
        column.addLayout(buttons)
        self.setMinimumWidth(theme.px(WIDTH))

    def _made_form(self) -> QFormLayout:
        form = QFormLayout()
        for box, name, low, high, value, tip in (
                (self.seeds, "Seeds", 1, MOST_SEEDS, 1,
                 "How often every setting is trained, each time with another seed."),
                (self.steps, "Steps", 0, MOST_STEPS, USUAL_STEPS,
                 "Steps that every network is trained; 0 ends it where the project does.")):
            box.setRange(low, high)
            box.setValue(value)
            box.setGroupSeparatorShown(True)
            box.setAccessibleName(name)
            box.setToolTip(tip)
            box.valueChanged.connect(self._on_changed)
        self.steps.setSpecialValueText("to the project’s own end")
        for one in MEASURES.values():
            title = one.title.text
            self.measure.addItem(title[:1].upper() + title[1:], one.key)
        self.measure.setAccessibleName("Measure")
        self.measure.setToolTip("What tells how well a network has learned.")
        self.measure.currentIndexChanged.connect(self._on_changed)
        fields: tuple[tuple[str, QWidget], ...] = (
            ("Seeds", self.seeds), ("Steps", self.steps), ("Measure", self.measure),
            ("Name", self.name))
        for label, field in fields:
            form.addRow(label, field)
        return form

    def _add_row(self, key: str) -> None:
        row = AxisRow(key)
        row.changed.connect(self._on_changed)
        row.removed.connect(self._on_row_removed)
        self.rows.append(row)
        self._axes.addWidget(row)
        tab_through(self, self.rows)
        self._show_removable()

    def _show_removable(self) -> None:
        for row in self.rows:
            row.remove.setEnabled(len(self.rows) > 1)
        self.add_axis.setEnabled(len(self.rows) < MOST_AXES)

    def sweep(self) -> Sweep:
        """Return the sweep as it is written.

        Raises
        ------
        SpecError
            If an axis has no values, or such as its knob cannot be at.
        ValueError
            If all of it is too large, or two axes turn the same thing.
        """
        axes = tuple(row.axis() for row in self.rows)
        sweep = Sweep(self.name.text().strip() or self._usual_name(), self._project, axes,
                      self.seeds.value(), self.steps.value(), measure=str(
                          self.measure.currentData()))
        sweep.check()
        # What the first setting would be; a network that has no such knob is told of here.
        sweep.project_at(Cell((0,) * len(axes), 0))
        return sweep

    def _usual_name(self) -> str:
        return f"{title_of(self._project, None)}: " + " × ".join(row.knob.currentText().lower()
                                                      for row in self.rows)

    @Slot()
    def _on_changed(self) -> None:
        if not self._is_named:
            self.name.setText(self._usual_name())
        try:
            self._sweep = self.sweep()
        except EngineError as error:
            self._refuse(error.sentence)
            return
        except ValueError as error:
            self._refuse(f"{error}.")
            return
        time = in_words(self._estimate(self._sweep))
        grid = " × ".join(map(str, self._sweep.shape))
        seeds = f" × {self._sweep.seeds} seeds" if self._sweep.seeds > 1 else ""
        self.told.setText(f"{grid}{seeds} = {self._sweep.size:,} networks, about {time} on this "
                          "computer.")
        self.told.setProperty("role", "strong")
        self._restyle()
        self.ok.setEnabled(True)

    def _refuse(self, sentence: str) -> None:
        self._sweep = None
        self.told.setText(sentence)
        self.told.setProperty("role", "bad")
        self._restyle()
        self.ok.setEnabled(False)

    def _restyle(self) -> None:
        # Qt looks at properties only when it is asked to.
        self.told.style().unpolish(self.told)
        self.told.style().polish(self.told)

    @Slot(str)
    def _on_name_edited(self, text: str) -> None:
        self._is_named = bool(text.strip())
        self._on_changed()

    @Slot()
    def _on_add_axis_clicked(self) -> None:
        taken = {row.key() for row in self.rows}
        self._add_row(next((key for key in FIRST if key not in taken), FIRST[0]))
        self._on_changed()

    @Slot()
    def _on_row_removed(self) -> None:
        row = self.sender()
        if isinstance(row, AxisRow) and len(self.rows) > 1:
            self.rows.remove(row)
            self._axes.removeWidget(row)
            row.hide()
            row.deleteLater()
            self._show_removable()
            self._on_changed()
            self.adjustSize()

    @Slot()
    def _on_ok_clicked(self) -> None:
        if self._sweep is not None:
            self.made.emit(self._sweep)
            self.accept()
