"""How good the network is, in numbers."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from engine.data.dataset import Dataset
from engine.layers.losses import OF_CLASSES
from engine.spec import Task
from engine.telemetry.snapshot import Evaluation, Snapshot
from gui import theme
from gui.widgets import ElidedLabel, plain_number

NONE = "\N{EN DASH}"
USUAL = "0.00e-0"
"""Columns are wide enough for this from the beginning, so that they do not move."""
PARTS = ("train", "validation")
PART_TIPS = ("Measured over all training examples (at most 4,096 of them).",
             "Measured over the validation examples (at most 4,096 of them).")
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def share_text(share: float) -> str:
    """Return a share as per cent with one place."""
    return f"{100 * share:.1f} %" if math.isfinite(share) else NONE


def number_text(value: float) -> str:
    """Return a loss, or R², in three to four figures."""
    if not math.isfinite(value):
        return NONE
    if 1e-3 <= abs(value) < 1e3 or value == 0:
        return f"{value:.3f}"
    if abs(value) > 1:
        return plain_number(value)
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def score_title(task: Task) -> str:
    """Return what the score of a task is called."""
    if task == "transcription":
        return "Wrong characters"
    return "Accuracy" if task in OF_CLASSES else "R²"


def score_tip(task: Task) -> str:
    """Return what it measures, in a sentence."""
    if task == "transcription":
        return ("Characters to be put in, left out or changed until what is read is the text, as a "
                "share of the text’s characters.")
    one = "examples" if task == "classification" else "steps"
    return (f"Share of {one} whose most probable class is the true one." if task in OF_CLASSES else
            "Share of the spread of the true values that the network explains: 1 is all, 0 is what "
            "their mean does.")


def score_text(task: Task, score: float) -> str:
    """Return a score as figures."""
    if task == "transcription":
        return share_text(1 - score)
    return share_text(score) if task in OF_CLASSES else number_text(score)


class ScorePanel(QWidget):
    """The score of a task and the loss on both parts of the data, and the loss at chance."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._task: Task = "classification"
        self._n_classes = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(0, 1)
        for column, (part, tip) in enumerate(zip(PARTS, PART_TIPS, strict=True), 1):
            head = QLabel(part)
            head.setProperty("role", "small")
            head.setAlignment(RIGHT)
            head.setToolTip(tip)
            self._grid.addWidget(head, 0, column)
        self._score, self._loss = QLabel(), QLabel("Loss")
        self._values: dict[tuple[QLabel, str], QLabel] = {}
        for row, name in enumerate((self._score, self._loss), 1):
            name.setProperty("role", "muted")
            self._grid.addWidget(name, row, 0)
            for column, part in enumerate(PARTS, 1):
                self._values[name, part] = value = strong(NONE)
                self._grid.addWidget(value, row, column)
        self._make_chance()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def _make_chance(self) -> None:
        self._chance, self._chance_value = ElidedLabel(role="muted"), strong(NONE)
        self._chance.set_short("Loss at chance")
        # The columns above are wide enough for the short text; the formula must not widen them.
        self._chance.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._grid.addWidget(self._chance, 3, 0, 1, 2)
        self._grid.addWidget(self._chance_value, 3, 2)
        self._chance.hide()
        self._chance_value.hide()

    def set_dataset(self, dataset: Dataset) -> None:
        """Name the scores of this task and empty them."""
        self._task = dataset.task
        self._score.setText(score_title(self._task))
        self._score.setToolTip(score_tip(self._task))
        self._loss.setToolTip("Mean loss over all examples, penalties left out.")
        self._n_classes = len(dataset.class_names)
        for value in self._values.values():
            value.setText(NONE)

    def set_chance(self, loss: float) -> None:
        """Show the loss of guessing every class alike; NaN, of no such number, shows none."""
        formula = ""
        if self._n_classes and math.isclose(loss, math.log(self._n_classes)):
            formula = f"\N{MINUS SIGN}ln(1/{self._n_classes})"
        for widget in (self._chance, self._chance_value):
            widget.setVisible(math.isfinite(loss))
            widget.setToolTip("Loss of guessing every class alike"
                              + (f": {formula}." if formula else "."))
        self._chance.setText(f"Loss at chance {formula}".rstrip())
        self._chance_value.setText(number_text(loss))

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the scores of a snapshot."""
        evaluations = (snapshot.training, snapshot.validation)
        for part, evaluation in zip(PARTS, evaluations, strict=True):
            score, loss = self._texts_of(evaluation)
            self._values[self._score, part].setText(score)
            self._values[self._loss, part].setText(loss)

    def texts(self) -> dict[str, str]:
        """Return every score as it is shown, by its name: ``Accuracy, train``."""
        shown = {f"{name.text()}, {part}": value.text()
                 for (name, part), value in self._values.items()}
        if not self._chance.isHidden():
            shown[self._chance.text()] = self._chance_value.text()
        return shown

    def _texts_of(self, evaluation: Evaluation | None) -> tuple[str, str]:
        if evaluation is None:
            return NONE, NONE
        return score_text(self._task, evaluation.accuracy), number_text(evaluation.loss)

    @Slot()
    def _on_theme_changed(self) -> None:
        self._chance_value.ensurePolished()
        usual = self._chance_value.fontMetrics().horizontalAdvance(USUAL)
        for column in (1, 2):
            self._grid.setColumnMinimumWidth(column, usual)
        self._grid.setVerticalSpacing(theme.px(4))
        self._grid.setHorizontalSpacing(theme.px(9))


def strong(text: str) -> QLabel:
    """Return a bold label, as figures are shown."""
    label = QLabel(text)
    label.setProperty("role", "strong")
    label.setAlignment(RIGHT)
    return label
