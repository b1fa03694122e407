"""What would cure a finding, in the network at hand: edits of its project, to be tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.data.dataset import Dataset
from engine.diagnosis import edits
from engine.diagnosis.advice import advise
from engine.diagnosis.chart import Chart
from engine.diagnosis.cure_choice import CAUSES, CHOICES
from engine.diagnosis.cure_kinds import KINDS
from engine.diagnosis.cure_labels import told
from engine.diagnosis.design import Design
from engine.diagnosis.verdicts import Verdict
from engine.layers import diagnose
from engine.messages import Message
from engine.spec import ProjectSpec

MOST = 4
"""Cures that are offered at most."""

@dataclass(frozen=True)
class Cure:
    """An edit that may mend what was found.

    Attributes
    ----------
    code : str
        Its kind, such as ``activation``; of what mends a note, the note's.
    label : Message
        What it changes: ``Tanh → ReLU in 9 layers, Xavier → He``.
    project : ProjectSpec
        The edited project, which can be trained.
    begins_anew : bool
        Whether it is nothing for a run that has begun: initial weights that are drawn otherwise, or
        inputs on another scale than that which was learned.
    """

    code: str
    label: Message
    project: ProjectSpec
    begins_anew: bool = False


def cures_for(verdict: Verdict, project: ProjectSpec, dataset: Dataset) -> tuple[Cure, ...]:
    """Return what would cure a verdict, the most promising first; nothing where all is well.

    It takes some milliseconds, of fifty layers some dozens: ask when a verdict's code is another.

    Parameters
    ----------
    verdict : Verdict
        The newest on a run of the project.
    project, dataset : ProjectSpec, Dataset
        What runs, and its data as they are loaded.
    """
    if verdict.severity < 1 or not _is_valid(project, dataset):
        return ()
    found: list[Cure] = []
    for code, other in _offers(Chart(Design(project, dataset), verdict)):
        is_news = other != project and other not in [cure.project for cure in found]
        if is_news and _is_valid(other, dataset):
            found.append(Cure(code, told(project, other, dataset.task), other,
                              edits.begins_anew(project, other)))
    return tuple(found[:MOST])


def _offers(chart: Chart) -> Iterator[tuple[str, ProjectSpec]]:
    """Yield edits with their codes: what mends a note is the surest."""
    verdict, design = chart.verdict, chart.design
    wanted = CAUSES.get(verdict.code, frozenset())
    notes = advise(design.project, design.dataset) if wanted else ()
    causes = [note for note in notes if note.code in wanted]
    for note in causes:
        if note.fix is not None:
            yield note.code, note.fix.project
    if causes:
        return
    if verdict.fix is not None and _is_worth_it(chart):
        yield "class-weights" if chart.fix_weighs else verdict.code, verdict.fix.project
    choice = CHOICES.get(verdict.code)
    if choice is not None:
        # What the sentence says is offered first.
        for kind in sorted(choice(chart), key=lambda kind: kind not in chart.named):
            yield kind, KINDS[kind](chart)


def _is_worth_it(chart: Chart) -> bool:
    """Say whether what mends a verdict is enough to make a difference."""
    if chart.fix_weighs:
        return chart.is_learnable and chart.is_adaptive
    # Smaller weights alone leave what sigmoid takes from the gradient.
    return not (chart.verdict.code == "weights-too-large" and chart.fades)


def _is_valid(project: ProjectSpec, dataset: Dataset) -> bool:
    return not diagnose(
        project, dataset.task, dataset.n_inputs, dataset.n_outputs,
        is_image=dataset.image_shape is not None, vocabulary=dataset.vocabulary,
        target_range=dataset.target_range, longest_text=dataset.longest_text)
