"""What would cure a finding, in the network at hand: edits of its project, to be tried."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.data.dataset import Dataset
from engine.diagnosis.advice import advise
from engine.diagnosis.cure_kinds import KINDS, Chart
from engine.diagnosis.cure_labels import told
from engine.diagnosis.design import Design
from engine.diagnosis.verdicts import Verdict
from engine.layers import diagnose
from engine.messages import Message
from engine.spec import ProjectSpec

MOST = 4
"""Cures that are offered at most."""

BY_CODE: Mapping[str, tuple[str, ...]] = {
    "vanishing": ("activation", "weights", "residual", "batch-norm"),
    "exploding": ("weights", "slower", "batch-norm", "clip"),
    "nonfinite": ("weights", "slower", "batch-norm", "clip"),
    "far_off": ("weights", "slower", "optimizer", "batch-norm"),
    "saturated": ("weights", "slower", "activation"),
    "dead": ("weights", "activation", "slower", "batch-norm"),
    "silent": ("weights", "slower", "activation", "batch-norm"),
    "update_small": ("unclip", "constant-rate", "faster", "optimizer"),
    "update_large": ("slower", "clip"),
    "risen": ("slower",),
    "flat": ("units", "optimizer", "faster"),
    "chance": ("units", "optimizer", "faster"),
    "settled": ("units", "optimizer"),
    "overfitting": ("stop", "l2", "dropout", "data"),
}
"""Kinds of cures for a verdict, the most promising first."""


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
    """

    code: str
    label: Message
    project: ProjectSpec


def cures_for(verdict: Verdict, project: ProjectSpec, dataset: Dataset) -> tuple[Cure, ...]:
    """Return what would cure a verdict, the most promising first; nothing where all is well.

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
    for code, other in _offers(verdict, project, dataset):
        is_news = other != project and other not in [cure.project for cure in found]
        if is_news and _is_valid(other, dataset):
            found.append(Cure(code, told(project, other, dataset.task), other))
    return tuple(found[:MOST])


def _offers(verdict: Verdict, project: ProjectSpec, dataset: Dataset
            ) -> Iterator[tuple[str, ProjectSpec]]:
    """Yield edits with their codes: what mends a note is the surest."""
    if verdict.fix is not None:
        yield verdict.code, verdict.fix.project
    for note in advise(project, dataset):
        if note.fix is not None and note.severity > 1:
            yield note.code, note.fix.project
    chart = Chart(Design(project, dataset), verdict)
    yield from _made(chart, BY_CODE.get(verdict.code, ()))


def _made(chart: Chart, kinds: Iterable[str]) -> Iterator[tuple[str, ProjectSpec]]:
    for kind in kinds:
        other = KINDS[kind](chart)
        if other is not None:
            yield kind, other


def _is_valid(project: ProjectSpec, dataset: Dataset) -> bool:
    return not diagnose(
        project, dataset.task, dataset.n_inputs, dataset.n_outputs,
        is_image=dataset.image_shape is not None, vocabulary=dataset.vocabulary,
        target_range=dataset.target_range)
