"""How good the network is, in numbers."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from engine.data.dataset import Dataset
from engine.telemetry.snapshot import Evaluation, Snapshot
from gui import theme
from gui.widgets import ElidedLabel

NONE = "\N{EN DASH}"


def share_text(share: float) -> str:
    """Return a share as per cent with one place."""
    return f"{100 * share:.1f} %" if math.isfinite(share) else NONE


def loss_text(loss: float) -> str:
    """Return a loss, or R², in three to four figures."""
    if not math.isfinite(loss):
        return NONE
    return f"{loss:.3f}" if 1e-3 <= abs(loss) < 1e3 or loss == 0 else f"{loss:.2e}"


class ScorePanel(QWidget):
    """Accuracy (or R²) and loss on both parts of the data, and the loss at chance."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(0, 1)
        self._labels: list[ElidedLabel] = []
        self._values: list[QLabel] = []
        for row in range(5):
            label, value = ElidedLabel(role="muted"), QLabel(NONE)
            value.setProperty("role", "strong")
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(label, row, 0)
            self._grid.addWidget(value, row, 1)
            self._labels.append(label)
            self._values.append(value)
        self._task = "classification"
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_dataset(self, dataset: Dataset) -> None:
        """Name the scores of this task and empty them."""
        self._task = dataset.task
        is_classes = dataset.task == "classification"
        score = "Accuracy" if is_classes else "R²"
        names = (f"{score}, train", f"{score}, validation", "Loss, train", "Loss, validation")
        for label, name in zip(self._labels, names, strict=False):
            label.setText(name)
        classes = max(len(dataset.class_names), 1)
        for widget in (self._labels[4], self._values[4]):
            widget.setVisible(is_classes)
            widget.setToolTip(
                f"Cross-entropy of guessing every class alike: \N{MINUS SIGN}ln(1/{classes}).")
        self._labels[4].setText(f"Loss at chance \N{MINUS SIGN}ln(1/{classes})")
        self._values[4].setText(loss_text(math.log(classes)))
        for value in self._values[:4]:
            value.setText(NONE)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the scores of a snapshot."""
        for row, evaluation in enumerate((snapshot.training, snapshot.validation)):
            self._values[row].setText(self._score(evaluation))
            loss = math.nan if evaluation is None else evaluation.loss
            self._values[2 + row].setText(loss_text(loss))

    def texts(self) -> dict[str, str]:
        """Return every score as it is shown, by its name."""
        shown = zip(self._labels, self._values, strict=True)
        return {label.text(): value.text() for label, value in shown if not value.isHidden()}

    def _score(self, evaluation: Evaluation | None) -> str:
        if evaluation is None:
            return NONE
        if self._task == "classification":
            return share_text(evaluation.accuracy)
        return loss_text(evaluation.accuracy)

    @Slot()
    def _on_theme_changed(self) -> None:
        self._grid.setVerticalSpacing(theme.px(4))
        self._grid.setHorizontalSpacing(theme.px(8))
