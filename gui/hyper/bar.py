"""The hyper-parameters: every change takes effect at once, also while the network trains."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from engine.layers import LOSSES, OPTIMIZERS
from engine.spec import TrainingSpec
from gui import theme
from gui.document.document import Document
from gui.document.editing import EditingPanel
from gui.frames.run_info import FIRST, SECOND
from gui.hyper import FurtherSettings
from gui.hyper.beside import mark, values_of
from gui.widgets import FittingComboBox, LabelledCombo, set_page
from gui.widgets.number_box import NumberCombo

LEARNING_RATES = (0.00001, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
BATCH_SIZES = (1, 2, 5, 10, 20, 30, 64, 128, 256, 512)
FULL = "0"
PENALTY_RATES = (0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
FIRST_PENALTY = 0.001
PENALTIES = (("none", "None"), ("l1", "L1"), ("l2", "L2"))
BOTH = ("both", "L1 + L2")
LOSS_LETTERS = 10
"""Letters of a loss that are seen where room is short."""


class HyperBar(EditingPanel):
    """Learning rate, optimizer, batch size, loss, penalty, and what else is on. GUI thread only.

    Parameters
    ----------
    document : Document
        What is edited.

    Signals
    -------
    refused(str)
        An edit was not possible; why.
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self._penalty_rate = FIRST_PENALTY
        self.rate = NumberCombo("Learning rate", LEARNING_RATES,
                                "Step size η of the update: w ← w − η g.")
        self.optimizer = LabelledCombo("Optimizer", tooltip="What a step does with the gradient.")
        self.batch = LabelledCombo(
            "Batch size", tooltip="Examples in a mini-batch; Full takes all training examples.")
        self.loss = LabelledCombo("Loss", tooltip="What training makes small.",
                                  combo=FittingComboBox(LOSS_LETTERS))
        self.penalty = LabelledCombo(
            "Regularization", PENALTIES,
            tooltip="Penalty on large weights: λ Σ|w| for L1, λ/2 Σw² for L2; biases are left out.")
        self.penalty_rate = NumberCombo("Rate", PENALTY_RATES, "Weight λ of the penalty.")
        self.more = FurtherSettings()
        for control, page in ((self.rate, "theory/learning_rate"),
                              (self.batch, "theory/batches"),
                              (self.penalty, "controls/regularization"),
                              (self.penalty_rate, "controls/regularization"),
                              (self.more, "controls/training_settings")):
            set_page(control, page)
        self._arrange()
        self._connect()
        self._on_document_changed()

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(6))
        for control in (self.rate, self.optimizer, self.batch, self.loss, self.penalty,
                        self.penalty_rate):
            control.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            row.addWidget(control)
        row.addWidget(self.more)
        # No wider than what there is to say about further settings.
        row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetMaximumSize)
        self.rate.combo.setMinimumContentsLength(6)
        self.penalty_rate.combo.setMinimumContentsLength(5)
        # Its name is cut only where there is no room for it.
        self.loss.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.optimizer.set_options([(o.key, o.title) for o in OPTIMIZERS.values()],
                                   [f"<p>{o.help}</p><p>{o.formula}</p>"
                                    for o in OPTIMIZERS.values()])

    def _connect(self) -> None:
        self.rate.number_changed.connect(self._on_rate_number_changed)
        self.optimizer.value_changed.connect(self._on_optimizer_value_changed)
        self.batch.value_changed.connect(self._on_batch_value_changed)
        self.loss.value_changed.connect(self._on_loss_value_changed)
        self.penalty.value_changed.connect(self._on_penalty_value_changed)
        self.penalty_rate.number_changed.connect(self._on_penalty_rate_number_changed)
        for sender in (self.rate, self.penalty_rate):
            sender.refused.connect(self.refused)
        self._document.changed.connect(self._on_document_changed)
        self._document.sides_changed.connect(self._on_document_changed)

    @Slot()
    def _on_document_changed(self) -> None:
        self.show_document()

    def show_document(self) -> None:
        """Show how the document's network is trained."""
        training = self._document.project.training
        self.rate.set_number(training.learning_rate)
        self.optimizer.set_value(training.optimizer.kind)
        set_page(self.optimizer, f"optimizers/{training.optimizer.kind}")
        self._show_batch(training.batch_size)
        self._show_losses(training.loss)
        self._show_penalty(training)
        self.more.set_training(training)
        rule = OPTIMIZERS.get(training.optimizer.kind)
        if rule is not None:
            self.optimizer.setToolTip(f"<p><b>{rule.title}.</b> {rule.help}</p>"
                                      f"<p>{rule.formula}</p>")
        self._show_beside()

    def _show_beside(self) -> None:
        """Mark what the other run of a pair is trained with otherwise."""
        sides = self._document.sides
        own = values_of(self._document.project.training)
        others = own if sides.other is None else values_of(sides.other.project.training)
        for name, combo in (("rate", self.rate), ("optimizer", self.optimizer),
                            ("batch", self.batch), ("loss", self.loss),
                            ("penalty", self.penalty)):
            mark(combo, FIRST if sides.edits_second else SECOND,
                 others[name] if others[name] != own[name] else "")

    def _show_batch(self, size: int) -> None:
        sizes = sorted({*BATCH_SIZES, size} - {0})
        self.batch.set_options([(str(number), f"{number:,}") for number in sizes]
                               + [(FULL, "Full")])
        self.batch.set_value(str(size))

    def _show_losses(self, key: str) -> None:
        fitting = [loss for loss in LOSSES.values() if self._document.dataset.task in loss.tasks]
        self.loss.set_options([(loss.key, loss.title) for loss in fitting],
                              [f"<p>{loss.help}</p><p>{loss.formula}</p>" for loss in fitting])
        self.loss.set_value(key)
        set_page(self.loss, f"losses/{key}")
        if key in LOSSES:
            self.loss.setToolTip(f"<p><b>{LOSSES[key].title}.</b> {LOSSES[key].help}</p>"
                                 f"<p>{LOSSES[key].formula}</p>")

    def _show_penalty(self, training: TrainingSpec) -> None:
        both = bool(training.l1 and training.l2)
        kind = "both" if both else "l1" if training.l1 else "l2" if training.l2 else "none"
        self.penalty.set_options([*PENALTIES, BOTH] if both else PENALTIES)
        self.penalty.set_value(kind)
        rate = training.l1 or training.l2
        if rate:
            self._penalty_rate = rate
        self.penalty_rate.set_number(rate or self._penalty_rate)
        self.penalty_rate.setVisible(kind in ("l1", "l2"))

    def _edit(self, **changes: Any) -> None:
        self.attempt(lambda: self._document.set_training(**changes))

    @Slot(float)
    def _on_rate_number_changed(self, number: float) -> None:
        self._edit(learning_rate=number)

    @Slot(str)
    def _on_optimizer_value_changed(self, key: str) -> None:
        training = self._document.project.training
        before = OPTIMIZERS.get(training.optimizer.kind)
        changes: dict[str, Any] = {"optimizer": replace(training.optimizer, kind=key)}
        # A rate that nobody has chosen moves to what is usual for the new rule.
        if before is not None and training.learning_rate == before.learning_rate:
            changes["learning_rate"] = OPTIMIZERS[key].learning_rate
        self._edit(**changes)

    @Slot(str)
    def _on_batch_value_changed(self, key: str) -> None:
        self._edit(batch_size=int(key))

    @Slot(str)
    def _on_loss_value_changed(self, key: str) -> None:
        self._edit(loss=key)

    @Slot(str)
    def _on_penalty_value_changed(self, key: str) -> None:
        if key != "both":
            training = self._document.project.training
            wanted = {name: self._penalty_rate if name == key else 0.0 for name in ("l1", "l2")}
            # Only what changes is named in the menu's Undo.
            self._edit(**{name: rate for name, rate in wanted.items()
                          if getattr(training, name) != rate})

    @Slot(float)
    def _on_penalty_rate_number_changed(self, number: float) -> None:
        key = self.penalty.value()
        if key in ("l1", "l2"):
            self._edit(**{key: number})
