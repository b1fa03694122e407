"""What there is to train of a project, and what keeps it from being trained."""

from __future__ import annotations

from dataclasses import dataclass

from engine.data.dataset import Dataset
from engine.layers import Issue, diagnose, diagnose_layers
from engine.messages import say
from engine.spec import ProjectSpec
from gui.document import edits
from gui.document.data_shelf import Held


@dataclass(frozen=True)
class Examined:
    """What there is to train of a side.

    Attributes
    ----------
    project : ProjectSpec
        The project.
    dataset : Dataset
        Its examples.
    issues : tuple[Issue, ...]
        What keeps it from being trained, most basic first.
    """

    project: ProjectSpec
    dataset: Dataset
    issues: tuple[Issue, ...]


def found_issues(project: ProjectSpec, held: Held) -> tuple[Issue, ...]:
    """Return what keeps a project from being trained on its data, most basic first."""
    data = held.dataset
    if held.fault is not None:
        return (Issue(edits.input_id(project.network),
                      say("document.no-data", problem=held.fault)),
                *diagnose_layers(project.network))
    return diagnose(project, data.task, data.n_inputs, data.n_outputs,
                    is_image=data.image_shape is not None, vocabulary=data.vocabulary,
                    target_range=data.target_range, longest_text=data.longest_text)
