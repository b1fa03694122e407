"""The choices that say what is learned from a person's file."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, get_args

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from engine.spec import Scaling, TableSpec, Task
from gui import theme
from gui.data.choices import choice, offer, offer_names, one_line

if TYPE_CHECKING:
    from engine.data.table_preview import TablePreview

CHOOSE = "Choose a column…"
TASKS: Mapping[str, str] = {"classification": "Classification", "regression": "Regression"}
SCALINGS: Mapping[str, str] = {
    "auto": "Automatic", "standard": "Standard (mean 0, deviation 1)", "minmax": "0 to 1",
    "none": "None"}
TARGET_SCALINGS: Mapping[str, str] = {
    "auto": "As the inputs", "none": "None", "standard": "Standard (mean 0, deviation 1)",
    "log": "Logarithm, then standard"}
UNASKED: Mapping[str, object] = {
    "more_targets": (), "inputs": (), "task": None, "fewest": 2, "merge_spellings": False,
    "target_scaling": "auto"}
"""What suits one target alone."""


class TableForm(QWidget):
    """What to predict, and how numbers are scaled. GUI thread only.

    Signals
    -------
    chosen(object)
        A person wants it otherwise: fields of `engine.spec.TableSpec` and their values.
    scaling_chosen()
        A person wants other inputs' scaling.
    """

    chosen = Signal(object)
    scaling_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.target = choice("Predict", "The column that the network learns to predict.")
        self.task = choice(
            "Task", "Classification tells classes apart; regression predicts numbers.")
        self.scaling = choice(
            "Scaling of inputs", "How numbers are brought to one size, measured on the training "
            "examples: standard is (x − mean) / deviation.")
        self.target_scaling = choice(
            "Scaling of target", "How the numbers to predict are brought to one size. The "
            "logarithm suits what ranges over powers of ten, such as prices; all must be above "
            "0. Predictions and errors are told in the file's own unit.")
        self.scaling.set_options(list(SCALINGS.items()))
        self.target_scaling.set_options(list(TARGET_SCALINGS.items()))
        self.target.value_changed.connect(self._on_target_value_changed)
        self.task.value_changed.connect(self._on_task_value_changed)
        self.scaling.value_changed.connect(self.scaling_chosen)
        self.target_scaling.value_changed.connect(self._on_target_scaling_value_changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(10))
        row.addWidget(self.target, 5)
        row.addWidget(self.task, 3)
        row.addWidget(self.scaling, 4)
        row.addWidget(self.target_scaling, 4)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.show_spec(TableSpec(), None)

    def set_scaling(self, scaling: Scaling) -> None:
        """Show how the inputs are scaled."""
        self.scaling.set_value(scaling)

    def chosen_scaling(self) -> Scaling:
        """Return how the inputs are to be scaled."""
        return next(s for s in get_args(Scaling) if s == self.scaling.value())

    def show_spec(self, spec: TableSpec, found: TablePreview | None) -> None:
        """Show what the person has chosen, and what was found out.

        A column that was chosen stays the choice, also where it cannot be predicted; one that the
        file does not have leaves the choice to the person.
        """
        offer(self.task, TASKS, found.task if found else "", spec.task or "")
        names = [column.name for column in found.columns] if found else []
        target = found.target if found else ""
        if spec.target and spec.target not in names:
            target = ""
        others = tuple(name for name in spec.more_targets if name in names)
        offer_names(self.target, names, "" if target else CHOOSE)
        if target and others:
            both = " + ".join(map(one_line, (target, *others)))
            self.target.combo.setItemText(names.index(target), both)
        self.target.set_value(target)
        self.target.combo.setToolTip(
            f"<p>{escape(' + '.join((target, *others)))}</p>" if target else "")
        is_numbers = (spec.task or (found.task if found else "")) == "regression"
        self.target_scaling.setVisible(is_numbers)
        self.target_scaling.set_value(spec.target_scaling)

    # What a person does

    def choose_target(self, target: str) -> None:
        """Predict another column."""
        self._on_target_value_changed(target)

    @Slot(str)
    def _on_target_value_changed(self, target: str) -> None:
        if target:
            # Another target is another question: what suited the old one is found out anew.
            self.chosen.emit({**UNASKED, "target": target})

    @Slot(str)
    def _on_task_value_changed(self, task: str) -> None:
        tasks: dict[str, Task] = {name: name for name in get_args(Task)}
        self.chosen.emit({"task": tasks.get(task)})

    @Slot(str)
    def _on_target_scaling_value_changed(self, scaling: str) -> None:
        self.chosen.emit({"target_scaling": scaling})
