"""What can be said of a project before its first step."""

from __future__ import annotations

from engine.data.dataset import Dataset
from engine.diagnosis.advice_data import DATA_RULES
from engine.diagnosis.advice_network import NETWORK_RULES
from engine.diagnosis.advice_output import OUTPUT_RULES
from engine.diagnosis.advice_training import TRAINING_RULES
from engine.diagnosis.design import Design, Fix, Note
from engine.layers import diagnose
from engine.spec import ProjectSpec

__all__ = ["ORDER", "Fix", "Note", "advise"]

ORDER = ("target-outside-loss", "rate-zero", "constant-weights", "unscaled-inputs",
         "unscaled-target", "sigmoid-twice", "softmax-twice", "output-range", "linear", "l1", "l2",
         "max-norm", "dropout", "weights-too-large", "weights-too-small", "bottleneck",
         "schedule-decays", "batch-of-one", "imbalance")
"""Codes of notes; where two are equally severe, the earlier one is the likelier cause."""


def advise(project: ProjectSpec, dataset: Dataset) -> tuple[Note, ...]:
    """Return what is to be said of a project before its first step, the likeliest trouble first.

    Parameters
    ----------
    project : ProjectSpec
        Anything; of one that `engine.layers.diagnose` refuses there is nothing else to be said.
    dataset : Dataset
        Its data.
    """
    if not len(dataset.training) or diagnose(
            project, dataset.task, dataset.n_inputs, dataset.n_outputs,
            is_image=dataset.image_shape is not None, vocabulary=dataset.vocabulary,
            longest_text=dataset.longest_text):
        return ()
    design = Design(project, dataset)
    rules = (*DATA_RULES, *OUTPUT_RULES, *NETWORK_RULES, *TRAINING_RULES)
    notes = [note for rule in rules for note in rule(design)]
    return tuple(sorted(notes, key=lambda note: (-note.severity, ORDER.index(note.code))))
