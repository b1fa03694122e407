"""How good the two networks of a pair are, in numbers side by side."""

from __future__ import annotations

import math

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from engine.data.dataset import Dataset
from engine.spec import Task
from engine.telemetry.snapshot import Evaluation, Snapshot
from gui import theme
from gui.frames.run_info import FIRST, SECOND
from gui.output.scores import (
    NONE,
    PART_TIPS,
    PARTS,
    USUAL,
    number_text,
    score_text,
    score_title,
    strong,
)
from gui.widgets import ElidedLabel

KEYS = (FIRST, SECOND)


class PairScores(QWidget):
    """Score and loss of A and of B on both parts of the data, and the loss at chance."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks: dict[str, Task] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(0, 1)
        self._score, self._loss = QLabel(), QLabel("Loss")
        self._values: dict[tuple[str, str, str], QLabel] = {}
        for block, (name, head) in enumerate((("score", self._score), ("loss", self._loss))):
            self._make_block(3 * block, name, head)
        self._chance, self._chances = ElidedLabel(role="muted"), [strong(NONE) for _ in KEYS]
        self._chance.set_short("at chance")
        self._chance.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._grid.addWidget(self._chance, 6, 0)
        for column, value in enumerate(self._chances, 1):
            self._grid.addWidget(value, 6, column)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def _make_block(self, row: int, name: str, head: QLabel) -> None:
        head.setProperty("role", "strong")
        self._grid.addWidget(head, row, 0)
        for column, key in enumerate(KEYS, 1):
            if row == 0:
                letter = strong(key)
                letter.setAccessibleName(f"Run {key}")
                self._grid.addWidget(letter, 0, column)
        for line, (part, tip) in enumerate(zip(PARTS, PART_TIPS, strict=True), row + 1):
            title = QLabel(part)
            title.setProperty("role", "muted")
            title.setToolTip(tip)
            self._grid.addWidget(title, line, 0)
            for column, key in enumerate(KEYS, 1):
                value = self._values[name, part, key] = strong(NONE)
                self._grid.addWidget(value, line, column)

    def set_datasets(self, data: dict[str, Dataset]) -> None:
        """Name the scores of the tasks of both runs, and empty them."""
        self._tasks = {key: dataset.task for key, dataset in data.items()}
        names = dict.fromkeys(map(score_title, self._tasks.values()))
        self._score.setText(" | ".join(names))
        self._loss.setToolTip("Mean loss over all examples, penalties left out.")
        for value in self._values.values():
            value.setText(NONE)

    def set_chance(self, key: str, loss: float, classes: int) -> None:
        """Show, for a run, the loss of guessing every class alike; NaN shows none."""
        formula = f", \N{MINUS SIGN}ln(1/{classes})" \
            if classes and math.isclose(loss, math.log(classes)) else ""
        self._chance.setText(f"at chance{formula}")
        for one, value in zip(KEYS, self._chances, strict=True):
            known = one == key and math.isfinite(loss)
            value.setText(number_text(loss) if known else "")
            value.setToolTip(f"Loss of {one}’s guessing every class alike." if known else "")
        for widget in (self._chance, *self._chances):
            widget.setVisible(math.isfinite(loss))

    def show_snapshot(self, key: str, snapshot: Snapshot) -> None:
        """Show the scores of a snapshot of A or of B."""
        for part, evaluation in zip(PARTS, (snapshot.training, snapshot.validation), strict=True):
            score, loss = self._texts_of(key, evaluation)
            self._values["score", part, key].setText(score)
            self._values["loss", part, key].setText(loss)

    def texts(self) -> dict[str, str]:
        """Return every score as it is shown, by its name: ``Accuracy, train, A``."""
        names = {"score": self._score.text(), "loss": "Loss"}
        return {f"{names[name]}, {part}, {key}": value.text()
                for (name, part, key), value in self._values.items()}

    def _texts_of(self, key: str, evaluation: Evaluation | None) -> tuple[str, str]:
        if evaluation is None:
            return NONE, NONE
        task = self._tasks.get(key, "classification")
        return score_text(task, evaluation.accuracy), number_text(evaluation.loss)

    @Slot()
    def _on_theme_changed(self) -> None:
        self._chances[0].ensurePolished()
        usual = self._chances[0].fontMetrics().horizontalAdvance(USUAL)
        for column in (1, 2):
            self._grid.setColumnMinimumWidth(column, usual)
        self._grid.setVerticalSpacing(theme.px(3))
        self._grid.setHorizontalSpacing(theme.px(9))
