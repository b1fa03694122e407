"""What the other run of a pair is trained with, marked where that differs."""

from __future__ import annotations

from collections.abc import Mapping

from engine.layers import LOSSES, OPTIMIZERS
from engine.spec import TrainingSpec
from gui.widgets import LabelledCombo, plain_number

DOT = " •"
"""Behind the name of a setting that differs."""
SEAM = "<!-- of the other run -->"
"""In a tooltip, before what is said of it."""


def values_of(training: TrainingSpec) -> Mapping[str, str]:
    """Return what the bar shows of a training, as people read it."""
    rule, loss = OPTIMIZERS.get(training.optimizer.kind), LOSSES.get(training.loss)
    rates = [f"{name} {plain_number(rate)}" for name, rate in (("L1", training.l1),
                                                               ("L2", training.l2)) if rate]
    return {
        "rate": plain_number(training.learning_rate),
        "optimizer": rule.title if rule is not None else training.optimizer.kind,
        "batch": f"{training.batch_size:,}" if training.batch_size else "Full",
        "loss": loss.title if loss is not None else training.loss,
        "penalty": " + ".join(rates) or "None",
    }


def mark(combo: LabelledCombo, key: str, other: str) -> None:
    """Mark a setting that the other run has otherwise, and say how in its tooltip.

    Parameters
    ----------
    combo : LabelledCombo
        The setting.
    key : str
        Key of the other run.
    other : str
        What that has; empty where it does not differ.
    """
    label = combo.label.text().removesuffix(DOT)
    tip = combo.toolTip().partition(SEAM)[0]
    said = f"{key}: {other}" if other else ""
    combo.label.setText(f"{label}{DOT}" if other else label)
    combo.setToolTip(f"{tip}{SEAM}<p><b>{said}</b></p>" if other else tip)
    combo.combo.setAccessibleDescription(said)
